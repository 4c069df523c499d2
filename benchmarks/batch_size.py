"""Batches of 16, 64 and 256 for BigGAN in miniature, at equal images, seconds and steps.

Brock, Donahue and Simonyan 2018 (arXiv:1809.11096, section 3) found that larger batches give better
images. Here a narrow pair of their networks is trained on critters at 32x32, told the body, with
one learning rate for all batches, and judged when it has seen so many images and when so many
seconds of one core have passed. (The marks of the images are four apart, as the batches are, so
that they hold equal steps, too.) Beside it, at equal seconds: the package's plain networks, told
the body, too (the recipe `conditional`).

    python -m benchmarks batch_size

writes data/batch_size.json and data/batch_size.npz.
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
from ganlab import datasets, evaluation, files, latents, metrics, models, penalties, recipes
from ganlab import images as pixels

__all__ = ["BATCHES", "IMAGES", "SEEDS", "SECONDS", "SETUPS", "measure", "report", "train"]

SEEDS = (0, 1, 2)
BATCHES = (16, 64, 256)
IMAGES = (1_280, 5_120, 20_480)  # seen
SECONDS = (10, 40)  # of one core, from the end of the second step: a step is compiled
COUNT = 320  # samples at each mark, of every class as many
SHOWN = 8  # one of each class
WIDTH = 8
MEASURE_SEED = 2026
WORKERS = 2


def narrow_networks(image_shape, *, classes, seed):
    """Build the pair of `recipes.biggan_networks` with half of the channels."""
    return (
        models.biggan_generator(
            image_shape,
            classes=classes,
            width=WIDTH,
            kernel_regularizer=penalties.OrthogonalRegularizer(1e-4),
            seed=seed,
        ),
        models.biggan_discriminator(image_shape, classes=classes, width=WIDTH, seed=seed + 1),
    )


#: What is trained, by name; only those with a batch in their name are judged at equal images.
SETUPS = {
    f"batch {size}": dataclasses.replace(
        recipes.ALL["biggan"], networks=narrow_networks, batch_size=size
    )
    for size in BATCHES
} | {"conditional": recipes.ALL["conditional"]}


def judge(generator, data):
    """Return what is measured of a generator, and a picture of every class.

    Its normalizations get the statistics of its own weights first: see
    `models.standing_statistics`.
    """
    classes = len(data.label_names)
    labels = np.arange(COUNT) % classes
    z = latents.sample(1024, models.latent_dim(generator), seed=MEASURE_SEED)
    generator = models.standing_statistics(generator, z, condition=np.arange(len(z)) % classes)
    samples = models.draw(generator, COUNT, condition=labels, seed=MEASURE_SEED + 1)
    distances, _ = evaluation.nearest_critters(samples)
    reader = evaluation.factors.load("critters")
    read = evaluation.factors.read(reader, samples)
    shares = metrics.value_shares(read, evaluation.factors.counts(reader))
    body = read[:, data.factor_names.index("body")]
    found = {
        "accuracy": round(float(np.mean(body == labels)), 4),
        "distance": round(float(np.median(distances)), 4),
        "total_variation": round(float(np.mean(shares.total_variation)), 4),
    }
    return found, pixels.to_uint8(samples[:SHOWN])


def train(job):
    """Train a setup from a seed; return what was measured at each mark.

    Parameters
    ----------
    job : (name of the setup, seed)

    Returns
    -------
    dict
        ``name``, ``seed``; ``at_images`` (of the batches) and ``at_seconds``, each with
        ``steps``, ``spent`` (seconds), ``distance`` to the nearest legal critter (median),
        ``total_variation`` of the shares of the factors' values (mean) and ``accuracy`` (share of
        the samples that show the body asked for) at each mark; ``images`` of the last second mark.
    """
    name, seed = job
    recipe = SETUPS[name]
    data = datasets.load("critters", split="train")
    samples, classes = (data.images, data.labels), len(data.label_names)
    images = list(IMAGES) if name.startswith("batch") else []
    seconds = list(SECONDS)
    found = {"name": name, "seed": seed, "at_images": {}, "at_seconds": {}}
    steps = recipe.train(samples, classes=classes, seed=seed, steps=math.inf)
    for gan, _ in steps:
        if gan.steps == 2:
            started = time.process_time()
        if gan.steps <= 2:
            continue
        spent = time.process_time() - started
        due = []
        if images and gan.steps * recipe.batch_size >= images[0]:
            due.append(("at_images", images))
        if seconds and spent >= seconds[0]:
            due.append(("at_seconds", seconds))
        if due:
            values, pictures = judge(gan.sampling_generator, data)
            values |= {"steps": gan.steps, "spent": round(spent, 1)}
            for kind, marks in due:
                for key, value in values.items():
                    found[kind].setdefault(key, []).append(value)
                marks.pop(0)
                if kind == "at_seconds":
                    found["images"] = pictures
            started = time.process_time() - spent
        if not images and not seconds:
            break
    steps.close()
    return found


def write(runs):
    """Write the table and the pictures of runs, lists of what `train` returns, by name."""
    table = {"images": IMAGES, "seconds": SECONDS, "batches": BATCHES, "setups": {}}
    for name, of_seeds in runs.items():
        table["setups"][name] = {
            kind: {key: [run[kind][key] for run in of_seeds] for key in of_seeds[0][kind]}
            for kind in ("at_images", "at_seconds")
        }
    files.write(files.recorded("batch_size.json"), json.dumps(table, indent=1).encode() + b"\n")
    pictures = {name: of_seeds[0]["images"] for name, of_seeds in runs.items()}
    files.write_npz(files.recorded("batch_size.npz"), pictures)


def measure():
    """Train all setups from all seeds; write the table and the pictures."""
    result = record.start()
    jobs = [(name, seed) for seed in SEEDS for name in SETUPS]
    os.environ.update(TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1")
    runs = {name: [] for name in SETUPS}
    with multiprocessing.get_context("spawn").Pool(WORKERS, maxtasksperchild=1) as pool:
        for run in pool.imap(train, jobs):
            print(f"{run['name']}, seed {run['seed']}: {run['at_seconds']}", flush=True)
            runs[run["name"]].append(run)
    write(runs)
    return record.finish(result)


def report(result):
    """Return what each setup has reached at each mark: the median of the seeds."""
    found = tables.load("batch_size")
    rows = []
    for kind, marks, unit in (
        ("at_images", found["images"], "images"),
        ("at_seconds", found["seconds"], "s"),
    ):
        for name, runs in found["setups"].items():
            for place, mark in enumerate(marks if runs[kind] else ()):
                middle = {key: np.median(np.array(runs[kind][key])[:, place]) for key in runs[kind]}
                rows.append(
                    [f"{name}, {mark:,} {unit}", f"{middle['steps']:.0f}",
                     f"{middle['spent']:.0f}", f"{middle['accuracy']:.2f}",
                     f"{middle['distance']:.3f}", f"{middle['total_variation']:.2f}"]
                )  # fmt: skip
    heads = ["", "steps", "CPU s", "accuracy", "distance", "total variation"]
    return record.table(heads, rows)
