"""How long the default recipe takes to become as good as the tutorial's DCGAN in 2,000 steps.

Same images (the digits' training part), same machine, same measure: the Fréchet distance between
the features of the images and of as many generated ones. Quality by step is deterministic up to
rounding and does not care what else the machine does, so it is found by training each recipe at
whatever speed; seconds a step are measured apart, in blocks that take turns. Their product, with
the time to build and trace, is the time to quality.

DCGAN's distance goes up and down as it trains, so it is met twice: as it is after its last step,
and at its best moment until then. Its 2,000 steps take 25 minutes on two idle cores.
"""

import functools
import statistics
import sys
import time

from benchmarks import dcgan, record
from ganlab import datasets, metrics, recipes
from ganlab.evaluation import features

__all__ = ["NAME", "measure", "report"]

NAME = "time_to_quality"
PEER_STEPS = 2_000
PEER_MARKS = (25, 50, 100, 200, 300, 400, 600, 800, 1_000, 1_200, 1_400, 1_600, 1_800, 2_000)
OUR_MARKS = (*range(10, 100, 10), *range(100, 301, 20), *range(325, 501, 25), 600, 800, 1_000)
SEEDS = (0, 1, 2)
_SHOWN = (10, 50, 100, 200, 300, 400, 600, 1_000)  # of our marks, in the table
_BLOCK = {"ours": 160, "DCGAN": 10}  # steps in a turn: ours is one call of fit, as in a training


def measure(*, seconds=60.0, peer=None):
    """Measure both.

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
    wanted = min(result["DCGAN"].values())
    for seed in SEEDS:
        curve = result["ours"][str(seed)] = {}
        for step, fake in _ours(images, seed):
            curve[str(step)] = distance(fake)
            if curve[str(step)] <= wanted:
                break
        print(f"  ours, seed {seed}, after {step} steps: {curve[str(step)]}", file=sys.stderr)
    return record.finish(result)


def last_of_peer(result):
    """Return the last step of DCGAN that was measured."""
    return max(map(int, result["DCGAN"]))


def best_of_peer(result):
    """Return the step at which DCGAN was best."""
    return int(min(result["DCGAN"], key=result["DCGAN"].get))


def seconds_of_peer(result, step, cpu=False):
    return _seconds(result, "DCGAN", step, cpu)


def steps_of_ours(result, step):
    """For each seed the first mark as good as DCGAN after ``step`` steps; None if there is none."""
    wanted = result["DCGAN"][str(step)]
    return [
        min((int(mark) for mark, value in curve.items() if value <= wanted), default=None)
        for curve in result["ours"].values()
    ]


def seconds_of_ours(result, step, cpu=False):
    """Return the median over the seeds; None if one of them never arrives."""
    steps = steps_of_ours(result, step)
    return None if None in steps else _seconds(result, "ours", statistics.median(steps), cpu)


def times_sooner(result, step, cpu=False):
    """How many times sooner ours is as good as DCGAN after ``step`` steps; None if never."""
    ours = seconds_of_ours(result, step, cpu)
    return None if ours is None else seconds_of_peer(result, step, cpu) / ours


def _seconds(result, name, steps, cpu):
    """To build, trace and make the steps: by the clock, or of all threads together."""
    kind = "cpu_" if cpu else ""
    start = result[f"start_{kind}seconds"][name]
    return start + steps * result[f"{kind}milliseconds"][name] / 1e3


def report(result):
    """Return the tables of a result, in Markdown."""
    rows = [
        (
            title,
            *(f"{result[key][name]:.1f}" for key in ("milliseconds", "cpu_milliseconds")),
            f"{result['start_seconds'][name]:.1f}",
        )
        for title, name in (("DCGAN", "DCGAN"), ("default recipe", "ours"))
    ]
    parts = [record.table(("", "ms a step", "CPU ms a step", "s to start"), rows)]
    last, best = last_of_peer(result), best_of_peer(result)
    rows = []
    for label, step in (("its last step", last), ("its best moment", best)):
        ours = steps_of_ours(result, step)
        pairs = [
            [f"{seconds:.0f}" if seconds is not None else "-" for seconds in both]
            for both in (
                (seconds_of_peer(result, step), seconds_of_ours(result, step)),
                (times_sooner(result, step), times_sooner(result, step, cpu=True)),
            )
        ]
        steps = ", ".join(f"more than {OUR_MARKS[-1]}" if s is None else str(s) for s in ours)
        distance = f"{result['DCGAN'][str(step)]:g}"
        rows.append((f"{label}, {step:,}", distance, pairs[0][0], steps, pairs[0][1], *pairs[1]))
    header = (
        *("DCGAN at", "distance", "s", "our steps to it", "s", "times sooner"),
        "by CPU seconds",
    )
    parts.append(record.table(header, rows))
    if times_sooner(result, best) is None:
        parts.append("The default recipe does not get to DCGAN's best moment with every seed.")
    else:
        parts.append(
            f"The default recipe is as good as DCGAN after {last:,} steps "
            f"{times_sooner(result, last):.0f} times sooner, and as good as DCGAN ever was in "
            f"them {times_sooner(result, best):.0f} times sooner (medians of "
            f"{len(result['ours'])} seeds)."
        )
    if last < PEER_STEPS:
        parts.append(f"DCGAN was not trained to step {PEER_STEPS:,} in this run.")
    rows = [(step, f"{value:.1f}") for step, value in result["DCGAN"].items()]
    parts.append(record.table(("DCGAN, steps", "Fréchet distance"), rows))
    curves = list(result["ours"].values())
    marks = sorted({int(step) for curve in curves for step in curve})
    first = {step for mark in (last, best) for step in steps_of_ours(result, mark)}
    rows = [
        (step, *(f"{curve[str(step)]:.1f}" if str(step) in curve else "" for curve in curves))
        for step in marks
        if step in _SHOWN or step in first
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
    """Yield (step, samples) of the default recipe."""
    gan = recipes.DEFAULT.build(images.shape[1:], seed=seed)
    data = iter(datasets.batches(images, recipes.DEFAULT.batch_size, seed=seed))
    for mark in OUR_MARKS:
        gan.fit(_some(data, mark - int(gan.steps)), verbose=0)
        yield mark, gan.sample(len(images), seed=1_000 + seed)


def _some(batches, n):
    """Return the next n batches as one array of them: fit then takes them in this order."""
    from ganlab import tf

    return tf.data.Dataset.from_tensor_slices(tf.stack([next(batches) for _ in range(n)]))


def _peer(images):
    """Yield (step, samples) of a DCGAN, and say how far it is."""
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
