"""Checks for the exercises of notebooks/05_training_loop."""

import numpy as np

from classroom.exercises.checking import (
    Right,
    Unanswered,
    Wrong,
    as_number,
    compare,
    compare_choice,
    compare_order,
    compare_prediction,
    exercise,
    result_of,
)
from ganlab import datasets, keras, latents, losses, models, tf
from ganlab.training import GAN

HALF = "A threshold of one half belongs to probabilities; these are logits."


@exercise("05.1", "The judge who says yes to everything", "Predict a number")
def _says_real_to_everything(rng, guess):
    judge = models.mlp_discriminator(seed=1)
    kernel, bias = judge.get_layer("logits").get_weights()
    judge.get_layer("logits").set_weights([0 * kernel, 0 * bias + 3])
    gan = GAN(models.mlp_generator(seed=0), judge, loss=losses.non_saturating, seed=2)
    gan.compile(g_optimizer=keras.optimizers.SGD(0.1), d_optimizer=keras.optimizers.SGD(0.1))
    found = float(gan.train_step(datasets.ring(64, seed=3))["d_loss"])
    return compare_prediction(
        guess,
        found,
        "More than the 1.386 of a judge who admits to know nothing: to be sure and wrong half of "
        "the time costs more than to doubt.",
        within=0.02,
        wrong=(
            (1.3863, "That is what doubt costs, a logit of 0. This judge is sure."),
            (0.0486, "That is its loss on real images, which it gets right. It sees fakes too."),
            (3.0486, "That is its loss on fakes. The real images cost a little as well."),
            (1.5486, "The two terms are added in ganlab, not averaged."),
            (0.6931, "That is one term of a judge who doubts. This one is sure, and has two."),
        ),
    )


@exercise("05.2", "One step, in order", "Order the steps")
def _one_step(rng, order):
    compare_order(
        order,
        "abcdefg",
        (
            ("b", "g", "Fakes are made of latents, and there are none yet."),
            ("g", "c", "The discriminator's loss needs fakes, and none are made yet."),
            ("c", "e", "The discriminator's gradients are applied before its loss is known."),
            ("d", "f", "The generator's loss judges images of fresh latents: draw them first."),
            ("f", "a", "The generator's gradients are applied before its loss is known."),
            ("e", "f", "The generator answers to the discriminator as it is after its update."),
            ("b", "d", "Both draw from one stream: who draws first gets the first numbers."),
        ),
    )
    return Right(
        "The fresh latents have room to move, from behind the first draw to just before the "
        "generator's loss. Everything else is held by what it needs."
    )


@exercise("05.3", "Worse than a coin", "Choose and justify")
def _worse_than_a_coin(rng, answer):
    both, _ = losses.minimax.chance
    (chance,) = compare_choice(
        answer,
        "b",
        {
            "a": "A sums both terms: a judge who knows nothing pays 2 ln 2, more than 1.20.",
            "c": "C has the largest number, but its chance level is larger: what does the hinge "
            "loss say of two logits of 0?",
            "d": "D's number is small, and so is its chance level: half of two squared errors.",
        },
    )
    compare(
        chance,
        both / 2,
        what="the loss of a judge of B who knows nothing",
        tolerance=2e-3,
        wrong=(
            (both, "That is the chance level of the sum; program B halves the sum."),
            (both / 4, "Halved once too often: B's two terms have a chance level of ln 2 each."),
            (0.5, "That is the probability which a coin gives; what does it pay for that?"),
            (0.75, "That is what B paid. What would a judge who knows nothing have paid?"),
        ),
    )
    return Right(
        "0.75 is more than ln 2 = 0.693: its judge is sure of wrong answers. No number here can "
        "be read before you know the convention."
    )


