"""Variants of the tracked basis on rotations 90 to 165, as 0013 runs them: which sides are rotated, how often, and how it steps.

METAMIRROR_DATA=... python3 docs/experiments/0015-sides-worth-their-cost.py fashion-mnist|mnist|steps [NAME ...]
Needs a Release build. Prints, for each variant and rotation: test accuracy, mean and final training loss, median steps to the target, milliseconds per step. Six seeds, of steps three.
"""
import importlib.util
import pathlib
import sys
import tempfile

SPEC = importlib.util.spec_from_file_location("before", pathlib.Path(__file__).with_name("0013-output-side-and-averages.py"))
before = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(before)
FLAT, TRACKED = {"largestAspect": 5}, {"rotateTracked": False}
BOTH = TRACKED | FLAT
SIDES = {"whole": {}, "tracked": TRACKED, "flat": FLAT, "both": BOTH}
SELDOM = {f"both, factors {f}, refreshes {r}": BOTH | {"factorEvery": f, "refreshEvery": r} for f, r in ((4, 10), (4, 15), (5, 20))}
FURTHER = {
    "both, momentum .7": BOTH | {"momentum": 0.7},
    "flat, no output side": FLAT | {"largestRows": 0},
    "flat, no output side, momentum .7": FLAT | {"largestRows": 0, "momentum": 0.7},
}
RATES = (("inverse-time", (0.014, 0.017, 0.024)), ("constant", (0.014, 0.02)), ("linear", (0.014,)), ("cosine", (0.017,)))
STEPS = (
    {"chosen on sources": {}} | {f"{schedule} {rate}": {"schedules": [schedule], "learningRates": [rate]} for schedule, rates in RATES for rate in rates}
    | {f"momentum {m}": {"momentum": m} for m in (0.7, 0.6)} | {"warm-up of 5 steps": {"learningRates": [0.02], "warmup": 5}}
)
KINDS = {
    "fashion-mnist": (6, {"ranks": [32], "exponents": [0.55], "averagePower": 4}, SIDES),
    "mnist": (6, {"ranks": [4], "exponents": [0.5]}, SIDES | SELDOM | FURTHER),
    "steps": (3, {"ranks": [4], "exponents": [0.5]}, STEPS),
}


if __name__ == "__main__":
    kind = sys.argv[1]
    seeds, rule, variants = KINDS[kind]
    before.PLAN["seeds"] = seeds
    for chosen in sys.argv[2:] or variants:
        with tempfile.TemporaryDirectory() as scratch:
            before.run("mnist" if kind == "steps" else kind, chosen, rule | variants[chosen], pathlib.Path(scratch))
