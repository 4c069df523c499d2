"""The training dashboard without a browser: what it trains, keeps, shows and refuses."""

import asyncio
import math
import os
import re
import signal

import numpy as np
import pytest

from classroom.widgets.dashboard import picture
from classroom.widgets.dashboard.widget import Dashboard
from ganlab import callbacks, checkpoints, datasets, keras, losses, models, recipes
from ganlab.training import GAN

pytestmark = pytest.mark.slow  # nearly all of them train

POINTS = datasets.ring(640, seed=0)


def small_gan():
    """With all that a state consists of, and quick to compile."""
    gan = GAN(
        models.mlp_generator(seed=0),
        models.mlp_discriminator(seed=1),
        loss=losses.non_saturating,
        ema=0.9,
        seed=2,
    )
    gan.compile(g_optimizer=keras.optimizers.Adam(1e-3), d_optimizer=keras.optimizers.Adam(1e-3))
    return gan


def board(*, gan=None, data=POINTS, **options):
    gan = gan or small_gan()
    return Dashboard(gan, data, **{"steps": 20, "batch_size": 32, "seed": 0} | options)


def weights(gan):
    optimizers = [v.numpy() for o in (gan.g_optimizer, gan.d_optimizer) for v in o.variables]
    return [*gan.get_weights(), *optimizers, gan.seed_generator.state.numpy()]


def equal(a, b):
    return all(np.array_equal(x, y) for x, y in zip(weights(a), weights(b), strict=True))


@pytest.fixture(scope="module")
def straight():
    """Twenty steps by fit, without a dashboard."""
    gan = small_gan()
    gan.fit(datasets.batches(POINTS, 32, seed=0), steps_per_epoch=20, verbose=0)
    return gan


def stop_at(dashboard, step):
    for record in dashboard.train():
        if record["step"] == step:
            dashboard.stop()


def test_the_same_steps_as_fit(straight):
    dashboard = board()
    asyncio.run(dashboard.run())
    assert dashboard.training.state == "done"
    assert equal(dashboard.training.gan, straight)
    assert dashboard.curve.steps == list(range(1, 21))
    assert {len(values) for values in dashboard.curve.history.values()} == {20}


def test_stopped_and_gone_on_with_in_memory(straight):
    dashboard = board(measures={"spread": lambda gan: gan.sample(8, seed=1).std()})
    stop_at(dashboard, 10)
    assert repr(dashboard) == "Dashboard('Stopped at step 10; run again to go on.')"
    assert int(dashboard.training.gan.steps) == 10
    asyncio.run(dashboard.run())
    assert equal(dashboard.training.gan, straight)
    assert dashboard.curve.steps == list(range(1, 21))


def test_stopped_and_gone_on_with_from_a_file(straight, tmp_path):
    path = tmp_path / "state.npz"
    first = board(checkpoint=path, resume=True)  # nothing there yet: it begins
    stop_at(first, 10)
    assert repr(first).endswith("to go on. The state of step 10 is in state.npz.')")
    second = board(checkpoint=path, resume=True)
    assert int(second.training.gan.steps) == 10
    asyncio.run(second.run())
    assert equal(second.training.gan, straight)
    assert second.curve.steps == list(range(11, 21))
    third = board(checkpoint=path, resume=True)
    assert int(third.training.gan.steps) == 20
    asyncio.run(third.run())
    assert repr(third).startswith("Dashboard('Done: 20 steps.")
    third.steps = 21
    asyncio.run(third.run())
    assert int(third.training.gan.steps) == 21


@pytest.mark.parametrize("packed", [lambda data: data, lambda data: (data.images, data.labels)])
def test_a_gan_that_is_told_what_to_draw(packed):
    digits = datasets.load("digits").take(range(40))
    gan = recipes.ALL["conditional"].build(digits.images.shape[1:], classes=10, seed=0)
    dashboard = board(gan=gan, data=packed(digits), steps=1, batch_size=16, samples=12)
    told = dashboard._shown[1]
    assert np.array_equal(told, digits.labels[:12])
    asyncio.run(dashboard.run())
    assert dashboard.training.message == "Done: 1 steps."
    assert "<img" in dashboard._samples.value


