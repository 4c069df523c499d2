"""The latent explorer without a browser: where the controls lead, what is seen, what is refused."""

import base64
import io
import re

import numpy as np
import pytest
from matplotlib import pyplot as plt
from PIL import Image
from scipy import stats

from classroom.widgets.latent_explorer.pad import Pad
from classroom.widgets.latent_explorer.walk import LatentSpace, Place, squeeze
from classroom.widgets.latent_explorer.widget import LatentExplorer
from ganlab import datasets, images, keras, latents, models, recipes

DIM = 5
REAL = np.random.default_rng(0).random((40, 6, 4, 3), np.float32)


@pytest.fixture(scope="module")
def generator():
    """From 5 numbers to color images that are no squares."""
    return keras.Sequential(
        [
            keras.Input((DIM,)),
            keras.layers.Dense(72, "sigmoid", kernel_initializer=keras.initializers.HeNormal(0)),
            keras.layers.Reshape((6, 4, 3)),
        ]
    )


@pytest.fixture
def explorer(generator):
    return LatentExplorer(generator, REAL, seed=3, directions=2)


def shown(html):
    """The picture of an HTML widget, as an array."""
    data = base64.b64decode(re.search(r'base64,([^"]+)"', html.value)[1])
    return np.asarray(Image.open(io.BytesIO(data)))


def test_the_path_goes_from_a_to_b(explorer):
    a, b = explorer.space.ends
    np.testing.assert_array_equal(explorer.view.latent, a)
    explorer._t.value = 1.0
    np.testing.assert_array_equal(explorer.view.latent, b)
    explorer.go(t=0.3, walk="lerp")
    np.testing.assert_allclose(explorer.view.latent, latents.lerp(a, b, 0.3), rtol=1e-6)
    explorer.go(walk="slerp")
    np.testing.assert_allclose(explorer.view.latent, latents.slerp(a, b, 0.3), rtol=1e-6)


def test_the_image_is_that_of_the_latent_and_is_shown_pixel_by_pixel(explorer, generator):
    explorer.go(t=0.3, x=1.0, y=-2.0, amounts=(0.5, -0.5))
    made = generator(explorer.view.latent[None]).numpy()[0]
    np.testing.assert_allclose(explorer.view.image, made, atol=1e-6)
    np.testing.assert_array_equal(shown(explorer._made), images.to_uint8(explorer.view.image))


def test_plane_and_directions_add_steps_of_their_length(explorer):
    start = explorer.view.latent
    explorer._pad.x, explorer._pad.y = 2.0, -1.5
    u, v = explorer.space.plane
    np.testing.assert_allclose(explorer.view.latent, start + 2 * u - 1.5 * v, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(explorer.view.latent - start), 2.5, rtol=1e-5)
    explorer._amounts[1].value = 3.0
    moved = explorer.view.latent - start - 2 * u + 1.5 * v
    np.testing.assert_allclose(moved, 3 * explorer.space.directions[1], atol=1e-5)
    np.testing.assert_allclose(explorer.space.plane @ explorer.space.plane.T, np.eye(2), atol=1e-6)


def test_the_map_shows_what_the_pad_leads_to(explorer):
    explorer.go(t=0.4, amounts=(1.0, 0.0))
    pictures = explorer.view.map.reshape(7, 7, 6, 4, 3)
    explorer.go(x=3.0, y=-2.0)
    np.testing.assert_allclose(explorer.view.image, pictures[5, 6], atol=1e-6)
    behind = np.asarray(Image.open(io.BytesIO(explorer._pad.picture)))
    assert behind.shape == (42, 28, 3)
    np.testing.assert_array_equal(behind[30:36, 24:28], images.to_uint8(pictures[5, 6]))


def test_the_strip_is_the_path_and_its_mark_is_at_t(explorer):
    explorer.go(t=1.0)
    np.testing.assert_allclose(explorer.view.strip[-1], explorer.view.image, atol=1e-6)
    assert len(explorer.view.strip) == 9
    assert "left: 94.44%" in explorer._strip.value
    explorer.go(t=0.0)
    assert "left: 5.56%" in explorer._strip.value


def test_the_nearest_real_image(generator):
    real = REAL.copy()
    explorer = LatentExplorer(generator, real, seed=3)
    real[17] = explorer.view.image
    again = LatentExplorer(generator, real, seed=3)
    assert again.view.nearest == 17
    assert again.view.distance == pytest.approx(0, abs=1e-6)
    np.testing.assert_array_equal(shown(again._nearest), images.to_uint8(real[17]))
    distances = np.linalg.norm((REAL - explorer.view.image).reshape(40, -1), axis=1)
    assert explorer.view.nearest == distances.argmin()
    assert explorer.view.distance == pytest.approx(distances.min(), rel=1e-5)
    between = np.linalg.norm((REAL[:, None] - REAL).reshape(40, 40, -1), axis=-1)
    between[np.diag_indices(40)] = np.inf
    assert explorer.space.typical == pytest.approx(np.median(between.min(axis=1)), rel=1e-5)


