"""Variants of the tracked basis on rotations 90 to 165, which no plan has: learned on five, deployed on the sixth, three of them in turn, three seeds.

METAMIRROR_DATA=... python3 docs/experiments/0013-output-side-and-averages.py fashion-mnist|mnist [NAME ...]
Needs a Release build. Prints, for each variant and rotation: test accuracy, mean and final training loss, median steps to loss 0.35 (0.06 on mnist), milliseconds per step.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = ["dotnet", str(ROOT / "artifacts/bin/MetaMirror.Cli/release/MetaMirror.Cli.dll")]
HELD_OUT = ["rotation-105", "rotation-120", "rotation-150"]
PLAN = {
    "name": "development",
    "family": {"kind": "rotated-images", "angles": [90, 105, 120, 135, 150, 165], "trainExamples": 10000, "testExamples": 2000},
    "model": {"kind": "mlp", "hidden": [100, 100]},
    "training": {"steps": 300, "batchSize": 128},
    "seeds": 3,
    "evaluation": {"everySteps": 5, "examples": 2000},
    "baselines": ["sgd"],
    "tuning": {"rates": 3, "schedules": ["linear"]},
}
RULE = {
    "optimizer": "metamirror-tracked", "rotateResidual": False, "factorEvery": 2, "sourceLearningRate": 0.004, "schedules": ["inverse-time"],
    "averagePower": 8, "momentum": 0.8, "learningRates": [0.01, 0.014, 0.02],
}
NO_OUTPUT = {"largestRows": 0}


def cell(rank: int, exponent: float, **more: object) -> tuple[str, dict]:
    name = " ".join([f"rank {rank} exponent {exponent}", *(f"{k} {v}" for k, v in more.items())])
    return name, {"ranks": [rank], "exponents": [exponent], **more}


FASHION = dict(
    [
        *(cell(k, e) for k in (1, 4, 8, 16, 32) for e in (0.5, 0.55)),
        *(cell(k, 0.55, **NO_OUTPUT) for k in (16, 32)), cell(32, 0.5, **NO_OUTPUT),
        *(cell(k, 0.55, averagePower=4) for k in (16, 32)), *(cell(k, 0.5, averagePower=4) for k in (16, 32)), cell(16, 0.55, averagePower=2.5),
        cell(4, 0.55, schedules=["linear"]), cell(16, 0.55, momentum=0.9), cell(16, 0.55, momentum=0.9, averagePower=None), *(cell(16, 0.5, averaging=b) for b in (0.95, 0.997)),
        *(cell(k, 0.55, rotateResidual=True) for k in (4, 16)), *(cell(16, e, rotateResidual=True, averagePower=4) for e in (0.5, 0.55)),
    ]
)
MNIST = dict(
    [
        cell(4, 0.5), *(cell(k, 0.5, **NO_OUTPUT) for k in (1, 2, 4)), *(cell(4, 0.5, rotateResidual=True, residualEvery=e) for e in (1, 2)),
        *(cell(k, 0.5, largestColumns=50, **NO_OUTPUT) for k in (4, 8, 16)), cell(4, 0.5, refreshEvery=20, **NO_OUTPUT), cell(4, 0.5, learningRates=[0.028], **NO_OUTPUT),
        cell(4, 0.5, averagePower=4, **NO_OUTPUT), cell(4, 0.5, averagePower=4, rotateResidual=True),
    ]
)


def run(dataset: str, name: str, variant: dict, folder: pathlib.Path) -> None:
    plan = PLAN | {"family": PLAN["family"] | {"dataset": dataset}, "target": {"quantity": "trainingLoss", "value": 0.06 if dataset == "mnist" else 0.35}}
    plan["learn"] = {k: v for k, v in (RULE | variant).items() if v is not None}
    (folder / "plan.json").write_text(json.dumps(plan))
    rows = []
    for task in HELD_OUT:
        subprocess.run([*TOOL, "compare", str(folder / "plan.json"), "--held-out", task, "--out", str(folder / task)], check=True, capture_output=True)
        rows.append(next(r for r in json.loads((folder / task / "comparison.json").read_text())["comparison"] if r["learned"]))
    print(
        f"{name:60}", *(f"{100 * r['testAccuracy']['mean']:.2f}" for r in rows), " mean", *(f"{r['meanTrainingLoss']:.4f}" for r in rows),
        " final", *(f"{r['finalTrainingLoss']:.4f}" for r in rows), " steps", *(r["stepsToTarget"]["median"] for r in rows),
        " ms", *(f"{r['millisecondsPerStep']:.2f}" for r in rows), flush=True)


if __name__ == "__main__":
    variants = MNIST if sys.argv[1] == "mnist" else FASHION
    for chosen in sys.argv[2:] or variants:
        with tempfile.TemporaryDirectory() as scratch:
            run(sys.argv[1], chosen, variants[chosen], pathlib.Path(scratch))
