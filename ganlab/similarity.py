"""How alike are two images? SSIM in four forms, PSNR and the cosine of two images.

Every measure takes two batches and gives one number a pair, shape (batch,), as float32, or
as float64 when an input is float64. All are differentiable, so each can serve as a loss.
"""

import math

from ganlab import pairs, windows
from ganlab._tensorflow import tf

__all__ = [
    "content_similarity",
    "global_ssim",
    "ms_ssim",
    "ms_ssim_scales",
    "psnr",
    "ssim",
    "ssim_map",
]

_MS_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def ssim(a, b, *, data_range):
    """Structural similarity of image pairs, the mean of :func:`ssim_map`.

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

    Raises
    ------
    TypeError
        If the pixels are not floating-point numbers, or `data_range` is no number.
    ValueError
        If the shapes differ, are not NHWC or too small, or `data_range` is not positive.

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
    a, b, data_range = pairs.image_pair(a, b, data_range, minimum=windows.WINDOW)
    return windows.windowed_similarity(a, b, data_range, (1.0,))


def ssim_map(a, b, *, data_range):
    """SSIM at every position of the window.

    Parameters
    ----------
    a, b, data_range
        As for :func:`ssim`, which also says what is raised.

    Returns
    -------
    tf.Tensor, shape (batch, height - 10, width - 10, channels), range [-1, 1]
        Element (i, j) belongs to the window whose centre is pixel (i + 5, j + 5).

    Examples
    --------
    >>> images = tf.random.stateless_uniform((2, 28, 28, 3), seed=(0, 1))
    >>> ssim_map(images, images, data_range=1.0).shape
    TensorShape([2, 18, 18, 3])
    """
    a, b, data_range = pairs.image_pair(a, b, data_range, minimum=windows.WINDOW)
    return windows.similarity_map(a, b, data_range)


def ms_ssim(a, b, *, data_range):
    """Multi-scale structural similarity of image pairs.

    At every scale but the coarsest the mean of the contrast-structure factor counts, at the
    coarsest the mean of the whole SSIM; each is raised to the weight of its scale and the
    product taken, channel by channel. Between scales, 2 x 2 pixels are averaged to one.
    From 161 pixels on this is ``tf.image.ssim_multiscale``. Smaller images use the first
    scales that fit: :func:`ms_ssim_scales` says which.

    A mean below 1e-6 counts as 0, with a zero gradient, and so does then the product.

    Parameters
    ----------
    a, b, data_range
        As for :func:`ssim`, which also says what is raised.

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
    a, b, data_range = pairs.image_pair(a, b, data_range, minimum=windows.WINDOW)
    return windows.windowed_similarity(a, b, data_range, ms_ssim_scales(*a.shape[1:3]))


