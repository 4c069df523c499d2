import doctest

import numpy as np
import pytest

from ganlab import inversion, keras, latents, models, similarity, tf

SHAPE = (12, 12, 1)
DIM = 4


@pytest.fixture(scope="module")
def generator():
    """A small untrained generator: inversion needs no training, only a smooth map."""
    return models.conv_generator(SHAPE, latent_dim=DIM, width=4, seed=0)


@pytest.fixture(scope="module")
def linear():
    """G(z) = (1 + c z) / 2 with orthonormal columns c: every optimum is known in closed form."""
    basis, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((144, DIM)))
    z = keras.Input((DIM,), name="latents")
    pixels = keras.layers.Dense(144, kernel_initializer="zeros", name="pixels")
    model = keras.Model(z, keras.layers.Reshape(SHAPE, name="images")(pixels(z)), name="linear")
    pixels.set_weights([0.5 * basis.T.astype(np.float32), np.full(144, 0.5, np.float32)])
    return model


def make(generator, z):
    return generator(z, training=False).numpy()


def test_examples():
    assert doctest.testmod(inversion).failed == 0


def test_shapes_types_and_agreement_of_the_parts(generator):
    given = make(generator, latents.sample(3, DIM, seed=9))
    found = inversion.invert(generator, given, steps=5, seed=0, prior=0.0)
    assert found.latents.shape == (3, DIM) and found.latents.dtype == np.float32
    assert found.images.shape == given.shape and found.images.dtype == np.float32
    assert found.history.shape == (6, 3) and found.history.dtype == np.float32
    np.testing.assert_array_equal(found.images, make(generator, found.latents))
    # The smallest value of the history is the value of what is returned.
    np.testing.assert_allclose(
        found.history.min(0), ((found.images - given) ** 2).mean((1, 2, 3)), rtol=1e-4, atol=1e-9
    )
    assert repr(found).startswith("Inversion(3 images, 5 steps, mean objective ")


def test_no_step_returns_the_best_candidate(generator):
    given = np.random.default_rng(1).random((5, *SHAPE), np.float32)
    z = latents.sample(64, DIM, seed=2)
    made = make(generator, z)
    prior = 0.01
    table = ((made[None] - given[:, None]) ** 2).mean((2, 3, 4)) + prior * (z**2).mean(1)
    found = inversion.invert(generator, given, steps=0, seed=2, candidates=64, prior=prior)
    np.testing.assert_array_equal(found.latents, z[table.argmin(1)])
    assert found.history.shape == (1, 5)
    np.testing.assert_allclose(found.history[0], table.min(1), rtol=1e-5)


def test_candidates_beyond_one_block_all_compete(generator):
    # 256 latents are generated at a time: the winner may be among the last of them.
    z = latents.sample(600, DIM, seed=2)
    wanted = [3, 300, 599]
    found = inversion.invert(
        generator, make(generator, z[wanted]), steps=0, seed=2, candidates=600, prior=0.0
    )
    np.testing.assert_array_equal(found.latents, z[wanted])


def test_one_step_is_adam_on_objective_and_pull(linear):
    # The first step of Adam moves every coordinate by the learning rate against the sign of
    # its gradient (epsilon aside). Here the gradient of mean((0.5 c z - r)^2) + p mean(z^2)
    # is c.T (0.5 c z - r) / pixels + 2 p z / DIM.
    rng = np.random.default_rng(3)
    given = (0.5 + 0.05 * rng.standard_normal((2, *SHAPE))).astype(np.float32)
    columns = 2 * linear.layers[1].get_weights()[0].T  # orthonormal
    residual = given.reshape(2, -1) - 0.5
    start = inversion.invert(linear, given, steps=0, seed=1, starts=1, prior=0.3)
    z = start.latents
    gradient = (0.5 * z @ columns.T - residual) @ columns / 144 + 2 * 0.3 * z / DIM
    assert np.abs(gradient).min() > 1e-4  # no sign in doubt
    step = inversion.invert(linear, given, steps=1, seed=1, starts=1, prior=0.3, learning_rate=0.01)
    np.testing.assert_allclose(step.latents, z - 0.01 * np.sign(gradient), atol=1e-4)


