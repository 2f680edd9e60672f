"""Variants of the plan rotated-fashion, learned on its six rotations, deployed on two that no plan has (90 and 105 degrees).

METAMIRROR_DATA=... python3 docs/experiments/0007-exponent-and-final-loss.py [NAME ...]
Needs a Release build. Prints, for each variant and rotation: median steps to loss 0.37, mean and final training loss, test accuracy, ms per step.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = ["dotnet", str(ROOT / "artifacts/bin/MetaMirror.Cli/release/MetaMirror.Cli.dll")]
THEN = {"optimizer": "metamirror-tracked", "ranks": [16], "rotateResidual": False, "factorEvery": 2, "sourceLearningRate": 0.004}  # the plan has changed since
HALF = {"exponents": [0.5], "learningRates": [0.014, 0.02, 0.028]}
VARIANTS = {
    "inverse-time": HALF | {"schedules": ["inverse-time"]},
    "linear": HALF | {"schedules": ["linear"]},
    "cosine": HALF | {"schedules": ["cosine"]},
    "linear, exponent .45": {"schedules": ["linear"], "exponents": [0.45], "learningRates": [0.025, 0.035, 0.05]},
    "linear, exponent .55": {"schedules": ["linear"], "exponents": [0.55], "learningRates": [0.008, 0.011, 0.015]},
    "linear, exponent .575": {"schedules": ["linear"], "exponents": [0.575], "learningRates": [0.0065, 0.008, 0.01]},
    "linear, exponent .6": {"schedules": ["linear"], "exponents": [0.6], "learningRates": [0.004, 0.006, 0.008]},
    "inverse-time, exponent .55": {"schedules": ["inverse-time"], "exponents": [0.55], "learningRates": [0.0095, 0.013]},
    "inverse-time, exponent .575": {"schedules": ["inverse-time"], "exponents": [0.575], "learningRates": [0.0065, 0.008, 0.01]},
    "inverse-time, exponent .6": {"schedules": ["inverse-time"], "exponents": [0.6], "learningRates": [0.005, 0.007]},
    "inverse-time, exponent .55, rank 12": {"schedules": ["inverse-time"], "exponents": [0.55], "ranks": [12], "learningRates": [0.008, 0.011, 0.015]},
    "inverse-time, exponent .55, rank 24": {"schedules": ["inverse-time"], "exponents": [0.55], "ranks": [24], "learningRates": [0.008, 0.011, 0.015]},
    "inverse-time, rank 24": HALF | {"schedules": ["inverse-time"], "ranks": [24]},
    "linear, rank 24": HALF | {"schedules": ["linear"], "ranks": [24]},
    "linear, momentum .8": HALF | {"schedules": ["linear"], "momentum": 0.8},
    "linear, momentum .95": HALF | {"schedules": ["linear"], "momentum": 0.95},
    "linear, averaging .95": HALF | {"schedules": ["linear"], "averaging": 0.95},
    "linear, trust region 2": HALF | {"schedules": ["linear"], "trustRegion": 2},
    "linear, trust region 5": HALF | {"schedules": ["linear"], "trustRegion": 5},
    "linear, warm-up of 5 steps": HALF | {"schedules": ["linear"], "warmup": 5},
    "linear, refreshes every 6 steps": HALF | {"schedules": ["linear"], "refreshEvery": 6},
    "linear, every gradient enters factors": HALF | {"schedules": ["linear"], "factorEvery": 1},
}


def run(name: str, folder: pathlib.Path) -> None:
    plan = json.loads((ROOT / "src/MetaMirror.Experiments/Resources/plans/rotated-fashion.json").read_text())
    del plan["$schema"]
    plan["name"] = "development"
    plan["family"]["angles"] += [90, 105]
    plan["learn"] = THEN | VARIANTS[name]
    plan |= {
        "heldOut": ["rotation-90", "rotation-105"], "seeds": 3, "target": {"quantity": "trainingLoss", "value": 0.37}, "controls": [],
        "baselines": ["sgd"], "tuning": {"rates": 2, "schedules": ["constant"], "maxExtensions": 0},
    }
    (folder / "plan.json").write_text(json.dumps(plan))
    subprocess.run([*TOOL, "compare", str(folder / "plan.json"), "--out", str(folder / "out")], check=True, capture_output=True)
    for row in json.loads((folder / "out/comparison.json").read_text())["comparison"]:
        if row["learned"]:
            print(
                f"{name:40} {row['heldOutTask']:13} steps {row['stepsToTarget']['median']}  mean {row['meanTrainingLoss']:.4f}  final {row['finalTrainingLoss']:.4f}  "
                f"accuracy {row['testAccuracy']['mean']:.4f}  ms {row['millisecondsPerStep']:.3f}", flush=True)


if __name__ == "__main__":
    for chosen in sys.argv[1:] or VARIANTS:
        with tempfile.TemporaryDirectory() as scratch:
            run(chosen, pathlib.Path(scratch))
