"""Nothing is lost: a run resumes exactly, and a file that does not fit changes nothing."""

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
    return {key: v.numpy() for key, v in checkpoints._state(gan).items()}


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


def test_weights_round_trip_and_checksum(tmp_path):
    model, other = (models.mlp_generator(width=4, seed=s) for s in (0, 1))
    checksum = checkpoints.save_weights(model, tmp_path / "w.npz")
    checkpoints.load_weights(other, tmp_path / "w.npz")
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert checkpoints.save_weights(model, tmp_path / "again.npz") == checksum, "reproducible bytes"
    assert files.sha256(tmp_path / "w.npz") == checksum


def test_a_file_that_cannot_be_read_changes_nothing(tmp_path):
    model, path = models.mlp_generator(width=4, seed=0), tmp_path / "bad.npz"
    with pytest.raises(checkpoints.CheckpointError, match=r"bad\.npz: cannot be read .*again"):
        checkpoints.load_weights(model, path)
    checkpoints.save_weights(model, path)
    path.write_bytes(path.read_bytes()[:-100])
    other = models.mlp_generator(width=4, seed=1)
    before = other.get_weights()
    for read in (
        lambda: checkpoints.load_weights(other, path),
        lambda: checkpoints.restore(gan_with_every_kind_of_state(), path),
        lambda: checkpoints.read_notes(path, ["about"]),
    ):
        with pytest.raises(checkpoints.CheckpointError, match=r"bad\.npz.*damaged.*train again"):
            read()
    assert all(map(np.array_equal, before, other.get_weights()))


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
