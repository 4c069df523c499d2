"""Samples to measure."""

import numpy as np


def normals(shape, seed):
    return np.random.default_rng(seed).normal(size=shape)


def exact_gaussian(mean, covariance_root, n, seed):
    """n samples whose mean and covariance are the given ones, not nearly but by construction."""
    noise = normals((n, len(mean)), seed)
    noise -= noise.mean(axis=0)
    white = np.linalg.qr(noise)[0] * np.sqrt(n - 1)
    return np.asarray(mean) + white @ np.asarray(covariance_root)
