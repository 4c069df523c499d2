"""Penalties on the gradients of a network with respect to its input, and one on its weights.

Those on the discriminator have the form ``(discriminator, real, fake, *, seed) -> scalar`` and
use what they need of it, those on the generator ``(generator, latents, *, seed) -> scalar``.
``Penalty`` puts a weight on one, for ``GAN(..., penalty=..., g_penalty=...)``::

    GAN(g, d, loss=losses.wasserstein, penalty=Penalty(gradient_penalty, weight=10.0), d_steps=5)
    GAN(g, d, loss=losses.non_saturating, penalty=Penalty(r1, weight=1.0, every=4),
        g_penalty=Penalty(path_length, weight=0.1, every=8))
"""

import math
import numbers
from collections.abc import Callable
from dataclasses import dataclass

from ganlab._tensorflow import keras, tf
from ganlab.images import check_count

__all__ = [
    "OrthogonalRegularizer",
    "Penalty",
    "combined",
    "gradient_penalty",
    "orthogonal",
    "path_length",
    "r1",
    "r2",
]


@dataclass(frozen=True)
class Penalty:
    """What a GAN adds to the loss of a network.

    Parameters
    ----------
    function : callable
        ``(discriminator, real, fake, *, seed) -> scalar``, or for the generator
        ``(generator, latents, *, seed) -> scalar``.
    weight : float, at least 0
        lambda of WGAN-GP (10 in the paper), gamma of R1 and R2.
    every : int, at least 1
        Compute it only once in so many steps, with ``every`` times the weight: the lazy
        regularization of StyleGAN2 (Karras et al. 2019, arXiv:1912.04958, appendix B), which
        keeps its effect at a fraction of its cost.
    """

    function: Callable
    weight: float
    every: int = 1

    def __post_init__(self):
        if not callable(self.function):
            raise TypeError(
                "expected function as one of (discriminator, real, fake, *, seed) or "
                f"(generator, latents, *, seed), received {self.function!r}"
            )
        _check_weight(self.weight)
        check_count(self.every, "every", 1)


def gradient_penalty(discriminator, real, fake, *, seed):
    """Compute WGAN-GP: how far the slope of the critic is from 1 between real and fake images.

    ``E[(|grad D(x)| - 1)^2]`` at ``x = real + alpha (fake - real)`` with one alpha per sample,
    uniform on [0, 1]. Gulrajani et al. 2017, arXiv:1704.00028, algorithm 1.

    Parameters
    ----------
    discriminator : callable
        images -> logits of shape (batch, 1).
    real, fake : array of float, equal shapes (batch, ...)
    seed : int or keras.random.SeedGenerator
        For alpha.

    Returns
    -------
    tensor, scalar
        Without the weight lambda. A linear critic D(x) = w.x gives (|w| - 1)^2.
    """
    real, fake = tf.convert_to_tensor(real), tf.convert_to_tensor(fake)
    if not real.shape.is_compatible_with(fake.shape):
        raise ValueError(
            f"expected real and fake of one shape, received {real.shape} and {fake.shape}"
        )
    one_per_sample = tf.concat([tf.shape(real)[:1], tf.ones(real.shape.rank - 1, tf.int32)], 0)
    alpha = keras.random.uniform(one_per_sample, dtype=real.dtype.name, seed=seed)
    squared = _squared_gradient_norms(discriminator, real + alpha * (fake - real))
    # The derivative of sqrt is infinite at 0: without the epsilon a flat critic gives NaN.
    return tf.reduce_mean((tf.sqrt(squared + 1e-12) - 1.0) ** 2)


def r1(discriminator, real, fake=None, *, seed=None):
    """Compute half the mean squared gradient norm at the real images.

    Zero exactly where the discriminator is flat on the data, as it is at equilibrium.
    Mescheder, Geiger, Nowozin 2018, arXiv:1801.04406, equation 9 (with gamma as the weight).

    Parameters
    ----------
    discriminator : callable
        images -> logits of shape (batch, 1).
    real : array of float, shape (batch, ...)
    fake, seed : ignored

    Returns
    -------
    tensor, scalar
    """
    return tf.reduce_mean(_squared_gradient_norms(discriminator, tf.convert_to_tensor(real))) / 2.0


def r2(discriminator, real, fake, *, seed=None):
    """Compute half the mean squared gradient norm at the fake images; see `r1`.

    Mescheder, Geiger, Nowozin 2018, arXiv:1801.04406, equation 10.
    """
    return tf.reduce_mean(_squared_gradient_norms(discriminator, tf.convert_to_tensor(fake))) / 2.0


