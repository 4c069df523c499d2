"""Answers to the exercises of notebook 11 that are wrong, and words of what is said of them."""

WRONG = {
    "11.1": [
        ("guess = 6", "the sum of the moves"),
        ("guess = 3.5", "Is there a cheaper pairing"),
        ("guess = 0", "moves in opposite directions cancel"),
        ("guess = 1", "it is more than that"),
    ],
    "11.2": [
        ("return np.abs(real - fake).mean()", "sort both first"),
        ("return np.abs(np.sort(real) - np.sort(fake)).sum()", "A sum"),
        ("return (np.sort(real) - np.sort(fake)).mean()", "a length has no sign"),
        ("return abs(real.mean() - fake.mean())", "a length has no sign"),
        ("return np.sqrt(((np.sort(real) - np.sort(fake)) ** 2).mean())", "order 2"),
        ("return np.abs(np.sort(real) - np.sort(fake))", "One number"),
    ],
    "11.3": [
        ("alpha = rng.uniform(0.0, 1.0)", "one alpha for each sample"),
        ("alpha = np.ones((len(real), 1))", "only the fakes"),
        ("alpha = np.zeros((len(real), 1))", "only the real samples"),
        ("alpha = np.full((len(real), 1), 0.5)", "alpha varies"),
        ("alpha = rng.uniform(-1.0, 1.0, size=(len(real), 1))", "not between them"),
        ("alpha = rng.uniform(0.0, 2.0, size=(len(real), 1))", "not between them"),
        ("alpha = rng.uniform(0.0, 0.5, size=(len(real), 1))", "the penalty is 1/3"),
        ("alpha = rng.uniform(size=real.shape)", "the penalty is 1/3"),
        ("alpha = rng.random((len(real), 1))\nreal = 0 * real", "not between them"),
        ("alpha = rng.random((len(real), 1))\nfake = fake + real", "not between them"),
    ],
    "11.4": [
        ("guess = 2", "factor of one layer"),
        ("guess = 6", "their factors multiply"),
        ("guess = 4", "there are three"),
        ("guess = 1", "a steeper critic"),
    ],
    "11.5": [
        ("clipped = dict(weights)", "must be clipped"),
        (
            "clipped = {n: w if 'gamma' in n else np.clip(w, -limit, limit)\n"
            "           for n, w in weights.items()}",
            "belongs to the normalization",
        ),
        (
            "clipped = {n: np.clip(w, -limit, limit) if n.endswith('kernel') else w\n"
            "           for n, w in weights.items()}",
            "bias must be clipped",
        ),
        ("clipped = list(weights.values())", "A dictionary"),
    ],
    "11.6": [
        ("order = 'dbaec'", "Where do these come from"),
        ("order = 'badec'", "nobody has chosen yet"),
        ("order = 'bdeac'", "the penalty needs the slope"),
        ("order = 'bdace'", "a loss to descend"),
        ("order = 'bdae'", "expected once"),
    ],
    "11.7": [
        ("seen = ['a', 3.5, 1.75]", "the optimizer is not to blame"),
        ("seen = ['c', 3.5, 1.75]", "however long"),
        ("seen = ['b', 1.25, 0.625]", "change the weight"),
        ("seen = ['b', 3.5, 3.5]", "the slope times theta"),
        ("seen = ['b', 3.5, 0.5]", "the true distance"),
        ("seen = ['b', 1.75, 3.5]", "the slope first"),
        ("seen = ['b', 1.025, 0.5125]", "lambda = 10"),
    ],
    "11.8": [
        ("return 2 * np.linalg.norm(points, axis=1)", "too steep"),
        ("return -np.linalg.norm(points, axis=1)", "the other way round"),
        ("return points[:, 0]", "reports only"),
        ("return 0.5 * np.linalg.norm(points, axis=1)", "reports only"),
        ("return np.linalg.norm(points, axis=1, keepdims=True)", "The shape"),
        ("return (points**2).sum(axis=1)", "too steep"),
    ],
}
