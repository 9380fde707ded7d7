"""Claims against a record: every verdict has its reason."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

import rules
from rules import Kind, PartialDate, State, Status
from rules.compare import Why
from rules.record import differs, merge, same_value

PACK = rules.load_pack("us-china-trade")
LEDGER = rules.open_story(PACK)


def judge(text: str, source_kind: rules.SourceKind = rules.SourceKind.WIRE) -> list[tuple[Kind, str]]:
    published = datetime(2025, 10, 29, 12, tzinfo=UTC)
    item = rules.Article("1", "East Gate Daily", source_kind, "https://gate.example/1", published, "", text)
    return [(finding.kind, finding.why) for finding in rules.evaluate(item, LEDGER, PACK).findings]


FENTANYL = "the fentanyl tariff on Chinese goods"
RARE = "its October rare-earth rules"


@pytest.mark.parametrize(
    ("text", "kind", "why"),
    [
        (f"China suspended {RARE}.", Kind.CHANGE, Why.NEW_STATUS),
        (f"The United States cut {FENTANYL} to 10 percent.", Kind.CHANGE, Why.NEW_VALUE),
        (f"The United States cut {FENTANYL} to 20 percent.", Kind.CONFIRM, Why.SAME),
        (f"The United States may cut {FENTANYL}.", Kind.SIGNAL, Why.LIKELY),
        (f"The White House threatened to raise {FENTANYL} to 50 percent.", Kind.SIGNAL, Why.THREAT),
        (f"The White House urged Beijing to suspend {RARE}.", Kind.SIGNAL, Why.DEMAND),
        (f"China suspended {RARE}, people familiar with the matter said.", Kind.SIGNAL, Why.UNNAMED),
        (f"China will suspend {RARE} if tariffs fall, the commerce ministry said.", Kind.SIGNAL, Why.CONDITION),
        (f"China did not suspend {RARE}.", Kind.MENTION, Why.NEGATED),
        (f"China denied that it suspended {RARE}.", Kind.MENTION, Why.DENIED),
        (f"Will China suspend {RARE}?", Kind.MENTION, Why.QUESTION),
        (f"China would suspend {RARE}.", Kind.MENTION, Why.HYPOTHETICAL),
        (f"China had suspended {RARE}.", Kind.MENTION, Why.BACKGROUND),
        (f"China will suspend {RARE}, an analyst said.", Kind.MENTION, Why.OUTSIDER),
    ],
)
def test_each_verdict_is_given_with_its_reason(text: str, kind: Kind, why: Why) -> None:
    assert judge(text) == [(kind, str(why))]


def test_a_blogs_prospect_is_the_word_of_nobody() -> None:
    assert judge(f"China may suspend {RARE}.", rules.SourceKind.BLOG) == [(Kind.MENTION, str(Why.OUTSIDER))]


@pytest.mark.parametrize(
    ("claimed", "before", "expected"),
    [
        (State(), State(Status.AGREED), False),
        (State(Status.AGREED), State(Status.AGREED), False),
        (State(Status.IN_FORCE), State(Status.AGREED), True),
        (State(value={"percent": 10}), State(value={"percent": 10.05}), False),
        (State(value={"percent": 10}), State(value={"percent": 20}), True),
        (State(value={"percent": 10}), State(), True),
        (State(effective=PartialDate(2026, 4)), State(effective=PartialDate(2026, 4, 13)), False),
        (State(effective=PartialDate(2026, 4, 13)), State(effective=PartialDate(2026, 4)), True),
        (State(until=PartialDate(2026)), State(until=PartialDate(2027)), True),
    ],
)
def test_a_state_differs_where_it_says_more_or_other(claimed: State, before: State, *, expected: bool) -> None:
    assert differs(claimed, before) is expected


def test_amounts_are_the_same_to_one_percent() -> None:
    assert same_value({"usd": 1.7e10}, {"usd": 1.71e10, "tonnes": 1})
    assert not same_value({"usd": 1.7e10}, {"usd": 1.8e10})


def test_a_change_of_status_takes_the_old_dates_away() -> None:
    day = PartialDate(2025, 11, 1)
    assert merge(State(Status.SCHEDULED, None, day), State(Status.CANCELLED)) == State(Status.CANCELLED)


def test_a_step_on_the_way_into_force_keeps_them() -> None:
    day = PartialDate(2025, 11, 1)
    assert merge(State(Status.AGREED, None, day), State(Status.IN_FORCE)) == State(Status.IN_FORCE, None, day)


@pytest.mark.parametrize(
    ("verb", "value"), [("halved", {"usd_per_barrel": 6}), ("doubled", {"usd_per_barrel": 24}), ("cut", None)]
)
def test_a_fee_is_reckoned_from_the_record_as_a_rate_is(verb: str, value: dict[str, float] | None) -> None:
    pack = rules.load_pack(Path(__file__).parents[2] / "docs/examples/pipeline")
    text = f"Kenya has {verb} its transit fee on Ugandan crude."
    article = rules.Article("1", "Courier", rules.SourceKind.WIRE, "", datetime(2026, 5, 1, 12, tzinfo=UTC), "", text)
    (found,) = rules.evaluate(article, rules.open_story(pack), pack).findings
    assert (found.kind, found.claimed.value) == (Kind.CHANGE, value)
