"""The adversarial step: who is changed by it, what it counts, and that it learns."""

import itertools

import numpy as np
import pytest

from ganlab import datasets, keras, losses, metrics, models, penalties, recipes, tf, training
from ganlab.training import GAN


def small_gan(*, compiled=True, learning_rates=(1e-3, 1e-3), **options):
    options = {"loss": losses.non_saturating, "seed": 0} | options
    gan = GAN(
        models.mlp_generator(width=8, depth=1, seed=0),
        models.mlp_discriminator(width=8, depth=1, seed=1),
        **options,
    )
    if compiled:
        g_rate, d_rate = learning_rates
        gan.compile(
            g_optimizer=keras.optimizers.SGD(g_rate), d_optimizer=keras.optimizers.SGD(d_rate)
        )
    return gan


POINTS = datasets.ring(64, seed=0)


def weights(network):
    return np.concatenate([w.ravel() for w in network.get_weights()])


@pytest.mark.parametrize(
    ("learning_rates", "moves"), [((1e-3, 0.0), (True, False)), ((0.0, 1e-3), (False, True))]
)
def test_each_optimizer_changes_only_its_own_network(learning_rates, moves):
    gan = small_gan(learning_rates=learning_rates)
    before = weights(gan.generator), weights(gan.discriminator)
    gan.train_step(POINTS)
    after = weights(gan.generator), weights(gan.discriminator)
    moved = tuple(not np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert moved == moves


def test_one_step_by_hand():
    """The step equals the same algorithm written out with one tape for each player."""
    gan, twin = small_gan(), small_gan()
    seeds = keras.random.SeedGenerator(0)
    g, d, rate = twin.generator, twin.discriminator, 1e-3
    for _ in range(3):
        gan.train_step(POINTS)
        fake = g(keras.random.normal((64, 2), seed=seeds))
        with tf.GradientTape() as tape:
            d_loss = tf.reduce_mean(tf.nn.softplus(-d(POINTS)) + tf.nn.softplus(d(fake)))
        for variable, gradient in zip(
            d.trainable_variables, tape.gradient(d_loss, d.trainable_weights), strict=True
        ):
            variable.assign_sub(rate * gradient)
        z = keras.random.normal((64, 2), seed=seeds)
        with tf.GradientTape() as tape:
            g_loss = tf.reduce_mean(tf.nn.softplus(-d(g(z))))
        for variable, gradient in zip(
            g.trainable_variables, tape.gradient(g_loss, g.trainable_weights), strict=True
        ):
            variable.assign_sub(rate * gradient)
    np.testing.assert_allclose(weights(gan.generator), weights(g), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(weights(gan.discriminator), weights(d), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("d_steps", [1, 3])
def test_d_steps_counts_updates_and_shares_the_batch(d_steps):
    gan = small_gan(d_steps=d_steps)
    seen = []
    update = gan.step_discriminator
    gan.step_discriminator = lambda real: seen.append(np.asarray(real)) or update(real)
    gan.train_step(POINTS[:10])
    assert int(gan.d_optimizer.iterations) == d_steps
    assert int(gan.g_optimizer.iterations) == 1
    assert int(gan.steps) == 1
    assert sorted(map(tuple, np.concatenate(seen))) == sorted(map(tuple, POINTS[:10]))


def test_penalty_is_weighted_and_lazy():
    def one(discriminator, real, fake, *, seed):
        return tf.constant(1.0)

    gan = small_gan(penalty=penalties.Penalty(one, weight=0.5, every=4))
    values = [float(gan.train_step(POINTS)["penalty"]) for _ in range(9)]
    assert values == [2.0, 0, 0, 0, 2.0, 0, 0, 0, 2.0]


def test_a_penalty_without_weight_is_not_computed():
    def costly(discriminator, real, fake, *, seed):
        raise AssertionError("computed")

    gan = small_gan(penalty=penalties.Penalty(costly, weight=0.0))
    assert float(gan.train_step(POINTS)["penalty"]) == 0.0


def test_penalty_reaches_the_weights_under_tf_function():
    """A gradient of a gradient, inside a branch, compiled: R1 flattens the discriminator."""

    def slope(weight):
        gan = small_gan(
            learning_rates=(0.0, 1e-2),
            penalty=penalties.Penalty(penalties.r1, weight=weight, every=2),
        )
        gan.fit(np.tile(POINTS, (20, 1)), batch_size=64, verbose=0)
        return float(penalties.r1(gan.discriminator, POINTS))

    assert slope(10.0) < 0.5 * slope(0.0)


def test_ema_is_the_average_it_says():
    gan = small_gan(ema=0.9)
    average = weights(gan.generator)
    for step in range(30):
        gan.train_step(POINTS)
        decay = min(0.9, (1 + step) / (10 + step))
        average = decay * average + (1 - decay) * weights(gan.generator)
    np.testing.assert_allclose(weights(gan.generator_ema), average, rtol=1e-4, atol=1e-6)
    assert not np.array_equal(weights(gan.generator_ema), weights(gan.generator))
    np.testing.assert_array_equal(
        gan.sample(3, seed=0), gan.generator_ema(_latents(3)).numpy(), "samples use the average"
    )


def test_ema_copies_the_statistics_of_batch_normalization():
    gan = recipes.DEFAULT.build((8, 8, 1), seed=0)
    gan.train_step(np.random.default_rng(0).random((16, 8, 8, 1), np.float32))
    ours, averaged = (
        {v.path.split("/", 1)[-1]: v.numpy() for v in model.non_trainable_variables}
        for model in (gan.generator, gan.generator_ema)
    )
    moving = [name for name in ours if "moving" in name]
    assert moving
    for name in moving:
        np.testing.assert_allclose(averaged[name], ours[name], rtol=1e-6)


def _latents(n):
    from ganlab import latents

    return latents.sample(n, 2, seed=0)


def test_fit_like_any_keras_model(tmp_path):
    """Arrays, epochs, schedules, TensorBoard, weights by Keras, predict, eager mode."""
    gan = small_gan(compiled=False)
    schedule = keras.optimizers.schedules.CosineDecay(1e-2, 10)
    gan.compile(
        g_optimizer=keras.optimizers.Adam(schedule), d_optimizer=keras.optimizers.Adam(schedule)
    )
    history = gan.fit(
        POINTS,
        batch_size=20,
        epochs=3,
        verbose=0,
        callbacks=[
            keras.callbacks.TensorBoard(tmp_path / "logs", update_freq="batch"),
            keras.callbacks.ModelCheckpoint(tmp_path / "w.weights.h5", save_weights_only=True),
        ],
    )
    assert set(history.history) == {
        "d_loss",
        "g_loss",
        "penalty",
        "d_gradient_norm",
        "g_gradient_norm",
    }
    assert int(gan.steps) == 3 * 4, "the last, partial batch is a step too"
    assert float(gan.g_optimizer.learning_rate) < 1e-3
    assert list((tmp_path / "logs").rglob("events.out*"))
    other = small_gan(compiled=False)
    other.compile(
        g_optimizer=keras.optimizers.Adam(schedule), d_optimizer=keras.optimizers.Adam(schedule)
    )
    other.load_weights(tmp_path / "w.weights.h5")
    np.testing.assert_array_equal(weights(other.generator), weights(gan.generator))
    np.testing.assert_array_equal(
        gan.predict(_latents(5), verbose=0), gan.generator(_latents(5)).numpy()
    )


def test_epoch_logs_are_means_of_batch_logs():
    seen = []
    batch = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda _, logs: seen.append(dict(logs))
    )
    history = small_gan().fit(POINTS, batch_size=16, verbose=0, callbacks=[batch])
    assert len({logs["d_loss"] for logs in seen}) == 4
    assert history.history["d_loss"][0] == pytest.approx(np.mean([s["d_loss"] for s in seen]), 1e-5)


def test_compiled_and_eager_steps_agree():
    compiled, eager = small_gan(ema=0.9), small_gan(ema=0.9)
    compiled.fit(POINTS, batch_size=16, verbose=0, shuffle=False)
    eager.run_eagerly = True
    eager.fit(POINTS, batch_size=16, verbose=0, shuffle=False)
    np.testing.assert_allclose(
        weights(compiled.generator), weights(eager.generator), rtol=1e-5, atol=1e-7
    )


def test_a_dataset_with_labels_gives_its_images():
    pairs = tf.data.Dataset.from_tensor_slices((POINTS, np.zeros(64))).batch(32)
    gan = small_gan()
    gan.fit(pairs, verbose=0)
    assert int(gan.steps) == 2


def test_labels_beside_images_are_left_aside_in_an_evaluation():
    pair = POINTS[:20], np.zeros(20, int)
    assert small_gan().evaluate(pair, verbose=0) == small_gan().evaluate(pair[0], verbose=0)


def test_fit_takes_its_arguments_in_the_order_of_keras():
    ours, theirs = small_gan(), small_gan()
    seen = []
    count = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(epoch))
    ours.fit(POINTS[:40], None, 10, 2, 0, [count], 0.0, None, False)
    theirs.fit(POINTS[:40], batch_size=10, epochs=2, verbose=0, shuffle=False)
    assert seen == [0, 1]
    np.testing.assert_array_equal(ours.sample(3, seed=0), theirs.sample(3, seed=0))


def test_seeds_repeat_a_training_bit_for_bit():
    runs = []
    for seed in (0, 0, 1):
        gan = small_gan(seed=seed)
        gan.fit(POINTS, batch_size=16, verbose=0, shuffle=False)
        runs.append(weights(gan.generator))
    assert np.array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])


