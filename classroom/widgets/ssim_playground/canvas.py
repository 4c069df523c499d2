"""Four pictures side by side, the second of which can be drawn on, by pointer and by keyboard."""

import anywidget
import numpy as np
import traitlets
from matplotlib import colormaps

__all__ = ["CAPTIONS", "Canvas", "in_colors"]

CAPTIONS = ("Original", "Changed", "SSIM, window by window", "Error, pixel by pixel")

_SCRIPT = """
const HINT = "Draw on the changed picture with the pointer, or from the keyboard: "
  + "focus it, arrows move the pen, Shift makes them longer, Space puts it down and lifts it.";

function render({ model, el }) {
  el.classList.add("ganlab-ssim");
  const row = el.appendChild(document.createElement("div"));
  row.className = "row";
  const canvases = model.get("captions").map((caption, i) => {
    const figure = row.appendChild(document.createElement("figure"));
    const title = figure.appendChild(document.createElement("figcaption"));
    title.textContent = caption;
    const frame = figure.appendChild(document.createElement("div"));
    frame.className = "frame";
    const canvas = frame.appendChild(document.createElement("canvas"));
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", caption);
    const below = figure.appendChild(document.createElement("div"));
    below.className = "below";
    below.innerHTML = ["as it was", "draw a scratch on it",
      "0<i class='ssim'></i>1 = alike", "0<i class='error'></i>1 = wrong"][i];
    return canvas;
  });
  const drawing = canvases[1];
  drawing.setAttribute("role", "application");
  drawing.setAttribute("aria-label", "Changed picture. " + HINT);
  drawing.tabIndex = 0;
  drawing.title = HINT;
  drawing.classList.add("drawing");
  const pen = drawing.parentElement.appendChild(document.createElement("span"));
  pen.className = "pen";
  const spoken = el.appendChild(document.createElement("div"));
  spoken.className = "spoken";
  spoken.setAttribute("aria-live", "polite");

  let width = 1, height = 1, strokes = [], down = false, dragging = false, timer = null;
  let at = [0, 0];

  function show() {
    [height, width] = model.get("size");
    const bytes = model.get("pictures");
    if (bytes.byteLength !== canvases.length * width * height * 4) return;
    canvases.forEach((canvas, i) => {
      canvas.width = width;
      canvas.height = height;
      const part = new Uint8ClampedArray(
        bytes.buffer, bytes.byteOffset + i * width * height * 4, width * height * 4);
      canvas.getContext("2d").putImageData(new ImageData(part, width, height), 0, 0);
    });
    if (down || dragging) preview();
  }

  // What the pen leaves is seen at once; the kernel's picture replaces it a moment later.
  function preview() {
    const points = strokes[strokes.length - 1], context = drawing.getContext("2d");
    context.strokeStyle = "white";
    context.lineWidth = 3 * width / 128;
    context.lineCap = context.lineJoin = "round";
    context.beginPath();
    context.moveTo(points[0][0] + 0.5, points[0][1] + 0.5);
    points.forEach(([x, y]) => context.lineTo(x + 0.5, y + 0.5));
    context.stroke();
  }

  function send(now) {
    clearTimeout(timer);
    timer = setTimeout(() => {
      model.set("strokes", strokes.map(points => points.slice()));
      model.save_changes();
    }, now ? 0 : 60);
  }

  function begin() { strokes = model.get("strokes").concat([[at.slice()]]); }

  function extend() {
    const points = strokes[strokes.length - 1], last = points[points.length - 1];
    if (last[0] === at[0] && last[1] === at[1]) return;
    points.push(at.slice());
    preview();
    send(false);
  }

  function move(x, y) {
    at = [Math.min(width - 1, Math.max(0, Math.round(x))),
          Math.min(height - 1, Math.max(0, Math.round(y)))];
    pen.style.left = 100 * (at[0] + 0.5) / width + "%";
    pen.style.top = 100 * (at[1] + 0.5) / height + "%";
  }

  function follow(event) {
    const box = drawing.getBoundingClientRect();
    move((event.clientX - box.left) / box.width * width - 0.5,
         (event.clientY - box.top) / box.height * height - 0.5);
  }

  function lift() {
    down = false;
    pen.classList.remove("down");
  }

  drawing.addEventListener("pointerdown", event => {
    if (event.button !== 0) return;
    drawing.setPointerCapture(event.pointerId);
    lift();
    follow(event);
    dragging = true;
    begin();
    send(false);
  });
  drawing.addEventListener("pointermove", event => {
    if (!dragging) return;
    follow(event);
    extend();
  });
  for (const end of ["pointerup", "pointercancel"])
    drawing.addEventListener(end, () => { if (dragging) { dragging = false; send(true); } });

  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  drawing.addEventListener("keydown", event => {
    const arrow = arrows[event.key];
    if (arrow) {
      const far = (event.shiftKey ? 8 : 2) * width / 128;
      move(at[0] + far * arrow[0], at[1] + far * arrow[1]);
      if (down) extend();
    } else if (event.key === " " || event.key === "Enter") {
      down = !down;
      pen.classList.toggle("down", down);
      if (down) { begin(); preview(); }
      send(!down);
    } else if (event.key === "Escape") {
      lift();
    } else return;
    spoken.textContent = `Pen ${down ? "down" : "up"} at ${at[0]}, ${at[1]}`;
    event.preventDefault();
    event.stopPropagation();  // JupyterLab's own shortcuts
  });
  drawing.addEventListener("blur", lift);

  model.on("change:pictures", show);
  model.on("change:strokes", () => { if (!dragging && !down) strokes = model.get("strokes"); });
  show();
  move(width / 2, height / 2);
}

export default { render };
"""

