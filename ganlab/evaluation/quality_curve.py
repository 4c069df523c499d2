"""A generator's measures while it trains."""

import numpy as np

from ganlab import images as pixels
from ganlab import latents, metrics
from ganlab._tensorflow import keras
from ganlab.callbacks import check_divides


class QualityCurve(keras.callbacks.Callback):
    """Measure the generator from time to time while it trains.

    Parameters
    ----------
    real : array of float, shape (n, height, width, channels), in [0, 1]
    extractor : FeatureExtractor
    every : int
        Steps between two measurements; the first is taken before training.
    count : int, optional
        Images drawn each time; as many as real ones by default, at most 1,000.
    condition : array, shape (count, ...) or (...), where the networks take one
        What is drawn each time.
    seed : int
        For the latents, which stay the same.

    Attributes
    ----------
    steps : list of int
        Counted by the GAN.
    history : dict of str to list of float
        ``frechet_distance``, ``precision``, ``recall``; with a classifier ``inception_score``.
    """

    def __init__(self, real, *, extractor, every, count=None, condition=None, seed):
        super().__init__()
        pixels.check_count(every, "every", 1)
        real = pixels.check(real, name="real")
        self.count = min(len(real), 1000) if count is None else count
        pixels.check_count(self.count, "count", 4)
        self.condition = condition
        self.extractor, self.every, self.seed = extractor, every, latents.integer_seed(seed)
        chosen = np.random.default_rng(seed).permutation(len(real))[: self.count]
        self._real = extractor.extract(real[chosen])
        self.steps, self.history = [], {}

    def check_execution(self, steps_per_execution):
        """Refuse steps of which this callback would not see those that it needs."""
        check_divides(steps_per_execution, self.every)

    def on_train_begin(self, logs=None):
        if not self.steps:
            self._measure()

    def on_train_batch_end(self, batch, logs=None):
        if self.model.steps // self.every > self.steps[-1] // self.every:
            self._measure()

    def draw(self, key="frechet_distance", *, ax=None, **style):
        """Draw one measure over the steps; return the Axes."""
        if ax is None:
            from matplotlib import pyplot as plt

            _, ax = plt.subplots()
        ax.plot(self.steps, self.history[key], marker=".", **style)
        ax.set(xlabel="step", ylabel=key.replace("_", " "))
        return ax

    def _measure(self):
        samples = self.model.sample(self.count, condition=self.condition, seed=self.seed)
        features = self.extractor.extract(samples)
        values = {
            "frechet_distance": metrics.frechet_distance(self._real, features),
            **vars(metrics.precision_recall(self._real, features)),
        }
        if self.extractor.probabilities:
            probabilities = self.extractor.probabilities(samples)
            values["inception_score"] = metrics.inception_score(probabilities)
        self.steps.append(self.model.steps)
        for key, value in values.items():
            self.history.setdefault(key, []).append(value)
