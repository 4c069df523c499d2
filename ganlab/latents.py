"""Latent vectors: draw them, travel between them, pull them toward the middle.

A latent vector z is what a generator turns into an image. Here it is always drawn from the
standard normal distribution. In many dimensions nearly all its probability lies in a thin
shell of radius sqrt(dim), which is why there are two ways to travel: :func:`lerp` takes the
chord and cuts through the empty middle, :func:`slerp` stays on the shell.
"""

import numbers

import numpy as np

__all__ = ["integer_seed", "lerp", "random_generator", "sample", "slerp", "truncate"]


def sample(n, dim, *, seed):
    """Draw latent vectors from the standard normal distribution.

    Parameters
    ----------
    n : int, at least 1
        How many.
    dim : int, at least 1
        Their length, the generator's `latent_dim`.
    seed : int or numpy.random.Generator
        The same integer gives the same vectors on every machine; the first k of n vectors
        are those that ``sample(k, dim, seed=seed)`` gives.

    Returns
    -------
    array of float32, shape (n, dim)

    Examples
    --------
    >>> sample(2, 3, seed=0)
    array([[ 1.117622  , -1.3871249 , -0.4265716 ],
           [-0.80358726,  0.60142773, -0.07499325]], dtype=float32)
    """
    if not all(isinstance(count, numbers.Integral) and count >= 1 for count in (n, dim)):
        raise ValueError(
            f"expected n and dim as integers of at least 1, received n={n!r}, dim={dim!r}"
        )
    return random_generator(seed).standard_normal((n, dim), dtype=np.float32)


def lerp(a, b, t):
    """Travel from `a` to `b` on the straight line: (1 - t) a + t b.

    Parameters
    ----------
    a, b : array of float, shape (..., dim), finite
    t : float or array of float, shape (steps,)
        0 gives `a` and 1 gives `b`, exactly.

    Returns
    -------
    array of float32 (float64 if `a` or `b` is), shape ([steps,] ..., dim)

    Examples
    --------
    >>> lerp([1.0, 0.0], [0.0, 1.0], np.array([0.0, 0.5, 1.0]))
    array([[1. , 0. ],
           [0.5, 0.5],
           [0. , 1. ]])
    """
    a, b, t, dtype = _arguments(a, b, t)
    return _finish((1 - t) * a + t * b, a, b, t, dtype)


def slerp(a, b, t):
    """Travel from `a` to `b` on the arc: the direction turns at constant speed.

    For vectors of equal length this is the spherical interpolation of Shoemake (1985) that
    White (2016) brought to generative networks,
    sin((1 - t) w) / sin(w) a + sin(t w) / sin(w) b with w the angle between the two. For
    unequal lengths that formula overshoots without bound near opposite vectors; here the
    length goes from one to the other linearly.

    Parameters
    ----------
    a, b : array of float, shape (..., dim), finite
    t : float or array of float, shape (steps,)
        0 gives `a` and 1 gives `b`, exactly.

    Returns
    -------
    array of float32 (float64 if `a` or `b` is), shape ([steps,] ..., dim)

    Raises
    ------
    ValueError
        For opposite vectors in one dimension, between which there is no arc.

    Notes
    -----
    Parallel vectors, or a zero vector, give the straight line. Between exactly opposite
    vectors every half circle is as short as any other; the one chosen leans toward the
    coordinate axis on which `a` is smallest.

    References
    ----------
    T. White, Sampling Generative Networks, 2016, arXiv:1609.04468.

    Examples
    --------
    >>> slerp([2.0, 0.0], [0.0, 2.0], 0.5).round(4)
    array([1.4142, 1.4142])
    """
    a, b, t, dtype = _arguments(a, b, t)
    length_a, length_b = (np.linalg.norm(x, axis=-1, keepdims=True) for x in (a, b))
    u = np.divide(a, length_a, out=np.zeros_like(a), where=length_a > 0)
    v = np.divide(b, length_b, out=u.copy(), where=length_b > 0)
    u = np.where(length_a > 0, u, v)
    # The angle from the two diagonals of the rhombus: unlike an arccos of the dot product,
    # this keeps its precision for nearly parallel and nearly opposite directions.
    apart = np.linalg.norm(u - v, axis=-1, keepdims=True)
    together = np.linalg.norm(u + v, axis=-1, keepdims=True)
    angle = 2 * np.arctan2(apart, together)
    # The part of v at right angles to u spans, with u, the plane in which to turn.
    sideways = v - np.sum(u * v, axis=-1, keepdims=True) * u
    smallest = np.eye(u.shape[-1])[np.argmin(np.abs(u), axis=-1)]
    any_side = smallest - np.sum(u * smallest, axis=-1, keepdims=True) * u
    opposite = together < 1e-9  # closer than single precision can tell
    if a.shape[-1] == 1 and np.any(opposite):
        raise ValueError("expected at least 2 dimensions between opposite vectors, received 1")
    sideways = np.where(opposite, any_side, sideways)
    size = np.linalg.norm(sideways, axis=-1, keepdims=True)
    sideways = np.divide(sideways, size, out=np.zeros_like(sideways), where=size > 0)
    direction = np.cos(t * angle) * u + np.sin(t * angle) * sideways
    return _finish(((1 - t) * length_a + t * length_b) * direction, a, b, t, dtype)


