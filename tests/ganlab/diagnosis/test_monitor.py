"""The monitor: what it measures, and that it changes nothing."""

import numpy as np
import pytest

from classroom import failures
from ganlab import callbacks, datasets, keras, metrics, recipes, tf
from ganlab.diagnosis import COLUMNS, monitor


def digits_run(every, steps=12):
    task = failures.DIGITS.task(0)
    gan = failures.DIGITS.build(task.train.shape[1:], seed=0)
    record = monitor.train(gan, task, steps=steps, every=every, batch_size=8, seed=0)
    return gan, record


@pytest.fixture(scope="module")
def run():
    return digits_run(3)


@pytest.mark.slow
def test_looking_more_often_changes_nothing(run):
    """Batch normalization is drawn from in training mode: its statistics must be put back."""
    gan, record = run
    other, rarely = digits_run(12)
    assert len(record.steps) == 4 and len(rarely.steps) == 1
    for mine, theirs in ((gan.generator, other.generator), (gan.generator_ema, other.generator_ema),
                         (gan.discriminator, other.discriminator)):  # fmt: skip
        for a, b in zip(mine.get_weights(), theirs.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)
    assert all(not layer.trainable for layer in gan.generator_ema.layers)
    assert gan.generator.trainable


@pytest.mark.slow
def test_its_columns_are_what_they_say(run):
    gan, record = run
    last = {name: values[-1] for name, values in record.columns.items()}
    task = failures.DIGITS.task(0)
    assert record.steps.tolist() == [3, 6, 9, 12] and int(gan.steps) == 12
    assert last["sample_low"] >= 0 and last["sample_high"] <= 1
    assert last["received_high"] == last["real_high"] == 1
    assert last["mode_gap"] > 0
    # Gray noise at the beginning: farther from the digits than other digits are.
    assert last["nearest"] > 1.2
    logits = gan.discriminator(task.train).numpy()
    assert abs(logits.mean() - last["real_logit"]) < 3 * logits.std() / 16


@pytest.fixture(scope="module")
def watched():
    """Seven steps on the ring, a row every two of them, and three frames."""
    points, unseen = datasets.ring(300, seed=0), 3 * datasets.ring(200, seed=1)
    modes = datasets.RING_MODES
    task = monitor.Task(points, unseen, modes, np.arange(len(modes)), radius=0.3)
    watch = monitor.Monitor(task, every=2, seed=3, preprocess=lambda x: x / 2, frames=3)
    gan = recipes.DEFAULT.build((2,), seed=0)
    before = gan(watch_latents(gan)).numpy()
    batches = datasets.batches(points, 32, seed=0)
    curve = callbacks.LossCurve()
    gan.fit(batches, steps_per_epoch=7, verbose=0, callbacks=[watch, curve])
    return gan, task, watch, curve, before


def watch_latents(gan):
    """The latents that a monitor of seed 3 draws after its choice among 300 samples."""
    rng = np.random.default_rng([3, 1])
    rng.permutation(300)
    return rng.standard_normal((256, gan.latent_dim), np.float32)


def test_a_monitor_is_a_callback_of_fit(watched):
    gan, task, watch, curve, _ = watched
    record = watch.record
    assert list(record.columns) == list(COLUMNS)
    assert record.steps.tolist() == [2, 4, 6], "the seventh step fills no row"
    pairs = np.reshape(curve.history["d_loss"][:6], (3, 2))
    np.testing.assert_allclose(record["d_loss"], pairs.mean(axis=1))
    np.testing.assert_allclose(record["d_loss_swing"], pairs.std(axis=1))
    assert np.all(record["received_high"] == task.train.max() / 2)
    assert np.all(record["real_high"] == task.train.max())


def test_frames_show_the_same_latents_from_before_training_to_the_end(watched):
    _, _, watch, _, before = watched
    record = watch.record
    assert record.frame_steps.tolist() == [0, 4, 6] and record.frames.shape == (3, 128, 2)
    np.testing.assert_array_equal(record.frames[0], before[:128])


def test_columns_that_the_metrics_measure(watched):
    """The last row again, by the measures themselves, from what was there after six steps."""
    gan, task, *_ = watched
    watch = monitor.Monitor(task, every=1, seed=3)
    batches = datasets.batches(task.train, 32, seed=0, start=7)
    gan.fit(batches, steps_per_epoch=1, verbose=0, callbacks=[watch])
    samples = gan(watch_latents(gan)).numpy()
    last = {name: values[-1] for name, values in watch.record.columns.items()}
    coverage = metrics.mode_coverage(samples, task.references, radius=0.3)
    assert last["modes"] == coverage.covered / 8 and last["near"] == coverage.high_quality
    near, far = (
        metrics.nearest_neighbors(x, task.train)[0].mean() for x in (samples, task.held_out)
    )
    assert last["nearest"] == pytest.approx(near / far, rel=1e-2)  # float32, among near points


def test_drift_is_that_of_the_trained_generator(watched):
    """A step with an average that hardly moves: the samples of both, before and after."""
    gan, task, *_ = watched
    z = watch_latents(gan)
    before, averaged = gan.generator(z).numpy(), gan.generator_ema(z).numpy()
    watch = monitor.Monitor(task, every=1, seed=3)
    gan.fit(
        datasets.batches(task.train, 32, seed=0, start=7),
        steps_per_epoch=1,
        verbose=0,
        callbacks=[watch],
    )
    distance = monitor._mean_distance(task.held_out[:256])
    moved = np.linalg.norm(gan.generator(z).numpy() - before, axis=1).mean() / distance
    calm = np.linalg.norm(gan.generator_ema(z).numpy() - averaged, axis=1).mean() / distance
    assert watch.record["drift"][0] == pytest.approx(moved, rel=1e-4)
    assert calm < 0.7 * moved


