"""Checks of what the measures of sets receive: rows of numbers, in pairs, enough of them."""

import numpy as np

#: The size up to which even the twelfth powers of values, in the spread of a kernel of degree
#: three, can be added in float64.
LARGEST = 1e25


def as_rows(values, name, *, finite=True):
    """Return numbers as float64 of shape (n, size): all axes but the first become one."""
    array = np.asarray(values, np.float64)
    if array.ndim < 2 or not array.size:
        raise ValueError(
            f"expected {name} of shape (n, ...) and not empty, received shape {array.shape}"
        )
    if finite and not np.isfinite(array).all():
        raise ValueError(f"expected finite {name}, received NaN or infinity among them")
    if finite and np.abs(array).max() > LARGEST:
        raise ValueError(
            f"expected {name} of values up to {LARGEST:g}, whose powers can be added, received "
            f"{np.abs(array).max():.3g}"
        )
    return array.reshape(len(array), -1)


def as_pair(*, finite=(True, True), least=(1, 1), **named):
    """Flatten two sets to rows of one length; what holds for one of them stands in its place.

    Examples
    --------
    >>> real, fake = as_pair(real=np.zeros((9, 2, 2, 1)), fake=np.ones((1, 4)), least=(2, 1))
    >>> real.shape, fake.shape
    ((9, 4), (1, 4))
    """
    one, other = (
        as_rows(values, name, finite=must)
        for (name, values), must in zip(named.items(), finite, strict=True)
    )
    if one.shape[1] != other.shape[1]:
        raise ValueError(
            f"expected {' and '.join(named)} with as many values each, "
            f"received {one.shape[1]} and {other.shape[1]}"
        )
    for rows, name, few in zip((one, other), named, least, strict=True):
        if len(rows) < few:
            raise ValueError(f"expected {few} or more {name} samples, received {len(rows)}")
    return one, other
