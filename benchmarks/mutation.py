"""Do the tests bite? Small faults are put into the core, and the tests must notice them.

    pip install ".[benchmarks]"       # with cosmic-ray, which makes the faults
    python -m benchmarks mutation     # a sample of `COUNT` mutants

cosmic-ray lists every fault its operators can make: another operator or number, a condition
turned round, a loop not entered, a decorator left out. Those that Python itself refuses are not
counted: what does not compile, and operators on bits, which no float has. A sample of the others,
as many from each room as its share, is tried one by one in a copy of the project: a mutant is
killed when the fast tests and examples of its room fail. Each trial is a fork of a process that
has loaded TensorFlow already, which makes it three times as quick as a process of its own.
"""

import ast
import itertools
import os
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import time

import tasks
from benchmarks import record

__all__ = ["EQUIVALENT", "ROOMS", "measure", "report"]

ROOT = pathlib.Path(__file__).parents[1]
COUNT = 320
SEED = 0
WORKERS = 2
SLOWEST = 240.0  # seconds: a mutant that never ends is noticed, too

#: What is mutated, and the tests that must notice.
ROOMS = {
    "losses": (["ganlab/losses.py"], ["tests/ganlab/test_losses.py"]),
    "penalties": (["ganlab/penalties.py"], ["tests/ganlab/test_penalties.py"]),
    "latents": (["ganlab/latents.py"], ["tests/ganlab/test_latents.py"]),
    "similarity": (["ganlab/similarity"], ["tests/ganlab/similarity"]),
    "metrics": (["ganlab/metrics"], ["tests/ganlab/metrics"]),
    "training": (["ganlab/training"], ["tests/ganlab/test_training.py"]),
    "checkpoints": (
        ["ganlab/checkpoints.py", "ganlab/files.py"],
        ["tests/ganlab/test_checkpoints.py", "tests/ganlab/test_files.py"],
    ),
    "readers": (
        ["ganlab/datasets/readers.py"],
        ["tests/ganlab/datasets/test_readers.py", "tests/ganlab/datasets/test_datasets.py"],
    ),
}

_ROUNDING = "how large a remainder counts as rounding; another bound of this order serves as well"
_BLOCKS = "how much is computed at once, which no result shows"
_SAME = "the same for every value that can come here"

#: Survivors that no test could kill, or none that is worth its time, by the change: the reason.
EQUIVALENT = {
    "a.ndim == 0:  ->  if a.shape != b.shape or a.ndim <= 0:": _SAME,
    "elements = batches[0].": "the same: all batches have one shape",
    "tf.reduce_mean(squared_error, axis=2)": "the same mean, taken over the axes in another order",
    "fitting = (batch % sizes == 0)": _BLOCKS,
    "if scales == len(_MS_WEIGHTS):": "the same: Python keeps one object of a small number",
    "if size == len(real) == len(fake):": "the same: all subsets of this size are the whole set",
    "rounding = 4 * max(a.shape)": _ROUNDING,
    "terms = queries.shape[1] + 8": _ROUNDING,
    "rows = max(1, _BLOCK //": _BLOCKS,
    "within | (distances == 0)": _SAME,
    "strict=True))  ->": "the same: the lists have one length",
    "if penalty.every == 1:": _SAME,
    "if steps_per_execution == 1:": _SAME,
    "reduce_retracing=True)": "how often a function is traced, which no result shows",
    "jit_compile = on_gpu and not": "on a GPU alone, and the tests run without one",
    "data = file.read(length + 1)": "the same: one byte more than announced is enough",
}


#: Ends of the names of operators that raise an error wherever there are floats or arrays.
_REFUSED = ("RShift", "LShift", "BitOr", "BitAnd", "BitXor", "Invert")


def files_of(room):
    """The source files of a room, relative to the project."""
    for name in ROOMS[room][0]:
        path = ROOT / name
        yield from sorted(path.glob("[!_]*.py")) if path.is_dir() else [path]


def mutants():
    """All faults that cosmic-ray can make: (room, path, operator, occurrence, line), in order."""
    from cosmic_ray.commands import init
    from cosmic_ray.work_db import use_db

    for room in ROOMS:
        for path in files_of(room):
            words = _lines_of_annotations(path.read_text(encoding="utf-8"))
            with use_db(":memory:") as database:
                init([path], database, {})
                for item in database.work_items:
                    (fault,) = item.mutations
                    name, line = path.relative_to(ROOT).as_posix(), fault.start_pos[0]
                    if line not in words and not fault.operator_name.endswith(_REFUSED):
                        yield room, name, fault.operator_name, fault.occurrence, line


def _lines_of_annotations(source):
    """Lines of annotated fields, such as ``penalty: Penalty | None``: nothing computes there."""
    return {
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.AnnAssign) and node.value is None
    }


def sample(count, *, seed):
    """Mutants drawn from every room in proportion, at least ten of each."""
    rng, found = random.Random(seed), list(mutants())
    chosen = []
    for room in ROOMS:
        inside = [mutant for mutant in found if mutant[0] == room]
        share = max(10, round(count * len(inside) / len(found)))
        rng.shuffle(inside)
        chosen += list(itertools.islice(filter(_compiles, inside), share))
    return chosen


def _compiles(mutant):
    try:
        compile(mutated(mutant)[0], mutant[1], "exec")
    except (SyntaxError, AttributeError):
        # The star of a signature taken for a product; `except module.Error`, which cosmic-ray
        # cannot replace.
        return False
    return True


