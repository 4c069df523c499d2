"""Answers to the exercises of notebook 06 that are wrong, and words of what is said of them."""

SQUARES = "squares = mask * (made - targets) ** 2\n"
SEARCH = """with tf.GradientTape() as tape:
    tape.watch(z)
    errors = tf.reduce_{how}(inversion.pixel_objective(generator(z, training=False), targets))
return {result}
"""
TRAINED = """with tf.GradientTape() as tape:
    errors = inversion.pixel_objective(generator(z, training=False), targets)
weights = generator.trainable_variables
for weight, slope in zip(weights, tape.gradient(errors, weights)):
    weight.assign_sub(rate * slope)
return z
"""


def search(result, how="sum"):
    return SEARCH.format(how=how, result=result)


def weighed(formula, letter="a"):
    return f"weighed = ['{letter}', lambda rows, columns, d, s: {formula}]"


WRONG = {
    "06.1": [
        ("guess = 200", "only in one dimension"),
        ("guess = 400", "That is the plane"),
        ("guess = 600", "but exponentially"),
        ("guess = 800", "three directions"),
        ("guess = 6300", "the first 100 count too"),
        ("guess = 100000", "it is less than that"),
    ],
    "06.2": [
        (SQUARES + "return tf.reduce_mean(squares, axis=(1, 2, 3))", "Divided by all pixels"),
        (SQUARES + "return tf.reduce_sum(squares, axis=(1, 2, 3))", "A sum"),
        (
            SQUARES + "return tf.reduce_sum(squares) / tf.reduce_sum(mask) / 3",
            "each image needs its own",
        ),
        (
            SQUARES + "return tf.reduce_sum(squares, axis=(1, 2, 3)) / tf.reduce_sum(mask) / 3",
            "Divided by the batch too",
        ),
        (
            "squares = (1 - mask) * (made - targets) ** 2\n"
            "return tf.reduce_sum(squares, axis=(1, 2, 3)) / tf.reduce_sum(1 - mask)",
            "looks at the hidden pixels",
        ),
        ("return inversion.pixel_objective(made, targets)", "The mask is not used"),
        (
            "squares = (mask * (made - targets) ** 2).numpy()\n"
            "return squares.sum((1, 2, 3)) / mask.numpy().sum()",
            "needs a gradient",
        ),
    ],
    "06.3": [
        ("search_order = 'ebdafc'", "there are none yet"),
        ("search_order = 'dbeafc'", "nothing to evaluate yet"),
        ("search_order = 'bdafec'", "before the gradient"),
        ("search_order = 'befdac'", "evaluate it first"),
        ("search_order = 'bedacf'", "Adam needs a gradient"),
        ("search_order = 'beadfc'", "the best so far shows its value"),
        ("search_order = 'bedfca'", "before it moves"),
    ],
    "06.4": [
        (TRAINED, "another generator now"),
        (search("z"), "stand where they stood"),
        (search("z + rate * tape.gradient(errors, z)"), "This climbs"),
        (search("z - rate * tape.gradient(errors, z)", "mean"), "mean over the batch"),
        (search("-rate * tape.gradient(errors, z)"), "add it to where the latents are"),
        (search("tape.gradient(errors, z)"), "This is the gradient"),
    ],
    "06.5": [
        ("scans = ['a', 0.0625]", "wrong in every pixel"),
        ("scans = ['b', 0.0625]", "one for spreads"),
        ("scans = ['c', 0.04]", "the contrast differs"),
        ("scans = ['c', 0.0225]", "the brightness differs"),
        ("scans = ['c', 0.0]", "content objective says"),
        ("scans = ['c', 0.09]", "ink is dimmed"),
        ("scans = ['c', 0.1525]", "content term is 0"),
    ],
    "06.6": [
        (weighed("s**2 * d / (rows * columns)", "b"), "same in every row"),
        (weighed("s**2 * d / (rows * columns)", "c"), "does not depend on how many"),
        (weighed("s * d / (rows * columns)"), "as its variance"),
        (weighed("s**2 / (rows * columns)"), "d has to come in"),
        (weighed("s**2 * d / columns**2"), "not of all"),
        (weighed("s**2 * d / rows"), "counts pixels, not rows"),
        (weighed("rows * columns / (s**2 * d)"), "Upside down"),
        (weighed("0.5 * s**2 * d / (rows * columns)"), "drops out"),
    ],
    "06.7": [
        ("return inversion.content_objective(made, targets)", "get another number"),
        ("return inversion.pixel_objective(made, targets)", "get another number"),
        (
            "return tf.abs(1 - inversion.content_objective(made, targets))",
            "should get a smaller number",
        ),
        ("return tf.reduce_mean((made - targets) ** 2)", "One number for each image"),
        ("return 0.0 * tf.reduce_mean(made * targets, (1, 2, 3))", "the same of every pair"),
        (
            "return 1 - tf.constant(abs(1 - inversion.content_objective(made, targets).numpy()))",
            "The search needs a gradient",
        ),
        (
            "squares = (1 - inversion.content_objective(made, targets)) ** 2\n"
            "return tf.stop_gradient(1 - squares) + 0.0 * tf.reduce_mean(made, (1, 2, 3))",
            "The search needs a gradient",
        ),
        (
            "value = 1 - tf.abs(1 - inversion.content_objective(made, targets))\n"
            "return 2 * tf.stop_gradient(value) - value",
            "what does the gradient lead to",
        ),
        (
            "return 1 - (1 - inversion.content_objective(made, targets)) ** 200",
            "The search with it comes no nearer",
        ),
    ],
}
