import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image, ImageSequence

from ganlab import images

rng = np.random.default_rng(0)
GRAY = rng.random((5, 6, 7, 1), dtype=np.float32)
COLOR = rng.random((5, 6, 7, 3), dtype=np.float32)


def test_needs_no_tensorflow():
    code = "import ganlab.images, ganlab.latents, sys; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_check_gives_float32_with_a_channel_axis_and_the_same_values():
    for batch in (
        GRAY,
        COLOR,
        GRAY[..., 0],
        GRAY.astype(np.float64),
        GRAY.astype(np.float16),
    ):
        checked = images.check(batch)
        assert checked.dtype == np.float32
        assert checked.shape == batch.shape + ((1,) if batch.ndim == 3 else ())
        np.testing.assert_array_equal(checked.ravel(), batch.astype(np.float32).ravel())
    assert np.shares_memory(images.check(GRAY), GRAY)


@pytest.mark.parametrize(
    ("batch", "says"),
    [
        (
            np.zeros((2, 4, 4), np.uint8),
            r"expected batch of floating-point .*\(2, 4, 4\), uint8; images.to_float",
        ),
        (
            np.zeros((2, 4, 4), np.int64),
            r"expected batch of floating-point values in \[0, 1\], .* int64$",
        ),
        (np.zeros((2, 4, 4), bool), "bool"),
        (np.zeros((2, 4, 4), complex), "complex"),
        (np.zeros((4, 4)), r"expected batch of shape .* received shape \(4, 4\)"),
        (np.zeros((4, 4, 3)), r"one image, add the batch axis"),
        (np.zeros((1, 4, 4, 2)), "1 or 3 channels"),
        (np.zeros((0, 4, 4, 1)), "at least 1"),
        (np.zeros((2, 0, 4, 1)), "at least 1"),
        (
            np.full((2, 4, 4), 1.01),
            r"expected batch of values in \[0, 1\], received values from 1.01 to 1.01",
        ),
        (np.full((2, 4, 4), -1.0), "received values from -1 to -1"),
        (
            np.where(np.arange(32) == 9, np.nan, 0.5).reshape(2, 4, 4),
            "received 1 that are not",
        ),
        (np.full((2, 4, 4), np.inf), "received 32 that are not"),
    ],
)
def test_check_says_what_it_received(batch, says):
    with pytest.raises(ValueError, match=says):
        images.check(batch, name="batch")


def test_what_rounding_leaves_outside_is_clipped():
    """Several steps of single precision, one of half; values of another range show themselves."""
    for dtype, step in ((np.float64, 1e-6), (np.float32, 9e-7), (np.float16, 2**-10)):
        batch = np.array([[[-step, 0.5, 1 + step, 1]]]).astype(dtype)
        if dtype == np.float16:
            batch[0, 0, 0] = -0.0009
        np.testing.assert_array_equal(images.check(batch).ravel(), [0, 0.5, 1, 1])
        assert batch.max() > 1, "the array of the caller stays as it is"
        assert images.to_uint8(batch).ravel().tolist() == [0, 128, 255, 255]
    for value, says in ((1.000002, "from 0 to 1.000002 "), (-2e-6, "from -2e-06 to 0 ")):
        with pytest.raises(ValueError, match=says):
            images.check(np.array([[[0, value]]]))
    with pytest.raises(ValueError, match=r"from 1e\+300 to 1e\+300"):
        images.check(np.full((1, 2, 2), 1e300))


def test_every_byte_survives_the_round_trip():
    levels = np.arange(256, dtype=np.uint8)
    as_float = images.to_float(levels)
    assert as_float.dtype == np.float32 and as_float.min() == 0 and as_float.max() == 1
    for dtype in (np.float16, np.float32, np.float64):
        np.testing.assert_array_equal(images.to_uint8(as_float.astype(dtype)), levels)


