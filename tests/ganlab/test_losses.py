"""Adversarial losses against numbers worked by hand, closed forms and one contract for all."""

import math

import numpy as np
import pytest

from ganlab import keras, losses, tf

LN2 = math.log(2.0)
ALL = pytest.mark.parametrize("loss", losses.ALL.values(), ids=losses.ALL.keys())
ROLES = pytest.mark.parametrize("role", ["discriminator", "generator"])

# Worked by hand for real logits (2, 0) and fake logits (-1, 1), with s(x) = ln(1 + e^x):
# s(-2) = 0.126928, s(-1) = 0.313262, s(0) = 0.693147, s(1) = 1.313262, s(3) = 3.048587.
BY_HAND = {
    # (s(-2) + s(0)) / 2 + (s(-1) + s(1)) / 2;  -(s(-1) + s(1)) / 2
    "minimax": (1.223299, -0.813262),
    # the same;  (s(1) + s(-1)) / 2
    "non_saturating": (1.223299, 0.813262),
    # (1 + 1) / 4 + (1 + 1) / 4;  (4 + 0) / 4
    "least_squares": (1.0, 1.0),
    # 0 - 1;  -0
    "wasserstein": (-1.0, 0.0),
    # (0 + 1) / 2 + (0 + 2) / 2;  -0
    "hinge": (1.5, 0.0),
    # (s(-3) + s(1)) / 2;  (s(3) + s(-1)) / 2 ... pairs (2, -1) and (0, 1)
    "relativistic": (0.680924, 1.680924),
    # mean real 1, mean fake 0: (s(-2) + s(0)) / 2 + (s(-2) + s(0)) / 2;  (s(2) + s(0)) / 2 twice
    "relativistic_average": (0.820075, 2.820075),
}


@ALL
def test_numbers_worked_by_hand(loss):
    real, fake = [[2.0], [0.0]], [[-1.0], [1.0]]
    d_loss, g_loss = BY_HAND[loss.name]
    assert float(loss.discriminator(real, fake)) == pytest.approx(d_loss, abs=2e-6)
    assert float(loss.generator(real, fake)) == pytest.approx(g_loss, abs=2e-6)


# Worked by hand: each logit is 0, or 1/2 where the targets are 0 and 1.
CHANCE = {
    # ln 2 for each of the two terms;  -ln 2
    "minimax": (2 * LN2, -LN2),
    "non_saturating": (2 * LN2, LN2),
    # ((1/2 - 1)^2 + (1/2)^2) / 2;  (1/2 - 1)^2 / 2
    "least_squares": (1 / 4, 1 / 8),
    "wasserstein": (0, 0),
    # (1 - 0) + (1 + 0);  -0
    "hinge": (2, 0),
    # one term of equal logits each;  two terms each
    "relativistic": (LN2, LN2),
    "relativistic_average": (2 * LN2, 2 * LN2),
}


@ALL
def test_the_level_of_chance_in_closed_form(loss):
    assert loss.chance == pytest.approx(CHANCE[loss.name], rel=1e-6)
    undecided = np.full((4, 1), loss.undecided, np.float32)
    both = loss.discriminator(undecided, undecided), loss.generator(undecided, undecided)
    assert loss.chance == pytest.approx(tuple(map(float, both)), rel=1e-6), "of any batch"


@ALL
def test_an_undecided_discriminator_pays_least_of_all_that_do_not_look(loss):
    """Of all logits given to real and fake alike; it has no reason to leave this one."""

    def pays(logit):
        return float(loss.discriminator([[logit]], [[logit]]))

    others = [pays(loss.undecided + shift) for shift in (-3.0, -0.3, 0.3, 3.0)]
    assert loss.chance[0] <= min(others) + 1e-6


def test_a_loss_of_your_own_says_what_undecided_means():
    def loss(**undecided):  # targets 3 and 1; constants in float32, as logits are in training
        return losses.AdversarialLoss(
            lambda r, f: tf.reduce_mean((r - tf.fill(r.shape, 3.0)) ** 2 + (f - 1.0) ** 2),
            lambda r, f: tf.reduce_mean((f - 3.0) ** 2),
            **undecided,
        )

    assert loss(undecided=2).chance == (2.0, 1.0)
    assert loss().chance == (10.0, 9.0), "0 unless it says so"
    with pytest.raises(TypeError, match="expected undecided as a number, received 'half'"):
        loss(undecided="half")


