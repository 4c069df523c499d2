"""An answer that another exercise left in its variable, in a real IPython."""

import builtins

import pytest
from IPython.core.interactiveshell import InteractiveShell

from classroom.exercises import stale
from classroom.exercises.progress import read


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Executes cells as a kernel does and returns what the last one shows."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setattr(stale, "_taken", {})
    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    shell.displayhook.write_format_data = lambda *_: None  # nothing on the terminal
    shell.reset()

    def execute(*cells):
        for cell in ("from classroom import exercises", *cells):
            result = shell.run_cell(cell, store_history=True)
            result.raise_error()
        return result.result

    yield execute
    InteractiveShell.clear_instance()
    for name in ("get_ipython", "display"):
        if hasattr(builtins, name):
            delattr(builtins, name)


def check(name, variable="guess"):
    return f'exercises.check("{name}", {variable})'


def test_an_answer_to_another_exercise_is_not_taken(run):
    run("guess = 0.25", check("02.1"))
    verdict = run(check("02.6"))
    assert verdict.passed is None
    assert "`guess` still holds your answer to 02.1. Run the cell" in verdict.text
    assert set(read()) == {"02.1"}
    assert run(check("02.6")).passed is None  # asking again changes nothing
    assert run("guess = 0.5", check("02.6")).passed is False
    assert read()["02.6"]["prediction"] == 0.5
    assert "your answer to 02.6" in run(check("02.1")).text  # and the other way round


@pytest.mark.parametrize("first", [1, "'bac'", True])
def test_an_equal_answer_of_its_own_is_taken(run, first):
    """Small numbers and short texts are one object in Python, wherever they are written."""
    run(f"guess = {first}", check("02.1"))
    assert run(f"guess = {first}", check("02.6")).passed is False


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("seen = ['b', 3, 4]", "%%time\nseen[1] = 5"),
        ("seen = ['b', 3, 4]", "seen[1] = 5"),
        ("seen = ['b', 3, 4]", "seen.reverse()"),
        ("seen = ['b', 3, 4]", "seen += [5]"),
        ("seen = max", "from builtins import max as seen"),
        ("seen = 1", "for seen in range(2):\n    pass"),
        ("seen = 1", "def seen():\n    return 1"),
    ],
)
def test_whatever_sets_an_answer_counts(run, first, again):
    run(first, check("02.7", "seen"))
    assert run(check("03.7", "seen")).passed is None
    assert run(again, check("03.7", "seen")).passed is not None


def test_what_only_looks_at_an_answer_does_not(run):
    run("guess = 0.25", check("02.1"))
    assert run("print", "guess == 1", "other = guess", check("02.6")).passed is None


def test_what_was_written_into_the_call_is_taken(run):
    run("guess = 0.25", check("02.1"))
    assert run('exercises.check("02.6", 0.25)').passed is False


def test_what_was_set_by_other_means_is_taken(run):
    run("guess = 0.25", check("02.1"))
    assert run("globals().update(guess=0.3)", check("02.6")).passed is False


def test_two_exercises_can_share_a_cell(run):
    both = ["guess = 1", check("02.1"), "guess = 1", check("02.6")]
    assert run("\n".join(both)).passed is False


def test_the_same_exercise_can_be_checked_again(run):
    run("guess = 0.3", check("02.1"))
    assert run(check("02.1")).passed is False
    assert read()["02.1"]["tries"] == 2


def test_an_untouched_notebook_remembers_nothing(run):
    run("guess = ...", check("02.1"), "guess = ...", check("02.6"))
    assert run("guess = 0.25", check("02.1")).passed
    assert run(check("02.6")).passed is None


def test_a_namespace_that_was_emptied(run):
    run("guess = 1", check("02.1"), "%reset -f in")
    assert run("guess = 1", check("02.6")).passed is False
