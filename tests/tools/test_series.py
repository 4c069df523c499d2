"""tools/series.py: notebooks executed, outputs stored or shown; the header of a notebook."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from jupyter_client.kernelspec import NoSuchKernel
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import tasks
from tasks import Stop
from tools import exercises as weaving
from tools import pages, prose, series

HEADER = """# Two and two

**Question.** What is
two and two?

**You will**

- add, on
  two lines
- check the sum

**Before this:** [counting](01_toy.ipynb).

**Time:** about 12 minutes to read and run, 3 seconds of computing on two cores

**The last figure** shows a line."""


def toy(*cells):
    """Returns a notebook of a header cell and code cells, given as source or (source, tag)."""
    pairs = [cell if isinstance(cell, tuple) else (cell, None) for cell in cells]
    code = [new_code_cell(text, metadata={"tags": [tag]} if tag else {}) for text, tag in pairs]
    return new_notebook(cells=[new_markdown_cell(HEADER), *code])


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty project that tools.series takes for its own."""
    (tmp_path / "notebooks" / "solutions").mkdir(parents=True)
    monkeypatch.setattr(series, "NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.setattr(series, "SITE", tmp_path / "site")
    return tmp_path


def put(project, name, notebook):
    path = project / "notebooks" / name
    nbformat.write(notebook, path)
    return path


# ------------------------------------------------------------------------------------- which ones


def test_notebooks_come_in_reading_order_and_solutions_last(project):
    for name in ("02_b.ipynb", "01_a.ipynb", "solutions/01_a.ipynb", "draft.ipynb"):
        put(project, name, toy())
    found = [path.relative_to(project / "notebooks").as_posix() for path in series.notebooks()]
    assert found == ["01_a.ipynb", "02_b.ipynb", "solutions/01_a.ipynb"]


def test_a_notebook_is_called_by_path_name_or_number(project):
    path = put(project, "02_b.ipynb", toy())
    put(project, "01_a.ipynb", toy())
    for name in (str(path), "02_b.ipynb", "02_b", "02"):
        assert series.notebooks([name]) == [path]
    assert series.notebooks(["02", "02_b"]) == [path]
    with pytest.raises(Stop, match="no notebook '07'.*01_a, 02_b"):
        series.notebooks(["07"])


def test_a_series_without_notebooks_is_said(project, capsys):
    assert series.main(["site"]) == 1
    assert capsys.readouterr().err == "There are no notebooks in notebooks/.\n"


# -------------------------------------------------------------------------------------- the header


def test_the_header_is_read():
    header = prose.read_header(toy())
    assert header == prose.Header(
        title="Two and two",
        question="What is two and two?",
        objectives=("add, on two lines", "check the sum"),
        before="[counting](01_toy.ipynb).",
        minutes=12,
        seconds=3,
        last_figure="shows a line.",
    )


def test_a_header_without_its_parts_is_empty():
    empty = prose.Header("", "", (), "", 0, 0, "")
    assert prose.read_header(new_notebook()) == empty
    assert prose.read_header(new_notebook(cells=[new_code_cell("# not a title")])) == empty


# ------------------------------------------------------------------- executing and storing outputs


@pytest.mark.slow
def test_outputs_are_stored_without_what_differs_from_time_to_time(project):
    path = put(
        project,
        "01_toy.ipynb",
        toy(
            ("x = 2 + 2\nprint(x)", "proof"),
            "from ganlab import images\nimages.check('no image')",
            "import ipywidgets; ipywidgets.IntSlider()",
            "import os; print(sorted(os.listdir()))",
        ),
    )
    before = nbformat.read(path, as_version=4)
    before.metadata.widgets = {"state": {}}
    before.cells[1].metadata.execution = {"shell.execute_reply": "2020-01-01"}
    before.cells[2].metadata.tags = ["raises-exception"]
    nbformat.write(before, path)

    series.store([path])
    first = path.read_text(encoding="utf-8")
    after = nbformat.read(path, as_version=4)
    assert [cell.id for cell in after.cells] == [cell.id for cell in before.cells]
    assert [cell.source for cell in after.cells] == [cell.source for cell in before.cells]
    code = after.cells[1:]
    assert [cell.execution_count for cell in code] == [1, 2, 3, 4]
    assert code[0].outputs[0].text == "4\n"
    assert code[0].metadata == {"tags": ["proof"]}
    assert code[1].outputs[0].output_type == "error"
    assert str(Path(__file__).parents[2]) not in "".join(code[1].outputs[0].traceback)
    assert "ganlab/images.py" in "".join(code[1].outputs[0].traceback)
    assert code[2].outputs[0].data == {"text/plain": "IntSlider(value=0)"}
    assert "01_toy.ipynb" in code[3].outputs[0].text, "it starts in the folder of the notebook"
    assert set(after.metadata) == {"kernelspec", "language_info"}
    assert "version" not in after.metadata.language_info

    series.store([path])
    assert path.read_text(encoding="utf-8") == first, "the same again, to the byte"


@pytest.mark.slow
def test_a_failing_notebook_is_left_as_it_was_and_the_next_one_executed(project, capsys):
    wrong = put(project, "01_wrong.ipynb", toy("x = 1", "y = x\nraise ValueError('too bad')", "3"))
    right = put(project, "02_right.ipynb", toy("print('right')"))
    before = wrong.read_bytes()
    assert series.main(["execute"]) == 1
    said = capsys.readouterr()
    assert "[1/2] 01_wrong" in said.out and "[2/2] 02_right" in said.out
    assert "FAILED at In [2], which begins `y = x`: ValueError: too bad" in said.out
    assert "1 of 2 failed: 01_wrong." in said.err
    assert wrong.read_bytes() == before
    assert nbformat.read(right, as_version=4).cells[1].outputs[0].text == "right\n"


@pytest.mark.slow
def test_a_kernel_that_dies_is_reported(project):
    result = series.execute(toy("import os\nos._exit(7)"), project)
    assert "In [1]" in result.error and "the kernel died" in result.error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RuntimeError("Kernel died before replying to kernel_info"), "died before replying"),
        (NoSuchKernel("python3"), "No such kernel named python3"),
        (OSError(12, "Cannot allocate memory"), "Cannot allocate memory"),
    ],
    ids=str,
)
def test_a_kernel_that_does_not_start_is_reported(error, words, project, monkeypatch):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(series.NotebookClient, "setup_kernel", fail)
    result = series.execute(toy("1"), project)
    assert result.error.startswith("the kernel failed: ") and words in result.error


