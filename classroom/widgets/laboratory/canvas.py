"""The canvas of the laboratory: it draws frames, and takes drawings by pointer or keyboard."""

import anywidget
import traitlets

from classroom.widgets.laboratory.distributions import LEAST, LIMIT, MOST
from classroom.widgets.laboratory.drawing import DRAWING
from classroom.widgets.laboratory.frame import CELLS, NODES, SHOWN
from classroom.widgets.laboratory.picture import LAYERS, LONGEST, PULL
from ganlab import plotting

__all__ = ["Plane"]

_SCRIPT = """
function render({ model, el }) {
  const look = model.get("look"), L = look.limit;
  const make = (tag, name, parent) => {
    const element = document.createElement(tag);
    element.className = name;
    parent.append(element);
    return element;
  };
  const root = make("div", "ganlab-plane", el);
  root.dataset.lmSuppressShortcuts = "true"; // or JupyterLab would take the keys
  const canvas = make("canvas", "ganlab-plane-canvas", root);
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  const legend = make("div", "ganlab-plane-legend", root);
  const keys = make("div", "ganlab-plane-keys", root);
  const said = make("div", "ganlab-plane-said", root);
  said.setAttribute("role", "status");
  let before = null, frame = unpack(model.get("frame"), look), began = 0, waiting = 0;
  let marks = [...model.get("drawn")], strokes = [], cursor = [0, 0], down = false;
  let last = null, told = 0;

  function paint() {
    waiting = 0;
    const side = canvas.clientWidth, ratio = window.devicePixelRatio || 1;
    if (!side) return;
    if (canvas.width !== Math.round(side * ratio)) {
      canvas.width = canvas.height = Math.round(side * ratio);
    }
    const ctx = canvas.getContext("2d"), scale = side / (2 * L);
    const X = (x) => (x + L) * scale, Y = (y) => (L - y) * scale;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.fillStyle = "#fff";
    ctx.fillRect(0, 0, side, side);
    const t = model.get("tween") ? Math.min(1, (performance.now() - began) / 400) : 1;
    const drawing = model.get("drawing");
    ctx.globalAlpha = drawing ? 0.35 : 1;
    if (frame) drawFrame(ctx, side, between(before, frame, t), look, model.get("layers"), X, Y);
    ctx.globalAlpha = 1;
    if (drawing) {
      drawPoints(ctx, marks, look.real, "#fff", false, X, Y);
      ctx.strokeStyle = "#000";
      ctx.lineWidth = 1;
      const [x, y] = [X(cursor[0]), Y(cursor[1])];
      ctx.strokeRect(x - 6, y - 6, 12, 12);
      ctx.beginPath();
      for (const [a, b] of [[1, 0], [0, 1]]) {
        ctx.moveTo(x - 10 * a, y - 10 * b);
        ctx.lineTo(x + 10 * a, y + 10 * b);
      }
      ctx.stroke();
    }
    if (t < 1) later();
  }
  const later = () => { waiting ||= requestAnimationFrame(paint); };

  function pour(x, y) {
    for (let i = 0; i < 4 && marks.length < 2 * look.most; i++) {
      for (const middle of [x, y]) {
        const value = middle + (Math.random() + Math.random() - 1) * 0.16;
        marks.push(Math.round(1000 * Math.max(-L, Math.min(L, value))) / 1000);
      }
    }
    later();
  }
  function tell() {
    model.set("drawn", [...marks]);
    model.save_changes();
  }
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [
      ((event.clientX - box.left) / box.width) * 2 * L - L,
      L - ((event.clientY - box.top) / box.height) * 2 * L,
    ];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.focus({ preventScroll: true });
    if (!model.get("drawing") || event.button) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    strokes.push(marks.length);
    [down, last] = [true, place(event)];
    cursor = last;
    pour(...last);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!down) return;
    cursor = place(event);
    if (Math.hypot(cursor[0] - last[0], cursor[1] - last[1]) < 0.08) return;
    pour(...(last = cursor));
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => {
      if (down) tell();
      down = false;
    });
  }
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  canvas.addEventListener("keydown", (event) => {
    const { key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (model.get("drawing") && moves[key]) {
      const far = event.shiftKey ? 0.5 : 0.1;
      cursor = cursor.map((value, i) => Math.max(-L, Math.min(L, value + far * moves[key][i])));
      later();
    } else if (model.get("drawing") && key === " ") {
      strokes.push(marks.length);
      pour(...cursor);
      tell();
    } else if (model.get("drawing") && key === "Backspace") {
      marks.length = strokes.pop() ?? 0;
      later();
      tell();
    } else if (!model.get("drawing") && " dgb".includes(key.toLowerCase())) {
      if (!event.repeat) model.send({ key: key.toLowerCase() });
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
  function words() {
    const drawing = model.get("drawing"), [low, middle, high] = model.get("scale");
    canvas.classList.toggle("ganlab-drawing", drawing);
    canvas.setAttribute("aria-label", model.get("label"));
    said.textContent = model.get("said");
    keys.textContent = drawing ? look.drawing_keys : look.playing_keys;
    legend.replaceChildren();
    const add = (name, text) => { make("span", name, legend).textContent = text; };
    add("ganlab-real", "real");
    add("ganlab-fake", "fake");
    add("ganlab-pull", "pull on a fake");
    add("ganlab-low", low);
    add("ganlab-bar", "");
    add("ganlab-high", high);
    add("ganlab-chance", middle);
  }
  model.on("change:frame", () => {
    before = model.get("tween") ? frame : null;
    frame = unpack(model.get("frame"), look);
    if (before && matchMedia("(prefers-reduced-motion: reduce)").matches) before = null;
    began = performance.now();
    if (began - told > 1000) {
      told = began;
      model.send({ key: "" }); // somebody is looking
    }
    later();
  });
  model.on("change:drawn", () => {
    marks = [...model.get("drawn")];
    if (!marks.length) strokes = [];
    later();
  });
  for (const name of ["label", "said", "scale", "drawing"]) model.on(`change:${name}`, words);
  for (const name of ["layers", "drawing"]) model.on(`change:${name}`, later);
  const sizes = new ResizeObserver(later);
  sizes.observe(canvas);
  words();
  later();
  return () => sizes.disconnect();
}
export default { render };
"""


