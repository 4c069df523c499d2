"""Answers to the exercises of notebook 07 that are wrong, and words of what is said of them."""

_MMD = """
xx, yy, xy = likeness(real, real), likeness(fake, fake), likeness(real, fake)
n, m, own = len(real), len(fake), np.trace
return {}
"""
_BALLS = """
own = np.linalg.norm({center}[:, None] - {center}[None], axis=2)
radii = np.sort(own, axis=1)[:, {column}]
gaps = np.linalg.norm({point}[:, None] - {center}[None], axis=2)
return (gaps <= radii).any(axis={axis}).mean()
"""

WRONG = {
    "07.1": [
        ("guess = 4", "the mean has moved"),
        ("guess = 3", "enters squared"),
        ("guess = 5**0.5", "No root is taken"),
        ("guess = 65", "not the variances"),
        ("guess = 9", "how far does each grain move"),
        ("guess = 1", "the second axis has another width"),
        ("guess = 30", "it is less than that"),
    ],
    "07.2": [
        (_MMD.format("xx.mean() + yy.mean() - 2 * xy.mean()"), "compared with itself too"),
        (
            _MMD.format(
                "(xx.sum() - own(xx)) / n**2 + (yy.sum() - own(yy)) / m**2 - 2 * xy.mean()"
            ),
            "not out of the count",
        ),
        (
            _MMD.format(
                "(xx.sum() - own(xx)) / (n * n - n) + (yy.sum() - own(yy)) / (m * m - m)"
                " - xy.mean()"
            ),
            "across counts twice",
        ),
        (
            _MMD.format(
                "2 * xy.mean() - (xx.sum() - own(xx)) / (n * n - n)"
                " - (yy.sum() - own(yy)) / (m * m - m)"
            ),
            "sign is flipped",
        ),
        (
            _MMD.format("xx.sum() - own(xx) + yy.sum() - own(yy) - 2 * xy.sum()"),
            "These are sums",
        ),
        (
            _MMD.format("(xx.sum() - own(xx)) / (n * n - n) + (yy.sum() - own(yy)) / (m * m - m)"),
            "nothing compares real with fake",
        ),
    ],
    "07.3": [
        ("return precision_of_a_colleague(real, fake, k)", "Both faults"),
        ("return precision_of_a_colleague(real, fake, k + 1)", "this is recall"),
        ("return precision_of_a_colleague(fake, real, k)", "The balls are too small"),
        (_BALLS.format(center="real", point="fake", column="k - 1", axis=1), "too small"),
        (_BALLS.format(center="real", point="fake", column="k", axis=0), "manner of coverage"),
        ("return metrics.precision_recall(fake, real, k=k).precision", "this is recall"),
    ],
    "07.4": [
        ('answer = ["precision", 1.0]', "whether the samples look real"),
        ('answer = ["recall", 0.5]', "a ball that reaches back"),
        ('answer = ["density", 0.5]', "as many real balls"),
        ('answer = ["coverage", 0.995]', "not what it says"),
        ('answer = ["coverage", 0]', "not what it says"),
        ('answer = ["accuracy", 0.5]', "Choose one of"),
        ('answer = "coverage"', "A list of 2"),
    ],
    "07.5": [
        ('turning_point = ["b", 49]', "go on"),
        ('turning_point = ["b", 125]', "go back"),
        ('turning_point = ["a", 50]', "same samples"),
        ('turning_point = ["c", 50]', "do not move"),
        ('turning_point = ["d", 50]', "only inside a mode"),
        ('turning_point = ["because", 50]', "Choose one of"),
        ('turning_point = ["b", 50.5]', "a whole number between"),
    ],
    "07.6": [
        ("return np.polyfit(1 / sizes, distances, 1)[0]", "That is the slope"),
        ("return np.polyfit(sizes, distances, 1)[1]", "with none"),
        ("return distances[-1]", "off by their bias too"),
        ("return distances.mean()", "A mean over sizes"),
    ],
    "07.7": [
        ('evaluation_order = "GBACDEF"', "the size of a half"),
        ('evaluation_order = "GCABDEF"', "cut first"),
        ('evaluation_order = "GACBDEF"', "drawn first"),
        ('evaluation_order = "GABDCEF"', "there are none yet"),
        ('evaluation_order = "GABECDF"', "there are none yet"),
        ('evaluation_order = "GABCFDE"', "has not been measured"),
        ('evaluation_order = "GABCDFE"', "divides by the floor"),
        ('evaluation_order = "ABCDGEF"', "after a distance was seen"),
        ('evaluation_order = "ABCEGDF"', "after the floor was seen"),
        ('evaluation_order = "ABC"', "is expected once"),
    ],
    "07.8": [
        ("return real", "too honest"),
        ("return np.random.default_rng(0).normal(size=real.shape)", "mean of your points"),
        ("return np.tile(real.mean(axis=0), (400, 1))", "the widths along the axes"),
        (
            "wide = np.random.default_rng(0).normal(size=real.shape)\n"
            "wide = (wide - wide.mean(axis=0)) / wide.std(axis=0)\n"
            "return real.mean(axis=0) + wide * real.std(axis=0)",
            "how the axes go together",
        ),
        ("return real[:5]", "of shape (400, 2)"),
    ],
}
