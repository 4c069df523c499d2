"""The command line: python -m ganlab train | sample | invert."""

import argparse
import pathlib
import sys

from ganlab import __version__

_DATA = "digits, color_digits, faces, photos, mnist, fashion_mnist, cifar10"


def main(arguments=None):
    """Runs one command; returns the exit status."""
    options = _parser().parse_args(arguments)
    if options.command is None:
        _parser().print_help()
        return 0
    try:
        return options.command(options)
    except KeyboardInterrupt:
        return 130
    except (ValueError, OSError) as error:
        # Every foreseeable mistake is a ValueError with a sentence for the user.
        print(f"ganlab: {error}", file=sys.stderr)
        return 1


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
    train.add_argument(
        "--data",
        metavar="NAME|FILE.npz|FOLDER",
        help=f"{_DATA}, or your own images (default: the recipe's, digits)",
    )
    train.add_argument("--recipe", metavar="NAME", help="default, digits or article")
    length = train.add_mutually_exclusive_group()
    length.add_argument("--steps", type=_positive_int, metavar="N", help="steps in all")
    length.add_argument("--seconds", type=_positive_float, metavar="S", help="train for so long")
    train.add_argument("--seed", type=int, default=0, metavar="S")
    train.add_argument("--resume", action="store_true", help="go on with the run in DIR")

    sample = commands.add_parser("sample", help="draw images from a trained run")
    sample.set_defaults(command=_sample)
    sample.add_argument("--run", required=True, metavar="DIR")
    sample.add_argument("--count", type=_positive_int, default=64, metavar="N")
    sample.add_argument("--out", required=True, metavar="FILE.npz|FILE.png")
    sample.add_argument("--seed", type=int, default=0, metavar="S")

    invert = commands.add_parser("invert", help="imitate a given image with a trained run")
    invert.set_defaults(command=_invert)
    invert.add_argument("--run", required=True, metavar="DIR")
    invert.add_argument("--image", required=True, metavar="FILE")
    invert.add_argument("--out", required=True, metavar="FILE.png")
    invert.add_argument("--steps", type=_positive_int, default=200, metavar="N")
    invert.add_argument("--seed", type=int, default=0, metavar="S")
    return parser


def _train(options):
    from ganlab import runs

    try:
        run = runs.train(
            options.out,
            data=options.data,
            recipe=options.recipe,
            steps=options.steps,
            seconds=options.seconds,
            seed=options.seed,
            resume=options.resume,
        )
    except KeyboardInterrupt:
        print(
            f"\nstopped; the state is saved. Go on with: "
            f"python -m ganlab train --out {options.out} --resume",
            file=sys.stderr,
        )
        raise
    print(
        f"{run.record['steps']} steps in {run.record['seconds']:.0f} s. Look at "
        f"{run.folder / 'samples.png'}, {run.folder / 'film.gif'} and {run.folder / 'curve.png'}."
    )
    return 0


def _sample(options):
    out = _output(options.out, (".npz", ".png"))
    from ganlab import files, images, readers, runs

    drawn = runs.Run(options.run).sample(options.count, seed=options.seed)
    if out.suffix == ".npz":
        readers.save_npz(drawn, out)
    else:
        with files.replaced(out) as file:
            file.write(images.to_png(images.tile(drawn), scale=2))
    print(f"{len(drawn)} images in {out}")
    return 0


def _invert(options):
    out = _output(options.out, (".png",))
    import numpy as np

    from ganlab import files, images, inversion, readers, runs, similarity

    generator = runs.Run(options.run).generator
    height, width, channels = generator.output_shape[1:]
    if height != width:
        raise ValueError(f"expected a run on square images, received {height} x {width}")
    target = readers.read_image(
        options.image, size=height, color="gray" if channels == 1 else "rgb"
    )[np.newaxis]
    found = inversion.invert(generator, target, steps=options.steps, seed=options.seed)
    with files.replaced(out) as file:
        pair = np.concatenate([target, found.images])
        file.write(images.to_png(images.tile(pair, columns=2), scale=max(1, 224 // height)))
    ssim = float(similarity.ssim(target, found.images, data_range=1.0)[0]) if height > 10 else None
    content = float(similarity.content_similarity(target, found.images, centered=True)[0])
    scores = f"content similarity {content:.3f}" + (
        f", SSIM {ssim:.3f}" if ssim is not None else ""
    )
    print(f"given and imitated image in {out}: {scores}")
    return 0


def _output(name, endings):
    path = pathlib.Path(name)
    if path.suffix not in endings:
        raise ValueError(
            f"--out: expected a name ending in {' or '.join(endings)}, received {name}"
        )
    return path


def _positive_int(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected a positive number, received {text}")
    return value


def _positive_float(text):
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a positive number, received {text}")
    return value


if __name__ == "__main__":
    sys.exit(main())
