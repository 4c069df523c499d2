"""The laboratory of the plane: a GAN game to watch, stop, change and play again."""

import asyncio
import html
import threading
import time

import ipywidgets as widgets
import numpy as np

from classroom.widgets import page
from classroom.widgets.laboratory import distributions
from classroom.widgets.laboratory.canvases import Curves, Plane
from classroom.widgets.laboratory.controls import DRAW, Controls, same
from classroom.widgets.laboratory.game import Game
from classroom.widgets.laboratory.game_film import GameFilm
from classroom.widgets.laboratory.picture import picture
from classroom.widgets.laboratory.words import SENTENCES, counted, describe, narrate, score
from ganlab import penalties

_PATIENCE = 30  # seconds to play on although no page draws the frames


class Laboratory(widgets.VBox):
    """A game of a generator and a discriminator in the plane, to play with.

    What it shows and does can be had without it: `game` is a `Game`.

    Parameters
    ----------
    distribution : str, Distribution or array of float, shape (n, 2)
        ``ring``, ``grid``, ``swiss_roll``, ``blob``, or points in [-3, 3] as if drawn by hand.
    seed : int, at least 0
        For the initial weights, the latents and the real batches.
    **settings
        Where the game begins: loss, penalty, g_rate, d_rate, d_steps of `Settings`.

    Raises
    ------
    TypeError, ValueError
        For a setting that does not fit.

    Examples
    --------
    >>> laboratory = Laboratory("ring", seed=0)
    >>> laboratory
    Laboratory(ring, non_saturating, seed 0)
    >>> laboratory.step("both", 5)
    >>> laboratory.game.updates
    10
    >>> laboratory.draw()
    <Figure size 1260x616 with 2 Axes>
    """

    def __init__(self, distribution="ring", *, seed, **settings):
        self._lock = threading.RLock()  # a click in another thread waits until a step ends
        self.game = Game(distributions.named(distribution), seed=seed, **settings)
        self.film = GameFilm()
        self.playing = False
        self.plane, self.curves = Plane(), Curves()
        self.controls = Controls(self.game.settings, seed=seed)
        self._task = self._tape = self._kept = None
        self._quiet, self._run, self._seen = False, None, None
        self._connect()
        self._show_settings()
        children = self.controls.arranged(self.plane, self.curves)
        super().__init__([page.style(__file__), *children])
        self.add_class("ganlab-widget").add_class("ganlab-laboratory")
        self._refresh(keep=True)
        self._say(SENTENCES["welcome"])

    def __repr__(self):
        settings = self.game.settings
        return f"Laboratory({settings.distribution}, {settings.loss.name}, seed {self.game.seed})"

    def draw(self):
        """Draw the plane and the curves as they are now, for paper.

        Returns
        -------
        matplotlib Figure
        """
        return picture(self.game, self.controls.layers())

    def step(self, player="both", times=1):
        """Let a player move, as `Game.step` does, and show it."""
        with self._lock:
            before = self.game.frame()
            self.game.step(player, times)
            self._refresh(keep=True, said=narrate(player, before, self.game.frame()))

    async def run(self, pictures=None):
        """Play until stopped, or for a number of pictures: ``await laboratory.run(100)``."""
        run, shown = object(), 0
        self.playing, self._run, self._seen = True, run, None
        self.controls.show_playing(True)
        try:
            while self.playing and self._run is run and shown != pictures:
                shown += 1
                speed, start = self.controls.speed.value, time.monotonic()
                self._advance(speed)
                # A click reaches the kernel only while this waits.
                await asyncio.sleep(max(0.005, start + speed.seconds - time.monotonic()))
                if self._seen is not None and time.monotonic() - self._seen > _PATIENCE:
                    self._say("Paused, since no page shows this laboratory any more.")
                    break
        except Exception as error:
            self._say(f"The game stopped: {error}", trouble=True)
            raise
        finally:
            if self._run is run:  # and no later one
                self.playing = False
                self.controls.show_playing(False)
                self._refresh(said=self.plane.said)

    def play(self):
        """Play in the background, or pause."""
        with self._lock:
            if self.playing:
                self.playing = False
                return
        try:
            self._task = asyncio.get_running_loop().create_task(self.run())
        except RuntimeError:
            self._say("Playing needs a notebook. In a program: asyncio.run(laboratory.run(100)).")

    def reset(self, seed=None):
        """Begin again, with the present settings, and this seed or the present one."""
        with self._lock:
            self.playing, self._tape = False, None
            seed = self.game.seed if seed is None else seed
            self._say("Preparing ...")
            self._begin(Game(seed=seed, **vars(self.game.settings)))
            self._say("")

    def replay(self):
        """Do everything again that was done since the beginning, and compare the weights."""
        with self._lock:
            if not self.game.updates:
                self._say("Nothing to replay yet: let the players move first.")
                return
            self.playing = False
            self._kept, actions = self.game.fingerprint(), list(self.game.actions())
            self._begin(self.game.restarted())
            self._tape = iter(actions)
        self._say("Replaying. A change of a setting ends the replay and goes on from there.")
        self.play()

    async def save_film(self, name):
        """Write the film of this game as a GIF beside the notebook, as `GameFilm.save` does.

        Returns
        -------
        pathlib.Path or None
            None if it was not written; then the message says why.
        """
        title = f"{self.game.settings.loss.name}, "
        try:
            return await self.film.save(
                name, layers=self.controls.layers(), title=title, tell=self._say
            )
        except (ValueError, OSError) as error:
            self._say(str(error), trouble=True)
            return None

    def _connect(self):
        controls = self.controls
        controls.play.on_click(lambda _: self.play())
        for player, button in controls.steps.items():
            button.on_click(lambda _, player=player: self._by_hand(player))
        controls.reset.on_click(lambda _: self.reset(controls.seed.value))
        controls.replay.on_click(lambda _: self.replay())
        controls.save.on_click(self._on_save)
        controls.clear.on_click(lambda _: setattr(self.plane, "drawn", []))
        for name, control in controls.settings.items():
            control.observe(lambda change, name=name: self._on_setting(name, change.new), "value")
        for box in controls.shown.values():
            box.observe(self._on_layers, "value")
        controls.distribution.observe(lambda change: self._on_distribution(change.new), "value")
        self.plane.observe(lambda change: self._on_drawn(change.new), "drawn")
        self.plane.on_msg(lambda _, content, __: self._on_key(content.get("key")))

    def _on_key(self, key):
        self._seen = time.monotonic()
        players = {"d": "discriminator", "g": "generator", "b": "both"}
        if key == " ":
            self.play()
        elif key in players:
            self._by_hand(players[key])

    def _by_hand(self, player):
        with self._lock:
            self.playing, self._tape = False, None
            self.step(player)

    def _on_save(self, _):
        task = self.save_film(self.controls.name.value)
        try:
            self._saving = asyncio.get_running_loop().create_task(task)
        except RuntimeError:
            asyncio.run(task)

    def _on_layers(self, _):
        self.plane.layers = self.controls.layers()

    def _on_setting(self, name, value):
        if name in ("penalty", "weight"):
            function, weight = self.controls.penalty.value, self.controls.weight.value
            self.controls.weight.disabled = not function
            name, every = "penalty", getattr(self.game.settings.penalty, "every", 1)
            value = penalties.Penalty(function, weight, every) if function else None
        self._change(**{name: value})

    def _on_distribution(self, value):
        self._show_drawing(value is DRAW)
        if value is DRAW:
            self._on_drawn(self.plane.drawn)
        else:
            self._change(distribution=value)

    def _show_drawing(self, drawing):
        self.plane.drawing = drawing
        self.controls.clear.layout.display = "" if drawing else "none"

    def _on_drawn(self, coordinates):
        if self._quiet or not self.plane.drawing:
            return
        points = np.array(coordinates, np.float32).reshape(-1, 2)
        if len(points) < distributions.LEAST:
            self._say(self._lacking())
            return
        self._change(distribution=distributions.drawn(points))
        now = self.game.settings.distribution
        self._say(SENTENCES["drawn"].format(distribution=now))

    def _lacking(self):
        """Say what a drawing lacks to be learned, if there is one."""
        count = len(self.plane.drawn) // 2
        if not self.plane.drawing or count >= distributions.LEAST:
            return ""
        values = {"count": count, "distribution": self.game.settings.distribution}
        return SENTENCES["draw"].format(least=distributions.LEAST, **values)

    def _change(self, **settings):
        with self._lock:
            now = self.game.settings
            if self._quiet or all(
                same(value, getattr(now, name)) for name, value in settings.items()
            ):
                return
            self._tape = None
            self._say("Preparing ...")
            try:
                self.game.change(**settings)
            except Exception as error:
                self._show_settings()
                self._say(f"The game stays as it was: {error}", trouble=True)
                return
            self._say(self._lacking())
            self._refresh()

    def _begin(self, game):
        with self._lock:
            self.game, self.film = game, GameFilm()
            self._show_settings()
            self._refresh(keep=True)

    def _advance(self, speed):
        with self._lock:
            before, player = self.game.frame() if speed.slowly else None, self.controls.who.value
            if self._tape is not None:
                player = self._follow_tape(speed.moves)
            elif speed.slowly and player == "both":
                player = self.game.turn
                self.game.step(player)
            else:
                self.game.step(player, speed.moves)
            said = narrate(player, before, self.game.frame()) if speed.slowly and player else ""
            self._refresh(keep=True, said=said)

    def _follow_tape(self, moves):
        """Do the next actions of a replay; return the last player that moved, or None."""
        player = None
        for _ in range(moves):
            action, value = next(self._tape, (None, None))
            if action is None:
                self._tape, self.playing = None, False
                now = self.game.fingerprint()
                same = "the same weights as before" if now == self._kept else "OTHER weights"
                self._say(f"Replayed {self.game.updates:,} updates: {same} ({now}).")
                break
            if action == "change":
                self.game.change(**value)
                self._show_settings()
            else:
                player = action
                self.game.step(action)
        return player

    def _show_settings(self):
        self._quiet = True
        try:
            self.controls.show(self.game.settings, seed=self.game.seed)
            marks = self.game.settings.distribution.marks
            self._show_drawing(marks is not None)
            if marks is not None:
                self.plane.drawn = marks.ravel().tolist()
        finally:
            self._quiet = False

    def _refresh(self, *, keep=False, said=""):
        """Show the game as it is; `keep` puts it into the film too."""
        game, frame = self.game, self.game.frame()
        if keep:
            self.film.add(frame)
        found = score(frame, game.settings.distribution)
        with self.plane.hold_sync():
            self.plane.tween = self.controls.speed.value.slowly
            self.plane.scale = [frame.scale.low, frame.scale.middle, frame.scale.high]
            self.plane.frame, self.plane.said = frame.pack(), said
            if not self.playing:
                self.plane.label = SENTENCES["plane"].format(found=found, losses=describe(game))
        self.curves.show(game)
        weights = "" if self.playing else f" &middot; weights {game.fingerprint()}"
        updates = counted(game.updates)
        self.controls.counts.value = f"<b>{updates}</b>{weights}<br>{found}"
        self.controls.film.value = (
            f"{len(self.film.frames)} frames (at most {self.film.most}, over all the game)"
        )
        if game.diverged:
            self.playing = False
            self._say(SENTENCES["diverged"], trouble=True)

    def _say(self, text, *, trouble=False):
        kind = "ganlab-trouble" if trouble else "ganlab-note"
        text = html.escape(text)
        self.controls.message.value = text and f'<div class="{kind}" role="status">{text}</div>'
