"""The training step of the default recipe against the machine's own rate of products.

Counted operations (benchmarks/flops.py) over time, beside a 2048 x 2048 product in float32
that takes turns with the step. Then a profile: which part of the step the time goes to, and
which kind of operation. Process time, that is CPU seconds of all threads, is kept as well: it
hardly depends on what else the machine does.
"""

import glob
import os
import re
import statistics
import tempfile
import time

from benchmarks import flops, record
from ganlab import datasets, recipes, tf

__all__ = ["NAME", "measure", "rate", "report"]

NAME = "training_step"
SIZE = 2048  # of the product
_STEPS = 16  # a turn: a multiple of every sensible Penalty.every

# What an operation's name says about the part of the step it belongs to; the first match wins.
_PARTS = (
    ("penalty", r"(^|/)cond(_\d+)?/"),
    ("generator, backward", r"gradient_tape.*generator"),
    ("discriminator, backward", r"gradient_tape.*discriminator"),
    ("generator, forward", r"generator"),
    ("discriminator, forward", r"discriminator"),
)
_KINDS = (
    ("convolutions and products", r"Conv2D|MatMul"),
    ("batch normalization", r"(?i)norm"),
    ("activations", r"Relu|Sigmoid|Tanh|Softplus"),
)
_REST = "optimizers, moving average, latents, logs"


def measure(*, seconds=60.0):
    result = record.start()
    recipe = recipes.DEFAULT
    images = datasets.load(recipe.data, split=recipe.split).images
    gan = recipe.build(images.shape[1:], seed=0)
    real = tf.constant(images[: recipe.batch_size])
    product, step, fit = _product(), _step(gan, real), _fit(gan, images, recipe.batch_size)
    calls = {"product": product, "step": step, "fit": fit}
    for call in calls.values():
        call()
    wall = record.take_turns(calls, seconds=seconds)
    process = {name: _process_time(call) for name, call in calls.items()}
    counts = flops.step(gan, recipe.batch_size)
    result |= {
        "recipe": recipe.describe(),
        "shape": images.shape[1:],
        "flops": {"product": 2 * SIZE**3, "step": sum(counts.values()), "parts": counts},
        "rounds": len(wall["step"]),
        "milliseconds": {
            name: record.median([_milliseconds(name, t) for t in times])
            for name, times in wall.items()
        },
        "cpu_milliseconds": {
            name: record.median([_milliseconds(name, t) for t in times])
            for name, times in process.items()
        },
        "profile": _profile(step),
    }
    return record.finish(result)


def rate(result, times="milliseconds"):
    """Return the step's operations a second as a share of the product's."""
    speeds = {k: result["flops"][k] / result[times][k] for k in ("step", "product")}
    return speeds["step"] / speeds["product"]


def report(result):
    """Return the tables of a result, in Markdown."""
    rows = []
    for name in ("product", "step", "fit"):
        operations = result["flops"]["step" if name == "fit" else name]
        wall, cpu = (result[key][name] for key in ("milliseconds", "cpu_milliseconds"))
        rows.append(
            (
                {"product": f"{SIZE}x{SIZE} product", "fit": "step, by fit"}.get(name, name),
                f"{operations / 1e9:.2f}",
                f"{wall:.1f}",
                f"{operations / wall / 1e6:.0f}",
                f"{cpu:.1f}",
                f"{operations / cpu / 1e6:.0f}",
            )
        )
    header = ("", "GFLOP", "ms", "GFLOP/s", "CPU ms", "GFLOP a CPU second")
    share = f"{rate(result):.0%} of the product's rate, {rate(result, 'cpu_milliseconds'):.0%}"
    parts = [
        record.table(header, rows),
        f"The step runs at {share} by CPU seconds (the bar is 70 %).",
    ]
    counts = result["flops"]["parts"]
    rows = [(k, f"{v / 1e6:.0f}", f"{v / sum(counts.values()):.0%}") for k, v in counts.items()]
    parts.append(record.table(("operations needed", "MFLOP", "share"), rows))
    for key, title in (("parts", "time by part"), ("kinds", "time by kind")):
        times = result["profile"][key]
        rows = [
            (k, f"{times[k]:.1f}", f"{times[k] / sum(times.values()):.0%}")
            for k in sorted(times, key=times.get, reverse=True)
        ]
        parts.append(record.table((title, "ms", "share"), rows))
    slowest = result["profile"]["slowest"]
    parts.append(record.table(("slowest operations", "ms"), [(f"`{k}`", v) for k, v in slowest]))
    return "\n\n".join(parts)


def _product():
    a, b = tf.random.normal((SIZE, SIZE)), tf.random.normal((SIZE, SIZE))
    multiply = tf.function(lambda: tf.matmul(a, b), jit_compile=False)
    return lambda: multiply().numpy()


def _step(gan, real):
    step = tf.function(gan.train_step, jit_compile=gan.jit_compile)

    def steps():
        for _ in range(_STEPS):
            logs = step(real)
        return {key: value.numpy() for key, value in logs.items()}

    return steps


def _fit(gan, images, batch_size):
    data = datasets.batches(images, batch_size, seed=0)
    return lambda: gan.fit(data, steps_per_epoch=_STEPS, verbose=0)


def _milliseconds(name, seconds):
    return 1e3 * seconds / (1 if name == "product" else _STEPS)


def _process_time(call, rounds=7):
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        call()
        times.append(time.process_time() - begin)
    return times


def _profile(step):
    """Milliseconds a step by part and by kind of operation, from TensorFlow's profiler."""
    calls = 3
    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        for _ in range(calls):
            step()
        tf.profiler.experimental.stop()
        durations = _operations(folder)
    # The median of an operation's durations, for one that waited for a busy core says nothing.
    times = {
        name: statistics.median(values) * len(values) / (calls * _STEPS)
        for name, values in durations.items()
    }
    parts, kinds = {}, {}
    for name, value in times.items():
        for groups, rules, rest in ((parts, _PARTS, _REST), (kinds, _KINDS, "other")):
            group = next((g for g, pattern in rules if re.search(pattern, name)), rest)
            groups[group] = groups.get(group, 0.0) + value
    slowest = sorted(times, key=times.get, reverse=True)[:8]
    return {
        "parts": {name: round(value, 3) for name, value in parts.items()},
        "kinds": {name: round(value, 3) for name, value in kinds.items()},
        "slowest": [(name, round(times[name], 2)) for name in slowest],
    }


def _operations(folder):
    """Durations in milliseconds of every operation, by "name:kind"."""
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    (path,) = glob.glob(os.path.join(folder, "**", "*.xplane.pb"), recursive=True)
    space = xplane_pb2.XSpace()
    with open(path, "rb") as file:
        space.ParseFromString(file.read())
    durations = {}
    for plane in space.planes:
        for line in plane.lines:
            for event in line.events:
                name = plane.event_metadata[event.metadata_id].name
                # Operations of a graph are called name:kind; the executor's own events are not.
                if re.fullmatch(r"[\w./-]+:\w+", name):
                    durations.setdefault(name, []).append(event.duration_ps / 1e9)
    return durations
