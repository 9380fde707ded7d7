"""Which fact a sentence speaks of, in the story of the United States and China."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

import rules
from rules import Article, Kind, SourceKind
from rules.lexicon import lexicon
from rules.memory import Memory
from rules.mentions import Finder, Mention
from rules.sight import Sight
from rules.text import Sentence, tokenize

LEXICON = lexicon(rules.load_pack("us-china-trade"))


def find(*lines: str, title: str = "") -> list[list[Mention]]:
    """The mentions of each line of one article."""
    finder, memory, out = Finder(LEXICON), Memory(), []
    for number, line in enumerate([title, *lines]):
        sentence = Sentence(0, len(line), line, number == 0, False, None, number, tokenize(line))
        sight = Sight(sentence.tokens, LEXICON.hits(sentence.tokens))
        out.append(finder.find(sentence, number, sight, memory))
    return out[1:]


def facts(*lines: str, title: str = "") -> list[str]:
    """The facts of the last line."""
    return [m.fact for m in find(*lines, title=title)[-1]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The fentanyl tariff on Chinese goods stays.", ["us_tariff_fentanyl"]),
        ("The fentanyl tariff on Mexican goods stays.", []),
        ("Canada's tariff on Chinese cars stays.", []),
        ("China's retaliatory tariffs on American goods stay.", ["china_tariff_retaliatory"]),
        ("China's October rare-earth rules stay.", ["china_rare_earth_controls"]),
        ("The US-China tariff truce holds.", ["tariff_truce"]),
        ("The truce in Gaza holds.", []),
        ("It would purchase nothing.", []),
    ],
)
def test_marks_owner_and_target_make_a_noun_a_fact(text: str, expected: list[str]) -> None:
    assert facts(text) == expected


def test_a_short_name_is_the_fact_last_named() -> None:
    assert facts("The fentanyl tariff on Chinese goods stays.", "The levy dates from February.") == [
        "us_tariff_fentanyl"
    ]


def test_a_pronoun_is_the_fact_just_named() -> None:
    last = find("China's October rare-earth rules were on the table.", "They will be suspended.")[-1]
    assert [(m.fact, m.anaphor, m.head) for m in last] == [("china_rare_earth_controls", True, 0)]


def test_another_country_in_between_breaks_the_thread() -> None:
    assert facts("The fentanyl tariff on Chinese goods stays.", "India was angry.", "The levy hurts.") == []


def test_a_short_name_is_forgotten_after_three_sentences() -> None:
    assert facts("The fentanyl tariff on Chinese goods stays.", *["It rained."] * 4, "The levy hurts.") == []


def test_a_line_that_names_a_topic_gives_the_next_its_subject() -> None:
    assert facts("2. Fentanyl.", "It was halved.") == ["us_tariff_fentanyl"]


def test_a_part_is_marked() -> None:
    (mention,) = find("Part of the fentanyl tariff on Chinese goods stays.")[-1]
    assert mention.part


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Shinji Okuda arrived in Jakarta on Wednesday.", ["okuda_visit"]),
        ("Shinji Okuda arrived in Hanoi on Wednesday.", []),
        ("Japanese carmakers arrived in Jakarta on Wednesday.", []),
    ],
)
def test_a_person_and_a_place_name_a_visit(text: str, found: list[str]) -> None:
    pack = rules.load_pack(Path(__file__).parents[1] / "data/blind/nickel-ore")
    article = Article("1", "Courier", SourceKind.WIRE, "", datetime(2026, 5, 20, 12, tzinfo=UTC), "", text)
    told = rules.evaluate(article, rules.open_story(pack), pack).findings
    assert [f.fact for f in told if f.kind is Kind.CHANGE] == found
