#!/usr/bin/env python3
"""Figures of experiment 0006, through the command-line tool: `0006-what-learning-adds.py FAMILY [VARIANT ...]`, FAMILY one of digits, fashion, mnist, lenet; no variant: all.

METAMIRROR is the command (default: metamirror), OPTIONS more options of it (--threads 1), METAMIRROR_DATA the data. One JSON file per variant in 0006-results (or $OUT); those that exist are not run again.
"""
import json, os, re, shlex, statistics, subprocess, sys

LEARN = ["learning_rate", "scales", "momentum", "averaging", "schedule"]
ALL = LEARN + ["exponent", "prior_weight"]
TARGETS = {"digits": .1, "fashion": .36, "mnist": .067, "lenet": "bestClassicFinal"}
PLANS = {"digits": "rotated-digits", "fashion": "rotated-fashion", "mnist": "rotated-mnist", "lenet": "lenet-families"}
HELD_OUT = {"fashion": ["rotation-0", "rotation-45"], "mnist": ["rotation-0", "rotation-45"], "lenet": ["kmnist", "fashion-mnist"]}  # held out together; else each task in turn
BOTH = ["linear", "inverse-time"]
SINCE = {"momentum": None, "averagePower": None, "largestRows": None, "rotateTracked": None, "largestAspect": None, "refreshEvery": None}  # keys that plans had not
IMAGES = SINCE | {"ranks": [16], "rotateResidual": False, "exponents": [.5], "factorEvery": 1, "learningRates": [.012, .016, .02, .026], "schedules": BOTH}
AS_THEN = {"digits": {"exponents": [.5], "learningRates": [.016, .03, .05, .07, .09, .12, .16]}, "fashion": IMAGES, "mnist": IMAGES,
           "lenet": SINCE | {"ranks": None, "exponents": [.5], "learningRates": [.01, .014, .02, .028], "schedules": BOTH}}  # the plans have changed since
UNREFINED = {"refinementSteps": 1, "outerLearningRate": 1e-12}  # changes nothing, but then a value is printed on streams that nothing was chosen on
SEEDS = {"digits": 5, "fashion": 2, "mnist": 2, "lenet": 2}


