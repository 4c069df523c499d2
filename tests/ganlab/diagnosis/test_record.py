"""Records: their columns, and files of them."""

import numpy as np
import pytest

from ganlab import diagnosis, files


def record(rows=9, **columns):
    return diagnosis.Record(
        steps=20 * np.arange(1, rows + 1),
        columns={name: np.full(rows, columns.get(name, 1.0)) for name in diagnosis.COLUMNS},
        frames=np.random.default_rng(0).random((2, 5, 4, 4, 1), np.float32),
        frame_steps=np.array([0, 20 * rows]),
        real=np.zeros((5, 4, 4, 1), np.float32),
    )


def test_a_record_gives_its_columns_by_name():
    assert record(d_loss=1.25)["d_loss"].tolist() == [1.25] * 9
    assert repr(record()) == "<Record of 180 steps in 9 rows>"


def test_a_missing_column_and_a_missing_row_are_refused():
    whole = record()
    with pytest.raises(ValueError, match=r"a difference in \['d_loss'\]"):
        columns = {name: v for name, v in whole.columns.items() if name != "d_loss"}
        diagnosis.Record(whole.steps, columns, whole.frames, whole.frame_steps, whole.real)
    with pytest.raises(ValueError, match="expected 9 values of g_loss, one a row, received shape"):
        columns = whole.columns | {"g_loss": np.zeros(8)}
        diagnosis.Record(whole.steps, columns, whole.frames, whole.frame_steps, whole.real)


def test_saved_records_are_read_back_in_their_order(tmp_path):
    path = tmp_path / "curves.npz"
    saved = {"B": record(d_loss=np.pi), "A": record(rows=12, g_loss=np.inf, spread=np.nan)}
    diagnosis.save_records(saved, path)
    read = diagnosis.load_records(path)
    assert list(read) == ["B", "A"]
    for name, before in saved.items():
        after = read[name]
        for column in diagnosis.COLUMNS:
            np.testing.assert_array_equal(after[column], np.float32(before[column]))
        np.testing.assert_array_equal(after.frames, np.float16(before.frames))
        np.testing.assert_array_equal(after.frame_steps, before.frame_steps)
        assert after.real.shape == before.real.shape


def test_what_is_no_file_of_records_is_refused(tmp_path):
    (tmp_path / "text.npz").write_bytes(b"hello")
    with pytest.raises(files.FileError, match=r"text\.npz: expected a whole \.npz archive"):
        diagnosis.load_records(tmp_path / "text.npz")
    whole = tmp_path / "whole.npz"
    diagnosis.save_records({"A": record()}, whole)
    arrays = files.read_npz(whole)
    lacking = {key: values for key, values in arrays.items() if key != "A/frames"}
    for name, broken in (
        ("other.npz", {"images": np.zeros(3)}),
        ("number.npz", arrays | {"columns": np.array(3)}),
        ("few.npz", arrays | {"columns": arrays["columns"][1:]}),
        ("short.npz", arrays | {"A/steps": arrays["A/steps"][1:]}),
        ("lacking.npz", lacking),
    ):
        files.write_npz(tmp_path / name, broken)
        with pytest.raises(files.FileError, match=f"{name}: expected records as save_records"):
            diagnosis.load_records(tmp_path / name)
    for refused in ({}, {"a/b": record()}):
        with pytest.raises(ValueError, match="names without a slash"):
            diagnosis.save_records(refused, tmp_path / "new.npz")
    assert not (tmp_path / "new.npz").exists()


def test_values_beyond_the_precision_are_infinite(tmp_path):
    path = tmp_path / "a.npz"
    diagnosis.save_records({"A": record()}, path)
    files.write_npz(path, files.read_npz(path) | {"A/real": np.full((5, 4, 4, 1), 1e300)})
    assert np.isinf(diagnosis.load_records(path)["A"].real).all()


def test_a_record_of_no_rows_is_one():
    empty = record(rows=0)
    assert repr(empty) == "<Record of 0 steps in 0 rows>"


@pytest.mark.parametrize(
    ("field", "broken"),
    [
        ("steps", np.zeros((9, 2), np.int32)),
        ("steps", np.full(9, np.nan, np.float32)),
        ("steps", np.int32(3)),
        ("steps", np.array(["20"] * 9)),
        ("table", np.zeros(9, np.float32)),
        ("table", np.zeros((26, 9), np.complex64)),
        ("table", np.full((26, 9), "x")),
        ("frames", np.zeros(2, np.float16)),
        ("frames", np.zeros((3, 5, 4, 4, 1), np.float16)),
        ("frames", np.zeros((2, 5, 4, 4, 3), np.float16)),
        ("frames", np.zeros((2, 5, 4, 4, 1), np.int32)),
        ("frame_steps", np.zeros((2, 1), np.int32)),
        ("frame_steps", np.zeros(2, np.float32)),
        ("real", np.zeros((), np.float16)),
        ("real", np.full((5, 4, 4, 1), "x")),
    ],
)
def test_arrays_of_other_shapes_and_kinds_are_refused(tmp_path, field, broken):
    """Whoever reads a record later, a rule or a figure, finds what a record has."""
    path = tmp_path / "a.npz"
    diagnosis.save_records({"A": record()}, path)
    files.write_npz(path, files.read_npz(path) | {f"A/{field}": broken})
    with pytest.raises(files.FileError, match=r"a\.npz: expected records as save_records"):
        diagnosis.load_records(path)
