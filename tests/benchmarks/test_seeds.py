"""The five recorded trainings: what is stored is what benchmarks/seeds.py writes."""

import re
from pathlib import Path

import numpy as np
import pytest

from benchmarks import seeds
from ganlab import files

DATA = Path(__file__).parents[2] / "data"
RECORD = DATA / "five_seeds.npz"


@pytest.fixture(scope="module")
def record():
    with np.load(RECORD, allow_pickle=False) as file:
        return dict(file)


def test_the_checksum_is_the_published_one():
    text = (DATA / "README.md").read_text(encoding="utf-8")
    row = re.search(r"\| `five_seeds\.npz` .*\| `([0-9a-f]{64})` \|", text)
    assert row[1] == files.sha256(RECORD)


def test_it_was_recorded_with_the_settings_of_the_script(record):
    assert record["seeds"].tolist() == list(seeds.SEEDS)
    assert record["steps"].tolist() == list(range(0, seeds.STEPS + 1, seeds.EVERY))
    assert record["count"] == seeds.COUNT
    assert record["d_loss"].shape == (len(seeds.SEEDS), seeds.STEPS)
    assert record["images"].shape[1] == seeds.SHOWN


@pytest.mark.slow
def test_a_short_measurement_has_the_same_form(record, tmp_path):
    result = seeds.measure(seeds=(0, 1), steps=4, every=2, count=50)
    assert set(result) == set(record)
    assert {key: values.dtype for key, values in result.items()} == {
        key: values.dtype for key, values in record.items()
    }
    assert result["steps"].tolist() == [0, 2, 4] and result["d_loss"].shape == (2, 4)
    path = tmp_path / "two.npz"
    first = seeds.write(path, result)
    assert seeds.write(path, result) == first == files.sha256(path)
    with np.load(path, allow_pickle=False) as file:
        assert all(np.array_equal(file[key], result[key]) for key in result)
