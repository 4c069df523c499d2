"""Safe files for weights and for whole runs.

Everything is an ``.npz`` of plain arrays: a file from elsewhere can hold wrong numbers but no
code, and a process killed in the middle of a save loses nothing older (see `ganlab.files`).
"""

import numpy as np

from ganlab import files

__all__ = ["CheckpointError", "load_weights", "read_about", "restore", "save", "save_weights"]

_ABOUT = "about"  # beside the arrays of weights, whose names all have a slash


class CheckpointError(files.FileError):
    """A file cannot be used; the message names the file and says what to do."""


def save(gan, path):
    """Save the whole state of a run: a resumed run continues as if never interrupted.

    Parameters
    ----------
    gan : training.GAN
        Compiled. Weights, moving average, both optimizers, all seed states and the step
        count are saved.
    path : path-like
        Ends in ``.npz``. Replaced in one step.
    """
    _write(path, _state(gan))


def restore(gan, path):
    """Put a state written by `save` into an equally built and compiled GAN.

    Raises
    ------
    CheckpointError
        Also for the state of a GAN built differently. The GAN is then unchanged.
    """
    _assign(_state(gan), _read(path), path)


def save_weights(model, path, *, about=None):
    """Save a model's weights, as `load_weights` reads them.

    Parameters
    ----------
    model : keras.Model
    path : path-like
        Ends in ``.npz``. Replaced in one step.
    about : str, optional
        A text kept beside the weights, such as what is needed to build the model again.

    Returns
    -------
    str
        The sha256 of the file.
    """
    note = {} if about is None else {_ABOUT: np.array(about)}
    _write(path, _weights(model), **note)
    return files.sha256(path)


def read_about(path):
    """Return the text that `save_weights` kept beside the weights; empty where there is none."""
    return str(_read(path).get(_ABOUT, ""))


def load_weights(model, path):
    """Load weights into an equally built model.

    Raises
    ------
    CheckpointError
        Also for the weights of another model. The model is then unchanged.
    """
    arrays = _read(path)
    arrays.pop(_ABOUT, None)
    _assign(_weights(model), arrays, path)


def _weights(model):
    """Name the weights. Names of layers are unique in a model, names of variables are not."""
    return {
        f"{layer.name}/{variable.name}/{index}": variable
        for layer in model.layers
        for index, variable in enumerate(layer.weights)
    }


def _state(gan):
    """Name everything that changes while a GAN is trained."""
    if gan.g_optimizer is None:
        raise ValueError("expected a compiled GAN, received one without optimizers")
    owners = {
        "generator": gan.generator.variables,
        "discriminator": gan.discriminator.variables,
        "g_optimizer": gan.g_optimizer.variables,
        "d_optimizer": gan.d_optimizer.variables,
        "gan": [gan.steps, gan.seed_generator.state],
    }
    if gan.generator_ema is not None:
        owners["generator_ema"] = gan.generator_ema.variables
    return {
        f"{owner}/{index:03d}/{variable.name}": variable
        for owner, variables in owners.items()
        for index, variable in enumerate(variables)
    }


def _assign(variables, arrays, path):
    """Check everything first, then assign, so that no error leaves half a state."""
    missing = sorted(variables.keys() - arrays.keys())
    surplus = sorted(arrays.keys() - variables.keys())
    if missing or surplus:
        raise CheckpointError(
            f"{path}: made by a model built differently: expected {len(variables)} arrays, "
            f"received {len(arrays)}; missing {missing[:3]}, unknown {surplus[:3]}."
        )
    for key, variable in variables.items():
        if arrays[key].shape != tuple(variable.shape):
            raise CheckpointError(
                f"{path}: made by a model built differently: expected {key} of shape "
                f"{tuple(variable.shape)}, received {arrays[key].shape}."
            )
    for key, variable in variables.items():
        variable.assign(arrays[key].astype(variable.dtype, copy=False))


def _read(path):
    try:
        return files.read_npz(path)
    except files.FileError as error:
        raise CheckpointError(f"{error}. Use an older file, or train again") from error


def _write(path, variables, **note):
    values = {key: variable.numpy() for key, variable in variables.items()}
    # Weights are as good as noise: compressing them costs time and saves nothing.
    files.write_npz(path, note | values, compressed=False)
