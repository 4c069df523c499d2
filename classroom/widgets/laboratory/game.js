// The game in the plane without a kernel: the players of game.py, and what is seen of them.

import { LOSSES, sigmoid } from "../losses.js";
import { Random } from "../random.js";
import { Adam, Network } from "./network.js";

const norm = (parts) => Math.sqrt(
  parts.reduce((sum, part) => part.reduce((s, value) => s + value * value, sum), 0),
);
const added = (a, b) => a.map((part, i) => part.map((value, j) => value + b[i][j]));
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

// Terms of a penalty, by its name in the menu: where it is computed.
const PENALTIES = {
  none: [], r1: ["real"], r2: ["fake"], "r1 + r2": ["real", "fake"],
  gradient_penalty: ["between"],
};

export class Players {
  // As models.mlp_generator and mlp_discriminator make them, with two Adams.
  constructor({ width, depth }, random, rates) {
    const hidden = Array(depth).fill(width);
    this.generator = new Network([2, ...hidden, 2], 0, random);
    this.discriminator = new Network([2, ...hidden, 1], 0.2, random);
    this.adams = {
      generator: new Adam(this.generator.weights, rates.g_rate),
      discriminator: new Adam(this.discriminator.weights, rates.d_rate),
    };
  }

  // One update of the discriminator: as many latents as real points, and for gradient_penalty as
  // many shares, uniform from 0 to 1.
  stepDiscriminator({ loss, penalty, weight }, real, latents, shares) {
    const n = real.length / 2, { discriminator } = this;
    const fake = this.generator.apply(latents, n);
    const runs = { real: discriminator.run(real, n), fake: discriminator.run(fake, n) };
    const paid = LOSSES[loss].discriminator(runs.real.output, runs.fake.output);
    let gradients = null, value = 0;
    const add = (more) => { gradients = gradients ? added(gradients, more) : more; };
    for (const kind of ["real", "fake"]) {
      const deltas = discriminator.backward(runs[kind], paid[kind]);
      add(discriminator.gradients(n, runs[kind].activations, deltas));
    }
    for (const place of PENALTIES[penalty]) {
      if (place === "between") {
        const points = real.map((x, i) => x + shares[i >> 1] * (fake[i] - x));
        runs.between = discriminator.run(points, n);
      }
      const found = this.#penalty(runs[place], place === "between", weight);
      value += found.value;
      add(found.gradients);
    }
    this.adams.discriminator.apply(gradients);
    return { d_loss: paid.value, penalty: value, d_gradient_norm: norm(gradients) };
  }

  // Half the mean squared slope, or how far the slope is from 1.
  #penalty(run, toOne, weight) {
    const { n } = run, deltas = this.discriminator.backward(run, new Float64Array(n).fill(1));
    const slopes = deltas[0], reaction = new Float64Array(2 * n);
    let value = 0;
    for (let i = 0; i < 2 * n; i += 2) {
      const squared = slopes[i] ** 2 + slopes[i + 1] ** 2, length = Math.sqrt(squared + 1e-12);
      value += (weight / n) * (toOne ? (length - 1) ** 2 : squared / 2);
      const scale = (weight / n) * (toOne ? (2 * (length - 1)) / length : 1);
      reaction[i] = scale * slopes[i];
      reaction[i + 1] = scale * slopes[i + 1];
    }
    return { value, gradients: this.discriminator.secondGradients(run, deltas, reaction) };
  }

  stepGenerator({ loss }, real, latents) {
    const n = real.length / 2, { generator, discriminator } = this;
    const made = generator.run(latents, n), seen = discriminator.run(made.output, n);
    const players = LOSSES[loss];
    const onReal = players.compares ? discriminator.apply(real, n) : new Float64Array(n);
    const paid = players.generator(onReal, seen.output);
    const [byPoint] = discriminator.backward(seen, paid.fake);
    const gradients = generator.gradients(n, made.activations, generator.backward(made, byPoint));
    this.adams.generator.apply(gradients);
    return { g_loss: paid.value, g_gradient_norm: norm(gradients) };
  }

  // What a frame is made of: all but the real points. Without cells there are no logits of them.
  look(loss, real, { latents, nodes, cells }) {
    const { generator, discriminator } = this, rows = (points) => points.length / 2;
    const n = rows(latents), fake = generator.apply(latents, n), seen = discriminator.run(fake, n);
    const realLogits = discriminator.apply(real, rows(real));
    // The loss is a mean over the fakes: times their number, it is the loss of each.
    // A fake is pulled to where its loss falls: against the gradient.
    const falling = LOSSES[loss].generator(realLogits, seen.output).fake.map((x) => -x * n);
    return {
      fake,
      pull: discriminator.backward(seen, falling)[0],
      sheet: generator.apply(nodes, rows(nodes)),
      logits: cells && discriminator.apply(cells, rows(cells)),
      realLogits,
      fakeLogits: seen.output,
    };
  }
}

