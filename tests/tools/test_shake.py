"""The tool that executes notebooks as other processors would: what it sees, keeps and refuses."""

import ast
import json

import nbformat
import numpy as np
import pytest

from tasks import Stop
from tools import series, shake, shaken


def watched(text, **names):
    """Execute a cell as a shaken kernel would; return its slacks by order."""
    watch = shaken.Watched()
    rewriter = shaken.Rewriter()
    rewriter.visit(ast.parse("an = 'earlier cell'"))
    tree = rewriter.visit(ast.parse(text))
    names |= {"np": np, shaken.WATCH: watch.compare, shaken.CLOSE: watch.close}
    try:
        exec(compile(tree, "cell", "exec"), names)
    finally:
        assert all(cell == 2 for cell, _, _ in watch.slacks)
    return {text: slack for (_, _, text), slack in watch.slacks.items()}


def test_the_slack_of_every_comparison():
    assert watched("assert x < 1", x=0.25) == {"x < 1": 0.75}
    assert watched("assert 1 <= x <= 4", x=3.5) == {"1 <= x <= 4": 0.5}
    assert watched("assert x > 1 and y >= 2", x=4, y=2) == {"x > 1": 3, "y >= 2": 0}
    assert watched("assert (a < b).all()", a=np.array([1, 5]), b=6) == {"a < b": 1}
    assert watched("assert np.all(a < b)", a=np.array([1, 5]), b=6) == {"a < b": 1}
    assert watched("assert all(x < 3 for x in xs), 'no'", xs=[0, 2, 1]) == {"x < 3": 1}
    assert watched("for x in (0.5, 0.75):\n    assert x < 1") == {"x < 1": 0.25}
    assert watched("def f(x):\n    assert x < 1\nf(0.5)") == {"x < 1": 0.5}


def test_the_slack_of_closeness_counts_in_tolerances():
    text = "np.allclose(a, b, rtol=0, atol=0.1)"
    assert watched(f"assert {text}", a=1.0, b=1.05)[text] == pytest.approx(0.5)
    text = "np.testing.assert_allclose(a, b, 0.1)"
    assert watched(text, a=1.05, b=1.0)[text] == pytest.approx(0.5)
    assert watched("assert np.allclose(a, a)", a=np.zeros(3)) == {"np.allclose(a, a)": 1}


def test_what_decides_no_verdict_is_no_bound():
    for text in (
        "assert a[a > 2].sum() == 5",
        "assert x < 0 or x == 1",
        "assert any(v < 0 for v in (1, -1))",
        "assert not x < 0",
        "assert {1} < {1, 2}",
        "assert 'a' < 'b'",
        "y = x < 2",
    ):
        assert watched(text, x=1, a=np.array([2, 5])) == {}


def test_a_rewritten_assertion_fails_as_it_did():
    with pytest.raises(AssertionError, match="told"):
        watched("assert x < 1, 'told'", x=2)
    with pytest.raises(AssertionError):
        watched("assert 0 < x < 1", x=-1)
    with pytest.raises(AssertionError):
        watched("assert np.allclose(x, 1)", x=2)
    with pytest.raises(AssertionError):
        watched("np.testing.assert_allclose(x, 1)", x=2)


def bound(*slacks):
    return shake.Bound(1, "x < 1", dict(zip(shake.MODES, slacks, strict=False)))


def test_the_margin_of_a_bound():
    assert bound(0.4, 0.4, 0.1).margin == pytest.approx(0.25)
    assert bound(0.4, 0.4, -0.1).margin == pytest.approx(-0.25)
    assert bound(0, 0, 0).margin == 1  # a count that is exact
    assert bound(0, 0, 1).margin == 0
    assert bound(0.4, 0.3, 0.4).worst == "noise 1"


TOY = """\
from ganlab import keras
first = keras.initializers.GlorotUniform(seed=1)
layers = [keras.layers.Dense(2, kernel_initializer=first) for _ in range(2)]
for layer in layers:
    layer.build((None, 3))
one, two = (layer.get_weights()[0] for layer in layers)
assert (one == two).all()  # equal weights get equal noise
total = float(one.astype("float64").sum())
print(f"the sum ≈ {total:.2f}")"""


@pytest.mark.slow
def test_a_notebook_is_shaken(tmp_path, monkeypatch, capsys):
    path = tmp_path / "01_toy.ipynb"
    book = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(text) for text in (TOY, "print(round(total, 7))")]
    )
    result = series.execute(book, tmp_path)
    assert result.error is None
    value = float(book.cells[1].outputs[0].text)
    book.cells[1].source = f"assert abs(total - {value}) < 1e-4"
    book.cells[1].outputs = []
    series.clean(book)
    series.write(book, path)
    monkeypatch.setattr(shake, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(shake, "other_modes", lambda: ["native", "noise 1", "one thread"])

    assert shake.work([path]) is None
    runs = shake.stored(path)["runs"]
    assert {mode: run["failed"] for mode, run in runs.items()} == dict.fromkeys(runs, [])
    slacks = {mode: run["bounds"][0][3] for mode, run in runs.items()}
    assert slacks["native"] == slacks["one thread"] != slacks["noise 1"]
    assert slacks["noise 1"] == pytest.approx(1e-4, rel=0.1)
    assert "01_toy | 3 | 3 | 1 | " in capsys.readouterr().out

    monkeypatch.setattr(shake, "shake", None)  # nothing is done twice
    assert shake.work([path]) is None

    # A bound that some run came too near to, and a cell that failed in one.
    file = tmp_path / "results" / "01_toy.json"
    told = json.loads(file.read_text(encoding="utf-8"))
    told["runs"]["noise 1"]["bounds"][0][3] = 1e-6
    told["runs"]["one thread"]["failed"] = ["Cell 1: mismatch"]
    file.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(Stop, match="does not hold on every processor"):
        shake.work([path])
    said = capsys.readouterr().out
    assert "one thread: Cell 1: mismatch" in said
    assert "1e-06 from its bound with noise 1" in said

    book.cells[1].source += "\n# changed"
    series.write(book, path)
    assert shake.stored(path)["runs"] == {}
