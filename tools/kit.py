"""Build what a class gets, from the one source that the notebooks are.

``python -m tools.kit`` writes to dist/:

    student/    the course without solutions and outputs, so that a prediction is one
    teacher/    the course with solutions, teaching pages, slides, and the exercises as
                assignments of nbgrader

``python -m tools.kit archive`` packs student/ with every package it needs, for machines of this
kind that have no network.
"""

import argparse
import copy
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile

import nbformat

from ganlab import files
from tasks import Stop, Ticker, python_in, say, status_of
from tools import exercises, pages, series, slides

ROOT = series.ROOT
DIST = ROOT / "dist"
FOR_EVERYBODY = (
    *("ganlab", "classroom", "data", "docs", "tools"),
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
# What nbgrader keeps of a cell.
MARKS = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False}


def build():
    """Write both builds, each under another name first, and return their paths."""
    student, teacher = DIST / "student", DIST / "teacher"
    with pages.replaced(student) as folder:
        build_student(folder)
    with pages.replaced(teacher) as folder:
        build_teacher(folder)
    return student, teacher


def build_student(folder):
    """Write the course without solutions, outputs and the teacher's pages into a folder."""
    _copy(FOR_EVERYBODY, folder)
    for name in NOT_FOR_STUDENTS:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    (folder / "notebooks").mkdir()
    for path in series.lessons():
        series.write(for_students(series.read(path)), folder / "notebooks" / path.name)


def build_teacher(folder):
    """Write the whole course with slides and nbgrader's assignments into a folder."""
    _copy(FOR_EVERYBODY + FOR_TEACHERS, folder)
    slides.write(series.lessons(), folder / "slides")
    course = folder / "nbgrader"
    for path in series.solutions():
        assignment = course / "source" / path.stem
        assignment.mkdir(parents=True)
        series.write(as_assignment(series.read(path)), assignment / path.name)
    (course / "nbgrader_config.py").write_text(NBGRADER, encoding="utf-8")


def for_students(lesson):
    """Return a notebook without folded solutions and without outputs."""
    lesson = exercises.without_solutions(lesson)
    series.empty(lesson)
    return lesson


def as_assignment(solutions):
    """Return the exercises of a notebook of solutions as nbgrader wants them.

    Answers are cells that students change, checks are locked, give a point each and are
    repeated as a hidden test, which fails where the answer is not right.
    """
    book = copy.deepcopy(solutions)
    _, found = exercises.read(book)
    series.empty(book)
    for exercise in found:
        name = "exercise-" + exercise.name.replace(".", "-")
        exercise.solution.metadata["nbgrader"] = MARKS | {
            "grade_id": f"{name}-answer",
            "solution": True,
        }
        exercise.check.metadata["nbgrader"] = MARKS | {
            "grade_id": name,
            "grade": True,
            "locked": True,
            "points": 1,
        }
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


def archive():
    """Pack the student build with the packages that it needs, and return the path in a list."""
    student, _ = build()
    wheels = DIST / "wheels"
    with pages.replaced(wheels) as folder:
        _download(folder)
    path = DIST / "ganlab-student.zip"
    with (
        Ticker("packing"),
        files.replaced(path) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for source in sorted(student.rglob("*")):
            if source.is_file():
                packed.write(source, "ganlab/" + source.relative_to(student).as_posix())
        for source in sorted(wheels.iterdir()):  # compressed already
            packed.write(source, f"ganlab/wheels/{source.name}", zipfile.ZIP_STORED)
    return [path]


def _download(folder):
    """Fetch the locked packages for this Python and this kind of machine."""
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


def _copy(names, folder):
    for name in names:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=LEFT_OUT, dirs_exist_ok=True)
        else:
            shutil.copy2(source, target)


def _size(path):
    parts = [path] if path.is_file() else path.rglob("*")
    return f"{sum(part.stat().st_size for part in parts if part.is_file()) / 1e6:.0f} MB"


def main(arguments):
    parser = argparse.ArgumentParser(prog="tools.kit", description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="?", choices=("archive",))
    make = archive if parser.parse_args(arguments).what else build

    def timed():
        start = time.monotonic()
        for path in make():
            say(f"  {path.relative_to(ROOT).as_posix()}  {_size(path)}")
        say(f"Built in {time.monotonic() - start:.0f} s.")

    return status_of(timed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
