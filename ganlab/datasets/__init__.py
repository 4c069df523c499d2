"""Data by name, from a file or from a folder, and batches of it for training.

==============  ================================================  =================  ========
name            what it is                                        images             needs
==============  ================================================  =================  ========
digits          real handwritten digits                           1,797 of 28x28x1   nothing
color_digits    the same in named ink and ground colors           1,797 of 28x28x3   nothing
critters        little monsters composed of eight named factors   6,000 of 32x32x3   nothing
faces           faces from Labeled Faces in the Wild              100 of 25x25x1     nothing
photos          patches of photographs                            206 of 64x64x3     nothing
mnist           handwritten digits                                70,000 of 28x28x1  download
fashion_mnist   clothes                                           70,000 of 28x28x1  download
cifar10         small photographs of animals and vehicles         60,000 of 32x32x3  download
==============  ================================================  =================  ========

As many critters as wanted come from :func:`draw` and :func:`compose`, digits of three colors, a
thousand kinds, from :func:`stacked_digits`, and a digit that somebody drew by hand from
:func:`from_strokes`. Two-dimensional points come from :func:`ring`, :func:`grid` and
:func:`swiss_roll`. Origin and license of each set are in data/README.md.
"""

from ganlab.datasets.batching import batches
from ganlab.datasets.critters import compose, draw
from ganlab.datasets.dataset import Dataset
from ganlab.datasets.loading import NAMES, load, stacked_digits
from ganlab.datasets.points import (
    GRID_MODES,
    GRID_STD,
    RING_MODES,
    RING_STD,
    grid,
    ring,
    swiss_roll,
)
from ganlab.datasets.strokes import from_strokes, rasterize

__all__ = [
    "Dataset",
    "GRID_MODES",
    "GRID_STD",
    "NAMES",
    "RING_MODES",
    "RING_STD",
    "batches",
    "compose",
    "draw",
    "from_strokes",
    "grid",
    "load",
    "rasterize",
    "ring",
    "stacked_digits",
    "swiss_roll",
]
