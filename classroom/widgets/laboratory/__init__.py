"""The laboratory of the plane: a GAN game to watch, stop, change and play again."""

from classroom.widgets.laboratory.widget import Laboratory

__all__ = ["Laboratory"]
