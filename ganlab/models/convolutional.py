"""A small convolutional pair for images of any size."""

import math

from ganlab._tensorflow import keras
from ganlab.layers import Threshold
from ganlab.models.building import HeInitializers, check_image_shape, embedded_labels

layers = keras.layers


def conv_generator(
    image_shape,
    latent_dim=32,
    *,
    classes=None,
    width=8,
    hidden=256,
    smooth=False,
    threshold=None,
    seed,
):
    """Build a small convolutional generator for images of any size.

    Two dense layers draw a coarse map of at most 8x8, then transposed convolutions double it.
    Dense layers decide what is in the image, which a narrow convolution cannot; they cost
    little, and with them the convolutions may be half as wide.
    Their 4x4 kernels are a multiple of the stride, so that every pixel is covered equally
    often: a 3x3 or 5x5 kernel draws checkerboards. The image is cropped from the next
    multiple where its size is none.

    Parameters
    ----------
    image_shape : (height, width, channels)
    latent_dim : int
    classes : int, optional
        Makes a generator that is told a label: a vector learned for each label stands beside
        the latents.
    width : int
        Half the channels of the map that the last doubling turns into pixels; all coarser maps
        have 4 * width.
    hidden : int
        Units of the first dense layer; 0 for none.
    smooth : bool
        Take the mean over 2x2 neighbors before the sigmoid. No combination of weights can then
        draw a checkerboard, which training otherwise leaves in flat colors; a sharp edge is
        still possible, since the sigmoid comes after. Gray handwriting does not need it.
    threshold : float in (0, 1), optional
        Draw what is below it as 0, except in training: see `layers.Threshold`. For ink on paper,
        whose background is exactly 0.
    seed : int
        For the initial weights.

    Returns
    -------
    keras.Model
        (batch, latent_dim) -> (batch, *image_shape), float32 in [0, 1]; with `classes`
        [(batch, latent_dim), labels (batch,)] -> the same.
    """
    check_image_shape(image_shape)
    init = HeInitializers(seed)
    doublings = _doublings(image_shape)
    rows, columns = (math.ceil(side / 2**doublings) for side in image_shape[:2])
    filters = [width * min(2**level, 4) for level in range(doublings, 0, -1)]

    latents = x = keras.Input((latent_dim,), name="latents")
    if classes is not None:
        labels, vectors = embedded_labels(classes, latent_dim, init, stddev=1.0)
        x = layers.Concatenate(name="latents_and_label")([x, vectors])
    if hidden:
        x = layers.Dense(
            hidden, use_bias=False, kernel_initializer=init.next(), name=f"dense_{hidden}"
        )(x)
        x = layers.BatchNormalization(momentum=0.9, name="norm_dense")(x)
        x = layers.ReLU(name="relu_dense")(x)
    x = layers.Dense(
        rows * columns * filters[0], use_bias=False, kernel_initializer=init.next(), name="coarse"
    )(x)
    x = layers.Reshape((rows, columns, filters[0]), name="coarse_map")(x)
    for block, channels in enumerate([*filters[1:], None], start=1):
        x = layers.BatchNormalization(momentum=0.9, name=f"norm_{block}")(x)
        x = layers.ReLU(name=f"relu_{block}")(x)
        last = channels is None
        activation = "sigmoid" if last and not smooth else None
        x = layers.Conv2DTranspose(
            image_shape[2] if last else channels,
            4,
            strides=2,
            padding="same",
            data_format="channels_last",
            use_bias=last,
            activation=activation,
            kernel_initializer=init.next_doubling(),
            name="pixels" if last else f"double_{block}",
        )(x)
    if smooth:
        x = layers.AveragePooling2D(
            2, strides=1, padding="same", data_format="channels_last", name="smooth"
        )(x)
        x = layers.Activation("sigmoid", name="smooth_pixels")(x)
    extra = [
        grid * 2**doublings - side
        for grid, side in zip((rows, columns), image_shape[:2], strict=True)
    ]
    if any(extra):
        margins = [(n // 2, n - n // 2) for n in extra]
        x = layers.Cropping2D(margins, data_format="channels_last", name="crop")(x)
    if threshold is not None:
        x = Threshold(threshold, name="threshold")(x)
    told = latents if classes is None else [latents, labels]
    return keras.Model(told, x, name="conv_generator")


def conv_discriminator(image_shape, *, classes=None, width=12, hidden=256, seed):
    """Build a small convolutional discriminator: strided convolutions and a dense layer.

    Without normalization each logit depends on its own image alone, which gradient
    penalties need.

    Parameters
    ----------
    image_shape : (height, width, channels)
    classes : int, optional
        Makes a discriminator that is told a label: what a vector learned for the label has in
        common with the last values, their inner product, is added to the logit (Miyato and
        Koyama 2018, arXiv:1802.05637).
    width : int
        Channels after the first halving; coarser maps have up to four times as many.
    hidden : int
        Units of the dense layer before the logit; 0 for none.
    seed : int
        For the initial weights.

    Returns
    -------
    keras.Model
        (batch, *image_shape) -> logits (batch, 1); with `classes`
        [(batch, *image_shape), labels (batch,)] -> the same.
    """
    check_image_shape(image_shape)
    init = HeInitializers(seed)
    images = keras.Input(image_shape, name="images")
    x = layers.Rescaling(2.0, -1.0, name="zero_centered")(images)
    for block in range(_doublings(image_shape)):
        x = layers.Conv2D(
            width * min(2**block, 4),
            4,
            strides=2,
            padding="same",
            data_format="channels_last",
            kernel_initializer=init.next(),
            name=f"halve_{block + 1}",
        )(x)
        x = layers.LeakyReLU(0.2, name=f"leaky_{block + 1}")(x)
    x = layers.Flatten(data_format="channels_last", name="flatten")(x)
    if hidden:
        x = layers.Dense(hidden, kernel_initializer=init.next(), name=f"dense_{hidden}")(x)
        x = layers.LeakyReLU(0.2, name=f"leaky_{hidden}")(x)
    logits = layers.Dense(1, kernel_initializer=init.next(), name="logits")(x)
    if classes is None:
        return keras.Model(images, logits, name="conv_discriminator")
    units = x.shape[-1]
    labels, vectors = embedded_labels(classes, units, init, stddev=units**-0.5)
    fit = layers.Dot(axes=1, name="fit_to_label")([x, vectors])
    logits = layers.Add(name="conditional_logits")([logits, fit])
    return keras.Model([images, labels], logits, name="conv_discriminator")


def _doublings(image_shape):
    """Count how often a map of at most 8x8 must double to reach the longer side: at least once."""
    return max(1, math.ceil(math.log2(max(image_shape[:2]) / 8)))
