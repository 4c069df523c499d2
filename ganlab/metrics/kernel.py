"""The kernel distance of two sets of features: an unbiased squared maximum mean discrepancy."""

from dataclasses import dataclass

import numpy as np

from ganlab.images import check_count
from ganlab.latents import random_generator
from ganlab.metrics.arguments import as_pair


@dataclass(frozen=True)
class KernelDistance:
    """A kernel distance and how far it spreads over the subsets that it was measured on.

    Attributes
    ----------
    value : float
        The mean over the subsets. Unbiased, so it may be negative where the truth is near 0.
    spread : float
        The standard deviation over the subsets: how much one subset of this size tells. The
        uncertainty of the value comes from :func:`half_sample_interval`.
    """

    value: float
    spread: float

    def __repr__(self):
        return f"{self.value:.4g} (spread {self.spread:.2g})"


def kernel_distance(real, fake, *, subsets=100, size=None, seed):
    r"""Measure the squared maximum mean discrepancy, without bias.

    With the kernel k(x, y) = (x'y / dim + 1)^3 and subsets of s samples

    .. math:: \frac{1}{s (s - 1)} \sum_{i \ne j} \left(k(x_i, x_j) + k(y_i, y_j)\right)
              - \frac{2}{s^2} \sum_{ij} k(x_i, y_j)

    and the mean of this over random subsets of real (x) and of fake (y). On the features of
    the Inception network it is the KID. Unlike the Fréchet distance it expects the same from
    few samples as from many, and assumes no Gaussian.

    Parameters
    ----------
    real : array of numbers, shape (n, ...)
    fake : array of numbers, shape (m, ...)
    subsets : int
        How many.
    size : int, from 2 to the smaller of n and m, optional
        Samples in each, drawn without replacement. By default half the smaller set, at most
        1,000. When it is all of both sets there is one subset, and no spread.
    seed : int or numpy.random.Generator
        Chooses the subsets.

    Returns
    -------
    KernelDistance

    References
    ----------
    Bińkowski, Sutherland, Arbel, Gretton. Demystifying MMD GANs. ICLR (2018),
    arXiv:1801.01401.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> real, same, other = rng.normal(size=(3, 400, 2)) + np.array([0, 0, 1])[:, None, None]
    >>> kernel_distance(real, same, seed=0)
    0.018 (spread 0.074)
    >>> kernel_distance(real, other, seed=0)
    11.83 (spread 1.6)
    """
    real, fake = as_pair(real=real, fake=fake, least=(2, 2))
    smaller = min(len(real), len(fake))
    if size is None:
        size = max(2, min(1000, smaller // 2))
    check_count(subsets, "subsets", 1)
    check_count(size, "size", 2, smaller)
    rng = random_generator(seed)
    if size == len(real) == len(fake):
        return KernelDistance(_unbiased_mmd(real, fake), 0.0)

    def subset(samples):
        return samples[rng.choice(len(samples), size, replace=False, shuffle=False)]

    values = [_unbiased_mmd(subset(real), subset(fake)) for _ in range(subsets)]
    return KernelDistance(float(np.mean(values)), float(np.std(values)))


def _unbiased_mmd(x, y):
    def kernel(a, b):
        base = a @ b.T
        base /= a.shape[1]
        base += 1.0
        return base * base * base  # several times faster than ** 3

    def mean_of_others(a):
        table = kernel(a, a)
        return (table.sum() - np.trace(table)) / (len(a) * (len(a) - 1))

    return float(mean_of_others(x) + mean_of_others(y) - 2.0 * kernel(x, y).mean())
