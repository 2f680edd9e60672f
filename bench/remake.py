#!/usr/bin/env python3
"""Runs the commands of committed results again and compares all figures but times: `remake.py --quick`, or `remake.py NAME...` with names of files in bench/results.

Prints a line for each, ends with an error if any differs. A document made on another instruction set than this machine's is compared to a tolerance (sums round differently there, and whole runs drift apart), one made on the same to the last digit.
"""
import json, math, os, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RESULTS = os.path.join(ROOT, "bench", "results")
TOOL = ["dotnet", "run", "-c", "Release", "--no-build", "--project", os.path.join(ROOT, "src", "MetaMirror.Cli"), "--"]

# Command of each document, and whether it is done in a minute or less.
COMMANDS = {
    "2026-11-21-demo-rotation-0.json": ("demo", True),
    "2026-11-21-sensors.json": ("compare sensors", True),
    "2026-11-21-rotated-quadratic.json": ("compare rotated-quadratic", True),
    "2026-11-21-eigenbasis-quadratic.json": ("compare eigenbasis-quadratic", True),
    "2026-11-21-quadratics.json": ("reproduce quadratics", True),
    "2026-11-21-digit-pairs.json": ("compare digit-pairs", False),
    "2026-11-21-logistic.json": ("compare logistic", False),
    "2026-11-21-rotated-digits.json": ("compare rotated-digits", False),
    "2026-11-21-rotated-mnist.json": ("compare rotated-mnist", False),
    "2026-11-21-rotated-fashion.json": ("compare rotated-fashion", False),
    "2026-11-21-lenet-fashion-mnist.json": ("compare lenet-families --held-out fashion-mnist", False),
    "2026-11-21-lenet-kmnist.json": ("compare lenet-families --held-out kmnist", False),
    "2026-11-21-lenet-mnist.json": ("compare lenet-families --held-out mnist", False),
    "2026-11-21-lenet-usps.json": ("compare lenet-families --held-out usps", False),
    "2026-11-22-optimism.json": ("reproduce optimism", False),
    "2026-11-22-shifts.json": ("reproduce shifts", False),
}

# Times, what follows from them, and where it ran.
OF_TIME = {"millisecondsPerStep", "seconds", "breakEvenSeconds", "machine", "threads", "performanceScores", "secondsToTarget"}
RELATIVE = 0.15  # between instruction sets


def differences(kept, made, tolerance, path="$"):
    """What differs, in words; a key that the committed document lacks came with a later version and is not compared."""
    if isinstance(kept, dict):
        if not isinstance(made, dict):
            return [f"{path}: expected an object, found {made!r}"]
        return [d for key, value in kept.items() if key not in OF_TIME for d in differences(value, made.get(key), tolerance, f"{path}.{key}")]
    if isinstance(kept, list):
        if not isinstance(made, list) or len(kept) != len(made):
            return [f"{path}: expected {len(kept)} entries, found {len(made) if isinstance(made, list) else made!r}"]
        return [d for i, (x, y) in enumerate(zip(kept, made)) for d in differences(x, y, tolerance, f"{path}[{i}]")]
    number = (int, float)
    if tolerance and isinstance(kept, number) and isinstance(made, number) and not isinstance(kept, bool) and math.isclose(kept, made, rel_tol=tolerance, abs_tol=1e-9):
        return []
    return [] if kept == made else [f"{path}: expected {kept!r}, found {made!r}"]


def remake(name):
    with open(os.path.join(RESULTS, name)) as file:
        kept = json.load(file)
    command = COMMANDS[name][0]
    with tempfile.TemporaryDirectory() as out:
        run = subprocess.run(TOOL + command.split() + ["--out", out, "--json"], capture_output=True, text=True)
        if run.returncode != 0:
            return command, [f"ended with {run.returncode}: {run.stderr.strip()[-500:]}"]
        made = json.loads(run.stdout)
    sets = [(d.get("machine") or {}).get("instructionSet") for d in (kept, made)]
    return command, differences(kept, made, 0 if None in sets or sets[0] == sets[1] else RELATIVE)


def main():
    names = [n for n, (_, quick) in COMMANDS.items() if quick] if "--quick" in sys.argv else [a for a in sys.argv[1:]]
    unknown = [n for n in names if n not in COMMANDS]
    if unknown or not names:
        sys.exit(f"expected --quick or names among {', '.join(COMMANDS)}, found {', '.join(unknown) or 'none'}")
    failed = 0
    for name in names:
        command, found = remake(name)
        failed += bool(found)
        print(f"{'differs' if found else 'equal'}: metamirror {command} against {name}" + "".join(f"\n  {d}" for d in found[:5]) + (f"\n  and {len(found) - 5} more" if len(found) > 5 else ""), flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
