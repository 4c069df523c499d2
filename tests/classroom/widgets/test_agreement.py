"""The pages of the site compute in JavaScript what the kernel computes in Python."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from classroom.widgets import LossExplorer, scripts
from classroom.widgets.laboratory import canvases, distributions, frame, game, words
from classroom.widgets.loss_explorer import widget as explorer_widget
from classroom.widgets.loss_explorer.curves import evaluate
from ganlab import keras, losses, metrics, models, tf
from ganlab.penalties import Penalty
from ganlab.training import GAN
from tools import live_widgets

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="Node is not installed")

N = game.Game.BATCH_SIZE
RATES = {"g_rate": 2e-3, "d_rate": 2e-3}
WEIGHT = 1.7
TOLERANCE = 1e-4  # of a vector's length
CORNER = 0.05  # where a point changes sides at a corner: one of 128


@pytest.fixture(scope="session")
def ask(tmp_path_factory):
    """Asks the scripts of the pages: ``ask("task", name=value)``."""
    script = tmp_path_factory.mktemp("scripts") / "agreement.mjs"
    script.write_text(scripts.joined(Path(__file__).with_name("agreement.js")), encoding="utf-8")

    def asked(task, **values):
        given = json.dumps({"task": task} | values, default=plain)
        done = subprocess.run(
            ["node", script], input=given, capture_output=True, encoding="utf-8", timeout=120
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return asked


def plain(values):
    return np.asarray(values).ravel().tolist()


def flat(arrays):
    return np.concatenate([np.ravel(array) for array in arrays])


def apart(theirs, ours):
    """The distance of two vectors, over the length of the second."""
    return np.linalg.norm(np.subtract(theirs, ours)) / np.linalg.norm(ours)


def some_weights(network, rng):
    """Weights as after some training: biases too, or nothing would depend on them."""
    return [w + 0.1 * rng.standard_normal(w.shape).astype(np.float32) for w in network.weights]


def begun(rng, loss, penalty):
    """The GAN of a game, and its optimizers by the names of the players."""
    gan = GAN(
        models.mlp_generator(**game.NETWORKS, seed=0),
        models.mlp_discriminator(**game.NETWORKS, seed=1),
        loss=losses.ALL[loss],
        penalty=penalty and Penalty(penalty, weight=WEIGHT),
        seed=2,
    )
    for network in (gan.generator, gan.discriminator):
        network.set_weights(some_weights(network, rng))
    adams = [keras.optimizers.Adam(RATES[rate], **game.ADAM) for rate in ("d_rate", "g_rate")]
    gan.compile(d_optimizer=adams[0], g_optimizer=adams[1])
    return gan, {"discriminator": gan.d_optimizer, "generator": gan.g_optimizer}


def weights_of(gan):
    return {who: getattr(gan, who).get_weights() for who in ("generator", "discriminator")}


def plainly(arrays):
    return [plain(array) for array in arrays]


def named_plainly(lists):
    return {name: plainly(arrays) for name, arrays in lists.items()}


# ---------------------------------------------------------------------------------------- the game


@pytest.mark.parametrize("name", losses.ALL)
def test_losses_and_their_gradients(name, ask):
    rng = np.random.default_rng(0)
    real, fake = 3 * rng.standard_normal((2, 50)).astype(np.float32)
    real[:2], fake[:2] = (1, 200), (-1, -200)  # the corners of the hinge, and far away
    found = ask("losses", name=name, real=real, fake=fake)
    for player in ("discriminator", "generator"):
        logits = [tf.constant(real, tf.float64), tf.constant(fake, tf.float64)]
        with tf.GradientTape() as tape:
            tape.watch(logits)
            value = getattr(losses.ALL[name], player)(*logits)
        gradients = tape.gradient(value, logits, unconnected_gradients="zero")
        assert found[player]["value"] == pytest.approx(float(value), rel=1e-12)
        for kind, gradient in zip(("real", "fake"), gradients, strict=True):
            np.testing.assert_allclose(found[player][kind], gradient, atol=1e-14)


@pytest.mark.slow
@pytest.mark.parametrize("penalty", game.PENALTIES)
@pytest.mark.parametrize("name", losses.ALL)
def test_ten_steps_of_both_players(name, penalty, ask, monkeypatch):
    """Each from where Python is, in float32 here and float64 there.

    Left alone, both go the same way to about 1e-7 until one point lies so near to a corner of a
    unit that rounding decides the side: there the gradient jumps. On which step this happens, if at
    all, depends on the processor, so the tolerance is for the median of the ten steps.
    """
    rng = np.random.default_rng(sum(map(ord, name + penalty)))
    gan, optimizers = begun(rng, name, game.PENALTIES[penalty])
    recorded, batches, after = {}, [], []
    for who, optimizer in optimizers.items():

        def apply(gradients, variables, who=who, apply=optimizer.apply):
            recorded[who] = flat(gradients)
            apply(gradients, variables)

        monkeypatch.setattr(optimizer, "apply", apply)
    for step in range(10):
        real = distributions.ALL["grid"].draw(N, seed=rng)
        latents, shares = rng.standard_normal((2, N, 2), np.float32), rng.random(N, np.float32)
        moments = {who: optimizer._velocities for who, optimizer in optimizers.items()}
        batches.append(
            {"real": plain(real), "latents": plainly(latents), "shares": plain(shares)}
            | {"steps": step, "weights": named_plainly(weights_of(gan))}
            | {"moments": named_plainly(moments)}
        )
        drawn = iter(latents)
        monkeypatch.setattr(gan, "_draw_latents", lambda like, z=drawn: tf.constant(next(z)))
        column = tf.constant(shares[:, np.newaxis])
        monkeypatch.setattr(keras.random, "uniform", lambda *a, value=column, **k: value)
        logs = gan.step_discriminator(tf.constant(real)) | gan.step_generator(tf.constant(real))
        moved = {who: flat(arrays) for who, arrays in weights_of(gan).items()}
        after.append(({key: float(value) for key, value in logs.items()}, dict(recorded), moved))

    settings = {"loss": name, "penalty": penalty, "weight": WEIGHT} | RATES
    found = ask("steps", networks=game.NETWORKS, settings=settings, batches=batches)
    assert (after[0][0]["penalty"] > 0.01) == (penalty != "none")
    errors = []
    for theirs, (logs, gradients, moved) in zip(found, after, strict=True):
        assert theirs["logs"] == pytest.approx(logs, rel=1e-3, abs=1e-4)
        for who in optimizers:
            errors.append(
                (
                    apart(theirs["gradients"][who], gradients[who]),
                    apart(theirs["weights"][who], moved[who]),
                )
            )
    assert np.median(errors, axis=0).max() < TOLERANCE
    assert np.max(errors) < CORNER
    assert apart(flat(batches[0]["weights"]["generator"]), after[-1][2]["generator"]) > 1e-2


@pytest.mark.parametrize("name", losses.ALL)
def test_the_bytes_of_a_frame(name, ask):
    rng = np.random.default_rng(1)
    ring = distributions.ALL["ring"]
    one = game.Game(seed=0, loss=losses.ALL[name])
    for network in (one.gan.generator, one.gan.discriminator):
        network.set_weights(some_weights(network, rng))
    ours = one.frame()
    data = live_widgets.laboratory("ring", name, 0)
    found = ask(
        "frame",
        networks=game.NETWORKS,
        weights=named_plainly(weights_of(one.gan)),
        settings={"loss": name} | RATES,
        scale=data["losses"][name]["scale"],
        real=ours.real,
        latents=one._latents.numpy(),
        nodes=data["nodes"],
        cells=data["cells"],
        modes=plain(ring.modes),
        near=distributions.NEAR,
    )
    theirs, packed = np.uint8(found["packed"]).tobytes(), ours.pack()
    assert len(theirs) == len(packed)
    heat = frame.CELLS**2
    numbers = [np.frombuffer(data[:-heat], "<f4") for data in (theirs, packed)]
    np.testing.assert_allclose(*numbers, rtol=1e-4, atol=1e-5)
    cells = [np.frombuffer(data[-heat:], np.uint8).astype(int) for data in (theirs, packed)]
    assert np.abs(cells[0] - cells[1]).max() <= 1 and np.ptp(cells[1]) > 20
    assert found["answers"] == pytest.approx(ours.answers, abs=1e-4)
    score = words.score(ours, ring)
    assert found["score"] == pytest.approx(vars(score), abs=1e-9)


def test_players_take_turns_alike(ask):
    data = live_widgets.laboratory("ring", "minimax", 0)
    settings = {"loss": "minimax", "penalty": "none", "d_steps": 3} | RATES
    settings["distribution"] = data["distributions"]["ring"]
    d, g = "discriminator", "generator"
    actions = [d, d, {"loss": "hinge"}, d, g, d, d, "both", d, {"d_rate": 1e-3}, {"d_steps": 1}, g]
    ours = game.Game(seed=0, loss=losses.minimax, d_steps=3)
    turns = [ours.turn]
    for action in actions:
        if isinstance(action, str):
            ours.step(action)
        else:
            ours.change(**{k: losses.ALL[v] if k == "loss" else v for k, v in action.items()})
        turns.append(ours.turn)
    assert turns == [d, d, d, d, g, d, d, d, d, d, d, g, d]
    assert ask("turns", data=data, settings=settings, actions=actions) == [*turns, ours.since]
    assert ours.since == 2, "updates, not actions"


def test_curves_are_thinned_alike(ask):
    rng = np.random.default_rng(0)
    steps = np.arange(1, 1001)
    history = rng.standard_normal((2, 1000))
    history[rng.random((2, 1000)) < 0.4] = np.nan
    history[1, 100:120] = np.nan
    ours = canvases.thinned(steps, dict(zip(("d_loss", "g_loss"), history, strict=True)), most=70)
    rows = [[None if np.isnan(value) else value for value in row] for row in history.tolist()]
    rows = {"steps": steps.tolist(), "d_loss": rows[0], "g_loss": rows[1]}
    theirs = np.array(ask("thinned", history=rows, most=70), np.float64).reshape(-1, 3)
    assert len(ours) <= 70
    np.testing.assert_allclose(theirs, ours, rtol=1e-5)


@pytest.mark.parametrize("name", [*distributions.ALL, "a drawing"])
def test_points_are_drawn_from_the_same_distributions(name, ask):
    known = distributions.ALL
    data = live_widgets.laboratory("ring", "minimax", 0)
    if name not in known:  # a wedge, by hand
        marks = np.linspace([-1.5, -1], [1.7, 1.5], 30, dtype=np.float32) ** 2
        known = {name: distributions.drawn(marks)}
        data["distributions"] = {name: {"modes": plain(marks), "std": data["drawing"]["std"]}}
    data["look"] = data["look"] | {"shown": 10_000}
    settings = {"loss": "minimax", "penalty": "none", "d_steps": 1} | RATES
    settings["distribution"] = data["distributions"][name]
    found = ask("play", data=data, settings=settings, seed=0, moves=[])
    theirs = np.reshape(found["real"], (-1, 2))
    ours = [known[name].draw(10_000, seed=seed) for seed in (1, 2)]
    # As near as two samples of Python's are to each other.
    typical = metrics.sliced_wasserstein_distance(*ours, projections=50, seed=0)
    assert metrics.sliced_wasserstein_distance(ours[0], theirs, projections=50, seed=0) < (
        2 * typical
    )


def test_random_numbers_are_those_of_a_seed_and_of_no_other(ask):
    one, again, other = (ask("random", seed=seed, n=20_000) for seed in (0, 0, 1))
    assert one == again
    assert abs(np.corrcoef(one["normal"], other["normal"])[0, 1]) < 0.03
    normal, uniform = np.array(one["normal"]), np.array(one["uniform"])
    assert abs(normal.mean()) < 0.03 and abs(normal.std() - 1) < 0.03
    assert abs(uniform.mean() - 0.5) < 0.01 and 0 <= uniform.min() < uniform.max() < 1
    assert abs((normal > 1.96).mean() - 0.025) < 0.005


@pytest.mark.slow
def test_a_game_learns_the_ring(ask):
    """With an even hand; by three seeds, since no single one must succeed."""
    data = live_widgets.laboratory("ring", "non_saturating", 0)
    settings = {"loss": "non_saturating", "penalty": "r1", "weight": 0.1, "d_steps": 1} | RATES
    settings["distribution"] = data["distributions"]["ring"]
    found = [
        ask("play", data=data, settings=settings, seed=seed, moves=[["both", 1500]])
        for seed in range(3)
    ]
    assert [each["updates"] for each in found] == [3000] * 3
    assert np.median([each["score"]["covered"] for each in found]) >= 6


# --------------------------------------------------------------------------- the explorer of losses


@pytest.mark.parametrize("name", losses.ALL)
@pytest.mark.parametrize("partner", [0.0, -2.5])
def test_curves_of_a_loss(name, partner, ask):
    values, gradients = evaluate(losses.ALL[name], explorer_widget.LOGITS, partner)
    found = ask("evaluate", name=name, logits=explorer_widget.LOGITS, partner=partner)
    np.testing.assert_allclose(found["values"], values, atol=1e-5)
    np.testing.assert_allclose(found["gradients"], gradients, atol=1e-5)


@pytest.mark.parametrize("logit", [-6.0, 1.3])
@pytest.mark.parametrize("partner", [0.0, 2.0])
def test_the_drawing_the_table_and_the_sentence(logit, partner, ask):
    data = live_widgets.loss_explorer([], logit, partner)
    for chosen in (list(losses.ALL), ["hinge"], []):
        ours = LossExplorer(chosen, logit=logit, partner=partner)
        name = ours._name
        found = ask("drawings", data=data, chosen=chosen, logit=logit, partner=partner, name=name)
        same_but_for_rounding(found["curves"], ours.plot.curves)
        same_but_for_rounding(found["marks"], ours.plot.marks)
        same_but_for_rounding(found["numbers"], ours._numbers.value)


@pytest.mark.parametrize("partner", [0.0, 0.5, -2.3])
def test_every_diamond_lies_on_its_curve(partner, ask):
    """In both drawings: elsewhere a chance level is no value of the curve."""
    ours = LossExplorer(list(losses.ALL), partner=partner)
    data = live_widgets.loss_explorer([], 0.0, partner)
    asked = {"chosen": list(losses.ALL), "logit": 0.0, "partner": partner, "name": "a"}
    for drawn in (ours.plot.curves, ask("drawings", data=data, **asked)["curves"]):
        curves, diamonds = {}, {}
        for points, name in re.findall(r"points='([^']*)'[^>]*><title>([^<]*)<", drawn):
            curve = np.array([point.split(",") for point in points.split()], float)
            curves.setdefault(name, []).append(curve.T)
        found = re.findall(r"<path d='M([\d.]+) ([\d.-]+)l6 6[^>]*><title>([^:]*): chance", drawn)
        for x, y, name in found:
            far = [  # the first three curves of a loss are its values
                abs(np.interp(float(x), xs, ys) - float(y) - 6)
                for xs, ys in curves[name][:3]
                if xs[0] <= float(x) <= xs[-1]
            ]
            assert len(far) == 1 and far[0] < 0.5, name
            diamonds[name] = diamonds.get(name, 0) + 1
        assert diamonds["relativistic"] == 3 and diamonds["non-saturating"] >= 1
        assert diamonds["minimax"] == (3 if partner == 0 else 1)
        assert diamonds["least squares"] == (3 if partner == 0.5 else 1)


def same_but_for_rounding(theirs, ours):
    number = r"[-−]?\d+(?:\.\d+)?"
    assert re.sub(number, "#", theirs) == re.sub(number, "#", ours)
    for a, b in zip(re.findall(number, theirs), re.findall(number, ours), strict=True):
        digits = len(b.partition(".")[2])
        a, b = (float(text.replace("−", "-")) for text in (a, b))
        assert abs(a - b) <= (1.01 * 10**-digits if digits else 0)


def test_sentences_are_filled_in_alike(ask):
    sentences = [*words.SENTENCES.values(), *explorer_widget.SENTENCES.values()]
    sentences += ["{last:.2g} {ratio:.3g} {least:.3g}"]
    values = dict.fromkeys(re.findall(r"\{(\w+)", " ".join(sentences)), 0.1875)
    values |= {"updates": 1234567, "count": 20, "ratio": 2980.96, "name": "d_loss", "least": 20}
    found = ask("filled", sentences=sentences, values=values)
    assert found == [sentence.format(**values) for sentence in sentences]


@pytest.mark.parametrize("form", [".0%", ".1%", ".2f", ".3f", ".2g", ".3g"])
def test_numbers_are_rounded_alike(form, ask):
    """Halfway too, which happens: 1 of 200 points is half a percent."""
    values = [k / 200 for k in range(-5, 201)] + [k / 16 for k in range(40)]
    values += [sign * k * 10.0**power for sign in (1, -1) for k in (1, 2.5, 9.995, 9.996)
               for power in range(-9, 9)]  # fmt: skip
    values += [0.005, 0.015, 0.125, 0.00005, 0.0625, 1e-12, 0.0, 2.5, 1234.5, 1235.0, 99.95]
    found = ask("numbers", form=form, values=values)
    assert found == [format(value, form) for value in values]
    assert ask("special", form=form) == [format(float(x), form) for x in ("-0", "nan", "-inf")]


def test_sliders_show_plain_numbers(ask):
    values = [1e-5, 2e-3, 0.126, 1.0, 3.16, 100.0, 126.0]
    assert ask("numbers", form=".2r", values=values) == [
        "0.000010", "0.0020", "0.13", "1.0", "3.2", "100", "130"
    ]  # fmt: skip
