"""A report as text, values and a picture."""

import json

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from PIL import Image

from ganlab import plotting
from ganlab.evaluation import Report, Row


@pytest.fixture
def small():
    """Two rows by hand, the first with an interval; without a classifier."""
    images = np.zeros((12, 8, 8, 1), np.float32)
    measures = {"frechet_distance": 3.0, "times_floor": 1.5, "precision": 0.25}
    rows = (
        Row("generator", measures, {"precision": (0.125, 0.375)}, images),
        Row("real, other half", measures | {"precision": 1.0}, {}, images),
        Row("noise", measures | {"precision": 0.0}, {}, images),
    )
    return Report(rows, "pixels", 40)


def test_a_table_has_a_line_a_row_and_aligned_columns(small):
    assert small.table().splitlines() == [
        "                  Fréchet  x floor  precision",
        "generator            3.00     1.50       0.25",
        "real, other half     3.00     1.50       1.00",
        "noise                3.00     1.50       0.00",
    ]


def test_a_report_is_plain_values(small):
    plain = json.loads(json.dumps(small.to_dict()))
    assert (plain["extractor"], plain["count"]) == ("pixels", 40)
    assert plain["rows"]["generator"]["precision"] == {"value": 0.25, "interval": [0.125, 0.375]}
    assert plain["rows"]["noise"]["precision"] == {"value": 0.0}


def test_rows_have_names(small):
    assert small["noise"] is small.rows[2]
    with pytest.raises(KeyError, match="received 'best'"):
        small["best"]


def test_files_of_a_report(small, tmp_path):
    values, picture = small.write(tmp_path / "new")
    assert json.loads(values.read_text()) == json.loads(json.dumps(small.to_dict()))
    with Image.open(picture) as drawn:
        assert drawn.size[0] > 600


def test_a_picture_has_the_samples_and_a_column_a_measure(small):
    figure = small.draw()
    rows, columns = figure.axes[:3], figure.axes[3:]
    assert [ax.get_title(loc="left") for ax in rows] == [row.name for row in small.rows]
    assert [ax.get_title() for ax in columns] == [
        "Fréchet\n(low is good)",
        "precision\n(high is good)",
    ]
    precision = columns[1]
    assert precision.collections[1].get_offsets()[:, 0].tolist() == [0.25, 1.0, 0.0]
    interval = precision.collections[2]
    assert interval.get_segments()[0][:, 0].tolist() == [0.125, 0.375]
    assert interval.get_color()[0] == pytest.approx(to_rgba(plotting.FAKE, alpha=0.4))


def test_what_is_no_number_is_null(small, tmp_path):
    """NaN is no JSON, and no other program would read the file."""
    small.rows[1].measures["times_floor"] = np.nan
    small.rows[0].intervals["precision"] = (0.0, np.inf)
    values, _ = small.write(tmp_path)

    def refuse(constant):
        raise AssertionError(constant)

    rows = json.loads(values.read_text(), parse_constant=refuse)["rows"]
    assert rows["real, other half"]["times_floor"] == {"value": None}
    assert rows["generator"]["precision"] == {"value": 0.25, "interval": [0.0, None]}
