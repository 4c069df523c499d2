"""The residual pair of BigGAN, told a class: shared embedding, skip-z, projection."""

import math

from ganlab._tensorflow import keras
from ganlab.images import check_count
from ganlab.latents import random_generator
from ganlab.layers import ConditionalBatchNorm, SpectralNorm
from ganlab.models.building import check_image_shape, doubled, embedded_labels, halved

layers = keras.layers


def biggan_generator(
    image_shape,
    latent_dim=None,
    *,
    classes,
    width=24,
    embedding_dim=32,
    kernel_regularizer=None,
    seed,
):
    """Build the generator of Brock, Donahue and Simonyan 2018 (arXiv:1809.11096, appendix B).

    The latents are cut into chunks of equal size. The first is opened to a map of 4x4, each of
    the others belongs to a residual block that doubles the map (skip-z). One vector is learned
    for each class and shared by all blocks (shared embedding); beside its chunk it is what both
    normalizations of a block take their gains and biases from, see `layers.ConditionalBatchNorm`.
    In a block a path normalizes, doubles to nearest neighbors and convolves, normalizes and
    convolves again; what the block was given, doubled and with the channels mixed, is added
    (figure 15b). Every kernel is divided by its largest singular value, see `layers.SpectralNorm`;
    the matrices of the normalizations are not.

    Channels halve with each doubling but the first, as in the tables of the appendix: 4, 4, 2, 1
    times the width at 32x32. The non-local block that these have at 64x64 (Zhang et al. 2018,
    arXiv:1805.08318) is left out at all sizes. Otherwise smaller: the paper's width is 96 and its
    vectors of a class have 128 numbers.

    Parameters
    ----------
    image_shape : (height, width, channels)
        Height and width are equal, and 4 doubled once or more: 8, 16, 32, 64, ...
    latent_dim : int, optional
        A multiple of the number of chunks, which is one more than there are blocks: 4 at 32x32,
        5 at 64x64. By default 20 for each chunk, as in the paper.
    classes : int, at least 1
    width : int, at least 1
        Channels of the last map.
    embedding_dim : int, at least 1
        Length of the vector of a class.
    kernel_regularizer : keras.regularizers.Regularizer, optional
        Of all kernels, such as `penalties.OrthogonalRegularizer`. It sees a kernel before it is
        divided, as in the authors' code.
    seed : int
        For the initial weights: kernels are orthogonal, vectors of a class normal like latents.

    Returns
    -------
    keras.Model
        [(batch, latent_dim), labels (batch,)] -> (batch, *image_shape), float32 in [0, 1].

    Raises
    ------
    ValueError
        For another image size, for latents that cannot be cut, and for counts below 1.

    Notes
    -----
    Outside of training the normalizations use moving means and variances, which are those of
    latents from the normal distribution. For truncated latents (`latents.truncate`) they are not
    right; the paper collects them anew: see `models.standing_statistics`.

    Examples
    --------
    >>> generator = biggan_generator((32, 32, 3), classes=8, seed=0)
    >>> generator.count_params()  # 1.5 MB of float32
    386326
    """
    doublings = _doublings(image_shape)
    chunks = doublings + 1
    latent_dim = 20 * chunks if latent_dim is None else latent_dim
    check_count(latent_dim, "latent_dim", 1)
    check_count(width, "width", 1)
    check_count(embedding_dim, "embedding_dim", 1)
    if latent_dim % chunks:
        raise ValueError(
            f"expected latent_dim as a multiple of {chunks}, for chunks of equal size, "
            f"received {latent_dim}"
        )
    make = _Orthogonal(seed, regularizer=kernel_regularizer)
    size = latent_dim // chunks
    latents = keras.Input((latent_dim,), name="latents")
    labels, vectors = embedded_labels(classes, embedding_dim, make, stddev=embedding_dim**-0.5)
    rows = layers.Reshape((chunks, size), name="chunks")(latents)
    given = [_beside(rows, chunk, vectors) for chunk in range(chunks)]
    channels = [width * 2 ** min(left, doublings - 1) for left in range(doublings, -1, -1)]
    x = make.dense(4 * 4 * channels[0], "coarse")(given[0])
    x = layers.Reshape((4, 4, channels[0]), name="coarse_map")(x)
    for block in range(1, chunks):
        x = _up(x, given[block], channels[block], make, f"up_{block}")
    x = layers.BatchNormalization(momentum=0.9, name="norm_last")(x)
    x = layers.ReLU(name="relu_last")(x)
    x = make.conv(image_shape[2], 3, "pixels")(x)
    x = layers.Activation("tanh", name="tanh")(x)
    x = layers.Rescaling(0.5, 0.5, name="zero_to_one")(x)
    return keras.Model([latents, labels], x, name="biggan_generator")


