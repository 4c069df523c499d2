"""The failure laboratory: one call breaks a healthy training in a named way.

A `Failure` is a value: a healthy setup and the changes that break it. `run` trains either and
returns its record, and `ganlab.diagnosis.diagnose` names the failure from the record alone:

>>> sorted(ALL)[:3]
['batch_norm_mode', 'dead_generator', 'discriminator_wins']
"""

from classroom.failures.catalog import ALL, Failure, run
from classroom.failures.healthy import DIGITS, RING, Setup
from classroom.failures.recorded import load_gallery, load_runs, load_table

__all__ = [
    "ALL",
    "DIGITS",
    "RING",
    "Failure",
    "Setup",
    "load_gallery",
    "load_runs",
    "load_table",
    "run",
]