@pytest.mark.parametrize("prior", [0.0, 1e-3, 1e-2])
def test_ridge_regression_on_a_linear_generator(linear, prior):
    # The minimum of S / N + p |z|^2 / d is least squares, shrunk by 1 / (1 + 4 p N / d).
    rng = np.random.default_rng(4)
    given = (0.5 + 0.04 * rng.standard_normal((3, *SHAPE))).astype(np.float32)
    columns = 2 * linear.layers[1].get_weights()[0].T
    least_squares = 2 * (given.reshape(3, -1) - 0.5) @ columns
    best = least_squares / (1 + 4 * prior * 144 / DIM)
    found = inversion.invert(linear, given, steps=600, seed=0, prior=prior, learning_rate=0.01)
    np.testing.assert_allclose(found.latents, best, atol=2e-3)
    # The start was elsewhere: the search did move.
    start = inversion.invert(linear, given, steps=0, seed=0, prior=prior)
    assert np.abs(start.latents - best).max() > 0.05


@pytest.mark.parametrize(
    "objective",
    [
        inversion.pixel_objective,
        pytest.param(inversion.structure_objective, marks=pytest.mark.slow),
        pytest.param(inversion.content_objective, marks=pytest.mark.slow),
    ],
)
def test_recovers_a_known_latent(generator, objective):
    z = latents.sample(4, DIM, seed=77)
    arguments = {"seed": 0, "objective": objective, "prior": 0.0, "candidates": 64}
    start = inversion.invert(generator, make(generator, z), steps=0, **arguments)
    found = inversion.invert(generator, make(generator, z), steps=300, **arguments)
    assert np.all(np.abs(start.latents - z).max(1) > 0.1)
    np.testing.assert_allclose(found.latents, z, atol=0.02)
    np.testing.assert_allclose(found.images, make(generator, z), atol=5e-3)


def test_more_starts_never_lose(generator):
    # The first start is the same one, so the best of four is at least as good.
    given = np.random.default_rng(5).random((6, *SHAPE), np.float32)
    one = inversion.invert(generator, given, steps=40, seed=0, starts=1)
    four = inversion.invert(generator, given, steps=40, seed=0, starts=4)
    assert np.all(four.history.min(0) <= one.history.min(0) * (1 + 1e-4))


def test_the_best_latent_met_is_returned_not_the_last(generator):
    # Steps this long overshoot: the last latent is worse than an earlier one.
    given = make(generator, latents.sample(6, DIM, seed=5))
    found = inversion.invert(generator, given, steps=12, seed=0, learning_rate=1.5, prior=0.0)
    reached = ((found.images - given) ** 2).mean((1, 2, 3))
    assert np.any(found.history[-1] > 2 * reached)
    assert np.all(reached <= found.history[0] * (1 + 1e-4))
    np.testing.assert_allclose(reached, found.history.min(0), rtol=1e-4, atol=1e-9)


def test_many_searches_do_not_warn(generator, caplog):
    # TensorFlow warns when a function is traced again and again. It logs this, so that the
    # filter that turns warnings into errors does not see it.
    given = make(generator, latents.sample(1, DIM, seed=5))
    with caplog.at_level("WARNING", logger="tensorflow"):
        tf.get_logger().addHandler(caplog.handler)
        for seed in range(7):
            inversion.invert(generator, given, steps=0, seed=seed, candidates=4, starts=1)
        tf.get_logger().removeHandler(caplog.handler)
    assert not caplog.records


def test_images_do_not_disturb_each_other(generator):
    given = make(generator, latents.sample(3, DIM, seed=5))
    together = inversion.invert(generator, given, steps=20, seed=0)
    alone = inversion.invert(generator, given[1:2], steps=20, seed=0)
    np.testing.assert_allclose(together.latents[1], alone.latents[0], atol=1e-3)


