"""docs/microgan.py is a GAN like that of the package, and its page says what is so."""

import ast
import copy
import importlib.util
import inspect
import math
import random
import re
import subprocess
import sys
import types
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from classroom.widgets import Laboratory
from ganlab import datasets, keras, losses, models, tf
from ganlab.training import GAN

DOCS = Path(__file__).parents[2] / "docs"
FILE = DOCS / "microgan.py"
PAGE = (DOCS / "microgan.md").read_text(encoding="utf-8")


def load():
    spec = importlib.util.spec_from_file_location("microgan", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


microgan = load()
Node = microgan.Node


def run(*arguments, cwd=None):
    """Runs the file as a learner does, on a Python that sees the standard library alone."""
    command = [sys.executable, "-I", "-S", FILE, *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, encoding="utf-8")


def noise(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


# ------------------------------------------------------------------------- one step, against ganlab


def pair(seed, width=16):
    """Returns a GAN of the package and a small one with the same weights and settings."""
    networks = (
        models.mlp_generator(width=width, depth=2, seed=seed),
        models.mlp_discriminator(width=width, depth=2, seed=seed + 1),
    )
    small = microgan.GAN(width=width, rng=random.Random(seed))
    for network, ours in zip(networks, (small.generator, small.discriminator), strict=True):
        weights = network.get_weights()
        for i in range(1, len(weights), 2):  # biases begin at 0, where much would go unnoticed
            weights[i] = 0.1 * noise(*weights[i].shape, seed=seed + i)
        network.set_weights(weights)
        for node, array in zip(ours.weights, weights, strict=True):
            node.rows = np.atleast_2d(array).tolist()
    gan = GAN(*networks, loss=losses.non_saturating, seed=seed)
    adam = keras.optimizers.Adam
    gan.compile(
        g_optimizer=adam(small.g_optimizer.learning_rate, *small.g_optimizer.betas),
        d_optimizer=adam(small.d_optimizer.learning_rate, *small.d_optimizer.betas),
    )
    return gan, small


def both_step(gan, small, steps, seed, batch_size=32):
    """Lets both take steps on the same real points and latents; returns the losses of both."""
    same = keras.random.SeedGenerator(seed)  # draws what the GAN will draw
    logs = []
    for step in range(steps):
        real = datasets.ring(batch_size, seed=step)
        drawn = [keras.random.normal((batch_size, 2), seed=same) for _ in "dg"]
        ours = small.step(real.tolist(), *(np.array(latents).tolist() for latents in drawn))
        theirs = gan.train_on_batch(real, return_dict=True)
        logs.append([*ours, theirs["d_loss"], theirs["g_loss"]])
    return np.array(logs, float)


def differences(gan, small):
    """Returns how far apart the weights of both are."""
    pairs = (gan.generator, small.generator), (gan.discriminator, small.discriminator)
    return [
        np.abs(np.reshape(node.rows, array.shape) - array).max()
        for network, ours in pairs
        for node, array in zip(ours.weights, network.get_weights(), strict=True)
    ]


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2))])
def test_one_step_is_that_of_the_package(seed):
    gan, small = pair(seed)
    before = copy.deepcopy([node.rows for node in small.generator.weights])
    d_loss, g_loss, *theirs = both_step(gan, small, 1, seed)[0]
    # Measured with five seeds: at most 3e-7 apart in the losses and 2e-7 in the weights, which is
    # what the float32 of the package leaves; ten steps: 6e-7 and 5e-7.
    np.testing.assert_allclose([d_loss, g_loss], theirs, rtol=3e-6)
    assert max(differences(gan, small)) < 2e-6
    moved = [node.rows != old for node, old in zip(small.generator.weights, before, strict=True)]
    assert all(moved)


@pytest.mark.slow
def test_ten_steps_are_those_of_the_package():
    gan, small = pair(3)
    logs = both_step(gan, small, 10, 3)
    np.testing.assert_allclose(logs[:, :2], logs[:, 2:], rtol=1e-5)
    assert max(differences(gan, small)) < 1e-5


