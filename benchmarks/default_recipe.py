"""What the default recipe makes in 60 seconds, on the digits and on data it was not tuned on.

The other data are capital letters, drawn with the fonts that Matplotlib brings, turned and
sheared a little: 28x28 gray images in an .npz file, as a user would hand them over. Training is
what ``python -m ganlab train --seconds 60`` does, with all it saves and draws; compiling counts.
"""

import pathlib
import tempfile

import numpy as np

from benchmarks import record

__all__ = ["NAME", "letters", "measure", "report"]

NAME = "default_recipe"
SECONDS = 60
SEEDS = (0, 1, 2)
SIZE = 28
LETTERS = "ABCDEFGHJK"
BARS = {"times_floor": 2.0, "precision": 0.75, "recall": 0.8}
COLUMNS = (
    ("steps", "steps", 0),
    ("times_floor", "Fréchet / floor", 2),
    ("precision", "precision", 2),
    ("recall", "recall", 2),
    ("coverage", "coverage", 2),
    ("rarest_class", "rarest class", 2),
    ("commonest_class", "commonest class", 2),
    ("copies", "copies", 2),
)


def letters(count=1_800, *, seed=0):
    """Ten capital letters in a dozen fonts: images (count, 28, 28, 1) in [0, 1], and labels."""
    import matplotlib
    from PIL import Image, ImageDraw, ImageFont

    folder = pathlib.Path(matplotlib.get_data_path(), "fonts", "ttf")
    fonts = [
        ImageFont.truetype(str(path), 80)
        for path in sorted(folder.glob("DejaVu*.ttf"))
        if "Display" not in path.name
    ]
    rng = np.random.default_rng(seed)
    images = np.empty((count, SIZE, SIZE, 1), np.float32)
    labels = np.arange(count) % len(LETTERS)
    for i, label in enumerate(labels):
        canvas = Image.new("L", (112, 112))
        font = fonts[rng.integers(len(fonts))]
        ImageDraw.Draw(canvas).text((56, 56), LETTERS[label], 255, font=font, anchor="mm")
        angle, shear = rng.normal(0.0, (0.1, 0.12))
        stretch = np.exp(rng.normal(0.0, 0.08, size=2))
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        matrix = turn @ np.array([[1.0, shear], [0.0, 1.0]]) @ np.diag(stretch)
        offset = 56.0 - matrix @ [56.0, 56.0]
        coefficients = (*matrix[0], offset[0], *matrix[1], offset[1])
        drawn = canvas.transform(canvas.size, Image.Transform.AFFINE, coefficients, Image.BILINEAR)
        small = drawn.resize((SIZE, SIZE), Image.Resampling.BOX)
        images[i, :, :, 0] = np.asarray(small, np.float32) / 255.0
    return images, labels


def measure():
    from ganlab import datasets, evaluation, runs
    from ganlab.datasets import readers

    result = record.start()
    result["seconds"] = SECONDS
    result["data"] = {}
    with tempfile.TemporaryDirectory() as folder:
        own = pathlib.Path(folder, "letters.npz")
        images, labels = letters()
        readers.save_npz(images, own, labels)
        for name, source in (("digits", "digits"), ("letters", str(own))):
            data = datasets.load(source)
            extractor = evaluation.extractor_for(data)
            rows = []
            for seed in SEEDS:
                out = pathlib.Path(folder, f"{name}-{seed}")
                run = runs.train(out, data=source, seconds=SECONDS, seed=seed)
                fake = run.sample(len(data) // 2, seed=seed)
                report = evaluation.evaluate(
                    data.images, fake, extractor=extractor, seed=0, resamples=0
                )
                found = report["generator"].measures | {"steps": run.record["steps"]}
                rows.append({key: round(float(value), 4) for key, value in found.items()})
            floor = report["real, other half"].measures
            result["data"][name] = {
                "runs": rows,
                "floor": {key: round(value, 4) for key, value in floor.items()},
            }
    return record.finish(result)


def report(result):
    """Return the table of a result, in Markdown."""
    rows = []
    for name, found in result["data"].items():
        for seed, run in zip(SEEDS, found["runs"], strict=True):
            values = [f"{run[key]:,.{digits}f}" for key, _, digits in COLUMNS]
            rows.append((f"{name}, seed {seed}", *values))
        values = [
            f"{found['floor'][key]:,.{digits}f}" if key in found["floor"] else ""
            for key, _, digits in COLUMNS
        ]
        rows.append((f"{name}, two real halves", *values))
    header = (f"{result['seconds']} seconds", *(heading for _, heading, _ in COLUMNS))
    return (
        record.table(header, rows)
        + f"\n\nThe bars are {BARS['times_floor']} times the floor, precision {BARS['precision']}, "
        f"recall {BARS['recall']}, and every class between half and double its real share."
    )
