"""How long the default recipe takes to become as good as the tutorial's DCGAN after 2,000 steps.

Same images (the digits' training part), same machine, same measure: the Fréchet distance between
the features of the images and of as many generated ones. Quality by step is deterministic up to
rounding and does not care what else the machine does, so it is found by training each recipe at
whatever speed; seconds a step are measured apart, in blocks that take turns. Their product, with
the time to build and trace, is the time to quality.

DCGAN's 2,000 steps take most of an hour on two cores.
"""

import functools
import statistics
import sys
import time

from benchmarks import dcgan, record
from ganlab import datasets, features, metrics, recipes

__all__ = ["NAME", "measure", "report"]

NAME = "time_to_quality"
PEER_STEPS = 2_000
PEER_MARKS = (25, 50, 100, 200, 300, 400, 600, 800, 1_000, 1_200, 1_400, 1_600, 1_800, 2_000)
OUR_MARKS = (*range(10, 100, 10), *range(100, 301, 20), *range(325, 501, 25), 600, 800, 1_000)
SEEDS = (0, 1, 2)
_SHOWN = (10, 50, 100, 200, 300, 400, 600, 1_000)  # of our marks, in the table
_BLOCK = {"ours": 160, "DCGAN": 10}  # steps in a turn: ours is one call of fit, as in a training


def measure(*, seconds=60.0, peer=None):
    """Measures both.

    Parameters
    ----------
    seconds : float
        Of timing the blocks.
    peer : iterable of (step, images), optional
        Samples of a DCGAN at some of its steps, where one was trained before; without it, one
        is trained for PEER_STEPS.
    """
    result = record.start()
    images = datasets.load("digits", split="train").images
    model = features.load("digits")
    real = features.extract(model, images)

    def distance(fake):
        return float(f"{metrics.frechet_distance(real, features.extract(model, fake)):.4g}")

    result["samples"] = len(images)
    result["start_seconds"], result["start_cpu_seconds"], blocks = _started(images)
    cpu = {name: [] for name in blocks}
    times = record.take_turns(
        {name: functools.partial(_cpu_timed, blocks[name], cpu[name]) for name in blocks},
        seconds=seconds,
    )
    for key, found in (("milliseconds", times), ("cpu_milliseconds", cpu)):
        result[key] = {
            name: record.median([1e3 * t / _BLOCK[name] for t in found[name]]) for name in found
        }
    result["rounds"] = len(times["ours"])
    result["DCGAN"], result["ours"] = {}, {}
    for step, fake in peer if peer is not None else _peer(images):
        result["DCGAN"][str(step)] = distance(fake)
        print(f"  DCGAN after {step} steps: {result['DCGAN'][str(step)]}", file=sys.stderr)
    _, wanted = target(result)
    for seed in SEEDS:
        curve = result["ours"][str(seed)] = {}
        for step, fake in _ours(images, seed):
            curve[str(step)] = distance(fake)
            if curve[str(step)] <= wanted:
                break
        print(f"  ours, seed {seed}, after {step} steps: {curve[str(step)]}", file=sys.stderr)
    return record.finish(result)


def target(result):
    """The last step of DCGAN that was measured, and its distance there."""
    step = max(map(int, result["DCGAN"]))
    return step, result["DCGAN"][str(step)]


def seconds_of_peer(result, cpu=False):
    return _seconds(result, "DCGAN", target(result)[0], cpu)


def steps_of_ours(result):
    """For each seed the first mark at which our distance is no larger; None if none is."""
    _, wanted = target(result)
    return [
        min((int(step) for step, value in curve.items() if value <= wanted), default=None)
        for curve in result["ours"].values()
    ]


def seconds_of_ours(result, cpu=False):
    """The median over the seeds; None if one of them never arrives."""
    steps = steps_of_ours(result)
    return None if None in steps else _seconds(result, "ours", statistics.median(steps), cpu)


def _seconds(result, name, steps, cpu):
    """To build, trace and make the steps: by the clock, or of all threads together."""
    kind = "cpu_" if cpu else ""
    start = result[f"start_{kind}seconds"][name]
    return start + steps * result[f"{kind}milliseconds"][name] / 1e3