def test_the_best_discriminator_of_two_gaussians_reaches_the_closed_form():
    """-V(D*) = 2 ln 2 - 2 JSD, by the logit of D* = p / (p + q), which is ln p - ln q = -2x."""
    rng = np.random.default_rng(0)
    real, fake = rng.normal(-1, 1, 400_000), rng.normal(1, 1, 400_000)
    found = float(losses.minimax.discriminator(-2 * real, -2 * fake))
    x = np.linspace(-10, 10, 20_001)
    p, q = (np.exp(-((x - m) ** 2) / 2) / math.sqrt(2 * math.pi) for m in (-1, 1))
    m = (p + q) / 2
    divergence = np.trapezoid((p * np.log(p / m) + q * np.log(q / m)) / 2, x)
    # The standard error of the sampled loss is about 1e-3.
    assert found == pytest.approx(2 * LN2 - 2 * divergence, abs=5e-3)


def test_cross_entropy_equals_keras():
    rng = np.random.default_rng(1)
    real, fake = rng.normal(size=(2, 32, 1)).astype("float32")
    keras_loss = keras.losses.BinaryCrossentropy(from_logits=True)
    expected = keras_loss(np.ones((32, 1)), real) + keras_loss(np.zeros((32, 1)), fake)
    assert float(losses.minimax.discriminator(real, fake)) == pytest.approx(float(expected), 1e-6)
    expected = keras_loss(np.ones((32, 1)), fake)
    assert float(losses.non_saturating.generator(real, fake)) == pytest.approx(
        float(expected), 1e-6
    )


@ALL
@ROLES
@pytest.mark.parametrize("size", [100.0, 1e4])
def test_contract_scalar_and_finite(loss, role, size):
    for real, fake in [(size, -size), (-size, size), (size, size)]:
        real, fake = tf.fill((3, 1), real), tf.fill((3, 1), fake)
        with tf.GradientTape() as tape:
            tape.watch([real, fake])
            value = getattr(loss, role)(real, fake)
        gradients = [g for g in tape.gradient(value, [real, fake]) if g is not None]
        assert value.shape == ()
        assert np.isfinite(value)
        assert gradients
        assert all(np.isfinite(g).all() for g in gradients)


@ALL
@ROLES
def test_contract_vectors_and_columns_agree(loss, role):
    rng = np.random.default_rng(2)
    real, fake = rng.normal(size=(2, 5)).astype("float32")
    values = {
        float(getattr(loss, role)(r, f))
        for r in (real, real[:, None])
        for f in (fake, fake[:, None])
    }
    assert len(values) == 1


