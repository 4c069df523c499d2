// Values and gradients of the losses for one logit: curves.py, by the formulas of losses.js.

import { LOSSES } from "../losses.js";

// For each role a row of values and one of gradients, as evaluate of curves.py returns them.
export function evaluate(name, logits, partner) {
  const { discriminator, generator } = LOSSES[name], other = [partner];
  const roles = [
    (t) => [discriminator(t, other), "real"],
    (t) => [discriminator(other, t), "fake"],
    (t) => [generator(other, t), "fake"],
  ];
  const values = [], gradients = [];
  for (const role of roles) {
    const found = Array.from(logits, (t) => role([t]));
    values.push(found.map(([paid]) => paid.value));
    gradients.push(found.map(([paid, kind]) => paid[kind][0]));
  }
  return { values, gradients };
}

// Whether only the difference of two logits counts to the discriminator.
export function isRelative(name) {
  const [here, there] = [0, 2].map((by) => evaluate(name, [0.5 + by], -1 + by).values);
  return [0, 1].every((role) => Math.abs(here[role][0] - there[role][0]) < 1e-5);
}

export const undecided = (loss, partner) => (isRelative(loss.name) ? partner : loss.undecided);

// Where curves pass the chance level: [column, logit, level], as chance_points of curves.py.
export function chancePoints(loss, partner) {
  const logit = undecided(loss, partner), [dLevel, gLevel] = loss.chance;
  const { values } = evaluate(loss.name, [logit], partner);
  return [dLevel, dLevel, gLevel].map((level, column) => [column, logit, level]).filter(
    ([column, , level]) => Math.abs(values[column][0] - level) < 1e-4,
  );
}

// Whether a fake is recognized and the generator yet hardly moves.
export const saturated = (logit, gradient, level, least) => (
  logit < level && Math.abs(gradient) < least
);

export function saturatedSpan(logits, gradients, level, least) {
  const where = logits.filter((logit, i) => saturated(logit, gradients[i], level, least));
  return where.length > 1 ? [Math.min(...where), Math.max(...where)] : null;
}
