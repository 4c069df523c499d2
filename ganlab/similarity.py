"""How alike are two images? SSIM in four forms, PSNR and the cosine of two images.

Every measure takes two batches and gives one number a pair, shape (batch,). All of them
are differentiable, so each can also serve as a loss.
"""

import functools
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
    return _windowed(a, b, data_range, (1.0,))


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
    values = _compiled(_map, a.dtype, _IMAGES, _IMAGES, ())(a, b, data_range)
    batch, height, width, channels = a.shape
    return tf.ensure_shape(values, (batch, height - 10, width - 10, channels))


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
    return _windowed(a, b, data_range, ms_ssim_scales(*a.shape[1:3]))


def global_ssim(a, b, *, data_range):
    r"""SSIM with one window, the whole image: the form printed in the source article.

    .. math:: \frac{(2 \mu_x \mu_y + C_1)(2 \sigma_{xy} + C_2)}
              {(\mu_x^2 + \mu_y^2 + C_1)(\sigma_x^2 + \sigma_y^2 + C_2)}

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
    luminance, contrast_structure = _factors(*means, *variances)
    return tf.reduce_mean(luminance * contrast_structure, axis=(1, 2, 3))


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
#
# The window is separable: 11 weighted, shifted views are added along one axis, then along
# the other. XLA turns each axis into one loop, faster than any convolution, provided that
#
# - the result of the first axis is written to memory. tf.stack and tf.concat do that; without
#   one, XLA merges both loops into one of 121 terms, which is 20 times slower;
# - nothing is padded inside a loop, because tf.pad turns into a branch for every element;
# - rows are stored as width * channels numbers, so that the inner loop is contiguous;
# - the four filtered images fit into the cache: a large batch goes through in chunks.


def _factors(mean_s, mean_d, variance_s, variance_d):
    """Luminance and contrast-structure at data range 1, from statistics of s and d."""
    square_d = tf.square(mean_d)
    luminance = 0.5 * (tf.square(mean_s) + square_d) + _K1**2
    contrast_structure = 0.5 * (variance_s + variance_d) + _K2**2
    # Two fractions, for the product of the denominators would overflow first.
    return (luminance - square_d) / luminance, (
        contrast_structure - variance_d
    ) / contrast_structure


def _filter(x, axis, step):
    """Weighted sums of 11 neighbours `step` elements apart: one axis of the window."""

    def shifted(k):
        window = [slice(None)] * x.shape.rank
        window[axis] = slice(k * step, (k - _WINDOW + 1) * step if k < _WINDOW - 1 else None)
        return x[tuple(window)]

    half = _WINDOW // 2
    total = _TAPS[half] * shifted(half)
    for k in range(half):  # the window is symmetric: 6 products instead of 11
        total += _TAPS[k] * (shifted(k) + shifted(_WINDOW - 1 - k))
    return total


def _with_margin(x, axis, size):
    """Zeros before and after along one axis; a tf.pad that is written to memory."""
    shape = tf.unstack(tf.shape(x))
    shape[axis] = size
    zeros = tf.zeros(shape, x.dtype)
    return tf.concat((zeros, x, zeros), axis)


def _moments(s, d, channels):
    """Means of s, d, s^2 and d^2 in every window: rows -> (4, batch, height - 10, columns)."""

    @tf.custom_gradient
    def moments(s, d):
        def gradient(upstream):
            # A symmetric filter is its own adjoint, up to the margin that it cuts off. The
            # derivative that TensorFlow finds by itself adds 11 padded copies, 10 times slower.
            margin = _WINDOW - 1
            upstream = _filter(_with_margin(upstream, 3, margin * channels), 3, channels)
            mean_s, mean_d, square_s, square_d = tf.unstack(_with_margin(upstream, 2, margin))
            return tf.unstack(
                tf.stack(
                    (
                        _filter(mean_s, 1, 1) + 2.0 * s * _filter(square_s, 1, 1),
                        _filter(mean_d, 1, 1) + 2.0 * d * _filter(square_d, 1, 1),
                    )
                )
            )

        down = tf.stack([_filter(x, 1, 1) for x in (s, d, s * s, d * d)])
        return _filter(down, 3, channels), gradient

    return moments(s, d)


def _window_factors(s, d, channels):
    """Luminance and contrast-structure in every window, (batch, height - 10, columns)."""
    mean_s, mean_d, square_s, square_d = tf.unstack(_moments(s, d, channels))
    variance_s = tf.maximum(square_s - mean_s * mean_s, 0.0)
    variance_d = tf.maximum(square_d - mean_d * mean_d, 0.0)
    return _factors(mean_s + 1.0, mean_d, variance_s, variance_d)


def _sum_and_difference(a, b, data_range):
    # Mid-grey images have s = 0, so that mean(s^2) - mean(s)^2 cancels as little as it can.
    return (a + b) / data_range - 1.0, (a - b) / data_range


def _as_rows(images):
    """(batch, height, width, channels) -> (batch, height, width * channels)."""
    shape = tf.shape(images)
    return tf.reshape(images, (shape[0], shape[1], shape[2] * shape[3]))


def _column_means(x, channels):
    """Mean of every channel, (batch, channels), one axis at a time.

    A single float32 sum over a large image loses the fourth decimal.
    """
    columns = tf.reduce_mean(x, axis=1)
    return tf.reduce_mean(tf.reshape(columns, (tf.shape(x)[0], -1, channels)), axis=1)


def _ssim_of_rows(s, d, channels, weights):
    """SSIM, or with several weights MS-SSIM, of images stored as rows: (batch,)."""
    weights = tf.unstack(weights)
    product = 1.0
    for weight in weights[:-1]:
        _, contrast_structure = _window_factors(s, d, channels)
        product *= _power(_column_means(contrast_structure, channels), weight)
        s, d = _halved(s, channels), _halved(d, channels)
    luminance, contrast_structure = _window_factors(s, d, channels)
    similarity = _column_means(luminance * contrast_structure, channels)
    if len(weights) > 1:
        similarity = product * _power(similarity, weights[-1])
    return tf.reduce_mean(similarity, axis=1)


def _halved(rows, channels):
    """Means of 2 x 2 pixels; the last row or column of an odd size is repeated."""
    height = tf.shape(rows)[1]
    rows = tf.concat((rows, rows[:, height - height % 2 :]), axis=1)
    rows = 0.5 * (rows[:, 0::2] + rows[:, 1::2])
    columns = tf.shape(rows)[2]
    rows = tf.concat((rows, rows[:, :, columns - columns % (2 * channels) :]), axis=2)
    pairs = tf.reshape(rows, (*tf.unstack(tf.shape(rows)[:2]), -1, 2 * channels))
    means = 0.5 * (pairs[..., :channels] + pairs[..., channels:])
    return tf.reshape(means, (*tf.unstack(tf.shape(rows)[:2]), -1))


def _power(x, exponent):
    """max(x, 0) ** exponent for an exponent below 1, with a finite gradient everywhere."""
    # The slope of x ** 0.05 grows without bound towards 0, where NaN would follow.
    inside = x > 1e-6
    power = tf.pow(tf.where(inside, x, tf.ones_like(x)), exponent)
    return tf.where(inside, power, tf.zeros_like(x))


# One MiB of float32 an image batch: with its filtered images it stays in the cache.
_CHUNK_ELEMENTS = 2**18


def _in_chunks(function, images, *vectors):
    """Apply `function` to equal parts of a batch, one after the other.

    `images` have shape (batch, height, width, channels) and reach the function as rows.
    """
    batch, height, width, channels = tf.unstack(tf.shape(images[0]))
    sizes = tf.range(1, batch + 1)
    fitting = (batch % sizes == 0) & (sizes * height * width * channels <= _CHUNK_ELEMENTS)
    chunk = tf.reduce_max(tf.where(fitting, sizes, 1))
    parts = [tf.reshape(x, (-1, chunk, height, width * channels)) for x in images]
    parts += [tf.reshape(x, (-1, chunk)) for x in vectors]
    return tf.map_fn(
        lambda part: function(*part, channels),
        tuple(parts),
        fn_output_signature=images[0].dtype,
    )


def _forward(a, b, data_range, weights):
    def similarity(a, b, channels):
        s, d = _sum_and_difference(a, b, data_range)
        return _ssim_of_rows(s, d, channels, weights)

    return tf.reshape(_in_chunks(similarity, (a, b)), (-1,))


def _backward(a, b, data_range, weights, upstream):
    def gradients(a, b, upstream, channels):
        s, d = _sum_and_difference(a, b, data_range)
        with tf.GradientTape() as tape:
            tape.watch((s, d))
            similarity = _ssim_of_rows(s, d, channels, weights)
        s, d = tape.gradient(similarity, (s, d), output_gradients=upstream)
        return tf.stack((s + d, s - d)) / data_range

    both = _in_chunks(gradients, (a, b), upstream)
    return tf.reshape(both[:, 0], tf.shape(a)), tf.reshape(both[:, 1], tf.shape(a))


def _map(a, b, data_range):
    batch, height, width, channels = tf.unstack(tf.shape(a))
    s, d = _sum_and_difference(_as_rows(a), _as_rows(b), data_range)
    luminance, contrast_structure = _window_factors(s, d, channels)
    margin = _WINDOW - 1
    shape = (batch, height - margin, width - margin, channels)
    return tf.reshape(luminance * contrast_structure, shape)


@functools.cache
def _compiled(function, dtype, *shapes):
    """One trace for images of any size; XLA compiles it once for each size."""
    signature = [tf.TensorSpec(shape, dtype) for shape in shapes]
    return tf.function(function, input_signature=signature, jit_compile=True, autograph=False)


_IMAGES = (None, None, None, None)


def _windowed(a, b, data_range, weights):
    """(batch,) similarities of checked images, over as many scales as there are weights."""
    weights = tf.constant(weights, a.dtype)
    shapes = (_IMAGES, _IMAGES, (), tuple(weights.shape))
    forward = _compiled(_forward, a.dtype, *shapes)
    backward = _compiled(_backward, a.dtype, *shapes, (None,))

    # Nothing is kept for the gradient: to compute it again is quicker than to store it. The
    # stop_gradient keeps the tape, which has this definition, from following the inside.
    @tf.custom_gradient
    def similarity(a, b):
        def derivative(upstream):
            return gradient(a, b, upstream)

        return forward(tf.stop_gradient(a), tf.stop_gradient(b), data_range, weights), derivative

    @tf.custom_gradient
    def gradient(a, b, upstream):
        def derivative(*_):
            raise NotImplementedError(
                "expected a first derivative, received a request for the second; "
                "tf.reduce_mean(ssim_map(a, b, data_range=...), axis=(1, 2, 3)) has all"
            )

        inputs = (tf.stop_gradient(x) for x in (a, b))
        return backward(*inputs, data_range, weights, tf.stop_gradient(upstream)), derivative

    return tf.ensure_shape(similarity(a, b), a.shape[:1])


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
    if a.shape.rank and 0 in (a.shape[0], b.shape[0]):
        raise ValueError(f"expected at least one pair, received shape {_show(a.shape)}")
    shape = a.shape.merge_with(b.shape)
    dtype = tf.float64 if tf.float64 in (a.dtype, b.dtype) else tf.float32
    return tuple(tf.ensure_shape(tf.cast(x, dtype), shape) for x in (a, b))


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
