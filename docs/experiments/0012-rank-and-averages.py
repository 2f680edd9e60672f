"""Variants of the tracked basis on rotations 90 to 165 of MNIST, which no plan has: learned on five, deployed on the sixth, three of them in turn, three seeds.

METAMIRROR_DATA=... python3 docs/experiments/0012-rank-and-averages.py [NAME ...]
Needs a Release build. Prints, for each variant and rotation: test accuracy, mean and final training loss, median steps to loss 0.06, milliseconds per step.
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
    "family": {"kind": "rotated-images", "dataset": "mnist", "angles": [90, 105, 120, 135, 150, 165], "trainExamples": 10000, "testExamples": 2000},
    "model": {"kind": "mlp", "hidden": [100, 100]},
    "training": {"steps": 300, "batchSize": 128},
    "target": {"quantity": "trainingLoss", "value": 0.06},
    "seeds": 3,
    "evaluation": {"everySteps": 5, "examples": 2000},
    "baselines": ["sgd"],
    "tuning": {"rates": 3, "schedules": ["linear"]},
}
RULE = {"optimizer": "metamirror-tracked", "ranks": [16], "rotateResidual": False, "factorEvery": 2, "sourceLearningRate": 0.004}
INVERSE = {"schedules": ["inverse-time"], "learningRates": [0.02]}
AVERAGE = INVERSE | {"averagePower": 8}
FAST = AVERAGE | {"momentum": 0.8}
VARIANTS = (
    {f"{s} {r}": {"schedules": [s], "learningRates": [r]} for s in ("linear", "inverse-time") for r in (0.01, 0.016, 0.024, 0.036)}
    | {f"rank {k} linear {r}": {"ranks": [k], "learningRates": [r]} for k in (64,) for r in (0.016, 0.024)}
    | {f"residual rotated linear {r}": {"rotateResidual": True, "learningRates": [r]} for r in (0.016, 0.024)}
    | {f"average {p} inverse-time 0.024": INVERSE | {"averagePower": p, "learningRates": [0.024]} for p in (8, 16)}
    | {f"average momentum {m}": AVERAGE | {"momentum": m} for m in (0.7, 0.8, 0.95)}
    | {f"average averaging {b}": AVERAGE | {"averaging": b} for b in (0.95, 0.997)}
    | {"average warm-up 10": AVERAGE | {"warmup": 10}, "average trust region 1": AVERAGE | {"trustRegion": 1}, "average prior 0.1": AVERAGE | {"prior": 0.1}}
    | {f"average 0.8 rank {k}": FAST | {"ranks": [k]} for k in (1, 2, 4, 8)}
    | {f"average 0.8 rank {k} residual rotated": FAST | {"ranks": [k], "rotateResidual": True} for k in (1, 2, 4)}
    | {f"average 0.8 rank 4 rate {r}": FAST | {"ranks": [4], "learningRates": [r]} for r in (0.014, 0.028)}
    | {
        f"average 0.8 rank {k} factors {f} bases {t} refresh {r} residual {e}": FAST | {"ranks": [k], "factorEvery": f, "trackEvery": t, "refreshEvery": r, "residualEvery": e}
        for k, f, t, r, e in ((4, 2, 1, 10, 1), (4, 4, 1, 10, 1), (4, 8, 1, 10, 1), (4, 4, 2, 20, 1), (4, 8, 4, 20, 1), (4, 2, 1, 10, 2), (4, 4, 2, 20, 2), (1, 4, 2, 20, 1), (1, 8, 4, 40, 1))
    }
    | {"average 0.9 rank 4": AVERAGE | {"ranks": [4]}, "rank 2": INVERSE | {"momentum": 0.8, "ranks": [2]}, "average 0.8 rank 4 everywhere": FAST | {"ranks": [4], "largestColumns": 50}}
)


def run(name: str, folder: pathlib.Path) -> None:
    (folder / "plan.json").write_text(json.dumps(PLAN | {"name": "development", "learn": RULE | {"learningRates": [0.016]} | VARIANTS[name]}))
    rows = []
    for task in HELD_OUT:
        subprocess.run([*TOOL, "compare", str(folder / "plan.json"), "--held-out", task, "--out", str(folder / task)], check=True, capture_output=True)
        rows.append(next(r for r in json.loads((folder / task / "comparison.json").read_text())["comparison"] if r["learned"]))
    print(
        f"{name:44}", *(f"{100 * r['testAccuracy']['mean']:.2f}" for r in rows), " mean", *(f"{r['meanTrainingLoss']:.4f}" for r in rows),
        " final", *(f"{r['finalTrainingLoss']:.4f}" for r in rows), " steps", *(r["stepsToTarget"]["median"] for r in rows),
        " ms", *(f"{r['millisecondsPerStep']:.2f}" for r in rows), flush=True)


if __name__ == "__main__":
    for chosen in sys.argv[1:] or VARIANTS:
        with tempfile.TemporaryDirectory() as scratch:
            run(chosen, pathlib.Path(scratch))
