"""The film of a game: it covers all of it in bounded memory, and becomes a GIF file."""

import asyncio
import pathlib
import re

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from classroom.widgets.laboratory.picture import LAYERS, draw_plane
from classroom.widgets.laboratory.words import counted
from ganlab import files, images


class GameFilm:
    """The frames of a game, no more than a given number, spread over all of it.

    When there are more, every other frame is dropped and from then on half as many are kept: the
    film always shows the whole game, and its memory never grows.

    Parameters
    ----------
    most : int, at least 2

    Examples
    --------
    >>> film = GameFilm(most=4)
    >>> for number in range(100):
    ...     film.add(number)
    >>> film.frames
    [0, 32, 64, 96]
    """

    def __init__(self, most=100):
        images.check_count(most, "most", 2)
        self.most, self.frames = most, []
        self._seen, self._stride, self._own = 0, 1, set()

    def add(self, frame):
        if self._seen % self._stride == 0:
            self.frames.append(frame)
        if len(self.frames) > self.most:
            self.frames, self._stride = self.frames[::2], 2 * self._stride
        self._seen += 1

    def pictures(self, layers=LAYERS, *, title="", pixels=320):
        """Yield each frame drawn, as float32 (pixels, pixels, 3) in [0, 1].

        The title stands above each, before the number of its updates.
        """
        figure = Figure(figsize=(pixels / 80, pixels / 80), dpi=80, layout="none")
        canvas = FigureCanvasAgg(figure)
        ax = figure.add_axes((0.02, 0.02, 0.96, 0.9))
        for frame in list(self.frames):
            ax.clear()
            draw_plane(ax, frame, layers)
            ax.set_title(f"{title}{counted(frame.step)}", fontsize=9, pad=4)
            canvas.draw()
            yield np.asarray(canvas.buffer_rgba())[..., :3].astype(np.float32) / np.float32(255)

    async def save(self, name, *, layers=LAYERS, title="", tell=print):
        """Write the film into the working directory, which is a notebook's own folder.

        Parameters
        ----------
        name : str
            Letters, digits, spaces, dots, - and _; ``.gif`` is added. A file that this film did
            not write is not replaced.
        layers, title
            As for `pictures`.
        tell : callable
            Takes a sentence about how far it is. Between two frames others have their turn.

        Returns
        -------
        pathlib.Path

        Raises
        ------
        ValueError
            If the name is not one for a file; as files.FileError if the file cannot be written.
        FileExistsError
            If this film did not write the file that has the name.
        """
        name = name.strip().removesuffix(".gif")
        if not re.fullmatch(r"\w[\w .-]{0,80}", name):
            raise ValueError(f"expected name as one for a file, such as film, received {name!r}")
        path = pathlib.Path.cwd() / f"{name}.gif"
        if path.exists() and path not in self._own:
            raise FileExistsError(f"{path.name}: expected a new file, received one that exists")
        files.check_writable(path)  # before the frames are drawn
        drawn = []
        for picture in self.pictures(layers, title=title):
            drawn.append(picture)
            tell(f"Drawing frame {len(drawn)} of {len(self.frames)} ...")
            await asyncio.sleep(0)
        data = images.to_gif(drawn, seconds_per_frame=0.1)
        files.write(path, data)
        self._own.add(path)
        tell(f"Saved {len(drawn)} frames, {len(data) / 1e6:.1f} MB: {path}")
        return path
