"""Execute notebooks as other processors would, and see how near their assertions come to failing.

    python3 tasks.py shake          what has changed since it was shaken, then the table
    python3 tasks.py shake 03

Each notebook is compared with its stored outputs by strict nbval in every mode of `MODES`. A bound
asserted in it is kept with a margin where, in every run, its distance from what was compared is
at least a quarter of the median distance of all runs. What was found is stored run by run in
benchmarks/results/shake: after Ctrl-C it goes on where it stood.
"""

import argparse
import concurrent.futures
import dataclasses
import hashlib
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from numpy._core import _multiarray_umath

from ganlab import files
from tasks import COMPUTING, Stop, Ticker, say, status_of
from tools import series, shaken

ROOT = series.ROOT
RESULTS = ROOT / "benchmarks" / "results" / "shake"
MARGIN = 0.25  # of the median distance

_WITHOUT_AVX512 = "X86_V4 AVX512_ICL AVX512_SPR"
#: What each mode sets in the environment of a kernel.
MODES = {
    "native": {},
    "noise 1": {shaken.NOISE: "1"},
    "noise 2": {shaken.NOISE: "2"},
    "noise 3": {shaken.NOISE: "3"},
    "AVX2": {
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "OPENBLAS_CORETYPE": "Haswell",
        "NPY_DISABLE_CPU_FEATURES": _WITHOUT_AVX512,
    },
    "SSE4.1": {
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "OPENBLAS_CORETYPE": "Nehalem",
        "NPY_DISABLE_CPU_FEATURES": f"X86_V3 {_WITHOUT_AVX512}",
    },
    "one thread": {name: "1" for name in COMPUTING if name.endswith("THREADS")},
    "oneDNN off": {"TF_ENABLE_ONEDNN_OPTS": "0"},
}


@dataclasses.dataclass(frozen=True)
class Bound:
    """An asserted bound over all runs: its cell, its words, and its slack in every mode."""

    cell: int
    text: str
    slacks: dict[str, float]

    @property
    def median(self):
        return statistics.median(self.slacks.values())

    @property
    def worst(self):
        """The mode whose slack is smallest."""
        return min(self.slacks, key=self.slacks.get)

    @property
    def margin(self):
        """The smallest slack as a share of the median; 1 where all runs agree."""
        least = self.slacks[self.worst]
        if least == max(self.slacks.values()):
            return 1.0
        return least / self.median if self.median > 0 else 0.0


# ------------------------------------------------------------------------------------- what is kept


def stored(path):
    """Return what is known of a notebook, without runs of another state of its code."""
    file = RESULTS / f"{_name(path)}.json"
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    if known.get("code") != code(path):
        known = {"code": code(path), "runs": {}}
    return known


def store(path, known):
    RESULTS.mkdir(exist_ok=True)
    known["runs"] = {mode: known["runs"][mode] for mode in MODES if mode in known["runs"]}
    # A line a run: a change of one notebook is readable as a change.
    runs = ",\n".join(
        f"  {json.dumps(mode)}: {json.dumps(run, ensure_ascii=False)}"
        for mode, run in known["runs"].items()
    )
    text = f'{{\n "code": "{known["code"]}",\n "runs": {{\n{runs}\n }}\n}}\n'
    files.write(RESULTS / f"{_name(path)}.json", text.encode())


def code(path):
    """Return a checksum of the code of a notebook: prose may change without a new run."""
    sources = [cell.source for cell in series.read(path).cells if cell.cell_type == "code"]
    return hashlib.sha256(json.dumps(sources).encode()).hexdigest()


def _name(path):
    return "solutions_" * (path.parent.name == "solutions") + path.stem


def bounds(known):
    """Return the bounds of a notebook over its runs, the one nearest to failing first."""
    found = {}
    for mode, run in known["runs"].items():
        for cell, order, text, slack in run["bounds"]:
            found.setdefault((cell, order, text), {})[mode] = slack
    result = [Bound(cell, text, slacks) for (cell, _, text), slacks in found.items()]
    return sorted(result, key=lambda bound: bound.margin)


