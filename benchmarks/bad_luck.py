"""Bad luck: damaged files for every reader, and trainings that are killed while they save.

    python -m benchmarks bad_luck     # 100,000 damaged files and 50 kills

The fuzz damages valid files as disks, networks and strangers do, and hands them to the reader of
their kind. Each is read, or refused by the documented error, quickly and in little memory. An
archive is also damaged inside, with checksums that fit, so that not all damage ends at the door.

The killer trains in a process of its own that saves after every step, ends it by SIGKILL at a
random moment, and asks after each kill: can the run be sampled from and evaluated, and is its
state, bit for bit, that of an undisturbed training at the same step?
"""

import collections
import contextlib
import hashlib
import io
import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import time
import warnings
import zipfile
import zlib

import numpy as np
from PIL import Image

from benchmarks import record

__all__ = ["FORMATS", "fuzz", "kill", "measure", "report"]

ROOT = pathlib.Path(__file__).parents[1]
DAMAGES, KILLS = 100_000, 50
SLOW = 1.0  # seconds that no damaged file may take
LARGE = 300  # MiB by which no damaged file may raise the peak of the process

#: A format: its valid file, and the reader that must cope with a damaged one.
FORMATS = {}


def _format(name, ending):
    def add(build):
        FORMATS[name] = (ending, build)
        return build

    return add


# --------------------------------------------------------------------------- valid files, readers


def _pixels(*shape):
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def _npz(compressed=False, **arrays):
    buffer = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(buffer, **arrays)
    return buffer.getvalue()


@_format("images, stored", ".npz")
def _images():
    from ganlab import datasets

    names = np.array(["round", "square"])
    content = _npz(images=_pixels(6, 5, 4), labels=np.arange(6) % 2, label_names=names)
    return content, datasets.load


@_format("images, deflated", ".npz")
def _images_deflated():
    from ganlab import datasets

    return _npz(True, images=np.linspace(0, 1, 90).reshape(2, 5, 3, 3)), datasets.load


def _picture(kind, mode="RGB"):
    from ganlab.datasets import readers

    buffer = io.BytesIO()
    shape = {"L": (9, 8), "P": (9, 8), "I;16": (9, 8)}.get(mode, (9, 8, len(mode)))
    if mode == "I;16":
        picture = Image.fromarray(_pixels(*shape).astype(np.uint16) * 257)
    else:
        picture = Image.fromarray(_pixels(*shape), mode=None if mode != "P" else "L")
        picture = picture.convert(mode)
    picture.save(buffer, kind)
    return buffer.getvalue(), readers.read_image


for _kind, _mode in (
    ("PNG", "RGB"),
    ("PNG", "RGBA"),
    ("PNG", "P"),
    ("PNG", "I;16"),
    ("JPEG", "RGB"),
    ("GIF", "P"),
    ("BMP", "RGB"),
    ("WEBP", "RGB"),
):
    _format(f"{_kind} {_mode}", f".{_kind.lower()}")(lambda k=_kind, m=_mode: _picture(k, m))


@_format("weights", ".npz")
def _weights():
    from ganlab import checkpoints, models

    model = models.mlp_generator(width=4, seed=0)
    path = pathlib.Path(tempfile.mkdtemp(), "w.npz")
    checkpoints.save_weights(model, path, notes={"about": "a note"})
    return path.read_bytes(), lambda path: checkpoints.load_weights(model, path)


@_format("checkpoint of a run", ".npz")
def _checkpoint():
    from ganlab import recipes, runs
    from ganlab.runs import folder, record

    gan = recipes.DEFAULT.build((4, 4, 1), seed=0)
    path = pathlib.Path(tempfile.mkdtemp(), "run")
    data = path.with_name("d.npz")
    data.write_bytes(_npz(images=_pixels(60, 4, 4)))
    runs.train(path, data=data, steps=1, progress=False)

    def read(path):
        folder.recall(path, record.read(path), gan, *folder.watchers(gan, None, seed=0))

    return (path / "checkpoint.npz").read_bytes(), read


@_format("classifier", ".npz")
def _classifier():
    from ganlab.evaluation import features

    path = pathlib.Path(tempfile.mkdtemp(), "c.npz")
    features.save(features.build((4, 4, 1), 2, seed=0), path)
    return path.read_bytes(), features.load


@_format("records of trainings", ".npz")
def _records():
    from classroom import failures
    from ganlab import diagnosis

    path = pathlib.Path(tempfile.mkdtemp(), "r.npz")
    name, found = next(iter(failures.load_gallery().items()))
    diagnosis.save_records({name.replace("/", " "): found}, path)
    return path.read_bytes(), diagnosis.load_records


@_format("progress of a learner", ".json")
def _progress():
    from classroom.exercises.progress import FILE, read, table

    entries = {
        "02.1": {"tries": 3, "passed": True, "prediction": 0.5, "found": 0.25},
        "02.2": {"tries": 1, "passed": False},
    }

    def show(path):
        path.replace(FILE)
        table((), read())

    return json.dumps(entries, indent=1).encode(), show


