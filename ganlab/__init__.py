"""ganlab: the small, tested package behind a course on generative adversarial networks.

Import the module you need, for example ``from ganlab import losses, similarity``.
This file imports nothing, so that ``import ganlab`` takes milliseconds; modules that
compute with TensorFlow load it when they are first imported.
"""

__version__ = "0.1.0"
