"""The loss explorer without a browser: its numbers are those of the losses."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from classroom.widgets.loss_explorer import curves, plot
from classroom.widgets.loss_explorer.widget import LossExplorer
from ganlab import losses, tf


@pytest.fixture(scope="module")
def explorer():
    return LossExplorer(["minimax", "non_saturating", "hinge", "relativistic"], logit=-4.0)


def sigmoid(x):
    return 1 / (1 + np.exp(-np.asarray(x)))


def test_gradients_in_closed_form():
    t = np.array([-3.0, -1.0, 0.0, 2.0])
    partner = 0.7
    expected = {
        "minimax": (-sigmoid(-t), sigmoid(t), -sigmoid(t)),
        "non_saturating": (-sigmoid(-t), sigmoid(t), -sigmoid(-t)),
        "least_squares": (t - 1, t, t - 1),
        "wasserstein": (-np.ones(4), np.ones(4), -np.ones(4)),
        "relativistic": (-sigmoid(partner - t), sigmoid(t - partner), -sigmoid(partner - t)),
    }
    for name, gradients in expected.items():
        _, found = curves.evaluate(losses.ALL[name], t, partner)
        np.testing.assert_allclose(found, gradients, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("name", losses.ALL)
def test_every_number_is_the_loss_of_one_real_and_one_fake(name):
    loss, logits, partner = losses.ALL[name], [-2.0, 0.5], 1.25
    values, _ = curves.evaluate(loss, logits, partner)
    for i, t in enumerate(logits):
        t, other = [t], [partner]
        expected = loss.discriminator(t, other), loss.discriminator(other, t)
        expected += (loss.generator(other, t),)
        np.testing.assert_allclose(values[:, i], np.array(expected), rtol=1e-6)


@pytest.mark.parametrize("name", losses.ALL)
def test_only_relativistic_gradients_depend_on_the_partner(name):
    gradients = [curves.evaluate(losses.ALL[name], [0.5], p)[1] for p in (-2.0, 3.0)]
    assert np.allclose(*gradients, atol=1e-6) != name.startswith("relativistic")


def test_minimax_alone_loses_the_gradient_of_a_recognized_fake():
    logits = np.linspace(-8, 8, 129)
    spans = {
        name: curves.saturated_span(
            logits, curves.evaluate(loss, logits, 0.0)[1][2], curves.undecided(loss, 0.0)
        )
        for name, loss in losses.ALL.items()
    }
    assert {name for name, span in spans.items() if span} == {"minimax"}
    low, high = spans["minimax"]
    assert low == -8 and abs(high - np.log(0.05 / 0.95)) < 0.125  # where sigmoid is 0.05


def test_the_table_follows_the_sliders_and_the_boxes(explorer):
    explorer.logit.value = -4.0
    gradients = {name: found[2] for name, _, found in explorer.table()}
    assert abs(gradients["minimax"] + sigmoid(-4.0)) < 1e-6
    assert "55.6 times" in explorer._numbers.value  # hinge, 1, by minimax, 1 / (1 + e ** 4)
    assert "0.018" in explorer._numbers.value and "−0.982" in explorer._numbers.value
    explorer.logit.value = 0.0
    assert "probability 50.0% to real (minimax, non-saturating)." in explorer._numbers.value
    before = explorer.plot.curves
    explorer.boxes["hinge"].value = False
    assert explorer.selected == ["minimax", "non_saturating", "relativistic"]
    assert "hinge" in before and "hinge" not in explorer.plot.curves
    explorer.boxes["hinge"].value = True
    assert explorer.plot.curves == before
    explorer.partner.value = 3.0
    assert explorer.plot.curves != before
    explorer.partner.value = 0.0


def test_plot_and_slider_are_one(explorer):
    explorer.plot.logit = 1.5
    assert explorer.logit.value == 1.5
    marks = explorer.plot.marks
    explorer.logit.value = -2.0
    assert explorer.plot.logit == -2.0 and explorer.plot.marks != marks


def test_the_drawing_lies_on_its_axes():
    assert plot.x_of(0, -8) == plot.PANELS["left"][0]
    assert plot.x_of(2, 8) == plot.PANELS["left"][2] + plot.PANELS["width"]
    assert plot.x_of(2, 8) <= plot.SIZE[0]
    assert plot.y_of(1, -1.25) == plot.PANELS["top"][1] + plot.PANELS["height"]


def test_the_static_picture_shows_the_same_curves(explorer):
    explorer.logit.value = -4.0
    figure = explorer.draw()
    axes = np.array(figure.axes).reshape(2, 3)
    assert [ax.get_title() for ax in axes[0]] == list(curves.ROLES)
    curve = axes[1, 2].lines[0]
    assert curve.get_color() == plot.STYLES[0].color
    np.testing.assert_allclose(curve.get_ydata(), -sigmoid(curve.get_xdata()), atol=1e-6)
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["minimax", "non-saturating", "hinge", "relativistic"]
    assert len(axes[1, 2].patches) == 1  # the saturated gradients of minimax
    assert figure._repr_png_().startswith(b"\x89PNG")
    assert repr(figure) == "<Figure size 1344x700 with 6 Axes>"


@pytest.mark.parametrize("partner", [0.0, 0.5, -2.3])
def test_every_diamond_on_paper_lies_on_its_curve(partner):
    figure = LossExplorer(list(losses.ALL), partner=partner).draw()
    count = 0
    for ax in figure.axes[:3]:
        diamonds = [line for line in ax.lines if line.get_marker() == "D"]
        lines = [line for line in ax.lines if len(line.get_xdata()) > 2]
        curves = {line.get_color(): line.get_data() for line in lines}
        for diamond in diamonds:
            (x,), (y,) = diamond.get_data()
            assert abs(np.interp(x, *curves[diamond.get_color()]) - y) < 0.02
        count += len(diamonds)
    assert count > 7


def test_nothing_selected_is_drawn_too():
    explorer = LossExplorer([])
    assert explorer.table() == [] and "Choose a loss." in explorer._numbers.value
    explorer.draw().canvas.draw()


def test_a_loss_of_your_own_joins_in():
    mine = losses.AdversarialLoss(
        discriminator=lambda real, fake: tf.reduce_mean(tf.exp(-real) + tf.exp(fake)),
        generator=lambda real, fake: tf.reduce_mean(tf.exp(-fake)),
        name="exponential",
    )
    explorer = LossExplorer(["exponential"], logit=1.0, own=[mine])
    ((name, values, gradients),) = explorer.table()
    assert name == "exponential"
    assert abs(gradients[2] + np.exp(-1.0)) < 1e-6
    assert abs(values[0] - (np.exp(-1.0) + 1)) < 1e-6


@pytest.mark.parametrize("name", ["least_squares", "wasserstein", "hinge", "relativistic"])
@pytest.mark.parametrize("partner", [0.0, 2.0])
def test_no_probability_is_read_from_what_is_none(name, partner):
    """A logit of zero is a belief of one half to cross-entropy alone."""
    explorer = LossExplorer([name], logit=-1.0, partner=partner)
    assert "probability" not in explorer._numbers.value


def test_a_recognized_fake_is_one_below_the_real_where_only_that_counts():
    """Mirrored, the relativistic loss leaves the generator nothing below the real logit."""

    def generator(real, fake):
        return -losses.relativistic.generator(fake, real)

    mine = losses.AdversarialLoss(losses.relativistic.discriminator, generator, "mirrored")
    logits = np.linspace(-8, 8, 129)
    for partner in (-4.0, 0.0, 4.0):
        gradients = curves.evaluate(mine, logits, partner)[1][2]
        level = curves.undecided(mine, partner)
        low, high = curves.saturated_span(logits, gradients, level)
        assert low == -8 and abs(high - partner - np.log(0.05 / 0.95)) < 0.125


NAMES = ("</text><script>alert(1)</script>", "a'b\"c", "a & b < c", "$5 and $x_{", "<img src=x>")


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_loss_is_shown_and_not_run(name):
    def push(real, fake):
        return tf.reduce_mean(0.001 * fake)

    mine = losses.AdversarialLoss(losses.minimax.discriminator, push, name)
    explorer = LossExplorer([name, "hinge"], own=[mine], logit=-2.0)
    for text in (explorer.plot.curves, explorer._numbers.value, explorer.plot.marks):
        assert "<script" not in text and "<img" not in text
    xml = f"<svg>{explorer.plot.curves}</svg>"
    words = plot.words(mine)
    assert words in {title.text for title in ElementTree.fromstring(xml).iter("title")}
    explorer.draw().canvas.draw()


def test_two_explorers_on_a_page_have_identifiers_of_their_own():
    found = [set(re.findall("id='(.+?)'", LossExplorer(["hinge"]).plot.curves)) for _ in range(2)]
    assert len(found[0]) == 6 and not found[0] & found[1]


def test_the_text_of_a_notebook_is_stable():
    explorer = LossExplorer(["hinge"], logit=1, partner=-0.5)
    assert repr(explorer) == "LossExplorer(['hinge'], logit=1.0, partner=-0.5)"
    assert explorer._repr_mimebundle_()["text/plain"] == repr(explorer)
    assert repr(explorer.plot) == "Plot()"


@pytest.mark.parametrize(
    "arguments, options, error",
    [
        ((["vanilla"],), {}, "expected selected from minimax, .*, received 'vanilla'"),
        ((), {"logit": 9}, "expected logit from -8 to 8, received 9"),
        ((), {"partner": "0"}, "expected partner from -8 to 8, received '0'"),
        ((), {"logit": float("nan")}, "expected logit from -8 to 8, received nan"),
        ((), {"own": [losses.hinge]}, "expected own with names not in use, received 'hinge'"),
        ((), {"own": ["hinge"]}, "expected own as AdversarialLoss values, received 'hinge'"),
    ],
)
def test_bad_arguments(arguments, options, error):
    with pytest.raises((ValueError, TypeError), match=error):
        LossExplorer(*arguments, **options)
