"""Neighbors of a drawn digit: places against a plain count, what is shown, what is refused."""

import re

import numpy as np
import pytest

from classroom.widgets import DigitNeighbors
from classroom.widgets.digit_neighbors.ranking import SHIFTS, shifted
from classroom.widgets.paper import DIGITS
from ganlab import datasets, recipes, similarity


@pytest.fixture(scope="module")
def real():
    return datasets.load("digits", split="test")


@pytest.fixture(scope="module")
def neighbors(real):
    return DigitNeighbors(real, recipes.load_generator("digits"), generated=20, digit=4, seed=0)


def test_places_are_what_one_counts(neighbors):
    digit, pictures = neighbors.digit, neighbors.pictures
    same = np.broadcast_to(digit, pictures.shape)
    counted = {
        "pixel error": ((pictures - digit) ** 2).mean((1, 2, 3)),
        "SSIM": -similarity.ssim(same, pictures, data_range=1.0).numpy(),
        "cosine": -similarity.content_similarity(same, pictures, centered=True).numpy(),
    }
    for measure, values in counted.items():
        for name, by in SHIFTS.items():
            index = neighbors.names.index(f"moved {name}")
            np.testing.assert_array_equal(pictures[index], shifted(digit, *by))
            better = int((values < values[index] - 1e-7).sum())
            assert abs(neighbors.places(measure)[name] - 1 - better) <= 1, (measure, name)


@pytest.mark.parametrize("down, right", [(0, 0), (2, 0), (-2, 0), (0, 2), (0, -2), (1, -1)])
def test_a_shift_is_a_roll_without_what_comes_around(down, right):
    image = np.zeros((9, 9, 1))
    image[3:6, 3:6] = np.random.default_rng(0).random((3, 3, 1))
    np.testing.assert_array_equal(
        shifted(image, down, right), np.roll(image, (down, right), (0, 1))
    )
    assert not shifted(np.ones((4, 4)), 4, 0).any()


def test_it_follows_the_drawing(neighbors):
    before = neighbors._rows.value
    neighbors.paper.strokes = DIGITS[0]
    best = neighbors.names[neighbors.rankings["SSIM"].order[0]]
    assert best == "real 0" and neighbors._rows.value != before
    assert neighbors._rows.value.count("<img") == 3 * 7
    neighbors.paper.strokes = []
    assert neighbors.rankings == {} and neighbors._rows.value == ""
    with pytest.raises(ValueError, match="received an empty sheet"):
        neighbors.draw()
    neighbors.paper.strokes = DIGITS[4]
    assert neighbors._rows.value == before
    neighbors.draw()


def test_what_does_not_fit_is_refused(real):
    generator = recipes.load_generator("digits")
    with pytest.raises(TypeError, match="expected real as a Dataset with labels"):
        DigitNeighbors(real.images, generator, seed=0)
    with pytest.raises(ValueError, match=re.escape("expected generated images of (28, 28, 1)")):
        DigitNeighbors(real, recipes.load_generator("critters"), seed=0)
