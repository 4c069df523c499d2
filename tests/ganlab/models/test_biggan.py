"""BigGAN's pair: its parts against their definitions, and what holds for all networks."""

import doctest

import numpy as np
import pytest

from ganlab import keras, latents, layers, losses, models, penalties, recipes, tf
from ganlab.models import biggan
from ganlab.training import GAN

LABELS = np.arange(6) % 3


def generator(image_shape=(16, 16, 3), latent_dim=12, *, seed=0, **settings):
    settings = {"classes": 3, "width": 4, "embedding_dim": 5} | settings
    return models.biggan_generator(image_shape, latent_dim, seed=seed, **settings)


def discriminator(image_shape=(16, 16, 3), *, seed=0, **settings):
    settings = {"classes": 3, "width": 4} | settings
    return models.biggan_discriminator(image_shape, seed=seed, **settings)


def images_of(side=16, n=6):
    return np.random.default_rng(3).random((n, side, side, 3), np.float32)


def inputs_of(role):
    return [latents.sample(6, 12, seed=1) if role is generator else images_of(), LABELS]


BOTH = pytest.mark.parametrize("role", [generator, discriminator])


def spectral(network):
    return [layer for layer in network.layers if isinstance(layer, layers.SpectralNorm)]


def matrix(layer):
    kernel = np.asarray(layer.kernel, np.float64)
    return kernel.reshape(-1, kernel.shape[-1])


def converged(network, inputs):
    """Give every kernel one largest singular value, 3, twice the next, and let them be found."""
    rng = np.random.default_rng(5)
    for layer in spectral(network):
        left, singular, right = np.linalg.svd(
            rng.normal(size=matrix(layer.layer).shape), full_matrices=False
        )
        singular = np.where(np.arange(len(singular)) == 0, 3, 1.5)
        layer.layer.kernel.assign(((left * singular) @ right).reshape(layer.layer.kernel.shape))
    for _ in range(15):  # the error of sigma falls by 16 each time
        network(inputs, training=True)
    return network


def test_examples():
    assert doctest.testmod(biggan).failed == 0


def test_the_numbers_of_weights():
    """Counted by hand for 32x32x3 and the widths 24 (of maps) and 20 + 32 (of conditions)."""
    made = models.biggan_generator((32, 32, 3), classes=8, seed=0)
    given = 20 + 32
    maps = [(96, 96), (96, 48), (48, 24)]
    kernels = given * 16 * 96 + 16 * 96 + 27 * 24 + 3
    kernels += sum(9 * a * b + 9 * b * b + a * b for a, b in maps)
    matrices = sum(2 * given * (a + b) for a, b in maps) + 2 * 24
    statistics = sum(2 * (a + b) for a, b in maps) + 2 * 24
    vectors = 16 * 96 + sum(3 * b for _, b in maps) + 3  # of power iteration
    assert made.count_params() == 8 * 32 + kernels + matrices + statistics + vectors
    assert made.count_params() == 386_326 < 500_000
    judge = models.biggan_discriminator((32, 32, 3), classes=8, seed=0)
    maps = [(3, 24), (24, 48), (48, 96), (96, 96)]
    kernels = sum(9 * a * b + 9 * b * b + 2 * b for a, b in maps) + 96 + 1 + 8 * 96
    kernels += sum(a * b + b for a, b in maps[:-1])  # the last block changes no shape
    vectors = sum(2 * b for _, b in maps) + sum(b for _, b in maps[:-1]) + 1 + 96
    assert judge.count_params() == kernels + vectors
    assert discriminator(spectral=False).count_params() < discriminator().count_params()


@pytest.mark.parametrize("side", [8, 16, 32, 64])
def test_sizes_that_are_4_doubled(side):
    dim = 2 * (int(np.log2(side)) - 1)
    made, judge = generator((side, side, 3), dim, width=2), discriminator((side, side, 3), width=2)
    images = made([latents.sample(6, dim, seed=0), LABELS]).numpy()
    assert images.shape == (6, side, side, 3) and images.dtype == np.float32
    assert images.min() >= 0 and images.max() <= 1
    logits = judge([images, LABELS]).numpy()
    assert logits.shape == (6, 1) and np.ptp(logits) > 0
    blocks = [layer for layer in made.layers if layer.name in [f"up_{n}" for n in range(1, 9)]]
    assert [layer.output.shape[1] for layer in blocks] == [
        2**k for k in range(3, 7) if 2**k <= side
    ]