class Hooks(keras.callbacks.Callback):
    """What was called, in order, and with which logs."""

    def __init__(self, stop_after=None):
        super().__init__()
        self.seen, self.stop_after = [], stop_after

    def _note(self, hook, *details):
        self.seen.append((hook, int(self.model.steps), *details))

    def on_train_begin(self, logs=None):
        self._note("train begin")

    def on_train_end(self, logs=None):
        self._note("train end")

    def on_epoch_begin(self, epoch, logs=None):
        self._note("epoch begin", epoch)

    def on_epoch_end(self, epoch, logs=None):
        self._note("epoch end", epoch, logs)

    def on_train_batch_begin(self, batch, logs=None):
        self._note("batch begin", batch)

    def on_train_batch_end(self, batch, logs=None):
        self._note("batch end", batch, logs)
        self.model.stop_training = int(self.model.steps) == self.stop_after


@pytest.mark.parametrize("stop_after", [None, 2])
def test_steps_are_those_of_fit_bit_for_bit(stop_after):
    batches = tf.data.Dataset.from_tensor_slices(POINTS).batch(20)  # the last one is smaller
    fitted, stepped = small_gan(ema=0.9, d_steps=2), small_gan(ema=0.9, d_steps=2)
    by_fit, by_step = Hooks(stop_after), Hooks(stop_after)
    fitted.fit(batches, verbose=0, callbacks=[by_fit])
    logs = list(training.steps(stepped, batches, callbacks=[by_step]))
    assert len(logs) == int(stepped.steps) == (stop_after or 4)
    assert by_step.seen == by_fit.seen and by_step.params == by_fit.params
    assert logs == [seen[-1] for seen in by_fit.seen if seen[0] == "batch end"]
    assert all(type(value) is float for value in logs[0].values())
    for mine, theirs in zip(stepped.get_weights(), fitted.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_several_steps_in_one_call_give_the_logs_of_each():
    batches = datasets.batches(POINTS, 20, seed=0).take(7)
    one, several = small_gan(ema=0.9), small_gan(ema=0.9)
    singly, together = Hooks(), Hooks()
    logs = list(training.steps(one, batches, callbacks=[singly]))
    grouped = training.steps(several, batches, callbacks=[together], steps_per_execution=3)
    for mine, theirs in zip(grouped, logs, strict=True):
        assert mine == pytest.approx(theirs, rel=1e-5)
    ends = [seen[:3] for seen in together.seen if seen[0] == "batch end"]
    assert ends == [("batch end", batch + 1, batch) for batch in range(7)]
    np.testing.assert_allclose(weights(several.generator), weights(one.generator), rtol=1e-5)


def test_one_step_at_a_time_however_the_gan_was_compiled():
    gan = small_gan()
    gan.compile(g_optimizer=keras.optimizers.SGD(0.1), d_optimizer=keras.optimizers.SGD(0.1),
                steps_per_execution=5)  # fmt: skip
    for number, _ in enumerate(training.steps(gan, datasets.batches(POINTS, 20, seed=0).take(3))):
        assert int(gan.steps) == number + 1


def test_leaving_the_loop_of_steps_ends_the_training():
    gan, hooks = small_gan(), Hooks()
    for _ in training.steps(gan, datasets.batches(POINTS, 20, seed=0), callbacks=[hooks]):
        if int(gan.steps) == 3:
            break
    assert int(gan.steps) == 3
    assert hooks.seen[-2][:3] == ("batch end", 3, 2) and hooks.seen[-1] == ("train end", 3)


def test_leaving_a_call_of_several_steps_counts_those_that_were_made():
    gan = small_gan()
    batches = datasets.batches(POINTS, 20, seed=0)
    for _ in training.steps(gan, batches, steps_per_execution=3):
        break
    assert int(gan.steps) == 3


IMAGES = np.random.default_rng(0).random((16, 8, 8, 1), np.float32)


def image_gan(last="sigmoid"):
    layers = keras.layers
    generator = keras.Sequential(
        [keras.Input((2,)), layers.Dense(64, activation=last), layers.Reshape((8, 8, 1))], name="g"
    )
    gan = GAN(generator, models.dense_discriminator((8, 8, 1), seed=1), loss=losses.hinge, seed=2)
    gan.compile(g_optimizer=keras.optimizers.SGD(1e-3), d_optimizer=keras.optimizers.SGD(1e-3))
    return gan


def as_array(gan, samples):
    gan.fit(samples, batch_size=8, verbose=0)


def as_dataset(gan, samples):
    gan.fit(tf.data.Dataset.from_tensor_slices(samples).batch(8), verbose=0)


def one_by_one(gan, samples):
    list(training.steps(gan, tf.data.Dataset.from_tensor_slices(samples).batch(8)))


@pytest.mark.slow
@pytest.mark.parametrize("train", [as_array, as_dataset, one_by_one])
def test_doors_of_a_training(train):
    """Nothing is updated before what is wrong is said, whichever way the samples come."""
    for wrong, error, message in [
        ((255 * IMAGES).astype(np.uint8), TypeError, "floating-point .* uint8: images.to_float"),
        (np.ones((16, 8, 8, 1), int), TypeError, "floating-point real samples, received int64"),
        (np.ones((16, 1, 8, 8)), ValueError, r"received \(\w+, 1, 8, 8\). Channels come last"),
        (IMAGES[..., 0], ValueError, r"of shape \(None, 8, 8, 1\), .* received \(\w+, 8, 8\)"),
        (np.full_like(IMAGES, np.nan), ValueError, "finite real samples, received NaN"),
        (IMAGES[:0], ValueError, "at least one real sample in a batch, received none"),
        (tf.sparse.from_dense(IMAGES), TypeError, "one array, .* received Sparse"),
        ({"image": IMAGES}, TypeError, r"as one array, .* received dict with \['image'\]"),
    ]:
        if train is as_array and isinstance(wrong, dict):
            continue  # Keras's own way of naming the inputs of a network
        gan = image_gan()
        with pytest.raises(error, match=message):
            train(gan, wrong)
        assert int(gan.steps) == 0


@pytest.mark.slow
@pytest.mark.parametrize("train", [as_array, as_dataset, one_by_one])
def test_samples_that_the_generator_cannot_make_are_told_of_once(train):
    for last, factor, shift in [("sigmoid", 255, 0), ("sigmoid", 2, -1), ("tanh", 255, 0)]:
        gan = image_gan(last)
        with pytest.warns(
            UserWarning, match="which is all that the generator 'g' can make"
        ) as told:
            train(gan, factor * IMAGES + shift)
            train(gan, factor * IMAGES + shift)
        assert len(told) == 1
    train(image_gan(), 1.05 * IMAGES)  # a resampling overshoots
    train(image_gan("tanh"), 2 * IMAGES - 1)
    train(image_gan("linear"), 255 * IMAGES)


@pytest.mark.slow
def test_what_a_later_training_is_given_is_checked_as_well():
    gan = image_gan()
    as_array(gan, IMAGES)
    steps = int(gan.steps)
    with pytest.raises(ValueError, match="finite real samples, received NaN"):
        as_array(gan, np.full_like(IMAGES, np.nan))
    with pytest.warns(UserWarning, match="all that the generator 'g' can make"):
        as_array(gan, 255 * IMAGES)
    assert int(gan.steps) == 2 * steps


def test_the_range_of_a_generator_is_seen_through_a_threshold():
    gan = recipes.ALL["digits"].build((16, 16, 1), seed=0)
    with pytest.warns(UserWarning, match="all that the generator 'conv_generator' can make"):
        gan.check_samples(np.full((2, 16, 16, 1), 255, np.float32))


def test_an_endless_dataset_needs_a_number_of_steps():
    endless = tf.data.Dataset.from_tensors(POINTS).repeat()
    gan = small_gan()
    with pytest.raises(ValueError, match="expected steps_per_epoch beside a dataset without"):
        gan.fit(endless, verbose=0)
    gan.fit(endless, steps_per_epoch=2, verbose=0)
    assert int(gan.steps) == 2


def test_float64_and_float16_are_trained_on_as_float32():
    penalty = penalties.Penalty(penalties.gradient_penalty, weight=1.0)
    trained = []
    for dtype in (np.float32, np.float64, np.float16):
        gan = small_gan(penalty=penalty)
        points = POINTS.astype(np.float16).astype(dtype)
        as_dataset(gan, points)
        trained.append(weights(gan.discriminator))
    np.testing.assert_array_equal(trained[0], trained[1])
    np.testing.assert_array_equal(trained[0], trained[2])


def normalized_gan(d_steps):
    def network(units):
        inputs = keras.Input((2,))
        x = keras.layers.BatchNormalization()(keras.layers.Dense(8)(inputs))
        return keras.Model(inputs, keras.layers.Dense(units)(x))

    gan = GAN(network(2), network(1), loss=losses.hinge, d_steps=d_steps, seed=0)
    gan.compile(g_optimizer=keras.optimizers.SGD(1e-3), d_optimizer=keras.optimizers.SGD(1e-3))
    return gan


@pytest.mark.slow
def test_a_last_batch_smaller_than_d_steps_is_shared_out_without_empty_parts():
    gan = small_gan(d_steps=5)
    seen, update = [], gan.step_discriminator
    gan.step_discriminator = lambda real: seen.append(np.asarray(real)) or update(real)
    gan.train_step(POINTS[:3])
    np.testing.assert_array_equal(seen, POINTS[[0, 1, 2, 0, 1]][:, None])
    gan = normalized_gan(d_steps=5)
    gan.fit(POINTS[:41], batch_size=20, verbose=0)
    assert int(gan.steps) == 3
    assert np.isfinite(gan.sample(4, seed=0)).all()


@pytest.mark.slow
@pytest.mark.parametrize("by_fit", [True, False])
def test_an_empty_batch_among_others_is_named_and_leaves_the_weights_finite(by_fit):
    sizes = tf.data.Dataset.from_tensor_slices([20, 12, 0, 20])
    batches = sizes.map(lambda size: tf.constant(POINTS)[:size])
    gan = normalized_gan(d_steps=2)
    with pytest.raises(ValueError, match="^expected at least one real sample in a batch"):
        if by_fit:
            gan.fit(batches, verbose=0)
        else:
            list(training.steps(gan, batches))
    assert int(gan.steps) == 2
    assert np.isfinite(gan.sample(4, seed=0)).all()


@pytest.mark.parametrize(
    "last",
    [
        lambda x: keras.layers.Dense(1, activation="sigmoid")(x),
        lambda x: keras.layers.Activation("sigmoid")(keras.layers.Dense(1)(x)),
        lambda x: keras.ops.sigmoid(keras.layers.Dense(1)(x)),
        lambda x: keras.layers.Softmax()(keras.layers.Dense(1)(x)),
        lambda x: keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, "sigmoid")])(x),
    ],
)
def test_a_discriminator_of_probabilities_is_refused(last):
    inputs = keras.Input((2,))
    discriminator = keras.Model(inputs, last(inputs))
    with pytest.raises(ValueError, match="that ends in logits, received one that ends in a s"):
        GAN(models.mlp_generator(seed=0), discriminator, loss=losses.hinge, seed=0)


