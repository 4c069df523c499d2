"""A level of chance is the same wherever a learner meets it: that of the loss."""

import dataclasses
import re

import pytest
from matplotlib.figure import Figure

from classroom import exercises
from classroom.widgets import LossExplorer
from classroom.widgets.laboratory.canvases import Curves
from classroom.widgets.laboratory.game import Game
from classroom.widgets.laboratory.picture import draw_curves
from classroom.widgets.loss_explorer.plot import y_of
from ganlab import keras, losses, models, tf
from ganlab.callbacks import LossCurve
from ganlab.training import GAN

OWN = losses.AdversarialLoss(
    losses.least_squares.discriminator,
    losses.minimax.generator,
    name="own",
    undecided=-1.5,
)
LOSSES = [*losses.ALL.values(), OWN]
EVERY_LOSS = pytest.mark.parametrize("loss", LOSSES, ids=[loss.name for loss in LOSSES])


@pytest.fixture(scope="module")
def game():
    return Game(seed=0)


def dotted(axes):
    return sorted({line.get_ydata()[0] for line in axes.lines if line.get_linestyle() == ":"})


@EVERY_LOSS
def test_the_loss_explorer(loss):
    own = [loss] if loss is OWN else []
    # Both logits are those of a discriminator that cannot tell: where chance is on the curves.
    explorer = LossExplorer([loss.name], partner=loss.undecided, own=own)
    d_level, g_level = loss.chance
    # On the screen: a diamond in each column, its name, and the table.
    told = re.findall(r"chance level ([-.0-9]+)<", explorer.plot.curves)
    assert told == [f"{level:.3f}" for level in (d_level, d_level, g_level)]
    heights = re.findall(r"<path d='M[-.0-9]+ ([-.0-9]+)l", explorer.plot.curves)
    for height, level in zip(heights, (d_level, d_level, g_level), strict=True):
        assert float(height) + 6 == pytest.approx(y_of(0, level), abs=0.06)
    cells = re.findall(r"<td class='ganlab-muted'>(.*?)</td>", explorer._numbers.value)
    assert [float(cell.replace("\N{MINUS SIGN}", "-")) for cell in cells] == pytest.approx(
        loss.chance, abs=5e-4
    )
    # On paper.
    diamonds = [
        [line for line in ax.lines if line.get_marker() == "D"] for ax in explorer.draw().axes[:3]
    ]
    where = [(float(d.get_xdata()[0]), float(d.get_ydata()[0])) for (d,) in diamonds]
    assert where == [(loss.undecided, level) for level in (d_level, d_level, g_level)]


@EVERY_LOSS
def test_the_diamonds_lie_on_the_curves_where_both_images_leave_it_undecided(loss):
    explorer = LossExplorer([loss.name], own=[loss] if loss is OWN else [], logit=loss.undecided)
    explorer.partner.value = loss.undecided
    ((_, values, _),) = explorer.table()
    assert values == pytest.approx((loss.chance[0], *loss.chance), abs=1e-6)


@EVERY_LOSS
def test_the_laboratory(loss, game, monkeypatch):
    # Without the change, which would compile programs that nobody runs here.
    monkeypatch.setattr(game, "settings", dataclasses.replace(game.settings, loss=loss))
    curves = Curves()
    curves.show(game)
    assert curves.levels == list(loss.chance)
    told = re.findall(r"chance ([-.0-9]+)", curves.label)
    assert told == [f"{level:.3f}" for level in loss.chance]
    axes = Figure().subplots()
    draw_curves(axes, game)
    assert dotted(axes) == sorted(set(loss.chance))


@EVERY_LOSS
def test_the_curve_of_a_training(loss):
    gan = GAN(models.mlp_generator(seed=0), models.mlp_discriminator(seed=1), loss=loss, seed=2)
    adam = keras.optimizers.Adam
    gan.compile(g_optimizer=adam(1e-3), d_optimizer=adam(1e-3))
    curve = LossCurve()
    curve.set_model(gan)
    curve.on_train_batch_end(0, {"d_loss": 1.0, "g_loss": 1.0})
    assert dotted(curve.draw(ax=Figure().subplots())) == sorted(set(loss.chance))


def test_the_check_of_a_game_of_your_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where the check writes its notes
    own = losses.AdversarialLoss(
        lambda real, fake: tf.reduce_mean((real - 2) ** 2 + (fake + 1) ** 2),
        lambda real, fake: tf.reduce_mean((fake - 2) ** 2),
        undecided=0.5,
    )
    assert "with every logit 0.5, is 4.500" in exercises.check("02.8", own, seed=0).text
