"""Import TensorFlow and Keras without their start-up lines on stderr.

TensorFlow's C++ runtime writes half a dozen lines about its build to file descriptor 2
before any log level takes effect. Jupyter stores them as errors under the first cell,
with times and process numbers that never repeat. Here the descriptor points to a
temporary file while TensorFlow starts; afterwards every line that is not known to be
harmless is passed on, so that a real problem is still seen.

No operation runs: devices, threads and memory growth can be set after this import.
"""

import contextlib
import json
import os
import pathlib
import sys
import tempfile

_HARMLESS = (
    "All log messages before absl::InitializeLog",
    "oneDNN custom operations are on",
    "Could not find cuda drivers on your machine",
    "This TensorFlow binary is optimized to use available CPU instructions",
    "To enable the following instructions",
    "failed call to cuInit",
    "Unable to register cuDNN factory",
    "Unable to register cuBLAS factory",
    "Unable to register cuFFT factory",
    "computation placer already registered",
)


def _chosen_backend():
    """Return the backend that Keras has or will take, without importing it."""
    if "keras" in sys.modules:
        return sys.modules["keras"].backend.backend()
    home = pathlib.Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser()
    settings = {}
    with contextlib.suppress(OSError, ValueError):
        settings = json.loads((home / "keras.json").read_text(encoding="utf-8"))
    return os.environ.get("KERAS_BACKEND") or settings.get("backend", "tensorflow")


def _check_setting(name, expected, received):
    if received != expected:
        raise ImportError(
            f"ganlab needs Keras on TensorFlow with its usual settings: expected the Keras {name} "
            f"{expected!r}, received {received!r}. Unset the variable KERAS_BACKEND, take the "
            "setting out of keras.json (in ~/.keras), and start Python anew"
        )


@contextlib.contextmanager
def _start_up_lines_hidden():
    try:
        captured = tempfile.TemporaryFile()
    except OSError:  # nowhere to keep the lines: better to show them all
        yield
        return
    with contextlib.suppress(AttributeError, OSError, ValueError):  # none, or a closed one
        sys.stderr.flush()
    with captured:
        stderr = os.dup(2)
        os.dup2(captured.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            captured.seek(0)
            for line in captured.read().splitlines(keepends=True):
                text = line.decode(errors="replace")
                if text.strip() and not any(known in text for known in _HARMLESS):
                    os.write(2, line)


@contextlib.contextmanager
def _log_level(level):
    """Set the least level of TensorFlow's log, which is read once, unless the user has set it."""
    variable = "TF_CPP_MIN_LOG_LEVEL"
    if variable in os.environ:
        yield
        return
    os.environ[variable] = level
    try:
        yield
    finally:
        del os.environ[variable]


def _open_stderr():
    """Lead a closed descriptor 2 nowhere: else the next file to be opened got its number."""
    try:
        os.fstat(2)
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)


_check_setting("backend", "tensorflow", _chosen_backend())
_open_stderr()
# Level 1 leaves out what XLA says of itself when it first compiles something, much later.
with _start_up_lines_hidden(), _log_level("1"):
    import tensorflow as tf

    tf.config.list_physical_devices()  # looks for GPUs, and says so where there are none
    import keras

for _name, _expected in (("image_data_format", "channels_last"), ("floatx", "float32")):
    _check_setting(_name, _expected, getattr(keras.config, _name)())

# The graph optimizer's remapper fails on the gradient of a convolution followed by leaky relu
# and says so on stderr in the middle of training; the graph it leaves is right, the noise is
# not. Training needs the values that it would fuse away, so nothing is lost without it.
tf.config.optimizer.set_experimental_options({"remapping": False})

__all__ = ["keras", "tf"]
