"""The builds for students and teachers: what is in them, and what must not be."""

import ast
import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile

import nbformat
import pytest

import tasks
from tasks import Stop
from tools import exercises, kit, series

EVERY_BOOK = pytest.mark.parametrize("path", series.solutions(), ids=lambda path: path.stem)


REPOSITORY = pytest.mark.skipif(
    not (shutil.which("git") and (series.ROOT / ".git").exists()), reason="this is no repository"
)


@pytest.fixture(scope="module")
def student(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist") / "student"
    kit.build_student(folder)
    return folder


@REPOSITORY
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


@REPOSITORY
def test_students_get_no_page_of_the_teacher(student):
    names = {path.relative_to(student).as_posix() for path in student.rglob("*")}
    assert {"tasks.py", "ganlab/training/gan.py", "classroom/bands.py", "LICENSE"} <= names
    assert {"LICENSE-CC-BY-4.0", "CODE_OF_CONDUCT.md", "docs/license.md"} <= names
    assert "data/weights/digits.npz" in names
    for part in ("teach", "solutions", "wrong_answers", "tests", "progress.json", "__pycache__"):
        assert not [name for name in names if part in name.split("/")[-1] or f"/{part}/" in name]


@REPOSITORY
def test_students_see_no_answer_before_they_have_predicted(student):
    """The question, a place to write, and the answer behind a click, in this order."""
    for path in sorted((student / "notebooks").glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        lesson = "\n".join(cell.source for cell in cells).split("\n## Exercises", 1)[0]
        asked = lesson.split("**Predict.**")[1:]
        assert asked, path
        for part in asked:
            place = part.index("*Your prediction (double-click here and write):*")
            answer = part.index("<details><summary>Answer</summary>")
            assert place < answer < part.index("</details>"), part
        for cell in cells:  # whoever writes into it sees its source, folded parts too
            _, *below = cell.source.split("*Your prediction (double-click here and write):*")
            assert not any("<summary>Answer" in text for text in below), cell.source


def links_of(path):
    """Yields the relative links of a page or a notebook, without the part after #."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = nbformat.reads(text, as_version=4).cells
        text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    found = re.findall(r"\]\(([^)\s]+)\)|(?:href|src)=\"([^\"]+)\"", text)
    for target in (a or b for a, b in found):
        if target.split("#")[0] and not re.match(r"[a-z]+:", target):
            yield target.split("#")[0]


@REPOSITORY
def test_a_link_of_the_student_build_leads_somewhere(student):
    pages = [*student.rglob("*.md"), *student.rglob("*.ipynb")]
    links = [(path, link) for path in pages for link in links_of(path)]
    assert len(links) > 20
    assert [
        (path.name, link)
        for path, link in links
        if not (path.parent / link).exists()
        or student.resolve() not in (path.parent / link).resolve().parents
    ] == []


@REPOSITORY
def test_the_student_build_speaks_of_what_is_in_it(student):
    text = (student / "README.md").read_text(encoding="utf-8")
    assert "This is the student build" in text
    for command in re.findall(r"tasks\.py\s+(\w+)", text):
        assert command in tasks.COMMANDS and command not in tasks.NOT_FOR_STUDENTS
    rows = re.findall(r"^\| `([\w/]+)` \|", text.split("| folder |")[1].split("\n\n")[0], re.M)
    assert {"notebooks", "ganlab", "docs"} <= set(rows)
    assert all((student / name).exists() for name in rows)
    about, rest = text.split("\n\n**A course", 1)
    assert "without solutions" in about and "solution" not in rest and "teacher" not in rest
    for path in (student / "notebooks").glob("*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        how = next(cell.source for cell in cells if cell.source.startswith(exercises.HEADING))
        assert "Hints open with a click" in how and "solution" not in how


@REPOSITORY
@pytest.mark.parametrize("command", ["kit", "archive"])
def test_the_student_build_refuses_to_build_itself(student, command):
    program = [sys.executable, "tasks.py", command]
    done = subprocess.run(program, cwd=student, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip() == (
        f"This is the student build: the command {command} needs the whole project."
    )
    assert not list(student.glob(".venv*"))


@REPOSITORY
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
    assert len({mark.grade_id for mark in marks}) == len(marks) == 2 * len(solved) + 1
    assert sum(mark.get("points", 0) for mark in marks) == len(solved)
    for cell in book.cells:
        if cell.cell_type == "code":  # all that runs is an answer, or put back before it runs
            assert cell.metadata.nbgrader.solution != cell.metadata.nbgrader.locked
        mark = cell.metadata.get("nbgrader", {})
        assert ("### BEGIN SOLUTION" in cell.source) == bool(mark.get("solution"))
        assert ("### BEGIN HIDDEN TESTS" in cell.source) == bool(mark.get("grade"))
        assert not cell.get("outputs")
    assert book.cells[0].source.startswith("# Exercises of ")
    assert "Write where the dots are." in book.cells[0].source and "hand in" in book.cells[0].source
    sources = "\n".join(cell.source for cell in book.cells)
    assert all(exercise.explanation.source not in sources for exercise in solved)


@EVERY_BOOK
def test_what_nbgrader_hands_out_has_one_gap_for_each_answer(path):
    """It puts its own stub in the place of each solution, indented as the first comment is."""
    config = configured()
    stub = config.ClearSolutions.code_stub["python"]
    begin, end = (
        getattr(config.ClearSolutions, f"{name}_solution_delimeter") for name in ("begin", "end")
    )
    book, solved = kit.as_assignment(series.read(path)), exercises.read(series.read(path))[1]
    answers = [cell for cell in book.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    for cell, exercise in zip(answers, solved, strict=True):
        assert cell.source.count(begin) == cell.source.count(end) == 1
        cleared = re.sub(rf"(?ms)^([ \t]*)### {begin}\n.*?### {end}$", rf"\1{stub}", cell.source)
        ast.parse(cleared)
        lines = [line for line in cleared.splitlines() if line.strip()]
        assert lines == [line for line in exercise.stub.splitlines() if line.strip()]
        assert cleared.count("...") == exercise.stub.count("...")


def test_an_assignment_lies_where_nbgrader_looks():
    """source/ASSIGNMENT/NOTEBOOK.ipynb becomes submitted/STUDENT/ASSIGNMENT/NOTEBOOK.ipynb."""
    assert re.search(rf"submitted/STUDENT/{series.solutions()[0].stem}/", kit.NBGRADER)
    running = (series.ROOT / "docs" / "teaching" / "running.md").read_text(encoding="utf-8")
    for name in re.findall(r"nbgrader (?:generate_assignment|autograde) (\w+)", running):
        assert (series.NOTEBOOKS / "solutions" / f"{name}.ipynb").exists()
        for folder in (f"release/{name}/{name}.ipynb", f"submitted/ann/{name}/{name}.ipynb"):
            assert folder in running


def configured():
    """Returns what the file of settings for nbgrader sets."""

    class Config:
        def __getattr__(self, name):
            return self.__dict__.setdefault(name, Config())

    config = Config()
    exec(kit.NBGRADER, {"get_config": lambda: config})
    return config


def test_what_a_submission_may_bring():
    """A module beside a notebook would be imported in the place of the real one."""
    ignore = shutil.ignore_patterns(*configured().CourseDirectory.ignore)
    kept = {"02_gan_loss.ipynb", "picture.png", "notes.txt"}
    left = {
        *("ganlab", "classroom", "ganlab.py", "numpy.py", "random.cpython-312-x86_64-linux-gnu.so"),
        *("sitecustomize.pyc", "tasks.pyd", "x.pth", "ipython_config.py", "ipython_config.json"),
        *("ganlab_progress.json", ".ipython", ".ipynb_checkpoints", "__pycache__", "matplotlibrc"),
    }
    assert ignore("", sorted(kept | left)) == left


# --------------------------------------------------------------------------------- what is tracked


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository with a folder of tracked files and a few that are not."""
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    root, outside = tmp_path / "project", tmp_path / "outside"
    for folder in (root / "part" / "deep", outside):
        folder.mkdir(parents=True)
    for name in ("part/a.txt", "part/deep/b \u00e9.txt", "one.md"):
        (root / name).write_text(name, encoding="utf-8")
    (outside / "grades.csv").write_text("secret")
    monkeypatch.setattr(kit, "ROOT", root)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=root, check=True)
    return root


def copied(root, names, **settings):
    kit._copy(names, root.parent / "copy", **settings)
    found = (path for path in (root.parent / "copy").rglob("*") if path.is_file())
    return {path.relative_to(root.parent / "copy").as_posix() for path in found}


def test_a_kit_holds_what_is_tracked(repository):
    (repository / "part" / ".env").write_text("secret")
    (repository / "part" / "grades.csv").write_text("secret")
    (repository / "part" / "link.csv").symlink_to(repository.parent / "outside" / "grades.csv")
    (repository / "part" / "folder").symlink_to(repository.parent / "outside")
    assert copied(repository, ["part", "one.md"]) == {
        "part/a.txt",
        "part/deep/b \u00e9.txt",
        "one.md",
    }


def test_a_kit_leaves_out_a_folder_but_not_its_namesakes(repository):
    (repository / "part" / "deeper.txt").write_text("kept")
    subprocess.run(["git", "add", "."], cwd=repository, check=True)
    found = copied(repository, ["part"], without=["part/deep"])
    assert found == {"part/a.txt", "part/deeper.txt"}


@pytest.mark.parametrize("kind", ["a file", "a folder", "a tracked link", "missing"])
def test_a_kit_follows_no_link(repository, kind):
    outside = repository.parent / "outside"
    if kind == "a folder":
        shutil.rmtree(repository / "part" / "deep")
        (outside / "b \u00e9.txt").write_text("secret")
        (repository / "part" / "deep").symlink_to(outside)
    else:
        (repository / "part" / "a.txt").unlink()
        if kind != "missing":
            (repository / "part" / "a.txt").symlink_to(outside / "grades.csv")
        if kind == "a tracked link":
            subprocess.run(["git", "add", "."], cwd=repository, check=True)
    with pytest.raises(Stop, match="missing or a link"):
        kit.tracked(["part"])


def test_a_kit_is_refused_where_nothing_says_what_is_tracked(repository, tmp_path, monkeypatch):
    with pytest.raises(Stop, match="nothing of other"):
        kit.tracked(["part", "other"])
    (repository / "other").mkdir()
    (repository / "other" / "draft.md").write_text("no")
    with pytest.raises(Stop, match="nothing of other: `git add` it"):
        kit.tracked(["other"])
    shutil.rmtree(repository / ".git")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    with pytest.raises(Stop, match="cannot say what that is: .*not a git repository"):
        kit.tracked(["part"])
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Stop, match="git cannot be started"):
        kit.tracked(["part"])


