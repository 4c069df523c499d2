"""The live trainings of the notebooks, run again from five other seeds.

What the notebooks draw in gray behind the learner's own curves. Nothing of a notebook is copied
here: its imports, its parameters and its cells with the tag ``live`` are executed as they stand,
each up to the first statement that draws (that mentions ``plt``), with another value of ``SEED``.
The file keeps the parameters and a sum of that code, and a test compares both with the notebook.

    python -m benchmarks.bands [NN ...]

writes data/bands/NN.npz and prints its sum, for `classroom.bands.RECORDED` and data/README.md.
"""

import argparse
import ast
import contextlib
import hashlib
import io
import json
import os
import pathlib
import tempfile
import time

import matplotlib
import numpy as np

import tasks
from classroom import bands
from ganlab import files
from ganlab import images as pixels

__all__ = ["KEEP", "SEEDS", "code", "live", "parameters", "record", "train"]

ROOT = pathlib.Path(__file__).parents[1]
FOLDER = ROOT / "data" / "bands"
SEEDS = (10, 20, 30, 40, 50)  # far apart: a notebook also uses SEED + 1 and its neighbors


def _cells(number):
    """Yield the code cells of a notebook: (tags, source)."""
    (path,) = (ROOT / "notebooks").glob(f"{number}_*.ipynb")
    book = json.loads(path.read_text(encoding="utf-8"))
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            yield cell["metadata"].get("tags", []), "".join(cell["source"])


def parameters(number):
    """Return the literals of the cell tagged ``parameters``, by name."""
    (source,) = (source for tags, source in _cells(number) if "parameters" in tags)
    return {
        statement.targets[0].id: ast.literal_eval(statement.value)
        for statement in ast.parse(source).body
    }


def live(number):
    """Return the statements that are run again: the first cell, then those tagged ``live``.

    Returns
    -------
    list of ast.Module
        A module for each cell, cut before its first figure.
    """
    found = []
    for index, (tags, source) in enumerate(_cells(number)):
        if index and "live" not in tags:
            continue
        kept = []
        for statement in ast.parse(source).body:
            names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
            if "plt" in names:
                break
            kept.append(statement)
        found.append(ast.Module(kept, []))
    return found


def code(number):
    """Return a sum of the code that is run again; comments and imports do not change it."""
    text = "\n".join(
        ast.unparse(statement)
        for module in live(number)
        for statement in module.body
        if not isinstance(statement, ast.Import | ast.ImportFrom)
    )
    return hashlib.sha256(text.encode()).hexdigest()


def train(number, seed, **others):
    """Run the live cells of a notebook once.

    Parameters
    ----------
    number : str
    seed : int
        Takes the place of ``SEED``.
    **others
        Other values for other parameters, such as fewer steps.

    Returns
    -------
    dict of str to ndarray
        What `KEEP` keeps of it.
    """
    names = parameters(number) | {"SEED": seed} | others
    with contextlib.redirect_stdout(io.StringIO()), matplotlib.rc_context():
        for module in live(number):
            exec(compile(module, f"notebook {number}", "exec"), names)
    for value in names.values():
        if isinstance(value, tempfile.TemporaryDirectory):  # which a later cell cleans up
            value.cleanup()
    return KEEP[number](names)


def record(number, *, seeds=SEEDS, **others):
    """Run the live cells once for each seed.

    Returns
    -------
    dict of str to ndarray
        As `classroom.bands.load` describes it.
    """
    runs, start = [], time.monotonic()
    for done, seed in enumerate(seeds, 1):
        runs.append(train(number, seed, **others))
        left = (time.monotonic() - start) / done * (len(seeds) - done)
        print(f"notebook {number}, seed {seed}: {done} of {len(seeds)}, {left:.0f} s left")
    found = {
        key: runs[0][key] if _is_steps(key) else _small(np.stack([run[key] for run in runs]))
        for key in runs[0]
    }
    found["seeds"] = np.asarray(seeds, np.int64)
    found["parameters"] = np.array(json.dumps(parameters(number) | others))
    found["code"] = np.array(code(number))
    return found