def report(result):
    """The tables of a result, in Markdown."""
    peer_step, wanted = target(result)
    steps = [f"more than {OUR_MARKS[-1]}" if s is None else str(s) for s in steps_of_ours(result)]
    rows = [
        (
            title,
            f"{result['milliseconds'][name]:.1f}",
            f"{result['cpu_milliseconds'][name]:.1f}",
            f"{result['start_seconds'][name]:.1f}",
            needed,
            *("-" if s is None else f"{s:.0f}" for s in (total(result), total(result, cpu=True))),
        )
        for title, name, needed, total in (
            ("DCGAN", "DCGAN", peer_step, seconds_of_peer),
            ("default recipe", "ours", ", ".join(steps), seconds_of_ours),
        )
    ]
    header = (
        *("", "ms a step", "CPU ms a step", "s to start"),
        *(f"steps to a distance of {wanted:g}", "s in all", "CPU s in all"),
    )
    parts = [record.table(header, rows)]
    if seconds_of_ours(result) is None:
        parts.append("The default recipe does not get there with every seed.")
    else:
        sooner = [
            f"{seconds_of_peer(result, cpu) / seconds_of_ours(result, cpu):.0f}"
            for cpu in (False, True)
        ]
        parts.append(
            f"The default recipe is as good as DCGAN after {peer_step:,} steps {sooner[0]} times "
            f"sooner (median of {len(steps)} seeds), {sooner[1]} times by CPU seconds."
        )
    if peer_step < PEER_STEPS:
        parts.append(f"DCGAN was not trained to step {PEER_STEPS:,} in this run.")
    rows = [(step, f"{value:.1f}") for step, value in result["DCGAN"].items()]
    parts.append(record.table(("DCGAN, steps", "Fréchet distance"), rows))
    curves = list(result["ours"].values())
    marks = sorted({int(step) for curve in curves for step in curve})
    rows = [
        (step, *(f"{curve[str(step)]:.1f}" if str(step) in curve else "" for curve in curves))
        for step in marks
        if step in _SHOWN or step in steps_of_ours(result)
    ]
    header = ("default recipe, steps", *(f"seed {seed}" for seed in result["ours"]))
    parts.append(record.table(header, rows))
    return "\n\n".join(parts)


def _started(images):
    """Seconds and CPU seconds to each one's first step; blocks of steps to take turns."""
    start, cpu, blocks = {}, {}, {}
    for name, begin in (("ours", _begin_ours), ("DCGAN", _begin_peer)):
        clocks = time.perf_counter(), time.process_time()
        steps = begin(images)
        steps(1)
        start[name] = round(time.perf_counter() - clocks[0], 2)
        cpu[name] = round(time.process_time() - clocks[1], 2)
        steps(_BLOCK[name])
        blocks[name] = functools.partial(steps, _BLOCK[name])
    return start, cpu, blocks


def _cpu_timed(call, times):
    begin = time.process_time()
    call()
    times.append(time.process_time() - begin)


def _begin_ours(images):
    gan = recipes.DEFAULT.build(images.shape[1:], seed=0)
    data = datasets.batches(images, recipes.DEFAULT.batch_size, seed=0)
    return lambda n: gan.fit(data, steps_per_epoch=n, verbose=0)


def _begin_peer(images):
    gan = dcgan.DCGAN(seed=0)
    data = iter(datasets.batches(images, dcgan.BATCH_SIZE, seed=0))

    def steps(n):
        for _ in range(n):
            losses = gan.step(next(data))
        return [loss.numpy() for loss in losses]

    return steps


def _ours(images, seed):
    """Yields (step, samples) of the default recipe."""
    gan = recipes.DEFAULT.build(images.shape[1:], seed=seed)
    data = iter(datasets.batches(images, recipes.DEFAULT.batch_size, seed=seed))
    for mark in OUR_MARKS:
        gan.fit(_some(data, mark - int(gan.steps)), verbose=0)
        yield mark, gan.sample(len(images), seed=1_000 + seed)


def _some(batches, n):
    """The next n batches as one array of them: fit then takes them in this order."""
    from ganlab._tensorflow import tf

    return tf.data.Dataset.from_tensor_slices(tf.stack([next(batches) for _ in range(n)]))


def _peer(images):
    """Yields (step, samples) of a DCGAN, and says how far it is."""
    gan = dcgan.DCGAN(seed=0)
    data = iter(datasets.batches(images, dcgan.BATCH_SIZE, seed=0))
    begin = time.perf_counter()
    for step in range(1, PEER_STEPS + 1):
        loss, _ = gan.step(next(data))
        if step % 20 == 0:
            loss.numpy()  # wait for it
            left = (time.perf_counter() - begin) / step * (PEER_STEPS - step) / 60.0
            print(f"  step {step}, {left:.0f} minutes left", file=sys.stderr, flush=True)
        if step in PEER_MARKS:
            yield step, gan.sample(len(images), seed=1_000)