def biggan_discriminator(image_shape, *, classes, width=24, spectral=True, seed):
    """Build the discriminator of Brock, Donahue and Simonyan 2018 (arXiv:1809.11096, appendix B).

    Residual blocks halve the image to a map of 4x4, each by a mean over 2x2 pixels at its end, and
    one more block reads that map. The *sum* over the pixels is the vector of features phi. The
    logit is psi(phi) + <V_y, phi>: linear in phi, and what phi has in common with a vector learned
    for the class, the projection of Miyato and Koyama 2018 (arXiv:1802.05637, equation 4). No
    normalization looks at the batch; every kernel, and the table of vectors, is divided by its
    largest singular value (Miyato et al. 2018, arXiv:1802.05957), see `layers.SpectralNorm`.

    Labels must be in range, which `training.GAN` sees to: another one stands for no class here.

    Channels are 1, 2, 4, 4 times the width at 32x32, and in a block both convolutions have as
    many as leave it. The non-local block is left out, see `biggan_generator`.

    Parameters
    ----------
    image_shape : (height, width, channels)
        Height and width are equal, and 4 doubled once or more: 8, 16, 32, 64, ...
    classes : int, at least 1
    width : int, at least 1
        Channels after the first block.
    spectral : bool
        Whether kernels are divided; without, to see what that is for.
    seed : int
        For the initial weights, orthogonal ones.

    Returns
    -------
    keras.Model
        [(batch, *image_shape), labels (batch,)] -> logits (batch, 1).

    Raises
    ------
    ValueError
        For another image size, and for counts below 1.

    Examples
    --------
    >>> discriminator = biggan_discriminator((32, 32, 3), classes=8, seed=0)
    >>> discriminator.output_shape
    (None, 1)
    """
    doublings = _doublings(image_shape)
    check_count(classes, "classes", 1)
    check_count(width, "width", 1)
    make = _Orthogonal(seed, spectral=spectral)
    images = keras.Input(image_shape, name="images")
    labels = keras.Input((), dtype="int32", name="labels")
    x = layers.Rescaling(2.0, -1.0, name="zero_centered")(images)
    for block in range(1, doublings + 2):
        channels = width * 2 ** min(block - 1, doublings - 1)
        x = _down(x, channels, make, f"down_{block}", halve=block <= doublings, first=block == 1)
    x = layers.ReLU(name="relu_last")(x)
    x = layers.GlobalAveragePooling2D(data_format="channels_last", name="mean_over_pixels")(x)
    features = layers.Rescaling(4.0 * 4.0, name="features")(x)  # the sum over 4x4 pixels
    logits = make.dense(1, "logits")(features)
    # A matrix after a one-hot vector is a table of rows.
    one_hot = layers.CategoryEncoding(classes, output_mode="one_hot", name="one_hot")(labels)
    vectors = make.dense(features.shape[-1], "label", use_bias=False)(one_hot)
    fit = layers.Dot(axes=1, name="fit_to_label")([features, vectors])
    logits = layers.Add(name="conditional_logits")([logits, fit])
    return keras.Model([images, labels], logits, name="biggan_discriminator")


