"""Draw a digit, and see which pictures each measure calls the most alike."""

from classroom.widgets.digit_neighbors.widget import DigitNeighbors

__all__ = ["DigitNeighbors"]
