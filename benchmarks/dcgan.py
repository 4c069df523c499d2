"""The recipe of the best-known TensorFlow tutorial on DCGAN, written anew, as a peer to time.

Radford, Metz, Chintala 2015, arXiv:1511.06434, in the form in which most people first meet it:
a generator from 100 latents by one dense layer and three transposed 5x5 convolutions with batch
normalization, a discriminator of two strided 5x5 convolutions with dropout, Adam with a learning
rate of 1e-4 for both, batches of 256, pixels in [-1, 1]. Both networks are updated from one
pass, as there. What is not said here is the default of Keras.
"""

from ganlab import keras, latents, tf

__all__ = ["BATCH_SIZE", "DCGAN", "LATENT_DIM"]

BATCH_SIZE = 256
LATENT_DIM = 100

layers = keras.layers


def generator():
    return keras.Sequential(
        [
            keras.Input((LATENT_DIM,)),
            layers.Dense(7 * 7 * 256, use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Reshape((7, 7, 256)),
            layers.Conv2DTranspose(128, 5, strides=1, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Conv2DTranspose(64, 5, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Conv2DTranspose(
                1, 5, strides=2, padding="same", use_bias=False, activation="tanh"
            ),
        ]
    )


def discriminator():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(64, 5, strides=2, padding="same"),
            layers.LeakyReLU(),
            layers.Dropout(0.3),
            layers.Conv2D(128, 5, strides=2, padding="same"),
            layers.LeakyReLU(),
            layers.Dropout(0.3),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )


class DCGAN:
    """The tutorial's training: ``step(images)`` with images (256, 28, 28, 1) in [0, 1]."""

    def __init__(self, *, seed):
        keras.utils.set_random_seed(seed)
        self.generator, self.discriminator = generator(), discriminator()
        self._g_optimizer = keras.optimizers.Adam(1e-4)
        self._d_optimizer = keras.optimizers.Adam(1e-4)
        self._cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
        self._g_optimizer.build(self.generator.trainable_variables)
        self._d_optimizer.build(self.discriminator.trainable_variables)
        self.step = tf.function(self._step, jit_compile=False)

    def _step(self, images):
        noise = tf.random.normal((tf.shape(images)[0], LATENT_DIM))
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            generated = self.generator(noise, training=True)
            real_logits = self.discriminator(2.0 * images - 1.0, training=True)
            fake_logits = self.discriminator(generated, training=True)
            g_loss = self._cross_entropy(tf.ones_like(fake_logits), fake_logits)
            d_loss = self._cross_entropy(tf.ones_like(real_logits), real_logits)
            d_loss += self._cross_entropy(tf.zeros_like(fake_logits), fake_logits)
        for tape, loss, network, optimizer in (
            (g_tape, g_loss, self.generator, self._g_optimizer),
            (d_tape, d_loss, self.discriminator, self._d_optimizer),
        ):
            variables = network.trainable_variables
            optimizer.apply(tape.gradient(loss, [v.value for v in variables]), variables)
        return g_loss, d_loss

    def sample(self, n, *, seed):
        """Return generated images (n, 28, 28, 1) in [0, 1]."""
        z = latents.sample(n, LATENT_DIM, seed=seed)
        parts = [
            self.generator(z[i : i + BATCH_SIZE], training=False) for i in range(0, n, BATCH_SIZE)
        ]
        return (tf.concat(parts, 0).numpy() + 1.0) / 2.0
