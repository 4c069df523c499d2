"""Progressive growing: a training in stages, each at twice the size of the one before it."""

import contextlib
import dataclasses
import math

from ganlab import layers, models
from ganlab._tensorflow import keras, tf
from ganlab.images import check_count
from ganlab.layers.arguments import number
from ganlab.training.driver import steps
from ganlab.training.gan import GAN

ops = keras.ops


@dataclasses.dataclass(frozen=True)
class Stages:
    """When a training grows: Karras et al. 2017, arXiv:1710.10196, section 2 and appendix A.

    It begins with images of ``first`` pixels a side and doubles them after every ``steps`` steps
    until they have the size of the data; that last stage has no end. All stages but the first
    begin by fading in what is new. So a step belongs to the same stage however long the training
    will be: a longer one is a longer last stage.

    Parameters
    ----------
    first : int, at least 4
    steps : int, at least 1
        Of each stage.
    fading : float in [0, 1]
        The part of a stage in which alpha, the share of what is new, rises from 0 to 1. The
        paper takes half; with 1 the next stage begins one step before alpha would be 1.

    Raises
    ------
    ValueError
        For numbers out of range.

    Examples
    --------
    >>> stages = Stages(first=8, steps=1000, fading=0.5)
    >>> stages.sizes(32)
    (8, 16, 32)
    >>> [(stages.size(step, 32), stages.alpha(step, 32)) for step in (0, 999, 1000, 1250, 1500)]
    [(8, 1.0), (8, 1.0), (16, 0.0), (16, 0.5), (16, 1.0)]
    >>> stages.end(16, 32), stages.end(32, 32)
    (2000, None)
    """

    first: int = 8
    steps: int = 1_000
    fading: float = 0.5

    def __post_init__(self):
        check_count(self.first, "first", 4)
        check_count(self.steps, "steps", 1)
        number(self.fading, "fading", 0, 1, closed=True)

    def sizes(self, side):
        """Return the sides of all stages' images, the last one `side`.

        Parameters
        ----------
        side : int
            Of the data's images: ``first``, or as often doubled as it may be.

        Returns
        -------
        tuple of int
        """
        check_count(side, "side", 1)
        self.check((side, side, 1))
        return tuple(self.first * 2**level for level in range(_doublings(self.first, side) + 1))

    def check(self, image_shape):
        """Raise a ValueError for images that no doubling of the first ones gives.

        Parameters
        ----------
        image_shape : (height, width, channels)
        """
        square = len(image_shape) == 3 and image_shape[0] == image_shape[1]
        if not square or _doublings(self.first, image_shape[0]) is None:
            sizes = [f"{side} x {side}" for side in (self.first * 2**k for k in range(4))]
            raise ValueError(
                f"expected images of {', '.join(sizes)} or as often doubled pixels, to which a "
                f"training that grows can come, received {' x '.join(map(str, image_shape[:2]))}: "
                "bring them to such a size (--size)"
            )

    def size(self, step, side):
        """Return the side of the stage that goes on when `step` steps are done."""
        check_count(step, "step", 0)
        sizes = self.sizes(side)
        return sizes[min(step // self.steps, len(sizes) - 1)]

    def start(self, size):
        """Return how many steps are done when the stage of this size begins."""
        return self.steps * (len(self.sizes(size)) - 1)

    def end(self, size, side):
        """Return how many steps are done when the stage of this size ends; None for the last."""
        return None if size == side else self.start(size) + self.steps

    def alpha(self, step, side):
        """Return the share of what is new, in [0, 1], in the step before which `step` are done."""
        return float(self._alpha(step, self.size(step, side)))

    def _alpha(self, step, size):
        """Return the same as a tensor, of a step that is one, within the stage of a size."""
        fading, done = round(self.fading * self.steps), step - self.start(size)
        if size == self.first or fading == 0:
            return ops.ones(())
        return ops.clip(ops.cast(done, "float32") / fading, 0.0, 1.0)


@keras.saving.register_keras_serializable("ganlab")
class GrowingGAN(GAN):
    """One stage of a GAN that grows.

    Its networks are those of the stage's size. It is given images of the full size, which it
    halves by the mean of 2x2 pixels as often as it must, and `sample` enlarges what the generator
    makes to the full size by nearest neighbor: so all stages take and draw images of one shape.
    Before every step all `layers.FadeIn` get the alpha of that step, and the real images are
    mixed with the same alpha, of their halves enlarged and themselves: what fades in the fake
    images is no sign that they are fake. Karras et al. 2017, arXiv:1710.10196, section 2.

    The count of steps begins where the stage does, and the moving average anew with each stage.

    `step_discriminator` and `step_generator`, the halves of a step, take images as the networks
    do, of the stage's size and already mixed, and leave alpha as it is.

    Parameters
    ----------
    generator, discriminator : keras.Model
        Of images of a stage's size, such as `models.progressive_generator` with ``fade=True``.
    stages : Stages
    image_shape : (side, side, channels)
        Of the data.
    **settings
        Of `GAN`.

    Raises
    ------
    TypeError, ValueError
        As `GAN`; for networks of a size that is none of the stages', or without `layers.FadeIn`
        where the stage begins by fading.

    Examples
    --------
    >>> from ganlab import losses
    >>> gan = GrowingGAN(
    ...     models.progressive_generator((8, 8, 1), width=4, seed=0),
    ...     models.progressive_discriminator((8, 8, 1), width=4, seed=1),
    ...     stages=Stages(first=8), image_shape=(32, 32, 1), loss=losses.hinge, seed=0)
    >>> gan.generator.output_shape, gan.sample(2, seed=0).shape
    ((None, 8, 8, 1), (2, 32, 32, 1))
    """

    def __init__(self, generator, discriminator, *, stages, image_shape, **settings):
        if not isinstance(stages, Stages):
            raise TypeError(f"expected stages as training.Stages, received {stages!r:.80}")
        stages.check(image_shape)
        shapes = [(size, size, image_shape[2]) for size in stages.sizes(image_shape[0])]
        made = getattr(generator, "output_shape", None)  # GAN refuses what has none
        if made is not None and made[1:] not in shapes:
            raise ValueError(
                f"expected a generator of images of shape {' or '.join(map(str, shapes))}, "
                f"received {made[1:]}"
            )
        # GAN asks for the shape of a sample before it is whole.
        self.stages, self.image_shape = stages, tuple(image_shape)
        super().__init__(generator, discriminator, **settings)
        self.size = made[1]
        self.step_count.assign(stages.start(self.size))
        larger = models.enlarged(super().sampling_generator, self.image_shape)
        self._larger = lambda: larger  # a model among its attributes would be saved once more
        if self.size > stages.first and not all(map(_fading, (generator, discriminator))):
            raise ValueError(
                "expected a generator and a discriminator with a layers.FadeIn, by which a stage "
                f"begins, received networks of {self.size} x {self.size} without one"
            )
        self._set_alpha()

    @property
    def sample_shape(self):
        """The shape of the data's images, at every stage."""
        return self.image_shape

    @property
    def sampling_generator(self):
        """What samples are drawn from, its images enlarged to the full size."""
        return self._larger()

    def call(self, inputs):
        """Make images of latents, or of [latents, condition], as ``sample`` does."""
        made = super().sampling_generator(inputs, training=False)
        return _enlarged(made, self.image_shape[0] // made.shape[1])

    def train_step(self, data):
        """Make one step on one batch of images of the full size; see `GAN.train_step`."""
        self._set_alpha()
        return super().train_step(data)

    def _set_alpha(self):
        alpha = self.stages._alpha(self.step_count.value, self.size)
        for network in (self.generator, self.discriminator):
            for layer in _fading(network):
                layer.alpha.assign(alpha)

    def _steps_averaged(self):
        """Return the steps of this stage: the average is not to remember what was just added."""
        return self.step_count.value - self.stages.start(self.size)

    def get_config(self):
        """Return what makes an equal GAN by `from_config`."""
        own = {"stages": dataclasses.asdict(self.stages), "image_shape": list(self.image_shape)}
        return {**super().get_config(), **own}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Make a GAN of what `get_config` returned; its weights are new."""
        stages, image_shape = Stages(**config["stages"]), tuple(config["image_shape"])
        config = {**config, "stages": stages, "image_shape": image_shape}
        return super().from_config(config, custom_objects)

    def _batch(self, data):
        """Return real images of the stage's size, mixed as the fake ones are."""
        real, condition = super()._batch(data)
        real = _halved(real, self.image_shape[0] // self.size)
        for layer in _fading(self.discriminator):
            alpha = tf.cast(layer.alpha.value, real.dtype)
            real = (1 - alpha) * _enlarged(_halved(real, 2), 2) + alpha * real
        return real, condition


def _doublings(first, side):
    """Return how often `first` must double to give `side`, or None where it never does."""
    times = math.log2(side / first) if side > 0 else -1.0
    return int(times) if times >= 0 and times.is_integer() else None


def inherit(gan, smaller):
    """Give a GAN what that of the stage before it has learned; its optimizers stay new.

    Layers of one name get the weights, those of generator, discriminator and moving average each
    their own. Count of steps and seed of latents go on. That Adam forgets is the authors' choice
    (``reset_opt_for_new_lod`` in their code).

    Parameters
    ----------
    gan, smaller : GAN

    Raises
    ------
    ValueError
        If layers of one name have weights of different shapes; nothing is then changed.
    """
    gains = []
    for role in ("generator", "discriminator", "generator_ema"):
        new, old = getattr(gan, role), getattr(smaller, role)
        if (new is None) is not (old is None):
            raise ValueError("expected two GANs with a moving average, or none, received one")
        known = {} if old is None else {layer.name: layer for layer in old.layers}
        for layer in [] if new is None else new.layers:
            before = known.get(layer.name)
            if before is None:
                continue
            shapes = [[tuple(w.shape) for w in one.weights] for one in (layer, before)]
            if shapes[0] != shapes[1]:
                raise ValueError(
                    f"expected weights of {layer.name!r} of shapes {shapes[0]}, as in "
                    f"{new.name!r}, received {shapes[1]}"
                )
            gains.append((layer, before.get_weights()))
    for layer, weights in gains:
        layer.set_weights(weights)
    gan.step_count.assign(smaller.step_count.value)
    gan.seed_generator.state.assign(smaller.seed_generator.state.value)


def grow(gan, batches, *, build, steps_in_all=None, callbacks=()):
    """Train through all stages, as `steps` trains one, and hand over to the caller every step.

    The GAN of a new stage takes over as soon as the last step of the one before it is done.
    Callbacks see one training: it begins once and ends once, and their ``model`` is the GAN of
    the stage that goes on. `recipes.Recipe.train` is shorter where there is a recipe.

    Parameters
    ----------
    gan : GrowingGAN
        Compiled. One that is behind its stage, after `fit`, say, grows first.
    batches : callable
        ``(start) -> tf.data.Dataset``, the batches of full-size images from a step on, such as
        ``lambda start: datasets.batches(images, 32, seed=0, start=start)``.
    build : callable
        ``(size) -> GrowingGAN``, compiled, with new optimizers; it is given its weights here.
    steps_in_all : int, optional
        Those that are done already count. Without end where it is not given.
    callbacks : sequence of keras.callbacks.Callback

    Yields
    ------
    gan : GrowingGAN
        That of the stage that goes on.
    logs : dict of str to float
        As `steps` gives them.

    Raises
    ------
    TypeError, ValueError
        For a GAN or batches that cannot be trained with, before the first step.
    """
    if not isinstance(gan, GrowingGAN):
        raise TypeError(f"expected gan as a training.GrowingGAN, received {gan!r:.80}")
    for name, function in (("batches", batches), ("build", build)):
        if not callable(function):
            raise TypeError(f"expected {name} as a function, received {function!r:.80}")
    done, side = gan.steps, gan.image_shape[0]
    while gan.size < gan.stages.size(done, side):
        smaller, gan = gan, build(2 * gan.size)
        inherit(gan, smaller)
    if gan.size != gan.stages.size(done, side):
        raise ValueError(
            f"expected the GAN of {gan.stages.size(done, side)} pixels a side, whose stage goes on "
            f"after {done} steps, received that of {gan.size}"
        )
    if steps_in_all is not None:
        check_count(steps_in_all, "steps_in_all", done + 1)
    left = None if steps_in_all is None else steps_in_all - done
    watchers = keras.callbacks.CallbackList(
        list(callbacks), model=gan, verbose=0, epochs=1, steps=left
    )

    relay = _Relay(watchers)

    def stage(gan):
        ends = [end for end in (gan.stages.end(gan.size, side), steps_in_all) if end is not None]
        taken = min(ends) - gan.steps if ends else -1  # all
        return steps(gan, batches(gan.steps).take(taken), callbacks=[relay])

    return _grow(gan, stage, build, watchers, steps_in_all, first=stage(gan))


def _grow(gan, stage, build, watchers, steps_in_all, *, first):
    watchers.on_train_begin()
    watchers.on_epoch_begin(0)
    running, side = first, gan.image_shape[0]
    try:
        while running is not None:
            now, end = gan, gan.stages.end(gan.size, side)
            with contextlib.closing(running):
                for logs in running:
                    if now.steps == end:
                        gan = build(2 * now.size)
                        inherit(gan, now)
                        watchers.set_model(gan)
                    yield gan, logs
            stopped = now.stop_training or gan.stop_training  # the caller's may be either
            over = gan is now or stopped or gan.steps == steps_in_all
            running = None if over else stage(gan)
        watchers.on_epoch_end(0, now.get_metrics_result())
    finally:
        watchers.on_train_end()


class _Relay(keras.callbacks.Callback):
    """Hand on every step of every stage, and neither the beginning nor the end of a stage."""

    def __init__(self, watchers):
        super().__init__()
        self._watchers, self._batch = watchers, 0

    def on_train_batch_begin(self, batch, logs=None):
        self._watchers.on_train_batch_begin(self._batch)

    def on_train_batch_end(self, batch, logs=None):
        self._watchers.on_train_batch_end(self._batch, logs)
        self._batch += 1


def _fading(network):
    """Return the layers of a network by which a stage begins."""
    return [layer for layer in network.layers if isinstance(layer, layers.FadeIn)]


def _halved(images, factor):
    """Return the means of squares of pixels."""
    return images if factor == 1 else tf.nn.avg_pool2d(images, factor, factor, "VALID")


def _enlarged(images, factor):
    """Return every pixel as a square of equal ones."""
    if factor == 1:
        return images
    return ops.repeat(ops.repeat(images, factor, axis=1), factor, axis=2)
