"""Answers to the exercises of notebook 01 that are wrong, and words of what is said of them."""

WRONG = {
    "01.1": [
        ("guess = len(str(2 * 64))", "choices multiply"),
        ("guess = len(str(64 ** 2))", "64 squared"),
        ("guess = 64", "binary"),
        ("guess = len(str(256 ** 64))", "256 levels"),
        ("guess = 19", "Nearly"),
    ],
    "01.2": [
        ("guess = 0.2 / 2 ** 0.5", "the filter looks further"),
        ("guess = 0.4", "divides by a square root"),
        ("guess = 0.2", "Count the pixels"),
        ("guess = 0.7071", "step of full height"),
    ],
    "01.3": [
        ('choice = ["a", "distance", "diversity", "distance"]', "What are they, then"),
        ('choice = ["b", "distance", "diversity", "distance"]', "all at one place"),
        ('choice = ["c", "distance", "diversity", "distance"]', "more than twice as far"),
        ('choice = ["d", "diversity", "diversity", "distance"]', "it draws the data"),
        ('choice = ["d", "distance", "distance", "distance"]', "B is as near"),
        ('choice = ["d", "distance", "diversity", "diversity"]', "C varies nearly"),
        ('choice = ["d", "distance", "diversity", "blur"]', "three words"),
        ('choice = "d"', "a letter and your evidence"),
    ],
    "01.4": [
        ('order = "cfabed"', "before anybody has computed it"),
        ('order = "cfabde"', "before anybody has computed it"),
        ('order = "efacbd"', "nobody has computed"),
        ('order = "ecafbd"', "not drawn yet"),
        ('order = "ecfbad"', "there is none yet"),
        ('order = "ecfadb"', "take ink away"),
    ],
    "01.5": [
        (
            "return (z * np.sqrt(values[strongest])) @ vectors[:, strongest].T",
            "the mean is missing",
        ),
        ("return mean + (z * values[strongest]) @ vectors[:, strongest].T", "needs its root"),
        ("return mean + z @ vectors[:, strongest].T", "how far to go"),
        ("return mean + (z / np.sqrt(values[strongest])) @ vectors[:, strongest].T", "Divided"),
        ("return mean + (z * np.sqrt(values[strongest])) @ vectors[strongest]", "combine rows"),
        ("return mean + (z * np.sqrt(values[strongest])) @ vectors[:, strongest]", "combine rows"),
        (
            "return mean + (z**2 * np.sqrt(values[strongest])) @ vectors[:, strongest].T",
            "With the inputs of this check the draws",
        ),
    ],
    "01.6": [
        (
            "gap = np.linalg.norm(flat[:, None] - flat[None], axis=-1).mean()",
            "compared with itself",
        ),
        ("gap = flat.std(axis=0).mean()", "pixel by pixel"),
        ("gap = flat.std()", "which image they are of"),
        (
            "squares = ((flat[:, None] - flat[None]) ** 2).sum(axis=-1)\n"
            "gap = squares.sum() / (len(flat) * (len(flat) - 1))",
            "take the root",
        ),
        (
            "far = np.abs(flat[:, None] - flat[None]).sum(axis=-1)\n"
            "gap = far.sum() / (len(flat) * (len(flat) - 1))",
            "Absolute differences",
        ),
        (
            "gap = np.linalg.norm(flat[:, None] - flat[None], axis=-1).sum() / 2",
            "A sum",
        ),
    ],
    "01.7": [
        ('seen = ["a", 0.6, 0.9]', "are they digits"),
        ('seen = ["c", 0.6, 0.9]', "not nothing"),
        ('seen = ["b", keep_directions(40), keep_directions(5)]', "other order"),
        ('seen = ["b", 100 * keep_directions(5), 100 * keep_directions(40)]', "percentages"),
        ('seen = ["b", keep_directions(5), keep_directions(190)]', "asked is 40"),
        ('seen = ["b", 1 - keep_directions(5), 1 - keep_directions(40)]', "left out"),
    ],
    "01.8": [
        ("return rng.random((28, 28)) * (rng.random((28, 28)) < 0.3)", "this is snow"),
        (
            "picture = np.zeros((28, 28))\npicture[4:24, 12:16] = 1.0\nreturn picture",
            "All draws look alike",
        ),
        (
            "picture = np.zeros((28, 28))\npicture[4:24, 8:20] = 0.8\n"
            "return picture + 0.1 * rng.random((28, 28))",
            "noise in single pixels",
        ),
        (
            "row = np.random.default_rng().integers(0, 20)\n"
            "picture = np.zeros((28, 28))\npicture[row : row + 8, 4:24] = 1.0\nreturn picture",
            "draw all chance from rng",
        ),
        ("return np.ones((28, 28))", "mostly empty ground"),
        ("return rng.random((28, 28, 1))", "shape (28, 28) is expected"),
        ("return rng.normal(size=(28, 28))", "outside [0, 1]"),
    ],
}
