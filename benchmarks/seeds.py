"""The default recipe, trained five times from five seeds and measured as it goes.

What notebooks/07_measuring_gans shows of it: how far one training says anything about the next,
and whether the losses say anything about the images. Everything is the same in the five runs but
the seed, which decides the first weights, the latents and the order of the batches; all are
measured against the same real images, with the same latents.

    python -m benchmarks.seeds --out data/five_seeds.npz
"""

import argparse

import numpy as np

from ganlab import callbacks, datasets, evaluation, files, latents, recipes
from ganlab import images as pixels

__all__ = ["COUNT", "EVERY", "SEEDS", "STEPS", "measure", "train", "write"]

SEEDS = (0, 1, 2, 3, 4)
STEPS = 1_000
EVERY = 50  # steps between two measurements
COUNT = 898  # images in every set: half of the digits
SHOWN = 12  # images kept of each run
MEASURE_SEED = 2026  # which half of the real images is the reference, and which latents are drawn


def train(data, extractor, *, seed, steps, every, count):
    """Train the default recipe once.

    Returns
    -------
    quality : evaluation.QualityCurve
    losses : callbacks.LossCurve
    images : ndarray, float32, shape (12, height, width, channels)
        Of the same latents in every run.
    """
    gan = recipes.DEFAULT.build(data.images.shape[1:], seed=seed)
    quality = evaluation.QualityCurve(
        data.images, extractor=extractor, every=every, count=count, seed=MEASURE_SEED
    )
    losses = callbacks.LossCurve()
    gan.fit(
        datasets.batches(data.images, recipes.DEFAULT.batch_size, seed=seed),
        steps_per_epoch=steps,
        callbacks=[quality, losses],
        verbose=0,
    )
    images = gan(latents.sample(SHOWN, gan.latent_dim, seed=MEASURE_SEED)).numpy()
    return quality, losses, images


def measure(*, seeds=SEEDS, steps=STEPS, every=EVERY, count=COUNT):
    """Train once for each seed.

    Returns
    -------
    dict of str to ndarray
        ``seeds`` (runs,); ``steps`` (times,), when was measured, and ``frechet_distance``,
        ``precision``, ``recall``, ``inception_score`` (runs, times); ``d_loss`` and ``g_loss``
        (runs, steps), of every batch; ``images`` (runs, 12, 28, 28, 1), bytes; ``count``.
    """
    data = datasets.load("digits")
    extractor = evaluation.extractor_for(data)
    found = {}
    for seed in seeds:
        quality, losses, images = train(
            data, extractor, seed=seed, steps=steps, every=every, count=count
        )
        one = dict(quality.history)
        one |= {key: losses.history[key] for key in ("d_loss", "g_loss")}
        for key, values in one.items():
            found.setdefault(key, []).append(np.asarray(values, np.float32))
        found.setdefault("images", []).append(pixels.to_uint8(images))
    return {
        **{key: np.stack(values) for key, values in found.items()},
        "seeds": np.asarray(seeds, np.int64),
        "steps": np.asarray(quality.steps, np.int64),
        "count": np.asarray(count, np.int64),
    }


def write(path, result):
    """Write a result as plain arrays; return the sha256 of the file."""
    files.write_npz(path, result)
    return files.sha256(path)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.seeds", description=__doc__)
    parser.add_argument("--out", required=True, metavar="FILE.npz")
    chosen = parser.parse_args(arguments)
    print(write(chosen.out, measure()), chosen.out)


if __name__ == "__main__":
    main()
