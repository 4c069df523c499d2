"""Answers to the exercises of notebook 08 that are wrong, and words of what is said of them."""

_AVERAGE = """
return {{
    name: {statistic} if "moving_" in name else {weight}
    for name in trained
}}
"""
_MEAN = "decay * average[name] + (1 - decay) * trained[name]"
_MIRRORED = "(1 - decay) * average[name] + decay * trained[name]"
_TEST = """
real, fake = np.array({real}), np.array({fake})
right = np.logaddexp(0, -real).mean() + np.logaddexp(0, fake).mean()
return bool({verdict})
"""
_BOTH_SIDES = "abs(loss(real, fake) - right) < 1e-4"
_RING = "late = lambda name: np.median(record[name][len(record.steps) // 2 :])\nreturn bool({})"

WRONG = {
    "08.1": [
        ("guess = 0.0", "missing tenth"),
        ("guess = -math.log(0.9)", "two parts"),
        ("guess = 2 * math.log(2)", "level of chance"),
        ("guess = math.log(2)", "one term at logit 0"),
        ("guess = 0.65", "Only the real labels"),
        ("guess = 5", "it is less than that"),
    ],
    "08.2": [
        ("batches_needed = 44", "momentum of 0.9"),
        ("batches_needed = 100", "equal steps"),
        ("batches_needed = 69", "halves the error"),
        ("batches_needed = 1000", "it is less than that"),
    ],
    "08.3": [
        (_AVERAGE.format(statistic="average[name]", weight=_MEAN), "This is run 6"),
        (_AVERAGE.format(statistic=_MEAN, weight=_MEAN), "averages already"),
        (_AVERAGE.format(statistic="trained[name]", weight=_MIRRORED), "on the wrong side"),
        (_AVERAGE.format(statistic=_MIRRORED, weight=_MIRRORED), "and the statistics?"),
        ("return trained", "Nothing is averaged"),
        (
            _AVERAGE.format(statistic="trained[name]", weight="average[name]"),
            "weights never move",
        ),
        (
            f"return {{name: {_MEAN} for name in trained if 'moving_' not in name}}",
            "the moving ones included",
        ),
    ],
    "08.4": [
        ('way_home = ["a", 100]', "the game gets slower"),
        ('way_home = ["c", 1.0]', "no steps here"),
        ('way_home = ["d", 1.0]', "row of the discriminator"),
        ('way_home = ["b", 0.5]', "It still circles"),
        ('way_home = ["b", 0.94]', "It still circles"),
        ('way_home = ["b", 1.03]', "Part of it creeps"),
        ('way_home = ["b", 2.0]', "Part of it creeps"),
        ('way_home = ["b", float("nan")]', "between 0 and 100"),
        ("way_home = 1.0", "A list of 2"),
    ],
    "08.5": [
        (
            _TEST.format(
                real=[2.0, -1.0, 3.0],
                fake=[0.5, -2.0, -0.5],
                verdict="loss(real, fake) - right < 1e-4",
            ),
            "the sign is flipped",
        ),
        (
            _TEST.format(real=[0.0, 0.0], fake=[0.0, 0.0], verdict=_BOTH_SIDES),
            "real and fake are exchanged",
        ),
        (_TEST.format(real=[2.0], fake=[-1.0], verdict=_BOTH_SIDES), "sums stand for means"),
        (
            _TEST.format(
                real=[2.0, -1.0, 3.0],
                fake=[0.5, -2.0, -0.5],
                verdict="abs(loss(real, fake) - right) < 0.3",
            ),
            "the labels are 1.1",
        ),
        (
            _TEST.format(
                real=[2.0, -1.0], fake=[0.5, -2.0], verdict="float(loss(real, fake)) == right"
            ),
            "refuses a loss that is right",
        ),
        (
            "return bool(abs(loss(np.zeros(4), np.zeros(4)) - np.log(2)) < 1e-4)",
            "refuses a loss that is right",
        ),
        ("return 'yes'", "True or False is expected"),
    ],
    "08.6": [
        (
            'answer = [["d_loss", "g_loss", "accuracy", "spread", "drift"], 2]',
            "No rule asks for the generator's loss",
        ),
        (
            'answer = [["d_loss", "d_loss_swing", "accuracy", "spread", "drift"], 3]',
            "content with one column",
        ),
        (
            'answer = [["mode_gap", "spread", "drift", "d_loss", "d_loss_swing"], 5]',
            "Count again",
        ),
        ('answer = [["mode_gap", "spread", "drift"], 3]', "five different columns"),
        ('answer = [["loss", "spread"], 1]', "by the names in the table"),
        ('answer = ["spread", "drift", "mode_gap"]', "your five columns"),
    ],
    "08.7": [
        ('rule_order = "ecabd"', "scaled twice is called a collapse"),
        ('rule_order = "ebacd"', "on one place"),
        ('rule_order = "bcead"', "whether its weights move"),
        ('rule_order = "abc"', "expected once"),
    ],
    "08.8": [
        ("return True", "soon nobody will listen"),
        ("return False", "never rings"),
        (_RING.format("late('d_loss') < 1.3"), "soon nobody will listen"),
        (_RING.format("late('spread') < 0.3"), "Four are asked for"),
        (_RING.format("late('near') < 0.56"), "give the thresholds room"),
        (_RING.format("late('accuracy') > 0.73 or late('near') < 0.1"), "give the thresholds room"),
        (_RING.format("not 0.76 < late('spread') < 0.98"), "give the thresholds room"),
        (_RING.format("not 1.08 < late('d_loss') < 1.36"), "give the thresholds room"),
        ("return record['near'] < 0.5", "True or False is expected"),
    ],
}
