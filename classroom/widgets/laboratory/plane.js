// The plane: it draws frames, and takes drawings by pointer or keyboard.

import { add, keepKeys } from "../elements.js";
import { ARROWS } from "../keys.js";

const mix = (a, b, t) => a + (b - a) * t;
const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

function unpack(view, look) {
  if (!view || !view.byteLength) return null;
  const floats = 6 * look.shown + 2 * look.nodes ** 2;
  const start = view.byteOffset;
  return {
    numbers: new Float32Array(view.buffer.slice(start, start + 4 * floats)),
    heat: new Float32Array(new Uint8Array(view.buffer.slice(start + 4 * floats))),
  };
}

function between(a, b, t) {
  if (!a || t >= 1) return b;
  return {
    numbers: b.numbers.map((value, i) => mix(a.numbers[i], value, t)),
    heat: b.heat.map((value, i) => mix(a.heat[i], value, t)),
  };
}

function drawHeat(ctx, side, heat, look) {
  const n = look.cells, small = new OffscreenCanvas(n, n), image = new ImageData(n, n);
  const [fake, real] = [rgb(look.fake), rgb(look.real)];
  for (let i = 0; i < n * n; i++) {
    const value = heat[i] / 255, end = value < 0.5 ? fake : real;
    const row = n - 1 - Math.floor(i / n), at = 4 * (row * n + (i % n));
    const share = look.heat * Math.abs(2 * value - 1);
    for (let c = 0; c < 3; c++) image.data[at + c] = mix(255, end[c], share);
    image.data[at + 3] = 255;
  }
  small.getContext("2d").putImageData(image, 0, 0);
  ctx.imageSmoothingEnabled = true;
  ctx.imageSmoothingQuality = "high";
  ctx.drawImage(small, 0, 0, side, side);
}

// Marching squares at the middle of the scale, between the centers of the cells.
function drawContour(ctx, side, heat, look) {
  const n = look.cells, size = side / n, level = 127.5;
  const at = (row, column) => heat[row * n + column] - level;
  ctx.beginPath();
  for (let r = 0; r < n - 1; r++) {
    for (let c = 0; c < n - 1; c++) {
      const corners = [[r, c], [r, c + 1], [r + 1, c + 1], [r + 1, c]], cuts = [];
      for (let k = 0; k < 4; k++) {
        const [a, b] = [corners[k], corners[(k + 1) % 4]], [u, v] = [at(...a), at(...b)];
        if (u < 0 === v < 0) continue;
        const t = u / (u - v);
        cuts.push([(mix(a[1], b[1], t) + 0.5) * size, side - (mix(a[0], b[0], t) + 0.5) * size]);
      }
      for (let k = 0; k + 1 < cuts.length; k += 2) {
        ctx.moveTo(...cuts[k]);
        ctx.lineTo(...cuts[k + 1]);
      }
    }
  }
  ctx.strokeStyle = "#000";
  ctx.lineWidth = 1.2;
  ctx.setLineDash([5, 3]);
  ctx.stroke();
  ctx.setLineDash([]);
}

function drawSheet(ctx, sheet, look, X, Y) {
  const n = look.nodes;
  ctx.beginPath();
  for (let line = 0; line < n; line += 2) {
    for (const [first, stride] of [[line * n, 1], [line, n]]) {
      for (let k = 0; k < n; k++) {
        const i = 2 * (first + k * stride);
        ctx[k ? "lineTo" : "moveTo"](X(sheet[i]), Y(sheet[i + 1]));
      }
    }
  }
  ctx.strokeStyle = "rgba(70, 70, 70, 0.5)";
  ctx.lineWidth = 0.8;
  ctx.stroke();
}

function drawPulls(ctx, fake, pull, look, X, Y) {
  ctx.beginPath();
  for (let i = 0; i < pull.length; i += 2) {
    const length = Math.hypot(pull[i], pull[i + 1]) * look.pull;
    const scale = look.pull * Math.min(1, look.longest / (length + 1e-12));
    ctx.moveTo(X(fake[i]), Y(fake[i + 1]));
    ctx.lineTo(X(fake[i] + scale * pull[i]), Y(fake[i + 1] + scale * pull[i + 1]));
  }
  ctx.strokeStyle = look.arrow;
  ctx.lineWidth = 1.3;
  ctx.stroke();
}

