"""Drawing on given Axes: images, samples in the plane, loss curves, bands of other seeds.

Colors are those of Okabe and Ito, which readers with any kind of color vision tell apart:
real is always blue, fake always orange.
"""

import itertools
import math

import numpy as np

from ganlab import images as _images

__all__ = [
    "DISCRIMINATOR",
    "DPI",
    "FAKE",
    "GENERATOR",
    "PALETTE",
    "REAL",
    "level_name",
    "plot_band",
    "plot_columns",
    "plot_dots",
    "plot_history",
    "plot_samples",
    "plot_table",
    "show_images",
    "smoothed",
    "use_style",
]

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#F0E442", "#000000")
REAL, FAKE = PALETTE[0], PALETTE[1]
DISCRIMINATOR, GENERATOR = PALETTE[2], PALETTE[4]
DPI = 140  # sharp on a projector


def use_style():
    """Set the look of all figures: call it once, in a notebook's first cell."""
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    plt.rcdefaults()
    mpl.rcParams.update(
        {
            "figure.dpi": DPI,
            "savefig.dpi": DPI,
            "figure.figsize": (7.0, 3.5),
            "figure.constrained_layout.use": True,
            "axes.prop_cycle": mpl.cycler(color=PALETTE),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.alpha": 0.25,
            "axes.titlesize": 11,
            "axes.labelsize": 10,
            "font.size": 10,
            "legend.frameon": False,
            "image.cmap": "gray",
            "image.interpolation": "nearest",
        }
    )


def show_images(images, *, columns=None, titles=None, ax=None, scale=1.0, title=None):
    """Show images side by side.

    Parameters
    ----------
    images : array of float, shape (n, height, width, channels) or (n, height, width), in [0, 1]
    columns : int, optional
        Images in a row; all in one row up to ten, else about a square.
    titles : sequence of str, optional
        One above each image. Without titles the images are tiled into one picture.
    ax : matplotlib Axes, optional
        Draw the tiled picture there; not together with ``titles``.
    scale : float
        Inches for each image.
    title : str, optional
        Above the whole.

    Returns
    -------
    matplotlib Figure
    """
    from matplotlib import pyplot as plt

    batch = _images.check(images)
    n = len(batch)
    if columns is None:
        columns = n if n <= 10 else math.ceil(math.sqrt(n))
    _images.check_count(columns, "columns", 1)
    rows = math.ceil(n / columns)
    if titles is None:
        if ax is None:
            figure, ax = plt.subplots(figsize=(columns * scale, rows * scale + 0.3 * bool(title)))
        _imshow(ax, _images.tile(batch, columns=columns))
        if title:
            ax.set_title(title)
        return ax.figure
    if ax is not None:
        raise ValueError("expected either titles or ax, received both")
    if len(titles) != n:
        raise ValueError(f"expected {n} titles, one for each image, received {len(titles)}")
    lines = 1 + max(str(text).count("\n") for text in titles)
    figure, axes = plt.subplots(
        rows, columns, figsize=(columns * scale, rows * (scale + 0.2 * lines)), squeeze=False
    )
    for axis in axes.flat:
        axis.set_axis_off()
    for axis, image, text in zip(axes.flat, batch, titles, strict=False):
        _imshow(axis, image)
        axis.set_title(text, fontsize=9)
    if title:
        figure.suptitle(title)
    return figure


def plot_samples(real=None, fake=None, *, ax=None, limit=None, size=6):
    """Draw points of the plane: real ones in blue, fake ones in orange.

    Parameters
    ----------
    real, fake : array of float, shape (n, 2), optional
    ax : matplotlib Axes, optional
    limit : float, optional
        Half the side of the square shown.
    size : float
        Area of a point.

    Returns
    -------
    matplotlib Axes
    """
    from matplotlib import pyplot as plt

    if ax is None:
        _, ax = plt.subplots(figsize=(3.5, 3.5))
    for points, color, label in ((real, REAL, "real"), (fake, FAKE, "fake")):
        if points is None:
            continue
        points = np.asarray(points)
        if points.ndim != 2 or points.shape[1] != 2:
            raise ValueError(f"expected {label} points of shape (n, 2), received {points.shape}")
        ax.scatter(*points.T, s=size, color=color, alpha=0.6, linewidths=0, label=label)
    ax.set_aspect("equal")
    if limit is not None:
        ax.set(xlim=(-limit, limit), ylim=(-limit, limit))
    return ax


