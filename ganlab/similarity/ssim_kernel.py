"""The compiled loops of windowed SSIM; :mod:`ganlab.similarity` is their face.

With s = x + y and d = x - y the two factors of SSIM are

    luminance           1 - mean(d)^2 / ((mean(s)^2 + mean(d)^2) / 2 + C1)
    contrast-structure  1 - var(d)    / ((var(s)    + var(d))    / 2 + C2)

Four filtered images instead of five (x, y, xx, yy, xy), no covariance to cancel, exactly 1
for identical images, and never outside [-1, 1] as long as no variance is negative.

The window is separable: 11 weighted, shifted views are added along one axis, then along the
other. XLA turns each axis into one loop, faster than any convolution, provided that

- the result of the first axis is written to memory. tf.stack and tf.concat do that; without
  one, XLA merges both loops into one of 121 terms, which is 20 times slower;
- nothing is padded inside a loop, because tf.pad turns into a branch for every element;
- rows are stored as width * channels numbers, so that the inner loop is contiguous;
- the four filtered images fit into the cache: a large batch goes through in chunks, and the
  loop over them is left to TensorFlow, for XLA would run it on one core;
- what two results share is a result itself: XLA would compute it once for each of them.
"""

import functools

import numpy as np

from ganlab._tensorflow import tf

