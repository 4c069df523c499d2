"""The benchmarks count right, and their tables say what was recorded. Nothing is timed here."""

import dataclasses
import json
import re
import tomllib
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks import (
    classroom,
    dcgan,
    flops,
    record,
    scaling,
    similarity,
    startup,
    summary,
    time_to_quality,
    training_step,
)
from ganlab import keras, losses, models, penalties, recipes, tf, training
from tools import marks

FOLDER = Path(__file__).parents[2] / "benchmarks"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
RECORDED = sorted(path.stem for path in (FOLDER / "results").glob("*.json"))
EACH = pytest.mark.parametrize("name", RECORDED)


def cells(text):
    """The rows of all Markdown tables in a text."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


# --- counted operations


def small_gan(loss=losses.non_saturating, penalty=None, **options):
    return training.GAN(
        models.conv_generator((16, 16, 1), 8, width=2, hidden=0, seed=0),
        models.conv_discriminator((16, 16, 1), width=3, hidden=0, seed=1),
        loss=loss,
        penalty=penalty,
        seed=2,
        **options,
    )


# The generator: a dense layer 8 -> 8x8x4, a 4x4 kernel at each of 8x8 pixels, 4 -> 1 channels.
# The discriminator: a 4x4 kernel at each of 8x8 pixels, 1 -> 3 channels, and 192 -> 1.
G = [2 * 8 * 256, 2 * 64 * 16 * 4]
D = [2 * 64 * 16 * 3, 2 * 192]


def test_the_layers_are_counted_as_by_hand():
    gan = small_gan()
    assert flops.network(gan.generator) == G
    assert flops.network(gan.discriminator) == D


def test_the_tutorial_is_counted_as_by_hand():
    million = [100 * 12_544, 49 * 25 * 256 * 128, 49 * 25 * 128 * 64, 196 * 25 * 64]
    assert flops.network(dcgan.generator()) == [2 * n for n in million]
    million = [196 * 25 * 64, 49 * 25 * 64 * 128, 49 * 128]
    assert flops.network(dcgan.discriminator()) == [2 * n for n in million]


def test_a_forward_pass_agrees_with_tensorflow():
    """Its own profiler counts the products of a graph."""
    profiler, gan = tf.compat.v1.profiler, small_gan()
    options = profiler.ProfileOptionBuilder.float_operation()
    options |= {"account_type_regexes": ["MatMul", "Conv2D.*"], "output": "none"}
    for network, shape in ((gan.generator, (1, 8)), (gan.discriminator, (1, 16, 16, 1))):
        forward = tf.function(lambda x, network=network: network(x, training=False))
        graph = forward.get_concrete_function(tf.TensorSpec(shape)).graph
        assert profiler.profile(graph, options=options).total_float_ops == sum(
            flops.network(network)
        )


def test_a_layer_of_an_unknown_kind_is_not_left_out():
    model = keras.Sequential([keras.Input((8, 2)), keras.layers.Conv1D(3, 2)])
    with pytest.raises(TypeError, match="Conv1D"):
        flops.network(model)


def test_a_step_is_counted_as_by_hand():
    g, d = sum(G), sum(D)
    parts = flops.step(small_gan(), 10)
    # The discriminator meets 10 real and 10 fake images; its first layer sends nothing back.
    assert parts["discriminator update: generator forward"] == 10 * g
    assert parts["discriminator update: discriminator forward"] == 20 * d
    assert parts["discriminator update: discriminator backward"] == 20 * (d + D[1])
    assert parts["discriminator update: penalty"] == 0
    assert parts["generator update: generator forward"] == 10 * g
    assert parts["generator update: discriminator forward"] == 10 * d
    # No gradient of the discriminator's weights, but one of its images.
    assert parts["generator update: discriminator backward"] == 10 * d
    assert parts["generator update: generator backward"] == 10 * (g + G[1])
    assert len(parts) == 8


def test_what_a_step_adds_to_the_plain_one():
    plain, d = flops.step(small_gan(), 12), sum(D)
    penalty = penalties.Penalty(penalties.r1, weight=1.0, every=4)
    with_r1 = flops.step(small_gan(penalty=penalty), 12)
    assert with_r1["discriminator update: penalty"] == 12 * (3 * d - D[1]) / 4
    penalty = dataclasses.replace(penalty, function=penalties.gradient_penalty, every=1)
    between = flops.step(small_gan(penalty=penalty), 12)
    assert between["discriminator update: penalty"] == 12 * (4 * d - D[1])
    # A relativistic loss compares with real logits in the generator's update, too.
    relativistic = flops.step(small_gan(loss=losses.relativistic), 12)
    assert sum(relativistic.values()) - sum(plain.values()) == 12 * d
    # The batch is shared out among the discriminator's updates; the generator gets one share.
    shared = flops.step(small_gan(d_steps=3), 12)
    for part, count in plain.items():
        assert shared[part] == (count if part.startswith("discriminator") else count / 3)


# --- what was recorded


def test_something_is_recorded_of_each_benchmark_that_the_package_is_held_to():
    assert {"startup", "similarity", "training_step", "scaling"} <= set(RECORDED)
    assert set(RECORDED) <= set(command.NAMES)


@EACH
def test_a_result_says_on_what_machine_and_how_busy_it_was(name):
    result = record.load(name)
    about = result["machine"]
    assert set(about) == {"cpu", "cores", "system", "python", "packages"}
    assert about["cpu"] and about["cores"] >= 1 and about["packages"]
    assert result["minutes"] is None or result["minutes"] >= 0
    for key in ("load_before", "load_after"):
        assert result[key] is None or result[key] >= 0
    # Nothing that belongs to one place only.
    assert not re.search(r"https?:|/home/|/tmp/|/root/|hostname", json.dumps(result))


@EACH
def test_the_readme_shows_what_is_recorded(name):
    assert marks.within(README, name) == command.section(name)


def test_the_readme_lists_every_benchmark():
    named = [row[0].strip("`") for row in cells(README) if len(row) == 3]
    assert set(command.NAMES) <= set(named)


def test_ratios_of_similarity_are_those_of_the_medians():
    result = record.load("similarity")
    assert [tuple(size["shape"]) for size in result["sizes"][::2]] == list(similarity.SIZES)
    rows = iter(cells(similarity.report(result)))
    for size in result["sizes"]:
        times = size["milliseconds"]
        assert "ganlab" in times and len(times) >= 4 and size["rounds"] >= 5
        fastest = size["fastest_milliseconds"]
        assert next(rows)[1:3] == ["median ms", "times ours"]
        next(rows)
        shown = [next(rows) for _ in times]
        for name, milliseconds, ratio, least, ratio_of_least, _ in shown:
            assert float(milliseconds) == pytest.approx(times[name], abs=0.006)
            assert float(ratio) == pytest.approx(times[name] / times["ganlab"], abs=0.051)
            assert float(least) == pytest.approx(fastest[name], abs=0.006)
            expected = fastest[name] / fastest["ganlab"]
            assert float(ratio_of_least) == pytest.approx(expected, abs=0.051)
        peers = [times[name] for name in times if name != "ganlab"]
        assert similarity.lead(size) == min(peers) / times["ganlab"]


@pytest.mark.slow
@pytest.mark.parametrize("gradient", [False, True])
def test_all_contenders_compute_the_same_measure(gradient):
    a, b = similarity.image_pairs((3, 24, 28, 3))
    exact = similarity.scikit_image(a.astype(float), b.astype(float))
    found = {name: call() for name, call in similarity.contenders(a, b, gradient=gradient)}
    assert {"ganlab", "tf.image.ssim"} <= set(found)
    for name, values in found.items():
        # tf.image.ssim takes its window's weights from a softmax in float32.
        assert values == pytest.approx(exact, abs=1e-5), name


def test_the_rate_of_a_step_is_a_share_of_that_of_a_product():
    result = {
        "flops": {"product": 100.0, "step": 30.0},
        "milliseconds": {"product": 2.0, "step": 1.0},  # 50 and 30 operations in each
        "cpu_milliseconds": {"product": 4.0, "step": 6.0},  # 25 and 5
    }
    assert training_step.rate(result) == pytest.approx(0.6)
    assert training_step.rate(result, "cpu_milliseconds") == pytest.approx(0.2)


def test_the_measured_step_is_that_of_the_default_recipe():
    result, recipe = record.load("training_step"), recipes.DEFAULT
    gan = recipe.build(tuple(result["shape"]), seed=0)
    counted = flops.step(gan, recipe.batch_size)
    assert result["flops"]["parts"] == counted
    assert result["flops"]["step"] == sum(counted.values())
    assert result["flops"]["product"] == 2 * training_step.SIZE**3


def test_every_setting_of_scaling_is_recorded_and_drawn():
    result = record.load("scaling")
    for name, values in scaling.SERIES.items():
        points = result["series"][name]
        assert [point[name] for point in points] == list(values)
        for point in points:
            batch = point.get("batch", 64)
            rate = batch / point["milliseconds"] * 1e3
            assert point["images_per_second"] == pytest.approx(rate, rel=2e-3)
    assert scaling.FIGURE.read_bytes().startswith(b"\x89PNG")


def test_the_picture_of_scaling_is_drawn_from_the_record(tmp_path):
    path = tmp_path / "scaling.png"
    scaling.draw(record.load("scaling"), path)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_start_up_shows_its_medians():
    result = record.load("startup")
    shown = {row[0].strip("`"): row[1] for row in cells(startup.report(result))[2:]}
    assert shown == {name: f"{value:.2f}" for name, value in result["seconds"].items()}


# --- time to quality, on numbers made up for the purpose

QUALITY = {
    "start_seconds": {"ours": 2.0, "DCGAN": 4.0},
    "start_cpu_seconds": {"ours": 3.0, "DCGAN": 8.0},
    "milliseconds": {"ours": 10.0, "DCGAN": 500.0},
    "cpu_milliseconds": {"ours": 15.0, "DCGAN": 1000.0},
    "ours": {
        "0": {"10": 900.0, "20": 90.0, "50": 60.0},
        "1": {"10": 900.0, "20": 200.0, "50": 100.0},
        "2": {"10": 80.0, "20": 70.0, "50": 60.0},
    },
    "DCGAN": {"25": 1000.0, "2000": 100.0},
}


def test_time_to_quality_adds_the_start_and_the_steps():
    assert time_to_quality.last_of_peer(QUALITY) == 2000
    assert time_to_quality.seconds_of_peer(QUALITY, 2000) == 4.0 + 2000 * 0.5
    assert time_to_quality.steps_of_ours(QUALITY, 2000) == [20, 50, 10]
    assert time_to_quality.seconds_of_ours(QUALITY, 2000) == pytest.approx(2.0 + 20 * 0.01)
    assert time_to_quality.times_sooner(QUALITY, 2000) == pytest.approx(1004 / 2.2)
    assert time_to_quality.times_sooner(QUALITY, 2000, cpu=True) == pytest.approx(2008 / 3.3)
    text = time_to_quality.report(QUALITY)
    assert "after 2,000 steps 456 times sooner" in text
    assert "not trained" not in text
    shorter = QUALITY | {"DCGAN": {"25": 1000.0, "800": 100.0}}
    assert "DCGAN was not trained to step 2,000" in time_to_quality.report(shorter)


def test_a_peer_is_also_met_at_its_best_moment():
    result = QUALITY | {"DCGAN": {"1000": 100.0, "2000": 150.0}}
    assert time_to_quality.best_of_peer(result) == 1000
    assert time_to_quality.times_sooner(result, 1000) == pytest.approx(504.0 / 2.2)
    assert "ever was in them 229 times sooner" in time_to_quality.report(result)


def test_a_quality_that_is_not_reached_is_said_to_be_so():
    worse = QUALITY | {"DCGAN": {"2000": 65.0}}
    assert time_to_quality.steps_of_ours(worse, 2000) == [50, None, 50]
    assert time_to_quality.times_sooner(worse, 2000) is None
    assert "does not get to" in time_to_quality.report(worse)


# --- a class

CLASS = {
    "notebooks": {
        "01_toy": {
            "seconds": 20.0,
            "cpu_seconds": 30.0,
            "longest_cell_cpu_seconds": 8.0,
            "private_mib": 500,
            "private_after_mib": 450,
            "shared_mib": 1024,
        }
    },
    "together": {"notebook": "01_toy", "kernels": 3, "measured_mib": 2560, "expected_mib": 2524},
}


def test_a_class_needs_what_is_its_own_and_once_what_is_shared():
    assert classroom.needed(CLASS["notebooks"]["01_toy"]) == 30 * 500 + 1024
    text = classroom.report(CLASS)
    assert "need at most 16 GiB" in text
    assert "held 2.5 GiB at their peak, where this reckoning expects 2.5" in text
    assert "| 8 | 30 | 30 |" in text  # thirty times eight seconds on eight cores


def test_the_page_for_teachers_quotes_the_class():
    """`python -m benchmarks.summary` writes it."""
    page = summary.CLASS.read_text(encoding="utf-8")
    assert marks.within(page, "measured") == summary.table_of_class()


# --- what they share


def test_contenders_take_turns():
    order = []
    calls = {name: (lambda name=name: order.append(name)) for name in "ab"}
    times = record.take_turns(calls, seconds=0.0, least=3)
    assert order == ["a", "b"] * 3
    assert {name: len(values) for name, values in times.items()} == {"a": 3, "b": 3}


def test_a_result_from_a_busy_machine_says_so():
    quiet = record.load("startup") | {"load_before": 0.4, "load_after": 2.1}
    quiet["machine"] = quiet["machine"] | {"cores": 2}
    assert "load 0.4 before and 2.1 after" in record.described(quiet)
    assert "busy" not in record.described(quiet)
    assert "busy" in record.described(quiet | {"load_before": 9.0})
    unknown = record.described(quiet | {"load_before": None, "load_after": None})
    assert "busy" not in unknown and "load" not in unknown


def test_a_median_keeps_four_digits():
    assert record.median([3.0, 1.23456789, 0.5]) == 1.235


def test_the_peers_are_optional_and_have_a_reason_each():
    text = (FOLDER.parent / "pyproject.toml").read_text(encoding="utf-8")
    lock = (FOLDER.parent / "requirements.lock").read_text(encoding="utf-8")
    extra = tomllib.loads(text)["project"]["optional-dependencies"]["benchmarks"]
    assert {re.match(r"[\w-]+", each)[0] for each in extra} == {
        "cosmic-ray",
        *(name for name in similarity.PACKAGES if f"\n{name}==" not in lock),
    }
    for requirement in extra:
        assert re.search(rf'"{re.escape(requirement)}",\s+# \w+', text), requirement


def test_an_unknown_name_is_refused_before_anything_runs(capsys):
    with pytest.raises(SystemExit):
        command.main(["speed"])
    assert "received speed" in capsys.readouterr().err