def test_the_same_seed_gives_the_same_bits(generator):
    given = make(generator, latents.sample(2, DIM, seed=5))
    first, again = (inversion.invert(generator, given, steps=30, seed=3) for _ in range(2))
    for name in ("latents", "images", "history"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    other = inversion.invert(generator, given, steps=30, seed=4)
    assert not np.array_equal(first.latents, other.latents)


def test_the_generator_is_left_alone(generator):
    before = [weight.copy() for weight in generator.get_weights()]
    given = np.random.default_rng(5).random((2, *SHAPE), np.float32)
    inversion.invert(generator, given, steps=10, seed=0)
    for old, new in zip(before, generator.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_the_pull_shortens_latents(generator):
    given = make(generator, 2 * latents.sample(4, DIM, seed=6))
    free, little, strong = (
        np.linalg.norm(
            inversion.invert(generator, given, steps=200, seed=0, prior=prior).latents, axis=1
        )
        for prior in (0.0, 1e-2, 10.0)
    )
    assert np.all(free > little) and np.all(little > strong)
    assert np.all(strong < 0.1)


def test_an_objective_of_your_own(generator):
    def left_half(images, targets):
        return tf.reduce_mean(abs(images - targets)[:, :, :6], axis=(1, 2, 3))

    given = make(generator, latents.sample(2, DIM, seed=8))
    spoiled = given.copy()
    spoiled[:, :, 6:] = 0.0
    arguments = {"steps": 25, "seed": 0, "objective": left_half}
    np.testing.assert_array_equal(
        inversion.invert(generator, given, **arguments).latents,
        inversion.invert(generator, spoiled, **arguments).latents,
    )


def test_objectives_are_the_measures():
    a, b = np.random.default_rng(7).random((2, 5, 16, 16, 3), np.float32)
    np.testing.assert_allclose(
        inversion.pixel_objective(a, b), ((a - b) ** 2).mean((1, 2, 3)), rtol=1e-6
    )
    np.testing.assert_allclose(
        inversion.structure_objective(a, b), 1 - similarity.ssim(a, b, data_range=1.0), rtol=1e-6
    )
    correlation = [np.corrcoef(x.ravel(), y.ravel())[0, 1] for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(
        inversion.content_objective(a, b), 1 - np.array(correlation), rtol=1e-5
    )


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"images": np.zeros((1, 9, 9, 1))}, ValueError, r"shape \(12, 12, 1\), received \(9, 9"),
        ({"images": np.full((1, *SHAPE), 2.0)}, ValueError, "expected"),
        ({"steps": -1}, ValueError, "steps >= 0 .* received steps=-1"),
        ({"steps": 1.5}, TypeError, "steps as an integer, received 1.5"),
        ({"steps": True}, TypeError, "steps as an integer, received True"),
        ({"starts": 0}, ValueError, "received .*starts=0"),
        ({"starts": 9, "candidates": 8}, ValueError, "starts=9, candidates=8"),
        ({"learning_rate": 0.0}, ValueError, "received learning_rate=0.0"),
        ({"learning_rate": float("nan")}, ValueError, "received learning_rate=nan"),
        ({"prior": -1.0}, ValueError, "received .*prior=-1.0"),
        ({"seed": None}, TypeError, "expected seed as an integer .* received None"),
        (
            {"objective": lambda images, targets: tf.reduce_mean(images)},
            ValueError,
            r"one value an image, received shape \(\)",
        ),
        (
            {"objective": lambda images, targets: tf.reduce_mean(images, axis=(1, 2))},
            ValueError,
            r"one value an image, received shape \(\d+, 1\)",
        ),
        (
            {"objective": lambda images, targets: tf.stop_gradient(images)[:, 0, 0, 0]},
            ValueError,
            "that TensorFlow can differentiate, received",
        ),
        (
            {"objective": lambda images, targets: tf.math.log(images[:, 0, 0, 0] - 2.0)},
            ValueError,
            "finite values, received NaN or infinity at step 0",
        ),
    ],
)
def test_errors_say_what_was_expected_and_received(generator, arguments, error, message):
    given = {"images": np.zeros((1, *SHAPE), np.float32), "steps": 1, "seed": 0, "candidates": 8}
    with pytest.raises(error, match=message) as caught:
        inversion.invert(generator, **(given | arguments))
    assert "expected" in str(caught.value)


def test_a_search_by_steps_is_an_inversion(generator):
    given = make(generator, latents.sample(2, DIM, seed=9))
    search = inversion.Search(generator, given, seed=0, candidates=64)
    search.step(7)
    search.step()
    found = inversion.invert(generator, given, steps=7, seed=0, candidates=64)
    np.testing.assert_array_equal(search.found().latents, found.latents)
    np.testing.assert_array_equal(search.found().history, found.history)
    assert search.steps == 8 and repr(search) == "Search(pixel_objective, step 8)"


