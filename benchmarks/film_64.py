"""What a few latents become while a GAN grows from 4x4 to 64x64: frames of a run.

    python -m ganlab train --recipe progressive_64 --size 64 --out runs/progressive_64
    python -m benchmarks.film_64 --run runs/progressive_64

writes data/film_64.npz, which notebooks/12_progressive_growing shows.
"""

import argparse
import itertools
import pathlib

from ganlab import checkpoints, files
from ganlab.runs import folder, record

__all__ = ["LATENTS", "frames"]

LATENTS = (0, 1)  # which of the run's film


def frames(run):
    """Return the frames of a run's film, shape (latents, height, width, colors), by the step."""
    path = folder.find(pathlib.Path(run), "checkpoint.npz")
    steps = record.read(path)["steps"]
    taken = checkpoints.read_notes(path, ["film_frames"])["film_frames"]
    every = next(n for n in itertools.count(1) if steps // n + 1 == len(taken) and n % 20 == 0)
    return {f"{every * place}": frame[list(LATENTS)] for place, frame in enumerate(taken)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--run", required=True)
    pictures = frames(parser.parse_args().run)
    files.write_npz(files.recorded("film_64.npz"), pictures)
    print(f"data/film_64.npz: {len(pictures)} frames")
