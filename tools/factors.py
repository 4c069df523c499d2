"""Train the classifier that reads the factors of critters, from freshly composed ones.

    python -m tools.factors                  write data/weights/factors_critters.npz anew
    python -m tools.factors --out other.npz

Three minutes of computing. Of all combinations, also those that split="train" withholds: trained
without them in the same way, the network takes the body color of 1.2 % of these for another (a
pink tower for a gray one), and would judge a generator that draws them by its own prejudice.
"""

import argparse

from ganlab import callbacks, datasets, files, images
from ganlab.datasets import critters
from ganlab.evaluation import factors

SIZE = 32
COUNT = 20_000
SEED = 1  # that draws the critters to learn from
STEPS = 3000
CHECKED = 5000  # fresh ones that it is tried on


def fresh(n, *, seed):
    """Return images and factors of critters that nothing else here has drawn."""
    drawn = critters.draw(n, seed=seed)
    return images.to_float(critters.compose(drawn, size=SIZE)), drawn


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tools.factors", description=__doc__)
    recorded = files.recorded("weights/factors_critters.npz")
    parser.add_argument("--out", default=recorded, help="the file to write")
    parser.add_argument("--steps", default=STEPS, type=int)
    options = parser.parse_args(arguments)
    model = factors.train(
        *fresh(COUNT, seed=SEED), seed=0, steps=options.steps, callbacks=[callbacks.Progress()]
    )
    checksum = factors.save(model, options.out)
    print(f"{options.out}: sha256 {checksum}")
    test = datasets.load("critters", split="test")
    for name, pair in {
        "the withheld combinations": (test.images, test.factors),
        f"{CHECKED} others": fresh(CHECKED, seed=SEED + 1),
    }.items():
        shares = factors.accuracy(model, *pair)
        read = (
            f"{factor} {share:.4f}" for factor, share in zip(critters.NAMES, shares, strict=True)
        )
        print(f"read of {name}: {', '.join(read)}")


if __name__ == "__main__":
    main()