def test_the_losses_are_those_of_the_package_at_chance():
    logits = Node([[0.0]] * 5)
    d_loss = microgan.cross_entropy((logits, 1), (logits, 0)).rows[0][0]
    g_loss = microgan.cross_entropy((logits, 1)).rows[0][0]
    assert (d_loss, g_loss) == pytest.approx(losses.non_saturating.chance)
    assert d_loss == pytest.approx(2 * math.log(2))


@pytest.mark.parametrize("real, fake", [(3.0, -2.0), (-800.0, 800.0), (800.0, -800.0)])
def test_the_losses_are_those_of_the_package(real, fake):
    ours = microgan.cross_entropy((Node([[real], [1]]), 1), (Node([[fake], [0.5]]), 0))
    theirs = losses.non_saturating.discriminator(
        tf.constant([[real], [1.0]]), tf.constant([[fake], [0.5]])
    )
    assert ours.rows[0][0] == pytest.approx(float(theirs), rel=1e-6)
    ours.backward()


# ---------------------------------------------------------------------------- the slopes, by others


def test_all_slopes_are_those_of_a_gradient_tape():
    """In float64, where two right answers agree to the last digits."""
    small = microgan.GAN(width=5, rng=random.Random(0))
    real, latents = noise(7, 2).tolist(), noise(7, 2, seed=1).tolist()
    judged = small.discriminator(small.generator(Node(latents)))
    loss = microgan.cross_entropy((small.discriminator(Node(real)), 1), (judged, 0))
    loss.backward()

    nodes = [*small.generator.weights, *small.discriminator.weights]
    weights = [tf.constant(node.rows, tf.float64) for node in nodes]

    def network(x, weights, leak):
        for i in range(0, len(weights) - 2, 2):
            x = x @ weights[i] + weights[i + 1]
            x = tf.where(x > 0, x, leak * x)  # tf.nn.leaky_relu rounds its alpha to float32
        return x @ weights[-2] + weights[-1]

    with tf.GradientTape() as tape:
        tape.watch(weights)
        fake = network(tf.constant(latents, tf.float64), weights[:6], 0.0)
        real_logits = network(tf.constant(real, tf.float64), weights[6:], 0.2)
        fake_logits = network(fake, weights[6:], 0.2)
        expected = tf.reduce_mean(tf.nn.softplus(-real_logits))
        expected += tf.reduce_mean(tf.nn.softplus(fake_logits))
    assert loss.rows[0][0] == pytest.approx(float(expected), rel=1e-12)
    for node, slopes in zip(nodes, tape.gradient(expected, weights), strict=True):
        np.testing.assert_allclose(node.grad, slopes, rtol=1e-9, atol=1e-14)


def test_dense_by_hand():
    x, kernel, bias = Node([[1.0, 2.0]]), Node([[3.0, 4.0], [5.0, 6.0]]), Node([[0.5, -0.5]])
    out = microgan.dense(x, kernel, bias)
    assert out.rows == [[13.5, 15.5]]
    total = Node(
        [[sum(out.rows[0])]], [out], lambda grad: out.grad[0].__setitem__(slice(2), [1, 10])
    )
    total.backward()
    assert x.grad == [[3 + 40, 5 + 60]]
    assert kernel.grad == [[1, 10], [2, 20]]
    assert bias.grad == [[1, 10]]


@pytest.mark.parametrize("leak", [0.0, 0.2])
def test_relu_by_hand(leak):
    x = Node([[-2.0], [0.0], [3.0]])
    out = microgan.relu(x, leak)
    assert out.rows == [[-2 * leak], [0], [3]]
    loss = microgan.cross_entropy((out, 0))
    loss.backward()
    sigmoid = [1 / (1 + math.exp(-v)) / 3 for (v,) in out.rows]
    expected = [sigmoid[0] * leak, sigmoid[1] * leak, sigmoid[2]]
    assert [slope for (slope,) in x.grad] == pytest.approx(expected)