def variants(family):
    """Name to what differs from the plan's `learn`."""
    digits = family == "digits"
    step = {"learningRates": [.016], "schedules": ["linear"]}
    basis = {"optimizer": "metamirror-basis", "learningRates": [.008, .016, .024, .04, .06] if digits else [.006, .008, .012, .018, .026], "outerSteps": 0, "rank": 32,
             "schedules": ["linear", "inverse-time"] if digits else ["linear"], "sourceLearningRate": .01 if digits else .004, "rotateResidual": None, "ranks": None, "warmup": 5}
    hyper = lambda n, lr, learn=LEARN, **more: dict({"outerSteps": n, "outerLearningRate": lr, "learn": learn}, **more)
    v = {"tracked": {}, "fixed step": step, "learned start alone": {"learningRates": [.016]}}
    v |= {f"hyper {n} x {lr}": hyper(n, lr, start="random", **step) for n, lr in ((15, .1), (15, .2), (30, .1))}
    v |= {f"hybrid {n} x {lr}": hyper(n, lr) for n, lr in ((15, .05), (15, .1), (15, .2), (30, .1))}
    v |= {"hybrid, with exponent": hyper(15, .1, LEARN + ["exponent"]), "hybrid, with prior": hyper(15, .1, LEARN + ["prior_weight"], prior=.1)}
    v |= {"everything, hyper": hyper(15, .1, ALL, start="random", **step), "everything, hybrid": hyper(15, .1, ALL), "families": {}}
    v |= {f"hybrid, {name}": hyper(15, .1, [name]) for name in ALL}
    v |= {"basis": basis, "basis, hybrid": basis | hyper(15, .2, LEARN + ["prior_weight"]), "basis, prior 0": basis | {"prior": 1e-9}, "identity + prior": basis | {"basis": "identity"},
          "identity + prior, hybrid": basis | {"basis": "identity"} | hyper(15, .2, LEARN + ["prior_weight"]), "identity": basis | {"basis": "identity", "prior": 1e-9},
          "basis, hyper": basis | {"basis": "identity", "prior": 1e-9, "learningRates": [.008], "schedules": ["linear"]} | hyper(15, .2, LEARN + ["prior_weight"])}
    matrix = {"optimizer": "metamirror-kronecker", "outerSteps": 0, "momentum": .9, "trustRegion": 1, "schedule": "linear", "learningRates": [.005, .01, .02, .04, .08, .16, .32, .64], "refinementSteps": 15}
    unit = matrix | {"start": "unit"}
    roots, closed = matrix | {"start": "fourth-roots", "sourceLearningRate": .01 if digits else .004}, unit | {"outerSteps": 10}
    for name, start in (("kronecker", roots), ("kronecker closed form", closed), ("kronecker unit", unit)):
        v |= {name: start | UNREFINED} | {f"{name}, hybrid 15 x {lr}": start | {"outerLearningRate": lr} for lr in (.003, .01, .03, .1)}
        v |= {f"{name}, hybrid 15 x {lr} on 100 steps": start | {"outerLearningRate": lr, "refinementInnerSteps": 100} for lr in (.03, .1)}
    alone = unit | {"learningRates": [.04]}
    v |= {"kronecker start": alone | UNREFINED}
    v |= {f"kronecker, hyper {n} x {lr}": alone | {"refinementSteps": n, "outerLearningRate": lr} for n in (15, 50) for lr in (.03, .1)}
    v |= {f"kronecker, hyper 15 x {lr} on 100 steps": alone | {"refinementInnerSteps": 100, "outerLearningRate": lr} for lr in (.1, .2)}
    v |= {f"basis, prior {c}": basis | {"prior": c} for c in (.1, 10)}
    v |= {f"basis, rank {r}": basis | {"rank": r} for r in (4, 8, 16, 64 if digits else 100)}
    v |= {"random start": {"start": "random"}}
    v |= {f"prior {c}": {"prior": c} for c in (.1, 1, 10)}
    v |= {f"rank {r}": {"ranks": [r], "largestColumns": 60 if digits else 200} for r in (4, 8, 16, 32)} | {"rank full": {"largestColumns": 1000}}
    v |= {f"exponent {e}": {"exponents": [e]} for e in (.3, .4, .45, .55, .6)}
    v |= {f"momentum {b}": {"momentum": b} for b in (0, .5, .8, .95)} | {f"averaging {b}": {"averaging": b} for b in (.95, .98, .999)}
    v |= {f"trust region {r or 'off'}": {"trustRegion": r} for r in (0, 1, 2, 10)}
    v |= {f"schedule {s}": {"schedules": [s]} for s in ("constant", "linear", "cosine", "inverse-time")} | {f"warmup {w}": {"warmup": w} for w in (5, 10)}
    v |= {f"{n} at step x {f}": {**s, "stepFactor": f} for f in (.32, .56, 1, 1.8, 3.2) for n, s in (("tracked", {}), ("hybrid", hyper(15, .1)))}
    return v


def fewer(family, name, change):
    """Ablations of the larger families try fewer settings: the schedule that the plan chose, and two or three steps."""
    few = {"learningRates": [.014, .02] if family == "lenet" else [.014, .02, .028], "schedules": ["inverse-time"]}
    whole = family == "digits" or name in ("tracked", "families") or change.get("optimizer") or "learningRates" in change
    return change if whole else few | change