def plot_band(steps, curves, *, ax=None, label="five other seeds", color="0.55"):
    """Draw what several runs gave, behind a curve of one's own: a band and its thin lines.

    The band goes from the lowest of the runs to the highest, at each step for itself.

    Parameters
    ----------
    steps : array, shape (points,)
    curves : array of float, shape (runs, points)
    ax : matplotlib Axes, optional
    label : str or None
        For the legend; None keeps the band out of it.
    color : color
        Gray for a band behind one curve; that of the curve where bands cross.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = plot_band([1, 2, 3], [[0.0, 1.0, 2.0], [2.0, 1.0, 3.0]], ax=Figure().subplots())
    >>> len(ax.lines), ax.collections[0].get_label()
    (2, 'five other seeds')
    """
    from matplotlib import pyplot as plt

    steps, curves = np.asarray(steps), np.asarray(curves, float)
    if curves.ndim != 2 or not len(curves) or steps.shape != curves.shape[1:]:
        raise ValueError(
            "expected steps of shape (points,) and curves of shape (runs, points), "
            f"received {steps.shape} and {curves.shape}"
        )
    if ax is None:
        _, ax = plt.subplots()
    low, high = curves.min(axis=0), curves.max(axis=0)
    ax.fill_between(steps, low, high, color=color, alpha=0.3, lw=0, label=label, zorder=0.8)
    for curve in curves:
        ax.plot(steps, curve, color=color, alpha=0.6, linewidth=0.5, zorder=0.9)
    return ax


def plot_dots(values, *, ax=None, color=None):
    """Draw one row of dots a name, with a mark at their mean: a comparison that hides nothing.

    Parameters
    ----------
    values : dict of str to sequence of float
        From top to bottom.
    ax : matplotlib Axes, optional
    color : dict of str to color, optional
        By name; the others have that of real images.

    Returns
    -------
    matplotlib Axes

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = plot_dots({"recipe": [3.0, 5.0], "other": [4.0]}, ax=Figure().subplots())
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['recipe', 'other']
    """
    from matplotlib import pyplot as plt

    if ax is None:
        _, ax = plt.subplots(figsize=(8, 0.8 + 0.5 * len(values)))
    for place, (name, numbers) in enumerate(values.items()):
        numbers = np.asarray(numbers, float)
        chosen = (color or {}).get(name, REAL)
        ax.plot(numbers, np.full(numbers.shape, place), "o", ms=9, alpha=0.55, color=chosen)
        ax.plot(numbers.mean(), place, "|", color="black", ms=22, mew=2)
    ax.set_yticks(range(len(values)), list(values))
    ax.set_ylim(len(values) - 0.4, -0.6)
    return ax


