"""Build what a class gets, from the one source that the notebooks are.

``python -m tools.kit`` writes to dist/:

    student/    the course without solutions and outputs, so that a prediction is one
    teacher/    the course with solutions, teaching pages, slides, and the exercises as
                assignments of nbgrader

``python -m tools.kit archive`` packs student/ with every package it needs and their hashes, for
machines of this kind that have no network.

Only what git tracks goes into a build: no grades, keys or drafts that lie beside it.
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
from tasks import HASHES, Stop, Ticker, python_in, say, status_of
from tools import exercises, pages, series, slides

ROOT = series.ROOT
DIST = ROOT / "dist"
FOR_EVERYBODY = (
    *("ganlab", "classroom", "data", "docs", "tools"),
    *("tasks.py", "pyproject.toml", "requirements.lock", "environment.yml"),
    *("README.md", "LICENSE", "CITATION.cff", "CHANGELOG.md", "CONTRIBUTING.md"),
)
FOR_TEACHERS = ("notebooks", "tests", "benchmarks", "conftest.py")  # and all of the above
NOT_FOR_STUDENTS = ("docs/teaching", "docs/teachers.md", "tools/kit.py", "tools/plans.py")
NBGRADER = """\
# nbgrader generate_assignment 01_image_generation    makes what the students get
# nbgrader autograde 01_image_generation              RUNS what they gave back: in a container
c = get_config()
c.CourseDirectory.course_id = "ganlab"
c.ClearSolutions.begin_solution_delimeter = "BEGIN SOLUTION"
c.ClearSolutions.end_solution_delimeter = "END SOLUTION"
c.ClearSolutions.code_stub = {"python": "...  # your answer"}
c.ExecutePreprocessor.timeout = 300
# Of what students give back only notebooks and pictures count: the rest could stand in the place
# of a module, or change how the kernel starts.
c.CourseDirectory.ignore = [
    ".*", "__pycache__", "feedback", "ganlab", "classroom",
    "*.py", "*.pyc", "*.pyd", "*.so", "*.dll", "*.dylib", "*.pth", "*.json", "matplotlibrc",
]
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
    _copy(FOR_EVERYBODY, folder, without=NOT_FOR_STUDENTS)
    (folder / "notebooks").mkdir()
    for path in _tracked_only(series.lessons()):
        series.write(for_students(series.read(path)), folder / "notebooks" / path.name)


def build_teacher(folder):
    """Write the whole course with slides and nbgrader's assignments into a folder."""
    _copy(FOR_EVERYBODY + FOR_TEACHERS, folder)
    slides.write(_tracked_only(series.lessons()), folder / "slides")
    course = folder / "nbgrader"
    for path in _tracked_only(series.solutions()):
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

    Answers are cells that students change; imports and checks are locked: nbgrader puts them back
    as they were. A check gives a point and is repeated as a hidden test, which fails where the
    answer is not right.
    """
    book = copy.deepcopy(solutions)
    imports, found = exercises.read(book)
    series.empty(book)
    imports.metadata["nbgrader"] = MARKS | {"grade_id": "imports", "locked": True}
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
            f"\n### BEGIN HIDDEN TESTS\nassert {exercise.check.source}.passed\n### END HIDDEN TESTS"
        )
    explanations = {id(exercise.explanation) for exercise in found}
    title = book.cells[0]
    book.cells = [cell for cell in book.cells if id(cell) not in explanations]
    title.source = title.source.replace("# Solutions to ", "# Exercises of ").split("\n\n")[0]
    nbformat.validate(book)
    return book


def archive():
    """Pack the student build with the packages that it needs, and return the path in a list.

    The archive says what its packages are, by their hashes; its own sum is for those who carry it.
    """
    student, _ = build()
    wheels = DIST / "wheels"
    with pages.replaced(wheels) as folder:
        _download(folder)
        (folder / HASHES).write_text(hashes(folder), encoding="utf-8", newline="\n")
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
    say(f"  sha256 of {path.name}: {files.sha256(path)}")
    return [path]


def hashes(folder):
    """Return the wheels of a folder with their sums, as requirements that pip holds them to.

    By their paths: by name and version, pip would choose among all that lies in the folder.
    """
    wheels = sorted(folder.glob("*.whl"))
    lines = (f"./wheels/{path.name} --hash=sha256:{files.sha256(path)}\n" for path in wheels)
    return "".join(lines)


def _download(folder):
    """Fetch the locked packages for this Python and this kind of machine."""
    base = getattr(sys, "_base_executable", None) or sys.executable
    with tempfile.TemporaryDirectory() as scratch:  # .venv has no pip where uv made it
        pip = [python_in(scratch), "-m", "pip", "download", "--quiet", "--no-deps"]
        pip += ["--only-binary", ":all:", "--disable-pip-version-check"]
        pip += ["-d", str(folder), "-r", str(ROOT / "requirements.lock")]
        with Ticker("downloading packages"):
            _ask([base, "-m", "venv", scratch], "The packages could not be downloaded")
            _ask(pip, "The packages could not be downloaded")


def _ask(command, failed):
    """Return what a program prints; raise Stop with its last words where it fails."""
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, encoding="utf-8", errors="replace"
        )
    except OSError as error:
        raise Stop(f"{failed}: {command[0]} cannot be started ({error.strerror}).") from error
    if done.returncode:
        last = "".join((done.stderr or done.stdout).strip().splitlines()[-1:])
        raise Stop(f"{failed}: {last}")
    return done.stdout


def tracked(names):
    """Return the files that git tracks among some files and folders of the project.

    Parameters
    ----------
    names : sequence of str
        Relative to the project.

    Returns
    -------
    list of str
        Relative to the project, with slashes.

    Raises
    ------
    Stop
        Where this is no repository, a name has no tracked file, or one is missing or a link.
    """
    git = ["git", "ls-files", "-z", "--", *names]
    found = _ask(git, "A kit holds what git tracks, and git cannot say what that is").split("\0")
    found = [name for name in found if name]
    for name in names:
        if not any(path == name or path.startswith(f"{name}/") for path in found):
            raise Stop(f"A kit holds what git tracks, and that is nothing of {name}: `git add` it.")
    for name in found:
        path = ROOT / name
        # Resolved, a link on the way to it would lead elsewhere.
        if path.resolve() != ROOT.resolve() / name or not path.is_file():
            raise Stop(f"A kit holds files, and {name} is missing or a link: restore it.")
    return found


def _tracked_only(paths):
    names = set(tracked(["notebooks"]))
    return [path for path in paths if path.relative_to(ROOT).as_posix() in names]


def _copy(names, folder, without=()):
    for name in tracked(names):
        if not any(name == part or name.startswith(f"{part}/") for part in without):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


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