@ALL
def test_contract_signs_of_the_gradients(loss):
    """The discriminator wants real logits up and fake ones down; the generator wants fake up."""
    real, fake = tf.constant([[0.3], [-0.2]]), tf.constant([[0.1], [-0.4]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([real, fake])
        d_loss, g_loss = loss.discriminator(real, fake), loss.generator(real, fake)
    assert (tape.gradient(d_loss, real).numpy() < 0).all()
    assert (tape.gradient(d_loss, fake).numpy()[0] > 0).all()
    assert (tape.gradient(g_loss, fake).numpy() < 0).all()


@pytest.mark.parametrize("name", ["wasserstein", "relativistic", "relativistic_average"])
def test_a_common_shift_of_the_logits_changes_nothing(name):
    rng = np.random.default_rng(3)
    real, fake = rng.normal(size=(2, 6, 1))
    before = losses.ALL[name].discriminator(real, fake)
    after = losses.ALL[name].discriminator(real + 7.0, fake + 7.0)
    assert float(before) == pytest.approx(float(after), abs=1e-12)


def test_saturation():
    """At logit -8 the minimax generator feels 3e-4, the non-saturating one 0.9997."""
    fake = tf.constant([[-8.0]])
    slopes = {}
    for loss in (losses.minimax, losses.non_saturating):
        with tf.GradientTape() as tape:
            tape.watch(fake)
            value = loss.generator(fake, fake)
        slopes[loss.name] = -float(tape.gradient(value, fake)[0, 0])
    assert slopes["minimax"] == pytest.approx(1 / (1 + math.exp(8)), rel=1e-4)
    assert slopes["non_saturating"] == pytest.approx(1 / (1 + math.exp(-8)), rel=1e-6)


def test_relativistic_losses_need_pairs():
    with pytest.raises(ValueError, match=r"expected as many real logits as fake ones.*2 and 3"):
        losses.relativistic.discriminator(np.zeros((3, 1)), np.zeros((2, 1)))


def test_bad_input_is_named():
    with pytest.raises(TypeError, match="floating-point real_logits, received dtype int64"):
        losses.hinge.discriminator(np.ones((2, 1), np.int64), np.ones((2, 1)))
    with pytest.raises(TypeError, match="expected generator as a function"):
        losses.AdversarialLoss(lambda real, fake: 0.0, "hinge")
    no_mean = losses.AdversarialLoss(lambda real, fake: fake - real, lambda real, fake: -fake)
    with pytest.raises(ValueError, match=r"expected a scalar discriminator loss.*\(2,\)"):
        no_mean.discriminator(np.ones((2, 1)), np.ones((2, 1)))


def test_article_loss_is_the_printed_formula():
    scores, labels, b = [0.2, 0.9, 0.5], [1.0, 0.0, 1.0], 0.3
    expected = sum(
        y * (d - b) + (1 - y) * (math.log(1 - d) - b) for d, y in zip(scores, labels, strict=True)
    )
    assert float(losses.article_loss(scores, labels, b=b)) == pytest.approx(expected / 3, 1e-6)
    with pytest.raises(ValueError, match="received 2 labels for 3 scores"):
        losses.article_loss(scores, [1.0, 0.0], b=b)


@pytest.mark.parametrize("name", losses.ALL)
def test_batches_of_unknown_size_can_be_compiled(name):
    loss = losses.ALL[name]

    @tf.function(input_signature=[tf.TensorSpec((None, 1)), tf.TensorSpec((8, 1))])
    def both(real, fake):
        return loss.discriminator(real, fake), loss.generator(real, fake)

    real, fake = tf.ones((8, 1)), tf.zeros((8, 1))
    eager = loss.discriminator(real, fake), loss.generator(real, fake)
    np.testing.assert_allclose(both(real, fake), eager, rtol=1e-6)


SOFT = [(1.0, 0.0), (0.9, 0.0), (0.9, 0.1), (0.6, 0.3)]


@pytest.mark.parametrize(("real", "fake"), SOFT)
def test_smoothed_is_the_cross_entropy_to_its_targets(real, fake):
    logits = np.random.default_rng(0).normal(0, 3, size=(2, 9)).astype(np.float32)
    entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    expected = sum(
        float(entropy(np.full(9, target, np.float32), one))
        for target, one in zip((real, fake), logits, strict=True)
    )
    loss = losses.smoothed(real=real, fake=fake)
    assert float(loss.discriminator(*logits)) == pytest.approx(expected, rel=1e-5)
    assert float(loss.generator(*logits)) == float(losses.non_saturating.generator(*logits))


@pytest.mark.parametrize(("real", "fake"), SOFT)
def test_the_best_smoothed_discriminator_is_that_of_the_paper(real, fake):
    """At a place with densities p and q of real and fake samples its logit costs least."""
    loss = losses.smoothed(real=real, fake=fake)
    for p, q in ((1.0, 1.0), (3.0, 1.0), (0.2, 1.0)):
        best = (real * p + fake * q) / (p + q)
        logit = tf.Variable([[math.log(best / (1 - best))]])
        with tf.GradientTape() as tape:
            paid = p * loss.discriminator(logit, [[0.0]]) + q * loss.discriminator([[0.0]], logit)
        assert tape.gradient(paid, logit).numpy().item() == pytest.approx(0, abs=1e-6)
    if fake == 0:
        assert loss.undecided == pytest.approx(math.log(real / (2 - real)), abs=1e-12)
    assert (
        loss.chance[0]
        <= min(
            float(loss.discriminator([[logit]], [[logit]])) for logit in (-1.0, -0.1, 0.0, 0.1, 1.0)
        )
        + 1e-6
    )


@pytest.mark.parametrize(
    ("real", "fake"), [(1.1, 0), (0.9, -0.1), (0.5, 0.5), (np.nan, 0), ("x", 0)]
)
def test_targets_outside_of_the_range_are_refused(real, fake):
    with pytest.raises(ValueError, match="expected 0 <= fake < real <= 1, received"):
        losses.smoothed(real=real, fake=fake)


def test_feature_matching_sees_means_alone():
    real, fake = np.random.default_rng(0).normal(size=(2, 40, 5)).astype(np.float32)
    fake -= fake.mean(axis=0)
    shift = np.float32([1, 0, -2, 0, 3])
    found = losses.feature_matching(real - real.mean(axis=0), fake[:30] - fake[:30].mean(0) + shift)
    assert float(found) == pytest.approx(14, rel=1e-5)
    assert float(losses.feature_matching(real, real[::-1])) == pytest.approx(0, abs=1e-10)
    with pytest.raises(ValueError, match=r"expected features .* received \(40, 5\) and \(40, 4\)"):
        losses.feature_matching(real, fake[:, :4])
    with pytest.raises(TypeError, match="expected floating-point features of one type, received"):
        losses.feature_matching([[0, 1], [1, 0]], [[0, 0]])
    with pytest.raises(TypeError, match="received float32 and float64"):
        losses.feature_matching(real, fake.astype("float64"))
