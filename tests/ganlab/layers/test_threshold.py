"""Layers: what they compute, which gradient they let pass, and that they can be saved."""

import numpy as np
import pytest

from ganlab import keras, layers, models, recipes, tf
from ganlab.latents import sample


def test_values_below_the_level_become_0_and_gradients_pass():
    x = tf.Variable([[0.0, 0.1, 0.25, 0.3, 1.0]])
    with tf.GradientTape() as tape:
        y = layers.Threshold(0.25)(x)
        total = tf.reduce_sum(y * [[1.0, 2.0, 3.0, 4.0, 5.0]])
    np.testing.assert_array_equal(y, np.float32([[0, 0, 0.25, 0.3, 1]]))
    np.testing.assert_array_equal(tape.gradient(total, x), [[1, 2, 3, 4, 5]])


def test_in_training_everything_passes():
    x = tf.constant([[0.1, 0.5]])
    np.testing.assert_array_equal(layers.Threshold(0.25)(x, training=True), x)
    given, cut = (models.conv_generator((8, 8, 1), threshold=t, seed=0) for t in (None, 0.4))
    z = sample(5, 32, seed=1)
    np.testing.assert_array_equal(given(z, training=True), cut(z, training=True))


@pytest.mark.parametrize("level", [0, 1, -0.1, np.nan])
def test_a_level_outside_of_the_range_of_images_is_refused(level):
    with pytest.raises(ValueError, match="expected level in .0, 1., received"):
        layers.Threshold(level)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_it_keeps_the_type(dtype):
    layer = layers.Threshold(0.25, dtype=dtype)
    assert layer(tf.constant([0.1, 0.5], dtype)).dtype == dtype


def test_a_generator_with_a_threshold_is_the_same_generator_above_it(tmp_path):
    plain = models.conv_generator((10, 12, 1), seed=0)
    cut = models.conv_generator((10, 12, 1), threshold=0.4, seed=0)
    z = sample(5, 32, seed=1)
    images = plain(z).numpy()
    assert (images < 0.4).any() and (images > 0.4).any()
    np.testing.assert_array_equal(cut(z), np.where(images < 0.4, 0, images))
    cut.save(tmp_path / "cut.keras")
    again = keras.saving.load_model(tmp_path / "cut.keras")
    np.testing.assert_array_equal(again(z), cut(z))
    assert again.get_layer("threshold").level == 0.4


def test_the_recorded_digits_stand_on_a_black_background():
    images = models.draw(recipes.load_generator("digits"), 64, seed=0)
    assert not ((images > 0) & (images < 0.05)).any()
    assert np.mean(images == 0) > 0.5
    assert images.max() > 0.9
