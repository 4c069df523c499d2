"""What all benchmarks share: taking turns, describing the machine, keeping results as JSON."""

import json
import os
import pathlib
import platform
import statistics
import time
from importlib import metadata

__all__ = [
    "FOLDER",
    "described",
    "finish",
    "load",
    "machine",
    "median",
    "save",
    "start",
    "table",
    "take_turns",
]

FOLDER = pathlib.Path(__file__).parent / "results"


def machine(packages):
    """Describe the machine, with None for what is not known."""
    return {
        "cpu": _cpu(),
        "cores": _cores(),
        "system": platform.system(),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in packages},
    }


def _cpu():
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def _cores():
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count()


def _version(package):
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _load():
    """Return how many processes ran or waited in the last minute, or None on Windows."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def start(packages=("tensorflow", "keras", "numpy")):
    """Begin a result: the machine, and how busy it is before."""
    return {"machine": machine(packages), "load_before": _load(), "started": time.time()}


def finish(result):
    """Add how busy the machine was at the end and how long all of it took."""
    seconds = time.time() - result.pop("started")
    return {**result, "load_after": _load(), "minutes": round(seconds / 60.0, 1)}


def take_turns(calls, *, seconds, least=5):
    """Time several calls that take turns, so that a busy moment meets all of them.

    Parameters
    ----------
    calls : dict of str to callable
        Each returns when its result is there.
    seconds : float
        Rounds go on until this time is over.
    least : int
        Rounds in any case.

    Returns
    -------
    dict of str to list of float
        Seconds of every call, in the order of the rounds.
    """
    times = {name: [] for name in calls}
    end = time.perf_counter() + seconds
    while len(next(iter(times.values()))) < least or time.perf_counter() < end:
        for name, call in calls.items():
            begin = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - begin)
    return times


def median(values, digits=4):
    """Return the median, rounded to significant digits so that a file of results stays readable."""
    return float(f"{statistics.median(values):.{digits}g}")


def save(name, result):
    """Write results/NAME.json."""
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
    (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")


def load(name):
    """Return the recorded result of a benchmark; a FileNotFoundError names what was never run."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def table(header, rows):
    """Return a table in Markdown: the first column to the left, the others to the right."""
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def described(result):
    """One line about the machine and the moment."""
    about = result["machine"]
    versions = ", ".join(f"{k} {v}" for k, v in about["packages"].items() if v is not None)
    loads = {
        when: result[f"load_{when}"]
        for when in ("before", "after")
        if result[f"load_{when}"] is not None
    }
    # A result put together from several runs has no time of its own.
    spent = "in several runs" if result["minutes"] is None else f"{result['minutes']} minutes"
    line = (
        f"{about['cpu']}, {about['cores']} cores, {about['system']}, Python {about['python']}, "
        f"{versions}; {spent}."
    )
    if loads:
        moments = " and ".join(f"{load} {when}" for when, load in loads.items())
        line = line.removesuffix(".") + f", load {moments}."
    # Our own work on all cores makes a load of as many as there are.
    if any(load > 1.5 * about["cores"] for load in loads.values()):
        line += (
            " **The machine was busy with other work:** seconds are too long, ratios uncertain; "
            "CPU seconds, where given, count."
        )
    return line
