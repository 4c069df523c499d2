"""The logit on an axis: value and gradient of every adversarial loss, for every role."""

import ipywidgets as widgets
import numpy as np

from classroom.widgets.loss_explorer import curves as loss_curves
from classroom.widgets.loss_explorer import svg
from classroom.widgets.loss_explorer.curves import LIMIT, ROLES
from classroom.widgets.loss_explorer.plot import Plot
from classroom.widgets.paper import Figure
from ganlab import losses

__all__ = ["LossExplorer"]

_LOGITS = np.linspace(-LIMIT, LIMIT, 129)  # 0 and the corners of the hinge are among them
_MUTED = "color:var(--jp-ui-font-color2,inherit)"


class LossExplorer(widgets.VBox):
    """Curves of the losses you select, and a table of their numbers at one logit.

    Parameters
    ----------
    selected : sequence of str
        Names of `ganlab.losses.ALL`, or of losses in `own`.
    logit : float in [-8, 8]
        What the discriminator answers to the image in question.
    partner : float in [-8, 8]
        What it answers to the other image: to the fake where a real one is graded, and to the
        real where a fake is.
    own : sequence of ganlab.losses.AdversarialLoss
        Losses of your own, to be shown beside the others.

    Raises
    ------
    ValueError
        For an unknown name, a logit out of range, or an own loss whose name is taken.
    TypeError
        If `own` holds anything but losses.

    Examples
    --------
    >>> explorer = LossExplorer(["minimax", "non_saturating"], logit=-4.0)
    >>> explorer
    LossExplorer(['minimax', 'non_saturating'], logit=-4.0, partner=0.0)
    >>> for name, _, gradients in explorer.table():
    ...     print(name, round(float(gradients[2]), 3))
    minimax -0.018
    non_saturating -0.982

    Played with in notebooks/02_gan_loss.
    """

    def __init__(
        self,
        selected=("minimax", "non_saturating", "least_squares", "hinge"),
        *,
        logit=-3.0,
        partner=0.0,
        own=(),
    ):
        self.losses = _with_own(own)
        unknown = [name for name in selected if name not in self.losses]
        if unknown:
            raise ValueError(f"expected any of {', '.join(self.losses)}, received {unknown[0]!r}")
        for name, value in (("logit", logit), ("partner", partner)):
            if not isinstance(value, int | float | np.number) or not abs(value) <= LIMIT:
                raise ValueError(f"{name}: expected a number from -8 to 8, received {value!r}")
        styles = [*svg.STYLES, *[svg.STYLES[-1]] * len(own)]
        self.styles = dict(zip(self.losses, styles, strict=False))
        self._make_controls(selected, float(logit), float(partner))
        super().__init__(self._arranged())
        self.add_class("ganlab-loss-explorer")
        self._draw_curves()

    def __repr__(self):
        return (
            f"LossExplorer({self.selected}, logit={self.logit.value:.1f}, "
            f"partner={self.partner.value:.1f})"
        )

    @property
    def selected(self):
        """Names of the losses that are shown."""
        return [name for name, box in self.boxes.items() if box.value]

    def table(self):
        """Computes the losses at the chosen logit.

        Returns
        -------
        list of (str, array of shape (3,), array of shape (3,))
            Name, values and gradients, an element for each of `loss_curves.ROLES`.
        """
        found = []
        for name in self.selected:
            values, gradients = loss_curves.evaluate(
                self.losses[name], [self.logit.value], self.partner.value
            )
            found.append((name, values[:, 0], gradients[:, 0]))
        return found

    def draw(self):
        """Draws the present state for a page on paper.

        Returns
        -------
        matplotlib Figure
        """
        figure = Figure(figsize=(9.6, 5.0), dpi=80, layout="constrained")
        axes = figure.subplots(2, 3, sharex=True, sharey="row")
        for name, style, values, gradients, levels in self._curves():
            color = "black" if style.color == "currentColor" else style.color
            line = {"color": color, "linewidth": 2}
            if style.dash:
                line["dashes"] = [int(n) / 2 for n in style.dash.split()]
            for column in range(3):
                axes[0, column].plot(_LOGITS, values[column], label=_words(name), **line)
                axes[1, column].plot(_LOGITS, gradients[column], **line)
                axes[0, column].plot(0, levels[column == 2], "D", color=color, markersize=5)
            span = svg.saturated_span(_LOGITS, gradients[2])
            if span:
                axes[1, 2].axvspan(*span, color=svg.LOST, alpha=0.22, linewidth=0)
        for row, (low, high, _) in enumerate(svg.ROWS):
            for column, ax in enumerate(axes[row]):
                ax.axvline(self.logit.value, color="black", linewidth=1)
                ax.set(xlim=(-LIMIT, LIMIT), ylim=(low, high))
                ax.set_title(ROLES[column] if row == 0 else "", fontsize=10)
                ax.grid(alpha=0.25)
                ax.spines[["top", "right"]].set_visible(False)
            axes[row, 0].set_ylabel(("loss", "gradient")[row])
        axes[1, 1].set_xlabel(f"logit (chosen {self.logit.value:.1f}; diamonds: chance level)")
        if self.selected:
            handles, labels = axes[0, 0].get_legend_handles_labels()
            figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
        return figure

    # ------------------------------------------------------------------------------ its inside

    def _make_controls(self, selected, logit, partner):
        def slider(text, value):
            return widgets.FloatSlider(
                value,
                min=-LIMIT,
                max=LIMIT,
                step=0.1,
                description=text,
                readout_format=".1f",
                style={"description_width": "180px"},
                layout={"width": "98%", "max_width": "820px"},
            )

        self.boxes = {
            name: widgets.Checkbox(
                name in selected,
                description=_words(name),
                indent=False,
                layout={"width": "auto", "margin": "0 18px 0 0"},
            )
            for name in self.losses
        }
        self.logit = slider("Logit of the image", logit)
        self.partner = slider("Logit of the other image", partner)
        self.plot = Plot(logit=logit)
        self._numbers = widgets.HTML(layout={"width": "auto", "max_width": "1000px"})
        widgets.link((self.logit, "value"), (self.plot, "logit"))
        self.logit.observe(lambda _: self._draw_marks(), "value")
        self.partner.observe(lambda _: self._draw_curves(), "value")
        for box in self.boxes.values():
            box.observe(lambda _: self._draw_curves(), "value")

    def _arranged(self):
        legend = []
        for name, box in self.boxes.items():
            line = svg.swatch(self.styles[name])
            margin = {"margin": "8px 4px 0 0"}
            legend.append(widgets.HBox([widgets.HTML(line, layout=margin), box]))
        row = {"flex_flow": "row wrap", "max_width": "1000px", "margin": "0 0 4px 0"}
        sliders = [self.logit, self.partner]
        return [widgets.HBox(legend, layout=row), *sliders, self.plot, self._numbers]

    def _curves(self):
        for name in self.selected:
            loss = self.losses[name]
            values, gradients = loss_curves.evaluate(loss, _LOGITS, self.partner.value)
            yield name, self.styles[name], values, gradients, loss_curves.chance(loss)

    def _draw_curves(self):
        curves = [(_words(name), *rest) for name, *rest in self._curves()]
        self.plot.curves = svg.curves_svg(_LOGITS, curves)
        self._draw_marks()

    def _draw_marks(self):
        found = self.table()
        self.plot.marks = svg.marks_svg(
            self.logit.value, [(self.styles[name], v, g) for name, v, g in found]
        )
        self._numbers.value = self._table_html(found) + self._sentence_html(found)

    def _table_html(self, found):
        cell = "padding:3px 10px;text-align:right;font-variant-numeric:tabular-nums"
        line = "border-bottom:1px solid var(--jp-border-color1,#888)"
        heads = "".join(
            f"<th colspan='2' scope='colgroup' style='{cell};white-space:nowrap'>{role}</th>"
            for role in (*ROLES, "Chance level")
        )
        under = "".join(
            f"<th scope='col' style='{cell};font-weight:400;{_MUTED};{line}'>{text}</th>"
            for text in ("loss", "gradient") * 3 + ("discr.", "gener.")
        )
        rows = []
        for name, values, gradients in found:
            cells = []
            for column in range(3):
                lost = column == 2 and loss_curves.saturated(self.logit.value, gradients[2])
                strong = f"background:{svg.LOST}38;font-weight:600" if lost else ""
                cells.append(f"<td style='{cell}'>{_number(values[column])}</td>")
                cells.append(f"<td style='{cell};{strong}'>{_number(gradients[column])}</td>")
            for level in loss_curves.chance(self.losses[name]):
                cells.append(f"<td style='{cell};{_MUTED}'>{_number(level)}</td>")
            rows.append(
                "<tr><th scope='row' style='text-align:left;font-weight:400;white-space:nowrap'>"
                "<div style='display:flex;align-items:center;gap:8px'>"
                f"{svg.swatch(self.styles[name])}{_words(name)}</div></th>"
                f"{''.join(cells)}</tr>"
            )
        return (
            "<table style='border-collapse:collapse;width:100%;line-height:1.4;font-size:12px'>"
            f"<tr><th></th>{heads}</tr><tr><td style='{line}'></td>{under}</tr>"
            f"{''.join(rows)}</table>"
        )

    def _sentence_html(self, found):
        """Says what the generator gets from the losses at this logit."""
        logit = self.logit.value
        belief = 1 / (1 + np.exp(-logit))
        text = f"At logit {_number(logit, 1)} the discriminator says: real with {belief:.1%}."
        pushes = {name: abs(float(gradients[2])) for name, _, gradients in found}
        if len(pushes) > 1:
            weak, strong = min(pushes, key=pushes.get), max(pushes, key=pushes.get)
            text += (
                f" A fake there is moved least by {_words(weak)} ({pushes[weak]:.3f}) and most "
                f"by {_words(strong)} ({pushes[strong]:.3f})"
            )
            if pushes[weak] > 1e-6 and pushes[strong] > 1.5 * pushes[weak]:
                text += f", {pushes[strong] / pushes[weak]:.3g} times as much"
            text += "."
        return f"<p style='margin:8px 0 0 0;line-height:1.5'>{text}</p>"


def _with_own(own):
    known = dict(losses.ALL)
    for loss in own:
        if not isinstance(loss, losses.AdversarialLoss):
            raise TypeError(f"own: expected AdversarialLoss values, received {loss!r}")
        if loss.name in known:
            raise ValueError(f"own: expected a name that is not taken, received {loss.name!r}")
        known[loss.name] = loss
    return known


def _words(name):
    return {"non_saturating": "non-saturating"}.get(name, name.replace("_", " "))


def _number(value, digits=3):
    return f"{float(value) + 0.0:.{digits}f}".replace("-", "−")
