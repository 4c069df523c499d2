"""The buttons, menus and sliders of the laboratory, and where they stand."""

import math
from typing import NamedTuple

import ipywidgets as widgets

from classroom.widgets.laboratory import distributions
from classroom.widgets.laboratory.game import PENALTIES
from classroom.widgets.laboratory.picture import LAYERS
from ganlab import losses, penalties

_SLIDER_STEP = 0.1  # of the decimal logarithm of a rate or a weight
DRAW = "draw"  # in the menu of distributions: the one drawn on the plane


class Speed(NamedTuple):
    """Moves between two pictures, and the seconds from one picture to the next.

    Slowly, one player moves at a time, its points glide, and the move is told.
    """

    moves: int
    seconds: float
    slowly: bool = False


#: By the names of the menu.
SPEEDS = {
    "slow motion": Speed(1, 1.2, slowly=True),
    "step by step": Speed(1, 0.2),
    "live": Speed(3, 0.07),
    "fast": Speed(25, 0.07),
}


def _sizes(width, description="auto"):
    return {"layout": {"width": width}, "style": {"description_width": description}}


_WIDE = _sizes("auto", description="96px")


class Controls:
    """What can be set and pressed; the laboratory listens to it.

    Parameters
    ----------
    settings : Settings
        What the controls show first.
    seed : int

    Attributes
    ----------
    settings : dict of str to widget
        By the names of `Settings`, and ``weight`` of the penalty.
    steps : dict of str to Button
        By the names of the players.
    shown : dict of str to Checkbox
        By the names of the layers.
    """

    def __init__(self, settings, *, seed):
        button = widgets.Button
        self.play = button(description="Play", icon="play", button_style="primary")
        self.play.layout.min_width = "84px"
        self.steps = {
            "discriminator": button(description="Step D", tooltip="The discriminator moves once"),
            "generator": button(description="Step G", tooltip="The generator moves once"),
            "both": button(description="Step both", tooltip="First the discriminator, then G"),
        }
        self.who = widgets.Dropdown(
            options={"both in turn": "both", "D alone": "discriminator", "G alone": "generator"},
            description="Moves",
            **_sizes("158px"),
        )
        self.speed = widgets.Dropdown(
            options=SPEEDS, value=SPEEDS["live"], description="Speed", **_sizes("158px")
        )
        self.reset = button(description="Reset", icon="undo", tooltip="Begin again from the seed")
        self.replay = button(
            description="Replay", icon="history", tooltip="Do everything again, step by step"
        )
        self.seed = widgets.BoundedIntText(
            seed, min=0, max=2**31 - 1, description="Seed", **_sizes("100px")
        )
        rate = _WIDE | {"min": -5, "max": 0, "step": _SLIDER_STEP, "readout_format": ".2r"}
        self.distribution = widgets.Dropdown(description="Learn", **_WIDE)
        self.clear = button(description="Clear drawing", icon="eraser")
        self.clear.layout.display = "none"
        self.penalty = widgets.Dropdown(description="Penalty", **_WIDE)
        self.weight = widgets.FloatLogSlider(
            1.0,
            min=-3,
            max=2,
            step=_SLIDER_STEP,
            description="Weight",
            readout_format=".2r",
            **_WIDE,
        )
        self.settings = {
            "loss": widgets.Dropdown(description="Loss", **_WIDE),
            "penalty": self.penalty,
            "weight": self.weight,
            "d_rate": widgets.FloatLogSlider(description="Rate of D", **rate),
            "g_rate": widgets.FloatLogSlider(description="Rate of G", **rate),
            "d_steps": widgets.IntSlider(1, 1, 20, description="D steps per G", **_WIDE),
        }
        self.shown = {
            name: widgets.Checkbox(True, description=name, indent=False) for name in LAYERS
        }
        self.name = widgets.Text("film", description="Film", **_sizes("150px"))
        self.save = button(
            description="Save", icon="film", tooltip="A GIF of this game, beside the notebook"
        )
        self.counts, self.message, self.film = (widgets.HTML() for _ in range(3))
        self.counts.add_class("ganlab-counts")
        self.message.add_class("ganlab-message")
        self.show(settings, seed=seed)

    def show(self, settings, *, seed):
        """Show these settings; the widgets tell their observers."""
        self._choose(self.settings["loss"], losses.ALL, settings.loss.name, settings.loss)
        # A menu takes None for nothing chosen.
        penalty = False if settings.penalty is None else settings.penalty.function
        choices = {name: function or False for name, function in PENALTIES.items()}
        self._choose(self.penalty, choices, getattr(penalty, "__name__", "your own"), penalty)
        self.weight.disabled = not penalty
        if settings.penalty is not None:
            self.weight.value = settings.penalty.weight
        for name in ("d_rate", "g_rate", "d_steps"):
            self.settings[name].value = getattr(settings, name)
        distribution = settings.distribution
        choices = distributions.ALL | {"your own drawing": DRAW}
        chosen = DRAW if distribution.by_hand else distribution
        self._choose(self.distribution, choices, distribution.name, chosen)
        self.seed.value = seed

    def show_playing(self, playing):
        """Make the first button say what it would do."""
        self.play.description = "Pause" if playing else "Play"
        self.play.icon = "pause" if playing else "play"

    def layers(self):
        """Return the names of the layers that are shown."""
        return [name for name, box in self.shown.items() if box.value]

    def arranged(self, plane, curves):
        """Return the children of the laboratory: the controls around its two canvases."""
        row = self._row
        sliders, layers = self.settings.values(), self.shown.values()
        side = widgets.VBox(
            [self.distribution, self.clear, *sliders, row(*layers), curves, self.counts]
        )
        side.add_class("ganlab-side")
        stage = widgets.HBox([plane, side])
        stage.add_class("ganlab-stage")
        return [
            row(self.play, self.who, self.speed, self.reset, self.seed, self.replay),
            row(*self.steps.values(), self.name, self.save, self.film),
            self.message,
            stage,
        ]

    @staticmethod
    def _row(*children):
        box = widgets.HBox(children)
        box.add_class("ganlab-row")
        return box

    @staticmethod
    def _choose(menu, choices, name, value):
        """Chooses a value in a menu, adding it under its name if it is not among the choices."""
        options = list(choices.items())
        if all(value is not choice for _, choice in options):
            options.append((name, value))
        if list(menu.options) != options:
            menu.options = options
        menu.value = value


def same(new, old):
    """Whether a setting stays: a slider on a page rounds the value that it is given."""
    if isinstance(new, penalties.Penalty) and isinstance(old, penalties.Penalty):
        alike = new.function is old.function and new.every == old.every
        return alike and same(float(new.weight), float(old.weight))
    if isinstance(new, float) and isinstance(old, float) and min(new, old) > 0:
        return abs(math.log10(new / old)) < _SLIDER_STEP / 2
    return new is old or new == old
