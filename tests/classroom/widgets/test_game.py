"""The game in the plane: who moves, what is seen, and that it can be played again."""

import math

import numpy as np
import pytest

from classroom.widgets.laboratory import distributions, picture, words
from classroom.widgets.laboratory.frame import (
    CELLS,
    NODES,
    SHOWN,
    Frame,
    heat_places,
    scale_of,
    sheet_latents,
)
from classroom.widgets.laboratory.game import PENALTIES, Game
from classroom.widgets.laboratory.game_film import GameFilm
from ganlab import keras, losses, penalties, tf
from ganlab.training import GAN

pytestmark = pytest.mark.slow  # nearly all of them train

RING, BLOB = (distributions.ALL[name] for name in ("ring", "blob"))


def weights(network):
    return np.concatenate([np.ravel(w) for w in network.get_weights()])


@pytest.fixture
def game():
    return Game(seed=0)


def test_a_player_moves_alone(game):
    gan = game.gan
    start = weights(gan.generator), weights(gan.discriminator)
    logs = game.step("discriminator")
    assert set(logs) == {"d_loss", "penalty", "d_gradient_norm"}
    assert np.array_equal(weights(gan.generator), start[0])
    assert not np.array_equal(weights(gan.discriminator), start[1])
    middle = weights(gan.discriminator)
    logs = game.step("generator")
    assert set(logs) == {"g_loss", "g_gradient_norm"}
    assert not np.array_equal(weights(gan.generator), start[0])
    assert np.array_equal(weights(gan.discriminator), middle)
    assert game.updates == 2
    assert game.steps == [1, 2]
    still = {name: np.isnan(values).tolist() for name, values in game.history.items()}
    assert still == {"d_loss": [False, True], "g_loss": [True, False]}
    assert game.history["g_loss"][1] == logs["g_loss"]


def test_both_is_the_discriminator_and_then_the_generator():
    together, apart = Game(seed=0, d_steps=2), Game(seed=0, d_steps=2)
    together.step("both")
    apart.step("discriminator", 2)
    apart.step("generator")
    assert together.fingerprint() == apart.fingerprint()
    assert together.updates == apart.updates == 3


def test_both_is_the_step_of_the_package():
    """As `GAN.train_step`, which takes both batches at once and shares them out."""
    game, twin = Game(seed=0, d_steps=2), Game(seed=0, d_steps=2)
    gan = GAN(
        twin.gan.generator,
        twin.gan.discriminator,
        loss=losses.non_saturating,
        d_steps=2,
        seed=0,
    )
    gan.compile(
        g_optimizer=keras.optimizers.Adam(2e-3, beta_1=0.0, beta_2=0.99),
        d_optimizer=keras.optimizers.Adam(2e-3, beta_1=0.0, beta_2=0.99),
    )
    gan.seed_generator.state.assign(twin.gan.seed_generator.state)
    batches = []
    draw = RING.draw
    recording = distributions.Distribution(
        "recording", lambda n, *, seed: batches.append(draw(n, seed=seed)) or batches[-1]
    )
    game.change(distribution=recording)
    del batches[:]  # the points that are shown
    for _ in range(3):
        game.step("both")
        first, second = batches[-2:]
        gan.train_step(np.stack([first, second], axis=1).reshape(-1, 2))
    # float32 sums in another order: compiled here, operation by operation there.
    for name in ("generator", "discriminator"):
        ours, theirs = getattr(game.gan, name), getattr(gan, name)
        np.testing.assert_allclose(weights(ours), weights(theirs), rtol=1e-3, atol=1e-5)


def play(game):
    game.step("discriminator", 2)
    game.change(loss=losses.wasserstein, penalty=penalties.Penalty(PENALTIES["r1"], weight=0.5))
    game.step("both", 2)
    game.change(d_rate=1e-4, d_steps=3, distribution=BLOB)
    game.step("both")
    game.change(penalty=penalties.Penalty(PENALTIES["r1"], weight=2.0))
    game.step("generator", 2)
    game.change(penalty=None, loss=losses.non_saturating)
    game.step("both", 2)
    return game