def plot_table(values, scores, *, rows, columns, ax=None, limit=100.0, bold=None):
    """Draw a table of numbers on a ground of red (scores below 0), white and blue (above).

    Parameters
    ----------
    values : array of float, shape (rows, columns)
        What is written.
    scores : array of float, shape (rows, columns)
        What is colored, on a logarithmic scale to both sides of 0.
    rows, columns : sequence of str
    ax : matplotlib Axes, optional
    limit : float above 0
        The score of the deepest color.
    bold : float, optional
        Write bold what has a score beyond this to either side.

    Returns
    -------
    matplotlib AxesImage

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> drawn = plot_table([[0.5, 812.0]], [[-7, 2]], rows=["blur"], columns=["precision",
    ...     "distance"], ax=Figure().subplots())
    >>> [text.get_text() for text in drawn.axes.texts]
    ['0.5', '812']
    """
    from matplotlib import pyplot as plt

    values, scores = np.asarray(values, float), np.asarray(scores, float)
    if not values.shape == scores.shape == (len(rows), len(columns)):
        raise ValueError(
            f"expected values and scores of shape {(len(rows), len(columns))}, "
            f"received {values.shape} and {scores.shape}"
        )
    if ax is None:
        _, ax = plt.subplots()
    deep = np.log1p(limit)
    ground = np.clip(np.sign(scores) * np.log1p(np.abs(scores)), -deep, deep)
    drawn = ax.imshow(ground, cmap="RdBu", vmin=-deep, vmax=deep, aspect="auto")
    for (i, j), value in np.ndenumerate(values):
        ax.text(
            j,
            i,
            f"{value:.0f}" if abs(value) >= 100 else f"{round(value, 5):.2g}",
            ha="center",
            va="center",
            color="white" if abs(ground[i, j]) > 0.65 * deep else "black",
            weight="bold" if bold is not None and abs(scores[i, j]) > bold else "normal",
        )
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    ax.xaxis.tick_top()
    ax.grid(False)
    return drawn


def plot_history(history, *, steps=None, ax=None, smooth=0.9, band=None, chance=None, since=0):
    """Draw d_loss and g_loss, and what both pay while the discriminator cannot tell.

    Parameters
    ----------
    history : dict of str to sequence of float
        With keys ``d_loss`` and ``g_loss``. Values that are not finite are left out.
    steps : sequence of int, optional
        The horizontal axis; 1, 2, ... by default.
    ax : matplotlib Axes, optional
    smooth : float in [0, 1)
        Weight of the past in the smoothed line drawn over the faint values; 0 for none.
    band : dict, optional
        What other runs gave, drawn behind as `plot_band` does it: ``steps`` (points,), ``d_loss``
        and ``g_loss`` (runs, points).
    chance : (float, float), optional
        The levels of d_loss and g_loss at chance: `AdversarialLoss.chance` of the loss. Dotted,
        in the color of the loss, or black where both pay the same.
    since : int
        The step after which these are the levels, where another loss was trained with before.

    Returns
    -------
    matplotlib Axes
    """
    from matplotlib import pyplot as plt

    if ax is None:
        _, ax = plt.subplots()
    colors = {"d_loss": DISCRIMINATOR, "g_loss": GENERATOR}
    for key, color in colors.items():
        values = np.asarray(history[key], float)
        x = np.arange(1, len(values) + 1) if steps is None else np.asarray(steps)
        x, values = x[np.isfinite(values)], values[np.isfinite(values)]
        if band is not None:
            label = {"label": None} if key == "d_loss" else {}  # one entry in the legend for both
            plot_band(band["steps"], band[key], ax=ax, **label)
        if smooth:
            ax.plot(x, values, color=color, alpha=0.25, linewidth=0.8)
        ax.plot(x, smoothed(values, smooth), color=color, label=key)
    levels = {} if chance is None else dict(zip(chance, colors.values(), strict=True))
    for level, color in levels.items():
        color = color if len(levels) == 2 else "black"
        line = {"color": color, "linewidth": 0.8, "linestyle": ":"}
        if since:
            ax.plot([since, max(since, x[-1] if steps is None else steps[-1])], [level] * 2, **line)
        else:
            ax.axhline(level, **line)
        ax.annotate(
            level_name(level),
            (1.01, level),
            xycoords=("axes fraction", "data"),
            va="bottom" if level == max(levels) else "top",
            fontsize=8,
        )
    ax.set(xlabel="step", ylabel="loss")
    ax.legend(loc="upper left", ncols=2)
    return ax


