"""The failure laboratory's confusion table, and the curves that notebook 08 shows.

    python -m benchmarks failures

Trains every illness, and three healthy games, with seeds on which no threshold of the diagnosis
was chosen, and counts what `failures.diagnose` says of each. Also writes data/failure_curves.npz,
the records of the notebook's gallery, by letters in a shuffled order; the result says what each
letter is.
"""

import dataclasses
import multiprocessing
import os
import pathlib
import random
import time

import numpy as np

from benchmarks import record

__all__ = ["CURVES", "SEEDS", "healthy", "measure", "report"]

CURVES = pathlib.Path(__file__).parents[1] / "data" / "failure_curves.npz"
SEEDS = range(300, 310)
GALLERY_SEED = 200
WORKERS = 2


def healthy():
    """The healthy games: the row of the table, and its setup."""
    from classroom import failures

    return {
        "healthy, ring": failures.RING,
        "healthy, digits": failures.DIGITS,
        "healthy, critic": failures.ALL["penalty_sampling"].cured,
    }


def train(case):
    """Trains one case, (row, seed); returns its record and the CPU time."""
    from classroom import failures

    row, seed = case
    start = time.process_time()
    return failures.run((healthy() | failures.ALL)[row], seed=seed), time.process_time() - start


def judge(case):
    """Trains one case; returns what the diagnosis says, and the CPU time."""
    from classroom import failures

    trained, seconds = train(case)
    return *case, failures.diagnose(trained).illness or "healthy", seconds


def small(trained):
    """A record with its last frame only, of few images, in the 256 grays that a file needs."""
    few = 128 if trained.real.ndim == 2 else 25
    frames, real = trained.frames[-1:, :few], trained.real[:few]
    if trained.real.ndim > 2:
        frames, real = (np.round(255 * x) / 255 for x in (frames, real))
    last = trained.frame_steps[-1:]
    return dataclasses.replace(trained, frames=frames, real=real, frame_steps=last)


def measure():
    from classroom import failures
    from ganlab import diagnosis

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
        diagnosis.save_records(dict(zip(answers, kept, strict=True)), CURVES)
        cases = [(row, seed) for seed in SEEDS for row in rows]
        for row, seed, found, seconds in pool.imap_unordered(judge, cases):
            counts[row][found] = counts[row].get(found, 0) + 1
            spent.append(seconds)
            print(f"{row:22s} seed {seed}: {found:22s} {seconds:5.1f} s", flush=True)
    return record.finish(result) | {
        "seeds": list(SEEDS),
        "counts": counts,
        "gallery": {letter: row.split(",")[0] for letter, row in answers.items()},
        "cpu_seconds_per_run": record.median(spent, digits=2),
    }


def report(result):
    """The share of right diagnoses, row by row, and what else was said."""
    rows = []
    for row, found in result["counts"].items():
        truth = row.split(",")[0]
        others = ", ".join(f"{name} {n}" for name, n in sorted(found.items()) if name != truth)
        rows.append([row, f"{found.get(truth, 0)} of {sum(found.values())}", others or "-"])
    return (
        record.table(["what was trained", "named rightly", "named otherwise"], rows)
        + f"\n\nA run takes {result['cpu_seconds_per_run']} s of one core."
    )
