"""The logit on an axis: value and gradient of every adversarial loss, for every role."""

import numbers
import secrets

import ipywidgets as widgets
import numpy as np

from classroom.widgets import page
from classroom.widgets.loss_explorer import plot
from classroom.widgets.loss_explorer.curves import (
    LIMIT,
    ROLES,
    chance_points,
    evaluate,
    is_relative,
    saturated,
    saturated_span,
    undecided,
)
from ganlab import losses, plotting

LOGITS = np.linspace(-LIMIT, LIMIT, 129)  # 0 and the corners of the hinge are among them
#: What is said below the table, to be filled in with `str.format`; also by ``sentences.js``.
SENTENCES = {
    "sure": "At logit {logit} the discriminator gives probability {belief:.1%} to real ({names}).",
    "pushes": " A fake there is moved least by {weak} ({little:.3f}) and most by {strong} "
    "({much:.3f})",
    "ratio": ", {ratio:.3g} times as much",
    "none": "Choose a loss.",
    "diamonds": "A diamond marks the chance level of a loss: what a player pays where the "
    "discriminator cannot tell the two images. It stands where the curve passes it, which can "
    "depend on the logit of the other image.",
}
CHANCE, PLAYERS = "Chance level", ("discr.", "gener.")  # the last columns of the table


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
            known = ", ".join(self.losses)
            raise ValueError(f"expected selected from {known}, received {unknown[0]!r}")
        for name, value in (("logit", logit), ("partner", partner)):
            if not isinstance(value, numbers.Real) or not abs(value) <= LIMIT:
                raise ValueError(f"expected {name} from -8 to 8, received {value!r}")
        styles = [*plot.STYLES, *[plot.STYLES[-1]] * len(own)]
        self._name = f"ganlab-{secrets.token_hex(4)}"
        self.styles = dict(zip(self.losses, styles, strict=False))
        self._make_controls(selected, float(logit), float(partner))
        super().__init__(self._arranged())
        self.add_class("ganlab-widget").add_class("ganlab-loss-explorer")
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
        """Compute the losses at the chosen logit.

        Returns
        -------
        list of (str, array of shape (3,), array of shape (3,))
            Name, values and gradients, an element for each of `curves.ROLES`.
        """
        found = []
        for name in self.selected:
            both = evaluate(self.losses[name], [self.logit.value], self.partner.value)
            found.append((name, *(rows[:, 0] for rows in both)))
        return found

    def draw(self):
        """Draw the present state for a page on paper.

        Returns
        -------
        matplotlib Figure
        """
        figure = page.Figure(figsize=(9.6, 5.0), dpi=plotting.DPI, layout="constrained")
        axes = figure.subplots(2, 3, sharex=True, sharey="row")
        for loss, style, values, gradients in self._curves():
            color = "black" if style.color == "currentColor" else style.color
            line = {"color": color, "linewidth": 2}
            if style.dash:
                line["dashes"] = [int(n) / 2 for n in style.dash.split()]
            label = plot.words(loss).replace("$", r"\$")  # no formula to Matplotlib
            for column in range(3):
                axes[0, column].plot(LOGITS, values[column], label=label, **line)
                axes[1, column].plot(LOGITS, gradients[column], **line)
            for column, logit, level in chance_points(loss, self.partner.value):
                axes[0, column].plot(logit, level, "D", color=color, markersize=5)
            level = undecided(loss, self.partner.value)
            span = saturated_span(LOGITS, gradients[2], level)
            if span:
                axes[1, 2].axvspan(*span, color=plot.LOST, alpha=0.22, linewidth=0)
        for row, (low, high, _) in enumerate(plot.ROWS):
            for column, ax in enumerate(axes[row]):
                ax.axvline(self.logit.value, color="black", linewidth=1)
                ax.set(xlim=(-LIMIT, LIMIT), ylim=(low, high))
                ax.set_title(ROLES[column] if row == 0 else "", fontsize=10)
                ax.grid(alpha=0.25)
                ax.spines[["top", "right"]].set_visible(False)
            axes[row, 0].set_ylabel(plot.KINDS[row])
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
                description=plot.words(loss),
                indent=False,
                layout={"width": "auto", "margin": "0 18px 0 0"},
            )
            for name, loss in self.losses.items()
        }
        self.logit = slider("Logit of the image", logit)
        self.partner = slider("Logit of the other image", partner)
        self.plot = plot.Plot(logit=logit)
        self._numbers = widgets.HTML(layout={"width": "auto", "max_width": "1000px"})
        widgets.link((self.logit, "value"), (self.plot, "logit"))
        self.logit.observe(lambda _: self._draw_marks(), "value")
        self.partner.observe(lambda _: self._draw_curves(), "value")
        for box in self.boxes.values():
            box.observe(lambda _: self._draw_curves(), "value")

    def _arranged(self):
        legend = []
        for name, box in self.boxes.items():
            line = plot.swatch(self.styles[name])
            margin = {"margin": "8px 4px 0 0"}
            legend.append(widgets.HBox([widgets.HTML(line, layout=margin), box]))
        row = {"flex_flow": "row wrap", "max_width": "1000px", "margin": "0 0 4px 0"}
        legend = widgets.HBox(legend, layout=row)
        return [page.style(__file__), legend, self.logit, self.partner, self.plot, self._numbers]

    def _curves(self):
        for name in self.selected:
            loss = self.losses[name]
            yield loss, self.styles[name], *evaluate(loss, LOGITS, self.partner.value)

    def _draw_curves(self):
        self.plot.curves = plot.curves_svg(
            LOGITS, list(self._curves()), partner=self.partner.value, name=self._name
        )
        self._draw_marks()

    def _draw_marks(self):
        found = self.table()
        self.plot.marks = plot.marks_svg(
            self.logit.value, [(self.styles[name], v, g) for name, v, g in found]
        )
        self._numbers.value = self._table_html(found) + self._sentence_html(found)

    def _table_html(self, found):
        heads = "".join(
            f"<th colspan='2' scope='colgroup'>{role}</th>" for role in (*ROLES, CHANCE)
        )
        under = "".join(
            f"<th class='ganlab-muted' scope='col'>{text}</th>" for text in plot.KINDS * 3 + PLAYERS
        )
        rows = []
        for name, values, gradients in found:
            loss, cells = self.losses[name], []
            level = undecided(loss, self.partner.value)
            for column in range(3):
                lost = column == 2 and saturated(self.logit.value, gradients[2], level)
                mark = " class='ganlab-lost'" if lost else ""
                cells.append(f"<td>{_number(values[column])}</td>")
                cells.append(f"<td{mark}>{_number(gradients[column])}</td>")
            cells += [f"<td class='ganlab-muted'>{_number(level)}</td>" for level in loss.chance]
            rows.append(
                f"<tr><th scope='row'><div>{plot.swatch(self.styles[name])}{plot.escaped(loss)}"
                f"</div></th>{''.join(cells)}</tr>"
            )
        return f"<table><tr><td></td>{heads}</tr><tr><td></td>{under}</tr>{''.join(rows)}</table>"

    def _sentence_html(self, found):
        """Say what the generator gets from the losses at this logit."""
        logit, text = self.logit.value, ""
        belief = 1 / (1 + np.exp(-logit))
        pushes = {
            plot.escaped(self.losses[name]): abs(float(gradients[2]))
            for name, _, gradients in found
        }
        # A logit is that of a probability where these are the gradients: in cross-entropy.
        sure = [
            plot.escaped(self.losses[name])
            for name, _, gradients in found
            if np.allclose(gradients[:2], (belief - 1, belief), atol=1e-5)
            and not is_relative(self.losses[name])
        ]
        if sure:
            values = {"logit": _number(logit, 1), "belief": belief, "names": ", ".join(sure)}
            text = SENTENCES["sure"].format(**values)
        if len(pushes) > 1:
            weak, strong = min(pushes, key=pushes.get), max(pushes, key=pushes.get)
            little, much = pushes[weak], pushes[strong]
            values = {"weak": weak, "little": little, "strong": strong, "much": much}
            text += SENTENCES["pushes"].format(**values)
            if little > 1e-6 and much > 1.5 * little:
                text += SENTENCES["ratio"].format(ratio=much / little)
            text += "."
        if not found:
            text = SENTENCES["none"]
        return f"<p>{text}</p><p class='ganlab-muted'>{SENTENCES['diamonds']}</p>"


def _with_own(own):
    known = dict(losses.ALL)
    for loss in own:
        if not isinstance(loss, losses.AdversarialLoss):
            raise TypeError(f"expected own as AdversarialLoss values, received {loss!r}")
        if loss.name in known:
            raise ValueError(f"expected own with names not in use, received {loss.name!r}")
        known[loss.name] = loss
    return known


def _number(value, digits=3):
    return page.minus(f"{float(value) + 0.0:.{digits}f}")
