"""What reads the factors of critters, and of other images with named factors."""

import pathlib

import numpy as np
import pytest

from ganlab import files, images
from ganlab.datasets import critters
from ganlab.evaluation import factors, features
from tools import factors as tool

README = pathlib.Path(__file__).parents[3] / "data" / "README.md"


@pytest.fixture(scope="module")
def model():
    return factors.load("critters")


@pytest.fixture(scope="module")
def fresh():
    return tool.fresh(500, seed=77)


@pytest.fixture(scope="module")
def squares():
    """Two factors: a bright left or right half, and one of three colors."""
    rng = np.random.default_rng(0)
    truth = np.stack([rng.integers(2, size=240), rng.integers(3, size=240)], axis=1)
    pictures = 0.3 * rng.random((240, 12, 12, 3), np.float32)
    for picture, (side, color) in zip(pictures, truth, strict=True):
        picture[:, 6 * side : 6 * side + 6, color] += 0.6
    return pictures, truth


@pytest.mark.parametrize("split", ["train", "test"])
def test_new_critters_are_read(model, split):
    """tools/factors.py finds 1.0000 of each factor; here one in a hundred may be lost."""
    truth = critters.draw(400, seed=78, split=split)
    pictures = images.to_float(critters.compose(truth, size=32))
    shares = factors.accuracy(model, pictures, truth)
    assert shares.shape == (8,) and shares.min() >= 0.99


