"""Networks that are told what to draw: a step at a condition, samples by it, what is refused."""

import functools

import numpy as np
import pytest

from ganlab import callbacks, datasets, inversion, keras, losses, models, penalties, tf, training
from ganlab.training import GAN

layers = keras.layers
POINTS = datasets.ring(64, seed=0)
LABELS = np.arange(64) % 4
Penalty = penalties.Penalty


def dense(units, seed, **options):
    first = keras.initializers.HeNormal(seed)
    return layers.Dense(units, kernel_initializer=first, **options)


def network(own, units, seed, *, told=None, join=None, name):
    """Build a small network; `join` brings (x, condition) together where it is told one."""
    first = keras.Input((own,))
    x = first if told is None else join(first, told)
    x = dense(8, seed, activation="relu", name=f"{name}_hidden")(x)
    x = dense(units, seed + 1, name=f"{name}_last")(x)
    return keras.Model(first if told is None else [first, told], x, name=name)


def embedded(x, labels):
    vectors = layers.Embedding(
        4, 3, embeddings_initializer=keras.initializers.RandomNormal(stddev=1.0, seed=9)
    )(labels)
    return layers.Concatenate()([x, vectors])


def scaled(x, number):
    return layers.Multiply()([x, layers.Reshape((1,))(number)])


def joined(x, vector):
    return layers.Concatenate()([x, vector])


def unused(x, number):
    return x


LABEL = (embedded, functools.partial(keras.Input, (), dtype="int32"))
NUMBER = (scaled, functools.partial(keras.Input, ()))
UNUSED = (unused, functools.partial(keras.Input, ()))
VECTOR = (joined, functools.partial(keras.Input, (3,)))


def gan_of(kind=None, *, compiled=True, **options):
    join, told = kind or (None, lambda: None)
    gan = GAN(
        network(2, 2, 1, told=told(), join=join, name="g"),
        network(2, 1, 3, told=told(), join=join, name="d"),
        **{"loss": losses.non_saturating, "seed": 0} | options,
    )
    if compiled:
        gan.compile(
            g_optimizer=keras.optimizers.Adam(1e-2), d_optimizer=keras.optimizers.Adam(1e-2)
        )
    return gan


