"""Answers to the exercises of notebook 03 that are wrong, and words of what is said of them."""

WRONG = {
    "03.1": [
        ("guess = 28 * 28", "beyond the border"),
        ("guess = (28 - 11) ** 2", "count it too"),
        ("guess = 19 ** 2", "One too many"),
        ("guess = 18", "one row of windows"),
        ("guess = 11 ** 2", "in one window"),
        ("guess = (28 // 11) ** 2", "overlap"),
    ],
    "03.2": [
        ("guess = 0.8", "one of two comparisons"),
        ("guess = 1.0", "two properties more"),
        ("guess = 0.8 ** 3", "Structure does not mind"),
        ("guess = 0.5", "not 1 / r"),
        ("guess = 0.25", "not 1 / r"),
    ],
    "03.3": [
        ("return (0.03 * data_range) ** 2 * (1 / score - 1)", "That is the variance"),
        ("return 0.03 * data_range * (1 / score - 1)", "its square root"),
        ("return np.sqrt(0.03 * data_range * (1 / score - 1))", "C2 is the square"),
        ("return 0.01 * data_range * np.sqrt(1 / score - 1)", "luminance's constant"),
        ("return 0.03 * data_range * np.sqrt(1 / score)", "C2 is below, too"),
        ("return 0.03 * np.sqrt(1 / score - 1)", "range is missing"),
        ("return 0.03 * data_range * np.sqrt(1 / (1 - score) - 1)", "upside down"),
    ],
    "03.4": [
        ('measures = ["mse", "no original", "mse", "not aligned", "ssim"]', "An eye will judge"),
        ('measures = ["ssim", "ssim", "mse", "not aligned", "ssim"]', "with which training image"),
        ('measures = ["ssim", "no original", "ssim", "not aligned", "ssim"]', "too warm"),
        ('measures = ["ssim", "no original", "mse", "ssim", "ssim"]', "ink onto paper"),
        ('measures = ["ssim", "no original", "mse", "not aligned", "mse"]', "blurred enlargement"),
        ('measures = ["ssim", "no original", "mse", "not aligned", "fid"]', "Choose one of"),
        ('measures = ["ssim"]', "five words"),
    ],
    "03.5": [
        ('order = "abcde"', "first scale once more"),
        ('order = "ebacd"', "not there yet"),
        ('order = "eacbd"', "power of the mean"),
        ('order = "eabdc"', "act on the first scale too"),
    ],
    "03.6": [
        ("scores = similarity.ssim(real, generated, data_range=1.0)", "further than 1"),
        ("scores = similarity.ssim(real, generated, data_range=2.0)", "ratios of means"),
        (
            "scores = similarity.ssim((real + 1) / 2, (generated + 1) / 2, data_range=2.0)",
            "how far can they move there",
        ),
        (
            "scores = similarity.ssim(real, (generated + 1) / 2, data_range=1.0)",
            "Only one of the two",
        ),
        (
            "scores = similarity.ssim((real + 1) / 2, (generated + 1) / 2, data_range=1.0)\n"
            "scores = scores.numpy().mean()",
            "one for each pair",
        ),
    ],
    "03.7": [
        ('seen = ["a", damage_seen(0, 0, pad=0), damage_seen(0, 0, pad=5)]', "good pixels as well"),
        ('seen = ["c", damage_seen(0, 0, pad=0), damage_seen(0, 0, pad=5)]', "raise nothing"),
        ('seen = ["b", damage_seen(0, 0, pad=5), damage_seen(0, 0, pad=0)]', "other order"),
        ('seen = ["b", damage_seen(0, 0, pad=0), damage_seen(0, 0, pad=0)]', "Both are without"),
        (
            'seen = ["b", damage_seen(0, 0, pad=0), damage_seen(14, 14, pad=0)]',
            "belongs to the middle",
        ),
        ('seen = ["b", 1 - damage_seen(0, 0, pad=0), 1 - damage_seen(0, 0, pad=5)]', "below 1"),
    ],
    "03.8": [
        ("return picture", "too gentle"),
        ("return np.clip(1.02 * picture, 0, 1)", "too gentle"),
        ("return np.clip(picture + 0.12, 0, 1)", "no damage"),
        ("return np.clip(picture - 0.15, 0, 1)", "no damage"),
        ("return np.clip(0.5 + 2 * (picture - 0.5), 0, 1)", "no damage"),
        ("return np.clip(1.3 * picture, 0, 1)", "no damage"),
        ("return picture**0.7", "no damage"),
        (
            "noise = np.random.default_rng(0).normal(0, 0.12, picture.shape)\n"
            "return np.clip(picture + noise, 0, 1)",
            "SSIM sees this",
        ),
        ("return 1 - picture", "no damage"),
        ("return picture + 1", "outside [0, 1]"),
        ("return picture.mean()", "shape (64, 64) is expected"),
    ],
}