@pytest.mark.parametrize(
    "image_shape", [(28, 28, 1), (4, 4, 3), (32, 16, 3), (24, 24, 3), (2, 2, 1)]
)
def test_other_sizes_are_refused(image_shape):
    height, width = image_shape[:2]
    for build in (generator, discriminator):
        with pytest.raises(
            ValueError, match=rf"\(8, 16, 32, 64, ...\), received {height} x {width}"
        ):
            build(image_shape)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: generator(latent_dim=10), "latent_dim as a multiple of 3, .* received 10"),
        (lambda: generator(latent_dim=0), "expected latent_dim as an integer"),
        (lambda: generator(width=0), "expected width as an integer"),
        (lambda: generator(embedding_dim=0), "expected embedding_dim as an integer"),
        (lambda: generator(classes=0), "expected classes as an integer"),
        (lambda: discriminator(classes=0), "expected classes as an integer"),
        (lambda: discriminator(width=0), "expected width as an integer"),
    ],
)
def test_numbers_out_of_range_are_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()


@BOTH
def test_every_kernel_is_orthogonal_at_first(role):
    found = spectral(role())
    assert len(found) == (2 + 3 * 2 if role is generator else 2 + 2 * 3 + 2)
    for layer in found:
        singular = np.linalg.svd(matrix(layer.layer), compute_uv=False)
        np.testing.assert_allclose(singular, 1, atol=1e-5)