LAZY = Penalty(penalties.r1, 1.0, every=2)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("loss", "penalty"),
    [
        *((loss, LAZY) for loss in losses.ALL.values()),
        (losses.non_saturating, None),
        (losses.wasserstein, Penalty(penalties.gradient_penalty, 1.0)),
    ],
    ids=[*losses.ALL, "no penalty", "gradient penalty"],
)
def test_at_a_constant_condition_a_step_is_the_unconditional_step(loss, penalty):
    """To the bit where nothing is computed of the condition, and where it is, up to rounding.

    A factor of 1 changes no value, but the order in which gradients are added.
    """
    options = {"loss": loss, "penalty": penalty, "d_steps": 2, "ema": 0.9}
    plain, told, scaled_by_1 = (gan_of(kind, **options) for kind in (None, UNUSED, NUMBER))
    ones = np.ones(64, np.float32)
    for _ in range(3):
        expected = plain.train_step(POINTS)
        assert {k: float(v) for k, v in told.train_step((POINTS, ones)).items()} == {
            k: float(v) for k, v in expected.items()
        }
        scaled_by_1.train_step((POINTS, ones))
    variables = zip(*(gan.get_weights() for gan in (plain, told, scaled_by_1)), strict=True)
    for ours, to_the_bit, nearly in variables:
        np.testing.assert_array_equal(to_the_bit, ours)
        np.testing.assert_allclose(nearly, ours, rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(told.sample(5, condition=1.0, seed=1), plain.sample(5, seed=1))


def test_fakes_are_made_and_judged_at_the_conditions_of_the_batch():
    gan = gan_of(NUMBER)
    numbers = np.linspace(1, 2, 64, dtype=np.float32)
    seeds = keras.random.SeedGenerator(0)
    points, numbers = tf.constant(POINTS), tf.constant(numbers)
    fake = gan.generator([keras.random.normal((64, 2), seed=seeds), numbers])
    logits = [gan.discriminator([x, numbers]) for x in (points, fake)]
    expected = float(losses.non_saturating.discriminator(*logits))
    # Shuffled conditions are another game.
    other = [gan.discriminator([x, numbers[::-1]]) for x in (points, fake)]
    assert float(losses.non_saturating.discriminator(*other)) != pytest.approx(expected, rel=1e-3)
    logs = gan.step_discriminator(points, numbers)
    assert float(logs["d_loss"]) == pytest.approx(expected, rel=1e-6)


def test_a_minibatch_keeps_its_own_conditions():
    gan, seen = gan_of(NUMBER, d_steps=3), []
    update = gan.step_discriminator

    def watched(real, condition):
        seen.append((np.asarray(real), np.asarray(condition)))
        return update(real, condition)

    gan.step_discriminator = watched
    gan.train_step((POINTS[:10], POINTS[:10, 0]))
    assert [len(real) for real, _ in seen] == [4, 3, 3]
    for real, condition in seen:
        np.testing.assert_array_equal(real[:, 0], condition)


def test_a_penalty_sees_the_discriminator_at_its_condition():
    """Of D(x | c) = c w.x the slope is c |w|: r1 is the mean of c^2 |w|^2 / 2."""
    images, number = keras.Input((2,)), keras.Input(())
    logits = dense(1, 5, use_bias=False)(scaled(images, number))
    discriminator = keras.Model([images, number], logits)
    generator = network(2, 2, 1, told=keras.Input(()), join=scaled, name="g")
    gan = GAN(
        generator,
        discriminator,
        loss=losses.wasserstein,
        penalty=Penalty(penalties.r1, 1.0),
        seed=0,
    )
    gan.compile(g_optimizer="sgd", d_optimizer="sgd")
    c = np.linspace(0, 3, 64, dtype=np.float32)
    squared = np.sum(discriminator.get_weights()[0] ** 2)
    found = float(gan.train_step((POINTS, c))["penalty"])
    assert found == pytest.approx(np.mean(c**2) * squared / 2, rel=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "conditions", "one"),
    [
        (LABEL, LABELS, 2),
        (NUMBER, np.linspace(0, 1, 64, dtype=np.float32), 0.5),
        (VECTOR, np.eye(3, dtype=np.float32)[np.arange(64) % 3], [0.0, 1.0, 0.0]),
    ],
    ids=["label", "number", "vector"],
)
def test_every_way_to_train_takes_conditions(kind, conditions, one):
    """`fit` on arrays, pairs, datasets; the driver, one and several steps in an execution."""
    trained = []
    dataset = tf.data.Dataset.from_tensor_slices((POINTS, conditions)).batch(16)
    for train in (
        lambda gan: gan.fit(POINTS, conditions, batch_size=16, shuffle=False, verbose=0),
        lambda gan: gan.fit([POINTS, conditions], batch_size=16, shuffle=False, verbose=0),
        lambda gan: gan.fit(dataset, verbose=0),
        lambda gan: gan.fit(dataset.map(lambda *pair: (pair,)), verbose=0),
        lambda gan: list(training.steps(gan, dataset)),
        lambda gan: list(
            training.steps(
                gan, dataset.unbatch().batch(16, drop_remainder=True), steps_per_execution=2
            )
        ),
    ):
        gan = gan_of(kind)
        train(gan)
        assert gan.steps == 4
        trained.append(gan.get_weights())
    for others in trained[1:]:
        for ours, theirs in zip(trained[0], others, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(
        gan.sample(3, condition=one, seed=1),
        gan.sample(3, condition=np.array([one] * 3), seed=1),
    )
    losses_held_out = gan.evaluate(POINTS, conditions, verbose=0, return_dict=True)
    assert set(losses_held_out) == {"d_loss", "g_loss"}
    gan.fit(dataset, validation_data=(POINTS, conditions), verbose=0)
    gan.fit(dataset, validation_data=dataset, verbose=0)


def test_the_condition_changes_what_is_drawn():
    gan = gan_of(LABEL, compiled=False)
    drawn = [gan.sample(20, condition=label, seed=0) for label in range(4)]
    for label in range(1, 4):
        assert not np.allclose(drawn[0], drawn[label])
    mixed = gan.sample(4, condition=[0, 1, 2, 3], seed=0)
    for label in range(4):
        np.testing.assert_allclose(mixed[label], drawn[label][label], rtol=1e-5, atol=1e-6)


@pytest.mark.slow
def test_a_conditional_gan_saves_loads_and_exports(tmp_path):
    gan = gan_of(LABEL, ema=0.9, penalty=Penalty(penalties.r1, 1.0))
    gan.fit(POINTS, LABELS, batch_size=16, verbose=0)
    gan.save(tmp_path / "gan.keras")
    again = keras.models.load_model(tmp_path / "gan.keras")
    np.testing.assert_array_equal(
        again.sample(5, condition=1, seed=0), gan.sample(5, condition=1, seed=0)
    )
    for one in (gan, again):
        one.fit(POINTS, LABELS, batch_size=16, shuffle=False, verbose=0)
    np.testing.assert_array_equal(
        again.sample(5, condition=1, seed=0), gan.sample(5, condition=1, seed=0)
    )
    gan.export(tmp_path / "exported", verbose=False)
    served = tf.saved_model.load(tmp_path / "exported")
    z = np.ones((2, 2), np.float32)
    labels = np.array([1, 3], np.int32)
    np.testing.assert_allclose(served.serve([z, labels]), gan([z, labels]), rtol=1e-5)


def test_a_film_shows_conditions():
    gan = gan_of(LABEL)
    z = np.tile(np.float32([[0.5, -0.5]]), (4, 1))
    film = callbacks.Film(z, condition=range(4), every=2)
    gan.fit(POINTS, LABELS, batch_size=16, verbose=0, callbacks=[film])
    assert film.steps == [0, 2, 4]
    np.testing.assert_allclose(
        film.frames[-1], gan([z, np.arange(4)]).numpy(), rtol=1e-6, atol=1e-7
    )
    assert len(np.unique(film.frames[-1], axis=0)) == 4


def test_inversion_finds_the_latent_at_a_condition():
    shape = (12, 12, 1)
    generator = models.conv_generator(shape, 3, classes=3, width=2, hidden=0, seed=0)
    given = models.draw(generator, 2, condition=[1, 2], seed=5)
    found = inversion.invert(
        generator, given, condition=[1, 2], steps=150, seed=6, candidates=64, starts=4, prior=0.0
    )
    np.testing.assert_allclose(
        found.images, generator([found.latents, np.array([1, 2])]).numpy(), rtol=1e-5, atol=1e-6
    )
    off = inversion.invert(
        generator, given, condition=[2, 1], steps=150, seed=6, candidates=64, starts=4, prior=0.0
    )
    assert (found.history.min(axis=0) < 0.1 * off.history.min(axis=0)).all()


@pytest.mark.slow
def test_a_penalty_on_the_generator_is_logged_and_reaches_its_weights():
    def seen(generator, latents, *, seed):
        return tf.reduce_mean(generator(latents) ** 2)

    gan = gan_of(LABEL, g_penalty=Penalty(seen, weight=100.0))
    plain = gan_of(LABEL)
    logs = [gan.train_step((POINTS, LABELS)) for _ in range(30)]
    for _ in range(30):
        assert "g_penalty" not in plain.train_step((POINTS, LABELS))
    assert float(logs[-1]["g_penalty"]) < 0.5 * float(logs[0]["g_penalty"])
    ours, theirs = (np.mean(one.sample(64, condition=LABELS, seed=0) ** 2) for one in (gan, plain))
    assert ours < 0.5 * theirs
    history = gan.fit(POINTS, LABELS, verbose=0).history
    assert set(history) == {
        "d_loss", "g_loss", "penalty", "g_penalty", "d_gradient_norm", "g_gradient_norm"
    }  # fmt: skip


def test_a_lazy_penalty_on_the_generator_is_weighted():
    def one(generator, latents, *, seed):
        return tf.constant(1.0)

    gan = gan_of(g_penalty=Penalty(one, weight=0.5, every=2))
    values = [float(gan.train_step(POINTS)["g_penalty"]) for _ in range(5)]
    assert values == [1.0, 0, 1.0, 0, 1.0]


def test_batches_of_a_tuple_keep_what_belongs_together():
    served = datasets.batches((POINTS, LABELS), 10, seed=0)
    alone = datasets.batches(POINTS, 10, seed=0)
    for (points, labels), same in zip(served.take(20), alone.take(20), strict=True):
        np.testing.assert_array_equal(points, same)
        found = [np.flatnonzero((POINTS == point).all(axis=1))[0] for point in points.numpy()]
        np.testing.assert_array_equal(labels, LABELS[found])
    with pytest.raises(ValueError, match=r"expected arrays of one length, received .*\(63,\)"):
        datasets.batches((POINTS, LABELS[1:]), 10, seed=0)


WRONG = {
    "none": (None, ValueError, "expected batches of .real samples, condition., the condition as a"),
    "column": (LABELS[:, np.newaxis], ValueError, r"Drop the last axis: labels\[:, 0\]"),
    "short": (LABELS[1:], ValueError, "one for each of 64 real samples, received shape"),
    "one-hot": (np.eye(4, dtype=np.int64)[LABELS], ValueError, "received shape .64, 4."),
    "float": (LABELS.astype(np.float32), TypeError, "as a label from 0 to 3, received float32"),
    "bool": (LABELS > 1, TypeError, "received bool"),
    "text": (LABELS.astype(str), TypeError, "received string"),
    "too high": (LABELS + 1, ValueError, "expected condition from 0 to 3, received 1 to 4"),
    "negative": (LABELS - 1, ValueError, "expected condition from 0 to 3, received -1 to 2"),
    "list": (LABELS.tolist(), TypeError, "one array, received list"),
}


@pytest.mark.parametrize(("condition", "error", "message"), WRONG.values(), ids=WRONG)
def test_conditions_that_do_not_fit_are_refused_before_the_first_step(condition, error, message):
    gan = gan_of(LABEL)
    with pytest.raises(error, match=message):
        gan.fit(POINTS, condition, verbose=0)
    assert gan.steps == 0


def test_a_label_out_of_range_in_a_later_batch_is_named():
    labels = LABELS.copy()
    labels[-1] = 4
    gan = gan_of(LABEL)
    with pytest.raises(
        ValueError, match="^expected condition from 0 to 3, received another label$"
    ):
        gan.fit(tf.data.Dataset.from_tensor_slices((POINTS, labels)).batch(16), verbose=0)
    assert gan.steps == 3


def in_one_layer(labels):
    return layers.Embedding(4, 3)(labels)


def in_a_sequential(labels):
    return keras.Sequential([keras.Input((), dtype=labels.dtype), layers.Embedding(4, 3)])(labels)


def behind_a_reshape(labels):
    return layers.Flatten()(layers.Embedding(4, 3)(layers.Reshape((1,))(labels)))


def in_a_model_in_a_model(labels):
    inner = keras.Input((1,), dtype=labels.dtype)
    inner = keras.Model(inner, in_a_sequential(layers.Reshape(())(inner)))
    return inner(layers.Reshape((1,))(labels))


def as_one_of_four(labels):
    return layers.CategoryEncoding(4, output_mode="one_hot")(layers.Reshape((1,))(labels))


@pytest.mark.parametrize(
    "look_up",
    [in_one_layer, in_a_sequential, behind_a_reshape, in_a_model_in_a_model, as_one_of_four],
)
def test_a_table_of_labels_is_found_wherever_it_stands(look_up):
    z, labels = keras.Input((2,)), keras.Input((), dtype="int32")
    model = keras.Model([z, labels], layers.Concatenate()([z, look_up(labels)]))
    assert models.Condition.of(model).count == 4


def test_a_table_shared_by_two_networks_is_found_in_both():
    table = layers.Embedding(4, 3)
    for _ in range(2):
        z, labels = keras.Input((2,)), keras.Input((), dtype="int32")
        model = keras.Model([z, labels], layers.Concatenate()([z, table(labels)]))
        assert models.Condition.of(model).count == 4


def test_labels_of_a_narrow_type_are_compared_as_they_are():
    def pair(units, name):
        x, labels = keras.Input((2,)), keras.Input((), dtype="uint8")
        joined = layers.Concatenate()([x, layers.Embedding(256, 3)(labels)])
        return keras.Model([x, labels], dense(units, 0)(joined), name=name)

    gan = GAN(pair(2, "g"), pair(1, "d"), loss=losses.hinge, seed=0)
    gan.compile(g_optimizer="adam", d_optimizer="adam")
    gan.fit(POINTS, np.arange(64, dtype=np.uint8) * 4, batch_size=16, verbose=0)
    assert gan.steps == 4


def test_conditions_are_never_changed_by_their_type():
    condition = models.Condition((), "uint8")
    np.testing.assert_array_equal(condition.check(np.array([0, 255])), [0, 255])
    for lossy in ([256], [-1]):
        with pytest.raises(ValueError, match="a label that uint8 can hold, received"):
            condition.check(np.array(lossy))
    with pytest.raises(ValueError, match="a number that float16 can hold, received 70000"):
        models.Condition((), "float16").check(70_000, 1)


def test_no_conditions_for_no_samples():
    condition = models.Condition((), "int32", 4)
    assert condition.check(1, 0).shape == (0,)
    with pytest.raises(ValueError, match="for each of 0 samples"):
        condition.check(np.zeros(3, int), 0)


def test_a_condition_with_nan_is_refused():
    numbers = np.ones(64, np.float32)
    numbers[3] = np.nan
    with pytest.raises(ValueError, match="expected finite conditions"):
        gan_of(NUMBER).fit(POINTS, numbers, verbose=0)


def test_samples_need_the_condition_that_the_networks_take():
    told, plain = gan_of(LABEL, compiled=False), gan_of(compiled=False)
    with pytest.raises(
        ValueError, match="expected condition as a label from 0 to 3, received none"
    ):
        told.sample(3, seed=0)
    with pytest.raises(ValueError, match="for each of 3 samples or one for all, received shape"):
        told.sample(3, condition=[0, 1], seed=0)
    with pytest.raises(ValueError, match="expected condition from 0 to 3, received 4 to 4"):
        told.sample(3, condition=4, seed=0)
    with pytest.raises(ValueError, match="expected no condition, which 'g' does not take"):
        plain.sample(3, condition=0, seed=0)
    with pytest.raises(ValueError, match="expected no condition"):
        gan_of().fit(POINTS, verbose=0, callbacks=[callbacks.Film([[0, 0]], condition=1, every=2)])


def test_labels_beside_images_are_no_news_to_an_unconditional_gan():
    ours, theirs = gan_of(), gan_of()
    ours.fit(POINTS, LABELS, batch_size=16, shuffle=False, verbose=0)
    theirs.fit(POINTS, batch_size=16, shuffle=False, verbose=0)
    for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_networks_of_different_conditions_are_refused():
    def pair(told_generator, told_discriminator):
        parts = []
        for kind, units, name in ((told_generator, 2, "g"), (told_discriminator, 1, "d")):
            join, told = kind or (None, lambda: None)
            parts.append(network(2, units, 1, told=told(), join=join, name=name))
        return GAN(*parts, loss=losses.hinge, seed=0)

    with pytest.raises(ValueError, match="received a label from 0 to 3 and none"):
        pair(LABEL, None)
    with pytest.raises(ValueError, match=r"received none and numbers of shape \(3,\)"):
        pair(None, VECTOR)
    with pytest.raises(ValueError, match="received a label from 0 to 3 and a number"):
        pair(LABEL, NUMBER)


def test_networks_of_three_inputs_or_of_named_ones_are_refused():
    inputs = [keras.Input((2,)) for _ in range(3)]
    three = keras.Model(inputs, dense(2, 0)(layers.Concatenate()(inputs)))
    discriminator = network(2, 1, 3, name="d")
    with pytest.raises(TypeError, match=r"one input, or of \[latents, condition\]"):
        GAN(three, discriminator, loss=losses.hinge, seed=0)
    inputs = {name: keras.Input((2,), name=name) for name in ("z", "c")}
    named = keras.Model(inputs, dense(2, 0)(layers.Concatenate()([*inputs.values()])))
    with pytest.raises(TypeError, match=r"one input, or of \[latents, condition\]"):
        GAN(named, discriminator, loss=losses.hinge, seed=0)


def test_the_convolutional_pair_is_told_labels():
    shape = (12, 12, 1)
    generator = models.conv_generator(shape, 5, classes=3, seed=0)
    discriminator = models.conv_discriminator(shape, classes=3, seed=1)
    for built, again in (
        (generator, models.conv_generator(shape, 5, classes=3, seed=0)),
        (discriminator, models.conv_discriminator(shape, classes=3, seed=1)),
    ):
        for one, other in zip(built.get_weights(), again.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)
        assert models.Condition.of(built) == models.Condition((), "int32", 3)
    images = np.random.default_rng(0).random((4, *shape), np.float32)
    # The definition: psi(h) + <v_label, h>, where h is what the last layer reads.
    inner = keras.Model(discriminator.inputs, discriminator.get_layer("logits").input)
    labels = np.array([0, 1, 2, 2])
    h = inner([images, labels]).numpy()
    kernel, bias = discriminator.get_layer("logits").get_weights()
    (table,) = discriminator.get_layer("label").get_weights()
    expected = h @ kernel + bias + np.sum(h * table[labels], axis=1, keepdims=True)
    np.testing.assert_allclose(discriminator([images, labels]), expected, rtol=1e-4, atol=1e-5)


def test_datasets_that_do_not_know_their_shapes_are_trained_on():
    def pairs():
        for start in range(0, 64, 16):
            yield POINTS[start : start + 16], LABELS[start : start + 16]

    unknown = tf.data.Dataset.from_generator(pairs, output_types=(tf.float32, tf.int64))
    known = tf.data.Dataset.from_tensor_slices((POINTS, LABELS)).batch(16)
    ours, theirs = (gan_of(LABEL, penalty=Penalty(penalties.gradient_penalty, 1.0)) for _ in "12")
    ours.fit(unknown.repeat(), steps_per_epoch=4, verbose=0)
    theirs.fit(known, verbose=0)
    assert ours.steps == 4
    for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