def _is_steps(key):
    """Tell whether a key is of the horizontal axis, which all runs share."""
    return key.rpartition("/")[2] == "steps"


def _small(values):
    """Return floats in half precision, which is finer than the line that draws them."""
    if values.dtype.kind != "f":
        return values
    largest = np.abs(values[np.isfinite(values)]).max(initial=0)
    return values.astype(np.float16 if largest < 6e4 else np.float32)


# ------------------------------------------------------- what is kept of the names of each notebook


def _curves(name, values, *, points=50):
    """Return the named curves of a training, values of every step, as means of stretches."""
    kept = {}
    for key, curve in values.items():
        kept[f"{name}/steps"], kept[f"{name}/{key}"] = bands.stretches(curve, points=points)
    return kept


def _losses(curve):
    return {key: curve.history[key] for key in ("d_loss", "g_loss")}


def _tiles(images):
    """Return images as bytes of 32 levels, which eyes do not miss and a file feels."""
    return pixels.to_uint8(np.round(np.asarray(images) * 31) / 31)


def _distances(frames, real):
    """Return the mean distance from the images of each frame to the nearest real ones."""
    from ganlab.metrics import nearest_neighbors

    return np.array([nearest_neighbors(frame, real)[0].mean() for frame in frames])


def _keep_01(names):
    from ganlab.evaluation import nearest_critters

    frames = names["film"].frames
    return {
        "steps": np.array(names["film"].steps),
        "distance": np.array([nearest_critters(frame)[0].mean() for frame in frames]),
        "images": _tiles(frames[-1][:4]),
    }


def _keep_02(names):
    kept = {}
    for name, frames in names["stall_films"].items():
        kept[f"stall/{name}"] = np.array([dots.mean() for dots in frames])
        kept[f"stall/{name}/spread"] = np.array(frames[-1].std())
    for name, (frames, curve) in names["ring_runs"].items():
        kept[f"ring/{name}/found"] = np.array([names["clusters_found"](dots) for dots in frames])
        if name == "non_saturating":
            kept |= _curves(f"ring/{name}", _losses(curve))
            # Ten steps are one call of the compiled function, and leave one value.
            _, kept[f"ring/{name}/steps"] = bands.stretches(curve.steps)
    for name, dots in names["fakes"].items():
        kept[f"chance/{name}/found"] = np.array(names["clusters_found"](dots))
        kept[f"chance/{name}/paid"] = np.array(names["at_chance"][name])
    return kept


def _keep_05(names):
    from ganlab import datasets, metrics

    kept = {}
    for name, points in (("article", 40), ("live", 50)):
        history = dict(names[f"{name}_curve"].history)
        history.pop("penalty", None)  # it is taken every fourth step, and its means say little
        kept |= _curves(name, history, points=points)
    modes, near = [], []
    for points in names["outcomes"].values():
        finite = np.isfinite(points).all()
        found = finite and metrics.mode_coverage(points, datasets.RING_MODES, radius=0.3)
        modes.append(found.covered if finite else np.nan)
        near.append(found.high_quality if finite else np.nan)
    return kept | {"contest/modes": np.array(modes), "contest/near": np.array(near)}


def _keep_06(names):
    frames = names["film"].frames
    return {
        "steps": np.array(names["film"].steps),
        "distance": _distances(frames, names["train"].images),
        "images": _tiles(frames[-1]),
    }


def _keep_07(names):
    kept = {"quality/steps": np.array(names["healthy"].steps)}
    for name in ("healthy", "slow"):
        kept |= _curves(name, _losses(names[f"{name}_losses"]), points=40)
        kept[f"quality/{name}"] = np.array(names[name].history["frechet_distance"])
        kept[f"{name}/images"] = _tiles(names[f"{name}_images"][:4])
    return kept


