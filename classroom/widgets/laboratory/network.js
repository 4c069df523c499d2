// Networks of dense layers, and Adam. A batch is a Float64Array, one row after another.

// The product of a (n, k) and b (k, m), four rows and two columns at a time: the sums of such a
// block stay in the registers of the processor. A bias, if there is one, is added to every row.
export function multiply(a, b, n, k, m, bias = null) {
  const out = new Float64Array(n * m), rows = n - (n % 4), columns = m - (m % 2);
  const start = (j) => (bias ? bias[j] : 0);
  for (let i = 0; i < rows; i += 4) {
    const p0 = i * k, p1 = p0 + k, p2 = p1 + k, p3 = p2 + k;
    for (let j = 0; j < columns; j += 2) {
      let s0 = 0, s1 = 0, t0 = 0, t1 = 0, u0 = 0, u1 = 0, v0 = 0, v1 = 0;
      for (let l = 0, r = j; l < k; l++, r += m) {
        const b0 = b[r], b1 = b[r + 1], s = a[p0 + l], t = a[p1 + l], u = a[p2 + l], v = a[p3 + l];
        s0 += s * b0; s1 += s * b1; t0 += t * b0; t1 += t * b1;
        u0 += u * b0; u1 += u * b1; v0 += v * b0; v1 += v * b1;
      }
      const o = i * m + j, c0 = start(j), c1 = start(j + 1);
      out[o] = s0 + c0; out[o + 1] = s1 + c1;
      out[o + m] = t0 + c0; out[o + m + 1] = t1 + c1;
      out[o + 2 * m] = u0 + c0; out[o + 2 * m + 1] = u1 + c1;
      out[o + 3 * m] = v0 + c0; out[o + 3 * m + 1] = v1 + c1;
    }
  }
  for (let i = 0; i < n; i++) { // what is left over
    for (let j = i < rows ? columns : 0; j < m; j++) {
      let sum = start(j);
      for (let l = 0; l < k; l++) sum += a[i * k + l] * b[l * m + j];
      out[i * m + j] = sum;
    }
  }
  return out;
}

function transposed(a, n, m) {
  const out = new Float64Array(n * m);
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) out[j * n + i] = a[i * m + j];
  return out;
}

function columnSums(a, n, m) {
  const out = new Float64Array(m);
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) out[j] += a[i * m + j];
  return out;
}

export class Network {
  // Units of each layer, the input's first, and the leak of hidden units below 0: 0 is relu. The
  // first weights are those of Keras's HeNormal: normal, cut off at two standard deviations.
  constructor(sizes, leak, random) {
    [this.sizes, this.leak, this.depth] = [sizes, leak, sizes.length - 1];
    this.biases = sizes.slice(1).map((m) => new Float64Array(m));
    this.kernels = sizes.slice(1).map((m, layer) => {
      const spread = Math.sqrt(2 / sizes[layer]) / 0.87962566103423978;
      return Float64Array.from({ length: sizes[layer] * m }, () => {
        let value;
        do value = random.normal(); while (Math.abs(value) > 2);
        return spread * value;
      });
    });
  }

  // Kernel and bias of each layer in turn, as Keras lists them.
  get weights() {
    return this.kernels.flatMap((kernel, layer) => [kernel, this.biases[layer]]);
  }

  // What every layer makes of n rows; activations[0] are these rows.
  run(x, n) {
    const activations = [x];
    for (let layer = 0; layer < this.depth; layer++) {
      const [k, m] = [this.sizes[layer], this.sizes[layer + 1]];
      const y = multiply(activations[layer], this.kernels[layer], n, k, m, this.biases[layer]);
      if (layer < this.depth - 1) {
        for (let i = 0; i < y.length; i++) if (!(y[i] > 0)) y[i] *= this.leak;
      }
      activations.push(y);
    }
    return { n, activations, output: activations[this.depth] };
  }

  apply(x, n) {
    return this.run(x, n).output;
  }

  // Multiplies by the derivative of the activation: the sign of its output tells which one it is.
  #bend(values, activation) {
    for (let i = 0; i < values.length; i++) if (!(activation[i] > 0)) values[i] *= this.leak;
    return values;
  }

  // Backpropagation of the gradient of something by the output: its gradients by what each layer
  // gives before its activation (deltas[1] is that of the first), and by the input (deltas[0]).
  backward({ n, activations }, gradient) {
    const deltas = [];
    deltas[this.depth] = gradient;
    for (let layer = this.depth - 1; layer >= 0; layer--) {
      const [k, m] = [this.sizes[layer], this.sizes[layer + 1]];
      const back = transposed(this.kernels[layer], k, m);
      const delta = multiply(deltas[layer + 1], back, n, m, k);
      deltas[layer] = layer ? this.#bend(delta, activations[layer]) : delta;
    }
    return deltas;
  }

  // The gradients of the weights, in their order, of inputs and deltas of every layer.
  gradients(n, inputs, deltas, withBiases = true) {
    return this.kernels.flatMap((_, layer) => {
      const [k, m] = [this.sizes[layer], this.sizes[layer + 1]];
      const kernel = multiply(transposed(inputs[layer], n, k), deltas[layer + 1], k, n, m);
      const bias = withBiases ? columnSums(deltas[layer + 1], n, m) : new Float64Array(m);
      return [kernel, bias];
    });
  }

  // Gradients of a function of the gradients of the logits by the input, the slopes: `reaction`
  // holds its derivative by each slope. A slope is a product of kernels, with the bends between
  // them, which do not change with the weights but at a corner. So the sum of reaction * slope is
  // what the logit would change by if the input moved by the reaction, and its gradients are
  // products of what moves so and its deltas. Biases move nothing.
  secondGradients({ n, activations }, deltas, reaction) {
    const moves = [reaction];
    for (let layer = 0; layer < this.depth - 1; layer++) {
      const [k, m] = [this.sizes[layer], this.sizes[layer + 1]];
      const move = multiply(moves[layer], this.kernels[layer], n, k, m);
      moves.push(this.#bend(move, activations[layer + 1]));
    }
    return this.gradients(n, moves, deltas, false);
  }
}

// Keras's Adam with beta_1 = 0: no momentum, only second moments.
export class Adam {
  constructor(weights, rate) {
    [this.weights, this.rate, this.power] = [weights, rate, 1];
    this.moments = weights.map((weight) => new Float64Array(weight.length));
  }

  apply(gradients) {
    const beta = 0.99, epsilon = 1e-7;
    this.power *= beta;
    const rate = this.rate * Math.sqrt(1 - this.power);
    this.weights.forEach((weight, part) => {
      const gradient = gradients[part], moment = this.moments[part];
      for (let i = 0; i < weight.length; i++) {
        moment[i] += (1 - beta) * (gradient[i] ** 2 - moment[i]);
        weight[i] -= (rate * gradient[i]) / (Math.sqrt(moment[i]) + epsilon);
      }
    });
  }
}