def test_what_undoes_a_sigmoid_makes_logits():
    inputs = keras.Input((2,))
    logits = keras.ops.log(keras.layers.Dense(1, activation="sigmoid")(inputs))
    GAN(models.mlp_generator(seed=0), keras.Model(inputs, logits), loss=losses.hinge, seed=0)


def test_what_is_no_seed():
    for seed in (None, 1.5, True):
        with pytest.raises(TypeError, match="expected seed as an integer, received"):
            small_gan(seed=seed)
    for seed in (-1, 2**63):
        with pytest.raises(ValueError, match="expected seed from 0 to"):
            small_gan(seed=seed)
    small_gan(seed=np.int64(3))


def test_batches_for_several_steps_at_once():
    with pytest.raises(TypeError, match="batches as a tf.data.Dataset, .* received ndarray"):
        training.steps(small_gan(), POINTS)
    uneven = tf.data.Dataset.from_tensor_slices(POINTS).batch(20)
    with pytest.raises(ValueError, match="batches of one size .* drop_remainder=True"):
        training.steps(small_gan(), uneven, steps_per_execution=2)


def test_what_cannot_be_trained_with_is_refused_before_the_first_step():
    batches = datasets.batches(POINTS, 20, seed=0)
    with pytest.raises(TypeError, match="expected gan as a training.GAN, received 'gan'"):
        training.steps("gan", batches)
    with pytest.raises(ValueError, match="expected a compiled GAN, received one without"):
        training.steps(small_gan(compiled=False), batches)
    with pytest.raises(ValueError, match="steps_per_execution as an integer from 1 on, received 0"):
        training.steps(small_gan(), batches, steps_per_execution=0)
    spoken = r"expected real samples of shape \(None, 2\), as the generator makes them, received"
    wrong = np.zeros((20, 3), np.float32)
    with pytest.raises(ValueError, match=spoken):
        training.steps(small_gan(), datasets.batches(wrong, 20, seed=0))
    gan = small_gan()
    with pytest.raises(ValueError, match=spoken):
        gan.fit(wrong, batch_size=10, verbose=0)
    assert int(gan.steps) == 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_ring_is_covered(seed):
    gan = recipes.DEFAULT.build((2,), seed=seed)
    batches = datasets.batches(datasets.ring(10_000, seed=seed), 64, seed=seed)
    gan.fit(batches, steps_per_epoch=2_000, verbose=0)
    coverage = metrics.mode_coverage(gan.sample(2_000, seed=1), datasets.RING_MODES, radius=0.3)
    assert coverage.covered >= 7


