"""A training in stages: when what happens, what is inherited, what the networks are shown."""

import dataclasses
import functools
import itertools

import numpy as np
import pytest

from ganlab import callbacks, datasets, keras, layers, losses, models, penalties, recipes, training
from ganlab.training import GAN, GrowingGAN, Stages


def tiny_pair(image_shape, *, fade=False, seed):
    return (
        models.progressive_generator(image_shape, 6, width=4, fade=fade, seed=seed),
        models.progressive_discriminator(image_shape, width=4, fade=fade, seed=seed + 1),
    )


TINY = dataclasses.replace(
    recipes.ALL["progressive"],
    name="tiny",
    networks=tiny_pair,
    penalty=penalties.Penalty(penalties.r1, weight=0.1, every=2),
    batch_size=4,
    steps=6,
    ema=0.9,
    stages=Stages(first=4, steps=2, fading=1.0),
)


EAGER = functools.partialmethod(GAN.compile, run_eagerly=True)


@pytest.fixture(autouse=True)
def eager(monkeypatch):
    """Take a few steps without compiling them, which for three stages takes longer than they do."""
    monkeypatch.setattr(GAN, "compile", EAGER)


IMAGES = np.random.default_rng(0).random((16, 16, 16, 1), np.float32)
SMALL = IMAGES[:, :8, :8]  # two stages


def test_the_schedule():
    stages = Stages(first=4, steps=10, fading=0.4)
    assert stages.sizes(4) == (4,)
    assert stages.sizes(32) == (4, 8, 16, 32)
    assert [stages.size(step, 16) for step in (0, 9, 10, 19, 20, 30, 1000)] == [
        *(4, 4, 8, 8, 16, 16, 16)
    ]
    assert [stages.start(size) for size in (4, 8, 16)] == [0, 10, 20]
    assert [stages.end(size, 16) for size in (4, 8, 16)] == [10, 20, None]
    alphas = [stages.alpha(step, 16) for step in range(26)]
    rise = [0.0, 0.25, 0.5, 0.75]
    assert alphas == [*[1.0] * 10, *rise, *[1.0] * 6, *rise, *[1.0] * 2]


@pytest.mark.parametrize("fading", [0.0, 1.0])
def test_no_fading_and_nothing_but_fading(fading):
    stages = Stages(first=4, steps=4, fading=fading)
    expected = [1.0] * 4 if fading == 0 else [0.0, 0.25, 0.5, 0.75]
    assert [stages.alpha(step, 8) for step in range(4, 8)] == expected


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"first": 2}, "expected first as an integer from 4 on, received 2"),
        ({"steps": 0}, "expected steps as an integer from 1 on, received 0"),
        ({"fading": 1.5}, r"expected fading in \[0, 1\], received 1.5"),
    ],
)
def test_a_schedule_out_of_range_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        Stages(**wrong)


@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 16, 1), (4, 4, 1), (2,)], ids=str)
def test_images_to_which_it_does_not_come_are_refused(shape):
    message = r"expected images of 8 x 8, 16 x 16, 32 x 32, 64 x 64 .* received"
    with pytest.raises(ValueError, match=message):
        Stages(first=8).check(shape)
    with pytest.raises(ValueError, match=message):
        recipes.ALL["progressive"].build(shape, seed=0)


