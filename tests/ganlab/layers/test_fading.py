"""The fade: both ends are exact, and it moves."""

import numpy as np
import pytest

from ganlab import keras, layers

OLD, NEW = np.random.default_rng(0).normal(size=(2, 5, 4, 4, 3)).astype(np.float32)


@pytest.mark.parametrize(
    ("alpha", "expected"), [(0.0, OLD), (1.0, NEW), (0.25, 0.75 * OLD + 0.25 * NEW)]
)
def test_the_ends_are_exact(alpha, expected):
    layer = layers.FadeIn()
    layer.alpha.assign(alpha)
    np.testing.assert_array_equal(layer([OLD, NEW]), expected)


def test_alpha_is_a_weight_that_is_not_trained_and_is_kept():
    layer = layers.FadeIn(0.5)
    assert not layer.trainable_variables and len(layer.weights) == 1
    layer.alpha.assign(0.75)
    again = layers.FadeIn.from_config(layer.get_config())
    assert float(again.alpha) == 0.5
    again.set_weights(layer.get_weights())
    assert float(again.alpha) == 0.75


@pytest.mark.parametrize("alpha", [-0.1, 1.5, np.nan, "0.5", None])
def test_what_is_no_share_is_refused(alpha):
    with pytest.raises(ValueError, match="expected alpha in .0, 1., received"):
        layers.FadeIn(alpha)


def test_a_compiled_function_sees_a_new_alpha():
    layer = layers.FadeIn()
    inputs = [keras.Input((4, 4, 3)), keras.Input((4, 4, 3))]
    model = keras.Model(inputs, layer(inputs))
    np.testing.assert_array_equal(model.predict([OLD, NEW], verbose=0), OLD)
    layer.alpha.assign(1.0)
    np.testing.assert_array_equal(model.predict([OLD, NEW], verbose=0), NEW)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([OLD, NEW[..., :1]], r"expected two paths of one shape, received \(5, 4, 4, 3\) and"),
        (OLD, r"expected \[old, new\], received one input"),
        ([OLD, NEW, OLD], r"expected \[old, new\], received one input"),
    ],
)
def test_other_inputs_than_two_of_one_shape_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        layers.FadeIn()(given)