_STYLE = """
.ganlab-ssim-playground .widget-label { text-align: left; }
.ganlab-ssim { color: var(--jp-ui-font-color1, inherit); font-family: var(--jp-ui-font-family);
  font-size: var(--jp-ui-font-size1, 13px); position: relative; margin: 8px 2px 0 2px; }
.ganlab-ssim .row { display: grid; grid-template-columns: repeat(4, minmax(0, 230px)); gap: 14px; }
.ganlab-ssim figure { margin: 0; min-width: 0; }
.ganlab-ssim figcaption { font-weight: 600; margin-bottom: 7px; white-space: nowrap; }
.ganlab-ssim .frame { position: relative; line-height: 0; }
.ganlab-ssim canvas { width: 100%; height: auto; border-radius: 3px; }
.ganlab-ssim .below { color: var(--jp-ui-font-color2, inherit); margin-top: 5px;
  font-size: 12px; display: flex; align-items: center; gap: 5px; white-space: nowrap; }
.ganlab-ssim .below i { height: 8px; width: 72px; border-radius: 2px; }
.ganlab-ssim i.ssim { background: linear-gradient(to right, RAMP_SSIM); }
.ganlab-ssim i.error { background: linear-gradient(to right, RAMP_ERROR); }
.ganlab-ssim .drawing { cursor: crosshair; touch-action: none; }
.ganlab-ssim .drawing:focus-visible { outline: 3px solid var(--jp-brand-color1, #0072B2);
  outline-offset: 2px; }
.ganlab-ssim .pen { display: none; position: absolute; width: 12px; height: 12px;
  margin: -8px 0 0 -8px; border: 2px solid white; border-radius: 50%;
  box-shadow: 0 0 0 2px black, inset 0 0 0 1px black; pointer-events: none; }
.ganlab-ssim .drawing:focus-visible ~ .pen { display: block; }
.ganlab-ssim .pen.down { background: #E69F00; }
.ganlab-ssim .spoken { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; }
"""

SSIM_COLORS, ERROR_COLORS = "cividis", "inferno"


def _ramp(name):
    colors = colormaps[name](np.linspace(0, 1, 9), bytes=True)[:, :3]
    return ", ".join("rgb({}, {}, {})".format(*color) for color in colors.tolist())


class Canvas(anywidget.AnyWidget):
    """Shows four pictures of one size; the strokes drawn on the second come back.

    Attributes
    ----------
    size : tuple of int
        Height and width of the pictures in pixels.
    pictures : bytes
        Four pictures of red, green, blue and opacity, one after the other.
    strokes : list of list of [x, y]
        Points in pixels, in the order in which they were drawn.
    """

    _esm = _SCRIPT
    _css = _STYLE.replace("RAMP_SSIM", _ramp(SSIM_COLORS)).replace(
        "RAMP_ERROR", _ramp(ERROR_COLORS)
    )

    captions = traitlets.List(traitlets.Unicode(), list(CAPTIONS)).tag(sync=True)
    size = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(1, 1)).tag(sync=True)
    pictures = traitlets.Bytes(b"").tag(sync=True)
    strokes = traitlets.List(traitlets.List(traitlets.List(traitlets.Float()))).tag(sync=True)

    def __repr__(self):
        return "Canvas()"

    def show(self, original, changed, measures):
        """Sends the pictures: two as they are, two maps in colors."""
        original, changed = (in_colors(picture, "gray") for picture in (original, changed))
        local = in_colors(measures.ssim_map, SSIM_COLORS)
        # A window needs five pixels on every side: the map has a margin without a value.
        margin = [(a - b) // 2 for a, b in zip(original.shape[:2], local.shape[:2], strict=True)]
        local = np.pad(local, [(m, m) for m in margin] + [(0, 0)])
        parts = (original, changed, local, in_colors(measures.error_map, ERROR_COLORS))
        with self.hold_sync():
            self.size = original.shape[:2]
            self.pictures = b"".join(part.tobytes() for part in parts)


def in_colors(values, name):
    """Returns values in [0, 1] as colors of a map of Matplotlib.

    Examples
    --------
    >>> in_colors(np.array([[0.0, 1.0]]), "gray").tolist()
    [[[0, 0, 0, 255], [255, 255, 255, 255]]]
    """
    return colormaps[name](np.clip(values, 0.0, 1.0), bytes=True)
