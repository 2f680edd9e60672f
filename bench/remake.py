#!/usr/bin/env python3
"""Runs the commands of committed results again and compares all figures but times: `remake.py --quick`, or `remake.py NAME...` with names of files in bench/results.

Prints a line for each, ends with an error if any differs. A document made on another instruction set than this machine's is compared to a tolerance (sums round differently there, and whole runs drift apart), one made on the same to the last digit that was kept.
"""
import json, math, os, re, subprocess, sys, tempfile

from summarize import of_suite

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RESULTS = os.path.join(ROOT, "bench", "results")
TOOL = ["dotnet", "run", "-c", "Release", "--no-build", "--project", os.path.join(ROOT, "src", "MetaMirror.Cli"), "--"]


def commands():
    """Command of each document of README.md's table, and whether it is quick."""
    with open(os.path.join(ROOT, "bench", "README.md"), encoding="utf-8") as file:
        rows = re.findall(r"^\| `([^`]+\.json)` \| `([^`]+)` \| (yes)? *\|$", file.read(), re.M)
    return {name: (command, quick == "yes") for name, command, quick in rows}


# Times, what follows from them, and where it ran.
OF_TIME = {"millisecondsPerStep", "seconds", "breakEvenSeconds", "machine", "threads", "performanceScores", "secondsToTarget", "leastTime", "clearlyLeastTime", "secondsScores"}
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
    # Counts of steps may differ by two where sums are rounded otherwise.
    if tolerance and isinstance(kept, number) and isinstance(made, number) and not isinstance(kept, bool) and math.isclose(kept, made, rel_tol=tolerance, abs_tol=2 if kept == int(kept) else 1e-9):
        return []
    return [] if kept == made else [f"{path}: expected {kept!r}, found {made!r}"]


def remake(name, command):
    with open(os.path.join(RESULTS, name)) as file:
        kept = json.load(file)
    with tempfile.TemporaryDirectory() as out:
        run = subprocess.run(TOOL + command.split() + ["--out", out, "--json"], capture_output=True, text=True)
        if run.returncode != 0:
            return [f"ended with {run.returncode}: {run.stderr.strip()[-500:]}"]
        made = json.loads(run.stdout)
    if digits := kept.pop("digits", None):
        made = of_suite(made, digits, kept.pop("many"))
    sets = [(d.get("machine") or {}).get("instructionSet") for d in (kept, made)]
    return differences(kept, made, 0 if sets[0] == sets[1] else RELATIVE)


def main():
    known = commands()
    names = [n for n, (_, quick) in known.items() if quick] if "--quick" in sys.argv else sys.argv[1:]
    unknown = [n for n in names if n not in known]
    if unknown or not names:
        sys.exit(f"expected --quick or names among {', '.join(known)}, found {', '.join(unknown) or 'none'}")
    failed = 0
    for name in names:
        command = known[name][0]
        found = remake(name, command)
        failed += bool(found)
        print(f"{'differs' if found else 'equal'}: metamirror {command} against {name}" + "".join(f"\n  {d}" for d in found[:5]) + (f"\n  and {len(found) - 5} more" if len(found) > 5 else ""), flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