// ------------------------------------------------------------------------------ what is to be seen

const clipped = (value) => Math.min(1, Math.max(0, value));

// The value that a share of the values lies below, between two of them by proportion.
function quantile(values, share) {
  const sorted = Float64Array.from(values).toSorted(), at = share * (sorted.length - 1);
  const low = Math.floor(at), high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
}

// How logits become heat from 0, fake, to 1, real: by the names of Scale in frame.py.
const SCALES = {
  probability: (logits) => logits.map(sigmoid),
  relative: (logits, middle) => logits.map((logit) => sigmoid(logit - middle)),
  targets: (logits) => logits.map(clipped),
  margins: (logits) => logits.map((logit) => clipped((logit + 1) / 2)),
  critic: (logits, middle) => {
    const finite = logits.every(Number.isFinite);
    const far = finite ? quantile(logits.map((logit) => Math.abs(logit - middle)), 0.98) : 1;
    return logits.map((logit) => clipped(0.5 + (logit - middle) / (2 * far + 1e-6)));
  },
};

// The frame of Players.look, with the bytes of Frame.pack; without logits the heat of the frame
// before stays.
export function frameOf(seen, real, scale, before = null) {
  const middle = (mean(seen.realLogits) + mean(seen.fakeLogits)) / 2;
  const read = (logits) => SCALES[scale](logits, middle);
  const numbers = Float32Array.from(
    [real, seen.fake, seen.pull, seen.sheet].flatMap((part) => Array.from(part)),
  );
  const heat = seen.logits ? Uint8Array.from(read(seen.logits), (value) => (
    Math.round(255 * (Number.isNaN(value) ? 0.5 : value))
  )) : before.heat;
  const bytes = new Uint8Array(numbers.byteLength + heat.byteLength);
  bytes.set(new Uint8Array(numbers.buffer));
  bytes.set(heat, numbers.byteLength);
  return {
    real, fake: seen.fake, pull: seen.pull, heat,
    answers: [mean(read(seen.realLogits)), mean(read(seen.fakeLogits))],
    packed: new DataView(bytes.buffer),
  };
}

// How far the fakes have come: score of words.py.
export function score({ fake, real }, modes, near) {
  const nearest = (points, others) => {
    const found = [];
    for (let i = 0; i < points.length; i += 2) {
      let best = Infinity, which = -1;
      for (let j = 0; j < others.length; j += 2) {
        const far = (points[i] - others[j]) ** 2 + (points[i + 1] - others[j + 1]) ** 2;
        if (far < best) { // not where it is no number
          best = far;
          which = j / 2;
        }
      }
      found.push([Math.sqrt(best), which]);
    }
    return found;
  };
  const share = (found) => found.filter(([far]) => far <= near).length / found.length;
  const counts = new Map();
  if (modes) {
    for (const [far, which] of nearest(fake, modes)) {
      if (far <= near) counts.set(which, (counts.get(which) ?? 0) + 1);
    }
  }
  const count = modes ? modes.length / 2 : 0, fair = fake.length / 2 / (4 * count);
  return {
    precise: share(nearest(fake, real)),
    reached: share(nearest(real, fake)),
    covered: [...counts.values()].filter((found) => found >= fair).length,
    modes: count,
  };
}

// ------------------------------------------------------------------------------------- the game

function draw(distribution, n, random) {
  const { modes, std, spiral } = distribution;
  const points = random.normals(2 * n);
  for (let i = 0; i < 2 * n; i += 2) {
    let [x, y, spread] = [0, 0, std];
    if (spiral) {
      const angle = spiral.from + (spiral.to - spiral.from) * random.uniform();
      const length = angle / spiral.scale;
      [x, y] = [length * Math.cos(angle), length * Math.sin(angle)];
      spread = spiral.std;
    } else {
      const mode = 2 * random.below(modes.length / 2);
      [x, y] = [modes[mode], modes[mode + 1]];
    }
    points[i] = x + spread * points[i];
    points[i + 1] = y + spread * points[i + 1];
  }
  return points;
}

