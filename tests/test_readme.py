"""What the README says about notebooks, modules and commands is true."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import tasks
from tools import marks, prose, series

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8") if README.exists() else ""
LESSONS = series.lessons()


def rows():
    """Returns the cells of every row of every table in the README."""
    lines = [line.strip() for line in TEXT.splitlines() if line.strip().startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def code():
    """Yields the lines of the code blocks and the pieces of code in the text."""
    for block in re.findall(r"```\w*\n(.*?)```", TEXT, re.DOTALL):
        yield from (line.split("#")[0].strip() for line in block.splitlines())
    yield from re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", TEXT, flags=re.DOTALL))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_table_names_every_notebook_with_its_title_and_minutes(path):
    header = prose.read_header(nbformat.read(path, as_version=4))
    mine = [row for row in rows() if any(f"notebooks/{path.name}" in cell for cell in row)]
    assert len(mine) == 1, f"one row with a link to notebooks/{path.name}"
    assert any(header.title in cell for cell in mine[0]), header.title
    assert any(re.match(rf"{header.minutes}\b", cell) for cell in mine[0]), header.minutes


def test_the_table_names_no_other_notebook():
    named = set(re.findall(r"notebooks/(\d\d_\w+\.ipynb)", TEXT))
    assert named == {path.name for path in LESSONS}


def test_its_tasks_exist():
    used = {line.split("tasks.py", 1)[1].split()[:1][0] for line in code() if "tasks.py " in line}
    assert {"run", "test"} <= used <= set(tasks.COMMANDS)


def test_its_command_lines_are_understood():
    """Each option of `python -m ganlab ...` in the README is one that the command knows."""
    lines = {line for line in code() if "-m ganlab " in line}
    assert lines, "a command line of the package"
    for line in lines:
        command, *rest = shlex.split(line.split("-m ganlab ", 1)[1])
        program = [sys.executable, "-m", "ganlab", command, "--help"]
        done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, line
        for option in (word.split("=")[0] for word in rest if word.startswith("--")):
            assert re.search(rf"{option}\b", done.stdout), f"{option} in {line}"


def test_its_numbers_are_the_recorded_ones():
    """`python -m benchmarks.summary` writes them."""
    from benchmarks import summary  # loads TensorFlow

    assert marks.within(TEXT, "measured") == summary.table()


def test_its_links_and_pictures_exist():
    targets = re.findall(r"\]\(([^)\s]+)\)", TEXT) + re.findall(r"src=\"([^\"]+)\"", TEXT)
    headings = {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    }
    assert any(target.endswith((".png", ".gif", ".jpg")) for target in targets), "a picture"
    for target in targets:
        address, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", address):
            continue
        assert not address or (ROOT / address).exists(), target
        assert address or anchor in headings, target
