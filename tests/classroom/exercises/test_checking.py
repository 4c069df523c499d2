"""The tools that all checks of exercises share, tried with an exercise of their own."""

import sys

import numpy as np
import pytest

from classroom import exercises
from classroom.exercises import checking
from classroom.exercises.checking import Wrong
from classroom.exercises.progress import read
from ganlab import tf


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where the progress file is written


@pytest.fixture
def toy():
    """An exercise that adds two numbers, registered for the length of a test."""

    @checking.exercise("02.99", "Add", "Fill the gap")
    def check(rng, answer):
        a, b = rng.normal(size=2)
        value = checking.result_of(answer, a, b)
        checking.compare(value, a + b, wrong=[(a - b, "The sign is flipped.")])
        return checking.Right("Well added.")

    yield "02.99"
    del checking._registry["02.99"]


def test_verdicts(toy):
    assert "right. Well added." in repr(exercises.check(toy, lambda a, b: a + b))
    assert exercises.check(toy, lambda a, b: a - b).text == "The sign is flipped."
    assert exercises.check(toy, ...).passed is None
    assert exercises.check(toy, lambda a, b: None).passed is None
    assert "gives" in exercises.check(toy, lambda a, b: a * 3 + b).text
    assert "A function is expected" in exercises.check(toy, 7).text
    assert "raises ZeroDivisionError" in exercises.check(toy, lambda a, b: 1 / 0).text
    assert "shape" in exercises.check(toy, lambda a, b: [a, b]).text
    assert "numbers are expected" in exercises.check(toy, lambda a, b: "much").text
    assert read()[toy] == {"tries": 7, "passed": True}  # what was no answer does not count


def test_a_stranger_learns_what_exists():
    with pytest.raises(ValueError, match="expected the name of an exercise"):
        exercises.check("99.1", 1)
    with pytest.raises(ValueError, match=r"expected one of 02\.1, 02\.2"):
        exercises.check("02.77", 1)
    with pytest.raises(ValueError, match="expected a kind"):
        checking.exercise("02.98", "Title", "Riddle")
    with pytest.raises(ValueError, match="expected the number of a notebook"):
        exercises.progress("77")


@pytest.mark.parametrize("name", ["", "..", "../x", 2.1, None, ["02.1"], "notebook_02", "02" * 99])
def test_no_name_of_an_exercise_is_anything_but_a_name(name):
    with pytest.raises(ValueError, match=r"^expected .{1,200}$"):
        exercises.check(name, 1)


def test_a_module_that_is_missing_is_no_wrong_name(monkeypatch):
    monkeypatch.delitem(sys.modules, "classroom.exercises.notebook_02")
    monkeypatch.setitem(sys.modules, "classroom.exercises.checking", None)  # cannot be imported
    with pytest.raises(ImportError, match="exercises.checking"):
        exercises.check("02.1", 1)


def test_an_answer_cannot_end_the_kernel(toy):
    assert "raises SystemExit" in exercises.check(toy, lambda a, b: sys.exit(3)).text


def test_the_truth_is_not_told_with_a_prediction():
    def check(guess):
        return checking.compare_prediction(
            guess, 0.25, "Because.", within=0.01, wrong=[(0.5, "Half?")]
        )

    assert check(0.25) == checking.Right("You predicted 0.25, and it is 0.25. Because.", 0.25)
    for guess, sentence in ((0.5, "Half?"), (0.1, "it is more"), (3, "it is less"), (True, "numb")):
        with pytest.raises(Wrong, match=sentence) as error:
            check(guess)
        assert "0.25" not in str(error.value)


@pytest.mark.parametrize("answer", ["abc", "A, B, C", ["a", "b", "c"], "a b c"])
def test_an_order_that_keeps_the_rules_is_right(answer):
    checking.compare_order(answer, "abc", [("a", "b", "First a."), ("b", "c", "First b.")])


