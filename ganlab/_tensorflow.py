"""Imports TensorFlow and Keras without their start-up lines on stderr.

TensorFlow's C++ runtime writes half a dozen lines about its build to file descriptor 2
before any log level takes effect. Jupyter stores them as errors under the first cell,
with times and process numbers that never repeat. Here the descriptor points to a
temporary file while TensorFlow starts; afterwards every line that is not known to be
harmless is passed on, so that a real problem is still seen.
"""

import contextlib
import os
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
    "disabling MLIR crash reproducer",
    "XLA service 0x",
    "StreamExecutor [",
    "Compiled cluster using XLA!",
)


@contextlib.contextmanager
def _start_up_lines_hidden():
    sys.stderr.flush()
    with tempfile.TemporaryFile() as captured:
        stderr = os.dup(2)
        os.dup2(captured.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            captured.seek(0)
            for line in captured.read().splitlines(keepends=True):
                text = line.decode(errors="replace")
                if text.strip() and not any(known in text for known in _HARMLESS):
                    os.write(2, line)
            os.close(stderr)


with _start_up_lines_hidden():
    import tensorflow as tf

    # The first operation and the device probe print lines of their own: provoke them here.
    tf.config.list_physical_devices()
    tf.constant(0.0) + 1.0
    # XLA and its compiler introduce themselves at the first product that they compile.
    tf.function(lambda x: tf.nn.relu(x @ x + 1.0), jit_compile=True)(tf.ones((16, 16)))
    import keras

# The graph optimizer's remapper fails on the gradient of a convolution followed by leaky relu
# and says so on stderr in the middle of training; the graph it leaves is right, the noise is
# not. Training needs the values that it would fuse away, so nothing is lost without it.
tf.config.optimizer.set_experimental_options({"remapping": False})

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        "ganlab needs Keras on TensorFlow: expected the Keras backend 'tensorflow', "
        f"received {keras.backend.backend()!r}. Unset KERAS_BACKEND, or set it to 'tensorflow'."
    )

__all__ = ["keras", "tf"]
