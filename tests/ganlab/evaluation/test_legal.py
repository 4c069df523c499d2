"""The nearest of all legal critters: against a search through all, and by its parts."""

import itertools
import time

import numpy as np
import pytest

from ganlab import images
from ganlab.datasets import critters
from ganlab.evaluation import legal, nearest_critters

COUNTS = [len(values) for values in critters.FACTORS.values()]

# The nearest of all 1,935,360 critters at 32 x 32 to each of `awkward(32)`, by composing and
# comparing every one of them, which takes minutes.
SEARCHED = """
    64245310 01255131 11242043 13321211 13361302 64035322 65023230 41211600
    55335440 15351540 15355600 75315510 15325600 35301510 75305500 25325510
    05015350 01045132 21045053 35225211 45145002 65235122 25225223 71015403
    05015350 00255731 21045053 15225211 75145002 65235122 25225220 41015603
""".split()
APART = [
    0.020098, 0.0833, 0.145783, 0.195824, 0.239855, 0.281149, 0.325985, 0.351845,
    0.32301, 0.318503, 0.32208, 0.324528, 0.318951, 0.321874, 0.319327, 0.323978,
    0.121503, 0.092583, 0.131453, 0.115591, 0.109847, 0.128028, 0.135419, 0.100877,
    0.176416, 0.134224, 0.194947, 0.171026, 0.176345, 0.213465, 0.19635, 0.144481,
]  # fmt: skip


def real(n, *, size, seed):
    factors = critters.draw(n, seed=seed)
    return images.to_float(critters.compose(factors, size=size)), factors


