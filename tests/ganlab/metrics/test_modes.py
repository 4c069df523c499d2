"""Mode coverage against counts by hand and closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganlab import datasets, metrics


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


def test_several_centers_of_one_mode_count_together():
    samples, centers = [[0.0], [1.0], [1.1], [5.0]], [[0.0], [1.0], [5.0]]
    coverage = metrics.mode_coverage(samples, centers, radius=0.5, labels=[1, 1, 0])
    assert coverage.counts.tolist() == [1, 3]
    assert coverage.covered == 2


def test_images_are_near_the_images_of_their_class():
    digits = datasets.load("digits")
    centers = np.stack([digits.images[digits.labels == k].mean(axis=0) for k in range(10)])
    sevens = digits.images[digits.labels == 7]
    assert metrics.mode_coverage(sevens, centers, radius=10.0).counts.argmax() == 7


@pytest.mark.parametrize("labels", [[0], [0.0, 1.0], [0, -1], [[0, 1]]])
def test_labels_that_do_not_fit_the_centers(labels):
    with pytest.raises(ValueError, match="expected 2 labels counted from 0"):
        metrics.mode_coverage([[0.0]], [[0.0], [1.0]], radius=1.0, labels=labels)


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
        (np.zeros((3, 2)), np.zeros((1, 3)), 1.0, "samples and modes with as many .* 2 and 3"),
        (np.zeros((3, 2)), np.full((1, 2), np.nan), 1.0, "expected finite modes"),
        (np.zeros((3, 2)), np.zeros((1, 2)), 0.0, "expected radius > 0"),
        (np.zeros((3, 2)), np.zeros((1, 2)), np.nan, "expected radius > 0"),
    ],
)
def test_bad_input_to_mode_coverage(samples, modes, radius, message):
    with pytest.raises(ValueError, match=message):
        metrics.mode_coverage(samples, modes, radius=radius)


def test_samples_beyond_all_bounds_are_near_no_mode():
    found = metrics.mode_coverage([[1e200, 0.0], [0.0, 0.0]], [[0.0, 0.0]], radius=1.0)
    assert found.counts.tolist() == [1]


def test_labels_that_are_identifiers_are_refused():
    with pytest.raises(ValueError, match="expected labels below .*, received 20220101"):
        metrics.mode_coverage([[0.0]], [[0.0], [1.0]], radius=1.0, labels=[0, 20220101])
