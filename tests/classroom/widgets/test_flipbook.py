"""The flipbook without a browser: which page is shown, and what is refused."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from classroom.widgets.flipbook import Flipbook
from ganlab import images

PAGES = np.random.default_rng(0).random((4, 6, 5, 4, 3), np.float32)
CAPTIONS = ["0", "20", "40", "60"]


@pytest.fixture
def book():
    return Flipbook(PAGES, CAPTIONS, label="step", columns=3)


def shown(book):
    """The picture on the page, as an array."""
    data = base64.b64decode(re.search(r'base64,([^"]+)"', book._sheet.value)[1])
    return np.asarray(Image.open(io.BytesIO(data)))


def test_the_slider_opens_pages(book):
    for number, caption in ((0, "0"), (2, "40"), (3, "60")):
        book._slider.value = number
        expected = images.to_uint8(images.tile(PAGES[number], columns=3))
        np.testing.assert_array_equal(shown(book), expected)
        assert f"step {caption}</figcaption>" in book._sheet.value
        assert f'alt="6 images, step {caption}"' in book._sheet.value
        assert repr(book) == f"Flipbook(step={caption!r}, page {number + 1} of 4)"


def test_a_page_is_opened_by_its_number(book):
    book.turn_to(1)
    assert (book.number, book._slider.value) == (1, 1)
    book.turn_to(9)
    assert book.number == 3
    with pytest.raises(ValueError, match="expected number"):
        book.turn_to(-1)


def test_play_goes_through_all_pages(book):
    assert (book._play.min, book._play.max, book._play.interval) == (0, 3, 250)


def test_captions_are_text_not_html():
    book = Flipbook(PAGES[:1], ["<b>bold</b>"], label="of")
    assert "<b>" not in book._sheet.value


def test_the_static_picture_is_the_page(book):
    book.turn_to(2)
    figure = book.draw()
    (axis,) = figure.axes
    assert axis.get_title() == "step 40"
    (picture,) = axis.get_images()
    np.testing.assert_allclose(picture.get_array(), images.tile(PAGES[2], columns=3))


@pytest.mark.parametrize(
    "pages, captions, settings, message",
    [
        ([], [], {}, "pages of one shape, received none"),
        ([PAGES[0], PAGES[0][:2]], ["a", "b"], {}, "pages of one shape, received"),
        (PAGES, ["a"], {}, "expected 4 captions, one for each page, received 1"),
        (PAGES + 1, CAPTIONS, {}, "a page"),
        (PAGES, CAPTIONS, {"columns": 0}, "columns"),
        (PAGES, CAPTIONS, {"milliseconds": 0}, "milliseconds"),
    ],
)
def test_what_is_no_book_is_refused(pages, captions, settings, message):
    with pytest.raises(ValueError, match=message):
        Flipbook(pages, captions, label="step", **settings)
