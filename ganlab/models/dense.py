"""The source article's pair of dense networks, repaired."""

import math

from ganlab._tensorflow import keras
from ganlab.models.building import HeInitializers, check_image_shape

layers = keras.layers


def dense_generator(image_shape, latent_dim=100, *, seed):
    """Build the source article's generator, repaired.

    Dense layers of 256, 512 and 1024 units, then one unit for each pixel value. The article
    ends in 784 units, which cannot fill its 28x28x3 image, and in relu, which reaches beyond
    the pixel range: here the last layer has height * width * channels units and a sigmoid.

    Parameters
    ----------
    image_shape : (height, width, channels)
    latent_dim : int
    seed : int
        For the initial weights.

    Returns
    -------
    keras.Model
        (batch, latent_dim) -> (batch, *image_shape), float32 in [0, 1].
    """
    check_image_shape(image_shape)
    init = HeInitializers(seed)
    latents = keras.Input((latent_dim,), name="latents")
    x = latents
    for units in (256, 512, 1024):
        x = layers.Dense(
            units, activation="relu", kernel_initializer=init.next(), name=f"dense_{units}"
        )(x)
    x = layers.Dense(
        math.prod(image_shape), activation="sigmoid", kernel_initializer=init.next(), name="pixels"
    )(x)
    images = layers.Reshape(image_shape, name="images")(x)
    return keras.Model(latents, images, name="dense_generator")


def dense_discriminator(image_shape, *, seed):
    """Build the source article's discriminator, repaired: it ends in a logit, not in a sigmoid.

    Parameters
    ----------
    image_shape : (height, width, channels)
    seed : int
        For the initial weights.

    Returns
    -------
    keras.Model
        (batch, *image_shape) -> logits (batch, 1).
    """
    check_image_shape(image_shape)
    init = HeInitializers(seed)
    images = keras.Input(image_shape, name="images")
    x = layers.Rescaling(2.0, -1.0, name="zero_centered")(images)
    x = layers.Flatten(data_format="channels_last", name="flatten")(x)
    for units in (512, 256):
        x = layers.Dense(units, kernel_initializer=init.next(), name=f"dense_{units}")(x)
        x = layers.LeakyReLU(0.2, name=f"leaky_{units}")(x)
    logits = layers.Dense(1, kernel_initializer=init.next(), name="logits")(x)
    return keras.Model(images, logits, name="dense_discriminator")