def plot_columns(steps, columns, *, ax=None, band=None):
    """Draw columns of a training's log over the steps.

    What begins with ``d_``, ``g_``, ``real_``, ``fake_`` or ``held_out_`` has the color of that
    player or set, and nothing else has. The axis is logarithmic beyond 1 where values exceed 30.

    Parameters
    ----------
    steps : array of int, shape (rows,)
    columns : dict of str to array of float, shape (rows,)
    ax : matplotlib Axes, optional
    band : dict, optional
        What other runs gave: ``steps`` (points,), and by the names of the columns arrays of shape
        (runs, points). Their range is shaded; their curves would hide each other.

    Returns
    -------
    matplotlib Axes

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = plot_columns([20, 40], {"d_loss": [1.0, 99.0]}, ax=Figure().subplots())
    >>> ax.get_yscale(), ax.lines[0].get_color() == DISCRIMINATOR
    ('symlog', True)
    """
    from matplotlib import pyplot as plt

    if ax is None:
        _, ax = plt.subplots()
    owners = {"d": DISCRIMINATOR, "g": GENERATOR, "real": REAL, "fake": FAKE, "held": PALETTE[3]}
    others = itertools.cycle(("black", PALETTE[5], "0.55"))
    largest = 0.0
    for name, values in columns.items():
        owner = None if name == "real_fake_auc" else name.split("_")[0]
        (line,) = ax.plot(steps, values, color=owners.get(owner) or next(others), label=name)
        shown = [values]
        if band is not None and name in band:
            finite = np.where(np.isfinite(band[name]), band[name], np.nan)  # some may diverge
            low, high = np.fmin.reduce(finite, axis=0), np.fmax.reduce(finite, axis=0)
            shade = {"color": line.get_color(), "alpha": 0.25, "linewidth": 0, "zorder": 0.8}
            ax.fill_between(band["steps"], low, high, **shade)
            shown.append(band[name])
        flat = np.abs(np.concatenate([np.ravel(array) for array in shown]).astype(float))
        largest = max(largest, flat[np.isfinite(flat)].max(initial=0.0))
    if largest > 30:
        ax.set_yscale("symlog", linthresh=1)
        ticks = ax.get_yticks()
        ax.set_yticks(ticks[:: 1 + len(ticks) // 6])
    ax.set(xlabel="step")
    ax.margins(y=0.1)
    place = {"loc": "lower left", "bbox_to_anchor": (-0.02, 1), "borderpad": 0}
    ax.legend(**place, ncols=2, fontsize=9, handlelength=1, columnspacing=1)
    return ax


def smoothed(values, weight):
    """Return the exponential moving average, corrected for its start as in Adam.

    Parameters
    ----------
    values : array of float, shape (n,)
    weight : float in [0, 1)
        Of the past; 0 leaves the values as they are.

    Returns
    -------
    array of float, shape (n,)

    Examples
    --------
    >>> smoothed([3.0, 0.0], 0.5)                 # 3, then (0.5 * 3 + 1 * 0) / 1.5
    array([3., 1.])
    """
    from scipy.signal import lfilter

    if not 0 <= weight < 1:
        raise ValueError(f"expected weight in [0, 1), received {weight!r}")
    share = 1 - weight ** np.arange(1, len(values) + 1)
    return lfilter([1 - weight], [1, -weight], values) / share


def level_name(level):
    """Name a level of a loss as one would write it.

    Examples
    --------
    >>> level_name(2 * math.log(2)), level_name(0.125)
    ('2 ln 2', '0.125')
    """
    for name, value in (("ln 2", math.log(2)), ("2 ln 2", 2 * math.log(2))):
        if math.isclose(abs(level), value, rel_tol=1e-6):
            return f"-{name}" if level < 0 else name
    return f"{level:.3g}"


def _imshow(ax, image):
    image = np.squeeze(image, -1) if image.shape[-1] == 1 else image
    ax.imshow(image, cmap="gray", vmin=0, vmax=1)
    ax.set_axis_off()
