"""Answers to the exercises of notebook 02 that are wrong, and words of what is said of them."""

WRONG = {
    "02.1": [
        ("guess = 0.5", "the loss squares it"),
        ("guess = 0.0", "could tell real from fake"),
        ("guess = 1.386", "chance level of minimax"),
        ("guess = 3", "it is less than that"),
    ],
    "02.2": [
        ("return np.logaddexp(0.0, fake_logits).mean()", "sign is flipped"),
        ("return -np.logaddexp(0.0, fake_logits).mean()", "minimax"),
        ("return np.logaddexp(0.0, -fake_logits).sum()", "A sum"),
        ("return np.logaddexp(0.0, -real_logits).mean()", "swapped"),
        ("return -np.log(1 / (1 + np.exp(-fake_logits))).mean()", "overflows"),
    ],
}
