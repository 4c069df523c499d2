"""ganlab: the small, tested package behind a course on generative adversarial networks.

Import the module you need, for example ``from ganlab import losses, similarity``, and Keras and
TensorFlow as ``from ganlab import keras, tf``, which hides their start-up lines. This file imports
none of them, so that ``import ganlab`` takes milliseconds: each is loaded when it is first used.
"""

import importlib
import pkgutil

__version__ = "0.1.0"


def __getattr__(name):
    """Load a module of the package, or Keras and TensorFlow, when it is first asked for."""
    if name in ("keras", "tf"):
        return getattr(importlib.import_module("ganlab._tensorflow"), name)
    try:
        return importlib.import_module(f"ganlab.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"ganlab.{name}":
            raise
    raise AttributeError(f"module 'ganlab' has no attribute {name!r}")


def __dir__():
    """List what is there or can be loaded, for completion."""
    modules = [module.name for module in pkgutil.iter_modules(__path__) if module.name[0] != "_"]
    return sorted({*globals(), *modules, "keras", "tf"})
