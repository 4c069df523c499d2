"""Measures of sets of samples: two arrays in, a number or a small record out. NumPy only."""

from dataclasses import dataclass

import numpy as np

__all__ = ["ModeCoverage", "mode_coverage", "nearest_neighbours"]


@dataclass(frozen=True, eq=False)
class ModeCoverage:
    """How samples spread over known modes.

    Attributes
    ----------
    counts : ndarray of int, shape (modes,)
        Samples within the radius of each mode, each counted for its nearest mode only.
    covered : int
        Modes that got at least a quarter of an even share of all samples.
    high_quality : float in [0, 1]
        Share of the samples that lie within the radius of some mode.
    """

    counts: np.ndarray
    covered: int
    high_quality: float

    def __repr__(self):
        return (
            f"{self.covered} of {len(self.counts)} modes covered, "
            f"{self.high_quality:.0%} of samples near one"
        )


def mode_coverage(samples, modes, *, radius):
    """Counts which known modes a set of samples reaches.

    Parameters
    ----------
    samples : array of float, shape (n, dim)
    modes : array of float, shape (modes, dim)
        The centers.
    radius : float
        How far from its center a sample still belongs to a mode: three standard deviations
        of the mode is usual (Metz et al. 2016, arXiv:1611.02163).

    Returns
    -------
    ModeCoverage

    Examples
    --------
    >>> mode_coverage([[0.0, 0.1], [0.0, 0.0], [9.0, 9.0]], [[0.0, 0.0], [1.0, 1.0]], radius=0.3)
    1 of 2 modes covered, 67% of samples near one
    """
    samples, modes = _points(samples, "samples"), _points(modes, "modes")
    if samples.shape[1] != modes.shape[1]:
        raise ValueError(
            "expected samples and modes of one dimension, "
            f"received {samples.shape[1]} and {modes.shape[1]}"
        )
    if not radius > 0:
        raise ValueError(f"expected radius > 0, received {radius!r}")
    distances, nearest = nearest_neighbours(samples, modes)
    near = distances[:, 0] <= radius
    counts = np.bincount(nearest[near, 0], minlength=len(modes))
    covered = int(np.sum(counts >= len(samples) / (4 * len(modes))))
    return ModeCoverage(counts, covered, float(np.mean(near)))


def nearest_neighbours(queries, references, k=1):
    """Finds the k references nearest to each query, by Euclidean distance of all values.

    Parameters
    ----------
    queries : array of float, shape (n, ...)
        Points, features or images.
    references : array of float, shape (m, ...)
    k : int, at most m

    Returns
    -------
    distances : ndarray of float64, shape (n, k)
        Ascending.
    indices : ndarray of int, shape (n, k)
        Into references; of equally distant ones the first comes first.

    Examples
    --------
    >>> distances, indices = nearest_neighbours([[0.0], [5.0]], [[1.0], [4.0], [9.0]], k=2)
    >>> indices.tolist(), distances.tolist()
    ([[0, 1], [1, 0]], [[1.0, 4.0], [1.0, 4.0]])
    """
    queries, references = _flat(queries, "queries"), _flat(references, "references")
    if queries.shape[1] != references.shape[1]:
        raise ValueError(
            "expected queries and references with as many values each, "
            f"received {queries.shape[1]} and {references.shape[1]}"
        )
    if not 1 <= k <= len(references):
        raise ValueError(f"expected k from 1 to {len(references)}, received {k}")
    distances = np.empty((len(queries), k))
    indices = np.empty((len(queries), k), np.int64)
    # Differences, not |a|^2 - 2ab + |b|^2, which cancels for near neighbours; in chunks of
    # at most 32 MB of differences.
    chunk = max(1, 4_000_000 // references.size)
    for start in range(0, len(queries), chunk):
        part = slice(start, start + chunk)
        squared = ((queries[part, None] - references[None]) ** 2).sum(-1)
        order = np.argsort(squared, axis=1, kind="stable")[:, :k]
        indices[part] = order
        distances[part] = np.sqrt(np.take_along_axis(squared, order, axis=1))
    return distances, indices


def _points(values, name):
    array = np.asarray(values, np.float64)
    if array.ndim != 2 or not len(array):
        raise ValueError(f"expected {name} of shape (n, dim) with n > 0, received {array.shape}")
    return array


def _flat(values, name):
    array = np.asarray(values, np.float64)
    if array.ndim < 2 or not array.size:
        raise ValueError(f"expected {name} of shape (n, ...) and not empty, received {array.shape}")
    return array.reshape(len(array), -1)
