"""A whole GAN in plain Python: it learns a shape of the plane in seconds, and nothing is hidden.

    python3 microgan.py [circle | wave | FILE] [--seed N] [--steps N] [--svg]

A FILE holds points, one on each line: x y. Everywhere below a batch is a list of rows.
"""

import argparse
import math
import random
import sys
from operator import mul

LIMIT = 3.5  # half the side of the plane
NEAR = 0.3  # a point this near to another has found it


class Node:
    """Rows of numbers that know what they were computed from, and how to pass slopes back to it."""

    def __init__(self, rows, parents=(), pass_back=lambda grad: None):
        self.rows, self.parents, self.pass_back = rows, parents, pass_back

    def backward(self):
        """Set .grad of all that this one number came from: how fast it grows with each of them."""
        order = []

        def visit(node):
            if node not in order:
                for parent in node.parents:
                    visit(parent)
                order.append(node)  # after everything that it came from

        visit(self)
        for node in order:
            node.grad = zeros(node.rows)
        self.grad[0][0] = 1.0
        for node in reversed(order):
            node.pass_back(node.grad)


def zeros(rows):
    return [[0.0] * len(row) for row in rows]


def dense(x, kernel, bias):
    """Let each unit add up its inputs, each times a weight, and its bias: x @ kernel + bias."""

    def pass_back(grad):
        for x_grad, slopes in zip(x.grad, grad):
            for i, weights in enumerate(kernel.rows):
                x_grad[i] += sum(map(mul, weights, slopes))
        inputs = list(zip(*x.rows))
        for j, slopes in enumerate(zip(*grad)):
            for i, values in enumerate(inputs):
                kernel.grad[i][j] += sum(map(mul, values, slopes))
            bias.grad[0][j] += sum(slopes)

    units = list(zip(zip(*kernel.rows), bias.rows[0]))
    rows = [[sum(map(mul, row, weights), b) for weights, b in units] for row in x.rows]
    return Node(rows, (x, kernel, bias), pass_back)


def relu(x, leak):
    """Keep what is positive, and multiply the rest by leak: 0 in a relu, 0.2 in a leaky relu."""

    def pass_back(grad):
        for x_grad, slopes, row in zip(x.grad, grad, x.rows):
            for i, value in enumerate(row):
                x_grad[i] += slopes[i] * (1 if value > 0 else leak)

    return Node([[v if v > 0 else leak * v for v in row] for row in x.rows], (x,), pass_back)


def cross_entropy(*pairs):
    """Add up the mean losses of (logits, label): softplus(-logit) for 1, softplus(logit) for 0."""

    def pass_back(grad):
        for logits, label in pairs:
            for slopes, (logit,) in zip(logits.grad, logits.rows):
                probability = (1 + math.tanh(logit / 2)) / 2  # the sigmoid
                slopes[0] += grad[0][0] * (probability - label) / len(logits.rows)

    def loss(logit, label):  # in a form that never overflows
        return max(logit, 0.0) - label * logit + math.log1p(math.exp(-abs(logit)))

    means = [sum(loss(v, label) for (v,) in x.rows) / len(x.rows) for x, label in pairs]
    return Node([[sum(means)]], [logits for logits, _ in pairs], pass_back)


class Network:
    """Dense layers of these sizes, with a relu between each two."""

    def __init__(self, sizes, leak, rng):
        self.leak, self.weights = leak, []
        for n, units in zip(sizes, sizes[1:]):
            kernel = [[rng.gauss(0, math.sqrt(2 / n)) for _ in range(units)] for _ in range(n)]
            self.weights += [Node(kernel), Node([[0.0] * units])]

    def __call__(self, x):
        *hidden, kernel, bias = self.weights
        for i in range(0, len(hidden), 2):
            x = relu(dense(x, hidden[i], hidden[i + 1]), self.leak)
        return dense(x, kernel, bias)


class Adam:
    """Move weights downhill, in steps of about learning_rate however steep the hill."""

    def __init__(self, weights, learning_rate, betas=(0.5, 0.99)):
        self.weights, self.learning_rate, self.betas = weights, learning_rate, betas
        self.updates = 0
        for node in weights:
            node.mean, node.square = zeros(node.rows), zeros(node.rows)

    def minimize(self, loss):
        loss.backward()
        self.updates += 1
        rest_1, rest_2 = (1 - beta**self.updates for beta in self.betas)  # averages began at 0
        rate, (beta_1, beta_2) = self.learning_rate * math.sqrt(rest_2) / rest_1, self.betas
        for node in self.weights:
            for row, slopes, m, v in zip(node.rows, node.grad, node.mean, node.square):
                for i, slope in enumerate(slopes):
                    m[i] += (1 - beta_1) * (slope - m[i])
                    v[i] += (1 - beta_2) * (slope**2 - v[i])
                    row[i] -= rate * m[i] / (math.sqrt(v[i]) + 1e-7)
        return loss.rows[0][0]


