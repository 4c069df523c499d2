// A pen on a canvas: strokes by pointer, by touch and by keyboard, which the kernel hears of.

import { ARROWS } from "./keys.js";

export const PEN_KEYS =
  "Draw with the pointer, or from the keyboard: arrows move the pen, Shift makes them longer, " +
  "Space puts it down and lifts it, Backspace takes the last stroke back.";

const copy = (strokes) => strokes.map((points) => points.map((point) => [...point]));

// canvas: to draw on, inside a frame of its own size, and marker, which shows the pen there;
// say(text): tells screen readers; size(): width and height of the picture in its pixels;
// far(): pixels of an arrow key; soon: milliseconds between two messages while the pen moves;
// preview(strokes): draws the newest at once. Returns what shows and what forgets the pen.
export function holdPen({ model, canvas, marker, say, size, far, soon, preview }) {
  let [at, strokes, down] = [[0, 0], copy(model.get("strokes")), false];
  let [pointer, timer, own] = [null, null, false];

  function send(delay) {
    if (timer && delay) return; // one is on its way, with all that was drawn until it leaves
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = null;
      own = true;
      model.set("strokes", copy(strokes));
      own = false;
      model.save_changes();
    }, delay);
  }

  function begin() {
    strokes.push([[...at]]);
    preview(strokes);
    send(soon);
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
    if (event.button !== 0 || pointer !== null) return; // a second finger draws nothing
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    lift();
    follow(event);
    begin();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    follow(event);
    extend();
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"])
    canvas.addEventListener(end, (event) => {
      if (event.pointerId !== pointer) return;
      pointer = null;
      send(0);
    });

  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || pointer !== null) return;
    const { key } = event;
    if (key in ARROWS) {
      const [right, below] = ARROWS[key];
      const step = (event.shiftKey ? 4 : 1) * far();
      move(at[0] + step * right, at[1] + step * below);
      if (down) extend();
    } else if (key === " " || key === "Enter") {
      if (event.repeat) return event.preventDefault();
      down = !down;
      marker.classList.toggle("down", down);
      if (down) begin();
      else send(0);
    } else if (key === "Backspace") {
      lift();
      strokes.pop();
      send(0);
    } else if (key === "Escape") lift();
    else return;
    const left = `${strokes.length} ${strokes.length === 1 ? "stroke" : "strokes"} left`;
    say(key === "Backspace" ? left : `Pen ${down ? "down" : "up"} at ${at[0]}, ${at[1]}`);
    event.preventDefault();
    event.stopPropagation(); // JupyterLab's own shortcuts
  });
  canvas.addEventListener("blur", lift);

  // Somebody else changed the strokes: what the pen was about to add to the old ones is void.
  function take() {
    if (own) return;
    clearTimeout(timer);
    [timer, pointer] = [null, null];
    strokes = copy(model.get("strokes"));
    lift();
  }
  model.on("change:strokes", take);
  const [width, height] = size();
  move(width / 2, height / 2);
  return {
    again: () => { if (down || pointer !== null) preview(strokes); },
    forget: () => {
      clearTimeout(timer);
      model.off("change:strokes", take);
    },
  };
}
