"""SSIM side by side: ganlab against TensorFlow, scikit-image and PyTorch's packages.

Each size is measured without and with the gradient of the first image, and the error of every
contender against scikit-image in float64. Tensors of each library are made beforehand, and
compilation is not counted. PyTorch's packages are the optional extra ``benchmarks``.
"""

import functools
import math
import time

import numpy as np
from skimage import data
from skimage.metrics import structural_similarity

from benchmarks import record
from ganlab import similarity, tf

__all__ = ["NAME", "measure", "report"]

NAME = "similarity"
SIZES = ((16, 256, 256, 3), (64, 28, 28, 1))
PACKAGES = ("tensorflow", "numpy", "scikit-image", "torch", "pytorch-msssim", "torchmetrics")

_TURN = 0.02  # seconds, about, that a contender has before the next one's turn

# Ways to run the same arithmetic: they matter for time, not for accuracy.
_SAME_ARITHMETIC = ("tf.image.ssim, tf.function", "tf.image.ssim, XLA")


def measure(*, seconds=160.0):
    """Medians, rounds and errors of every contender; `seconds` of measuring in all, about."""
    result = record.start(PACKAGES)
    result["sizes"] = [
        _compare(shape, gradient, seconds / (2 * len(SIZES)))
        for shape in SIZES
        for gradient in (False, True)
    ]
    result["precision"] = _precision()
    return record.finish(result)


def report(result):
    """Return the tables of a result, in Markdown."""
    parts = []
    for size in result["sizes"]:
        times, fastest = size["milliseconds"], size["fastest_milliseconds"]
        title = "x".join(map(str, size["shape"])) + (", with gradient" if size["gradient"] else "")
        rows = [
            (
                name,
                f"{times[name]:.2f}",
                f"{times[name] / times['ganlab']:.1f}",
                f"{fastest[name]:.2f}",
                f"{fastest[name] / fastest['ganlab']:.1f}",
                f"{size['errors'][name]:.0e}",
            )
            for name in sorted(times, key=times.get)
        ]
        header = (title, "median ms", "times ours", "fastest ms", "times ours", "error")
        parts.append(record.table(header, rows))
        parts.append(
            f"The fastest peer takes {lead(size):.1f} times as long by the medians of "
            f"{size['rounds']} rounds, {lead(size, 'fastest_milliseconds'):.1f} by the fastest."
        )
    rows = [
        (name, f"{errors['noise']:.1e}", f"{errors['photograph']:.1e}")
        for name, errors in result["precision"].items()
    ]
    parts.append(record.table(("1024x1024x3, error against float64", "noise", "photograph"), rows))
    return "\n\n".join(parts)


def lead(size, key="milliseconds"):
    """How many times as long as ours the fastest peer takes."""
    times = size[key]
    return min(times[name] for name in times if name != "ganlab") / times["ganlab"]


def image_pairs(shape):
    rng = np.random.default_rng(0)
    a = rng.random(shape, dtype=np.float32)
    b = a + 0.1 * rng.standard_normal(shape, dtype=np.float32)
    return a, np.clip(b, 0.0, 1.0)


def scikit_image(a, b):
    """Compute SSIM by its common definition: Gaussian window, population covariances."""
    options = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    return np.array(
        [
            structural_similarity(x, y, data_range=1.0, channel_axis=-1, **options)
            for x, y in zip(a, b, strict=True)
        ]
    )


def contenders(a, b, *, gradient):
    """Yield (name, call without arguments): a call returns the values when they are there."""
    for source in (_of_tensorflow, _of_scikit_image, _of_torch):
        yield from source(a, b, gradient)