def _keep_08(names):
    """Return the columns that the notebook shows of the healthy run and of each run drawn."""
    kept = {}
    for name, columns in _shown("08").items():
        run = names["healthy"] if name == "healthy" else names["runs"][int(name[3:])]
        kept[f"{name}/steps"] = np.asarray(run.steps)
        kept |= {f"{name}/{column}": np.asarray(run[column]) for column in columns}
    return kept


def _keep_09(names):
    return {
        "quality/steps": np.array(names["quality"].steps),
        "quality/frechet": np.array(names["quality"].history["frechet_distance"]),
        "images": _tiles(names["film"].frames[-1]),
        **_curves("losses", _losses(names["curve"])),
    }


def _keep_10(names):
    """Return how many digits two GANs with a tiny discriminator drew, in two ways of counting."""
    kept = {"steps": np.arange(100, names["DIGIT_STEPS"] + 1, 100)}
    for name, (read, near, images) in names["counted"].items():
        kept |= {f"{name}/read": np.array(read), f"{name}/near": np.array(near)}
        kept[f"{name}/images"] = _tiles(images[:4])
    return kept


def _keep_11(names):
    """Return the discriminator's loss and the distance of the fakes, at every look."""
    from ganlab import metrics

    kept = {}
    for letter, (paid, fakes, _) in names["runs"].items():
        kept[f"{letter}/steps"] = np.arange(25, names["RING_STEPS"] + 1, 25)
        kept[f"{letter}/d_loss"] = paid
        kept[f"{letter}/distance"] = np.array(
            [metrics.wasserstein_distance(names["held_out"], points) for points in fakes]
        )
    return kept


def _keep_12(names):
    """Return the loss of the discriminator while it grows."""
    steps, d_loss = bands.stretches(names["d_loss"])
    return {"steps": steps, "d_loss": d_loss}


def _keep_13(names):
    """Return the largest singular value of D, with and without spectral normalization."""
    kept = {}
    for name, values in names["used"].items():
        kept[f"{name}/steps"] = np.arange(10, names["STEPS"] + 1, 10)
        kept[f"{name}/largest"] = values.max(axis=1)
    return kept


def _shown(number):
    """Return the columns on the dashboard and of each run, as the calls that draw them say."""
    found = {}
    for node in ast.walk(ast.parse("\n".join(source for _, source in _cells(number)))):
        target = getattr(node, "targets", [None])[0]
        if getattr(target, "id", None) == "DASHBOARD":
            found["healthy"] = sum(ast.literal_eval(node.value), ())
        elif isinstance(node, ast.Call) and getattr(node.func, "id", None) == "draw_run":
            run, *panels = (ast.literal_eval(argument) for argument in node.args)
            found[f"run{run}"] = ("d_loss", "g_loss", *sum(panels, ()))
    return {name: tuple(dict.fromkeys(columns)) for name, columns in found.items()}


KEEP = {
    "01": _keep_01,
    "02": _keep_02,
    "05": _keep_05,
    "06": _keep_06,
    "07": _keep_07,
    "08": _keep_08,
    "09": _keep_09,
    "10": _keep_10,
    "11": _keep_11,
    "12": _keep_12,
    "13": _keep_13,
}


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.bands",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("numbers", nargs="*", metavar="NN", help=", ".join(KEEP))
    chosen = parser.parse_args(arguments).numbers or list(KEEP)
    unknown = [number for number in chosen if number not in KEEP]
    if unknown:
        parser.error(f"expected numbers of {', '.join(KEEP)}, received {', '.join(unknown)}")
    for name, value in tasks.COMPUTING.items():  # as the notebooks are executed
        os.environ.setdefault(name, value)
    for number in chosen:
        path = FOLDER / f"{number}.npz"
        files.write_npz(path, record(number))
        print(files.sha256(path), path.relative_to(ROOT), path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
