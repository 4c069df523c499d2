"""The part of the canvas's script that draws a frame; `plane_picture` draws the same on paper."""

__all__ = ["DRAWING"]

DRAWING = """
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
    for (let c = 0; c < 3; c++) image.data[at + c] = mix(255, end[c], 1.1 * Math.abs(value - 0.5));
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
"""
