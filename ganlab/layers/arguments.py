"""Checks of what layers are built with, and the type they compute in."""

import numbers

import numpy as np

from ganlab.latents import integer_seed


def number(value, name, low, high, *, closed=False):
    """Return a number as a float; raise a ValueError unless it lies between two others."""
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not real or not (low <= value <= high if closed else low < value < high):
        limits = f"[{low}, {high}]" if closed else f"({low}, {high})"
        raise ValueError(f"expected {name} in {limits}, received {value!r}")
    return float(value)


def seeds_of_weights(seed, n):
    """Return n seeds for initial weights, drawn from one that may be any integer from 0 on."""
    drawn = np.random.default_rng(integer_seed(seed)).integers(2**31, size=n)
    return [int(one) for one in drawn]


def wide(dtype):
    """Return the type in which statistics are computed where a layer computes in `dtype`.

    Examples
    --------
    >>> wide("float16"), wide("float64")
    ('float32', 'float64')
    """
    return "float64" if dtype == "float64" else "float32"


def shapes_of_two(input_shape, what):
    """Return the two shapes that a layer of two inputs is built with; refuse any other input."""
    pair = isinstance(input_shape, list | tuple) and len(input_shape) == 2
    if not pair or not all(isinstance(shape, list | tuple) for shape in input_shape):
        raise ValueError(f"expected {what}, received one input of shape {input_shape}")
    return [tuple(shape) for shape in input_shape]
