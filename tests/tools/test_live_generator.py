"""tools/live_generator.py: the weights that a page draws with are those that were recorded."""

import base64
import json
import re

import numpy as np
import pytest

from ganlab import latents, recipes
from tools import live_generator


@pytest.fixture(scope="module")
def generator():
    return recipes.load_generator("critters")


def weights(layer):
    values = np.frombuffer(base64.b64decode(layer["weights"]["values"]), "<i2")
    scales = np.array(layer["weights"]["scales"])
    return values.reshape(-1, len(scales)) * scales, scales


def test_a_weight_is_off_by_half_a_step_of_its_output_at_most(generator):
    layer = live_generator.layers(generator)["pixels"]
    stored, scales = weights(layer)
    kernel, bias = generator.get_layer("pixels").get_weights()
    exact = kernel.swapaxes(2, 3).reshape(-1, 3)
    assert np.all(np.abs(stored - exact) <= 0.51 * scales)  # of a scale of 7 digits
    np.testing.assert_allclose(scales, np.abs(exact).max(axis=0) / 32767, rtol=1e-6)
    np.testing.assert_allclose(layer["bias"], bias, rtol=1e-6)


def test_a_batch_norm_is_part_of_the_weights_before_it(generator):
    layer = live_generator.layers(generator)["coarse"]
    inputs = np.random.default_rng(0).uniform(size=(3, 224)).astype(np.float32)
    maps = generator.get_layer("coarse_map")(generator.get_layer("coarse")(inputs))
    expected = generator.get_layer("norm_1")(maps, training=False)
    got = (inputs @ weights(layer)[0]).reshape(expected.shape) + layer["bias"]
    np.testing.assert_allclose(got, expected, atol=2e-3)


def test_every_place_of_the_wall_is_as_likely_as_a_corner():
    rng = np.random.default_rng(0)
    walls = np.array([live_generator.between(rng.normal(size=(4, 8))) for _ in range(400)])
    np.testing.assert_allclose(walls.std(axis=(0, 2)), 1, atol=0.1)
    corners = latents.sample(4, 8, seed=0)
    np.testing.assert_allclose(live_generator.between(corners)[[0, 4, 20, 24]], corners, rtol=1e-6)


def test_the_page_holds_all_that_it_shows():
    text = live_generator.page()
    markup, told = re.search(
        r'<div class="live" id="critters">(.*?)<script type="application/json"[^>]*>(.*?)</script>',
        text,
        re.DOTALL,
    ).groups()
    assert "$" not in markup and "475,155 weights" in markup
    assert markup.count('src="data:image/png;base64,') == markup.count("src=") == 2
    data = json.loads(told)
    assert np.shape(data["corners"]) == (4, 32)
    for layer, (inputs, outputs) in {"dense": (32, 224), "pixels": (256, 3)}.items():
        assert weights(data["layers"][layer])[0].shape == (inputs, outputs)
