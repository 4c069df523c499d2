"""The table of a class: thirty files of learners, some of them damaged."""

import csv
import json
import os

import pytest

from classroom.exercises import checking
from classroom.exercises.progress import FILE
from tasks import Stop
from tools import progress

NAMES = ["01.1", "01.2", "02.1"]


def put(folder, content):
    folder.mkdir(parents=True)
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / FILE).write_text(text, encoding="utf-8")


@pytest.fixture
def group(tmp_path):
    """Thirty learners; every second has done 01.1, every third has tried 02.1."""
    for number in range(30):
        content = {}
        if number % 2 == 0:
            content["01.1"] = {"tries": 1, "passed": True, "prediction": 0.5, "found": 0.25}
        if number % 3 == 0:
            content["02.1"] = {"tries": 4, "passed": False, "prediction": number / 10}
        put(tmp_path / f"learner {number:02d}" / "notebooks", content)
    return tmp_path


def test_thirty_learners_are_one_table(group):
    found, left_out = progress.collect(group)
    assert len(found) == 30 and not left_out
    lines = progress.table(found, NAMES).splitlines()
    assert [line.split() for line in (lines[0], lines[1], lines[2], lines[-1])] == [
        ["01", "02", "all", "tries"],
        ["learner", "00", "1", "0", "1", "5"],
        ["learner", "01", "0", "0", "0", "0"],
        ["of", "2", "1", "3"],
    ]
    assert len(lines) == 32


def test_a_spreadsheet_gets_a_row_for_each_learner_and_exercise(group):
    rows = list(csv.DictReader(progress.as_csv(progress.collect(group)[0], NAMES).splitlines()))
    assert len(rows) == 30 * 3
    assert list(rows[0].values()) == ["learner 00", "01.1", "yes", "1", "0.5"]
    assert list(rows[1].values()) == ["learner 00", "01.2", "no", "0", ""]
    assert list(rows[11].values()) == ["learner 03", "02.1", "no", "4", "0.3"]


def test_what_cannot_be_used_is_named_and_left_out(group, capsys):
    put(group / "damaged", "{")
    put(group / "huge", " " * 2**21)
    put(group / "twice", {})
    put(group / "twice" / "copy", {"01.1": {"tries": 9, "passed": True}})
    (group / "folder" / FILE).mkdir(parents=True)
    (group / "linked").mkdir()
    os.symlink(group / "twice" / FILE, group / "linked" / FILE)
    (group / FILE).write_text("{}")  # the teacher's own: in no folder of a learner
    found, left_out = progress.collect(group)
    assert len(found) == 31 and found["twice"] == {}
    for name, reason in (
        ("damaged", "damaged, or no file of progress"),
        ("huge", "damaged, or no file of progress"),
        ("folder", "cannot be read: is no regular file"),
        ("linked", "a link"),
        (os.path.join("twice", "copy"), "twice has another file"),
    ):
        assert f"{group / name / FILE}: left out ({reason})." in left_out
    assert len(left_out) == 5
    assert progress.main([str(group)]) == 0
    said = capsys.readouterr().out
    assert all(sentence in said for sentence in left_out)
    assert str(len(checking.all_exercises())) in said.split("\nof ")[1].split("\n")[0].split()


def test_a_name_steers_neither_a_terminal_nor_a_spreadsheet(tmp_path):
    put(tmp_path / "=1+1\x1b[2J", {})
    found, _ = progress.collect(tmp_path)
    assert "\x1b" not in progress.table(found, NAMES)
    assert "\n'=1+1?[2J,01.1,no" in progress.as_csv(found, NAMES)


def test_the_file_is_written_or_it_is_said_why(group, capsys):
    assert progress.main([str(group), "--csv", str(group / "class.csv")]) == 0
    assert (group / "class.csv").read_text().startswith("learner,exercise,passed,tries,first")
    assert progress.main([str(group), "--csv", str(group)]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_a_folder_without_learners_is_said_to_be_one(tmp_path):
    with pytest.raises(Stop, match=f"Expected {FILE} in a folder for each learner"):
        progress.collect(tmp_path)
    with pytest.raises(Stop, match="Expected a folder that holds one for each learner"):
        progress.collect(tmp_path / "none")
