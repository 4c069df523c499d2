"""ganlab: the small, tested package behind a course on generative adversarial networks.

Import the module you need, for example ``from ganlab import losses, similarity``, and Keras and
TensorFlow as ``from ganlab import keras, tf``, which hides their start-up lines. This file imports
nothing, so that ``import ganlab`` takes milliseconds: a module is loaded when it is first used.
"""

import importlib

__version__ = "0.1.0"


def __getattr__(name):
    """Loads a module of the package, or Keras and TensorFlow, when it is first asked for."""
    if name in ("keras", "tf"):
        return getattr(importlib.import_module("ganlab._tensorflow"), name)
    if not name.startswith("_"):
        try:
            return importlib.import_module(f"ganlab.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"ganlab.{name}":
                raise
    raise AttributeError(f"module 'ganlab' has no attribute {name!r}")