def red(known):
    """Return what fails: the cells of each mode, and the bounds without a margin, as sentences."""
    lines = [f"{mode}: {cell}" for mode, run in known["runs"].items() for cell in run["failed"]]
    for bound in bounds(known):
        if bound.margin < MARGIN:
            lines.append(
                f"In [{bound.cell}] {bound.text}: {bound.slacks[bound.worst]:.3g} from its bound "
                f"with {bound.worst}, in the median {bound.median:.3g}"
            )
    return lines


# ----------------------------------------------------------------------------------------- the runs


def shake(path, mode):
    """Compare a notebook with its stored outputs in one mode.

    Returns
    -------
    dict
        ``seconds``, ``failed`` (the cells, with what went wrong) and ``bounds`` (cell, order in
        it, text, slack).
    """
    with tempfile.TemporaryDirectory() as folder:
        start = Path(folder, "start.py")
        start.write_text("import tools.shaken as _s; _s.begin(); del _s\n")
        found = Path(folder, "bounds.json")
        variables = os.environ | COMPUTING | MODES[mode]
        variables |= {shaken.BOUNDS: str(found), "PYTHONSTARTUP": str(start)}
        variables["PYTHONPATH"] = os.pathsep.join(
            [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        )
        command = [sys.executable, "-m", "pytest", "-q", "--nbval", "-p", "no:cacheprovider"]
        began = time.monotonic()
        done = subprocess.run(
            [*command, str(path)],
            cwd=ROOT,
            env=variables,
            capture_output=True,
            text=True,
        )
        if done.returncode not in (0, 1) or not found.exists():
            raise Stop(f"{path.stem} could not be executed ({mode}):\n{done.stdout[-2000:]}")
        return {
            "seconds": round(time.monotonic() - began),
            "failed": _failed(done.stdout),
            "bounds": [
                [cell, order, text, float(f"{slack:.4g}")]
                for cell, order, text, slack in json.loads(found.read_text())
            ],
        }


def _failed(output):
    """Return the cells that failed, and how, from what nbval prints."""
    plain = re.sub(r"\x1b\[[\d;]*m", "", output)
    return [
        f"{cell}: {what.strip()}"
        for cell, what in re.findall(r"^FAILED .*?::(Cell \d+)(?: - (.*))?$", plain, re.M)
    ]


def other_modes():
    """Return the modes that differ on this machine: AVX2 is native where there is no more."""
    features = _multiarray_umath.__cpu_features__
    return [mode for mode in MODES if mode != "AVX2" or features.get("X86_V4")]


def main(arguments):
    parser = argparse.ArgumentParser(prog="tools.shake", description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*")
    return status_of(lambda: work(series.notebooks(parser.parse_args(arguments).notebooks)))


def work(paths):
    known = {path: stored(path) for path in paths}
    todo = [
        (path, mode) for path in paths for mode in other_modes() if mode not in known[path]["runs"]
    ]
    with concurrent.futures.ThreadPoolExecutor(2) as pool, Ticker("shaking") as ticker:
        ticker.text = f"0 of {len(todo)} runs"
        runs = {pool.submit(shake, *job): job for job in todo}
        try:
            for number, run in enumerate(concurrent.futures.as_completed(runs), 1):
                path, mode = runs[run]
                known[path]["runs"][mode] = run.result()
                store(path, known[path])
                ticker.text = f"{number} of {len(todo)} runs"
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    say(table(known))
    failures = {path: red(found) for path, found in known.items()}
    for path, lines in failures.items():
        say("\n".join([f"{_name(path)}:", *(f"  {line}" for line in lines)]) if lines else "")
    if any(failures.values()):
        raise Stop("What is listed above does not hold on every processor.")


def table(known):
    """Return a line a notebook: its runs, how many were green, and its narrowest bound."""
    lines = ["notebook | runs | green | bounds | narrowest | seconds", "---|---|---|---|---|---"]
    for path, found in known.items():
        runs, all_bounds = found["runs"].values(), bounds(found)
        green = sum(not run["failed"] for run in runs)
        narrowest = f"{all_bounds[0].margin:.2f}" if all_bounds else "none"
        seconds = statistics.median(run["seconds"] for run in runs)
        lines.append(
            f"{_name(path)} | {len(runs)} | {green} | {len(all_bounds)} | {narrowest} | "
            f"{seconds:.0f}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
