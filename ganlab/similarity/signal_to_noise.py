"""The peak signal-to-noise ratio: the mean squared error in decibels."""

import math

from ganlab._tensorflow import tf
from ganlab.similarity import arguments


def psnr(a, b, *, data_range):
    """Measure the peak signal-to-noise ratio of image pairs in decibels.

    10 log10(data_range^2 / mean squared error), as by ``tf.image.psnr``; infinite for identical
    images, with gradient 0.

    Parameters
    ----------
    a, b, data_range
        As for :func:`ssim`; images of any size.

    Returns
    -------
    tf.Tensor, shape (batch,)

    Examples
    --------
    >>> black = tf.zeros((1, 28, 28, 1))
    >>> psnr(black, black + 0.1, data_range=1.0).numpy().round(4)
    array([20.], dtype=float32)
    """
    a, b, data_range = arguments.image_pair(a, b, data_range, minimum=1)
    squared_error = tf.square((a - b) / data_range)
    error = tf.reduce_mean(tf.reduce_mean(squared_error, axis=2), axis=(1, 2))
    identical = tf.equal(error, 0.0)
    # The inner `where` keeps log(0) out of the gradient.
    decibels = -10.0 / math.log(10.0) * tf.math.log(tf.where(identical, 1.0, error))
    return tf.where(identical, math.inf, decibels)
