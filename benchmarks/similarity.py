"""SSIM side by side: ganlab against TensorFlow, scikit-image and PyTorch's packages.

    python benchmarks/similarity.py [--seconds 60]

Prints, for each size, the median time of a call and its ratio to ganlab's, without and with
the gradient of the first image; then the largest error against float64 at 1024 x 1024 x 3.
The contenders take turns, round after round, so that a busy moment of the machine meets all
of them. Tensors of each library are made beforehand and compilation is not counted.

PyTorch's packages are optional: ``pip install torch pytorch-msssim torchmetrics``.
"""

import argparse
import os
import platform
import statistics
import time
from importlib import metadata

import numpy as np
from skimage import data
from skimage.metrics import structural_similarity

from ganlab import similarity
from ganlab._tensorflow import tf

SIZES = [(16, 256, 256, 3), (64, 28, 28, 1)]


def image_pairs(shape):
    rng = np.random.default_rng(0)
    a = rng.random(shape, dtype=np.float32)
    b = a + 0.1 * rng.standard_normal(shape, dtype=np.float32)
    return a, np.clip(b, 0.0, 1.0)


def scikit_image(a, b):
    """The common definition: Gaussian window, population covariances."""
    options = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    return np.array(
        [
            structural_similarity(x, y, data_range=1.0, channel_axis=-1, **options)
            for x, y in zip(a, b, strict=True)
        ]
    )


def tensorflow_image(a, b):
    return tf.image.ssim(a, b, max_val=1.0)


def ganlab_ssim(a, b):
    return similarity.ssim(a, b, data_range=1.0)


def value_and_gradient(function):
    def compute(a, b):
        with tf.GradientTape() as tape:
            tape.watch(a)
            value = function(a, b)
        return value, tape.gradient(value, a)

    return compute


def of_tensorflow(a, b, gradient):
    """Yields (name, call without arguments); a call ends when its result is there."""
    a, b = tf.constant(a), tf.constant(b)

    def finished(function):
        return lambda: [x.numpy() for x in tf.nest.flatten(function(a, b))][0]

    ours, theirs = ganlab_ssim, tensorflow_image
    if gradient:
        ours, theirs = value_and_gradient(ours), value_and_gradient(theirs)
    yield "ganlab", finished(ours)
    yield "tf.image.ssim", finished(theirs)
    yield "tf.image.ssim, tf.function", finished(tf.function(theirs))
    yield "tf.image.ssim, XLA", finished(tf.function(theirs, jit_compile=True))


def of_scikit_image(a, b, gradient):
    if not gradient:
        yield "scikit-image", lambda: scikit_image(a, b)


def of_torch(a, b, gradient):
    try:
        import torch
    except ImportError:
        return
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
        from pytorch_msssim import ssim
    except ImportError:
        pass
    else:
        yield (
            "pytorch-msssim",
            finished(lambda a, b: ssim(a, b, data_range=1.0, size_average=False)),
        )
    try:
        from torchmetrics.functional.image import structural_similarity_index_measure as ssim
    except ImportError:
        pass
    else:
        options = {"data_range": 1.0, "reduction": "none"}
        # Its window of "sigma" is 11 wide; its border differs by definition.
        yield "torchmetrics", finished(lambda a, b: ssim(a, b, **options))


def contenders(a, b, gradient):
    for source in (of_tensorflow, of_scikit_image, of_torch):
        yield from source(a, b, gradient)


def measured(calls, seconds):
    """Medians in seconds, each contender in turn until the time is over, at least 5 rounds."""
    times = {name: [] for name in calls}
    end = time.perf_counter() + seconds
    while min(map(len, times.values())) < 5 or time.perf_counter() < end:
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in times.items()}


def compare(shape, gradient, seconds):
    a, b = image_pairs(shape)
    calls, exact = {}, scikit_image(a.astype(np.float64), b.astype(np.float64))
    for name, call in contenders(a, b, gradient):
        start = time.perf_counter()
        error = np.abs(call() - exact).max()  # the first call compiles
        calls[name] = call
        print(f"  {name}: ready after {time.perf_counter() - start:.1f} s, error {error:.0e}")
        call()
    medians = measured(calls, seconds)
    ours = medians.pop("ganlab")
    print(f"\n| {'x'.join(map(str, shape))}{', with gradient' if gradient else ''} | ms | ratio |")
    print("|---|---:|---:|")
    print(f"| ganlab | {1e3 * ours:.2f} | 1 |")
    for name, median in sorted(medians.items(), key=lambda item: item[1]):
        print(f"| {name} | {1e3 * median:.2f} | {median / ours:.1f} |")
    print(f"\nThe fastest other takes {min(medians.values()) / ours:.1f} times as long.\n")


def precision():
    """The largest of the errors against float64 on noise and on a photograph."""
    photo = np.kron(data.astronaut() / 255.0, np.ones((2, 2, 1)))
    rng = np.random.default_rng(0)
    a = np.stack([rng.random(photo.shape), photo, photo]).astype(np.float32)
    slightly = photo + 0.003 * rng.standard_normal(photo.shape)
    b = np.stack([rng.random(photo.shape), slightly, 0.9 * photo + 0.1]).astype(np.float32)
    exact = scikit_image(a.astype(np.float64), b.astype(np.float64))
    print("| 1024x1024x3, largest error against float64 | |\n|---|---:|")
    names = ("ganlab", "tf.image.ssim", "scikit-image", "pytorch-msssim", "torchmetrics")
    for name, call in contenders(a, b, gradient=False):
        if name in names:
            print(f"| {name} | {np.abs(call() - exact).max():.1e} |")
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="of measuring, about")
    arguments = parser.parse_args()
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores,", end=" ")
    print(f"Python {platform.python_version()}, TensorFlow {tf.__version__}")
    for package in ("scikit-image", "torch", "pytorch-msssim", "torchmetrics"):
        try:
            print(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            print(f"{package} is not installed: skipped")
    print()
    for shape in SIZES:
        for gradient in (False, True):
            compare(shape, gradient, arguments.seconds / 4)
    precision()


if __name__ == "__main__":
    main()
