"""What holds for every layer: it can be saved, compiled, computed in half precision, trained."""

import numpy as np
import pytest

from ganlab import keras, layers, losses, tf
from ganlab.training import GAN

MAP, VECTOR = (4, 4, 3), (6,)


def conv():
    return keras.layers.Conv2D(5, 3, kernel_initializer=keras.initializers.HeNormal(seed=4))


#: A layer of each kind, and the shapes of its inputs without the batch.
LAYERS = {
    "ConditionalBatchNorm": (lambda: layers.ConditionalBatchNorm(seed=0), (MAP, VECTOR)),
    "EqualizedConv2D": (lambda: layers.EqualizedConv2D(5, 3, gain=1.5, seed=0), (MAP,)),
    "EqualizedDense": (lambda: layers.EqualizedDense(5, seed=0, activation="relu"), (VECTOR,)),
    "FadeIn": (lambda: layers.FadeIn(0.25), (MAP, MAP)),
    "MinibatchDiscrimination": (lambda: layers.MinibatchDiscrimination(3, 2, seed=0), (VECTOR,)),
    "MinibatchStdDev": (lambda: layers.MinibatchStdDev(3), (MAP,)),
    "PixelNorm": (layers.PixelNorm, (MAP,)),
    "SpectralNorm": (
        lambda: layers.SpectralNorm(conv(), iterations=2, seed=0),
        (MAP,),
    ),
    "Threshold": (lambda: layers.Threshold(0.25), (MAP,)),
}
EVERY_LAYER = pytest.mark.parametrize("name", LAYERS)


def inputs_of(shapes, batch=6):
    found = [np.random.default_rng(7).random((batch, *shape), np.float32) for shape in shapes]
    return alone(found)


def model_of(name):
    layer, shapes = LAYERS[name]
    inputs = alone([keras.Input(shape) for shape in shapes])
    return keras.Model(inputs, layer()(inputs))


def alone(found):
    return found[0] if len(found) == 1 else found


def test_every_layer_is_here():
    kinds = {name for name in layers.__all__ if issubclass(getattr(layers, name), keras.Layer)}
    assert kinds == set(LAYERS)


@EVERY_LAYER
def test_the_shape_it_announces_is_the_shape_it_returns(name):
    layer, shapes = LAYERS[name]
    layer, given = layer(), inputs_of(shapes)
    shape = layer(given).shape
    batched = [(None, *shape) for shape in shapes]
    announced = layer.compute_output_shape(batched if len(shapes) > 1 else batched[0])
    assert tuple(announced) == (None, *shape[1:]) == model_of(name).output_shape


@EVERY_LAYER
def test_it_is_the_same_after_save_and_load_and_equal_when_built_again(name, tmp_path):
    model = model_of(name)
    given = inputs_of(LAYERS[name][1])
    model(given, training=True)  # moves what is not trained
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(given), model(given))
    again = type(model.layers[-1]).from_config(model.layers[-1].get_config())
    first = model_of(name).layers[-1]
    np.testing.assert_array_equal(again(given), first(given))
    for key in ("iterations", "seed", "gain", "group_size", "momentum", "level", "alpha"):
        assert loaded.layers[-1].get_config().get(key) == model.layers[-1].get_config().get(key)


@EVERY_LAYER
@pytest.mark.parametrize("training", [False, True])
def test_it_computes_the_same_when_xla_compiles_it(name, training):
    model, given = model_of(name), inputs_of(LAYERS[name][1])
    state = [weight.numpy() for weight in model.weights]
    plain = model(given, training=training)
    model.set_weights(state)
    compiled = tf.function(lambda x: model(x, training=training), jit_compile=True)(given)
    np.testing.assert_allclose(compiled, plain, rtol=1e-5, atol=1e-6)


@EVERY_LAYER
@pytest.mark.parametrize(
    ("policy", "relative"), [("mixed_float16", 4e-3), ("mixed_bfloat16", 3e-2)]
)
def test_half_precision_is_near_full(name, policy, relative):
    full = model_of(name)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        half = model_of(name)
    finally:
        keras.config.set_dtype_policy(before)
    half.set_weights(full.get_weights())
    given = inputs_of(LAYERS[name][1])
    for training in (False, True):
        found, expected = half(given, training=training), full(given, training=training).numpy()
        assert found.dtype == keras.DTypePolicy(policy).compute_dtype
        assert all(weight.dtype == "float32" for weight in half.weights)
        # A value on the wrong side of a threshold is another value.
        away = np.abs(expected - 0.25) > 0.01 if name == "Threshold" else np.ones_like(expected)
        error = np.abs(np.float32(found) - expected) * away
        assert error.max() < relative * np.abs(expected).max()