def test_pale_noisy_blurred_pictures_are_read(model, fresh):
    pictures, truth = fresh
    shifted = np.pad(pictures, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    rows = (shifted[:, :-2] + 2 * shifted[:, 1:-1] + shifted[:, 2:]) / 4
    blurred = (rows[:, :, :-2] + 2 * rows[:, :, 1:-1] + rows[:, :, 2:]) / 4
    noise = np.random.default_rng(0).normal(size=pictures.shape)
    for seen in (pictures, blurred, (pictures + 0.08 * noise).clip(0, 1), 0.05 + 0.9 * pictures):
        assert factors.accuracy(model, seen, truth).min() >= 0.98


def test_the_recorded_file_is_the_published_one():
    path = README.parent / "weights" / "factors_critters.npz"
    checksum = files.sha256(path)
    assert checksum == factors.WEIGHTS["critters"]
    assert checksum in README.read_text(encoding="utf-8"), "data/README.md names the checksum"
    assert path.stat().st_size <= 1_000_000


def test_the_heads_are_the_factors_of_critters(model, fresh):
    assert factors.counts(model) == [len(values) for values in critters.FACTORS.values()]
    chances = factors.probabilities(model, fresh[0][:40])
    assert [head.shape for head in chances] == [(40, count) for count in factors.counts(model)]
    for head in chances:
        np.testing.assert_allclose(head.sum(axis=1), 1.0, atol=1e-5)
    found = factors.read(model, fresh[0][:40])
    assert found.dtype == np.int64 and found.shape == (40, 8)
    np.testing.assert_array_equal(found, np.stack([h.argmax(axis=1) for h in chances], axis=1))


def test_what_is_read_does_not_depend_on_the_batch(model, fresh):
    together = factors.probabilities(model, fresh[0][:30])
    apart = factors.probabilities(model, fresh[0][:30], batch_size=7)
    for one, other in zip(together, apart, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_accuracy_counts_each_factor_by_itself(model, fresh):
    pictures, truth = fresh
    wrong = truth[:50].copy()
    wrong[:10, 0] = (wrong[:10, 0] + 1) % 8
    right, fewer = (factors.accuracy(model, pictures[:50], rows) for rows in (truth[:50], wrong))
    np.testing.assert_allclose(right - fewer, [0.2, 0, 0, 0, 0, 0, 0, 0], atol=1e-9)


def test_features_can_be_taken_of_it(model, fresh):
    found = features.extract(model, fresh[0][:5])
    assert found.shape == (5, features.DIM)
    kernel, bias = model.get_layer("logits_7").get_weights()
    logits = np.where(found > 0, found, 0.2 * found) @ kernel + bias
    np.testing.assert_array_equal(logits.argmax(axis=1), factors.read(model, fresh[0][:5])[:, 7])


def test_fresh_critters_are_critters(fresh):
    pictures, truth = tool.fresh(4, seed=5)
    np.testing.assert_array_equal(truth, critters.draw(4, seed=5))
    np.testing.assert_array_equal(images.to_uint8(pictures), critters.compose(truth, size=32))


def test_pictures_are_varied_without_being_moved(fresh):
    """All values change a little, and what is bright stays where it was."""
    pictures = fresh[0][:64]
    seen = factors._Variation(3)(pictures).numpy()
    assert seen.shape == pictures.shape and seen.min() >= 0 and seen.max() <= 1
    distances = np.sqrt(np.mean((seen - pictures) ** 2, axis=(1, 2, 3)))
    assert 0.005 < distances.min() and distances.max() < 0.2 and np.ptp(distances) > 0.02
    moved = np.roll(pictures, 1, axis=2)
    for one, other, away in zip(seen, pictures, moved, strict=True):
        near = np.corrcoef(one.ravel(), other.ravel())[0, 1]
        assert near > np.corrcoef(one.ravel(), away.ravel())[0, 1]


@pytest.mark.slow
def test_training_learns_and_repeats_itself(squares, tmp_path):
    pictures, truth = squares
    first = factors.train(pictures[:180], truth[:180], seed=3, steps=60, batch_size=32)
    np.testing.assert_array_equal(factors.accuracy(first, pictures[180:], truth[180:]), [1.0, 1.0])
    again = factors.train(pictures[:180], truth[:180], seed=3, steps=60, batch_size=32)
    for one, other in zip(first.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    other = factors.train(pictures[:180], truth[:180], seed=4, steps=2, batch_size=32)
    assert not np.array_equal(first.get_weights()[0], other.get_weights()[0])

    checksum = factors.save(first, tmp_path / "own.npz")
    assert checksum == files.sha256(tmp_path / "own.npz")
    loaded = factors.load(tmp_path / "own.npz")
    assert factors.counts(loaded) == [2, 3] and not loaded.trainable
    heads = [factors.probabilities(one, pictures) for one in (first, loaded)]
    for one, other in zip(*heads, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.slow
def test_one_factor_is_enough(squares, tmp_path):
    own = factors.train(squares[0], squares[1][:, 1:], seed=0, steps=40)
    factors.save(own, tmp_path / "own.npz")
    shares = factors.accuracy(factors.load(tmp_path / "own.npz"), squares[0], squares[1][:, 1:])
    assert shares.shape == (1,) and shares[0] > 0.95


@pytest.mark.slow
def test_the_tool_writes_what_load_reads(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tool, "COUNT", 200)
    monkeypatch.setattr(tool, "CHECKED", 50)
    tool.main(["--out", str(tmp_path / "some.npz"), "--steps", "2"])
    assert factors.counts(factors.load(tmp_path / "some.npz"))[0] == 8
    assert files.sha256(tmp_path / "some.npz") in capsys.readouterr().out


@pytest.mark.parametrize(
    ("truth", "message"),
    [
        (np.zeros((239, 2), int), r"integer factors of shape \(240, k\), .*\(239, 2\)"),
        (np.zeros(240, int), r"integer factors of shape \(240, k\), .*\(240,\)"),
        (np.zeros((240, 0), int), r"integer factors of shape \(240, k\), .*\(240, 0\)"),
        (np.zeros((240, 2)), "received float64"),
        (np.zeros((240, 2), int), r"at least two values .*from \[0, 0\] to \[0, 0\]"),
        (np.arange(240)[:, None] - 1, r"values from 0 to 4095, received .*\[-1\] to \[238\]"),
        (np.arange(240)[:, None] * 20, r"values from 0 to 4095, received .*\[0\] to \[4780\]"),
        (np.arange(240)[:, None] % 2 * np.ones((1, 65), int), "1 to 64 factors"),
    ],
)
def test_factors_that_do_not_fit(squares, truth, message):
    with pytest.raises(ValueError, match=f"expected .*{message}|{message}"):
        factors.train(squares[0], truth, seed=0, steps=1)


def test_odd_arguments_of_a_training(squares):
    for wrong, error, message in [
        ({"steps": 0}, ValueError, "steps as an integer from 1 on, received 0"),
        ({"batch_size": 0}, ValueError, "batch_size as an integer from 1 on, received 0"),
        ({"seed": None}, TypeError, "expected seed as an integer, received None"),
    ]:
        with pytest.raises(error, match=message):
            factors.train(*squares, **({"seed": 0, "steps": 1} | wrong))


def test_mistakes_get_an_error(model, fresh, tmp_path):
    with pytest.raises(ValueError, match=r"expected one of \['critters'\] .*received 'faces'"):
        factors.load("faces")
    with pytest.raises(files.FileError, match=r"none\.npz: cannot be read"):
        factors.load(tmp_path / "none.npz")
    with pytest.raises(files.FileError, match="expected a classifier that factors.save wrote"):
        factors.load(files.recorded("weights/features_digits.npz"))
    with pytest.raises(files.FileError, match="expected a classifier that .* features wrote"):
        features.load(files.recorded("weights/factors_critters.npz"))
    with pytest.raises(ValueError, match=r"expected images of shape \(32, 32, 3\).*\(16, 16, 3\)"):
        factors.read(model, np.zeros((1, 16, 16, 3), np.float32))
    with pytest.raises(ValueError, match=r"expected 8 factors, as this classifier .*received 7"):
        factors.accuracy(model, fresh[0][:9], fresh[1][:9, :7])


@pytest.mark.parametrize(
    "about",
    [
        '{"image_shape": [300000, 300000, 3], "counts": [8, 6, 4, 7, 6, 8, 6, 5]}',
        '{"image_shape": [32, 32, 2], "counts": [8, 6, 4, 7, 6, 8, 6, 5]}',
        '{"image_shape": [32, 32, 3], "counts": [8, 6, 4, 7, 6, 8, 6, 5, 4]}',
        '{"image_shape": [32, 32, 3], "counts": [8, 6, 4, 7, 6, 8, 6, 500000]}',
        '{"image_shape": [32, 32, 3], "counts": [8, 6, 4, 7, 6, 8, 6, 9]}',
        '{"image_shape": [32, 32, 3], "counts": [8.0, 6, 4, 7, 6, 8, 6, 5]}',
        '{"image_shape": [32, 32, 3], "counts": []}',
        '{"image_shape": [32, 32, 3], "counts": 8}',
        '{"image_shape": [32, 32, 3]}',
        "[]",
        "[" * 100_000,
    ],
)
def test_no_network_is_built_from_what_a_file_claims(tmp_path, monkeypatch, about):
    recorded = files.recorded("weights/factors_critters.npz")
    arrays = files.read_npz(recorded) | {"about": np.array(about)}
    files.write_npz(tmp_path / "a.npz", arrays)
    monkeypatch.setattr(factors, "build", lambda *_, **__: pytest.fail("built"))
    with pytest.raises(files.FileError, match=r"a\.npz: expected a classifier"):
        factors.load(tmp_path / "a.npz")
