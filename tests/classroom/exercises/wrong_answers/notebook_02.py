"""Answers to the exercises of notebook 02 that are wrong, and words of what is said of them."""

CROSS_ENTROPY = (
    "tf.reduce_mean(softplus(real) - {} * real) + tf.reduce_mean(softplus(fake) - {} * fake)"
)


def judge(loss):
    return (
        "softplus = tf.nn.softplus\nown = losses.AdversarialLoss(\n"
        f"    discriminator=lambda real, fake: {loss},\n"
        "    generator=losses.non_saturating.generator)"
    )


WRONG = {
    "02.1": [
        ("guess = 0.5", "the loss squares its errors"),
        ("guess = 0.0", "could tell real from fake"),
        ("guess = 0.125", "one of the two terms"),
        ("guess = 1.386", "chance level of minimax"),
        ("guess = 3", "it is less than that"),
    ],
    "02.2": [
        ("return np.logaddexp(0.0, fake_logits).mean()", "sign is flipped"),
        ("return -np.logaddexp(0.0, fake_logits).mean()", "minimax"),
        ("return np.logaddexp(0.0, -fake_logits).sum()", "A sum"),
        ("return np.logaddexp(0.0, -fake_logits)", "one number"),
        ("return np.logaddexp(0.0, -real_logits).mean()", "swapped"),
        (
            "d = 1 / (1 + np.exp(-fake_logits))\nreturn np.logaddexp(0.0, -d).mean()",
            "probabilities are taken for logits",
        ),
        ("return -np.log(1 / (1 + np.exp(-fake_logits))).mean()", "overflows"),
    ],
    "02.3": [
        ('choice = ["b", 1.2]', "one is a mean of two terms"),
        ('choice = ["a", 0.6]', "with its terms averaged"),
        ('choice = ["a", 0.3]', "Halved once more"),
        ('choice = ["a", 0.475]', "A's loss averaged as in B"),
        ('choice = ["a", 1.386]', "if it knew nothing"),
        ('choice = ["a", 0.95]', "asked is B's"),
        ('choice = "a"', "a letter and your evidence"),
    ],
    "02.4": [
        ('order = "ecadb"', "looks at one point alone"),
        ('order = "caedb"', "nobody has found yet"),
        ('order = "cedab"', "Where do they come from"),
        ('order = "ceabd"', "it is no density yet"),
        ('order = "ceab"', "expected once"),
    ],
    "02.5": [
        ("g_loss = cross_entropy(0.0, fake_logits)", "in which fake is 1"),
        (
            "d_loss = cross_entropy(1.0, real_logits) + cross_entropy(0.0, fake_logits)\n"
            "g_loss = cross_entropy(0.0, fake_logits)",
            "wants to be caught",
        ),
        (
            "d_loss = cross_entropy(1.0, real_logits) + cross_entropy(0.0, fake_logits)\n"
            "d_loss = d_loss / 2",
            "averaged",
        ),
        ("d_loss = cross_entropy(1.0, real_logits)", "must see fakes as well"),
        (
            "g_loss, d_loss = (\n"
            "    cross_entropy(1.0, real_logits) + cross_entropy(0.0, fake_logits), g_loss)",
            "in the wrong order",
        ),
    ],
    "02.6": [
        ("guess = 0.5", "one of them has moved"),
        ("guess = 0.9", "the target of the reals alone"),
        ("guess = 0.55", "moved away"),
        ("guess = 2.197", "That is a logit"),
    ],
    "02.7": [
        ('seen = ["a", 5969, 16]', "What do they share"),
        ('seen = ["c", 5969, 16]', "It is sure"),
        ('seen = ["b", 16, steps_to_pass(minimax_slope)]', "in the other order"),
        ('seen = ["b"] + 2 * [steps_to_pass(minimax_slope)]', "The slope was not changed"),
        (
            "right = lambda t: -1 / (1 + np.exp(t))\n"
            'seen = ["b", steps_to_pass(minimax_slope), steps_to_pass(right)]',
            "belongs to the non-saturating loss",
        ),
        (
            'right = lambda t: -1 / (1 + np.exp(t))\nseen = ["b", steps_to_pass(right), 16]',
            "asked is minimax",
        ),
        (
            "away = lambda t: abs(minimax_slope(t)) / abs(minimax_slope(t))\n"
            'seen = ["b", steps_to_pass(minimax_slope), steps_to_pass(away)]',
            "the sign must stay",
        ),
        ('seen = ["b", "many", "few"]', "numbers are expected"),
    ],
    "02.8": [
        ("own = losses.non_saturating.generator", "An AdversarialLoss is expected"),
        ("own = losses.hinge", "This is hinge"),
        (
            "own = losses.AdversarialLoss(\n"
            "    discriminator=losses.minimax.discriminator,\n"
            "    generator=lambda real, fake: -2 * tf.reduce_mean(tf.nn.softplus(fake)))",
            "It saturates",
        ),
        (
            "own = losses.AdversarialLoss(\n"
            "    discriminator=lambda real, fake: losses.hinge.discriminator(fake, real),\n"
            "    generator=losses.hinge.generator)",
            "real comes before fake",
        ),
        (
            "own = losses.AdversarialLoss(\n"
            "    discriminator=losses.hinge.discriminator,\n"
            "    generator=lambda real, fake: tf.reduce_mean(fake))",
            "The generator should pay less",
        ),
        (
            "own = losses.AdversarialLoss(\n"
            "    discriminator=lambda real, fake: tf.reduce_mean(real) * 0,\n"
            "    generator=losses.hinge.generator)",
            "Its slopes there are 0 and 0",
        ),
        (judge("tf.reduce_mean(tf.exp(fake / 2))"), "should fall with each real logit"),
        (judge("tf.reduce_mean(tf.nn.softplus(fake))"), "should fall with each real logit"),
        (judge("tf.reduce_mean(tf.exp(-real / 2))"), "and rise with each fake one"),
        (judge("tf.reduce_mean(tf.nn.relu(1 - real))"), "and rise with each fake one"),
        (judge("softplus(-real[0]) + softplus(fake[0])"), "each real logit"),
        (
            judge("(tf.reduce_mean((real - 1) ** 2) + tf.reduce_mean(fake**2)) / 3"),
            "At logits of 0, undecided",
        ),
        (judge(CROSS_ENTROPY.format(1.1, 0.0)), "has no floor"),
        (judge(CROSS_ENTROPY.format(1.0, -0.1)), "has no floor"),
        (judge("2 * losses.wasserstein.discriminator(real, fake)"), "has no floor"),
        (
            "own = losses.AdversarialLoss(\n"
            "    discriminator=lambda real, fake: -tf.reduce_mean(tf.math.log(real)),\n"
            "    generator=losses.hinge.generator)",
            "not finite",
        ),
    ],
}
