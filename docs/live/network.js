// The generator of critters, layer by layer, as `conv_generator` of ganlab.models builds it. The
// batch norms are part of the weights before them. Maps are flat: rows, columns, channels.

import { sigmoid } from "../../classroom/widgets/losses.js";

function bytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

// Whole numbers of 16 bits, least byte first, times the scale of their output, the last axis.
export function numbers({ values, scales }) {
  const view = new DataView(bytes(values).buffer);
  const result = new Float32Array(view.byteLength / 2);
  for (let i = 0; i < result.length; i++)
    result[i] = view.getInt16(2 * i, true) * scales[i % scales.length];
  return result;
}

// sums += inputs @ weights. What ReLU has put to 0, most inputs, costs nothing.
export function dense(inputs, weights, sums) {
  const { length } = sums;
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i];
    if (input === 0) continue;
    const row = i * length;
    for (let o = 0; o < length; o++) sums[o] += input * weights[row + o];
  }
}

// Every channel begins with its bias.
export function fill(map, bias) {
  for (let i = 0; i < map.length; i += bias.length) map.set(bias, i);
}

export function relu(map) {
  for (let i = 0; i < map.length; i++) if (map[i] < 0) map[i] = 0;
}

// sums += a map of side x side x channels, doubled by a transposed convolution of 4x4 kernels.
//
// Between the pixels of the map the textbook puts zeros and multiplies them. Here each output row
// (and column) looks only at the two input rows that meet it: an even one, 2m, sees m by row 1 of
// the kernel and m - 1 by row 3; an odd one, 2m + 1, sees m by row 2 and m + 1 by row 0.
export function doubled(map, side, channels, kernel, sums) {
  const filters = sums.length / (4 * side * side);
  const met = Array.from({ length: 2 * side }, (_, output) => meeting(output, side));
  for (let y = 0; y < 2 * side; y++)
    for (let x = 0; x < 2 * side; x++) {
      const output = (y * 2 * side + x) * filters;
      for (const [row, ky] of met[y])
        for (const [column, kx] of met[x]) {
          const input = (row * side + column) * channels;
          const weights = (ky * 4 + kx) * channels * filters;
          for (let c = 0; c < channels; c++) {
            const value = map[input + c];
            if (value === 0) continue;
            const weight = weights + c * filters;
            for (let f = 0; f < filters; f++) sums[output + f] += value * kernel[weight + f];
          }
        }
    }
}

// The inputs that meet an output, each with its place in the kernel.
function meeting(output, side) {
  const odd = output % 2;
  const near = (output - odd) / 2;
  const far = near - 1 + 2 * odd;
  return [[near, 1 + odd], [far, 3 - 3 * odd]].filter(([i]) => i >= 0 && i < side);
}

// The mean of each pixel with the ones to the right of it and below, as far as there are any.
export function smoothed(map, side, channels, means) {
  const last = side - 1;
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const here = (y * side + x) * channels;
      const right = x < last ? channels : 0;
      const below = y < last ? side * channels : 0;
      for (let i = here; i < here + channels; i++)
        means[i] = (map[i] + map[i + right] + map[i + below] + map[i + right + below]) / 4;
    }
}

export function squash(map) {
  for (let i = 0; i < map.length; i++) map[i] = sigmoid(map[i]);
}

// Returns a function from latents to the pixels, in [0, 1], of one picture; the next call
// overwrites them.
export function generator(layers) {
  const read = ({ weights, bias }) => [numbers(weights), Float32Array.from(bias)];
  const [first, firstBias] = read(layers.dense);
  const [coarse, coarseBias] = read(layers.coarse);
  const [double, doubleBias] = read(layers.double);
  const [pixels, pixelsBias] = read(layers.pixels);
  const hidden = new Float32Array(firstBias.length);
  const small = new Float32Array(coarse.length / hidden.length);
  const side = Math.sqrt(small.length / coarseBias.length);
  const middle = new Float32Array(4 * side * side * doubleBias.length);
  const large = new Float32Array(16 * side * side * pixelsBias.length);
  const image = new Float32Array(large.length);
  return (latents) => {
    fill(hidden, firstBias);
    dense(latents, first, hidden);
    relu(hidden);
    fill(small, coarseBias);
    dense(hidden, coarse, small);
    relu(small);
    fill(middle, doubleBias);
    doubled(small, side, coarseBias.length, double, middle);
    relu(middle);
    fill(large, pixelsBias);
    doubled(middle, 2 * side, doubleBias.length, pixels, large);
    smoothed(large, 4 * side, pixelsBias.length, image);
    squash(image);
    return image;
  };
}