@BOTH
def test_the_kernels_that_are_used_converge_to_a_spectral_norm_of_1(role):
    """And are used: on a map of one pixel a convolution is the middle of its kernel."""
    network = converged(role(), inputs_of(role))
    for layer in spectral(network):
        kernel, u = matrix(layer.layer), layer.vector.numpy().astype(np.float64)
        used = kernel / np.linalg.norm(kernel @ u)
        largest = np.linalg.svd(used, compute_uv=False)[0]
        assert largest == pytest.approx(1, abs=1e-4), layer.name
        kernel = layer.layer.kernel
        given = np.eye(kernel.shape[-2], dtype=np.float32)
        middle = used.reshape(kernel.shape)
        if len(kernel.shape) == 4:
            given, middle = given[:, None, None], middle[kernel.shape[0] // 2, kernel.shape[1] // 2]
        found = layer(given) - layer(np.zeros_like(given))
        np.testing.assert_allclose(np.reshape(found, middle.shape), middle, atol=1e-4)


def test_without_it_kernels_are_used_as_they_are():
    assert not spectral(discriminator(spectral=False))
    kernels = [
        [w.numpy() for w in network.trainable_variables]
        for network in (discriminator(spectral=False), discriminator())
    ]
    for plain, normed in zip(*kernels, strict=True):
        np.testing.assert_array_equal(plain, normed)  # of one seed the same numbers


def test_the_logit_is_the_projection():
    """psi(phi) + <V_y, phi>, phi summed over the pixels: Miyato and Koyama 2018, equation 4."""
    images = images_of()
    network = converged(discriminator(), [images, LABELS])
    network.get_layer("logits").layer.bias.assign([0.25])
    inner = keras.Model(network.inputs, network.get_layer("relu_last").output)
    phi = inner([images, LABELS]).numpy().astype(np.float64).sum(axis=(1, 2))
    psi, table = (matrix(network.get_layer(name).layer) for name in ("logits", "label"))
    psi, table = (w / np.linalg.svd(w, compute_uv=False)[0] for w in (psi, table))
    expected = phi @ psi + 0.25 + (table[LABELS] * phi).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(network([images, LABELS]), expected, rtol=1e-3, atol=1e-4)
    assert np.ptp(network([images[:1].repeat(3, 0), np.arange(3)])) > 0


def test_of_one_class_and_one_chunk_it_is_plain_batch_normalization():
    """A condition that is the same for all gives every sample the same gain and bias."""
    network = generator(classes=1)
    z = np.repeat(latents.sample(1, 12, seed=1), 6, axis=0)
    z[:, :4] = latents.sample(6, 4, seed=2)  # the first chunk opens the map and conditions nothing
    labels = np.zeros(6, np.int32)
    for name in ("up_1_norm_1", "up_2_norm_2"):
        layer = network.get_layer(name)
        inner = keras.Model(network.inputs, [layer.input[0], layer.input[1]])
        x, condition = (part.numpy() for part in inner([z, labels]))
        assert (condition == condition[0]).all() and np.ptp(x, axis=0).max() > 0
        plain = keras.layers.BatchNormalization(momentum=0.9)
        plain.build(x.shape)
        plain.gamma.assign(1 + condition[0] @ layer.gain.numpy())
        plain.beta.assign(condition[0] @ layer.bias.numpy())
        found, expected = (
            one(given, training=True) for one, given in ((layer, [x, condition]), (plain, x))
        )
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_every_block_has_its_chunk_of_the_latents_and_all_share_the_vector_of_a_class():
    network = generator((32, 32, 3), 8)
    table = network.get_layer("label").embeddings.numpy()
    z = latents.sample(6, 8, seed=1)
    for block in range(4):
        layer = network.get_layer(f"condition_{block}")
        found = keras.Model(network.inputs, layer.output)([z, LABELS]).numpy()
        np.testing.assert_array_equal(found[:, :2], z[:, 2 * block : 2 * block + 2])
        np.testing.assert_array_equal(found[:, 2:], table[LABELS])
        if block:
            for norm in (1, 2):
                given = network.get_layer(f"up_{block}_norm_{norm}").input[1]
                assert given is layer.output
    assert len([w for w in network.weights if w.shape == (3, 5)]) == 1


def nearest(x):
    return x.repeat(2, axis=1).repeat(2, axis=2)


def mean(x):
    n, h, w, c = x.shape
    return x.reshape(n, h // 2, 2, w // 2, 2, c).mean(axis=(2, 4))


def test_what_is_exchanged_to_save_work_changes_nothing():
    """The figures double first and then mix the channels, and mix before they halve."""
    made, judge = generator(), discriminator()
    inner = keras.Model(
        made.inputs,
        [made.get_layer("coarse_map").output, made.get_layer("up_1_double_mixed").output],
    )
    x, found = (part.numpy() for part in inner([latents.sample(6, 12, seed=1), LABELS]))
    np.testing.assert_allclose(made.get_layer("up_1_mix")(nearest(x)), found, atol=1e-5)
    inner = keras.Model(
        judge.inputs,
        [
            judge.get_layer("down_1").output,
            judge.get_layer("down_2").output,
            judge.get_layer("down_2_conv_2").output,
        ],
    )
    x, found, path = (part.numpy() for part in inner([images_of(), LABELS]))
    whole = path + judge.get_layer("down_2_mix")(x).numpy()
    np.testing.assert_allclose(mean(whole), found, rtol=1e-4, atol=1e-6 * np.abs(whole).max())


@BOTH
def test_it_is_the_same_after_save_and_load(role, tmp_path):
    network, given = role(), inputs_of(role)
    network(given, training=True)  # moves what is not trained
    network.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    np.testing.assert_array_equal(loaded(given), network(given))


@pytest.mark.slow
@BOTH
def test_it_computes_the_same_when_xla_compiles_it(role):
    network, given = role(), inputs_of(role)
    state = network.get_weights()
    for training in (False, True):
        network.set_weights(state)
        plain = network(given, training=training)
        network.set_weights(state)
        given = [tf.constant(given[0]), tf.constant(given[1], tf.int32)]
        call = tf.function(lambda x, y, t=training: network([x, y], training=t), jit_compile=True)
        np.testing.assert_allclose(call(*given), plain, rtol=1e-4, atol=1e-5)


@BOTH
@pytest.mark.parametrize(("policy", "error"), [("mixed_float16", 0.02), ("mixed_bfloat16", 0.15)])
def test_half_precision_is_near_full(role, policy, error):
    full, before = role(), keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        half = role()
    finally:
        keras.config.set_dtype_policy(before)
    half.set_weights(full.get_weights())
    given = inputs_of(role)
    found, expected = np.float32(half(given, training=True)), full(given, training=True).numpy()
    assert all(weight.dtype == "float32" for weight in half.weights)
    assert np.abs(found - expected).max() < error * np.abs(expected).max()


@BOTH
def test_a_seed_fixes_the_initial_weights(role):
    first, same, other = (
        np.concatenate([w.ravel() for w in role(seed=seed).get_weights()]) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)


def test_the_regularizer_sees_every_kernel_of_the_generator():
    regularizer = penalties.OrthogonalRegularizer(0.5)
    network = generator(kernel_regularizer=regularizer)
    with_one = [v for v in network.trainable_variables if v.regularizer is not None]
    assert [id(v) for v in with_one] == [id(layer.layer.kernel) for layer in spectral(network)]
    for v in with_one:
        filters, size = v.shape[-1], np.prod(v.shape[:-1])
        if filters <= size:  # more of them cannot all be orthogonal
            assert float(v.regularizer(v.value)) == pytest.approx(0, abs=1e-6)
    assert not any(v.regularizer for v in generator().trainable_variables)


@pytest.mark.slow
def test_a_gan_of_them_trains_averages_and_goes_on_to_the_bit(tmp_path):
    gan = GAN(
        generator(kernel_regularizer=penalties.OrthogonalRegularizer(1e-4)),
        discriminator(),
        loss=losses.hinge,
        d_steps=2,
        ema=0.9,
        seed=1,
    )
    gan.compile(g_optimizer=recipes.adam(1e-3)(), d_optimizer=recipes.adam(1e-3)())
    assert gan.condition.count == 3
    images, labels = images_of(n=40), np.arange(40) % 3
    gan.fit(images, labels, batch_size=16, verbose=0, shuffle=False)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    for one in (gan, loaded):
        one.fit(images, labels, batch_size=16, verbose=0, shuffle=False)
    for ours, theirs in zip(gan.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert np.isfinite(gan.sample(3, condition=2, seed=0)).all()
