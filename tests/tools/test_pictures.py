"""Figures become smaller, and look the same."""

import base64
import io

import matplotlib.figure
import nbformat
import numpy as np
from PIL import Image

from tools import pictures


def png_of(array):
    file = io.BytesIO()
    Image.fromarray(array).save(file, "png")
    return file.getvalue()


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), float)


def test_a_figure_becomes_smaller_and_looks_the_same():
    figure = matplotlib.figure.Figure(figsize=(5, 3), dpi=80)
    ax = figure.subplots()
    ax.plot(np.sin(np.arange(100)), label="sine")
    ax.set(title="A figure", xlabel="step")
    file = io.BytesIO()
    figure.savefig(file, format="png")
    before = file.getvalue()
    after = pictures.smaller(before)
    assert len(after) < 0.7 * len(before)
    error = pixels(after) - pixels(before)
    assert error.shape == (240, 400, 3)
    assert 10 * np.log10(255**2 / np.mean(error**2)) >= pictures.DECIBELS
    assert pictures.smaller(after) == after  # executing again changes nothing


def test_few_colors_are_kept_exactly():
    squares = np.kron(np.arange(16, dtype=np.uint8).reshape(4, 4) * 16, np.ones((20, 20), np.uint8))
    picture = np.stack([squares, 255 - squares, squares // 2], axis=-1)
    before = png_of(picture)
    after = pictures.smaller(before)
    assert np.array_equal(pixels(after), pixels(before))


def test_what_a_palette_would_spoil_stays_as_it_is():
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    clear = np.zeros((8, 8, 4), np.uint8)
    for array in (noise, clear):
        assert pictures.smaller(png_of(array)) == png_of(array)


def test_the_pictures_of_a_notebook_are_replaced():
    gray = png_of(np.repeat(np.arange(0, 250, 50, dtype=np.uint8), 3000).reshape(100, 150))
    before = png_of(np.asarray(Image.open(io.BytesIO(gray)).convert("RGB")))
    data = {"image/png": base64.b64encode(before).decode()}
    output = nbformat.v4.new_output("display_data", data)
    text = nbformat.v4.new_output("stream", text="picture")
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[output, text])])
    pictures.shrink(book)
    after = base64.b64decode(book.cells[0].outputs[0].data["image/png"])
    assert len(after) < len(before)
    assert np.array_equal(pixels(after), pixels(before))
    nbformat.validate(book)
