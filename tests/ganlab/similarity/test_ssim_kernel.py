"""The compiled loops: chunks, derivatives and traces."""

import numpy as np
import pytest

from ganlab import similarity, tf
from ganlab.similarity import ssim_kernel
from tests.ganlab.similarity.pairs_of_images import gradients, noise


@pytest.mark.parametrize("batch", [6, 7])
def test_a_batch_in_chunks_is_its_pairs_one_by_one(batch):
    """Six images of 240 x 240 go through three at a time, seven one at a time."""
    shape = (batch, 240, 240, 1)
    assert np.prod(shape) > ssim_kernel._CHUNK_ELEMENTS >= 3 * 240 * 240
    a, b = (noise(shape, seed).astype(np.float32) for seed in (0, 1))
    weights = np.arange(1.0, batch + 1, dtype=np.float32)

    def ssim(a, b):
        return similarity.ssim(a, b, data_range=1.0)

    def weighted(a, b):
        return weights * ssim(a, b)

    whole, whole_gradients = weighted(a, b), gradients(weighted, a, b)
    for i in range(batch):
        one = ssim(a[i : i + 1], b[i : i + 1])[0]
        assert float(whole[i]) == pytest.approx(float(one) * weights[i], rel=1e-6)
        single = gradients(ssim, a[i : i + 1], b[i : i + 1])
        for x, y in zip(single, whole_gradients, strict=True):
            np.testing.assert_allclose(y[i], weights[i] * x[0], rtol=0, atol=1e-9)


def gradient_of_ssim(a, b):
    with tf.GradientTape() as tape:
        tape.watch(a)
        value = similarity.ssim(a, b, data_range=1.0)
    return tape.gradient(value, a)


@pytest.mark.slow
def test_second_derivatives_come_from_the_map():
    a, b, u = (noise((1, 12, 13, 1), seed) for seed in range(3))

    def slope(a):
        with tf.GradientTape() as tape:
            tape.watch(a)
            value = tf.reduce_mean(similarity.ssim_map(a, b, data_range=1.0))
        return tf.reduce_sum(tape.gradient(value, a) * u)

    (second,) = gradients(slope, a)
    h = 1e-5
    expected = float(slope(tf.constant(a + h * u)) - slope(tf.constant(a - h * u))) / (2 * h)
    assert np.sum(second * u) == pytest.approx(expected, rel=1e-5)
    with pytest.raises(NotImplementedError, match=r"expected a first derivative.*ssim_map"):
        gradients(lambda a: gradient_of_ssim(a, b), a)


def test_a_gradient_of_one_image_alone():
    a, b = noise((1, 12, 13, 2)), noise((1, 12, 13, 2), seed=1)
    both = gradients(lambda a, b: similarity.ssim(a, b, data_range=1.0), a, b)
    (one,) = gradients(lambda a: similarity.ssim(a, b, data_range=1.0), a)
    np.testing.assert_array_equal(one, both[0])


def test_images_of_new_sizes_are_not_traced_again():
    a = noise((1, 14, 33, 2))
    similarity.ssim(a, a, data_range=1.0)
    traced = ssim_kernel._traced.cache_info().misses
    for other in (noise((2, 28, 28, 1)), noise((1, 11, 11, 1))):
        similarity.ssim(other, other, data_range=2.0)
    assert ssim_kernel._traced.cache_info().misses == traced
