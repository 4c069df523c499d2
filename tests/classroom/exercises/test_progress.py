"""The file of a learner's progress, and the widget that follows it."""

import pytest

from classroom import exercises
from classroom.exercises.checking import Exercise
from classroom.exercises.progress import FILE, note, read, table


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_first_prediction_is_kept():
    note("02.1", False, prediction=0.1, found=0.25)
    note("02.1", True, prediction=0.25, found=0.25)
    entry = read()["02.1"]
    assert entry == {"tries": 2, "passed": True, "prediction": 0.1, "found": 0.25}


def test_a_broken_file_is_kept_aside(tmp_path):
    for content in ("{", "[1]", '{"02.1": 3}', ""):
        (tmp_path / FILE).write_text(content)
        assert read() == {}
        assert (tmp_path / "ganlab_progress.broken.json").read_text() == content
    note("02.1", True)
    assert read()["02.1"]["passed"]


def test_the_widget_follows_the_file():
    widget = exercises.progress("02")
    assert "0 of" in widget.value
    note("02.1", False, prediction=0.5, found=0.25)
    assert "predicted 0.5" in widget.value and "0.25" not in widget.value
    note("02.1", True, prediction=0.25, found=0.25)
    assert "1 of" in widget.value and "predicted 0.5, found 0.25" in widget.value
    assert repr(widget) == "Progress in notebook 02"


def test_the_widget_of_the_course_has_all_notebooks():
    widget = exercises.progress()
    assert {"01", "08"} <= {exercise.name[:2] for exercise in widget.exercises}
    assert repr(widget) == "Progress in the course"


def test_titles_are_escaped():
    known = [Exercise("02.1", "a < b & c", "Fill the gap", check=None)]
    assert "a &lt; b &amp; c" in table(known, {})
