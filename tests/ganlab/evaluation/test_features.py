"""What images are compared by: a classifier's inner values, or principal components."""

import functools
import pathlib

import numpy as np
import pytest

from ganlab import datasets, evaluation, files
from ganlab.evaluation import features

README = pathlib.Path(__file__).parents[3] / "data" / "README.md"


@pytest.fixture(scope="module")
def digits():
    return datasets.load("digits", split="test")


@pytest.fixture(scope="module")
def squares():
    """Two classes that a linear model separates: a bright left or a bright right half."""
    rng = np.random.default_rng(0)
    images = 0.3 * rng.random((200, 12, 12, 1), np.float32)
    labels = rng.integers(2, size=200)
    images[labels == 0, :, :6] += 0.5
    images[labels == 1, :, 6:] += 0.5
    return images, labels


def test_the_recorded_classifier_reads_held_out_digits(digits):
    model = features.load("digits")
    assert features.accuracy(model, digits.images, digits.labels) >= 0.98
    chances = features.probabilities(model, digits.images)
    assert chances.shape == (len(digits), 10)
    np.testing.assert_allclose(chances.sum(axis=1), 1.0, atol=1e-5)


def test_the_recorded_file_is_the_published_one():
    path = README.parent / "weights" / "features_digits.npz"
    checksum = files.sha256(path)
    assert checksum == features.WEIGHTS["digits"]
    assert checksum in README.read_text(encoding="utf-8"), "data/README.md names the checksum"
    assert path.stat().st_size <= 1_000_000


def test_features_are_what_the_last_layer_sees(digits):
    """The logits follow from the features: a leaky relu and one matrix."""
    model = features.load("digits")
    found = features.extract(model, digits.images[:40], batch_size=16)
    assert found.shape == (40, features.DIM)
    assert found.dtype == np.float32
    kernel, bias = model.get_layer("logits").get_weights()
    logits = np.where(found > 0, found, 0.2 * found) @ kernel + bias
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(
        chances, features.probabilities(model, digits.images[:40]), atol=1e-5
    )


def test_features_do_not_depend_on_the_batch(digits):
    model = features.load("digits")
    together = features.extract(model, digits.images[:30])
    apart = features.extract(model, digits.images[:30], batch_size=7)
    np.testing.assert_allclose(together, apart, rtol=1e-4, atol=1e-4)


@pytest.mark.slow
def test_training_learns_and_repeats_itself(squares, tmp_path):
    images, labels = squares
    first = features.train(images[:150], labels[:150], seed=3, steps=60, batch_size=32)
    assert features.accuracy(first, images[150:], labels[150:]) == 1.0
    again = features.train(images[:150], labels[:150], seed=3, steps=60, batch_size=32)
    for one, other in zip(first.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    other = features.train(images[:150], labels[:150], seed=4, steps=60, batch_size=32)
    assert not np.array_equal(first.get_weights()[0], other.get_weights()[0])

    features.save(first, tmp_path / "own.npz")
    loaded = features.load(tmp_path / "own.npz")
    assert loaded.output_shape == (None, 2)
    np.testing.assert_array_equal(
        features.extract(first, images[:5]), features.extract(loaded, images[:5])
    )


def test_a_large_image_ends_in_as_many_features():
    model = features.build((64, 48, 3), 5, seed=0)
    assert features.extract(model, np.zeros((2, 64, 48, 3), np.float32)).shape == (2, 64)
    assert model.count_params() * 4 < 1_000_000


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.zeros(200, int), "at least two classes"),
        (np.zeros(199, int), r"labels of shape \(200,\)"),
        (np.full(200, 0.5), "received float64"),
        (np.arange(200) - 1, "labels from 0 to 4095, received -1 to 198"),
        (np.arange(200) * 21, "received 0 to 4179"),
    ],
    ids=["one class", "too few", "not integers", "negative", "identifiers"],
)
def test_labels_that_do_not_fit(squares, labels, message):
    with pytest.raises(ValueError, match=message):
        features.train(squares[0], labels, seed=0, steps=1)


def test_odd_arguments_of_a_training(squares):
    for wrong, error, message in [
        ({"steps": 0}, ValueError, "steps as an integer from 1 on, received 0"),
        ({"steps": 1.5}, ValueError, "steps as an integer from 1 on, received 1.5"),
        ({"batch_size": 0}, ValueError, "batch_size as an integer from 1 on, received 0"),
        ({"seed": None}, TypeError, "expected seed as an integer, received None"),
    ]:
        with pytest.raises(error, match=message):
            features.train(*squares, **({"seed": 0, "steps": 1} | wrong))


def test_mistakes_get_an_error(tmp_path):
    with pytest.raises(ValueError, match=r"expected one of \['digits'\] .*received 'faces'"):
        features.load("faces")
    with pytest.raises(files.FileError, match=r"none\.npz: cannot be read"):
        features.load(tmp_path / "none.npz")
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    with pytest.raises(files.FileError, match=r"other\.npz: expected a classifier"):
        features.load(tmp_path / "other.npz")
    with pytest.raises(ValueError, match=r"expected images of shape \(28, 28, 1\).*\(20, 20, 1\)"):
        features.extract(features.load("digits"), np.zeros((1, 20, 20, 1), np.float32))