def relu_network(kind):
    layers = keras.layers
    if kind == "leaky":
        hidden = [layers.Dense(4), layers.LeakyReLU(0.2)]
    elif kind == "layer":
        hidden = [layers.Dense(4), layers.ReLU()]
    else:
        hidden = [layers.Dense(4, activation="relu")]
    network = keras.Sequential([keras.Input((2,)), *hidden, layers.Dense(2)])
    # Unit 0 is always 0, unit 1 never, 2 and 3 for some latents.
    network.layers[0].set_weights(
        [np.array([[0, 0, 1, -1], [0, 0, 0, 1]], "float32"), np.array([-1, 1, 0, 0], "float32")]
    )
    return network


@pytest.mark.parametrize(("kind", "share"), [("dense", 0.25), ("layer", 0.25), ("leaky", np.nan)])
def test_dead_units_are_those_that_answer_0_to_all(kind, share):
    latents = tf.constant([[1.0, 0.0], [-1.0, 0.0]])
    found = monitor._dead_share(monitor._relu_layers(relu_network(kind)), latents)
    np.testing.assert_equal(float(found), share)


def test_dead_channels_and_the_worst_layer():
    x = start = keras.Input((2, 2, 1))
    for name, bias in (("one", [-1.0, 1.0]), ("both", [-1.0, -1.0])):
        layer = keras.layers.Conv2D(2, 1, activation="relu", kernel_initializer="zeros", name=name)
        x = layer(x)
        layer.bias.assign(bias)
    images = tf.zeros((3, 2, 2, 1))
    for stop, share in (("one", 0.5), ("both", 1.0)):
        network = keras.Model(start, keras.Model(start, x).get_layer(stop).output)
        assert float(monitor._dead_share(monitor._relu_layers(network), images)) == share


def test_a_relu_layer_of_another_network_is_not_looked_at():
    shared = keras.layers.ReLU()
    shared(keras.Input((2,)))
    x = keras.Input((2,))
    assert monitor._relu_layers(keras.Model(x, shared(x))) is None


def test_a_network_that_is_no_graph_has_no_layers_to_look_at():
    class Own(keras.Model):
        def call(self, x):
            return x

    assert monitor._relu_layers(Own()) is None


def test_the_area_under_the_curve_is_the_share_of_pairs():
    rng = np.random.default_rng(0)
    upper, lower = rng.integers(0, 5, 40), rng.integers(0, 5, 30)
    pairs = (upper[:, None] > lower).mean() + 0.5 * (upper[:, None] == lower).mean()
    assert monitor._auc(upper, lower) == pytest.approx(pairs)
    assert monitor._auc(np.ones(3), np.zeros(4)) == 1
    assert monitor._auc(np.ones(3), np.ones(4)) == 0.5
    assert np.isnan(monitor._auc(np.ones(3), np.array([1.0, np.inf])))


@pytest.mark.slow
def test_a_diverged_run_is_recorded():
    task = failures.RING.task(0)
    gan = failures.RING.build((2,), seed=0)
    poisoned = gan.generator.trainable_variables[0]
    poisoned.assign(np.nan * poisoned)
    record = monitor.train(gan, task, steps=4, every=2, batch_size=8, seed=0)
    assert np.isnan(record["g_loss"]).all() and np.isnan(record["nearest"]).all()
    assert np.isnan(record["real_fake_auc"]).all()
    assert not record["near"].any() and not record["modes"].any()


def test_mean_distance_of_two_places():
    """Half of the points at 0 and half at distance 2, at random: two of them are 1 apart."""
    points = 2.0 * np.random.default_rng(0).integers(0, 2, (4000, 1))
    assert monitor._mean_distance(points) == pytest.approx(1.0, abs=0.05)
    assert monitor._mean_distance(np.ones((300, 2))) == 0


def test_a_run_without_a_row_is_refused():
    gan = failures.RING.build((2,), seed=0)
    with pytest.raises(ValueError, match="expected at least 20 steps, received 19"):
        monitor.train(gan, failures.RING.task(0), steps=19, every=20, batch_size=8, seed=0)
    assert int(gan.steps) == 0
    for wrong in ({"every": 0}, {"every": 20, "frames": 1}):
        with pytest.raises(ValueError, match="expected (every|frames) as an integer from"):
            monitor.Monitor(None, seed=0, **wrong)
    with pytest.raises(TypeError, match="expected seed as an integer, received None"):
        monitor.Monitor(None, every=1, seed=None)
    for held_out in (np.zeros((1, 2), np.float32), np.zeros((9, 2), np.float32)):
        task = monitor.Task(
            np.ones((9, 2), np.float32), held_out, np.zeros((1, 2)), np.zeros(1, int), 1.0
        )
        with pytest.raises(ValueError, match="held-out samples that differ, received one or equal"):
            monitor.train(gan, task, steps=4, every=2, batch_size=8, seed=0)
    assert int(gan.steps) == 0


@pytest.mark.parametrize("count", [2, 7, 31, 101, 202])
def test_no_sample_is_paired_with_itself(count):
    """The corners of a simplex are all equally far apart."""
    corners = np.eye(count, dtype=np.float32)
    assert monitor._mean_distance(corners) == pytest.approx(np.sqrt(2))
