"""Checks for the exercises of the notebooks: of what an answer does, not of how it is written.

    exercises.check("02.1", answer)    says what is right or wrong, in a sentence that helps
    exercises.progress()               shows what is done, and predictions beside what was found

The tasks with their hints stand in the notebooks.
"""

from classroom.exercises.checking import Verdict, check, progress

__all__ = ["Verdict", "check", "progress"]
