"""Answers to the exercises of notebook 10 that are wrong, and words of what is said of them."""

APART = "apart = np.abs(matrices[:, None] - matrices[None]).sum(axis=3)\n"
ROWS = (
    "return np.array([(row - {0}.mean(axis=0)) / np.sqrt({0}.var(axis=0{1}) + 1e-5) for row in x])"
)

WRONG = {
    "10.1": [
        ("guess = 0.25", "targets 1 and 0"),
        ("guess = 0.225", "here it is 0.1"),
        ("guess = 0.24", "Divide by p + q"),
        ("guess = 0.7", "wrong way round"),
    ],
    "10.2": [
        ("sums = (sums - 1) / len(matrices)", "over the batch"),
        ("sums = (sums - 1) / max(len(matrices) - 1, 1)", "over the others"),
        ("sums = sums - len(matrices)", "Each sample loses 1"),
        ("sums = np.exp(-apart).sum(axis=(1, 2)) - 1", "number of its own"),
    ],
    "10.3": [
        ("ratios = np.where(chances > 0, chances, 1)", "a ratio belongs"),
        (
            "kept = chances[:, chances.min(axis=0) > 0]\n"
            "ratios, chances = kept / kept.mean(axis=0), kept",
            "only that term is",
        ),
        ("ratios = ratios * np.nan", "without any 0"),
        (
            "mean = np.maximum(chances.mean(axis=0), 1e-300)\n"
            "return np.exp(-(mean * np.log(mean)).sum())",
            "how sure is each",
        ),
    ],
    "10.4": [
        ("seen = ['a', -10]", "Less sure"),
        ("seen = ['c', -10]", "used as it is"),
        ("seen = ['b', 0]", "with the target 1"),
        ("seen = ['b', -0.99995]", "logit 10"),
        ("seen = ['b', 10]", "The sign"),
        ("seen = ['b', 0.6931]", "logit 0"),
    ],
    "10.5": [
        ("loss = np.mean((m1 - m2) ** 2)", "is a sum"),
        ("loss = np.sum(np.abs(m1 - m2))", "still of absolute values"),
        ("loss = np.linalg.norm(m1 - m2)", "its square"),
        ("loss = np.sum(m1 - m2) ** 2", "Square first"),
        (
            "loss = ((real_features[:5] - fake_features) ** 2).sum(axis=1).mean()",
            "not the means",
        ),
    ],
    "10.6": [
        (ROWS.format("x", ""), "ordinary"),
        (ROWS.format("reference", ""), "The row itself"),
        (ROWS.format("np.vstack([reference, x])", ""), "only this one"),
        (ROWS.format("np.vstack([reference, row])", ", ddof=1"), "not by one less"),
        (
            "return np.array([row - np.vstack([reference, row]).mean(axis=0) for row in x])",
            "divide by the deviation",
        ),
    ],
    "10.7": [
        ("seen = ['b', 0.003]", "not there yet"),
        ("seen = ['c', 0.003]", "no reason to move away"),
        ("seen = ['a', distance_after(0)]", "still 0"),
        ("seen = ['a', distance_after(1)]", "weight 1"),
        ("seen = ['a', 0.5]", "With the weight 0.1"),
    ],
    "10.8": [
        ("return (weights > 0).astype(float)", "each row is a picture"),
        ("return np.zeros((10, 10))", "The shape"),
        ("return weights.T", "outside"),
        ("return np.full((10, 100), 0.5)", "not sure of all"),
        ("return np.tile(weights[:, 0] > 0, (10, 1)).astype(float)", "of 10 classes"),
    ],
}