def test_to_uint8_rounds_to_the_nearest_level():
    between = (np.arange(255) + np.array([[0.49], [0.51]])) / 255
    np.testing.assert_array_equal(
        images.to_uint8(between), np.stack([np.arange(255), np.arange(1, 256)])
    )


def test_conversions_refuse_to_guess():
    with pytest.raises(ValueError, match="expected images of uint8, received .* float64"):
        images.to_float(np.zeros(3))
    with pytest.raises(ValueError, match="floating-point"):
        images.to_uint8(np.zeros(3, np.uint8))
    with pytest.raises(ValueError, match="from -1 to 1"):
        images.to_uint8(np.array([-1.0, 1.0]))
    with pytest.raises(ValueError, match="finite"):
        images.to_uint8(np.array([np.nan]))


def test_fit_keeps_the_middle_square():
    wide = np.zeros((2, 4, 8, 3), np.float32)
    wide[:, :, 2:6] = (0.2, 0.4, 0.6)
    np.testing.assert_allclose(images.fit(wide, size=4), wide[:, :, 2:6], atol=1e-6)
    np.testing.assert_array_equal(images.fit(wide), wide)
    halves = images.fit(COLOR[:, :, :6], size=3)
    assert halves.shape == (5, 3, 3, 3) and halves.dtype == np.float32
    tall = images.fit(np.swapaxes(wide, 1, 2), size=4)
    np.testing.assert_allclose(tall, wide[:, :, 2:6], atol=1e-6)


def test_fit_resamples_each_image_as_pillow_does_for_bytes():
    soft = 0.3 + 0.4 * COLOR[:, :, :6]  # for bytes Pillow clips between its two passes
    for image, small in zip(soft, images.fit(soft, size=3), strict=True):
        oracle = Image.fromarray(images.to_uint8(image)).resize((3, 3), Image.Resampling.LANCZOS)
        # The oracle rounds its input and after each of its passes, one for each axis.
        np.testing.assert_allclose(small * 255, np.asarray(oracle), atol=1.5)


def test_fit_to_gray_and_back():
    gray = images.fit(COLOR, color="gray")
    oracle = np.stack([np.asarray(Image.fromarray(x).convert("L")) for x in images.to_uint8(COLOR)])
    np.testing.assert_allclose(gray[..., 0] * 255, oracle, atol=1.01)
    assert images.fit(np.ones((1, 2, 2, 3)), color="gray").max() == 1
    np.testing.assert_array_equal(images.fit(GRAY, color="rgb"), GRAY.repeat(3, axis=-1))
    edge = np.zeros((1, 16, 16), np.float32)
    edge[:, 8:] = 1
    smooth = images.fit(edge, size=40)
    assert smooth.min() == 0 and smooth.max() == 1


@pytest.mark.parametrize(
    "wrong", [{"size": 0}, {"size": 2.5}, {"size": True}, {"size": 5000}, {"color": "purple"}]
)
def test_fit_refuses(wrong):
    with pytest.raises(ValueError, match="expected .* received"):
        images.fit(GRAY, **wrong)


def test_tile_puts_each_image_in_its_place():
    picture = images.tile(COLOR, columns=2, padding=3, background=(0.25, 0.5, 0.75))
    assert picture.shape == (3 * 9 + 3, 2 * 10 + 3, 3)
    np.testing.assert_array_equal(picture[3:9, 3:10], COLOR[0])
    np.testing.assert_array_equal(picture[3:9, 13:20], COLOR[1])
    np.testing.assert_array_equal(picture[21:27, 3:10], COLOR[4])
    np.testing.assert_array_equal(
        picture[18:, 13:], np.broadcast_to([0.25, 0.5, 0.75], (12, 10, 3)).astype("f")
    )
    assert images.tile(GRAY, padding=0).shape == (12, 21, 1)  # 3 columns, 2 rows
    assert images.tile(GRAY, padding=0)[6:, 14:].min() == 1.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"columns": 0},
        {"columns": 2.0},
        {"padding": -1},
        {"padding": 0.5},
        {"background": 2.0},
        {"background": "white"},
        {"background": (1, 1)},
        {"background": float("nan")},
    ],
)
def test_tile_refuses(wrong):
    with pytest.raises(ValueError, match="expected"):
        images.tile(GRAY, **wrong)