def test_a_label_is_shown_where_there_is_one(generator):
    labeled = datasets.Dataset(REAL, labels=np.full(40, 8))
    explorer = LatentExplorer(generator, labeled, seed=0)
    assert "nearest real image, labeled 8" in explorer._nearest.value


def test_squeezed_latents_follow_the_truncated_normal_distribution():
    z = latents.sample(4000, 2, seed=0)
    for threshold in (0.3, 1.0, 2.5):
        law = stats.truncnorm(-threshold, threshold).cdf
        assert stats.kstest(squeeze(z, threshold).ravel(), law).pvalue > 0.01
    np.testing.assert_array_equal(squeeze(z, 4.0), z)
    assert np.abs(squeeze([-30.0, 30.0], 0.5)).max() <= 0.5
    steps = np.diff([squeeze(z, t) for t in np.arange(0.1, 4.0, 0.1)], axis=0)
    assert np.abs(steps[:, np.abs(z) < 3]).max() < 0.25, "no jumps while the slider moves"


def test_truncation_pulls_the_ends(explorer):
    explorer._threshold.value = 0.2
    assert np.abs(explorer.view.latent).max() <= 0.2
    explorer._home.click()
    np.testing.assert_array_equal(explorer.view.latent, explorer.space.ends[0])


def test_buttons_draw_anew_and_everything_follows_the_seed(generator, explorer):
    twin = LatentExplorer(generator, REAL, seed=3, directions=2)
    before = explorer.space.ends.copy(), explorer.space.plane.copy()
    picture = explorer._pad.picture
    for one in (explorer, twin):
        one._new_b.click()
    np.testing.assert_array_equal(explorer.space.ends[0], before[0][0])
    assert not np.array_equal(explorer.space.ends[1], before[0][1])
    explorer._new_a.click()
    assert not np.array_equal(explorer.space.ends[0], before[0][0])
    np.testing.assert_array_equal(explorer.view.latent, explorer.space.ends[0])
    explorer._plane.click()
    assert not np.array_equal(explorer.space.plane, before[1])
    assert explorer._pad.picture != picture
    twin._new_a.click()
    twin._plane.click()
    np.testing.assert_array_equal(twin.space.plane, explorer.space.plane)
    np.testing.assert_array_equal(twin.space.ends, explorer.space.ends)


def test_directions_are_those_of_most_change():
    """A linear generator has the same J everywhere, and its singular vectors are known."""
    rng = np.random.default_rng(0)
    left, right = (np.linalg.qr(rng.normal(size=(n, n)))[0] for n in (24, DIM))
    sizes = np.array([0.05, 0.04, 0.03, 0.02, 0.01])
    linear = keras.Sequential(
        [keras.Input((DIM,)), keras.layers.Dense(24), keras.layers.Reshape((6, 4, 1))]
    )
    linear.set_weights([(right * sizes) @ left[:DIM], np.full(24, 0.5)])
    space = LatentSpace(linear, REAL[..., :1], seed=0, directions=3)
    alike = np.abs(np.sum(space.directions * right.T[:3], axis=1))
    np.testing.assert_allclose(alike, 1, atol=1e-3)
    assert all(d[np.abs(d).argmax()] > 0 for d in space.directions)


def test_one_look_for_a_move_of_many_controls(explorer, monkeypatch):
    looks = []
    look = explorer.space.look
    monkeypatch.setattr(explorer.space, "look", lambda place: looks.append(place) or look(place))
    explorer.go(t=0.5, walk="lerp", x=1.0, y=1.0, amounts=(1.0, 2.0), threshold=2.0)
    assert looks == [Place(0.5, "lerp", 1.0, 1.0, (1.0, 2.0), 2.0)] == [explorer.place]
    explorer._amounts[0].value = 0.0
    assert len(looks) == 2
    explorer._home.click()
    explorer._plane.click()
    assert len(looks) == 4


def test_the_static_picture(explorer):
    before = plt.get_fignums()
    explorer.go(t=0.5)
    figure = explorer.draw()
    figure.canvas.draw()
    titles = [axis.get_title() for axis in figure.axes]
    assert titles[0] == "generated"
    assert titles[1].startswith("nearest real image\ndistance")
    assert titles[3] == "from A to B by slerp: t = 0.50"
    np.testing.assert_array_equal(figure.axes[0].images[0].get_array(), explorer.view.image)
    assert plt.get_fignums() == before, "drawn with pyplot, whose figure belongs to the cells"


def test_what_is_shown_without_a_front_end_is_stable(explorer):
    text = "LatentExplorer(t=0.00, walk='slerp', x=0.0, y=0.0)"
    assert explorer._repr_mimebundle_()["text/plain"] == text


