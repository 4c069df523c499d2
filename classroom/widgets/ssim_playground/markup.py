"""The numbers of the SSIM playground and its contest as HTML, which widget.css gives its look."""

import math

from classroom.widgets import page

ERROR_SCALE = 0.05  # where the bar of the error ends


def rows(measures):
    """List what the playground shows: (label, length of the bar in [0, 1], value as text).

    Returns
    -------
    list of tuple of (str, float, str)
        The error first.
    """
    decibels = "∞" if math.isinf(measures.psnr) else f"{measures.psnr:.1f}"
    error = f"{measures.mse:.4f} ({decibels} dB)"
    listed = [("Mean squared error", measures.mse / ERROR_SCALE, error)]
    for label, value in (
        ("SSIM", measures.ssim),
        ("MS-SSIM", measures.ms_ssim),
        ("Cosine", measures.cosine),
        ("Cosine, centered", measures.centered_cosine),
    ):
        listed.append((label, value, f"{value:.4f}"))
    return [(label, min(max(length, 0.0), 1.0), text) for label, length, text in listed]


def heading(text, note):
    """Return a heading with a note beside it."""
    return f'<div class="ganlab-ssim-heading">{text}<span class="ganlab-muted">{note}</span></div>'


def measures_html(measures):
    """Return a table of labeled bars."""
    lines = [
        f'<tr><th scope="row">{label}</th><td class="bar"><div>'
        f'<i style="width: {100 * length:.1f}%"></i></div></td><td>{text}</td></tr>'
        for label, length, text in rows(measures)
    ]
    title = heading("Original against changed", f"error bar: 0 to {ERROR_SCALE:g}")
    return f'{title}<table class="ganlab-ssim-numbers">{"".join(lines)}</table>'


def contest_html(contest, present, equal, message=""):
    """Return pictures A and B, the verdict and the score.

    Parameters
    ----------
    contest : Contest
    present : Contender
        Picture B.
    equal : bool
        What the contest said of it.
    message : str
        What the last button could not do, instead of the verdict.
    """
    if contest.kept is None:
        pictures = best = ""
        verdict = (
            "Change the picture above and keep it as A. Then make a different picture B with the "
            "same mean squared error. How far apart can you bring their SSIM?"
        )
    else:
        pictures = _picture("A", contest.kept) + _picture("B, now", present)
        verdict = _verdict(contest.kept, present, equal)
        best = f"<p>Your best: <b>{contest.best:.3f}</b>"
        if contest.best_pair:
            pair = " against ".join(contest.best_pair)
            best += f'<br><span class="ganlab-muted">{pair}</span>'
        best += "</p>"
    said = f'<div aria-live="polite"><p>{message or verdict}</p>{best}</div>'
    return f'<div class="ganlab-ssim-contest">{pictures}{said}</div>'


def _verdict(kept, present, equal):
    if equal:
        return f"✓ Equal errors. SSIM differs by <b>{abs(kept.ssim - present.ssim):.3f}</b>."
    ratio = present.mse / kept.mse if kept.mse else math.inf
    side = "more" if ratio > 1 else "less"
    share = f"{100 * abs(ratio - 1):.0f} % {side}" if ratio < 3 else "far more"
    return (
        f"The error of B is {share} than that of A; 5 % count as equal. Move a slider, or match "
        "the error."
    )


def _picture(name, contender):
    return page.captioned(
        page.image_tag(contender.picture, f"Picture {name}: {contender.distortions}"),
        f"<b>{name}</b> · error {contender.mse:.4f}<br>SSIM <b>{contender.ssim:.3f}</b>",
        "ganlab-ssim-picture",
    )
