"""Two-dimensional distributions: data so small that a whole GAN game can be watched.

The centers of the mixtures are constants, so that :func:`ganlab.metrics.mode_coverage` can
count how many of them a generator has found.
"""

import numpy as np

from ganlab.latents import random_generator, sample

RING_STD = 0.02
RING_MODES = 2 * np.stack(
    [np.cos(np.arange(8) * np.pi / 4), np.sin(np.arange(8) * np.pi / 4)], axis=1
).astype(np.float32)

GRID_STD = 0.05
GRID_MODES = np.stack(np.meshgrid(np.arange(-2, 3), np.arange(-2, 3)), axis=-1)
GRID_MODES = GRID_MODES.reshape(25, 2).astype(np.float32)

for _modes in (RING_MODES, GRID_MODES):
    _modes.flags.writeable = False


def ring(n, *, seed):
    """Draw points from eight narrow Gaussians on a circle of radius 2.

    The standard test for mode collapse since Metz et al. (2016): neighboring centers,
    `RING_MODES`, are 1.53 apart, or 77 standard deviations of `RING_STD` = 0.02.

    Parameters
    ----------
    n : int, at least 1
    seed : int or numpy.random.Generator

    Returns
    -------
    array of float32, shape (n, 2), range about [-2.1, 2.1]

    References
    ----------
    L. Metz, B. Poole, D. Pfau, J. Sohl-Dickstein, Unrolled Generative Adversarial Networks,
    2016, arXiv:1611.02163.

    Examples
    --------
    >>> ring(500, seed=0).shape
    (500, 2)
    """
    return _mixture(RING_MODES, RING_STD, n, seed)


def grid(n, *, seed):
    """Draw points from 25 narrow Gaussians on a 5 by 5 grid, the centers one apart.

    The centers are `GRID_MODES`, their standard deviation `GRID_STD` = 0.05. The form
    follows Gulrajani et al. (2017) at half their scale.

    Parameters
    ----------
    n : int, at least 1
    seed : int or numpy.random.Generator

    Returns
    -------
    array of float32, shape (n, 2), range about [-2.2, 2.2]

    References
    ----------
    I. Gulrajani, F. Ahmed, M. Arjovsky, V. Dumoulin, A. Courville, Improved Training of
    Wasserstein GANs, 2017, arXiv:1704.00028.

    Examples
    --------
    >>> grid(500, seed=0).shape
    (500, 2)
    """
    return _mixture(GRID_MODES, GRID_STD, n, seed)


def swiss_roll(n, *, seed):
    """Draw points along a spiral of one and a half turns: one curved sheet without modes.

    The angle a is uniform in [1.5 pi, 4.5 pi], the point (a cos a, a sin a) / 7.5 with noise
    of standard deviation 1 / 30: the roll of scikit-learn seen from the end, at the scale and
    noise of Gulrajani et al. (2017), arXiv:1704.00028.

    Parameters
    ----------
    n : int, at least 1
    seed : int or numpy.random.Generator

    Returns
    -------
    array of float32, shape (n, 2), range about [-2, 2]

    Examples
    --------
    >>> swiss_roll(500, seed=0).shape
    (500, 2)
    """
    rng = random_generator(seed)
    noise = sample(n, 2, seed=rng)
    angle = 1.5 * np.pi * (1 + 2 * rng.random(n))
    spiral = angle[:, np.newaxis] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return ((spiral + 0.25 * noise) / 7.5).astype(np.float32)


def _mixture(modes, std, n, seed):
    rng = random_generator(seed)
    noise = sample(n, 2, seed=rng)
    return modes[rng.integers(len(modes), size=n)] + np.float32(std) * noise