def test_the_hashes_of_an_archive_are_those_of_its_wheels(tmp_path):
    (tmp_path / "ml_dtypes-0.5.1-cp312-cp312-linux_x86_64.whl").write_bytes(b"one")
    (tmp_path / "absl_py-2.5.1-1-py3-none-any.whl").write_bytes(b"two")
    (tmp_path / "notes.txt").write_bytes(b"no wheel")
    one, two = (hashlib.sha256(content).hexdigest() for content in (b"one", b"two"))
    assert kit.hashes(tmp_path).splitlines() == [
        f"./wheels/absl_py-2.5.1-1-py3-none-any.whl --hash=sha256:{two}",
        f"./wheels/ml_dtypes-0.5.1-cp312-cp312-linux_x86_64.whl --hash=sha256:{one}",
    ]


def test_an_archive_tells_its_sum(tmp_path, monkeypatch, capsys):
    student = tmp_path / "student"
    student.mkdir()
    (student / "tasks.py").write_text("")
    monkeypatch.setattr(kit, "DIST", tmp_path)
    monkeypatch.setattr(kit, "build", lambda: (student, None))
    monkeypatch.setattr(kit, "_download", lambda folder: (folder / "a-1-b.whl").write_bytes(b"w"))
    (path,) = kit.archive()
    assert f"sha256 of {path.name}: {hashlib.sha256(path.read_bytes()).hexdigest()}" in (
        capsys.readouterr().out
    )
    with zipfile.ZipFile(path) as packed:
        assert sorted(packed.namelist()) == [
            "ganlab/tasks.py", "ganlab/wheels/a-1-b.whl", "ganlab/wheels/requirements.txt",
        ]  # fmt: skip