@pytest.mark.parametrize(("count", "dim"), [(300, 10), (7, 7)])
def test_principal_components_by_the_singular_value_decomposition(digits, count, dim):
    images = digits.images[:count]
    found = evaluation.FeatureExtractor.of_components(images, dim=10)
    assert found.name == f"the first {dim} principal components"
    flat = images.reshape(count, -1).astype(np.float64)
    _, _, directions = np.linalg.svd(flat - flat.mean(axis=0), full_matrices=False)
    some = images[:40]
    by_hand = (some.reshape(len(some), -1) - flat.mean(axis=0)) @ directions[:dim].T
    projected = found.extract(some)
    assert projected.shape == (len(some), dim)
    # The sign of a direction is free, so distances are compared; float32 has seven digits.
    np.testing.assert_allclose(
        np.linalg.norm(projected[:, None] - projected, axis=-1),
        np.linalg.norm(by_hand[:, None] - by_hand, axis=-1),
        rtol=1e-4,
        atol=1e-4,
    )


def test_data_without_labels_are_compared_by_principal_components():
    rng = np.random.default_rng(0)
    images = rng.random((100, 8, 8, 1), np.float32)
    extractor = evaluation.extractor_for(datasets.Dataset(images, name="own"))
    assert extractor.probabilities is None
    found = extractor.extract(images)
    assert found.shape == (100, 64)
    # All 64 components of 64 values keep every distance.
    ours = np.linalg.norm(found[0] - found[1])
    assert ours == pytest.approx(np.linalg.norm(images[0] - images[1]), rel=1e-4)
    report = evaluation.evaluate(images, images[::-1], extractor=extractor, seed=0, resamples=0)
    assert "inception_score" not in report.rows[0].measures
    assert "Inception" not in report.table()


@pytest.mark.slow
def test_labeled_data_of_another_kind_get_a_classifier_of_their_own(monkeypatch):
    monkeypatch.setattr(features, "train", functools.partial(features.train, steps=3))
    images = np.random.default_rng(0).random((60, 12, 12, 1), np.float32)
    own = datasets.Dataset(images, np.arange(60) % 3, name="own")
    extractor = evaluation.extractor_for(own)
    assert extractor.name == "a classifier trained on own"
    assert extractor.probabilities(images).shape == (60, 3)


def test_labels_that_are_identifiers_are_counted_anew(monkeypatch):
    """Numbers of persons: there are as many outputs as persons, not as the greatest number."""
    seen = []
    monkeypatch.setattr(features, "train", lambda _, labels, **__: seen.append(labels))
    images = np.random.default_rng(0).random((60, 12, 12, 1), np.float32)
    persons = np.where(np.arange(60) % 2, 21001, 50231)
    evaluation.extractor_for(datasets.Dataset(images, persons))
    np.testing.assert_array_equal(seen, [1 - np.arange(60) % 2])
    singles = datasets.Dataset(images, 1000 + np.arange(60))
    assert evaluation.extractor_for(singles).probabilities is None, "no class has two images"
    assert len(seen) == 1


def test_a_folder_called_digits_is_not_the_digits(monkeypatch):
    """What the images are decides, not what they are called."""
    monkeypatch.setattr(features, "train", lambda *_, **__: None)
    images = np.random.default_rng(0).random((60, 28, 28, 1), np.float32)
    own = datasets.Dataset(images, np.arange(60) % 3, name="digits")
    assert evaluation.extractor_for(own).name == "a classifier trained on digits"
    some = datasets.load("digits", split="test").take(slice(50))
    renamed = datasets.Dataset(some.images, some.labels, name="mine")
    assert evaluation.extractor_for(renamed).name == "the recorded classifier of digits"


def test_accuracy_wants_a_label_for_each_image(digits):
    model = features.load("digits")
    for labels in (digits.labels[:, None], digits.labels[:9], digits.labels / 1.0):
        with pytest.raises(ValueError, match=r"expected integer labels of shape \(\d+,\)"):
            features.accuracy(model, digits.images, labels)


@pytest.mark.parametrize(
    "about",
    [
        '{"image_shape": [300000, 300000, 3], "classes": 2}',
        '{"image_shape": [28, 28, 1], "classes": 3000000}',
        '{"image_shape": [28, 28, 1], "classes": 11}',
        '{"image_shape": [28, 28, 1], "classes": 10.0}',
        '{"image_shape": [28, 28, 2], "classes": 10}',
        '{"image_shape": [28, 28], "classes": 10}',
        '{"image_shape": 28, "classes": 10}',
        '{"image_shape": ["a", {}, 1], "classes": 10}',
        '{"classes": 10}',
        "[]",
        "NaN",
        "[" * 100_000,
    ],
)
def test_no_network_is_built_from_what_a_file_claims(tmp_path, monkeypatch, about):
    """A file of a hundred bytes must not take gigabytes."""
    recorded = files.recorded("weights/features_digits.npz")
    arrays = files.read_npz(recorded) | {"about": np.array(about)}
    files.write_npz(tmp_path / "a.npz", arrays)
    monkeypatch.setattr(features, "build", lambda *_, **__: pytest.fail("built"))
    with pytest.raises(files.FileError, match=r"a\.npz: expected a classifier"):
        features.load(tmp_path / "a.npz")
