"""The failure laboratory's tables, and the curves that notebook 08 shows.

    python -m benchmarks failures

Trains with seeds on which no threshold of the diagnosis was chosen, and writes down what
`diagnosis.diagnose` says, in data/failures.json:

- counts: of every failure, and of three healthy games;
- repairs: of every failure after each of its repairs, tried alone, after none and after all;
- severity: of milder and milder forms of some failures.

Also writes data/failure_curves.npz, the records of the notebook's gallery, by letters in a
shuffled order (data/failures.json says what each letter is), and data/failure_runs.npz, the runs
that the notebook shows without training them.
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
from classroom.failures import faults, healthy
from ganlab import diagnosis, files
from ganlab.recipes import adam

__all__ = ["SEEDS", "SEVERITY", "cases", "measure", "report"]

SEEDS = range(400, 410)
REPAIR_SEEDS = range(500, 505)
GALLERY_SEED = 200
#: The runs that the notebook shows and does not train, from its own seed.
SHOWN = ("high_learning_rate", "frozen_discriminator", "memorization", "penalty_sampling")
SHOWN_SEED = 0
WORKERS = 2

#: What is kept of the second half of a run after a repair, as medians.
KEPT = ("modes", "near", "spread", "drift", "dead_units")

#: For some failures a number that says how severe they are, its values, and the change of the
#: broken setup that each stands for.
SEVERITY = {
    "labels_outside": (
        "excess of the labels",
        (0.05, 0.1, 0.2, 0.3, 0.4, 0.5),
        lambda excess: {"loss": faults.labels_outside(excess)},
    ),
    "high_learning_rate": (
        "times the healthy rate",
        (2, 5, 15, 50, 150),
        lambda times: dict.fromkeys(("g_optimizer", "d_optimizer"), adam(2e-3 * times)),
    ),
    "memorization": (
        "training images",
        (512, 256, 128, 64, 32, 16),
        lambda size: {"task": healthy.few_digits(size)},
    ),
    "oscillation": (
        "momentum",
        (0.0, 0.3, 0.5, 0.7, 0.8, 0.9),
        lambda beta_1: dict.fromkeys(("g_optimizer", "d_optimizer"), adam(beta_1=beta_1)),
    ),
}


def cases():
    """Return all setups, by (table, row, what was changed in the row's setup)."""
    found = {
        ("counts", "healthy, ring", ""): failures.RING,
        ("counts", "healthy, digits", ""): failures.DIGITS,
        ("counts", "healthy, critic", ""): failures.ALL["penalty_sampling"].healthy,
    }
    for name, failure in failures.ALL.items():
        found["counts", name, ""] = failure.broken
        found["repairs", name, "nothing"] = failure.broken
        for words, fields in failure.repairs.items():
            found["repairs", name, words] = dataclasses.replace(failure.broken, **fields)
        found["repairs", name, "everything"] = failure.healthy
    for name, (_, values, change) in SEVERITY.items():
        for value in values:
            setup = dataclasses.replace(failures.ALL[name].broken, **change(value))
            found["severity", name, str(value)] = setup
    return found


def train(case):
    """Train one case, (key of `cases`, seed); return its record."""
    key, seed = case
    return failures.run(cases()[key], seed=seed)


def judge(case):
    """Train one case; return it, what the diagnosis says, what is kept, and the CPU time."""
    start = time.process_time()
    trained = train(case)
    half = len(trained.steps) // 2
    kept = {name: round(float(np.median(trained[name][half:])), 4) for name in KEPT}
    found = diagnosis.diagnose(trained).failure or "healthy"
    return *case, found, kept, time.process_time() - start


def small(trained):
    """Keep the last frame only, of few images, in the 256 grays that a file needs."""
    few = 128 if trained.real.ndim == 2 else 25
    frames, real = trained.frames[-1:, :few], trained.real[:few]
    if trained.real.ndim > 2:
        frames, real = (np.round(255 * x) / 255 for x in (frames, real))
    last = trained.frame_steps[-1:]
    return dataclasses.replace(trained, frames=frames, real=real, frame_steps=last)


def write_records(pool, name, rows, seed):
    """Train rows of the table of counts, and write their records, by the keys of `rows`."""
    jobs = [(("counts", row, ""), seed) for row in rows.values()]
    kept = [small(trained) for trained in pool.map(train, jobs, chunksize=1)]
    diagnosis.save_records(dict(zip(rows, kept, strict=True)), files.recorded(name))


def gallery():
    """Return what each letter of the gallery is: a row of the table of counts."""
    rows = [row for table, row, _ in cases() if table == "counts"]
    shown = [row for row in rows if row not in ("healthy, critic", "dead_generator")]
    letters = random.Random(GALLERY_SEED).sample(shown, 12)
    return dict(zip("ABCDEFGHIJKL", letters, strict=True))


def measure():
    """Write the tables and the gallery; return what the runs took."""
    result = record.start()
    answers, spent = gallery(), []
    tables = {"counts": {}, "repairs": {}, "severity": {}}
    jobs = [
        (key, seed) for key in cases() for seed in (REPAIR_SEEDS if key[0] == "repairs" else SEEDS)
    ]
    os.environ.update(TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1")
    # Processes that start afresh: TensorFlow does not survive a fork.
    with multiprocessing.get_context("spawn").Pool(WORKERS) as pool:
        write_records(pool, "failure_curves.npz", answers, GALLERY_SEED)
        shown = {row: row for row in (*SHOWN, "healthy, critic")}
        write_records(pool, "failure_runs.npz", shown, SHOWN_SEED)
        for (table, row, words), seed, found, late, seconds in pool.imap(judge, jobs):
            spent.append(seconds)
            print(f"{row}, {words or 'as it is'}, seed {seed}: {found}", flush=True)
            if table == "repairs":
                runs = tables[table].setdefault(row, {}).setdefault(words, {})
                for name, value in {"found": found, **late}.items():
                    runs.setdefault(name, []).append(value)
            else:
                places = tables[table].setdefault(row, {})
                counts = places.setdefault(words, {}) if table == "severity" else places
                counts[found] = counts.get(found, 0) + 1
    table = {
        "seeds": list(SEEDS),
        "repair_seeds": list(REPAIR_SEEDS),
        **tables,
        "units": {name: unit for name, (unit, *_) in SEVERITY.items()},
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
