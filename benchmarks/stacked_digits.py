"""How many of 1,000 kinds a GAN draws when its discriminator is tiny, and what helps.

The test of section 5 of Karras et al. 2017 (arXiv:1710.10196), after Metz et al. 2016
(arXiv:1611.02163): three digits stacked as the colors of an image are of 1,000 kinds, and a
classifier of digits reads which kind a sample is of. The discriminator looks at each image alone,
or is also told how much the images of a batch differ (`layers.MinibatchStdDev`) or how near the
others are (`layers.MinibatchDiscrimination`), and each of them with and without a penalty.

    python -m benchmarks stacked_digits

writes data/stacked_digits.json and data/stacked_digits.npz.
"""

import itertools
import json
import multiprocessing
import os

import numpy as np

from benchmarks import record
from classroom import tables
from ganlab import (
    datasets,
    evaluation,
    files,
    keras,
    layers,
    losses,
    models,
    penalties,
    recipes,
    training,
)
from ganlab import images as pixels

__all__ = ["HELPS", "SEEDS", "STEPS", "build", "count", "discriminator", "measure", "report"]

SEEDS = (0, 1, 2, 3, 4)
STEPS = 2_000
MARKS = (500, 1_000, 2_000)  # steps after which the kinds are counted
BATCH = 64
COUNT = 10_000  # samples that are read
DATA = 20_000
SHOWN = 16
MEASURE_SEED = 2026
WORKERS = 2

#: What the discriminator is told of the batch, and whether R1 restrains it.
HELPS = {
    "nothing": {},
    "deviation": {"deviation": True},
    "nearness": {"nearness": True},
    "R1": {"r1": True},
    "R1 and deviation": {"r1": True, "deviation": True},
    "R1 and nearness": {"r1": True, "nearness": True},
}


def discriminator(image_shape=(28, 28, 3), *, deviation=False, nearness=False, seed):
    """Build a discriminator of about 15,000 weights, which may be told of the batch."""
    seeds = itertools.count(seed)

    def he():
        return keras.initializers.HeNormal(next(seeds))

    images = keras.Input(image_shape, name="images")
    x = keras.layers.Rescaling(2.0, -1.0, name="zero_centered")(images)
    for place, channels in enumerate((8, 16)):
        x = keras.layers.Conv2D(
            channels, 4, strides=2, padding="same", kernel_initializer=he(), name=f"conv_{place}"
        )(x)
        x = keras.layers.LeakyReLU(0.2, name=f"leaky_{place}")(x)
    if deviation:
        x = layers.MinibatchStdDev(4, name="deviation")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    x = keras.layers.Dense(16, kernel_initializer=he(), name="hidden")(x)
    x = keras.layers.LeakyReLU(0.2, name="leaky_hidden")(x)
    if nearness:
        x = layers.MinibatchDiscrimination(16, 5, seed=next(seeds), name="nearness")(x)
    logits = keras.layers.Dense(1, kernel_initializer=he(), name="logits")(x)
    return keras.Model(images, logits, name="tiny_discriminator")


def build(setup, *, seed):
    """Build the compiled GAN of a setup, a value of `HELPS`."""
    told = {key: setup.get(key, False) for key in ("deviation", "nearness")}
    gan = training.GAN(
        models.conv_generator((28, 28, 3), seed=seed),
        discriminator(**told, seed=seed + 100),
        loss=losses.non_saturating,
        penalty=penalties.Penalty(penalties.r1, weight=0.5, every=4) if setup.get("r1") else None,
        ema=0.99,
        seed=seed,
    )
    gan.compile(g_optimizer=recipes.adam(1e-3)(), d_optimizer=recipes.adam(1e-3)())
    return gan


def count(images):
    """Count the kinds among stacked digits, and how far their shares are from equal ones.

    Returns
    -------
    modes : int
        Kinds that at least one image is of.
    divergence : float
        Kullback-Leibler divergence of the shares of the kinds from equal ones, in nats.
    """
    reader = evaluation.features.load("digits")
    digits = [
        evaluation.features.probabilities(reader, images[..., color : color + 1]).argmax(axis=1)
        for color in range(3)
    ]
    counts = np.bincount(np.array([100, 10, 1]) @ digits, minlength=1000)
    shares = counts[counts > 0] / counts.sum()
    return int((counts > 0).sum()), float((shares * np.log(1000 * shares)).sum())


def train(job):
    """Train a setup from a seed; return the kinds and the divergence at each mark."""
    name, seed = job
    gan = build(HELPS[name], seed=seed)
    real = datasets.stacked_digits(DATA, seed=0).images
    batches = datasets.batches(real, BATCH, seed=seed).repeat().take(STEPS)
    found = {"name": name, "seed": seed, "modes": [], "divergence": []}
    for _ in training.steps(gan, batches):
        if gan.steps in MARKS:
            modes, divergence = count(gan.sample(COUNT, seed=MEASURE_SEED))
            found["modes"].append(modes)
            found["divergence"].append(round(divergence, 3))
    found["images"] = pixels.to_uint8(gan.sample(SHOWN, seed=MEASURE_SEED))
    return found


def measure():
    """Train all setups from all seeds; write the table and the pictures."""
    result = record.start()
    jobs = [(name, seed) for seed in SEEDS for name in HELPS]
    os.environ.update(TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1")
    runs = {name: [] for name in HELPS}
    with multiprocessing.get_context("spawn").Pool(WORKERS, maxtasksperchild=1) as pool:
        for run in pool.imap(train, jobs):
            print(f"{run['name']}, seed {run['seed']}: {run['modes']}", flush=True)
            runs[run["name"]].append(run)
    modes, divergence = count(datasets.stacked_digits(COUNT, seed=1).images)
    table = {
        "steps": MARKS,
        "samples": COUNT,
        "real": {"modes": modes, "divergence": round(divergence, 3)},
        "setups": {
            name: {key: [run[key] for run in of_seeds] for key in ("modes", "divergence")}
            for name, of_seeds in runs.items()
        },
    }
    files.write(files.recorded("stacked_digits.json"), json.dumps(table, indent=1).encode() + b"\n")
    pictures = {name: of_seeds[0]["images"] for name, of_seeds in runs.items()}
    files.write_npz(files.recorded("stacked_digits.npz"), pictures)
    return record.finish(result)


def report(result):
    """Return how many kinds each setup draws after each mark: the median of the seeds."""
    found = tables.load("stacked_digits")
    rows = [
        [name]
        + [f"{value:.0f}" for value in np.median(runs["modes"], axis=0)]
        + [
            f"{min(row[-1] for row in runs['modes'])} to {max(row[-1] for row in runs['modes'])}",
            f"{np.median(runs['divergence'], axis=0)[-1]:.2f}",
        ]
        for name, runs in found["setups"].items()
    ]
    real = found["real"]
    rows.append(["real images", "", "", f"{real['modes']}", "", f"{real['divergence']:.2f}"])
    marks = [f"{mark} steps" for mark in found["steps"]]
    return record.table(["", *marks, "least to most", "divergence"], rows)
