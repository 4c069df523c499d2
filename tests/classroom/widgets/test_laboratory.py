"""The laboratory without a browser: its controls drive the game, and it says what happens."""

import asyncio
import re
import threading
import time

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from PIL import Image

from classroom.widgets import Laboratory
from classroom.widgets.laboratory import distributions
from classroom.widgets.laboratory.canvases import Plane, thinned
from classroom.widgets.laboratory.controls import DRAW, SPEEDS, Speed, same
from classroom.widgets.laboratory.picture import LAYERS
from ganlab import files, losses, penalties

pytestmark = pytest.mark.slow  # nearly all of them train


@pytest.fixture
def lab():
    return Laboratory(seed=0)


@pytest.fixture(scope="module")
def untouched():
    """For tests that only look."""
    return Laboratory(seed=0)


def message(lab):
    return re.sub("<.*?>", "", lab.controls.message.value)


def option(menu, name):
    return dict(menu.options)[name]


def circle(n):
    angles = np.linspace(0, 2 * np.pi, n, endpoint=False)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).ravel().tolist()


def test_every_control_reaches_the_game(lab):
    controls = lab.controls
    controls.settings["loss"].value = losses.hinge
    controls.settings["d_rate"].value = 1e-4
    controls.settings["g_rate"].value = 1e-2
    controls.settings["d_steps"].value = 3
    assert controls.weight.disabled
    controls.penalty.value = option(controls.penalty, "r1")
    assert not controls.weight.disabled
    controls.weight.value = 10.0
    controls.distribution.value = distributions.ALL["blob"]
    settings = lab.game.settings
    assert (settings.loss, settings.d_rate, settings.g_rate) == (losses.hinge, 1e-4, 1e-2)
    assert (settings.d_steps, settings.distribution.name) == (3, "blob")
    assert settings.penalty == penalties.Penalty(penalties.r1, weight=10.0)
    assert lab.plane.scale == ["D \u2264 \u22121: fake", "0", "1: real"]
    assert lab.curves.levels == [2, 0]
    controls.penalty.value = option(controls.penalty, "none")
    assert lab.game.settings.penalty is None
    assert repr(lab) == "Laboratory(blob, hinge, seed 0)"


def test_all_losses_and_penalties_are_on_the_menus(untouched):
    assert dict(untouched.controls.settings["loss"].options) == losses.ALL
    names = [name for name, _ in untouched.controls.penalty.options]
    assert names == ["none", "r1", "r2", "r1 + r2", "gradient_penalty"]


def test_the_controls_show_where_a_game_begins():
    own = losses.AdversarialLoss(losses.hinge.discriminator, losses.hinge.generator, name="mine")
    penalty = penalties.Penalty(penalties.r2, weight=0.1)
    lab = Laboratory("grid", seed=5, loss=own, penalty=penalty, d_rate=1e-4, d_steps=4)
    controls = lab.controls
    assert controls.settings["loss"].value is own
    assert controls.settings["loss"].label == "mine"
    assert (controls.penalty.label, controls.weight.value) == ("r2", pytest.approx(0.1))
    assert controls.settings["d_rate"].value == pytest.approx(1e-4)
    assert controls.settings["g_rate"].value == lab.game.settings.g_rate
    assert (controls.settings["d_steps"].value, controls.seed.value) == (4, 5)
    assert controls.distribution.label == "grid"
    assert lab.game.log == [], "showing changes nothing"


def test_the_weight_of_a_lazy_penalty_can_be_moved():
    lazy = penalties.Penalty(penalties.r1, weight=1.0, every=4)
    lab = Laboratory(seed=0, penalty=lazy)
    lab.controls.weight.value = 10.0
    assert lab.game.settings.penalty == penalties.Penalty(penalties.r1, weight=10.0, every=4)
    lab.controls.penalty.value = option(lab.controls.penalty, "r2")
    assert lab.game.settings.penalty == penalties.Penalty(penalties.r2, weight=10.0, every=4)
    assert not same(lazy, penalties.Penalty(penalties.r1, weight=1.0))


def test_points_from_a_program_are_a_drawing_to_go_on_with():
    points = np.array(circle(50)).reshape(-1, 2)
    lab = Laboratory(points, seed=0)
    assert lab.controls.distribution.value is DRAW
    assert lab.plane.drawing and lab.controls.clear.layout.display == ""
    np.testing.assert_allclose(lab.plane.drawn, points.ravel(), atol=1e-6)
    assert lab.game.log == []
    lab.plane.drawn = [*lab.plane.drawn, 0.0, 0.0]
    assert lab.game.settings.distribution.name == "drawing of 51 points"


