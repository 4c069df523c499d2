import collections
import hashlib
import itertools
import os
import pathlib
import re
import subprocess
import sys
import time

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab

from ganlab import datasets, files, images
from ganlab.datasets import critters, handwriting
from tests.ganlab.datasets.test_handwriting import DEFICIENCIES

README = pathlib.Path(__file__).parents[3] / "data" / "README.md"
SIZES = {32: "`critters`", 64: "`critters` at `size=64`"}


def printed(name):
    return re.search(
        rf"^\| {re.escape(name)} \| `([0-9a-f]{{64}})` \|$", README.read_text("utf-8"), re.MULTILINE
    )[1]


def sha256(pixels):
    return hashlib.sha256(pixels.tobytes()).hexdigest()


def rows(**values):
    """The factors of one critter that has these values, and the first of every other factor."""
    names = {name.replace(" ", "_"): name for name in critters.FACTORS}
    row = np.zeros((1, len(names)), np.int64)
    for key, value in values.items():
        row[0, critters.NAMES.index(names[key])] = critters.FACTORS[names[key]].index(value)
    return row


# --------------------------------------------------------------------------------- images


@pytest.mark.parametrize("size", SIZES)
def test_the_6000_are_the_same_bytes_everywhere(size):
    pixels, factors = critters.critters(size)
    assert pixels.shape == (6000, size, size, 3) and pixels.dtype == np.uint8
    assert factors.shape == (6000, 8) and factors.dtype == np.int64
    assert sha256(pixels) == printed(SIZES[size])
    assert not pixels.flags.writeable and not factors.flags.writeable


