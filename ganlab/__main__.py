"""The command line: python -m ganlab train | sample | evaluate | features | invert."""

import argparse
import os
import pathlib
import sys

from ganlab import __version__

# Modules of ganlab are imported by the command that needs them: --help answers at once.


def main(arguments=None):
    """Run one command; return the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A character that the terminal or the file has no code for must not end a command.
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    if options.command is None:
        _parser().print_help()
        return 0
    try:
        for name in _PATHS & vars(options).keys():
            setattr(options, name, _path(name, getattr(options, name)))
        return options.command(options)
    except KeyboardInterrupt:
        return 130
    except MemoryError as error:
        print(f"ganlab: too little memory ({error}): ask for less at once", file=sys.stderr)
        return 1
    except (ValueError, OSError) as error:
        # Every foreseeable mistake is a ValueError with a sentence for the user.
        print(f"ganlab: {_printable(error)}", file=sys.stderr)
        return 1


_PATHS = {"data", "features", "image", "images", "out", "run"}


def _path(name, value):
    """Return a path with ~ taken for the home folder, which not every shell does; or None."""
    if value == "":  # which would be the current folder
        raise ValueError(f"expected --{name} as a name or a path, received an empty one")
    return value and os.path.expanduser(value)


def _printable(text):
    """Escape what a terminal would obey: names of files and labels may come from strangers."""
    text = str(text).encode(errors="backslashreplace").decode()
    return "".join(
        letter if letter.isprintable() or letter == "\n" else repr(letter)[1:-1] for letter in text
    )


def _say(text):
    print(_printable(text))


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m ganlab", description="Train small GANs and use them."
    )
    parser.add_argument("--version", action="version", version=f"ganlab {__version__}")
    parser.set_defaults(command=None)
    commands = parser.add_subparsers(title="commands")

    train = commands.add_parser("train", help="train a GAN into a folder")
    train.set_defaults(command=_train)
    train.add_argument("--out", required=True, metavar="DIR", help="the folder of the run")
    _add_data(train, "a data set of ganlab, or your own images (default: the recipe's own)")
    train.add_argument("--recipe", metavar="NAME", help="a recipe of ganlab (default: default)")
    length = train.add_mutually_exclusive_group()
    length.add_argument("--steps", type=_positive(int), metavar="N", help="steps in all")
    length.add_argument("--seconds", type=_positive(float), metavar="S", help="train for so long")
    train.add_argument("--seed", type=_seed, metavar="S", help="of everything random (default: 0)")
    train.add_argument("--resume", action="store_true", help="go on with the run in DIR")

    sample = commands.add_parser("sample", help="draw images from a trained generator")
    sample.set_defaults(command=_sample)
    source = sample.add_mutually_exclusive_group(required=True)
    source.add_argument("--run", metavar="DIR")
    source.add_argument("--recorded", metavar="NAME", help="a generator that comes with ganlab")
    sample.add_argument("--count", type=_positive(int), default=64, metavar="N")
    sample.add_argument("--out", required=True, metavar="FILE.npz|FILE.png")
    sample.add_argument(
        "--columns", type=_positive(int), metavar="N", help="of the sheet (default: a square)"
    )
    _add_label(sample, "what to draw, by name or number, with a conditional run (default: all)")
    sample.add_argument("--seed", type=_seed, default=0, metavar="S")

    evaluate = commands.add_parser(
        "evaluate", help="measure a trained run beside rows whose answer is known"
    )
    evaluate.set_defaults(command=_evaluate)
    what = evaluate.add_mutually_exclusive_group(required=True)
    what.add_argument("--run", metavar="DIR")
    what.add_argument("--images", metavar="FILE.npz", help="generated images from elsewhere")
    _add_data(evaluate, "real images (default: the run's)")
    evaluate.add_argument(
        "--features", metavar="FILE.npz", help="a classifier made by the command features"
    )
    evaluate.add_argument("--out", metavar="DIR", help="where to write (default: the run's folder)")
    evaluate.add_argument("--seed", type=_seed, default=0, metavar="S")

    features = commands.add_parser(
        "features", help="train the classifier that evaluate compares images by"
    )
    features.set_defaults(command=_features)
    _add_data(features, "labeled images (default: digits)", default="digits")
    features.add_argument("--out", required=True, metavar="FILE.npz")
    features.add_argument("--steps", type=_positive(int), default=1500, metavar="N")
    features.add_argument("--seed", type=_seed, default=0, metavar="S")

    invert = commands.add_parser("invert", help="imitate a given image with a trained run")
    invert.set_defaults(command=_invert)
    invert.add_argument("--run", required=True, metavar="DIR")
    invert.add_argument("--image", required=True, metavar="FILE")
    invert.add_argument("--out", required=True, metavar="FILE.png")
    _add_label(invert, "of the image, by name or number, where the run is conditional")
    invert.add_argument("--steps", type=_positive(int), default=200, metavar="N")
    invert.add_argument("--seed", type=_seed, default=0, metavar="S")
    return parser


def _add_label(command, purpose):
    command.add_argument("--label", metavar="L", help=purpose)


def _add_data(command, purpose, **settings):
    command.add_argument("--data", metavar="NAME|FILE.npz|FOLDER", help=purpose, **settings)
    command.add_argument(
        "--size", type=_positive(int), metavar="N", help="bring the images to N x N pixels"
    )
    command.add_argument(
        "--color", choices=("gray", "rgb"), help="bring them to one channel or to three"
    )


def _train(options):
    from ganlab import runs

    try:
        run = runs.train(
            options.out,
            data=options.data,
            size=options.size,
            color=options.color,
            recipe=options.recipe,
            steps=options.steps,
            seconds=options.seconds,
            seed=options.seed,
            resume=options.resume,
        )
    except KeyboardInterrupt:
        print(f"\n{_printable(runs.how_it_stands(options.out))}", file=sys.stderr)
        raise
    _say(
        f"{run.record['steps']} steps in {run.record['seconds']:.0f} s. Look at samples.png, "
        f"film.gif and curve.png in {run.folder}."
    )
    return 0


def _sample(options):
    out = _output(options.out, (".npz", ".png"))
    import numpy as np

    from ganlab import files, images, models, recipes, runs
    from ganlab.datasets import readers

    if options.columns is not None and out.suffix != ".png":
        raise ValueError(f"expected --columns for a sheet, a .png file, received {options.out}")
    if options.recorded is not None:
        if options.label is not None:
            raise ValueError(f"expected --run beside --label, received {options.recorded}")
        generator = recipes.load_generator(options.recorded)
        images.check_values(options.count, generator.output_shape[1:])
        told = models.Condition.of(generator)
        labels = None if told is None else np.arange(options.count) * told.count // options.count
        drawn = models.draw(generator, options.count, condition=labels, seed=options.seed)
    else:
        run = runs.Run(options.run)
        labels = run.labels(options.count)
        if options.label is not None:
            labels = np.full(options.count, run.label(options.label))
        drawn = run.sample(options.count, labels=labels, seed=options.seed)
    if out.suffix == ".npz":
        readers.save_npz(drawn, out, labels)
    else:
        files.write(out, images.to_png(images.tile(drawn, columns=options.columns), scale=2))
    _say(f"{len(drawn)} images in {out}")
    return 0


def _evaluate(options):
    import numpy as np

    from ganlab import callbacks, datasets, evaluation, files, runs
    from ganlab.evaluation import features

    folder = options.out or options.run
    if options.images is not None and (options.data is None or folder is None):
        raise ValueError("expected --data and --out beside --images")
    files.check_writable(pathlib.Path(folder, "evaluation.json"))
    fit, real_labels, fake_labels = {"size": options.size, "color": options.color}, None, None
    if options.run is not None:
        run = runs.Run(options.run)
        for name, value in fit.items():
            if value not in (None, run.record[name]):
                raise ValueError(
                    f"expected --{name} {run.record[name]}, with which the run was started, "
                    f"received {value}"
                )
        data = _reported(run.data(options.data))
        count, real_labels = max(len(data) // 2, 1), run.conditions(data)
        if real_labels is not None:
            # Asked for as often as the labels occur in the data.
            fake_labels = np.random.default_rng(options.seed).choice(real_labels, count)
        fake = run.sample(count, labels=fake_labels, seed=options.seed)
    else:
        data = _reported(datasets.load(options.data, **fit))
        fake = datasets.load(options.images, **fit).images
    evaluation.check_sets(data.images, fake)
    if options.features is not None:
        extractor = evaluation.FeatureExtractor.of_classifier(
            features.load(options.features), f"the classifier {options.features}"
        )
    else:
        bar = callbacks.Progress(description="training a classifier to compare by")
        extractor = evaluation.extractor_for(data, callbacks=[bar])
    if extractor.probabilities is None or not np.array_equal(real_labels, data.labels):
        real_labels = fake_labels = None  # no classifier, or one that numbers them otherwise
    report = evaluation.evaluate(
        data.images,
        fake,
        real_labels=real_labels,
        fake_labels=fake_labels,
        extractor=extractor,
        seed=options.seed,
        progress=True,
    )
    for path in report.write(folder):
        _say(path)
    _say(f"{report.count} images in each set, compared by {report.extractor}\n\n{report.table()}")
    return 0


def _features(options):
    out = _output(options.out, (".npz",))
    from ganlab import callbacks, datasets
    from ganlab.evaluation import features

    fit = {"size": options.size, "color": options.color}
    train, test = (datasets.load(options.data, split=split, **fit) for split in ("train", "test"))
    _reported(train)
    if train.labels is None:
        raise ValueError(f"expected --data with labels, received {options.data}, which has none")
    model = features.train(
        train.images,
        train.labels,
        seed=options.seed,
        steps=options.steps,
        callbacks=[callbacks.Progress()],
    )
    checksum = features.save(model, out)
    right = features.accuracy(model, test.images, test.labels)
    _say(f"{out}: {right:.1%} of {len(test)} held-out images right; sha256 {checksum}")
    return 0


def _invert(options):
    out = _output(options.out, (".png",))
    import numpy as np

    from ganlab import files, images, inversion, runs, similarity
    from ganlab.datasets import readers

    run = runs.Run(options.run)
    generator, label = run.generator, None
    if options.label is not None:
        label = run.label(options.label)
    elif run.record["labels"] is not None:
        names = ", ".join(run.record["labels"][:20])
        raise ValueError(f"expected --label, of which this run draws: {names:.400}, received none")
    height, width, channels = generator.output_shape[1:]
    if height != width:
        raise ValueError(f"expected a run on square images, received {height} x {width}")
    target = readers.read_image(
        options.image, size=height, color="gray" if channels == 1 else "rgb"
    )[np.newaxis]
    found = inversion.invert(
        generator, target, condition=label, steps=options.steps, seed=options.seed
    )
    pair = images.tile(np.concatenate([target, found.images]), columns=2)
    files.write(out, images.to_png(pair, scale=max(1, 224 // height)))
    content = float(similarity.content_similarity(target, found.images, centered=True)[0])
    scores = f"content similarity {content:.3f}"
    if height > 10:  # SSIM's window
        scores += f", SSIM {float(similarity.ssim(target, found.images, data_range=1.0)[0]):.3f}"
    _say(f"given and imitated image in {out}: {scores}")
    return 0


def _reported(data):
    """Say on stderr which files were not used and what else to know, and return the data."""
    if data.skipped or data.notes:
        print(_printable(data.report()), file=sys.stderr)
    return data


def _output(name, endings):
    from ganlab import files

    path = pathlib.Path(name)
    if path.suffix not in endings:
        raise ValueError(f"expected --out ending in {' or '.join(endings)}, received {name}")
    if path.name in ("checkpoint.npz", "generator.npz") and path.exists():
        raise ValueError(f"expected --out as a file of its own, received {name}, a part of a run")
    files.check_writable(path)
    return path


def _seed(text):
    """Read a seed, in the range that `latents.integer_seed` takes."""
    value = int(text)
    if not 0 <= value < 2**63:
        raise argparse.ArgumentTypeError(f"expected from 0 to 2**63 - 1, received {text}")
    return value


def _positive(number):
    """Return a reader of positive numbers of a type, int or float."""

    def read(text):
        value = number(text)
        if not 0 < value < float("inf"):
            raise argparse.ArgumentTypeError(f"expected a positive number, received {text}")
        return value

    read.__name__ = number.__name__  # which argparse names when it is no number at all
    return read


if __name__ == "__main__":
    sys.exit(main())
