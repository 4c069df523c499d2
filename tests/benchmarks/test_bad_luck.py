"""Damaged files and killed trainings, in short; ``python -m benchmarks bad_luck`` takes longer."""

import os

import pytest

from benchmarks import bad_luck

pytestmark = pytest.mark.slow


def test_damaged_files_are_read_or_refused():
    found = bad_luck.fuzz(10_000, seed=1)
    assert found.keys() == bad_luck.FORMATS.keys()
    for name, trial in found.items():
        assert trial["tried"] >= 10_000 // len(found)
        if not name.startswith("progress"):  # which sets damage aside instead
            assert 0.2 < trial["refused"] / trial["tried"] < 1, f"{name}: damage that reaches in"


def test_a_reader_that_lets_damage_out_is_noticed(monkeypatch):
    def careless(path):
        path.read_bytes()[200]

    monkeypatch.setattr(
        bad_luck, "FORMATS", {"careless": (".npz", lambda: (bad_luck._npz(a=[1]), careless))}
    )
    with pytest.raises(AssertionError, match=r"careless: IndexError.* for .*\.npz"):
        bad_luck.fuzz(200)


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_a_killed_training_loses_nothing_that_was_saved():
    assert bad_luck.kill(5, seed=1)["kills"] == 5
