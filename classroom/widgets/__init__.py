"""Widgets to play with an idea before reading about it, in JupyterLab or on a page.

All work in JupyterLab; the laboratory and the explorer of losses also on the pages of the site,
without a kernel. Nothing is fetched: the scripts of the canvases are part of the package. What a
widget computes is plain Python beside it, which works, and is tested, without a browser.
"""

from classroom.widgets.dashboard import Dashboard
from classroom.widgets.digit_neighbors import DigitNeighbors
from classroom.widgets.digit_search import DigitSearch
from classroom.widgets.flipbook import Flipbook
from classroom.widgets.laboratory import Laboratory
from classroom.widgets.latent_explorer import LatentExplorer
from classroom.widgets.loss_explorer import LossExplorer
from classroom.widgets.ssim_playground import SSIMPlayground
from classroom.widgets.truncation_wall import TruncationWall

__all__ = [
    "Dashboard",
    "DigitNeighbors",
    "DigitSearch",
    "Flipbook",
    "Laboratory",
    "LatentExplorer",
    "LossExplorer",
    "SSIMPlayground",
    "TruncationWall",
]
