"""The SSIM playground without a browser: the damage, the numbers, the contest, the picture."""

import matplotlib
import numpy as np
import pytest
from scipy import ndimage
from skimage.metrics import structural_similarity

from classroom.widgets.ssim_playground import markup
from classroom.widgets.ssim_playground.canvas import PANELS, Canvas, in_colors
from classroom.widgets.ssim_playground.contest import Contender, Contest, equal_errors
from classroom.widgets.ssim_playground.distortions import (
    LIMITS,
    Distortions,
    Unreachable,
    distort,
    match_error,
    mean_squared_error,
    measure,
    raster,
)
from classroom.widgets.ssim_playground.widget import PICTURES, SSIMPlayground
from ganlab import plotting, similarity

STROKE = ((20, 30), (90, 30))


@pytest.fixture(scope="module")
def shared():
    return SSIMPlayground("camera")


@pytest.fixture
def playground(shared):
    shared.picture.value = "camera"
    shared.reset()
    shared.contest = Contest()
    return shared


@pytest.fixture(scope="module")
def photo(shared):
    return shared.original.copy()


def test_no_strength_changes_nothing(photo):
    np.testing.assert_array_equal(distort(photo, Distortions()), photo)
    # Without strokes a scratch has nothing to show, and without strength strokes have not.
    np.testing.assert_array_equal(distort(photo, Distortions(scratch=1.0)), photo)
    np.testing.assert_array_equal(distort(photo, Distortions(strokes=(STROKE,))), photo)


def test_each_distortion_is_what_it_is_called(photo):
    middle = slice(20, -20)
    shifted = distort(photo, Distortions(shift=3.0))
    np.testing.assert_allclose(shifted[:, 3:], photo[:, :-3], atol=1e-6)
    blurred = distort(photo, Distortions(blur=2.0))
    np.testing.assert_allclose(blurred, ndimage.gaussian_filter(photo, 2.0, mode="nearest"))
    assert np.ptp(distort(photo, Distortions(contrast=-1.0))) < 1e-6
    gray = np.full((200, 200), 0.5, np.float32)
    assert abs(distort(gray, Distortions(noise=0.1)).std() - 0.1) < 2e-3  # 40,000 draws
    assert np.allclose(distort(gray, Distortions(brightness=-0.25)), 0.25)
    scratched = distort(photo, Distortions(scratch=1.0, strokes=(STROKE,)))
    assert scratched[30, 25:85].min() == 1.0
    np.testing.assert_array_equal(scratched[40:], photo[40:])
    half = distort(gray, Distortions(scratch=0.5, strokes=(STROKE,)))
    assert np.allclose(half[30, middle][30:60], 0.75)


@pytest.mark.parametrize("name", LIMITS)
def test_the_ends_of_every_slider_are_pictures(photo, name):
    for end in LIMITS[name]:
        changed = distort(photo, Distortions(**{name: end}, strokes=(STROKE,)))
        assert changed.dtype == np.float32 and changed.min() >= 0 and changed.max() <= 1


def test_a_single_point_is_a_dot():
    mask = raster((((64, 64),),), (128, 128))
    assert mask[64, 64] == 1.0 and 5 < mask.sum() < 9  # a disk three pixels wide covers 7


def test_a_stroke_is_as_wide_as_the_browser_is_told():
    mask = raster((((10, 64), (110, 64)),), (128, 128))
    assert mask[:, 60].sum() == pytest.approx(128 * Canvas().pen, abs=0.3)


def test_the_numbers_are_those_of_the_package_and_of_scikit_image(photo):
    changed = distort(photo, Distortions(noise=0.1, blur=1.0))
    found = measure(photo, changed)
    a, b = photo[None, ..., None], changed[None, ..., None]
    for name, expected in (
        ("ssim", similarity.ssim(a, b, data_range=1.0)),
        ("ms_ssim", similarity.ms_ssim(a, b, data_range=1.0)),
        ("psnr", similarity.psnr(a, b, data_range=1.0)),
        ("cosine", similarity.content_similarity(a, b)),
        ("centered_cosine", similarity.content_similarity(a, b, centered=True)),
    ):
        assert abs(getattr(found, name) - float(expected[0])) < 2e-6 * max(1, found.psnr), name
    options = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    assert abs(found.ssim - structural_similarity(photo, changed, data_range=1.0, **options)) < 1e-4
    assert abs(found.psnr + 10 * np.log10(found.mse)) < 1e-4
    assert abs(np.mean(found.error_map**2.0) - found.mse) < 1e-7


