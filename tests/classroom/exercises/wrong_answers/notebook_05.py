"""Answers to the exercises of notebook 05 that are wrong, and words of what is said of them."""

WATCH = """step = int(self.model.steps)
if {when}:
    fake = self.model.sample(len(self.real), seed={seed})
    found = np.mean(self.model.discriminator(self.real) > {threshold})
    caught = np.mean(self.model.discriminator(fake) < {threshold})
    self.steps.append(step)
    self.accuracies.append({accuracy})
"""
GOOD = {
    "when": "step % self.every == 0",
    "seed": "step",
    "threshold": 0,
    "accuracy": "(found + caught) / 2",
}
SLOPES = """with tf.GradientTape() as tape:
    g_loss = tf.reduce_{mean}({sign}tf.nn.softplus({logits}discriminator(generator(z))))
return tape.gradient(g_loss, {who}.trainable_variables)
"""


def watch(**changes):
    return WATCH.format(**(GOOD | changes))


def slopes(mean="mean", sign="", logits="-", who="generator"):
    return SLOPES.format(mean=mean, sign=sign, logits=logits, who=who)


WRONG = {
    "05.1": [
        ("guess = 1.386", "what doubt costs"),
        ("guess = 0.05", "It sees fakes too"),
        ("guess = 3.05", "The real images cost a little"),
        ("guess = 1.55", "added in ganlab, not averaged"),
        ("guess = 0.693", "one term of a judge who doubts"),
        ("guess = 6", "it is less than that"),
    ],
    "05.2": [
        ("step_order = 'gbcedfa'", "there are none yet"),
        ("step_order = 'bcgedfa'", "none are made yet"),
        ("step_order = 'bgecdfa'", "applied before its loss is known"),
        ("step_order = 'bgcefda'", "draw them first"),
        ("step_order = 'bgcedaf'", "generator's gradients are applied before"),
        ("step_order = 'bgcdfae'", "as it is after its update"),
        ("step_order = 'dbgcefa'", "gets the first numbers"),
        ("step_order = 'bgce'", "expected once"),
    ],
    "05.3": [
        ("verdict = ['a', 1.386]", "more than 1.20"),
        ("verdict = ['c', 2]", "largest number"),
        ("verdict = ['d', 0.25]", "so is its chance level"),
        ("verdict = ['b', 1.386]", "halves the sum"),
        ("verdict = ['b', 0.3466]", "once too often"),
        ("verdict = ['b', 0.5]", "what does it pay"),
        ("verdict = ['b', 0.75]", "what B paid"),
        ("verdict = 'b'", "A list of 2"),
    ],
    "05.4": [
        ("return np.mean((logits > 0) == labels)", "Still a square"),
        ("return np.mean((logits[:, 0] > 0.5) == labels)", "belongs to probabilities"),
        (
            "return np.mean((1 / (1 + np.exp(-logits[:, 0])) > 0) == labels)",
            "never below 0",
        ),
        ("return np.mean((logits[:, 0] < 0) == labels)", "share of errors"),
        ("return np.sum((logits[:, 0] > 0) == labels)", "give their share"),
    ],
    "05.5": [
        (
            "with tf.GradientTape() as tape:\n    fake = generator(z)\n"
            "g_loss = tf.reduce_mean(tf.nn.softplus(-discriminator(fake)))\n"
            "return tape.gradient(g_loss, generator.trainable_variables)",
            "no recorded path",
        ),
        (slopes(who="discriminator"), "Whose weights should move"),
        (slopes(mean="sum"), "gradient of a sum"),
        (slopes(sign="-"), "sign is flipped"),
        (slopes(sign="-", logits=""), "minimax loss"),
        (slopes(logits=""), "easier to catch"),
    ],
    "05.6": [
        ("return x - rate * y, y + rate * x", "plain step"),
        ("new = x - rate * y\nreturn new, y + rate * new", "playing in turn"),
        (
            "x, y = x - rate * y, y + rate * x\nreturn x - rate * y, y + rate * x",
            "These are two steps",
        ),
        (
            "a, b = x - rate * y, y + rate * x\nreturn x + rate * b, y - rate * a",
            "signs are flipped",
        ),
        (
            "a, b = x - rate * y, y + rate * x\nreturn x - rate * a, y + rate * b",
            "is y, not x",
        ),
    ],
    "05.7": [
        ("damping = ['a', -0.5]", "only slows the players"),
        ("damping = ['b', -0.5]", "not where both gradients are 0"),
        ("damping = ['d', -0.5]", "no chance in it"),
        ("damping = ['c', 0.3]", "fly apart"),
        ("damping = ['c', 0.0]", "not yet 0.1"),
        ("damping = ['c', -1.5]", "never forgets"),
        ("damping = ['c', 'negative']", "A number is expected"),
    ],
    "05.8": [
        (watch(when="batch % self.every == 0"), "The GAN counts its own steps"),
        (watch(seed=0), "are the fakes fresh"),
        (watch(threshold=0.5), "belongs to probabilities"),
        (watch(accuracy="1 - (found + caught) / 2"), "These are the errors"),
        (watch(accuracy="caught"), "on fakes alone"),
        (watch(accuracy="0.7 * caught"), "Reals and fakes should count alike"),
        (watch(accuracy="found"), "fakes at all"),
        (watch(accuracy="100 * (found + caught) / 2"), "between 0 and 1"),
        ("self.model.unknown()", "your callback raises AttributeError"),
    ],
}
