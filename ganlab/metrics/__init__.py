"""Measures of sets of samples: two arrays in, a number or a small record out. NumPy and SciPy only.

Samples are points, features or images; all axes but the first are flattened and float64 is
what is computed with. Real comes before fake. All of it is meant for features in which near
means alike (:mod:`ganlab.evaluation.features`): measured on pixels the numbers are as defined,
but see little of what a person sees. Derived in notebooks/07_measuring_gans.

A set that is empty or not finite, two sets whose samples differ in size, and an argument that
is not as its type line says raise ValueError; what is no seed raises TypeError.
"""

from ganlab.metrics.diversity import pairwise_similarity
from ganlab.metrics.frechet import frechet_distance
from ganlab.metrics.interval import Interval, half_sample_interval
from ganlab.metrics.kernel import KernelDistance, kernel_distance
from ganlab.metrics.manifold import (
    DensityCoverage,
    PrecisionRecall,
    density_coverage,
    precision_recall,
)
from ganlab.metrics.modes import ModeCoverage, mode_coverage
from ganlab.metrics.neighbors import count_inside, nearest_neighbors
from ganlab.metrics.score import inception_score
from ganlab.metrics.shares import ValueShares, value_shares
from ganlab.metrics.sliced import sliced_wasserstein_distance
from ganlab.metrics.wasserstein import wasserstein_distance

__all__ = [
    "DensityCoverage",
    "Interval",
    "KernelDistance",
    "ModeCoverage",
    "PrecisionRecall",
    "ValueShares",
    "count_inside",
    "density_coverage",
    "frechet_distance",
    "half_sample_interval",
    "inception_score",
    "kernel_distance",
    "mode_coverage",
    "nearest_neighbors",
    "pairwise_similarity",
    "precision_recall",
    "sliced_wasserstein_distance",
    "value_shares",
    "wasserstein_distance",
]