def test_bad_input_is_named():
    g, d = models.mlp_generator(seed=0), models.mlp_discriminator(seed=0)
    with pytest.raises(
        TypeError, match=r"expected loss as a losses.AdversarialLoss, received 'hinge'"
    ):
        GAN(g, d, loss="hinge", seed=0)
    with pytest.raises(ValueError, match="d_steps as an integer from 1 on, received 0"):
        small_gan(d_steps=0)
    with pytest.raises(ValueError, match=r"expected ema in \(0, 1\) or None, received 1.0"):
        small_gan(ema=1.0)
    with pytest.raises(ValueError, match=r"logits have shape \(batch, 1\).*\(None, 2\)"):
        GAN(g, models.mlp_generator(seed=0), loss=losses.hinge, seed=0)
    with pytest.raises(ValueError, match="to take what the generator makes"):
        GAN(g, models.conv_discriminator((8, 8, 1), seed=0), loss=losses.hinge, seed=0)
    for role in ("penalty", "g_penalty"):
        with pytest.raises(TypeError, match=f"expected {role} as a penalties.Penalty or None"):
            small_gan(**{role: penalties.r1})
    optimizer = keras.optimizers.Adam(1e-3)
    with pytest.raises(ValueError, match="the same object twice"):
        small_gan(compiled=False).compile(g_optimizer=optimizer, d_optimizer=optimizer)


def test_a_frozen_discriminator_is_refused():
    for frozen in itertools.chain(["discriminator"], ["generator"]):
        gan = small_gan(compiled=False)
        getattr(gan, frozen).trainable = False
        with pytest.raises(ValueError, match="would silently never train"):
            gan.compile(
                g_optimizer=keras.optimizers.Adam(1e-3), d_optimizer=keras.optimizers.Adam(1e-3)
            )
