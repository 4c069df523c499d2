"""Solutions pass, stubs do not, mistakes get their sentence, and no constant gets through.

The answers that are wrong stand beside this file, in wrong_answers/notebook_NN.py.
"""

import ast
import json
import re
import runpy
from pathlib import Path

import matplotlib
import nbformat
import numpy as np
import pytest
from matplotlib import pyplot

from classroom import exercises
from classroom.exercises import checking, notes, overview
from tools import exercises as weaving
from tools import series

SOLUTIONS = sorted((series.NOTEBOOKS / "solutions").glob("[0-9][0-9]_*.ipynb"))
BOOKS = {path: weaving.read(series.read(path)) for path in SOLUTIONS}
ALL = {e.name: (imports, e) for imports, found in BOOKS.values() for e in found}
EVERY = pytest.mark.parametrize("name", ALL)
EVERY_BOOK = pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)


def wrong_answers():
    """Yields (name, code, fragment of the sentence) of every listed mistake."""
    for number in sorted({name[:2] for name in ALL}):
        path = Path(__file__).parent / "wrong_answers" / f"notebook_{number}.py"
        for name, answers in runpy.run_path(path)["WRONG"].items():
            for code, fragment in answers:
                yield pytest.param(name, code, fragment, id=f"{name}-{fragment[:30]}")


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where the progress file is written
    with matplotlib.rc_context():  # a cell of imports may set the style of the notebooks
        yield
    pyplot.close("all")  # what solutions and stubs have drawn


def names_of_answers(exercise):
    """The variables that the check cell hands over, such as ``generator_loss``."""
    call = ast.parse(exercise.check.source).body[-1].value
    assert ast.unparse(call.func) == "exercises.check", exercise.check.source
    assert ast.literal_eval(call.args[0]) == exercise.name
    return [argument.id for argument in call.args[1:]]


def answers_of(name, code):
    """Executes the imports and the code of an answer; returns what the check is given."""
    imports, exercise = ALL[name]
    namespace = {}
    exec(imports.source, namespace)
    exec(code, namespace)
    return [namespace[key] for key in names_of_answers(exercise)]


# ------------------------------------------------------------------------------ the source of all


@EVERY_BOOK
def test_a_notebook_has_six_exercises_of_mixed_kinds(path):
    _, found = BOOKS[path]
    assert len(found) >= 6
    assert [e.name for e in found] == [f"{path.name[:2]}.{n}" for n in range(1, len(found) + 1)]
    assert len({e.kind for e in found}) >= 5
    assert found[-1].kind == "Make your own"


@EVERY
def test_the_check_has_the_title_and_kind_of_the_task(name):
    _, exercise = ALL[name]
    registered = checking.all_exercises()[name]
    assert (registered.title, registered.kind) == (exercise.title, exercise.kind)


def test_every_check_has_a_task():
    assert set(checking.all_exercises()) == set(ALL)


@EVERY
def test_three_hints_five_minutes_and_reasons(name):
    task = ALL[name][1].task.source
    assert re.findall(r"<details><summary>(Hint \d)</summary>", task) == [
        "Hint 1",
        "Hint 2",
        "Hint 3",
    ]
    assert int(re.search(r"· (\d+) minute", task)[1]) <= 5
    assert len(ALL[name][1].explanation.source.split()) >= 8


@EVERY_BOOK
def test_the_notebook_has_these_exercises_without_the_answers(path):
    lesson = series.read(series.NOTEBOOKS / path.name)
    assert not weaving.weave(lesson, *BOOKS[path]), "run python -m tools.exercises"
    start, end = weaving.bounds(lesson)
    text = nbformat.writes(weaving.without_solutions(lesson))
    for exercise in BOOKS[path][1]:
        assert exercise.stub in [cell.source for cell in lesson.cells[start:end]]
        assert json.dumps(exercise.code.strip())[1:-1] not in text
    assert "BEGIN SOLUTION" not in nbformat.writes(lesson)


# ------------------------------------------------------------------------------------- the checks


@EVERY
@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2))])
def test_the_solution_passes(name, seed):
    verdict = exercises.check(name, *answers_of(name, ALL[name][1].code), seed=seed)
    assert verdict.passed, verdict
    assert exercises.passed(name)


@pytest.mark.slow
@EVERY
def test_the_same_is_said_of_the_solution_whatever_the_inputs(name):
    """The notebooks of solutions are compared with their stored outputs."""
    solved = answers_of(name, ALL[name][1].code)
    assert len({repr(exercises.check(name, *solved, seed=seed)) for seed in range(4)}) == 1


@EVERY
def test_the_untouched_stub_does_not(name):
    verdict = exercises.check(name, *answers_of(name, ALL[name][1].stub))
    assert not verdict.passed, verdict
    assert not exercises.passed(name)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "code", "fragment"), list(wrong_answers()))
def test_a_mistake_gets_its_sentence(name, code, fragment):
    for seed in range(2):
        answers = answers_of(name, ALL[name][1].with_answer(code))
        verdict = exercises.check(name, *answers, seed=seed)
        assert verdict.passed is False, verdict
        assert fragment in verdict.text, verdict
        assert "The check cannot use" not in verdict.text, verdict


def test_every_exercise_has_its_mistakes():
    counts = dict.fromkeys(ALL, 0)
    for name, *_ in (case.values for case in wrong_answers()):
        counts[name] += 1
    assert {name: count for name, count in counts.items() if count < 2} == {}


