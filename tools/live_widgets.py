"""Let the widgets of the notebooks work on the site, or say there what they need.

A page of the site has no kernel. Two widgets have their arithmetic in JavaScript as well and work
there; what they are called, and every number that they need, comes from their Python here. In the
place of the others stands a sentence.
"""

import ast
import math
import re
from pathlib import Path

from nbformat import v4

from tools import live

WIDGETS = Path(__file__).resolve().parent.parent / "classroom" / "widgets"
# As `points.swiss_roll` draws it: a test compares them.
_SWISS_ROLL = {"from": 1.5 * math.pi, "to": 4.5 * math.pi, "scale": 7.5, "std": 0.25 / 7.5}
_NEEDS = (
    "This widget needs Python. Open this notebook with <code>python3 tasks.py lab</code> to use it."
)
_OFF = "This widget needs JavaScript."
_PICTURE = "Below is a picture of what it shows."


def show(cells):
    """Put something that a page can show in the place of each widget.

    Parameters
    ----------
    cells : list of NotebookNode
        Of the notebook as the site shows it: the outputs change.
    """
    count = 0
    for index, cell in enumerate(cells):
        for place, output in enumerate(cell.get("outputs", ())):
            text = output.get("data", {}).get("text/plain", "")
            name = re.match(r"([A-Z]\w+)\(", text)
            if not name or name[1] not in names():
                continue
            count += 1
            page = _alive(text, f"widget-{count}")
            if page is None:
                picture = f" {_PICTURE}" if _has_picture(cells[index + 1 :]) else ""
                page = f'<p class="ganlab-asleep">{_NEEDS}{picture}</p>'
            cell.outputs[place] = v4.new_output("display_data", data={"text/html": page})


def names():
    """Return the names of all widgets."""
    tree = ast.parse((WIDGETS / "__init__.py").read_text(encoding="utf-8"))
    (exported,) = [node.value for node in tree.body if isinstance(node, ast.Assign)]
    return ast.literal_eval(exported)


def _has_picture(cells):
    """Tell whether the next cell, where it is one of code, shows a picture of the widget.

    Text between the two says itself what is below it.
    """
    outputs = cells[0].get("outputs", ()) if cells else ()
    return any("image/png" in output.get("data", {}) for output in outputs)


def _alive(text, identifier):
    """Return the HTML of a widget that works on a page, from its repr; None for the others."""
    lab = re.fullmatch(r"Laboratory\((\w+), (\w+), seed (\d+)\)", text)
    explorer = re.fullmatch(r"LossExplorer\((\[.*\]), logit=(\S+), partner=(\S+)\)", text)
    if lab:
        folder, data = "laboratory", laboratory(lab[1], lab[2], int(lab[3]))
    elif explorer:
        selected, logit, partner = (ast.literal_eval(part) for part in explorer.groups())
        folder, data = "loss_explorer", loss_explorer(selected, logit, partner)
    else:
        return None
    from classroom.widgets import page

    sheet = page.sheet(str(WIDGETS / folder / "widget.py"))
    piece = live.piece(
        identifier,
        WIDGETS / folder / "page.js",
        WIDGETS / "controls.css",
        data,
        markup=f"<p>{_OFF}</p>",
    )
    return f"<style>{sheet}</style>\n{piece}"


