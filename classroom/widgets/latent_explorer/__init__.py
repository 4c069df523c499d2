"""Walk through the latent space of a generator: a path, a plane, and what is nearest."""

from classroom.widgets.latent_explorer.widget import LatentExplorer

__all__ = ["LatentExplorer"]
