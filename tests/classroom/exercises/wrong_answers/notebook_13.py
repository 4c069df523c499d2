"""Answers to the exercises of notebook 13 that are wrong, and words of what is said of them."""

ALONG = "through_sigma = {}"

WRONG = {
    "13.1": [
        ("guess = 52", "equally many"),
        ("guess = 33", "20 latents"),
        ("guess = 32", "20 latents"),
        ("guess = 21", "vector of 32"),
    ],
    "13.2": [
        ("return (phi * V[y]).sum(axis=1)", "first term"),
        ("return phi @ psi", "class is missing"),
        ("return phi @ psi + (phi @ V[y].T).sum(axis=1)", "all others"),
        ("return (phi @ psi)[:, None] + phi @ V[y].T", "one logit for each image"),
        ("return (phi @ psi) * (phi * V[y]).sum(axis=1)", "are added"),
    ],
    "13.3": [
        ("gradient = off @ W", "Even less"),
        ("gradient = 8 * off @ W", "twice the gradient"),
        ("gradient = 4 * (W @ W.T - np.eye(len(W))) @ W", "of length 1"),
        ("gradient = 4 * W @ W.T @ W", "diagonal is left out"),
    ],
    "13.4": [
        ("guess = stats.truncnorm(-0.5, 0.5).std()", "as in the paper"),
        ("guess = 0.5", "less than 1"),
        ("guess = stats.truncnorm(-2, 2).std()", "before they are multiplied"),
        ("guess = 0.5 * stats.truncnorm(-0.5, 0.5).std()", "Not truncated at 0.5"),
    ],
    "13.5": [
        (ALONG.format("-np.sum(H * W / sigma) * np.outer(u, v)"), "The sign"),
        (ALONG.format("np.sum(H * W) * np.outer(u, v)"), "one division"),
        (ALONG.format("np.outer(u, v)"), "a sum"),
        (ALONG.format("np.sum(H * W / sigma) * W / sigma"), "direction of W"),
        (ALONG.format("np.sum(H * W) / np.sum(W**2) * W"), "another length"),
    ],
    "13.6": [
        ("order = 'dbace'", "before any can be drawn anew"),
        ("order = 'dacbe'", "of truncated latents"),
        ("order = 'abcde'", "averaged weights"),
        ("order = 'dabec'", "need the averages"),
        ("order = 'dabc'", "expected once"),
    ],
    "13.7": [
        ("seen = ['a', 1.0]", "must a longer kernel move"),
        ("seen = ['c', 4.0]", "is it larger"),
        ("seen = ['b', size(1.0) / size(4.0)]", "old over new"),
        ("seen = ['b', 1 / 16]", "the gradient alone"),
        ("seen = ['b', 0.5]", "is not 0.5"),
    ],
    "13.8": [
        ("return goal", "smaller one"),
        ("return 3**0.5 * goal", "the deviation is"),
        ("return -1.0", "above 0"),
    ],
}
