"""Mode coverage worked by hand; nearest neighbours against scikit-learn and brute force."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.neighbors import NearestNeighbors

from ganlab import datasets, metrics


def brute_force(queries, references, k):
    squared = ((queries[:, None] - references[None]) ** 2).sum(-1)
    order = np.argsort(squared, axis=1, kind="stable")[:, :k]
    return np.sqrt(np.take_along_axis(squared, order, axis=1)), order


# --- mode coverage


def test_modes_counted_by_hand():
    modes = [[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]]
    samples = [[0.0, 1.0], [1.0, 0.0], [0.0, 0.0], [10.0, 0.5], [5.0, 5.0]]
    coverage = metrics.mode_coverage(samples, modes, radius=1.0)
    assert coverage.counts.tolist() == [3, 1, 0]  # at the radius itself is inside
    assert coverage.covered == 2
    assert coverage.high_quality == pytest.approx(4 / 5)


def test_a_mode_is_covered_from_a_quarter_of_an_even_share_on():
    modes = np.array([[0.0], [10.0]])
    for at_second, covered in ((11, 1), (12, 1), (13, 2), (50, 2)):  # 100 / (4 * 2) = 12.5
        samples = np.r_[np.full(100 - at_second, 0.0), np.full(at_second, 10.0)][:, None]
        assert metrics.mode_coverage(samples, modes, radius=1.0).covered == covered


def test_overlapping_modes_share_no_sample():
    coverage = metrics.mode_coverage([[0.4], [0.6]], [[0.0], [1.0]], radius=5.0)
    assert coverage.counts.tolist() == [1, 1]


def test_the_ring_itself_covers_the_ring():
    points = datasets.ring(2_000, seed=0)
    coverage = metrics.mode_coverage(points, datasets.RING_MODES, radius=3 * 0.02)
    assert coverage.covered == 8
    # Of a two-dimensional Gaussian, 1 - exp(-9 / 2) lies within three standard deviations.
    assert coverage.high_quality == pytest.approx(1 - np.exp(-4.5), abs=0.01)


def test_one_mode_is_collapse():
    coverage = metrics.mode_coverage(
        np.repeat(datasets.RING_MODES[3:4], 100, axis=0), datasets.RING_MODES, radius=0.1
    )
    assert coverage.covered == 1
    assert coverage.high_quality == 1.0
    assert coverage.counts.tolist() == [0, 0, 0, 100, 0, 0, 0, 0]
    assert repr(coverage) == "1 of 8 modes covered, 100% of samples near one"


@pytest.mark.parametrize("lost", [np.nan, np.inf, -np.inf])
def test_samples_that_are_not_finite_are_near_no_mode(lost):
    some = metrics.mode_coverage([[0.0, 0.0], [lost, 0.0]], [[0.0, 0.0]], radius=1.0)
    assert (some.covered, some.high_quality) == (1, 0.5)
    none = metrics.mode_coverage([[lost, 0.0]], [[0.0, 0.0]], radius=1.0)
    assert (none.covered, none.high_quality) == (0, 0.0)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_coverage_ignores_the_order_of_samples(seed):
    rng = np.random.default_rng(seed)
    samples = rng.normal(size=(60, 2))
    modes = rng.normal(size=(5, 2))
    one = metrics.mode_coverage(samples, modes, radius=0.5)
    two = metrics.mode_coverage(rng.permutation(samples), modes, radius=0.5)
    assert one.counts.tolist() == two.counts.tolist()
    assert one.counts.sum() == round(one.high_quality * 60)
    far = np.linalg.norm(samples[:, None] - modes[None], axis=-1).min(axis=1) > 0.5
    assert one.high_quality == pytest.approx(1 - far.mean())


@pytest.mark.parametrize(
    ("samples", "modes", "radius", "message"),
    [
        (np.zeros((0, 2)), np.zeros((1, 2)), 1.0, r"expected samples .* received shape \(0, 2\)"),
        (np.zeros(3), np.zeros((1, 2)), 1.0, r"expected samples .* received shape \(3,\)"),
        (np.zeros((3, 2)), np.zeros((1, 3)), 1.0, "one dimension, received 2 and 3"),
        (np.zeros((3, 2)), np.full((1, 2), np.nan), 1.0, "expected finite references"),
        (np.zeros((3, 2)), np.zeros((1, 2)), 0.0, "expected radius > 0"),
        (np.zeros((3, 2)), np.zeros((1, 2)), np.nan, "expected radius > 0"),
    ],
)
def test_bad_input_to_mode_coverage(samples, modes, radius, message):
    with pytest.raises(ValueError, match=message):
        metrics.mode_coverage(samples, modes, radius=radius)


# --- nearest neighbours


@pytest.mark.parametrize("k", [1, 5])
def test_neighbours_of_digits_as_in_scikit_learn(k):
    images = datasets.load("digits").images
    queries, references = images[:200], images[200:]
    distances, indices = metrics.nearest_neighbours(queries, references, k)
    flat = references.reshape(len(references), -1).astype(np.float64)
    oracle = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(flat)
    # scikit-learn takes the quick form |q|^2 - 2 q.r + |r|^2 in float64: 1e-7 after the root.
    expected, order = oracle.kneighbors(queries.reshape(200, -1).astype(np.float64))
    np.testing.assert_allclose(distances, expected, rtol=0, atol=1e-6)
    np.testing.assert_array_equal(indices, order)
    assert distances.dtype == np.float64


@given(
    hnp.arrays(np.int8, st.tuples(st.integers(1, 6), st.just(3)), elements=st.integers(-2, 2)),
    hnp.arrays(np.int8, st.tuples(st.integers(1, 9), st.just(3)), elements=st.integers(-2, 2)),
    st.data(),
)
@settings(max_examples=60, deadline=None)
def test_ties_come_in_the_order_of_the_references(queries, references, data):
    k = data.draw(st.integers(1, len(references)))
    distances, indices = metrics.nearest_neighbours(queries, references, k)
    expected, order = brute_force(queries.astype(float), references.astype(float), k)
    np.testing.assert_array_equal(indices, order)
    np.testing.assert_array_equal(distances, expected)


@pytest.mark.parametrize("offset", [0.0, 1e3, 1e8, 1e12])
def test_exact_far_from_the_origin(offset):
    """Where |q|^2 - 2 q.r + |r|^2 cancels: at 1e8 its rounding error is 1, the spacing too."""
    rng = np.random.default_rng(1)
    queries, references = offset + rng.random((20, 4)), offset + rng.random((300, 4))
    distances, indices = metrics.nearest_neighbours(queries, references, 4)
    expected, order = brute_force(queries, references, 4)
    np.testing.assert_array_equal(indices, order)
    np.testing.assert_array_equal(distances, expected)


def test_exact_for_one_long_reference_among_short_ones():
    rng = np.random.default_rng(2)
    references = np.concatenate([np.full((1, 6), 1e9), rng.random((50, 6)) * 1e-3])
    distances, indices = metrics.nearest_neighbours(references[1:], references, 2)
    np.testing.assert_array_equal(indices[:, 0], np.arange(1, 51))
    expected, order = brute_force(references[1:], references, 2)
    np.testing.assert_array_equal(indices, order)
    np.testing.assert_array_equal(distances, expected)


def test_a_copy_is_at_distance_zero():
    images = datasets.load("digits").images[:50]
    distances, indices = metrics.nearest_neighbours(images, images)
    assert not distances.any()
    np.testing.assert_array_equal(indices[:, 0], np.arange(50))


def test_integers_do_not_wrap_around():
    distances, _ = metrics.nearest_neighbours(np.uint8([[0]]), np.uint8([[255]]))
    assert distances == 255.0


def test_blocks_change_nothing(monkeypatch):
    rng = np.random.default_rng(3)
    queries, references = rng.random((31, 2, 3)), rng.random((17, 2, 3))
    whole = metrics.nearest_neighbours(queries, references, 17)
    monkeypatch.setattr(metrics, "_BLOCK", 17 * 4)  # 4 queries, 11 references at a time
    for one, other in zip(metrics.nearest_neighbours(queries, references, 17), whole, strict=True):
        np.testing.assert_array_equal(one, other)


def test_memory_does_not_grow_with_the_table_of_distances():
    rng = np.random.default_rng(4)
    points = rng.random((100_000, 2))
    tracemalloc.start()
    metrics.nearest_neighbours(points[:1_000], points)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 150e6  # the whole table would take 800 MB


@pytest.mark.parametrize(
    ("queries", "references", "k", "message"),
    [
        (np.zeros((0, 2)), np.zeros((3, 2)), 1, "expected queries"),
        (np.zeros((2, 2)), np.zeros((0, 2)), 1, "expected references"),
        (np.zeros(2), np.zeros((3, 2)), 1, r"expected queries .* received shape \(2,\)"),
        (np.zeros((2, 2)), np.zeros((3, 4)), 1, "received 2 and 4"),
        (np.zeros((2, 2)), np.zeros((3, 2)), 0, "k as an integer from 1 to 3, received 0"),
        (np.zeros((2, 2)), np.zeros((3, 2)), 4, "k as an integer from 1 to 3, received 4"),
        (np.zeros((2, 2)), np.zeros((3, 2)), 1.5, "k as an integer from 1 to 3, received 1.5"),
        (np.full((2, 2), np.nan), np.zeros((3, 2)), 1, "expected finite queries"),
    ],
)
def test_bad_input_to_nearest_neighbours(queries, references, k, message):
    with pytest.raises(ValueError, match=message):
        metrics.nearest_neighbours(queries, references, k)