@pytest.mark.parametrize("label", [0, 1])
def test_the_slope_of_cross_entropy_is_probability_minus_label(label):
    logits = Node([[-1.5], [0.0], [4.0]])
    microgan.cross_entropy((logits, label)).backward()
    expected = [(1 / (1 + math.exp(-v)) - label) / 3 for (v,) in logits.rows]
    assert [slope for (slope,) in logits.grad] == pytest.approx(expected)


def test_slopes_are_those_of_small_differences():
    small, rng = microgan.GAN(width=4, rng=random.Random(1)), random.Random(2)
    latents = microgan.latents(6, rng)

    def loss():
        return microgan.cross_entropy((small.discriminator(small.generator(Node(latents))), 1))

    loss().backward()
    for node in [*small.generator.weights, *small.discriminator.weights]:
        i, j = rng.randrange(len(node.rows)), rng.randrange(len(node.rows[0]))
        slope, value, values = node.grad[i][j], node.rows[i][j], []
        for moved in (value + 1e-6, value - 1e-6):
            node.rows[i][j] = moved
            values.append(loss().rows[0][0])
        node.rows[i][j] = value
        assert slope == pytest.approx((values[0] - values[1]) / 2e-6, rel=1e-5, abs=1e-9)


def test_slopes_begin_anew_with_every_backward():
    x = Node([[2.0]])
    for _ in range(2):
        microgan.cross_entropy((x, 1)).backward()
    assert x.grad == [[pytest.approx(1 / (1 + math.exp(-2)) - 1)]]