def awkward(size):
    """Real critters with more and more noise, noise alone, means of two, halves of two."""
    random = np.random.default_rng(3)
    some, _ = real(32, size=size, seed=3)
    one, other = some[:8], some[8:16]
    noise = np.stack([random.normal(size=one.shape[1:]) for _ in range(8)])
    noisy = (one + np.linspace(0.02, 0.5, 8)[:, None, None, None] * noise).clip(0, 1)
    alone = random.random(one.shape)
    halves = np.concatenate([one[:, :, : size // 2], other[:, :, size // 2 :]], axis=2)
    return np.concatenate([noisy, alone, (one + other) / 2, halves])


def apart(image, composed):
    return np.sqrt(np.mean((images.to_float(composed) - image.astype(float)) ** 2, axis=(1, 2, 3)))


@pytest.mark.parametrize("size", [13, 32, 41])
def test_a_real_critter_is_its_own_nearest_and_exactly_there(size):
    pictures, factors = real(60, size=size, seed=11)
    distances, found = nearest_critters(pictures)
    np.testing.assert_array_equal(distances, np.zeros(60))
    np.testing.assert_array_equal(found, factors)
    assert distances.dtype == np.float32 and found.dtype == np.int64


@pytest.mark.slow
@pytest.mark.parametrize("size", [64, 128])
def test_large_critters_too(size):
    pictures, factors = real(8, size=size, seed=12)
    distances, found = nearest_critters(pictures)
    np.testing.assert_array_equal(distances, np.zeros(8))
    np.testing.assert_array_equal(found, factors)


def test_a_search_through_all_critters_found_the_same():
    distances, factors = nearest_critters(awkward(32))
    assert ["".join(map(str, row)) for row in factors.tolist()] == SEARCHED
    np.testing.assert_allclose(distances, APART, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("body", [3, 7])  # whose eyes reach beyond them
def test_of_one_body_a_search_through_all_finds_none_nearer(body, monkeypatch):
    size = 8
    wanted = awkward(size)
    tables = legal._tables(size)
    monkeypatch.setattr(legal, "_tables", lambda _: tables[body : body + 1])
    factors = legal._nearest(wanted, size)
    factors[:, 0] = body  # the only one there was
    found = [
        apart(w, critters.compose(row[None], size=size))[0]
        for w, row in zip(wanted, factors, strict=True)
    ]
    flat = 255 * wanted.reshape(len(wanted), -1).astype(float)
    least = np.full(len(wanted), np.inf)
    for top, accent in itertools.product(range(COUNTS[3]), range(COUNTS[4])):
        shape = [1, COUNTS[1], COUNTS[2], 1, 1, *COUNTS[5:]]
        rows = np.indices(shape).reshape(8, -1).T
        rows[:, [0, 3, 4]] = body, top, accent
        every = critters.compose(rows, size=size).reshape(len(rows), -1).astype(float)
        squares = (every**2).sum(axis=1) - 2 * flat @ every.T + (flat**2).sum(axis=1)[:, None]
        least = np.minimum(least, squares.min(axis=1))
    np.testing.assert_allclose(found, np.sqrt(least / flat.shape[1]) / 255, atol=1e-7)


@pytest.mark.parametrize("size", [8, 13, 32])
def test_the_tables_add_up_to_the_squared_error(size):
    """Of any image and any critter, to the last level."""
    wanted = 255.0 * awkward(size)[::4].astype(float)
    n = len(wanted)
    for row in critters.draw(40, seed=size):
        shared, of_tops = legal._tables(size)[row[0]]
        total = np.square(wanted).sum(axis=(1, 2, 3))
        seen = []
        for table in shared + of_tops[row[3]]:
            costs = table.costs(wanted.reshape(n, size * size, 3))
            total += costs[:, *np.minimum(row, np.array(costs.shape[1:]) - 1)]
            seen.append(table.where)
        composed = critters.compose(row[None], size=size)
        expected = np.square(wanted - composed).sum(axis=(1, 2, 3))
        np.testing.assert_allclose(total, expected, rtol=1e-10)
        np.testing.assert_array_equal(np.sort(np.concatenate(seen)), np.arange(size * size))


def test_eliminating_factors_gives_the_least_sum():
    random = np.random.default_rng(0)
    full = (1, 3, 4, 1, 2, 5, 3, 2)
    shown = [(1, 5), (1, 2), (5, 6), (2, 6, 7), (4, 7), (1,)]
    costs = [
        random.random((6, *(m if k in axes else 1 for k, m in enumerate(full)))) for axes in shown
    ]
    total = np.zeros((6, *full)) + sum(costs)
    left, chosen = legal._eliminate(costs, legal._ELIMINATED)
    np.testing.assert_allclose(sum(left).reshape(6), total.reshape(6, -1).min(axis=1))
    for image in range(6):
        row = np.zeros(8, int)
        for axis, best in reversed(chosen):
            row[axis] = best[image, *np.minimum(row, np.array(best.shape[1:]) - 1)]
        assert total[image, *row] == total[image].min()


def test_an_image_is_judged_alone():
    wanted = awkward(16)
    distances, factors = nearest_critters(wanted)
    for k in (0, 9, 31):
        alone = nearest_critters(wanted[k : k + 1])
        np.testing.assert_allclose(alone[0], distances[k], atol=1e-7)
        np.testing.assert_array_equal(alone[1][0], factors[k])
    many = nearest_critters(np.concatenate([wanted, wanted]))  # more than go at a time
    np.testing.assert_array_equal(many[1], np.concatenate([factors, factors]))


@pytest.mark.slow
def test_a_hundred_take_a_second_or_so():
    pictures, _ = real(100, size=32, seed=0)
    nearest_critters(pictures[:1])  # prepares the tables
    began = time.process_time()
    nearest_critters(pictures)
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        ((2, 32, 32, 1), r"images of shape \(n, size, size, 3\) .* 8 to 128, .*\(2, 32, 32, 1\)"),
        ((2, 32, 30, 3), r"images of shape \(n, size, size, 3\) .*\(2, 32, 30, 3\)"),
        ((2, 7, 7, 3), r"images of shape \(n, size, size, 3\) .*\(2, 7, 7, 3\)"),
        ((1, 129, 129, 3), r"images of shape \(n, size, size, 3\) .*\(1, 129, 129, 3\)"),
        ((32, 32, 3), r"images of shape \(n, height, width, channels\)"),
    ],
)
def test_what_does_not_fit_is_refused(shape, says):
    with pytest.raises(ValueError, match=f"expected {says}"):
        nearest_critters(np.zeros(shape))
