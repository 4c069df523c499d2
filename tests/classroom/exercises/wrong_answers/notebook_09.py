"""Answers to the exercises of notebook 09 that are wrong, and words of what is said of them."""

STAMPS = "for (i, j), value in np.ndenumerate(values):\n    {}"
SQUARE = "large[stride * i : stride * i + k, stride * j : stride * j + k]"
SUM = "return np.stack([{} for _ in range(n)])"

WRONG = {
    "09.1": [
        ("guess = 3072", "without the bias"),
        ("guess = 1088", "all three input channels"),
        ("guess = 3075", "output channels"),
        ("guess = 3145792", "the same at all places"),
    ],
    "09.2": [
        (STAMPS.format(SQUARE + " = value * kernel"), "where they overlap, add"),
        (STAMPS.format(SQUARE + " += value * kernel[::-1, ::-1]"), "turned round"),
        (STAMPS.format(SQUARE + " += kernel"), "times the value"),
    ],
    "09.3": [
        ("mean, variance = (f(axis=(1, 2), keepdims=True) for f in (x.mean, x.var))", "instance"),
        ("mean, variance = (f(axis=(1, 2, 3), keepdims=True) for f in (x.mean, x.var))", "layer"),
        ("mean, variance = x.mean(), x.var()", "each channel has its own"),
        ("mean, variance = x.mean(axis=(0, 1)), x.var(axis=(0, 1))", "Each column"),
        ("mean, variance = (f(axis=(0, 2), keepdims=True) for f in (x.mean, x.var))", "Each row"),
        (
            "mean, variance = (f(axis=3, keepdims=True) for f in (x.mean, x.var))",
            "over the channels",
        ),
    ],
    "09.4": [
        ("w_new = w_old", "before its update"),
        ("logits, w_new = fakes @ w_new, w_old", "old weights"),
        ("logits, w_new = fakes @ w_new, -w_new", "The sign"),
    ],
    "09.5": [
        ("guess = 2500", "halves the mean square"),
        ("guess = 625", "what is C"),
        ("guess = 25", "square 0.02"),
        ("guess = 1024", "widest map"),
    ],
    "09.6": [
        ("order = 'adefbc'", "needs the map"),
        ("order = 'deafbc'", "behind the normalization"),
        ("order = 'dafebc'", "before pixels are made"),
        ("order = 'daebfc'", "bounds the values"),
        ("order = 'daefcb'", "to [-1, 1]"),
        ("order = 'daefb'", "expected once"),
    ],
    "09.7": [
        ("seen = ['a', 7]", "Is its middle even"),
        ("seen = ['c', 7]", "Count the stamps"),
        ("seen = ['b', 4]", "right for stride 2"),
        ("seen = ['b', 5]", "a stamp more"),
        ("seen = ['b', 7]", "a stamp more"),
        ("seen = ['b', 9]", "One of the sizes"),
    ],
    "09.8": [
        (
            SUM.format("rng.choice(pools['a']) - rng.choice(pools['b']) + rng.choice(pools['c'])"),
            "more latents for each word",
        ),
        (
            "a, b, c = (pools[name].mean(axis=0) for name in 'abc')\n"
            "return np.tile(a - b + c, (n, 1)) + 0.01 * rng.normal(size=(n, 1))",
            "nearly the same",
        ),
        (
            "def mean_of(name):\n    return rng.permutation(pools[name])[:30].mean(axis=0)\n\n"
            + SUM.format("mean_of('b') - mean_of('a') + mean_of('c')"),
            "Which mean is added",
        ),
        ("return pools['a'].mean(axis=0)", "The shape"),
    ],
}
