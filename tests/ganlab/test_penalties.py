"""Gradient penalties against closed forms."""

import math

import numpy as np
import pytest

from ganlab import keras, penalties, tf


def linear(weights):
    weights = tf.constant(weights, tf.float32)
    return lambda x: tf.reshape(x, (tf.shape(x)[0], -1)) @ tf.reshape(weights, (-1, 1))


def quadratic(x):
    return tf.reduce_sum(x**2, axis=1, keepdims=True) / 2.0


def test_a_penalty_is_computed_at_every_step_where_nothing_is_said():
    assert penalties.Penalty(penalties.r1, weight=1.0).every == 1


def test_gradient_penalty_of_a_linear_critic():
    rng = np.random.default_rng(0)
    w = rng.normal(size=(4, 4, 1))
    real, fake = rng.normal(size=(2, 6, 4, 4, 1)).astype("float32")
    found = penalties.gradient_penalty(linear(w), real, fake, seed=0)
    assert float(found) == pytest.approx((np.linalg.norm(w) - 1) ** 2, rel=1e-5)


def test_gradient_penalty_of_a_quadratic_critic_is_one_third():
    """D(x) = |x|^2 / 2 has gradient x = alpha u: E (alpha - 1)^2 = 1/3 for uniform alpha.

    A normal alpha gives 2, an alpha per pixel another value, one alpha for all samples a
    random one; the standard error here is 0.3 / sqrt(40,000) = 0.0015.
    """
    n = 40_000
    real = np.zeros((n, 5), np.float32)
    fake = np.random.default_rng(1).normal(size=(n, 5)).astype("float32")
    fake /= np.linalg.norm(fake, axis=1, keepdims=True)
    found = float(penalties.gradient_penalty(quadratic, real, fake, seed=1))
    assert found == pytest.approx(1 / 3, abs=0.006)


def test_alpha_is_reproducible_and_moves_with_a_seed_generator():
    real, fake = np.zeros((8, 2), np.float32), np.ones((8, 2), np.float32)
    values = [float(penalties.gradient_penalty(quadratic, real, fake, seed=s)) for s in (3, 3, 4)]
    assert values[0] == values[1] != values[2]
    seeds = keras.random.SeedGenerator(3)
    first, second = (
        float(penalties.gradient_penalty(quadratic, real, fake, seed=seeds)) for _ in range(2)
    )
    assert first != second


def test_gradient_penalty_of_a_flat_critic_has_a_finite_gradient():
    scale = tf.Variable(0.0)
    x = np.ones((3, 2), np.float32)
    with tf.GradientTape() as tape:
        value = penalties.gradient_penalty(lambda i: scale * quadratic(i), x, x, seed=0)
    assert float(value) == pytest.approx(1.0, abs=1e-5)
    assert math.isfinite(float(tape.gradient(value, scale)))


def test_r1_and_r2_on_closed_forms():
    rng = np.random.default_rng(2)
    w = rng.normal(size=3)
    real, fake = rng.normal(size=(2, 7, 3)).astype("float32")
    half = np.sum(w**2) / 2
    assert float(penalties.r1(linear(w), real, fake)) == pytest.approx(half, rel=1e-5)
    assert float(penalties.r2(linear(w), real, fake)) == pytest.approx(half, rel=1e-5)
    assert float(penalties.r1(quadratic, real, fake)) == pytest.approx(
        np.mean(np.sum(real**2, 1)) / 2, rel=1e-5
    )
    assert float(penalties.r2(quadratic, real, fake)) == pytest.approx(
        np.mean(np.sum(fake**2, 1)) / 2, rel=1e-5
    )


