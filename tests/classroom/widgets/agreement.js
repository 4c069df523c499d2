// Does what standard input asks for, so that Python can compare: {"task": name, ...}.

import {
  Game, Players, frameOf, mesh, score, thinned,
} from "../../../classroom/widgets/laboratory/game.js";
import { Random } from "../../../classroom/widgets/random.js";
import { drawings } from "../../../classroom/widgets/loss_explorer/drawing.js";
import { evaluate } from "../../../classroom/widgets/loss_explorer/curves.js";
import { filled, formatted } from "../../../classroom/widgets/sentences.js";
import { LOSSES } from "../../../classroom/widgets/losses.js";

function take(made, weights) {
  for (const who of ["generator", "discriminator"]) {
    made[who].weights.forEach((weight, part) => weight.set(weights[who][part]));
  }
}

function players({ weights, settings, networks }) {
  const made = new Players(networks, new Random(0), settings);
  if (weights) take(made, weights);
  return made;
}

const TASKS = {
  losses: ({ name, real, fake }) => Object.fromEntries(
    ["discriminator", "generator"].map((player) => {
      const found = LOSSES[name][player](real, fake);
      return [player, { ...found, real: [...found.real], fake: [...found.fake] }];
    }),
  ),

  // One step of both from each of several states.
  steps(input) {
    const made = players(input);
    return input.batches.map(({ real, latents, shares, steps, weights, moments }) => {
      const points = Float64Array.from(real), [d, g] = latents.map((z) => Float64Array.from(z));
      const gradients = {}, after = {};
      take(made, weights);
      for (const [who, adam] of Object.entries(made.adams)) {
        adam.power = 0.99 ** steps;
        adam.moments.forEach((moment, part) => moment.set(moments[who][part]));
        adam.apply = function apply(given) {
          gradients[who] = given.flatMap((part) => [...part]);
          Object.getPrototypeOf(this).apply.call(this, given);
        };
      }
      const logs = {
        ...made.stepDiscriminator(input.settings, points, d, shares),
        ...made.stepGenerator(input.settings, points, g),
      };
      for (const who of Object.keys(made.adams)) {
        after[who] = made[who].weights.flatMap((part) => [...part]);
      }
      return { logs, gradients, weights: after };
    });
  },

  frame(input) {
    const real = Float64Array.from(input.real);
    const places = {
      latents: Float64Array.from(input.latents), nodes: mesh(input.nodes),
      cells: mesh(input.cells),
    };
    const seen = players(input).look(input.settings.loss, real, places);
    const frame = frameOf(seen, real, input.scale);
    return {
      packed: [...new Uint8Array(frame.packed.buffer)], answers: frame.answers,
      score: score(frame, input.modes, input.near),
    };
  },

  // How a game of JavaScript's own random numbers goes, and what it draws.
  play({ data, settings, seed, moves }) {
    const at = performance.now(), game = new Game(data, settings, seed);
    for (const [player, times] of moves) for (let i = 0; i < times; i++) game.step(player);
    const frame = game.frame();
    return {
      score: score(frame, settings.distribution.modes, data.near), real: [...frame.real],
      history: game.history, updates: game.updates, diverged: game.diverged,
      fake: [...frame.fake], milliseconds: performance.now() - at,
    };
  },

  // Whose turn it is at first and after each action, a player's move or new settings.
  turns({ data, settings, actions }) {
    const game = new Game(data, settings, 0);
    return [game.turn, ...actions.map((action) => {
      if (typeof action === "string") game.step(action);
      else game.change(action);
      return game.turn;
    }), game.since];
  },

  random({ seed, n }) {
    const random = new Random(seed);
    return { normal: [...random.normals(n)], uniform: Array.from({ length: n }, () => (
      random.uniform())) };
  },

  thinned: ({ history, most }) => [...thinned(history, most)],
  evaluate: ({ name, logits, partner }) => evaluate(name, logits, partner),

  drawings({ data, chosen, logit, partner, name }) {
    const draw = drawings(data), losses = data.losses.filter((loss) => chosen.includes(loss.name));
    return {
      curves: draw.curves(losses, partner, name), marks: draw.marks(losses, logit, partner),
      numbers: draw.numbers(losses, logit, partner),
    };
  },

  numbers: ({ form, values }) => values.map((value) => formatted(value, form)),
  special: ({ form }) => [-0, NaN, -Infinity].map((value) => formatted(value, form)),
  filled: ({ sentences, values }) => sentences.map((sentence) => filled(sentence, values)),
};

let text = "";
for await (const chunk of process.stdin) text += chunk;
const input = JSON.parse(text);
console.log(JSON.stringify(TASKS[input.task](input)));
