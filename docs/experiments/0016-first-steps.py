"""What the first twenty steps cost, which milliseconds per step leave out: bases are set up there.

METAMIRROR_DATA=... python3 docs/experiments/0016-first-steps.py [PLAN ...]
Needs a Release build and an idle machine. Prints, for each plan and optimizer: milliseconds per step after the first twenty, and by how much the first twenty take longer than twenty such steps.
"""
import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile

SPEC = importlib.util.spec_from_file_location("before", pathlib.Path(__file__).with_name("0013-output-side-and-averages.py"))
before = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(before)
PLANS = {"rotated-mnist": "rotation-0", "rotated-fashion": "rotation-0", "lenet-families": "mnist", "rotated-digits": "rotation-0"}
BASELINES = ["adamw", "schedule-free", "muon", "soap", "shampoo"]
FIRST, ROUNDS = 20, 9
TIMINGS = {"first": {"warmUp": 0, "steps": FIRST, "rounds": ROUNDS}, "later": {"warmUp": FIRST, "steps": 100, "rounds": ROUNDS}}


def times(plan: dict, task: str, timing: dict, folder: pathlib.Path) -> dict:
    (folder / "plan.json").write_text(json.dumps(plan | {"timing": timing}))
    subprocess.run([*before.TOOL, "compare", str(folder / "plan.json"), "--held-out", task, "--out", str(folder / "out")], check=True, capture_output=True)
    return {r["optimizer"]: r["millisecondsPerStep"] for r in json.loads((folder / "out/comparison.json").read_text())["comparison"]}


def one(name: str) -> None:
    plan = json.loads((before.ROOT / f"src/MetaMirror.Experiments/Resources/plans/{name}.json").read_text())
    learn = plan["learn"]
    # One candidate of everything: the times do not depend on it.
    plan |= {
        "learn": learn | {k: learn[k][-1:] for k in ("learningRates", "schedules", "exponents", "ranks") if k in learn}, "seeds": 1, "baselines": BASELINES,
        "tuning": {"rates": 2, "schedules": ["linear"], "maxExtensions": 0}, "target": plan["target"] | {"value": 0.1},
    }
    with tempfile.TemporaryDirectory() as scratch:
        found = {k: times(plan, PLANS[name], t, pathlib.Path(scratch)) for k, t in TIMINGS.items()}
    for optimizer, later in found["later"].items():
        print(f"| {name} | `{optimizer}` | {later:.3g} | {FIRST * (found['first'][optimizer] - later):.2g} |", flush=True)


if __name__ == "__main__":
    for chosen in sys.argv[1:] or PLANS:
        one(chosen)