@pytest.mark.slow
def test_other_instructions_of_the_processor_give_the_same_bytes():
    code = (
        "import hashlib\nfrom ganlab.datasets import critters\n"
        "print(hashlib.sha256(critters.critters(32)[0].tobytes()).hexdigest())"
    )
    environment = os.environ | {
        "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F",
        "OPENBLAS_CORETYPE": "Prescott",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == printed(SIZES[32]), done.stderr


def test_the_file_of_masks_is_the_one_in_the_readme_and_small():
    path = files.recorded(critters.FILE)
    assert path.stat().st_size <= 400_000
    assert files.sha256(path) == critters.SHA256 and critters.SHA256 in README.read_text("utf-8")
    for name, masks in critters._masks().items():
        assert masks.dtype == np.uint8 and masks.shape[-2:] == (128, 128)
        bodies = (8,) if name == "top" else ()
        assert masks.shape[:-2] == (*bodies, len(critters.FACTORS[name]), len(critters.ROLES[name]))
        assert masks.sum(axis=-3, dtype=int).max() <= 255  # no pixel is taken twice
        assert all(mask.any() for mask in masks.reshape(-1, *masks.shape[-3:])[1:])


def shrunk(mask, size):
    """Average by enlarging first: every pixel of the result is a block of whole pixels."""
    fine = mask.repeat(size, axis=0).repeat(size, axis=1)
    return fine.reshape(size, 128, size, 128).mean(axis=(1, 3)) / 255


def plainly(row, size):
    """Compose one critter in floating point, straight from the description."""
    value = dict(zip(critters.FACTORS, row, strict=True))
    named = {name: critters.FACTORS[name][k] for name, k in value.items()}
    colors = {
        "ink": (30, 41, 59), "white": (255, 255, 255), "pink": (251, 113, 133),
        "body": critters.COLORS[named["body color"]],
        "accent": critters.COLORS[named["top color"]],
    }  # fmt: skip
    picture = np.ones((size, size, 3)) * critters.GROUNDS[named["ground"]]
    stored = files.read_npz(files.recorded(critters.FILE))
    for part in ("top", "body", "pattern", "eyes", "mouth"):
        masks = stored[part][value["body"]] if part == "top" else stored[part]
        masks = [shrunk(mask, size) for mask in masks[value[part]]]
        below = picture * (1 - sum(masks))[..., np.newaxis]
        above = zip(masks, critters.ROLES[part], strict=True)
        picture = below + sum(mask[..., np.newaxis] * colors[role] for mask, role in above)
    return picture


@pytest.mark.parametrize("size", [8, 13, 32, 50, 100, 128])
def test_images_are_a_plain_composition_within_a_level(size):
    factors = critters.draw(4, seed=size)
    expected = np.stack([plainly(row, size) for row in factors])
    assert np.abs(critters.compose(factors, size=size) - expected).max() < 0.75


@pytest.mark.parametrize("size", [8, 32, 57, 128])
def test_how_many_are_composed_at_once_changes_nothing(size, monkeypatch):
    factors = critters.draw(9, seed=1)
    whole = critters.compose(factors, size=size)
    monkeypatch.setattr(critters, "_VALUES", 1)
    np.testing.assert_array_equal(critters.compose(factors, size=size), whole)
    np.testing.assert_array_equal(critters.compose(factors[4:5], size=size)[0], whole[4])


def test_some_pixels_are_laid_as_in_the_whole_and_the_ground_bounds_them():
    factors = critters.draw(50, seed=2)
    where = np.random.default_rng(0).permutation(32 * 32)[:300]
    some = {
        part: weights.reshape(*weights.shape[:-2], -1)[..., where]
        for part, weights in critters.weights(32).items()
    }
    laid = critters.lay(factors, some)
    whole = critters.compose(factors, size=32).reshape(50, -1, 3)
    np.testing.assert_array_equal(laid, whole[:, where])
    dark, bright = (critters.lay(factors, some, ground=(v, v, v)) for v in (0, 255))
    assert (dark <= laid).all() and (laid <= bright).all()
    assert (dark < bright).any()


@pytest.mark.slow
def test_6000_are_composed_in_seconds():
    factors = critters.draw(6000, seed=0)
    began = time.process_time()
    critters.compose(factors, size=32)
    assert time.process_time() - began < 5


# -------------------------------------------------------------------------------- factors


@pytest.mark.parametrize("name", critters.FACTORS)
def test_values_look_different_at_32_whatever_the_others_are(name):
    factors = critters.draw(100, seed=7)
    seen = []
    for value in range(len(critters.FACTORS[name])):
        factors[:, critters.NAMES.index(name)] = value
        seen.append(critters.compose(factors, size=32).astype(float))
    for one, other in itertools.combinations(seen, 2):
        apart = np.abs(one - other).max(axis=3)
        # Some pixels differ plainly, by more than a sixth of full intensity, in every pair.
        assert (apart > 40).sum(axis=(1, 2)).min() >= 3


@pytest.mark.parametrize("colors", [critters.COLORS, critters.GROUNDS])
def test_colors_can_be_told_apart_with_any_color_vision(colors):
    srgb = np.array(list(colors.values())) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    for matrix in DEFICIENCIES.values():
        seen = np.clip(linear @ np.transpose(matrix), 0, 1)
        seen = np.where(seen <= 0.0031308, 12.92 * seen, 1.055 * seen ** (1 / 2.4) - 0.055)
        lab = rgb2lab(seen)
        assert min(deltaE_ciede2000(a, b) for a, b in itertools.combinations(lab, 2)) > 10


def test_light_critters_stand_on_dark_grounds():
    light, dark = (
        rgb2lab(np.array([list(colors.values())]) / 255)[0, :, 0]
        for colors in (critters.COLORS, critters.GROUNDS)
    )
    assert light.min() - dark.max() >= handwriting.CONTRAST


def test_values_are_equally_likely_and_independent():
    factors = critters.draw(100_000, seed=3)
    for column, values in zip(factors.T, critters.FACTORS.values(), strict=True):
        assert np.ptp(np.bincount(column, minlength=len(values))) < 0.1 * 100_000 / len(values)
    correlated = np.corrcoef(factors.T) - np.eye(len(critters.FACTORS))
    assert np.abs(correlated).max() < 0.015


def test_the_seed_decides_and_the_split_selects():
    np.testing.assert_array_equal(critters.draw(50, seed=4), critters.draw(50, seed=4))
    assert not np.array_equal(critters.draw(50, seed=4), critters.draw(50, seed=5))
    for n, split in ((1, "train"), (1, "test"), (999, "train"), (999, "test")):
        factors = critters.draw(n, seed=0, split=split)
        assert factors.shape == (n, 8)
        assert (critters.withheld(factors) == (split == "test")).all()


def test_withheld_combinations_are_never_seen_in_training():
    train, test = (datasets.load("critters", split=split) for split in ("train", "test"))
    assert len(train) + len(test) == 6000
    assert 0.15 < len(test) / 6000 < 0.3
    rules = [
        (names, pair) for names, pairs in critters.WITHHELD.items() for pair in pairs
    ]  # fmt: skip
    counted = collections.Counter()
    for data in (train, test):
        for row in data.factors:
            named = {
                name: values[k]
                for (name, values), k in zip(critters.FACTORS.items(), row, strict=True)
            }
            met = [rule for rule in rules if tuple(named[n] for n in rule[0]) == rule[1]]
            assert bool(met) == (data is test)
            counted.update(met)
    assert counted.keys() == set(rules) and min(counted.values()) > 50
    for column, values in zip(train.factors.T, critters.FACTORS.values(), strict=True):
        assert np.bincount(column, minlength=len(values)).min() > 400


# ------------------------------------------------------------------------------- captions


def test_captions_are_english():
    factors = rows(
        body="bell", body_color="green", eyes="three eyes", mouth="a grin", top="antennae",
        top_color="pink",
    )  # fmt: skip
    assert critters.captions(factors) == (
        "a green bell with three eyes, a grin and pink antennae on a purple ground",
    )
    factors = rows(pattern="spotted", top="fin", top_color="orange", body_color="orange")
    assert critters.captions(factors) == (
        "a spotted orange dome with one eye, a smile and an orange fin on a purple ground",
    )
    factors = rows(body_color="orange", top="bobble", top_color="gray", ground="black")
    assert critters.captions(factors) == (
        "an orange dome with one eye, a smile and a gray bobble on a black ground",
    )


def test_different_factors_have_different_captions():
    factors = np.unique(critters.draw(5000, seed=0), axis=0)
    captions = critters.captions(factors)
    assert len(set(captions)) == len(factors)
    assert not any(re.search(r"\ba [aeiou]|\ban [^aeiou]|plain|  ", text) for text in captions)


# -------------------------------------------------------------------------------- by name


def test_load_gives_what_is_known_of_each():
    data = datasets.load("critters")
    assert data.label_names == critters.FACTORS["body"] and data.factor_names == critters.NAMES
    np.testing.assert_array_equal(data.labels, data.factors[:, 0])
    assert data.captions == critters.captions(data.factors)
    pixels = critters.compose(data.factors[:50], size=32)
    np.testing.assert_array_equal(images.to_uint8(data.images[:50]), pixels)


def test_size_composes_and_never_resamples():
    data = datasets.load("critters", size=16)
    pixels = critters.compose(data.factors[:50], size=16)
    np.testing.assert_array_equal(images.to_uint8(data.images[:50]), pixels)
    gray = datasets.load("critters", size=16, color="gray").images
    assert gray.shape == (6000, 16, 16, 1)
    np.testing.assert_allclose(gray[:50], images.fit(pixels, color="gray"), atol=1e-6)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: datasets.load("critters", size=7), "size as an integer from 8 to 128, received 7"),
        (lambda: datasets.load("critters", size=129), "size .* from 8 to 128, received 129"),
        (lambda: datasets.load("critters", size=128), "at most 200000000 values, received 6000 im"),
        (lambda: critters.compose(critters.draw(1, seed=0), size=32.0), "size as an integer"),
        (lambda: critters.compose(np.zeros((2, 7), int), size=32), r"factors .*received .*\(2, 7"),
        (lambda: critters.compose(np.zeros((2, 8)), size=32), "factors as integers .* float64"),
        (
            lambda: critters.compose(np.zeros((0, 8), int), size=32),
            "factors of 1 or more critters, received",
        ),
        (
            lambda: critters.compose(np.full((1, 8), 5), size=32),
            "'pattern' from 0 to 3, received 5 to 5",
        ),
        (lambda: critters.captions(np.full((1, 8), -1)), "'body' from 0 to 7, received -1 to -1"),
        (lambda: critters.withheld([1]), r"factors .* received shape \(1,\)"),
        (lambda: critters.draw(0, seed=0), "n as an integer from 1 on, received 0"),
        (lambda: critters.draw(1, seed=-1), "seed as an integer from 0 on, received -1"),
        (lambda: critters.draw(1, seed=True), "seed as an integer from 0 on, received True"),
        (lambda: critters.draw(1, seed=0, split="all"), "split as 'train', .* received 'all'"),
        (lambda: datasets.stacked_digits(0, seed=0), "n as an integer from 1 to .*, received 0"),
        (lambda: datasets.stacked_digits(10**9, seed=0), "n as .* to 85034, received 1000000000"),
        (lambda: datasets.stacked_digits(5, seed=1.0), "seed as an integer .*, received 1.0"),
    ],
)
def test_what_does_not_fit_is_refused(call, says):
    with pytest.raises(ValueError, match=f"expected {says}"):
        call()


