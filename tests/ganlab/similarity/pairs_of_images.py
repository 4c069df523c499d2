"""Pairs of images to measure, their gradients, and an independent measure.

The oracle for SSIM is scikit-image in float64. ``tf.image.ssim`` computes in float32 whatever
it receives and loses digits: measured here, up to 1e-4 on photographs (it subtracts squares
without centering) and up to 5e-3 at 1024 x 1024 (it adds a million terms into one number).
"""

import numpy as np
from skimage import data
from skimage.metrics import structural_similarity

from ganlab import similarity, tf

WINDOWED = [similarity.ssim, similarity.ms_ssim]
MEASURES = [*WINDOWED, similarity.global_ssim, similarity.psnr]
SSIM_BOUND = 3e-6  # the bound that the project promises; about 5e-7 is reached


def noise(shape, seed=0):
    return np.random.default_rng(seed).random(shape)


def photograph(size, channels):
    image = data.astronaut() / 255.0
    image = np.kron(image, np.ones((2, 2, 1))) if size > 512 else image[100:, 200:]
    return image[:size, :size, :channels]


def pairs(size, channels):
    """Three pairs in float32: noise, a photograph under noise, the same a little brighter."""
    photo = photograph(size, channels)
    other = np.clip(photo + 0.05 * np.random.default_rng(1).normal(size=photo.shape), 0, 1)
    a = np.stack([noise(photo.shape), photo, photo])
    b = np.stack([noise(photo.shape, seed=2), other, 0.9 * photo + 0.1])
    return a.astype(np.float32), b.astype(np.float32)


def scikit_image(a, b, data_range=1.0, **settings):
    return structural_similarity(
        a.astype(np.float64),
        b.astype(np.float64),
        data_range=data_range,
        channel_axis=-1,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        **settings,
    )


def gradients(function, *inputs):
    inputs = [tf.convert_to_tensor(x) for x in inputs]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        value = function(*inputs)
    return [gradient.numpy() for gradient in tape.gradient(value, inputs)]