def halved(images, times=1):
    for _ in range(times):
        n, height, width, channels = images.shape
        images = images.reshape(n, height // 2, 2, width // 2, 2, channels).mean(axis=(2, 4))
    return images


def doubled(images, times=1):
    return images.repeat(2**times, axis=1).repeat(2**times, axis=2)


@pytest.mark.parametrize("alpha", [0.0, 0.25, 1.0])
def test_real_images_are_halved_and_fade_as_the_fake_ones_do(alpha):
    gan = TINY.build((16, 16, 1), seed=0, step=2)
    for network in (gan.generator, gan.discriminator):
        network.get_layer("fade_in_8").alpha.assign(alpha)
    real, condition = gan._batch(IMAGES)
    small = halved(IMAGES)
    expected = (1 - alpha) * doubled(halved(small)) + alpha * small
    np.testing.assert_allclose(real, expected, atol=1e-6)
    assert condition is None


def test_the_first_stage_sees_the_means_of_blocks():
    real, _ = TINY.build((16, 16, 1), seed=0)._batch(IMAGES)
    np.testing.assert_allclose(real, halved(IMAGES, 2), atol=1e-6)


def alphas(gan):
    networks = [gan.generator, gan.discriminator, gan.generator_ema]
    found = [[x for x in network.layers if isinstance(x, layers.FadeIn)] for network in networks]
    return [float(layer.alpha) for layer in itertools.chain(*found)]


@pytest.mark.slow
def test_alpha_follows_the_count_of_steps_in_all_three_networks():
    sizes = []
    for gan, _ in TINY.train(IMAGES, seed=0, steps=7):
        sizes.append(gan.size)
        if gan.size == 4:
            assert alphas(gan) == []
        elif gan.steps in (2, 4):
            assert alphas(gan) == [0.0] * 3, "before the first step of a stage"
        else:  # that of the step which was just made
            assert alphas(gan) == [TINY.stages.alpha(gan.steps - 1, 16)] * 3
    assert sizes == [4] * 1 + [8] * 2 + [16] * 4
    assert gan.steps == 7


def weights(network):
    return {layer.name: layer.get_weights() for layer in network.layers if layer.weights}


@pytest.mark.slow
def test_a_new_stage_inherits_everything_but_the_optimizers():
    before = None
    # A stage that does not fade to its last step ends at alpha 1.
    recipe = dataclasses.replace(TINY, stages=Stages(first=4, steps=2, fading=0.5))
    for gan, _ in recipe.train(IMAGES, seed=0):
        if before is not None and gan is not before:
            for role in ("generator", "discriminator", "generator_ema"):
                old, new = weights(getattr(before, role)), weights(getattr(gan, role))
                shared = old.keys() & new.keys()
                assert len(shared) >= len(old) - 2
                for name in shared:
                    for a, b in zip(old[name], new[name], strict=True):
                        np.testing.assert_array_equal(a, b)
            # The average is not the generator.
            assert not np.array_equal(
                gan.generator.get_layer("conv_4_b").kernel,
                gan.generator_ema.get_layer("conv_4_b").kernel,
            )
            assert gan.steps == before.steps
            np.testing.assert_array_equal(gan.seed_generator.state, before.seed_generator.state)
            for optimizer in (gan.g_optimizer, gan.d_optimizer):
                assert int(optimizer.iterations) == 0
            # At alpha 0 nothing changes for who looks on.
            np.testing.assert_array_equal(gan.sample(3, seed=0), before.sample(3, seed=0))
        before = gan


def test_samples_have_the_size_of_the_data_at_every_stage():
    for step, size in ((0, 4), (2, 8), (4, 16)):
        gan = TINY.build((16, 16, 1), seed=0, step=step)
        assert (gan.size, gan.generator.output_shape) == (size, (None, size, size, 1))
        made = gan.sample(2, seed=0)
        assert made.shape == (2, *gan.sample_shape) == (2, 16, 16, 1)
        z = np.ones((2, 6), np.float32)
        small = gan.generator_ema(z).numpy()
        np.testing.assert_array_equal(gan(z), doubled(small, {4: 2, 8: 1, 16: 0}[size]))


def trained(recipe, **settings):
    """Return the GAN at the end of a training."""
    (*_, (gan, _)) = recipe.train(SMALL, seed=0, **settings)
    return gan


def same_state(one, other):
    for role in ("generator", "discriminator", "generator_ema"):
        for a, b in zip(*(getattr(gan, role).get_weights() for gan in (one, other)), strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.slow
def test_fit_and_several_steps_in_one_execution_follow_the_same_alphas(monkeypatch):
    """Inside of one stage a GAN is as good as any: alpha is a function of its own count."""
    monkeypatch.undo()  # compiled
    gans = [TINY.build((16, 16, 1), seed=0, step=2) for _ in range(3)]
    for gan in gans:
        gan.step_count.assign(2)
    batches = datasets.batches(IMAGES, 4, seed=0, start=2).take(2)
    gans[0].fit(batches, verbose=0)
    for _ in training.steps(gans[1], batches):
        pass
    for _ in training.steps(gans[2], batches, steps_per_execution=2):
        pass
    same_state(gans[0], gans[1])
    assert alphas(gans[2]) == alphas(gans[0]) == [0.5] * 3
    for a, b in zip(gans[0].generator.get_weights(), gans[2].generator.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-4)  # another compiled function rounds otherwise


@pytest.mark.slow
def test_callbacks_see_one_training():
    class Watcher(keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.seen, self.batches, self.params_of = [], [], []

        def on_train_begin(self, logs=None):
            self.seen.append("begin")
            self.params_of.append(self.params["steps"])

        def on_train_end(self, logs=None):
            self.seen.append("end")

        def on_epoch_end(self, epoch, logs=None):
            self.seen.append("epoch")

        def on_train_batch_end(self, batch, logs=None):
            self.batches.append((batch, self.model.steps, self.model.size))

    watcher = Watcher()
    film = callbacks.Film(np.ones((2, 6)), every=1)
    for _ in TINY.train(IMAGES, seed=0, callbacks=[watcher, film]):
        pass
    assert watcher.seen == ["begin", "epoch", "end"]
    assert watcher.params_of == [6]
    sizes = [4] * 2 + [8] * 2 + [16] * 2
    assert watcher.batches == [(n, n + 1, size) for n, size in enumerate(sizes)]
    assert film.steps == [0, 1, 2, 3, 4, 5, 6]
    assert {frame.shape for frame in film.frames} == {(2, 16, 16, 1)}


def test_leaving_the_loop_ends_the_training():
    ended = []

    class Watcher(keras.callbacks.Callback):
        def on_train_end(self, logs=None):
            ended.append(self.model.steps)

    steps = TINY.train(SMALL, seed=0, callbacks=[Watcher()])
    for gan, _ in steps:
        if gan.steps == 3:
            break
    steps.close()
    assert ended == [3]


def test_a_callback_that_stops_ends_it_in_whatever_stage():
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = self.model.steps == 3

    made = [gan.steps for gan, _ in TINY.train(SMALL, seed=0, callbacks=[Stop()])]
    assert made == [1, 2, 3]


@pytest.fixture(scope="module")
def whole():
    """A training of two stages without a break."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(GAN, "compile", EAGER)
        return trained(TINY, steps=4)


@pytest.mark.parametrize("border", [1, 2, 3])
def test_trained_on_equals_trained_at_once(whole, border):
    """From a state in the middle of a stage and from one at its end."""
    first = trained(TINY, steps=border)
    assert first.steps == border
    assert first.size == TINY.stages.size(border, 8), "the next stage has begun"
    same_state(trained(TINY, gan=first, steps=4), whole)


def test_a_longer_training_has_a_longer_last_stage():
    long = trained(TINY, steps=9)
    assert (long.steps, long.size) == (9, 8)
    short = trained(TINY, steps=1)
    assert (short.steps, short.size) == (1, 4)


def test_without_stages_it_is_the_training_of_steps():
    fixed = dataclasses.replace(TINY, stages=None)
    (*_, (gan, logs)) = fixed.train(SMALL, seed=0, steps=3)
    assert type(gan) is GAN and gan.generator.output_shape == (None, 8, 8, 1)
    other = fixed.build((8, 8, 1), seed=0)
    (*_, expected) = training.steps(other, datasets.batches(SMALL, 4, seed=0).take(3))
    assert logs == expected
    same_state(gan, other)


@pytest.mark.parametrize("stages", [None, TINY.stages])
def test_a_training_that_is_over_does_not_go_on_for_ever(stages):
    recipe = dataclasses.replace(TINY, stages=stages)
    gan = recipe.build((8, 8, 1), seed=0)
    gan.step_count.assign(1)
    with pytest.raises(ValueError, match="expected steps as an integer from 2 on, received 1"):
        recipe.train(SMALL, gan=gan, seed=0, steps=1)


def test_a_gan_that_grows_is_saved_and_read_back(tmp_path):
    gan = TINY.build((16, 16, 1), seed=0, step=2)
    gan.step_count.assign(5)
    for network in (gan.generator, gan.discriminator, gan.generator_ema):
        network.get_layer("fade_in_8").alpha.assign(0.5)
    gan.save(tmp_path / "gan.keras")
    again = keras.models.load_model(tmp_path / "gan.keras")
    assert dataclasses.asdict(again.stages) == dataclasses.asdict(TINY.stages)
    assert (again.image_shape, again.size) == ((16, 16, 1), 8)
    np.testing.assert_array_equal(again.sample(2, seed=0), gan.sample(2, seed=0))
    batches = datasets.batches(IMAGES, 4, seed=0).take(2)
    for one in (gan, again):
        for _ in training.steps(one, batches):
            pass
    same_state(gan, again)


def test_held_out_images_are_of_the_full_size():
    gan = TINY.build((16, 16, 1), seed=0)
    assert np.isfinite(gan.evaluate(IMAGES, verbose=0)).all()
    with pytest.raises(ValueError, match=r"real samples of shape \(None, 16, 16, 1\), as the gen"):
        gan.fit(IMAGES[:, :4, :4], verbose=0)


def grown(gan, **settings):
    settings = {"build": print, **settings}
    batches = functools.partial(datasets.batches, IMAGES, 4, seed=0)
    return training.grow(gan, lambda start: batches(start=start), **settings)


def test_what_does_not_fit_is_refused_before_the_first_step():
    pair = tiny_pair((8, 8, 1), seed=0)
    settings = {"loss": losses.hinge, "seed": 0, "image_shape": (16, 16, 1)}
    with pytest.raises(TypeError, match=r"expected stages as training\.Stages, received 4"):
        GrowingGAN(*pair, stages=4, **settings)
    with pytest.raises(ValueError, match=r"with a layers\.FadeIn, .* received networks of 8 x 8"):
        GrowingGAN(*pair, stages=Stages(first=4), **settings)
    with pytest.raises(ValueError, match=r"of shape \(16, 16, 1\), received \(8, 8, 1\)"):
        GrowingGAN(*pair, stages=Stages(first=16), **settings)
    gan = TINY.build((16, 16, 1), seed=0)
    with pytest.raises(ValueError, match="steps_in_all as an integer from 1 on, received 0"):
        grown(gan, steps_in_all=0)
    with pytest.raises(TypeError, match="expected build as a function, received None"):
        grown(gan, build=None)
    ahead = TINY.build((16, 16, 1), seed=0, step=4)
    ahead.step_count.assign(0)
    with pytest.raises(ValueError, match="GAN of 4 pixels a side, .* after 0 steps, .* of 16"):
        grown(ahead)
    with pytest.raises(TypeError, match=r"expected gan as a training\.GrowingGAN, received 3"):
        grown(3)
    with pytest.raises(TypeError, match=r"expected gan as a training\.GAN, received 3"):
        TINY.train(IMAGES, gan=3, seed=0)
    with pytest.raises(TypeError, match="expected samples as an array or a Dataset, received None"):
        TINY.train(None, seed=0)
    other = dataclasses.replace(TINY, stages=Stages(first=4, steps=3)).build((16, 16, 1), seed=0)
    with pytest.raises(ValueError, match=r"expected a GAN with the stages of .*steps=2.*steps=3"):
        TINY.train(IMAGES, gan=other, seed=0)
    with pytest.raises(ValueError, match="received 0 x 0"):
        Stages(first=4).check((0, 0, 1))
    with pytest.raises(ValueError, match=r"expected real samples of shape \(None, 16, 16, 1\)"):
        TINY.train(IMAGES[:, :8, :8], gan=TINY.build((16, 16, 1), seed=0), seed=0)


def test_inherit_refuses_other_weights_and_changes_nothing():
    small = TINY.build((16, 16, 1), seed=0)
    wider = dataclasses.replace(
        TINY,
        networks=lambda shape, *, fade=False, seed: (
            models.progressive_generator(shape, 6, width=8, fade=fade, seed=seed),
            models.progressive_discriminator(shape, width=8, fade=fade, seed=seed),
        ),
    ).build((16, 16, 1), seed=0, step=2)
    before = wider.get_weights()
    with pytest.raises(ValueError, match="expected weights of 'dense_4_a' of shapes"):
        training.inherit(wider, small)
    plain = dataclasses.replace(TINY, ema=None).build((16, 16, 1), seed=0, step=2)
    with pytest.raises(ValueError, match="expected two GANs with a moving average, or none"):
        training.inherit(plain, small)
    for a, b in zip(before, wider.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_recipe_with_stages_has_no_other_kind_of_gan():
    class Other(GAN):
        pass

    with pytest.raises(ValueError, match=r"expected gan as training\.GAN beside stages, .* Other"):
        dataclasses.replace(TINY, gan=Other).build((16, 16, 1), seed=0)


def test_a_gan_begins_where_its_stage_does():
    gan = TINY.build((16, 16, 1), seed=0, step=3)
    assert (gan.size, gan.steps) == (8, 3)
    pair = tiny_pair((8, 8, 1), fade=True, seed=0)
    alone = GrowingGAN(
        *pair, stages=TINY.stages, image_shape=(16, 16, 1), loss=losses.hinge, seed=0
    )
    assert alone.steps == 2 and float(pair[0].get_layer("fade_in_8").alpha) == 0.0
    assert alone.sampling_generator is alone.sampling_generator


def test_a_gan_that_fit_took_past_its_stage_grows_first():
    gan = TINY.build((16, 16, 1), seed=0)
    gan.fit(datasets.batches(IMAGES, 4, seed=0).take(3), verbose=0)
    assert (gan.size, gan.steps) == (4, 3)
    seen = [(gan.size, gan.steps) for gan, _ in TINY.train(IMAGES, gan=gan, seed=0, steps=5)]
    assert seen == [(16, 4), (16, 5)]  # the stage of 8 takes one step, and the next takes over


@pytest.mark.parametrize("step", [2, 3])
def test_who_stops_at_a_border_has_stopped(step):
    seen = []
    for gan, _ in TINY.train(IMAGES, seed=0):
        seen.append(gan.steps)
        gan.stop_training = gan.steps == step
    assert seen == list(range(1, step + 1))


def test_the_average_does_not_remember_what_was_just_added():
    """At the first step of a stage nine parts in ten of it are the weights of that step."""
    recipe = dataclasses.replace(TINY, ema=0.999)
    gan = recipe.build((16, 16, 1), seed=0, step=2)
    gan.stages = Stages(first=4, steps=2, fading=0.0)  # new layers learn at once
    first = gan.generator.get_layer("conv_8_a").kernel.numpy()
    gan.fit(datasets.batches(IMAGES, 4, seed=0).take(1), verbose=0)
    now, mean = (
        network.get_layer("conv_8_a").kernel.numpy()
        for network in (gan.generator, gan.generator_ema)
    )
    assert np.abs(now - first).max() > 0
    np.testing.assert_allclose(mean, first + 0.9 * (now - first), atol=1e-6)
