import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from ganlab import latents


def test_sample_is_standard_normal_and_repeats():
    z = latents.sample(2000, 50, seed=7)
    assert z.shape == (2000, 50) and z.dtype == np.float32
    # The seed is fixed, so this cannot flicker; a wrong scale or shift of 1 % would fail it.
    assert stats.kstest(z.ravel(), "norm").pvalue > 0.05
    np.testing.assert_array_equal(z, latents.sample(2000, 50, seed=7))
    np.testing.assert_array_equal(z[:9], latents.sample(9, 50, seed=7))
    assert not np.array_equal(z, latents.sample(2000, 50, seed=8))


def test_sample_continues_a_generator():
    rng = np.random.default_rng(7)
    parts = [latents.sample(4, 6, seed=rng) for _ in range(2)]
    np.testing.assert_array_equal(np.concatenate(parts), latents.sample(8, 6, seed=7))


@pytest.mark.parametrize("seed", [None, 1.0, True, "1"])
def test_sample_needs_a_seed(seed):
    with pytest.raises(TypeError, match="expected seed as an integer"):
        latents.sample(1, 1, seed=seed)


@pytest.mark.parametrize("size", [(0, 1), (1, 0)])
def test_sample_needs_a_size(size):
    with pytest.raises(ValueError, match="at least 1"):
        latents.sample(*size, seed=0)


@pytest.mark.parametrize("path", [latents.lerp, latents.slerp])
def test_paths_have_the_promised_shapes_types_and_ends(path):
    a, b = latents.sample(2 * 3 * 5, 8, seed=0).reshape(2, 3, 5, 8)
    steps = np.linspace(0, 1, 4)
    walk = path(a, b, steps)
    assert walk.shape == (4, 3, 5, 8) and walk.dtype == np.float32
    np.testing.assert_array_equal(walk[0], a)
    np.testing.assert_array_equal(walk[-1], b)
    np.testing.assert_array_equal(path(a, b, 0), a)
    np.testing.assert_array_equal(path(a, b, 1.0), b)
    np.testing.assert_array_equal(walk[1], path(a, b, steps[1]))
    np.testing.assert_array_equal(walk[1, 2, 3], path(a[2, 3], b[2, 3], steps[1]))
    # In double precision, where rounding to single cannot hide an end that is missed.
    a, b = a.astype(np.float64) / 3, b.astype(np.float64) / 3
    walk = path(a, b, steps)
    assert walk.dtype == np.float64
    np.testing.assert_array_equal(walk[[0, -1]], [a, b])


@pytest.mark.parametrize("path", [latents.lerp, latents.slerp])
def test_paths_refuse(path):
    z = np.ones((2, 3))
    with pytest.raises(ValueError, match=r"one shape, received \(2, 3\) and \(1, 3\)"):
        path(z, z[:1], 0.5)
    with pytest.raises(ValueError, match="1-D array"):
        path(z, z, np.zeros((2, 2)))
    with pytest.raises(ValueError, match="expected b of finite"):
        path(z, z * np.nan, 0.5)
    with pytest.raises(ValueError, match="expected t of finite"):
        path(z, z, np.nan)


def test_slerp_closed_form():
    t = np.linspace(0, 1, 11)
    quarter = np.pi / 2 * t
    walk = latents.slerp(np.array([3.0, 0.0, 0.0]), np.array([0.0, 0.0, 3.0]), t)
    expected = 3 * np.stack([np.cos(quarter), np.zeros(11), np.sin(quarter)], axis=1)
    np.testing.assert_allclose(walk, expected, atol=1e-15)


def test_slerp_is_the_published_formula_for_equal_lengths():
    a, b = latents.sample(200, 16, seed=1).reshape(2, 100, 16).astype(np.float64)
    a, b = (4 * x / np.linalg.norm(x, axis=-1, keepdims=True) for x in (a, b))
    omega = np.arccos(np.sum(a * b, axis=-1, keepdims=True) / 16)
    for t in (0.1, 0.5, 0.8):
        white = (np.sin((1 - t) * omega) * a + np.sin(t * omega) * b) / np.sin(omega)
        np.testing.assert_allclose(latents.slerp(a, b, t), white, atol=1e-13)


directions = arrays(np.float64, 6, elements=st.floats(-3, 3, width=32)).filter(
    lambda v: np.linalg.norm(v) > 0.1
)