def test_a_game_is_played_again_bit_for_bit():
    game = play(Game(seed=3))
    again = game.restarted()
    for action, value in game.actions():
        again.change(**value) if action == "change" else again.step(action, value)
    assert again.fingerprint() == game.fingerprint()
    assert np.array_equal(again.frame().heat, game.frame().heat)
    assert again.steps == game.steps
    for name, values in game.history.items():
        np.testing.assert_array_equal(again.history[name], values)
    assert again.changes == game.changes == [2, 6, 10, 12]
    assert [action for action, _ in again.log] == [action for action, _ in game.log]
    assert play(Game(seed=4)).fingerprint() != game.fingerprint()
    assert game.restarted().fingerprint() == Game(seed=3).fingerprint()


def recording(drawn):
    """A ring that writes down how many points were drawn for a move."""

    def draw(n, *, seed):
        drawn.append(n)
        return RING.draw(n, seed=seed)

    return distributions.Distribution("recording", draw)


def test_alone_the_generator_meets_new_points_at_every_move():
    """A relativistic loss compares its fakes with them."""
    drawn = []
    game = Game(recording(drawn), seed=0, loss=losses.relativistic)
    del drawn[:]  # the points that are shown
    game.step("generator", 3)
    assert drawn == 3 * [Game.BATCH_SIZE]
    game.step("discriminator")
    game.step("generator")  # meets those of the discriminator, as in GAN.train_step
    assert len(drawn) == 4


def test_after_a_change_no_point_of_the_distribution_before_is_met():
    drawn = []
    game = Game(seed=0, loss=losses.relativistic)
    game.step("discriminator")
    game.change(distribution=recording(drawn))
    del drawn[:]
    game.step("generator")
    assert drawn == [Game.BATCH_SIZE]


def bad_draw(n, *, seed):
    raise RuntimeError("no points today")


@pytest.mark.parametrize(
    "change",
    [
        {"loss": losses.AdversarialLoss(lambda r, f: r.nowhere, losses.hinge.generator, "bad D")},
        {"loss": losses.AdversarialLoss(losses.hinge.discriminator, lambda r, f: f[9, 9], "bad G")},
        {"penalty": penalties.Penalty(lambda d, real, fake, *, seed: real.nowhere, weight=1.0)},
        {"distribution": distributions.Distribution("bad", bad_draw), "d_rate": 0.5},
        {"g_rate": 7},
    ],
    ids=["discriminator's loss", "generator's loss", "penalty", "distribution", "rate"],
)
def test_a_change_that_fails_changes_nothing(change):
    game, twin = Game(seed=0), Game(seed=0)
    for each in (game, twin):
        each.step("discriminator")
    settings = game.settings
    with pytest.raises(Exception):  # noqa: B017, whatever a loss of one's own raises
        game.change(**change)
    assert game.settings == settings and game.changes == []
    assert game.log == [("discriminator", 1)]
    for each in (game, twin):
        each.step("generator")
        each.step("both", 2)
    assert game.fingerprint() == twin.fingerprint()


def test_looking_changes_nothing(game):
    game.step("both")
    before = game.fingerprint()
    game.frame(), picture.picture(game)
    assert game.fingerprint() == before
    game.step("both")
    other = Game(seed=0)
    other.step("both", 2)
    assert other.fingerprint() == game.fingerprint()


def test_a_change_keeps_weights_and_optimizers_and_counts_from_the_next_move(game):
    game.step("both", 2)
    before, programs = game.fingerprint(), len(game._programs)
    game.change(loss=losses.hinge, distribution=BLOB, d_steps=2)
    assert game.fingerprint() == before
    assert len(game._programs) == programs + 3
    game.change(d_rate=1e-5)  # a rate is part of the optimizer
    start = weights(game.gan.discriminator)
    game.step("discriminator")
    # Adam without momentum moves a weight by about its rate, at most by 10 at first (beta_2).
    assert 0 < np.abs(weights(game.gan.discriminator) - start).max() < 2e-4
    assert len(game._programs) == programs + 3, "a rate needs no new program"


