"""What the default recipe makes of the critters in 60 seconds and in ten minutes.

The truth about critters is known, so that each sample is compared with the nearest of all legal
ones, and the shares of the values of each factor with equal ones. Beside it what the recorded
generator draws, which was trained on critters without the withheld combinations.
"""

import pathlib
import tempfile

import numpy as np

from benchmarks import record

__all__ = ["NAME", "measure", "report"]

NAME = "critters"
SECONDS = (60, 600)  # in all; compiling counts
SEEDS = (0, 1, 2)
COUNT = 2000
COLUMNS = (
    ("steps", "steps", 0),
    ("distance", "distance", 3),
    ("low", "10 % below", 3),
    ("high", "10 % above", 3),
    ("total_variation", "total variation", 3),
    ("worst", "of the worst factor", 3),
    ("withheld", "withheld", 3),
    ("checkerboard", "checkerboard", 2),
)


def measure():
    from ganlab import datasets, models, recipes, runs

    result = record.start()
    result |= {"seconds": list(SECONDS), "count": COUNT, "runs": []}
    real = datasets.load("critters").images[:COUNT]
    with tempfile.TemporaryDirectory() as folder:
        for seed in SEEDS:
            out = pathlib.Path(folder, str(seed))
            trained = 0
            for seconds in SECONDS:
                run = runs.train(
                    out,
                    data=None if trained else "critters",
                    seconds=seconds - trained,
                    seed=seed,
                    resume=bool(trained),
                )
                trained = seconds
                found = {"seed": seed, "seconds": seconds, "steps": run.record["steps"]}
                result["runs"].append(found | judged(run.sample(COUNT, seed=seed), real))
    recorded = models.draw(recipes.load_generator("critters"), COUNT, seed=0)
    result["recorded"] = {"steps": recipes.ALL["critters"].steps} | judged(recorded, real)
    result["real"] = judged(real, real)
    return record.finish(result)


def judged(images, real):
    """Return what is measured of images: means over all of them, and over the factors."""
    from ganlab import evaluation, metrics
    from ganlab.datasets import critters
    from ganlab.evaluation import factors

    distances, nearest = evaluation.nearest_critters(images)
    classifier = factors.load("critters")
    shown = factors.read(classifier, images)
    variation = metrics.value_shares(shown, factors.counts(classifier)).total_variation
    low, middle, high = np.quantile(distances, [0.1, 0.5, 0.9])
    found = {
        "distance": middle,
        "low": low,
        "high": high,
        "total_variation": variation.mean(),
        "worst": variation.max(),
        "withheld": critters.withheld(nearest).mean(),
        "checkerboard": _finest(images) / _finest(real),
    }
    return {key: round(float(value), 4) for key, value in found.items()}


def _finest(images):
    """Return the mean power at the highest frequency of rows and of columns."""
    power = np.abs(np.fft.fft2(images, axes=(1, 2))) ** 2
    middle = images.shape[1] // 2
    return power[:, middle].mean() + power[:, :, middle].mean()


def report(result):
    """Return the table of a result, in Markdown."""
    rows = []
    for seconds in result["seconds"]:
        for run in result["runs"]:
            if run["seconds"] == seconds:
                rows.append((f"{seconds} s, seed {run['seed']}", run))
    rows += [("recorded", result["recorded"]), ("real", result["real"])]
    cells = [
        (name, *(f"{run[key]:,.{digits}f}" if key in run else "" for key, _, digits in COLUMNS))
        for name, run in rows
    ]
    return (
        record.table(("", *(heading for _, heading, _ in COLUMNS)), cells)
        + f"\n\nOf {result['count']:,} samples each: the distance to the nearest legal critter "
        "(median; two random critters are 0.31 apart); the total variation between the shares of "
        "a factor's values and equal ones, mean over the factors; the share nearest to a withheld "
        "combination; power at the highest frequency, relative to real ones."
    )
