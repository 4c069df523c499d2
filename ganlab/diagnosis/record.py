"""The log of a training: a table of what was measured row by row, and a few samples."""

from dataclasses import dataclass

import numpy as np

from ganlab import files

#: The columns of a record. A row is written every so many steps; "since" means since the row
#: before. Distances called relative are divided by the mean distance of two real samples.
COLUMNS = {
    "d_loss": "the discriminator's loss, mean since",
    "g_loss": "the generator's loss, mean since",
    "d_loss_swing": "standard deviation of the discriminator's loss from step to step since",
    "d_gradient_norm": "norm of the gradient of the discriminator's weights, mean since",
    "g_gradient_norm": "norm of the gradient of the generator's weights, mean since",
    "penalty": "the penalty as the training computed it, without its weight, mean since",
    "penalty_r1": "R1 as the monitor computes it: half the mean squared slope at real samples",
    "penalty_gp": "WGAN-GP's penalty as the monitor computes it, at fresh points",
    "cross_entropy": "cross-entropy of the logits with labels 1 and 0, by the monitor",
    "real_logit": "mean logit of real samples of the training set",
    "held_out_logit": "mean logit of real samples that training never sees",
    "fake_logit": "mean logit of generated samples",
    "accuracy": "share of logits with the right sign, real and fake weighing the same",
    "real_fake_auc": "area under the ROC curve of real against fake logits; 1/2 is guessing",
    "membership_auc": "area under the ROC curve of training against held-out logits",
    "modes": "modes or classes with at least a quarter of an even share of samples, of all",
    "near": "share of the samples near a mode, or near some real image",
    "spread": "mean distance of two samples, relative",
    "nearest": "distance of samples from their nearest training sample, over held-out ones'",
    "dead_units": "share of a layer's relu units that are 0 in inference for all, worst layer",
    "drift": "how far a sample of the trained generator, not its average, moved since, relative",
    "mode_gap": "distance of samples drawn in training mode from those in inference mode, relative",
    "sample_low": "least value in the samples",
    "sample_high": "greatest value in the samples",
    "received_high": "greatest value of a real sample as the discriminator receives it",
    "real_high": "greatest value of a real sample as the data hold it",
    "d_movement": "change of the discriminator's weights since, relative to their norm",
    "g_movement": "change of the generator's weights since, relative to their norm",
}


@dataclass(frozen=True, eq=False)
class Record:
    """What a run left behind.

    Attributes
    ----------
    steps : ndarray of int, shape (rows,)
        Completed steps at each row.
    columns : dict of str to ndarray of float, shape (rows,)
        By the names of `COLUMNS`; ``record["d_loss"]`` is short for one of them.
    frames : ndarray of float32, shape (f, n, ...)
        Samples of the same latents, before training and at some rows.
    frame_steps : ndarray of int, shape (f,)
    real : ndarray of float32, shape (n, ...)
        Some of the training samples.
    """

    steps: np.ndarray
    columns: dict
    frames: np.ndarray
    frame_steps: np.ndarray
    real: np.ndarray

    def __post_init__(self):
        for name, axes in (("steps", 1), ("frame_steps", 1), ("frames", 3), ("real", 2)):
            array = np.asarray(getattr(self, name))
            if array.dtype.kind not in ("iu" if axes == 1 else "f") or array.ndim < axes:
                raise ValueError(
                    f"expected {name} as {'integers' if axes == 1 else 'floats'} with {axes} or "
                    f"more axes, received shape {array.shape}, {array.dtype}"
                )
        shapes = np.shape(self.steps), np.shape(self.frame_steps)
        if shapes != ((len(self.steps),), (len(self.frames),)):
            raise ValueError(f"expected a step for each row and frame, received shapes {shapes}")
        if np.shape(self.frames)[2:] != np.shape(self.real)[1:]:
            raise ValueError(
                "expected frames of samples as the real ones are, received shapes "
                f"{np.shape(self.frames)} and {np.shape(self.real)}"
            )
        wrong = sorted(set(self.columns) ^ set(COLUMNS))
        if wrong:
            raise ValueError(f"expected the columns of COLUMNS, received a difference in {wrong}")
        for name, values in self.columns.items():
            if np.shape(values) != (len(self.steps),):
                raise ValueError(
                    f"expected {len(self.steps)} values of {name}, one a row, "
                    f"received shape {np.shape(values)}"
                )

    def __getitem__(self, name):
        return self.columns[name]

    def __repr__(self):
        return f"<Record of {self.steps[-1:].sum()} steps in {len(self.steps)} rows>"


def save_records(records, path):
    """Write records into one small file of plain arrays.

    Columns are kept in float32, samples in float16: enough to read and to draw.

    Parameters
    ----------
    records : dict of str to Record
        One or more, by names without a slash.
    path : path-like
        An ``.npz``; a file of that name is replaced once the new one is whole.
    """
    if not records or any("/" in name for name in records):
        raise ValueError(f"expected records by names without a slash, received {list(records)}")
    arrays = {}
    for name, record in records.items():
        table = [record[column] for column in COLUMNS]
        with np.errstate(over="ignore"):  # a diverged run stays one: infinite
            arrays |= {
                f"{name}/steps": np.asarray(record.steps, np.int32),
                f"{name}/table": np.asarray(table, np.float32),
                f"{name}/frames": np.asarray(record.frames, np.float16),
                f"{name}/frame_steps": np.asarray(record.frame_steps, np.int32),
                f"{name}/real": np.asarray(record.real, np.float16),
            }
    files.write_npz(path, {"columns": np.array(list(COLUMNS)), **arrays})


def load_records(path):
    """Read what `save_records` wrote.

    Returns
    -------
    dict of str to Record
        In the order in which they were saved.

    Raises
    ------
    files.FileError
        If the file cannot be read, is damaged or holds no records.
    """
    arrays = files.read_npz(path)
    try:
        columns = arrays.pop("columns").tolist()
        return {
            name: Record(
                steps=arrays[f"{name}/steps"],
                columns=dict(zip(columns, _floats(arrays[f"{name}/table"], float), strict=True)),
                frames=_floats(arrays[f"{name}/frames"], np.float32),
                frame_steps=arrays[f"{name}/frame_steps"],
                real=_floats(arrays[f"{name}/real"], np.float32),
            )
            for name in dict.fromkeys(key.split("/")[0] for key in arrays)
        }
    except (KeyError, ValueError, TypeError) as error:
        raise files.FileError(
            f"{path}: expected records as save_records writes them, received {error}"
        ) from None


def _floats(array, dtype):
    if array.dtype.kind != "f" or array.ndim < 2:
        raise ValueError(f"floats expected, not shape {array.shape}, {array.dtype}")
    with np.errstate(over="ignore", invalid="ignore"):  # a diverged run is infinite, or NaN
        return array.astype(dtype)