def test_what_cannot_be_written_is_said(project, capsys):
    path = put(project, "01_toy.ipynb", toy("1"))
    path.unlink()
    path.mkdir()
    assert tasks.status_of(lambda: series.write(toy("1"), path)) == 1
    assert capsys.readouterr().err == f"{path}: cannot be written (Is a directory).\n"
    assert tasks.status_of(lambda: path.write_text("1")) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_exercises_of_no_notebook_are_an_error(capsys):
    assert weaving.main(["99"]) == 1
    assert capsys.readouterr().err.startswith("Expected numbers among 01, ")


@pytest.mark.slow
def test_the_largest_memory_of_a_notebook_is_measured(project):
    small = series.execute(toy("1"), project)
    large = series.execute(toy("x = bytearray(300_000_000)\ndel x", "1"), project)
    assert 270e6 < large.peak - small.peak < 400e6
    assert 0 < small.seconds < 60


def test_over_the_budget_is_said():
    assert str(series.Execution(12.2, 345_000_000)) == "12 s, 345 MB"
    assert "over the budget of 90 s" in str(series.Execution(91, 1))
    assert "over the budget of 1500 MB" in str(series.Execution(1, 1_600_000_000))


def test_a_crash_while_writing_leaves_the_old_notebook(project, monkeypatch):
    path = put(project, "01_toy.ipynb", toy("1"))
    before = path.read_bytes()

    def crash(source, target):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", crash)
    with pytest.raises(KeyboardInterrupt):
        series.write(toy("2"), path)
    assert path.read_bytes() == before
    assert sorted(path.parent.iterdir()) == [path, path.parent / "solutions"]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_ctrl_c_stops_the_kernel_and_leaves_the_notebook(project):
    long = toy("import os, time", "open('pid', 'w').write(str(os.getpid()))\ntime.sleep(60)")
    path = put(project, "01_toy.ipynb", long)
    before = path.read_bytes()
    program = (
        "import pathlib, sys\nfrom tools import series\n"
        f"series.NOTEBOOKS = pathlib.Path({str(path.parent)!r})\n"
        "sys.exit(series.main(['execute']))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        stderr=subprocess.PIPE,
        text=True,
        # Tests that run in the background of a shell ignore the signal, and so would a child.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    pid = project / "notebooks" / "pid"
    deadline = time.monotonic() + 60
    while not (pid.exists() and pid.read_text()) and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.strip().splitlines()[-1] == "Stopped." and "Traceback" not in said
    assert path.read_bytes() == before
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


# ------------------------------------------------------------------------------- and what is shown


@pytest.mark.slow
def test_run_shows_what_was_executed_and_leaves_the_notebooks(project, monkeypatch, capsys):
    """The site itself: tests/test_site.py."""
    first, wrong = toy("print('seen')"), toy("1 / 0", "2")
    paths = [put(project, "01_a.ipynb", first), put(project, "02_b.ipynb", wrong)]
    before = [path.read_bytes() for path in paths]
    built = []
    monkeypatch.setattr(pages, "build", lambda *values, **named: built.append((values, named)))

    assert series.main(["run"]) == 1  # the second one fails, and is shown all the same
    assert [path.read_bytes() for path in paths] == before
    (((site, shown), named),) = built
    assert site == project / "site" and list(shown) == [
        "notebooks/01_a.ipynb",
        "notebooks/02_b.ipynb",
    ]
    assert shown["notebooks/01_a.ipynb"].cells[1].outputs[0].text == "seen\n"
    assert shown["notebooks/02_b.ipynb"].cells[1].outputs[0].ename == "ZeroDivisionError"
    assert named["results"]["notebooks/01_a.ipynb"].error is None
    assert named["results"]["notebooks/02_b.ipynb"].error.startswith("In [1]")
    assert not named["strict"]
    said = capsys.readouterr()
    assert said.out.splitlines()[-1].endswith((site / "index.html").as_uri())
    assert "1 of 2 failed: 02_b." in said.err


def test_site_shows_what_is_stored_and_executes_nothing(project, monkeypatch, capsys):
    book = toy("print('never')")
    path = put(project, "01_a.ipynb", book)
    built = []
    monkeypatch.setattr(pages, "build", lambda *values, **named: built.append((values, named)))
    monkeypatch.setattr(series, "execute", None)
    assert series.main(["site"]) == 0
    (((site, shown), named),) = built
    assert shown == {"notebooks/01_a.ipynb": nbformat.read(path, as_version=4)}
    assert named.get("strict", True)
    assert (site / "index.html").as_uri() in capsys.readouterr().out
