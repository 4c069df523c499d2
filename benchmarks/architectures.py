"""Forty random pairs of networks on the ring: with which game do they learn it?

After tables 1 and 2 of Gulrajani et al. 2017 (arXiv:1704.00028), who drew 200 architectures for
images and counted those that reach an inception score with a GAN only, with WGAN-GP only, and with
both. Here the pairs draw points, and a run succeeds that covers at least seven of the eight modes
with a share of its samples near one. All runs of a pair have the same networks, the same first
weights, optimizers and data, and as many updates of the discriminator: the two WGANs, with five of
these for one of the generator, have a fifth of its updates. The clipped critic has the paper's
limit of 0.01 and the optimizer of all others, not the paper's.

    python -m benchmarks architectures

writes data/architectures.json, which notebooks/11_wasserstein shows.
"""

import json
import multiprocessing
import os
import time

import numpy as np

from benchmarks import record
from classroom import tables
from ganlab import datasets, files, keras, layers, losses, metrics, penalties, recipes, training

__all__ = ["CHOICES", "GAMES", "PAIRS", "draw_pairs", "measure", "report", "successes", "train"]

PAIRS = 40
SEED = 700
D_UPDATES = 4000
RADIUS = 0.2  # ten standard deviations of a mode; two modes are 1.53 apart
SHARES = (0.2, 0.4, 0.6, 0.8)  # of samples near a mode, for four tables of success
WORKERS = 2

CHOICES = {
    "depth": (1, 2, 4, 8),
    "width": (16, 32, 64, 128),
    "activation": ("relu", "leaky_relu", "tanh", "softplus"),
    "g_normalized": (False, True),
}

_gradient_penalty = penalties.Penalty(penalties.gradient_penalty, weight=1.0)
GAMES = {
    "GAN": {"loss": losses.non_saturating},
    "GAN with the penalty": {"loss": losses.non_saturating, "penalty": _gradient_penalty},
    "WGAN, clipped": {"loss": losses.wasserstein, "d_steps": 5},
    "WGAN-GP": {"loss": losses.wasserstein, "penalty": _gradient_penalty, "d_steps": 5},
}


def draw_pairs(n=PAIRS):
    """Draw so many different architectures: dicts of one value for each of `CHOICES`."""
    rng, found = np.random.default_rng(SEED), []
    while len(found) < n:
        pair = {name: values[rng.integers(len(values))] for name, values in CHOICES.items()}
        if pair not in found:
            found.append(pair)
    return found


def networks(pair, *, clip, seed):
    """Build the generator and the discriminator of a pair."""
    seeds = iter(np.random.default_rng(seed).integers(2**31, size=99))
    constraint = layers.Clip(0.01) if clip else None

    def dense(units, **settings):
        first = keras.initializers.HeNormal(seed=int(next(seeds)))
        return keras.layers.Dense(units, kernel_initializer=first, **settings)

    def stack(name, outputs, *, normalized=False, **settings):
        inside = []
        for _ in range(pair["depth"]):
            inside.append(dense(pair["width"], **settings))
            if normalized:
                inside.append(keras.layers.BatchNormalization(momentum=0.9))
            inside.append(keras.layers.Activation(pair["activation"]))
        return keras.Sequential([keras.Input((2,)), *inside, dense(outputs, **settings)], name=name)

    limits = {"kernel_constraint": constraint, "bias_constraint": constraint}
    generator = stack("generator", 2, normalized=pair["g_normalized"])
    return generator, stack("discriminator", 1, **limits)


def train(job):
    """Train a pair with a game; return the job, how it ended, and the CPU time.

    Returns
    -------
    tuple
        (place of the pair, name of the game), modes covered, share of samples near a mode, and
        seconds.
    """
    place, game = job
    start = time.process_time()
    settings = GAMES[game]
    generator, discriminator = networks(
        draw_pairs()[place], clip=game == "WGAN, clipped", seed=SEED + place
    )
    gan = training.GAN(generator, discriminator, seed=SEED + place, ema=0.99, **settings)
    gan.compile(g_optimizer=recipes.adam(1e-3)(), d_optimizer=recipes.adam(1e-3)())
    real = datasets.ring(8192, seed=SEED)
    batches = datasets.batches(real, 64 * gan.d_steps, seed=SEED).repeat()
    steps = D_UPDATES // gan.d_steps
    for _ in training.steps(gan, batches.take(steps), steps_per_execution=steps // 10):
        pass
    samples = gan.sample(2000, seed=0)
    found = metrics.mode_coverage(samples, datasets.RING_MODES, radius=RADIUS)
    return job, found.covered, round(found.high_quality, 3), time.process_time() - start


def measure():
    """Train all pairs with all games; write the table."""
    result = record.start()
    jobs = [(place, game) for place in range(PAIRS) for game in GAMES]
    os.environ.update(TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1")
    runs, spent = {game: {"modes": [], "near": []} for game in GAMES}, {game: [] for game in GAMES}
    with multiprocessing.get_context("spawn").Pool(WORKERS, maxtasksperchild=20) as pool:
        for (place, game), modes, near, seconds in pool.imap(train, jobs):
            print(
                f"pair {place}, {game}: {modes} modes, {near:.2f} near, {seconds:.0f} s", flush=True
            )
            runs[game]["modes"].append(modes)
            runs[game]["near"].append(near)
            spent[game].append(seconds)
    table = {"pairs": draw_pairs(), "d_updates": D_UPDATES, "radius": RADIUS, "games": runs}
    files.write(files.recorded("architectures.json"), json.dumps(table, indent=1).encode() + b"\n")
    medians = {game: record.median(seconds, digits=1) for game, seconds in spent.items()}
    return record.finish(result) | {"cpu_seconds": medians}


def successes(found, near):
    """Return for each game which pairs cover seven modes with this share of samples near one."""
    return {
        game: (np.array(runs["modes"]) >= 7) & (np.array(runs["near"]) >= near)
        for game, runs in found["games"].items()
    }


def report(result):
    """Return how many pairs learned the ring with each game."""
    found = tables.load("architectures")
    rows = [
        [game, *(f"{int(successes(found, near)[game].sum())} of {PAIRS}" for near in SHARES),
         result["cpu_seconds"][game]]
        for game in GAMES
    ]  # fmt: skip
    heads = [f"{near:.0%} near a mode" for near in SHARES]
    return record.table(["game", *heads, "CPU s of a run"], rows)
