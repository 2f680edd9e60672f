"""Variants of the tracked basis' sides on rotations 90 to 165, as 0013 runs them, with six seeds.

METAMIRROR_DATA=... python3 docs/experiments/0015-sides-worth-their-cost.py fashion-mnist|mnist [NAME ...]
Needs a Release build. Prints, for each variant and rotation: test accuracy, mean and final training loss, median steps to loss 0.35 (0.06 on mnist), milliseconds per step.
"""
import importlib.util
import pathlib
import sys
import tempfile

SPEC = importlib.util.spec_from_file_location("before", pathlib.Path(__file__).with_name("0013-output-side-and-averages.py"))
before = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(before)
before.PLAN["seeds"] = 6
FLAT, TRACKED = {"largestAspect": 5}, {"rotateTracked": False}
SIDES = {"whole": {}, "tracked": TRACKED, "flat": FLAT, "both": TRACKED | FLAT}
FASHION = {name: {"ranks": [32], "exponents": [0.55], "averagePower": 4} | sides for name, sides in SIDES.items()}
FURTHER = {
    "both, factors of every fourth gradient": TRACKED | FLAT | {"factorEvery": 4},
    "both, and refreshes every 15 steps": TRACKED | FLAT | {"factorEvery": 4, "refreshEvery": 15},
    "both, momentum .7": TRACKED | FLAT | {"momentum": 0.7},
    "flat, no output side": FLAT | {"largestRows": 0},
    "flat, no output side, momentum .7": FLAT | {"largestRows": 0, "momentum": 0.7},
}
STEPS = {f"{schedule} {rate}": {"schedules": [schedule], "learningRates": [rate]}
         for schedule, rates in (("inverse-time", (0.014, 0.017, 0.024)), ("constant", (0.014, 0.02)), ("linear", (0.014,)), ("cosine", (0.017,))) for rate in rates}
MORE = {f"momentum {m}": {"momentum": m} for m in (0.7, 0.6)} | {"warm-up of 5 steps": {"learningRates": [0.02], "warmup": 5}}
MNIST = {name: {"ranks": [4], "exponents": [0.5]} | extra for name, extra in (SIDES | FURTHER | STEPS | MORE).items()}

if __name__ == "__main__":
    variants = MNIST if sys.argv[1] == "mnist" else FASHION
    for chosen in sys.argv[2:] or variants:
        with tempfile.TemporaryDirectory() as scratch:
            before.run(sys.argv[1], chosen, variants[chosen], pathlib.Path(scratch))
