"""What Keras's users do with a model, done with a GAN; docs/keras.md has a row for each test."""

import copy
import functools
import pickle
import subprocess
import sys

import numpy as np
import pytest

from ganlab import (
    callbacks,
    checkpoints,
    datasets,
    inversion,
    keras,
    losses,
    models,
    penalties,
    recipes,
)
from ganlab.layers import Threshold
from ganlab.training import GAN

pytestmark = pytest.mark.slow  # all of them train

layers = keras.layers
POINTS = datasets.ring(256, seed=0)


def points_gan(generator=None, discriminator=None, *, loss=losses.non_saturating, **settings):
    compiled = settings.pop("compiled", {})
    gan = GAN(
        generator or models.mlp_generator(width=8, seed=0),
        discriminator or models.mlp_discriminator(width=8, seed=1),
        loss=loss,
        ema=0.9,
        seed=2,
        **settings,
    )
    adam = keras.optimizers.Adam
    gan.compile(**({"g_optimizer": adam(1e-3), "d_optimizer": adam(2e-3)} | compiled))
    return gan


def fit(gan, **options):
    return gan.fit(POINTS, **({"batch_size": 64, "verbose": 0, "shuffle": False} | options))


def assert_equal(a, b):
    """Compare weights, averages, both optimizers, seeds and counts, bit for bit."""
    states = [checkpoints._state(gan) for gan in (a, b)]
    values = [[np.asarray(variable) for variable in state.values()] for state in states]
    assert len(values[0]) == len(values[1])
    assert all(map(np.array_equal, *values))


def goes_on_equally(a, b):
    assert_equal(a, b)
    fit(a)
    fit(b)
    assert_equal(a, b)
    return a.steps == b.steps > 4


def test_save_and_load_go_on_to_the_bit(tmp_path):
    gan = points_gan(penalty=penalties.Penalty(penalties.r1, 0.5, every=2), d_steps=2)
    fit(gan)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    assert type(loaded) is GAN
    assert loaded.penalty == gan.penalty
    assert loaded.loss_pair is gan.loss_pair
    np.testing.assert_array_equal(loaded.sample(5, seed=0), gan.sample(5, seed=0))
    assert goes_on_equally(gan, loaded)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda gan: pickle.loads(pickle.dumps(gan))])
def test_copies_go_on_to_the_bit(copied):
    gan = points_gan()
    fit(gan)
    assert goes_on_equally(gan, copied(gan))


def test_model_checkpoint_keeps_the_best(tmp_path):
    keep = keras.callbacks.ModelCheckpoint(
        tmp_path / "best.keras", monitor="val_d_loss", mode="max", save_best_only=True
    )
    gan = points_gan()
    history = fit(gan, epochs=4, validation_data=POINTS[:64], callbacks=[keep]).history
    best = keras.models.load_model(tmp_path / "best.keras")
    assert best.steps == 4 * (1 + int(np.argmax(history["val_d_loss"])))


def test_what_cannot_be_saved_says_so_before_training(tmp_path):
    own = losses.AdversarialLoss(losses.hinge.discriminator, losses.hinge.generator)
    both = penalties.Penalty(penalties.combined(penalties.r1, penalties.r2), 1.0)
    partial = penalties.Penalty(functools.partial(penalties.r1), 1.0)
    for gan, message in (
        (points_gan(loss=own), r"expected a loss of ganlab\.losses"),
        (points_gan(penalty=both), r"expected a penalty of ganlab\.penalties"),
        (points_gan(penalty=partial), r"expected a penalty of ganlab\.penalties"),
    ):
        keep = keras.callbacks.ModelCheckpoint(tmp_path / "m.keras")
        with pytest.raises(ValueError, match=message + ".* use ganlab.checkpoints.save"):
            fit(gan, callbacks=[keep])
        assert gan.steps == 0
        keep = keras.callbacks.ModelCheckpoint(tmp_path / "m.weights.h5", save_weights_only=True)
        fit(gan, callbacks=[keep])


def regularized(last, decay, **options):
    options = {"kernel_regularizer": keras.regularizers.L2(decay)} | options
    first = layers.Dense(3, kernel_initializer=keras.initializers.GlorotUniform(1), **options)
    second = layers.Dense(last, kernel_initializer=keras.initializers.GlorotUniform(2))
    return keras.Sequential([keras.Input((2,)), first, second])


