"""What ``import ganlab`` gives: every module, Keras and TensorFlow, each when it is asked for."""

import importlib.util
import subprocess
import sys

import pytest

import ganlab
from tools import modules


@pytest.mark.slow
def test_everything_is_there_for_the_asking():
    program = """
import sys, ganlab
assert "ganlab.losses" not in sys.modules and "tensorflow" not in sys.modules
assert ganlab.latents.sample(1, 2, seed=0).shape == (1, 2)
assert ganlab.metrics.nearest_neighbors
assert "tensorflow" not in sys.modules
from ganlab import keras, tf
assert keras is sys.modules["keras"] is ganlab.keras and tf is sys.modules["tensorflow"]
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_completion_lists_the_modules_and_nothing_private():
    names = dir(ganlab)
    assert {*modules.public("ganlab"), "keras", "tf", "__version__"} <= set(names)
    assert {name for name in names if name.startswith("_")} <= vars(ganlab).keys()
    assert names == sorted(names)


@pytest.mark.parametrize("name", ["nonsense", "_private", "losses2"])
def test_a_name_that_does_not_exist(name):
    with pytest.raises(AttributeError, match=f"module 'ganlab' has no attribute '{name}'"):
        getattr(ganlab, name)
    assert not hasattr(ganlab, name)
    with pytest.raises(ImportError, match=f"cannot import name '{name}' from 'ganlab'"):
        exec(f"from ganlab import {name}")


def test_a_module_whose_own_import_fails_says_so(tmp_path, monkeypatch):
    """A missing dependency must not look like a missing module."""
    (tmp_path / "needy.py").write_text("import a_package_that_is_not_installed")
    monkeypatch.setattr(ganlab, "__path__", [*ganlab.__path__, str(tmp_path)])
    assert importlib.util.find_spec("ganlab.needy")
    with pytest.raises(ModuleNotFoundError, match="a_package_that_is_not_installed"):
        _ = ganlab.needy
