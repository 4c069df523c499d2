"""A training as a folder: started, resumed, sampled from.

checkpoint.npz   the whole state, to resume from
generator.npz    the weights of the generator (of its moving average, where it has one)
run.json         what was run: data, recipe, seed, versions, time
curve.csv        both losses and the gradient norms at every step
curve.png  film.gif  samples.png

Each of the two archives holds the record too, and the checkpoint the curve and the film: it is
whole in itself, whatever moment a run dies at. The other files are copies for people, written
anew with every save.
"""

from ganlab.runs.record import RunError
from ganlab.runs.run import Run
from ganlab.runs.training import how_it_stands, train

__all__ = ["Run", "RunError", "how_it_stands", "train"]
