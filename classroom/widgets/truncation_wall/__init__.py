"""Truncate the latents of a whole wall of samples: a slider between variety and fidelity."""

from classroom.widgets.truncation_wall.widget import TruncationWall

__all__ = ["TruncationWall"]
