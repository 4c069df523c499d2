"""Store figures in smaller files that look the same."""

import base64
import io

import numpy as np
from PIL import Image

__all__ = ["shrink", "smaller"]

COLORS = 256  # what one byte a pixel can tell apart
DECIBELS = 45.0  # of signal against error; nobody sees a difference from about 40


def shrink(notebook):
    """Replace each PNG in the outputs of a notebook by a smaller file that looks the same."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if "image/png" in data:
                png = smaller(base64.b64decode(data["image/png"]))
                data["image/png"] = base64.b64encode(png).decode()


def smaller(png):
    """Return a picture with a palette of its colors, if that is smaller and looks the same.

    Most figures are text and lines on white: a palette halves their files. A photograph or a
    smooth color map that it would change visibly stays as it is, and so does a picture with a
    transparent part or one that has a palette already.

    Parameters
    ----------
    png : bytes

    Returns
    -------
    bytes
    """
    picture = Image.open(io.BytesIO(png))
    if picture.mode == "P" or picture.convert("RGBA").getextrema()[3][0] < 255:
        return png
    colors = picture.convert("RGB")
    mapped = colors.quantize(
        COLORS, method=Image.Quantize.MEDIANCUT, kmeans=3, dither=Image.Dither.NONE
    )
    error = np.asarray(colors, np.float64) - np.asarray(mapped.convert("RGB"), np.float64)
    if np.mean(error**2) > 255.0**2 * 10.0 ** (-DECIBELS / 10.0):
        return png
    file = io.BytesIO()
    mapped.save(file, "png", optimize=True, dpi=picture.info.get("dpi"))
    return min(png, file.getvalue(), key=len)
