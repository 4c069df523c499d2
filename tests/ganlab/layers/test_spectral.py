"""Spectral normalization: against NumPy's singular values, and by finite differences."""

import numpy as np
import pytest

from ganlab import keras, layers, tf

KINDS = {
    "dense": (lambda: keras.layers.Dense(7), (3, 5)),
    "conv": (lambda: keras.layers.Conv2D(7, 3, padding="same"), (3, 6, 6, 4)),
    "transposed": (lambda: keras.layers.Conv2DTranspose(7, 4, strides=2), (3, 6, 6, 4)),
}
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)


def built(kind, iterations=1):
    layer, shape = KINDS[kind]
    x = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    norm = layers.SpectralNorm(layer(), iterations=iterations, seed=2)
    norm(x)
    rng = np.random.default_rng(3)
    norm.layer.kernel.assign(rng.normal(size=norm.layer.kernel.shape))
    norm.layer.bias.assign(rng.normal(size=norm.layer.bias.shape))
    return norm, x


def largest_singular_value(kind, kernel):
    kernel = np.asarray(kernel, np.float64)
    outputs = -2 if kind == "transposed" else -1
    return np.linalg.svd(np.moveaxis(kernel, outputs, 0).reshape(7, -1), compute_uv=False)[0]


@EVERY_KIND
def test_it_is_the_layer_with_its_kernel_over_the_largest_singular_value(kind):
    norm, x = built(kind)
    for _ in range(200):
        norm(x, training=True)
    kernel = norm.layer.kernel.numpy()
    found = norm(x).numpy()
    np.testing.assert_array_equal(norm.layer.kernel, kernel)  # nothing was overwritten
    norm.layer.kernel.assign(kernel / largest_singular_value(kind, kernel))
    np.testing.assert_allclose(found, norm.layer(x), rtol=1e-4, atol=1e-5)


@EVERY_KIND
def test_the_size_of_the_kernel_changes_nothing(kind):
    norm, x = built(kind, iterations=5)
    first = norm(x).numpy()
    norm.layer.kernel.assign(100 * norm.layer.kernel)
    np.testing.assert_allclose(norm(x), first, rtol=1e-4, atol=1e-5)


@EVERY_KIND
def test_the_gradient_has_no_part_along_the_kernel(kind):
    norm, x = built(kind, iterations=3)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(norm(x, training=True) ** 3)
    gradient = tape.gradient(total, norm.layer.kernel.value).numpy().astype(np.float64)
    along = (gradient * norm.layer.kernel.numpy()).sum()
    assert abs(along) < 1e-4 * np.linalg.norm(gradient) * np.linalg.norm(norm.layer.kernel)


def test_the_gradient_agrees_with_finite_differences():
    """Where the vectors have converged: they are then those of the derivative of sigma."""
    norm, x = built("dense", iterations=500)
    norm(x, training=True)
    kernel = norm.layer.kernel.numpy().astype(np.float64)
    bias = norm.layer.bias.numpy().astype(np.float64)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(norm(x) ** 2)
    gradient = tape.gradient(total, norm.layer.kernel.value).numpy()

    def value(w):
        return ((x.astype(np.float64) @ (w / np.linalg.svd(w)[1][0]) + bias) ** 2).sum()

    for place in np.ndindex(kernel.shape):
        step = np.zeros_like(kernel)
        step[place] = 1e-5
        slope = (value(kernel + step) - value(kernel - step)) / 2e-5
        assert gradient[place] == pytest.approx(slope, rel=1e-3, abs=1e-3)


def test_the_estimate_moves_on_in_training_only():
    norm, x = built("dense")
    before = norm.vector.numpy()
    norm(x)
    np.testing.assert_array_equal(norm.vector, before)
    norm(x, training=True)
    assert (norm.vector.numpy() != before).any()


@EVERY_KIND
def test_an_untrained_layer_is_of_the_right_size(kind):
    """Along a random vector sigma is too small, and not by more than the form of the matrix."""
    norm, x = built(kind)
    kernel = norm.layer.kernel.numpy()
    norm.layer.bias.assign(np.zeros(7))
    ratio = np.std(norm(x)) / np.std(norm.layer(x)) * largest_singular_value(kind, kernel)
    assert 1 <= ratio < 4


def test_keras_own_wrapper_lets_the_gradient_along_the_kernel_through():
    """What this layer is for. Should Keras mend its own, this test says so."""
    norm, x = built("dense", iterations=500)
    theirs = keras.layers.SpectralNormalization(norm.layer)
    theirs.build(x.shape)
    for _ in range(200):
        theirs(x, training=True)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(theirs(x, training=True) ** 2)
    gradient = tape.gradient(total, norm.layer.kernel.value).numpy()
    along = (gradient * norm.layer.kernel.numpy()).sum()
    assert abs(along) > 0.01 * np.linalg.norm(gradient) * np.linalg.norm(norm.layer.kernel)


def test_a_kernel_of_zeros_gives_the_bias():
    norm, x = built("dense")
    norm.layer.kernel.assign(0 * norm.layer.kernel)
    with tf.GradientTape() as tape:
        found = norm(x, training=True)
        total = tf.reduce_sum(found**2)
    np.testing.assert_allclose(found, np.tile(norm.layer.bias, (3, 1)), rtol=1e-6)
    assert np.isfinite(tape.gradient(total, norm.layer.kernel.value)).all()


def test_it_recovers_from_a_kernel_of_zeros():
    norm = layers.SpectralNorm(keras.layers.Dense(2, use_bias=False), iterations=20, seed=0)
    norm.build((None, 2))
    norm.layer.kernel.assign(np.zeros((2, 2)))
    norm(np.ones((1, 2), np.float32), training=True)
    norm.layer.kernel.assign([[3.0, 0.0], [0.0, 1.0]])
    found = norm(np.float32([[3, 3]]), training=True)
    np.testing.assert_allclose(found, [[3, 1]], rtol=1e-5)


def test_small_kernels_are_seen_in_half_precision():
    """1e-8 is 0 in float16; sigma is computed in the type of the variable."""
    dense = keras.layers.Dense(2, use_bias=False, dtype="mixed_float16")
    norm = layers.SpectralNorm(dense, iterations=20, seed=0, dtype="mixed_float16")
    norm.build((None, 2))
    dense.kernel.assign([[3e-8, 0.0], [0.0, 1e-8]])
    found = norm(np.float16([[3, 3]]), training=True)
    assert found.dtype == "float16"
    np.testing.assert_allclose(found, [[3, 1]], rtol=2e-3)


@pytest.mark.parametrize(
    "layer",
    [
        keras.layers.ReLU(),
        keras.layers.DepthwiseConv2D(3),
        layers.EqualizedDense(2, seed=0),
        keras.layers.Dense(2, activity_regularizer="l2"),
    ],
)
def test_a_layer_that_it_would_read_wrongly_is_refused(layer):
    with pytest.raises(TypeError, match="expected layer as a Dense, Conv or ConvTranspose"):
        layers.SpectralNorm(layer, seed=0)


def test_stateless_calls_see_the_variables_that_they_are_given():
    norm, x = built("dense", iterations=50)
    trained, fixed = (
        [np.full(v.shape, 0.5, "float32") for v in variables]
        for variables in (norm.trainable_variables, norm.non_trainable_variables)
    )
    found, _ = norm.stateless_call(trained, fixed, x, training=True)
    kernel = np.full((5, 7), 0.5) / (0.5 * np.sqrt(35))  # of rank 1
    np.testing.assert_allclose(found, x @ kernel + 0.5, rtol=1e-4)