# ------------------------------------------------------------------------------------------ damage


def damaged(content, ending, rng):
    """Return a file with one to four faults of one kind."""
    inside = ending == ".npz" and rng.random() < 0.5
    if inside:
        return _damaged_inside(content, rng)
    if ending == ".png" and rng.random() < 0.5:
        return _damaged_chunk(content, rng)
    return _damaged(content, rng)


def _damaged(content, rng):
    content = bytearray(content)
    kind = rng.randrange(6)
    if kind == 0:  # a file cut off
        return bytes(content[: rng.randrange(len(content))])
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(content))
        end = min(len(content), start + rng.choice((1, 2, 4, 16, 200)))
        if kind == 1:
            content[start] ^= 1 << rng.randrange(8)
        elif kind == 2:
            content[start:end] = rng.randbytes(end - start)
        elif kind == 3:
            content[start:end] = bytes([rng.choice((0, 255))]) * (end - start)
        elif kind == 4:  # a piece lost
            del content[start:end]
        else:  # a piece twice
            content[start:start] = content[start:end]
        if not content:
            return b""
    return bytes(content)


def _damaged_inside(content, rng):
    """Damage one member of an archive, or its number of bytes, and pack it with new checksums."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    name = rng.choice(list(members))
    body = members[name]
    if rng.random() < 0.5:  # in the header alone: another shape, another type, no header at all
        start = rng.randrange(128)
        letters = b"0123456789'(),<>|=bfiucUOSVM[]{} \n"
        piece = bytes(rng.choice(letters) for _ in range(rng.randint(1, 6)))
        members[name] = body[:start] + piece + body[start + len(piece) :]
    else:
        members[name] = _damaged(body, rng)
    if rng.random() < 0.1:
        members.pop(rng.choice(list(members)))
    if rng.random() < 0.1:
        members[rng.choice(("../up.npy", "x.npy", "images.npy", "a/b.npy", ".."))] = body
    packing = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return buffer.getvalue()


def _damaged_chunk(content, rng):
    """Damage one chunk of a PNG and give it the checksum that fits."""
    chunks, place = [], 8
    while place < len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        chunks.append([content[place + 4 : place + 8], content[place + 8 : place + 8 + length]])
        place += 12 + length
    chunk = rng.choice(chunks)
    chunk[1] = _damaged(chunk[1], rng) if chunk[1] else rng.randbytes(rng.randint(0, 8))
    if rng.random() < 0.1:
        chunk[0] = rng.choice((b"IHDR", b"IDAT", b"PLTE", b"tRNS", b"eXIf", b"acTL", b"IEND"))
    return content[:8] + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


# -------------------------------------------------------------------------------------------- fuzz


def fuzz(count, *, seed=0, progress=False):
    """Hand damaged files to every reader.

    Parameters
    ----------
    count : int
        Files, over all formats.
    seed : int
    progress : bool

    Returns
    -------
    dict of str to dict
        For each format how many were ``tried`` and ``refused``, and ``slowest`` in seconds.

    Raises
    ------
    AssertionError
        For a file that raised anything but a ValueError, took over a second, or raised the
        peak of memory by 300 MiB. The file is kept, and the message names it.
    """
    from tqdm import tqdm

    rng = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="ganlab-fuzz-") as place, contextlib.chdir(place):
        ready = {name: (ending, *build()) for name, (ending, build) in FORMATS.items()}
        found = {name: {"tried": 0, "refused": 0, "slowest": 0.0} for name in ready}
        names = list(ready)
        for number in tqdm(range(count), unit="file", disable=not progress):
            name = names[number % len(names)]
            ending, content, read = ready[name]
            path = pathlib.Path(place, f"damaged{ending}")
            path.write_bytes(damaged(content, ending, rng))
            trial = found[name]
            began, peak = time.process_time(), _peak()
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    read(path)
            except ValueError:
                trial["refused"] += 1
            except BaseException as error:
                raise AssertionError(f"{name}: {error!r} for {_kept(path)}") from error
            seconds = time.process_time() - began  # whatever else this machine does
            trial["tried"] += 1
            trial["slowest"] = max(trial["slowest"], round(seconds, 3))
            assert seconds < SLOW, f"{name}: {seconds:.1f} s for {_kept(path)}"
            assert _peak() - peak < LARGE, f"{name}: {_peak() - peak:.0f} MiB for {_kept(path)}"
    return found


def _peak():
    """The most memory that this process ever held, in MiB; 0 where nobody tells."""
    try:
        import resource
    except ImportError:
        return 0.0
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _kept(path):
    """Copy a file that must be looked at to where it stays; return its new path."""
    handle, copy = tempfile.mkstemp(prefix="ganlab-damaged-", suffix=path.suffix)
    os.write(handle, path.read_bytes())
    os.close(handle)
    return copy


# ------------------------------------------------------------------------------------------ killer

_CHILD = """
from ganlab import runs
runs.training._SECONDS_BETWEEN_SAVES = 0.0
runs.train({out!r}, data={data!r}, steps=10**6, resume={resume}, progress=False)
"""


def kill(count, *, seed=0, progress=False):
    """Kill a training that saves all the time, go on with it, and kill it again.

    Parameters
    ----------
    count : int
    seed : int
    progress : bool

    Returns
    -------
    dict
        ``kills``; ``half_written``, those in the middle of writing a file; ``steps`` that the
        training reached.

    Raises
    ------
    AssertionError
        If the run cannot be sampled from or evaluated after a kill, or its state is not that of
        an undisturbed training, bit for bit.
    """
    from tqdm import tqdm

    from ganlab import evaluation, runs

    rng = random.Random(seed)
    states, half_written = {}, 0
    with tempfile.TemporaryDirectory(prefix="ganlab-killed-") as place:
        out, data = pathlib.Path(place, "run"), pathlib.Path(place, "own.npz")
        data.write_bytes(_npz(images=_pixels(60, 12, 12)))
        for _ in tqdm(range(count), unit="kill", disable=not progress):
            half_written += _train_and_kill(out, data, rng)
            step, state = _state_of(out / "checkpoint.npz")
            states[step] = state
            run = runs.Run(out)
            assert run.sample(4, seed=0).shape == (4, 12, 12, 1)
            real = run.data()
            extractor, fake = evaluation.extractor_for(real), run.sample(30, seed=0)
            evaluation.evaluate(real.images, fake, extractor=extractor, seed=0, resamples=0)
        last = max(states) + 3
        runs.train(out, steps=last, resume=True, progress=False)
        states[last] = _state_of(out / "checkpoint.npz")[1]
        assert not list(out.glob(".*.part")), "what was left half-written is gone"
        _compare_with_undisturbed(states, real.images, pathlib.Path(place, "undisturbed.npz"))
    return {"kills": count, "half_written": half_written, "steps": last}


def _train_and_kill(out, data, rng):
    """Train a few steps in another process and kill it; return whether it was writing a file."""
    program = _CHILD.format(out=str(out), data=str(data), resume=out.exists())
    child = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
    before = _steps_of(out)
    while _steps_of(out) <= before:  # the first step takes long to compile: too easy a target
        assert child.poll() is None, f"the training ended by itself, with {child.returncode}"
        time.sleep(0.01)
    time.sleep(rng.uniform(0.0, 0.5))
    child.kill()
    child.wait()
    return bool(list(out.glob(".*.part")))


def _steps_of(out):
    """Return the steps that the record of a run tells; 0 before there is one."""
    path = out / "run.json"
    return json.loads(path.read_bytes())["steps"] if path.exists() else 0


def _state_of(path):
    """Return the step of a checkpoint and a digest of the weights, optimizers and seeds in it."""
    digest = hashlib.sha256()
    with np.load(path) as archive:
        for name in sorted(name for name in archive.files if "/" in name):
            digest.update(name.encode() + archive[name].tobytes())
        (step,) = (int(archive[name]) for name in archive.files if name.endswith("/steps"))
    return step, digest.hexdigest()


def _compare_with_undisturbed(states, images, path):
    """Train once more, without a run folder, and compare wherever a state is known."""
    from ganlab import checkpoints, datasets, recipes, training

    recipe = recipes.DEFAULT
    gan = recipe.build(images.shape[1:], seed=0)
    for _ in training.steps(gan, datasets.batches(images, recipe.batch_size, seed=0)):
        step = int(gan.steps)
        if step in states:
            checkpoints.save(gan, path)
            assert _state_of(path) == (step, states[step]), f"another state at step {step}"
        if step == max(states):
            return


# -------------------------------------------------------------------------------------- benchmark


def measure():
    """Run both at full length."""
    result = record.start(("tensorflow", "keras", "numpy", "pillow"))
    found = fuzz(DAMAGES, progress=True)
    return record.finish({**result, "fuzz": found, "killer": kill(KILLS, progress=True)})


def report(result):
    """The table of the README."""
    rows = [
        [name, trial["tried"], trial["refused"], f"{1000 * trial['slowest']:.0f}"]
        for name, trial in result["fuzz"].items()
    ]
    total = collections.Counter()
    for trial in result["fuzz"].values():
        total.update({key: trial[key] for key in ("tried", "refused")})
    slowest = max(trial["slowest"] for trial in result["fuzz"].values())
    rows.append(["all", total["tried"], total["refused"], f"{1000 * slowest:.0f}"])
    killer = result["killer"]
    return (
        record.table(["damaged file", "tried", "refused", "slowest, ms"], rows)
        + f"\n\nA training that saves after every step was killed {killer['kills']} times in its "
        f"first {killer['steps']} steps, {killer['half_written']} times with a file half written. "
        "After every kill the run could be sampled from and evaluated, and its state was that of "
        "an undisturbed training, bit for bit."
    )
