// Latents between four: a square whose corners were drawn at random, and how it turns into the
// next one. Everywhere in it latents are as likely to be long or short as in training.

import { normal } from "../../classroom/widgets/random.js";

// As `latents.sample` of ganlab, of another seed every time.
export function sample(count) {
  return Float32Array.from({ length: count }, () => normal(Math.random));
}

// A sum of normal numbers has the squares of its factors as variance: dividing by their root keeps
// it 1. The corners are top left, top right, bottom left, bottom right; x and y are in [0, 1].
export function between(corners, x, y) {
  const shares = [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y];
  const length = Math.hypot(...shares);
  return corners[0].map((_, i) =>
    shares.reduce((sum, share, corner) => sum + (share / length) * corners[corner][i], 0),
  );
}

// From some corners to others as t goes from 0 to 1; the squares of sine and cosine sum to 1.
export function turned(from, to, t) {
  const [old, young] = [Math.cos((t * Math.PI) / 2), Math.sin((t * Math.PI) / 2)];
  return from.map((corner, k) => corner.map((value, i) => old * value + young * to[k][i]));
}
