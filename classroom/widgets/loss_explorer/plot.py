"""A drawing along which a logit is chosen, by pointer and by keyboard."""

import anywidget
import traitlets

from classroom.widgets.loss_explorer.curves import LIMIT
from classroom.widgets.loss_explorer.svg import PANELS, SIZE

__all__ = ["Plot"]

_SCRIPT = """
function render({ model, el }) {
  const name = "http://www.w3.org/2000/svg", svg = document.createElementNS(name, "svg");
  const [width, height] = model.get("size"), limit = model.get("limit");
  const panels = model.get("panels");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("role", "slider");
  svg.setAttribute("tabindex", "0");
  svg.setAttribute("aria-label", "Logit, along the curves of the losses and their gradients");
  svg.setAttribute("aria-valuemin", -limit);
  svg.setAttribute("aria-valuemax", limit);
  svg.classList.add("ganlab-loss");
  const curves = svg.appendChild(document.createElementNS(name, "g"));
  const marks = svg.appendChild(document.createElementNS(name, "g"));
  el.appendChild(svg);

  let waiting = null;
  function choose(logit) {
    logit = Math.min(limit, Math.max(-limit, Math.round(10 * logit) / 10));
    if (logit === model.get("logit")) return;
    model.set("logit", logit);
    waiting ??= requestAnimationFrame(() => { waiting = null; model.save_changes(); });
  }

  function follow(event) {
    const box = svg.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width * width;
    // The panel under the pointer, or the nearest one.
    const far = left => Math.abs(x - left - panels.width / 2);
    const left = panels.left.reduce((best, next) => far(next) < far(best) ? next : best);
    choose(((x - left) / panels.width * 2 - 1) * limit);
  }

  let dragging = false;
  svg.addEventListener("pointerdown", event => {
    if (event.button !== 0) return;
    svg.setPointerCapture(event.pointerId);
    dragging = true;
    follow(event);
  });
  svg.addEventListener("pointermove", event => { if (dragging) follow(event); });
  for (const end of ["pointerup", "pointercancel"])
    svg.addEventListener(end, () => { dragging = false; });

  svg.addEventListener("keydown", event => {
    const step = event.shiftKey ? 1 : 0.1, logit = model.get("logit");
    const goal = { ArrowLeft: logit - step, ArrowDown: logit - step, ArrowRight: logit + step,
      ArrowUp: logit + step, PageDown: logit - 1, PageUp: logit + 1, Home: -limit, End: limit };
    if (!(event.key in goal)) return;
    choose(goal[event.key]);
    event.preventDefault();
    event.stopPropagation();  // JupyterLab's own shortcuts
  });

  const drawings = [["curves", curves], ["marks", marks]];
  for (const [trait, group] of drawings) {
    const draw = () => { group.innerHTML = model.get(trait); };
    model.on("change:" + trait, draw);
    draw();
  }
  function speak() { svg.setAttribute("aria-valuenow", model.get("logit")); }
  model.on("change:logit", speak);
  speak();
}

export default { render };
"""

_STYLE = """
svg.ganlab-loss { width: calc(100% - 10px); max-width: 1000px; height: auto; display: block;
  margin: 8px 5px;
  color: var(--jp-ui-font-color1, inherit); font-family: var(--jp-ui-font-family);
  font-size: 12px; touch-action: none; cursor: ew-resize; user-select: none; border-radius: 4px; }
svg.ganlab-loss text:not([fill]) { fill: currentColor; }
svg.ganlab-loss:focus-visible { outline: 3px solid var(--jp-brand-color1, #0072B2);
  outline-offset: 1px; }
.ganlab-loss-explorer .widget-label { text-align: left; }
"""


class Plot(anywidget.AnyWidget):
    """Shows SVG that Python draws; a logit chosen on it comes back.

    Attributes
    ----------
    curves, marks : str
        Elements of SVG: what stays while the logit moves, and what moves with it.
    logit : float in [-8, 8]
    """

    _esm = _SCRIPT
    _css = _STYLE

    size = traitlets.List(traitlets.Int(), list(SIZE)).tag(sync=True)
    panels = traitlets.Dict(PANELS).tag(sync=True)
    limit = traitlets.Float(LIMIT).tag(sync=True)
    curves = traitlets.Unicode().tag(sync=True)
    marks = traitlets.Unicode().tag(sync=True)
    logit = traitlets.Float(0.0).tag(sync=True)

    def __repr__(self):
        return "Plot()"