WINDOW = 11
_SIGMA = 1.5
_GAUSSIAN = np.exp(-0.5 * ((np.arange(WINDOW) - WINDOW // 2) / _SIGMA) ** 2)
_TAPS = (_GAUSSIAN / _GAUSSIAN.sum()).tolist()
_K1 = 0.01
_K2 = 0.03

# One MiB of float32 for each of the two batches: they and what is computed stay in the cache.
_CHUNK_ELEMENTS = 2**18

_IMAGES = (None, None, None, None)


def windowed_similarity(a, b, data_range, weights):
    """Measure MS-SSIM of checked images, (batch,), by a tuple with a weight for each scale.

    No weights mean SSIM: the mean of one scale as it is, which may be negative.
    """
    return tf.ensure_shape(_differentiable(weights)(a, b, data_range), a.shape[:1])


@functools.cache
def _differentiable(weights):
    """Make SSIM of (a, b, data_range) with its first derivatives, once: it takes time."""

    # Nothing is kept for the gradient: to compute it again is quicker than to store it. The
    # stop_gradient keeps the tape, which has this definition, from following the inside.
    @tf.custom_gradient
    def similarity(a, b, data_range):
        def derivative(upstream):
            return *gradient(a, b, data_range, upstream), None

        shared = (data_range, tf.constant(weights, a.dtype))
        (values,) = _in_chunks(_forward, (tf.stop_gradient(a), tf.stop_gradient(b)), shared)
        return values, derivative

    @tf.custom_gradient
    def gradient(a, b, data_range, upstream):
        def derivative(*_):
            raise NotImplementedError(
                "expected a first derivative, received a request for the second; "
                "tf.reduce_mean(ssim_map(a, b, data_range=...), axis=(1, 2, 3)) has all"
            )

        inputs = tuple(tf.stop_gradient(x) for x in (a, b, upstream / data_range))
        shared = (data_range, tf.constant(weights, a.dtype))
        of_s, of_d = _in_chunks(_backward, inputs, shared)
        # Not compiled with the rest, which would be computed twice, once for each sum.
        return (of_s + of_d, of_s - of_d), derivative

    return similarity


def similarity_map(a, b, data_range):
    """Measure SSIM in each window of checked images, (batch, height - 10, width - 10, channels)."""
    forward = _traced(_map, a.dtype, _IMAGES, _IMAGES, ())
    backward = _traced(_map_gradients, a.dtype, _IMAGES, _IMAGES, (), _IMAGES)

    @tf.custom_gradient
    def values(a, b):
        def derivative(upstream):  # the tape may follow this one, to second derivatives
            return backward(a, b, data_range, upstream)

        return forward(tf.stop_gradient(a), tf.stop_gradient(b), data_range), derivative

    batch, height, width, channels = a.shape
    shape = (batch, height - WINDOW + 1, width - WINDOW + 1, channels)
    return tf.ensure_shape(values(a, b), shape)


def factors(mean_s, mean_d, variance_s, variance_d):
    """Return luminance and contrast-structure at data range 1, from statistics of s and d."""
    square_d = tf.square(mean_d)
    luminance = 0.5 * (tf.square(mean_s) + square_d) + _K1**2
    contrast_structure = 0.5 * (variance_s + variance_d) + _K2**2
    # Two fractions, for the product of the denominators would overflow first.
    return 1.0 - square_d / luminance, 1.0 - variance_d / contrast_structure


@functools.cache
def _traced(function, dtype, *shapes, jit_compile=True):
    """Trace a function for images of any size; XLA compiles it once for each size."""
    signature = [tf.TensorSpec(shape, dtype) for shape in shapes]
    traced = tf.function(function, jit_compile=jit_compile, autograph=False)
    return traced.get_concrete_function(*signature)


def _forward(a, b, data_range, weights):
    s, d = _rows(a, b, data_range)
    return (_similarity_of_rows(s, d, tf.shape(a)[3], weights),)


def _backward(a, b, upstream, data_range, weights):
    """Return gradients with respect to s and d, both of the shape of images."""
    s, d = _rows(a, b, data_range)
    with tf.GradientTape() as tape:
        tape.watch((s, d))
        similarity = _similarity_of_rows(s, d, tf.shape(a)[3], weights)
    gradients = tape.gradient(similarity, (s, d), output_gradients=upstream)
    return tuple(tf.reshape(x, tf.shape(a)) for x in gradients)


def _map(a, b, data_range):
    batch, height, width, channels = tf.unstack(tf.shape(a))
    luminance, contrast_structure = _window_factors(*_rows(a, b, data_range), channels)
    margin = WINDOW - 1
    shape = (batch, height - margin, width - margin, channels)
    return tf.reshape(luminance * contrast_structure, shape)


def _map_gradients(a, b, data_range, upstream):
    with tf.GradientTape() as tape:
        tape.watch((a, b))
        values = _map(a, b, data_range)
    return tape.gradient(values, (a, b), output_gradients=upstream)


def _in_chunks(function, batches, shared):
    """Apply a function to a batch in chunks that fit into the cache, on all cores.

    ``function(*batches, *shared)`` gives a tuple of tensors whose first axis is the batch. It is
    compiled for one chunk; the loop over the chunks is TensorFlow's, which runs several at once,
    where a loop compiled by XLA keeps to one core.
    """
    shapes = tuple((None,) * x.shape.rank for x in batches)
    shapes += tuple(tuple(x.shape) for x in shared)
    elements = batches[0].shape.num_elements()
    whole = elements is not None and elements <= _CHUNK_ELEMENTS
    apply = _traced if whole else _loop
    return apply(function, batches[0].dtype, *shapes)(*batches, *shared)


@functools.cache
def _loop(function, dtype, *shapes):
    """Make the same of batches too large for the cache; their shapes have open sizes."""
    of_chunk = _traced(function, dtype, *shapes)
    batches = sum(None in shape for shape in shapes)

    def compute(*arguments):
        batch, *image = tf.unstack(tf.shape(arguments[0]))
        sizes = tf.range(1, batch + 1)
        fitting = (batch % sizes == 0) & (sizes * tf.reduce_prod(image) <= _CHUNK_ELEMENTS)
        chunk = tf.reduce_max(tf.where(fitting, sizes, 1))
        results = tf.map_fn(
            lambda part: of_chunk(*part, *arguments[batches:]),
            tuple(_reshaped(x, (-1, chunk), 1) for x in arguments[:batches]),
            fn_output_signature=tf.nest.map_structure(lambda _: dtype, of_chunk.structured_outputs),
        )
        return tuple(_reshaped(x, (batch,), 2) for x in results)

    return _traced(compute, dtype, *shapes, jit_compile=False)


def _reshaped(x, first, axes):
    """Put other sizes in place of the first axes of x."""
    return tf.reshape(x, tf.concat((first, tf.shape(x)[axes:]), axis=0))


def _rows(a, b, data_range):
    """Return s and d of images as rows, (batch, height, width * channels)."""
    shape = (*tf.unstack(tf.shape(a)[:2]), -1)
    a, b = tf.reshape(a, shape), tf.reshape(b, shape)
    # Mid-gray images have s = 0, so that mean(s^2) - mean(s)^2 cancels as little as it can.
    return (a + b) / data_range - 1.0, (a - b) / data_range


def _similarity_of_rows(s, d, channels, weights):
    weights = tf.unstack(weights)
    product = 1.0
    for weight in weights[:-1]:
        _, contrast_structure = _window_factors(s, d, channels)
        product *= _power(_channel_means(contrast_structure, channels), weight)
        s, d = _halved(s, channels), _halved(d, channels)
    luminance, contrast_structure = _window_factors(s, d, channels)
    similarity = _channel_means(luminance * contrast_structure, channels)
    if weights:
        similarity = product * _power(similarity, weights[-1])
    return tf.reduce_mean(similarity, axis=1)


def _window_factors(s, d, channels):
    """Return luminance and contrast-structure in every window, (batch, height - 10, columns)."""
    mean_s, mean_d, square_s, square_d = tf.unstack(_moments(s, d, channels))
    variance_s = tf.maximum(square_s - mean_s * mean_s, 0.0)
    variance_d = tf.maximum(square_d - mean_d * mean_d, 0.0)
    return factors(mean_s + 1.0, mean_d, variance_s, variance_d)


def _moments(s, d, channels):
    """Average s, d, s^2 and d^2 in every window: rows -> (4, batch, height - 10, columns)."""

    @tf.custom_gradient
    def moments(s, d):
        def gradient(upstream):
            # A symmetric filter is its own adjoint, up to the margin that it cuts off. The
            # derivative that TensorFlow finds by itself adds 11 padded copies, much slower.
            margin = WINDOW - 1
            upstream = _filter(_with_margin(upstream, 3, margin * channels), 3, channels)
            mean_s, mean_d, square_s, square_d = tf.unstack(_with_margin(upstream, 2, margin))
            both = tf.stack(
                (
                    _filter(mean_s, 1, 1) + 2.0 * s * _filter(square_s, 1, 1),
                    _filter(mean_d, 1, 1) + 2.0 * d * _filter(square_d, 1, 1),
                )
            )
            return tf.unstack(both)

        down = tf.stack([_filter(x, 1, 1) for x in (s, d, s * s, d * d)])
        return _filter(down, 3, channels), gradient

    return moments(s, d)


def _filter(x, axis, step):
    """Add 11 weighted neighbors `step` elements apart: one axis of the window."""

    def shifted(k):
        window = [slice(None)] * x.shape.rank
        window[axis] = slice(k * step, (k - WINDOW + 1) * step if k < WINDOW - 1 else None)
        return x[tuple(window)]

    half = WINDOW // 2
    total = _TAPS[half] * shifted(half)
    for k in range(half):  # the window is symmetric: 6 products instead of 11
        total += _TAPS[k] * (shifted(k) + shifted(WINDOW - 1 - k))
    return total


def _with_margin(x, axis, size):
    """Put zeros before and after along one axis: a tf.pad that is written to memory."""
    shape = tf.unstack(tf.shape(x))
    shape[axis] = size
    zeros = tf.zeros(shape, x.dtype)
    return tf.concat((zeros, x, zeros), axis)


def _channel_means(x, channels):
    """Average rows over height and width, (batch, channels), one axis at a time.

    A single float32 sum over a large image loses the third decimal.
    """
    columns = tf.reduce_mean(x, axis=1)
    return tf.reduce_mean(tf.reshape(columns, (tf.shape(x)[0], -1, channels)), axis=1)


def _halved(rows, channels):
    """Average 2 x 2 pixels; the last row or column of an odd size is repeated."""
    height = tf.shape(rows)[1]
    rows = tf.concat((rows, rows[:, height - height % 2 :]), axis=1)
    rows = 0.5 * (rows[:, 0::2] + rows[:, 1::2])
    columns = tf.shape(rows)[2]
    rows = tf.concat((rows, rows[:, :, columns - columns % (2 * channels) :]), axis=2)
    pairs = tf.reshape(rows, (*tf.unstack(tf.shape(rows)[:2]), -1, 2 * channels))
    means = 0.5 * (pairs[..., :channels] + pairs[..., channels:])
    return tf.reshape(means, (*tf.unstack(tf.shape(rows)[:2]), -1))


def _power(x, exponent):
    """Return max(x, 0) ** exponent for an exponent below 1, with a finite gradient."""
    # The slope of x ** 0.05 grows without bound towards 0, where NaN would follow.
    zero = x <= 1e-6
    power = tf.pow(tf.where(zero, tf.ones_like(x), x), exponent)
    return tf.where(zero, tf.zeros_like(x), power)