def test_penalties_combined_are_their_sum():
    real, fake = np.random.default_rng(3).normal(size=(2, 7, 3)).astype("float32")
    parts = (penalties.r1, penalties.r2, penalties.gradient_penalty)
    expected = sum(float(part(quadratic, real, fake, seed=5)) for part in parts)
    found = penalties.combined(*parts)(quadratic, real, fake, seed=5)
    assert float(found) == pytest.approx(expected, rel=1e-6)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"one shape, received \(2, 3\) and \(4, 3\)"):
        penalties.gradient_penalty(quadratic, np.ones((2, 3)), np.ones((4, 3)), seed=0)
    with pytest.raises(ValueError, match=r"logits of shape \(batch, 1\), received \(2, 3\)"):
        penalties.r1(lambda x: x, np.ones((2, 3), np.float32))
    with pytest.raises(ValueError, match="logits depend on its images"):
        penalties.r1(lambda x: tf.zeros((2, 1)), np.ones((2, 3), np.float32))
    with pytest.raises(ValueError, match="expected weight >= 0 and finite, received -1"):
        penalties.Penalty(penalties.r1, weight=-1)
    with pytest.raises(ValueError, match="every as an integer from 1 on, received 0"):
        penalties.Penalty(penalties.r1, weight=1.0, every=0)
    with pytest.raises(TypeError, match="expected function as one of .* received 'r1'"):
        penalties.Penalty("r1", weight=1.0)


@pytest.mark.parametrize("weight", [None, "10", -1.0, np.nan, np.inf])
def test_a_weight_that_is_none(weight):
    with pytest.raises(ValueError, match="expected weight >= 0 and finite, received"):
        penalties.Penalty(penalties.r1, weight=weight)


def test_path_length_of_a_linear_generator_is_the_variance_of_its_steps():
    """Of G(z) = A z the step |J'y| is |A'y|, wherever z is."""
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(3, 48)).astype(np.float32)

    def generator(z):
        return tf.reshape(z @ matrix, (-1, 4, 6, 2))

    z = rng.normal(size=(100, 3)).astype(np.float32)
    found = float(penalties.path_length(generator, z, seed=7))
    noise = keras.random.normal((100, 4, 6, 2), seed=7).numpy().reshape(100, 48) / np.sqrt(24)
    assert found == pytest.approx(np.var(np.linalg.norm(noise @ matrix.T, axis=1)), rel=1e-4)


def test_path_length_where_all_directions_are_equally_long():
    """Of G(z) = c z with d latents |J'y| is c times a chi of d degrees, of variance about 1/2."""
    z = np.zeros((20_000, 64), np.float32)
    found = float(penalties.path_length(lambda z: tf.reshape(3.0 * z, (-1, 8, 8, 1)), z, seed=0))
    assert found == pytest.approx(3.0**2 / 2 / 64, rel=0.05)


def test_path_length_needs_a_generator_of_latents():
    with pytest.raises(ValueError, match="expected a generator whose images depend on its latents"):
        penalties.path_length(lambda z: tf.ones((2, 4, 4, 1)), np.ones((2, 3)), seed=0)


def test_orthogonal_against_its_definition_and_its_gradient():
    kernel = np.random.default_rng(0).normal(size=(3, 2, 4, 5)).astype(np.float32)
    rows = kernel.reshape(-1, 5).T.astype(np.float64)  # a row of W: the weights of one output
    between = rows @ rows.T
    np.fill_diagonal(between, 0)
    with tf.GradientTape() as tape:
        tape.watch(variable := tf.constant(kernel))
        value = penalties.orthogonal(variable)
    assert float(value) == pytest.approx((between**2).sum(), rel=1e-5)
    gradient = tape.gradient(value, variable).numpy().reshape(-1, 5).T
    np.testing.assert_allclose(gradient, 4 * between @ rows, rtol=1e-4, atol=1e-3)


def test_orthogonal_filters_cost_nothing_whatever_their_length():
    rows = np.linalg.qr(np.random.default_rng(0).normal(size=(6, 6)))[0][:4]
    kernel = (rows * [[1], [2], [3], [4]]).T.astype(np.float32)
    assert float(penalties.orthogonal(kernel)) == pytest.approx(0, abs=1e-9)
    with pytest.raises(ValueError, match=r"expected kernel of shape \(..., outputs\)"):
        penalties.orthogonal(np.ones(3, np.float32))


def test_the_regularizer_is_the_weighted_penalty_and_can_be_saved(tmp_path):
    regularizer = penalties.OrthogonalRegularizer(0.25)
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3, kernel_regularizer=regularizer)]
    )
    expected = 0.25 * float(penalties.orthogonal(model.layers[0].kernel.numpy()))
    assert float(sum(model.losses)) == pytest.approx(expected, rel=1e-6)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert float(sum(loaded.losses)) == pytest.approx(expected, rel=1e-6)
    with pytest.raises(ValueError, match="expected weight >= 0 and finite"):
        penalties.OrthogonalRegularizer(-1)
