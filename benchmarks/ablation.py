"""The rules of DCGAN, broken one at a time: what each is worth on the handwritten digits.

Section 3 of Radford, Metz and Chintala 2015 (arXiv:1511.06434) gives five rules for convolutional
GANs. Here the pair that keeps them all is trained as the paper trains, and so are pairs that break
one, or a setting. (The dense pair of the article breaks more than one: it has larger first weights
and no normalization.) Others ask whether a rule repairs what another choice breaks, the small first
weights, and one is the default recipe of this package. Every setup has five seeds, which decide the
first weights, the latents and the order of the batches.

The second half asks what the discriminator has learned: a linear classifier reads its maps, with
few labels, and pixels and the maps of an untrained discriminator beside them.

    python -m benchmarks ablation

writes data/ablation.json and data/ablation.npz, which notebooks/09_dcgan shows.
"""

import json
import multiprocessing
import os
import time

import numpy as np

from benchmarks import record
from classroom import tables
from ganlab import (
    datasets,
    evaluation,
    files,
    keras,
    latents,
    losses,
    metrics,
    models,
    recipes,
    training,
)
from ganlab import images as pixels

__all__ = [
    "DRAWS",
    "LABELS",
    "PAPER",
    "SEEDS",
    "SETUPS",
    "STEPS",
    "build",
    "maps",
    "measure",
    "read_maps",
    "report",
    "spread_weights",
    "train",
]

SEEDS = (0, 1, 2, 3, 4)
STEPS = 1_200
EVERY = 200  # steps between two measurements
COUNT = 721  # images in every set: half of the training split
WIDTH = 16
SHOWN = 10  # images kept of each setup
MEASURE_SEED = 2026  # which half of the real images is the reference, and which latents are drawn
LABELS = (20, 50, 100)  # shown to the linear classifier
DRAWS = 10  # choices of these labels
WORKERS = 2

PAPER = "the paper's pair"
#: What each setup changes in the pair of the paper.
SETUPS = {
    PAPER: {},
    "max-pooling in D": {"d": {"pooled": True}},
    "plain relus in D": {"d": {"leak": 0.0}},
    "no normalization in D": {"d": {"normalized": False}},
    "no normalization in G": {"g": {"normalized": False}},
    "no normalization": {"g": {"normalized": False}, "d": {"normalized": False}},
    "dense layers": {"dense": True},
    "beta_1 = 0.9": {"beta_1": 0.9},
    "He weights": {"spread": True},
    "He weights, no normalization": {
        "g": {"normalized": False},
        "d": {"normalized": False},
        "spread": True,
    },
    "the default recipe": {"recipe": recipes.DEFAULT},
}
#: Four of them, at five times the learning rate: a weight moves by about as much whatever its size.
SETUPS |= {
    f"{name}, rate 0.001": SETUPS[name] | {"rate": 1e-3}
    for name in (PAPER, "no normalization", "He weights", "He weights, no normalization")
}


def build(setup, image_shape, *, seed):
    """Build the compiled GAN of a setup, a value of `SETUPS`."""
    if "recipe" in setup:
        return setup["recipe"].build(image_shape, seed=seed)
    if setup.get("dense"):
        networks = recipes.dense_networks(image_shape, seed=seed)
    else:
        networks = (
            models.dcgan_generator(image_shape, width=WIDTH, seed=seed, **setup.get("g", {})),
            models.dcgan_discriminator(
                image_shape, width=WIDTH, seed=seed + 1, **setup.get("d", {})
            ),
        )
    if setup.get("spread"):
        for network in networks:
            spread_weights(network)
    gan = training.GAN(*networks, loss=losses.non_saturating, seed=seed)
    adam = recipes.adam(setup.get("rate", 2e-4), beta_1=setup.get("beta_1", 0.5), beta_2=0.999)
    gan.compile(g_optimizer=adam(), d_optimizer=adam())
    return gan


def spread_weights(network):
    """Give kernels drawn with deviation 0.02 the one of He et al. 2015 (arXiv:1502.01852).

    That is the root of 2 / n, where n values meet in each sum of a layer.
    """
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2DTranspose):
            kernel = layer.kernel.shape
            # A map of one pixel meets each place of the kernel once; strided, the kernel's places
            # are shared out among the pixels between.
            places = (
                1 if layer.padding == "valid" else kernel[0] * kernel[1] / layer.strides[0] ** 2
            )
            inputs = places * kernel[3]
        elif isinstance(layer, keras.layers.Conv2D):
            inputs = np.prod(layer.kernel.shape[:3])
        else:
            continue
        layer.kernel.assign(layer.kernel * (np.sqrt(2 / inputs) / 0.02))


