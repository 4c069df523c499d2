"""A multilayer pair for points of the plane."""

from ganlab._tensorflow import keras
from ganlab.models.building import HeInitializers

layers = keras.layers


def mlp_generator(output_dim=2, latent_dim=2, *, width=128, depth=3, seed):
    """Build a generator of points: relu layers and a linear output.

    Parameters
    ----------
    output_dim, latent_dim : int
    width, depth : int
        Units of a hidden layer, and how many such layers.
    seed : int
        For the initial weights.

    Returns
    -------
    keras.Model
        (batch, latent_dim) -> (batch, output_dim), unbounded.
    """
    init = HeInitializers(seed)
    latents = keras.Input((latent_dim,), name="latents")
    x = latents
    for layer in range(1, depth + 1):
        x = layers.Dense(
            width, activation="relu", kernel_initializer=init.next(), name=f"dense_{layer}"
        )(x)
    points = layers.Dense(output_dim, kernel_initializer=init.next(), name="points")(x)
    return keras.Model(latents, points, name="mlp_generator")


def mlp_discriminator(input_dim=2, *, width=128, depth=3, constraint=None, seed):
    """Build a discriminator of points: leaky relu layers and a logit.

    Parameters
    ----------
    input_dim : int
    width, depth : int
        Units of a hidden layer, and how many such layers.
    constraint : keras.constraints.Constraint, optional
        What becomes of all kernels and biases after each update: ``ganlab.layers.Clip(0.01)`` clips
        them as the first Wasserstein GAN does.
    seed : int
        For the initial weights.

    Returns
    -------
    keras.Model
        (batch, input_dim) -> logits (batch, 1).
    """
    init = HeInitializers(seed)
    constraints = {"kernel_constraint": constraint, "bias_constraint": constraint}

    def dense(units, name):
        return layers.Dense(units, kernel_initializer=init.next(), name=name, **constraints)

    points = keras.Input((input_dim,), name="points")
    x = points
    for layer in range(1, depth + 1):
        x = layers.LeakyReLU(0.2, name=f"leaky_{layer}")(dense(width, f"dense_{layer}")(x))
    logits = dense(1, "logits")(x)
    return keras.Model(points, logits, name="mlp_discriminator")
