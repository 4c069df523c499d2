// The laboratory on a page without a kernel: widget.py, with the game in JavaScript.

import { button, checkbox, menu, number, slider } from "../controls.js";
import { add } from "../elements.js";
import { model } from "../model.js";
import { filled } from "../sentences.js";
import { renderCurves } from "./curves.js";
import { Game, score, thinned } from "./game.js";
import { renderPlane } from "./plane.js";

const BUDGET = 180; // milliseconds of moves between two pictures, so that the page answers
const SLOW = 30; // milliseconds of a picture, beyond which some keep the heat of the one before
const KEPT = 2; // of three
const length = (vectors) => {
  let sum = 0;
  for (let i = 0; i < vectors.length; i += 2) sum += Math.hypot(vectors[i], vectors[i + 1]);
  return sum / (vectors.length / 2);
};

export function start(root, data) {
  const { controls, sentences, look } = data, shown = {};
  const said = (name, values) => filled(sentences[name], values);
  let playing = false, visible = true, timer = 0, ticked = 0, frame = null;
  let cost = 0, kept = 0; // milliseconds of a whole picture, and pictures since then

  root.replaceChildren();
  root.classList.add("ganlab-widget", "ganlab-laboratory");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", data.label);
  const row = () => add(root, "div", "ganlab-row");

  // --------------------------------------------------------------------------------- controls

  const first = row();
  const play = button(first, controls.play, () => (playing ? pause() : run()));
  play.classList.add("ganlab-primary");
  const who = menu(first, controls.who);
  const speed = menu(first, controls.speed);
  const reset = button(first, controls.reset, () => begin(seed.value));
  const seed = number(first, controls.seed);
  reset.after(seed.element.parentElement);
  const second = row();
  for (const [player, words] of Object.entries(controls.steps)) {
    button(second, words, () => byHand(player));
  }
  const message = add(root, "div", "ganlab-message");
  message.setAttribute("role", "status");
  const stage = add(root, "div", "ganlab-stage");
  const planeRoot = add(stage, "div"), side = add(stage, "div", "ganlab-side");
  const distribution = menu(side, controls.distribution, choose);
  const clear = button(side, controls.clear, () => plane.set("drawn", []));
  const settings = {
    loss: menu(side, controls.loss, (loss) => change({ loss })),
    penalty: menu(side, controls.penalty, (penalty) => change({ penalty })),
    weight: slider(side, controls.weight, (weight) => change({ weight })),
    d_rate: slider(side, controls.d_rate, (rate) => change({ d_rate: rate })),
    g_rate: slider(side, controls.g_rate, (rate) => change({ g_rate: rate })),
    d_steps: slider(side, controls.d_steps, (steps) => change({ d_steps: steps })),
  };
  const layers = add(side, "div", "ganlab-row");
  for (const name of data.layers) {
    shown[name] = checkbox(layers, { label: name, value: true }, () => {
      plane.set("layers", data.layers.filter((layer) => shown[layer].checked));
    });
  }
  const curvesRoot = add(side, "div"), counts = add(side, "div", "ganlab-counts");
  add(root, "p", "ganlab-muted", data.note);

  const plane = model({
    frame: null, layers: data.layers, drawing: false, drawn: [], scale: ["", "", ""], label: "",
    said: "", tween: false, look,
  }, ({ key }) => {
    const players = { d: "discriminator", g: "generator", b: "both" };
    if (key === " ") play.click();
    else if (players[key]) byHand(players[key]);
  });
  const curves = model({
    points: null, levels: [0, 0], since: 0, marks: [], label: "", colors: data.colors,
  });

  // ------------------------------------------------------------------------------ what they do

  const values = () => Object.fromEntries(
    Object.entries(settings).map(([name, control]) => [name, control.value]),
  );
  const learned = () => data.distributions[distribution.value] ?? game.settings.distribution;
  let game = new Game(data, { ...values(), distribution: learned() }, seed.value);

  function say(text, trouble = false) {
    message.replaceChildren();
    if (text) add(message, "div", trouble ? "ganlab-trouble" : "ganlab-note", text);
  }

  function begin(from) {
    pause();
    game = new Game(data, game.settings, from);
    say(lacking());
    refresh();
  }

  function change(wanted) {
    settings.weight.element.disabled = settings.penalty.value === "none";
    game.change(wanted);
    say(lacking());
    refresh();
  }

  function choose(name) {
    const drawing = name === "draw";
    plane.set("drawing", drawing);
    clear.hidden = !drawing;
    if (drawing) takeDrawing();
    else change({ distribution: data.distributions[name] });
  }

  // What a drawing lacks to be learned, if there is one.
  function lacking() {
    const count = plane.get("drawn").length / 2, { least } = data.drawing;
    if (!plane.get("drawing") || count >= least) return "";
    return said("draw", { least, count, distribution: game.settings.distribution.name });
  }

  function takeDrawing() {
    if (!plane.get("drawing")) return;
    const modes = plane.get("drawn"), count = modes.length / 2;
    if (count < data.drawing.least) {
      say(lacking());
      return;
    }
    const name = said("drawing", { count });
    change({ distribution: { name, modes, std: data.drawing.std, byHand: true } });
    say(said("drawn", { distribution: name }));
  }

  function byHand(player) {
    pause();
    move(player);
  }

  // One move, told from the frame before it and the one after it.
  function move(player) {
    const before = frame;
    game.step(player);
    refresh((after) => narrated(player, before, after));
  }

  function narrated(player, before, after) {
    const moves = after.fake.map((value, i) => value - before.fake[i]);
    const [[realWas, fakeWas], [real, fake]] = [before.answers, after.answers];
    const told = {
      real_was: realWas, fake_was: fakeWas, real, fake, moved: length(moves),
      pull: length(after.pull),
    };
    const names = player === "generator" ? [] : ["discriminator"];
    names.push(player === "discriminator" ? "pull" : "generator");
    return names.map((name) => said(name, told)).join(" ");
  }

  // `late` is how many times as long as it should the last picture took: more moves make up for it.
  function advance({ moves, slowly }, late) {
    if (!slowly) {
      const end = performance.now() + BUDGET;
      for (let i = 0; i < Math.round(moves * late) && !game.diverged; i++) {
        if (i && performance.now() > end) break;
        game.step(who.value);
      }
      refresh();
      return;
    }
    move(who.value === "both" ? game.turn : who.value);
  }

  function run() {
    playing = true;
    ticked = performance.now();
    showPlaying();
    tick();
  }

  function tick() {
    const now = speed.value, began = performance.now();
    const late = Math.max(1, (began - ticked) / (1000 * now.seconds));
    if (visible && !document.hidden) advance(now, late);
    ticked = began;
    // A click reaches the page only while this waits.
    const rest = Math.max(5, began + 1000 * now.seconds - performance.now());
    if (playing) timer = setTimeout(tick, rest);
  }

  function pause() {
    if (!playing) return;
    playing = false;
    clearTimeout(timer);
    showPlaying();
    refresh(() => plane.get("said"));
  }

  function showPlaying() {
    play.textContent = playing ? data.pause : controls.play.label;
  }

  function losses() {
    return ["d_loss", "g_loss"].map((name, player) => {
      const level = data.losses[game.settings.loss].chance[player];
      const last = game.history[name].findLast((value) => !Number.isNaN(value));
      return said(last === undefined ? "no_loss" : "loss", { name, last, level });
    }).join(", ");
  }

  // `tell` is given the new frame and returns what is said of it.
  function refresh(tell = () => "") {
    const began = performance.now(), old = playing && cost > SLOW && kept < KEPT ? frame : null;
    frame = game.frame(old);
    kept = old ? kept + 1 : 0;
    if (!old) cost = performance.now() - began;
    const { modes, byHand: drawn } = game.settings.distribution;
    const found = score(frame, drawn ? null : modes, data.near);
    const words = (found.modes ? said("modes", found) : "") + said("near", found);
    const { low, middle, high, chance } = data.losses[game.settings.loss];
    plane.set("tween", Boolean(speed.value.slowly));
    plane.set("scale", [low, middle, high]);
    plane.set("frame", frame.packed);
    plane.set("said", tell(frame));
    if (!playing) {
      plane.set("label", said("plane", { found: words, losses: losses() }));
      curves.set("label", said("curves", { losses: losses() }));
    }
    curves.set("levels", chance);
    curves.set("since", game.since);
    curves.set("marks", game.changes.slice(-data.rows));
    curves.set("points", new DataView(thinned(game.history, data.rows).buffer));
    const { updates } = game;
    counts.replaceChildren();
    add(counts, "b", "", said(updates === 1 ? "update" : "updates", { updates }));
    counts.append(document.createElement("br"), words);
    if (game.diverged) {
      if (playing) pause();
      say(sentences.diverged, true);
    }
  }

  clear.hidden = true;
  settings.weight.element.disabled = settings.penalty.value === "none";
  plane.on("change:drawn", takeDrawing);
  renderPlane({ model: plane, el: planeRoot });
  renderCurves({ model: curves, el: curvesRoot });
  new IntersectionObserver((entries) => {
    visible = entries.at(-1).isIntersecting;
  }).observe(root);
  refresh();
  say(sentences.welcome);
}
