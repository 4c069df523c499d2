"""Reports on generators: the reference rows fall where they must."""

import functools
import json

import numpy as np
import pytest
from PIL import Image

from ganlab import datasets, evaluation, keras, metrics, recipes
from ganlab.__main__ import main
from ganlab.datasets import readers
from ganlab.evaluation import features

# The writers follow one another in the data: halves of it must be drawn, not cut.
ORDER = np.random.default_rng(0).permutation(1797)


@pytest.fixture(scope="module")
def digits():
    return datasets.load("digits").take(ORDER[:600])


@pytest.fixture(scope="module")
def judge(digits):
    return evaluation.judge_of(digits)


@pytest.fixture(scope="module")
def report(digits, judge):
    """The "generator" is other real digits."""
    others = datasets.load("digits").images[ORDER[600:1200]]
    return evaluation.evaluate(digits.images, others, judge=judge, seed=0, resamples=10)


@pytest.mark.slow
def test_every_measure_tells_the_reference_rows_apart(report):
    def values(key):
        return {row.name: row.measures[key] for row in report.rows}

    distance = values("frechet_distance")
    assert distance["memorized"] < distance["real, other half"] < distance["collapsed"]
    assert 10 * distance["real, other half"] < distance["noise"]
    assert values("times_floor")["real, other half"] == pytest.approx(1.0)
    kernel = values("kernel_distance")
    assert abs(kernel["real, other half"]) < 0.05 * min(kernel["collapsed"], kernel["noise"])
    precision, recall = values("precision"), values("recall")
    assert precision["collapsed"] > 0.7 > 0.2 > recall["collapsed"]
    assert max(precision["noise"], recall["noise"]) < 0.05
    assert min(precision["real, other half"], recall["real, other half"]) > 0.75
    assert precision["memorized"] == 1
    density, coverage = values("density"), values("coverage")
    assert max(density["noise"], coverage["noise"]) < 0.05
    assert coverage["collapsed"] < 0.2 < 0.9 < coverage["real, other half"]
    score = values("inception_score")
    assert score["collapsed"] < 2 < 9 < score["real, other half"] <= 10
    assert 0.5 < values("rarest_class")["real, other half"]
    assert values("commonest_class")["real, other half"] < 2
    assert values("rarest_class")["collapsed"] == 0
    copies = values("copies")
    assert copies["memorized"] == 1
    assert copies["real, other half"] < 0.05


@pytest.mark.slow
def test_other_real_images_are_as_good_as_the_floor(report):
    generator = report["generator"]
    assert 0.6 < generator.measures["times_floor"] < 1.6
    low, high = generator.intervals["frechet_distance"]
    assert low < generator.measures["frechet_distance"] < high
    assert 0 <= low < high < 4 * generator.measures["frechet_distance"]
    assert all(0 <= end <= 1 for end in generator.intervals["precision"])


@pytest.mark.slow
def test_a_report_is_repeatable_and_plain(report, digits, judge):
    others = datasets.load("digits").images[ORDER[600:1200]]
    again = evaluation.evaluate(digits.images, others, judge=judge, seed=0, resamples=10)
    assert again.to_dict() == report.to_dict()
    assert json.loads(json.dumps(report.to_dict()))["count"] == 300
    lines = report.table().splitlines()
    assert len(lines) == 6
    assert len({len(line) for line in lines}) == 1, "columns are aligned"
    with pytest.raises(KeyError, match="received 'best'"):
        report["best"]


@pytest.mark.slow
def test_the_floor_is_the_measure_of_two_halves(digits, judge):
    """One split recomputed by hand."""
    report = evaluation.evaluate(digits.images, digits.images, judge=judge, seed=5, resamples=0)
    described = judge.extract(digits.images)
    rng = np.random.default_rng(5)
    rng.random((300, 28, 28, 1), np.float32)  # the noise
    distances = []
    for _ in range(4):
        order = rng.permutation(600)
        distances.append(metrics.frechet_distance(described[order[:300]], described[order[300:]]))
        rng.choice(order[300:])
        rng.permutation(600)
        rng.integers(10, size=300)
        rng.integers(300, size=300)
    floor = report["real, other half"].measures["frechet_distance"]
    assert floor == pytest.approx(np.mean(distances), rel=1e-4)
    assert report["generator"].measures["copies"] == 1, "its samples are the training images"