class GAN:
    """A generator and a discriminator of points, and the step that trains them both."""

    def __init__(self, *, width=16, g_rate=5e-3, d_rate=1e-2, rng):
        self.generator = Network([2, width, width, 2], 0.0, rng)
        self.discriminator = Network([2, width, width, 1], 0.2, rng)
        self.g_optimizer = Adam(self.generator.weights, g_rate)
        self.d_optimizer = Adam(self.discriminator.weights, d_rate)

    def step(self, real, d_latents, g_latents):
        """Update the discriminator, then the generator; return d_loss and g_loss."""
        fake = Node(self.generate(d_latents))  # a new node: no slope goes on to the generator
        real_logits, fake_logits = self.discriminator(Node(real)), self.discriminator(fake)
        d_loss = self.d_optimizer.minimize(cross_entropy((real_logits, 1), (fake_logits, 0)))
        fake_logits = self.discriminator(self.generator(Node(g_latents)))
        g_loss = self.g_optimizer.minimize(cross_entropy((fake_logits, 1)))  # to pass for real
        return d_loss, g_loss

    def generate(self, latents):
        return self.generator(Node(latents)).rows


def train(points, *, steps=1500, batch_size=32, seed):
    """Train a GAN on points, a list of (x, y), say at times how far it is, and return it."""
    points, rng = checked(points), random.Random(seed)
    gan = GAN(rng=rng)
    for step in range(1, steps + 1):
        real = rng.choices(points, k=batch_size)
        d_loss, g_loss = gan.step(real, latents(batch_size, rng), latents(batch_size, rng))
        if step == 1 or step % 100 == 0:
            near, found = score(rng.choices(points, k=300), gan.generate(latents(300, rng)))
            print(f"step {step:4}   d_loss {d_loss:.3f}   g_loss {g_loss:.3f}   fakes near data "
                  f"{near:4.0%}   data found {found:4.0%}", file=sys.stderr)  # fmt: skip
    return gan


def latents(n, rng):
    return [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(n)]


def score(real, fake):
    """Return the share of fakes that have a real point near them, and the other way round."""
    pairs = (fake, real), (real, fake)
    return [sum(any(math.dist(p, q) < NEAR for q in b) for p in a) / len(a) for a, b in pairs]


SHAPES = {
    "circle": lambda t: (2 * math.cos(2 * math.pi * t), 2 * math.sin(2 * math.pi * t)),
    "wave": lambda t: (5 * t - 2.5, 1.2 * math.sin(10 * t - 5)),
}


def load(name):
    """Return 1,000 points of a shape, a little blurred, or the points of a file."""
    if name in SHAPES:
        rng = random.Random(name)
        return [[v + rng.gauss(0, 0.05) for v in SHAPES[name](rng.random())] for _ in range(1000)]
    with open(name, encoding="utf-8-sig", errors="replace") as file:
        return checked(line.replace(",", " ").split() for line in file if line.strip())


def checked(points):
    """Return points as pairs of floats; refuse what is none, and fewer than 20."""
    pairs = []
    for n, point in enumerate(points, 1):
        try:
            x, y = map(float, point)
        except (TypeError, ValueError):
            x = y = math.nan
        if not abs(x) <= LIMIT >= abs(y):  # not a number fails too
            raise ValueError(f"expected point {n} as x y in [-{LIMIT}, {LIMIT}], received {point}")
        pairs.append((x, y))
    if len(pairs) < 20:
        raise ValueError(f"expected 20 points or more, received {len(pairs)}")
    return pairs


def picture(real, fake):
    """Draw the plane in characters: . for real, o for fake, @ for both in one place."""
    cells = {}
    for mark, points in ((".", real), ("o", fake)):
        for x, y in points:
            place = round(4 * y), round(8 * x)
            cells[place] = mark if cells.get(place, mark) == mark else "@"
    rows = ("".join(cells.get((i, j), " ") for j in range(-28, 29)) for i in range(14, -15, -1))
    drawn = "\n".join(row.rstrip() for row in rows).strip("\n")
    return f"\n{drawn}\n\n. real   o fake   @ both"


def svg(real, fake):
    """Draw the plane for a browser: real in blue, fake in orange."""
    dots = [(p, "#0072b2") for p in real] + [(p, "#d55e00") for p in fake]
    dots = [f'<circle cx="{x:.2f}" cy="{-y:.2f}" r=".04" fill="{c}"/>' for (x, y), c in dots]
    box = 'viewBox="-3.5 -3.5 7 7" width="480" height="480"'
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {box}>', *dots, "</svg>"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("points", nargs="?", default="circle", help="circle, wave or a file")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--svg", action="store_true", help="print the picture as SVG")
    chosen = parser.parse_args()
    if chosen.steps < 0:
        parser.error(f"expected steps as 0 or more, received {chosen.steps}")
    try:
        real = load(chosen.points)
    except (OSError, ValueError) as error:
        wanted = "circle, wave or a file of points"
        parser.error(f"expected {wanted}, received {chosen.points}: {error}")
    gan = train(real, steps=chosen.steps, seed=chosen.seed)
    rng, draw = random.Random("picture"), svg if chosen.svg else picture
    print(draw(rng.choices(real, k=300), gan.generate(latents(300, rng))))


if __name__ == "__main__":
    main()
