"""A GAN game in the plane, one move at a time.

>>> from ganlab import losses
>>> game = Game(ALL["ring"], seed=0)
>>> _ = game.step("discriminator", 3)
>>> game.change(loss=losses.wasserstein, d_rate=1e-4)
>>> _ = game.step("both", 2)
>>> [action for action, _ in game.log]
['discriminator', 'change', 'both']
"""

import functools
import hashlib
import math
import numbers
from dataclasses import dataclass, replace

import numpy as np

from classroom.widgets.laboratory.distributions import ALL, Distribution
from classroom.widgets.laboratory.frame import (
    CELLS,
    NODES,
    SHOWN,
    Frame,
    heat_places,
    scale_of,
    sheet_latents,
)
from ganlab import keras, latents, losses, models, penalties, tf
from ganlab.images import check_count
from ganlab.training import GAN

_BOUND = 1e6  # a game with a greater loss or norm of a gradient has diverged
PLAYERS = ("discriminator", "generator", "both")
NETWORKS = {"width": 64, "depth": 3}
ADAM = {"beta_1": 0.0, "beta_2": 0.99}

#: Penalties by the names of the laboratory's menu.
PENALTIES = {
    "none": None,
    "r1": penalties.r1,
    "r2": penalties.r2,
    "r1 + r2": penalties.combined(penalties.r1, penalties.r2),
    "gradient_penalty": penalties.gradient_penalty,
}


@dataclass(frozen=True)
class Settings:
    """What may change while a game goes on.

    Parameters
    ----------
    distribution : Distribution
    loss : losses.AdversarialLoss
    penalty : penalties.Penalty or None
    g_rate, d_rate : float, range (0, 1]
        Learning rates of Adam.
    d_steps : int, range [1, 20]
        Updates of the discriminator for each of the generator when both move.
    """

    distribution: Distribution = ALL["ring"]
    loss: losses.AdversarialLoss = losses.non_saturating
    penalty: penalties.Penalty | None = None
    g_rate: float = 2e-3
    d_rate: float = 2e-3
    d_steps: int = 1

    def __post_init__(self):
        for name, kind, wanted in (
            ("distribution", Distribution, "a Distribution"),
            ("loss", losses.AdversarialLoss, "an AdversarialLoss"),
            ("penalty", penalties.Penalty | None, "a Penalty or None"),
        ):
            value = getattr(self, name)
            if not isinstance(value, kind):
                raise TypeError(f"expected {name} as {wanted}, received {value!r}")
        for name in ("g_rate", "d_rate"):
            value = getattr(self, name)
            if not (isinstance(value, numbers.Real) and 0 < value <= 1):
                raise ValueError(f"expected {name} in (0, 1], received {value!r}")
        check_count(self.d_steps, "d_steps", 1, 20)


