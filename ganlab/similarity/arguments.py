"""Checks of what the measures of similarity receive: pairs of equal shape, as float tensors."""

import math
import numbers

from ganlab._tensorflow import tf


def image_pair(a, b, data_range, *, minimum):
    """Return two batches of images, `minimum` pixels a side or more, and the range as tensors."""
    a, b = float_pair(a, b)
    if a.shape.rank != 4:
        hint = "; add the batch axis with images[None]" if a.shape.rank == 3 else ""
        raise ValueError(
            "expected images of shape (batch, height, width, channels), "
            f"received shape {show(a.shape)}{hint}"
        )
    if None in a.shape[1:]:
        raise ValueError(
            f"expected a known height, width and channels, received shape {show(a.shape)}"
        )
    if min(a.shape[1:]) < 1 or min(a.shape[1:3]) < minimum:
        raise ValueError(
            f"expected images of at least {minimum}x{minimum} pixels, "
            f"received shape {show(a.shape)}"
        )
    if isinstance(data_range, bool) or not isinstance(data_range, numbers.Real):
        raise TypeError(
            "expected data_range as a number, such as 1.0 for pixels in [0, 1], "
            f"received {data_range!r}"
        )
    if not (data_range > 0 and math.isfinite(data_range)):
        raise ValueError(f"expected data_range > 0 and finite, received {data_range!r}")
    return a, b, tf.constant(float(data_range), a.dtype)


def float_pair(a, b):
    """Return two tensors of equal shape in their common precision, at least float32."""
    a, b = tf.convert_to_tensor(a), tf.convert_to_tensor(b)
    for tensor in (a, b):
        if not tensor.dtype.is_floating:
            raise TypeError(
                "expected floating-point numbers (images.to_float turns uint8 pixels into "
                f"[0, 1]), received dtype {tensor.dtype.name}"
            )
    if not a.shape.is_compatible_with(b.shape):
        raise ValueError(
            f"expected two arrays of equal shape, received {show(a.shape)} and {show(b.shape)}"
        )
    if a.shape.rank and 0 in (a.shape[0], b.shape[0]):
        raise ValueError(f"expected at least one pair, received shape {show(a.shape)}")
    shape = a.shape.merge_with(b.shape)
    dtype = tf.float64 if tf.float64 in (a.dtype, b.dtype) else tf.float32
    return tuple(tf.ensure_shape(tf.cast(x, dtype), shape) for x in (a, b))


def show(shape):
    """Return a static shape as text, None where it is not known yet."""
    return str(tuple(shape)) if shape.rank is not None else "unknown"