USES = {
    "itself": lambda x: x,
    "relu": lambda x: microgan.relu(x, 0.2),
    "dense": lambda x: microgan.dense(x, Node([[1.0]]), Node([[0.0]])),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_where_a_node_is_used_twice_its_slopes_add_up(use):
    x = Node([[2.0]])
    microgan.cross_entropy((use(x), 1), (use(x), 0)).backward()
    assert x.grad == [[pytest.approx(2 / (1 + math.exp(-2)) - 1)]]


def test_a_loss_may_be_a_part_of_something_else():
    x = Node([[2.0]])
    loss = microgan.cross_entropy((x, 0))

    def pass_back(grad):
        loss.grad[0][0] += 3 * grad[0][0]

    Node([[3 * loss.rows[0][0]]], [loss], pass_back).backward()
    assert x.grad == [[pytest.approx(3 / (1 + math.exp(-2)))]]


def test_each_player_moves_alone():
    gan = microgan.GAN(rng=random.Random(0))
    latents = microgan.latents(4, random.Random(0))
    players = gan.generator, gan.discriminator

    def weights():
        return [copy.deepcopy([node.rows for node in player.weights]) for player in players]

    def watch(optimizer):
        minimize = optimizer.minimize

        def watched(loss):
            before, value = weights(), minimize(loss)
            moved.append([old != new for old, new in zip(before, weights(), strict=True)])
            return value

        optimizer.minimize = watched

    moved = []
    watch(gan.d_optimizer)
    watch(gan.g_optimizer)
    gan.step([[1.0, 0.0]] * 4, latents, latents)
    assert moved == [[False, True], [True, False]]


# ----------------------------------------------------------------------------------- what it learns


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_it_learns(seed, capsys):
    real = microgan.load("circle")
    gan = microgan.train(real, steps=600, seed=seed)
    near, found = microgan.score(real[:300], gan.generate(microgan.latents(300, random.Random(9))))
    assert near > 0.75 and found > 0.75
    first, *_, last = capsys.readouterr().err.splitlines()
    assert first.startswith("step    1 ") and last.startswith("step  600 ")


def test_a_seed_repeats_a_training(capsys):
    points = microgan.load("wave")
    runs = [microgan.train(points, steps=3, seed=seed) for seed in (4, 4, 5)]
    first, same, other = ([node.rows for node in gan.generator.weights] for gan in runs)
    assert first == same != other


def test_the_shares_of_points_that_are_near():
    real = [(0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (3.0, 0.0)]
    assert microgan.score(real, [(0.0, 0.2), (0.0, -0.2)]) == [1, 0.25]
    assert microgan.score(real, [(0.0, 0.4), (math.nan, 0.0)]) == [0, 0]


@pytest.mark.slow
@pytest.mark.parametrize("what", ["ring", "grid", "swiss_roll", "drawing"])
def test_it_takes_what_the_laboratory_learns(what, tmp_path, capsys):
    corners = np.array([[-3, -3], [3, 3]] * 20, np.float32)
    laboratory = Laboratory(corners if what == "drawing" else what, seed=0)
    points = laboratory.game.settings.distribution.draw(1000, seed=0)
    np.savetxt(tmp_path / "points.txt", points)
    loaded = microgan.load(tmp_path / "points.txt")
    np.testing.assert_allclose(loaded, points, rtol=1e-6)
    by_file = microgan.train(loaded, steps=2, seed=0)
    directly = microgan.train(points, steps=2, seed=0)
    for a, b in zip(by_file.generator.weights, directly.generator.weights, strict=True):
        np.testing.assert_allclose(a.rows, b.rows, rtol=1e-6)


# ---------------------------------------------------------------------------------- at the terminal


def test_it_runs_on_the_standard_library_alone(tmp_path):
    done = run("wave", "--steps", 2, "--seed", 3, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(
        r"step    1   d_loss \d\.\d{3}   g_loss \d\.\d{3}   "
        r"fakes near data +\d+%   data found +\d+%\n",
        done.stderr,
    )
    *rows, legend = done.stdout.splitlines()
    assert legend == ". real   o fake   @ both"
    assert len(rows) <= 31 and max(map(len, rows)) <= 57
    assert {".", "o"} <= set("".join(rows)) <= set(" .o@")
    names = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(FILE.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None) or node.names[0].name]
    }
    assert names == {"argparse", "math", "operator", "random", "sys"} <= sys.stdlib_module_names


def test_the_picture_puts_points_where_they_are():
    rows = microgan.picture([(0, 0), (3.5, 3.5)], [(0, 0), (-3.5, -3.5)]).splitlines()
    assert rows[0] == "" and rows[15] == " " * 28 + "@"
    assert rows[1] == " " * 56 + "." and rows[29] == "o"


def test_points_of_a_file(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("1,2\n\n-1.5 , 2e-1\n" * 10)
    assert microgan.load(path) == [(1, 2), (-1.5, 0.2)] * 10


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected 20 points or more, received 0"),
        ("1 2\n" * 19, "expected 20 points or more, received 19"),
        ("x,y\n" + "1,2\n" * 20, "expected point 1 as x y in [-3.5, 3.5], received ['x', 'y']"),
        ("1 2\n1 2 3\n", "expected point 2 as x y in [-3.5, 3.5], received ['1', '2', '3']"),
        ("1 3.6\n", "expected point 1 as x y in [-3.5, 3.5], received ['1', '3.6']"),
        ("-4 1\n", "expected point 1 as x y in [-3.5, 3.5], received ['-4', '1']"),
        ("1 nan\n", "expected point 1 as x y in [-3.5, 3.5], received ['1', 'nan']"),
        ("nan 1\n", "expected point 1 as x y in [-3.5, 3.5], received ['nan', '1']"),
        ("inf 1\n", "expected point 1 as x y in [-3.5, 3.5], received ['inf', '1']"),
        ("\udcff\udcfe 1\n", "expected point 1 as x y in [-3.5, 3.5], received ["),
    ],
)
def test_a_file_that_is_none_is_refused(text, message, tmp_path):
    (tmp_path / "mine.txt").write_bytes(text.encode(errors="surrogateescape"))
    done = run("mine.txt", cwd=tmp_path)
    assert done.returncode == 2 and "step" not in done.stderr.splitlines()[-1]
    expected = f"error: expected circle, wave or a file of points, received mine.txt: {message}"
    assert expected in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["square"], "expected circle, wave or a file of points, received square: "),
        (["."], "expected circle, wave or a file of points, received .: "),
        (["--steps", "many"], "argument --steps: invalid int value: 'many'"),
        (["--steps", "-1"], "expected steps as 0 or more, received -1"),
    ],
)
def test_other_arguments_are_refused(arguments, message, tmp_path):
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("point", [(1,), (1, "a"), 5, None, (4, 0), (0, math.nan)])
def test_points_from_elsewhere_are_checked_too(point):
    with pytest.raises(ValueError, match=r"^expected point 3 as x y in \[-3.5, 3.5\], received "):
        microgan.train([(0, 1), (1, 0), point], seed=0)


