"""The cosine of two images."""

import numpy as np
import pytest

from ganlab import similarity
from tests.ganlab.similarity.pairs_of_images import gradients, noise


@pytest.mark.parametrize("shape", [(3, 28, 28, 1), (3, 64, 64, 3), (3, 64), (2, 1024, 1024, 3)])
def test_content_similarity_is_numpys(shape):
    a, b = (noise(shape, seed).astype(np.float32) for seed in (0, 1))
    x, y = (v.reshape(len(v), -1).astype(np.float64) for v in (a, b))
    cosine = (x * y).sum(1) / np.sqrt((x**2).sum(1) * (y**2).sum(1))
    result = similarity.content_similarity(a, b)
    assert result.shape == shape[:1]
    np.testing.assert_allclose(result, cosine, rtol=0, atol=1e-6)
    correlation = [np.corrcoef(p, q)[0, 1] for p, q in zip(x, y, strict=True)]
    centered = similarity.content_similarity(a, b, centered=True)
    np.testing.assert_allclose(centered, correlation, rtol=0, atol=1e-6)
    np.testing.assert_allclose(similarity.content_similarity(x, y), cosine, rtol=1e-12)


def test_angles_worked_by_hand():
    a = [[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [3.0, 4.0]]
    b = [[2.0, 0.0], [0.0, 5.0], [-1.0, 0.0], [4.0, 3.0]]
    result = similarity.content_similarity(a, b).numpy()
    np.testing.assert_allclose(result, [1.0, 0.0, -1.0, 0.96], rtol=0, atol=1e-7)


def test_what_the_cosine_ignores():
    a, b = noise((1, 8, 8, 1)), noise((1, 8, 8, 1), seed=1)

    def measure(a, b, **centered):
        return float(similarity.content_similarity(a, b, **centered)[0])

    plain = measure(a, b)
    assert measure(0.3 * a, b) == pytest.approx(plain)
    assert measure(a + 0.3, b) != pytest.approx(plain, abs=1e-3)
    centered = measure(a, b, centered=True)
    assert measure(0.3 * a + 0.2, b, centered=True) == pytest.approx(centered)


@pytest.mark.parametrize("centered", [False, True])
def test_an_image_without_a_direction_is_like_nothing(centered):
    # 0.1 has no exact mean in float32: subtracting it would leave noise of one direction.
    level = 0.1 if centered else 0.0
    flat = np.full((2, 28, 28, 3), level, np.float32)
    flat[1] *= 7.0
    other = noise(flat.shape).astype(np.float32)

    def measure(a, b):
        return similarity.content_similarity(a, b, centered=centered)

    for a, b in ((flat, other), (other, flat), (flat, flat), (flat, flat[::-1].copy())):
        assert (measure(a, b).numpy() == 0.0).all()
        for gradient in gradients(measure, a, b):
            assert not gradient.any()


@pytest.mark.parametrize("scale", [1e-30, 1e-10, 1e10, 1e30])
def test_no_norm_is_too_small_or_too_large(scale):
    a, b = (noise((2, 28, 28, 1), seed).astype(np.float32) for seed in (0, 1))
    expected = similarity.content_similarity(a, b)
    scaled = a * np.float32(scale)
    np.testing.assert_allclose(similarity.content_similarity(scaled, b), expected, rtol=1e-5)
    np.testing.assert_allclose(similarity.content_similarity(scaled, scaled), 1.0, rtol=1e-6)
    (gradient,) = gradients(lambda a: similarity.content_similarity(a, b), a)
    (small,) = gradients(lambda a: similarity.content_similarity(a, b), scaled)
    np.testing.assert_allclose(small * np.float32(scale), gradient, rtol=1e-3, atol=1e-9)


def test_correlation_far_from_zero():
    """A spread of 0.01 around 100: centering by a rounded mean would lose the digits."""
    a, b = (0.01 * noise((1, 4000), seed) + 100.0 for seed in (0, 1))
    a, b = a.astype(np.float32), b.astype(np.float32)
    expected = np.corrcoef(a[0].astype(np.float64), b[0].astype(np.float64))[0, 1]
    result = similarity.content_similarity(a, b, centered=True)[0]
    assert float(result) == pytest.approx(expected, abs=1e-6)
