import hashlib
import itertools

import numpy as np
from scipy import stats
from skimage.color import deltaE_ciede2000, rgb2lab
from sklearn.datasets import load_digits

from ganlab.datasets import handwriting


def sha256(pixels):
    return hashlib.sha256(pixels.tobytes()).hexdigest()


def test_digits_are_the_same_bytes_everywhere():
    pixels, labels = handwriting.digits()
    assert pixels.shape == (1797, 28, 28) and pixels.dtype == np.uint8
    assert labels.shape == (1797,) and labels.dtype == np.int64
    assert sha256(pixels) == "e8d5e783498e6fbb693eb27fb7df33337d970c34260e97dfe8be28b9069cf98e"
    np.testing.assert_array_equal(labels, load_digits().target)


def test_no_rounding_error_can_change_a_byte():
    # The hash above may only be exact because no value lies near the edge between two bytes.
    # Another processor or library changes the values by some 1e-13, in units of a byte.
    levels = handwriting.enlarged(load_digits().images / 16) * 255
    assert np.abs(levels % 1 - 0.5).min() > 1e-8


def test_digits_are_the_handwriting_they_come_from():
    pixels, _ = handwriting.digits()
    source = load_digits().images
    # Count the ink of the same 8 x 8 blocks again, without the margin of 2.8 pixels.
    fine = pixels.repeat(10, axis=1).repeat(10, axis=2)[:, 28:-28, 28:-28]
    counted = fine.reshape(-1, 8, 28, 8, 28).mean(axis=(2, 4))
    each = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(counted, source, strict=True)]
    assert min(each) > 0.9 and np.mean(each) > 0.97


def test_digits_are_crisp_on_black():
    pixels, _ = handwriting.digits()
    assert (pixels == 0).mean() > 0.6 and pixels.max() == 255
    assert not pixels[:, [0, -1]].any() and not pixels[:, :, [0, -1]].any()
    # A plain cubic enlargement leaves a quarter of all pixels between black and white.
    assert ((pixels > 25) & (pixels < 230)).mean() < 0.13


def test_digits_are_made_once_and_cannot_be_changed():
    for made in (handwriting.digits, handwriting.color_digits):
        assert made() is made()
        assert not any(part.flags.writeable for part in made() if isinstance(part, np.ndarray))


def test_color_digits_are_the_same_bytes_everywhere():
    pixels, *_ = handwriting.color_digits()
    assert pixels.shape == (1797, 28, 28, 3) and pixels.dtype == np.uint8
    assert sha256(pixels) == "a35c8a195ca10d5b78a721b260da494bba0ed0c1c8ed9ad6c94e4866fd480bf3"


def test_color_digits_are_the_digits_in_their_inks_and_grounds():
    strokes, _ = handwriting.digits()
    pixels, labels, chosen, captions = handwriting.color_digits()
    inks, grounds = chosen.T
    colors = np.array(list(handwriting.COLORS.values()))
    np.testing.assert_array_equal(pixels[:, 0, 0], colors[grounds])
    full = np.array(
        [image[stroke == 255][0] for image, stroke in zip(pixels, strokes, strict=True)]
    )
    np.testing.assert_array_equal(full, colors[inks])
    mixed = strokes[..., None] / 255 * colors[inks][:, None, None]
    mixed += (1 - strokes[..., None] / 255) * colors[grounds][:, None, None]
    assert np.abs(pixels - mixed).max() <= 0.5 + 1e-9
    names = list(handwriting.COLORS)
    for caption, label, ink, ground in zip(captions, labels, inks, grounds, strict=True):
        a, an = (("an" if n == "orange" else "a") for n in (names[ink], names[ground]))
        digit = handwriting.NAMES[label]
        assert caption == f"{a} {names[ink]} {digit} on {an} {names[ground]} ground"


def test_ink_and_ground_always_differ_visibly():
    pixels, _, chosen, _ = handwriting.color_digits()
    # Measured on the pixels of the first image of each pair, by scikit-image.
    light = rgb2lab(pixels)[..., 0]
    assert np.ptp(light, axis=(1, 2)).min() >= handwriting.CONTRAST - 0.1
    assert len(np.unique(chosen, axis=0)) == 40


# Viénot-style matrices for linear RGB at full strength, Machado, Oliveira, Fernandes (2009).
DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]],
}  # fmt: skip


def test_colors_can_be_told_apart_with_any_color_vision():
    srgb = np.array(list(handwriting.COLORS.values())) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    for matrix in DEFICIENCIES.values():
        seen = np.clip(linear @ np.transpose(matrix), 0, 1)
        seen = np.where(seen <= 0.0031308, 12.92 * seen, 1.055 * seen ** (1 / 2.4) - 0.055)
        lab = rgb2lab(seen)
        apart = [deltaE_ciede2000(a, b) for a, b in itertools.combinations(lab, 2)]
        assert min(apart) > 10  # 1 is just noticeable side by side, 10 at a glance


def test_colors_are_drawn_without_looking_at_the_digit():
    _, labels, chosen, _ = handwriting.color_digits()
    for colors in chosen.T:
        assert np.bincount(colors, minlength=8).min() > 100
        table = np.zeros((10, 8))
        np.add.at(table, (labels, colors), 1)
        assert stats.chi2_contingency(table).pvalue > 0.01