def ms_ssim_scales(height, width):
    """The weights that :func:`ms_ssim` gives to the scales of an image of this size.

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
    if size < windows.WINDOW:
        raise ValueError(f"expected images of at least 11x11 pixels, received {height}x{width}")
    scales = 0
    while scales < len(_MS_WEIGHTS) and size >= windows.WINDOW:
        scales += 1
        size = (size + 1) // 2
    if scales == len(_MS_WEIGHTS):
        return _MS_WEIGHTS
    total = math.fsum(_MS_WEIGHTS[:scales])
    return tuple(weight / total for weight in _MS_WEIGHTS[:scales])


def global_ssim(a, b, *, data_range):
    r"""SSIM with one window, the whole image: the form printed in the source article.

    .. math:: \frac{(2 \mu_x \mu_y + C_1)(2 \sigma_{xy} + C_2)}
              {(\mu_x^2 + \mu_y^2 + C_1)(\sigma_x^2 + \sigma_y^2 + C_2)}

    with the means, population variances and covariance of all pixels of a channel, then the
    mean over channels, as in :func:`ssim`; C1 = (0.01 data_range)^2, C2 = (0.03 data_range)^2.

    Parameters
    ----------
    a, b, data_range
        As for :func:`ssim`, which also says what is raised; images of any size.

    Returns
    -------
    tf.Tensor, shape (batch,), range [-1, 1]

    Examples
    --------
    >>> black, white = tf.zeros((1, 28, 28, 1)), tf.ones((1, 28, 28, 1))
    >>> round(float(global_ssim(black, white, data_range=1.0)[0]), 7)   # C1 / (1 + C1)
    0.0001
    """
    a, b, data_range = pairs.image_pair(a, b, data_range, minimum=1)
    total, difference = (a + b) / data_range, (a - b) / data_range

    def mean(x):
        return tf.reduce_mean(tf.reduce_mean(x, axis=2, keepdims=True), axis=1, keepdims=True)

    means = mean(total), mean(difference)
    variances = mean(tf.square(total - means[0])), mean(tf.square(difference - means[1]))
    luminance, contrast_structure = windows.factors(*means, *variances)
    return tf.reduce_mean(luminance * contrast_structure, axis=(1, 2, 3))


def psnr(a, b, *, data_range):
    """Peak signal-to-noise ratio of image pairs in decibels, equal to ``tf.image.psnr``.

    10 log10(data_range^2 / mean squared error); infinite for identical images, gradient 0.

    Parameters
    ----------
    a, b, data_range
        As for :func:`ssim`, which also says what is raised; images of any size.

    Returns
    -------
    tf.Tensor, shape (batch,)

    Examples
    --------
    >>> black = tf.zeros((1, 28, 28, 1))
    >>> psnr(black, black + 0.1, data_range=1.0).numpy().round(4)
    array([20.], dtype=float32)
    """
    a, b, data_range = pairs.image_pair(a, b, data_range, minimum=1)
    squared_error = tf.square((a - b) / data_range)
    error = tf.reduce_mean(tf.reduce_mean(squared_error, axis=2), axis=(1, 2))
    identical = tf.equal(error, 0.0)
    # The inner `where` keeps log(0) out of the gradient.
    decibels = -10.0 / math.log(10.0) * tf.math.log(tf.where(identical, 1.0, error))
    return tf.where(identical, math.inf, decibels)


def content_similarity(a, b, *, centered=False):
    r"""The article's content similarity: the cosine of the angle between two images.

    .. math:: \frac{\sum x_{ij} y_{ij}}{\sqrt{\sum x_{ij}^2} \sqrt{\sum y_{ij}^2}}

    over all pixels and channels, or over the elements of two feature vectors.

    An image of zeros has no direction and the fraction is 0/0: its similarity is defined as
    0 to everything, another image of zeros included, with a zero gradient. With
    ``centered=True`` the same holds for constant images.

    Parameters
    ----------
    a, b : array or tensor, shape (batch, ...), float
        Two batches of images or of feature vectors, compared pair by pair.
    centered : bool
        Subtract from each image the mean of its own elements first, which gives Pearson's
        correlation coefficient, equal to ``np.corrcoef``.

    Returns
    -------
    tf.Tensor, shape (batch,), range [-1, 1]

    Raises
    ------
    TypeError
        If the elements are not floating-point numbers.
    ValueError
        If the shapes differ or have no axis beside the batch.

    Notes
    -----
    Each image is divided by its largest element first: images of 1e-30 and of 1e30 neither
    vanish nor overflow when squared. Numbers below the smallest normal float32 (1.2e-38)
    count as zero, as everywhere in TensorFlow.

    Derived in notebooks/04_content_similarity.

    Examples
    --------
    >>> content_similarity([[3.0, 4.0], [1.0, 0.0]], [[4.0, 3.0], [0.0, 0.0]]).numpy()
    array([0.96, 0.  ], dtype=float32)
    """
    a, b = pairs.float_pair(a, b)
    if a.shape.rank is not None and a.shape.rank < 2:
        raise ValueError(f"expected shape (batch, ...), received shape {pairs.show(a.shape)}")
    a, b = _direction(a, centered), _direction(b, centered)
    squares = tf.reduce_sum(a * a, axis=1) * tf.reduce_sum(b * b, axis=1)
    zero = tf.equal(squares, 0.0)
    cosine = tf.reduce_sum(a * b, axis=1) / tf.sqrt(tf.where(zero, 1.0, squares))
    return tf.clip_by_value(tf.where(zero, 0.0, cosine), -1.0, 1.0)


def _direction(x, centered):
    """Flattens to (batch, elements), centres if wished, and scales to a largest element of 1."""
    x = tf.reshape(x, (tf.shape(x)[0], -1))
    if centered:
        # Subtracting the first element is exact for a constant image, where subtracting the
        # rounded mean would leave noise that then would be compared.
        x -= tf.stop_gradient(x[:, :1])
        x -= tf.reduce_mean(x, axis=1, keepdims=True)
    # The cosine does not depend on the scale, so its gradient may ignore it.
    largest = tf.stop_gradient(tf.reduce_max(tf.abs(x), axis=1, keepdims=True))
    return tf.math.divide_no_nan(x, largest)