def test_a_loss_of_your_own_that_fails_is_said_and_not_taken(lab):
    bad = losses.AdversarialLoss(lambda real, fake: real.nowhere, losses.hinge.generator, "<b>")
    menu = lab.controls.settings["loss"]
    menu.options = [*menu.options, ("bad", bad)]  # a menu then goes to its first one
    menu.value = losses.non_saturating
    menu.value = bad
    assert "The game stays as it was" in message(lab)
    assert menu.value is lab.game.settings.loss is losses.non_saturating
    lab.step("both")


def test_a_film_that_could_not_be_saved_is_said_before_it_is_drawn(lab, tmp_path, monkeypatch):
    (tmp_path / "taken.gif").mkdir()
    monkeypatch.chdir(tmp_path)
    assert asyncio.run(lab.save_film("taken")) is None
    assert "one that exists" in message(lab)

    def refuse(path):
        raise files.FileError(f"{path}: cannot be written (Read-only file system)")

    monkeypatch.setattr(files, "check_writable", refuse)
    monkeypatch.setattr(lab.film, "pictures", None)
    assert asyncio.run(lab.save_film("film")) is None
    assert "Read-only file system" in message(lab)


def test_buttons_and_keys_move_the_players(lab):
    for button in lab.controls.steps.values():
        button.click()
    for key in "dgbx":
        lab.plane._handle_custom_msg({"key": key}, [])
    moved = ["discriminator", "generator", "both"]
    assert lab.game.log == [(player, 1) for player in 2 * moved]
    assert "The generator learned" in lab.plane.said
    assert "8 updates" in lab.controls.counts.value
    assert lab.game.fingerprint() in lab.controls.counts.value


def test_what_is_sent_is_what_is_there(lab):
    lab.step("both", 3)
    assert lab.plane.frame == lab.game.frame().pack()
    points = np.frombuffer(lab.curves.points, "<f4").reshape(-1, 3)
    history = lab.game.history
    expected = np.stack([lab.game.steps, history["d_loss"], history["g_loss"]], axis=1)
    np.testing.assert_allclose(points, expected, rtol=1e-6)
    assert "of 8 modes" in lab.plane.label and "d_loss" in lab.plane.label
    lab.controls.shown["heat map"].value = False
    assert lab.plane.layers == ["warped grid", "pulls", "real", "fake"]


def test_it_plays_pauses_and_takes_changes_while_it_plays(lab):
    seen = []

    async def visit():
        lab.controls.play.click()
        await asyncio.sleep(0.05)
        seen.append((lab.playing, lab.controls.play.description))
        lab.controls.settings["loss"].value = losses.hinge
        await asyncio.sleep(0.2)
        lab.controls.play.click()
        await lab._task
        seen.append((lab.playing, lab.controls.play.description))

    asyncio.run(visit())
    assert seen == [(True, "Pause"), (False, "Play")]
    actions = [action for action, _ in lab.game.log]
    assert actions == ["both", "change", "both"]


def test_showing_a_setting_on_a_slider_does_not_change_it(lab):
    """A slider on a page rounds its value to its own steps, and sends it back."""
    rate = lab.controls.settings["d_rate"]
    rate.value = 10**-2.7
    lab.controls.weight.value = 10**0.02
    assert lab.game.log == [] and lab.game.settings.d_rate == 2e-3
    rate.value = 10**-2.6
    assert lab.game.settings.d_rate == 10**-2.6


def test_speed_and_who_moves(lab):
    lab.controls.speed.label = "fast"
    lab.controls.who.value = "discriminator"
    asyncio.run(lab.run(2))
    assert lab.game.log == [("discriminator", 2 * SPEEDS["fast"].moves)]
    lab.reset()
    lab.controls.who.value = "both"
    lab.controls.speed.options = {"slow motion without the waiting": Speed(1, 0, slowly=True)}
    lab.controls.settings["d_steps"].value = 2
    asyncio.run(lab.run(6))
    moves = [action for action in lab.game.log if action[0] != "change"]
    assert moves == 2 * [("discriminator", 2), ("generator", 1)]
    assert lab.plane.tween and "The generator learned" in lab.plane.said
    lab.game.step("discriminator")
    lab.reset()
    asyncio.run(lab.run(3))
    assert lab.game.log == [("discriminator", 2), ("generator", 1)], "from the beginning"


