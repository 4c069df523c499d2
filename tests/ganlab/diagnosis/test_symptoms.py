"""Every rule on records made by hand: it fires on its symptom and on nothing else."""

import re

import numpy as np
import pytest

from ganlab import diagnosis

ROWS = 20
HEALTHY = {
    "d_loss": 1.35, "g_loss": 0.75, "d_loss_swing": 0.03, "cross_entropy": 1.34,
    "d_gradient_norm": 1.0, "g_gradient_norm": 1.0,
    "penalty": 0.2, "penalty_r1": 0.2, "penalty_gp": 0.3,
    "real_logit": 0.05, "held_out_logit": 0.05, "fake_logit": -0.05,
    "accuracy": 0.55, "real_fake_auc": 0.6, "membership_auc": 0.5,
    "modes": 1.0, "near": 0.8, "spread": 1.0, "nearest": 50.0, "drift": 0.02, "mode_gap": 0.05,
    "dead_units": 0.3,
    "sample_low": 0.0, "sample_high": 1.0, "received_high": 1.0, "real_high": 1.0,
    "d_movement": 0.02, "g_movement": 0.02,
}  # fmt: skip

# What must be different for each failure, and the least that must not suffice.
BROKEN = {
    "scaled_twice": ({"received_high": 1 / 255}, {"received_high": 0.5}),
    "frozen_discriminator": ({"d_movement": 0.0}, {"d_movement": 1e-5}),
    "batch_norm_mode": ({"mode_gap": 0.35}, {"mode_gap": 0.15}),
    "high_learning_rate": ({"d_loss_swing": 300.0}, {"d_loss_swing": 3.0}),
    "discriminator_wins": (
        {"d_loss": 1e-4, "cross_entropy": 1e-4, "accuracy": 1.0, "g_gradient_norm": 1e-4},
        {"d_loss": 1e-4, "cross_entropy": 1e-4, "accuracy": 1.0, "g_gradient_norm": 1.0},
    ),
    "memorization": (
        {"membership_auc": 0.9, "nearest": 0.6},
        {"membership_auc": 0.9, "nearest": 1.4},
    ),
    "dead_generator": ({"spread": 0.02, "dead_units": 1.0}, {"spread": 0.5, "dead_units": 1.0}),
    "mode_collapse": ({"spread": 0.35}, {"spread": 0.45}),
    "labels_outside": ({"d_loss": 0.7, "cross_entropy": 1.1}, {"d_loss": 1.3}),
    "penalty_sampling": ({"penalty": 0.11, "penalty_r1": 0.4, "penalty_gp": 0.18},
                         {"penalty": 0.17, "penalty_r1": 0.4, "penalty_gp": 0.18}),
    "oscillation": ({"drift": 0.5}, {"drift": 0.4}),
}  # fmt: skip


def record(**changes):
    columns = {name: np.full(ROWS, value) for name, value in (HEALTHY | changes).items()}
    points = np.zeros((1, 4, 2), np.float32)
    return diagnosis.Record(20 * np.arange(1, ROWS + 1), columns, points, np.array([0]), points[0])


def test_the_healthy_record_is_healthy():
    found = diagnosis.diagnose(record())
    assert found.is_healthy and found.failure is None
    assert str(found) == "healthy\n  none of the symptoms was found"


def test_there_is_one_rule_for_each_failure():
    assert sorted(symptom.failure for symptom in diagnosis.SYMPTOMS) == sorted(BROKEN)


@pytest.mark.parametrize("failure", BROKEN)
def test_a_rule_fires_on_its_symptom_and_not_on_less(failure):
    severe, mild = BROKEN[failure]
    found = diagnosis.diagnose(record(**severe))
    assert found.failure == failure and not found.is_healthy
    assert len(found.reasons) == 1 and len(found.reasons[0]) > 30
    assert diagnosis.diagnose(record(**mild)).is_healthy


@pytest.mark.parametrize("failure", BROKEN)
def test_no_other_rule_fires_on_a_single_symptom(failure):
    fired = [s.failure for s in diagnosis.SYMPTOMS if s.evidence(record(**BROKEN[failure][0]))]
    both = ["dead_generator", "mode_collapse"]  # samples are alike in both
    assert fired == (both if failure == "dead_generator" else [failure])


