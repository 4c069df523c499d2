"""Many inputs in chunks give what one call gives."""

import doctest

import numpy as np
import pytest

from ganlab import keras, latents, models
from ganlab.models import application


@pytest.fixture(scope="module")
def generator():
    """An untrained generator with batch normalization, whose statistics are not trivial."""
    generator = models.conv_generator((12, 12, 1), latent_dim=4, width=4, seed=0)
    generator(latents.sample(64, 4, seed=0), training=True)
    return generator


def test_examples():
    assert doctest.testmod(application).failed == 0


@pytest.mark.parametrize("n", [0, 1, 7, 8, 21])
def test_chunks_equal_one_call(generator, n):
    z = latents.sample(21, 4, seed=1)[:n]
    before = generator.get_weights()
    made = models.apply(generator, z, batch_size=8)
    assert made.shape == (n, 12, 12, 1) and made.dtype == np.float32
    # A product of matrices may add in another order for another batch size.
    np.testing.assert_allclose(made, generator(z, training=False).numpy(), atol=1e-6)
    for old, new in zip(before, generator.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_no_chunk_is_larger_than_asked():
    sizes = []

    class Counting(keras.layers.Layer):
        def call(self, x):
            sizes.append(len(x))
            return x

    models.apply(Counting(), np.zeros((21, 2), np.float32), batch_size=8)
    assert sizes == [8, 8, 5]
    sizes.clear()
    models.apply(Counting(), np.zeros((300, 2), np.float32))
    assert sizes == [256, 44]


def test_half_precision_comes_out_as_float32():
    half = keras.layers.Dense(3, dtype="float16")
    points = np.ones((5, 2), np.float32)
    made = models.apply(half, points, batch_size=2)
    assert half(points).dtype == "float16" and made.dtype == np.float32


def test_a_chunk_holds_something(generator):
    with pytest.raises(ValueError, match="batch_size as an integer from 1 on, received 0"):
        models.apply(generator, np.zeros((3, 4), np.float32), batch_size=0)
