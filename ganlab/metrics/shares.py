"""Shares of values: how far those that samples show are from equal ones."""

import math
from dataclasses import dataclass

import numpy as np

from ganlab.images import check_count


@dataclass(frozen=True, eq=False)
class ValueShares:
    """How often samples show each value of each factor, where all values should be equal.

    Attributes
    ----------
    shares : tuple of ndarray of float64, one a factor, shape (count,)
        They sum to 1.
    total_variation : ndarray of float64, shape (k,), range [0, 1)
        Of each factor: half the sum of what the shares are off by, which is the share of the
        samples that would have to show another value. A value that is dropped, of 8, costs 1/8.
    floor : ndarray of float64, shape (k,)
        What as many samples of truly equal values give on average.
    """

    shares: tuple
    total_variation: np.ndarray
    floor: np.ndarray

    def __repr__(self):
        pairs = zip(self.total_variation, self.floor, strict=True)
        return f"total variation (floor): {', '.join(f'{t:.3f} ({f:.3f})' for t, f in pairs)}"


def value_shares(factors, counts):
    """Compare how often samples show the values of factors with equal shares.

    Parameters
    ----------
    factors : array of int, shape (n, k)
        What each sample shows, read by :func:`ganlab.evaluation.factors.read`, say.
    counts : sequence of k int, at least 2 each
        How many values each factor has, counted from 0.

    Returns
    -------
    ValueShares

    Notes
    -----
    The floor is exact: how often n samples show one of c equally likely values is binomial,
    and the mean of what it is off by has a closed form, de Moivre's.

    Examples
    --------
    >>> found = value_shares([[0, 1], [0, 2], [1, 0], [1, 1], [1, 1]], [2, 4])
    >>> found.shares[1].tolist()
    [0.2, 0.6, 0.2, 0.0]
    >>> found
    total variation (floor): 0.100 (0.188), 0.350 (0.316)
    """
    factors = np.asarray(factors)
    counts = list(counts)
    if factors.ndim != 2 or factors.dtype.kind not in "iu" or 0 in factors.shape:
        raise ValueError(
            f"expected factors as integers of shape (n, k), received shape {factors.shape}, "
            f"{factors.dtype}"
        )
    if len(counts) != factors.shape[1]:
        raise ValueError(f"expected {factors.shape[1]} counts, received {len(counts)}")
    for count, column in zip(counts, factors.T, strict=True):
        check_count(count, "a count", 2)
        if column.min() < 0 or column.max() >= count:
            raise ValueError(
                f"expected values from 0 to {count - 1}, received {column.min()} to {column.max()}"
            )
    n = len(factors)
    shares = tuple(
        np.bincount(column, minlength=count) / n
        for count, column in zip(counts, factors.T, strict=True)
    )
    off = [np.abs(share - 1 / len(share)).sum() / 2 for share in shares]
    floor = [count * _mean_deviation(n, 1 / count) / (2 * n) for count in counts]
    return ValueShares(shares, np.array(off), np.array(floor))


def _mean_deviation(n, p):
    """Return the mean of |X - n p| for a binomial X, by de Moivre: 2 m (1 - p) P(X = m)."""
    m = math.floor(n * p) + 1  # the least value above the mean
    ways = math.lgamma(n + 1) - math.lgamma(m + 1) - math.lgamma(n - m + 1)
    return 2 * m * (1 - p) * math.exp(ways + m * math.log(p) + (n - m) * math.log1p(-p))
