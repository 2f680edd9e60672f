#!/usr/bin/env python3
"""Table of a comparison for docs/results.md: `summarize.py [--optimizers|--accuracy|--rivals|--plan=NAME] comparison.json [KEPT.json]`; KEPT.json gets the comparison without its curves (of `reproduce rivals` rounded, and without the rows of plans of twenty tasks and more).

With --optimizers a row for each optimizer: on how many tasks it reached the target, medians over tasks. With --accuracy every optimizer's test accuracy on each task. With --rivals, of the document of `reproduce rivals`: for each plan its held-out tasks with the best of all others for each figure, then all optimizers, each figure a geometric mean over the tasks of its ratio to the best of all but the control; then the medians over all tasks of a kind; with --plan=NAME, of such a document, the tables of a comparison for one of its plans. Else for each held-out task: the learned optimizer, the best tuned baseline for that column, and the control; then, where there are any, the best tuned rival for each column. Steps are medians (quartiles) over seeds, seconds are steps times milliseconds per step.
"""
import json, sys

DIGITS = 5  # kept of the document of a suite: its tasks are many
MANY = 20  # tasks from which a plan's rows are not kept in it, its standings and duels are
LOWEST = {"steps": lambda r: r["stepsToTarget"]["median"], "seconds": lambda r: seconds(r), "final": lambda r: r["finalTrainingLoss"]}


def seconds(row):
    steps = row["stepsToTarget"]["median"]
    return None if steps is None or row["millisecondsPerStep"] is None else steps * row["millisecondsPerStep"] / 1000


def best(rows, figure):
    known = [r for r in rows if figure(r) is not None]
    return min(known, key=figure) if known else None


def number(x, digits=3):
    return "–" if x is None else f"{x:.{digits}g}" if x < 1000 else f"{x:.0f}"


def ratio(x, y):
    return "–" if x is None or not y else f"{x / y:.2f}"


def steps(row):
    s = row["stepsToTarget"]
    return "–" if s["median"] is None else f"{s['median']:g} ({number(s['lower'])} to {'never' if s['upper'] is None else number(s['upper'])})"