# ------------------------------------------------------------------------------- the file, the page


def lines_of_code(source):
    """Returns the numbers of the lines that are neither blank nor comment nor docstring."""
    told = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node
        ):
            told |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    lines = enumerate(source.splitlines(), 1)
    return [i for i, line in lines if i not in told and line.strip() and line.strip()[0] != "#"]


def test_it_is_as_small_as_the_page_says():
    source = FILE.read_text(encoding="utf-8")
    lines = lines_of_code(source)
    start = inspect.getsourcelines(microgan.train)[1]
    players = [line for line in lines if line < start]
    assert f"{len(lines)} lines of code, {len(players)} of them the GAN" in PAGE
    assert len(lines) <= 170 and len(players) <= 100
    assert all(
        f"\n:{where}\n" in PAGE for where in ("end-before: class Node", "start-at: SHAPES = {")
    )
    assert max(map(len, source.splitlines())) <= 100


def test_the_page_shows_the_whole_file():
    shown = set(re.findall(r"^:pyobject: (\w+)$", PAGE, re.MULTILINE))
    defined = {
        node.name
        for node in ast.parse(FILE.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
    }
    assert shown == defined


def test_the_page_shows_what_a_run_prints():
    command, *lines = re.search(r"^```text\n(\$ .*?)\n```$", PAGE, re.DOTALL | re.MULTILINE)[
        1
    ].split("\n")
    assert command == "$ python3 docs/microgan.py"
    done = run("--steps", 1)
    assert lines[0] == done.stderr.rstrip("\n")
    steps = [line for line in lines if line.startswith("step ")]
    assert [int(line.split()[1]) for line in steps] == [1, *range(100, 1501, 100)]
    assert all(int(share) >= 90 for share in re.findall(r"(\d+)%", steps[-1]))
    assert lines[-1] == ". real   o fake   @ both"


def test_the_picture_of_the_page_is_of_a_run_that_learned():
    dots = ET.parse(DOCS / "microgan.svg").getroot()
    found = {}
    for dot in dots:
        place = float(dot.get("cx")), -float(dot.get("cy"))
        found.setdefault(dot.get("fill"), []).append(place)
    real, fake = found["#0072b2"], found["#d55e00"]
    expected = random.Random("picture").choices(microgan.load("circle"), k=300)
    np.testing.assert_allclose(real, expected, atol=0.006)
    assert len(fake) == 300 and min(microgan.score(real, fake)) > 0.9
    assert "python3 docs/microgan.py --svg > docs/microgan.svg" in PAGE
    done = run("--steps", 0, "--svg")
    assert [dot.tag for dot in ET.fromstring(done.stdout)] == [dot.tag for dot in dots]


@pytest.mark.slow
def test_the_programs_of_the_page_run(tmp_path, monkeypatch, capsys):
    """With two steps in the place of many."""
    monkeypatch.chdir(tmp_path)
    quick = types.ModuleType("microgan")
    vars(quick).update(vars(microgan))
    quick.train = lambda points, **settings: microgan.train(points, **(settings | {"steps": 2}))
    monkeypatch.setitem(sys.modules, "microgan", quick)
    programs = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert len(programs) >= 3
    names = {}
    for program in programs:
        exec(program, names)
