"""What builders share: initial weights, labels, sizes of maps, the check of an image shape."""

import numpy as np

from ganlab._tensorflow import keras
from ganlab.images import check_count
from ganlab.latents import random_generator


class HeInitializers:
    """He initializers, one after another, each with a seed of its own drawn from one seed."""

    def __init__(self, seed):
        self._seeds = random_generator(seed)

    def next(self):
        """Return an initializer for the next layer."""
        return keras.initializers.HeNormal(seed=self.next_seed())

    def next_doubling(self):
        """Return one for a transposed convolution of stride 2.

        Keras takes its kernel (4, 4, out, in) for one of a convolution, in -> out exchanged,
        and does not see that only a quarter of the taps meet in a pixel: with HeNormal the
        first images would be saturated noise.
        """
        return keras.initializers.VarianceScaling(
            8.0, mode="fan_out", distribution="truncated_normal", seed=self.next_seed()
        )

    def next_seed(self):
        """Return a seed for what else in the network is random, such as dropout."""
        return int(self._seeds.integers(2**31))


def embedded_labels(classes, units, init, *, stddev):
    """Return an input of labels, and the vector learned for each, as Keras tensors.

    Parameters
    ----------
    classes, units : int
    init : HeInitializers
        Gives the seed.
    stddev : float
        Of the vectors' first values.
    """
    check_count(classes, "classes", 1)
    labels = keras.Input((), dtype="int32", name="labels")
    first = keras.initializers.RandomNormal(stddev=stddev, seed=init.next_seed())
    table = keras.layers.Embedding(classes, units, embeddings_initializer=first, name="label")
    return labels, table(labels)


def check_image_shape(image_shape):
    """Raise ValueError unless it is (height, width, channels), three positive integers."""
    sides = image_shape if isinstance(image_shape, tuple | list) else ()
    if len(sides) != 3 or any(not isinstance(n, int | np.integer) or n < 1 for n in sides):
        raise ValueError(
            "expected image_shape as (height, width, channels), three positive integers, "
            f"received {image_shape!r}"
        )


def doubled(x, name):
    """Return a map of twice the size, every pixel four times."""
    return keras.layers.UpSampling2D(2, data_format="channels_last", name=name)(x)


def halved(x, name):
    """Return a map of half the size, of the means of 2x2 pixels."""
    return keras.layers.AveragePooling2D(2, data_format="channels_last", name=name)(x)
