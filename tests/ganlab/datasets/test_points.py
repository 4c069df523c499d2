import numpy as np
import pytest
from scipy import stats

from ganlab import datasets
from ganlab.datasets import points

SHAPES = [points.ring, points.grid, points.swiss_roll]


@pytest.mark.parametrize("shape", SHAPES)
def test_points_repeat_by_seed_and_fit_the_promised_range(shape):
    drawn = shape(20_000, seed=3)
    assert drawn.shape == (20_000, 2) and drawn.dtype == np.float32
    assert 1.8 < np.abs(drawn).max() < 2.3
    np.testing.assert_array_equal(drawn, shape(20_000, seed=3))
    assert not np.array_equal(drawn, shape(20_000, seed=4))
    assert getattr(datasets, shape.__name__) is shape


@pytest.mark.parametrize("shape", SHAPES)
def test_points_refuse(shape):
    with pytest.raises(ValueError, match="at least 1"):
        shape(0, seed=0)
    with pytest.raises(TypeError, match="seed"):
        shape(1, seed=None)


def test_the_centers():
    np.testing.assert_allclose(np.linalg.norm(points.RING_MODES, axis=1), 2, rtol=1e-6)
    gaps = np.linalg.norm(points.RING_MODES - np.roll(points.RING_MODES, 1, axis=0), axis=1)
    np.testing.assert_allclose(gaps, 4 * np.sin(np.pi / 8), rtol=1e-6)
    assert points.GRID_MODES.shape == (25, 2)
    assert {tuple(mode) for mode in points.GRID_MODES} == {
        (x, y) for x in range(-2, 3) for y in range(-2, 3)
    }
    with pytest.raises(ValueError, match="read-only"):
        points.RING_MODES[0] = 0


@pytest.mark.parametrize(
    ("shape", "modes", "std"),
    [
        (points.ring, points.RING_MODES, points.RING_STD),
        (points.grid, points.GRID_MODES, points.GRID_STD),
    ],
)
def test_mixtures_visit_every_center_equally_with_normal_noise(shape, modes, std):
    drawn = shape(20_000, seed=0)
    distances = np.linalg.norm(drawn[:, np.newaxis] - modes, axis=-1)
    nearest = distances.argmin(axis=1)
    assert stats.chisquare(np.bincount(nearest, minlength=len(modes))).pvalue > 0.01
    noise = (drawn - modes[nearest]) / std
    assert stats.kstest(noise.ravel(), "norm").pvalue > 0.01


def test_swiss_roll_is_the_spiral():
    drawn = points.swiss_roll(20_000, seed=0)
    radius, angle = np.hypot(*drawn.T) * 7.5, np.arctan2(drawn[:, 1], drawn[:, 0])
    # The nearest turn of the spiral r = a, at the angle of the point.
    turns = (radius - angle) / (2 * np.pi)
    error = (turns - np.round(turns)) * 2 * np.pi
    # Across the sheet the noise has a deviation of 0.25, a little less in the direction of r.
    assert 0.22 < error.std() < 0.28
    assert np.abs(error).max() < np.pi / 2
    assert 1.5 * np.pi - 1.2 < radius.min() and radius.max() < 4.5 * np.pi + 1.2
