"""The few numbers that the README and the page on running a class quote, from the results.

    python -m benchmarks.summary

puts them between the marks of these pages; tests keep them equal.
"""

import pathlib
import statistics

from benchmarks import classroom, record, similarity, time_to_quality, training_step
from classroom import failures
from tools import marks

__all__ = ["CLASS", "README", "table", "table_of_class"]

README = pathlib.Path(__file__).parents[1] / "README.md"
CLASS = README.parent / "docs" / "teaching" / "running.md"


def table():
    """Return the summary, in Markdown."""
    rows = [*_default_recipe(), *_sooner(), *_ssim(), _step(), *_startup(), _detector()]
    return record.table(("measured", "result"), rows)


def _default_recipe():
    result = record.load("default_recipe")
    for name, found in result["data"].items():
        middle = {
            key: statistics.median(run[key] for run in found["runs"])
            for key in ("times_floor", "precision", "recall")
        }
        yield (
            f"`train --seconds {result['seconds']}` on {name}: Fréchet distance, precision, recall",
            f"{middle['times_floor']:.2f} times that of two real halves, "
            f"{middle['precision']:.2f}, {middle['recall']:.2f}",
        )


def _sooner():
    result = record.load("time_to_quality")
    last, best = time_to_quality.last_of_peer(result), time_to_quality.best_of_peer(result)
    for step, when in ((last, f"after {last:,} steps"), (best, "at its best moment in them")):
        yield (
            f"time to the quality of a well-known DCGAN recipe {when}",
            f"{time_to_quality.times_sooner(result, step):.0f} times less",
        )


def _ssim():
    for size in record.load("similarity")["sizes"]:
        shape = " x ".join(map(str, size["shape"]))
        what = "with its gradient" if size["gradient"] else "forward"
        yield (
            f"`similarity.ssim`, {shape}, {what}, against the fastest of five others",
            f"{similarity.lead(size):.1f} times as fast",
        )


def _step():
    share = training_step.rate(record.load("training_step"))
    return "training step, share of the rate of a large matrix product", f"{share:.0%}"


def _startup():
    seconds = record.load("startup")["seconds"]
    for name in ("python -m ganlab --help", "import ganlab.metrics"):
        yield f"`{name}`", f"{seconds[name]:.2f} s"


def _detector():
    counts = failures.load_table()["counts"]
    right = {
        name: found.get("healthy" if name.startswith("healthy") else name, 0)
        for name, found in counts.items()
    }
    worst = min(right, key=right.get)
    runs = sum(counts[worst].values())
    return (
        f"failure detector, {len(counts)} kinds of run, {runs} unseen seeds each",
        f"at least {right[worst]} of {runs} right for every kind",
    )


def table_of_class():
    """Return what a class takes, in Markdown."""
    rows = [
        (
            name[:2],
            found["private_mib"],
            f"{classroom.needed(found) / 1024:.0f}",
            f"{found['cpu_seconds']:.0f}",
            f"{found['longest_cell_cpu_seconds']:.0f}",
        )
        for name, found in record.load("classroom")["notebooks"].items()
    ]
    header = (
        *("notebook", "one kernel, MiB", f"{classroom.LEARNERS} kernels, GiB"),
        *("seconds of one core", "its longest cell"),
    )
    return record.table(header, rows)


def main():
    for page, found in ((README, table()), (CLASS, table_of_class())):
        text = page.read_text(encoding="utf-8")
        page.write_text(marks.filled(text, "measured", found), encoding="utf-8")
        print(found)


if __name__ == "__main__":
    main()
