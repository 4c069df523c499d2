"""The record of a run: what was run on which images, and what of a stranger's is believed."""

import hashlib
import json
import math
import os
import pathlib
import platform
from importlib import metadata

import numpy as np

import ganlab
from ganlab import checkpoints, datasets, images, recipes

_LETTERS = 2**16  # in a record, at most
_MOST_LABELS = 1000
_MOST_LETTERS = 2**13  # in their names; JSON writes six for one that is not ASCII


class RunError(ValueError):
    """A run folder cannot be used as asked; the message says what to do."""


def started(out, data, asked):
    """Return the record of a new run.

    Parameters
    ----------
    out : pathlib.Path
    data : str, path or None
        As for `datasets.load`; None for the data of the recipe.
    asked : dict
        recipe, seed, size and color, each None where it is not given.

    Raises
    ------
    RunError
        For a recipe that is not known, and for a folder among the images themselves.
    """
    name = asked["recipe"] or recipes.DEFAULT.name
    if name not in recipes.ALL:
        raise RunError(f"expected recipe as one of {', '.join(recipes.ALL)}, received {name!r}")
    recipe = recipes.ALL[name]
    if data is not None and os.path.isdir(_place(data)):
        place = pathlib.Path(_place(data)).resolve()
        if out.resolve().is_relative_to(place):
            raise RunError(
                f"{out}: expected a folder outside of the images in {data}, received one that is "
                "among them: what a run draws would count as images"
            )
    packages = {package: metadata.version(package) for package in ("tensorflow", "keras", "numpy")}
    return {
        "ganlab": ganlab.__version__,
        "versions": {
            "python": platform.python_version(),
            "machine": platform.machine(),
            **packages,
        },
        "data": recipe.data if data is None else _place(data),
        "split": recipe.split if data is None else None,
        "size": asked["size"],
        "color": asked["color"],
        "recipe": recipe.describe(),
        "labels": None,
        "seed": 0 if asked["seed"] is None else asked["seed"],
        "steps": 0,
        "seconds": 0.0,
    }


def read(path):
    """Read the record in an archive of a run.

    Raises
    ------
    files.FileError
        For a damaged archive.
    RunError
        For a record that this version of ganlab did not write: nothing in it is used before all
        of it is known to be of the right form.
    """
    notes = checkpoints.read_notes(path, ["record"], limit=4 * _LETTERS)
    expected = f"{path}: expected the record of a run of this version of ganlab"
    if "record" not in notes:
        raise RunError(f"{expected}, received an archive without one")
    try:
        record = json.loads(str(notes["record"]))
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        raise RunError(f"{expected}, received one that is no JSON object")
    for key, fits in _FORM.items():
        if key not in record:
            raise RunError(f"{expected}, received one without {key!r}")
        if not fits(record[key]):
            raise RunError(f"{expected}, received one whose {key} is {record[key]!r:.80}")
    if recipes.ALL[record["recipe"]["name"]].conditional is (record["labels"] is None):
        raise RunError(f"{expected}, received one whose labels do not fit its recipe")
    record["image_shape"] = tuple(record["image_shape"])
    return record


def _is_count(value, least=0):
    return type(value) is int and least <= value < 2**63


def _is_shape(value):
    sides = type(value) is list and len(value) == 3 and all(_is_count(side, 1) for side in value)
    return sides and value[2] in (1, 3)


def _is_fit(size, color):
    try:
        images.check_fit(size, color)
    except ValueError:
        return False
    return True


def _is_recipe(value):
    name = value.get("name") if type(value) is dict else None
    return type(name) is str and name in recipes.ALL


def _is_labels(value):
    named = type(value) is list and all(type(name) is str for name in value)
    return named and 1 <= len(value) <= _MOST_LABELS


_FORM = {
    "data": lambda value: type(value) is str,
    "split": lambda value: value in (None, "train", "test"),
    "size": lambda value: _is_fit(value, None),
    "color": lambda value: _is_fit(None, value),
    "recipe": _is_recipe,
    "seed": _is_count,
    "steps": _is_count,
    "seconds": lambda value: type(value) is float and 0 <= value < math.inf,
    "labels": lambda value: value is None or _is_labels(value),
    "image_shape": _is_shape,
    "images": _is_count,
    "images_sha256": lambda value: value is None or type(value) is str,
    "folder": lambda value: type(value) is int,
}