def test_a_search_that_is_aimed_anew_forgets_the_one_before(generator):
    given = make(generator, latents.sample(2, DIM, seed=9))
    search = inversion.Search(generator, given[:1], seed=0, candidates=64)
    search.step(5)
    search.aim(given[1:])
    assert search.steps == 0
    search.step(6)
    alone = inversion.invert(generator, given[1:], steps=5, seed=0, candidates=64)
    np.testing.assert_array_equal(search.found().history, alone.history)


def test_another_objective_goes_on_from_where_the_search_stands(linear):
    given = np.full((1, *SHAPE), 0.6, np.float32)

    def darker(images, targets):
        return tf.reduce_mean(images, axis=(1, 2, 3))

    search = inversion.Search(linear, given, seed=1, starts=1, prior=0.0)
    search.step(3)
    before = search.found().latents
    search.change(darker)
    search.step()
    np.testing.assert_allclose(search.found().latents, before, atol=0.4)  # three steps of 0.1
    search.step(5)
    history = search.found().history[:, 0]
    assert len(history) == 6 and np.all(np.diff(history) < 0)


def test_an_objective_that_does_not_fit_changes_nothing(generator):
    search = inversion.Search(generator, make(generator, latents.sample(1, DIM, seed=9)), seed=0)
    search.step(2)
    with pytest.raises(ValueError, match="one value an image"):
        search.change(lambda images, targets: tf.reduce_mean(images))
    search.step()
    assert search.steps == 3 and "pixel_objective" in repr(search)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda search, given: search.found(), "expected at least one step before"),
        (lambda search, given: search.step(0), "expected times as an integer from 1 on"),
        (lambda search, given: search.aim(given[:1]), "expected as many images as before, 2"),
        (lambda search, given: search.aim(given[:, 1:]), "the generator's own shape"),
        (lambda search, given: search.aim(given, condition=[1, 2]), "expected no condition"),
    ],
)
def test_a_search_refuses_what_it_cannot_do(generator, act, words):
    given = make(generator, latents.sample(2, DIM, seed=9))
    search = inversion.Search(generator, given, seed=0, candidates=8)
    with pytest.raises(ValueError, match=words):
        act(search, given)


def test_any_callable_is_an_objective_and_few_programs_are_kept(generator):
    class Shifted:
        __hash__ = None  # as a plain dataclass

        def __init__(self, by):
            self.by = by

        def __call__(self, images, targets):
            return inversion.pixel_objective(images, targets) + self.by

    given = make(generator, latents.sample(1, DIM, seed=9))
    search = inversion.Search(generator, given, seed=0, objective=Shifted(1.0), prior=0.0)
    for by in (2.0, 3.0, 4.0, 5.0, 6.0):
        search.change(Shifted(by))
        search.step()
        assert by <= search.found().history.min() < by + 0.5
    assert len(search._programs) == 4
    for wrong in ("pixel", None):
        with pytest.raises(TypeError, match="expected objective as a callable"):
            search.change(wrong)
        with pytest.raises(TypeError, match="expected objective as a callable"):
            inversion.Search(generator, given, seed=0, objective=wrong)
    with pytest.raises(TypeError, match="expected generator as a keras.Model"):
        inversion.invert(None, given, steps=1, seed=0)


def test_a_search_survives_an_objective_without_finite_values(generator):
    def endless(images, targets):
        return tf.reduce_mean(images, axis=(1, 2, 3)) / 0.0

    search = inversion.Search(generator, make(generator, latents.sample(1, DIM, seed=9)), seed=0)
    search.step(3)
    search.change(endless)
    with pytest.raises(ValueError, match="NaN or infinity at step 0"):
        search.step()
    search.change(inversion.pixel_objective)
    search.step(3)
    assert np.isfinite(search.found().history).all()


def test_an_aim_that_fails_changes_nothing(generator):
    def careful(images, targets):
        if tf.executing_eagerly() and targets.numpy().max() == 0:
            raise ValueError("a black target")
        return inversion.pixel_objective(images, targets)

    given = make(generator, latents.sample(1, DIM, seed=9))
    search = inversion.Search(generator, given, seed=0, objective=careful)
    search.step(2)
    with pytest.raises(ValueError, match="a black target"):
        search.aim(np.zeros_like(given))
    np.testing.assert_array_equal(search.targets, given)
    search.step()
    assert search.found().history.shape == (3, 1)
