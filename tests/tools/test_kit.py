"""The builds for students and teachers: what is in them, and what must not be."""

import subprocess
import sys

import nbformat
import pytest

from tools import exercises, kit, series

EVERY_BOOK = pytest.mark.parametrize("path", series.solutions(), ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def student(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist") / "student"
    kit.build_student(folder)
    return folder


def test_students_get_no_solution_and_no_output(student):
    books = sorted((student / "notebooks").glob("*.ipynb"))
    assert [path.name for path in books] == [path.name for path in series.lessons()]
    for path in books:
        book = nbformat.read(path, as_version=4)
        nbformat.validate(book)
        assert not any(cell.get("outputs") for cell in book.cells), path
        text = nbformat.writes(book)
        assert "<summary>Solution</summary>" not in text and exercises.FOLD not in text
        assert "<summary>Hint 3</summary>" in text
        solved = exercises.read(series.read(series.NOTEBOOKS / "solutions" / path.name))[1]
        sources = "\n".join(cell.source for cell in book.cells)
        assert all(exercise.explanation.source.strip() not in sources for exercise in solved)
        assert all(exercise.stub in sources for exercise in solved)


def test_students_get_no_page_of_the_teacher(student):
    names = {path.relative_to(student).as_posix() for path in student.rglob("*")}
    assert {"tasks.py", "ganlab/training.py", "classroom/bands.py", "LICENSE"} <= names
    assert "data/weights/digits.npz" in names
    for part in ("teach", "solutions", "wrong_answers", "tests", "progress.json", "__pycache__"):
        assert not [name for name in names if part in name.split("/")[-1] or f"/{part}/" in name]


@pytest.mark.slow
def test_students_can_import_and_load_everything(student):
    program = """
import importlib, pathlib, pkgutil
for package in map(importlib.import_module, ("ganlab", "classroom")):
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(found.name)
        assert pathlib.Path.cwd() in pathlib.Path(module.__file__).parents, module
from classroom import bands, failures
from ganlab import datasets, evaluation
datasets.load("digits"), evaluation.features.load(), failures.load_table(), bands.load("05")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=student, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@EVERY_BOOK
def test_an_assignment_has_what_nbgrader_asks_for(path):
    book = kit.as_assignment(series.read(path))
    _, solved = exercises.read(series.read(path))
    marks = [cell.metadata.nbgrader for cell in book.cells if "nbgrader" in cell.metadata]
    assert len({mark.grade_id for mark in marks}) == len(marks) == 2 * len(solved)
    assert sum(mark.get("points", 0) for mark in marks) == len(solved)
    for cell in book.cells:
        mark = cell.metadata.get("nbgrader", {})
        assert ("### BEGIN SOLUTION" in cell.source) == bool(mark.get("solution"))
        assert ("### BEGIN HIDDEN TESTS" in cell.source) == bool(mark.get("grade"))
        assert not cell.get("outputs")
    assert book.cells[0].source.startswith("# Exercises of ")
    sources = "\n".join(cell.source for cell in book.cells)
    assert all(exercise.explanation.source not in sources for exercise in solved)
