"""The failure laboratory's confusion table, and the curves that notebook 08 shows.

    python -m benchmarks failures

Trains every illness, and three healthy games, with seeds on which no threshold of the diagnosis
was chosen, and counts what `diagnosis.diagnose` says of each: data/failures.json. Also writes
data/failure_curves.npz, the records of the notebook's gallery, by letters in a shuffled order;
data/failures.json says what each letter is.
"""

import dataclasses
import json
import multiprocessing
import os
import random
import time

import numpy as np

from benchmarks import record
from classroom import failures
from ganlab import diagnosis, files

__all__ = ["SEEDS", "healthy", "measure", "report"]

SEEDS = range(300, 310)
GALLERY_SEED = 200
WORKERS = 2


def healthy():
    """Return the healthy games: the row of the table, and its setup."""
    return {
        "healthy, ring": failures.RING,
        "healthy, digits": failures.DIGITS,
        "healthy, critic": failures.ALL["penalty_sampling"].cured,
    }


def train(case):
    """Train one case, (row, seed); return its record and the CPU time."""
    row, seed = case
    start = time.process_time()
    return failures.run((healthy() | failures.ALL)[row], seed=seed), time.process_time() - start


def judge(case):
    """Train one case; return what the diagnosis says, and the CPU time."""
    trained, seconds = train(case)
    return *case, diagnosis.diagnose(trained).illness or "healthy", seconds


def small(trained):
    """Keep the last frame only, of few images, in the 256 grays that a file needs."""
    few = 128 if trained.real.ndim == 2 else 25
    frames, real = trained.frames[-1:, :few], trained.real[:few]
    if trained.real.ndim > 2:
        frames, real = (np.round(255 * x) / 255 for x in (frames, real))
    last = trained.frame_steps[-1:]
    return dataclasses.replace(trained, frames=frames, real=real, frame_steps=last)


def measure():
    """Write the table and the gallery; return what the runs took."""
    result = record.start()
    rows = [*healthy(), *failures.ALL]
    letters = random.Random(GALLERY_SEED).sample([row for row in rows if "critic" not in row], 12)
    answers = dict(zip("ABCDEFGHIJKL", letters, strict=True))
    counts, spent = {row: {} for row in rows}, []
    os.environ.update(TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1")
    # Processes that start afresh: TensorFlow does not survive a fork.
    with multiprocessing.get_context("spawn").Pool(WORKERS) as pool:
        curves = pool.map(train, [(row, GALLERY_SEED) for row in answers.values()], chunksize=1)
        kept = [small(trained) for trained, _ in curves]
        diagnosis.save_records(
            dict(zip(answers, kept, strict=True)), files.recorded("failure_curves.npz")
        )
        cases = [(row, seed) for seed in SEEDS for row in rows]
        for row, seed, found, seconds in pool.imap_unordered(judge, cases):
            counts[row][found] = counts[row].get(found, 0) + 1
            spent.append(seconds)
            print(f"{row:22s} seed {seed}: {found:22s} {seconds:5.1f} s", flush=True)
    table = {
        "seeds": list(SEEDS),
        "counts": counts,
        "gallery": {letter: row.split(",")[0] for letter, row in answers.items()},
    }
    files.write(files.recorded("failures.json"), json.dumps(table, indent=1).encode() + b"\n")
    return record.finish(result) | {"cpu_seconds_per_run": record.median(spent, digits=2)}


def report(result):
    """Return the share of right diagnoses, row by row, and what else was said."""
    rows = []
    for row, found in failures.load_table()["counts"].items():
        truth = row.split(",")[0]
        others = ", ".join(f"{name} {n}" for name, n in sorted(found.items()) if name != truth)
        rows.append([row, f"{found.get(truth, 0)} of {sum(found.values())}", others or "-"])
    return (
        record.table(["what was trained", "named rightly", "named otherwise"], rows)
        + f"\n\nA run takes {result['cpu_seconds_per_run']} s of one core."
    )