def _of_tensorflow(a, b, gradient):
    a, b = tf.constant(a), tf.constant(b)

    def ours(a, b):
        return similarity.ssim(a, b, data_range=1.0)

    def theirs(a, b):
        return tf.image.ssim(a, b, max_val=1.0)

    def with_gradient(function):
        def compute(a, b):
            with tf.GradientTape() as tape:
                tape.watch(a)
                value = function(a, b)
            return value, tape.gradient(value, a)

        return compute

    def finished(function):
        return lambda: [x.numpy() for x in tf.nest.flatten(function(a, b))][0]

    if gradient:
        ours, theirs = with_gradient(ours), with_gradient(theirs)
    yield "ganlab", finished(ours)
    yield "tf.image.ssim", finished(theirs)
    yield "tf.image.ssim, tf.function", finished(tf.function(theirs))
    yield "tf.image.ssim, XLA", finished(tf.function(theirs, jit_compile=True))


def _of_scikit_image(a, b, gradient):
    if not gradient:
        yield "scikit-image", lambda: scikit_image(a, b)


def _of_torch(a, b, gradient):
    try:
        import torch
    except ImportError:
        return
    torch.set_num_threads(record.machine(())["cores"])
    a, b = (torch.from_numpy(x.transpose(0, 3, 1, 2).copy()) for x in (a, b))
    a.requires_grad_(gradient)

    def finished(function):
        def call():
            if not gradient:
                with torch.no_grad():
                    return function(a, b).numpy()
            a.grad = None
            values = function(a, b)
            values.sum().backward()
            return values.detach().numpy()

        return call

    try:
        import pytorch_msssim
    except ImportError:
        pass
    else:
        msssim = functools.partial(pytorch_msssim.ssim, data_range=1.0, size_average=False)
        yield "pytorch-msssim", finished(msssim)
    try:
        from torchmetrics.functional import image
    except ImportError:
        pass
    else:
        metric = functools.partial(
            image.structural_similarity_index_measure, data_range=1.0, reduction="none"
        )
        # The value of a single image comes without the batch's axis.
        yield "torchmetrics", finished(lambda a, b: torch.atleast_1d(metric(a, b)))


def _compare(shape, gradient, seconds):
    a, b = image_pairs(shape)
    exact = scikit_image(a.astype(np.float64), b.astype(np.float64))
    calls, errors = {}, {}
    for name, call in contenders(a, b, gradient=gradient):
        errors[name] = float(f"{np.abs(call() - exact).max():.2g}")  # the first call compiles
        calls[name] = call
        call()
    calls_a_turn, turns = {}, {}
    for name, call in calls.items():
        begin = time.perf_counter()
        call()
        # What is over in a moment is repeated: the first call meets the cache that others left.
        n = calls_a_turn[name] = max(1, math.ceil(_TURN / (time.perf_counter() - begin)))
        turns[name] = functools.partial(_repeated, call, n)
    times = record.take_turns(turns, seconds=seconds)
    times = {name: [t / calls_a_turn[name] for t in values] for name, values in times.items()}
    return {
        "shape": shape,
        "gradient": gradient,
        "milliseconds": {name: record.median([1e3 * t for t in times[name]]) for name in times},
        "fastest_milliseconds": {
            name: float(f"{1e3 * min(values):.4g}") for name, values in times.items()
        },
        "rounds": len(times["ganlab"]),
        "errors": errors,
    }


def _repeated(call, n):
    for _ in range(n):
        call()


def _precision():
    """Largest errors against float64 of large images, where a sum in float32 loses digits."""
    photo = np.kron(data.astronaut() / 255.0, np.ones((2, 2, 1)))
    rng = np.random.default_rng(0)
    slightly = photo + 0.003 * rng.standard_normal(photo.shape)
    pairs = {
        "noise": (rng.random((1, *photo.shape)), rng.random((1, *photo.shape))),
        "photograph": (np.stack([photo, photo]), np.stack([slightly, 0.9 * photo + 0.1])),
    }
    errors = {}
    for kind, pair in pairs.items():
        a, b = (x.astype(np.float32) for x in pair)
        exact = scikit_image(a.astype(np.float64), b.astype(np.float64))
        for name, call in contenders(a, b, gradient=False):
            if name not in _SAME_ARITHMETIC:
                worst = np.abs(call() - exact).max()
                errors.setdefault(name, {})[kind] = float(f"{worst:.2g}")
    return errors
