const HINT =
  "Draw on the changed picture with the pointer, or from the keyboard: focus it, arrows move " +
  "the pen, Shift makes them longer, Space puts it down and lifts it.";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const SOON = 60; // milliseconds between two messages to the kernel while the pen moves

function add(parent, tag, className = "") {
  const element = document.createElement(tag);
  element.className = className;
  return parent.appendChild(element);
}

function render({ model, el }) {
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
  drawing.setAttribute("aria-label", `Changed picture. ${HINT}`);
  drawing.tabIndex = 0;
  drawing.title = HINT;
  drawing.classList.add("drawing");
  const pen = add(drawing.parentElement, "span", "pen");
  const spoken = add(el, "div", "spoken");
  spoken.setAttribute("aria-live", "polite");

  let [width, height, at, strokes] = [1, 1, [0, 0], []];
  let [down, dragging, timer] = [false, false, null];

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
    if (down || dragging) preview();
  }

  // What the pen leaves is seen at once; the kernel's picture replaces it a moment later.
  function preview() {
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

  function send(delay) {
    if (timer && delay) return; // one is on its way, with all that was drawn until it leaves
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = null;
      model.set("strokes", strokes.map((points) => [...points]));
      model.save_changes();
    }, delay);
  }

  function begin() {
    strokes = [...model.get("strokes"), [[...at]]];
  }

  function extend() {
    const points = strokes.at(-1);
    const [x, y] = points.at(-1);
    if (x === at[0] && y === at[1]) return;
    points.push([...at]);
    preview();
    send(SOON);
  }

  function move(x, y) {
    const inside = (value, size) => Math.min(size - 1, Math.max(0, Math.round(value)));
    at = [inside(x, width), inside(y, height)];
    pen.style.left = `${(100 * (at[0] + 0.5)) / width}%`;
    pen.style.top = `${(100 * (at[1] + 0.5)) / height}%`;
  }

  function follow(event) {
    const box = drawing.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    move((x / box.width) * width - 0.5, (y / box.height) * height - 0.5);
  }

  function lift() {
    down = false;
    pen.classList.remove("down");
  }

  drawing.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    drawing.setPointerCapture(event.pointerId);
    lift();
    follow(event);
    dragging = true;
    begin();
    send(SOON);
  });
  drawing.addEventListener("pointermove", (event) => {
    if (!dragging) return;
    follow(event);
    extend();
  });
  for (const end of ["pointerup", "pointercancel"])
    drawing.addEventListener(end, () => {
      if (!dragging) return;
      dragging = false;
      send(0);
    });

  drawing.addEventListener("keydown", (event) => {
    if (event.key in ARROWS) {
      const [right, below] = ARROWS[event.key];
      const far = ((event.shiftKey ? 8 : 2) * width) / 128;
      move(at[0] + far * right, at[1] + far * below);
      if (down) extend();
    } else if (event.key === " " || event.key === "Enter") {
      down = !down;
      pen.classList.toggle("down", down);
      if (down) {
        begin();
        preview();
      }
      send(down ? SOON : 0);
    } else if (event.key === "Escape") lift();
    else return;
    spoken.textContent = `Pen ${down ? "down" : "up"} at ${at[0]}, ${at[1]}`;
    event.preventDefault();
    event.stopPropagation(); // JupyterLab's own shortcuts
  });
  drawing.addEventListener("blur", lift);

  function take() {
    if (!dragging && !down) strokes = model.get("strokes");
  }
  model.on("change:pictures", show);
  model.on("change:strokes", take);
  show();
  move(width / 2, height / 2);
  return () => {
    model.off("change:pictures", show);
    model.off("change:strokes", take);
  };
}

export default { render };
