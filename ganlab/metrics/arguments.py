"""Checks of what the measures of sets receive: rows of numbers, in pairs, enough of them."""

import numpy as np

__all__ = [
    "as_rows",
    "check_count",
    "pair_of_sets",
    "points",
]


def as_rows(values, name):
    """Flattens all axes but the first, after a check that the values can be measured.

    Parameters
    ----------
    values : array of numbers, shape (n, ...)
    name : str
        What an error calls them.

    Returns
    -------
    ndarray of float64, shape (n, size)
        A view where `values` are float64 already.

    Raises
    ------
    ValueError
        If the array is empty, has fewer than two dimensions or a value that is not finite.

    Examples
    --------
    >>> as_rows(np.zeros((2, 4, 4, 1)), "images").shape
    (2, 16)
    """
    array = np.asarray(values, np.float64)
    if array.ndim < 2 or not array.size:
        raise ValueError(
            f"expected {name} of shape (n, ...) and not empty, received shape {array.shape}"
        )
    if not np.isfinite(array).all():
        raise ValueError(f"expected finite {name}, received NaN or infinity among them")
    return array.reshape(len(array), -1)


def check_count(value, name, least, most=None):
    """The value, after a check that it is an integer from `least` to `most`."""
    good = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not good or value < least or (most is not None and value > most):
        to = "on" if most is None else f"to {most}"
        raise ValueError(f"expected {name} as an integer from {least} {to}, received {value!r}")
    return value


def pair_of_sets(real, fake, *, least, least_fake=None):
    """Both sets as rows of one length, with enough of them."""
    real, fake = as_rows(real, "real"), as_rows(fake, "fake")
    if real.shape[1] != fake.shape[1]:
        raise ValueError(
            "expected real and fake samples with as many values each, "
            f"received {real.shape[1]} and {fake.shape[1]}"
        )
    for samples, name, few in ((real, "real", least), (fake, "fake", least_fake or least)):
        if len(samples) < few:
            raise ValueError(f"expected {few} or more {name} samples, received {len(samples)}")
    return real, fake


def points(values, name):
    """The values as a float64 array of shape (n, dim), not empty; they may be infinite."""
    array = np.asarray(values, np.float64)
    if array.ndim != 2 or not array.size:
        raise ValueError(
            f"expected {name} of shape (n, dim) and not empty, received shape {array.shape}"
        )
    return array