def run(family, name, change, out):
    tool = shlex.split(os.environ.get("METAMIRROR", "metamirror"))
    plan = json.loads(subprocess.run(tool + ["plan", PLANS[family], "--json"], check=True, capture_output=True, text=True).stdout)
    plan = plan.get("plan", plan)
    plan["learn"] = {k: x for k, x in (plan["learn"] | AS_THEN[family] | change).items() if x is not None}
    if plan["learn"]["optimizer"] != "metamirror-tracked":
        basis = plan["learn"]["optimizer"] == "metamirror-basis"
        tracked = ("ranks", "largestColumns", "refreshEvery", "factorEvery", "trackEvery", "rotateResidual", "residualEvery") + (("start", "exponents", "trustRegion") if basis else ("schedules", "exponents"))
        plan["learn"] = {k: x for k, x in plan["learn"].items() if k not in tracked}
        plan["controls"] = ["unlearned-basis"] if basis else []
    if not ("step x" in name or name in ("tracked", "basis", "families")):
        plan["controls"] = []
    plan["name"], plan["seeds"] = "variant", SEEDS[family] + (1 if family == "fashion" and "step x" in name else 0)
    plan["target"]["value"] = TARGETS[family]
    if name == "families":  # the plan, each task held out in turn; Adam's grid is enough for the target
        grid = {"rates": 3, "schedules": ["linear", "cosine"], "learningRates": {"adam": [.003, .006, .012]}, "maxExtensions": 1}
        plan |= {"baselines": ["adam"], "tuning": grid, "seeds": 2 if family == "lenet" else 3, "controls": ["unlearned-tracked"]}
        plan["target"]["value"] = .1 if family == "digits" else "bestClassicFinal"
        return measured(tool, plan, family, name, change, out)
    plan["evaluation"] = plan.get("evaluation", {}) | {"everySteps": 1 if family == "digits" else 2}
    plan["baselines"], plan["tuning"] = ["sgd"], {"rates": 2, "schedules": ["linear"], "learningRates": {"sgd": [.1, .2]}, "maxExtensions": 0}
    if family == "lenet":
        plan["baselines"], plan["tuning"] = ["adam"], {"rates": 2, "schedules": ["linear"], "learningRates": {"adam": [.004, .008]}, "maxExtensions": 0}
    plan |= {"heldOut": HELD_OUT[family]} if family in HELD_OUT else {}
    return measured(tool, plan, family, name, change, out)


def measured(tool, plan, family, name, change, out):
    path = os.path.join(out, "plan.json")
    json.dump(plan, open(path, "w"))
    done = subprocess.run(tool + ["compare", path, "--json", "--out", os.path.join(out, "report")] + shlex.split(os.environ.get("OPTIONS", "")), capture_output=True, text=True)
    if not done.stdout:
        return {"family": family, "variant": name, "change": change, "error": done.stderr[-400:]}
    document = json.loads(done.stdout)
    rows, cost = document["comparison"], document["metaTraining"]
    values = [float(x) for x in re.findall(r"(?:check|refinement)\s+value (\S+)\s+done", done.stderr)]
    return {"family": family, "variant": name, "change": change, "source": values, "rows": rows, "cost": cost}


def line(result, role="learned"):
    if "error" in result:
        return f"{result['variant']:32} {result['error']}"
    rows = [r for r in result["rows"] if r["role"] == role]
    steps = [r["stepsToTarget"]["median"] for r in rows]
    text = " ".join("-" if s is None else f"{s:g}" for s in steps)
    reached = sum(r["stepsToTarget"]["reached"] for r in rows)
    runs, diverged = sum(r["seeds"] for r in rows), sum(r["diverged"] for r in rows)
    middle = statistics.median(float("inf") if s is None else s for s in steps)
    mean = lambda k: statistics.mean(r[k] if r[k] is not None else float("nan") for r in rows)
    accuracy = statistics.mean(r["testAccuracy"]["mean"] for r in rows)
    source = statistics.mean(result["source"]) if result["source"] else float("nan")
    return (f"{result['variant'] if role == 'learned' else '  its control':32} source {source:.4f} | steps {text} ({middle:g}) | mean {mean('meanTrainingLoss'):.4f} final {mean('finalTrainingLoss'):.4f} "
            f"| accuracy {accuracy:.4f} | reached {reached} of {runs}, diverged {diverged}")


def main():
    family, names = sys.argv[1], sys.argv[2:]
    out = os.path.join(os.environ.get("OUT", "0006-results"), family)
    os.makedirs(out, exist_ok=True)
    for name, change in variants(family).items():
        if names and name not in names:
            continue
        path = os.path.join(out, re.sub(r"\W+", "-", name) + ".json")
        if not os.path.exists(path):
            result = run(family, name, fewer(family, name, change), out)
            json.dump(result, open(path, "w"))
        result = json.load(open(path))
        print(line(result), flush=True)
        if "at step" in name and "error" not in result or name in ("tracked", "basis", "families"):
            print(line(result, "control"), flush=True)


if __name__ == "__main__":
    main()
