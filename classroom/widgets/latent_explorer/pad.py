"""A pad to move in two directions at once: by pointer, by touch, by keyboard."""

import anywidget
import traitlets

__all__ = ["Pad"]

_SCRIPT = """
const clamp = (value, most) => Math.min(most, Math.max(-most, Math.round(value * 10) / 10));
const shown = (value) => value.toFixed(1).replace("-", "\\u2212");

export default {
  render({ model, el }) {
    el.classList.add("ganlab-pad");
    const pad = document.createElement("div");
    pad.className = "ganlab-pad-area";
    pad.tabIndex = 0;
    // JupyterLab would take the arrow keys for moving between cells.
    pad.dataset.lmSuppressShortcuts = "true";
    pad.setAttribute("role", "slider");
    pad.setAttribute("aria-roledescription", "two-dimensional slider");
    pad.setAttribute("aria-orientation", "horizontal");
    const picture = document.createElement("img");
    picture.alt = "";
    picture.draggable = false;
    const dot = document.createElement("div");
    dot.className = "ganlab-pad-dot";
    pad.append(picture, dot);
    const caption = document.createElement("div");
    caption.className = "ganlab-pad-caption";
    el.append(pad, caption);

    const reach = () => model.get("reach");
    const move = (x, y) => {
      model.set({ x: clamp(x, reach()), y: clamp(y, reach()) });
      model.save_changes();
    };
    const place = () => {
      const [x, y, most] = [model.get("x"), model.get("y"), reach()];
      dot.style.left = `${50 + (50 * x) / most}%`;
      dot.style.top = `${50 - (50 * y) / most}%`;
      const text = `x ${shown(x)}, y ${shown(y)}`;
      caption.textContent = `${model.get("caption")}: ${text}`;
      pad.setAttribute("aria-label", model.get("label"));
      pad.setAttribute("aria-valuemin", -most);
      pad.setAttribute("aria-valuemax", most);
      pad.setAttribute("aria-valuenow", x);
      pad.setAttribute("aria-valuetext", text);
      pad.title = model.get("label");
    };
    let address = null;
    const paint = () => {
      const bytes = model.get("picture");
      const old = address;
      address = null;
      if (bytes && bytes.byteLength) {
        address = URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
        picture.src = address;
      }
      if (old) URL.revokeObjectURL(old);
    };
    const follow = (event) => {
      const box = pad.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top];
      move((2 * x / box.width - 1) * reach(), (1 - 2 * y / box.height) * reach());
    };
    pad.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      pad.focus();
      pad.setPointerCapture(event.pointerId);
      follow(event);
      event.preventDefault();
    });
    pad.addEventListener("pointermove", (event) => {
      if (pad.hasPointerCapture(event.pointerId)) follow(event);
    });
    const arrows = {
      ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1],
    };
    pad.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Home") move(0, 0);
      else if (event.key in arrows) {
        const [right, up] = arrows[event.key];
        const step = event.shiftKey ? 1 : 0.1;
        move(model.get("x") + step * right, model.get("y") + step * up);
      } else return;
      event.preventDefault();
      event.stopPropagation();
    });
    model.on("change:x change:y change:label change:caption", place);
    model.on("change:picture", paint);
    place();
    paint();
    return () => {
      model.off("change:x change:y change:label change:caption", place);
      model.off("change:picture", paint);
      if (address) URL.revokeObjectURL(address);
    };
  },
};
"""

_STYLE = """
.ganlab-pad { width: 224px; margin: 2px; color: var(--jp-ui-font-color1, inherit); }
.ganlab-pad-area { position: relative; width: 224px; height: 224px; cursor: crosshair;
  touch-action: none; user-select: none; box-sizing: border-box; border-radius: 3px;
  background: var(--jp-layout-color2, #ddd); }
.ganlab-pad-area img { width: 100%; height: 100%; display: block; border-radius: 3px;
  image-rendering: pixelated; pointer-events: none; }
.ganlab-pad-area:focus { outline: none; }
.ganlab-pad-area:focus-visible { outline: 3px solid #0072B2; outline-offset: 2px; }
[data-jp-theme-light=false] .ganlab-pad-area:focus-visible { outline-color: #56B4E9; }
.ganlab-pad-dot { position: absolute; width: 16px; height: 16px; margin: -8px 0 0 -8px;
  border-radius: 50%; background: #E69F00; border: 2px solid #fff; box-sizing: border-box;
  box-shadow: 0 0 0 2px #000; pointer-events: none; }
.ganlab-pad-caption { font-size: 13px; line-height: 1.4; text-align: center; padding-top: 6px;
  font-variant-numeric: tabular-nums; }
"""


class Pad(anywidget.AnyWidget):
    """A square with a dot in it. Arrow keys move it, Shift makes larger steps, Home centers.

    Attributes
    ----------
    x, y : float in [-reach, reach], in tenths
        The place of the dot; y grows upwards.
    reach : float
    picture : bytes
        A PNG behind the dot; none where it is empty.
    label : str
        What screen readers call it.
    caption : str
        Below it, in front of the numbers.

    Examples
    --------
    >>> pad = Pad(reach=3.5, label="Two directions", caption="plane")
    >>> pad.x = 99
    >>> pad
    Pad(x=3.5, y=0.0)
    """

    _esm = _SCRIPT
    _css = _STYLE
    x = traitlets.Float(0.0).tag(sync=True)
    y = traitlets.Float(0.0).tag(sync=True)
    reach = traitlets.Float(1.0).tag(sync=True)
    picture = traitlets.Bytes(b"").tag(sync=True)
    label = traitlets.Unicode("").tag(sync=True)
    caption = traitlets.Unicode("").tag(sync=True)

    @traitlets.validate("x", "y")
    def _inside(self, proposal):
        return min(self.reach, max(-self.reach, proposal["value"]))

    def __repr__(self):
        return f"Pad(x={self.x:.1f}, y={self.y:.1f})"
