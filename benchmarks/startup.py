"""How long a fresh process takes to start: the command's help, and the measures.

Both load no TensorFlow. Each command is run once first, so that the bytecode is cached as it is
in any installation, then nine times in turn with a Python that does nothing and with what of it
is NumPy, for comparison.
"""

import os
import subprocess
import sys
import tempfile

from benchmarks import record

__all__ = ["NAME", "measure", "report"]

NAME = "startup"
ROUNDS = 9
BAR = 0.7  # seconds

COMMANDS = {
    "python -m ganlab --help": ("-m", "ganlab", "--help"),
    "import ganlab.metrics": ("-c", "import ganlab.metrics"),
    "import numpy": ("-c", "import numpy"),
    "python, nothing else": ("-c", "pass"),
}


def measure():
    result = record.start(("numpy",))
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as elsewhere:  # what is installed, not this folder

        def started(arguments):
            return lambda: subprocess.run(
                [sys.executable, *arguments],
                check=True,
                cwd=elsewhere,
                env=environment,
                stdout=subprocess.DEVNULL,
            )

        calls = {name: started(arguments) for name, arguments in COMMANDS.items()}
        for call in calls.values():
            call()
        times = record.take_turns(calls, seconds=0.0, least=ROUNDS)
    result["seconds"] = {name: record.median(values) for name, values in times.items()}
    result["fastest_seconds"] = {name: round(min(values), 4) for name, values in times.items()}
    result["rounds"] = ROUNDS
    return record.finish(result)


def report(result):
    """Return the table of a result, in Markdown."""
    rows = [
        (f"`{name}`" if "," not in name else name, f"{seconds:.2f}", f"{fastest:.2f}")
        for (name, seconds), fastest in zip(
            result["seconds"].items(), result["fastest_seconds"].values(), strict=True
        )
    ]
    header = (f"median of {result['rounds']} fresh processes", "s", "fastest, s")
    return record.table(header, rows) + f"\n\nThe bar for the first two is {BAR} s."