def test_regularizers_of_weights_count():
    """One step of gradient descent differs by the rate times the derivative, 2 decay w."""
    stepped, start = [], []
    for decay in (0.0, 0.5):
        pair = regularized(2, decay), regularized(1, decay)
        sgd = keras.optimizers.SGD
        optimizers = {"g_optimizer": sgd(0.1), "d_optimizer": sgd(0.1)}
        gan = points_gan(*pair, compiled=optimizers)
        start.append([network.get_weights()[0] for network in pair])
        history = gan.fit(POINTS[:64], batch_size=64, verbose=0, shuffle=False).history
        stepped.append([network.get_weights()[0] for network in pair])
        assert history["d_loss"] == pytest.approx([1.386], abs=1.0)
    # The generator meets another discriminator after its first update: compare that one.
    shrunk = stepped[0][1] - 0.1 * 2 * 0.5 * start[0][1]
    np.testing.assert_allclose(stepped[1][1], shrunk, rtol=1e-5, atol=1e-6)
    assert np.abs(stepped[1][0]).sum() < np.abs(stepped[0][0]).sum()


def test_regularizers_of_activities_are_refused():
    inner = regularized(2, 0.0, activity_regularizer="l2")
    noisy = keras.Sequential([keras.Input((2,)), inner])
    with pytest.raises(ValueError, match="layers without activity_regularizer, received one in"):
        points_gan(generator=noisy)


def test_weights_files_carry_the_seed_and_the_count(tmp_path):
    gan, other = points_gan(), points_gan()
    fit(gan)
    gan.save_weights(tmp_path / "gan.weights.h5")
    other.load_weights(tmp_path / "gan.weights.h5")
    assert goes_on_equally(gan, other)