@EVERY_LAYER
def test_gradients_are_finite_also_where_all_samples_are_equal(name):
    model, shapes = model_of(name), LAYERS[name][1]
    for given in (
        inputs_of(shapes),
        alone([np.zeros((6, *shape), np.float32) for shape in shapes]),
    ):
        given = keras.tree.map_structure(tf.constant, given)
        with tf.GradientTape() as tape:
            tape.watch(given)
            total = tf.reduce_sum(model(given, training=True) ** 2)
        for gradient in tape.gradient(total, [*tf.nest.flatten(given), *model.trainable_variables]):
            assert np.isfinite(gradient).all()


@pytest.mark.slow
@EVERY_LAYER
def test_a_gan_with_it_trains_averages_and_goes_on_to_the_bit(name, tmp_path):
    if name in ("ConditionalBatchNorm", "FadeIn"):
        pytest.skip("two inputs: the models that use it are trained in tests/ganlab/models")
    layer, shapes = LAYERS[name]

    def network(role, last):
        inputs = x = keras.Input(VECTOR if role == "generator" else MAP)
        if role == "generator" and len(shapes[0]) == 3:
            x = keras.layers.Reshape((4, 4, 3))(keras.layers.Dense(48)(x))
        elif role == "discriminator" and len(shapes[0]) == 1:
            x = keras.layers.Dense(*VECTOR)(keras.layers.Flatten()(x))
        x = keras.layers.Flatten()(layer()(x))
        x = last(x)
        return keras.Model(inputs, keras.layers.Reshape(MAP)(x) if role == "generator" else x)

    gan = GAN(
        network("generator", keras.layers.Dense(48, activation="sigmoid")),
        network("discriminator", keras.layers.Dense(1)),
        loss=losses.non_saturating,
        ema=0.9,
        seed=1,
    )
    gan.compile(g_optimizer="adam", d_optimizer="adam")
    images = inputs_of([MAP], batch=40)
    gan.fit(images, batch_size=16, verbose=0, shuffle=False)  # the last batch has 8
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    for one in (gan, loaded):
        one.fit(images, batch_size=16, verbose=0, shuffle=False)
    for ours, theirs in zip(gan.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert np.isfinite(gan.sample(3, seed=0)).all()


SEEDED = {
    "ConditionalBatchNorm": lambda seed: layers.ConditionalBatchNorm(seed=seed),
    "EqualizedConv2D": lambda seed: layers.EqualizedConv2D(5, 3, seed=seed),
    "EqualizedDense": lambda seed: layers.EqualizedDense(5, seed=seed),
    "MinibatchDiscrimination": lambda seed: layers.MinibatchDiscrimination(3, 2, seed=seed),
    "SpectralNorm": lambda seed: layers.SpectralNorm(conv(), seed=seed),
}


@pytest.mark.parametrize("name", SEEDED)
def test_any_integer_is_a_seed_and_nothing_else(name):
    given = inputs_of(LAYERS[name][1])
    small, large = (SEEDED[name](seed) for seed in (3, 2**62))
    for layer in (small, large):
        layer(given)
    drawn = [np.concatenate([w.numpy().ravel() for w in one.weights]) for one in (small, large)]
    assert (drawn[0] != drawn[1]).any()
    for wrong in (2.7, True, None, "x", -1):
        with pytest.raises((TypeError, ValueError), match="expected seed"):
            SEEDED[name](wrong)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.EqualizedDense(5, gain=0, seed=0), r"expected gain in \(0, inf\)"),
        (lambda: layers.EqualizedDense(5, gain="x", seed=0), r"expected gain in \(0, inf\)"),
        (lambda: layers.EqualizedDense(True, seed=0), "expected units as an integer"),
        (lambda: layers.EqualizedConv2D(0, 3, seed=0), "expected filters as an integer"),
        (
            lambda: layers.EqualizedConv2D(5, 3, seed=0, data_format="channels_first"),
            "expected data_format as 'channels_last'",
        ),
        (lambda: layers.PixelNorm(epsilon=-1), r"expected epsilon in \(0, inf\)"),
        (lambda: layers.ConditionalBatchNorm(momentum=1, seed=0), "expected momentum in"),
        (lambda: layers.Threshold(None), r"expected level in \(0, 1\)"),
        (lambda: layers.MinibatchStdDev()(np.ones(4, np.float32)), "expected inputs of shape"),
    ],
)
def test_numbers_out_of_range_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("name", ["EqualizedDense", "MinibatchStdDev", "PixelNorm"])
def test_integers_are_computed_with_as_floats(name):
    layer, shapes = LAYERS[name]
    given = np.arange(6 * np.prod(shapes[0])).reshape(6, *shapes[0]) % 7
    layer = layer()
    np.testing.assert_array_equal(layer(given), layer(given.astype("float32")))


def test_sides_that_are_not_known_are_no_obstacle():
    model = keras.Sequential([keras.Input((None, None, 3)), layers.MinibatchStdDev(2)])
    call = tf.function(lambda x: model(x), input_signature=[tf.TensorSpec((None, None, None, 3))])
    given = inputs_of([MAP])
    np.testing.assert_allclose(call(given), layers.MinibatchStdDev(2)(given), rtol=1e-6)
