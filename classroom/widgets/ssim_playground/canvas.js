import { add, keepKeys, speaker } from "../elements.js";
import { holdPen, PEN_KEYS } from "../pen.js";

function render({ model, el }) {
  keepKeys(el);
  el.classList.add("ganlab-ssim");
  const row = add(el, "div", "row");
  const canvases = model.get("panels").map(({ caption, ramp, note }) => {
    const figure = add(row, "figure");
    add(figure, "figcaption").textContent = caption;
    const canvas = add(add(figure, "div", "frame"), "canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", caption);
    const below = add(figure, "div", "below ganlab-muted");
    if (ramp) {
      below.append("0");
      add(below, "i").style.background = `linear-gradient(to right, ${ramp})`;
    }
    below.append(note);
    return canvas;
  });
  const drawing = canvases[1];
  drawing.setAttribute("role", "application");
  drawing.setAttribute("aria-label", "Changed picture");
  drawing.tabIndex = 0;
  drawing.title = PEN_KEYS;
  drawing.classList.add("drawing");
  const marker = add(drawing.parentElement, "span", "ganlab-pen");
  let [height, width] = model.get("size");

  // What the pen leaves is seen at once; the kernel's picture replaces it a moment later.
  function preview(strokes) {
    const points = strokes.at(-1);
    const context = drawing.getContext("2d");
    context.strokeStyle = "white";
    context.lineWidth = model.get("pen") * width;
    context.lineCap = "round";
    context.lineJoin = "round";
    context.beginPath();
    context.moveTo(points[0][0] + 0.5, points[0][1] + 0.5);
    for (const [x, y] of points) context.lineTo(x + 0.5, y + 0.5);
    context.stroke();
  }

  const pen = holdPen({
    model,
    canvas: drawing,
    marker,
    say: speaker(el),
    size: () => [width, height],
    far: () => (2 * width) / 128,
    soon: 60,
    preview,
  });

  function show() {
    [height, width] = model.get("size");
    const bytes = model.get("pictures");
    const length = width * height * 4;
    if (bytes.byteLength !== canvases.length * length) return;
    canvases.forEach((canvas, i) => {
      canvas.width = width;
      canvas.height = height;
      const start = bytes.byteOffset + i * length;
      const part = new Uint8ClampedArray(bytes.buffer, start, length);
      canvas.getContext("2d").putImageData(new ImageData(part, width, height), 0, 0);
    });
    pen.again();
  }

  model.on("change:pictures", show);
  show();
  return () => {
    model.off("change:pictures", show);
    pen.forget();
  };
}

export default { render };