def test_backup_and_restore_goes_on_to_the_bit(tmp_path):
    class Dies(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    undisturbed, gan, after = points_gan(), points_gan(), points_gan()
    fit(undisturbed, epochs=4)
    backup = keras.callbacks.BackupAndRestore(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        fit(gan, epochs=4, callbacks=[backup, Dies()])
    fit(after, epochs=4, callbacks=[keras.callbacks.BackupAndRestore(tmp_path)])
    assert_equal(undisturbed, after)


def test_export_writes_what_samples_are_drawn_by(tmp_path):
    import tensorflow as tf

    gan = points_gan()
    fit(gan)
    gan.export(tmp_path / "exported", verbose=False)
    z = np.random.default_rng(0).standard_normal((3, 2)).astype(np.float32)
    saved = tf.saved_model.load(str(tmp_path / "exported"))
    served = saved.serve(z)
    np.testing.assert_allclose(served, gan.predict(z, verbose=0), atol=1e-6)


def test_held_out_images_are_judged_the_same_at_every_look():
    gan = points_gan(compiled={"g_optimizer": "sgd", "d_optimizer": "sgd"})
    first, second = (gan.evaluate(POINTS, verbose=0, return_dict=True) for _ in range(2))
    assert first == second
    assert set(first) == {"d_loss", "g_loss"}
    seed = np.asarray(gan.seed_generator.state)
    gan.evaluate(POINTS, verbose=0)
    np.testing.assert_array_equal(gan.seed_generator.state, seed)
    # By hand: inference mode, no update.
    z = keras.random.normal((32, 2), seed=keras.random.SeedGenerator(2))
    fake, real = gan.generator(z), POINTS[:32]
    logits = gan.discriminator(real), gan.discriminator(fake)
    expected = float(losses.non_saturating.discriminator(*logits))
    assert gan.evaluate(real, verbose=0)[0] == pytest.approx(expected, rel=1e-6)


def test_validation_does_not_change_a_training():
    a, b = points_gan(), points_gan()
    history = fit(a, epochs=2, validation_data=POINTS[:64]).history
    fit(b, epochs=2)
    assert_equal(a, b)
    assert {"val_d_loss", "val_g_loss", "d_loss"} <= history.keys()
    with pytest.raises(ValueError, match=r"expected real samples of shape \(None, 2\)"):
        fit(a, validation_data=np.zeros((4, 3), np.float32))
    assert a.steps == 8


def test_early_stopping_csv_logger_and_tensorboard(tmp_path):
    stop = keras.callbacks.EarlyStopping(monitor="d_gradient_norm", patience=0, mode="max")
    log = keras.callbacks.CSVLogger(str(tmp_path / "log.csv"))
    board = keras.callbacks.TensorBoard(tmp_path, write_steps_per_second=True, update_freq=1)
    fit(points_gan(), epochs=3, callbacks=[stop, log, board])
    assert (tmp_path / "log.csv").read_text().startswith("epoch,d_gradient_norm,d_loss")
    assert list(tmp_path.rglob("events*"))


def rates(gan):
    return [float(one.learning_rate) for one in (gan.g_optimizer, gan.d_optimizer)]


def test_callbacks_of_learning_rates_move_both_optimizers():
    gan = points_gan()
    halve = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    fit(gan, epochs=2, callbacks=[halve])
    assert rates(gan) == pytest.approx([1e-3 / 4, 2e-3 / 4])
    plateau = keras.callbacks.ReduceLROnPlateau(
        monitor="g_loss", mode="min", factor=0.1, patience=0, min_delta=1e9
    )
    fit(gan, epochs=2, callbacks=[plateau])
    assert rates(gan)[1] == pytest.approx(2 * rates(gan)[0])
    assert rates(gan)[0] < 1e-4


def test_optimizers_by_name_and_schedules():
    gan = points_gan(compiled={"g_optimizer": "adam", "d_optimizer": "adam"})
    assert gan.g_optimizer is not gan.d_optimizer
    fit(gan)
    falling = keras.optimizers.schedules.CosineDecay(1e-3, 4)
    gan = points_gan(compiled={"g_optimizer": keras.optimizers.Adam(falling)})
    fit(gan)
    assert rates(gan)[0] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("argument", [{"loss": "mse"}, {"metrics": ["mae"]}, {"optimizer": "sgd"}])
def test_a_loss_or_a_measure_of_another_kind_is_refused(argument):
    with pytest.raises(TypeError, match=f"received {next(iter(argument))} as well: the loss and"):
        points_gan(compiled=argument)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("penalty", [penalties.gradient_penalty, penalties.r1])
def test_half_precision_trains_close_to_full(policy, penalty):
    settings = {"loss": losses.wasserstein, "penalty": penalties.Penalty(penalty, 1.0)}
    full = points_gan(**settings)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        half = points_gan(**settings)
        guard = callbacks.StopOnNonFinite()
        found = half.fit(POINTS[:64], batch_size=64, shuffle=False, verbose=0).history
        fit(half, callbacks=[guard], epochs=10)
        image = recipes.load_generator("digits")(np.zeros((1, 32)))
        inversion.invert(recipes.load_generator("digits"), np.float32(image), steps=2, seed=0)
    finally:
        keras.config.set_dtype_policy(before)
    scaled = isinstance(half.g_optimizer, keras.optimizers.LossScaleOptimizer)
    assert scaled == (policy == "mixed_float16")
    expected = full.fit(POINTS[:64], batch_size=64, shuffle=False, verbose=0).history
    # What is computed before the first update; in float16 that update may be left out, while
    # the scale of the loss is still too large.
    assert found["d_loss"][0] == pytest.approx(expected["d_loss"][0], abs=0.05)
    assert found["penalty"][0] == pytest.approx(expected["penalty"][0], abs=0.1)
    for now, at_first in (
        (half.generator, models.mlp_generator(width=8, seed=0)),
        (half.discriminator, models.mlp_discriminator(width=8, seed=1)),
    ):
        pairs = zip(now.get_weights(), at_first.get_weights(), strict=True)
        moved = [np.abs(a - b).max() for a, b in pairs]
        assert max(moved) > 1e-2, "it has learned"
        assert np.isfinite(moved).all()
    assert guard.reason is None


def test_channels_come_last_whatever_keras_is_set_to():
    keras.config.set_image_data_format("channels_first")
    try:
        gan = recipes.DEFAULT.build((12, 12, 3), seed=0)
        recipes.DEFAULT.build((30, 20, 1), seed=0)
        recipes.load_generator("digits")
    finally:
        keras.config.set_image_data_format("channels_last")
    expected = recipes.DEFAULT.build((12, 12, 3), seed=0)
    np.testing.assert_array_equal(gan.sample(2, seed=0), expected.sample(2, seed=0))


def test_networks_that_do_not_know_their_shapes_are_refused():
    class Subclassed(keras.Model):
        def __init__(self, **settings):
            super().__init__(**settings)
            self.dense = layers.Dense(2)

        def call(self, z):
            return self.dense(z)

    for network in (Subclassed(), keras.Sequential([layers.Dense(2)])):
        network(np.zeros((1, 2), np.float32)) if isinstance(network, Subclassed) else None
        with pytest.raises(TypeError, match="expected a generator that knows the shapes"):
            points_gan(network)
        inputs = keras.Input((2,))
        fit(points_gan(keras.Model(inputs, network(inputs))))
    fit(points_gan(keras.Sequential([keras.Input((2,)), layers.Dense(2)])))
    Subclassed.from_config = classmethod(lambda cls, config: cls(of_no_use=config))
    with pytest.raises(TypeError, match="expected a generator that Keras can copy, for its movin"):
        points_gan(keras.Model(inputs, Subclassed()(inputs)))


def test_a_lambda_layer_can_have_a_moving_average():
    z = keras.Input((2,))
    doubled = layers.Lambda(lambda values: 2 * values)(layers.Dense(2)(z))
    gan = points_gan(keras.Model(z, doubled))
    fit(gan)
    assert not np.array_equal(gan.generator_ema.get_weights()[0], gan.generator.get_weights()[0])
    np.testing.assert_array_equal(
        gan.generator_ema(np.ones((1, 2))), 2 * gan.generator_ema.layers[1](np.ones((1, 2)))
    )


def unnamed(units):
    inputs = keras.Input((2,))
    return keras.Model(inputs, layers.Dense(units)(layers.Dense(8)(inputs)))


def test_networks_of_unnamed_layers_take_their_own_files(tmp_path):
    gan, again = (points_gan(unnamed(2), unnamed(1)) for _ in range(2))
    fit(gan)
    checkpoints.save(gan, tmp_path / "gan.npz")
    checkpoints.restore(again, tmp_path / "gan.npz")
    assert goes_on_equally(gan, again)
    checkpoints.save_weights(gan.generator, tmp_path / "g.npz")
    checkpoints.load_weights(again.generator, tmp_path / "g.npz")
    with pytest.raises(checkpoints.CheckpointError, match="built differently"):
        checkpoints.load_weights(again.discriminator, tmp_path / "g.npz")


def test_weights_of_a_model_itself_are_kept(tmp_path):
    class Shifted(keras.Model):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            self.shift = self.add_weight(shape=(2,), initializer="zeros", name="shift")

    inputs = keras.Input((2,))
    model = Shifted(inputs, layers.Dense(2, name="dense")(inputs))
    model.shift.assign([1.0, 2.0])
    checkpoints.save_weights(model, tmp_path / "m.npz")
    model.shift.assign([0.0, 0.0])
    checkpoints.load_weights(model, tmp_path / "m.npz")
    assert model.shift.numpy().tolist() == [1.0, 2.0]


def test_several_steps_in_one_execution_are_refused_where_a_callback_would_be_late():
    gan = points_gan(compiled={"steps_per_execution": 2})
    z = np.zeros((1, 2))
    with pytest.raises(ValueError, match="as a divisor of every=3, received 2"):
        fit(gan, callbacks=[callbacks.Film(z, every=3)])
    assert gan.steps == 0
    film, curve = callbacks.Film(z, every=2), callbacks.LossCurve()
    fit(gan, callbacks=[film, curve])
    assert film.steps == [0, 2, 4]
    assert curve.steps == [2, 4], "the logs of the last step of each execution, and told so"


def test_more_than_one_device():
    """Two logical devices must be made before TensorFlow starts: a Python of its own."""
    program = """
import numpy as np
from ganlab import tf, keras, callbacks, checkpoints, datasets, losses, models
from ganlab.training import GAN
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
    gan = GAN(models.mlp_generator(width=8, seed=0), models.mlp_discriminator(width=8, seed=1),
              loss=losses.non_saturating, ema=0.9, seed=2)
    gan.compile(g_optimizer="adam", d_optimizer="adam")
film, curve = callbacks.Film(np.zeros((1, 2)), every=2), callbacks.LossCurve()
watchers = [film, curve, callbacks.StopOnNonFinite(), callbacks.Progress()]
gan.fit(datasets.ring(256, seed=0), batch_size=64, verbose=0, callbacks=watchers)
print(gan.steps, film.steps, len(curve.steps), gan.sample(3, seed=0).shape)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "4 [0, 2, 4] 4 (3, 2)\n", done.stderr


@pytest.mark.parametrize("package", ["keras", "ganlab.models"])
def test_a_layer_of_ours_loads_once_the_package_is_imported(tmp_path, package):
    """In a Python of its own: this one has imported the package."""
    generator = keras.Sequential([keras.Input((3,)), Threshold(0.5)])
    generator.save(tmp_path / "generator.keras")
    program = f"""
import {package}, keras, numpy as np
model = keras.models.load_model({str(tmp_path / "generator.keras")!r})
print(model(np.float32([[0.25, 0.5, 0.75]])).numpy().tolist())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    if package == "keras":
        assert done.returncode and "Could not locate class 'Threshold'" in done.stderr
    else:
        assert done.stdout == "[[0.0, 0.5, 0.75]]\n", done.stderr


def test_weights_of_samples_are_refused():
    weights = np.ones(len(POINTS), np.float32)
    for options in ({"sample_weight": weights}, {"class_weight": {0: 1.0}}):
        with pytest.raises(ValueError, match="expected samples without weights"):
            points_gan().fit(POINTS, verbose=0, **options)
    with pytest.raises(ValueError, match="expected samples without weights"):
        points_gan().train_on_batch(POINTS, sample_weight=weights)
