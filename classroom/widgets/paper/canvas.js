import { add, keepKeys, speaker } from "../elements.js";
import { holdPen, PEN_KEYS } from "../pen.js";

function render({ model, el }) {
  keepKeys(el);
  const side = model.get("side");
  const frame = add(el, "div", "ganlab-paper-frame");
  const canvas = add(frame, "canvas", "ganlab-paper-canvas");
  canvas.width = canvas.height = 2 * side; // sharp on screens of more pixels, too
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", model.get("label"));
  canvas.title = PEN_KEYS;
  const marker = add(frame, "span", "ganlab-pen");
  const hint = add(frame, "span", "ganlab-paper-hint");
  hint.textContent = "draw a digit";
  const say = speaker(el);

  function paint(strokes) {
    const context = canvas.getContext("2d");
    context.setTransform(2, 0, 0, 2, 0, 0);
    context.fillStyle = "black";
    context.fillRect(0, 0, side, side);
    context.strokeStyle = "white";
    context.lineWidth = model.get("pen");
    context.lineCap = context.lineJoin = "round";
    for (const points of strokes) {
      context.beginPath();
      context.moveTo(points[0][0] + 0.5, points[0][1] + 0.5);
      for (const [x, y] of points) context.lineTo(x + 0.5, y + 0.5);
      context.stroke();
    }
    hint.hidden = strokes.length > 0;
  }

  const pen = holdPen({
    model,
    canvas,
    marker,
    say,
    size: () => [side, side],
    far: () => 5,
    soon: 25,
    preview: paint,
  });
  const show = () => {
    paint(model.get("strokes").filter((points) => points.length));
    pen.again();
  };
  const report = speaker(el);
  const tell = () => report(model.get("said"));
  model.on("change:strokes", show);
  model.on("change:said", tell);
  show();
  return () => {
    model.off("change:strokes", show);
    model.off("change:said", tell);
    pen.forget();
  };
}

export default { render };
