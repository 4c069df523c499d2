// The losses of both players over the updates, with their levels at chance.

// The number at a line across: the long ones of a game that diverged have an exponent.
function tick(value) {
  const short = Number(value.toPrecision(6));
  return Math.abs(short) < 1e5 ? String(short) : short.toExponential().replace("+", "");
}

export function renderCurves({ model, el }) {
  const canvas = document.createElement("canvas");
  canvas.className = "ganlab-losses";
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
    const updates = data.length ? data.at(-3) : 0, end = Math.max(1, updates);
    let [low, high] = [Math.min(...levels), Math.max(...levels)];
    for (let i = 0; i < data.length; i += 3) {
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
      ctx.fillText(tick(y), box.left - 5, Y(y));
    }
    const words = `${updates.toLocaleString("en")} ${updates === 1 ? "update" : "updates"}`;
    ctx.fillText(words, box.right, height - 9);
    ctx.textAlign = "left";
    ctx.fillText("0", box.left, height - 9);
    names.forEach((name, k) => {
      ctx.strokeStyle = colors[k];
      ctx.lineWidth = 1;
      ctx.setLineDash([1, 3]);
      ctx.beginPath();
      ctx.moveTo(X(model.get("since")), Y(levels[k])); // the loss before had other levels
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
  const followed = [["change:points change:levels change:since change:marks", later],
    ["change:label", say]];
  for (const pair of followed) model.on(...pair);
  const sizes = new ResizeObserver(later);
  sizes.observe(canvas);
  const theme = new MutationObserver(later);
  const themes = ["data-jp-theme-name", "data-theme"]; // of JupyterLab, of the site
  theme.observe(document.body, { attributes: true, attributeFilter: themes });
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", later);
  say();
  later();
  return () => {
    for (const observer of [sizes, theme]) observer.disconnect();
    dark.removeEventListener("change", later);
    for (const pair of followed) model.off(...pair);
  };
}

export default { render: renderCurves };
