#!/usr/bin/env python3
"""Runs MetaMirror's benchmarks and PyTorch's in turn on this machine and writes down the ratios.

  bench/compare.py [--peer FILE] [--rounds 5] [--repeats 30] [--threads 1,2] [--only NAME[,NAME]] [--scaling] [--anyway] [--no-write]

Every workload runs alone in a process of its own (so that its peak memory counts), ours and the peer's in turn, as many rounds as asked for;
who begins changes from round to round. A ratio is ours / PyTorch of one round's medians; the table has the median over the rounds.
The peer is a script that prints {"torch": ..., "median_ms": {...}, "peak_mb": {...}} and takes --threads, --only, --repeats and --max-load;
METAMIRROR_PEER names it where --peer does not. Writes bench/results/DATE-peer.json and the tables of docs/performance.md if everything was measured:
all workloads, on one thread and on two. The load average is recorded before every round and at the end.
"""
import argparse
import datetime
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOL = ROOT / "artifacts/bin/MetaMirror.Cli/release/MetaMirror.Cli.dll"
PAGE = ROOT / "docs/performance.md"

# 0.9 of the peer's rate of matrix products, as a ratio of times; asked of one thread only.
GEMM = 1 / 0.9

# Workload and the ratio to reach, or None.
WORKLOADS = {
    "mlp-b128-gradient": 0.60,
    "mlp-b128-sgdm-step": 0.60,
    "mlp-b128-adam-step": 0.60,
    "mlp-b128-hvp": 0.50,
    "mlp-b128-hypergradient-T100": 0.50,
    "lenet-b128-gradient": 0.33,
    "lenet-b128-sgdm-step": 0.33,
    "lenet-b128-adam-step": 0.33,
    "lenet-b128-hvp": 0.33,
    "resnet18-b32-sgdm-step": 1.0,
    "update-235k-sgdm": 0.6,
    "update-235k-adam": 0.25,
    "logistic-d20-outer-step": 0.10,
    "gemm-512x512x512": GEMM,
    "gemm-1024x1024x1024": None,
    "gemm-128x784x256": GEMM,
    "gemm-64x576x1024": GEMM,
}

# Numbers of threads of a full result.
THREADS = {1, 2}

# A Hessian-vector product over our own gradient, and our peak memory of the hypergradient over the peer's.
PRODUCT_OVER_GRADIENT, HYPERGRADIENT_MEMORY = 2.2, 0.25

# By how much the load may exceed the threads that the measurement itself keeps busy.
SPARE_LOAD = 0.5


def arguments():
    ap = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    ap.add_argument("--peer", type=pathlib.Path, default=os.environ.get("METAMIRROR_PEER") or ROOT.parent / "shared/peers/torch_peer.py")
    ap.add_argument("--python", default="/usr/bin/python3", help="an interpreter that has PyTorch")
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--repeats", type=int, default=30)
    ap.add_argument("--threads", default="1,2")
    ap.add_argument("--only", default="", help="these workloads")
    ap.add_argument("--scaling", action="store_true", help="measure how costs grow, too (minutes)")
    ap.add_argument("--anyway", action="store_true", help="measure though others use the machine; the result says so")
    ap.add_argument("--no-write", action="store_true", help="print the tables only; so it is where not everything was measured")
    a = ap.parse_args()
    a.threads = [int(t) for t in a.threads.split(",")]
    a.only = [n for n in a.only.split(",") if n] or list(WORKLOADS)
    for name in a.only:
        if name not in WORKLOADS:
            ap.error(f"--only: expected a workload among {', '.join(WORKLOADS)}, found '{name}'")
    if not pathlib.Path(a.peer).is_file():
        ap.error(f"--peer: expected a script, found none at '{a.peer}'")
    return a


def ours(name, threads, repeats):
    """Our document of one workload, or None if this build does not have it."""
    run = subprocess.run(
        ["dotnet", str(TOOL), "bench", "--only", name, "--threads", str(threads), "--repeats", str(repeats), "--json"],
        capture_output=True, text=True, check=False)
    if run.returncode == 2 and "--only: expected a workload" in run.stderr:
        return None
    if run.returncode != 0:
        sys.exit(f"metamirror bench --only {name} ended with {run.returncode}:\n{run.stderr}")
    return json.loads(run.stdout)


