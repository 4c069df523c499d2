"""Draws the board sketches of the teacher pages: python docs/teaching/sketches.py [FOLDER]

Each function draws one sketch. Nothing is random and nothing is trained: the same environment
writes the same bytes. Words become paths, so that every viewer shows them alike.
"""

import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, Rectangle

from ganlab.plotting import DISCRIMINATOR, FAKE, GENERATOR, REAL

INK = "#333333"
STYLE = {
    "svg.hashsalt": "ganlab",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "mathtext.fontset": "dejavusans",
    "font.size": 11,
    "lines.linewidth": 2,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def plain(ax, **settings):
    """Clear a piece of board: no frame, no ticks."""
    ax.set_axis_off()
    ax.set(**settings)


def arrow(ax, start, stop, color=INK, **style):
    ax.annotate(
        "", stop, start, arrowprops={"arrowstyle": "-|>", "color": color, "lw": 1.8, **style}
    )


def bump(x, mean, std):
    return np.exp(-0.5 * ((x - mean) / std) ** 2) / (std * np.sqrt(2 * np.pi))


def two_failures():
    fig = Figure(figsize=(6.4, 3.2))
    ax = fig.subplots()
    x = np.linspace(0.6, 9.4, 200)
    band = 2 + 0.9 * np.sin(0.75 * x)
    ax.add_patch(FancyBboxPatch((0.1, 0.1), 9.8, 4.3, boxstyle="round,pad=0", fill=False, ec=INK))
    ax.plot(x, band, color=REAL, lw=9, alpha=0.35, solid_capstyle="round")
    off = np.array([[1.2, 1.4], [4.3, 3.9], [4.7, 3.2], [3.3, 0.6], [7.6, 3.4], [5.2, 0.5]])
    ax.plot(*off.T, "x", color=GENERATOR, ms=10, mew=2.5)
    heap = np.array([8.4, 8.5, 8.6, 8.7, 8.8, 8.55, 8.7, 8.65])
    lift = np.array([0, 0.1, -0.08, 0.06, 0, -0.02, -0.09, 0.1])
    ax.plot(heap, 2 + 0.9 * np.sin(0.75 * heap) + lift, "o", color=FAKE, ms=6)
    ax.text(0.4, 4.02, "all pictures", color=INK)
    ax.text(2.4, 3.15, "digits", color=REAL)
    ax.text(5.0, 3.75, "off the band: look wrong", color=GENERATOR)
    ax.text(9.6, 1.12, "in one corner:\nall alike", color=FAKE, ha="right", va="top", weight="bold")
    plain(ax, xlim=(0, 10), ylim=(0, 4.5))
    return fig


def best_discriminator():
    fig = Figure(figsize=(6.0, 4.0), layout="constrained")
    top, bottom = fig.subplots(2, 1, sharex=True)
    x = np.linspace(-5, 5, 500)
    p = 0.3 * bump(x, -1.5, 0.4) + 0.7 * bump(x, 1.5, 0.6)
    q = bump(x, 0, 1.5)
    top.fill_between(x, p, color=REAL, alpha=0.35)
    top.plot(x, q, color=FAKE)
    top.text(1.9, 0.42, "real p", color=REAL)
    top.text(-4.0, 0.1, "fake q", color=FAKE, weight="bold")
    bottom.plot(x, p / (p + q), color=DISCRIMINATOR)
    bottom.axhline(0.5, color=INK, lw=1, ls=":")
    for place in x[1:][np.diff(np.sign(p - q)) != 0]:
        for ax in (top, bottom):
            ax.axvline(place, color=INK, lw=0.8, ls="--")
    bottom.text(-4.9, 0.54, "p = q: one half")
    bottom.text(-4.9, 0.84, "D* = p / (p + q)", color=DISCRIMINATOR)
    top.set(yticks=[], ylim=(0, 0.55), ylabel="density")
    bottom.set(yticks=[0, 0.5, 1], ylim=(0, 1.02), xticks=[], xlabel="x", ylabel="D*")
    return fig


def slopes():
    fig = Figure(figsize=(6.4, 3.4), layout="constrained")
    ax = fig.subplots()
    t = np.linspace(-11, 11, 400)
    ax.plot(t, -np.logaddexp(0, t), color=INK, ls="--")
    ax.plot(t, np.logaddexp(0, -t), color=GENERATOR)
    for value, color in ((-np.logaddexp(0, -8), INK), (np.logaddexp(0, 8), GENERATOR)):
        ax.plot(-8, value, "o", color=color, ms=8)
    ax.axvline(-8, color=INK, lw=0.8, ls=":")
    ax.text(-7.7, 8.4, "steep: pushed with full force", color=GENERATOR)
    ax.text(-7.7, -1.6, "flat: hardly pushed", color=INK)
    ax.text(5.2, 0.7, "non-saturating  s(-f)", color=GENERATOR, ha="center")
    ax.text(1.5, -7.5, "minimax  -s(f)", color=INK, ha="center")
    ax.set(xlabel="fake logit f", ylabel="generator's loss", xticks=[-8, 0, 8], yticks=[0])
    return fig


def error_over_energy():
    fig = Figure(figsize=(6.8, 3.2), layout="constrained")
    axes = fig.subplots(2, 2, width_ratios=(3, 2))
    x = np.linspace(0, 10, 600)
    ripple = 0.22 * np.sin(9 * x)
    for (left, right), base, name in zip(
        axes, (np.zeros_like(x), 1.5 * np.sin(1.9 * x)), ("flat", "waves"), strict=True
    ):
        left.plot(x, base, color=REAL, lw=4, alpha=0.4)
        left.plot(x, base + ripple, color=FAKE, lw=1.3)
        left.set_title(f"{name}, with the same ripple", fontsize=11, loc="left")
        plain(left, ylim=(-2, 2))
        share = ripple.var() / (base.var() + (base + ripple).var())
        right.barh(0, 1, color="none", edgecolor=INK, height=0.5)
        right.barh(0, share, color=GENERATOR, height=0.5)
        right.set_title("error / energy", fontsize=11, loc="left")
        text = f"{share:.2f}: SSIM {'collapses' if share > 0.5 else 'hardly notices'}"
        right.text(0, -0.75, text, va="center")
        plain(right, xlim=(0, 1.02), ylim=(-1, 0.6))
    return fig


def floor():
    fig = Figure(figsize=(7.0, 3.4), layout="constrained")
    side, above = fig.subplots(1, 2)
    arrow(side, (0, 0), (0, 2.6))
    side.text(0.08, 2.5, "white image", ha="left")
    arrow(side, (0, 0), (0.8, 2), REAL)
    side.plot([0.8, 0.8], [0, 2], color=INK, lw=1, ls=":")
    side.plot([0, 0.8], [2, 2], color=INK, lw=1, ls=":")
    side.text(0.4, 2.07, r"$\sigma$", ha="center", fontsize=14)
    side.text(0.86, 1.0, r"$\mu$", fontsize=14)
    side.text(0.95, 1.9, "x", color=REAL, fontsize=13)
    side.axhline(0, color=INK, lw=1)
    side.text(1.2, 0.4, r"lean  $v = \sigma / \mu$")
    side.set_title("from the side", fontsize=11)
    plain(side, xlim=(-0.3, 2.4), ylim=(-0.1, 2.8), aspect="equal")
    above.plot(0, 0, "o", color=INK)
    above.text(-0.06, -0.16, "white", ha="right")
    arrow(above, (0, 0), (1.0, 0.1), REAL)
    arrow(above, (0, 0), (-0.1, 1.0), FAKE)
    above.text(1.05, 0.1, "x", color=REAL, fontsize=13)
    above.text(-0.1, 1.06, "y", color=FAKE, fontsize=13, ha="center")
    turn = np.radians(np.linspace(5.7, 95.7, 60))
    above.plot(0.3 * np.cos(turn), 0.3 * np.sin(turn), color=INK, lw=1)
    above.text(0.32, 0.36, "cosine r = 0:\nunrelated")
    above.set_title("from above: what centering leaves", fontsize=11)
    plain(above, xlim=(-0.6, 1.5), ylim=(-0.35, 1.3), aspect="equal")
    return fig


def one_step():
    fig = Figure(figsize=(7.6, 4.0))
    ax = fig.subplots()
    rows = {
        3.0: ("latents z", "G", "fake", "D", r"$L_D$"),
        0.8: ("fresh z", "G", "fake", "D", r"$L_G$"),
    }
    for y, names in rows.items():
        for k, name in enumerate(names):
            moved = (name == "D" and y > 2) or (name == "G" and y < 2)
            color = {"G": GENERATOR, "D": DISCRIMINATOR}.get(name, INK)
            box = FancyBboxPatch(
                (2 * k, y - 0.3), 1.2, 0.6, boxstyle="round,pad=0.05", ec=color, lw=2,
                fc=color if moved else "white", alpha=0.9,
            )  # fmt: skip
            ax.add_patch(box)
            ax.text(2 * k + 0.6, y, name, ha="center", va="center", color="white" if moved else INK)
            if k:
                arrow(ax, (2 * k - 0.75, y + 0.12), (2 * k - 0.05, y + 0.12))
    ax.plot([5.55, 5.55], [2.35, 3.55], color=INK, lw=5)
    ax.text(5.55, 3.65, "wall: the fake is data", ha="center")
    arrow(ax, (7.0, 4.05), (7.0, 3.4))
    ax.text(7.1, 3.75, "real images", color=REAL)
    arrow(ax, (8.6, 2.6), (6.6, 2.6), DISCRIMINATOR, ls="--")
    ax.text(7.6, 2.2, "gradient ends in D", ha="center", color=DISCRIMINATOR)
    arrow(ax, (8.6, 0.4), (2.6, 0.4), GENERATOR, ls="--")
    ax.text(5.6, 0.0, "gradient runs back through D and ends in G", ha="center", color=GENERATOR)
    ax.text(-0.1, 1.85, "filled: moved. Outlined: only crossed.", fontsize=10)
    plain(ax, xlim=(-0.2, 9.4), ylim=(-0.2, 4.3))
    return fig


def smallest_game():
    fig = Figure(figsize=(6.4, 3.2), layout="constrained")
    rate = 0.2
    for ax, name in zip(fig.subplots(1, 2), ("at the same time", "in turn"), strict=True):
        x, y, path = 1.0, 0.0, [(1.0, 0.0)]
        for _ in range(62):
            new = x - rate * y
            y += rate * (x if name == "at the same time" else new)
            x = new
            path.append((x, y))
        path = np.array(path)
        ax.plot(*path.T, ".-", color=REAL, lw=1, ms=4)
        arrow(ax, path[6], path[8], REAL)
        ax.plot(0, 0, "+", color=INK, ms=14, mew=2)
        if name == "in turn":
            ax.plot(*path.mean(axis=0), "o", color=FAKE, ms=9)
            ax.text(0.15, -0.5, "average", color=FAKE, weight="bold")
        ax.set_title(name, fontsize=11)
        plain(ax, aspect="equal")
    return fig


def sheet():
    fig = Figure(figsize=(6.6, 3.2))
    ax = fig.subplots()
    x = np.linspace(0.3, 9.7, 400)
    y = 1.3 + 0.9 * np.cos(1.6 * (x - 0.4))
    ax.plot(x, y, color=FAKE, lw=6, alpha=0.6, solid_capstyle="round")
    given = np.array([2.6, 2.5])
    squared = (x - given[0]) ** 2 + (y - given[1]) ** 2
    feet = [k for k in range(1, 399) if squared[k - 1] > squared[k] < squared[k + 1]]
    best, second, *_ = sorted(feet, key=squared.__getitem__)
    ax.plot(*given, "o", color=REAL, ms=10)
    ax.text(given[0], given[1] + 0.25, "given image", color=REAL, ha="center")
    for k, style, name in ((best, "-", "nearest"), (second, ":", "another valley")):
        ax.plot([given[0], x[k]], [given[1], y[k]], color=INK, ls=style)
        ax.plot(x[k], y[k], "o", color=INK, ms=7)
        side = 1 if k == best else -1
        ax.text(x[k] + 0.25 * side, y[k] - 0.3, name, ha="left" if side > 0 else "right")
    for place, name in (((8.3, 2.4), "a digit"), ((6.3, 3.3), "a face")):
        ax.plot(*place, "o", color=REAL, ms=8)
        ax.text(place[0] + 0.2, place[1] + 0.05, name, color=REAL)
    ax.text(0.35, 0.0, "what the generator can make", color=INK)
    plain(ax, xlim=(0, 10), ylim=(-0.2, 3.8), aspect="equal")
    return fig


def chord_and_arc():
    fig = Figure(figsize=(4.4, 4.0), layout="constrained")
    ax = fig.subplots()
    turn = np.linspace(0, 2 * np.pi, 300)
    ax.plot(np.cos(turn), np.sin(turn), color="0.75", lw=1.5)
    arc = np.linspace(np.pi / 4, 3 * np.pi / 4, 100)
    ax.plot(np.cos(arc), np.sin(arc), color=REAL, lw=4)
    a, b = (np.array([s * np.sqrt(0.5), np.sqrt(0.5)]) for s in (1, -1))
    ax.plot(*np.stack([a, b]).T, color=GENERATOR, lw=3)
    for end, name in ((a, "a"), (b, "b")):
        arrow(ax, (0, 0), end)
        ax.text(*(1.1 * end), name, fontsize=13, ha="center")
    ax.plot([0, 0], [0, np.sqrt(0.5)], color=INK, lw=1, ls=":")
    ax.text(0, 1.06, "slerp: length R", color=REAL, ha="center")
    ax.text(0, 0.57, "lerp", color=GENERATOR, ha="center", bbox={"fc": "white", "ec": "none"})
    ax.text(0.03, 0.41, r"$R\,\cos\,\omega/2$", fontsize=10)
    ax.text(0, -0.3, "almost no random\nlatent near 0", ha="center", va="center", color=INK)
    plain(ax, xlim=(-1.25, 1.25), ylim=(-1.1, 1.25), aspect="equal")
    return fig


def stray_ball():
    fig = Figure(figsize=(6.6, 3.6), layout="constrained")
    ax = fig.subplots()
    turn = 2.4 * np.arange(14)  # a sunflower: even and not in rows
    cloud = 0.32 * np.sqrt(np.arange(14) + 0.5)[:, None] * np.stack([np.cos(turn), np.sin(turn)], 1)
    reals = np.vstack([cloud, [[8.2, 1.2]]])
    for center in reals:
        radius = np.sort(np.linalg.norm(reals - center, axis=1))[3]
        ax.add_patch(Circle(center, radius, fc=(*to_rgb(REAL), 0.1), ec=REAL, lw=0.7))
    garbage = np.array([4.6, 0.9]) + 1.5 * cloud * [0.9, 0.6]
    ax.plot(*reals.T, "o", color=REAL, ms=6)
    ax.plot(*garbage.T, "x", color=FAKE, ms=7, mew=2)
    ax.text(-0.2, -2.2, "reals, small balls", color=REAL, ha="center")
    ax.text(8.2, 1.5, "one stray real", color=REAL, ha="center")
    ax.text(4.6, -0.55, "garbage: precision 1", color=FAKE, ha="center", va="top", weight="bold")
    plain(ax, xlim=(-2.2, 10.2), ylim=(-2.4, 2.6), aspect="equal")
    return fig


def two_kinds_of_chance():
    fig = Figure(figsize=(7.4, 3.8))
    ax = fig.subplots()
    box = {"boxstyle": "round,pad=0.35", "fc": "white", "lw": 2}
    ax.text(0.6, 3, "recipe", ha="center", va="center", bbox=box | {"ec": INK})
    for seed, y in enumerate((5, 3, 1)):
        arrow(ax, (1.2, 3 + 0.12 * (y - 3)), (3.0, y))
        ax.text(2.0, 3 + 0.66 * (y - 3) + (0.2 if y > 1 else -0.5), f"seed {seed}", ha="center")
        ax.text(3.75, y, f"generator {seed}", ha="center", va="center", fontsize=10,
                bbox=box | {"ec": GENERATOR})  # fmt: skip
        for step in (0.55, 0, -0.55):
            arrow(ax, (4.6, y), (5.7, y + step), FAKE)
            ax.plot([5.85, 5.98, 6.11], [y + step] * 3, "o", color=FAKE, ms=5)
    ax.plot([6.4, 6.55, 6.55, 6.4], [4.3, 4.3, 5.7, 5.7], color=FAKE)
    ax.text(6.75, 5, "other samples:\nwhat an interval sees", color=FAKE, va="center")
    ax.plot([3.0, 3.0, 4.5, 4.5], [0.45, 0.25, 0.25, 0.45], color=GENERATOR)
    ax.text(3.75, -0.25, "other trainings: what seeds see", color=GENERATOR, ha="center")
    plain(ax, xlim=(-0.1, 9.2), ylim=(-0.5, 5.9))
    return fig


def best_answer():
    fig = Figure(figsize=(6.6, 3.2), layout="constrained")
    ax = fig.subplots()
    x = np.linspace(0, 10, 400)

    def hills(heights):
        return sum(h * np.exp(-((x - c) ** 2)) for h, c in zip(heights, (1.7, 5, 8.3), strict=True))

    now, then = hills((1.2, 2.6, 1.6)), hills((1.3, 0.3, 2.7))
    ax.plot(x, now, color=DISCRIMINATOR)
    ax.plot(x, then, color=DISCRIMINATOR, ls="--", lw=1.3)
    peak, next_peak = x[now.argmax()], x[then.argmax()]
    spread = np.linspace(-0.16, 0.16, 5)
    ax.plot(peak + spread, now.max() + 0.12 + 0 * spread, "o", color=FAKE, ms=7)
    ax.plot(next_peak + spread, then.max() + 0.12 + 0 * spread, "o", mfc="none", color=FAKE, ms=7)
    arrow(ax, (peak + 0.4, 2.95), (next_peak - 0.4, 3.0), FAKE, connectionstyle="arc3,rad=-0.3")
    ax.text(peak - 0.4, 2.75, "all on the highest peak", color=FAKE, ha="right", weight="bold")
    ax.text(7.1, 1.55, "after D's\nnext steps", color=DISCRIMINATOR, ha="right")
    ax.text((peak + next_peak) / 2, 3.72, "all walk there", color=FAKE, ha="center")
    ax.text(0.1, 1.5, "logit of D", color=DISCRIMINATOR)
    ax.axhline(0, color=INK, lw=1)
    ax.text(9.9, -0.12, "place x", ha="right", va="top")
    plain(ax, xlim=(0, 10), ylim=(-0.5, 4.0))
    return fig


def causes_first():
    fig = Figure(figsize=(7.4, 3.6))
    ax = fig.subplots()
    causes = {"input scaled twice": 4, "learning rate too high": 3, "G a hundred times faster": 2,
              "momentum, no penalty": 1}  # fmt: skip
    signs = {"brightest input 0.004": 4, "losses of thousands": 3, "all samples alike": 2,
             "samples never settle": 1}  # fmt: skip
    for name, y in causes.items():
        ax.text(3.1, y, name, ha="right", va="center", color=GENERATOR)
    for name, y in signs.items():
        bold = "bold" if y == 2 else "normal"
        ax.text(6.3, y, name, va="center", color=INK, weight=bold)
    for start in (1, 2, 3, 4):
        arrow(ax, (3.25, start), (6.15, start))
    for start in (3, 4):
        arrow(ax, (3.25, start), (6.15, 2.12), FAKE, ls="--")
    ax.text(1.6, 4.7, "cause", ha="center", color=GENERATOR, weight="bold")
    ax.text(7.6, 4.7, "what the log shows", ha="center", weight="bold")
    ax.text(4.7, 0.2, "many causes, one sign: ask it late", ha="center", color=FAKE, weight="bold")
    plain(ax, xlim=(-0.2, 9.4), ylim=(0, 5))
    return fig


def stamps():
    fig = Figure(figsize=(7.6, 3.2), layout="constrained")
    left, right = fig.subplots(1, 2, width_ratios=(3, 2))
    kernel = np.arange(1, 5)
    rows = {1: (0, 1 * kernel, REAL), 0: (2, 3 * kernel, FAKE)}
    total = np.zeros(6, int)
    for y, (start, values, color) in rows.items():
        total[start : start + 4] += values
        for place, value in enumerate(values, start):
            left.add_patch(Rectangle((place, y), 1, 0.8, fc=(*to_rgb(color), 0.25), ec=color))
            left.text(place + 0.5, y + 0.4, value, ha="center", va="center")
    left.plot([0, 6], [-0.25, -0.25], color=INK)
    for place, value in enumerate(total):
        weight = "bold" if place in (2, 3) else "normal"
        left.text(place + 0.5, -0.75, value, ha="center", va="center", weight=weight)
    left.text(-0.2, 1.4, "1 times", ha="right", va="center", color=REAL)
    left.text(-0.2, 0.4, "3 times", ha="right", va="center", color=FAKE, weight="bold")
    left.text(-0.2, -0.75, "sum", ha="right", va="center")
    left.text(3, 2.1, "two stamps, stride 2", ha="center")
    plain(left, xlim=(-1.7, 6.1), ylim=(-1.3, 2.6))
    for y, size in ((1.7, 4), (-0.7, 5)):
        counts = np.zeros(20 + size, int)
        for place in range(11):
            counts[2 * place : 2 * place + size] += 1
        for place, count in enumerate(counts[6:14]):
            right.add_patch(Rectangle((place, y), 0.8, 0.35 * count, fc=INK, alpha=0.25 * count))
            right.text(place + 0.4, y - 0.28, count, ha="center", va="center")
        right.text(4, y + 1.2, f"stamps for each pixel, kernel {size}", ha="center")
    plain(right, xlim=(-0.3, 8.3), ylim=(-1.3, 3.2))
    return fig


def means():
    fig = Figure(figsize=(7.0, 3.4), layout="constrained")
    heights = np.array([1.5, -1.3, 0.6, -1.6, 1.1, -0.5, 0.9, -0.9])
    rights = np.array([0.7, 0.5, 0.9, 0.8, 0.4, 0.6, 0.8, 0.5])
    for ax, title in zip(fig.subplots(1, 2), ("single latents", "their mean"), strict=True):
        ax.plot([-0.3, 2.1], [0, 0], color=INK, lw=1, ls="--")
        ax.text(2.15, 0, "pink", va="center", color=GENERATOR, fontsize=13)
        if title == "their mean":
            arrow(ax, (0, 0), (rights.mean(), heights.mean()), GENERATOR, lw=3)
            ax.text(0.75, 0.35, "what they share stays", color=GENERATOR, ha="center")
            ax.text(0.75, -0.5, "the rest cancels", color=FAKE, ha="center", weight="bold")
        else:
            for x, y in zip(rights, heights, strict=True):
                arrow(ax, (0, 0), (x, y), FAKE)
            ax.text(1.2, 1.3, "eyes, mouth,\nground ...", color=FAKE, weight="bold")
        ax.plot(0, 0, "o", color=INK)
        ax.set_title(title, fontsize=11)
        plain(ax, xlim=(-0.4, 2.7), ylim=(-1.8, 1.8))
    return fig


def targets():
    fig = Figure(figsize=(6.4, 4.2), layout="constrained")
    top, bottom = fig.subplots(2, 1, sharex=True, height_ratios=(2, 3))
    x = np.linspace(-2.5, 5.5, 400)
    p, q = bump(x, 0, 1), bump(x, 3, 1)
    top.fill_between(x, p, color=REAL, alpha=0.35)
    top.fill_between(x, q, color=FAKE, alpha=0.35)
    top.text(0, 0.14, "real", color=REAL, ha="center")
    top.text(3, 0.14, "fake", color=FAKE, ha="center", weight="bold")
    plain(top, ylim=(0, 0.45))
    looks = {"targets 1 and 0": (1.0, 0.0, REAL, "-"), "a and 0": (0.5, 0.0, GENERATOR, "--"),
             "a and b": (0.5, 0.1, DISCRIMINATOR, "-")}  # fmt: skip
    at = np.searchsorted(x, 3.6)
    for a, b, color, style in looks.values():
        curve = np.log((a * p + b * q) / (p + q))
        bottom.plot(x, curve, color=color, ls=style)
        bottom.plot(x[at], curve[at], "o", color=color, ms=9)
    bottom.text(0.4, 0.25, "targets 1 and 0", color=REAL)
    bottom.text(-2.4, -1.5, "a and 0: lower by a constant", color=GENERATOR)
    bottom.text(5.5, -1.9, "a and b: level at ln b", color=DISCRIMINATOR, ha="right")
    bottom.text(-2.4, -5.5, "logarithm of\nthe best answer D*")
    plain(bottom, ylim=(-7.5, 1))
    return fig


def one_or_four():
    fig = Figure(figsize=(6.8, 3.6), layout="constrained")
    ax = fig.subplots()
    signs = "os^DpP*X"  # eight kinds
    groups = ("^Do*", "sPpX", "o^sD", "XpP*")
    assert set("".join(groups)) == set(signs)
    rows = [*((group, REAL) for group in groups), ("^^^^", FAKE)]
    for y, (group, color) in enumerate(reversed(rows)):
        shift = 0 if color == FAKE else 0.4
        for place, sign in enumerate(group):
            ax.plot(place, y + shift, sign, color=color, ms=13)
    ax.plot([-0.6, 7.6], [0.7, 0.7], color=INK, lw=1, ls=":")
    ax.add_patch(Rectangle((-0.4, -0.45), 0.8, 5.3, fill=False, ec=INK, lw=2))
    ax.text(0, 5.0, "one at a time", ha="center")
    ax.text(3.8, 3.4, "reals, eight kinds:\n1 in 8 is a triangle", color=REAL, va="center")
    ax.text(3.8, 1.8, "four triangles together:\n1 in 4,096 groups", color=REAL, va="center")
    ax.text(3.8, 0, "fakes: always a triangle", color=FAKE, va="center", weight="bold")
    plain(ax, xlim=(-0.9, 7.7), ylim=(-0.6, 5.4))
    return fig


def two_lines():
    fig = Figure(figsize=(7.2, 3.2), layout="constrained")
    left, right = fig.subplots(1, 2)
    heights = np.linspace(0.15, 2.85, 7)
    left.plot(0 * heights, heights, "o", color=REAL, ms=7)
    left.plot(1 + 0 * heights, heights, "o", color=FAKE, ms=7)
    for y in heights:
        arrow(left, (0.93, y), (0.07, y))
    left.text(0, 3.15, "real", color=REAL, ha="center")
    left.text(1, 3.15, "fake", color=FAKE, ha="center", weight="bold")
    left.text(0.5, -0.35, r"every move costs $|\theta|$", ha="center")
    plain(left, xlim=(-0.5, 1.5), ylim=(-0.6, 3.5))
    theta = np.array([-1.2, 0, 1.2])
    right.plot(theta, abs(theta), color=FAKE)
    for side in (theta[:2], theta[1:]):
        right.plot(side, [np.log(2)] * 2, color=DISCRIMINATOR, ls="--")
    right.plot(0, np.log(2), "o", mfc="white", color=DISCRIMINATOR, ms=7)
    right.plot(0, 0, "o", color=DISCRIMINATOR, ms=7)
    right.text(0, 1.13, "W: points the way", color=FAKE, ha="center", weight="bold")
    right.text(0, 0.76, "JSD: flat", color=DISCRIMINATOR, ha="center")
    right.set(xlabel=r"$\theta$", xticks=[0], yticks=[0, np.log(2)], ylim=(-0.08, 1.3))
    right.set_yticklabels(["0", "ln 2"])
    return fig


def three_critics():
    fig = Figure(figsize=(7.0, 3.6), layout="constrained")
    ax = fig.subplots()
    spread = np.array([-0.25, -0.1, 0, 0.12, 0.25])
    ax.plot(2 + spread, 0 * spread, "o", color=FAKE, ms=8)
    ax.plot(6 + spread, 0 * spread, "o", color=REAL, ms=8)
    x = np.array([1, 7])
    ax.plot(x, x - 2 + 0.5, color=DISCRIMINATOR)
    ax.plot(x[:1].tolist() + [3.6], [-1.9, 5.9], color=INK, ls="--")
    ax.plot(x, 0.05 * (x - 2) + 0.5, color=INK, ls=":")
    ax.plot([2, 6, 6], [0.5, 0.5, 4.5], color="0.6", lw=1)
    ax.text(4.2, 0.85, "the move: W", color="0.35", ha="center")
    ax.text(6.12, 2.6, "the critic\nsays W", color="0.35", va="center")
    ax.text(5.0, 4.3, "slope 1", color=DISCRIMINATOR, ha="right", va="bottom")
    ax.text(3.75, 5.6, "no limit: ever steeper", color=INK)
    ax.text(6.12, 1.15, "clipped tight: nearly flat", color=INK)
    ax.text(2, -0.75, "fakes", color=FAKE, ha="center", weight="bold")
    ax.text(6, -0.75, "real", color=REAL, ha="center")
    ax.axhline(0, color=INK, lw=1, zorder=0)
    ax.text(0.4, 3.4, "critic f", color=DISCRIMINATOR)
    plain(ax, xlim=(0.3, 8.7), ylim=(-2.0, 6.2))
    return fig


def fade_in():
    fig = Figure(figsize=(7.6, 3.6))
    ax = fig.subplots()

    def box(x, y, words, color=INK, width=1.7):
        frame = FancyBboxPatch((x, y - 0.3), width, 0.6, boxstyle="round,pad=0.05", ec=color,
                               lw=2, fc="white")  # fmt: skip
        ax.add_patch(frame)
        ax.text(x + width / 2, y, words, ha="center", va="center", color=color, fontsize=10)

    box(0, 1.5, "map 16x16")
    box(2.6, 2.6, "to_rgb_16")
    box(5.0, 2.6, "double")
    box(2.6, 0.4, "double, a, b", GENERATOR)
    box(5.0, 0.4, "to_rgb_32", GENERATOR)
    ax.add_patch(Circle((8.2, 1.5), 0.3, fc="white", ec=INK, lw=2))
    ax.text(8.2, 1.5, "+", ha="center", va="center", fontsize=14)
    for start, stop, color in (
        ((1.8, 1.75), (2.5, 2.4), INK), ((4.4, 2.6), (4.95, 2.6), INK),
        ((6.8, 2.6), (8.0, 1.8), INK), ((1.8, 1.25), (2.5, 0.6), GENERATOR),
        ((4.4, 0.4), (4.95, 0.4), GENERATOR), ((6.8, 0.4), (8.0, 1.2), GENERATOR),
        ((8.55, 1.5), (9.2, 1.5), INK),
    ):  # fmt: skip
        arrow(ax, start, stop, color)
    ax.text(7.5, 2.5, r"$\times (1 - \alpha)$", color=INK)
    ax.text(7.5, 0.4, r"$\times\ \alpha$", color=GENERATOR)
    ax.text(9.3, 1.5, "image\n32x32", va="center")
    ax.text(4.7, 3.3, "old end: carries the image at first", ha="center")
    ax.text(4.7, -0.4, "new level: begins with random weights", ha="center", color=GENERATOR)
    plain(ax, xlim=(-0.2, 10.5), ylim=(-0.7, 3.7))
    return fig


def cost_of_a_level():
    fig = Figure(figsize=(7.2, 3.2), layout="constrained")
    sizes = [4 * 2**level for level in range(9)]
    channels = [min(512, 16384 // size) for size in sizes]
    pairs = list(zip(sizes[1:], channels[:-1], channels[1:], strict=True))
    products = [9 * s * s * (m * n + n * n) / 1e9 for s, m, n in pairs]
    values = [2 * s * s * n / 1e6 for s, _, n in pairs]
    for ax, heights, title, color in zip(
        fig.subplots(1, 2), (products, values), ("multiplications", "values to store"),
        (DISCRIMINATOR, FAKE), strict=True,
    ):  # fmt: skip
        ax.bar(range(8), heights, color=color)
        ax.set_title(title, fontsize=11)
        ax.set_xticks(range(8), [str(size) for size in sizes[1:]], fontsize=9)
        ax.set(yticks=[], xlabel="level")
    return fig


def cut_bell():
    fig = Figure(figsize=(6.6, 3.2), layout="constrained")
    ax = fig.subplots()
    x = np.linspace(-3.2, 3.2, 641)
    normal = bump(x, 0, 1)
    inside = abs(x) <= 1
    ax.plot(x, normal, color=REAL)
    for tail in (x <= -1, x >= 1):
        ax.fill_between(x[tail], normal[tail], color=REAL, alpha=0.3)
    ax.plot(x[inside], normal[inside] / 0.6827, color=FAKE)
    ax.plot([-1, -1], [0, normal[inside][0] / 0.6827], color=FAKE, ls=":")
    ax.plot([1, 1], [0, normal[inside][-1] / 0.6827], color=FAKE, ls=":")
    arrow(ax, (2.0, 0.22), (0.6, 0.3), connectionstyle="arc3,rad=0.3")
    ax.text(2.1, 0.22, "drawn anew\n(31.7 %)", va="center")
    ax.text(-1.15, 0.5, "truncated at 1:\ndeviation 0.54", color=FAKE, ha="right", weight="bold")
    ax.text(-2.2, 0.16, "normal:\ndeviation 1", color=REAL, ha="right", va="center")
    ax.set(xticks=[-1, 0, 1], yticks=[], ylim=(0, 0.65), xlabel="a number of the latent")
    return fig


def three_rulers():
    fig = Figure(figsize=(7.6, 3.2))
    ax = fig.subplots()
    for y, (size, width, equal) in enumerate(((256, 9.5, 1), (64, 2.5, 4), (16, 1.0, 16))):
        for k in range(int(19.5 // width)):
            dark = 0.45 if k < equal else 0.0
            ax.add_patch(FancyBboxPatch((k * width + 0.08, y - 0.28), width - 0.16, 0.56,
                                        boxstyle="round,pad=0", fc=(*to_rgb(FAKE), dark),
                                        ec=INK, lw=1))  # fmt: skip
            if k < 2:
                ax.plot(k * width + width / 2, y, "o", color=DISCRIMINATOR, ms=6)
        ax.text(-0.3, y, f"batch {size}", ha="right", va="center")
    ax.axvline(9.5, 0.14, 0.84, color=REAL, ls="--")
    ax.text(9.5, 2.62, "equal time: up to this line", color=REAL, ha="center")
    ax.text(0.1, -0.75, "dots: two equal steps", color=DISCRIMINATOR)
    ax.text(19.0, -0.75, "filled: 256 equal images", color=FAKE, ha="right", weight="bold")
    arrow(ax, (0, -1.05), (19.3, -1.05))
    ax.text(19.4, -1.05, "time", va="center")
    plain(ax, xlim=(-3.2, 20.6), ylim=(-1.25, 2.9))
    return fig


SKETCHES = {
    "01_two_failures": two_failures,
    "02_best_discriminator": best_discriminator,
    "02_slopes": slopes,
    "03_error_over_energy": error_over_energy,
    "04_floor": floor,
    "05_one_step": one_step,
    "05_smallest_game": smallest_game,
    "06_sheet": sheet,
    "06_chord_and_arc": chord_and_arc,
    "07_stray_ball": stray_ball,
    "07_two_kinds_of_chance": two_kinds_of_chance,
    "08_best_answer": best_answer,
    "08_causes_first": causes_first,
    "09_stamps": stamps,
    "09_means": means,
    "10_targets": targets,
    "10_one_or_four": one_or_four,
    "11_two_lines": two_lines,
    "11_three_critics": three_critics,
    "12_fade_in": fade_in,
    "12_cost_of_a_level": cost_of_a_level,
    "13_cut_bell": cut_bell,
    "13_three_rulers": three_rulers,
}


def draw(folder):
    """Write every sketch into the folder as SVG, on white, so that a dark page shows it too."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, sketch in SKETCHES.items():
        with mpl.rc_context():
            mpl.rcdefaults()  # whatever the program that draws them has set
            mpl.rcParams.update(STYLE)
            sketch().savefig(folder / f"{name}.svg", metadata={"Date": None},
                           facecolor="white", bbox_inches="tight", pad_inches=0.1)  # fmt: skip


if __name__ == "__main__":
    draw(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "sketches")
