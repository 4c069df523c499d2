"""Answers to the exercises of notebook 12 that are wrong, and words of what is said of them."""

STAGE = "stage = min(done // stage_steps, last)\n"
PART = "(done - stage * stage_steps) / (fading * stage_steps)"
DOUBLED = "np.repeat(np.repeat({}, 2, axis=1), 2, axis=2)"
ALONE = "spread = np.sqrt(members.var(axis=0) + 1e-8).mean(axis=1)\n"

WRONG = {
    "12.1": [
        ("guess = 10368", "one pixel"),
        ("guess = 55296", "all 48 input channels"),
        ("guess = 294912", "kernel is 3x3"),
        ("guess = 3981312", "second convolution"),
        ("guess = 2032128", "is padded"),
    ],
    "12.2": [
        (STAGE + f"return min({PART}, 1.0)", "nothing to fade in"),
        (STAGE + f"return 1.0 if stage == 0 else {PART}", "stays at 1"),
        (
            STAGE + "part = (done - stage * stage_steps) / stage_steps\n"
            "return 1.0 if stage == 0 else min(part, 1.0)",
            "not at its end",
        ),
        (
            "part = done % stage_steps / (fading * stage_steps)\n"
            "return 1.0 if done < stage_steps else min(part, 1.0)",
            "a second time",
        ),
    ],
    "12.3": [
        ("return levels[-1]", "finest level alone"),
        (
            "images = levels[0]\nfor level in levels[1:]:\n"
            f"    images = {DOUBLED.format('images')}\nreturn images",
            "add what the others have",
        ),
        (f"return {DOUBLED.format('levels[-2]')} + levels[-1]", "coarser levels are missing"),
    ],
    "12.4": [
        ("made = np.tile(spread, group_size)", "one less"),
        (ALONE + "made = np.repeat(spread, group_size)", "other samples"),
        (
            "values = values.reshape(len(values) // group_size, group_size, -1)\n"
            "spread = np.sqrt(values.var(axis=1) + 1e-8).mean(axis=1)\n"
            "made = np.repeat(spread, group_size)",
            "other groups",
        ),
    ],
    "12.5": [
        ("guess = 0.001", "equalized layer"),
        ("guess = 0.0679", "root of 2 / f"),
        ("guess = 0.016", "3x3 places"),
        ("guess = 2.304", "root is missing"),
        ("guess = 0.0208", "deviation of the weights"),
        ("guess = 4.8", "In percent"),
    ],
    "12.6": [
        ("order = 'dbfaec'", "end of its stage"),
        ("order = 'bfdaec'", "layers that exist"),
        ("order = 'bdafec'", "what they have learned"),
        ("order = 'bdfeac'", "before it stays"),
        ("order = 'bdface'", "left out in the end"),
        ("order = 'bdfae'", "expected once"),
    ],
    "12.7": [
        ("seen = ['a', 0.753]", "how many times the pixels"),
        ("seen = ['c', 0.753]", "divided by the sum"),
        ("seen = ['b', 0.273]", "before the change"),
        ("seen = ['b', 75.3]", "between 0 and 1"),
        ("seen = ['b', 0.5]", "another share"),
    ],
    "12.8": [
        ("return np.zeros((n, 8, 8))", "8, 8, 1"),
        ("return np.full((n, 8, 8, 1), 2.0)", "in [0, 1]"),
        ("return np.random.default_rng(0).uniform(size=(n, 8, 8, 1))", "0.5 is possible"),
        (
            "return np.tile([1.0, 0.0], n // 2)[:, None, None, None] * np.ones((n, 8, 8, 1))",
            "0.5 is possible",
        ),
    ],
}
