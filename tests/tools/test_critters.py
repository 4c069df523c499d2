"""tools/critters.py: the drawings of the style become the masks of data/critters.npz."""

import numpy as np
import pytest

from ganlab import files
from ganlab.datasets import critters
from tools import critters as tool


def test_every_value_has_one_drawing():
    for factor, variants in tool.VARIANTS.items():
        assert len(variants) == len(set(variants)) == len(critters.FACTORS[factor])
    assert tool.VARIANTS.keys() == critters.ROLES.keys()


@pytest.mark.slow
def test_the_file_is_drawn_again_byte_for_byte(tmp_path):
    for package in ("dicebear", "dicebear_styles", "resvg_py"):
        pytest.importorskip(package)
    for name in ("one.npz", "two.npz"):
        tool.main(["--out", str(tmp_path / name)])
        assert files.sha256(tmp_path / name) == critters.SHA256


def test_a_color_without_a_role_is_noticed(monkeypatch):
    shapes = {("ink", "white"): 200, ("ink",): 100, ("white",): 50}
    monkeypatch.setattr(tool, "_drawn", lambda *a: np.full((128, 128), shapes[a[-1]]))
    monkeypatch.setitem(critters.ROLES, "eyes", ("ink", "white"))
    with pytest.raises(ValueError, match="expected only .* in eyes mono, received another color"):
        tool._part({}, {"name": "eyes"}, "mono")
