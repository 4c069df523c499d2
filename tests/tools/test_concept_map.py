"""tools/concept_map.py: the map shows the notebooks as they need each other, and nothing else."""

import re
import xml.etree.ElementTree as ET

import pytest

from tools import concept_map, marks, series, syllabi

PAGE = (concept_map.DOCS / "concepts.md").read_text(encoding="utf-8")
HOME = {name: where for name, where, _ in concept_map.CONCEPTS}
NEEDS = syllabi.needs()


def test_every_notebook_has_a_place_of_its_own_and_concepts():
    numbers = {path.name[:2] for path in series.lessons()}
    assert concept_map.PLACES.keys() == numbers == set(HOME.values())
    assert len(set(concept_map.PLACES.values())) == len(numbers)


@pytest.mark.parametrize(("name", "where", "on"), concept_map.CONCEPTS)
def test_a_concept_stands_on_what_its_notebook_needs(name, where, on):
    before = [*syllabi.everything_before(where, NEEDS), where]
    assert all(HOME[one] in before for one in on)
    assert len(HOME) == len(concept_map.CONCEPTS), "each name once"


def test_arrows_lead_down_and_say_all_that_is_needed():
    arrows = concept_map.arrows()
    assert all(concept_map.PLACES[a][0] < concept_map.PLACES[b][0] for a, b in arrows)
    fewest = {number: [a for a, b in arrows if b == number] for number in NEEDS}
    for number in NEEDS:
        mine, theirs = (syllabi.everything_before(number, each) for each in (fewest, NEEDS))
        assert mine == theirs
    assert len(arrows) < sum(map(len, NEEDS.values()))


def test_the_words_for_the_picture_name_every_arrow():
    words = re.search(r"^!\[(.+)\]\(concepts\.svg\)$", PAGE, re.MULTILINE)[1]
    told = set()
    for starts, stops in re.findall(r"from ([\d and,]+) to ([\d and,]+)", words, re.IGNORECASE):
        told |= {(a, b) for a in re.findall(r"\d\d", starts) for b in re.findall(r"\d\d", stops)}
    assert told == set(concept_map.arrows())


def test_the_page_and_the_picture_are_those_of_the_table():
    """`python -m tools.concept_map` makes both."""
    assert marks.within(PAGE, concept_map.MARK) == concept_map.table()
    stored = (concept_map.DOCS / "concepts.svg").read_text(encoding="utf-8")
    assert stored == concept_map.picture()
    words = [node.text for node in ET.fromstring(stored).iter("{http://www.w3.org/2000/svg}text")]
    assert set(HOME) | set(NEEDS) <= set(words)
