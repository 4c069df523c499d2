"""The logit on an axis: value and gradient of every adversarial loss, for every role."""

from classroom.widgets.loss_explorer.widget import LossExplorer

__all__ = ["LossExplorer"]
