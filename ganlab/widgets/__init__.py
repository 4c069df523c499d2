"""Widgets to play with an idea before reading about it, in JupyterLab.

Nothing is fetched: the scripts of the canvases are part of the package. What a widget computes
is plain Python beside it, which works, and is tested, without a browser.
"""

from ganlab.widgets.dashboard import Dashboard
from ganlab.widgets.laboratory import Laboratory
from ganlab.widgets.latent_explorer import LatentExplorer
from ganlab.widgets.loss_explorer import LossExplorer
from ganlab.widgets.ssim_playground import SSIMPlayground

__all__ = ["Dashboard", "Laboratory", "LatentExplorer", "LossExplorer", "SSIMPlayground"]
