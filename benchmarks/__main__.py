"""Measures, prints and records: ``python -m benchmarks [NAME ...]``.

Without names all of them, each in a process of its own. The results go to benchmarks/results,
the tables made from them to benchmarks/README.md.
"""

import argparse
import importlib
import os
import pathlib
import subprocess
import sys

from benchmarks import record
from tools import marks

NAMES = (
    "startup",
    "similarity",
    "training_step",
    "scaling",
    "default_recipe",
    "critters",
    "time_to_quality",
    "failures",
    "architectures",
    "ablation",
    "growing",
    "growing_parts",
    "stacked_digits",
    "semisupervised",
    "batch_size",
    "classroom",
    "mutation",
    "bad_luck",
)
README = pathlib.Path(__file__).parent / "README.md"
CORES = 2  # a laptop's; all contenders get as many


def section(name):
    """Return the part of the README between the marks of a benchmark, as its result has it."""
    result = record.load(name)
    report = importlib.import_module(f"benchmarks.{name}").report(result)
    return f"{record.described(result)}\n\n{report}"


def write_tables(names=NAMES):
    """Put the recorded results between the marks of the README; what has none stays empty."""
    text = README.read_text(encoding="utf-8")
    for name in names:
        if not (record.FOLDER / f"{name}.json").exists():
            continue
        text = marks.filled(text, name, section(name))
    README.write_text(text, encoding="utf-8")


def run(name):
    """Measure one benchmark in this process, record and print it."""
    result = importlib.import_module(f"benchmarks.{name}").measure()
    record.save(name, result)
    write_tables([name])
    print(f"\n{name}\n\n{section(name)}\n", flush=True)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument(
        "--tables", action="store_true", help="write the README's tables anew; measure nothing"
    )
    chosen = parser.parse_args(arguments)
    names = chosen.names or list(NAMES)
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        parser.error(f"expected names of {', '.join(NAMES)}, received {', '.join(unknown)}")
    if chosen.tables:
        write_tables(names)
        return
    if hasattr(os, "sched_setaffinity"):  # before TensorFlow and PyTorch start their threads
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    if len(names) == 1:
        run(names[0])
        return
    for name in names:
        subprocess.run([sys.executable, "-m", "benchmarks", name], check=True)


if __name__ == "__main__":
    main()
