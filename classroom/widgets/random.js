// Random numbers from a seed: the same on every machine, but others than NumPy's.

// A normal number from two uniform ones, on Box and Muller's way.
export function normal(uniform) {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

export class Random {
  constructor(seed) {
    // sfc32, whose first numbers still show the seed.
    this.state = Uint32Array.of(0x9e3779b9, 0x243f6a88, seed, 1);
    for (let i = 0; i < 15; i++) this.integer();
  }

  // From 0 to 2^32 - 1.
  integer() {
    const s = this.state;
    const sum = (s[0] + s[1] + s[3]) >>> 0;
    s[3] += 1;
    s[0] = s[1] ^ (s[1] >>> 9);
    s[1] = s[2] + (s[2] << 3);
    s[2] = ((s[2] << 21) | (s[2] >>> 11)) + sum;
    return sum;
  }

  // At least 0 and below 1.
  uniform() {
    return this.integer() / 2 ** 32;
  }

  below(n) {
    return Math.floor(this.uniform() * n);
  }

  normal() {
    return normal(() => this.uniform());
  }

  normals(n) {
    return Float64Array.from({ length: n }, () => this.normal());
  }
}
