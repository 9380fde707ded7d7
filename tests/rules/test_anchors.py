"""One automaton for all stories: each is told what it would be told alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

import rules
from rules.anchors import Anchors
from rules.lexicon import lexicon


class Story:
    """An owner that can be held weakly."""


def test_phrases_that_overlap_are_found_for_each_owner() -> None:
    anchors, short, long = Anchors(), Story(), Story()
    anchors.add(short, ["export"])
    anchors.add(long, ["export control"])
    assert anchors.owners("New export controls") == {short, long}
    assert anchors.owners("New exports") == {short}


@pytest.mark.parametrize("text", ["An EXPORT-CONTROL list", "An export\u00a0control list", "“Export control”"])
def test_case_hyphens_and_typography_do_not_matter(text: str) -> None:
    anchors, story = Anchors(), Story()
    anchors.add(story, ["export control"])
    assert anchors.owners(text) == {story}


def test_an_owner_that_comes_later_is_asked_for_the_same_text() -> None:
    anchors, first, second = Anchors(), Story(), Story()
    anchors.add(first, ["tariff"])
    assert anchors.owners("a tariff") == {first}
    anchors.add(second, ["tariff"])
    assert anchors.owners("a tariff") == {first, second}


def test_an_owner_that_is_gone_takes_its_phrases_with_it() -> None:
    anchors, gone, stays = Anchors(), Story(), Story()
    anchors.add(gone, ["tariff"])
    del gone
    anchors.add(stays, ["truce"])
    assert anchors.owners("a tariff and a truce") == {stays}


def test_a_pack_is_not_anchored_by_the_words_of_another() -> None:
    pack = rules.load_pack("us-china-trade")
    facts = {fact: replace(spec, noun=("lantern",), names=(), marks=("paper",)) for fact, spec in pack.facts.items()}
    other = lexicon(replace(pack, id="lanterns", facts=facts))
    assert lexicon(pack).anchored("A tariff was cut.")
    assert not other.anchored("A tariff was cut.")
    assert other.anchored("A lantern was lit.")