@exercise("05.4", "An accuracy that stands still", "Find the bug")
def _accuracy(rng, judge_accuracy):
    n_real, n_fake = rng.integers(60, 90, 2)
    real = rng.normal(1.0, 1.0, (n_real, 1))
    real[:9] = 0.25  # right, though not sure
    fake = rng.normal(-1.0, 1.0, (n_fake, 1))
    said = np.concatenate([real, fake])
    true = np.concatenate([np.ones(n_real), np.zeros(n_fake)])
    right = np.mean((said[:, 0] > 0) == true)
    square = (said > 0) == true
    compare(
        result_of(judge_accuracy, real, fake),
        right,
        what="the accuracy",
        wrong=(
            (square.mean(), "Still a square: shape (n, 1) against (n,) compares all with all."),
            (np.mean((said[:, 0] > 0.5) == true), HALF),
            (true.mean(), "Everything counts as real: a probability is never below 0."),
            (1 - right, "This is the share of errors: real is 1, and a positive logit says real."),
            (right * len(true), "This counts the right answers: give their share."),
        ),
    )
    return Right(
        "With as many fakes as reals the square gives 0.50 whatever the judge says: the very "
        "number that people take for the sign of a perfect game."
    )


@exercise("05.5", "The tape that was switched off", "Find the bug")
def _slopes(rng, generator_slopes):
    seeds = [int(seed) for seed in rng.integers(1000, size=3)]
    generator = models.mlp_generator(width=6, depth=1, seed=seeds[0])
    judge = models.mlp_discriminator(width=5, depth=2, seed=seeds[1])
    z = latents.sample(16, 2, seed=seeds[2])
    slopes = result_of(generator_slopes, generator, judge, z)
    if not isinstance(slopes, list | tuple) or any(slope is None for slope in slopes):
        raise Wrong(
            "A list of gradients is expected, without None: None says that there is no recorded "
            "path from the loss to these weights. All of the way has to happen inside the block."
        )
    if len(slopes) != len(generator.trainable_variables):
        raise Wrong(
            f"The generator has {len(generator.trainable_variables)} arrays of weights, and here "
            f"are {len(slopes)} gradients. Whose weights should move?"
        )

    def slopes_of(loss):
        with tf.GradientTape() as tape:
            value = loss(judge(generator(z)))
        return flat(tape.gradient(value, generator.trainable_variables))

    def flat(arrays):
        return np.concatenate([np.ravel(array) for array in arrays])

    right = slopes_of(lambda fake: losses.non_saturating.generator(fake, fake))
    minimax = slopes_of(lambda fake: losses.minimax.generator(fake, fake))
    compare(
        flat(slopes),
        right,
        what="the gradient",
        wrong=(
            (-right, "The sign is flipped: this improves the discriminator's catch."),
            (len(z) * right, "This is the gradient of a sum: the loss is a mean over the batch."),
            (minimax, "This is the minimax loss; the task gives the non-saturating one."),
            (-minimax, "This makes the fakes easier to catch: look at the sign of the logits."),
        ),
    )
    return Right("An optimizer given None skips that weight. With luck it warns; G stands still.")


@exercise("05.6", "A player who looks ahead", "Fill the gap")
def _looks_ahead(rng, extrapolated_step):
    (x, y), rate = rng.normal(size=2), rng.uniform(0.1, 0.6)
    a, b = x - rate * y, y + rate * x
    compare(
        result_of(extrapolated_step, x, y, rate),
        [x - rate * b, y + rate * a],
        what="the next point",
        wrong=(
            ([a, b], "This is the plain step, with the gradients of the old point."),
            ([a, y + rate * a], "This is playing in turn: only y looks ahead."),
            ([a - rate * b, b + rate * a], "These are two steps: begin the real one where it was."),
            ([x + rate * b, y - rate * a], "The signs are flipped: x wants xy small, y large."),
            ([x - rate * a, y + rate * b], "The derivative of xy with respect to x is y, not x."),
        ),
    )
    return Right(
        "The squared distance is multiplied by 1 - rate^2 + rate^4, below 1 for every rate "
        "between 0 and 1: the path reaches the equilibrium."
    )


