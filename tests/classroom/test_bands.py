"""Recorded bands: what is stored is what the notebooks' own cells gave from other seeds."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from benchmarks import bands as recorder
from classroom import bands
from ganlab import files

ROOT = Path(__file__).parents[2]
EVERY_BAND = pytest.mark.parametrize("number", sorted(bands.RECORDED))


# ------------------------------------------------------------------------------------- the reader


@EVERY_BAND
def test_a_band_holds_five_finite_runs(number):
    others = bands.load(number)
    assert others["seeds"].tolist() == list(recorder.SEEDS)
    runs = {key: values for key, values in others.items() if values.dtype.kind not in "U"}
    for key, values in runs.items():
        assert len(values) == 5 or key.endswith("steps"), key
        assert values.dtype in (np.float32, np.uint8, np.int64) or key.endswith("steps"), key
        assert key.startswith(("contest/", "run")) or np.isfinite(values).all(), key


@EVERY_BAND
def test_the_published_sums_are_right(number):
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    row = re.search(rf"\| `bands/{number}\.npz` .*\| `([0-9a-f]{{64}})` \|", text)
    assert row[1] == bands.RECORDED[number] == files.sha256(recorder.FOLDER / f"{number}.npz")


@EVERY_BAND
def test_every_curve_has_its_steps(number):
    others = bands.load(number)
    for key, steps in others.items():
        if key.endswith("steps"):
            assert steps.ndim == 1 and (np.diff(steps) > 0).all()
    parts = {key.rpartition("/")[0] for key in others if key.endswith(("_loss", "distance"))}
    for part in parts:
        found = bands.load(number, part) if part else others
        curves = [found[key] for key in found if key.endswith(("_loss", "distance"))]
        assert {curve.shape for curve in curves} == {(5, len(found["steps"]))}


def test_all_bands_are_small():
    assert {path.stem for path in recorder.FOLDER.iterdir()} == set(bands.RECORDED)
    assert sum(path.stat().st_size for path in recorder.FOLDER.iterdir()) < 200_000


def test_a_notebook_without_bands_and_a_damaged_file_are_refused(monkeypatch):
    with pytest.raises(ValueError, match="expected number as one of .*, received '99'"):
        bands.load("99")
    with pytest.raises(
        ValueError, match=r"expected part as one of \[.*'quality', 'slow'\], received 'x'"
    ):
        bands.load("07", "x")
    monkeypatch.setitem(bands.RECORDED, "01", "00")
    with pytest.raises(files.FileError, match=r"01\.npz: expected sha256 00, received .*git"):
        bands.load("01")


# --------------------------------------------------------------------------- stretches and inside


def test_stretches_are_means_and_their_middles():
    steps, means = bands.stretches(np.arange(1, 901), points=50)
    np.testing.assert_allclose(means, steps)  # the mean of a straight line is its middle
    assert steps[0] == 9.5 and len(steps) == 50
    steps, means = bands.stretches([[5.0, 7.0, 9.0], [1.0, 1.0, 4.0]])
    np.testing.assert_array_equal(steps, [1, 2, 3])
    np.testing.assert_array_equal(means, [[5, 7, 9], [1, 1, 4]])
    for points in (0, 2.5, True):
        with pytest.raises(ValueError, match="expected points as an integer from 1 on"):
            bands.stretches([1.0, 2.0], points=points)
    for nothing in ([], 3.0, [[], []]):
        with pytest.raises(ValueError, match="expected values of shape"):
            bands.stretches(nothing)


def test_a_band_of_five_leaves_out_a_third_of_a_sixth():
    curves = np.random.default_rng(0).normal(size=(6, 60_000))
    assert abs(bands.inside(curves[0], curves[1:]) - 2 / 3) < 0.01  # 5 standard errors
    assert bands.inside(curves[0], curves[1:], widen=1.0) > 0.95


def test_inside_counts_points_and_widens_both_ways():
    curves = [[0.0, 0.0, 0.0, 0.0], [2.0, 2.0, 2.0, 2.0]]
    assert bands.inside([0.0, 2.0, 2.1, -0.1], curves) == 0.5
    assert bands.inside([4.0, -2.0, 4.1, -2.1], curves, widen=1.0) == 0.5
    assert bands.inside([np.nan] * 4, curves) == 0
    with pytest.raises(ValueError, match=r"received \(3,\) and \(2, 4\)"):
        bands.inside([0.0] * 3, curves)
    with pytest.raises(ValueError, match="expected widen >= 0, received -1"):
        bands.inside([0.0] * 4, curves, widen=-1)


# ----------------------------------------------------------------------------------- the recorder


@EVERY_BAND
def test_the_recording_is_of_the_notebook_as_it_stands(number):
    others = bands.load(number)
    again = f"the live cells have changed: python -m benchmarks.bands {number}"
    assert json.loads(str(others["parameters"])) == recorder.parameters(number), again
    assert str(others["code"]) == recorder.code(number), again


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """A notebook of four cells, in a project of its own."""
    cells = [
        ([], "import numpy as np\nfrom matplotlib import pyplot as plt"),
        (["parameters"], "SEED = 0\nSTEPS = 3  # few"),
        (["live"], "curve = SEED + np.arange(STEPS)\nprint('hi')\nplt.plot(curve)\nlost = 1"),
        ([], "raise RuntimeError('not live')"),
    ]
    book = [
        {"cell_type": "code", "metadata": {"tags": tags}, "source": source.splitlines(True)}
        for tags, source in cells
    ]
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (folder / "77_toy.ipynb").write_text(json.dumps({"cells": book}), encoding="utf-8")
    monkeypatch.setattr(recorder, "ROOT", tmp_path)
    monkeypatch.setitem(
        recorder.KEEP, "77", lambda names: {"curve": names["curve"] / 1, "kept": set(names)}
    )
    return folder / "77_toy.ipynb"


def test_live_cells_run_from_another_seed_up_to_their_first_figure(toy, capsys):
    kept = recorder.train("77", 40, STEPS=2)
    assert kept["curve"].tolist() == [40, 41]
    assert "lost" not in kept["kept"]
    assert capsys.readouterr().out == ""
    assert recorder.parameters("77") == {"SEED": 0, "STEPS": 3}


def test_the_sum_sees_code_and_no_comments(toy):
    before, text = recorder.code("77"), toy.read_text(encoding="utf-8")
    toy.write_text(text.replace("print('hi')", "print('hi')  # aside"), encoding="utf-8")
    assert recorder.code("77") == before
    toy.write_text(text.replace("lost = 1", "lost = 2"), encoding="utf-8")
    assert recorder.code("77") == before
    toy.write_text(text.replace("arange(STEPS)", "arange(2 * STEPS)"), encoding="utf-8")
    assert recorder.code("77") != before


def test_a_record_is_of_all_seeds(toy, tmp_path, monkeypatch):
    monkeypatch.setitem(recorder.KEEP, "77", lambda names: {"curve": names["curve"] / 1})
    result = recorder.record("77", seeds=(1, 2))
    assert result["curve"].dtype == np.float16
    np.testing.assert_array_equal(result["curve"], [[1, 2, 3], [2, 3, 4]])
    assert json.loads(str(result["parameters"])) == {"SEED": 0, "STEPS": 3}
    path = tmp_path / "77.npz"
    files.write_npz(path, result)
    monkeypatch.setattr(files, "recorded", lambda name: path)
    monkeypatch.setitem(bands.RECORDED, "77", files.sha256(path))
    assert bands.load("77")["curve"].dtype == np.float32


def test_large_numbers_stay_numbers(toy):
    assert recorder._small(np.array([1e6, 2.0])).dtype == np.float32
    assert recorder._small(np.array([np.nan, 2.0])).dtype == np.float16


def test_the_shown_columns_are_read_from_the_calls():
    shown = recorder._shown("08")
    assert set(shown) == {"healthy", *(f"run{k}" for k in range(1, 7))}
    assert {"d_loss", "g_loss"} <= set.intersection(*map(set, shown.values()))


SHORT = {
    "01": {"STEPS": 6},
    "05": {"ARTICLE_STEPS": 8, "LIVE_STEPS": 8, "RING_STEPS": 50, "RESUME_STEPS": 2},
    "06": {"LIVE_STEPS": 50},
}


@pytest.mark.slow
@pytest.mark.parametrize("number", sorted(SHORT))
def test_a_short_run_keeps_the_same_things(number):
    others = bands.load(number)
    kept = recorder.train(number, 1, **SHORT[number])
    assert set(kept) == set(others) - {"seeds", "parameters", "code"}
    for key, values in kept.items():
        runs = 0 if recorder._is_steps(key) else 1  # the steps are kept once for all runs
        assert np.ndim(values) == others[key].ndim - runs, key
