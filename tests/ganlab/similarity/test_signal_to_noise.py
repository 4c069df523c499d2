"""The peak signal-to-noise ratio."""

import numpy as np
import pytest

from ganlab import similarity, tf
from tests.ganlab.similarity.pairs_of_images import noise, pairs


def test_psnr_is_tensorflows():
    a, b = pairs(64, 3)
    np.testing.assert_allclose(
        similarity.psnr(a, b, data_range=1.0), tf.image.psnr(a, b, max_val=1.0), rtol=1e-5
    )
    np.testing.assert_allclose(
        similarity.psnr(255 * a, 255 * b, data_range=255.0),
        tf.image.psnr(255 * a, 255 * b, max_val=255.0),
        rtol=1e-5,
    )


def test_psnr_falls_twenty_decibels_for_ten_times_the_error():
    a = noise((1, 5, 7, 1))
    for error, decibels in ((1.0, 0.0), (0.1, 20.0), (0.001, 60.0)):
        assert float(similarity.psnr(a, a + error, data_range=1.0)[0]) == pytest.approx(decibels)
