"""What the callbacks see, keep and stop."""

import errno
import os
import sys

import numpy as np
import pytest

from ganlab import callbacks, datasets, keras, latents, recipes, training

POINTS = datasets.ring(640, seed=0)


def fit(*watchers, steps=7, gan=None, points=POINTS):
    gan = gan or recipes.DEFAULT.build((2,), seed=0)
    batches = datasets.batches(points, 32, seed=0, start=int(gan.steps))
    gan.fit(batches, steps_per_epoch=steps, verbose=0, callbacks=list(watchers))
    return gan


def test_film_and_curve_go_on_when_training_does():
    z = latents.sample(4, 2, seed=0)
    film, curve = callbacks.Film(z, every=3), callbacks.LossCurve()
    gan = fit(film, curve, steps=7)
    fit(film, curve, steps=3, gan=gan)
    assert film.steps == [0, 3, 6, 9]
    assert np.shape(film.frames) == (4, 4, 2)
    assert not np.array_equal(film.frames[0], film.frames[1])
    assert curve.steps == list(range(1, 11))
    assert {len(values) for values in curve.history.values()} == {10}
    np.testing.assert_array_equal(gan(z).numpy(), gan.generator_ema(z).numpy())


@pytest.mark.slow
def test_film_with_several_steps_in_one_execution():
    """A frame for each multiple of `every` that was passed, and none twice."""
    z, points = latents.sample(1, 2, seed=0), datasets.batches(POINTS, 32, seed=0)
    film, curve = callbacks.Film(z, every=5), callbacks.LossCurve()
    gan = recipes.DEFAULT.build((2,), seed=0)
    list(training.steps(gan, points.take(12), callbacks=[film, curve], steps_per_execution=5))
    assert film.steps == [0, 5, 10]
    assert curve.steps == list(range(1, 13))


def test_film_of_unknown_length_stays_short_and_even():
    film = callbacks.Film(latents.sample(1, 2, seed=0), every=1, most=5)
    fit(film, steps=20)
    assert len(film.frames) <= 5
    assert len(set(np.diff(film.steps))) == 1


def test_a_loss_curve_of_a_resumed_training_draws_at_its_steps():
    gan, curve = fit(steps=4), callbacks.LossCurve()
    fit(curve, steps=3, gan=gan)
    from matplotlib.figure import Figure

    faint = curve.draw(ax=Figure().subplots()).lines[0]
    assert faint.get_xdata().tolist() == curve.steps == [5, 6, 7]
    np.testing.assert_array_equal(faint.get_ydata(), curve.history["d_loss"])


def test_loss_curve_draws_both_losses_and_the_reference_lines():
    curve = callbacks.LossCurve()
    fit(curve)
    from matplotlib.figure import Figure

    ax = curve.draw(ax=Figure().subplots())
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["d_loss", "g_loss"]
    levels = [line.get_ydata()[0] for line in ax.lines if len(set(line.get_ydata())) == 1]
    assert any(np.isclose(level, np.log(2)) for level in levels)
    assert any(np.isclose(level, 2 * np.log(2)) for level in levels)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_guard_names_what_is_not_finite(bad):
    points = POINTS.copy()
    points[5] = bad
    guard = callbacks.StopOnNonFinite()
    with pytest.warns(RuntimeWarning, match=r"training stopped: .* is (nan|inf) after step"):
        gan = fit(guard, steps=50, points=points)
    assert int(gan.steps) < 50
    assert guard.reason.endswith(f"after step {int(gan.steps)}")
    assert guard.reason.split()[0] in ("d_loss", "g_loss", "penalty", "d_gradient_norm")


def test_guard_sees_a_gradient_before_the_loss_is_lost():
    gan = recipes.DEFAULT.build((2,), seed=0)
    gan.compile(g_optimizer=keras.optimizers.SGD(1e30), d_optimizer=keras.optimizers.SGD(1e30))
    guard = callbacks.StopOnNonFinite()
    with pytest.warns(RuntimeWarning, match="training stopped"):
        fit(guard, gan=gan, steps=50)
    assert "gradient_norm" in guard.reason or "loss" in guard.reason


def test_guard_is_silent_on_a_healthy_run():
    guard = callbacks.StopOnNonFinite()
    gan = fit(guard)
    assert guard.reason is None
    assert int(gan.steps) == 7


def test_progress_shows_losses_speed_and_time_left(capsys):
    gan = fit(callbacks.Progress())
    shown = capsys.readouterr().err
    for part in ("training", "7/7 steps", "d_loss", "g_loss", " steps/s", "left"):
        assert part in shown
    fit(callbacks.Progress(), gan=gan, steps=3)
    shown = capsys.readouterr().err
    assert "7/10 steps" in shown and "10/10 steps" in shown, "a resumed training goes on counting"


def test_progress_of_a_training_limited_by_time(capsys):
    fit(callbacks.Progress(seconds=1e-3))
    shown = capsys.readouterr().err
    assert "0/0 s" in shown and "steps/s" in shown and "100%" in shown


def test_progress_of_any_other_model(capsys):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    bar = callbacks.Progress(description="a line")
    model.fit(POINTS, POINTS[:, :1], batch_size=64, epochs=2, verbose=0, callbacks=[bar])
    shown = capsys.readouterr().err
    assert "a line" in shown and "20/20 steps" in shown and ", loss " in shown


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="every as an integer from 1 on, received 0"):
        callbacks.Film(np.zeros((1, 2)), every=0)
    with pytest.raises(ValueError, match=r"latents of shape \(n, 2\), received \(4, 3\)"):
        fit(callbacks.Film(np.zeros((4, 3)), every=1))


class Unwritable:
    """Stands for a stream whose terminal is gone, or whose disk is full."""

    encoding = "utf-8"

    def write(self, text=None):
        raise OSError(errno.EPIPE, "nobody reads this")

    flush = write


@pytest.mark.parametrize("stream", [None, object(), Unwritable(), open(os.devnull)])
def test_a_bar_that_cannot_be_shown_does_not_end_what_it_shows(monkeypatch, stream):
    monkeypatch.setattr(sys, "stderr", stream)
    with callbacks.progress_bar(total=3, dynamic_ncols=True) as bar:
        bar.update()
        bar.set_postfix_str("still counting")
        bar.refresh()
    assert bar.n == 1
    gan = fit(callbacks.Progress(), steps=2)
    assert int(gan.steps) == 2