def test_a_stop_click_reaches_an_awaiting_loop():
    dashboard = board(steps=1000)

    async def click_soon():
        training = asyncio.ensure_future(dashboard.run())
        while int(dashboard.training.gan.steps) < 3:
            await asyncio.sleep(0)
        assert (dashboard._button.description, dashboard._button.disabled) == ("Stop", False)
        dashboard._button.click()
        await training
        assert 3 <= int(dashboard.training.gan.steps) <= 5
        assert dashboard.training.state == "stopped"

    asyncio.run(click_soon())


def test_the_button_starts_stops_and_goes_on(straight):
    async def click():
        dashboard = board()
        seen = []
        while dashboard.training.state != "done":
            button = dashboard._button
            if not button.disabled and (not seen or seen[-1] != button.description):
                if button.description != "Stop" or int(dashboard.training.gan.steps) == 7:
                    seen.append(button.description)
                    button.click()
            await asyncio.sleep(0)
        assert seen == ["Start", "Stop", "Go on"]
        await dashboard._task
        assert dashboard._button.disabled
        return dashboard.training.gan

    assert equal(asyncio.run(click()), straight)


def test_without_a_loop_there_is_nothing_to_start():
    dashboard = board()
    assert dashboard._button.disabled
    dashboard._button.click()
    assert int(dashboard.training.gan.steps) == 0


def test_an_error_behind_the_button_stands_on_the_dashboard():
    async def click():
        dashboard = board(measures={"bad": lambda gan: 1 / 0})
        dashboard._button.click()
        while dashboard.training.state != "stopped":
            await asyncio.sleep(0)
        await dashboard._task
        return dashboard

    assert "ZeroDivisionError: division by zero" in asyncio.run(click())._status.value


def test_an_interrupt_is_a_stop_after_the_step(straight):
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        dashboard = board()
        for record in dashboard.train():
            if record["step"] == 10:
                os.kill(os.getpid(), signal.SIGINT)
        assert dashboard.training.message == "Stopped at step 10; run again to go on."
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    asyncio.run(dashboard.run())
    assert equal(dashboard.training.gan, straight)


def test_an_ignored_interrupt_stays_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        dashboard = board(steps=3)
        for _ in dashboard.train():
            os.kill(os.getpid(), signal.SIGINT)
        assert dashboard.training.state == "done"
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_second_interrupt_ends_at_once_and_loses_nothing(straight, tmp_path):
    path = tmp_path / "state.npz"
    presses = []

    def press(gan):
        if int(gan.steps) == 10 and not presses:
            for _ in range(2):
                presses.append(1)
                os.kill(os.getpid(), signal.SIGINT)
        return 0.0

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        dashboard = board(measures={"press": press}, measure_every=5, checkpoint=path)
        with pytest.raises(KeyboardInterrupt):
            asyncio.run(dashboard.run())
    finally:
        signal.signal(signal.SIGINT, before)
    assert dashboard.training.message.startswith("Stopped at step 10; run again to go on.")
    asyncio.run(dashboard.run())
    assert [step for step, _ in dashboard.training.measured["press"]] == [0, 5, 10, 15, 20]
    assert equal(dashboard.training.gan, straight)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_an_error_in_a_measure_or_in_the_loop_leaves_a_state_to_go_on_from(straight, error):
    failing = [True]

    def measure(gan):
        if int(gan.steps) == 5 and failing:
            failing.clear()
            raise error("out of luck")
        return 1.0

    dashboard = board(measures={"m": measure}, measure_every=5)
    with pytest.raises(error):
        asyncio.run(dashboard.run())
    assert dashboard.training.message.startswith("Stopped at step 5")
    assert ("out of luck" in dashboard.training.message) == (error is ZeroDivisionError)
    with pytest.raises(error):
        for record in dashboard.train():
            if record["step"] == 10:
                raise error
    asyncio.run(dashboard.run())
    assert equal(dashboard.training.gan, straight)
    assert [step for step, _ in dashboard.training.measured["m"]] == [0, 5, 10, 15, 20]


