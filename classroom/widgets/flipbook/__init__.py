"""Pages of images to leaf through: a film, or what a setting changes."""

from classroom.widgets.flipbook.widget import Flipbook

__all__ = ["Flipbook"]
