"""How one clause is told: the same cut in many voices."""

from __future__ import annotations

from dataclasses import replace
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
LONG = "for many long weeks in a drawer of the tall oak desk in the room of the clerk"


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
    ("text", "expected"),
    [
        ("Reports that the United States cut {} are false.", "lower denied"),
        ("Reports that the United States cut {} are true.", "lower hedged"),
        ("Reports that the United States will cut {} are fiction.", "lower denied"),
        ("The United States cut {} by mistake.", "lower asserted"),
        ("Baseless reports aside, the United States cut {}.", "lower asserted"),
        ("CLAIM: The United States cut {}.", "lower denied"),
        ("SPOKESMAN: The United States cut {}.", "lower asserted"),
        ("The Treasury dismissed a report that the United States had cut {}.", "lower denied"),
        ("The Treasury knocked down a report that the United States had cut {}.", "lower denied"),
        ("The United States said it had knocked out a rival and cut {}.", "lower asserted"),
        ("The bank sees {} at 45 percent.", "set expected"),
        ("The bank set {} at 45 percent.", "set asserted"),
        ("The bank may see {} at 45 percent.", "set hedged"),
        ("A draft cuts {}.", "lower proposed"),
        ("A draft may cut {}.", "lower hedged"),
        ("The United States cut {}, as a draft had it.", "lower asserted"),
        ("An order raising {} to 30 percent is being drafted.", "raise proposed, propose proposed"),
        ("An order raising {} to 30 percent was signed.", "raise committed"),
        ("The White House, drafting a law, cut {}.", "propose asserted, lower asserted"),
        ("As the draft was read, the order raising {} was signed.", "raise committed"),
        (f"A draft that lay {LONG} would cut {{}}.", "lower proposed"),
        (f"The draft lay {LONG} and the United States cut {{}}.", "lower asserted"),
        ("Whether prices fall or not the United States may cut {}.", "lower hedged"),
        ("Whether prices fall or not the United States would cut {}.", "lower hypothetical"),
        ("They sailed before China suspends its October rare-earth rules.", "suspend background"),
        ("They sailed before China has not suspended its October rare-earth rules.", "suspend asserted"),
        ("Until China suspends its October rare-earth rules, nothing moves.", "suspend background"),
        ("Prices had fallen before it cut {}.", "lower background"),
        ("Prices had fallen before, it cut {}.", "lower asserted"),
        ("Prices had fallen, not before it cut {}.", "lower asserted"),
        ("The October rare-earth rules are in doubt.", "withdraw hedged"),
        ("The United States may decide whether to cut {}.", "lower hedged"),
        ("If the United States may cut {}, prices will fall.", "lower hypothetical"),
        ("Prices will fall when the United States cuts {}.", "lower background"),
        ("Prices will fall when the United States has cut {}.", "lower asserted"),
        ("Prices fell when the United States cut {}.", "lower asserted"),
        ("Prices fell and the United States cuts {}.", "lower asserted"),
        ("When prices fell, the United States cuts {}.", "lower asserted"),
        ("Before noon, the United States cut {}.", "lower asserted"),
        ("The US-China tariff truce, which expires on 10 November, was praised.", "expire background"),
        ("The US-China tariff truce, which ends on 10 November, was praised.", "end background"),
        ("The US-China tariff truce expires on 10 November.", "expire asserted"),
        ("The US-China tariff truce, which expired on 29 October, was praised.", "expire asserted"),
        ("The US-China tariff truce, which will expire on 10 November, was praised.", "expire committed"),
        ("The court appeared likely to rule that the United States cut {}.", "lower hedged"),
        ("The court ruled that the United States cut {}.", "lower asserted"),
        ("The White House did not say that it cut {}.", "lower denied"),
        ("The White House said that it cut {}.", "lower asserted"),
        ("The White House may say that it cut {}.", "lower hedged"),
        ("The report that the United States cut {} moved shares.", "lower hedged"),
        ("The report, issued today, that day, and the United States cut {}.", "lower asserted"),
        ("The White House proposes that {} be cut to 10 percent.", "lower proposed"),
        ("The White House proposed to Beijing that {} is cut to 10 percent.", "lower proposed"),
        ("The White House asked of Beijing that {} is cut to 10 percent.", "lower asserted"),
        ("The White House did not propose that {} is cut to 10 percent.", "lower denied"),
        ("The White House warned that it would raise {}.", "raise threatened"),
        ("The White House warned, and it raised {}.", "raise asserted"),
        ("It is expected that the United States will cut {}.", "lower expected"),
        ("It is certain that the United States will cut {}.", "lower committed"),
        ("Expected or not, the United States will cut {}.", "lower committed"),
        ("The White House said it expected that the United States would cut {}.", "lower expected"),
        ("The bank said that the United States would cut {}.", "lower committed"),
        ("The bank thinks the United States will cut {}.", "lower expected"),
        ("The bank expects, the United States will cut {}.", "lower committed"),
        ("The White House urged to Beijing that {} is cut.", "lower wished"),
        ("Importers were glad to hear that the United States would cut {}.", "lower committed"),
        ("Importers were glad to hear that the United States would cut {} if prices fell.", "lower hypothetical"),
        ("Importers were glad that the United States would cut {}.", "lower hypothetical"),
        ("The White House said the order, which had cut {}, was late.", "lower background"),
        ("Donald Trump flew home at the end of his visit to China.", "end asserted"),
        ("Importers cheered the end of {}.", "end background"),
        ("Shares fell at the end of the meeting of Donald Trump and Xi Jinping.", "end asserted"),
        ("{} was scrapped and is due to start on Saturday.", "withdraw asserted, start committed"),
        ("{} is due to start on Saturday and the fentanyl rule was scrapped.", "start committed, withdraw asserted"),
        ("The United States cut {}, and more is likely.", "lower asserted"),
        ("{}, due to start on Saturday, was scrapped.", "start background, withdraw asserted"),
        ("{} due to start on Saturday was scrapped.", "start background, withdraw asserted"),
        ("{} is due to start on Saturday.", "start committed"),
        ("A cut of {} is under discussion.", "lower hedged"),
        ("A cut of {} is welcome.", "lower asserted"),
        ("Chinese goods face the fentanyl tariff of 20 percent.", "impose background"),
        ("Chinese goods face the fentanyl tariff of 20 percent from 10 November.", "impose asserted"),
        ("Chinese goods will face the fentanyl tariff of 20 percent.", "impose committed"),
        ("The October rare-earth rules suspended in November are back.", "suspend background, restore asserted"),
        ("Should Washington add a duty, the United States will cut {}.", "lower committed"),
        ("If the talks of the two, Trump and Xi, go well, the United States cut {}.", "lower hypothetical"),
        ("The United States cut {}. This is not true.", "lower denied"),
        ("The United States cut {}. No such decision has been taken.", "lower denied"),
        ("The United States cut {}. The reports are without basis.", "lower denied"),
        ("The United States cut {}. The reports are not false.", "lower asserted"),
        ("The United States cut {}. The reports are without end.", "lower asserted"),
    ],
)
def test_each_question_of_modality_has_a_case_that_it_decides_and_one_in_nearly_the_same_words_that_it_does_not(
    text: str, expected: str
) -> None:
    found = claims(told(text.format(TARIFF)), LEXICON)
    assert ", ".join(f"{claim.op} {claim.mode}" for claim in found) == expected


def test_what_stands_under_a_headline_of_surprises_is_imagined() -> None:
    article = replace(told(f"The United States cut {TARIFF}."), title="Five surprises for 2026")
    assert [claim.mode for claim in claims(article, LEXICON)] == [Mode.HYPOTHETICAL]


def test_what_stands_under_a_heading_of_background_is_background() -> None:
    article = told(f"Background. The United States cut {TARIFF}.")
    assert [claim.mode for claim in claims(article, LEXICON)] == [Mode.BACKGROUND]


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
