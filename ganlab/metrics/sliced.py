"""The sliced Wasserstein distance: sets compared along many lines, where sorting is enough."""

import numpy as np

from ganlab.images import check_count
from ganlab.latents import random_generator
from ganlab.metrics.arguments import as_pair

_BLOCK = 64  # lines at a time, for the sake of memory


def sliced_wasserstein_distance(real, fake, *, projections, seed):
    r"""Measure how far two sets are apart along lines in random directions.

    On a line the cheapest way to move one set onto the other keeps the order of the samples, so
    that sorting is enough. With the sorted products of the samples with a direction d of length 1

    .. math:: \sqrt{\mathbb{E}_d \, \frac{1}{n} \sum_i
              \left( (d'x)_{(i)} - (d'y)_{(i)} \right)^2}

    and the mean over random directions for the expectation. Sets of different sizes are compared
    by their quantiles, every sample of a set weighing the same.

    Parameters
    ----------
    real : array of numbers, shape (n, ...)
    fake : array of numbers, shape (m, ...)
    projections : int
        How many directions. The value spreads over them by about one over their square root.
    seed : int or numpy.random.Generator
        Chooses the directions.

    Returns
    -------
    float, at least 0
        A distance in the units of the samples, 0 for equal sets. Of two sets that differ by a
        shift s in dim dimensions it is about |s| / sqrt(dim). Unlike the Fréchet distance it
        sees all of a distribution; like it, it is biased upwards for few samples.

    References
    ----------
    Rabin, Peyré, Delon, Bernot. Wasserstein barycenter and its application to texture mixing.
    SSVM (2011), published 2012.

    Bonneel, Rabin, Peyré, Pfister. Sliced and Radon Wasserstein barycenters of measures. Journal
    of Mathematical Imaging and Vision 51 (2015).

    Derived in notebooks/07_measuring_gans.

    Examples
    --------
    >>> points = np.random.default_rng(0).normal(size=(500, 2))
    >>> sliced_wasserstein_distance(points, points, projections=100, seed=0)
    0.0
    >>> moved = points + [3.0, 4.0]  # by 5, in two dimensions: about 5 / sqrt(2) = 3.54
    >>> round(sliced_wasserstein_distance(points, moved, projections=2000, seed=0), 1)
    3.5
    """
    real, fake = as_pair(real=real, fake=fake)
    check_count(projections, "projections", 1)
    directions = random_generator(seed).normal(size=(projections, real.shape[1]))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    of_real, of_fake, weights = _matches(len(real), len(fake))
    total = 0.0
    for block in np.array_split(directions, -(-projections // _BLOCK)):
        along_real = np.sort(block @ real.T, axis=1)[:, of_real]
        along_fake = np.sort(block @ fake.T, axis=1)[:, of_fake]
        total += (((along_real - along_fake) ** 2) @ weights).sum()
    return float(np.sqrt(total / projections))


def _matches(n, m):
    """Return which sorted sample of n moves to which of m, and the share of all that moves so.

    Examples
    --------
    >>> of_real, of_fake, weights = _matches(2, 3)  # a half and a half onto three thirds
    >>> of_real, of_fake, (6 * weights).round().astype(int)
    (array([0, 0, 1, 1]), array([0, 1, 1, 2]), array([2, 1, 1, 2]))
    """
    if n == m:
        return np.arange(n), np.arange(n), np.full(n, 1 / n)
    ends = np.union1d(np.arange(1, n + 1) * m, np.arange(1, m + 1) * n)  # in parts of 1 / (n m)
    return (ends - 1) // m, (ends - 1) // n, np.diff(ends, prepend=0) / (n * m)
