"""The commands that evaluate samples and train a classifier."""

import json

import numpy as np
import pytest
from PIL import Image

from ganlab.__main__ import main
from ganlab.datasets import readers
from ganlab.evaluation import features


def test_the_command_line(tmp_path, capsys):
    rng = np.random.default_rng(0)
    real, fake = tmp_path / "real.npz", tmp_path / "fake.npz"
    readers.save_npz(rng.random((80, 12, 12, 1), np.float32), real)
    readers.save_npz(rng.random((50, 12, 12, 1), np.float32), fake)
    out = tmp_path / "out"
    arguments = ["evaluate", "--images", str(fake), "--data", str(real)]
    assert main([*arguments, "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert "memorized" in said.out
    assert "40 images in each set" in said.out
    assert "20/20" in said.err, "progress"
    found = json.loads((out / "evaluation.json").read_text())
    assert found["rows"]["generator"]["frechet_distance"]["value"] > 0
    assert "interval" in found["rows"]["generator"]["frechet_distance"]
    with Image.open(out / "evaluation.png") as picture:
        assert picture.size[0] > 600
    assert main(arguments) == 1
    assert "expected --data and --out" in capsys.readouterr().err


@pytest.mark.slow
def test_the_command_line_trains_a_classifier(tmp_path, capsys):
    labels = np.arange(60) % 2
    images = np.zeros((60, 12, 12, 1), np.float32)
    images[labels == 1, :, 6:] = 1.0
    own = tmp_path / "own.npz"
    readers.save_npz(images, own, labels)
    out = tmp_path / "classifier.npz"
    assert main(["features", "--data", str(own), "--out", str(out), "--steps", "30"]) == 0
    assert "100.0% of 12 held-out images right" in capsys.readouterr().out
    assert features.load(out).output_shape == (None, 2)
    readers.save_npz(images, own)
    assert main(["features", "--data", str(own), "--out", str(out)]) == 1
    assert "expected --data with labels" in capsys.readouterr().err