def test_png_holds_the_same_bytes_enlarged():
    for image in (GRAY[0], COLOR[0], GRAY[0, ..., 0]):
        png = images.to_png(image, scale=3)
        read = np.asarray(Image.open(io.BytesIO(png)))
        bytes_ = images.to_uint8(image).reshape(read[::3, ::3].shape)
        np.testing.assert_array_equal(
            read, np.kron(bytes_, np.ones((3, 3) + (1,) * (read.ndim - 2), "u1"))
        )
        assert png == images.to_png(image, scale=3)
    with pytest.raises(ValueError, match="expected image of"):
        images.to_png(GRAY)
    with pytest.raises(ValueError, match="expected scale as"):
        images.to_png(GRAY[0], scale=0.5)


def read_gif(data):
    film = Image.open(io.BytesIO(data))
    return film, [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(film)]


@pytest.mark.parametrize("film", [GRAY, COLOR])
def test_gif_plays_every_frame_for_ever(film):
    data = images.to_gif(film, seconds_per_frame=0.1, scale=2, colors=256)
    played, frames = read_gif(data)
    assert len(frames) == 5 and played.info["loop"] == 0 and played.info["duration"] == 100
    for frame, image in zip(frames, film, strict=True):
        # 5 * 42 colors fit the palette of 256; a median cut stores them with 6 to 8 bits.
        difference = np.abs(frame[::2, ::2].astype(int) - images.to_uint8(image).astype(int))
        assert difference.max() <= (0 if film is GRAY else 8)
    assert data == images.to_gif(film, seconds_per_frame=0.1, scale=2, colors=256)


def test_gif_palette_is_small_evenly_spaced_and_shared():
    film = np.linspace(0, 1, 256, dtype=np.float32).reshape(4, 8, 8)
    _, frames = read_gif(images.to_gif(film, seconds_per_frame=0.05, colors=16))
    values = np.unique(frames)
    np.testing.assert_array_equal(values, np.arange(16) * 17)
    np.testing.assert_allclose(np.stack(frames)[..., 0] / 255, film, atol=0.5 / 15 + 1e-6)


def test_gif_gives_equal_pixels_one_color():
    # Dithering would mix colors of the palette to imitate the ones that are not in it.
    ramp = np.linspace(0, 1, 40)[:, np.newaxis] * np.array([1.0, 0.5, 0.2])
    film = [np.broadcast_to(ramp * brightness, (30, 40, 3)) for brightness in (1.0, 0.9)]
    _, frames = read_gif(images.to_gif(film, seconds_per_frame=0.1, colors=8))
    for frame in frames:
        np.testing.assert_array_equal(frame, np.broadcast_to(frame[:1], frame.shape))


def test_gif_shows_a_still_frame_longer():
    still = np.stack([GRAY[0], GRAY[0], GRAY[1]])
    film, frames = read_gif(images.to_gif(still, seconds_per_frame=0.1))
    assert len(frames) == 2
    film.seek(0)
    assert film.info["duration"] == 200


@pytest.mark.parametrize(
    ("frames", "arguments", "says"),
    [
        ([], {}, "received no frames"),
        ([GRAY[0], COLOR[0]], {}, "one shape"),
        (GRAY, {"seconds_per_frame": 0.001}, "0.02"),
        (GRAY, {"seconds_per_frame": float("nan")}, "0.02"),
        (GRAY, {"seconds_per_frame": "fast"}, "received 'fast'"),
        (GRAY, {"colors": 257}, "256"),
        (GRAY.astype(np.uint8), {}, "to_float"),
    ],
)
def test_gif_refuses(frames, arguments, says):
    with pytest.raises(ValueError, match=says):
        images.to_gif(frames, **({"seconds_per_frame": 0.1} | arguments))
