// A pen on a canvas: strokes by pointer, by touch and by keyboard, which the kernel hears of.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export const PEN_KEYS =
  "Draw with the pointer, or from the keyboard: arrows move the pen, Shift makes them longer, " +
  "Space puts it down and lifts it, Backspace takes the last stroke back.";

// canvas: to draw on, inside a frame of its own size, and marker, which shows the pen there;
// spoken: an element for screen readers; size(): width and height of the picture in its pixels;
// far: pixels of an arrow key; soon: milliseconds between two messages while the pen moves;
// preview(strokes): draws the newest at once. Returns what shows and what forgets the pen.
export function holdPen({ model, canvas, marker, spoken, size, far, soon, preview }) {
  let [at, strokes, down, dragging, timer] = [[0, 0], [], false, false, null];

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
    preview(strokes);
  }

  function extend() {
    const points = strokes.at(-1);
    const [x, y] = points.at(-1);
    if (x === at[0] && y === at[1]) return;
    points.push([...at]);
    preview(strokes);
    send(soon);
  }

  function move(x, y) {
    const [width, height] = size();
    const inside = (value, end) => Math.min(end - 1, Math.max(0, Math.round(value)));
    at = [inside(x, width), inside(y, height)];
    marker.style.left = `${(100 * (at[0] + 0.5)) / width}%`;
    marker.style.top = `${(100 * (at[1] + 0.5)) / height}%`;
  }

  function follow(event) {
    const box = canvas.getBoundingClientRect(), [width, height] = size();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    move((x / box.width) * width - 0.5, (y / box.height) * height - 0.5);
  }

  function lift() {
    down = false;
    marker.classList.remove("down");
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || dragging) return; // a second finger draws nothing
    canvas.setPointerCapture(event.pointerId);
    lift();
    follow(event);
    dragging = true;
    begin();
    send(soon);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    follow(event);
    extend();
  });
  for (const end of ["pointerup", "pointercancel"])
    canvas.addEventListener(end, (event) => {
      if (!canvas.hasPointerCapture(event.pointerId)) return;
      dragging = false;
      send(0);
    });

  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in ARROWS) {
      const [right, below] = ARROWS[event.key];
      const step = (event.shiftKey ? 4 : 1) * far();
      move(at[0] + step * right, at[1] + step * below);
      if (down) extend();
    } else if (event.key === " " || event.key === "Enter") {
      down = !down;
      marker.classList.toggle("down", down);
      if (down) begin();
      send(down ? soon : 0);
    } else if (event.key === "Backspace") {
      lift();
      strokes = model.get("strokes").slice(0, -1);
      send(0);
    } else if (event.key === "Escape") lift();
    else return;
    spoken.textContent =
      event.key === "Backspace"
        ? `${strokes.length} ${strokes.length === 1 ? "stroke" : "strokes"} left`
        : `Pen ${down ? "down" : "up"} at ${at[0]}, ${at[1]}`;
    event.preventDefault();
    event.stopPropagation(); // JupyterLab's own shortcuts
  });
  canvas.addEventListener("blur", lift);

  function take() {
    if (!dragging && !down) strokes = model.get("strokes");
  }
  model.on("change:strokes", take);
  const [width, height] = size();
  move(width / 2, height / 2);
  return {
    again: () => { if (down || dragging) preview(strokes); },
    forget: () => {
      clearTimeout(timer);
      model.off("change:strokes", take);
    },
  };
}