@exercise("05.7", "Momentum, the other way", "Change and explain")
def _negative_momentum(rng, damping):
    (momentum,) = compare_choice(
        damping,
        "c",
        {
            "a": "A smaller rate only slows the players on their way: try 0.02 with momentum 0.",
            "b": "A momentum changes how players walk, not where both gradients are 0.",
            "d": "The function has one run and one outcome: it has no chance in it.",
        },
    )
    momentum = as_number(momentum)
    if not -1 < momentum < 1:
        raise Wrong("A momentum of 1 or more in size never forgets: stay between -1 and 1.")
    x, y, move_x, move_y = 1.0, 0.0, 0.0, 0.0
    for _ in range(800):
        move_x = momentum * move_x - 0.2 * y
        x += move_x
        move_y = momentum * move_y + 0.2 * x
        y += move_y
    distance = np.hypot(x, y)
    if distance > 2:
        raise Wrong(f"With {momentum:.3g} the players fly apart: distance {distance:.3g}.")
    if distance > 0.1:
        raise Wrong(f"With {momentum:.3g} the game ends {distance:.3f} from (0, 0), not yet 0.1.")
    return Right(
        "Gidel et al. found this in 2018 and tried it on GANs. The common choice of beta_1 = 0 "
        "or 0.5 in place of 0.9 goes in the same direction."
    )


@exercise("05.8", "A watch on the judge", "Make your own")
def _watch(rng, AccuracyWatch):
    def linear(units, kernel, bias):
        layer = keras.layers.Dense(units, name="linear")
        network = keras.Sequential([keras.Input((2,)), layer])
        layer.set_weights([np.array(kernel, np.float32), np.array(bias, np.float32)])
        return network

    # Latents come out unchanged, and the judge is a line: what is right can be counted.
    every, center = int(rng.integers(3, 8)), rng.uniform(2.0, 2.2)
    real = rng.normal((center, 0.0), 1.0, (200, 2)).astype(np.float32)
    judge = linear(1, [[0.3], [0.0]], [-0.24])
    gan = GAN(linear(2, np.eye(2), [0, 0]), judge, loss=losses.non_saturating, seed=0)
    gan.compile(g_optimizer=keras.optimizers.SGD(0.0), d_optimizer=keras.optimizers.SGD(0.0))
    watch = result_of(AccuracyWatch, real, every)
    if not isinstance(watch, keras.callbacks.Callback):
        raise Wrong("A class is expected that inherits from keras.callbacks.Callback.")
    try:
        gan.fit(real, batch_size=50, epochs=every + 4, verbose=0, callbacks=[watch])
        steps, values = [int(step) for step in watch.steps], np.array(watch.accuracies, float)
    except Exception as error:
        raise Wrong(f"In training your callback raises {type(error).__name__}: {error}") from None
    expected = list(range(every, 4 * every + 17, every))
    if not steps:
        raise Unanswered("After a training nothing stands in `steps`: is the method written yet?")
    if steps != expected or values.shape != (len(expected),):
        raise Wrong(
            f"With every={every} and {4 * every + 16} steps `steps` should be {expected}, with as "
            f"many accuracies; it is {steps}, with {values.size}. The GAN counts its own steps, "
            "through all epochs: `self.model.steps`."
        )
    _check_accuracies(values, real, judge)
    return Right(
        "One half for long can mean a perfect game or a judge who never learned, 1 for long that "
        "there is no game. Look at the images before you stop a run."
    )


def _check_accuracies(values, real, judge):
    logits = judge(real).numpy()
    found, caught = float(np.mean(logits > 0)), 0.7881  # of fakes, P(z < 0.8) for a normal z
    sure = (float(np.mean(logits > 0.5)) + 0.9932) / 2  # P(z < 2.467)
    right = (found + caught) / 2
    if values.min() < 0 or values.max() > 1:
        raise Wrong("An accuracy is a share, between 0 and 1.")
    if np.ptp(values) == 0:
        raise Wrong("All records are the same: are the fakes fresh, and are there fakes at all?")
    # What chance does has a standard deviation of 0.025 / 4.2 with six records, the fewest.
    if abs(values.mean() - right) < 0.025:
        return
    for value, sentence in (
        (caught, "This is the accuracy on fakes alone: half of the images should be real."),
        (1 - right, "These are the errors: a positive logit says real, a negative one fake."),
        (sure, HALF),
    ):
        if abs(values.mean() - value) < 0.025:
            raise Wrong(sentence)
    shares = f"{right:.0%} of the cases comes out as {values.mean():.0%}"
    raise Wrong(f"A judge who is right in {shares}. Reals and fakes should count alike.")
