"""tools/marks.py: what commands write into pages stands between marks and nowhere else."""

import doctest

import pytest

from tools import marks

PAGE = "a\n<!-- x -->\none\ntwo\n<!-- end of x -->\nb\n<!-- y -->\n<!-- end of y -->\n"


def test_the_examples_are_right():
    assert doctest.testmod(marks).failed == 0


def test_a_part_is_read_and_written_alone():
    assert marks.within(PAGE, "x") == "one\ntwo"
    assert marks.within(PAGE, "y") == ""
    new = marks.filled(PAGE, "x", r"\1 three")
    assert new == PAGE.replace("one\ntwo", r"\1 three")
    assert marks.filled(marks.filled(new, "x", "one\ntwo"), "y", "") == PAGE.replace(
        "<!-- y -->\n", "<!-- y -->\n\n"
    )


def test_a_page_without_the_marks_is_refused():
    with pytest.raises(ValueError, match="expected the marks of 'z'"):
        marks.filled(PAGE, "z", "")
