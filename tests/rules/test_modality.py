"""How one clause is told: the same cut in many voices."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import rules
from rules.extract import claims
from rules.frames import Mode
from rules.lexicon import lexicon
from rules.modality import QUESTIONS
from rules.speakers import Speaker

LEXICON = lexicon(rules.load_pack("us-china-trade"))
TARIFF = "the fentanyl tariff on Chinese goods"


def told(text: str) -> rules.Article:
    published = datetime(2025, 10, 29, 12, tzinfo=UTC)
    return rules.Article("1", "East Gate Daily", rules.SourceKind.WIRE, "https://gate.example/1", published, "", text)


@pytest.mark.parametrize(
    ("text", "mode", "negated"),
    [
        ("The United States cut {}.", Mode.ASSERTED, False),
        ("The United States did not cut {}.", Mode.ASSERTED, True),
        ("The United States will cut {}.", Mode.COMMITTED, False),
        ("The United States agreed to cut {}.", Mode.COMMITTED, False),
        ("The United States refused to cut {}.", Mode.COMMITTED, True),
        ("The United States may cut {}.", Mode.HEDGED, False),
        ("The United States is considering cutting {}.", Mode.HEDGED, False),
        ("The United States is expected to cut {}.", Mode.EXPECTED, False),
        ("The United States threatened to raise {}.", Mode.THREATENED, False),
        ("The United States offered to cut {}.", Mode.PROPOSED, False),
        ("China urged the United States to cut {}.", Mode.WISHED, False),
        ("A draft would cut {}.", Mode.PROPOSED, False),
        ("The United States would cut {}.", Mode.HYPOTHETICAL, False),
        ("The United States said it would cut {}.", Mode.COMMITTED, False),
        ("If the United States cut {}, prices would fall.", Mode.HYPOTHETICAL, False),
        ("Will the United States cut {}?", Mode.QUESTION, False),
        ("The White House denied that it would cut {}.", Mode.DENIED, False),
        ("The United States had cut {}.", Mode.BACKGROUND, False),
        ("The White House said that it had cut {}.", Mode.ASSERTED, False),
        ("The United States was to cut {}.", Mode.BACKGROUND, False),
    ],
)
def test_the_chain_of_the_verb_and_what_stands_round_it_decide(text: str, mode: Mode, *, negated: bool) -> None:
    found = [claim for claim in claims(told(text.format(TARIFF)), LEXICON) if claim.op in ("lower", "raise")]
    assert [(claim.mode, claim.negated) for claim in found] == [(mode, negated)]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("The United States cut {}.", Speaker.OUTLET),
        ("The United States cut {}, the White House said.", Speaker.DECIDER),
        ("The United States cut {}, people familiar with the matter said.", Speaker.UNNAMED),
        ("The United States cut {}, an analyst said.", Speaker.OUTSIDER),
    ],
)
def test_who_says_so(text: str, speaker: Speaker) -> None:
    assert {claim.speaker for claim in claims(told(text.format(TARIFF)), LEXICON)} == {speaker}


def test_a_later_sentence_can_belie_an_earlier_one() -> None:
    text = f"The United States cut {TARIFF}. The reports are false, the White House said."
    assert {claim.mode for claim in claims(told(text), LEXICON)} == {Mode.DENIED}


def test_no_question_is_asked_twice() -> None:
    assert len(set(QUESTIONS)) == len(QUESTIONS)
