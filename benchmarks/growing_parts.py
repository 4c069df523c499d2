"""Which part of progressive growing helps: each left out alone, at equal steps.

The recipe `progressive` (Karras et al. 2017, arXiv:1710.10196) with shorter stages, on critters at
32x32, and the same without the fading, without the deviation within the batch, without the
normalization of pixels, and with layers whose weights start small (He et al. 2015,
arXiv:1502.01852) instead of being scaled when used: at a learning rate whose relative step in the
widest layers is that of the recipe, and at three times that. All cost nearly the same time a step.

    python -m benchmarks growing_parts

writes data/growing_parts.json.
"""

import dataclasses
import json
import multiprocessing
import os

import numpy as np

from benchmarks import growing, record
from classroom import tables
from ganlab import datasets, files, keras, layers, models, recipes
from ganlab.training import Stages

__all__ = ["MARKS", "SEEDS", "SETUPS", "measure", "plain", "report", "train"]

SEEDS = (0, 1, 2)
STAGE_STEPS = 500
MARKS = (1_000, 2_000)  # steps; the last stage begins at the first of them
COUNT = 600
WORKERS = 2


def plain(network):
    """Copy a network with ordinary layers: their kernels start as small as they are used."""

    def ordinary(layer):
        if not isinstance(layer, layers.EqualizedConv2D | layers.EqualizedDense):
            return layer.from_config(layer.get_config())
        config = layer.get_config()
        gain, seed = config.pop("gain"), config.pop("seed")
        kind = (
            keras.layers.Conv2D if isinstance(layer, layers.EqualizedConv2D) else keras.layers.Dense
        )
        drawn = keras.initializers.VarianceScaling(
            gain**2, mode="fan_in", distribution="untruncated_normal", seed=seed
        )
        return kind.from_config(config | {"kernel_initializer": drawn})

    return keras.models.clone_model(network, clone_function=ordinary)


def _without(kind):
    """Return a function that copies a network, the layers of a kind replaced by the identity."""

    def copy(layer):
        if isinstance(layer, kind):
            return keras.layers.Identity(name=layer.name)
        return layer.from_config(layer.get_config())

    return lambda network: keras.models.clone_model(network, clone_function=copy)


def _networks(change):
    def build(image_shape, *, fade=False, seed):
        generator, discriminator = recipes.progressive_networks(image_shape, fade=fade, seed=seed)
        return change(generator), change(discriminator)

    return build


def _lonely(image_shape, *, fade=False, seed):
    """Build the pair whose discriminator compares each sample with itself: the deviation is 0."""
    generator, _ = recipes.progressive_networks(image_shape, fade=fade, seed=seed)
    return generator, models.progressive_discriminator(
        image_shape, group_size=1, fade=fade, seed=seed + 1
    )


_WHOLE = dataclasses.replace(
    recipes.ALL["progressive"], stages=Stages(first=8, steps=STAGE_STEPS, fading=0.5)
)


def _he(rate):
    adam = recipes.adam(rate)
    return dataclasses.replace(
        _WHOLE, networks=_networks(plain), g_optimizer=adam, d_optimizer=adam
    )


SETUPS = {
    "all parts": _WHOLE,
    "no fading": dataclasses.replace(_WHOLE, stages=Stages(first=8, steps=STAGE_STEPS, fading=0.0)),
    "no deviation": dataclasses.replace(_WHOLE, networks=_lonely),
    "no pixel norm": dataclasses.replace(_WHOLE, networks=_networks(_without(layers.PixelNorm))),
    "He weights, rate 0.0007": _he(7e-4),
    "He weights, rate 0.002": _he(2e-3),
}


def train(job):
    """Train a setup from a seed; return what `growing.judged` says at each mark."""
    name, seed = job
    data = datasets.load("critters", split="train").images
    order = np.random.default_rng(growing.MEASURE_SEED).permutation(len(data))
    found = {"name": name, "seed": seed}
    for gan, _ in SETUPS[name].train(data, seed=seed, steps=MARKS[-1]):
        if gan.steps in MARKS:
            samples = gan.sample(COUNT, seed=growing.MEASURE_SEED)
            for key, value in growing.judged(samples, data[order[:COUNT]]).items():
                found.setdefault(key, []).append(value)
    return found


def measure():
    """Train all setups from all seeds; write the table."""
    result = record.start()
    jobs = [(name, seed) for seed in SEEDS for name in SETUPS]
    os.environ.update(TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1")
    runs = {name: [] for name in SETUPS}
    with multiprocessing.get_context("spawn").Pool(WORKERS, maxtasksperchild=1) as pool:
        for run in pool.imap(train, jobs):
            print(f"{run['name']}, seed {run['seed']}: {run['distance']}", flush=True)
            runs[run["name"]].append(run)
    kept = ("distance", "total_variation", "sliced")
    table = {
        "steps": MARKS,
        "levels": growing.LEVELS,
        "setups": {
            name: {key: [run[key] for run in of_seeds] for key in kept}
            for name, of_seeds in runs.items()
        },
    }
    files.write(files.recorded("growing_parts.json"), json.dumps(table, indent=1).encode() + b"\n")
    return record.finish(result)


def report(result):
    """Return what each setup has reached in the end: the median of the seeds, and all of them."""
    found = tables.load("growing_parts")
    rows = []
    for name, runs in found["setups"].items():
        last = {key: np.array(values)[:, -1] for key, values in runs.items()}
        rows.append(
            [
                name,
                f"{np.median(last['distance']):.3f} "
                f"({', '.join(f'{value:.3f}' for value in sorted(last['distance']))})",
                f"{np.median(last['total_variation']):.2f} "
                f"({', '.join(f'{value:.2f}' for value in sorted(last['total_variation']))})",
                *(f"{value:.4f}" for value in np.median(last["sliced"], axis=0)),
            ]
        )
    scales = [f"{size}x{size}" for size in found["levels"]]
    return record.table(["", "distance", "total variation", *scales], rows)