class _Orthogonal:
    """Layers with orthogonal kernels, each with seeds of its own drawn from one seed."""

    def __init__(self, seed, *, spectral=True, regularizer=None):
        self._seeds = random_generator(seed)
        self._spectral, self._regularizer = spectral, regularizer

    def next_seed(self):
        return int(self._seeds.integers(2**31))

    def conv(self, filters, size, name, *, use_bias=True):
        return self._finished(
            layers.Conv2D,
            filters,
            size,
            padding="same",
            data_format="channels_last",
            use_bias=use_bias,
            name=name,
        )

    def dense(self, units, name, *, use_bias=True):
        return self._finished(layers.Dense, units, use_bias=use_bias, name=name)

    def _finished(self, kind, *size, name, **settings):
        first = keras.initializers.Orthogonal(seed=self.next_seed())
        seed = self.next_seed()
        settings |= {"kernel_initializer": first, "kernel_regularizer": self._regularizer}
        if not self._spectral:
            return kind(*size, name=name, **settings)
        return SpectralNorm(kind(*size, name=f"{name}_kernel", **settings), seed=seed, name=name)


def _beside(rows, chunk, vectors):
    """Return a chunk of the latents and the vector of the class beside it."""
    after = rows.shape[1] - chunk - 1
    alone = layers.Cropping1D((chunk, after), name=f"crop_{chunk}")(rows)
    alone = layers.Flatten(name=f"chunk_{chunk}")(alone)
    return layers.Concatenate(name=f"condition_{chunk}")([alone, vectors])


def _up(x, condition, channels, make, name):
    """Add a residual block of the generator, which doubles the map.

    Its convolutions have no bias: the normalization that follows would take it away. Mixing the
    channels and doubling to nearest neighbors can be exchanged; mixed first, it takes a quarter.
    """
    path = ConditionalBatchNorm(seed=make.next_seed(), name=f"{name}_norm_1")([x, condition])
    path = layers.ReLU(name=f"{name}_relu_1")(path)
    path = doubled(path, f"{name}_double")
    path = make.conv(channels, 3, f"{name}_conv_1", use_bias=False)(path)
    path = ConditionalBatchNorm(seed=make.next_seed(), name=f"{name}_norm_2")([path, condition])
    path = layers.ReLU(name=f"{name}_relu_2")(path)
    path = make.conv(channels, 3, f"{name}_conv_2", use_bias=False)(path)
    short = make.conv(channels, 1, f"{name}_mix", use_bias=False)(x)
    return layers.Add(name=name)([path, doubled(short, f"{name}_double_mixed")])


def _down(x, channels, make, name, *, halve, first):
    """Add a residual block of the discriminator; the first begins with pixels, without a relu.

    A mean over 2x2 pixels and mixing the channels can be exchanged, and adding comes before the
    mean, so that there is one.
    """
    path = x if first else layers.ReLU(name=f"{name}_relu_1")(x)
    path = make.conv(channels, 3, f"{name}_conv_1")(path)
    path = layers.ReLU(name=f"{name}_relu_2")(path)
    path = make.conv(channels, 3, f"{name}_conv_2")(path)
    if halve:
        path, x = halved(path, f"{name}_halve"), halved(x, f"{name}_halve_short")
    if halve or x.shape[-1] != channels:
        x = make.conv(channels, 1, f"{name}_mix")(x)
    return layers.Add(name=name)([path, x])


def _doublings(image_shape):
    """Return how often a map of 4x4 is doubled to be the image; refuse other sizes."""
    check_image_shape(image_shape)
    height, width = image_shape[:2]
    doublings = round(math.log2(height / 4))
    if height != width or doublings < 1 or height != 4 * 2**doublings:
        raise ValueError(
            "expected image_shape with height and width of 4 doubled once or more (8, 16, 32, "
            f"64, ...), received {height} x {width}"
        )
    return doublings