// All edges below all fills, or the edges of a dense cluster would hide it.
function drawPoints(ctx, points, color, edge, diamond, X, Y) {
  for (const [fill, grown] of [[edge, 0.9], [color, 0]]) {
    ctx.beginPath();
    for (let i = 0; i < points.length; i += 2) {
      const [x, y] = [X(points[i]), Y(points[i + 1])], r = (diamond ? 3.6 : 3) + grown;
      if (diamond) {
        ctx.moveTo(x, y - r);
        for (const [a, b] of [[r, 0], [0, r], [-r, 0]]) ctx.lineTo(x + a, y + b);
        ctx.closePath();
      } else {
        ctx.moveTo(x + r, y);
        ctx.arc(x, y, r, 0, 7);
      }
    }
    ctx.fillStyle = fill;
    ctx.fill();
  }
}

function drawFrame(ctx, side, frame, look, layers, X, Y) {
  const { numbers, heat } = frame, n = 2 * look.shown;
  const part = (k) => numbers.subarray(k * n, (k + 1) * n);
  if (layers.includes("heat map")) {
    drawHeat(ctx, side, heat, look);
    drawContour(ctx, side, heat, look);
  }
  if (layers.includes("warped grid")) drawSheet(ctx, numbers.subarray(3 * n), look, X, Y);
  if (layers.includes("real")) drawPoints(ctx, part(0), look.real, "#fff", false, X, Y);
  if (layers.includes("pulls")) drawPulls(ctx, part(1), part(2), look, X, Y);
  if (layers.includes("fake")) drawPoints(ctx, part(1), look.fake, "#000", true, X, Y);
}

export function renderPlane({ model, el }) {
  const look = model.get("look"), L = look.limit;
  const root = add(el, "div", "ganlab-plane");
  keepKeys(el);
  const canvas = add(root, "canvas", "ganlab-plane-canvas");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  const legend = add(root, "div", "ganlab-plane-legend");
  const keys = add(root, "div", "ganlab-muted");
  const said = add(root, "div", "ganlab-plane-said");
  said.setAttribute("role", "status");
  let before = null, frame = unpack(model.get("frame"), look), began = 0, waiting = 0;
  let marks = [...model.get("drawn")], strokes = [], cursor = [0, 0], pointer = null;
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
    // A second finger draws nothing.
    if (!model.get("drawing") || event.button || pointer !== null) return;
    event.preventDefault();
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    strokes.push(marks.length);
    cursor = last = place(event);
    pour(...last);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    cursor = place(event);
    const outside = cursor.some((value) => Math.abs(value) > L);
    if (outside || Math.hypot(cursor[0] - last[0], cursor[1] - last[1]) < 0.08) return;
    pour(...(last = cursor));
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    canvas.addEventListener(end, (event) => {
      if (event.pointerId !== pointer) return;
      pointer = null;
      tell();
    });
  }
  canvas.addEventListener("keydown", (event) => {
    const { key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (model.get("drawing") && key in ARROWS) {
      const far = event.shiftKey ? 0.5 : 0.1;
      const [right, below] = ARROWS[key], inside = (value) => Math.max(-L, Math.min(L, value));
      cursor = [inside(cursor[0] + far * right), inside(cursor[1] - far * below)];
      later();
    } else if (model.get("drawing") && key === " ") {
      strokes.push(marks.length);
      pour(...cursor);
      tell();
    } else if (model.get("drawing") && key === "Backspace") {
      // After a reload nobody knows where strokes began: a stroke of the keyboard is 4 points.
      marks.length = strokes.pop() ?? Math.max(0, marks.length - 8);
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
    const entry = (name, text) => { add(legend, "span", name, text); };
    entry("ganlab-real", "real");
    entry("ganlab-fake", "fake");
    entry("ganlab-pull", "pull on a fake");
    entry("", low);
    entry("ganlab-bar", "");
    entry("", high);
    entry("ganlab-chance", middle);
  }
  function follow() {
    before = model.get("tween") ? frame : null;
    frame = unpack(model.get("frame"), look);
    if (before && matchMedia("(prefers-reduced-motion: reduce)").matches) before = null;
    began = performance.now();
    if (began - told > 1000) {
      told = began;
      model.send({ key: "" }); // somebody is looking
    }
    later();
  }
  function take() {
    marks = [...model.get("drawn")];
    strokes = strokes.filter((start) => start < marks.length);
    later();
  }
  const followed = [["change:frame", follow], ["change:drawn", take],
    ["change:label change:said change:scale change:drawing", words],
    ["change:layers change:drawing", later]];
  for (const pair of followed) model.on(...pair);
  const sizes = new ResizeObserver(later);
  sizes.observe(canvas);
  words();
  later();
  return () => {
    sizes.disconnect();
    for (const pair of followed) model.off(...pair);
  };
}

export default { render: renderPlane };
