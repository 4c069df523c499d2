"""How alike are two images? SSIM in four forms, PSNR and the cosine of two images.

Every measure takes two batches and gives one number a pair, shape (batch,). All of them
are differentiable, so each can also serve as a loss.
"""

import math
import numbers

import numpy as np

from ganlab._tensorflow import tf

_WINDOW = 11
_SIGMA = 1.5
_K1 = 0.01
_K2 = 0.03
_MS_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def _taps():
    """One axis of the Gaussian window; the 11 x 11 window is its outer product."""
    distance = np.arange(_WINDOW) - (_WINDOW - 1) / 2
    taps = np.exp(-0.5 * (distance / _SIGMA) ** 2)
    return tuple(float(tap) for tap in taps / taps.sum())


_TAPS = _taps()


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
    tf.Tensor, shape (batch,), float32 (float64 if an input is), range [-1, 1]
        1 exactly for identical images.

    Raises
    ------
    TypeError
        If the pixels are not floating-point numbers.
    ValueError
        If the shapes differ, are not NHWC or too small, or `data_range` is not positive.

    References
    ----------
    Wang, Bovik, Sheikh, Simoncelli. Image quality assessment: from error visibility to
    structural similarity. IEEE Transactions on Image Processing 13 (2004).

    Derived in notebooks/03_structural_similarity.

    Examples
    --------
    >>> images = np.random.default_rng(0).random((2, 28, 28, 1), dtype=np.float32)
    >>> ssim(images, images, data_range=1.0).numpy()
    array([1., 1.], dtype=float32)
    """
    a, b, data_range = _image_pair(a, b, data_range, minimum=_WINDOW)
    return _ssim(a, b, data_range)


def ssim_map(a, b, *, data_range):
    """SSIM at every position of the window.

    Parameters
    ----------
    a, b : array or tensor, shape (batch, height, width, channels), float
        Two batches of images, compared pair by pair. Height and width are at least 11.
    data_range : float
        The distance between the smallest and the largest value a pixel may have.

    Returns
    -------
    tf.Tensor, shape (batch, height - 10, width - 10, channels), float32, range [-1, 1]
        Element (i, j) belongs to the window whose centre is pixel (i + 5, j + 5).

    Raises
    ------
    TypeError, ValueError
        As :func:`ssim`.

    Examples
    --------
    >>> images = np.random.default_rng(0).random((2, 28, 28, 3), dtype=np.float32)
    >>> ssim_map(images, images, data_range=1.0).shape
    TensorShape([2, 18, 18, 3])
    """
    a, b, data_range = _image_pair(a, b, data_range, minimum=_WINDOW)
    return _ssim_map(a, b, data_range)


def ms_ssim_scales(height, width):
    """The weights that :func:`ms_ssim` gives to the scales of an image of this size.

    Scale k is the image halved k times. A scale is used if the 11 x 11 window fits into it.
    All five have the weights that Wang et al. (2003) print (their sum is 1.0001); the
    weights of fewer scales are divided by their sum.

    Parameters
    ----------
    height, width : int
        Size of the image in pixels, at least 11.

    Returns
    -------
    tuple of float
        One weight a scale, finest first: five from 161 pixels on, two at 28.

    Raises
    ------
    ValueError
        If the window does not fit into the image.

    Examples
    --------
    >>> ms_ssim_scales(256, 256)
    (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
    >>> [round(weight, 4) for weight in ms_ssim_scales(28, 28)]
    [0.1356, 0.8644]
    """
    size = min(height, width)
    if size < _WINDOW:
        raise ValueError(
            f"expected images of at least {_WINDOW}x{_WINDOW} pixels, received {height}x{width}"
        )
    scales = 0
    while scales < len(_MS_WEIGHTS) and size >= _WINDOW:
        scales += 1
        size = (size + 1) // 2
    if scales == len(_MS_WEIGHTS):
        return _MS_WEIGHTS
    total = math.fsum(_MS_WEIGHTS[:scales])
    return tuple(weight / total for weight in _MS_WEIGHTS[:scales])


def ms_ssim(a, b, *, data_range):
    """Multi-scale structural similarity of image pairs.

    At every scale but the coarsest the mean of the contrast-structure term counts, at the
    coarsest the mean of the whole SSIM; each is raised to the weight of its scale and the
    product taken, channel by channel. Between scales, 2 x 2 pixels are averaged to one.
    From 161 pixels on this is ``tf.image.ssim_multiscale``. Smaller images use the first
    scales that fit, with weights that again sum to 1 (:func:`ms_ssim_scales`).

    A mean that is negative counts as 0, and then the whole product is 0.

    Parameters
    ----------
    a, b : array or tensor, shape (batch, height, width, channels), float
        Two batches of images, compared pair by pair. Height and width are at least 11.
    data_range : float
        The distance between the smallest and the largest value a pixel may have.

    Returns
    -------
    tf.Tensor, shape (batch,), float32 (float64 if an input is), range [0, 1]

    Raises
    ------
    TypeError, ValueError
        As :func:`ssim`.

    References
    ----------
    Wang, Simoncelli, Bovik. Multi-scale structural similarity for image quality assessment.
    Asilomar Conference on Signals, Systems and Computers (2003).

    Examples
    --------
    >>> images = np.random.default_rng(0).random((2, 28, 28, 1), dtype=np.float32)
    >>> ms_ssim(images, images, data_range=1.0).numpy()
    array([1., 1.], dtype=float32)
    """
    a, b, data_range = _image_pair(a, b, data_range, minimum=_WINDOW)
    return _ms_ssim(a, b, data_range)


def global_ssim(a, b, *, data_range):
    """SSIM with one window, the whole image: the form printed in the source article.

    .. math:: \\frac{(2 \\mu_x \\mu_y + C_1)(2 \\sigma_{xy} + C_2)}
              {(\\mu_x^2 + \\mu_y^2 + C_1)(\\sigma_x^2 + \\sigma_y^2 + C_2)}

    with the means, population variances and population covariance of all pixels of a
    channel, C1 = (0.01 data_range)^2 and C2 = (0.03 data_range)^2. Of a colour image, the
    mean over its channels, as in :func:`ssim`.

    Parameters
    ----------
    a, b : array or tensor, shape (batch, height, width, channels), float
        Two batches of images of any size, compared pair by pair.
    data_range : float
        The distance between the smallest and the largest value a pixel may have.

    Returns
    -------
    tf.Tensor, shape (batch,), float32 (float64 if an input is), range [-1, 1]

    Raises
    ------
    TypeError, ValueError
        As :func:`ssim`.

    Examples
    --------
    >>> black, white = np.zeros((1, 28, 28, 1)), np.ones((1, 28, 28, 1))
    >>> round(float(global_ssim(black, white, data_range=1.0)[0]), 7)   # C1 / (1 + C1)
    0.0001
    """
    a, b, data_range = _image_pair(a, b, data_range, minimum=1)
    sum_, difference = (a + b) / data_range, (a - b) / data_range

    def mean(x):  # in two stages: a float32 sum over a whole large image loses digits
        return tf.reduce_mean(tf.reduce_mean(x, axis=2, keepdims=True), axis=1, keepdims=True)

    means = mean(sum_), mean(difference)
    variances = mean(tf.square(sum_ - means[0])), mean(tf.square(difference - means[1]))
    luminance, contrast_structure = _terms(*means, *variances)
    return 1.0 - tf.reduce_mean(_loss(luminance, contrast_structure), axis=(1, 2, 3))


def psnr(a, b, *, data_range):
    """Peak signal-to-noise ratio of image pairs in decibels, equal to ``tf.image.psnr``.

    10 log10(data_range^2 / mean squared error). Identical images give infinity, with a zero
    gradient.

    Parameters
    ----------
    a, b : array or tensor, shape (batch, height, width, channels), float
        Two batches of images of any size, compared pair by pair.
    data_range : float
        The distance between the smallest and the largest value a pixel may have.

    Returns
    -------
    tf.Tensor, shape (batch,), float32 (float64 if an input is)

    Raises
    ------
    TypeError, ValueError
        As :func:`ssim`.

    Examples
    --------
    >>> black = np.zeros((1, 28, 28, 1))
    >>> psnr(black, black + 0.1, data_range=1.0).numpy().round(4)
    array([20.])
    """
    a, b, data_range = _image_pair(a, b, data_range, minimum=1)
    squared_error = tf.square((a - b) / data_range)
    error = tf.reduce_mean(tf.reduce_mean(squared_error, axis=2), axis=(1, 2))
    identical = tf.equal(error, 0.0)
    # The inner `where` keeps log(0) out of the gradient.
    logarithm = tf.math.log(tf.where(identical, tf.ones_like(error), error))
    return tf.where(
        identical,
        tf.fill(tf.shape(error), tf.constant(math.inf, error.dtype)),
        -10.0 / math.log(10.0) * logarithm,
    )


def content_similarity(a, b, *, centered=False):
    """The article's content similarity: the cosine of the angle between two images.

    .. math:: \\frac{\\sum x_{ij} y_{ij}}{\\sqrt{\\sum x_{ij}^2} \\sqrt{\\sum y_{ij}^2}}

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
    tf.Tensor, shape (batch,), float32 (float64 if an input is), range [-1, 1]

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
    a, b = _float_pair(a, b)
    if a.shape.rank is not None and a.shape.rank < 2:
        raise ValueError(f"expected shape (batch, ...), received shape {_show(a.shape)}")
    a, b = _direction(a, centered), _direction(b, centered)

    def dot(x, y):
        return tf.reduce_sum(x * y, axis=1)

    squares = dot(a, a) * dot(b, b)
    zero = tf.equal(squares, 0.0)
    cosine = dot(a, b) / tf.sqrt(tf.where(zero, tf.ones_like(squares), squares))
    return tf.clip_by_value(tf.where(zero, tf.zeros_like(cosine), cosine), -1.0, 1.0)


# ---------------------------------------------------------------------------------------
# Content similarity: one image as a vector of harmless size.


def _direction(x, centered):
    """Flatten to (batch, elements), centre if wished, and scale to a largest element of 1."""
    x = tf.reshape(x, (tf.shape(x)[0], -1))
    if centered:
        # Subtracting the first element is exact for a constant image, where subtracting the
        # rounded mean would leave noise that then would be compared.
        x -= tf.stop_gradient(x[:, :1])
        x -= tf.reduce_mean(x, axis=1, keepdims=True)
    # The cosine does not depend on the scale, so its gradient may ignore it.
    largest = tf.stop_gradient(tf.reduce_max(tf.abs(x), axis=1, keepdims=True))
    return tf.math.divide_no_nan(x, largest)


# ---------------------------------------------------------------------------------------
# SSIM from the sum and the difference of two images.
#
# With s = x + y and d = x - y the two factors of SSIM are
#
#   luminance           1 - mean(d)^2 / ((mean(s)^2 + mean(d)^2) / 2 + C1)
#   contrast-structure  1 - var(d)    / ((var(s)    + var(d))    / 2 + C2)
#
# Four filtered images instead of five (x, y, xx, yy, xy), no covariance to cancel, exactly 1
# for identical images, and never outside [-1, 1] as long as no variance is negative.


def _terms(mean_sum, mean_difference, var_sum, var_difference):
    """Losses (1 - luminance, 1 - contrast-structure) at data range 1."""
    square_sum, square_difference = tf.square(mean_sum), tf.square(mean_difference)
    luminance = square_difference / (0.5 * (square_sum + square_difference) + _K1**2)
    contrast_structure = var_difference / (0.5 * (var_sum + var_difference) + _K2**2)
    return luminance, contrast_structure


def _loss(luminance, contrast_structure):
    """1 - SSIM from the losses of its factors: 1 - (1 - l)(1 - c)."""
    return luminance + contrast_structure - luminance * contrast_structure


def _filter(x, axis, step):
    """Weighted sums of 11 neighbours `step` elements apart: one axis of the window.

    Shifted views that are added: XLA makes them a single loop over memory.
    """

    def shifted(k):
        window = [slice(None)] * x.shape.rank
        window[axis] = slice(k * step, (k + 1 - _WINDOW) * step or None)
        return x[tuple(window)]

    half = _WINDOW // 2
    total = _TAPS[half] * shifted(half)
    for k in range(half):
        total += _TAPS[k] * (shifted(k) + shifted(_WINDOW - 1 - k))
    return total


def _window_terms(a, b, data_range):
    """The two losses in every window, each (batch, height - 10, (width - 10) * channels)."""
    shape, channels = tf.shape(a), a.shape[3]
    # Rows of width * channels numbers: the inner loop runs over contiguous memory.
    rows = (shape[0], shape[1], shape[2] * channels)
    a, b = tf.reshape(a, rows), tf.reshape(b, rows)
    # Sums of mid-grey are 0, so that mean(s^2) - mean(s)^2 cancels little.
    s, d = (a + b) / data_range - 1.0, (a - b) / data_range
    moments = tf.stack((s, d, s * s, d * d))
    moments = _filter(_filter(moments, 2, 1), 3, channels)
    mean_s, mean_d, square_s, square_d = tf.unstack(moments)
    var_s = tf.maximum(square_s - mean_s * mean_s, 0.0)
    var_d = tf.maximum(square_d - mean_d * mean_d, 0.0)
    return _terms(mean_s + 1.0, mean_d, var_s, var_d)


def _window_mean(x):
    """Mean over the windows: (batch, height, columns) -> (batch,), a row at a time."""
    return tf.reduce_mean(tf.reduce_mean(x, axis=1), axis=1)


@tf.function(jit_compile=True, autograph=False)
def _ssim(a, b, data_range):
    return 1.0 - _window_mean(_loss(*_window_terms(a, b, data_range)))


@tf.function(jit_compile=True, autograph=False)
def _ssim_map(a, b, data_range):
    values = 1.0 - _loss(*_window_terms(a, b, data_range))
    shape = tf.shape(a)
    return tf.reshape(values, (shape[0], shape[1] - 10, shape[2] - 10, a.shape[3]))


@tf.function(jit_compile=True, autograph=False)
def _ms_ssim(a, b, data_range):
    weights = ms_ssim_scales(a.shape[1], a.shape[2])
    product = 1.0
    for scale, weight in enumerate(weights):
        if scale:
            a, b = _halved(a), _halved(b)
        luminance, contrast_structure = _window_terms(a, b, data_range)
        coarsest = scale == len(weights) - 1
        loss = _loss(luminance, contrast_structure) if coarsest else contrast_structure
        by_channel = tf.reshape(tf.reduce_mean(loss, axis=1), (tf.shape(a)[0], -1, a.shape[3]))
        product *= _power(1.0 - tf.reduce_mean(by_channel, axis=1), weight)
    return tf.reduce_mean(product, axis=1)


def _halved(images):
    """Means of 2 x 2 pixels; the last row or column of an odd size is repeated."""
    height, width = images.shape[1:3]
    padding = ((0, 0), (0, height % 2), (0, width % 2), (0, 0))
    return tf.nn.avg_pool2d(tf.pad(images, padding, "SYMMETRIC"), 2, 2, "VALID")


def _power(x, exponent):
    """max(x, 0) ** exponent for an exponent below 1, with a finite gradient everywhere."""
    # The slope of x ** 0.05 grows without bound towards 0, where NaN would follow.
    inside = x > 1e-6
    power = tf.pow(tf.where(inside, x, tf.ones_like(x)), exponent)
    return tf.where(inside, power, tf.zeros_like(x))


# ---------------------------------------------------------------------------------------
# Checks.


def _show(shape):
    """(batch, 28, 28, 1) with None for what is not known yet."""
    return str(tuple(shape)) if shape.rank is not None else "unknown"


def _float_pair(a, b):
    """Two tensors of equal shape in their common precision, at least float32."""
    a, b = tf.convert_to_tensor(a), tf.convert_to_tensor(b)
    for tensor in (a, b):
        if not tensor.dtype.is_floating:
            raise TypeError(
                "expected floating-point numbers (images.to_float turns uint8 pixels into "
                f"[0, 1]), received dtype {tensor.dtype.name}"
            )
    if not a.shape.is_compatible_with(b.shape):
        raise ValueError(
            f"expected two arrays of equal shape, received {_show(a.shape)} and {_show(b.shape)}"
        )
    dtype = tf.float64 if tf.float64 in (a.dtype, b.dtype) else tf.float32
    return tf.cast(a, dtype), tf.cast(b, dtype)


def _image_pair(a, b, data_range, *, minimum):
    """Two checked batches of images, and the data range as a number of their dtype."""
    a, b = _float_pair(a, b)
    if a.shape.rank != 4:
        hint = "; add the batch axis with images[None]" if a.shape.rank == 3 else ""
        raise ValueError(
            "expected images of shape (batch, height, width, channels), "
            f"received shape {_show(a.shape)}{hint}"
        )
    if None in a.shape[1:]:
        raise ValueError(
            f"expected a known height, width and channels, received shape {_show(a.shape)}"
        )
    if min(a.shape[1:3]) < minimum:
        raise ValueError(
            f"expected images of at least {minimum}x{minimum} pixels, "
            f"received shape {_show(a.shape)}"
        )
    if isinstance(data_range, bool) or not isinstance(data_range, numbers.Real):
        raise TypeError(
            "expected data_range as a number, such as 1.0 for pixels in [0, 1], "
            f"received {data_range!r}"
        )
    if not (data_range > 0 and math.isfinite(data_range)):
        raise ValueError(f"expected a positive, finite data_range, received {data_range!r}")
    return a, b, tf.constant(float(data_range), a.dtype)
