"""Answers to the exercises of notebook 04 that are wrong, and words of what is said of them."""

WRONG = {
    "04.1": [
        ("guess = 0.06", "belongs to inverted pages"),
        ("guess = 0.0", "light in the same place"),
        ("guess = 0.94**2", "divide by the lengths"),
        ("guess = 0.5", "half is white"),
        ("guess = 0.75", "it is more than that"),
    ],
    "04.2": [
        ("return (m2 + c * m1) / np.sqrt(m2 * (m2 + c**2))", "mixed term"),
        ("return (m2 + c * m1) / (m2 * (m2 + 2 * c * m1 + c**2))", "roots are missing"),
        ("return m2 / np.sqrt(m2 * (m2 + 2 * c * m1 + c**2))", "gains a term too"),
        ("return (m2 + c) / np.sqrt(m2 * (m2 + 2 * c + c**2))", "m1 is missing"),
        ("return m1 / np.sqrt(m2)", "endless fog"),
        ("return 1.0", "the direction changes"),
    ],
    "04.3": [
        (
            "return np.dot(x.ravel(), y.ravel()) / (np.linalg.norm(x) * np.linalg.norm(y))",
            "still wraps around",
        ),
        (
            "a, b = x.ravel().astype(np.uint16), y.ravel().astype(np.uint16)\n"
            "return np.dot(a, b) / (np.linalg.norm(x) * np.linalg.norm(y))",
            "Sixteen bits",
        ),
        ("return np.corrcoef(x.ravel(), y.ravel())[0, 1]", "centered form"),
        (
            "x, y = x.ravel() / 1.0, y.ravel() / 1.0\n"
            "return 1 - x @ y / np.sqrt((x @ x) * (y @ y))",
            "This is a distance",
        ),
    ],
    "04.4": [
        ("steps_to_r = 'dfbcea'", "make them floats first"),
        ("steps_to_r = 'fbcdea'", "is the plain one"),
        ("steps_to_r = 'febdca'", "those of the centered images"),
        ("steps_to_r = 'fdcbea'", "flatten first"),
        ("steps_to_r = 'fdbeac'", "no dot product to divide"),
        ("steps_to_r = 'fdbcae'", "no lengths to divide by"),
    ],
    "04.5": [
        ("report = ['a', 0.15]", "correlation of 0"),
        ("report = ['c', 0.15]", "one unknown left"),
        ("report = ['b', 0.941]", "That is the floor"),
        ("report = ['b', 0.0088]", "multiplied by v squared"),
        ("report = ['b', 0.0375]", "Divided by v once"),
        ("report = ['b', -0.15]", "Look at the sign"),
        ("report = ['b', 0.95]", "Of which correlation"),
    ],
    "04.6": [
        ("corner = ['b', lambda f: np.maximum(f, 0)]", "changes no angle"),
        ("corner = ['c', lambda f: np.maximum(f, 0)]", "more certain, not higher"),
        ("corner = ['d', lambda f: np.maximum(f, 0)]", "No training happened"),
        ("corner = ['a', lambda f: np.maximum(f - 0.5, 0)]", "not yet above 0.25"),
        ("corner = ['a', lambda f: 0.1 * f]", "still negative"),
        ("corner = ['a', lambda f: f + 1]", "still negative"),
        ("corner = ['a', lambda f: f + 10]", "still negative"),
        ("corner = ['a', lambda f: f - f.min()]", "on each feature alone"),
        ("corner = ['a', lambda f: np.maximum(f, 0) + f.mean()]", "on each feature alone"),
        ("corner = ['a', lambda f: np.exp(-f)]", "larger ones should stay larger"),
        ("corner = ['a', lambda f: np.abs(f)]", "larger ones should stay larger"),
        ("corner = ['a', lambda f: 0 * f]", "have no direction"),
        ("corner = ['a', np.ones_like]", "should survive"),
        ("corner = ['a', lambda f: f.mean()]", "shape it gets"),
    ],
    "04.7": [
        ("return float(similarity.content_similarity(x[None], y[None])[0])", "all are asked for"),
        ("return np.sum((x - y) ** 2)", "more alike is larger"),
        ("return 0.9", "look at both images"),
        ("return -abs(float(x.sum() - y.sum()))", "all are asked for"),
        ("return -float(np.sum((x - y) ** 2))", "all are asked for"),
        (
            "return float(np.corrcoef(x.ravel(), y.ravel())[0, 1])",
            "all are asked for",
        ),
        ("return x * y", "One finite number"),
    ],
}