def median(values):
    """A target that was not reached counts as infinity."""
    ordered = sorted(float("inf") if v is None else v for v in values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def percent(row, digits=1):
    if not row or not row["testAccuracy"]:
        return "–"
    mean, error = row["testAccuracy"]["mean"], row["testAccuracy"]["standardError"]
    return f"{100 * mean:.{digits}f}" + (f" ± {100 * error:.{digits}f}" if error is not None else "")


def named(row, figure):
    return "–" if row is None else f"{row['optimizer']} {figure(row)}"


def label(name, role):
    return f"**`{name}`**" if role == "learned" else f"`{name}` (control)" if role == "control" else f"`{name}`"


def accuracies(rows):
    tasks = list(dict.fromkeys(r["heldOutTask"] for r in rows))
    print("| test accuracy, % | " + " | ".join(tasks) + " |\n|---" + "|---" * len(tasks) + "|")
    for name in dict.fromkeys(r["optimizer"] for r in rows):
        own = {r["heldOutTask"]: r for r in rows if r["optimizer"] == name}
        print(f"| {label(name, next(iter(own.values()))['role'])} | " + " | ".join(percent(own.get(t), 2) for t in tasks) + " |")


def rivals(rows, name, tasks):
    print(f"\n| held out | steps: `{name}` | best rival | ratio | seconds: ratio | mean loss | best rival | ratio | final loss: ratio | test accuracy | best rival |\n" + "|---" * 11 + "|")
    figures = LOWEST | {"mean": lambda r: r["meanTrainingLoss"]}
    for task in tasks:
        here = [r for r in rows if r["heldOutTask"] == task]
        learned, others = next(r for r in here if r["optimizer"] == name), [r for r in here if r["role"] == "rival"]
        found = {k: (f(learned), b and f(b), b) for k, f in figures.items() for b in [best(others, f)]}
        accurate = best(others, lambda r: r["testAccuracy"] and -r["testAccuracy"]["mean"])
        (x, y, b), (s, z, _), (m, n, w), (p, q, _) = (found[k] for k in ("steps", "seconds", "mean", "final"))
        print(
            f"| {task} | {steps(learned)} | {named(b, steps)} | **{ratio(x, y)}** | {ratio(s, z)} | {number(m)} | {named(w, lambda r: number(n))} | {ratio(m, n)} | {ratio(p, q)} "
            f"| {percent(learned)} | {named(accurate, percent)} |")


def optimizers(rows):
    print("| optimizer | reached the target on | steps, median over tasks | ms per step |\n|---|---|---|---|")
    for name in dict.fromkeys(r["optimizer"] for r in rows):
        own = [r for r in rows if r["optimizer"] == name]
        steps, role = [r["stepsToTarget"]["median"] for r in own], own[0]["role"]
        middle = median(steps)
        print(f"| {label(name, role)} | {sum(s is not None for s in steps)} of {len(steps)} | {'–' if middle == float('inf') else f'{middle:g}'} | {number(median([r['millisecondsPerStep'] for r in own]))} |")


def suite(result):
    for family in result["families"]:
        plan, champion = family["plan"], family["champion"]
        duels = [d for d in result["duels"] if d["family"] == plan]
        accurate = any(d["accuracy"] for d in duels)
        print(f"\n{plan}\n\n| held out | target | steps: `{champion}` | best of all others | ratio | time, ms | least of the others | ratio | final loss | best of the others | ratio |"
              + (" accuracy, % | best of the others |" if accurate else "") + "\n|" + "---|" * (13 if accurate else 11))
        for duel in duels if any(r["heldOutTask"].startswith(f"{plan}: ") for r in result["comparison"]) else ():
            rows = {r["optimizer"]: r for r in result["comparison"] if r["heldOutTask"] == f"{plan}: {duel['task']}"}
            best = (duel["accuracy"] or {}).get("best")
            print(f"| {duel['task']} | {number(rows[champion]['target'])} | {figure(duel['steps'])} | {figure(duel['seconds'], 1000)} | {figure(duel['finalLoss'])} |"
                  + (f" {percent(rows[champion], 2)} | {best or ''} {percent(rows.get(best), 2)} |" if accurate else ""))
        print("\n| optimizer | part | reached | steps | time | final loss |" + (" accuracy, % |" if accurate else "") + " tuning runs | learning runs |\n|" + "---|" * (9 if accurate else 8))
        last = float("inf")
        for row in sorted(family["standings"], key=lambda r: tuple(last if r[k] is None else r[k] for k in ("steps", "finalLoss"))):
            part = {"learned": "learned, ours", "baseline": "classic", "rival": "rival, learned" if row["learningRuns"] else "rival"}.get(row["role"], row["role"])
            name = f"**`{row['optimizer']}`**" if row["role"] == "learned" else f"`{row['optimizer']}`"
            shown = "–" if row["accuracy"] is None else f"{100 * row['accuracy']:.2f}"
            print(f"| {name} | {part} | {row['reached']} | {number(row['steps'])} | {number(row['seconds'])} | {number(row['finalLoss'])} |" + (f" {shown} |" if accurate else "")
                  + f" {row['tuningRuns']:.0f} | {'–' if row['learningRuns'] is None else format(row['learningRuns'], '.0f')} |")
        print(f"\n{totals(family['summary'])}")
    print()
    for summary in result["summaries"]:
        print(f"{summary['name']}: {totals(summary)}")


def figure(duel, scale=1):
    """Own figure, the best of the others with its optimizer, and the ratio."""
    own, others = (None if duel[k] is None else scale * duel[k] for k in ("own", "others"))
    return f"{number(own)} | {duel['best'] or ''} {number(others)} | **{ratio(own, others)}**"


def totals(s):
    return (
        f"{s['tasks']} tasks; medians of the ratios: steps {number(s['steps'])}, time {number(s['seconds'])}, final loss {number(s['finalLoss'])}; fewest steps on {s['fewestSteps']}, least time on {s['leastTime']}, "
        f"by 1.3 on {s['clearlyLeastTime']}, final loss within 1.05 of the best on {s['finalWithin']}, accuracy best or within a standard error on {s['bestAccuracy']} of {s['withAccuracy']}.")


def rounded(x, digits=DIGITS):
    return {k: rounded(v, digits) for k, v in x.items()} if isinstance(x, dict) else [rounded(v, digits) for v in x] if isinstance(x, list) else float(f"{x:.{digits}g}") if isinstance(x, float) else x


def of_suite(result, digits=DIGITS, many=MANY):
    """A suite's document as it is kept: rounded, without the rows of plans of many tasks."""
    many_tasks = tuple(f"{f['plan']}: " for f in result["families"] if f["summary"]["tasks"] >= many)
    return rounded({**result, "comparison": [r for r in result["comparison"] if not r["heldOutTask"].startswith(many_tasks)]}, digits)


def keep(result, files):
    for path in files:
        with open(path, "w") as file:
            kept = {k: v for k, v in result.items() if k not in ("curves", "accuracyCurves")}
            rows = kept.pop("comparison") if "families" in kept else None
            text = json.dumps(kept, indent=1)

            # The rows of a suite are thousands: a line for each.
            file.write(text if rows is None else text[:-2] + ',\n "comparison": [\n  ' + ",\n  ".join(map(json.dumps, rows)) + "\n ]\n}")
            file.write("\n")


def main():
    flags = [a for a in sys.argv[1:] if a.startswith("--")]
    plans = [a.removeprefix("--plan=") for a in flags if a.startswith("--plan=")]
    if unknown := [a for a in flags if a not in ("--optimizers", "--accuracy", "--rivals") and not a.startswith("--plan=")]:
        sys.exit(f"expected --optimizers, --accuracy, --rivals, --plan=NAME or none, found {', '.join(sorted(unknown))}")
    files = [a for a in sys.argv[1:] if a not in flags]
    with open(files[0]) as file:
        result = json.load(file)
    suites = "--rivals" in flags or plans
    keep({"digits": DIGITS, "many": MANY, **of_suite(result)} if suites and files[1:] else result, files[1:])
    if suites and "families" not in result:
        sys.exit("--rivals and --plan expect the document of `reproduce rivals`, found that of one comparison")
    if "--rivals" in flags:
        suite(result)
        return
    for plan in plans:
        result["comparison"] = [{**r, "heldOutTask": r["heldOutTask"].removeprefix(f"{plan}: ")} for r in result["comparison"] if r["heldOutTask"].startswith(f"{plan}: ")]
        if not result["comparison"]:
            sys.exit(f"--plan expects one of {', '.join(f['plan'] for f in result['families'])}, found {plan}")
    for flag, table in (("--optimizers", optimizers), ("--accuracy", accuracies)):
        if flag in sys.argv:
            table(result["comparison"])
            return
    rows, name = result["comparison"], next(r["optimizer"] for r in result["comparison"] if r["learned"])
    tasks = list(dict.fromkeys(r["heldOutTask"] for r in rows))
    print(f"| held out | target | steps: `{name}` | best baseline | ratio | seconds: ratio | final loss | best baseline | ratio | test accuracy | best baseline | control: steps | diverged |")
    print("|---" * 13 + "|")
    ratios = {k: [] for k in LOWEST}
    against = []
    for task in tasks:
        here = [r for r in rows if r["heldOutTask"] == task]
        learned = next(r for r in here if r["optimizer"] == name)
        baselines = [r for r in here if r["role"] == "baseline"]
        control = next((r for r in here if r["role"] == "control"), None)
        found = {k: (f(learned), b and f(b), b) for k, f in LOWEST.items() for b in [best(baselines, f)]}
        for k, (x, y, _) in found.items():
            ratios[k].append(None if x is None or not y else x / y)
        if control and control["stepsToTarget"]["median"] and learned["stepsToTarget"]["median"]:
            against.append(learned["stepsToTarget"]["median"] / control["stepsToTarget"]["median"])
        accurate = best(baselines, lambda r: r["testAccuracy"] and -r["testAccuracy"]["mean"])
        (x, y, b), (s, z, _), (p, q, w) = found["steps"], found["seconds"], found["final"]
        print(
            f"| {task} | {number(learned['target'])} | {steps(learned)} | {b and b['optimizer']} {b and steps(b)} | **{ratio(x, y)}** | {ratio(s, z)} | {number(p)} | {w and w['optimizer']} {number(q)} "
            f"| {ratio(p, q)} | {percent(learned)} | {accurate and accurate['optimizer']} {percent(accurate)} | {control and steps(control) or '–'} | {learned['diverged']} |")
    if any(r["role"] == "rival" for r in rows):
        rivals(rows, name, tasks)
    reached = sum(r["stepsToTarget"]["median"] is not None for r in rows if r["optimizer"] == name)
    words = ", ".join(f"{k} {number(median(v), 2)}" for k, v in ratios.items() if any(x is not None for x in v))
    cost = "" if plans else f" Learning took {result['metaTraining']['seconds']:.0f} s, " + ", ".join(f"as many gradients as {c['trainingRuns']:.0f} training runs ({c['optimizer']})" for c in result["learningCosts"]) + "."
    print(f"\nMedian of the ratios: {words}; learned / control, steps: {number(median(against), 2) if against else '–'}. Reached on {reached} of {len(tasks)} tasks.{cost}")


if __name__ == "__main__":
    main()
