"""A generator's measures beside rows whose answer is known."""

import functools

import numpy as np
from tqdm import tqdm

from ganlab import images as pixels
from ganlab import metrics
from ganlab.evaluation.report import Report, Row

__all__ = [
    "evaluate",
]


_SPLITS = 4  # the distance of two halves differs by a third from one halving to another


_SAME = 10  # images that the collapsed generator knows


_MOST = {"precision": 1.0, "recall": 1.0}


def evaluate(real, fake, *, judge, seed, resamples=30, progress=False):
    """Measures generated images, and reference rows beside them.

    The real images are cut into two random halves A and B. Every set is compared with A and
    has as many images as A: the samples; B, which gives the floor; noise; ten images like one
    of B's, over and over (a collapsed generator); copies of A (a memorizer). Measures are means
    over four such cuts.

    Parameters
    ----------
    real, fake : array of float, shape (n, height, width, channels), in [0, 1]
        At least half as many fake as real ones.
    judge : Judge
    seed : int
        For the cuts.
    resamples : int
        Half-samples behind each interval; see `metrics.half_sample_interval`. 0 for no intervals.
    progress : bool
        Show a progress bar on stderr.

    Returns
    -------
    Report
        ``frechet_distance``; ``times_floor``, the same over that of B; ``kernel_distance``;
        ``precision``, ``recall`` (k = 3), ``density``, ``coverage`` (k = 5); with a classifier
        ``inception_score`` and the shares ``rarest_class`` and ``commonest_class``, relative
        to the shares among the real images; ``copies``, the share of samples that lie nearer to
        an image the generator may have seen than 99 % of the real images lie to any other,
        pixel by pixel.

    Raises
    ------
    ValueError
        If shapes differ or there are too few images.

    Notes
    -----
    The smaller the sets, the larger the Fréchet distance between them, also of sets from one
    source: compare distances only at one count, or their ratios to the floor.

    Derived in notebooks/07_measuring_gans.
    """
    real, fake = pixels.check(real, name="real"), pixels.check(fake, name="fake")
    if real.shape[1:] != fake.shape[1:]:
        raise ValueError(
            f"expected real and fake images of one shape, received {real.shape[1:]} "
            f"and {fake.shape[1:]}"
        )
    count = len(real) // 2
    if count < 20 or len(fake) < count:
        raise ValueError(
            "expected at least 40 real images and half as many fake ones, "
            f"received {len(real)} and {len(fake)}"
        )
    rng = np.random.default_rng(seed)
    noise = rng.random((count, *real.shape[1:]), np.float32)
    real_features = judge.extract(real)
    measure = functools.partial(_measures, judge=judge, shares=_shares(judge, real))
    alone = _distances_to_others(real)
    near = np.quantile(alone, 0.01)

    found, kept, intervals = {}, {}, {}
    bar = tqdm(total=5 * _SPLITS, desc="measuring", unit="set", disable=not progress)
    for split in range(_SPLITS):
        order = rng.permutation(len(real))
        a, b = order[:count], order[count : 2 * count]
        start = real_features[rng.choice(b)]
        alike = np.argsort(np.linalg.norm(real_features[b] - start, axis=1))[:_SAME]
        drawn = rng.permutation(len(fake))[:count]
        sets = {
            "generator": (fake[drawn], real),
            "real, other half": (real[b], real[a]),
            "noise": (noise, real),
            "collapsed": (real[b][alike][rng.integers(_SAME, size=count)], real[a]),
            "memorized": (real[a][rng.integers(count, size=count)], real[a]),
        }
        reference = real_features[a]
        for name, (samples, seen) in sets.items():
            described = judge.extract(samples)
            values = measure(reference, described, samples)
            values["copies"] = _copies(samples, seen, near)
            found.setdefault(name, []).append(values)
            bar.update()
            if split == 0:
                kept[name] = samples[:12]
                if resamples and name in ("generator", "real, other half"):
                    intervals[name] = _intervals(reference, described, resamples, seed)
    bar.close()
    floor = np.mean([values["frechet_distance"] for values in found["real, other half"]])
    rows = []
    for name, several in found.items():
        means = {key: float(np.mean([values[key] for values in several])) for key in several[0]}
        means["times_floor"] = float(means["frechet_distance"] / floor)
        spread = {  # no distance is negative, no share above 1
            key: (max(0.0, means[key] + low), min(_MOST.get(key, np.inf), means[key] + high))
            for key, (low, high) in intervals.get(name, {}).items()
        }
        rows.append(Row(name, means, spread, kept[name]))
    return Report(tuple(rows), judge.name, count)


def _measures(reference, described, samples, *, judge, shares):
    manifolds = metrics.precision_recall(reference, described)
    balls = metrics.density_coverage(reference, described)
    size = min(len(reference), 500)
    kernel = metrics.kernel_distance(reference, described, subsets=10, size=size, seed=0)
    values = {
        "frechet_distance": metrics.frechet_distance(reference, described),
        "kernel_distance": kernel.value,
        "precision": manifolds.precision,
        "recall": manifolds.recall,
        "density": balls.density,
        "coverage": balls.coverage,
    }
    if judge.probabilities is not None:
        probabilities = judge.probabilities(samples)
        values["inception_score"] = metrics.inception_score(probabilities)
        relative = np.bincount(probabilities.argmax(axis=1), minlength=len(shares))
        relative = relative[shares > 0] / len(samples) / shares[shares > 0]
        values["rarest_class"] = float(relative.min())
        values["commonest_class"] = float(relative.max())
    return values


def _shares(judge, real):
    """Share of each class among the real images, as the judge sees them."""
    if judge.probabilities is None:
        return None
    probabilities = judge.probabilities(real)
    counts = np.bincount(probabilities.argmax(axis=1), minlength=probabilities.shape[1])
    return counts / len(real)


def _distances_to_others(real):
    """Distance of each image to the nearest other one."""
    distances, _ = metrics.nearest_neighbors(real, real, k=2)
    return distances[:, 1]


def _copies(samples, seen, near):
    distances, _ = metrics.nearest_neighbors(samples, seen)
    return float(np.mean(distances[:, 0] < near))


def _intervals(reference, described, resamples, seed):
    """How far below and above its value each measure could be, from half-samples."""

    def spread(measure):
        interval = metrics.half_sample_interval(measure, reference, described, resamples=resamples, seed=seed)
        return interval.low - interval.value, interval.high - interval.value

    return {
        "frechet_distance": spread(metrics.frechet_distance),
        "precision": spread(lambda a, b: metrics.precision_recall(a, b).precision),
        "recall": spread(lambda a, b: metrics.precision_recall(a, b).recall),
    }