def laboratory(distribution, loss, seed):
    """Return what laboratory/page.js needs: words, numbers, and where the game begins."""
    from classroom.widgets.laboratory import canvases, distributions, frame, game, words
    from classroom.widgets.laboratory.controls import Controls
    from ganlab import losses
    from ganlab.datasets import points

    first = game.Settings(
        distribution=distributions.ALL[distribution],
        loss=losses.ALL[loss],
    )
    controls = Controls(first, seed=seed)
    settings = controls.settings | {"distribution": controls.distribution, "seed": controls.seed}
    buttons = {name: getattr(controls, name) for name in ("play", "reset", "clear", "who", "speed")}
    told = {name: described(control) for name, control in (settings | buttons).items()}
    told["steps"] = {name: described(control) for name, control in controls.steps.items()}
    spread = {"ring": points.RING_STD, "grid": points.GRID_STD, "blob": distributions.BLOB_STD}
    learned = {
        name: {"name": name, "modes": each.modes.ravel().tolist(), "std": spread[name]}
        for name, each in distributions.ALL.items()
        if each.modes is not None
    }
    learned["swiss_roll"] = {"name": "swiss_roll", "spiral": _SWISS_ROLL}
    plane = canvases.Plane()
    controls.show_playing(True)
    return {
        "label": "Laboratory: a game of a generator and a discriminator",
        "note": "In JupyterLab you can also save a film, replay a game and use your own losses. "
        "The same seed starts a different game there.",
        "pause": controls.play.description,
        "controls": told,
        "sentences": words.SENTENCES,
        "look": plane.look,
        "layers": plane.layers,
        "colors": canvases.Curves().colors,
        "rows": canvases.MOST_ROWS,
        "near": distributions.NEAR,
        "drawing": {"least": distributions.LEAST, "std": distributions.DRAWN_STD},
        "distributions": learned,
        "losses": {
            name: {"chance": each.chance, "scale": scale.name}
            | {part: getattr(scale, part) for part in ("low", "middle", "high")}
            for name, each in losses.ALL.items()
            for scale in [frame.scale_of(each)]
        },
        "networks": game.NETWORKS,
        "batch": game.Game.BATCH_SIZE,
        "nodes": frame.sheet_latents()[: frame.NODES, 0].tolist(),  # on one axis
        "cells": frame.heat_places()[: frame.CELLS, 0].tolist(),
    }


def loss_explorer(selected, logit, partner):
    """Return what loss_explorer/page.js needs: words, numbers, and what it shows first."""
    from classroom.widgets.loss_explorer import LossExplorer, plot, widget
    from classroom.widgets.loss_explorer.curves import LIMIT, ROLES, SATURATED

    explorer = LossExplorer(selected, logit=logit, partner=partner)
    return {
        "label": "Losses and their gradients at a logit",
        "controls": {name: described(getattr(explorer, name)) for name in ("logit", "partner")},
        "selected": selected,
        "losses": [
            {"name": name, "words": plot.escaped(loss), "undecided": loss.undecided}
            | {"chance": loss.chance}
            | explorer.styles[name]._asdict()
            for name, loss in explorer.losses.items()
        ],
        "logits": widget.LOGITS.tolist(),
        "limit": LIMIT,
        "least": SATURATED,
        "lost": plot.LOST,
        "size": plot.SIZE,
        "panels": plot.PANELS,
        "rows": plot.ROWS,
        "ticks": plot.TICKS,
        "kinds": plot.KINDS,
        "below": plot.BELOW,
        "roles": ROLES,
        "level": widget.CHANCE,
        "players": widget.PLAYERS,
        "sentences": widget.SENTENCES,
    }


def described(control):
    """Return what controls.js needs to make an ipywidget's likeness.

    Examples
    --------
    >>> import ipywidgets
    >>> described(ipywidgets.Button(description="Go", tooltip="On"))
    {'label': 'Go', 'tooltip': 'On'}
    >>> described(ipywidgets.Dropdown(options={"one": 1, "none": False}, description="How many"))
    {'label': 'How many', 'options': [('one', 1), ('none', 'none')], 'chosen': 0}
    """
    told = {"label": control.description}
    if hasattr(control, "options"):
        # What is more than words and numbers goes by its name in the menu.
        options = {name: _plain(value, name) for name, value in dict(control.options).items()}
        return told | {"options": list(options.items()), "chosen": control.index}
    if not hasattr(control, "value"):
        return told | {"tooltip": control.tooltip or ""}
    for name in ("min", "max", "step", "base", "value"):
        if hasattr(control, name):
            told[name] = getattr(control, name)
    if hasattr(control, "readout_format"):
        told["form"] = "" if control.readout_format == "d" else control.readout_format
    return told


def _plain(value, name):
    if hasattr(value, "_asdict"):
        return value._asdict()
    return value if type(value) in (int, float, str) else name
