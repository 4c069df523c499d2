"""Nearest neighbors and balls, against scikit-learn and brute force."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.neighbors import KDTree, NearestNeighbors

from ganlab import datasets, metrics
from ganlab.metrics import neighbors


def brute_force(queries, references, k):
    squared = ((queries[:, None] - references[None]) ** 2).sum(-1)
    order = np.argsort(squared, axis=1, kind="stable")[:, :k]
    return np.sqrt(np.take_along_axis(squared, order, axis=1)), order


# --- nearest neighbors


@pytest.mark.parametrize("k", [1, 5])
def test_neighbors_of_digits_as_in_scikit_learn(k):
    images = datasets.load("digits").images
    queries, references = images[:200], images[200:]
    distances, indices = neighbors.nearest_neighbors(queries, references, k)
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
    distances, indices = neighbors.nearest_neighbors(queries, references, k)
    expected, order = brute_force(queries.astype(float), references.astype(float), k)
    np.testing.assert_array_equal(indices, order)
    np.testing.assert_array_equal(distances, expected)


@pytest.mark.parametrize("offset", [0.0, 1e3, 1e8, 1e12])
def test_exact_far_from_the_origin(offset):
    """Where |q|^2 - 2 q.r + |r|^2 cancels: at 1e8 its rounding error is 1, the spacing too."""
    rng = np.random.default_rng(1)
    queries, references = offset + rng.random((20, 4)), offset + rng.random((300, 4))
    distances, indices = neighbors.nearest_neighbors(queries, references, 4)
    expected, order = brute_force(queries, references, 4)
    np.testing.assert_array_equal(indices, order)
    np.testing.assert_array_equal(distances, expected)


def test_exact_for_one_long_reference_among_short_ones():
    rng = np.random.default_rng(2)
    references = np.concatenate([np.full((1, 6), 1e9), rng.random((50, 6)) * 1e-3])
    distances, indices = neighbors.nearest_neighbors(references[1:], references, 2)
    np.testing.assert_array_equal(indices[:, 0], np.arange(1, 51))
    expected, order = brute_force(references[1:], references, 2)
    np.testing.assert_array_equal(indices, order)
    np.testing.assert_array_equal(distances, expected)


def test_a_copy_is_at_distance_zero():
    images = datasets.load("digits").images[:50]
    distances, indices = neighbors.nearest_neighbors(images, images)
    assert not distances.any()
    np.testing.assert_array_equal(indices[:, 0], np.arange(50))


def test_integers_do_not_wrap_around():
    distances, _ = neighbors.nearest_neighbors(np.uint8([[0]]), np.uint8([[255]]))
    assert distances == 255.0


def test_half_of_many_references_in_any_order():
    references = np.random.default_rng(4).permutation(1000.0 + np.arange(1000))[:, np.newaxis]
    distances, _ = neighbors.nearest_neighbors(np.zeros((5, 1)), references, 500)
    np.testing.assert_array_equal(distances, np.tile(1000.0 + np.arange(500), (5, 1)))


def test_blocks_change_nothing(monkeypatch):
    rng = np.random.default_rng(3)
    queries, references = rng.random((31, 2, 3)), rng.random((17, 2, 3))
    whole = neighbors.nearest_neighbors(queries, references, 17)
    monkeypatch.setattr(neighbors, "_BLOCK", 17 * 4)  # 4 queries, 11 references at a time
    for one, other in zip(neighbors.nearest_neighbors(queries, references, 17), whole, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_table_of_distances():
    rng = np.random.default_rng(4)
    points = rng.random((100_000, 2))
    tracemalloc.start()
    neighbors.nearest_neighbors(points[:1_000], points)
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
def test_bad_input_to_nearest_neighbors(queries, references, k, message):
    with pytest.raises(ValueError, match=message):
        neighbors.nearest_neighbors(queries, references, k)


def test_metrics_offers_the_same_function():
    assert metrics.nearest_neighbors is neighbors.nearest_neighbors


def test_why_these_are_not_scikit_learns():
    """What the tests above ask for, and what its searches give."""
    points = np.random.default_rng(5).random((150, 5))
    tree = KDTree(points)
    radii = tree.query(points, 4)[0][:, 3]
    # A ball holds its center and the three neighbors that reach as far as its radius.
    assert tree.query_radius(points, radii, count_only=True).min() == 3
    for difficult in (points + 1e8, np.round(2 * points)):  # far from the origin; many ties
        search = NearestNeighbors(n_neighbors=4, algorithm="brute").fit(difficult)
        assert (search.kneighbors(difficult)[1] != brute_force(difficult, difficult, 4)[1]).any()


# --- balls


def brute_count(points, centers, radii, closed):
    distances = np.sqrt(((points[:, None] - centers[None]) ** 2).sum(-1))
    inside = distances <= radii if closed else (distances < radii) | (distances == 0)
    return inside.sum(axis=1), inside.sum(axis=0)


def check_count(points, centers, radii, closed):
    found = neighbors.count_inside(points, centers, radii, closed=closed)
    for one, other in zip(found, brute_count(points, centers, radii, closed), strict=True):
        np.testing.assert_array_equal(one, other)


GRID_POINTS = hnp.arrays(
    np.float64, st.tuples(st.integers(1, 9), st.just(3)), elements=st.integers(-2, 2)
)


@given(GRID_POINTS, GRID_POINTS, st.booleans(), st.data())
@settings(max_examples=60, deadline=None)
def test_balls_on_a_grid_where_many_points_lie_on_a_surface(points, centers, closed, data):
    whole = st.integers(0, 12).map(np.sqrt)
    radii = np.array(data.draw(st.lists(whole, min_size=len(centers), max_size=len(centers))))
    check_count(points, centers, radii, closed)


@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("offset", [0.0, 1e3, 1e8, 1e12])
def test_the_neighbor_that_sets_a_radius_is_on_the_surface(offset, closed):
    """To the last bit, also where |q|^2 - 2 q.r + |r|^2 cancels."""
    rng = np.random.default_rng(5)
    points = offset + rng.random((150, 5))
    radii = neighbors.nearest_neighbors(points, points, 4)[0][:, 3]
    check_count(points, points, radii, closed)
    _, members = neighbors.count_inside(points, points, radii, closed=closed)
    if offset < 1e8:  # beyond, distances are so coarse that several are equal
        assert set(members) == {4 if closed else 3}  # itself, two neighbors, perhaps the third


def test_blocks_of_balls_change_nothing(monkeypatch):
    rng = np.random.default_rng(6)
    points, centers, radii = rng.random((31, 2, 3)), rng.random((17, 2, 3)), rng.random(17)
    whole = neighbors.count_inside(points, centers, radii, closed=True)
    assert 0 < whole[0].sum() < 31 * 17
    monkeypatch.setattr(neighbors, "_BLOCK", 17 * 4 * 4)  # 4 points at a time
    again = neighbors.count_inside(points, centers, radii, closed=True)
    for one, other in zip(again, whole, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("radii", [[1.0], [1.0, -1.0], [1.0, np.nan], [np.inf, 1.0]])
def test_bad_radii(radii):
    with pytest.raises(ValueError, match="expected 2 radii, finite and not negative"):
        neighbors.count_inside(np.zeros((3, 1)), np.zeros((2, 1)), radii, closed=True)


def test_balls_of_another_dimension():
    with pytest.raises(ValueError, match="points and centers .* received 1 and 2"):
        neighbors.count_inside(np.zeros((3, 1)), np.zeros((2, 2)), [1.0, 1.0], closed=True)
