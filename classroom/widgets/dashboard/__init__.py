"""A dashboard beside a training: losses, samples, measures, time left, and a Stop that answers."""

from classroom.widgets.dashboard.widget import Dashboard

__all__ = ["Dashboard"]