def truncate(z, *, threshold, seed):
    """Redraw every component whose magnitude exceeds a threshold until none does.

    This is the truncation trick of BigGAN: fewer unusual latents, hence better looking and
    less varied images. Components inside the threshold stay as they are. The redrawn ones
    come from the normal distribution cut off at the threshold, by its inverse distribution
    function: the same law as drawing again and again, in one step.

    Parameters
    ----------
    z : array of float, any shape, finite
        Latents drawn from the standard normal distribution.
    threshold : float, above 0
    seed : int or numpy.random.Generator

    Returns
    -------
    array of float32 (float64 if `z` is), same shape, range [-threshold, threshold]

    References
    ----------
    A. Brock, J. Donahue, K. Simonyan, Large Scale GAN Training for High Fidelity Natural
    Image Synthesis, 2018, arXiv:1809.11096, section 3.1.

    Examples
    --------
    >>> z = truncate(sample(1000, 64, seed=0), threshold=0.5, seed=1)
    >>> bool(np.abs(z).max() <= 0.5)
    True
    """
    if not threshold > 0:
        raise ValueError(f"expected threshold above 0, received {threshold}")
    z = np.array(z)
    z = z.astype(np.result_type(z.dtype, np.float32), copy=False)
    _check_finite(z=z)
    outside = np.abs(z) > threshold
    from scipy.special import ndtr, ndtri  # takes longer to import than all else here

    low, high = ndtr(-threshold), ndtr(threshold)
    redrawn = ndtri(random_generator(seed).uniform(low, high, size=int(outside.sum())))
    # Rounding in the two distribution functions must not carry a value over the edge.
    z[outside] = np.clip(redrawn, -threshold, threshold)
    return z


def random_generator(seed):
    """Turn a seed into a NumPy random generator; one of these is passed through and drawn on.

    Parameters
    ----------
    seed : int or numpy.random.Generator

    Returns
    -------
    numpy.random.Generator

    Raises
    ------
    TypeError, ValueError
        For anything else. None is refused: what it draws could not be repeated.
    """
    if isinstance(seed, np.random.Generator):
        return seed
    if isinstance(seed, bool) or not isinstance(seed, numbers.Integral):
        raise TypeError(f"expected seed as an integer or a numpy Generator, received {seed!r}")
    return np.random.default_rng(integer_seed(seed))


def integer_seed(seed):
    """Return a seed as a Python int: where a generator is no use, since it is drawn from again.

    Parameters
    ----------
    seed : int, range [0, 2**63)

    Returns
    -------
    int

    Raises
    ------
    TypeError, ValueError
        For what is no integer, None included; for one out of range.
    """
    if isinstance(seed, bool) or not isinstance(seed, numbers.Integral):
        raise TypeError(f"expected seed as an integer, received {seed!r}")
    if not 0 <= seed < 2**63:
        raise ValueError(f"expected seed from 0 to 2**63 - 1, received {seed!r}")
    return int(seed)


def _check_finite(**arrays):
    for name, array in arrays.items():
        if not np.all(np.isfinite(array)):
            raise ValueError(f"expected {name} of finite values, received NaN or infinity")


def _arguments(a, b, t):
    """Check and convert the arguments of an interpolation; `t` gets axes to broadcast with."""
    a, b, t = np.asarray(a), np.asarray(b), np.asarray(t, np.float64)
    if a.shape != b.shape or a.ndim == 0:
        raise ValueError(f"expected two latents of one shape, received {a.shape} and {b.shape}")
    if t.ndim > 1:
        raise ValueError(f"expected t as a number or a 1-D array, received shape {t.shape}")
    _check_finite(a=a, b=b, t=t)
    dtype = np.result_type(a, b, np.float32)
    t = t.reshape(t.shape + (1,) * a.ndim) if t.ndim else t
    return a.astype(np.float64), b.astype(np.float64), t, dtype


def _finish(path, a, b, t, dtype):
    """Put the exact end points in, whatever rounding made of them, and set the type."""
    return np.where(t == 0, a, np.where(t == 1, b, path)).astype(dtype)