def path_length(generator, latents, *, seed):
    """Compute how unevenly the generator turns steps of latents into changes of its images.

    ``E[(|J'y| - a)^2]``, where J is the Jacobian of the images at a latent, y an image of
    normal noise, divided by the square root of its number of pixels, and ``a`` the mean of
    ``|J'y|`` over the batch. Karras et al. 2019, arXiv:1912.04958, section 3.2, take a moving
    average for ``a``; the mean of the batch needs no memory.

    Parameters
    ----------
    generator : callable
        latents -> images.
    latents : array of float, shape (batch, latent_dim)
    seed : int or keras.random.SeedGenerator
        For y.

    Returns
    -------
    tensor, scalar
        Where J'J is c^2 times the identity everywhere, nearly c^2 / 2 over the number of pixels:
        not 0, as y is random, but small beside the squared mean of ``|J'y|``.
    """
    latents = tf.convert_to_tensor(latents)
    with tf.GradientTape() as tape:
        tape.watch(latents)
        images = generator(latents)
        noise = keras.random.normal(tf.shape(images), dtype=images.dtype.name, seed=seed)
        height_and_width = tf.cast(tf.reduce_prod(tf.shape(images)[1:-1]), images.dtype)
        projected = tf.reduce_sum(images * noise) / tf.sqrt(height_and_width)
    gradients = tape.gradient(projected, latents)
    if gradients is None:
        raise ValueError(
            "expected a generator whose images depend on its latents, received one with no gradient"
        )
    lengths = tf.sqrt(tf.reduce_sum(gradients**2, axis=1) + 1e-12)
    return tf.math.reduce_variance(lengths)


def orthogonal(kernel):
    """Compute how far the filters of a kernel are from being orthogonal to each other.

    ``|W W' - diag(W W')|^2``, the sum of the squared inner products of different rows, where a
    row of W holds the weights of one output. The lengths of the rows stay free. Brock, Donahue,
    Simonyan 2018, arXiv:1809.11096, section 3.1, equation 3. A layer takes it as
    ``kernel_regularizer=OrthogonalRegularizer(1e-4)``.

    Parameters
    ----------
    kernel : array of float, shape (..., outputs)
        Of a dense layer or a convolution; those that are transposed have the outputs elsewhere.

    Returns
    -------
    tensor, scalar
        0 for orthogonal filters. Its gradient with respect to W is 4 (W W' - diag(W W')) W.

    Examples
    --------
    >>> float(orthogonal([[1.0, 1.0], [0.0, 2.0]]))  # columns (1, 0), (1, 2): inner product 1
    2.0
    """
    kernel = tf.convert_to_tensor(kernel)
    if (kernel.shape.rank or 0) < 2:
        raise ValueError(f"expected kernel of shape (..., outputs), received {kernel.shape}")
    columns = tf.reshape(kernel, (-1, kernel.shape[-1]))
    products = tf.matmul(columns, columns, transpose_a=True)
    return tf.reduce_sum(tf.linalg.set_diag(products, tf.zeros_like(products[0])) ** 2)


@keras.saving.register_keras_serializable("ganlab")
class OrthogonalRegularizer(keras.regularizers.Regularizer):
    """The `orthogonal` penalty on the kernel of a layer, times a weight.

    Parameters
    ----------
    weight : float, at least 0
        1e-4 in BigGAN.

    Raises
    ------
    ValueError
        If the weight is negative or not finite.
    """

    def __init__(self, weight):
        _check_weight(weight)
        self.weight = float(weight)

    def __call__(self, kernel):
        """Return the weighted penalty."""
        return self.weight * orthogonal(kernel)

    def get_config(self):
        """Return the settings from which `keras.saving` builds the regularizer again."""
        return {"weight": self.weight}


def combined(*functions):
    """Return the sum of several penalties as one: `r1` and `r2` are that of R3GAN.

    Huang et al. 2025, arXiv:2501.05441.
    """

    def penalty(discriminator, real, fake, *, seed):
        return sum(function(discriminator, real, fake, seed=seed) for function in functions)

    return penalty


def _check_weight(weight):
    """Raise a ValueError for what is no finite number from 0 on."""
    if not isinstance(weight, numbers.Real) or not 0 <= weight < math.inf:
        raise ValueError(f"expected weight >= 0 and finite, received {weight!r}")


def _squared_gradient_norms(discriminator, images):
    """Return the squared L2 norm of the gradient of each sample's logit, shape (batch,)."""
    with tf.GradientTape() as tape:
        tape.watch(images)
        logits = discriminator(images)
    if logits.shape.rank != 1 and not logits.shape[1:].is_compatible_with((1,)):
        raise ValueError(f"expected logits of shape (batch, 1), received {tuple(logits.shape)}")
    # The gradient of the sum holds every sample's own gradient, as no logit depends on
    # another sample's image (batch normalization in the discriminator would break this).
    gradients = tape.gradient(logits, images)
    if gradients is None:
        raise ValueError(
            "expected a discriminator whose logits depend on its images, "
            "received one with no gradient"
        )
    return tf.reduce_sum(gradients**2, axis=tuple(range(1, gradients.shape.rank)))
