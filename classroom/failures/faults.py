"""Faults that have stood in programs: a loss, a penalty, a preprocessing and two training steps.

Each says only in what it differs from what `ganlab` does.
"""

import numpy as np

from ganlab import keras, losses, penalties, tf
from ganlab.training import GAN


def labels_outside(excess):
    """Return cross-entropy whose noise points the wrong way: real 1 + noise, fake 0 - noise.

    The noise takes evenly spaced values from 0 to the excess, one for each sample of a batch:
    batches are drawn at random, so this is noise without a generator of its own.
    """

    def noise(logits):
        return tf.cast(tf.linspace(0.0, excess, tf.shape(logits)[0]), logits.dtype)

    def cross_entropy(logits, labels):
        return tf.reduce_mean(tf.nn.softplus(logits) - labels * logits)

    def discriminator(real, fake):
        return cross_entropy(real, 1.0 + noise(real)) + cross_entropy(fake, 0.0 - noise(fake))

    return losses.AdversarialLoss(discriminator, losses.non_saturating.generator, "labels_outside")


def penalty_anywhere(discriminator, real, fake, *, seed):
    """Compute WGAN-GP's penalty with alpha from a normal distribution.

    Two thirds of the points lie beyond the segment from real to fake.
    """
    one_per_sample = (tf.shape(real)[0],) + (1,) * (len(real.shape) - 1)
    points = real + keras.random.normal(one_per_sample, seed=seed) * (fake - real)
    # Between a point and itself lies that point alone, whatever alpha is there.
    return penalties.gradient_penalty(discriminator, points, points, seed=0)


def bytes_to_floats(images):
    """Divide by 255, as if the images were bytes."""
    return np.asarray(images, np.float32) / np.float32(255)


class FrozenGAN(GAN):
    """Freezes the discriminator after compiling it, as programs for Keras 2 do.

    There, a model kept training the weights it had when it was compiled; in Keras 3 it trains
    those it has when it steps, which are none. Nothing is updated and nothing fails.
    """

    def compile(self, **settings):
        super().compile(**settings)
        self.discriminator.trainable = False

    def step_discriminator(self, real):
        fake = self.generator(self._draw_latents(real), training=True)
        logits = [self.discriminator(x, training=True) for x in (real, fake)]
        nothing = tf.zeros(())
        d_loss = self.loss_pair.discriminator(*logits)
        return {"d_loss": d_loss, "penalty": nothing, "d_gradient_norm": nothing}


class ForgetfulGAN(GAN):
    """Averages the weights of the generator but not the statistics of its normalization."""

    def _update_average(self):
        means = [w for w in self.generator_ema.weights if "moving_" in w.path]
        before = [tf.identity(mean.value) for mean in means]
        super()._update_average()
        for mean, value in zip(means, before, strict=True):
            mean.assign(value)
