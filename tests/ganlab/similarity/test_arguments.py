"""What the measures of similarity accept and refuse."""

import math

import numpy as np
import pytest

from ganlab import similarity, tf
from tests.ganlab.similarity.pairs_of_images import MEASURES, WINDOWED, noise


@pytest.mark.parametrize(
    ("one", "other", "result"),
    [
        (np.float16, np.float16, tf.float32),
        (np.float32, np.float16, tf.float32),
        (np.float32, np.float32, tf.float32),
        (np.float32, np.float64, tf.float64),
    ],
)
def test_precision_is_the_higher_of_both_and_at_least_float32(one, other, result):
    a, b = noise((2, 12, 13, 2)).astype(one), noise((2, 12, 13, 2), 1).astype(other)
    expected = similarity.ssim(a.astype(np.float64), b.astype(np.float64), data_range=1.0)
    for measure in MEASURES:
        assert measure(a, b, data_range=1.0).dtype == result
    assert similarity.content_similarity(a, b).dtype == result
    np.testing.assert_allclose(similarity.ssim(a, b, data_range=1.0), expected, atol=1e-6)


GOOD = np.zeros((2, 28, 28, 1), np.float32)


@pytest.mark.parametrize("measure", [*MEASURES, similarity.ssim_map], ids=lambda m: m.__name__)
@pytest.mark.parametrize(
    ("a", "b", "data_range", "error", "message"),
    [
        (GOOD, GOOD[:1], 1.0, ValueError, r"equal shape, received \(2, 28, 28, 1\) and \(1, 28"),
        (GOOD, GOOD[..., 0], 1.0, ValueError, r"equal shape, received \(2, 28, 28, 1\) and"),
        (GOOD[0], GOOD[0], 1.0, ValueError, r"received shape \(28, 28, 1\); add the batch axis"),
        (GOOD[0, 0, 0], GOOD[0, 0, 0], 1.0, ValueError, r"channels\), received shape \(1,\)"),
        (GOOD[:0], GOOD[:0], 1.0, ValueError, "at least one pair"),
        (GOOD[..., :0], GOOD[..., :0], 1.0, ValueError, r"received shape \(2, 28, 28, 0\)"),
        (GOOD.astype(np.uint8), GOOD, 1.0, TypeError, "to_float.*received dtype uint8"),
        (GOOD, GOOD > 0, 1.0, TypeError, "received dtype bool"),
        (GOOD, GOOD, 0.0, ValueError, "data_range > 0 and finite, received 0.0"),
        (GOOD, GOOD, -1, ValueError, "data_range > 0 and finite, received -1"),
        (GOOD, GOOD, math.nan, ValueError, "data_range > 0 and finite, received nan"),
        (GOOD, GOOD, math.inf, ValueError, "data_range > 0 and finite, received inf"),
        (GOOD, GOOD, None, TypeError, "expected data_range as a number.*received None"),
        (GOOD, GOOD, True, TypeError, "expected data_range as a number.*received True"),
        (GOOD, GOOD, (0, 1), TypeError, r"expected data_range as a number.*received \(0, 1\)"),
    ],
)
def test_bad_input(measure, a, b, data_range, error, message):
    with pytest.raises(error, match=message):
        measure(a, b, data_range=data_range)


@pytest.mark.parametrize("measure", [*WINDOWED, similarity.ssim_map], ids=lambda m: m.__name__)
@pytest.mark.parametrize("shape", [(1, 10, 28, 1), (1, 28, 10, 1)])
def test_an_image_smaller_than_the_window(measure, shape):
    with pytest.raises(ValueError, match=r"at least 11x11 pixels, received shape \(1, "):
        measure(np.zeros(shape), np.zeros(shape), data_range=1.0)


def test_more_bad_input():
    with pytest.raises(TypeError, match="data_range"):
        similarity.ssim(GOOD, GOOD)
    with pytest.raises(ValueError, match="at least 11x11 pixels, received 10x300"):
        similarity.ms_ssim_scales(10, 300)
    with pytest.raises(ValueError, match=r"expected shape \(batch, ...\), received shape \(3,\)"):
        similarity.content_similarity(np.zeros(3), np.zeros(3))
    with pytest.raises(ValueError, match=r"received \(2, 3\) and \(2, 4\)"):
        similarity.content_similarity(np.zeros((2, 3)), np.zeros((2, 4)))
    with pytest.raises(TypeError, match="received dtype int64"):
        similarity.content_similarity(np.zeros((2, 3), np.int64), np.zeros((2, 3)))

    @tf.function
    def any_size(images):
        return similarity.ssim(images, images, data_range=1.0)

    for shape in ((None, None, 12, 1), (None, 12, 12, None)):
        with pytest.raises(ValueError, match="expected a known height, width and channels"):
            any_size.get_concrete_function(tf.TensorSpec(shape, tf.float32))
    with pytest.raises(ValueError, match="expected a known height, width and channels"):
        any_size.get_concrete_function(tf.TensorSpec((None, None, None, 1)))