@given(directions, directions, st.floats(0, 1))
def test_slerp_keeps_the_length_and_turns_at_constant_speed(a, b, t):
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    middle = latents.slerp(a, b, t)
    assert np.linalg.norm(middle) == pytest.approx(1, abs=1e-6)
    angle = 2 * np.arctan2(np.linalg.norm(a - b), np.linalg.norm(a + b))
    turned = 2 * np.arctan2(np.linalg.norm(a - middle), np.linalg.norm(a + middle))
    assert turned == pytest.approx(t * angle, abs=1e-6)


@given(
    directions,
    st.floats(1e-3, 1e3),
    st.sampled_from([0, 1e-16, 1e-12, 1e-9, 1e-8, 1e-6]),
    st.floats(0, 1),
)
def test_slerp_near_parallel_and_opposite_stays_between_the_lengths(a, factor, nudge, t):
    for b in (a * factor + nudge, -a * factor + nudge):
        lengths = sorted([np.linalg.norm(a), np.linalg.norm(b)])
        size = np.linalg.norm(latents.slerp(a, b, t))
        assert lengths[0] * (1 - 1e-6) <= size <= lengths[1] * (1 + 1e-6)


def test_slerp_between_opposite_vectors_goes_round():
    a = np.array([0.0, 0.0, 2.0])
    half = latents.slerp(a, -a, 0.5)
    assert np.linalg.norm(half) == pytest.approx(2)
    assert abs(half @ a) < 1e-12
    with pytest.raises(ValueError, match="at least 2 dimensions"):
        latents.slerp(a[2:], -a[2:], 0.5)


def test_slerp_between_parallel_or_zero_vectors_is_the_line():
    a = np.array([1.0, -2.0, 0.5])
    for b in (a, 3 * a, 0 * a):
        np.testing.assert_allclose(latents.slerp(a, b, 0.3), latents.lerp(a, b, 0.3), atol=1e-15)
        np.testing.assert_allclose(latents.slerp(b, a, 0.3), latents.lerp(b, a, 0.3), atol=1e-15)


@pytest.mark.parametrize("threshold", [0.01, 0.5, 2.0])
def test_truncate_redraws_only_what_is_outside(threshold):
    z = latents.sample(2000, 50, seed=3)
    before = z.copy()
    cut = latents.truncate(z, threshold=threshold, seed=4)
    np.testing.assert_array_equal(z, before)
    assert cut.dtype == np.float32 and np.abs(cut).max() <= threshold
    inside = np.abs(z) <= threshold
    np.testing.assert_array_equal(cut[inside], z[inside])
    # The law of normal draws repeated until they fall inside, on the redrawn ones alone.
    law = stats.truncnorm(-threshold, threshold)
    assert stats.kstest(cut[~inside], law.cdf).pvalue > 0.05
    np.testing.assert_array_equal(cut, latents.truncate(z, threshold=threshold, seed=4))


def test_truncate_never_rounds_over_the_edge():
    class Edge(np.random.Generator):
        def uniform(self, low, high, size):
            return np.full(size, high)

    for threshold in np.linspace(0.05, 3, 60):
        for dtype in (np.float32, np.float64):
            z = latents.truncate(
                np.full(3, 9.0, dtype), threshold=threshold, seed=Edge(np.random.PCG64(0))
            )
            assert np.all(z <= dtype(threshold))


def test_truncate_refuses():
    z = np.zeros((2, 3))
    for threshold in (0, -1, float("nan")):
        with pytest.raises(ValueError, match="above 0"):
            latents.truncate(z, threshold=threshold, seed=0)
    with pytest.raises(ValueError, match="finite"):
        latents.truncate(z * np.nan, threshold=1.0, seed=0)
    with pytest.raises(TypeError, match="seed"):
        latents.truncate(z, threshold=1.0, seed=None)


def test_a_seed_in_range():
    for wrong in (None, 0.5, True, np.random.default_rng(0)):
        with pytest.raises(TypeError, match="expected seed as an integer, received"):
            latents.integer_seed(wrong)
    for wrong in (-1, 2**63):
        with pytest.raises(ValueError, match="expected seed from 0 to"):
            latents.integer_seed(wrong)
        with pytest.raises(ValueError, match="expected seed from 0 to"):
            latents.random_generator(wrong)
    assert type(latents.integer_seed(np.int64(3))) is int


@pytest.mark.parametrize(("n", "dim"), [(0, 2), (2, 0), (2.0, 2), (2, None)])
def test_counts_of_latents(n, dim):
    with pytest.raises(ValueError, match="n and dim as integers of at least 1"):
        latents.sample(n, dim, seed=0)
