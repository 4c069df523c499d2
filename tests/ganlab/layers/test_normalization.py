"""Normalization layers against their definitions and against Keras."""

import numpy as np
import pytest

from ganlab import keras, layers

X = np.random.default_rng(0).normal(2, 3, size=(16, 5, 4, 6)).astype(np.float32)


def test_every_pixel_has_a_mean_square_of_1_and_keeps_its_direction():
    found = layers.PixelNorm()(X).numpy()
    np.testing.assert_allclose((found**2).mean(axis=-1), 1, rtol=1e-5)
    np.testing.assert_allclose(found, X / np.sqrt((X**2).mean(-1, keepdims=True)), rtol=1e-5)
    assert not layers.PixelNorm()(np.zeros((2, 3), np.float32)).numpy().any()


def test_half_precision_does_not_overflow():
    x = np.full((1, 4), 300, np.float16)  # the square, 90,000, has no float16
    np.testing.assert_array_equal(layers.PixelNorm(dtype="float16")(x), np.ones((1, 4)))


@pytest.mark.parametrize("training", [True, False])
def test_with_one_class_it_is_batch_normalization(training):
    one = np.ones((16, 1), np.float32)
    ours = layers.ConditionalBatchNorm(momentum=0.8, seed=1)
    theirs = keras.layers.BatchNormalization(momentum=0.8)
    for layer, given in ((ours, [X, one]), (theirs, X)):
        layer(given, training=True)  # builds both, and moves the averages
    theirs.gamma.assign(1 + ours.gain[0])
    theirs.beta.assign(ours.bias[0])
    found, expected = ours([X, one], training=training), theirs(X, training=training)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
    for kept in ("moving_mean", "moving_variance"):
        np.testing.assert_array_equal(getattr(ours.norm, kept), getattr(theirs, kept))


def test_a_one_hot_vector_chooses_its_row():
    layer = layers.ConditionalBatchNorm(seed=1)
    labels = np.arange(16) % 3
    found = layer([X, np.eye(3, dtype=np.float32)[labels]], training=True).numpy()
    x = X.astype(np.float64)
    normal = (x - x.mean((0, 1, 2))) / np.sqrt(x.var((0, 1, 2)) + 1e-3)
    gain, bias = (np.asarray(w)[labels][:, None, None] for w in (layer.gain, layer.bias))
    np.testing.assert_allclose(found, normal * (1 + gain) + bias, rtol=1e-4, atol=1e-5)
    assert np.abs(np.asarray(layer.gain)).max() < 0.1 < np.ptp(np.asarray(layer.gain)) * 10
    assert (np.asarray(layer.gain) != np.asarray(layer.bias)).all()


def test_images_without_vectors_are_refused():
    with pytest.raises(ValueError, match=r"expected \[images .*, vectors .*\], received shapes"):
        layers.ConditionalBatchNorm(seed=0)([X, X])
    for one in (X, X[:, 0, 0]):
        with pytest.raises(ValueError, match=r"expected \[images .*, vectors .*\], received one"):
            layers.ConditionalBatchNorm(seed=0)(one)