def mutated(mutant):
    """The source of a mutant, and the line that differs, before and after."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    _, name, operator, occurrence, _ = mutant
    source = (ROOT / name).read_text(encoding="utf-8")
    changed = mutate_code(source, get_operator(operator)(), occurrence)
    before, after = source.split("\n"), changed.split("\n")
    first = next(i for i, pair in enumerate(zip(before, after, strict=False)) if len(set(pair)) > 1)
    return changed, f"{before[first].strip()}  ->  {after[first].strip()}"


def copy(folder):
    """Copies what the tests need into a folder."""
    for name in ("ganlab", "classroom", "tests", "tools", "data", "notebooks", "benchmarks"):
        skip = shutil.ignore_patterns("__pycache__", "*.pyc")
        shutil.copytree(ROOT / name, folder / name, ignore=skip)
    for name in ("conftest.py", "pyproject.toml", "tasks.py", "README.md"):
        shutil.copy(ROOT / name, folder / name)


def start(folder, room):
    """Starts the tests of a room in a fork; returns its process number."""
    number = os.fork()
    if number:
        return number
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    import pytest

    tests = [name for name in (*ROOMS[room][1], *ROOMS[room][0]) if (folder / name).exists()]
    options = ["-x", "-q", "-m", "not slow", "-p", "no:cacheprovider"]
    status = 1
    try:
        status = pytest.main([*options, *tests])
    finally:
        os._exit(int(status))


def ended(number, began):
    """The exit status of a fork, or None while it runs; one that takes too long is stopped."""
    done, status = os.waitpid(number, os.WNOHANG)
    if done:
        return os.waitstatus_to_exitcode(status)
    if time.monotonic() - began > SLOWEST:
        os.killpg(number, signal.SIGKILL)
        os.waitpid(number, 0)
        return -signal.SIGKILL
    return None


def trials(jobs):
    """Runs (room, path or None, source) jobs, `WORKERS` at a time; yields (index, survived)."""
    for name, value in tasks.COMPUTING.items():
        os.environ.setdefault(name, value)
    import keras  # noqa: F401  loaded once, before the forks; ganlab is loaded by each
    import skimage.metrics  # noqa: F401
    import sklearn.datasets  # noqa: F401
    import tensorflow  # noqa: F401

    with tempfile.TemporaryDirectory(prefix="ganlab-mutants-") as place:
        free = [pathlib.Path(place, f"copy{number}") for number in range(WORKERS)]
        for folder in free:
            copy(folder)
        waiting, running = list(enumerate(jobs))[::-1], {}
        while waiting or running:
            while waiting and free:
                index, (room, name, source) = waiting.pop()
                folder = free.pop()
                if name is not None:
                    (folder / name).write_text(source, encoding="utf-8")
                running[start(folder, room)] = index, name, folder, time.monotonic()
            for number, (index, name, folder, began) in list(running.items()):
                status = ended(number, began)
                if status is None:
                    continue
                del running[number]
                if name is not None:
                    shutil.copy(ROOT / name, folder / name)
                free.append(folder)
                yield index, status == 0
            time.sleep(0.05)


def measure(count=COUNT, *, seed=SEED, rooms=None):
    """Tries a sample of mutants.

    Parameters
    ----------
    count, seed : int
    rooms : sequence of str, optional
        Only these keys of `ROOMS`.

    Returns
    -------
    dict
        ``rooms``: for each the mutants tried and killed; ``survivors``: path and changed line.

    Raises
    ------
    RuntimeError
        If the tests of a room fail without any fault.
    """
    from tqdm import tqdm

    result = record.start(("cosmic-ray", "tensorflow", "keras", "numpy"))
    chosen = [mutant for mutant in sample(count, seed=seed) if rooms is None or mutant[0] in rooms]
    names = list(dict.fromkeys(mutant[0] for mutant in chosen))
    for index, passed in trials([(room, None, None) for room in names]):
        if not passed:
            raise RuntimeError(f"expected the tests of {names[index]} to pass, received failures")
    sources = [mutated(mutant) for mutant in chosen]
    jobs = [(m[0], m[1], source) for m, (source, _) in zip(chosen, sources, strict=True)]
    counts = {room: {"tried": 0, "killed": 0} for room in names}
    survivors = []
    for index, survived in tqdm(trials(jobs), total=len(jobs), unit="mutant"):
        room, name, operator, _, line = chosen[index]
        counts[room]["tried"] += 1
        counts[room]["killed"] += not survived
        if survived:
            survivors.append([name, line, operator.removeprefix("core/"), sources[index][1]])
    return record.finish({**result, "rooms": counts, "survivors": sorted(survivors)})


def report(result):
    """The table of the README, and the survivors with what excuses them."""
    rows = [
        [f"`{room}`", found["tried"], found["killed"], f"{found['killed'] / found['tried']:.2f}"]
        for room, found in result["rooms"].items()
    ]
    tried, killed = (sum(f[key] for f in result["rooms"].values()) for key in ("tried", "killed"))
    rows.append(["all", tried, killed, f"{killed / tried:.2f}"])
    lines = [record.table(["room", "mutants", "killed", "share"], rows), ""]
    for name, _, operator, change in result["survivors"]:
        why = next((why for part, why in EQUIVALENT.items() if part in change), "not noticed")
        lines.append(f"- `{name}`, {operator}: `{change}`: {why}")
    return "\n".join(lines).rstrip()
