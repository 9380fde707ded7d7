"""An explanation says of every claim, and of every silence, what decided; and it is that of the verdict itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import rules
from rules import Article, Entry, Kind, Ledger, SourceKind, State, Status
from rules.compare import Why
from rules.consolidate import SIFTING
from rules.explain import explain
from rules.explanation import Explained, Explanation, Told, Words
from rules.extract import Unread
from rules.frames import Mode
from rules.modality import QUESTIONS
from rules.reasons import SIFTED
from rules.telling import BECAUSE

PACK = rules.load_pack("us-china-trade")
LEDGER = rules.open_story(PACK)
NOW = datetime(2025, 10, 29, 12, tzinfo=UTC)
FENTANYL = "the fentanyl tariff on Chinese goods"
RARE = "its October rare-earth rules"
PAIRS = yaml.load((Path(__file__).parents[1] / "data/rules/pairs.yaml").read_text("utf-8"), yaml.CSafeLoader)
CASES: list[dict[str, str]] = [case for pair in PAIRS for case in pair["cases"]]
ARCHIVE = Path(__file__).parents[2] / "worker/demo/archive.jsonl"


def article(text: str, title: str = "", *, kind: SourceKind = SourceKind.WIRE, earlier: str = "") -> Article:
    return Article("1", "East Gate Daily", kind, "https://gate.example/1", NOW, title, text, earlier)


def told(text: str, ledger: Ledger = LEDGER, **said: object) -> Told:
    """The only claim of a text."""
    [claim] = [c for s in explain(article(text, **said), ledger, PACK).sentences for c in s.claims]  # type: ignore[arg-type]
    return claim


def turned(
    state: State, *, kind: Kind = Kind.CHANGE, day: str = "2025-11-04", fact: str = "us_tariff_fentanyl"
) -> Ledger:
    """The record after an article of that day."""
    at = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    return LEDGER.add(Entry(fact, state, kind, at, at, "0", "Courier", None, "It was so."))


CUT = State(Status.IN_FORCE, {"percent": 10})
YESTERDAY = "2025-10-28"


@pytest.mark.parametrize(
    ("text", "why", "reason"),
    [
        (f"Will China suspend {RARE}?", Why.QUESTION, "a question"),
        (f"China denied that it suspended {RARE}.", Why.DENIED, "denied"),
        (f"China had suspended {RARE}.", Why.BACKGROUND, "tells what was before"),
        (f"China would suspend {RARE}.", Why.HYPOTHETICAL, "a hypothesis"),
        (f"China did not suspend {RARE}.", Why.NEGATED, "says that it has not happened"),
        (f"China will suspend {RARE}, an analyst said.", Why.OUTSIDER, "the word of “an analyst”, who decides nothing"),
        (f"The union demanded that China suspend {RARE}.", Why.OUTSIDER, "wanted or expected by somebody who decides"),
        (
            f"The United States imposed {FENTANYL} in February.",
            Why.BACKGROUND,
            "it happened in 2025-02, and the record's last turn is of 2025-10-27",
        ),
        (
            f"The United States cut {FENTANYL} to 20 percent.",
            Why.SAME,
            "the record has said the same since 2025-10-27: in force, 20 percent",
        ),
        (f"The United States may cut {FENTANYL}.", Why.LIKELY, "told as likely"),
        (f"China suspended {RARE}, people familiar with the matter said.", Why.UNNAMED, "reported by unnamed sources"),
        (
            f"The United States cut {FENTANYL} to 10 percent.",
            Why.NEW_VALUE,
            "the value differs from the record, which has said since 2025-10-27: in force, 20 percent",
        ),
    ],
)
def test_each_claim_has_the_reason_of_its_verdict(text: str, why: Why, reason: str) -> None:
    claim = told(text)

    assert claim.why == why.name.lower()
    assert reason in claim.reason


def test_what_is_on_record_is_dated_by_the_turn_since_when_it_is_so() -> None:
    record = turned(CUT, day=YESTERDAY)
    claim = told(f"The United States cut {FENTANYL} to 10 percent.", record)
    earlier = told(f"The United States raised {FENTANYL} to 20 percent.", record)

    assert claim.reason == "the record has said the same since 2025-10-28: in force, 10 percent"
    assert earlier.reason.startswith("repeats what the record said from 2025-10-27 on and left behind on 2025-10-28")


def test_a_step_that_the_record_has_left_behind_names_the_day_and_where_it_stands() -> None:
    record = turned(State(Status.IN_FORCE), day=YESTERDAY, fact="china_rare_earth_controls")

    claim = told(f"China announced {RARE}.", record)

    assert (claim.why, claim.reason) == (
        "behind",
        "a step that the record left behind on 2025-10-28: it stands at “in force”",
    )


def test_an_article_older_than_the_records_last_turn_is_told_so() -> None:
    claim = told(f"The United States suspended {FENTANYL}.", turned(CUT))

    assert claim.why == "late"
    assert claim.reason.startswith("published before the record's last turn, on 2025-11-04: it is entered")


def test_what_an_article_told_beside_a_turn_is_said_to_be_told_already() -> None:
    beside = Entry("us_tariff_fentanyl", State(Status.SUSPENDED), Kind.MENTION, NOW, NOW, "0")

    claim = told(f"The United States suspended {FENTANYL}.", turned(CUT, day=YESTERDAY).add(beside))

    assert claim.reason == "an article told this already, beside the record's last turn on 2025-10-28"


def test_what_stood_in_the_earlier_version_has_been_read() -> None:
    text = f"The United States cut {FENTANYL} to 10 percent."

    assert told(text, earlier=text).reason == "stood in the article's earlier version"


def test_a_blogs_own_prospect_is_called_its_forecast() -> None:
    assert told(f"China may suspend {RARE}.", kind=SourceKind.BLOG).reason == "a blog's own forecast"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"A look at {FENTANYL}.", "named, and no verb acts on it"),
        (f"Rates are higher than {FENTANYL}.", "only compared with something"),
        (f"They met to speak of {FENTANYL}.", "“met” is nothing that can happen to a measure"),
        (
            f"The United States cut the reciprocal tariff, and said nothing of {FENTANYL}.",
            "“cut” acts on another fact: ",
        ),
    ],
)
def test_a_fact_that_is_named_without_a_claim_says_why(text: str, reason: str) -> None:
    silent = {n.silent for s in explain(article(text), LEDGER, PACK).sentences for n in s.named}

    assert any(one and one.startswith(reason) for one in silent), silent


@pytest.mark.parametrize(
    ("text", "word", "reason"),
    [
        ("India raised its additional tariff on Chinese steel.", "tariff", "another country: “India”"),
        ("China bought soybeans from Brazil.", "bought", "another country: “Brazil”"),
        ("A Chinese fentanyl tariff on American goods was raised.", "tariff", "its owner or its target is another"),
        ("The duty on umbrellas was raised.", "duty", "nothing says that it is aimed at a party of the story"),
    ],
)
def test_a_word_that_names_no_fact_of_the_story_says_why(text: str, word: str, reason: str) -> None:
    [sentence] = explain(article(text), LEDGER, PACK).sentences

    assert [(p.words.text, p.reason.startswith(reason)) for p in sentence.passed] == [(word, True)]


@pytest.mark.parametrize(
    ("title", "text", "why"),
    [
        ("Harvest", "Rain is expected in Iowa.", Unread.OTHER_STORY),
        ("Retracted: tariff report", f"China suspended {RARE}.", Unread.RETRACTED),
        ("Tariffs", f"SATIRE. China suspended {RARE}.", Unread.SATIRE),
    ],
)
def test_an_article_that_is_not_read_says_why(title: str, text: str, why: Unread) -> None:
    assert explain(article(text, title), LEDGER, PACK) == Explanation(article(text, title), why, (), ())


def test_a_claim_is_shown_with_its_words_its_mode_its_speaker_and_its_dates() -> None:
    claim = told(f"China said it would suspend {RARE} for one year from November 10, 2025.")

    assert (claim.verb.text, claim.op, claim.told.mode) == ("suspend", "suspend", Mode.COMMITTED)
    assert (claim.told.cues, claim.told.because) == (("would",), BECAUSE["would"])
    assert (claim.speaker, claim.named_speaker) == ("decider", "China")
    assert [words.text for words in claim.named.words] == ["rare-earth rules"]
    assert ("November 10, 2025", "effective") in [(one.words.text, one.role) for one in claim.dates]


def test_what_is_reckoned_from_the_record_is_shown_beside_what_was_said() -> None:
    claim = told(f"The United States cut {FENTANYL} by 10 percentage points.")

    assert (claim.state.value, claim.resolved.value) == (None, {"percent": 10})


def test_what_names_a_fact_without_a_noun_is_its_verb_and_the_words_round_it() -> None:
    claim = told("China will buy 12 million tonnes of American soybeans, the White House said.")

    assert (claim.named.how, [words.text for words in claim.named.words]) == ("verb", ["buy", "soybeans"])


def test_a_later_sentence_that_belies_a_claim_is_named_as_the_cause() -> None:
    text = f"The United States cut {FENTANYL} to 10 percent. The reports are false, the White House said."
    [first] = explain(article(text), LEDGER, PACK).sentences[0].claims

    assert (first.told.mode, first.told.because) == (Mode.DENIED, "a later sentence says that it is not so")


def test_what_stands_under_background_is_named_so() -> None:
    headed = explain(article(f"Background. The United States cut {FENTANYL} to 10 percent."), LEDGER, PACK)

    assert [c.told.because for s in headed.sentences for c in s.claims] == [BECAUSE["under_background"]]


@pytest.mark.parametrize(
    ("title", "text", "aside"),
    [
        (
            "US cuts fentanyl tariff on Chinese goods to 10 percent",
            f"The United States may cut {FENTANYL} to 10 percent.",
            "what the body says of the fact goes before the headline",
        ),
        (
            "",
            f"The United States cut {FENTANYL} to 10 percent. The White House denied that it had cut {FENTANYL}.",
            "the article itself denies it, or says that it has not happened",
        ),
        (
            "",
            f"The United States may suspend {FENTANYL}. The United States cut {FENTANYL} to 10 percent.",
            "a stronger verdict on this fact goes before",
        ),
    ],
)
def test_a_claim_that_is_not_told_says_what_goes_before_it(title: str, text: str, aside: str) -> None:
    claims = [c for s in explain(article(text, title), LEDGER, PACK).sentences for c in s.claims]

    assert [claim.set_aside for claim in claims].count(None) == 1
    assert aside in [claim.set_aside for claim in claims]


def test_an_outcome_names_its_sentence_the_record_and_why_it_won() -> None:
    text = f"Rain fell. The United States may suspend {FENTANYL}. The United States cut {FENTANYL} to 10 percent."
    [outcome] = explain(article(text), LEDGER, PACK).outcomes

    assert (outcome.finding.kind, outcome.sentence) == (Kind.CHANGE, 3)
    assert outcome.won == "it is the strongest verdict on this fact"
    assert outcome.record is not None
    assert outcome.record.valid.date().isoformat() == "2025-10-27"


def archive() -> Iterator[Article]:
    for line in ARCHIVE.read_text("utf-8").splitlines():
        item = json.loads(line)
        moment = datetime.fromisoformat(item["published"])
        yield Article(
            item["id"], item["source"], SourceKind(item["source_kind"]), "", moment, item["title"], item["text"]
        )


def words_of(sentence: Explained) -> Iterator[Words]:
    yield sentence.words
    for found in (*sentence.parties, *sentence.dates, *sentence.amounts, *sentence.passed):
        yield found.words
    for named in (*sentence.named, *(claim.named for claim in sentence.claims)):
        yield from named.words
    yield from (claim.verb for claim in sentence.claims)


@pytest.mark.parametrize("history", [False, True])
def test_an_explanation_finds_what_evaluation_finds_and_its_spans_index_the_text(*, history: bool) -> None:
    ledger = rules.open_story(PACK, history=history)
    seen = 0
    for each in archive():
        explained = explain(each, ledger, PACK)
        assert tuple(one.finding for one in explained.outcomes) == rules.evaluate(each, ledger, PACK).findings
        text = each.title + "\n" + each.text
        for words in (words for sentence in explained.sentences for words in words_of(sentence)):
            assert text[slice(*words.span)] == words.text
            seen += 1
    assert seen > 500


@given(st.text(max_size=200), st.sampled_from(CASES))
@settings(deadline=None, max_examples=60)
def test_no_text_makes_it_raise_or_find_other_than_evaluation(noise: str, case: dict[str, str]) -> None:
    each = article(f"{noise} {case['text']} {noise}", case.get("title", ""))

    assert tuple(one.finding for one in explain(each, LEDGER, PACK).outcomes) == (
        rules.evaluate(each, LEDGER, PACK).findings
    )


def test_every_question_and_every_step_has_its_words() -> None:
    assert set(BECAUSE) == {question.__name__.lstrip("_") for question in QUESTIONS}
    assert set(SIFTED) == {step.__name__.lstrip("_") for step in SIFTING}
