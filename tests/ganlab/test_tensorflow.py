"""The import of TensorFlow: quiet, and without a decision that is the user's to make.

Each test needs a Python that has not imported it yet.
"""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

FIRST_OPERATIONS = """
import numpy as np
from ganlab import keras, losses, tf
tf.constant(0.0) + 1.0
tf.function(lambda x: tf.nn.relu(x @ x + 1.0), jit_compile=True)(tf.ones((16, 16)))
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
for jit_compile in (False, True):
    model.compile("adam", "mse", jit_compile=jit_compile)
    model.fit(np.zeros((8, 4)), np.zeros((8, 3)), verbose=0)
print(losses.hinge.chance)
"""


def run(program, *, environment=None, **settings):
    """Run a program in a Python of its own, where no start-up line is hidden by a variable."""
    hidden = {"TF_CPP_MIN_LOG_LEVEL", "CUDA_VISIBLE_DEVICES", "KERAS_BACKEND"}
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    settings = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | settings
    command = [sys.executable, "-c", program]
    return subprocess.run(command, env=kept | (environment or {}), timeout=300, **settings)


def test_no_start_up_line_reaches_stderr():
    """Jupyter would store each under a cell, as an error with a time that never repeats."""
    done = run(FIRST_OPERATIONS)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "(2.0, 0.0)\n")


def test_a_log_level_of_the_user_stays_and_real_lines_are_passed_on():
    program = """
import os, sys
class Loud:
    def find_spec(self, name, *_):
        if name == "keras":
            sys.meta_path.remove(self)
            os.write(2, b"a real problem\\n")
sys.meta_path.insert(0, Loud())
import ganlab.losses
print(os.environ.get("TF_CPP_MIN_LOG_LEVEL"))
"""
    done = run(program)
    assert (done.stdout, done.stderr) == ("None\n", "a real problem\n")
    assert run(program, environment={"TF_CPP_MIN_LOG_LEVEL": "0"}).stdout == "0\n"


def test_devices_threads_and_memory_can_be_set_after_every_import():
    done = run("""
import importlib, pkgutil, ganlab
for found in pkgutil.walk_packages(ganlab.__path__, "ganlab."):
    importlib.import_module(found.name)
from ganlab import tf
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
tf.config.set_soft_device_placement(False)
(processor,) = tf.config.list_physical_devices("CPU")
for gpu in tf.config.list_physical_devices("GPU"):
    tf.config.experimental.set_memory_growth(gpu, True)
parts = [tf.config.LogicalDeviceConfiguration()] * 2
tf.config.set_logical_device_configuration(processor, parts)
print(len(tf.config.list_logical_devices("CPU")))
""")
    assert (done.stdout, done.stderr) == ("2\n", "")


@pytest.mark.parametrize("backend", ["jax", "torch", "nonsense"])
def test_another_backend_gets_a_sentence(backend):
    done = run("from ganlab import losses", environment={"KERAS_BACKEND": backend})
    sentence = done.stderr.splitlines()[-1]
    assert done.returncode == 1
    assert sentence.startswith("ImportError: ganlab needs Keras on TensorFlow")
    assert f"expected the Keras backend 'tensorflow', received {backend!r}" in sentence


@pytest.mark.parametrize(
    "setting", [("backend", "jax"), ("image_data_format", "channels_first"), ("floatx", "float16")]
)
def test_so_do_settings_in_the_file_of_keras(tmp_path, setting):
    (tmp_path / "keras.json").write_text(json.dumps(dict([setting])))
    done = run("from ganlab import losses", environment={"KERAS_HOME": str(tmp_path)})
    name, value = setting
    assert f"expected the Keras {name}" in done.stderr.splitlines()[-1]
    assert f"received {value!r}" in done.stderr.splitlines()[-1]


def test_the_variable_wins_over_the_file(tmp_path):
    (tmp_path / "keras.json").write_text('{"backend": "torch"}')
    chosen = {"KERAS_HOME": str(tmp_path), "KERAS_BACKEND": "tensorflow"}
    assert run("from ganlab import losses", environment=chosen).returncode == 0


def test_without_stderr_everything_works_and_no_file_takes_its_number():
    program = "import os, sys\nassert sys.stderr is None" + FIRST_OPERATIONS
    program += "print(open(os.devnull).fileno() > 2)"
    done = run(program, stderr=None, preexec_fn=lambda: os.close(2))
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "True")


def test_without_a_temporary_folder_everything_works():
    done = run(
        "import tempfile; tempfile.tempdir = '/none/such'\nimport ganlab.losses\nprint('in')",
    )
    assert (done.returncode, done.stdout) == (0, "in\n")
