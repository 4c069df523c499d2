"""Drawings in the form of the digits: compared with real ones, whose lines are traced."""

import re

import numpy as np
import pytest
from skimage.morphology import skeletonize

from ganlab import datasets, similarity
from ganlab.evaluation import features

# Pillow rounds the ends of a line to pixels, sixteen of which make one of the frame: the edges
# of a stroke, which the sigmoid makes steep, move by as much.
TOLERANCE = 0.1
SEVEN = [[(10.0, 10.0), (60.0, 10.0), (30.0, 90.0)]]


def traced(image):
    """Returns the middle lines of a digit as strokes between neighboring pixels."""
    line = {(int(r), int(c)) for r, c in np.argwhere(skeletonize(image[..., 0] > 0.5))}
    strokes = [[(c, r)] for r, c in line]
    for r, c in line:
        for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
            if (r + down, c + right) in line:
                strokes.append([(c, r), (c + right, r + down)])
    return strokes


@pytest.fixture(scope="module")
def pairs():
    """Real digits, and what comes of their lines alone."""
    real = datasets.load("digits", split="test")
    chosen = np.random.default_rng(0).choice(len(real.images), 200, replace=False)
    drawn = [datasets.from_strokes(traced(real.images[i])) for i in chosen]
    return real.images[chosen], np.stack(drawn), real.labels[chosen]


def test_traced_digits_come_back_as_they_were(pairs):
    real, drawn, _ = pairs
    alike = similarity.ssim(real, drawn, data_range=1.0).numpy()
    # A trace loses what varies in a real stroke: 0.65 in the middle. With strokes of another
    # form it would be far less: transposed digits reach 0.1.
    assert np.median(alike) > 0.6
    other = similarity.ssim(real, drawn.swapaxes(1, 2), data_range=1.0).numpy()
    assert np.median(other) < 0.3


def test_strokes_are_as_thick_and_as_high_as_real_ones(pairs):
    real, drawn, _ = pairs
    assert abs(drawn.mean() / real.mean() - 1) < 0.05
    rows = [np.flatnonzero(x.max((1, 2)) > 0.5) for x in (real, drawn)]
    assert abs(np.ptp(rows[0]) - np.ptp(rows[1])) <= 1
    heights = [np.median((x.max((2, 3)) > 0.5).sum(1)) for x in (real, drawn)]
    widths = [np.median((x.max((1, 3)) > 0.5).sum(1)) for x in (real, drawn)]
    assert heights[0] == heights[1] and abs(widths[0] - widths[1]) <= 2


def test_a_judge_of_real_digits_reads_them(pairs):
    _, drawn, labels = pairs
    assert features.accuracy(features.load(), drawn, labels) > 0.8


@pytest.mark.parametrize("by", [0.01, 1.0, 250.0])
def test_place_and_size_do_not_matter(by):
    moved = [[(by * x + 1000, by * y - 50) for x, y in stroke] for stroke in SEVEN]
    np.testing.assert_allclose(
        datasets.from_strokes(moved), datasets.from_strokes(SEVEN), atol=TOLERANCE
    )


def test_the_order_of_strokes_and_points_does_not_matter():
    strokes = [[(0, 0), (30, 0)], [(15, 0), (15, 60)]]
    backwards = [stroke[::-1] for stroke in strokes[::-1]]
    np.testing.assert_allclose(
        datasets.from_strokes(backwards), datasets.from_strokes(strokes), atol=TOLERANCE
    )


@pytest.mark.parametrize(
    "strokes",
    [[[(5, 5)]], [[(0, 0), (100, 0)]], [[(0, 0), (0, 100)]], [[(0, 0), (1e-9, 0)]], [[], [(1, 2)]]],
    ids=["dot", "dash", "line", "nearly a dot", "an empty stroke"],
)
def test_degenerate_drawings_stay_in_the_frame(strokes):
    image = datasets.from_strokes(strokes)
    assert image.shape == (28, 28, 1) and image.dtype == np.float32
    assert image.min() >= 0 and image.max() <= 1 and image.max() > 0.5
    # In the middle, and with the margin of the data.
    rows, columns = (np.flatnonzero(image.max(axis) > 0.5) for axis in ((1, 2), (0, 2)))
    assert abs(rows.mean() - 13.5) <= 0.5 and abs(columns.mean() - 13.5) <= 0.5
    assert not image[0].any() and not image[-1].any()


def test_a_dash_does_not_become_a_block():
    image = datasets.from_strokes([[(0, 0), (100, 1)]])[..., 0] > 0.5
    assert np.ptp(np.flatnonzero(image.any(0))) > 2 * np.ptp(np.flatnonzero(image.any(1)))


@pytest.mark.parametrize("strokes", [[], [[]]])
def test_nothing_drawn_is_black(strokes):
    np.testing.assert_array_equal(datasets.from_strokes(strokes), np.zeros((28, 28, 1)))


@pytest.mark.parametrize(
    "strokes",
    [
        [[(1, 2, 3)]],
        [[1, 2]],
        [[(1, float("nan"))]],
        [[("a", "b")]],
        [[(1, 2), (3,)]],
        [[(1, 1e300)]],
        [[(1, 2j)]],
        [1, 2],
        None,
    ],
)
def test_what_is_no_stroke_is_refused(strokes):
    words = re.escape("expected strokes as sequences of finite pairs (x, y), received")
    with pytest.raises(ValueError, match=words):
        datasets.from_strokes(strokes)
    with pytest.raises(ValueError, match=words):
        datasets.rasterize(strokes, (8, 8), pen=1)


@pytest.mark.parametrize(
    ("shape", "pen", "words"),
    [
        ((0, 8), 1, "expected a height as an integer from 1 on"),
        ((8, 2.5), 1, "expected a width as an integer from 1 on"),
        ((8, 8), 0, "expected pen above 0, at most 8, received 0"),
        ((8, 8), 9, "expected pen above 0, at most 8, received 9"),
        ((8, 8), float("nan"), "expected pen above 0, at most 8, received nan"),
    ],
)
def test_paper_and_pen_are_checked(shape, pen, words):
    with pytest.raises(ValueError, match=words):
        datasets.rasterize([[(1, 1)]], shape, pen=pen)


def test_edges_are_smooth_in_a_large_picture_too():
    picture = datasets.rasterize([[(10, 10), (500, 350)], []], (600, 600), pen=7)
    assert len(np.unique(picture)) > 5


def test_the_width_that_drawings_are_squeezed_to_is_that_of_real_digits(pairs):
    from sklearn.datasets import load_digits

    blocks = (load_digits().images.max(axis=1) > 0).sum(axis=1)
    assert 0.9 < np.mean(blocks <= 6) < 0.95


def test_a_pen_leaves_as_much_ink_as_a_capsule_has():
    # A rectangle with half a disk at each end: its area in closed form.
    ink = datasets.rasterize([[(20.0, 32.0), (44.0, 32.0)]], (64, 64), pen=10.0).sum()
    assert abs(ink / (24 * 10 + np.pi * 25) - 1) < 0.06  # Pillow's disks are a pixel wider
