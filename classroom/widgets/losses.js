// The adversarial losses of ganlab.losses, and their gradients, as formulas of the logits.
//
// A player's function takes the logits of a batch, real before fake, and returns
// { value, real, fake }: the loss, and its gradient with respect to each of these logits.

export const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

// A term is the mean of a function over one kind of logits: [function, its derivative].
const minusLogReal = [(x) => softplus(-x), (x) => sigmoid(x) - 1];
const minusLogFake = [softplus, sigmoid];
const minusMean = [(x) => -x, () => -1];
const squareTo = (target) => [(x) => (x - target) ** 2 / 2, (x) => x - target];
const hingeReal = [(x) => Math.max(1 - x, 0), (x) => (x < 1 ? -1 : 0)];
const hingeFake = [(x) => Math.max(1 + x, 0), (x) => (x > -1 ? 1 : 0)];
const negative = ([f, derivative]) => [(x) => -f(x), (x) => -derivative(x)];

function meanOf(term, logits) {
  if (!term) return [0, new Float64Array(logits.length)];
  const [f, derivative] = term, n = logits.length;
  return [mean(Float64Array.from(logits, f)), Float64Array.from(logits, (x) => derivative(x) / n)];
}

function terms(onReal, onFake) {
  return (realLogits, fakeLogits) => {
    const [a, real] = meanOf(onReal, realLogits), [b, fake] = meanOf(onFake, fakeLogits);
    return { value: a + b, real, fake };
  };
}

// What the discriminator pays that compares each real image with one fake.
function pairs(realLogits, fakeLogits) {
  const n = realLogits.length, gaps = Float64Array.from(fakeLogits, (x, i) => x - realLogits[i]);
  const fake = gaps.map((gap) => sigmoid(gap) / n);
  return { value: mean(gaps.map(softplus)), real: fake.map((x) => -x), fake };
}

// What it pays that compares each image with the mean of the other kind.
function averages(realLogits, fakeLogits) {
  const n = realLogits.length, m = fakeLogits.length;
  const meanReal = mean(realLogits), meanFake = mean(fakeLogits);
  const onReal = Float64Array.from(realLogits, (x) => meanFake - x);
  const onFake = Float64Array.from(fakeLogits, (x) => x - meanReal);
  const real = onReal.map(sigmoid), fake = onFake.map(sigmoid);
  const [pushReal, pushFake] = [mean(real), mean(fake)];
  return {
    value: mean(onReal.map(softplus)) + mean(onFake.map(softplus)),
    real: real.map((x) => -(x + pushFake) / n),
    fake: fake.map((x) => (x + pushReal) / m),
  };
}

// The generator's part of a relativistic game is the discriminator's with the kinds exchanged.
function exchanged(player) {
  return (realLogits, fakeLogits) => {
    const { value, real, fake } = player(fakeLogits, realLogits);
    return { value, real: fake, fake: real };
  };
}

// Where a loss compares, its generator needs the logits of real images too.
export const LOSSES = {
  minimax: {
    discriminator: terms(minusLogReal, minusLogFake),
    generator: terms(null, negative(minusLogFake)),
  },
  non_saturating: {
    discriminator: terms(minusLogReal, minusLogFake),
    generator: terms(null, minusLogReal),
  },
  least_squares: {
    discriminator: terms(squareTo(1), squareTo(0)),
    generator: terms(null, squareTo(1)),
  },
  wasserstein: {
    discriminator: terms(minusMean, negative(minusMean)),
    generator: terms(null, minusMean),
  },
  hinge: { discriminator: terms(hingeReal, hingeFake), generator: terms(null, minusMean) },
  relativistic: { discriminator: pairs, generator: exchanged(pairs), compares: true },
  relativistic_average: {
    discriminator: averages, generator: exchanged(averages), compares: true,
  },
};
