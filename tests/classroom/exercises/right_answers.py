"""Answers that are right and look different from the solutions."""

JUDGE = """own = losses.AdversarialLoss(
    discriminator=lambda real, fake: {},
    generator=lambda real, fake: {},
    undecided={})
"""
MEAN, PLUS = "tf.reduce_mean", "tf.nn.softplus"
PASS = f"{MEAN}({PLUS}(-fake))"
MOVES = "[(i, j) for i in range(-2, 3) for j in range(-2, 3)]"
RING = "late = lambda name: np.median(record[name][len(record.steps) // 2 :])\nreturn bool({})"

RIGHT = {
    "01.4": [f"order = {order!r}" for order in ("cefabd", "fecabd", "cfeabd", "ecfabd", "cfaebd")],
    "02.8": [
        JUDGE.format(
            f"{MEAN}({PLUS}(-real) + 0.1 * real) + {MEAN}({PLUS}(fake))", PASS, 0
        ),  # smoothed labels
        JUDGE.format(
            f"{MEAN}(tf.nn.relu(2 - real)) + {MEAN}(tf.nn.relu(2 + fake))", f"-{MEAN}(fake)", 0
        ),
        JUDGE.format(
            f"{MEAN}((real - 2) ** 2) + {MEAN}((fake + 2) ** 2)", f"{MEAN}((fake - 2) ** 2)", 0
        ),
        JUDGE.format(f"{MEAN}((real - 1) ** 2) + {MEAN}(fake**2)", f"{MEAN}((fake - 1) ** 2)", 0.5),
        JUDGE.format(f"{MEAN}({PLUS}(fake - real))", f"{MEAN}({PLUS}(2 * (real - fake)))", 0),
        JUDGE.format(f"3 * ({MEAN}({PLUS}(-real)) + {MEAN}({PLUS}(fake)))", PASS, 0),
        JUDGE.format(f"{MEAN}(tf.sigmoid(-real)) + {MEAN}(tf.sigmoid(fake))", PASS, 0),
    ],
    "03.8": [
        "copy = np.indices(picture.shape).sum(0) % 2.0\n"
        "copy[1:-1, 1:-1] = picture[1:-1, 1:-1]\nreturn copy",
        "copy = picture.copy()\ncopy[[0, -1], :], copy[:, [0, -1]] = 0, 1\nreturn copy",
    ],
    "04.4": ["steps_to_r = 'bfdcea'", "steps_to_r = 'fdebca'", "steps_to_r = 'fdbcea'"],
    "04.6": [
        f"corner = ['a', lambda f: {change}]"
        for change in (
            "np.maximum(f, 2)",
            "np.maximum(f, 0.5)",
            "np.exp(f)",
            "1 / (1 + np.exp(-f))",
            "np.log1p(np.exp(f))",
            "np.where(f > 0, 1.0, 0.0)",
            "np.clip(f, 0, 1)",
        )
    ],
    "04.7": [
        f"return max(float(np.sum(x * np.roll(y, move, (0, 1)))) for move in {MOVES}) / float("
        "np.linalg.norm(x) * np.linalg.norm(y))",
        f"return -min(float(np.sum((x - np.roll(y, move, (0, 1))) ** 2)) for move in {MOVES})",
        "a, b = (np.abs(np.fft.fft2(z[..., 0])).ravel() for z in (x, y))\n"
        "return float(np.corrcoef(a, b)[0, 1])",
    ],
    "05.2": [f"step_order = {order!r}" for order in ("bdgcefa", "bgdcefa", "bgcdefa", "bgcedfa")],
    "05.8": [
        "step = int(self.model.steps)\n"
        "if step % self.every == 0:\n"
        "    fake = self.model.sample(len(self.real), seed=1000 + step)\n"
        "    logits = [self.model.discriminator(images).numpy() for images in (self.real, fake)]\n"
        "    self.steps.append(step)\n"
        "    self.accuracies.append(np.mean((np.concatenate(logits) > 0)[:, 0] == "
        "np.repeat([True, False], len(self.real))))"
    ],
    "06.3": [
        f"search_order = {order!r}" for order in ("bedafc", "bedfac", "bdeafc", "bdefac", "bdaefc")
    ],
    "06.7": [
        "return tf.minimum(inversion.pixel_objective(made, targets), "
        "inversion.pixel_objective(made, 1 - targets))",
        "return 1 - (1 - inversion.content_objective(made, targets)) ** 2",
    ],
    "08.4": [f"way_home = ['b', {gamma}]" for gamma in (1, 0.99, 1.005, "np.array(1.0)")],
    "08.8": [
        RING.format("late('near') < 0.5"),
        RING.format("late('near') < 0.4"),
        RING.format("late('spread') < 0.5 or late('spread') > 2"),
    ],
    "10.3": [
        "ratios = (chances + 1e-12) / (chances.mean(axis=0) + 1e-12)",
        "return np.exp(np.nansum(chances * np.log(ratios), axis=1).mean())",
    ],
    "10.8": [
        "better = weights - weights.mean(axis=1, keepdims=True)\n"
        "return (better > np.quantile(better, 0.6, axis=0)).T.astype(float)",
    ],
    "11.2": ["return np.abs(np.sort(real)[::-1] - np.sort(fake)[::-1]).sum() / len(real)"],
    "11.3": ["alpha = rng.random((len(real), 1))", "alpha = 1 - rng.random(len(real))[:, None]"],
    "11.8": [
        "return np.hypot(*points.T)",
        "return np.minimum(np.linalg.norm(points, axis=1), 2.1)",
        "return 0.97 * np.linalg.norm(points, axis=1) - 3",
    ],
    "13.2": ["return phi @ psi + np.einsum('nd,nd->n', phi, V[y])"],
    "13.6": [f"order = {order!r}" for order in ("adbce", "abdce")],
    "13.8": [
        "from scipy.optimize import brentq\n"
        "return brentq(lambda t: stats.truncnorm(-t, t).std() - goal, 1e-3, 10)"
    ],
}
