"""Chosen letters and ordered steps: the tools of classroom.exercises.checking that compare them."""

import pytest

from classroom.exercises.checking import Wrong, compare_choice, compare_order

OTHERS = {"a": "No light.", "c": "Too warm."}
RULES = [("b", "a", "Boil first."), ("a", "c", "Pour before you drink.")]


def test_a_choice_gives_back_its_reasons():
    assert compare_choice(["b", 3.5], "b", OTHERS) == [3.5]
    assert compare_choice((" B ", 1, 2), "b", OTHERS, reasons=2) == [1, 2]
    assert compare_choice(["b"], "b", OTHERS, reasons=0) == []


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (["a", 3.5], "No light."),
        (["c", 3.5], "Too warm."),
        (["d", 3.5], "Choose one of a, b, c; this is str 'd'"),
        ([[], 3.5], "Choose one of"),
        ("b", "A list of 2 is expected here, a letter and your evidence, and this is str 'b'"),
        (["b"], "A list of 2"),
        (3.5, "A list of 2"),
    ],
)
def test_another_choice_gets_its_sentence(answer, sentence):
    with pytest.raises(Wrong, match=sentence):
        compare_choice(answer, "b", OTHERS)


@pytest.mark.parametrize("answer", ["bac", "B, A, C", ["b", "a", "c"], "b a c"])
def test_an_order_that_keeps_the_rules_is_right(answer):
    compare_order(answer, "abc", RULES)


def test_every_order_that_keeps_the_rules_is_right():
    for order in ("dbac", "bdac", "badc", "bacd"):
        compare_order(order, "abcd", RULES)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("abc", "Boil first"),
        ("bca", "Pour before you drink"),
        ("ba", "Each of a, b, c is expected once"),
        ("baac", "expected once"),
        ("", "expected once"),
        (7, "A string of letters is expected here, such as 'abc', and this is int 7"),
        ([1, 2], "A string of letters"),
    ],
)
def test_an_order_that_does_not_gets_its_sentence(answer, sentence):
    with pytest.raises(Wrong, match=sentence):
        compare_order(answer, "abc", RULES)
