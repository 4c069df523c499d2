"""tools/syllabi.py: no course uses a notebook before those it needs."""

import doctest
import re

import pytest

from tools import marks, series, syllabi

if not syllabi.PAGE.exists():  # the build for students
    pytest.skip("the pages of teachers are not here", allow_module_level=True)

TEXT = syllabi.PAGE.read_text(encoding="utf-8")
PARTS = re.split(r"^## (.+)$", TEXT, flags=re.MULTILINE)
SECTIONS = dict(zip(PARTS[1::2], PARTS[2::2], strict=True))
NEEDS = syllabi.needs()


def rows(section):
    """Returns the cells of the rows of a table, by the names of their columns."""
    lines = [line for line in SECTIONS[section].splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [dict(zip(cells[0], row, strict=True)) for row in cells[2:]]


COURSES = [name for name in SECTIONS if name not in ("What needs what", "Other lengths")]


def test_the_examples_are_right():
    assert doctest.testmod(syllabi).failed == 0


def test_every_notebook_says_what_it_needs():
    assert list(NEEDS) == [path.name[:2] for path in series.lessons()]
    for number, before in NEEDS.items():
        assert all(one < number for one in before)
        assert bool(before) == (number != "01")


def test_the_table_of_dependencies_is_that_of_the_notebooks():
    assert marks.within(TEXT, syllabi.MARK) == syllabi.table()


@pytest.mark.parametrize("name", COURSES)
def test_a_course_uses_no_notebook_before_those_it_needs(name):
    found = [syllabi.numbers(row["notebook"].partition("(")[0].strip("[]")) for row in rows(name)]
    order = [number for numbers in found for number in numbers]
    assert len(order) >= 3
    assert syllabi.too_early(order, NEEDS) == []


def test_nor_does_any_other_length():
    found = rows("Other lengths")
    assert len(found) >= 5
    for row in found:
        known, order = (syllabi.numbers(row[name]) for name in ("already known", "notebooks"))
        assert order, row
        assert syllabi.too_early(known, NEEDS) == [], row
        assert syllabi.too_early(order, NEEDS, known) == [], row


def test_the_pairs_offered_in_place_of_the_last_two_can_be_taken():
    (pairs,) = re.findall(r"In place of the last two, (.+?)\. In week", TEXT, re.DOTALL)
    for pair in pairs.split(", or "):
        order = syllabi.numbers(pair)
        assert len(order) == 2
        assert syllabi.too_early(order, NEEDS, syllabi.numbers("01 to 08")) == []


@pytest.mark.parametrize(("name", "total"), [("One evening", 165), ("One day", 450)])
def test_the_minutes_of_a_day_add_up(name, total):
    clock = 0
    for row in rows(name):
        assert int(row["at"]) == clock
        clock += int(row["minutes"])
        plan = re.search(r"Its plan of (\d+) minutes", row["what happens"])
        assert bool(plan) == bool(row["notebook"])
        assert plan is None or plan[1] == row["minutes"]
    assert clock == total