class Game:
    """A generator and a discriminator of points, which move when they are told to.

    Settings may change at any moment: weights and the state of the optimizers stay, and the next
    move follows the new ones. All randomness comes from the seed, and every action is written
    down, so that a game can be played again bit for bit (on the same machine, with the same
    versions and as many threads).

    Parameters
    ----------
    distribution : Distribution
        What to learn; see `distributions`.
    seed : int, at least 0
    **settings
        Of `Settings`: loss, penalty, g_rate, d_rate, d_steps.

    Attributes
    ----------
    settings : Settings
    gan : training.GAN
    log : list of (str, object)
        Every action: a player and how often it moved, or ``change`` and what was changed.
    steps : list of int
        For each move, the updates made until then.
    history : dict of str to list of float
        For each move, ``d_loss`` and ``g_loss``; NaN for who stood still.
    updates : int
        Of either player.
    changes : list of int
        After how many updates settings were changed.
    since : int
        After how many updates the loss was last changed: the chance level is that of the new one.
    diverged : bool
        Whether a loss or the norm of a gradient was ever beyond a million, or no number.
    """

    BATCH_SIZE = 128

    def __init__(self, distribution=ALL["ring"], *, seed, **settings):
        check_count(seed, "seed", 0)
        _check_names(settings)
        self.seed = int(seed)
        self.settings = self._first = Settings(distribution=distribution, **settings)
        self.log, self.changes = [], []
        self.steps, self.history = [], {"d_loss": [], "g_loss": []}
        self.updates, self.since, self.diverged = 0, 0, False
        self._ahead = 0  # moves of the discriminator alone since the generator's last one
        self._rng = np.random.default_rng(seed)
        for_generator, for_discriminator, for_latents = map(int, self._rng.integers(2**31, size=3))
        self.gan = GAN(
            models.mlp_generator(**NETWORKS, seed=for_generator),
            models.mlp_discriminator(**NETWORKS, seed=for_discriminator),
            loss=self.settings.loss,
            seed=for_latents,
        )
        adam = functools.partial(keras.optimizers.Adam, **ADAM)
        self.gan.compile(
            g_optimizer=adam(self.settings.g_rate), d_optimizer=adam(self.settings.d_rate)
        )
        self._latents = tf.constant(latents.sample(SHOWN, 2, seed=self._rng))
        self._cells, self._nodes = tf.constant(heat_places()), tf.constant(sheet_latents())
        self._weight = tf.Variable(0.0)
        self._programs = {}
        self._batch = self._drawn_from = None
        self._follow()

    def __repr__(self):
        return f"Game({self.settings.distribution}, {self.settings.loss.name}, seed {self.seed})"

    def change(self, **settings):
        """Change some of the settings; nothing else.

        Raises
        ------
        TypeError, ValueError
            For a value that does not fit; then nothing has changed.
        """
        _check_names(settings)
        before, self.settings = self.settings, replace(self.settings, **settings)
        try:
            self._follow()
        except Exception:  # of a loss, a penalty or a distribution of somebody's own
            self.settings = before
            self._follow()
            raise
        if self.settings.loss is not before.loss:
            self.since = self.updates
        self.log.append(("change", settings))
        self.changes.append(self.updates)

    def step(self, player="both", times=1):
        """Let a player move.

        Parameters
        ----------
        player : str
            ``discriminator`` or ``generator``: one update of it alone; ``both``: d_steps updates
            of the discriminator, then one of the generator, as in `GAN.train_step`.
        times : int, at least 1

        Returns
        -------
        dict of str to float
            The last move's d_loss, penalty, d_gradient_norm, g_loss, g_gradient_norm: those of
            the players that moved.
        """
        if player not in PLAYERS:
            raise ValueError(f"expected player as one of {', '.join(PLAYERS)}, received {player!r}")
        check_count(times, "times", 1)
        for _ in range(times):
            logs = self._move(player)
            self._write_down(player)
            self._ahead = self._ahead + 1 if player == "discriminator" else 0
            self.steps.append(self.updates)
            for name, values in self.history.items():
                values.append(logs.get(name, math.nan))
            # Also true of NaN, which no comparison holds for.
            self.diverged |= not all(abs(value) < _BOUND for value in logs.values())
        return logs

    @property
    def turn(self):
        """Who moves next where one player moves at a time, d_steps moves before one."""
        return "discriminator" if self._ahead < self.settings.d_steps else "generator"

    def frame(self):
        """Return what is to be seen now, a `Frame`."""
        settings = self.settings
        seen = self._program("look")(self._real_shown)
        fake, pull, sheet, heat, real_logits, fake_logits = (part.numpy() for part in seen)
        scale = scale_of(settings.loss)
        middle = (real_logits.mean() + fake_logits.mean()) / 2
        return Frame(
            real=self._real_shown.numpy(),
            fake=fake,
            pull=pull,
            sheet=sheet.reshape(NODES, NODES, 2),
            heat=scale(heat.reshape(CELLS, CELLS), middle),
            answers=tuple(float(scale(x, middle).mean()) for x in (real_logits, fake_logits)),
            step=self.updates,
            scale=scale,
        )

    def actions(self):
        """Yield the actions of the log, one move at a time."""
        for action, value in list(self.log):
            for _ in range(1 if action == "change" else value):
                yield action, value if action == "change" else 1

    def restarted(self):
        """Return a new game with the seed and the settings that this one began with."""
        return Game(seed=self.seed, **vars(self._first))

    def fingerprint(self):
        """Return eight digits that change with any bit of the weights and optimizers."""
        gan, digest = self.gan, hashlib.sha256()
        for part in (gan.generator, gan.discriminator, gan.g_optimizer, gan.d_optimizer):
            for variable in part.variables:
                digest.update(np.asarray(variable.value).tobytes())
        return digest.hexdigest()[:8]

    def _move(self, player):
        logs, settings, distribution = {}, self.settings, self.settings.distribution
        if player != "generator" or self._batch is None:
            repeats = settings.d_steps if player == "both" else 1
            for _ in range(repeats):
                self._batch = tf.constant(distribution.draw(self.BATCH_SIZE, seed=self._rng))
                if player != "generator":
                    logs |= self._program("discriminator")(self._batch)
                    self.updates += 1
        if player != "discriminator":
            logs |= self._program("generator")(self._batch)
            self._batch = None  # alone, the generator meets new points at every move
            self.updates += 1
        return {name: float(value) for name, value in logs.items()}

    def _write_down(self, player):
        if self.log and self.log[-1][0] == player:
            self.log[-1] = (player, self.log[-1][1] + 1)
        else:
            self.log.append((player, 1))

    def _follow(self):
        """Make optimizers, loss and penalty follow the settings."""
        settings, gan = self.settings, self.gan
        gan.g_optimizer.learning_rate = settings.g_rate
        gan.d_optimizer.learning_rate = settings.d_rate
        gan.loss_pair, gan.penalty = settings.loss, None
        if settings.penalty is not None:
            # The weight is a variable of the program, so that a new one needs no new program.
            self._weight.assign(settings.penalty.weight)
            gan.penalty = penalties.Penalty(
                functools.partial(_weighted, self._weight, settings.penalty.function),
                weight=1.0,
                every=settings.penalty.every,
            )
        for name in ("discriminator", "generator", "look"):
            self._program(name)  # now rather than in the middle of the next move
        if settings.distribution is not self._drawn_from:
            shown = tf.constant(settings.distribution.draw(SHOWN, seed=self.seed), tf.float32)
            self._real_shown, self._drawn_from = shown, settings.distribution
            self._batch = None  # it is one of the distribution before

    def _program(self, name):
        """One of the three compiled functions of a batch, as the settings want it."""
        loss, penalty = self.settings.loss, self.settings.penalty
        key = (name, loss)
        if name == "discriminator" and penalty is not None:
            key += (penalty.function, penalty.every)
        if key not in self._programs:
            function, n = {
                "discriminator": (self.gan.step_discriminator, self.BATCH_SIZE),
                "generator": (self.gan.step_generator, self.BATCH_SIZE),
                "look": (self._look, SHOWN),
            }[name]
            like = tf.TensorSpec((n, 2), tf.float32)
            self._programs[key] = tf.function(function).get_concrete_function(like)
        return self._programs[key]

    def _look(self, real):
        generator, discriminator = self.gan.generator, self.gan.discriminator
        fake = generator(self._latents)
        with tf.GradientTape() as tape:
            tape.watch(fake)
            real_logits, fake_logits = discriminator(real), discriminator(fake)
            # The loss is a mean over the fakes: times their number, it is the loss of each.
            total = SHOWN * self.settings.loss.generator(real_logits, fake_logits)
        pull = -tape.gradient(total, fake)
        sheet, heat = generator(self._nodes), discriminator(self._cells)
        return fake, pull, sheet, heat, real_logits, fake_logits


def _check_names(settings):
    known = list(Settings.__dataclass_fields__)
    unknown = sorted(set(settings) - set(known))
    if unknown:
        raise TypeError(f"expected settings among {', '.join(known)}, received {unknown}")


def _weighted(weight, function, discriminator, real, fake, *, seed):
    return weight * function(discriminator, real, fake, seed=seed)
