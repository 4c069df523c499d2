"""Standing statistics against their definition."""

import doctest

import numpy as np
import pytest

from ganlab import keras, latents, models
from ganlab.models import statistics

Z = latents.sample(300, 12, seed=0)


def one_norm():
    latents_ = keras.Input((12,))
    x = keras.layers.Dense(5, kernel_initializer=keras.initializers.HeNormal(seed=1))(latents_)
    x = keras.layers.BatchNormalization(momentum=0.7, name="norm")(x)
    return keras.Model(latents_, x)


def test_examples():
    assert doctest.testmod(statistics).failed == 0


def test_they_are_the_means_over_the_batches():
    generator = one_norm()
    before = generator.get_weights()
    found = models.standing_statistics(generator, Z, batch_size=40)
    order = np.random.default_rng(0).permutation(300)[:280].reshape(7, 40)
    x = (Z @ generator.layers[1].kernel.numpy())[order]
    norm = found.get_layer("norm")
    np.testing.assert_allclose(norm.moving_mean, x.mean((0, 1)), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(norm.moving_variance, x.var(1).mean(0), rtol=1e-4)
    assert norm.momentum == pytest.approx(0.7)
    for old, now in zip(before, generator.get_weights(), strict=True):
        np.testing.assert_array_equal(old, now)


def biggan():
    return models.biggan_generator((8, 8, 1), 12, classes=3, width=2, embedding_dim=2, seed=0)


def test_one_batch_is_drawn_as_in_training():
    generator, labels = biggan(), np.arange(300) % 3
    generator([Z, labels], training=True)  # the estimates of sigma converge, for both the same
    state = generator.get_weights()
    found = models.standing_statistics(generator, Z, condition=labels, batch_size=300)
    names = [w.path.split("/")[-1] for w in generator.weights]
    for name, old, now in zip(names, state, found.get_weights(), strict=True):
        if not name.startswith("moving"):
            np.testing.assert_array_equal(old, now)  # nothing else has moved
    generator([Z, labels], training=True)
    expected = generator([Z, labels], training=True)
    np.testing.assert_allclose(found([Z, labels]), expected, atol=0.01)
    assert np.abs(found([Z, labels]) - generator([Z, labels])).max() > 0.1


def test_also_of_a_generator_that_stands_still():
    """As the moving average of the weights in a GAN does."""
    generator, still = one_norm(), one_norm()
    still.set_weights(generator.get_weights())
    still.trainable = False
    found = [models.standing_statistics(one, Z)(Z) for one in (generator, still)]
    np.testing.assert_array_equal(*found)
    assert not still.trainable and abs(np.mean(found[0])) < 0.05


@pytest.mark.parametrize(
    ("generator", "z", "settings", "message"),
    [
        (one_norm, Z[:, :5], {}, r"expected z of shape \(n, 12\) .* received shape \(300, 5\)"),
        (one_norm, Z[:9], {}, "with n from 64 on, the batch_size"),
        (one_norm, Z, {"batch_size": 1}, "expected batch_size"),
        (one_norm, Z, {"condition": 1}, "expected no condition"),
        (biggan, Z, {}, "expected condition as a label from 0 to 2, received none"),
        (biggan, Z, {"condition": 3}, "expected condition from 0 to 2"),
    ],
)
def test_what_does_not_fit_is_refused(generator, z, settings, message):
    with pytest.raises(ValueError, match=message):
        models.standing_statistics(generator(), z, **settings)