def test_a_replay_ends_at_the_same_weights(lab):
    lab.replay()
    assert "Nothing to replay" in message(lab)
    lab.step("discriminator", 2)
    lab.controls.settings["loss"].value = losses.wasserstein
    lab.controls.penalty.value = option(lab.controls.penalty, "r1")
    lab.controls.weight.value = 10.0  # the replay shows 1 again first, and must not take it back
    lab.step("both", 4)
    before, log = lab.game.fingerprint(), lab.game.log

    async def replay():
        lab.replay()
        assert lab.controls.settings["loss"].value is losses.non_saturating
        await lab._task

    asyncio.run(replay())
    assert lab.game.log == log
    assert lab.game.fingerprint() == before
    assert "Replayed 10 updates: the same weights as before" in message(lab)
    assert lab.controls.settings["loss"].value is losses.wasserstein
    assert lab.controls.weight.value == 10.0


def test_a_change_ends_a_replay(lab):
    lab.step("both", 30)

    async def replay():
        lab.replay()
        await asyncio.sleep(0.05)
        lab.controls.settings["d_steps"].value = 2
        lab.controls.play.click()
        await lab._task

    asyncio.run(replay())
    assert ("change", {"d_steps": 2}) in lab.game.log
    assert "Replayed" not in message(lab)


def test_a_click_in_another_thread_waits_for_the_step_that_is_running(lab, monkeypatch):
    step, began, order = lab.game.step, threading.Event(), []

    def slow(player, times):
        order.append(f"{player} begins")
        began.set()
        time.sleep(0.3)
        step(player, times)
        order.append(f"{player} ends")

    monkeypatch.setattr(lab.game, "step", slow)
    playing = threading.Thread(target=lab.step, args=("discriminator",))
    playing.start()
    assert began.wait(timeout=60)
    lab.step("generator")
    playing.join()
    assert order == [
        "discriminator begins",
        "discriminator ends",
        "generator begins",
        "generator ends",
    ]


def test_reset_begins_again_with_the_settings_of_now(lab):
    lab.controls.settings["d_steps"].value = 2
    lab.step("both", 2)
    lab.controls.seed.value = 7
    lab.controls.reset.click()
    assert (lab.game.seed, lab.game.updates, lab.game.settings.d_steps) == (7, 0, 2)
    assert len(lab.film.frames) == 1


def test_a_drawing_needs_twenty_points(lab):
    lab.controls.distribution.value = DRAW
    assert lab.plane.drawing and lab.controls.clear.layout.display == ""
    lab.plane.drawn = circle(19)
    assert "Draw at least 20 points on the plane; there are 19." in message(lab)
    lab.controls.settings["d_steps"].value = 2
    assert "there are 19." in message(lab), "still"
    assert lab.game.settings.distribution.name == "ring"
    lab.plane.drawn = circle(50)
    assert lab.game.settings.distribution.name == "drawing of 50 points"
    assert "drawing of 50 points" in message(lab)
    radius = np.linalg.norm(lab.game.frame().real, axis=1)
    assert abs(radius - 1).max() < 0.3
    lab.step("both")
    lab.controls.reset.click()
    assert lab.game.settings.distribution.name == "drawing of 50 points"
    assert lab.plane.drawing
    lab.controls.clear.click()
    assert "there are 0" in message(lab)
    lab.controls.distribution.value = distributions.ALL["ring"]
    assert not lab.plane.drawing and lab.controls.clear.layout.display == "none"
    lab.plane.drawn = circle(30)
    assert lab.game.settings.distribution.name == "ring", "only while drawing"


