"""Solutions pass, stubs do not, mistakes get their sentence, and no constant gets through.

The answers that are wrong stand beside this file, in wrong_answers/notebook_NN.py; what is right
besides the solutions stands in right_answers.py.
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
from classroom.exercises import checking
from classroom.exercises.progress import read
from tools import exercises as weaving
from tools import series

SOLUTIONS = sorted((series.NOTEBOOKS / "solutions").glob("[0-9][0-9]_*.ipynb"))
BOOKS = {path: weaving.read(series.read(path)) for path in SOLUTIONS}
ALL = {e.name: (imports, e) for imports, found in BOOKS.values() for e in found}
EVERY = pytest.mark.parametrize("name", ALL)
EVERY_BOOK = pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)


HERE = Path(__file__).parent
RIGHT = runpy.run_path(HERE / "right_answers.py")["RIGHT"]


def wrong_answers():
    """Yields (name, code, fragment of the sentence) of every listed mistake."""
    for number in sorted({name[:2] for name in ALL}):
        path = HERE / "wrong_answers" / f"notebook_{number}.py"
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
    assert read()[name]["passed"]


@pytest.mark.slow
@EVERY
def test_the_same_is_said_of_the_solution_whatever_the_inputs(name):
    """The notebooks of solutions are compared with their stored outputs."""
    solved = answers_of(name, ALL[name][1].code)
    assert len({repr(exercises.check(name, *solved, seed=seed)) for seed in range(4)}) == 1


@EVERY
def test_the_untouched_stub_does_not(name):
    verdict = exercises.check(name, *answers_of(name, ALL[name][1].stub))
    assert verdict.passed is None, verdict
    assert not read()  # "Run All Cells" is no try


def verdicts(name, code):
    """Yields what is said of an answer, with many inputs where answers vary: no luck decides."""
    trains = name in ("05.8", "06.7")  # for a second each time
    answers = answers_of(name, ALL[name][1].with_answer(code))
    for seed in range(2 if name not in RIGHT else 5 if trains else 100):
        yield exercises.check(name, *answers, seed=seed)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "code"), [(name, code) for name, codes in RIGHT.items() for code in codes]
)
def test_another_right_answer_passes_whatever_the_inputs(name, code):
    for verdict in verdicts(name, code):
        assert verdict.passed, verdict


@pytest.mark.slow
@pytest.mark.parametrize(("name", "code", "fragment"), list(wrong_answers()))
def test_a_mistake_gets_its_sentence(name, code, fragment):
    for verdict in verdicts(name, code):
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
