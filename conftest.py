"""Settings of every test run, of ``pytest --nbval`` on a single notebook too.

Everything here must happen before TensorFlow starts, in this process, in the workers of
pytest-xdist and in the kernels of the notebooks: it is handed down in environment variables.
"""

import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

import matplotlib

import tasks

ROOT = Path(__file__).parent

# The processor alone and two threads: what the stored numbers were computed with. A run in
# another mode, such as ONEDNN_MAX_CPU_ISA=SSE41 or TF_NUM_INTRAOP_THREADS=1, sets it outside.
for name, value in tasks.COMPUTING.items():
    os.environ.setdefault(name, value)

# Without a network, and not around it through a proxy on this machine either.
NO_NETWORK = str(ROOT / "tests" / "no_network")
if NO_NETWORK not in os.environ.get("PYTHONPATH", "").split(os.pathsep):
    others = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = NO_NETWORK + (os.pathsep + others if others else "")
for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
guard = importlib.util.spec_from_file_location("no_network", f"{NO_NETWORK}/sitecustomize.py")
guard.loader.exec_module(importlib.util.module_from_spec(guard))

# Tests draw without a window; a kernel puts figures into its notebook unless a variable forbids.
os.environ.pop("MPLBACKEND", None)
matplotlib.use("agg")


def pytest_configure(config):
    config.option.nbval_current_env = True  # whatever kernel the notebook was saved under
    config.option.nbval_kernel_startup_timeout = 180
    config.option.nbval_cell_timeout = 900
    config.option.nbval_sanitize_with = str(ROOT / "tests" / "notebooks" / "approximate.cfg")
    if config.getoption("dist", "no") == "load":
        config.option.dist = "loadfile"  # a notebook is one kernel: its cells stay together
    if "PYTEST_XDIST_WORKER" not in os.environ:
        # Start-up files and settings of the user's own IPython must not reach a notebook.
        os.environ["IPYTHONDIR"] = tempfile.mkdtemp(prefix="ganlab-ipython-")
        config.add_cleanup(lambda: shutil.rmtree(os.environ["IPYTHONDIR"], ignore_errors=True))


def pytest_ignore_collect(collection_path, config):
    """Leaves the browser out, unless the command names its folder or a file in it."""
    folder = ROOT / "tests" / "browser"
    if collection_path != folder:
        return None
    named = [(config.invocation_params.dir / name.split("::")[0]) for name in config.args]
    return None if any(path == folder or folder in path.parents for path in named) else True