@pytest.mark.parametrize("name", ["noise", "blur", "shift", "contrast", "brightness", "scratch"])
def test_every_distortion_can_be_matched(photo, name):
    start = Distortions(strokes=(STROKE, ((10, 60), (100, 110))))
    found = match_error(photo, start, name, 0.002)
    assert abs(mean_squared_error(photo, distort(photo, found)) / 0.002 - 1) < 0.01


def test_a_match_stays_on_the_side_where_the_slider_stands(photo):
    darker = match_error(photo, Distortions(brightness=-0.3), "brightness", 0.01)
    brighter = match_error(photo, Distortions(brightness=0.3), "brightness", 0.01)
    assert darker.brightness < 0 < brighter.brightness
    # Flat gray is the most that lowering the contrast can do; raising it goes further here.
    limit = mean_squared_error(photo, distort(photo, Distortions(contrast=-1.0)))
    assert match_error(photo, Distortions(contrast=0.5), "contrast", limit).contrast < 0


def test_what_cannot_be_matched_says_why(photo):
    with pytest.raises(Unreachable, match="blur reaches an error of .* choose another"):
        match_error(photo, Distortions(), "blur", 0.2)
    with pytest.raises(Unreachable, match="scratch reaches .* draw on the picture first"):
        match_error(photo, Distortions(), "scratch", 0.01)
    with pytest.raises(Unreachable, match="without blur the error is .* weaken the other"):
        match_error(photo, Distortions(noise=0.3), "blur", 0.001)
    with pytest.raises(ValueError, match="expected name as one of noise, .* received 'fog'"):
        match_error(photo, Distortions(), "fog", 0.001)


def test_equal_means_within_five_percent():
    assert equal_errors(0.0100, 0.0105) and equal_errors(0.0105, 0.0100)
    assert not equal_errors(0.0100, 0.01051)
    assert not equal_errors(0.0, 0.0)


def test_the_score_is_the_greatest_difference_at_equal_error():
    contest = Contest()
    b = Contender(None, Distortions(brightness=0.1), 0.01, 0.9)
    assert not contest.compare(b) and contest.best == 0.0
    contest.kept = Contender(None, Distortions(noise=0.1), 0.01, 0.4)
    assert not contest.compare(Contender(None, Distortions(blur=3.0), 0.02, 0.99))
    assert contest.best == 0.0
    assert contest.compare(b) and contest.best == 0.5
    closer = Contender(None, Distortions(blur=1.0), 0.01, 0.5)
    assert contest.compare(closer) and contest.best == 0.5
    assert contest.best_pair == ("noise 0.1", "brightness 0.1")
    contest.kept = None
    assert not contest.compare(b) and contest.best == 0.5


def test_a_round_of_the_contest(playground):
    playground.match("blur")
    assert "Keep a picture as A first" in playground._contest.value
    assert playground.buttons["match"].disabled
    playground.change(noise=0.1)
    playground.buttons["keep"].click()
    noisy = playground.measures.ssim
    playground.reset()
    assert "far more" not in playground._contest.value and "100 % less" in playground._contest.value
    playground.change(brightness=0.02)
    assert playground.buttons["match"].description == "Match the error by brightness"
    playground.buttons["match"].click()
    assert equal_errors(playground.contest.kept.mse, playground.measures.mse)
    assert playground.contest.best == pytest.approx(playground.measures.ssim - noisy)
    assert playground.contest.best > 0.4
    assert "✓ Equal errors" in playground._contest.value
    playground.reset()
    playground.match("scratch")
    assert "draw on the picture first" in playground._contest.value
    playground.picture.value = "digit"
    assert playground.contest.kept is None and playground.contest.best > 0.4


