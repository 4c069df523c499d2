"""Safe files for weights and for whole runs.

Everything is a plain ``.npz`` of arrays. It is read with ``allow_pickle=False``, so that a
file from elsewhere can hold wrong numbers but no code, and written to a temporary name,
synced and renamed, so that a process killed in the middle of a save loses nothing older.
"""

import pathlib
import zipfile

import numpy as np

from ganlab import files

__all__ = ["CheckpointError", "load_weights", "read_about", "restore", "save", "save_weights"]

_ABOUT = "about"  # beside the arrays of weights, whose names all have a slash


class CheckpointError(ValueError):
    """A file cannot be used; the message names the file and says what to do."""


def save(gan, path):
    """Saves the whole state of a run: a resumed run continues as if never interrupted.

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
    """Puts a state written by `save` into an equally built and compiled GAN.

    Raises
    ------
    CheckpointError
        If the file is missing, truncated, or of a GAN built differently. The GAN is then
        unchanged.
    """
    _assign(_state_variables(gan), _read(path), path)


def save_weights(model, path, *, about=None):
    """Saves a model's weights, as `load_weights` reads them. Returns the file's sha256.

    Parameters
    ----------
    model : keras.Model
    path : path-like
        Ends in ``.npz``. Replaced in one step.
    about : str, optional
        A text kept beside the weights, such as what is needed to build the model again.
    """
    note = {} if about is None else {_ABOUT: np.array(about)}
    _write(path, note | _arrays(_weights(model)))
    return files.sha256(path)


def read_about(path):
    """The text that `save_weights` kept beside the weights; empty where there is none.

    Raises
    ------
    CheckpointError
        If the file is missing or damaged.
    """
    return str(_read(path).get(_ABOUT, ""))


def load_weights(model, path, *, sha256=None):
    """Loads weights into an equally built model.

    Parameters
    ----------
    model : keras.Model
    path : path-like
    sha256 : str, optional
        Expected checksum of the file.

    Raises
    ------
    CheckpointError
        If the file is missing, damaged, not the expected one, or of another model. The
        model is then unchanged.
    """
    if sha256 is not None:
        try:
            found = files.sha256(path)
        except OSError as error:
            raise CheckpointError(f"{path}: cannot be read ({error.strerror}).") from error
        if found != sha256:
            raise CheckpointError(
                f"{path}: expected sha256 {sha256}, received {found}. The file is damaged or "
                "not the one that was published: restore it, for example with git checkout."
            )
    arrays = _read(path)
    arrays.pop(_ABOUT, None)
    _assign(_weights(model), arrays, path)


def _weights(model):
    """Weights by name. Names of layers are unique in a model, names of variables are not."""
    return {
        f"{layer.name}/{variable.name}/{index}": variable
        for layer in model.layers
        for index, variable in enumerate(layer.weights)
    }


def _state_variables(gan):
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


def _state(gan):
    return _arrays(_state_variables(gan))


def _arrays(variables):
    return {key: variable.numpy() for key, variable in variables.items()}


def _assign(variables, arrays, path):
    """Checks everything first, then assigns, so that no error leaves half a state."""
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
        # Opened here, so that it is closed whatever np.load finds in it.
        with open(path, "rb") as file:
            archive = np.load(file, allow_pickle=False)
            return {key: archive[key] for key in archive.files}
    except FileNotFoundError:
        raise CheckpointError(f"{path}: no such file.") from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, AttributeError) as error:
        raise CheckpointError(
            f"{path}: not a complete checkpoint ({error}). Use an older one, or train again."
        ) from error


def _write(path, arrays):
    path = pathlib.Path(path)
    if path.suffix != ".npz":
        raise ValueError(f"expected a path that ends in .npz, received {str(path)!r}")
    with files.replaced(path) as file:
        np.savez(file, **arrays)
