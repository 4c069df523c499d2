"""Every claim of a notebook holds in all perturbed runs, with a margin, as `tasks.py shake` found.

The runs themselves take minutes a notebook; these tests read what is stored of them.
"""

import pytest

from tools import series, shake

#: Whose claims are not yet printed with ≈ and a band.
FIRST_EDITION = {f"{number:02}" for number in range(1, 9)}
PATHS = [path for path in series.notebooks() if path.name[:2] not in FIRST_EDITION]
EVERY_SHAKEN = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


@EVERY_SHAKEN
def test_it_was_shaken_since_its_code_changed(path):
    missing = set(shake.MODES) - {"AVX2"} - set(shake.stored(path)["runs"])
    assert not missing, f"python3 tasks.py shake {path.name[:2]}"


@EVERY_SHAKEN
def test_its_claims_hold_with_a_margin(path):
    assert shake.red(shake.stored(path)) == []
