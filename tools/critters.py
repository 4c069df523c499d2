"""Draw the parts of the critters once, as the masks that ganlab composes them from.

    python -m tools.critters                 write data/critters.npz anew
    python -m tools.critters --out other.npz

It needs three packages that nothing else here does, best in an environment of its own:

    pip install -e . dicebear-styles==10.6.0 dicebear-core==10.7.0 resvg_py==0.5.0

The drawings are the style "Critters" of DiceBear, in the public domain (CC0 1.0). Each part is
drawn at 512 x 512 and averaged to 128 x 128, once for each color role: a mask says how much of a
pixel that color ends up as, 255 for all of it. What lies over what within a part, a shadow, a
highlight, is thus settled here, and any color can be put in later.
"""

import argparse
import io
import json
import warnings
from importlib import metadata, resources

import numpy as np
from PIL import Image

from ganlab import files
from ganlab.datasets import critters

VERSIONS = {"dicebear-styles": "10.6.0", "dicebear-core": "10.7.0", "resvg_py": "0.5.0"}
LICENSE = "CC0 1.0"

# Which drawings of the style stand for the values of each factor, in the order of these.
VARIANTS = {
    "body": ("dome", "block", "tower", "squat", "bell", "peak", "wedgeInv", "steps"),
    "top": ("horns", "antennae", "earsRound", "earsPointy", "bobble", "sprout", "fin"),
    "eyes": ("mono", "round", "trio", "four", "dots", "happy", "squint", "angry"),
    "mouth": ("smile", "frown", "grin", "teeth", "open", "line"),
    "pattern": (None, "dots", "stripes", "bars"),
}
# The style paints patterns in a white so thin that it is lost at 32 x 32: here they are of ink,
# and so much of it.
PATTERN = 0.45

_SHARP = 4  # times finer than stored
_LITERALS = {"#ffffff": "white", "#fb7185": "pink"}


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tools.critters", description=__doc__)
    parser.add_argument("--out", default=files.recorded(critters.FILE), help="the file to write")
    out = parser.parse_args(arguments).out
    files.write_npz(out, masks(style()))
    print(f"{out}: sha256 {files.sha256(out)}")


def style():
    """Return the definition of the style, after a look at its license and the versions."""
    for package, expected in VERSIONS.items():
        if (received := metadata.version(package)) != expected:
            raise SystemExit(f"expected {package} {expected}, received {received}")
    text = resources.files("dicebear_styles").joinpath("critters.json").read_text("utf-8")
    definition = json.loads(text)
    if (received := definition["meta"]["license"]["name"]) != LICENSE:
        raise SystemExit(f"expected a style under {LICENSE}, received {received}")
    return definition


def masks(definition):
    """Draw every part of every factor.

    Returns
    -------
    dict of str to array of uint8, shape ([bodies, ]values, roles, 128, 128)
        Of the tops, which sit higher or lower on each body, one a body.
    """
    places = {item["name"]: item for item in definition["canvas"]["elements"][0]["children"]}
    parts = {}
    for factor in ("body", "pattern", "eyes", "mouth"):
        variants = VARIANTS[factor]
        parts[factor] = np.stack([_part(definition, places[factor], v) for v in variants])
    bodies = definition["components"]["body"]["variants"]
    # A body brings the top that sits on it, in a group, as the first of its elements.
    seats = [bodies[body]["elements"][0]["children"][0] for body in VARIANTS["body"]]
    parts["top"] = np.stack(
        [np.stack([_part(definition, seat, v) for v in VARIANTS["top"]]) for seat in seats]
    )
    return parts


def _part(definition, place, variant):
    """Draw one part in one place, (roles, 128, 128)."""
    factor = place["name"]
    roles = critters.ROLES[factor]
    if variant is None:
        return np.zeros((len(roles), critters.SIDE, critters.SIDE), np.uint8)
    if factor == "pattern":
        # The shape alone, whatever its opacity in the style.
        shape = _drawn(definition, place, variant, ("white",))
        return np.floor(shape / shape.max() * 255 * PATTERN + 0.5).astype(np.uint8)[np.newaxis]
    whole = _drawn(definition, place, variant, roles)
    part = np.stack([_drawn(definition, place, variant, (role,)) for role in roles])
    # Each drawing is rounded to bytes; where they miss the whole, the largest mask gives way.
    missing = whole - part.sum(axis=0)
    if np.abs(missing).max() > 3:
        raise ValueError(f"expected only {roles} in {factor} {variant}, received another color")
    largest = part.argmax(axis=0)[np.newaxis]
    np.put_along_axis(part, largest, np.take_along_axis(part, largest, 0) + missing, 0)
    return part.astype(np.uint8)


def _drawn(definition, place, variant, white):
    """Draw a part with some color roles in white and all others in black, on black."""
    import resvg_py
    from dicebear import Avatar, Style

    chosen = _colored(definition["components"][place["name"]]["variants"][variant], white)
    component = {**definition["components"][place["name"]], "variants": {variant: chosen}}
    component.pop("probability", None)
    drawing = {
        **definition,
        "canvas": {**definition["canvas"], "elements": [place]},
        "components": {place["name"]: component},
        "colors": {},
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        svg = Avatar(Style(drawing), {"seed": "critters"}).to_string()
    side = critters.SIDE * _SHARP
    png = resvg_py.svg_to_bytes(svg_string=svg, width=side, height=side, background="#000000")
    gray = np.asarray(Image.open(io.BytesIO(bytes(png))).convert("RGB"))[..., 0].astype(np.int64)
    blocks = gray.reshape(critters.SIDE, _SHARP, critters.SIDE, _SHARP).sum(axis=(1, 3))
    return (blocks + _SHARP**2 // 2) // _SHARP**2


def _colored(node, white):
    """Copy a drawing with some color roles in white, all others in black, and without a top."""
    if isinstance(node, list):
        parts = [part for part in node if not _is_component(part)]
        return [_colored(part, white) for part in parts]
    if not isinstance(node, dict):
        return node
    copy = {key: _colored(value, white) for key, value in node.items()}
    for key in {"fill", "stroke"} & copy.keys():
        color = node[key]
        role = color["name"] if isinstance(color, dict) else _LITERALS.get(color)
        if role is not None:
            copy[key] = "#ffffff" if role in white else "#000000"
    return copy


def _is_component(node):
    return isinstance(node, dict) and node.get("type") == "component"


if __name__ == "__main__":
    main()
