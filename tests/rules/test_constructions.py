"""Each verb of some families in each construction of plain news English: what comes of it must not depend on either."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

import rules
from rules import Article, Kind, SourceKind
from rules.grammar import Form, inflect

PACK = rules.load_pack("us-china-trade")
LEDGER = rules.open_story(PACK)
PUBLISHED = datetime(2025, 10, 29, 12, tzinfo=UTC)

SUSPENDED = "suspend, pause, freeze, halt, put on hold, defer, delay, shelve, mothball, postpone, put off, hold off on"
WITHDRAWN = (
    "withdraw, drop, scrap, abandon, cancel, rescind, revoke, repeal, remove, abolish, end, eliminate, do away with, "
    "axe, lift, get rid of, terminate, nullify"
)
RAISED = "raise, hike, increase, bump up, jack up, ratchet up, step up"
LOWERED = "cut, lower, reduce, trim, shave, slash, bring down, roll back, dial back, ease"
BLOCKED = "strike down, void, overturn, enjoin, invalidate, set aside, throw out, quash"

THINGS = [
    ("the fentanyl tariff on Chinese goods", "us_tariff_fentanyl", "the United States", "the White House"),
    ("its rare-earth export controls", "china_rare_earth_controls", "China", "the commerce ministry"),
]
MOVED = {
    "{A} {past} {it} on Tuesday.": Kind.CHANGE,
    "{A} has {done} {it}, {M} said.": Kind.CHANGE,
    "{A} will {do} {it}, {M} said on Tuesday.": Kind.CHANGE,
    "{A} agreed on Tuesday to {do} {it}.": Kind.CHANGE,
    "{A} has decided to {do} {it}.": Kind.CHANGE,
    "{M} announced that it would {do} {it}.": Kind.CHANGE,
    "{M} confirmed it was {doing} {it}.": Kind.CHANGE,
    "{A}, which on Tuesday {past} {it}, said talks would go on.": Kind.CHANGE,
    "{A} moved first in the thaw, {doing} {it}.": Kind.CHANGE,
    "{A} may {do} {it}, officials said.": Kind.SIGNAL,
    "{A} is considering {doing} {it}, the minister said.": Kind.SIGNAL,
    "{A} is expected to {do} {it}.": Kind.SIGNAL,
    "{A} will {do} {it}, people familiar with the matter said.": Kind.SIGNAL,
    "{A} did not {do} {it}.": None,
    "{A} refused to {do} {it}.": None,
    "{A} denied that it had {done} {it}.": None,
    "If {A} {past} {it}, prices would fall.": None,
    "Will {A} {do} {it}?": None,
    "{A} will {do} {it}, said an analyst at a bank.": None,
    "A farm lobby urged {A} to {do} {it}.": None,
    "{A} should {do} {it}, the newspaper wrote in an editorial.": None,
    "In 2023 {A} {past} {it}.": None,
}
RATED = {
    "{A} {past} {it} to {n} percent on Tuesday.": Kind.CHANGE,
    "{A} will {do} {it} from 20 percent to {n} percent, {M} said.": Kind.CHANGE,
    "{A} agreed to {do} {it} to {n} percent.": Kind.CHANGE,
    "{A} may {do} {it} to {n} percent, officials said.": Kind.SIGNAL,
    "{A} will not {do} {it} to {n} percent, {M} said.": None,
    "Analysts expect {A} to {do} {it} to {n} percent.": None,
}
RULED = {
    "A federal court {past} {it} on Tuesday.": Kind.CHANGE,
    "The Supreme Court appeared likely to {do} {it}.": Kind.SIGNAL,
    "Importers asked the court to {do} {it}.": None,
    "The court declined to {do} {it}.": None,
}


def forms(verb: str) -> dict[str, str]:
    """The forms of a verb with its particles: do, past, done, doing."""
    lemma, *particles = verb.split()
    told = inflect(lemma)
    names = {"do": Form.BASE, "past": Form.PAST, "done": Form.PARTICIPLE, "doing": Form.GERUND}
    return {
        name: " ".join([next(word for word, found in told.items() if form in found), *particles])
        for name, form in names.items()
    }


def sentences(template: str, verbs: str, things: list[tuple[str, str, str, str]]) -> Iterator[tuple[str, str]]:
    """Each sentence that a template makes, with the fact it is about."""
    for verb in verbs.split(", "):
        for it, fact, actor, ministry in things:
            text = template.format(it=it, A=actor, M=ministry, n=45 if verb in RAISED else 5, **forms(verb))
            yield text[0].upper() + text[1:], fact


def raised(text: str, fact: str) -> tuple[Kind, str | None] | None:
    """The kind of what is raised of the fact, and its status; None where nothing is."""
    item = Article("1", "Eastern Wire", SourceKind.WIRE, "", PUBLISHED, "", text)
    found = {finding.fact: finding for finding in rules.evaluate(item, LEDGER, PACK).findings}
    finding = found.get(fact)
    if finding is None or finding.kind not in (Kind.CHANGE, Kind.SIGNAL):
        return None
    return finding.kind, finding.claimed.status and finding.claimed.status.value


def wrong(templates: str, kind: Kind | None, verbs: str, statuses: str | None, things: int) -> list[str]:
    """The sentences of a template that raise something else."""
    out = []
    for text, fact in sentences(templates, verbs, THINGS[:things]):
        found = raised(text, fact)
        told = found[0] if found else None
        other = kind is Kind.CHANGE and statuses and found and found[1] not in statuses.split()
        if told is not kind or other:
            out.append(f"{text} -> {found}")
    return out


@pytest.mark.parametrize("template", MOVED)
@pytest.mark.parametrize(("verbs", "status"), [(SUSPENDED, "suspended agreed"), (WITHDRAWN, "withdrawn agreed")])
def test_a_measure_is_moved_in_every_construction(template: str, verbs: str, status: str) -> None:
    assert wrong(template, MOVED[template], verbs, status, things=2) == []


@pytest.mark.parametrize("template", RATED)
@pytest.mark.parametrize("verbs", [RAISED, LOWERED])
def test_a_rate_is_moved_in_every_construction(template: str, verbs: str) -> None:
    assert wrong(template, RATED[template], verbs, None, things=1) == []


@pytest.mark.parametrize("template", RULED)
def test_a_court_rules_in_every_construction(template: str) -> None:
    assert wrong(template, RULED[template], BLOCKED, "blocked", things=1) == []