// The points of a grid, row by row.
export const mesh = (axis) => Float64Array.from(axis.flatMap((y) => axis.flatMap((x) => [x, y])));

const BOUND = 1e6; // a game with a greater loss or norm of a gradient has diverged

// The Game of game.py. Settings are names and numbers; `data` comes from tools/live_widgets.py.
export class Game {
  constructor(data, settings, seed) {
    [this.data, this.seed, this.settings] = [data, seed, { ...settings }];
    this.random = new Random(seed);
    this.players = new Players(data.networks, this.random, settings);
    this.places = {
      latents: this.random.normals(2 * data.look.shown),
      nodes: mesh(data.nodes),
      cells: mesh(data.cells),
    };
    this.history = { steps: [], d_loss: [], g_loss: [] };
    [this.updates, this.changes, this.diverged, this.batch] = [0, [], false, null];
    this.ahead = 0; // moves of the discriminator alone since the generator's last one
    this.since = 0; // updates when the loss was last changed
    this.#showReal();
  }

  #showReal() {
    this.realShown = draw(this.settings.distribution, this.data.look.shown, new Random(this.seed));
    this.batch = null; // it is one of the distribution before
  }

  change(settings) {
    const before = this.settings;
    this.settings = { ...before, ...settings };
    this.players.adams.generator.rate = this.settings.g_rate;
    this.players.adams.discriminator.rate = this.settings.d_rate;
    if (this.settings.distribution !== before.distribution) this.#showReal();
    if (this.settings.loss !== before.loss) this.since = this.updates;
    this.changes.push(this.updates);
  }

  // Who moves next where one player moves at a time.
  get turn() {
    return this.ahead < this.settings.d_steps ? "discriminator" : "generator";
  }

  // Lets a player, "discriminator", "generator" or "both", move once.
  step(player) {
    const logs = {}, { settings, random, players } = this, n = this.data.batch;
    if (player !== "generator" || !this.batch) {
      const repeats = player === "both" ? settings.d_steps : 1;
      for (let i = 0; i < repeats; i++) {
        this.batch = draw(settings.distribution, n, random);
        if (player === "generator") continue;
        const shares = Float64Array.from({ length: n }, () => random.uniform());
        const latents = random.normals(2 * n);
        Object.assign(logs, players.stepDiscriminator(settings, this.batch, latents, shares));
        this.updates++;
      }
    }
    if (player !== "discriminator") {
      Object.assign(logs, players.stepGenerator(settings, this.batch, random.normals(2 * n)));
      this.batch = null; // alone, the generator meets new points at every move
      this.updates++;
    }
    this.ahead = player === "discriminator" ? this.ahead + 1 : 0;
    this.history.steps.push(this.updates);
    for (const name of ["d_loss", "g_loss"]) this.history[name].push(logs[name] ?? NaN);
    // Also true of NaN, which no comparison holds for.
    this.diverged ||= !Object.values(logs).every((value) => Math.abs(value) < BOUND);
    return logs;
  }

  // With `before`, a frame, its heat stays: that is more than half of the work.
  frame(before = null) {
    const { loss } = this.settings, { latents, nodes, cells } = this.places;
    const places = { latents, nodes, cells: before ? null : cells };
    const seen = this.players.look(loss, this.realShown, places);
    return frameOf(seen, this.realShown, this.data.losses[loss].scale, before);
  }
}

// The history as rows of step, d_loss, g_loss; means of equally many if there are too many of
// them: thinned of canvases.py.
export function thinned({ steps, d_loss: dLoss, g_loss: gLoss }, most) {
  const size = Math.max(1, Math.ceil(steps.length / most)), rows = [];
  for (let start = 0; start < steps.length; start += size) {
    const part = (values) => values.slice(start, start + size);
    const finite = (values) => part(values).filter(Number.isFinite);
    rows.push(part(steps).at(-1), mean(finite(dLoss)), mean(finite(gLoss))); // NaN of nothing
  }
  return Float32Array.from(rows);
}
