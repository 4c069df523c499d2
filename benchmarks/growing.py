"""Grown or trained at full size from the start: what equal seconds of a processor buy.

After section 6.2 of Karras et al. 2017 (arXiv:1710.10196), on critters at 32x32: the
recipe `progressive`, the same networks at 32x32 from the first step on, and the recipe `critters`
beside them. The samples are compared with real ones at three scales, and each with the nearest of
all legal critters.

    python -m benchmarks growing

writes data/growing.json and data/growing.npz.
"""

import dataclasses
import json
import math
import multiprocessing
import os
import time

import numpy as np

from benchmarks import record
from classroom import tables
from ganlab import datasets, evaluation, files, metrics, recipes
from ganlab import images as pixels

__all__ = ["LEVELS", "MARKS", "SEEDS", "SETUPS", "judged", "measure", "pyramid", "report", "train"]

SEEDS = (0, 1, 2)
MARKS = (30, 60, 120)  # seconds of one core, the compiling of a step included
COUNT = 600  # samples at each mark
SHOWN = 8
LEVELS = (8, 16, 32)
MEASURE_SEED = 2026
WORKERS = 2

SETUPS = {
    "grown": recipes.ALL["progressive"],
    "fixed": dataclasses.replace(recipes.ALL["progressive"], stages=None),
    "critters": recipes.ALL["critters"],
}


def pyramid(images):
    """Return what images (n, 32, 32, channels) show at each scale, finest last.

    The first entry are the images at 8x8; each of the others is what an image has beyond the one
    of half its size, enlarged by nearest neighbor.
    """
    levels, images = [], np.asarray(images)
    for _ in LEVELS[1:]:
        n, height, width, channels = images.shape
        half = images.reshape(n, height // 2, 2, width // 2, 2, channels).mean(axis=(2, 4))
        levels.append(images - half.repeat(2, axis=1).repeat(2, axis=2))
        images = half
    return [images, *reversed(levels)]


def judged(samples, real):
    """Return what samples are like: the entries of a mark of `train`, without steps and images."""
    distances, _ = evaluation.nearest_critters(samples)
    reader = evaluation.factors.load("critters")
    shares = metrics.value_shares(
        evaluation.factors.read(reader, samples), evaluation.factors.counts(reader)
    )
    apart = [
        metrics.sliced_wasserstein_distance(one, other, projections=256, seed=MEASURE_SEED)
        for one, other in zip(pyramid(real), pyramid(samples), strict=True)
    ]
    return {
        "distance": round(float(np.median(distances)), 4),
        "total_variation": round(float(np.mean(shares.total_variation)), 4),
        "sliced": [round(float(value), 5) for value in apart],
    }


def train(job):
    """Train a setup from a seed; return what was measured at each mark.

    Parameters
    ----------
    job : (name of the setup, seed)

    Returns
    -------
    dict
        ``name``, ``seed``; at each mark ``steps``, ``distance`` to the nearest legal critter
        (median), ``total_variation`` of the shares of the factors' values (mean), ``sliced``
        Wasserstein distances to real ones (coarse to fine), and ``images``.
    """
    name, seed = job
    data = datasets.load("critters", split="train").images
    real = data[np.random.default_rng(MEASURE_SEED).permutation(len(data))[:COUNT]]
    found = {"name": name, "seed": seed, "steps": [], "images": []}
    started, left = time.process_time(), list(MARKS)
    steps = SETUPS[name].train(data, seed=seed, steps=math.inf)
    for gan, _ in steps:
        if time.process_time() - started < left[0]:
            continue
        pause = time.process_time()
        samples = gan.sample(COUNT, seed=MEASURE_SEED)
        found["steps"].append(gan.steps)
        found["images"].append(pixels.to_uint8(samples[:SHOWN]))
        for key, value in judged(samples, real).items():
            found.setdefault(key, []).append(value)
        started += time.process_time() - pause
        left.pop(0)
        if not left:
            break
    steps.close()
    return found


def measure():
    """Train all setups from all seeds; write the table and the pictures."""
    result = record.start()
    jobs = [(name, seed) for seed in SEEDS for name in SETUPS]
    os.environ.update(TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1")
    runs = {name: [] for name in SETUPS}
    with multiprocessing.get_context("spawn").Pool(WORKERS, maxtasksperchild=1) as pool:
        for run in pool.imap(train, jobs):
            print(f"{run['name']}, seed {run['seed']}: {run['distance']}", flush=True)
            runs[run["name"]].append(run)
    data = datasets.load("critters", split="train").images
    order = np.random.default_rng(MEASURE_SEED).permutation(len(data))
    real, other = data[order[:COUNT]], data[order[COUNT : 2 * COUNT]]
    kept = ("steps", "distance", "total_variation", "sliced")
    table = {
        "seconds": MARKS,
        "levels": LEVELS,
        "real": judged(other, real),
        "setups": {
            name: {key: [run[key] for run in of_seeds] for key in kept}
            for name, of_seeds in runs.items()
        },
    }
    files.write(files.recorded("growing.json"), json.dumps(table, indent=1).encode() + b"\n")
    pictures = {name: np.concatenate(of_seeds[0]["images"]) for name, of_seeds in runs.items()}
    files.write_npz(files.recorded("growing.npz"), pictures)
    return record.finish(result)


def _shown(values):
    return [
        f"{values['distance']:.3f}",
        f"{values['total_variation']:.2f}",
        *(f"{value:.4f}" for value in values["sliced"]),
    ]


def report(result):
    """Return what each setup has reached at each mark: the median of the seeds."""
    found = tables.load("growing")
    rows = []
    for name, runs in found["setups"].items():
        for place, seconds in enumerate(found["seconds"]):
            middle = {
                key: np.median(np.array(runs[key])[:, place], axis=0)
                for key in ("steps", "distance", "total_variation", "sliced")
            }
            rows.append([f"{name}, {seconds} s", f"{middle['steps']:.0f}", *_shown(middle)])
    rows.append(["real critters", "", *_shown(found["real"])])
    scales = [f"{size}x{size}" for size in found["levels"]]
    return record.table(["", "steps", "distance", "total variation", *scales], rows)
