"""The losses of both players as live curves beside the plane."""

import anywidget
import numpy as np
import traitlets

from classroom.widgets.laboratory.frame import chance
from ganlab import plotting

__all__ = ["Curves", "describe", "thinned"]

_MOST = 300  # points of a curve that are sent

_SCRIPT = """
function render({ model, el }) {
  const canvas = document.createElement("canvas");
  canvas.className = "ganlab-curves";
  canvas.setAttribute("role", "img");
  el.append(canvas);
  let waiting = 0;

  function paint() {
    waiting = 0;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const ratio = window.devicePixelRatio || 1;
    if (!width) return;
    [canvas.width, canvas.height] = [width * ratio, height * ratio].map(Math.round);
    const ctx = canvas.getContext("2d"), style = getComputedStyle(canvas);
    ctx.scale(ratio, ratio);
    const text = style.color, view = model.get("points"), colors = model.get("colors");
    const data = view && view.byteLength
      ? new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength))
      : new Float32Array();
    const levels = model.get("levels"), marks = model.get("marks"), names = ["d_loss", "g_loss"];
    let [low, high, end] = [Math.min(...levels), Math.max(...levels), 1];
    for (let i = 0; i < data.length; i += 3) {
      end = Math.max(end, data[i]);
      for (const value of [data[i + 1], data[i + 2]]) {
        if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
      }
    }
    const room = 0.08 * (high - low) || 0.5;
    [low, high] = [low - room, high + room];
    const box = { left: 44, right: width - 8, top: 26, bottom: height - 22 };
    const X = (x) => box.left + (x / end) * (box.right - box.left);
    const Y = (y) => box.bottom - ((y - low) / (high - low)) * (box.bottom - box.top);
    ctx.font = `11px ${style.fontFamily}`;
    ctx.textBaseline = "middle";
    ctx.strokeStyle = ctx.fillStyle = text;
    ctx.globalAlpha = 0.35;
    ctx.lineWidth = 1;
    for (const mark of marks) {
      ctx.beginPath();
      ctx.moveTo(X(mark), box.top);
      ctx.lineTo(X(mark), box.bottom);
      ctx.stroke();
    }
    ctx.strokeRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    ctx.globalAlpha = 1;
    const unit = 10 ** Math.floor(Math.log10((high - low) / 2));
    const step = unit * ([1, 2, 5, 10].find((k) => (high - low) / (unit * k) <= 5) ?? 10);
    ctx.textAlign = "right";
    for (let y = Math.ceil(low / step) * step; y <= high; y += step) {
      ctx.fillText(Number(y.toPrecision(6)), box.left - 5, Y(y));
    }
    ctx.fillText(`${end.toLocaleString("en")} updates`, box.right, height - 9);
    ctx.textAlign = "left";
    ctx.fillText("0", box.left, height - 9);
    names.forEach((name, k) => {
      ctx.strokeStyle = colors[k];
      ctx.lineWidth = 1;
      ctx.setLineDash([1, 3]);
      ctx.beginPath();
      ctx.moveTo(box.left, Y(levels[k]));
      ctx.lineTo(box.right, Y(levels[k]));
      ctx.stroke();
      ctx.setLineDash(k ? [6, 3] : []);
      ctx.lineWidth = 1.6;
      ctx.beginPath();
      let pen = false;
      for (let i = 0; i < data.length; i += 3) {
        const value = data[i + 1 + k];
        if (Number.isNaN(value)) continue;
        ctx[pen ? "lineTo" : "moveTo"](X(data[i]), Y(value));
        pen = true;
      }
      const left = box.left + k * 0.5 * (box.right - box.left);
      ctx.moveTo(left, 11);
      ctx.lineTo(left + 22, 11);
      ctx.stroke();
      ctx.setLineDash([]);
      ctx.fillStyle = text;
      ctx.fillText(`${name} (chance ${levels[k].toFixed(2)})`, left + 27, 11);
    });
  }
  const later = () => { waiting ||= requestAnimationFrame(paint); };
  const say = () => canvas.setAttribute("aria-label", model.get("label"));
  model.on("change:points change:levels change:marks", later);
  model.on("change:label", say);
  const sizes = new ResizeObserver(later);
  sizes.observe(canvas);
  const theme = new MutationObserver(later);
  theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-name"] });
  say();
  later();
  return () => [sizes, theme].forEach((observer) => observer.disconnect());
}
export default { render };
"""


class Curves(anywidget.AnyWidget):
    """d_loss and g_loss over the updates, with their levels at chance; it fetches nothing.

    Attributes
    ----------
    points : bytes
        float32: updates, d_loss, g_loss, updates, ...
    levels : list of float
        d_loss and g_loss while the discriminator knows nothing.
    marks : list of int
        Updates at which settings changed.
    label : str
        For screen readers.
    """

    _esm = _SCRIPT
    points = traitlets.Bytes().tag(sync=True)
    levels = traitlets.List([0.0, 0.0]).tag(sync=True)
    marks = traitlets.List().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    colors = traitlets.List([plotting.DISCRIMINATOR, plotting.GENERATOR]).tag(sync=True)

    def show(self, game):
        """Shows the record of a game; of a long one the means of so many moves at a time."""
        with self.hold_sync():
            self.levels, self.marks = list(chance(game.settings.loss)), game.changes[-_MOST:]
            self.points = thinned(game.record, _MOST).astype("<f4").tobytes()
            self.label = "Losses: " + describe(game)

    def __repr__(self):
        return "Curves()"


def describe(game):
    """Says the last losses and their levels at chance."""
    parts = []
    for column, (name, level) in enumerate(
        zip(("d_loss", "g_loss"), chance(game.settings.loss), strict=True), start=1
    ):
        last = next((r[column] for r in reversed(game.record) if r[column] == r[column]), None)
        value = "not moved yet" if last is None else f"{last:.3f}"
        parts.append(f"{name} {value} (chance {level:.3f})")
    return ", ".join(parts)


def thinned(record, most):
    """Returns the rows of a record, or means of equally many of them if there are too many.

    Parameters
    ----------
    record : sequence of (int, float, float)
    most : int
        Rows to return at most.

    Returns
    -------
    array of float64, shape (rows, 3)
        NaN where no value of a mean was finite.

    Examples
    --------
    >>> thinned([(1, 2.0, np.nan), (2, np.nan, 5.0), (3, 4.0, np.nan)], most=2)
    array([[ 2.,  2.,  5.],
           [ 3.,  4., nan]])
    """
    rows = np.array(record, np.float64).reshape(-1, 3)
    size = max(1, -(-len(rows) // most))
    missing = -len(rows) % size
    blocks = np.concatenate([rows, np.full((missing, 3), np.nan)]).reshape(-1, size, 3)
    finite = np.isfinite(blocks)
    counts = finite.sum(axis=1)
    means = np.where(finite, blocks, 0).sum(axis=1) / np.where(counts, counts, np.nan)
    means[:, 0] = np.where(finite[..., 0], blocks[..., 0], 0).max(axis=1)
    return means
