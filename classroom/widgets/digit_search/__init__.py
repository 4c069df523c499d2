"""Draw a digit, and watch the generator search for it."""

from classroom.widgets.digit_search.widget import DigitSearch

__all__ = ["DigitSearch"]
