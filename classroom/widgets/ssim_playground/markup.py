"""The numbers of the SSIM playground and its game as HTML, in the colors of the page."""

import base64
import math

from ganlab import images
from ganlab.plotting import FAKE, REAL

__all__ = ["ERROR_SCALE", "game_html", "heading", "measures_html", "rows"]

ERROR_SCALE = 0.05  # where the bar of the error ends

_MUTED = "color:var(--jp-ui-font-color2,inherit)"
_NUMBERS = "font-variant-numeric:tabular-nums"


def rows(measures):
    """Lists what the playground shows: (label, length of the bar in [0, 1], value as text).

    Returns
    -------
    list of tuple of (str, float, str)
        The error first.
    """
    decibels = "∞" if math.isinf(measures.psnr) else f"{measures.psnr:.1f}"
    listed = [
        (
            "Mean squared error",
            measures.mse / ERROR_SCALE,
            f"{measures.mse:.4f} ({decibels} dB)",
        )
    ]
    for label, value in (
        ("SSIM", measures.ssim),
        ("MS-SSIM", measures.ms_ssim),
        ("Cosine", measures.cosine),
        ("Cosine, centered", measures.centered_cosine),
    ):
        listed.append((label, value, f"{value:.4f}"))
    return [(label, min(max(length, 0.0), 1.0), text) for label, length, text in listed]


def heading(text, note=""):
    """Returns a heading with a note beside it."""
    note = f"<span style='font-weight:400;margin-left:8px;{_MUTED}'>{note}</span>" if note else ""
    return f"<div style='font-weight:600;line-height:1.5;margin-bottom:2px'>{text}{note}</div>"


def measures_html(measures):
    """Returns a table of labelled bars."""
    lines = []
    for i, (label, length, text) in enumerate(rows(measures)):
        color = REAL if i else FAKE
        bar = (
            "<div style='height:12px;border:1px solid var(--jp-border-color1,#888);"
            "border-radius:3px;overflow:hidden'>"
            f"<div style='height:100%;width:{100 * length:.1f}%;background:{color}'></div></div>"
        )
        lines.append(
            f"<tr><th scope='row' style='text-align:left;font-weight:400;padding:3px 0;"
            f"white-space:nowrap'>{label}</th>"
            f"<td style='width:100%;padding:3px 12px'>{bar}</td>"
            f"<td style='text-align:right;white-space:nowrap;{_NUMBERS}'>{text}</td></tr>"
        )
    return (
        heading("Original against changed", f"error bar: 0 to {ERROR_SCALE:g}")
        + f"<table style='width:100%;border-collapse:collapse'>{''.join(lines)}</table>"
    )


def game_html(game, present, equal, message=""):
    """Returns pictures A and B, the verdict and the score.

    Parameters
    ----------
    game : Game
    present : Contender
        Picture B.
    equal : bool
        What the game said of it.
    message : str
        What the last button could not do, instead of the verdict.
    """
    if game.kept is None:
        advice = (
            "Change the picture above and keep it as A. Then make a different picture B with the "
            "same mean squared error. How far apart can you bring their SSIM?"
        )
        return f"<div style='line-height:1.5;max-width:640px'>{message or advice}</div>"
    gap = abs(game.kept.ssim - present.ssim)
    if equal:
        verdict = f"✓ Equal errors. SSIM differs by <b>{gap:.3f}</b>."
    else:
        ratio = present.mse / game.kept.mse if game.kept.mse else math.inf
        side = "more" if ratio > 1 else "less"
        share = f"{100 * abs(ratio - 1):.0f} % {side}" if ratio < 3 else "far more"
        verdict = (
            f"The error of B is {share} than that of A; 5 % count as equal. Move a "
            "slider, or match the error."
        )
    best = f"Your best: <b>{game.best:.3f}</b>"
    if game.best_pair:
        best += f"<br><span style='{_MUTED}'>{' against '.join(game.best_pair)}</span>"
    return (
        "<div style='display:flex;gap:14px;align-items:flex-start;line-height:1.5'>"
        + _picture("A", game.kept)
        + _picture("B, now", present)
        + f"<div style='flex:1;min-width:0' aria-live='polite'><div>{message or verdict}</div>"
        + f"<div style='margin-top:10px'>{best}</div></div></div>"
    )


def _picture(name, contender):
    png = images.to_png(contender.picture)
    source = "data:image/png;base64," + base64.b64encode(png).decode()
    return (
        "<figure style='margin:0;flex:0 0 auto;width:150px'>"
        f"<img src='{source}' alt='Picture {name}: {contender.distortions}' "
        "style='width:150px;display:block;border-radius:3px'>"
        f"<figcaption style='{_NUMBERS};margin-top:4px'><b>{name}</b> · error "
        f"{contender.mse:.4f}<br>SSIM <b>{contender.ssim:.3f}</b></figcaption></figure>"
    )
