"""What thirty learners need of one machine: memory and computing of a notebook's kernel.

Each notebook is executed as a learner would, while another kernel holds the same libraries: what
is mapped from files is then shared, as it is on a machine with thirty kernels. The memory that a
kernel has for itself (its unique set size) times thirty, and once what they share, is what the
class needs. Whether that holds is tried with a few kernels at the same time.
"""

import concurrent.futures
import contextlib
import pathlib
import statistics
import sys
import threading
import time

import nbformat
import psutil
from nbclient import NotebookClient

from benchmarks import record

__all__ = ["LEARNERS", "NAME", "measure", "report"]

NAME = "classroom"
LEARNERS = 30
TOGETHER = 3  # kernels of the trial
TRIAL = "06_an_image_like_this_one"
CORES = (2, 8, 16, 32)  # of the machines in the table
NOTEBOOKS = pathlib.Path(__file__).parents[1] / "notebooks"
_INTERVAL = 0.25  # seconds between two looks at the memory


def measure():
    """Every notebook, then a few kernels at the same time. Linux only."""
    result = record.start(("tensorflow", "jupyterlab", "ipykernel"))
    witness = NotebookClient(nbformat.v4.new_notebook(), kernel_name="python3")
    imports = nbformat.v4.new_code_cell("from ganlab import evaluation, inversion, training")
    witness.nb.cells.append(imports)
    with witness.setup_kernel(cwd=str(NOTEBOOKS)):
        witness.execute_cell(imports, 0)
        result["notebooks"] = {}
        for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")):
            found = result["notebooks"][path.stem] = _execute(path)
            print(f"  {path.stem}: {found}", file=sys.stderr, flush=True)
    result["together"] = _together(NOTEBOOKS / f"{TRIAL}.ipynb")
    return record.finish(result)


class _Watch:
    """The memory of processes, in MiB: what each has for itself, and their fair shares."""

    def __init__(self):
        self.processes, self.private, self.shared, self.proportional = [], {}, 0.0, 0.0
        self._done = threading.Event()

    def _look(self):
        infos = {}
        for process in list(self.processes):
            with contextlib.suppress(psutil.Error):
                infos[process.pid] = process.memory_full_info()
        for pid, info in infos.items():
            self.private[pid] = max(self.private.get(pid, 0.0), info.uss / 2**20)
            self.shared = max(self.shared, (info.rss - info.uss) / 2**20)
        total = sum(info.pss for info in infos.values()) / 2**20
        self.proportional = max(self.proportional, total)

    def __enter__(self):
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def _run(self):
        while not self._done.wait(_INTERVAL):
            self._look()

    def __exit__(self, *error):
        self._done.set()
        self._thread.join()


def _execute(path, watch=None):
    """Seconds and CPU seconds of a notebook and of its longest cell, MiB at the peak and after."""
    book = nbformat.read(path, as_version=4)
    client = NotebookClient(book, kernel_name="python3", timeout=1800)
    with contextlib.ExitStack() as stack:
        stack.enter_context(client.setup_kernel(cwd=str(path.parent)))
        watch = watch or stack.enter_context(_Watch())
        kernel = psutil.Process(client.km.provisioner.pid)
        watch.processes.append(kernel)
        cells = []
        for index, cell in enumerate(book.cells):
            begin, cpu = time.perf_counter(), sum(kernel.cpu_times()[:2])
            client.execute_cell(cell, index)
            cells.append((sum(kernel.cpu_times()[:2]) - cpu, time.perf_counter() - begin))
        after = kernel.memory_full_info().uss / 2**20
        watch.processes.remove(kernel)
    return {
        "seconds": round(sum(wall for _, wall in cells), 1),
        "cpu_seconds": round(sum(cpu for cpu, _ in cells), 1),
        "longest_cell_cpu_seconds": round(max(cells)[0], 1),
        "private_mib": round(watch.private[kernel.pid]),
        "private_after_mib": round(after),
        "shared_mib": round(watch.shared),
    }


def _together(path):
    """Several kernels with one notebook: what they hold in all, and what one would expect."""
    with _Watch() as watch, concurrent.futures.ThreadPoolExecutor(TOGETHER) as pool:
        each = list(pool.map(lambda _: _execute(path, watch), range(TOGETHER)))
    private = sum(found["private_mib"] for found in each)
    return {
        "notebook": path.stem,
        "kernels": TOGETHER,
        "measured_mib": round(watch.proportional),
        "expected_mib": round(private + watch.shared),
    }


def needed(found):
    """MiB that LEARNERS kernels with a notebook need at their peak."""
    return LEARNERS * found["private_mib"] + found["shared_mib"]


def report(result):
    """Return the tables of a result, in Markdown."""
    rows = [
        (
            name,
            *(found[key] for key in ("private_mib", "private_after_mib", "shared_mib")),
            f"{needed(found) / 1024:.1f}",
            f"{found['cpu_seconds']:.0f}",
        )
        for name, found in result["notebooks"].items()
    ]
    header = (
        *("notebook", "a kernel's own, MiB", "after the last cell", "shared, MiB"),
        *(f"{LEARNERS} kernels, GiB", "CPU s"),
    )
    worst = max(result["notebooks"].values(), key=needed)
    trial = result["together"]
    cells = [found["longest_cell_cpu_seconds"] for found in result["notebooks"].values()]
    longest, usual = max(cells), statistics.median(cells)
    cores = [(count, *(f"{LEARNERS * s / count:.0f}" for s in (usual, longest))) for count in CORES]
    return "\n\n".join(
        (
            record.table(header, rows),
            f"{LEARNERS} learners with the same notebook at the same time need at most "
            f"{needed(worst) / 1024:.0f} GiB. The peaks of learners seldom meet: this is the safe "
            f"number. {trial['kernels']} kernels that executed {trial['notebook']} together held "
            f"{trial['measured_mib'] / 1024:.1f} GiB at their peak, where this reckoning expects "
            f"{trial['expected_mib'] / 1024:.1f}.",
            f"If all {LEARNERS} press the same button at once, the longest cell of a notebook "
            "keeps the class waiting for",
            record.table(("cores", "median of the notebooks, s", "the longest of all, s"), cores),
        )
    )