def peers(a, name, threads):
    run = subprocess.run(
        [a.python, str(a.peer), "--only", name, "--threads", str(threads), "--repeats", str(a.repeats), "--max-load", "0"],
        capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(f"{a.peer} --only {name} ended with {run.returncode}:\n{run.stderr}")
    return json.loads(run.stdout)


def measure(a):
    """All rounds: {(name, threads): ([our documents], [the peer's])}, and the loads before every round and at the end."""
    found, missing, loads = {}, set(), []

    def look(turn, threads, busy):
        loads.append({"round": turn, "threads": threads, "load": round(os.getloadavg()[0], 2), "limit": busy + SPARE_LOAD})

    total, done, start = a.rounds * len(a.threads) * len(a.only), 0, time.monotonic()
    for turn in range(a.rounds):
        for threads in a.threads:
            # What ran in the minute before is in the load, too.
            look(turn + 1, threads, max(threads, loads[-1]["threads"] if loads else 0))
            for name in a.only:
                done += 1
                if name in missing:
                    continue
                left = (time.monotonic() - start) / done * (total - done)
                print(f"round {turn + 1} of {a.rounds}, {threads} threads, {name}, {left:.0f} s left", file=sys.stderr)
                # The one that begins finds a cooler machine.
                theirs = peers(a, name, threads) if turn % 2 else None
                mine = ours(name, threads, a.repeats)
                if mine is None:
                    missing.add(name)
                    print(f"  this build has no {name}", file=sys.stderr)
                    continue
                pair = found.setdefault((name, threads), ([], []))
                pair[0].append(mine)
                pair[1].append(theirs or peers(a, name, threads))
    look(a.rounds + 1, 0, a.threads[-1])
    return found, loads


def row(name, threads, mine, theirs, peak):
    def median(values):
        values = [v for v in values if v is not None]
        return round(statistics.median(values), 4) if values else None

    goal = None if WORKLOADS[name] == GEMM and threads > 1 else WORKLOADS[name]
    ms, peer_ms = [m["medianMs"][name] for m in mine], [t["median_ms"][name] for t in theirs]
    ratios = [round(m / p, 4) for m, p in zip(ms, peer_ms)]
    # A peak is what nothing disturbs: floors of flops are of the highest any process of the run saw.
    floor = round(min(m["floorMs"][name] * (m["peaks"]["multiplyAddGigaflops"] / peak if name in m["gigaflops"] else 1) for m in mine), 4)
    return {
        "workload": name,
        "threads": threads,
        "medianMs": median(ms),
        "peerMedianMs": median(peer_ms),
        "ratio": median(ratios),
        "ratioLower": min(ratios),
        "ratioUpper": max(ratios),
        "goal": goal,
        "met": None if goal is None else median(ratios) <= goal,
        "floorMs": floor,
        "overFloor": round(statistics.median(ms) / floor, 3),
        "peerOverFloor": round(statistics.median(peer_ms) / floor, 3),
        "gigaflops": median(m["gigaflops"].get(name) for m in mine),
        "peakMegabytes": median(m["peakMegabytes"].get(name) for m in mine),
        "peerPeakMegabytes": median(t.get("peak_mb", {}).get(name) for t in theirs),
        "mediansMs": ms,
        "peerMediansMs": peer_ms,
        "ratios": ratios,
    }


def checks(rows):
    """What else is asked for, of every number of threads."""
    found = []
    for threads in sorted({r["threads"] for r in rows}):
        by = {r["workload"]: r for r in rows if r["threads"] == threads}
        product, gradient, unrolled = (by.get(f"mlp-b128-{n}") for n in ("hvp", "gradient", "hypergradient-T100"))
        if product and gradient:
            ratio = statistics.median(p / g for p, g in zip(product["mediansMs"], gradient["mediansMs"]))
            found.append(("`mlp-b128-hvp` / `mlp-b128-gradient`, both ours", threads, ratio, PRODUCT_OVER_GRADIENT))
        if unrolled and unrolled["peakMegabytes"] and unrolled["peerPeakMegabytes"]:
            ratio = unrolled["peakMegabytes"] / unrolled["peerPeakMegabytes"]
            found.append(("peak memory of `mlp-b128-hypergradient-T100`, ours / PyTorch", threads, ratio, HYPERGRADIENT_MEMORY))
    return [{"what": w, "threads": t, "ratio": round(r, 4), "goal": g, "met": r <= g} for w, t, r, g in found]


def peak_of(found, threads, quantity):
    """The best of any process; several threads can do what one can."""
    return max(m["peaks"][quantity] for (_, n), (mine, _) in found.items() if n <= threads for m in mine)


def verdict(met):
    return "–" if met is None else "met" if met else "missed"


def fraction(x):
    return f"{x:.2f}" if x >= 0.095 else number(x, 2)


def number(x, digits=3):
    if x is None:
        return "–"
    if x >= 10 ** (digits - 1):
        return f"{x:,.0f}"
    return f"{x:#.{digits}g}".rstrip(".") if x else "0"


def target(x):
    return "–" if x is None else f"≤ {x:.2f}"


def peer_table(result):
    lines = [
        f"{result['machine']['processor']}, {result['machine']['cores']} cores, {result['machine']['operatingSystem']}, {result['machine']['runtime']}, "
        f"MetaMirror {result['versions']['metamirror']}, PyTorch {result['versions']['torch']}; {result['date']}, medians of {result['rounds']} rounds." + (" **Others used the machine.**" if result["disturbed"] else ""),
    ]
    for threads in result["threads"]:
        rows = [r for r in result["workloads"] if r["threads"] == threads]
        if not rows:
            continue
        peaks = result["peaks"][str(threads)]
        lines += [
            "",
            f"{'One thread' if threads == 1 else f'{threads} threads'}: multiply-add peak {number(peaks['multiplyAddGigaflops'])} GFLOP/s, "
            f"memory {number(peaks['streamGigabytesPerSecond'])} GB/s.",
            "",
            "| Workload | ms | PyTorch ms | ratio (all rounds) | target | | floor ms | ms / floor | PyTorch / floor | MB | PyTorch MB |",
            "|---|---|---|---|---|---|---|---|---|---|---|",
        ]
        for r in rows:
            ratio = fraction(r["ratio"])
            if r["met"]:
                ratio = f"**{ratio}**"
            spread = f"{fraction(r['ratioLower'])}–{fraction(r['ratioUpper'])}"
            lines.append(
                f"| `{r['workload']}` | {number(r['medianMs'])} | {number(r['peerMedianMs'])} | {ratio} ({spread}) | {target(r['goal'])} | {verdict(r['met'])} | {number(r['floorMs'])} | "
                f"{number(r['overFloor'])} | {number(r['peerOverFloor'])} | {number(r['peakMegabytes'])} | {number(r['peerPeakMegabytes'])} |")
        others = [c for c in result["checks"] if c["threads"] == threads]
        if others:
            lines.append("")
        lines += [f"- {c['what']}: {fraction(c['ratio'])}, target {target(c['goal'])}: {verdict(c['met'])}" for c in others]
    return "\n".join(lines)


def scaling_table(documents):
    lines = []
    for document in documents:
        threads = document["threads"]
        lines += [
            *([""] if lines else []),
            f"{'One thread' if threads == 1 else f'{threads} threads'}:",
            "",
            "| Grows | to | parameters | gradient ms | GFLOP/s | product ms | GFLOP/s | product / gradient |",
            "|---|---|---|---|---|---|---|---|",
        ]
        for d in document["derivatives"]:
            lines.append(
                f"| {d['grows']} | {d['value']:,} | {d['parameters']:,} | {number(d['gradientMilliseconds'])} | {number(d['gradientGigaflops'])} | "
                f"{number(d['productMilliseconds'])} | {number(d['productGigaflops'])} | {d['productMilliseconds'] / d['gradientMilliseconds']:.2f} |")
        lines += ["", "| Network | steps T | ms | ms a step | gradients | products | stored MB | all states MB |", "|---|---|---|---|---|---|---|---|"]
        for h in document["hypergradients"]:
            lines.append(
                f"| {h['network']} | {h['steps']} | {number(h['milliseconds'])} | {number(h['milliseconds'] / h['steps'])} | {h['gradients']:,} | {h['hessianVectorProducts']:,} | "
                f"{number(h['trajectoryMegabytes'])} | {number(h['allStatesMegabytes'])} |")
    return "\n".join(lines)


def replace(page, marker, text):
    begin, end = f"<!-- measured: {marker} -->", f"<!-- /measured: {marker} -->"
    head, rest = page.split(begin, 1)
    return f"{head}{begin}\n\n{text}\n\n{end}{rest.split(end, 1)[1]}"


def scaling(a):
    documents = []
    for threads in a.threads:
        print(f"scaling, {threads} threads", file=sys.stderr)
        run = subprocess.run(["dotnet", str(TOOL), "bench", "--scaling", "--threads", str(threads), "--repeats", str(a.repeats), "--json"], stdout=subprocess.PIPE, text=True, check=True)
        documents.append(json.loads(run.stdout))
    return documents


def main():
    a = arguments()
    subprocess.run(["dotnet", "build", "-c", "Release", "-v", "q", "--nologo", str(ROOT / "src/MetaMirror.Cli")], check=True, stdout=sys.stderr)
    load = os.getloadavg()[0]
    if load > 0.5 and not a.anyway:
        print("Waiting for an idle machine (the build is part of its load) ...", file=sys.stderr)
        deadline = time.monotonic() + 300
        while os.getloadavg()[0] > 0.5 and time.monotonic() < deadline:
            time.sleep(5)
        if os.getloadavg()[0] > 0.5:
            sys.exit(f"load {os.getloadavg()[0]:.1f}: measure on an idle machine, or with --anyway")
    found, loads = measure(a)
    if not found:
        sys.exit("nothing was measured")
    rows = [
        row(name, threads, *pair, peak_of(found, threads, "multiplyAddGigaflops"))
        for (name, threads), pair in sorted(found.items(), key=lambda f: (f[0][1], a.only.index(f[0][0])))
    ]
    mine, theirs = next(iter(found.values()))
    machine = {k: v for k, v in mine[0]["machine"].items() if k != "threads"}
    result = {
        "date": datetime.date.today().isoformat(),
        "machine": machine,
        "versions": {"metamirror": mine[0]["version"], "torch": theirs[0]["torch"]},
        "rounds": a.rounds,
        "repeats": a.repeats,
        "threads": a.threads,
        "disturbed": any(l["load"] > l["limit"] for l in loads),
        "loads": loads,
        "peaks": {
            str(t): {k: peak_of(found, t, k) for k in ("multiplyAddGigaflops", "streamGigabytesPerSecond")}
            for t in a.threads
        },
        "workloads": rows,
        "checks": checks(rows),
    }
    grown = scaling(a) if a.scaling else None
    if grown:
        result["scaling"] = [{k: d[k] for k in ("threads", "derivatives", "hypergradients")} for d in grown]
    print(peer_table(result))
    if grown:
        print("\n" + scaling_table(grown))
    if a.no_write:
        return
    lacking = [f"{n} on {t} threads" for t in sorted(THREADS) for n in WORKLOADS if (n, t) not in found]
    if lacking:
        print(f"Not written: not everything was measured, such as {lacking[0]}", file=sys.stderr)
        return
    path = ROOT / "bench/results" / f"{result['date']}-peer.json"
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    page = replace(PAGE.read_text(), "peer", peer_table(result))
    if grown:
        page = replace(page, "scaling", scaling_table(grown))
    PAGE.write_text(page)
    print(f"Wrote {path.relative_to(ROOT)} and {PAGE.relative_to(ROOT)}", file=sys.stderr)


main()