def test_a_cancelled_run_stops_cleanly():
    dashboard = board(steps=1000)

    async def cancel_soon():
        training = asyncio.ensure_future(dashboard.run())
        while int(dashboard.training.gan.steps) < 3:
            await asyncio.sleep(0)
        training.cancel()
        with pytest.raises(asyncio.CancelledError):
            await training

    asyncio.run(cancel_soon())
    assert dashboard.training.state == "stopped"


def test_a_number_that_is_not_finite_is_named_and_never_saved(tmp_path):
    path = tmp_path / "state.npz"
    dashboard = board(checkpoint=path)
    stop_at(dashboard, 4)
    good = path.read_bytes()
    dashboard.training.gan.discriminator.trainable_variables[0].assign(
        np.nan * dashboard.training.gan.discriminator.trainable_variables[0]
    )
    asyncio.run(dashboard.run())
    said = dashboard.training.message
    assert said.startswith("Stopped at step 5: d_loss is nan.")
    assert said.endswith("The last good state of step 4 is in state.npz.")
    assert path.read_bytes() == good
    gan = small_gan()
    checkpoints.restore(gan, path)
    assert int(gan.steps) == 4


def test_time_left_is_judged_by_recent_steps(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    dashboard = board(steps=100)
    for record in dashboard.train():
        now[0] += 10.0 if record["step"] < 20 else 0.5
        if record["step"] == 2:
            assert dashboard.training.rate is None
        if record["step"] == 90:
            assert dashboard.training.rate == 2.0
            assert dashboard.training.seconds_left == 5.0
            dashboard.refresh()
            assert "Step 90</strong> of 100 · 2 steps/s · 0:05 left" in dashboard._status.value


def test_drawing_takes_a_small_share_of_the_time(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    drawn = []

    def slow(*_, **__):
        drawn.append(now[0])
        now[0] += 0.2
        return ""

    dashboard = board(steps=200)
    monkeypatch.setattr(picture, "curves", slow)
    for _ in dashboard.train():
        now[0] += 0.1
    during = drawn[:-1]  # the last one is that of the end
    assert len(during) >= 5
    assert 0.2 * len(during) < 0.1 * now[0]


@pytest.mark.parametrize(
    ("loss", "references"),
    [
        (losses.non_saturating, {"chance, d_loss": 2 * math.log(2), "chance, g_loss": math.log(2)}),
        (losses.least_squares, {"chance, d_loss": 0.25, "chance, g_loss": 0.125}),
        (losses.relativistic, {"chance, both": math.log(2)}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_dotted_lines_are_the_levels_of_chance(loss, references):
    gan = GAN(models.mlp_generator(seed=0), models.mlp_discriminator(seed=1), loss=loss, seed=2)
    gan.compile(g_optimizer=keras.optimizers.Adam(), d_optimizer=keras.optimizers.Adam())
    assert board(gan=gan).references == pytest.approx(references)
    assert board(gan=gan, references={"goal": 1.0}).references == {"goal": 1.0}


def test_curves_show_values_references_and_survive_nan():
    curve = callbacks.LossCurve()
    curve.steps = list(range(1, 1001))
    curve.history = {"d_loss": [1.0] * 999 + [math.nan], "g_loss": [2.0] * 1000}
    references = {"chance <d>": 2 * math.log(2), "lowest": -math.log(2), "goal": 1.25}
    drawn = picture.curves(curve, references, name="one")
    assert ">2 ln 2 = 1.39<" in drawn
    assert ">−ln 2 = −0.69<" in drawn
    assert ">1.25<" in drawn
    assert "chance &lt;d&gt;" in drawn
    assert "d_loss 1.000, g_loss 2.000" in drawn
    assert "nan" not in drawn
    assert len(drawn) < 30_000, "long histories are thinned out"
    empty = picture.curves(callbacks.LossCurve(), {}, name="one")
    assert "No step yet" in empty


def test_reference_names_do_not_overlap():
    drawn = picture.curves(
        callbacks.LossCurve(), {"one": 1.0, "two": 1.001, "three": 5.0}, name="one"
    )
    heights = [
        float(part.split('y="')[1].split('"')[0])
        for part in drawn.split("<text ")
        if 'dy="-.1em"' in part
    ]
    assert len(heights) == 3
    assert min(np.diff(heights)) >= 26


@pytest.mark.parametrize("shape", [(12, 12, 1), (12, 12, 3)])
def test_images_and_the_static_picture(shape):
    from matplotlib import pyplot as plt

    open_before = plt.get_fignums()  # those of other tests in this process
    images = np.random.default_rng(0).random((64, *shape), np.float32)
    gan = recipes.DEFAULT.build(shape, seed=0)
    dashboard = board(gan=gan, data=images, steps=2, measures={"zero": lambda gan: 0.0})
    before = dashboard.draw()
    asyncio.run(dashboard.run())
    assert "16 samples from fixed latents after step 2" in dashboard._samples.value
    figure = dashboard.draw()
    figure.canvas.draw()
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert labels == ["d_loss", "g_loss"]
    assert figure.get_suptitle() == "Done: 2 steps."
    assert len(before.axes) == len(figure.axes) == 3
    assert plt.get_fignums() == open_before


def test_points_are_drawn_over_the_real_ones():
    dashboard = board()
    assert dashboard._samples.value.count("<circle") == 256 + 16
    dashboard.draw().canvas.draw()


def test_what_is_shown_without_a_front_end_is_stable():
    dashboard = board()
    assert dashboard._repr_mimebundle_()["text/plain"] == "Dashboard('Ready, step 0 of 20.')"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"gan": "gan"}, "expected gan as a training.GAN, received 'gan'"),
        ({"data": np.zeros((5, 3))}, r"expected real samples of shape \(None, 2\).*\(32, 3\)"),
        ({"steps": 0}, "expected steps as an integer from 1 on, received 0"),
        ({"steps": 1.5}, "expected steps as an integer from 1 on, received 1.5"),
        ({"batch_size": 0}, "expected .*batch_size"),
        ({"seed": None}, "expected seed as an integer, received None"),
        ({"measure_every": 0}, "expected measure_every as an integer from 1 on, received 0"),
        ({"measures": {"x": 3}}, "expected measures as a dict of names and functions"),
        ({"samples": 0}, "expected samples as an integer from 1 on, received 0"),
        ({"resume": True}, "expected a checkpoint to resume from, received checkpoint=None"),
        ({"checkpoint": "state.h5"}, r"expected a checkpoint that ends in .npz, received"),
        ({"checkpoint": __file__ + ".npz", "exists": True}, "or resume=True to go on from it"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_bad_input_is_named_before_anything_starts(options, message, tmp_path):
    options = dict(options)
    if options.pop("exists", False):
        options["checkpoint"] = tmp_path / "there.npz"
        options["checkpoint"].write_bytes(b"something of value")
    with pytest.raises((TypeError, ValueError), match=message):
        board(**options)


def test_two_dashboards_on_a_page_have_identifiers_of_their_own():
    one, two = (re.findall(' id="(.+?)"', board()._curves.value) for _ in range(2))
    assert len(one) == len(two) == 1 and one != two


def test_a_checkpoint_that_could_not_be_written_is_refused_before_training(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ValueError, match=r"state\.npz: cannot be written \(Not a directory\)"):
        board(checkpoint=tmp_path / "file" / "state.npz")