def test_sliders_and_strokes_reach_the_picture(playground, photo):
    playground.sliders["blur"].value = 2.0
    np.testing.assert_array_equal(playground.changed, distort(photo, Distortions(blur=2.0)))
    shown = np.frombuffer(playground.canvas.pictures, np.uint8).reshape(4, 128, 128, 4)
    np.testing.assert_array_equal(shown[1, ..., 0], in_colors(playground.changed, "gray")[..., 0])
    assert (shown[2, :5, :, 3] == 0).all() and (shown[2, 5:-5, 5:-5, 3] == 255).all()
    playground.canvas.strokes = [[[20.0, 30.0], [90.0, 30.0]]]  # as the browser sends them
    assert playground.changed[30, 30:80].min() == 1.0
    assert playground.distortions.strokes == (STROKE,)
    playground.buttons["clear"].click()
    assert playground.distortions.strokes == ()
    playground.scratch(STROKE)
    assert playground.distortions.strokes == (STROKE,)
    playground.buttons["reset"].click()
    assert playground.measures.mse == 0.0 and playground.measures.ssim == 1.0


def test_several_changes_are_one_update(playground, monkeypatch):
    calls = []
    monkeypatch.setattr(playground, "_update", lambda *message: calls.append(message))
    playground.change(noise=0.2, blur=1.0, shift=2.0)
    assert len(calls) == 1


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_is_there_without_a_network(playground, name):
    playground.picture.value = name
    assert playground.original.shape == (128, 128)
    assert np.ptp(playground.original) > 0.4


def test_the_bars_carry_their_numbers(photo):
    same = markup.rows(measure(photo, photo))
    assert same[0] == ("Mean squared error", 0.0, "0.0000 (∞ dB)")
    assert same[1][1] == pytest.approx(1.0)
    inverse = markup.rows(measure(photo, 1 - photo))
    assert all(0 <= length <= 1 for _, length, _ in inverse)
    assert inverse[1][2].startswith("-")
    assert all(label in markup.measures_html(measure(photo, photo)) for label, _, _ in same)


def test_the_static_picture(playground):
    playground.change(noise=0.1)
    figure = playground.draw()
    assert [ax.get_title() for ax in figure.axes if ax.get_title()] == [
        *(caption for caption, *_ in PANELS),
        "noise 0.1",
    ]
    np.testing.assert_array_equal(figure.axes[1].images[0].get_array(), playground.changed)
    playground.keep()
    titles = [ax.get_title() for ax in playground.draw().axes]
    assert titles[-2].startswith("A: error 0.0") and titles[-1].startswith("B: error 0.0")


def test_the_style_of_the_notebooks_does_not_disturb_it(playground):
    with matplotlib.rc_context():
        plotting.use_style()
        assert playground.draw()._repr_png_().startswith(b"\x89PNG")  # a warning would be an error


@pytest.mark.slow  # a compilation for its size
def test_a_picture_of_your_own():
    own = np.random.default_rng(0).random((24, 40))
    playground = SSIMPlayground(own, blur=1.0)
    assert playground.original.shape == (24, 40) and playground.canvas.size == (24, 40)
    assert len(playground.canvas.pictures) == 4 * 24 * 40 * 4
    assert repr(playground) == "SSIMPlayground('yours', blur 1)"
    playground.picture.value = "camera"
    playground.picture.value = "yours"
    np.testing.assert_array_equal(playground.original, own.astype(np.float32))


def test_the_text_of_a_notebook_is_stable(playground):
    playground.change(noise=0.25)
    assert repr(playground) == "SSIMPlayground('camera', noise 0.25)"
    assert playground._repr_mimebundle_()["text/plain"] == repr(playground)
    assert repr(playground.canvas) == "Canvas()"
    playground.reset()
    assert repr(playground) == "SSIMPlayground('camera', unchanged)"


@pytest.mark.parametrize(
    "image, strengths, error",
    [
        ("lena", {}, "expected image as one of camera, .* or an array, received 'lena'"),
        ("camera", {"fog": 1.0}, "expected strengths of noise, .*, received 'fog'"),
        ("camera", {"noise": 2.0}, "expected noise as a number from 0 to 0.5, received 2.0"),
        ("camera", {"blur": "much"}, "expected blur as a number from 0 to 6, received 'much'"),
        (np.zeros((10, 20)), {}, r"at least 11 pixels each way, received shape \(10, 20\)"),
        (np.zeros((20, 20, 3)), {}, r"\(height, width\), gray, .* received shape \(20, 20, 3\)"),
        (np.full((20, 20), 255.0), {}, r"expected images of values in \[0, 1\]"),
    ],
)
def test_bad_arguments(image, strengths, error):
    with pytest.raises(ValueError, match=error):
        SSIMPlayground(image, **strengths)


def test_a_stroke_needs_a_point(playground):
    with pytest.raises(ValueError, match="expected points as one or more"):
        playground.scratch([])