def train(job):
    """Train a setup from a seed; return what was measured.

    Parameters
    ----------
    job : (name of the setup, seed)

    Returns
    -------
    dict
        ``name``, ``seed``, ``frechet_distance``, ``precision`` and ``recall`` at each
        measurement, the first before training; ``images`` of latents of one seed;
        ``seconds`` of the processor, measurements included; for the paper's pair ``accuracy`` of
        its discriminator before and after the training, as `read_maps` gives it.
    """
    name, seed = job
    start = time.process_time()
    split = datasets.load("digits", split="train")
    gan = build(SETUPS[name], split.images.shape[1:], seed=seed)
    quality = evaluation.QualityCurve(
        split.images,
        extractor=evaluation.extractor_for(split),
        every=EVERY,
        count=COUNT,
        seed=MEASURE_SEED,
    )
    accuracy = {"untrained D": read_maps(maps(gan.discriminator))} if name == PAPER else None
    batches = datasets.batches(split.images, recipes.DEFAULT.batch_size, seed=seed)
    for _ in training.steps(gan, batches.take(STEPS), callbacks=[quality]):
        pass
    found = {"name": name, "seed": seed, "seconds": time.process_time() - start}
    for key in ("frechet_distance", "precision", "recall"):
        found[key] = [round(float(value), 3) for value in quality.history[key]]
    shown = gan(latents.sample(SHOWN, gan.latent_dim, seed=MEASURE_SEED))
    found["images"] = pixels.to_uint8(shown.numpy())
    if accuracy:
        found["accuracy"] = accuracy | {"trained D": read_maps(maps(gan.discriminator))}
    return found


def maps(discriminator):
    """Return the network whose output are the maps behind the leaky relus, max-pooled to 4x4.

    As the paper's section 5.1 takes its features.
    """
    found = []
    for layer in discriminator.layers:
        if isinstance(layer, keras.layers.LeakyReLU):
            size = -(-layer.output.shape[1] // 4)
            pooled = keras.layers.MaxPooling2D(size, padding="same")(layer.output)
            found.append(keras.layers.Flatten()(pooled))
    return keras.Model(discriminator.input, keras.layers.Concatenate()(found), name="maps")


def read_maps(network=None):
    """Return how well a linear classifier reads digits from maps, or from pixels without them.

    A linear support vector machine with a squared hinge, as in the paper, on values brought to
    mean 0 and deviation 1 over all training images. It sees as many labels of each digit, and is
    tested on the 355 digits of the other split.

    Returns
    -------
    dict of int to list of float
        For each number of labels the accuracy of each draw of them.
    """
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import LinearSVC

    train, test = (datasets.load("digits", split=split) for split in ("train", "test"))

    def values(images):
        inside = images if network is None else models.apply(network, images)
        return np.reshape(inside, (len(images), -1))

    scaler = StandardScaler().fit(values(train.images))
    shown, unseen = (scaler.transform(values(split.images)) for split in (train, test))
    accuracy = {}
    for count in LABELS:
        accuracy[count] = []
        for draw in range(DRAWS):
            rng = np.random.default_rng(draw)
            chosen = np.concatenate(
                [
                    rng.choice(np.flatnonzero(train.labels == digit), count // 10, replace=False)
                    for digit in range(10)
                ]
            )
            reader = LinearSVC(C=1e-3, random_state=draw).fit(shown[chosen], train.labels[chosen])
            accuracy[count].append(round(float(reader.score(unseen, test.labels)), 4))
    return accuracy


def _floor():
    """Return the Fréchet distance of the two halves of the real images."""
    split = datasets.load("digits", split="train")
    features = evaluation.extractor_for(split).extract(split.images)
    order = np.random.default_rng(MEASURE_SEED).permutation(len(features))
    halves = features[order[:COUNT]], features[order[COUNT:]]
    return round(metrics.frechet_distance(*halves), 3)


def measure():
    """Train all setups from all seeds; write the table and the pictures."""
    result = record.start()
    jobs = [(name, seed) for seed in SEEDS for name in SETUPS]
    os.environ.update(TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1")
    runs = {name: [] for name in SETUPS}
    with multiprocessing.get_context("spawn").Pool(WORKERS, maxtasksperchild=5) as pool:
        for run in pool.imap(train, jobs):
            end = run["frechet_distance"][-1]
            print(
                f"{run['name']}, seed {run['seed']}: {end:.0f}, {run['seconds']:.0f} s", flush=True
            )
            runs[run["name"]].append(run)
    measured = ("frechet_distance", "precision", "recall")
    table = {
        "steps": list(range(0, STEPS + 1, EVERY)),
        "floor": _floor(),
        "setups": {
            name: {key: [run[key] for run in of_seeds] for key in measured}
            for name, of_seeds in runs.items()
        },
        "labels": LABELS,
        "accuracy": {"pixels": [read_maps()]}
        | {
            key: [run["accuracy"][key] for run in runs[PAPER]]
            for key in ("untrained D", "trained D")
        },
    }
    files.write(files.recorded("ablation.json"), json.dumps(table, indent=1).encode() + b"\n")
    pictures = {name: of_seeds[0]["images"] for name, of_seeds in runs.items()}
    files.write_npz(files.recorded("ablation.npz"), pictures)
    medians = {
        name: record.median([run["seconds"] for run in of_seeds], digits=2)
        for name, of_seeds in runs.items()
    }
    return record.finish(result) | {"cpu_seconds": medians}


def report(result):
    """Return what each setup has reached at the end."""
    found = tables.load("ablation")
    rows = []
    for name, runs in found["setups"].items():
        ends = sorted(values[-1] for values in runs["frechet_distance"])
        recall = sorted(values[-1] for values in runs["recall"])
        rows.append(
            [name, f"{ends[2]:.0f}", f"{ends[0]:.0f} to {ends[-1]:.0f}", f"{recall[2]:.2f}",
             f"{result['cpu_seconds'][name]:.0f}"]
        )  # fmt: skip
    heads = ["setup", "Fréchet distance, median", "all five", "recall, median", "CPU s of a run"]
    return record.table(heads, rows)
