"""Execute the notebooks of the series, and have the site built from them.

Called by tasks.py inside the environment: ``python -m tools.series run``, ``... execute`` or
``... site``.
Outputs are stored the same way every time (no times, no widget state, no version of Python), so
that a notebook changes only where its content does.
"""

import argparse
import dataclasses
import os
import re
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

import nbformat
import psutil
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from ganlab import files
from tasks import Stop, Ticker, say, status_of
from tools import pages, pictures

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS, SITE = ROOT / "notebooks", ROOT / "site"
SECONDS, BYTES = 90, 1.5e9  # the budget of one notebook on two cores
CELL_TIMEOUT = 1800  # seconds; far beyond the budget, for slow machines


def lessons():
    """Return the paths of the notebooks in reading order, without the solutions."""
    return sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


def solutions():
    """Return the paths of the notebooks of solutions in reading order."""
    return sorted((NOTEBOOKS / "solutions").glob("[0-9][0-9]_*.ipynb"))


def notebooks(names=()):
    """Return the paths of all notebooks, solutions last, or of those called for.

    Parameters
    ----------
    names : sequence of str
        Paths, file names with or without .ipynb, or numbers such as 02.

    Raises
    ------
    Stop
        If a name belongs to no notebook, or there are none.
    """
    known = lessons() + solutions()
    if not known:
        raise Stop("There are no notebooks in notebooks/.")
    if not names:
        return known
    found = []
    for name in names:
        matches = [
            path
            for path in known
            if Path(name).resolve() == path
            or name in (path.name, path.stem, path.name[:2], path.relative_to(NOTEBOOKS).as_posix())
        ]
        if not matches:
            raise Stop(
                f"There is no notebook {name!r}: expected a path, a name or a number of "
                + ", ".join(path.stem for path in known)
                + "."
            )
        found += [path for path in matches if path not in found]
    return found


@dataclasses.dataclass
class Execution:
    """What came of executing one notebook: seconds, peak bytes of its kernel, error or None.

    ``cells`` has the seconds of each cell that was begun, the last one that failed too.
    """

    seconds: float = 0.0
    peak: int = 0
    error: str | None = None
    cells: list[float] = dataclasses.field(default_factory=list)

    def __str__(self):
        text = f"{self.seconds:.0f} s, {self.peak / 1e6:.0f} MB"
        if self.error is None and self.seconds > SECONDS:
            text += f" (over the budget of {SECONDS} s)"
        if self.error is None and self.peak > BYTES:
            text += f" (over the budget of {BYTES / 1e6:.0f} MB)"
        return text


class Memory:
    """The largest memory a process has held, in bytes, as far as the system tells."""

    def __init__(self, pid):
        self.process = psutil.Process(pid)
        self.peak = 0

    def look(self):
        try:
            info = self.process.memory_info()
            known = getattr(info, "peak_wset", info.rss)  # Windows keeps the peak
            status = Path(f"/proc/{self.process.pid}/status")
            if status.exists():  # and so does Linux
                known = 1024 * int(re.search(r"VmHWM:\s*(\d+)", status.read_text())[1])
            self.peak = max(self.peak, known)
        except (psutil.Error, OSError, TypeError):
            pass  # the process has ended


class Progress(Ticker):
    """A ticker that also looks at the memory of the kernel."""

    memory = None

    def line(self):
        if self.memory is not None:
            self.memory.look()
        return super().line()


def execute(notebook, folder, *, label=""):
    """Execute a notebook in place, in a new kernel that starts in `folder`.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Its outputs are replaced; after an error those of later cells are gone.
    folder : Path
        The working folder of the kernel.
    label : str
        What stands in the progress line.

    Returns
    -------
    Execution
    """
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=CELL_TIMEOUT,
        startup_timeout=180,
        store_widget_state=False,
        record_timing=False,
        coalesce_streams=True,
    )
    empty(notebook)
    result = Execution()
    start = time.monotonic()
    # A start-up file or a setting of the user's own IPython must not change an output.
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        open(os.path.join(profile, "stderr"), "w+") as stderr,
        Progress(label) as progress,
    ):
        environment = dict(os.environ, IPYTHONDIR=profile)
        try:
            # Not client.execute(): that one answers Ctrl-C with an error of the cell.
            with client.setup_kernel(cwd=str(folder), env=environment, stderr=stderr):
                progress.memory = memory = Memory(client.km.provisioner.pid)
                try:
                    for index, cell in enumerate(notebook.cells):
                        progress.text = f"cell {index + 1} of {len(notebook.cells)}"
                        began = time.monotonic()
                        try:
                            client.execute_cell(
                                cell, index, execution_count=client.code_cells_executed + 1
                            )
                        finally:
                            result.cells.append(time.monotonic() - began)
                        memory.look()
                finally:
                    result.peak = memory.peak
        except CellExecutionError as error:
            result.error = f"{where(client, cell)}: {error.ename}: {error.evalue}"
        except CellTimeoutError:
            result.error = f"{where(client, cell)}: no end after {CELL_TIMEOUT} s"
        except DeadKernelError:
            stderr.seek(0)
            last = "".join(stderr.read().strip().splitlines()[-1:])
            result.error = f"{where(client, cell)}: the kernel died (out of memory?) {last}"
        except (NoSuchKernel, OSError, RuntimeError) as error:
            result.error = f"the kernel failed: {error}"
    result.seconds = time.monotonic() - start
    return result


