"""Training with the caller in between: one step after another, as `fit` would take them."""

import contextlib
import signal
import threading

import numpy as np

from ganlab._tensorflow import keras, tf
from ganlab.images import check_count
from ganlab.training.doors import failed_checks_named
from ganlab.training.gan import GAN


def steps(gan, batches, *, callbacks=(), steps_per_execution=1):
    """Train as an epoch of `GAN.fit`, handing over to the caller after every step.

    For a loop that looks at the GAN between two steps, waits, or stops: leaving it ends the
    training. Where callbacks can do what is wanted, ``fit`` is shorter.

    Parameters
    ----------
    gan : GAN
        Compiled.
    batches : tf.data.Dataset
        Of real samples, as for ``fit``; training ends where it ends.
    callbacks : sequence of keras.callbacks.Callback
    steps_per_execution : int, at least 1
        Steps in one call of the compiled function. A call costs as much as a step of networks
        of a few thousand weights: with many steps in each, these train twice as fast. Callbacks
        and the caller still get the logs and the number of every step, but meet the weights as
        the last one of the call left them. Batches must then be known to be of one size.

    Yields
    ------
    dict of str to float
        The logs of a step, those of ``fit`` on the same batches.

    Raises
    ------
    TypeError, ValueError
        For a GAN or batches that cannot be trained with, before the first step.

    Examples
    --------
    >>> from ganlab import datasets, losses, recipes
    >>> gan = recipes.DEFAULT.build((2,), seed=0)
    >>> batches = datasets.batches(datasets.ring(640, seed=0), 64, seed=0)
    >>> for logs in steps(gan, batches):
    ...     if gan.steps == 3:
    ...         break
    >>> sorted(logs)
    ['d_gradient_norm', 'd_loss', 'g_gradient_norm', 'g_loss', 'penalty']
    """
    if not isinstance(gan, GAN):
        raise TypeError(f"expected gan as a training.GAN, received {gan!r:.80}")
    if not gan.compiled:
        raise ValueError("expected a compiled GAN, received one without optimizers")
    check_count(steps_per_execution, "steps_per_execution", 1)
    if not isinstance(batches, tf.data.Dataset):
        raise TypeError(
            "expected batches as a tf.data.Dataset, such as datasets.batches(images, 64, seed=0), "
            f"received {type(batches).__name__}"
        )
    gan.check_samples(batches)
    sizes = {spec.shape[0] for spec in tf.nest.flatten(batches.element_spec)}
    if steps_per_execution > 1 and None in sizes:
        raise ValueError(
            "expected batches of one size for several steps in one execution, received a dataset "
            "whose last batch may be smaller: use batch(..., drop_remainder=True)"
        )
    return _steps(gan, batches, list(callbacks), steps_per_execution)


@contextlib.contextmanager
def interrupt_calls(stop, *, signals=(signal.SIGINT,)):
    """Call a function at Ctrl-C instead of raising KeyboardInterrupt; a second Ctrl-C raises it.

    So a loop can end between two steps, where weights, optimizers and history agree. In a
    thread that gets no signals, and where Ctrl-C is ignored, everything stays as it is.

    Parameters
    ----------
    stop : callable
        ``() -> None``.
    signals : sequence of signal.Signals
        Those that count as Ctrl-C.
    """
    before = {number: signal.getsignal(number) for number in signals}
    in_main_thread = threading.current_thread() is threading.main_thread()
    heeded = [number for number in signals if before[number] not in (signal.SIG_IGN, None)]
    if not in_main_thread or not heeded:
        yield
        return
    asked = []

    def on_interrupt(number, frame):
        if asked:
            raise KeyboardInterrupt
        asked.append(True)
        stop()

    for number in heeded:
        signal.signal(number, on_interrupt)
    try:
        yield
    finally:
        for number in heeded:
            if signal.getsignal(number) is on_interrupt:
                signal.signal(number, before[number])


def _steps(gan, batches, callbacks, steps_per_execution):
    count = int(batches.cardinality())  # negative where it is infinite or not known
    watchers = keras.callbacks.CallbackList(
        callbacks, model=gan, verbose=0, epochs=1, steps=count if count >= 0 else None
    )
    if steps_per_execution == 1:
        gan.make_train_function()

        def execute(real):
            return gan.train_function(iter([real]))

    else:
        batches, execute = batches.batch(steps_per_execution), _several_steps(gan)
    gan.stop_training = False
    watchers.on_train_begin()
    try:
        gan.reset_metrics()
        watchers.on_epoch_begin(0)
        batch = 0
        for real in batches:
            watchers.on_train_batch_begin(batch)
            with failed_checks_named():
                found = execute(real)
            series = {key: np.ravel(values).tolist() for key, values in found.items()}
            each = [
                dict(zip(series, one, strict=True)) for one in zip(*series.values(), strict=True)
            ]
            for logs in each if steps_per_execution == 1 else _counted(gan, each):
                watchers.on_train_batch_end(batch, logs)
                batch += 1
                yield logs
            if gan.stop_training:
                break
        watchers.on_epoch_end(0, gan.get_metrics_result())
    finally:
        watchers.on_train_end()


def _counted(gan, logs_of_steps):
    """Yield the logs of steps that are made, each while the GAN's count is that of its step."""
    count = gan.steps
    try:
        for step, logs in enumerate(logs_of_steps, count - len(logs_of_steps) + 1):
            gan.step_count.assign(step)
            yield logs
    finally:
        gan.step_count.assign(count)


def _several_steps(gan):
    """Return a compiled function that makes a step on each of a stack of batches.

    It gives the logs of all, where Keras's own gives those of the last.
    """
    signature = {metric.name: tf.float32 for metric in gan.metrics}

    def step(real):
        return {key: tf.cast(value, tf.float32) for key, value in gan.train_step(real).items()}

    @tf.function(autograph=False, jit_compile=gan.jit_compile, reduce_retracing=True)
    def execute(stack):
        return tf.map_fn(step, stack, fn_output_signature=signature, parallel_iterations=1)

    return execute