class Plane(anywidget.AnyWidget):
    """The plane of a game, fed with the bytes of `Frame.pack`; it fetches nothing.

    Attributes
    ----------
    frame : bytes
    layers : list of str
    drawing : bool
        Whether pointer and keyboard draw points instead of driving the game.
    drawn : list of float
        The drawing: x, y, x, y, ...
    scale : list of str
        What the heat map's ends and its middle are called.
    label, said : str
        For screen readers: what is seen, and what has happened.
    tween : bool
        Whether points glide to their new places, for slow motion.
    """

    _esm = DRAWING + _SCRIPT
    frame = traitlets.Bytes().tag(sync=True)
    layers = traitlets.List(list(LAYERS)).tag(sync=True)
    drawing = traitlets.Bool(False).tag(sync=True)
    drawn = traitlets.List().tag(sync=True)
    scale = traitlets.List(["", "", ""]).tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)
    tween = traitlets.Bool(False).tag(sync=True)
    look = traitlets.Dict(
        {
            "limit": LIMIT,
            "cells": CELLS,
            "nodes": NODES,
            "shown": SHOWN,
            "most": MOST,
            "pull": PULL,
            "longest": LONGEST,
            "real": plotting.REAL,
            "fake": plotting.FAKE,
            "arrow": plotting.GENERATOR,
            "playing_keys": "Keys on the plane: Space plays or pauses, D, G and B step "
            "the discriminator, the generator or both.",
            "drawing_keys": f"Drag to scatter points, {LEAST} at least. Keys: arrows move "
            "(Shift: faster), Space scatters, Backspace takes back.",
        }
    ).tag(sync=True)

    def __repr__(self):
        return "Plane()"