def test_every_order_that_keeps_the_rules_is_right():
    for answer in ("cab", "acb", "abc"):
        checking.compare_order(answer, "abc", [("a", "b", "First a.")])


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("bac", "First a."),
        ("acb", "First b."),
        ("ab", "Each of a, b, c is expected once"),
        ("aabc", "expected once"),
        ("", "expected once"),
        (3, "A string of letters is expected here, such as 'abc', and this is int 3"),
        ([1, 2], "A string of letters"),
    ],
)
def test_an_order_that_does_not_gets_its_sentence(answer, sentence):
    with pytest.raises(Wrong, match=sentence):
        checking.compare_order(answer, "abc", [("a", "b", "First a."), ("b", "c", "First b.")])


def test_a_choice_gives_back_its_reasons():
    wrong = {"b": "Not b."}
    assert checking.compare_choice(["A ", 3], "a", wrong) == [3]
    assert checking.compare_choice((" a", 3, 4), "a", wrong, reasons=2) == [3, 4]
    assert checking.compare_choice(["a"], "a", wrong, reasons=0) == []


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (["B", 3], "Not b"),
        (["c", 3], "Choose one of a, b; this is str 'c'"),
        (["", 3], "Choose one of"),
        ([1, 3], "Choose one of"),
        ([True, 3], "Choose one of"),
        ([[], 3], "Choose one of"),
        ("ab", "A list of 2 is expected here, a letter and your evidence, and this is str 'ab'"),
        ([], "A list of 2"),
        (["a"], "A list of 2"),
        (["a", 1, 2], "A list of 2"),
        (3, "A list of 2"),
    ],
)
def test_another_choice_gets_its_sentence(answer, sentence):
    with pytest.raises(Wrong, match=sentence):
        checking.compare_choice(answer, "a", {"b": "Not b."})


def test_the_result_of_the_code_as_given_is_no_try(toy, monkeypatch):
    def check(rng, answer):
        checking.compare(checking.result_of(answer), 1, unchanged=2, wrong=[(2, "Two.")])
        return checking.Right("One.")

    monkeypatch.setitem(
        checking._registry, toy, checking.Exercise(toy, "One", "Find the bug", check)
    )
    verdict = exercises.check(toy, lambda: 2)
    assert verdict.passed is None and "change the code" in verdict.text and not read()
    assert exercises.check(toy, lambda: 3).passed is False
    assert exercises.check(toy, lambda: 1).passed


@pytest.mark.parametrize("wrap", [float, np.float32, np.array, tf.constant, tf.Variable])
def test_a_prediction_can_be_any_number_without_axes(wrap):
    assert exercises.check("02.1", wrap(0.5)).passed is False
    assert exercises.check("02.1", wrap(0.25)).passed
    assert read()["02.1"] == {"tries": 2, "passed": True, "prediction": 0.5, "found": 0.25}
    assert "A number is expected" in exercises.check("02.1", np.array([0.25])).text


def test_numbers_and_truth_values():
    assert checking.as_number(np.float32(0.5)) == 0.5
    for one in (np.array(1), tf.constant(1), np.int8(1)):
        assert checking.as_number(one) == 1
    for true in (np.array(True), tf.constant(True)):
        assert checking.as_truth(true) is True
    assert checking.as_numbers([1, 2]).dtype == np.float64
    assert checking.as_truth(np.bool_(False)) is False
    for tool, answers, sentence in (
        (
            checking.as_number,
            (True, "1", [1], 1j, np.array([1]), np.array(True), np.str_("1")),
            "A number is expected here",
        ),
        (checking.as_numbers, ("much", [[1], [2, 3]], abs), "numbers are expected"),
        (
            checking.as_truth,
            (1, "yes", None, np.array(1), np.array([True])),
            "True or False is expected here",
        ),
    ):
        for answer in answers:
            with pytest.raises(Wrong, match=sentence):
                tool(answer)


def test_pictures():
    gray = np.full((2, 2), 0.5)
    np.testing.assert_array_equal(checking.picture_of(lambda x: x, gray, shape=(2, 2)), gray)
    for bad, sentence in (
        (gray[0], "shape"),
        (gray + 1, "outside"),
        (gray - 1, "outside"),
        (gray * np.nan, "outside"),
        ("much", "numbers are expected"),
    ):
        with pytest.raises(Wrong, match=sentence):
            checking.picture_of(lambda x: x, bad, shape=(2, 2))