def empty(notebook):
    """Remove all outputs from a notebook."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None


def where(client, cell):
    """Name the cell that is being executed by number and first line."""
    first = next((line for line in cell.source.splitlines() if line.strip()), "")
    return f"In [{client.code_cells_executed}], which begins `{first.strip()}`"


KEPT = ("tags", "jupyter", "slideshow")  # metadata of a cell that somebody wrote on purpose


def clean(notebook):
    """Remove from an executed notebook what differs from one execution to the next."""
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
                "name": "python3",
            },
            "language_info": {
                "codemirror_mode": {"name": "ipython", "version": 3},
                "file_extension": ".py",
                "mimetype": "text/x-python",
                "name": "python",
                "nbconvert_exporter": "python",
                "pygments_lexer": "ipython3",
            },
        }
    )
    for cell in notebook.cells:
        kept = {key: value for key, value in cell.metadata.items() if key in KEPT and value}
        cell.metadata = nbformat.from_dict(kept)
        for output in cell.get("outputs", ()):
            # A reference to widget state, which is not stored; its number changes every time.
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
            if output.output_type == "error":
                output.traceback = [without_paths(line) for line in output.traceback]


def without_paths(text):
    """Replace the folders of this machine in a traceback by paths within the project."""
    folders = {str(ROOT): "", sysconfig.get_path("purelib"): "site-packages"}
    folders[sysconfig.get_path("stdlib")] = "python"
    home = str(Path.home())
    for folder, name in sorted(folders.items(), key=lambda item: -len(item[0])):
        for spelling in (folder, folder.replace(home, "~", 1)):
            text = text.replace(spelling + os.sep, f"{name}/" if name else "")
    return text


def read(path):
    return nbformat.read(path, as_version=4)


def write(notebook, path):
    """Write a notebook so that a crash leaves either the old or the new one, whole."""
    nbformat.validate(notebook)
    try:
        files.write(path, (nbformat.writes(notebook).rstrip("\n") + "\n").encode())
    except files.FileError as error:
        raise Stop(f"{error}.") from error


def execute_all(paths, keep):
    """Execute notebooks one after the other, and say how it goes.

    Parameters
    ----------
    paths : sequence of Path
    keep : callable
        Called with each path, executed notebook and Execution, one that failed too.
    """
    failed = []
    start = time.monotonic()
    for number, path in enumerate(paths, 1):
        label = f"[{number}/{len(paths)}] {path.stem}"
        notebook = read(path)
        result = execute(notebook, path.parent, label=label)
        keep(path, notebook, result)
        say(f"  {label}  {result}" + (f"  FAILED at {result.error}" if result.error else ""))
        failed += [path.stem] if result.error else []
    total = time.monotonic() - start
    say(f"{count(paths)} in {total // 60:.0f} min {total % 60:.0f} s")
    if failed:
        raise Stop(f"{len(failed)} of {len(paths)} failed: {', '.join(failed)}.")


def count(paths):
    return "1 notebook" if len(paths) == 1 else f"{len(paths)} notebooks"


def run(paths):
    """Execute the notebooks as a reader would and build the site from what came of it.

    The site is built from the outputs of this execution, which are not stored, even if some of
    them failed: the first page says which.
    """
    done, results = {}, {}

    def keep(path, notebook, result):
        clean(notebook)
        done[within(path)], results[within(path)] = notebook, result

    say(f"Executing {count(paths)}:")
    try:
        execute_all(paths, keep)
    finally:
        if len(done) == len(paths):  # it was not stopped by Ctrl-C
            pages.build(SITE, done, results=results, strict=False)
            point_to_site()


def site(paths):
    """Build the site from the stored outputs; a warning of Sphinx is an error."""
    start = time.monotonic()
    pages.build(SITE, {within(path): read(path) for path in paths})
    say(f"The site of {count(paths)} was built in {time.monotonic() - start:.0f} s.")
    point_to_site()


def within(path):
    """Return a path of the series relative to the project, with slashes."""
    return path.relative_to(NOTEBOOKS.parent).as_posix()


def point_to_site():
    say(f"Read it: {(SITE / 'index.html').as_uri()}")


def store(paths):
    """Execute the notebooks and store the outputs in them, unless one has failed."""

    def keep(path, notebook, result):
        if result.error is None:
            clean(notebook)
            pictures.shrink(notebook)
            write(notebook, path)

    execute_all(paths, keep)


def main(arguments):
    parser = argparse.ArgumentParser(prog="tools.series", description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=("run", "execute", "site"))
    parser.add_argument("notebooks", nargs="*")
    options = parser.parse_args(arguments)
    command = {"run": run, "execute": store, "site": site}[options.command]
    return status_of(lambda: command(notebooks(options.notebooks)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