def test_the_pad_stays_inside():
    pad = Pad(reach=2.0)
    pad.x, pad.y = -7.0, 1.3
    assert (pad.x, pad.y) == (-2.0, 1.3)


def test_the_recorded_generator_can_be_explored():
    real = datasets.load("digits", split="train")
    explorer = LatentExplorer(recipes.load_generator("digits"), real, seed=0)
    explorer.go(t=0.5)
    assert explorer.view.distance < 3 * explorer.space.typical
    assert f"labeled {real.labels[explorer.view.nearest]}" in explorer._nearest.value


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"generator": "digits"}, "expected generator as a keras.Model, received 'digits'"),
        ({"generator": models.mlp_generator(seed=0)}, r"expected generator from .*-> \(None, 2\)"),
        ({"real": REAL[..., :1]}, r"images of shape \(6, 4, 3\).*\(40, 6, 4, 1\)"),
        ({"real": REAL * 255}, r"expected real of values in \[0, 1\]"),
        ({"real": REAL[:1]}, r"expected real as 2 or more.*\(1, 6, 4, 3\)"),
        ({"seed": None}, "expected seed as an integer"),
        ({"directions": 6}, "expected directions as an integer from 0 to 5, received 6"),
        ({"directions": 1.5}, "expected directions as an integer from 0 to 5, received 1.5"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_bad_input_is_named(generator, options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        LatentExplorer(**{"generator": generator, "real": REAL, "seed": 0} | options)


def test_bad_moves_are_named_and_move_nothing(explorer):
    with pytest.raises(ValueError, match="expected amounts as 2 numbers, received 1"):
        explorer.go(t=0.5, amounts=(1.0,))
    with pytest.raises(ValueError, match="expected walk as one of .* received 'fly'"):
        explorer.go(t=0.5, walk="fly")
    assert explorer.place.t == 0
    with pytest.raises(ValueError, match="expected threshold above 0, received 0"):
        squeeze([1.0], 0)


def test_a_wall_of_neighbors_and_words_for_screen_readers(generator):
    real = datasets.Dataset(REAL, captions=tuple(f"picture {i}" for i in range(len(REAL))))

    def describe(made):
        return [f"mean {image.mean():.6f}" for image in made]

    explorer = LatentExplorer(generator, real, seed=3, directions=1, neighbors=5, describe=describe)
    view = explorer.view
    distances = np.linalg.norm((REAL - view.image).reshape(len(REAL), -1), axis=1)
    np.testing.assert_array_equal(view.neighbors, np.argsort(distances)[:5])
    np.testing.assert_allclose(view.distances, np.sort(distances)[:5], rtol=1e-5)
    assert view.nearest == view.neighbors[0] and view.distance == view.distances[0]
    np.testing.assert_array_equal(
        shown(explorer._wall), images.to_uint8(images.tile(REAL[view.neighbors], columns=5))
    )
    first = "; ".join(f"picture {i}" for i in view.neighbors[:3])
    assert f"the first: {first}" in explorer._wall.value
    said = explorer._said.value
    assert said == f"<p>mean {view.image.mean():.6f}.</p>"
    assert explorer._pad.said == f"mean {view.image.mean():.6f}"
    explorer.go(t=1.0)
    assert explorer._said.value != said
    explorer.draw()


def test_words_may_hold_any_sign(generator):
    explorer = LatentExplorer(generator, REAL, seed=3, describe=lambda made: ["<b> & co"])
    assert "&lt;b&gt; &amp; co" in explorer._said.value


def test_more_neighbors_than_there_are_images_are_refused(generator):
    with pytest.raises(ValueError, match="expected neighbors as an integer from 1 to 40"):
        LatentExplorer(generator, REAL, seed=3, neighbors=41)


@pytest.mark.slow
def test_a_judge_of_critters_says_what_is_seen():
    from ganlab.datasets import critters
    from ganlab.evaluation import factors

    judge, real = factors.load(), datasets.load("critters", split="test")
    explorer = LatentExplorer(
        recipes.load_generator("critters"),
        real,
        seed=0,
        neighbors=12,
        describe=lambda made: critters.captions(factors.read(judge, made)),
    )
    (words,) = critters.captions(factors.read(judge, explorer.view.image[None]))
    assert explorer.words == words and words in explorer._said.value


def test_the_walk_can_be_played(explorer):
    explorer._play.value = 1
    assert explorer.place.t == pytest.approx(0.02)
    explorer._t.value = 0.97
    explorer._play.value, explorer._play.playing = 2, True  # goes on from the slider
    assert explorer.place.t == pytest.approx(0.99)
    explorer._play.value = 3
    assert explorer.place.t == 1.0 and not explorer._play.playing
    explorer._play.value = 1  # once more
    assert explorer.place.t == 0.0
