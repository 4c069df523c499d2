"""Equalized learning rates: the size of what comes out, and that of a step."""

import numpy as np
import pytest

from ganlab import keras, layers, tf

KINDS = {
    "dense": lambda **more: layers.EqualizedDense(512, seed=0, **more),
    "conv": lambda **more: layers.EqualizedConv2D(512, 3, seed=0, use_bias=False, **more),
}


def white(kind, seed=1):
    shape = (4096, 64) if kind == "dense" else (64, 8, 8, 16)
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("gain", [1.0, 2**0.5])
def test_white_noise_comes_out_with_the_variance_gain_squared(kind, gain):
    inside = {} if kind == "dense" else {"padding": "valid"}  # a border of zeros has less
    found = KINDS[kind](gain=gain, **inside)(white(kind))
    # 512 outputs, each with the squared length of its own random kernel: one percent
    np.testing.assert_allclose(np.var(found), gain**2, rtol=0.03)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_the_layer_of_keras_with_the_scaled_kernel(kind):
    layer = KINDS[kind](gain=1.5)
    x = white(kind)[:5]
    found = layer(x).numpy()
    fan_in = np.prod(layer.kernel.shape[:-1])
    assert layer.scale == pytest.approx(1.5 / np.sqrt(fan_in), rel=1e-12)
    np.testing.assert_allclose(np.std(layer.kernel), 1, rtol=0.02)
    if kind == "dense":
        expected = x @ (layer.kernel * layer.scale) + layer.bias
    else:
        expected = tf.nn.conv2d(x, layer.kernel * layer.scale, 1, "VALID")
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_adam_changes_all_layers_by_the_same_fraction():
    """A first step of Adam has the size of the rate in every weight, whatever the gradient."""
    x = white("dense")[:64]

    def fractions(stack):
        network = keras.Sequential([keras.Input((64,)), *stack])
        before = [weight.numpy() for weight in network.trainable_variables]
        optimizer = keras.optimizers.Adam(1e-3)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(network(x) ** 2)
        gradients = tape.gradient(loss, network.trainable_variables)
        optimizer.apply(gradients, network.trainable_variables)
        return [
            np.linalg.norm(after - old) / np.linalg.norm(old)
            for old, after in zip(before, network.trainable_variables, strict=True)
        ]

    widths = (8, 1024, 64, 4)
    equalized = [layers.EqualizedDense(n, seed=n, use_bias=False) for n in widths]
    usual = [
        keras.layers.Dense(n, kernel_initializer=keras.initializers.HeNormal(n), use_bias=False)
        for n in widths
    ]
    ours, theirs = fractions(equalized), fractions(usual)
    assert max(ours) / min(ours) < 1.2  # the last layer has 256 weights, whose size varies
    assert max(theirs) / min(theirs) > 5


def test_settings_of_keras_reach_the_layer():
    layer = layers.EqualizedConv2D(4, 3, strides=2, padding="same", use_bias=False, seed=3)
    assert layer(white("conv")).shape == (64, 4, 4, 4)
    assert len(layer.weights) == 1
    with pytest.raises(TypeError, match="expected seed alone for the kernel"):
        layers.EqualizedDense(4, seed=0, kernel_initializer="zeros")
