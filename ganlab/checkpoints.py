"""Safe files for weights and for whole runs.

Everything is an ``.npz`` of plain arrays: a file from elsewhere can hold wrong numbers but no
code, and a process killed in the middle of a save loses nothing older (see `ganlab.files`).
"""

import re

import numpy as np

from ganlab import files

__all__ = ["CheckpointError", "load_weights", "read_notes", "restore", "save", "save_weights"]


class CheckpointError(files.FileError):
    """A file cannot be used; the message names the file and says what to do."""


def save(gan, path, *, notes=None):
    """Save the whole state of a run: a resumed run continues as if never interrupted.

    Parameters
    ----------
    gan : training.GAN
        Compiled. Weights, moving average, both optimizers, all seed states and the step
        count are saved.
    path : path-like
        Ends in ``.npz``. Replaced in one step.
    notes : dict of str to str or array, optional
        Kept beside the state, for `read_notes`; names without a slash.
    """
    _write(path, _state(gan), notes)


def restore(gan, path):
    """Put a state written by `save` into an equally built and compiled GAN.

    Raises
    ------
    CheckpointError
        Also for the state of a GAN built differently. The GAN is then unchanged.
    """
    _assign(_state(gan), _read(path), path)


def save_weights(model, path, *, notes=None):
    """Save a model's weights, as `load_weights` reads them.

    Parameters
    ----------
    model : keras.Model
    path : path-like
        Ends in ``.npz``. Replaced in one step.
    notes : dict of str to str or array, optional
        Kept beside the weights, such as what is needed to build the model again.

    Returns
    -------
    str
        The sha256 of the file.
    """
    _write(path, _weights(model), notes)
    return files.sha256(path)


def read_notes(path, names, *, limit=files.LIMIT):
    """Return what `save` or `save_weights` kept beside the weights.

    Parameters
    ----------
    path : path-like
    names : sequence of str
        The notes to read where the file has them; nothing else is taken into memory.
    limit : int
        Bytes in all of them, at most.

    Returns
    -------
    dict of str to array
    """
    return _read(path, names=(), optional=names, limit=limit)


def load_weights(model, path, *, checksum=None):
    """Load weights into an equally built model.

    Parameters
    ----------
    model : keras.Model
    path : path-like
    checksum : str, optional
        The sha256 that the file must have.

    Raises
    ------
    CheckpointError
        Also for the weights of another model. The model is then unchanged.
    """
    _assign(_weights(model), _read(path, checksum=checksum), path)


def _weights(model):
    """Name the weights. Names of layers are unique in a model, names of variables are not."""
    named = {
        f"{layer.name}/{variable.name}/{index}": variable
        for layer in model.layers
        for index, variable in enumerate(layer.weights)
    }
    in_layers = {id(variable) for variable in named.values()}
    own = [variable for variable in model.weights if id(variable) not in in_layers]
    return named | {f"own/{variable.name}/{index}": variable for index, variable in enumerate(own)}


def _state(gan):
    """Name everything that changes while a GAN is trained."""
    if gan.g_optimizer is None:
        raise ValueError("expected a compiled GAN, received one without optimizers")
    owners = {
        "generator": gan.generator.variables,
        "discriminator": gan.discriminator.variables,
        "g_optimizer": gan.g_optimizer.variables,
        "d_optimizer": gan.d_optimizer.variables,
        "gan": [gan.step_count, gan.seed_generator.state],
    }
    if gan.generator_ema is not None:
        owners["generator_ema"] = gan.generator_ema.variables
    return {
        f"{owner}/{index:03d}/{variable.name}": variable
        for owner, variables in owners.items()
        for index, variable in enumerate(variables)
    }


def _assign(variables, arrays, path):
    """Check and convert everything first, then assign, so that no error leaves half a state."""
    arrays = {name: values for name, values in arrays.items() if "/" in name}
    if [*map(_unnumbered, arrays)] == [*map(_unnumbered, variables)]:
        arrays = dict(zip(variables, arrays.values(), strict=True))
    missing = sorted(variables.keys() - arrays.keys())
    surplus = sorted(arrays.keys() - variables.keys())
    if missing or surplus:
        raise CheckpointError(
            f"{path}: made by a model built differently: expected {len(variables)} arrays, "
            f"received {len(arrays)}; missing {missing[:3]}, unknown {surplus[:3]}."
        )
    values = {key: _fitting(arrays[key], variables[key], key, path) for key in variables}
    for key, variable in variables.items():
        variable.assign(values[key])


def _unnumbered(key):
    """Return the name of a variable without the numbers that Keras gives to unnamed layers.

    Keras counts through a session: dense_2 is dense_6 where the network is built once more.
    """
    return re.sub(r"(?<=[a-z])_\d+(?=[_/]|$)", "", key)


def _fitting(values, variable, key, path):
    """Return an array as the variable's type; refuse another shape or kind, or what is no value."""
    shape, dtype = tuple(variable.shape), np.dtype(variable.dtype)
    if values.shape != shape:
        raise CheckpointError(
            f"{path}: made by a model built differently: expected {key} of shape "
            f"{shape}, received {values.shape}."
        )
    with np.errstate(over="ignore", invalid="ignore"):
        converted = values.astype(dtype, copy=False) if values.dtype.kind in "biuf" else None
        kept = converted is not None and np.isfinite(converted).all()
        if kept and dtype.kind != "f":
            kept = values.dtype.kind != "f" and (converted == values).all()
    if not kept:
        raise CheckpointError(
            f"{path}: expected {key} of finite values that fit into {dtype}, "
            f"received {values.dtype} with others."
        )
    return converted


def _read(path, **options):
    try:
        return files.read_npz(path, **options)
    except files.FileError as error:
        advice = "" if options.get("checksum") else ". Use an older file, or train again"
        raise CheckpointError(f"{error}{advice}") from error


def _write(path, variables, notes):
    notes = {name: np.asarray(note) for name, note in (notes or {}).items()}
    if any("/" in name for name in notes):
        raise ValueError(f"expected names of notes without a slash, received {list(notes)}")
    values = {key: variable.numpy() for key, variable in variables.items()}
    # Weights are as good as noise: compressing them costs time and saves nothing.
    files.write_npz(path, notes | values, compressed=False)
