"""The wall of truncated samples without a browser: what is shown, and what is refused."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from classroom.widgets.truncation_wall.widget import TruncationWall
from ganlab import images, latents, models


@pytest.fixture(scope="module")
def generator():
    return models.biggan_generator((8, 8, 3), 6, classes=3, width=2, embedding_dim=4, seed=0)


@pytest.fixture
def wall(generator):
    return TruncationWall(generator, columns=4, seed=5)


def test_without_truncation_the_wall_shows_normal_latents_a_class_in_each_row(wall, generator):
    z = latents.sample(12, 6, seed=5)
    made = models.apply(generator, [z, np.repeat([0, 1, 2], 4)])
    np.testing.assert_allclose(wall.shown, made, atol=1e-6)
    data = base64.b64decode(re.search(r'base64,([^"]+)"', wall._wall.value)[1])
    shown = np.asarray(Image.open(io.BytesIO(data)))
    np.testing.assert_array_equal(shown, images.to_uint8(images.tile(wall.shown, columns=4)))


def test_a_lower_threshold_leaves_less_variety(wall):
    found = []
    for threshold in (4.0, 1.0, 0.3, 0.1):
        wall.go(threshold=threshold)
        found.append(wall.variety)
    assert found == sorted(found, reverse=True) and found[-1] < 0.2 * found[0]


def test_what_it_says_is_what_it_measured(wall):
    wall.go(threshold=1.0)
    assert repr(wall) == "TruncationWall(threshold=1.0)"
    assert f"distance of neighbors {wall.variety:.3f}" in wall._wall.value
    deviation = float(re.search(r"latents (\d\.\d\d)", wall._wall.value)[1])
    assert abs(deviation - 0.54) < 0.1  # of 72 numbers
    wall.go(threshold=99)
    assert wall.threshold == 4.0


def test_a_page_without_a_kernel_gets_a_picture(wall):
    wall.go(threshold=0.5)
    figure = wall.draw()
    assert "threshold: 0.5" in figure.axes[0].get_title()
    assert figure._repr_png_()[1:4] == b"PNG"


def test_a_generator_without_labels_is_refused():
    plain = models.mlp_generator(seed=0)
    with pytest.raises(ValueError, match="expected generator as one that takes latents and labels"):
        TruncationWall(plain, seed=0)
