"""Small classifiers: what those of labels and those of factors have in common."""

import pathlib

import numpy as np

from ganlab import checkpoints, datasets, files, models
from ganlab import images as pixels
from ganlab._tensorflow import keras, tf
from ganlab.latents import integer_seed

layers = keras.layers

#: Values in a feature vector.
DIM = 64

#: Classes that a classifier tells apart at most: more are no classes but names of single images.
MAX_CLASSES = 4096


def trunk(image_shape, init):
    """Build what lies below the logits of a classifier; its layer "features" has 64 units.

    Parameters
    ----------
    image_shape : (height, width, channels)
    init : models.building.HeInitializers

    Returns
    -------
    images, hidden : KerasTensor, shapes (batch, *image_shape) and (batch, 64)
    """
    images = keras.Input(tuple(image_shape), name="images")
    x = layers.Rescaling(2.0, -1.0, name="zero_centered")(images)
    side, width = max(image_shape[:2]), 24
    block = 0
    while side > 4 or block == 0:
        block += 1
        x = layers.Conv2D(
            width,
            4,
            strides=2,
            padding="same",
            data_format="channels_last",
            kernel_initializer=init.next(),
            name=f"halve_{block}",
        )(x)
        x = layers.LeakyReLU(0.2, name=f"leaky_{block}")(x)
        side, width = -(-side // 2), min(2 * width, 64)
    x = layers.Flatten(data_format="channels_last", name="flatten")(x)
    x = layers.Dropout(0.3, seed=init.next_seed(), name="dropout")(x)
    # Left without a nonlinearity: a Gaussian, which the Fréchet distance assumes, is a better
    # description of values of both signs than of rectified ones.
    x = layers.Dense(DIM, kernel_initializer=init.next(), name="features")(x)
    return images, layers.LeakyReLU(0.2, name="leaky_features")(x)


def check_training(images, targets, check, *, seed, steps, batch_size):
    """Check what every training of a classifier is given, and return it in one form."""
    images = pixels.check(images)
    targets = check(targets, len(images))
    seed = integer_seed(seed)
    pixels.check_count(steps, "steps", 1)
    pixels.check_count(batch_size, "batch_size", 1)
    return images, targets, seed


def fit(model, images, targets, *, varied, seed, steps, batch_size, callbacks):
    """Train a classifier whose outputs are logits, and freeze it.

    Cross-entropy, added over the outputs; Adam with a learning rate that falls from 2e-3 to
    zero along a cosine.

    Parameters
    ----------
    model : keras.Model
    images : array of float32, shape (n, height, width, channels), in [0, 1]
    targets : array of int, shape (n,), or tuple of these, one an output
    varied : callable
        A batch of images -> the same, as the classifier is to be shown them.
    seed, steps, batch_size : int
    callbacks : sequence of keras.callbacks.Callback
    """
    with tf.device("CPU"):  # where tf.data runs
        images, targets = tf.constant(images), tf.nest.map_structure(tf.constant, targets)

    def shown(chosen):
        return varied(tf.gather(images, chosen)), tf.nest.map_structure(
            lambda target: tf.gather(target, chosen), targets
        )

    batches = datasets.batches(np.arange(len(images)), batch_size, seed=seed).map(shown)
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, steps)),
        loss=[keras.losses.SparseCategoricalCrossentropy(from_logits=True) for _ in model.outputs],
        jit_compile=False,
    )
    model.fit(batches, steps_per_epoch=steps, shuffle=False, verbose=0, callbacks=list(callbacks))
    model.trainable = False


def load(name_or_path, *, kind, wrote, checksums, described, build):
    """Load a classifier: a recorded one by name, or a file with a note of how to build it.

    Parameters
    ----------
    name_or_path : str or path
        A key of `checksums`, or a path that ends in ``.npz``.
    kind : str
        What the names of recorded files begin with.
    wrote : str
        What such files come from, for the message of an error.
    checksums : dict of str to str
    described : callable
        arrays of a file -> the arguments of `build`, once the arrays agree with them; raises a
        KeyError, TypeError, ValueError or RecursionError where they do not.
    build : callable
        (*arguments, seed) -> keras.Model
    """
    checksum = checksums.get(name_or_path)
    path = pathlib.Path(name_or_path)
    if checksum is not None:
        path = files.recorded(f"weights/{kind}_{name_or_path}.npz")
    elif path.suffix != ".npz":
        raise ValueError(
            f"expected one of {sorted(checksums)} or a path ending in .npz, "
            f"received {name_or_path!r}"
        )
    arrays = files.read_npz(path, checksum=checksum)
    try:
        arguments = described(arrays)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise files.FileError(
            f"{path}: expected a classifier that {wrote} wrote, received another file ({error})"
        ) from None
    model = build(*arguments, seed=0)
    checkpoints.load_weights(model, path, checksum=checksum)
    model.trainable = False
    return model


def check_image_shape(image_shape):
    """Raise a ValueError for a shape of images that no classifier was trained on."""
    *sides, channels = image_shape
    if len(sides) != 2 or channels not in (1, 3):
        raise ValueError(f"image_shape is {image_shape}")
    for side in sides:
        pixels.check_count(side, "a side", 1, 4096)


def apply(model, images, batch_size):
    """Apply a classifier to images of the shape that it was trained on."""
    images = pixels.check(images)
    if images.shape[1:] != model.input_shape[1:]:
        raise ValueError(
            f"expected images of shape {model.input_shape[1:]}, as this classifier was trained "
            f"on, received {images.shape[1:]}"
        )
    return models.apply(model, images, batch_size=batch_size)
