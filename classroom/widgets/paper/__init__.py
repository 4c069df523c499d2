"""A sheet to draw a digit on, by pointer, by touch or by keyboard, brought to the data's form."""

from classroom.widgets.paper.digits import DIGITS
from classroom.widgets.paper.widget import Paper

__all__ = ["DIGITS", "Paper"]
