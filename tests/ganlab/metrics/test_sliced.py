"""The sliced Wasserstein distance: closed forms, loops, scipy, invariances."""

import numpy as np
import pytest
from scipy import stats

from ganlab import metrics
from tests.ganlab.metrics.samples import normals


def sliced(real, fake, *, projections=200, seed=0):
    return metrics.sliced_wasserstein_distance(real, fake, projections=projections, seed=seed)


@pytest.mark.parametrize("dim", [1, 2, 5, 20])
def test_a_shift_costs_its_square_over_the_dimensions(dim):
    points, shift = normals((50, dim), 60), normals(dim, 61)
    # The square of a coordinate of a random direction has mean 1 / dim and a deviation of at
    # most sqrt(2) / dim, so the square of the distance is off by 1.4 / sqrt(20,000) = 1 %.
    found = sliced(points, points + shift, projections=20_000) ** 2
    assert found == pytest.approx(shift @ shift / dim, rel=0.05)


def test_a_set_that_is_scaled():
    """Along any line centered points x and 3 x differ by twice the projection."""
    points = normals((400, 3), 62)
    expected = 4 * np.trace(points.T @ points / len(points)) / 3
    assert sliced(points, 3 * points, projections=20_000) ** 2 == pytest.approx(expected, rel=0.05)


def test_one_dimension_is_sorting():
    real, fake = normals((300, 1), 63), 2 * normals((300, 1), 64) + 1
    expected = np.sqrt(np.mean((np.sort(real[:, 0]) - np.sort(fake[:, 0])) ** 2))
    assert sliced(real, fake, projections=1) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("n", "m"), [(7, 7), (2, 3), (40, 90), (100, 1)])
def test_one_dimension_by_quantiles(n, m):
    """The integral over both quantile functions, on a grid on which both are constant."""
    real, fake = normals((n, 1), 65), normals((m, 1), 66)
    places = (np.arange(n * m) + 0.5) / (n * m)
    apart = np.quantile(real, places, method="inverted_cdf") - np.quantile(
        fake, places, method="inverted_cdf"
    )
    expected = np.sqrt(np.mean(apart**2))
    assert sliced(real, fake, projections=1) == pytest.approx(expected, rel=1e-9)


def test_it_is_never_below_the_distance_of_scipy():
    """scipy has the mean move along a line; ours is the root of the mean square."""
    real, fake = normals((80, 1), 67), normals((50, 1), 68) + 0.3
    first = stats.wasserstein_distance(real[:, 0], fake[:, 0])
    assert sliced(real, fake) >= first
    moved = stats.wasserstein_distance(real[:, 0], real[:, 0] + 2.5)
    assert sliced(real, real + 2.5) == pytest.approx(moved, rel=1e-12)  # equal when all move alike


def test_by_loops():
    real, fake = normals((20, 3), 69), normals((20, 3), 70) + 0.5
    rng, total = np.random.default_rng(3), 0.0
    for direction in rng.normal(size=(30, 3)):
        unit = direction / np.sqrt((direction**2).sum())
        a, b = (sorted(float(unit @ x) for x in samples) for samples in (real, fake))
        total += sum((p - q) ** 2 for p, q in zip(a, b, strict=True)) / 20
    assert sliced(real, fake, projections=30, seed=3) == pytest.approx(np.sqrt(total / 30))


def test_it_sees_what_shares_mean_and_covariance():
    ring = np.stack([np.cos(np.arange(800)), np.sin(np.arange(800))], axis=1)
    blob = normals((800, 2), 71)
    blob = (blob - blob.mean(axis=0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(blob.T)).T)
    blob = blob @ np.linalg.cholesky(np.cov(ring.T)).T + ring.mean(axis=0)
    assert metrics.frechet_distance(ring, blob) < 1e-9
    assert sliced(ring, blob) > 0.1 > 10 * sliced(ring, ring[::-1])


def test_order_rotation_sides_and_scale():
    real, fake = normals((60, 4), 72), normals((90, 4), 73) * 1.5
    value = sliced(real, fake)
    shuffled = np.random.default_rng(0).permutation(real)
    assert sliced(shuffled, fake) == pytest.approx(value, rel=1e-9)
    assert sliced(fake, real) == pytest.approx(value, rel=1e-9)
    assert sliced(5 * real, 5 * fake) == pytest.approx(5 * value, rel=1e-9)
    assert sliced(real + 7, fake + 7) == pytest.approx(value, rel=1e-9)
    turn = np.linalg.qr(normals((4, 4), 74))[0]
    many = sliced(real, fake, projections=4000)
    # Other directions, the same expectation: 2 % for 4,000 of them.
    assert sliced(real @ turn, fake @ turn, projections=4000) == pytest.approx(many, rel=0.05)


def test_zero_seed_and_shape():
    images, others = np.random.default_rng(0).random((2, 12, 5, 5, 1))
    assert sliced(images, images) == 0.0
    assert sliced(images, others, seed=1) == sliced(images, others, seed=1)
    assert sliced(images, others, seed=1) != sliced(images, others, seed=2)
    assert sliced(images, others) == sliced(images.reshape(12, 25), others.reshape(12, 25))
    # One block of directions or several: the same mean.
    several = sliced(images, others, projections=64 * 3 + 1)
    assert several == pytest.approx(sliced(images, others, projections=64 * 6), rel=0.2)


def test_what_it_refuses():
    points = normals((10, 2), 75)
    for projections in (0, -1, 2.5, None, True):
        with pytest.raises((TypeError, ValueError), match="expected projections"):
            sliced(points, points, projections=projections)
    with pytest.raises(TypeError, match="expected seed"):
        sliced(points, points, seed=None)
    with pytest.raises(ValueError, match="as many values each"):
        sliced(points, points[:, :1])
    with pytest.raises(ValueError, match="not empty"):
        sliced(points, points[:0])
    with pytest.raises(ValueError, match="finite fake"):
        sliced(points, np.full((3, 2), np.nan))
