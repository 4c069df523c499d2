import { ARROWS } from "../../classroom/widgets/keys.js";
import { described } from "./colors.js";
import { between, sample, turned } from "./corners.js";
import { generator } from "./network.js";

const SIDE = 32; // pixels of a picture
const CELLS = 5; // pictures along a side of the wall
const LATENTS = 32;
const GLIDE = 45; // milliseconds in which the picture comes 63 % nearer to where the pointer is
const TURN = 900; // milliseconds from the old critters to new ones
const DRIFT = 90_000; // milliseconds, then it rests, and so does the battery
const BUDGET = 8; // milliseconds a frame for the small pictures
const REST = 400; // milliseconds without a move, before a place is put into words

const inside = (value) => Math.min(1, Math.max(0, value));

// Puts a canvas into the place of a still picture of the same size.
function canvasFor(image, pixels) {
  const canvas = document.createElement("canvas");
  canvas.className = image.className;
  canvas.width = pixels;
  canvas.height = pixels;
  image.replaceWith(canvas);
  return canvas;
}

export function start(root, data) {
  const find = (selector) => root.querySelector(selector);
  const draw = generator(data.layers);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const one = canvasFor(find("img.one"), SIDE);
  const wall = find(".wall");
  const small = canvasFor(wall.querySelector("img"), CELLS * SIDE);
  // In the memory of the processor, where the pixels come from.
  const [brush, wallBrush] = [one, small].map((canvas) =>
    canvas.getContext("2d", { willReadFrequently: true }),
  );
  const picture = new ImageData(SIDE, SIDE);
  const lens = wall.appendChild(document.createElement("div"));
  lens.className = "lens";

  let corners = data.corners.map((corner) => Float32Array.from(corner));
  let [old, next, turning] = [corners, corners, 1];
  let [x, y] = [0.5, 0.5]; // where the large picture is from
  let [toX, toY] = [x, y]; // where it is on the way to
  let [drifting, drifted, visible] = [false, 0, true];
  let [request, before, shown, resting] = [0, 0, 0, 0];
  let news = "";
  const waiting = []; // small pictures that are still those of the old corners
  const times = [];

  function paint(context, latents, left, top) {
    const began = performance.now();
    const image = draw(latents);
    for (let from = 0, to = 0; from < image.length; from += 3, to += 4) {
      for (let c = 0; c < 3; c++) picture.data[to + c] = 255 * image[from + c];
      picture.data[to + 3] = 255;
    }
    context.putImageData(picture, left, top);
    times.push(performance.now() - began);
    if (times.length > 60) times.shift();
    return image;
  }

  function paintCell(cell) {
    const [column, row] = [cell % CELLS, Math.floor(cell / CELLS)];
    const latents = between(next, column / (CELLS - 1), row / (CELLS - 1));
    paint(wallBrush, latents, column * SIDE, row * SIDE);
  }

  function paintOne() {
    lens.style.left = `${(x * 100 * (CELLS - 1)) / CELLS}%`;
    lens.style.top = `${(y * 100 * (CELLS - 1)) / CELLS}%`;
    return paint(brush, between(corners, x, y), 0, 0);
  }

  // A clock of a browser may be coarse: the mean of many is right where one is not.
  function showTime(now) {
    if (now - shown < 500 || times.length < 10) return;
    shown = now;
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
    find(".time").textContent = ` and ${Math.max(0.1, mean).toFixed(1)} milliseconds a picture`;
  }

  // Not at each frame, which no one could listen to.
  function putIntoWords() {
    const words = described(draw(between(corners, x, y)), SIDE);
    const [across, down] = [Math.round(100 * x), Math.round(100 * y)];
    one.setAttribute("aria-label", `The critter at this place: ${words}`);
    wall.setAttribute("aria-valuenow", across);
    wall.setAttribute("aria-valuetext", `${words}, ${across} % across, ${down} % down`);
    if (news) find(".spoken").textContent = `${news} Here is ${words}.`;
    news = "";
  }

  function frame(now) {
    request = 0;
    const passed = Math.min(100, now - (before || now));
    before = now;
    if (drifting) {
      drifted += passed;
      toX = 0.5 + 0.5 * Math.sin(drifted / 3700);
      toY = 0.5 + 0.5 * Math.sin(drifted / 5300);
      if (drifted > DRIFT) drift(false);
    }
    const share = calm.matches ? 1 : 1 - Math.exp(-passed / GLIDE);
    x += (toX - x) * share;
    y += (toY - y) * share;
    if (Math.hypot(toX - x, toY - y) < 0.001) [x, y] = [toX, toY];
    turning = calm.matches ? 1 : Math.min(1, turning + passed / TURN);
    corners = turning < 1 ? turned(old, next, turning) : next;
    paintOne();
    const began = performance.now();
    while (waiting.length && performance.now() - began < BUDGET) paintCell(waiting.shift());
    showTime(now);
    const renewed = turning === 1 && !waiting.length;
    if (news && renewed && drifting) putIntoWords();
    if (drifting || !renewed || x !== toX || y !== toY) go();
    else {
      before = 0;
      clearTimeout(resting);
      resting = setTimeout(putIntoWords, REST);
    }
  }

  function go() {
    if (!visible || request) return;
    clearTimeout(resting);
    request = requestAnimationFrame(frame);
  }

  function drift(on) {
    if (on) drifted = 0;
    drifting = on;
    find(".drift").textContent = on ? "Hold still" : "Wander";
    if (on) go();
  }

  function move(newX, newY) {
    drift(false);
    [toX, toY] = [inside(newX), inside(newY)];
    go();
  }

  function renew() {
    [old, next, turning] = [corners, data.corners.map(() => sample(LATENTS)), 0];
    const far = (cell) =>
      Math.hypot((cell % CELLS) - x * (CELLS - 1), Math.floor(cell / CELLS) - y * (CELLS - 1));
    waiting.length = 0;
    waiting.push(...Array(CELLS * CELLS).keys());
    waiting.sort((a, b) => far(a) - far(b));
    news = "New critters.";
    go();
  }

  // The middle of a small picture is where it is from, so the square ends half of one before the
  // edge. The large picture is the same square.
  function follow(event) {
    if (!event.isPrimary) return; // a second finger zooms
    const box = event.currentTarget.getBoundingClientRect();
    const place = (offset, length) => ((offset / length) * CELLS - 0.5) / (CELLS - 1);
    move(place(event.clientX - box.left, box.width), place(event.clientY - box.top, box.height));
  }

  for (const canvas of [one, small]) {
    canvas.addEventListener("pointermove", follow);
    canvas.addEventListener("pointerup", follow);
    canvas.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "touch") canvas.setPointerCapture(event.pointerId);
    });
  }
  wall.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Home") move(0.5, 0.5);
    else if (event.key === "Enter" || event.key === " ") renew();
    else if (event.key in ARROWS) {
      const [right, below] = ARROWS[event.key];
      const step = event.shiftKey ? 1 / (CELLS - 1) : 1 / 40;
      move(toX + step * right, toY + step * below);
    } else return;
    event.preventDefault();
  });
  find(".new").addEventListener("click", renew);
  find(".drift").addEventListener("click", () => drift(!drifting));

  one.setAttribute("role", "img");
  small.setAttribute("aria-hidden", "true");
  wall.tabIndex = 0;
  wall.setAttribute("role", "slider");
  wall.setAttribute("aria-roledescription", "two-dimensional slider");
  wall.setAttribute("aria-orientation", "horizontal");
  wall.setAttribute(
    "aria-label",
    "Where the critter is from. Arrow keys move, with Shift in larger steps; Home is the middle; " +
      "Enter makes new critters",
  );
  wall.setAttribute("aria-valuemin", 0);
  wall.setAttribute("aria-valuemax", 100);

  for (let cell = 0; cell < CELLS * CELLS; cell++) paintCell(cell);
  paintOne();
  times.length = 0; // the first ones are slow, until the browser has translated the loops
  putIntoWords();
  find(".actions").hidden = false;
  find(".with").hidden = false;
  find(".without").hidden = true;
  drift(!calm.matches);
  new IntersectionObserver((entries) => {
    visible = entries.at(-1).isIntersecting;
    before = 0;
    if (visible) go();
  }).observe(root);
}