@pytest.mark.parametrize("modes", [0.0, 0.4, np.nan])
def test_a_run_that_misses_most_modes_is_never_healthy(modes):
    found = diagnosis.diagnose(record(modes=modes))
    assert found.failure == "unexplained" and not found.is_healthy
    assert re.search(r"of the modes (\d+|nan)% are covered", found.reasons[0])
    assert diagnosis.diagnose(record(modes=0.6)).is_healthy
    assert diagnosis.diagnose(record(modes=modes, spread=0.1)).failure == "mode_collapse"


def test_dead_units_alone_are_no_failure():
    """Healthy generators with a high rate have layers in which four of five units are dead."""
    assert diagnosis.diagnose(record(dead_units=0.99)).is_healthy
    assert diagnosis.diagnose(record(dead_units=np.nan)).is_healthy  # no relu at all
    assert diagnosis.diagnose(record(dead_units=0.9, spread=0.02)).failure == "mode_collapse"


def test_causes_come_before_consequences():
    both = {"received_high": 1 / 255, "spread": 0.1}
    assert diagnosis.diagnose(record(**both)).failure == "scaled_twice"
    dead = {"d_loss_swing": 300.0, "spread": 0.0, "drift": 0.9}
    assert diagnosis.diagnose(record(**dead)).failure == "high_learning_rate"
    wandering = {"spread": 0.0, "drift": 0.9}
    assert diagnosis.diagnose(record(**wandering)).failure == "mode_collapse"


def test_a_wasserstein_loss_is_not_taken_for_a_cross_entropy():
    """-0.2 is the difference of the mean logits: a critic's loss, and no payment."""
    critic = {"d_loss": -0.2, "real_logit": -0.6, "fake_logit": -0.8, "cross_entropy": 1.5}
    assert diagnosis.diagnose(record(**critic)).is_healthy
    paid = {"d_loss": -0.2, "real_logit": 3.0, "fake_logit": -2.0, "cross_entropy": 0.4}
    assert diagnosis.diagnose(record(**paid)).failure == "labels_outside"


def test_a_run_without_penalty_has_no_wrong_penalty():
    assert diagnosis.diagnose(record(penalty=0.0, penalty_r1=9.0, penalty_gp=7.0)).is_healthy


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_run_that_is_not_finite_exploded(bad):
    broken = record(d_loss=bad, d_loss_swing=bad, spread=bad, drift=bad, cross_entropy=bad)
    assert diagnosis.diagnose(broken).failure == "high_learning_rate"


def test_only_the_second_half_counts_for_a_state():
    healthy = record()
    healthy.columns["spread"][: ROWS // 2] = 0.0
    assert diagnosis.diagnose(healthy).is_healthy
    healthy.columns["spread"][ROWS // 2 :] = 0.0
    assert diagnosis.diagnose(healthy).failure == "mode_collapse"


def test_a_short_record_is_refused():
    short = record()
    few = {name: values[:7] for name, values in short.columns.items()}
    cut = diagnosis.Record(short.steps[:7], few, short.frames, short.frame_steps, short.real)
    with pytest.raises(ValueError, match="at least 8 rows, received 7"):
        diagnosis.diagnose(cut)


@pytest.mark.parametrize("penalty", [0.2, 0.0, np.nan, np.inf])
def test_a_flat_critic_has_no_slope_to_compare_with(penalty):
    """R1 of a flat critic is 0: nothing to divide by."""
    flat = {"penalty": penalty, "penalty_r1": 0.0}
    columns = {
        name: np.full(ROWS, (HEALTHY | flat | {"penalty_gp": 0.0})[name]) for name in HEALTHY
    }
    frames = np.zeros((1, 2, 2), np.float32)
    made = diagnosis.Record(np.arange(ROWS), columns, frames, np.zeros(1, int), frames[0])
    assert diagnosis.diagnose(made).is_healthy
    columns |= {"penalty_gp": np.full(ROWS, 1.0), "penalty": np.full(ROWS, 0.2)}
    assert diagnosis.diagnose(made).failure == "penalty_sampling"
