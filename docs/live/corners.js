// Latents between four: a square whose corners were drawn at random, and how it turns into the
// next one. Everywhere in it latents are as likely to be long or short as in training.

// Box and Muller's way from two uniform numbers to two normal ones.
export function normal(count) {
  const latents = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const length = Math.sqrt(-2 * Math.log(1 - Math.random()));
    const angle = 2 * Math.PI * Math.random();
    latents[i] = length * Math.cos(angle);
    if (i + 1 < count) latents[i + 1] = length * Math.sin(angle);
  }
  return latents;
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
