"""What a training step costs as the work grows: batch, resolution, channels.

Images a second and the peak of memory for the default recipe's step, each setting in a process
of its own, because the peak of a process never falls. The images are noise: time does not
depend on what they show. The memory of Python and TensorFlow before the networks are built is
subtracted.
"""

import dataclasses
import functools
import inspect
import json
import pathlib
import subprocess
import sys
import time

import numpy as np

from benchmarks import flops, record

__all__ = ["FIGURE", "NAME", "SERIES", "draw", "measure", "report"]

NAME = "scaling"
FIGURE = record.FOLDER / "scaling.png"

_USUAL = {"batch": 64, "resolution": 28, "width": 1.0}

#: What grows, and through which values; the others stay as they are in the recipe.
SERIES = {
    "batch": (16, 32, 64, 128, 256, 512),
    "resolution": (16, 28, 64, 128),
    "width": (0.5, 1.0, 2.0, 4.0, 8.0),
}


def measure(*, seconds=8.0):
    """Every setting for about `seconds`, beside the time to start its process."""
    result = record.start()
    measured = {}
    for name, values in SERIES.items():
        for value in values:
            setting = _USUAL | {name: value}
            key = json.dumps(setting)
            if key not in measured:
                print(f"  {setting}", file=sys.stderr, flush=True)
                measured[key] = _in_a_process(setting, seconds)
    result["series"] = {
        name: [{name: v, **measured[json.dumps(_USUAL | {name: v})]} for v in values]
        for name, values in SERIES.items()
    }
    result = record.finish(result)
    draw(result, FIGURE)
    return result


def report(result):
    """Return the tables of a result, in Markdown, and the picture."""
    parts = []
    for name, points in result["series"].items():
        rows = [
            (
                f"{point[name]:g}",
                f"{point['milliseconds']:.1f}",
                f"{point['images_per_second']:.0f}",
                f"{point['gflop'] / point['milliseconds'] * 1e3:.0f}",
                f"{point['peak_mib']:.0f}",
            )
            for point in points
        ]
        header = (_LABELS[name], "ms a step", "images a second", "GFLOP/s", "peak memory, MiB")
        parts.append(record.table(header, rows))
    parts.append(f"![Images a second and memory]({FIGURE.parent.name}/{FIGURE.name})")
    return "\n\n".join(parts)


_LABELS = {
    "batch": "images in a batch",
    "resolution": "pixels a side",
    "width": "channels, times the recipe's",
}


def draw(result, path):
    """Images a second above, memory below, one column for each thing that grows."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.6, 5.2), dpi=110, layout="constrained")
    axes = figure.subplots(2, len(SERIES), sharex="col", sharey="row")
    for column, (name, points) in enumerate(result["series"].items()):
        values = [point[name] for point in points]
        for ax, key in zip(axes[:, column], ("images_per_second", "peak_mib"), strict=True):
            ax.plot(values, [point[key] for point in points], "o-", color="C0")
            ax.set(xscale="log", yscale="log", xticks=values)
            ax.set_xticklabels([f"{value:g}" for value in values])
            ax.minorticks_off()
            ax.axvline(_USUAL[name], color="0.8", zorder=0)
            ax.grid(axis="y", color="0.9")
        axes[1, column].set_xlabel(_LABELS[name])
    axes[0, 0].set_ylabel("images a second")
    axes[1, 0].set_ylabel("peak memory, MiB")
    for ax in axes[:, 0]:
        low, high = ax.get_ylim()
        ticks = [
            t
            for k in range(6)
            for t in (10**k, 2 * 10**k, 3 * 10**k, 5 * 10**k)
            if low <= t <= high
        ]
        ax.set_yticks(ticks, [f"{t:,}" for t in ticks])
    figure.suptitle("One training step as the work grows (gray: the recipe as it is)")
    figure.savefig(path, metadata={"Software": None})


def _in_a_process(setting, seconds):
    """Run `_measure_one` in a new Python; return what it found."""
    program = f"from benchmarks import scaling; scaling._measure_one({setting!r}, {seconds!r})"
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        cwd=pathlib.Path(__file__).parents[1],
    )
    return json.loads(done.stdout.splitlines()[-1])


def _measure_one(setting, seconds):
    from ganlab import recipes, tf

    recipe = dataclasses.replace(
        recipes.DEFAULT, networks=functools.partial(_networks, width=setting["width"])
    )
    shape = (setting["resolution"], setting["resolution"], 1)
    rng = np.random.default_rng(0)
    real = tf.constant(rng.random((setting["batch"], *shape), dtype=np.float32))
    before = _peak_mib()
    gan = recipe.build(shape, seed=0)
    step = tf.function(gan.train_step, jit_compile=gan.jit_compile)
    every = recipe.penalty.every if recipe.penalty else 1

    def steps():
        for _ in range(2 * every):
            logs = step(real)
        return logs["g_loss"].numpy()

    steps()
    end, times = time.perf_counter() + seconds, []
    while len(times) < 3 or time.perf_counter() < end:
        begin = time.perf_counter()
        steps()
        times.append((time.perf_counter() - begin) / (2 * every))
    typical = record.median(times)
    found = {
        "milliseconds": record.median([1e3 * t for t in times]),
        "images_per_second": float(f"{setting['batch'] / typical:.4g}"),
        "gflop": round(sum(flops.step(gan, setting["batch"]).values()) / 1e9, 4),
        "peak_mib": round(_peak_mib() - before, 1),
        "rounds": len(times),
    }
    print(json.dumps(found))


def _networks(sample_shape, *, seed, width):
    """Return the networks of the default recipe with `width` times as many channels."""
    from ganlab import models

    def scaled(build):
        usual = inspect.signature(build).parameters["width"].default
        return functools.partial(build, sample_shape, width=round(usual * width))

    generator, discriminator = map(scaled, (models.conv_generator, models.conv_discriminator))
    return generator(seed=seed), discriminator(seed=seed + 1)


def _peak_mib():
    """Return the most memory that this process has held so far."""
    import resource  # not on Windows: this benchmark needs Linux or macOS

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
