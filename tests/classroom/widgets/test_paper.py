"""The sheet: what is drawn, taken back and drawn for you."""

import numpy as np
import pytest

from classroom.widgets.paper import DIGITS, Paper
from ganlab import datasets
from ganlab.evaluation import features


def button(paper, name):
    return next(b for b in paper.children[2].children if b.description == name)


def test_undo_clear_and_ours():
    paper, seen = Paper(), []
    paper.on_change(lambda: seen.append(len(paper.strokes)))
    assert not paper.image().any()
    paper.strokes = DIGITS[4]
    button(paper, "Undo").click()
    assert paper.strokes == [[tuple(map(float, p)) for p in DIGITS[4][0]]]
    paper._ours.value = 5
    paper.strokes = [*paper.strokes, [(1, 1), (2, 2)]]
    assert paper._ours.label == "none"  # no longer ours: 5 can be taken again
    button(paper, "Clear").click()
    assert seen == [2, 1, 1, 2, 0] and repr(paper) == "Paper(0 strokes)"


def test_what_is_no_stroke_leaves_the_sheet_as_it_was():
    paper = Paper(1)
    with pytest.raises(ValueError, match="expected strokes as"):
        paper.strokes = [[(1, 2, 3)]]
    assert repr(paper) == "Paper(1 stroke)"
    for wrong in (10, -1, True, "3", [1]):
        with pytest.raises(ValueError, match="expected digit as an integer from 0 to 9, received"):
            Paper(wrong)


def test_strokes_may_come_from_anything_that_one_can_go_through():
    paper = Paper()
    paper.strokes = (((x, y) for x, y in stroke) for stroke in DIGITS[4])
    assert paper._ours.value == 4
    paper.strokes = np.array(DIGITS[7])
    assert paper._ours.value == 7


@pytest.mark.parametrize("slant, by", [(0.0, 1.0), (0.25, 1.0), (-0.2, 0.4)])
def test_a_judge_of_real_digits_reads_ours(slant, by):
    drawn = [
        datasets.from_strokes([[(by * (x + slant * y), by * y) for x, y in s] for s in strokes])
        for strokes in DIGITS.values()
    ]
    assert features.accuracy(features.load(), np.stack(drawn), np.arange(10)) == 1.0
