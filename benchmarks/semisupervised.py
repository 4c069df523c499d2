"""What unlabeled digits are worth beside 20, 50 or 100 labeled ones, and which generator helps.

Section 5 of Salimans et al. 2016 (arXiv:1606.03498) turns a classifier of K classes into a
discriminator: its logit is the logsumexp of the K logits, so that it says how probable the picture
is of any class at all, against a fake. The classifier learns from the labeled digits and, as a
discriminator, from all digits and the fakes. The paper reports that a generator whose mean features
match those of real digits makes the better classifier, and worse pictures.

Four ways, the same classifier, labels, optimizer and number of updates in each: the labels alone;
with a generator that plays the non-saturating game; with one that matches features; with one that
is never trained. Five draws of the labels, which also decide the first weights. The digits are of
14x14: they were scanned at 8x8, and larger ones take a processor longer.

    python -m benchmarks semisupervised

writes data/semisupervised.json and data/semisupervised.npz, which
notebooks/10_improved_techniques shows.
"""

import itertools
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
    losses,
    metrics,
    models,
    penalties,
    recipes,
    tf,
    training,
)
from ganlab import images as pixels

__all__ = [
    "DRAWS",
    "LABELS",
    "STEPS",
    "WAYS",
    "build",
    "choose",
    "classifier",
    "measure",
    "report",
    "spread",
    "train",
]

LABELS = (20, 50, 100)
DRAWS = (0, 1, 2, 3, 4)
WAYS = ("labels only", "ordinary generator", "feature matching", "untrained generator")
STEPS = 1_200
EVERY = 200  # steps between two measurements
BATCH = 64
SIZE = 14
COUNT = 721  # images in every set whose distance is taken: half of the training split
SHOWN = 10
MEASURE_SEED = 2026
WORKERS = 2


def classifier(*, seed):
    """Build the classifier: two convolutions, a layer "features" of 64 units, dropout before both.

    Returns
    -------
    keras.Model
        images (batch, 14, 14, 1) -> logits (batch, 10).
    """
    seeds = itertools.count(100 * seed)

    def he():
        return keras.initializers.HeNormal(next(seeds))

    images = keras.Input((SIZE, SIZE, 1), name="images")
    x = keras.layers.Rescaling(2.0, -1.0, name="zero_centered")(images)
    for place, channels in enumerate((16, 32)):
        x = keras.layers.Conv2D(
            channels, 4, strides=2, padding="same", kernel_initializer=he(), name=f"conv_{place}"
        )(x)
        x = keras.layers.LeakyReLU(0.2, name=f"leaky_{place}")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    x = keras.layers.Dropout(0.5, seed=next(seeds), name="dropout")(x)
    x = keras.layers.Dense(64, kernel_initializer=he(), name="hidden")(x)
    x = keras.layers.LeakyReLU(0.2, name="features")(x)
    x = keras.layers.Dropout(0.5, seed=next(seeds), name="dropout_features")(x)
    logits = keras.layers.Dense(10, kernel_initializer=he(), name="logits")(x)
    return keras.Model(images, logits, name="classifier")