CONSTANTS = (0, 1, -1, 0.5, 2.0, True, "", "a", [], [0], (), {}, np.zeros(3), np.ones((4, 1)))


def spied(function, results):
    """The function, with what it returns kept in a list."""

    def call(*arguments, **keywords):
        results.append(function(*arguments, **keywords))
        return results[-1]

    return call


@pytest.mark.slow
@EVERY
def test_no_constant_passes(name):
    solved = answers_of(name, ALL[name][1].code)
    results = []
    again = [spied(answer, results) if callable(answer) else answer for answer in solved]
    exercises.check(name, *again, seed=1)
    for constant in (*CONSTANTS, *results[:5]):
        tried = [(lambda value: lambda *a, **k: value)(constant) for _ in solved]
        if any(callable(answer) for answer in solved):
            mixed = [t if callable(s) else s for t, s in zip(tried, solved, strict=True)]
            assert not exercises.check(name, *mixed, seed=2).passed, constant
        else:
            assert not exercises.check(name, *[constant] * len(solved)).passed, constant


# -------------------------------------------------------------------------------------- the tools


@pytest.fixture
def toy():
    """An exercise of its own that adds two numbers, registered for the length of a test."""

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
    assert notes.read()[toy] == {"tries": 7, "passed": True}  # what was no answer does not count


def test_a_stranger_learns_what_exists():
    with pytest.raises(ValueError, match="expected the name of an exercise"):
        exercises.check("99.1", 1)
    with pytest.raises(ValueError, match=r"expected one of 02\.1, 02\.2"):
        exercises.check("02.77", 1)
    with pytest.raises(ValueError, match="expected a kind"):
        checking.exercise("02.98", "Title", "Riddle")
    with pytest.raises(ValueError, match="expected the number of a notebook"):
        exercises.progress("77")


def test_the_first_prediction_is_kept_and_the_truth_is_not_told():
    def check(guess):
        return checking.compare_prediction(
            guess, 0.25, "Because.", within=0.01, wrong=[(0.5, "Half?")]
        )

    assert check(0.25) == checking.Right("You predicted 0.25, and it is 0.25. Because.", 0.25)
    for guess, sentence in ((0.5, "Half?"), (0.1, "it is more"), (3, "it is less"), (True, "numb")):
        with pytest.raises(checking.Wrong, match=sentence) as error:
            check(guess)
        assert "0.25" not in str(error.value)
    notes.note("02.1", False, prediction=0.1, found=0.25)
    notes.note("02.1", True, prediction=0.25, found=0.25)
    entry = notes.read()["02.1"]
    assert entry == {"tries": 2, "passed": True, "prediction": 0.1, "found": 0.25}


def test_orders():
    rules = [("a", "b", "First a."), ("b", "c", "First b.")]
    for answer in ("abc", "A, B, C", ["a", "b", "c"]):
        checking.compare_order(answer, "abc", rules)
    for answer, sentence in (
        ("bac", "First a."),
        ("acb", "First b."),
        ("ab", "expected once"),
        ("aabc", "expected once"),
        ("", "expected once"),
        (3, "A string of letters"),
    ):
        with pytest.raises(checking.Wrong, match=sentence):
            checking.compare_order(answer, "abc", rules)
    for answer in ("cab", "acb", "abc"):  # every order that a rule allows
        checking.compare_order(answer, "abc", rules[:1])


def test_choices_with_their_reasons():
    wrong = {"b": "Not b."}
    assert checking.compare_choice(["A ", 3], "a", wrong) == [3]
    assert checking.compare_choice(["a", 3, 4], "a", wrong, reasons=2) == [3, 4]
    with pytest.raises(checking.Wrong, match="Not b"):
        checking.compare_choice(["B", 3], "a", wrong)
    for letter in ("c", "", 1, True):
        with pytest.raises(checking.Wrong, match="Choose one of a, b"):
            checking.compare_choice([letter, 3], "a", wrong)
    for answer in ("ab", [], ["a"], ["a", 1, 2], 3):
        with pytest.raises(checking.Wrong, match="A list of 2"):
            checking.compare_choice(answer, "a", wrong)


def test_a_broken_progress_file_is_kept_aside(tmp_path):
    for content in ("{", "[1]", '{"02.1": 3}', ""):
        (tmp_path / notes.FILE).write_text(content)
        assert notes.read() == {}
        assert (tmp_path / "ganlab_progress.broken.json").read_text() == content
    notes.note("02.1", True)
    assert notes.read()["02.1"]["passed"]


def test_the_overview_follows_the_file():
    widget = exercises.progress("02")
    assert "0 of" in widget.value
    notes.note("02.1", False, prediction=0.5, found=0.25)
    assert "predicted 0.5" in widget.value and "0.25" not in widget.value
    notes.note("02.1", True, prediction=0.25, found=0.25)
    assert "1 of" in widget.value and "predicted 0.5, found 0.25" in widget.value
    assert repr(widget) == "Progress in notebook 02"
    assert isinstance(exercises.progress(), overview.Progress)


def test_titles_are_escaped():
    known = [checking.Exercise("02.1", "a < b & c", "Fill the gap", check=None)]
    assert "a &lt; b &amp; c" in overview.table(known, {})
