"""What went wrong in a training: its record, and the rules that name a failure from it alone.

`monitor` trains a GAN and writes the record, `record` says what one is, `symptoms` reads it;
the last two need NumPy only.
"""

from ganlab.diagnosis.record import COLUMNS, Record, load_records, save_records
from ganlab.diagnosis.symptoms import SYMPTOMS, Diagnosis, Symptom, diagnose

__all__ = [
    "COLUMNS",
    "Diagnosis",
    "Record",
    "SYMPTOMS",
    "Symptom",
    "diagnose",
    "load_records",
    "save_records",
]