def refuse_contradictions(out, record, asked):
    """Refuse to resume with an option that differs from what the run was started with."""
    kept = record | {"recipe": record["recipe"]["name"]}
    for name, value in asked.items():
        if value is not None and value != kept[name]:
            before = f"no --{name}" if kept[name] is None else f"--{name} {kept[name]}"
            raise RunError(
                f"{out}: expected {before}, as when this run was started, received {value}"
            )
    if record["recipe"] != json.loads(json.dumps(recipes.ALL[kept["recipe"]].describe())):
        raise RunError(
            f"{out}: expected the recipe {kept['recipe']!r} as it was when this run was started, "
            "received another one of this name: start a new run"
        )


# ------------------------------------------------------------------------------------- the images


def load_images(out, record, moved_to=None):
    """Load the data that a run was started with.

    Parameters
    ----------
    out : pathlib.Path
    record : dict
        Of a run that has begun. Where its images have moved, it is told so.
    moved_to : str or path, optional

    Returns
    -------
    datasets.Dataset

    Raises
    ------
    RunError
        For other images than the run's own, and for a folder from elsewhere that names a place
        on this computer.
    """
    own = record["data"] not in datasets.NAMES
    if moved_to is not None and own:
        record["data"] = _place(moved_to)
    elif moved_to is not None and str(moved_to) != record["data"]:
        raise RunError(
            f"{out}: expected --data {record['data']}, with which this run was started, "
            f"received {moved_to}"
        )
    elif own and record["folder"] != identity(out):
        raise RunError(
            f"{out}: this folder was made elsewhere, or copied, and names {record['data']!r:.200} "
            "as its images: say with --data where they are"
        )
    data = load(record)
    for key, value in traits(record, data).items():
        if value != record[key]:
            word = {"images": "number", "image_shape": "shape"}.get(key)
            difference = f"expected {word} {record[key]}, received {value}" if word else "pixels"
            difference = "labels" if key == "labels" else difference
            raise RunError(
                f"{out}: expected the images with which this run was started, received others in "
                f"{record['data']} ({difference}): give the place of the first ones with --data, "
                "or start a new run"
            )
    return data


def load(record):
    """Load what a record names as its images, whatever it is by now."""
    return datasets.load(
        record["data"], split=record["split"], size=record["size"], color=record["color"]
    )


def conditions(data):
    """Return the labels of a data set, counted from 0 without a gap, and their names.

    Raises
    ------
    RunError
        For images without labels, and for too many labels.
    """
    if data.labels is None:
        raise RunError(
            f"expected labels beside the images in {data.name}, for a recipe that is told them, "
            "received none: put the images of each label into a folder of their own"
        )
    present, labels = np.unique(data.labels, return_inverse=True)
    names = [str(data.label_names[k]) if data.label_names else str(k) for k in present]
    if len(names) > _MOST_LABELS or sum(map(len, names)) > _MOST_LETTERS:
        raise RunError(
            f"expected at most {_MOST_LABELS} labels with {_MOST_LETTERS} letters in their names, "
            f"received {len(names)} with {sum(map(len, names))}"
        )
    return labels, names


def label(record, name):
    """Return the label that is meant by its name or its number.

    Raises
    ------
    RunError
        For a run that is not told labels, and for one that it does not know.
    """
    names = record["labels"]
    if names is None:
        raise RunError(
            f"expected no label, of which the recipe {record['recipe']['name']!r} is not told, "
            f"received {name!r:.80}: train with --recipe conditional"
        )
    if str(name) in names:
        return names.index(str(name))
    if str(name).isdecimal() and int(name) < len(names):
        return int(name)
    shown = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
    raise RunError(
        f"expected label as one of {shown:.400}, or a number below {len(names)}, "
        f"received {name!r:.80}"
    )


def traits(record, data):
    """Return what tells one set of images from another; a built-in set is told by its name."""
    real, digest, names = data.images, None, None
    if recipes.ALL[record["recipe"]["name"]].conditional:
        labels, names = conditions(data)
    if record["data"] not in datasets.NAMES:
        digest = hashlib.sha256()
        for start in range(0, len(real), 256):
            digest.update(images.to_uint8(real[start : start + 256]))
        if names is not None:
            digest.update(labels.astype("<i8"))
        digest = digest.hexdigest()
    return {
        "images": len(real),
        "image_shape": real.shape[1:],
        "images_sha256": digest,
        "labels": names,
    }


def _place(data):
    """Return a name of a data set as it is, and a path as it holds from every folder."""
    if isinstance(data, str) and data in datasets.NAMES:
        return data
    return os.path.abspath(os.path.expanduser(data))


def identity(folder):
    """Return the folder's own number on its disk, by which a copy is told from the original.

    A record from elsewhere may name any file of this computer as its images.
    """
    return folder.stat().st_ino
