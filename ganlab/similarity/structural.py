"""Structural similarity in four forms: SSIM, its map, MS-SSIM, and one window for all."""

import math

from ganlab._tensorflow import tf
from ganlab.similarity import arguments, ssim_kernel

_MS_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def ssim(a, b, *, data_range):
    """Measure the structural similarity of image pairs, the mean of :func:`ssim_map`.

    The definition of Wang et al. (2004): a Gaussian window of 11 x 11 pixels with sigma 1.5,
    K1 = 0.01, K2 = 0.03, only windows that lie inside the image, population variances and
    covariance, the mean over pixels and channels. It equals ``tf.image.ssim(a, b,
    max_val=data_range)`` and scikit-image's ``structural_similarity`` with
    ``gaussian_weights=True, sigma=1.5, use_sample_covariance=False``. (The default setting of
    scikit-image is another measure: a uniform 7 x 7 window and sample covariance.)

    Parameters
    ----------
    a, b : array or tensor, shape (batch, height, width, channels), float
        Two batches of images, compared pair by pair. Height and width are at least 11.
    data_range : float
        The distance between the smallest and the largest value a pixel may have: 1.0 for
        images in [0, 1], 2.0 for [-1, 1], 255.0 for [0, 255].

    Returns
    -------
    tf.Tensor, shape (batch,), range [-1, 1]
        1 exactly for identical images.

    Notes
    -----
    Compiled with XLA: the first call with images of a new shape takes about half a second,
    its first gradient one second more. First derivatives only; the mean of :func:`ssim_map`
    has all of them. Pixels may lie far outside the data range, up to 1e18 times.

    References
    ----------
    Wang, Bovik, Sheikh, Simoncelli. Image quality assessment: from error visibility to
    structural similarity. IEEE Transactions on Image Processing 13 (2004).

    Derived in notebooks/03_structural_similarity.

    Examples
    --------
    >>> images = tf.random.stateless_uniform((2, 28, 28, 1), seed=(0, 1))
    >>> ssim(images, images, data_range=1.0).numpy()
    array([1., 1.], dtype=float32)
    """
    a, b, data_range = arguments.image_pair(a, b, data_range, minimum=ssim_kernel.WINDOW)
    return ssim_kernel.windowed_similarity(a, b, data_range, ())


def ssim_map(a, b, *, data_range):
    """Measure SSIM at every position of the window.

    Parameters
    ----------
    a, b, data_range
        As for :func:`ssim`.

    Returns
    -------
    tf.Tensor, shape (batch, height - 10, width - 10, channels), range [-1, 1]
        Element (i, j) belongs to the window whose center is pixel (i + 5, j + 5).

    Examples
    --------
    >>> images = tf.random.stateless_uniform((2, 28, 28, 3), seed=(0, 1))
    >>> ssim_map(images, images, data_range=1.0).shape
    TensorShape([2, 18, 18, 3])
    """
    a, b, data_range = arguments.image_pair(a, b, data_range, minimum=ssim_kernel.WINDOW)
    return ssim_kernel.similarity_map(a, b, data_range)


def ms_ssim(a, b, *, data_range):
    """Measure the multi-scale structural similarity of image pairs.

    At every scale but the coarsest the mean of the contrast-structure factor counts, at the
    coarsest the mean of the whole SSIM; each is raised to the weight of its scale and the
    product taken, channel by channel. Between scales, 2 x 2 pixels are averaged to one.
    From 161 pixels on this is ``tf.image.ssim_multiscale``. Smaller images use the first
    scales that fit: :func:`ms_ssim_scales` says which.

    A mean below 1e-6 counts as 0, with a zero gradient, and so does then the product.

    Parameters
    ----------
    a, b, data_range
        As for :func:`ssim`.

    Returns
    -------
    tf.Tensor, shape (batch,), range [0, 1]

    References
    ----------
    Wang, Simoncelli, Bovik. Multi-scale structural similarity for image quality assessment.
    Asilomar Conference on Signals, Systems and Computers (2003).

    Examples
    --------
    >>> images = tf.random.stateless_uniform((2, 28, 28, 1), seed=(0, 1))
    >>> ms_ssim(images, images, data_range=1.0).numpy()
    array([1., 1.], dtype=float32)
    """
    a, b, data_range = arguments.image_pair(a, b, data_range, minimum=ssim_kernel.WINDOW)
    return ssim_kernel.windowed_similarity(a, b, data_range, ms_ssim_scales(*a.shape[1:3]))


def ms_ssim_scales(height, width):
    """Return the weights that :func:`ms_ssim` gives to the scales of an image of this size.

    Scale k is the image halved k times, used if the 11 x 11 window fits into it. All five
    have the weights that Wang et al. (2003) print, fewer have them divided by their sum.

    Parameters
    ----------
    height, width : int
        Size of the image in pixels, at least 11.

    Returns
    -------
    tuple of float
        One weight a scale, finest first: five from 161 pixels on, two at 28.

    Examples
    --------
    >>> ms_ssim_scales(256, 256)
    (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
    >>> [round(weight, 4) for weight in ms_ssim_scales(28, 28)]
    [0.1356, 0.8644]
    """
    size = min(height, width)
    least = ssim_kernel.WINDOW
    if size < least:
        raise ValueError(
            f"expected images of at least {least}x{least} pixels, received {height}x{width}"
        )
    scales = 0
    while scales < len(_MS_WEIGHTS) and size >= least:
        scales += 1
        size = (size + 1) // 2
    if scales == len(_MS_WEIGHTS):
        return _MS_WEIGHTS
    total = math.fsum(_MS_WEIGHTS[:scales])
    return tuple(weight / total for weight in _MS_WEIGHTS[:scales])


def global_ssim(a, b, *, data_range):
    r"""Measure SSIM with one window, the whole image: the form that the source article prints.

    .. math:: \frac{(2 \mu_x \mu_y + C_1)(2 \sigma_{xy} + C_2)}
              {(\mu_x^2 + \mu_y^2 + C_1)(\sigma_x^2 + \sigma_y^2 + C_2)}

    with the means, population variances and covariance of all pixels of a channel, then the
    mean over channels, as in :func:`ssim`; C1 = (0.01 data_range)^2, C2 = (0.03 data_range)^2.

    Parameters
    ----------
    a, b, data_range
        As for :func:`ssim`; images of any size.

    Returns
    -------
    tf.Tensor, shape (batch,), range [-1, 1]

    Examples
    --------
    >>> black, white = tf.zeros((1, 28, 28, 1)), tf.ones((1, 28, 28, 1))
    >>> round(float(global_ssim(black, white, data_range=1.0)[0]), 7)   # C1 / (1 + C1)
    0.0001
    """
    a, b, data_range = arguments.image_pair(a, b, data_range, minimum=1)
    total, difference = (a + b) / data_range, (a - b) / data_range

    def mean(x):
        return tf.reduce_mean(tf.reduce_mean(x, axis=2, keepdims=True), axis=1, keepdims=True)

    means = mean(total), mean(difference)
    variances = mean(tf.square(total - means[0])), mean(tf.square(difference - means[1]))
    luminance, contrast_structure = ssim_kernel.factors(*means, *variances)
    return tf.reduce_mean(luminance * contrast_structure, axis=(1, 2, 3))
