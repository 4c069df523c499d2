"""A generator's measures beside rows whose answer is known."""

import functools

import numpy as np

from ganlab import images as pixels
from ganlab import metrics
from ganlab.callbacks import progress_bar
from ganlab.evaluation.report import Report, Row
from ganlab.latents import random_generator

_CUTS = 4  # the distance of two halves differs by a third from one cut to another
_FEW = 10  # images that the collapsed generator knows
_SHOWN = 12  # images of a row
_GENERATOR, _FLOOR = "generator", "real, other half"  # the rows with intervals


def evaluate(
    real, fake, *, real_labels=None, fake_labels=None, extractor, seed, resamples=30, progress=False
):
    """Measure generated images, and reference rows beside them.

    The real images are cut into two random halves A and B. Every set is compared with A and
    has as many images as A: the samples; B, which gives the floor; noise; ten images like one
    of B's, over and over (a collapsed generator); copies of A (a memorizer). Measures are means
    over four such cuts.

    Parameters
    ----------
    real, fake : array of float, shape (n, height, width, channels), in [0, 1]
        At least 40 real ones, not all the same, and half as many fake ones.
    real_labels, fake_labels : array of int, shape (n,), optional
        Where fakes were drawn by labels: the label of each real image, and the one that each
        fake was asked for, numbered from 0 as the classifier of the extractor numbers its
        classes.
    extractor : FeatureExtractor
    seed : int
        For the cuts.
    resamples : int, at least 2, or 0
        Behind each interval, as in `metrics.half_sample_interval`. 0 for no intervals.
    progress : bool
        Show a progress bar on stderr.

    Returns
    -------
    Report
        ``frechet_distance``; ``times_floor``, the same over that of B; ``kernel_distance``;
        ``precision``, ``recall`` (k = 3), ``density``, ``coverage`` (k = 5); with a classifier
        ``inception_score`` and the shares ``rarest_class`` and ``commonest_class``, relative
        to the shares among the real images; with labels ``as_asked``, the share of samples that
        the classifier takes for what they were asked for (noise and the collapsed generator are
        asked for the labels of B); ``copies``, the share of samples that lie as near
        to an image their source may have seen as the nearest 1 % of the real images lie to
        another, or nearer, pixel by pixel. A generator may have seen all real images, B is
        searched among those of A alone: of two honest sets the former has about twice as many
        by chance.

    Notes
    -----
    The smaller the sets, the larger the Fréchet distance between them, also of sets from one
    source: compare distances only at one count, or their ratios to the floor.

    Derived in notebooks/07_measuring_gans.
    """
    real, fake = check_sets(real, fake)
    labels = _check_labels(real_labels, fake_labels, real, fake, extractor)
    rng = random_generator(seed)
    if resamples:
        pixels.check_count(resamples, "resamples", 2)
    noise = rng.random((len(real) // 2, *real.shape[1:]), np.float32)
    to_others, _ = metrics.nearest_neighbors(real, real, k=2)  # the first is the image itself
    real_features, classify = extractor.extract(real), extractor.probabilities
    measure = functools.partial(
        _measures,
        classify=classify,
        real_shares=_class_shares(classify(real)) if classify else None,
        copy_distance=np.quantile(to_others[:, 1], 0.01),
    )
    measured, first = {}, {}
    shown = {"desc": "measuring", "unit": "set", "disable": not progress}
    with progress_bar(total=5 * _CUTS, **shown) as bar:
        for _ in range(_CUTS):
            a, sets = _reference_sets(real, fake, *labels, noise, real_features, rng)
            for name, (samples, seen, asked) in sets.items():
                features = extractor.extract(samples)
                found = measure(real_features[a], features, samples, seen, asked)
                measured.setdefault(name, []).append(found)
                first.setdefault(name, (samples[:_SHOWN], real_features[a], features))
                bar.update()
    floor = _means(measured[_FLOOR])["frechet_distance"]
    rows = []
    for name, (images, *both) in first.items():
        means = _means(measured[name])
        with np.errstate(divide="ignore", invalid="ignore"):  # features may all be the same
            means["times_floor"] = float(np.divide(means["frechet_distance"], floor))
        wanted = resamples and name in (_GENERATOR, _FLOOR)
        intervals = _intervals(*both, means, resamples=resamples, seed=seed) if wanted else {}
        rows.append(Row(name, means, intervals, images))
    return Report(tuple(rows), extractor.name, len(noise))


def check_sets(real, fake):
    """Return both sets of images as `evaluate` takes them, or raise its ValueError."""
    real, fake = pixels.check(real, name="real"), pixels.check(fake, name="fake")
    if real.shape[1:] != fake.shape[1:]:
        raise ValueError(
            f"expected real and fake images of one shape, received {real.shape[1:]} "
            f"and {fake.shape[1:]}"
        )
    if len(real) < 40 or len(fake) < len(real) // 2:
        raise ValueError(
            "expected at least 40 real images and half as many fake ones, "
            f"received {len(real)} and {len(fake)}"
        )
    if (real == real[0]).all():
        raise ValueError(f"expected real images that differ, received one {len(real)} times")
    return real, fake


def _check_labels(real_labels, fake_labels, real, fake, extractor):
    """Return labels of both sets, or None and None."""
    if real_labels is None and fake_labels is None:
        return None, None
    if extractor.probabilities is None:
        raise ValueError("expected an extractor with a classifier beside labels, received none")
    classes = extractor.probabilities(real[:1]).shape[1]
    for name, labels, images in (("real", real_labels, real), ("fake", fake_labels, fake)):
        labels = np.asarray(labels)
        if labels.shape != (len(images),) or labels.dtype.kind not in "iu":
            raise ValueError(
                f"expected {name}_labels as integers of shape ({len(images)},), "
                f"received {labels.dtype} of shape {labels.shape}"
            )
        if labels.min() < 0 or labels.max() >= classes:
            raise ValueError(
                f"expected {name}_labels from 0 to {classes - 1}, as the classifier numbers its "
                f"classes, received {labels.min()} to {labels.max()}"
            )
    return np.asarray(real_labels), np.asarray(fake_labels)


def _reference_sets(real, fake, real_labels, fake_labels, noise, real_features, rng):
    """Cut the real images into A and B; return the places of A, and what is compared with it.

    By its name: the samples of a set, the real images that their source may have copied, and
    the labels that the samples were asked for, or None.
    """
    count = len(noise)
    order = rng.permutation(len(real))
    a, b = order[:count], order[count : 2 * count]
    one = real_features[rng.choice(b)]
    few = b[np.argsort(np.linalg.norm(real_features[b] - one, axis=1))[:_FEW]]
    drawn = rng.permutation(len(fake))[:count]
    again = few[rng.integers(_FEW, size=count)]
    copied = a[rng.integers(count, size=count)]

    def of(labels, places):
        return None if labels is None else labels[places]

    return a, {
        _GENERATOR: (fake[drawn], real, of(fake_labels, drawn)),
        _FLOOR: (real[b], real[a], of(real_labels, b)),
        "noise": (noise, real, of(real_labels, b)),
        "collapsed": (real[again], real[a], of(real_labels, b)),
        "memorized": (real[copied], real[a], of(real_labels, copied)),
    }


def _measures(reference, features, samples, seen, asked, *, classify, real_shares, copy_distance):
    """Measure one set, by its samples and their features beside those of A, the reference."""
    size = min(len(reference), 500)
    kernel = metrics.kernel_distance(reference, features, subsets=10, size=size, seed=0)
    found = {
        "frechet_distance": metrics.frechet_distance(reference, features),
        "kernel_distance": kernel.value,
        **vars(metrics.precision_recall(reference, features)),
        **vars(metrics.density_coverage(reference, features)),
    }
    if classify:
        probabilities = classify(samples)
        relative = _class_shares(probabilities)[real_shares > 0] / real_shares[real_shares > 0]
        found["inception_score"] = metrics.inception_score(probabilities)
        found["rarest_class"] = float(relative.min())
        found["commonest_class"] = float(relative.max())
        if asked is not None:
            found["as_asked"] = float(np.mean(probabilities.argmax(axis=1) == asked))
    distances, _ = metrics.nearest_neighbors(samples, seen)
    found["copies"] = float(np.mean(distances <= copy_distance))
    return found


def _class_shares(probabilities):
    """Return the share of the images that a classifier takes for each class."""
    counts = np.bincount(probabilities.argmax(axis=1), minlength=probabilities.shape[1])
    return counts / len(probabilities)


def _means(cuts):
    """Average the measures of one set over the cuts."""
    return {key: float(np.mean([values[key] for values in cuts])) for key in cuts[0]}


def _intervals(reference, features, means, *, resamples, seed):
    """Lay the intervals of one cut around the means: no distance below 0, no share above 1."""
    measures = {
        "frechet_distance": (metrics.frechet_distance, np.inf),
        "precision": (lambda a, b: metrics.precision_recall(a, b).precision, 1.0),
        "recall": (lambda a, b: metrics.precision_recall(a, b).recall, 1.0),
    }
    intervals = {}
    for key, (measure, most) in measures.items():
        found = metrics.half_sample_interval(
            measure, reference, features, resamples=resamples, seed=seed
        )
        low, high = (means[key] + (end - found.value) for end in (found.low, found.high))
        intervals[key] = max(0.0, low), min(most, high)
    return intervals
