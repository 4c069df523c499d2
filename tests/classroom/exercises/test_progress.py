"""The file of a learner's progress, and the widget that follows it."""

import errno
import fractions
import json
import math
import os
import re
import subprocess
import sys

import pytest

from classroom import exercises
from classroom.exercises.checking import Exercise
from classroom.exercises.progress import FILE, Progress, note, read, table
from tools import series


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_first_prediction_is_kept():
    note("02.1", False, prediction=0.1, found=0.25)
    note("02.1", True, prediction=0.25, found=0.25)
    entry = read()["02.1"]
    assert entry == {"tries": 2, "passed": True, "prediction": 0.1, "found": 0.25}


def test_the_file_does_not_tell_the_answer(tmp_path):
    (tmp_path / FILE).write_text('{"01.2": {"tries": 1, "passed": false, "found": 0.125}}')
    assert exercises.check("02.1", 0.7).passed is False
    assert read()["02.1"] == {"tries": 1, "passed": False, "prediction": 0.7}
    assert "found" not in (tmp_path / FILE).read_text()
    assert exercises.check("02.1", 0.25).passed
    assert read()["02.1"]["found"] == 0.25


def entry(more, tries="1"):
    return '{"02.1": {"tries": ' + tries + ', "passed": true' + more + "}}"


MALFORMED = {
    "cut off": "{",
    "empty": "",
    "a list": "[1]",
    "an entry that is no entry": '{"02.1": 3}',
    "no tries": '{"02.1": {"passed": true}}',
    "nothing but tries": '{"02.1": {"tries": 3}}',
    "half a try": '{"02.1": {"tries": 0.5, "passed": true}}',
    "negative tries": '{"02.1": {"tries": -1, "passed": true}}',
    "tries that are true": '{"02.1": {"tries": true, "passed": true}}',
    "tries without end": entry("", tries="1" + "0" * 4000),
    "passed as a word": '{"02.1": {"tries": 1, "passed": "yes"}}',
    "a prediction as a word": entry(', "prediction": "much"'),
    "an infinite number": entry(', "found": 1e999'),
    "a number beyond floats": entry(', "prediction": 1' + "0" * 400),
    "more digits than Python reads": entry(', "found": ' + "9" * 5000),
    "one bad entry of two": '{"01.1": {"tries": 1, "passed": true}, "02.1": null}',
    "lists in lists": "[" * 200_000,
    "objects in objects": '{"02.1": ' * 100_000,
    "no text": b"\xff\xfe\x00\xd8",
    "zeros": b"\0" * 5000,
    "too large": b" " * (2**20 - 1) + b"{}",
}


@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_file_is_kept_aside_and_the_check_goes_on(tmp_path, content):
    content = content.encode() if isinstance(content, str) else content
    (tmp_path / FILE).write_bytes(content)
    verdict = exercises.check("01.1", 1)
    assert verdict.passed is False and "cannot be kept" not in verdict.text
    assert read() == {"01.1": {"tries": 1, "passed": False} | read()["01.1"]}
    assert (tmp_path / "ganlab_progress.broken.json").read_bytes() == content
    assert "of" in exercises.progress("01").value


def test_what_no_number_says_is_null(tmp_path):
    """NaN and Infinity are no JSON: other programs refuse the whole file."""
    for strange in (math.nan, math.inf, 10**400, fractions.Fraction(10**400)):
        note("02.1", False, prediction=strange, found=math.nan)
    note("02.1", False, prediction=0.5, found=0.25)

    def refuse(name):
        raise AssertionError(name)

    content = json.loads((tmp_path / FILE).read_text(), parse_constant=refuse)
    assert content["02.1"]["prediction"] == 0.5 and content["02.1"]["tries"] == 5
    (tmp_path / FILE).write_text(entry(', "prediction": NaN'))
    assert (
        read()["02.1"]["prediction"] is None and "predicted" not in exercises.progress("02").value
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are of POSIX")
@pytest.mark.parametrize("put", [os.mkdir, getattr(os, "mkfifo", None)])
def test_a_verdict_is_shown_where_progress_cannot_be_kept(tmp_path, put):
    put(tmp_path / FILE)  # a folder or a pipe in the place of the file
    verdict = exercises.check("01.1", 1)
    assert verdict.passed is False
    assert re.search(
        r"\. Your progress cannot be kept: .*ganlab_progress.json: cannot", verdict.text
    )
    assert "0 of" in exercises.progress("01").value
    assert "ganlab_progress.json: cannot" in exercises.progress("01").value


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a folder that is in use")
def test_a_verdict_is_shown_in_a_folder_that_is_gone(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert "Your progress cannot be kept" in exercises.check("01.1", 1).text


@pytest.mark.parametrize("name", ["replace", "fsync", "open"])
@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.EAGAIN, errno.EDQUOT])
def test_a_verdict_is_shown_whatever_the_system_refuses(monkeypatch, name, number):
    """The folder of another user, a disk without writing, a lock held elsewhere, a quota."""
    note("01.2", False)

    def refuse(*_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, name, refuse)
    verdict = exercises.check("01.1", 1)
    assert verdict.passed is False
    assert verdict.text.count("Your progress cannot be kept") == 1
    assert os.strerror(number) in verdict.text


def test_a_verdict_is_shown_whatever_fails(monkeypatch):
    def fail(_):
        raise RuntimeError("no front end")

    widget = exercises.progress("01")
    monkeypatch.setattr(Progress, "refresh", fail)
    verdict = exercises.check("01.1", 1)
    assert verdict.passed is False
    assert verdict.text.endswith("Your progress cannot be kept (RuntimeError: no front end).")
    assert widget.where == "notebook 01"  # still alive


def test_a_verdict_is_shown_on_a_full_disk(monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    verdict = exercises.check("01.1", 1)
    assert "cannot be written (No space left" in verdict.text and not os.listdir()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounts need root")
def test_a_verdict_is_shown_in_a_folder_that_is_read_only(tmp_path):
    code = "from classroom import exercises; print(exercises.check('01.1', 1))"
    script = f'mount -t tmpfs -o ro none "{tmp_path}" && cd "{tmp_path}" && exec "$@"'
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, "sh", sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(series.ROOT)},
        capture_output=True,
        text=True,
    )
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip("no mounts here")
    assert done.returncode == 0, done.stderr
    assert "not yet" in done.stdout and "(Read-only file system)" in done.stdout


def test_the_widget_follows_the_file():
    widget = exercises.progress("02")
    assert "0 of" in widget.value
    note("02.1", False, prediction=0.5, found=0.25)
    assert "predicted 0.5" in widget.value and "0.25" not in widget.value
    note("02.1", True, prediction=0.25, found=0.25)
    assert "1 of" in widget.value and "predicted 0.5, found 0.25" in widget.value
    assert repr(widget) == "Progress in notebook 02"


def test_the_widget_of_the_course_has_all_notebooks():
    widget = exercises.progress()
    assert {"01", "08"} <= {exercise.name[:2] for exercise in widget.exercises}
    assert repr(widget) == "Progress in the course"


def test_titles_are_escaped():
    known = [Exercise("02.1", "a < b & c", "Fill the gap", check=None)]
    assert "a &lt; b &amp; c" in table(known, {})