def test_a_film_is_saved_beside_the_notebook(lab, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for _ in range(3):
        lab.step("both", 2)
    path = asyncio.run(lab.save_film("my film.gif"))
    assert path == tmp_path / "my film.gif"
    assert str(path) in message(lab)
    with Image.open(path) as film:
        assert film.n_frames == len(lab.film.frames) == 4
        assert film.info["duration"] == 100 and film.size == (320, 320)
    assert asyncio.run(lab.save_film("my film")) == path, "its own film may be replaced"
    (tmp_path / "other.gif").write_bytes(b"mine")
    for name, told in (
        ("other", "other.gif: expected a new file, received one that exists"),
        ("", "expected name as one for a file, such as film, received ''"),
        ("../up", "expected name as one for a file"),
        ("a/b", "expected name as one for a file"),
        (".hidden", "expected name as one for a file"),
    ):
        assert asyncio.run(lab.save_film(name)) is None
        assert told in message(lab).replace("&#x27;", "'")
    assert (tmp_path / "other.gif").read_bytes() == b"mine"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["my film.gif", "other.gif"]


def test_a_game_that_blows_up_pauses_and_offers_reset():
    lab = Laboratory(seed=0, loss=losses.wasserstein, g_rate=1.0, d_rate=1.0)
    asyncio.run(lab.run(40))
    assert lab.game.diverged and not lab.playing
    assert "blew up" in message(lab) and "Reset" in message(lab)
    lab.draw()
    lab.controls.settings["d_rate"].value = 1e-3
    lab.controls.reset.click()
    assert not lab.game.diverged and message(lab) == ""


def test_without_a_notebook_it_says_how_to_play(untouched):
    untouched.controls.play.click()
    assert "asyncio.run(laboratory.run(100))" in message(untouched)


def test_its_text_is_the_same_on_every_machine(untouched):
    bundle = untouched._repr_mimebundle_()
    assert bundle["text/plain"] == "Laboratory(ring, non_saturating, seed 0)"
    assert (repr(untouched.plane), repr(untouched.curves)) == ("Plane()", "Curves()")


def test_the_static_picture_needs_no_pyplot(untouched):
    plt.close("all")
    figure = untouched.draw()
    assert isinstance(figure, Figure) and len(figure.axes) == 2
    assert plt.get_fignums() == []


def test_the_script_draws_every_layer_and_has_all_that_it_asks_for():
    script = str(Plane._esm)
    for name in LAYERS:
        assert f'layers.includes("{name}")' in script
    asked = set(re.findall(r"\blook\.(\w+)", script))
    assert asked == set(Plane().look)


def test_a_long_history_is_thinned_to_means():
    steps = range(1, 1001)
    history = {
        "d_loss": [float(i) for i in steps],
        "g_loss": [np.nan if i % 2 else 10.0 * i for i in steps],
    }
    rows = thinned(steps, history, most=100)
    assert rows.shape == (100, 3)
    np.testing.assert_allclose(rows[0], [10, 5.5, 60])
    assert rows[-1, 0] == 1000
    few = thinned([2, 5, 7], {"d_loss": [1.0, np.inf, 3.0], "g_loss": [np.nan, 1.0, 1.0]}, most=2)
    np.testing.assert_array_equal(few, [[5, 1, 1], [7, 3, 1]])
    assert thinned([], {"d_loss": [], "g_loss": []}, most=10).shape == (0, 3)


def test_the_losses_on_paper_bridge_the_moves_of_the_other_player(lab):
    lab.step("discriminator", 2)
    lab.step("generator", 3)
    lab.step("discriminator", 2)
    lab.controls.settings["d_steps"].value = 2
    axes = lab.draw().axes[1]
    lines = {line.get_label(): line.get_xdata().tolist() for line in axes.lines[:2]}
    assert lines == {"d_loss": [1, 2, 6, 7], "g_loss": [3, 4, 5]}
    assert [7, 7] in [list(line.get_xdata()) for line in axes.lines], "where settings changed"


def test_the_level_of_chance_is_that_of_the_loss_since_it_was_chosen(lab):
    def dotted():
        lines = lab.draw().axes[1].lines
        return [list(line.get_xdata()) for line in lines if line.get_linestyle() == ":"]

    lab.step("both", 2)
    assert dotted() == [[0, 1]] * 2 and lab.curves.since == 0, "from edge to edge"
    lab.controls.settings["loss"].value = losses.hinge
    lab.step("both", 3)
    lab.controls.settings["d_steps"].value = 2
    lab.step("discriminator")
    assert dotted() == [[4, 11]] * 2 and lab.curves.since == 4


def test_one_update_is_one(lab):
    lab.step("discriminator")
    assert "<b>1 update</b>" in lab.controls.counts.value
    assert lab.draw().axes[1].get_title() == "after 1 update"


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="expected distribution as one of .*'rings'"):
        Laboratory("rings", seed=0)
    with pytest.raises(ValueError, match="expected 20 to 2,000 points, received 3"):
        Laboratory(np.zeros((3, 2)), seed=0)
    with pytest.raises(TypeError, match="expected settings among"):
        Laboratory(seed=0, rate=1)
