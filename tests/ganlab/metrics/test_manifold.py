"""Precision, recall, density and coverage against scikit-learn and what they are meant to see."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from ganlab import metrics
from tests.ganlab.metrics.samples import normals


def manifold_oracle(real, fake, k):
    """Shares by scikit-learn's neighbors and whole tables of distances."""

    def radii(samples, k):
        return NearestNeighbors(n_neighbors=k + 1).fit(samples).kneighbors(samples)[0][:, k]

    table = np.linalg.norm(fake[:, None] - real[None], axis=-1)
    inside = table <= radii(real, k)
    return (
        inside.any(axis=1).mean(),
        (table <= radii(fake, k)[:, None]).any(axis=0).mean(),
        inside.sum() / (k * len(fake)),
        inside.any(axis=0).mean(),
    )


@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(6, 40),
    m=st.integers(6, 40),
    dim=st.integers(1, 8),
    k=st.integers(1, 5),
)
@settings(max_examples=40, deadline=None)
def test_neighborhoods_as_with_scikit_learn(seed, n, m, dim, k):
    rng = np.random.default_rng(seed)
    real, fake = rng.normal(size=(n, dim)), rng.normal(size=(m, dim)) * 1.3 + 0.2
    precision, recall, density, coverage = manifold_oracle(real, fake, k)
    found = metrics.precision_recall(real, fake, k=k)
    assert (found.precision, found.recall) == (precision, recall)
    found = metrics.density_coverage(real, fake, k=k)
    assert (found.density, found.coverage) == (pytest.approx(density, rel=1e-12), coverage)
    swapped = metrics.precision_recall(fake, real, k=k)
    assert (swapped.recall, swapped.precision) == (precision, recall)


def test_precision_worked_by_hand():
    """Reals at 0, 1, 3 reach 1, 1 and 2; fakes at -1, 4.5 and 9 reach 5.5, 4.5 and 4.5."""
    found = metrics.precision_recall([[0.0], [1.0], [3.0]], [[-1.0], [4.5], [9.0]], k=1)
    assert found == metrics.PrecisionRecall(precision=2 / 3, recall=1.0)
    # -1 lies on the surface of the ball around 0, which density leaves out; 4.5 is in one ball.
    found = metrics.density_coverage([[0.0], [1.0], [3.0]], [[-1.0], [4.5], [9.0]], k=1)
    assert found == metrics.DensityCoverage(density=1 / 3, coverage=1 / 3)


@pytest.mark.parametrize("k", [1, 3, 10])
@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_a_set_against_itself_is_perfect(k, offset):
    real = normals((60, 20), 30) + offset
    assert metrics.precision_recall(real, real[::-1], k=k) == metrics.PrecisionRecall(1.0, 1.0)
    assert metrics.density_coverage(real, real[::-1], k=k) == metrics.DensityCoverage(1.0, 1.0)


def test_copies_are_covered_even_where_all_neighbors_are_equal():
    real = np.repeat(normals((4, 2), 31), 8, axis=0)  # so that every radius is 0
    assert metrics.precision_recall(real, real) == metrics.PrecisionRecall(1.0, 1.0)
    assert metrics.density_coverage(real, real[:8]).coverage == 0.25


def test_tight_fakes_in_wide_reals_are_precise_and_miss_the_rest():
    wide, tight = normals((400, 2), 32), 0.1 * normals((400, 2), 33)
    inside = metrics.precision_recall(wide, tight)
    assert inside.precision > 0.98
    assert inside.recall < 0.1
    outside = metrics.precision_recall(tight, wide)
    assert outside.precision < 0.1
    assert outside.recall > 0.98
    inside = metrics.density_coverage(wide, tight)
    assert inside.density > 0.7
    assert inside.coverage < 0.2
    outside = metrics.density_coverage(tight, wide)
    assert outside.density < 0.1
    assert outside.coverage < 0.2  # hardly any of the wide fall on the tight


def test_a_distant_outlier_fools_precision_but_hardly_density():
    """Naeem et al. 2020, figure 2: one real far away, whose ball reaches over all."""
    real = np.r_[normals((300, 2), 34), [[30.0, 0.0]]]
    fake = normals((300, 2), 35) * 0.1 + [15.0, 0.0]  # between: like no real
    assert metrics.precision_recall(real[:-1], fake).precision == 0.0
    assert metrics.precision_recall(real, fake).precision == 1.0
    found = metrics.density_coverage(real, fake)
    assert found.density <= 1 / 5  # one ball in place of the k = 5 of a good fake
    assert found.coverage == 1 / 301
    # And the reverse: one fake far away, and recall takes reals for reached that are not.
    assert metrics.precision_recall(fake, real[:-1]).recall == 0.0
    assert metrics.precision_recall(fake, real).recall == 1.0
    assert metrics.density_coverage(fake, real).coverage == 0.0


def test_density_and_coverage_of_one_distribution_as_derived():
    rng = np.random.default_rng(36)
    n, m, k, draws = 12, 20, 4, 1_500
    found = [
        metrics.density_coverage(rng.normal(size=(n, 3)), rng.normal(size=(m, 3)), k=k)
        for _ in range(draws)
    ]
    for values, expected in (
        ([one.density for one in found], 1.0),
        (
            [one.coverage for one in found],
            1 - np.prod([(n - i) / (m + n - i) for i in range(1, k + 1)]),
        ),
    ):
        assert abs(np.mean(values) - expected) < 3.5 * np.std(values) / np.sqrt(draws)


def test_neighborhoods_take_memory_that_does_not_grow_with_the_table_of_distances():
    real, fake = normals((1_500, 8), 37), normals((40_000, 8), 38)
    tracemalloc.start()
    metrics.density_coverage(real, fake)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 120e6  # the whole table would take 480 MB


def test_reads_as_text():
    assert repr(metrics.PrecisionRecall(0.81249, 1.0)) == "precision 0.812, recall 1.000"
    assert repr(metrics.DensityCoverage(1.04, 0.9)) == "density 1.040, coverage 0.900"
