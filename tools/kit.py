"""Builds what a class gets, from the one source that the notebooks are.

``python -m tools.kit`` writes to dist/:

    student/    the course without solutions and outputs, so that a prediction is one
    teacher/    the course with solutions, teaching pages, slides, and the exercises as
                assignments of nbgrader

``python -m tools.kit archive`` packs student/ with every package it needs, for machines of this
kind that have no network.
"""

import argparse
import contextlib
import copy
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile

import nbformat

from tasks import Stop, Ticker, python_in, say
from tools import exercises, series, slides

ROOT = series.ROOT
DIST = ROOT / "dist"
FOR_EVERYBODY = (
    *("ganlab", "data", "docs", "tools"),
    "benchmarks/results/failures.json",  # what notebook 08 draws
    *("tasks.py", "pyproject.toml", "requirements.lock", "environment.yml"),
    *("README.md", "LICENSE", "CITATION.cff", "CHANGELOG.md", "CONTRIBUTING.md"),
)
FOR_TEACHERS = ("notebooks", "tests", "benchmarks", "conftest.py")  # and all of the above
NOT_FOR_STUDENTS = ("docs/teaching", "docs/teachers.md", "tools/kit.py")
LEFT_OUT = shutil.ignore_patterns(
    "__pycache__", ".ipynb_checkpoints", "ganlab_progress*.json", "*.pyc", "*.egg-info"
)
NBGRADER = """\
# nbgrader generate_assignment 01_image_generation    makes what the students get
# nbgrader autograde 01_image_generation              runs what they gave back
c = get_config()
c.CourseDirectory.course_id = "ganlab"
c.ClearSolutions.begin_solution_delimeter = "BEGIN SOLUTION"
c.ClearSolutions.end_solution_delimeter = "END SOLUTION"
c.ClearSolutions.code_stub = {"python": "...  # your answer"}
c.ExecutePreprocessor.timeout = 300
"""


def build():
    """Writes both builds, each under another name first, and returns their paths."""
    student, teacher = DIST / "student", DIST / "teacher"
    with replaced(student) as folder:
        build_student(folder)
    with replaced(teacher) as folder:
        build_teacher(folder)
    return student, teacher


def build_student(folder):
    """Writes the course without solutions, outputs and the teacher's pages into a folder."""
    _copy(FOR_EVERYBODY, folder)
    for name in NOT_FOR_STUDENTS:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    (folder / "notebooks").mkdir()
    for path in lessons():
        series.write(for_students(series.read(path)), folder / "notebooks" / path.name)


def build_teacher(folder):
    """Writes the whole course with slides and nbgrader's assignments into a folder."""
    _copy(FOR_EVERYBODY + FOR_TEACHERS, folder)
    slides.write(lessons(), folder / "slides")
    course = folder / "nbgrader"
    for path in sorted((series.NOTEBOOKS / "solutions").glob("[0-9][0-9]_*.ipynb")):
        assignment = course / "source" / path.stem
        assignment.mkdir(parents=True)
        series.write(as_assignment(series.read(path)), assignment / path.name)
    (course / "nbgrader_config.py").write_text(NBGRADER, encoding="utf-8")


def for_students(lesson):
    """A notebook without folded solutions and without outputs."""
    lesson = exercises.without_solutions(lesson)
    for cell in lesson.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return lesson


def as_assignment(solutions):
    """The exercises of a notebook of solutions as nbgrader wants them.

    Answers are cells that students change, checks are locked, give a point each and are
    repeated as a hidden test, which fails where the answer is not right.
    """
    book = copy.deepcopy(solutions)
    _, found = exercises.read(book)
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    for exercise in found:
        name = "exercise-" + exercise.name.replace(".", "-")
        exercise.solution.metadata["nbgrader"] = _marks(f"{name}-answer", solution=True)
        exercise.check.metadata["nbgrader"] = _marks(name, grade=True, locked=True, points=1)
        exercise.check.source += (
            f"\n### BEGIN HIDDEN TESTS\nassert {exercise.check.source}.passed\n"
            "### END HIDDEN TESTS"
        )
    explanations = {id(exercise.explanation) for exercise in found}
    title = book.cells[0]
    book.cells = [cell for cell in book.cells if id(cell) not in explanations]
    title.source = title.source.replace("# Solutions to ", "# Exercises of ").split("\n\n")[0]
    nbformat.validate(book)
    return book


def _marks(name, *, grade=False, solution=False, locked=False, points=None):
    marks = {
        "schema_version": 3,
        "grade_id": name,
        "grade": grade,
        "solution": solution,
        "locked": locked,
        "task": False,
    }
    if points is not None:
        marks["points"] = points
    return marks


def archive():
    """Packs the student build with the packages that it needs; returns the path."""
    student, _ = build()
    wheels = DIST / "wheels"
    with replaced(wheels) as folder:
        _download(folder)
    path = DIST / "ganlab-student.zip"
    new = path.with_suffix(".new")
    with Ticker("packing"), zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as file:
        for source in sorted(student.rglob("*")):
            if source.is_file():
                file.write(source, "ganlab/" + source.relative_to(student).as_posix())
        for source in sorted(wheels.iterdir()):  # compressed already
            file.write(source, f"ganlab/wheels/{source.name}", zipfile.ZIP_STORED)
    os.replace(new, path)
    return path


def _download(folder):
    """Fetches the locked packages for this Python and this kind of machine."""
    base = getattr(sys, "_base_executable", None) or sys.executable
    with tempfile.TemporaryDirectory() as scratch:  # .venv has no pip where uv made it
        pip = [python_in(scratch), "-m", "pip", "download", "--quiet", "--no-deps"]
        pip += ["--only-binary", ":all:", "--disable-pip-version-check"]
        pip += ["-d", str(folder), "-r", str(ROOT / "requirements.lock")]
        with Ticker("downloading packages"):
            subprocess.run([base, "-m", "venv", scratch], check=True)
            done = subprocess.run(pip, capture_output=True, text=True)
    if done.returncode:
        last = "".join((done.stderr or done.stdout).strip().splitlines()[-1:])
        raise Stop(f"The packages could not be downloaded: {last}")


def lessons():
    """Returns the paths of the notebooks that are not solutions."""
    return [path for path in series.notebooks() if path.parent == series.NOTEBOOKS]


def _copy(names, folder):
    for name in names:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=LEFT_OUT, dirs_exist_ok=True)
        else:
            shutil.copy2(source, target)


@contextlib.contextmanager
def replaced(path):
    """An empty folder that takes the place of the older one once everything is in it."""
    new = path.with_name(f".{path.name}-{os.getpid()}")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        yield new
        shutil.rmtree(path, ignore_errors=True)
        os.replace(new, path)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _size(path):
    files = [path] if path.is_file() else path.rglob("*")
    return f"{sum(file.stat().st_size for file in files if file.is_file()) / 1e6:.0f} MB"


def main(arguments):
    parser = argparse.ArgumentParser(prog="tools.kit", description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="?", choices=("archive",))
    start = time.monotonic()
    try:
        paths = [archive()] if parser.parse_args(arguments).what else build()
    except Stop as stop:
        sys.exit(str(stop))
    for path in paths:
        say(f"  {path.relative_to(ROOT).as_posix()}  {_size(path)}")
    say(f"Built in {time.monotonic() - start:.0f} s.")


if __name__ == "__main__":
    main(sys.argv[1:])
