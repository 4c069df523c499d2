"""Figures draw what they are given."""

import math

import numpy as np
import pytest
from matplotlib import colors
from matplotlib.figure import Figure

from ganlab import plotting

IMAGES = np.random.default_rng(0).random((5, 4, 4, 1))


@pytest.fixture(autouse=True)
def _no_windows():
    import matplotlib
    from matplotlib import pyplot as plt

    matplotlib.use("Agg")
    yield
    plt.close("all")


def test_only_what_belongs_to_a_player_or_a_set_has_its_color():
    names = "d_loss", "real_logit", "fake_logit", "near", "modes", "real_fake_auc"
    ax = plotting.plot_columns([1, 2], {name: [0, 1] for name in names}, ax=Figure().subplots())
    used = [line.get_color() for line in ax.lines]
    assert used[:3] == [plotting.DISCRIMINATOR, plotting.REAL, plotting.FAKE]
    assert len(set(used)) == 6 and plotting.GENERATOR not in used


def test_a_log_is_drawn_over_the_range_of_other_runs():
    runs = np.array([[0.0, 1.0, np.nan], [2.0, np.inf, 3.0]])
    columns = {"d_loss": [1.0, 2.0, 3.0], "near": [0.0, 0.5, 1.0]}
    band = {"steps": np.array([20, 40, 60]), "d_loss": runs}
    ax = plotting.plot_columns([20, 40, 60], columns, ax=Figure().subplots(), band=band)
    assert [line.get_label() for line in ax.lines] == ["d_loss", "near"]
    assert ax.get_yscale() == "linear"
    (shade,) = ax.collections
    heights = shade.get_paths()[0].vertices[:, 1]
    assert heights.min() == 0 and heights.max() == 3  # what is not finite is left out


def test_show_images_tiles_or_titles():
    tiled = plotting.show_images(IMAGES, columns=3)
    assert len(tiled.axes) == 1
    shown = tiled.axes[0].images[0].get_array()
    assert np.isclose(shown.max(), 1.0)
    titled = plotting.show_images(IMAGES, columns=3, titles=list("abcde"))
    assert [axis.get_title() for axis in titled.axes] == [*"abcde", ""]
    np.testing.assert_allclose(titled.axes[1].images[0].get_array(), IMAGES[1, ..., 0], atol=1e-6)


def test_the_gray_scale_is_never_stretched():
    dim = plotting.show_images(IMAGES * 0.1, titles=list("abcde"))
    assert dim.axes[0].images[0].get_clim() == (0, 1)


def test_samples_keep_their_colors():
    ax = plotting.plot_samples(np.zeros((3, 2)), np.ones((2, 2)), ax=Figure().subplots())
    found = [colors.to_hex(c.get_facecolor()[0]).upper() for c in ax.collections]
    assert found == [plotting.REAL, plotting.FAKE]
    assert [c.get_label() for c in ax.collections] == ["real", "fake"]


@pytest.mark.parametrize("weight", [0.0, 0.5, 0.9])
def test_smoothing_is_a_mean_with_falling_weights(weight):
    """Each value is the mean of all until then, weight ** k for the one k steps ago."""
    values = np.random.default_rng(0).normal(size=40)
    expected = [
        np.average(values[: n + 1], weights=weight ** np.arange(n, -1.0, -1)) for n in range(40)
    ]
    np.testing.assert_allclose(plotting.smoothed(values, weight), expected, rtol=1e-12)
    assert plotting.smoothed([], weight).shape == (0,)


def test_a_history_has_a_smoothed_line_over_a_faint_one():
    history = {"d_loss": [2.0, 0.0, 1.0], "g_loss": [1.0, 1.0, 1.0]}
    ax = plotting.plot_history(history, steps=[5, 10, 15], ax=Figure().subplots(), smooth=0.5)
    faint, line = ax.lines[:2]
    np.testing.assert_array_equal(faint.get_xydata(), [[5, 2], [10, 0], [15, 1]])
    np.testing.assert_array_equal(line.get_ydata(), plotting.smoothed([2, 0, 1], 0.5))
    assert line.get_label() == "d_loss" and faint.get_alpha() < 1
    ax = plotting.plot_history(history, ax=Figure().subplots(), smooth=0)
    assert [line.get_xdata().tolist() for line in ax.lines] == [[1, 2, 3]] * 2


def test_a_history_leaves_out_what_is_not_finite():
    history = {"d_loss": [2.0, np.nan, 4.0, np.inf], "g_loss": [np.nan] * 4}
    ax = plotting.plot_history(history, steps=[1, 2, 3, 4], ax=Figure().subplots(), smooth=0.5)
    d_line, g_line = (line for line in ax.lines if line.get_label() in history)
    assert d_line.get_xdata().tolist() == [1, 3]
    assert d_line.get_ydata().tolist() == plotting.smoothed([2.0, 4.0], 0.5).tolist()
    assert len(g_line.get_xdata()) == 0


@pytest.mark.parametrize(
    ("chance", "texts", "sides"),
    [
        (None, [], []),
        ((2 * math.log(2), -math.log(2)), ["2 ln 2", "-ln 2"], ["bottom", "top"]),
        ((0.125, 0.25), ["0.125", "0.25"], ["top", "bottom"]),
        ((math.log(2), math.log(2)), ["ln 2"], ["bottom"]),
        ((0.0, 0.0), ["0"], ["bottom"]),
    ],
)
def test_a_history_shows_each_level_of_chance_once(chance, texts, sides):
    history = {"d_loss": [2.0] * 4, "g_loss": [1.0] * 4}
    ax = plotting.plot_history(history, ax=Figure().subplots(), chance=chance)
    dotted = [line for line in ax.lines if line.get_linestyle() == ":"]
    assert [line.get_ydata()[0] for line in dotted] == list(dict.fromkeys(chance or ()))
    apart = [plotting.DISCRIMINATOR, plotting.GENERATOR]
    assert [line.get_color() for line in dotted] == {0: [], 1: ["black"], 2: apart}[len(texts)]
    assert [text.get_text() for text in ax.texts] == texts
    assert [text.get_va() for text in ax.texts] == sides, "each clear of the other's line"


