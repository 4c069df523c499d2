"""Digits, what they are compared by, and one report on them."""

import numpy as np
import pytest

from ganlab import datasets, evaluation

# The writers follow one another in the data: halves of it must be drawn, not cut.
ORDER = np.random.default_rng(0).permutation(1797)


@pytest.fixture(scope="session")
def digits():
    return datasets.load("digits").take(ORDER[:600])


@pytest.fixture(scope="session")
def others():
    return datasets.load("digits").images[ORDER[600:1200]]


@pytest.fixture(scope="session")
def extractor(digits):
    return evaluation.extractor_for(digits)


@pytest.fixture(scope="session")
def report(digits, others, extractor):
    """The "generator" is other real digits."""
    return evaluation.evaluate(digits.images, others, extractor=extractor, seed=0, resamples=10)