def test_data_without_labels_are_judged_by_principal_components():
    rng = np.random.default_rng(0)
    images = rng.random((100, 8, 8, 1), np.float32)
    judge = evaluation.judge_of(datasets.Dataset(images, name="own"))
    assert judge.probabilities is None
    found = judge.extract(images)
    assert found.shape == (100, 64)
    # All 64 components of 64 values keep every distance.
    ours = np.linalg.norm(found[0] - found[1])
    assert ours == pytest.approx(np.linalg.norm(images[0] - images[1]), rel=1e-4)
    report = evaluation.evaluate(images, images[::-1], judge=judge, seed=0, resamples=0)
    assert "inception_score" not in report.rows[0].measures
    assert "Inception" not in report.table()


@pytest.mark.slow
def test_labelled_data_of_another_kind_get_a_classifier_of_their_own(monkeypatch):
    monkeypatch.setattr(features, "train", functools.partial(features.train, steps=3))
    images = np.random.default_rng(0).random((60, 12, 12, 1), np.float32)
    own = datasets.Dataset(images, np.arange(60) % 3, name="own")
    judge = evaluation.judge_of(own)
    assert judge.name == "a classifier trained on own"
    assert judge.probabilities(images).shape == (60, 3)


def test_bad_input(digits, judge):
    with pytest.raises(ValueError, match="one shape"):
        evaluation.evaluate(digits.images, np.zeros((400, 8, 8, 1)), judge=judge, seed=0)
    with pytest.raises(ValueError, match="received 600 and 100"):
        evaluation.evaluate(digits.images, digits.images[:100], judge=judge, seed=0)
    with pytest.raises(ValueError, match="every >= 1"):
        evaluation.QualityCurve(digits.images, judge=judge, every=0, seed=0)


@pytest.mark.slow
def test_the_callback_measures_while_training(digits, judge):
    gan = recipes.DEFAULT.build((28, 28, 1), seed=0)
    curve = evaluation.QualityCurve(digits.images, judge=judge, every=4, count=100, seed=0)
    batches = datasets.batches(digits.images, 16, seed=0)
    gan.fit(batches, steps_per_epoch=9, verbose=0, callbacks=[curve])
    assert curve.steps == [0, 4, 8]
    assert set(curve.history) == {"frechet_distance", "precision", "recall", "inception_score"}
    assert all(len(values) == 3 for values in curve.history.values())
    chosen = np.random.default_rng(0).permutation(600)[:100]
    expected = metrics.frechet_distance(
        judge.extract(digits.images[chosen]), judge.extract(gan.sample(100, seed=0))
    )
    gan.fit(batches, steps_per_epoch=3, verbose=0, callbacks=[curve])
    assert curve.steps == [0, 4, 8, 12]
    assert curve.history["frechet_distance"][-1] != pytest.approx(expected, rel=1e-6)
    assert isinstance(curve, keras.callbacks.Callback)
    axes = curve.draw()
    assert axes.get_ylabel() == "frechet distance"


def test_the_command_line(tmp_path, capsys):
    rng = np.random.default_rng(0)
    real, fake = tmp_path / "real.npz", tmp_path / "fake.npz"
    readers.save_npz(rng.random((80, 12, 12, 1), np.float32), real)
    readers.save_npz(rng.random((50, 12, 12, 1), np.float32), fake)
    out = tmp_path / "out"
    arguments = ["evaluate", "--images", str(fake), "--data", str(real)]
    assert main([*arguments, "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert "memorized" in said.out
    assert "40 images in each set" in said.out
    assert "20/20" in said.err, "progress"
    found = json.loads((out / "evaluation.json").read_text())
    assert found["rows"]["generator"]["frechet_distance"]["value"] > 0
    assert "interval" in found["rows"]["generator"]["frechet_distance"]
    with Image.open(out / "evaluation.png") as picture:
        assert picture.size[0] > 600
    assert main(arguments) == 1
    assert "expected --data and --out" in capsys.readouterr().err


@pytest.mark.slow
def test_the_command_line_trains_a_judge(tmp_path, capsys):
    labels = np.arange(60) % 2
    images = np.zeros((60, 12, 12, 1), np.float32)
    images[labels == 1, :, 6:] = 1.0
    own = tmp_path / "own.npz"
    readers.save_npz(images, own, labels)
    out = tmp_path / "judge.npz"
    assert main(["features", "--data", str(own), "--out", str(out), "--steps", "30"]) == 0
    assert "100.0% of 12 held-out images right" in capsys.readouterr().out
    assert features.load(out).output_shape == (None, 2)
    readers.save_npz(images, own)
    assert main(["features", "--data", str(own), "--out", str(out)]) == 1
    assert "without labels" in capsys.readouterr().err
