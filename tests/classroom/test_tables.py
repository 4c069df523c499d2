"""Recorded tables: what they hold, that their sums are published, and lost or damaged files."""

import json
import re
from pathlib import Path

import pytest

from benchmarks import architectures
from classroom import tables
from ganlab import files

ROOT = Path(__file__).parents[2]


def test_the_page_of_the_data_has_the_sum():
    page = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    (checksum,) = re.findall(r"\| `architectures\.json` .*\| `([0-9a-f]{64})` \|", page)
    assert files.sha256(files.recorded("architectures.json")) == checksum


def test_every_pair_was_trained_with_every_game():
    found = tables.load("architectures")
    assert found["pairs"] == json.loads(json.dumps(architectures.draw_pairs()))
    assert len({json.dumps(pair) for pair in found["pairs"]}) == architectures.PAIRS == 40
    assert set(found["games"]) == set(architectures.GAMES)
    assert (found["d_updates"], found["radius"]) == (architectures.D_UPDATES, architectures.RADIUS)
    for runs in found["games"].values():
        assert len(runs["modes"]) == len(runs["near"]) == architectures.PAIRS
        assert all(0 <= modes <= 8 for modes in runs["modes"])
        assert all(0 <= near <= 1 for near in runs["near"])


def test_the_notebook_shows_what_was_recorded():
    book = json.loads((ROOT / "notebooks/11_wasserstein.ipynb").read_text(encoding="utf-8"))
    text = "".join(
        "".join(output.get("text", ""))
        for cell in book["cells"]
        for output in cell.get("outputs", [])
    )
    found = tables.load("architectures")
    for game in found["games"]:
        counts = [
            int(architectures.successes(found, near)[game].sum()) for near in architectures.SHARES
        ]
        assert re.search(rf"{re.escape(game)} +" + " +".join(map(str, counts)), text), game


@pytest.mark.slow
def test_networks_of_a_pair_have_its_shape_and_one_seed_gives_one_pair():
    pairs = architectures.draw_pairs(8)
    for pair in pairs:
        first, again = (architectures.networks(pair, clip=True, seed=3) for _ in range(2))
        for one, other in zip(first, again, strict=True):
            for left, right in zip(one.get_weights(), other.get_weights(), strict=True):
                assert (left == right).all()
            kernels = [w for w in one.get_weights() if w.ndim == 2]
            assert len(kernels) == pair["depth"] + 1 and kernels[0].shape[1] == pair["width"]
        generator, discriminator = first
        assert discriminator.layers[0].kernel_constraint.limit == 0.01
        assert generator.layers[0].kernel_constraint is None


@pytest.mark.slow
def test_a_short_run_is_judged(monkeypatch):
    monkeypatch.setattr(architectures, "D_UPDATES", 50)
    job, modes, near, seconds = architectures.train((0, "WGAN-GP"))
    assert job == (0, "WGAN-GP") and 0 <= modes <= 8 and 0 <= near <= 1 and seconds > 0


@pytest.mark.parametrize("content", [None, b"", b"{", b"\xff\xfe"])
def test_a_table_that_is_lost_or_damaged_is_named(content, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "recorded", lambda name: tmp_path / name)
    if content is not None:
        (tmp_path / "architectures.json").write_bytes(content)
    with pytest.raises(
        files.FileError, match=r"architectures\.json: cannot be read .*git checkout"
    ):
        tables.load("architectures")