def test_the_weight_of_a_penalty_acts_without_a_new_program():
    values = []
    for weight in (1.0, 3.0):
        game = Game(seed=0, penalty=penalties.Penalty(penalties.r1, weight=1.0))
        game.change(penalty=penalties.Penalty(penalties.r1, weight=weight))
        assert len(game._programs) == 3
        values.append(game.step("discriminator")["penalty"])
    assert values[1] == pytest.approx(3 * values[0], rel=1e-5)


@pytest.mark.parametrize("name", list(losses.ALL))
def test_every_loss_plays_and_is_seen(name):
    game = Game(seed=0, loss=losses.ALL[name])
    logs = game.step("both", 2)
    assert all(map(math.isfinite, logs.values()))
    frame = game.frame()
    assert frame.heat.min() >= 0 and frame.heat.max() <= 1
    assert np.isfinite(frame.pull).all() and np.abs(frame.pull).max() > 0


def test_the_pull_is_minus_the_gradient_of_each_fake(game):
    game.step("both", 5)
    frame, loss = game.frame(), losses.non_saturating

    def pays(points):
        logits = game.gan.discriminator(tf.constant(points, tf.float32))
        return np.logaddexp(0, -logits.numpy().astype(float))[:, 0]

    assert loss is game.settings.loss
    step = 1e-2  # of a float32 function that is linear in pieces
    for axis in range(2):
        move = step * np.eye(2)[axis]
        slope = (pays(frame.fake + move) - pays(frame.fake - move)) / (2 * step)
        assert np.median(np.abs(frame.pull[:, axis] + slope)) < 1e-3 * np.abs(slope).max()


def test_a_frame_holds_what_the_networks_say(game):
    frame = game.frame()
    fake = game.gan.generator(game._latents).numpy()
    np.testing.assert_allclose(frame.fake, fake, rtol=1e-4, atol=1e-6)
    place = heat_places()[7 * CELLS + 30]  # row 7 from below, column 30
    assert place[0] > 0 > place[1]
    logit = float(game.gan.discriminator(place[np.newaxis])[0, 0])
    assert frame.heat[7, 30] == pytest.approx(1 / (1 + math.exp(-logit)), rel=1e-4)
    assert np.array_equal(game.frame().real, frame.real)


def test_the_bytes_of_a_frame_are_what_the_canvas_expects(game):
    frame = game.frame()
    packed = frame.pack()
    floats = 3 * 2 * SHOWN + 2 * NODES**2
    assert len(packed) == 4 * floats + CELLS**2
    numbers = np.frombuffer(packed[: 4 * floats], "<f4")
    np.testing.assert_array_equal(numbers[400:800], frame.fake.ravel())
    np.testing.assert_array_equal(numbers[1200:], frame.sheet.ravel())
    heat = np.frombuffer(packed[4 * floats :], np.uint8)
    np.testing.assert_allclose(heat / 255, frame.heat.ravel(), atol=0.5 / 255 + 1e-7)


def test_a_mesh_of_the_warped_grid_holds_the_same_share_of_latents():
    z = np.random.default_rng(0).standard_normal((200_000, 2))
    axis = sheet_latents()[:NODES, 0]
    counts, _, _ = np.histogram2d(*z.T, bins=[axis, axis])
    # 0.99**2 of the points in 576 meshes: 340 each, give or take 18.
    assert counts.sum() / len(z) == pytest.approx(0.99**2, abs=0.005)
    assert abs(counts.mean() - 340) < 5 and counts.std() < 25


