"""Nothing is lost: exact resumption, hostile files, a process killed while it saves."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest

from ganlab import checkpoints, datasets, files, keras, losses, models, penalties, recipes
from ganlab.training import GAN

IMAGES = np.random.default_rng(0).random((40, 8, 8, 1), np.float32)


def gan_with_every_kind_of_state(seed=0):
    """Batch normalization, dropout, moving average, Adam with a schedule, random penalty."""
    discriminator = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(
                16, "relu", kernel_initializer=keras.initializers.HeNormal(seed), name="a"
            ),
            keras.layers.Dropout(0.5, seed=seed, name="drop"),
            keras.layers.Dense(1, kernel_initializer=keras.initializers.HeNormal(seed), name="b"),
        ],
        name="discriminator",
    )
    gan = GAN(
        models.conv_generator((8, 8, 1), 4, width=2, seed=seed),
        discriminator,
        loss=losses.wasserstein,
        penalty=penalties.Penalty(penalties.gradient_penalty, weight=1.0, every=3),
        d_steps=2,
        ema=0.9,
        seed=seed,
    )
    schedule = keras.optimizers.schedules.ExponentialDecay(1e-2, 5, 0.5)
    gan.compile(
        g_optimizer=keras.optimizers.Adam(schedule), d_optimizer=keras.optimizers.Adam(schedule)
    )
    return gan


def state(gan):
    return {key: v.numpy() for key, v in checkpoints._state_variables(gan).items()}


def differences(a, b):
    assert a.keys() == b.keys()
    return [key for key in a if not np.array_equal(a[key], b[key])]


def fit(gan, steps):
    batches = datasets.batches(IMAGES, 16, seed=5, start=int(gan.steps))
    gan.fit(batches, steps_per_epoch=steps, verbose=0)


@pytest.mark.slow
def test_a_resumed_run_is_bit_identical(tmp_path):
    straight = gan_with_every_kind_of_state()
    fit(straight, 9)
    first = gan_with_every_kind_of_state()
    fit(first, 4)
    checkpoints.save(first, tmp_path / "c.npz")
    resumed = gan_with_every_kind_of_state(seed=7)
    checkpoints.restore(resumed, tmp_path / "c.npz")
    assert differences(state(resumed), state(first)) == []
    fit(resumed, 5)
    assert int(resumed.steps) == 9
    assert differences(state(resumed), state(straight)) == []


def test_every_kind_of_state_matters(tmp_path):
    """The test above could not see a state that never changes: each kind here does."""
    before, gan = state(gan_with_every_kind_of_state()), gan_with_every_kind_of_state()
    fit(gan, 4)
    changed = " ".join(differences(before, state(gan)))
    for part in (
        "generator/", "discriminator/", "g_optimizer/", "d_optimizer/", "generator_ema/",
        "seed_generator_state", "moving_mean", "iteration", "momentum", "velocity", "steps",
    ):  # fmt: skip
        assert part in changed


@pytest.mark.slow
def test_killing_a_save_keeps_the_older_file(tmp_path):
    """A process that saves without pause is killed twenty times; the file is always whole."""
    path = tmp_path / "c.npz"
    program = textwrap.dedent(
        f"""
        import numpy as np
        from ganlab import files
        values = np.random.default_rng(0).random(400_000)
        print("ready", flush=True)
        while True:
            with files.replaced({str(path)!r}) as file:
                np.savez(file, values=values)
        """
    )
    for _ in range(20):
        process = subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
        )
        process.stdout.readline()
        while not path.exists():
            pass
        process.kill()
        process.wait()
        process.stdout.close()
        with np.load(path) as archive:
            assert archive["values"].sum() == np.random.default_rng(0).random(400_000).sum()


def test_an_error_while_writing_keeps_the_older_file(tmp_path):
    path = tmp_path / "x.bin"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError, match="disk"), files.replaced(path) as file:
        file.write(b"half")
        raise RuntimeError("disk")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path], "the temporary file is gone"


def test_weights_round_trip_and_checksum(tmp_path):
    model, other = (models.mlp_generator(width=4, seed=s) for s in (0, 1))
    checksum = checkpoints.save_weights(model, tmp_path / "w.npz")
    checkpoints.load_weights(other, tmp_path / "w.npz", sha256=checksum)
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert checkpoints.save_weights(model, tmp_path / "again.npz") == checksum, "reproducible bytes"
    with pytest.raises(
        checkpoints.CheckpointError, match=r"w\.npz: expected sha256 0000, received"
    ):
        checkpoints.load_weights(other, tmp_path / "w.npz", sha256="0000")


def damaged(tmp_path):
    model = models.mlp_generator(width=4, seed=0)
    path = tmp_path / "w.npz"
    checkpoints.save_weights(model, path)
    whole = path.read_bytes()
    yield "truncated", whole[: len(whole) // 2]
    yield "empty", b""
    yield "text", b"hello"
    objects = tmp_path / "objects.npz"
    np.savez(objects, **{"latents/x/0": np.array([{}], dtype=object)})
    yield "objects", objects.read_bytes()
    with open(objects, "wb") as file:
        np.save(file, np.zeros(3))
    yield "single array", objects.read_bytes()


def test_hostile_files_change_nothing(tmp_path):
    model = models.mlp_generator(width=4, seed=1)
    before = model.get_weights()
    for name, content in damaged(tmp_path):
        path = tmp_path / "bad.npz"
        path.write_bytes(content)
        with pytest.raises(checkpoints.CheckpointError, match=r"bad\.npz"):
            checkpoints.load_weights(model, path)
        assert all(map(np.array_equal, before, model.get_weights())), name
    with pytest.raises(checkpoints.CheckpointError, match="no such file"):
        checkpoints.load_weights(model, tmp_path / "missing.npz")


def test_a_checkpoint_of_another_model_is_refused(tmp_path):
    checkpoints.save_weights(models.mlp_generator(width=4, seed=0), tmp_path / "w.npz")
    with pytest.raises(checkpoints.CheckpointError, match=r"built differently.*shape \(2, 8\)"):
        checkpoints.load_weights(models.mlp_generator(width=8, seed=0), tmp_path / "w.npz")
    with pytest.raises(checkpoints.CheckpointError, match="built differently: expected 4 arrays"):
        checkpoints.load_weights(models.mlp_generator(width=4, depth=1, seed=0), tmp_path / "w.npz")
    gan = recipes.DEFAULT.build((2,), seed=0)
    with pytest.raises(checkpoints.CheckpointError, match="built differently"):
        checkpoints.restore(gan, tmp_path / "w.npz")
    with pytest.raises(ValueError, match=r"ends in \.npz"):
        checkpoints.save(gan, tmp_path / "w.h5")
    bare = GAN(gan.generator, gan.discriminator, loss=losses.hinge, seed=0)
    with pytest.raises(ValueError, match="expected a compiled GAN"):
        checkpoints.save(bare, tmp_path / "bare.npz")