# -------------------------------------------------------------------------- stacked digits


def test_stacked_digits_are_three_digits_each():
    data = datasets.stacked_digits(3000, seed=1)
    assert data.images.shape == (3000, 28, 28, 3) and data.images.dtype == np.float32
    assert data.factors.shape == (3000, 3) and data.factor_names == ("red", "green", "blue")
    np.testing.assert_array_equal(data.labels, data.factors @ [100, 10, 1])
    assert len(data.label_names) == 1000 and data.label_names[407] == "407"
    pixels, digits = handwriting.digits()
    digit_of = collections.defaultdict(set)
    for image, digit in zip(pixels, digits, strict=True):
        digit_of[image.tobytes()].add(digit)
    for image, row in zip(images.to_uint8(data.images[:300]), data.factors, strict=False):
        for channel, digit in enumerate(row):
            assert digit in digit_of[np.ascontiguousarray(image[..., channel]).tobytes()]


def test_stacked_digits_meet_nearly_all_kinds():
    data = datasets.stacked_digits(20_000, seed=0)
    assert len(np.unique(data.labels)) == 1000
    again = datasets.stacked_digits(20_000, seed=0)
    np.testing.assert_array_equal(data.images, again.images)
    assert not np.array_equal(data.factors, datasets.stacked_digits(20_000, seed=1).factors)
