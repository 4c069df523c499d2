"""Weight clipping: when it happens, and to what."""

import numpy as np
import pytest

from ganlab import datasets, keras, layers, losses, models
from ganlab.training import GAN


def critic(limit):
    clip = layers.Clip(limit)
    dense = {"kernel_constraint": clip, "bias_constraint": clip}
    stack = [keras.layers.Dense(16, activation="relu", **dense), keras.layers.BatchNormalization()]
    return keras.Sequential([keras.Input((2,)), *stack, keras.layers.Dense(1, **dense)])


def test_after_each_update_all_weights_are_within_the_limit_and_scales_are_free():
    discriminator = critic(0.01)
    assert max(np.abs(w).max() for w in discriminator.get_weights()) > 0.1  # not clipped at first
    gan = GAN(models.mlp_generator(seed=0), discriminator, loss=losses.wasserstein, seed=0)
    gan.compile(g_optimizer="adam", d_optimizer=keras.optimizers.RMSprop(5e-5))
    gan.step_discriminator(datasets.ring(64, seed=0))
    first, norm, last = (layer for layer in discriminator.layers if layer.weights)
    for layer in (first, last):
        for weight in layer.trainable_variables:
            assert np.abs(weight).max() <= np.float32(0.01)
    assert np.abs(first.kernel).max() == np.float32(0.01)  # some were outside
    assert np.asarray(norm.gamma).min() > 0.99


def test_a_loaded_critic_is_still_clipped(tmp_path):
    critic(0.5).save(tmp_path / "critic.keras")
    loaded = keras.models.load_model(tmp_path / "critic.keras")
    assert loaded.layers[0].kernel_constraint.limit == 0.5
    assert loaded.layers[0].kernel.constraint.limit == 0.5


@pytest.mark.parametrize("limit", [0, -1, np.nan, np.inf, "0.01", True])
def test_a_limit_that_is_none_is_refused(limit):
    with pytest.raises(ValueError, match=r"expected limit in \(0, inf\), received"):
        layers.Clip(limit)


def test_the_critic_of_the_package_is_clipped_everywhere():
    critic = models.mlp_discriminator(width=4, constraint=layers.Clip(0.25), seed=0)
    assert all(weight.constraint.limit == 0.25 for weight in critic.trainable_variables)
    free = models.mlp_discriminator(width=4, seed=0)
    assert all(weight.constraint is None for weight in free.trainable_variables)
    for one, other in zip(critic.get_weights(), free.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
