"""Put the recorded generator of critters into the first page, where it draws in the browser.

Its weights are those of data/weights, as whole numbers of 16 bits; docs/live/network.js computes
with them what Keras does.
"""

import base64
import functools
import string
from pathlib import Path

import numpy as np

from ganlab import images, latents
from tools import live

LIVE = Path(__file__).resolve().parent.parent / "docs" / "live"
CELLS = 5  # pictures along a side of the wall, as in generator.js
SEED = 8  # of the four corners that the page begins with: four colors, four shapes


@functools.cache
def page():
    """Return the generator as HTML, with what it shows at first as still pictures."""
    from ganlab import recipes  # loads TensorFlow, which nothing else in tools.pages needs

    generator = recipes.load_generator("critters")
    corners = latents.sample(4, 32, seed=SEED)
    drawn = np.asarray(generator(between(corners)))
    told = layers(generator)
    count = sum(layer["weights"]["count"] + len(layer["bias"]) for layer in told.values())
    markup = string.Template((LIVE / "generator.html").read_text(encoding="utf-8")).substitute(
        one=_address(drawn[len(drawn) // 2]),
        wall=_address(images.tile(drawn, columns=CELLS, padding=0)),
        weights=f"{count:,}",
    )
    return live.piece(
        "critters",
        LIVE / "generator.js",
        LIVE / "generator.css",
        {"corners": corners.tolist(), "layers": told},
        markup=markup,
    )


def between(corners):
    """Return the latents of the wall, as `between` in docs/live/corners.js.

    Parameters
    ----------
    corners : array of float, shape (4, latent_dim)
        Top left, top right, bottom left, bottom right.

    Returns
    -------
    array of float32, shape (CELLS * CELLS, latent_dim)
    """
    y, x = np.mgrid[0 : 1 : CELLS * 1j, 0 : 1 : CELLS * 1j]
    shares = np.stack([(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y], axis=-1).reshape(-1, 4)
    shares /= np.linalg.norm(shares, axis=1, keepdims=True)
    return (shares @ corners).astype(np.float32)


def _address(image):
    """Return a picture as an address that holds it."""
    return "data:image/png;base64," + base64.b64encode(images.to_png(image)).decode("ascii")


def layers(generator):
    """Return the layers of a generator as `json` can write them, batch norms within them.

    Parameters
    ----------
    generator : keras.Model
        Of `ganlab.models.conv_generator`, smooth, with two doublings.

    Returns
    -------
    dict of dict
        For each layer its weights, outputs last, and the bias of each channel.
    """
    (dense,) = generator.get_layer(index=1).get_weights()
    (coarse,) = generator.get_layer("coarse").get_weights()
    (double,) = generator.get_layer("double_1").get_weights()
    pixels, bias = generator.get_layer("pixels").get_weights()
    double, pixels = (kernel.swapaxes(2, 3) for kernel in (double, pixels))  # outputs last
    return {
        "dense": _layer(*_normed(dense, generator.get_layer("norm_dense"))),
        "coarse": _layer(*_normed(coarse, generator.get_layer("norm_1"))),
        "double": _layer(*_normed(double, generator.get_layer("norm_2"))),
        "pixels": _layer(pixels, bias),
    }


def _normed(weights, norm):
    """Return weights, outputs last, with what a batch norm does after them, and a bias."""
    gamma, beta, mean, variance = norm.get_weights()
    factors = gamma / np.sqrt(variance + norm.epsilon)
    outputs = weights.shape[-1]
    return weights * np.resize(factors, outputs), beta - mean * factors  # channels come last


def _layer(weights, bias):
    """Return a layer with weights of 16 bits, each output on a scale of its own."""
    flat = weights.reshape(-1, weights.shape[-1])
    scales = [float(f"{top / 32767:.7g}") for top in np.abs(flat).max(axis=0)]
    values = np.clip(np.round(flat / scales), -32767, 32767).astype("<i2")
    return {
        "weights": {
            "values": base64.b64encode(values.tobytes()).decode("ascii"),
            "scales": scales,
            "count": values.size,
        },
        "bias": [float(f"{value:.7g}") for value in bias],
    }