def choose(labels, count, *, seed):
    """Return the places of so many labeled digits, as many of each class."""
    rng = np.random.default_rng(seed)
    of_each = [
        rng.choice(np.flatnonzero(labels == digit), count // 10, replace=False)
        for digit in range(10)
    ]
    return np.concatenate(of_each)


def build(way, images, labeled, labels, *, seed):
    """Build the GAN of a way, compiled, and the classifier inside its discriminator.

    Parameters
    ----------
    way : str
        Of `WAYS`.
    images : array, shape (n, 14, 14, 1)
        All that the classifier may see, labeled or not.
    labeled, labels : array, shapes (m, 14, 14, 1) and (m,)
    seed : int

    Returns
    -------
    gan : training.GAN
    reader : keras.Model
    """
    reader = classifier(seed=seed)
    any_class = keras.ops.logsumexp(reader.output, axis=1, keepdims=True)
    features = keras.Model(reader.input, reader.get_layer("features").output)
    images, labeled, labels = (tf.constant(array) for array in (images, labeled, labels))

    def some(arrays, seed):
        chosen = keras.random.randint((BATCH,), 0, len(arrays[0]), seed=seed)
        return [tf.gather(array, chosen) for array in arrays]

    def misread(discriminator, real, fake, *, seed):
        shown, truth = some((labeled, labels), seed)
        return tf.reduce_mean(
            keras.losses.sparse_categorical_crossentropy(
                truth, reader(shown, training=True), from_logits=True
            )
        )

    def apart(generator, latents, *, seed):
        (real,) = some((images,), seed)
        return losses.feature_matching(
            features(real, training=True), features(generator(latents), training=True)
        )

    def nothing(real, fake):
        return tf.zeros(())

    game = losses.non_saturating
    gan = training.GAN(
        models.conv_generator((SIZE, SIZE, 1), hidden=128, seed=seed + 1000),
        keras.Model(reader.input, any_class, name="any_class"),
        loss=losses.AdversarialLoss(
            discriminator=nothing if way == "labels only" else game.discriminator,
            generator=game.generator if way == "ordinary generator" else nothing,
        ),
        penalty=penalties.Penalty(misread, weight=1.0),
        g_penalty=penalties.Penalty(apart, weight=1.0) if way == "feature matching" else None,
        seed=seed,
    )
    adam = recipes.adam(1e-3, beta_1=0.5, beta_2=0.99)
    gan.compile(g_optimizer=adam(), d_optimizer=adam())
    return gan, reader


def train(job):
    """Train one way with so many labels; return what was measured.

    Parameters
    ----------
    job : (way, number of labels, draw)

    Returns
    -------
    dict
        ``job``; ``error`` on the held-out digits at each measurement; ``distance``, the Fréchet
        distance of the generator's samples at the end, or None; ``images``; ``seconds`` of the
        processor.
    """
    way, count, draw = job
    start = time.process_time()
    shown, unseen = (datasets.load("digits", split=split, size=SIZE) for split in ("train", "test"))
    chosen = choose(shown.labels, count, seed=draw)
    gan, reader = build(
        way, shown.images, shown.images[chosen], shown.labels[chosen].astype(np.int64), seed=draw
    )
    trained = way in ("ordinary generator", "feature matching")
    one = tf.function(gan.train_step if trained else gan.step_discriminator, autograph=False)
    errors = []
    batches = datasets.batches(shown.images, BATCH, seed=draw)
    for step, batch in enumerate(batches.take(STEPS), 1):
        one(batch)
        if step % EVERY == 0:
            read = models.apply(reader, unseen.images).argmax(axis=1)
            errors.append(round(float(np.mean(read != unseen.labels)), 4))
    found = {"job": job, "error": errors, "distance": None}
    if way != "labels only":
        fakes = gan.sample(COUNT, seed=MEASURE_SEED)
        found["distance"] = round(
            float(metrics.frechet_distance(*_features(shown.images, fakes))), 3
        )
        found["images"] = pixels.to_uint8(fakes[:SHOWN])
    return found | {"seconds": time.process_time() - start}


def _features(real, other):
    """Return features of a random half of the real images and of others, enlarged to 28x28."""
    extractor = evaluation.features.load("digits")
    half = np.random.default_rng(MEASURE_SEED).permutation(len(real))[:COUNT]
    return [
        evaluation.features.extract(
            extractor, np.clip(tf.image.resize(images, (28, 28), "bicubic").numpy(), 0, 1)
        )
        for images in (real[half], other)
    ]


def spread(count, draw):
    """Return the error of a method that needs no network: labels spread to near digits.

    The label spreading of Zhou et al. 2003 on the pixels, with the settings of scikit-learn but
    for neighbors in the place of a kernel.
    """
    from sklearn.semi_supervised import LabelSpreading

    shown, unseen = (datasets.load("digits", split=split, size=SIZE) for split in ("train", "test"))
    known = np.full(len(shown.labels), -1)
    chosen = choose(shown.labels, count, seed=draw)
    known[chosen] = shown.labels[chosen]
    flat = [split.images.reshape(len(split.images), -1) for split in (shown, unseen)]
    with np.errstate(invalid="ignore"):  # digits that no label has reached
        model = LabelSpreading(kernel="knn", max_iter=100).fit(flat[0], known)
        return round(float(np.mean(model.predict(flat[1]) != unseen.labels)), 4)


def measure():
    """Train all ways with all numbers of labels; write the table and the pictures."""
    result = record.start()
    jobs = list(itertools.product(WAYS, LABELS, DRAWS))
    jobs.sort(key=lambda job: (job[0] == WAYS[-1], job[2]))
    os.environ.update(TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1")
    runs = {}
    with multiprocessing.get_context("spawn").Pool(WORKERS) as pool:
        for run in pool.imap_unordered(train, jobs):
            print(*run["job"], run["error"], run["distance"], f"{run['seconds']:.0f} s", flush=True)
            runs[tuple(run["job"])] = run
    shown = datasets.load("digits", split="train", size=SIZE).images
    others = np.random.default_rng(MEASURE_SEED).permutation(len(shown))[COUNT:]
    table = {
        "steps": list(range(EVERY, STEPS + 1, EVERY)),
        "labels": LABELS,
        "floor": round(float(metrics.frechet_distance(*_features(shown, shown[others]))), 3),
        "error": {
            way: {count: [runs[way, count, draw]["error"] for draw in DRAWS] for count in LABELS}
            for way in WAYS
        },
        "distance": {
            way: {count: [runs[way, count, draw]["distance"] for draw in DRAWS] for count in LABELS}
            for way in WAYS[1:]
        },
        "label spreading": {count: [spread(count, draw) for draw in DRAWS] for count in LABELS},
    }
    files.write(files.recorded("semisupervised.json"), json.dumps(table, indent=1).encode() + b"\n")
    pictures = {way: runs[way, 50, DRAWS[-1]]["images"] for way in WAYS[1:]}
    files.write_npz(files.recorded("semisupervised.npz"), pictures)
    seconds = {
        way: record.median([run["seconds"] for job, run in runs.items() if job[0] == way], digits=2)
        for way in WAYS
    }
    return record.finish(result) | {"cpu_seconds": seconds}


def report(result):
    """Return the errors at the end, for each number of labels."""
    found = tables.load("semisupervised")
    rows = []
    for way, errors in [*found["error"].items(), ("label spreading", found["label spreading"])]:
        row = [way]
        for count in LABELS:
            ends = np.ravel([np.atleast_1d(run)[-1] for run in errors[str(count)]])
            row.append(f"{ends.mean():.1%} ({ends.min():.1%} to {ends.max():.1%})")
        distances = found["distance"].get(way)
        row.append(f"{np.median(distances['50']):.0f}" if distances else "")
        row.append(f"{result['cpu_seconds'][way]:.0f}" if way in result["cpu_seconds"] else "")
        rows.append(row)
    heads = ["way", *(f"error, {count} labels" for count in LABELS), "Fréchet distance, 50 labels",
             "CPU s of a run"]  # fmt: skip
    return record.table(heads, rows)
