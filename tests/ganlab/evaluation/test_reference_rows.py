"""The reference rows fall where they must."""

import numpy as np
import pytest

from ganlab import evaluation, metrics


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
def test_equal_seeds_give_equal_reports(report, digits, others, extractor):
    again = evaluation.evaluate(digits.images, others, extractor=extractor, seed=0, resamples=10)
    assert again.to_dict() == report.to_dict()


@pytest.mark.slow
def test_the_floor_is_the_measure_of_two_halves(digits, extractor):
    """One split recomputed by hand."""
    report = evaluation.evaluate(
        digits.images, digits.images, extractor=extractor, seed=5, resamples=0
    )
    described = extractor.extract(digits.images)
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


def test_bad_input(digits, extractor):
    with pytest.raises(ValueError, match="one shape"):
        evaluation.evaluate(digits.images, np.zeros((400, 8, 8, 1)), extractor=extractor, seed=0)
    with pytest.raises(ValueError, match="received 600 and 100"):
        evaluation.evaluate(digits.images, digits.images[:100], extractor=extractor, seed=0)


def test_odd_arguments_are_refused_before_anything_is_measured(digits, others):
    def measuring(*_):
        raise AssertionError("too late")

    extractor = evaluation.FeatureExtractor("none", measuring)
    for arguments, error, message in [
        ({"seed": None}, TypeError, "expected seed as an integer"),
        ({"seed": 0, "resamples": 1}, ValueError, "resamples as an integer from 2 on, received 1"),
        ({"seed": 0, "resamples": 2.5}, ValueError, "resamples as an integer from 2 on"),
    ]:
        with pytest.raises(error, match=message):
            evaluation.evaluate(digits.images, others, extractor=extractor, **arguments)
    gray = np.full((50, 8, 8, 1), 0.5, np.float32)
    with pytest.raises(ValueError, match="real images that differ, received one 50 times"):
        evaluation.evaluate(gray, gray, extractor=extractor, seed=0)


def flat_pixels():
    return evaluation.FeatureExtractor("pixels", lambda images: images.reshape(len(images), -1))


def test_duplicates_in_the_data_do_not_hide_a_memorizer():
    """Where 1 % of the images have a twin, the least distance of another image is 0."""
    images = np.random.default_rng(0).random((60, 4, 4, 1), np.float32)
    images[:20] = images[0]
    report = evaluation.evaluate(images, images, extractor=flat_pixels(), seed=1, resamples=0)
    assert report["memorized"].measures["copies"] == 1
    assert report["noise"].measures["copies"] == 0


def test_features_that_are_all_the_same_leave_no_floor_to_compare_with():
    images = np.random.default_rng(0).random((60, 4, 4, 1), np.float32)
    dead = evaluation.FeatureExtractor("dead", lambda images: np.zeros((len(images), 2)))
    report = evaluation.evaluate(images, images, extractor=dead, seed=0, resamples=0)
    assert np.isnan(report["generator"].measures["times_floor"])
    assert "nan" in report.table()


@pytest.fixture(scope="module")
def brightness():
    """An extractor that classifies by the mean alone: darker or brighter than 0.5."""

    def probabilities(images):
        bright = images.mean(axis=(1, 2, 3)) > 0.5
        return np.stack([1.0 - bright, bright], axis=1)

    def extract(images):
        return images.reshape(len(images), -1)[:, :4]

    return evaluation.FeatureExtractor("brightness", extract, probabilities)


def test_what_was_asked_is_compared_with_what_the_classifier_sees(brightness):
    rng = np.random.default_rng(0)
    labels = np.arange(80) % 2
    real = (0.25 + 0.5 * labels[:, None, None, None]) + 0.1 * rng.random((80, 4, 4, 1))
    fake_labels = np.arange(60) % 2
    obeyed = np.where(np.arange(60) < 30, fake_labels, 1 - fake_labels)  # half of the time
    fake = (0.25 + 0.5 * obeyed[:, None, None, None]) + 0.1 * rng.random((60, 4, 4, 1))
    report = evaluation.evaluate(
        np.float32(real),
        np.float32(fake),
        real_labels=labels,
        fake_labels=fake_labels,
        extractor=brightness,
        seed=0,
        resamples=0,
    )
    asked = {row.name: row.measures["as_asked"] for row in report.rows}
    assert asked["real, other half"] == asked["memorized"] == 1
    assert 0.3 < asked["generator"] < 0.7
    assert 0.2 < asked["collapsed"] < 0.8
    assert "as asked" in report.table()


def test_labels_need_a_classifier_and_their_images(brightness):
    real = np.random.default_rng(0).random((40, 4, 4, 1), np.float32)
    blind = evaluation.FeatureExtractor("blind", brightness.extract)
    labels = {"real_labels": np.zeros(40, int), "fake_labels": np.zeros(40, int)}
    with pytest.raises(ValueError, match="expected an extractor with a classifier beside labels"):
        evaluation.evaluate(real, real, **labels, extractor=blind, seed=0)
    for wrong, received in ((None, "object of shape"), (np.zeros(39, int), r"shape .39,.")):
        with pytest.raises(ValueError, match=f"expected fake_labels as integers.*{received}"):
            evaluation.evaluate(
                real, real, **labels | {"fake_labels": wrong}, extractor=brightness, seed=0
            )
    for name in labels:  # counted from 1, or with one that is missing
        for wrong in (np.full(40, 2), np.arange(40) % 2 - 1):
            with pytest.raises(ValueError, match=f"expected {name} from 0 to 1, as the classifier"):
                evaluation.evaluate(
                    real, real, **labels | {name: wrong}, extractor=brightness, seed=0
                )