@pytest.mark.parametrize("name", list(losses.ALL))
def test_the_scale_of_every_loss_has_chance_in_the_middle(name):
    loss = losses.ALL[name]
    scale = scale_of(loss)
    assert scale([loss.undecided] * 2, middle=loss.undecided) == pytest.approx([0.5, 0.5])
    heat = scale([-50.0, 3.0, 56.0], middle=3.0)
    assert (np.diff(heat) >= 0).all() and heat[0] < 0.02 and heat[2] > 0.98


@pytest.mark.parametrize("name", list(losses.ALL))
def test_a_scale_is_relative_where_only_differences_of_logits_count(name):
    loss, (real, fake) = losses.ALL[name], np.random.default_rng(0).normal(size=(2, 50))
    pays = [float(loss.discriminator(real + shift, fake + shift)) for shift in (0, 2)]
    scale, middle = scale_of(loss), (real.mean() + fake.mean()) / 2
    heat = [scale(fake + shift, middle + shift) for shift in (0, 2)]
    assert np.allclose(*heat) == np.isclose(*pays)


def test_a_loss_of_your_own_is_read_as_a_critic_whatever_its_name():
    hinge = losses.hinge
    own = losses.AdversarialLoss(hinge.discriminator, hinge.generator, name="hinge")
    assert scale_of(own) is scale_of(losses.wasserstein)
    assert scale_of(own) is not scale_of(hinge)


@pytest.mark.parametrize("name", list(distributions.ALL))
def test_distributions_lie_on_the_plane_and_repeat(name):
    distribution = distributions.ALL[name]
    points = distribution.draw(500, seed=1)
    assert points.shape == (500, 2) and points.dtype == np.float32
    assert np.abs(points).max() < distributions.LIMIT
    assert np.array_equal(points, distribution.draw(500, seed=1))
    assert distributions.named(name) is distribution


def test_a_drawing_is_blurred_and_checked():
    line = np.linspace([-2, 1], [2, 1], 40)
    drawing = distributions.named(line)
    assert drawing.by_hand and not RING.by_hand
    points = drawing.draw(4000, seed=0)
    assert 0.03 < points[:, 1].std() < 0.05
    nearest = np.abs(points[:, :1] - line[:, 0]).argmin(axis=1)
    assert len(set(nearest)) == 40, "every mark is drawn from"
    line[:] = 9
    assert np.abs(drawing.draw(100, seed=0)).max() < 3, "a copy"
    for wrong, message in (
        (np.zeros((19, 2)), "expected 20 to 2,000 points, received 19"),
        (np.zeros((40, 3)), r"expected points of shape \(n, 2\), received shape \(40, 3\)"),
        (np.full((40, 2), np.nan), r"expected points in \[-3, 3\]"),
        (np.full((40, 2), 3.5), r"expected points in \[-3, 3\]"),
        ("rings", "expected distribution as one of ring, .*, blob, received 'rings'"),
        ([[1], [2, 3]], "expected points of shape"),
    ):
        with pytest.raises(ValueError, match=message):
            distributions.named(wrong)


def test_a_game_that_blows_up_says_so_and_can_still_be_seen():
    game = Game(seed=0, loss=losses.wasserstein, g_rate=1.0, d_rate=1.0)
    for _ in range(40):
        game.step("both")
        if game.diverged:
            break
    assert game.diverged
    for network in (game.gan.generator, game.gan.discriminator):
        network.set_weights([np.nan * w for w in network.get_weights()])
    game.diverged = False
    game.step("both")
    assert game.diverged, "by NaN too"
    frame = game.frame()
    assert np.isnan(frame.fake).all()
    assert len(frame.pack()) == len(Game(seed=0).frame().pack())
    assert "of 8 modes" in str(words.score(frame, RING))
    picture.picture(game)
    film = GameFilm()
    film.add(frame)
    assert np.isfinite(next(film.pictures())).all()