@pytest.mark.parametrize(
    ("level", "name"),
    [
        (1.38629436, "2 ln 2"),
        (0.6931472, "ln 2"),
        (-0.6931472, "-ln 2"),
        (0.694, "0.694"),
        (2, "2"),
    ],
)
def test_a_level_is_named_as_one_would_write_it(level, name):
    assert plotting.level_name(level) == name


def test_use_style_is_the_only_side_effect():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    plotting.use_style()
    assert mpl.rcParams["figure.dpi"] == plotting.DPI == 140
    mpl.rcParams.update(before)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="expected 5 titles"):
        plotting.show_images(IMAGES, titles=["a"])
    with pytest.raises(ValueError, match=r"real points of shape \(n, 2\), received \(3, 3\)"):
        plotting.plot_samples(np.zeros((3, 3)))
    with pytest.raises(ValueError, match="expected images of values in"):
        plotting.show_images(IMAGES * 255)
    with pytest.raises(ValueError, match=r"expected weight in \[0, 1\), received 1"):
        plotting.smoothed([1.0], 1)


def test_a_band_runs_from_the_lowest_to_the_highest_behind_other_lines():
    ax = Figure().subplots()
    (mine,) = ax.plot([1, 2, 3], [0.0, 0.0, 0.0])
    assert plotting.plot_band([1, 2, 3], [[0, 5, 2], [4, 1, 2], [3, 3, 2]], ax=ax) is ax
    (band,) = ax.collections
    corners = band.get_paths()[0].vertices
    for step, low, high in ((1, 0, 4), (2, 1, 5), (3, 2, 2)):
        heights = corners[corners[:, 0] == step, 1]
        assert (heights.min(), heights.max()) == (low, high)
    assert len(ax.lines) == 4
    behind = [band.get_zorder(), *(line.get_zorder() for line in ax.lines[1:])]
    assert max(behind) < mine.get_zorder()
    assert ax.get_legend_handles_labels()[1] == ["five other seeds"]


def test_a_band_without_a_label_stays_out_of_the_legend():
    ax = plotting.plot_band([1, 2], [[0, 5]], ax=Figure().subplots(), label=None)
    assert ax.get_legend_handles_labels()[1] == []
    with pytest.raises(ValueError, match=r"received \(3,\) and \(1, 2\)"):
        plotting.plot_band([1, 2, 3], [[0, 5]])
    with pytest.raises(ValueError, match=r"received \(2,\) and \(2,\)"):
        plotting.plot_band([1, 2], [0, 5])


def test_a_history_is_drawn_over_its_bands():
    history = {"d_loss": [2.0] * 4, "g_loss": [1.0] * 4}
    band = {"steps": [1.5, 3.5], "d_loss": [[2, 3], [1, 2]], "g_loss": [[0, 1], [1, 2]]}
    ax = plotting.plot_history(history, ax=Figure().subplots(), band=band)
    assert len(ax.collections) == 2
    assert ax.get_legend_handles_labels()[1].count("five other seeds") == 1


def test_gray_images_are_gray_without_the_style():
    figure = plotting.show_images(np.zeros((1, 4, 4, 1)), titles=["black"])
    assert figure.axes[0].images[0].get_cmap().name == "gray"


@pytest.mark.parametrize("columns", [0, -1, 1.5])
def test_columns_are_counted(columns):
    with pytest.raises(ValueError, match="columns as an integer from 1 on, received"):
        plotting.show_images(np.zeros((2, 4, 4, 1)), columns=columns)


def test_dots_show_every_number_and_the_mean():
    ax = plotting.plot_dots(
        {"one": [1.0, 2.0, 6.0], "two": [4.0]}, ax=Figure().subplots(), color={"two": plotting.FAKE}
    )
    dots, mean, others, _ = ax.lines
    assert dots.get_xdata().tolist() == [1.0, 2.0, 6.0] and set(dots.get_ydata()) == {0}
    assert list(mean.get_xdata()) == [3.0]
    assert (dots.get_color(), others.get_color()) == (plotting.REAL, plotting.FAKE)
    bottom, top = ax.get_ylim()
    assert bottom > 1 and top < 0, "the first name is at the top"


def test_a_table_is_red_below_zero_and_blue_above():
    drawn = plotting.plot_table(
        [[0.123, 123.4]],
        [[-30.0, 3.0]],
        rows=["a"],
        columns=["x", "y"],
        bold=6,
        ax=Figure().subplots(),
    )
    low, high = (drawn.cmap(drawn.norm(value)) for value in drawn.get_array()[0])
    assert low[0] > low[2] and high[2] > high[0]
    assert [text.get_text() for text in drawn.axes.texts] == ["0.12", "123"]
    assert [text.get_weight() for text in drawn.axes.texts] == ["bold", "normal"]
    with pytest.raises(ValueError, match=r"expected values and scores of shape \(1, 2\)"):
        plotting.plot_table([[1.0]], [[1.0]], rows=["a"], columns=["x", "y"])
