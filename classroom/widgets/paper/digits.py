"""Ten digits as strokes: for those who draw with keys, for tests, and to begin with."""

import math


def _arc(center, radii, start, end):
    """Return the points of an ellipse from one angle in degrees to another; 0 is right, 90 down."""
    steps = max(2, round(abs(end - start) / 15))
    angles = [math.radians(start + (end - start) * i / steps) for i in range(steps + 1)]
    return [
        (round(center[0] + radii[0] * math.cos(a)), round(center[1] + radii[1] * math.sin(a)))
        for a in angles
    ]


#: The strokes of each digit: points (x, y) on a sheet of 280 x 280.
DIGITS = {
    0: [_arc((140, 140), (52, 84), -70, 290)],
    1: [[(112, 92), (148, 56), (148, 224)]],
    2: [_arc((138, 104), (50, 48), -165, 35) + [(88, 222), (196, 222)]],
    3: [_arc((132, 98), (50, 42), -150, 80) + _arc((132, 182), (56, 42), -80, 150)],
    4: [[(150, 56), (84, 168), (204, 168)], [(172, 112), (172, 224)]],
    5: [[(188, 58), (104, 58), (98, 130)] + _arc((134, 170), (54, 52), -125, 145)],
    6: [[(172, 58), (116, 112)] + _arc((138, 172), (48, 50), -160, 200)],
    7: [[(84, 60), (196, 60), (122, 224)]],
    8: [_arc((140, 98), (40, 40), 90, 450) + _arc((140, 182), (48, 44), -90, 270)],
    9: [_arc((136, 108), (46, 48), 0, -360) + [(180, 136), (166, 224)]],
}