def frame_of(real, fake):
    empty = np.zeros((200, 2), np.float32)
    scale = scale_of(losses.hinge)
    return Frame(real, fake, empty, empty, empty, (0.5, 0.5), 0, scale)


def test_the_score_counts_both_ways():
    real = distributions.ALL["ring"].draw(200, seed=0)
    first = np.tile(distributions.ALL["ring"].modes[:1], (200, 1))
    found = words.score(frame_of(real, first), RING)
    assert (found.covered, found.modes, found.precise) == (1, 8, 1.0)
    near = np.linalg.norm(real - first[0], axis=1) < 0.3
    assert found.reached == pytest.approx(near.mean())
    lost = words.score(frame_of(real, np.full((200, 2), np.nan)), RING)
    assert (lost.covered, lost.precise, lost.reached) == (0, 0.0, 0.0)
    free = words.score(frame_of(real, real), distributions.drawn(real))
    assert str(free) == "100% of fakes near data, 100% of data reached"


def test_what_is_said_of_a_move(game):
    before = game.frame()
    game.step("generator", 3)
    said = words.narrate("generator", before, game.frame())
    moved = np.linalg.norm(game.frame().fake - before.fake, axis=1).mean()
    assert said.startswith(f"The generator learned. Its points moved by {moved:.3f} on average")
    assert "discriminator" not in said


def test_an_arrow_has_one_scale_but_an_end():
    pull = np.array([[0.0, 0.0], [0.2, 0.0], [30.0, 40.0]])
    drawn = picture.arrows(pull)
    np.testing.assert_allclose(drawn[:2], picture.PULL * pull[:2])
    assert np.linalg.norm(drawn[2]) == pytest.approx(picture.LONGEST)


def test_a_film_never_grows_and_shows_the_whole_game():
    film = GameFilm(most=10)
    for number in range(1000):
        film.add(number)
        assert len(film.frames) <= 10
        assert film.frames[0] == 0
        assert film.frames[-1] >= number / 2
    assert set(np.diff(film.frames)) == {128}
    with pytest.raises(ValueError, match="expected most as an integer from 2 on, received 1"):
        GameFilm(most=1)


def test_the_pictures_of_a_film_show_its_frames(game):
    film = GameFilm()
    for _ in range(2):
        film.add(game.frame())
        game.step("generator", 20)
    first, second = film.pictures(pixels=160)
    assert first.shape == (160, 160, 3) and 0 <= first.min() < first.max() <= 1
    assert not np.array_equal(first, second)
    bare = next(film.pictures(["real"], pixels=160))
    colors = [len(np.unique(image.reshape(-1, 3), axis=0)) for image in (bare, first)]
    assert colors[0] < colors[1]


def test_bad_input_is_named(game):
    for error, message, settings in (
        (TypeError, "expected loss as an AdversarialLoss, received 'hinge'", {"loss": "hinge"}),
        (TypeError, "expected penalty as a Penalty or None", {"penalty": penalties.r1}),
        (TypeError, "expected distribution as a Distribution", {"distribution": "ring"}),
        (TypeError, r"expected settings among .* received \['rate'\]", {"rate": 1}),
        (ValueError, r"expected d_rate in \(0, 1\], received 0", {"d_rate": 0}),
        (ValueError, r"expected g_rate in \(0, 1\], received nan", {"g_rate": math.nan}),
        (ValueError, "expected d_steps as an integer from 1 to 20, received 2.5", {"d_steps": 2.5}),
    ):
        with pytest.raises(error, match=message):
            game.change(**settings)
    assert game.log == [], "nothing has changed"
    with pytest.raises(ValueError, match="expected player as one of .* received 'D'"):
        game.step("D")
    with pytest.raises(ValueError, match="expected times as an integer from 1 on, received 0"):
        game.step("both", 0)
    with pytest.raises(ValueError, match="expected seed as an integer from 0 on, received -1"):
        Game(seed=-1)
