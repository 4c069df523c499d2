"""The mean similarity of pairs within one set: the higher, the less variety."""

import numpy as np

from ganlab.images import check_count
from ganlab.latents import random_generator


def pairwise_similarity(images, similarity, *, pairs, seed):
    """Measure the mean similarity of random pairs within one set.

    Parameters
    ----------
    images : array, shape (n, ...), n >= 2
    similarity : callable
        Takes two arrays of shape (batch, ...) and gives shape (batch,), such as
        ``functools.partial(similarity.ms_ssim, data_range=1.0)``, which is the published
        choice. It is called with 256 pairs at a time, at last with what remains.
    pairs : int
        How many. The two images of a pair are different ones; a pair may come up again.
    seed : int or numpy.random.Generator
        Chooses the pairs.

    Returns
    -------
    float
        NaN if one of the similarities is.

    Notes
    -----
    Compare it with the same number for the reals, class by class: a set of one class is more
    alike than a set of ten, with nothing wrong about it.

    References
    ----------
    Odena, Olah, Shlens. Conditional image synthesis with auxiliary classifier GANs. ICML
    (2017), arXiv:1610.09585.

    Examples
    --------
    >>> def equal(a, b):
    ...     return (a == b).all(axis=1)
    >>> pairwise_similarity(np.eye(4), equal, pairs=100, seed=0)
    0.0
    """
    images = np.asarray(images)
    if images.ndim < 2 or len(images) < 2:
        raise ValueError(f"expected two or more images, received shape {images.shape}")
    check_count(pairs, "pairs", 1)
    rng = random_generator(seed)
    first = rng.integers(len(images), size=pairs)
    second = (first + rng.integers(1, len(images), size=pairs)) % len(images)
    total = 0.0
    for start in range(0, pairs, 256):
        a, b = (images[chosen[start : start + 256]] for chosen in (first, second))
        values = np.asarray(similarity(a, b), np.float64)
        if values.shape != (len(a),):
            raise ValueError(
                f"expected similarity to give shape ({len(a)},), received {values.shape}"
            )
        total += values.sum()
    return float(total / pairs)
