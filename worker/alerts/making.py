"""Findings and deadline events made into alerts: what there is to tell, whoever is told. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from rules import DeadlineEvent, Entry, Finding, Kind, Ledger, Pack, Phase, Severity, State
from rules.compare import Why
from rules.model import digest
from rules.record import completes
from worker.alerts.model import Alert, Turn
from worker.alerts.subscription import AlertKind
from worker.wording import headline_of_deadline, headline_of_finding

CORRECTION_WITHIN = timedelta(days=3)
"""A report that the record goes back on within these was wrong; later, it is things that changed."""
DENIED = f"{Why.DENIED.name.lower()}/"
"""How the rule of a finding begins that an article denies."""


def alerts_of(
    pack: Pack,
    findings: Sequence[Finding],
    deadline_events: Sequence[DeadlineEvent],
    ledger: Ledger,
    earlier: Iterable[Alert] = (),
) -> tuple[Alert, ...]:
    """The alerts that findings and deadline events make, in their order. What is none of a change, a signal, a date and
    a second source makes none.

    `ledger` is the record after the article: sources come out of it, and the turn that each change is. `earlier`: the
    last change told of each fact, which a further source, a correction or a more exact report follows up.
    """
    last = {alert.fact: alert for alert in earlier}
    made = [
        _followed_up(_of_finding(pack, finding, ledger), last.get(finding.fact))
        for finding in findings
        if finding.kind in (Kind.CHANGE, Kind.SIGNAL) or _second(finding)
    ]
    made += [
        _of_denial(_of_finding(pack, finding, ledger), last[finding.fact], finding)
        for finding in findings
        if finding.fact in last and _denies(finding, last[finding.fact])
    ]
    by_fact = {finding.fact: finding for finding in findings}
    made += [_of_deadline(pack, event, ledger, by_fact.get(event.fact)) for event in deadline_events]
    return tuple({alert.key: alert for alert in reversed(made)}.values())[::-1]


def kinds_of(found: Finding | DeadlineEvent) -> tuple[AlertKind, ...]:
    """The kinds of alerts that a finding or a date can make: those whose subscribers have to be known."""
    if isinstance(found, DeadlineEvent):
        return ("deadline",)
    if found.kind is Kind.CHANGE or _second(found):
        return ("change",)
    if found.kind is Kind.SIGNAL:
        return ("signal",)
    return ("correction",) if found.rule.startswith(DENIED) else ()


def _second(finding: Finding) -> bool:
    """Whether another source says what was told a short while ago."""
    return finding.kind is Kind.CONFIRM and finding.update


def _followed_up(alert: Alert, earlier: Alert | None) -> Alert:
    """The alert with what it is to the last change told of its fact."""
    if earlier is None or alert.kind != "change" or alert.before is None:
        return alert
    if alert.update:
        return replace(alert, follows=earlier.id)
    turn: Turn = "new"
    if _takes_back(alert.after, earlier):
        turn = "corrected" if alert.at - earlier.at <= CORRECTION_WITHIN else "reversed"
    elif alert.before == earlier.after and completes(alert.after, earlier.after):
        turn = "refined"
    prefix = _PREFIX.get(turn, "")
    return replace(alert, turn=turn, headline=prefix + alert.headline, follows=earlier.id if turn != "new" else None)


def _denies(finding: Finding, earlier: Alert) -> bool:
    """Whether an article denies what was told a short while ago. The record stays: whose word holds is not for us."""
    if finding.kind is not Kind.MENTION or not finding.rule.startswith(DENIED):
        return False
    said, told = finding.claimed, earlier.after
    other = said.value is not None and told.value is not None and dict(said.value) != dict(told.value)
    fresh = timedelta() < finding.published - earlier.at <= CORRECTION_WITHIN
    return fresh and not other and finding.article not in earlier.articles


def _of_denial(alert: Alert, earlier: Alert, finding: Finding) -> Alert:
    key = digest(["denial", earlier.key, finding.article])
    return replace(
        alert,
        id=digest([alert.story, key]),
        key=key,
        kind="correction",
        headline=f"Denied: {earlier.headline}",
        before=earlier.before,
        after=earlier.after,
        severity=earlier.severity,
        turn="corrected",
        follows=earlier.id,
    )


_PREFIX = {"corrected": "Correction: ", "reversed": "Reversed: "}


def _takes_back(after: State, earlier: Alert) -> bool:
    """Whether the record is back at the amount, or else the status, that an alert said it had left."""
    was, became = earlier.before or State(), earlier.after
    if was.value and became.value and dict(was.value) != dict(became.value):
        return dict(after.value or {}) == dict(was.value)
    return was.status is not None and was.status is not became.status and after.status is was.status


def _of_finding(pack: Pack, finding: Finding, ledger: Ledger) -> Alert:
    key = digest([finding.key, finding.update, _turn(ledger, finding.fact, finding.article)])
    origin = _origin(ledger, finding.fact, finding.article)
    signal = finding.kind is Kind.SIGNAL
    return Alert(
        id=digest([finding.story, key]),
        key=key,
        story=finding.story,
        kind="signal" if signal else "change",
        update=finding.update,
        fact=finding.fact,
        topic=finding.topic,
        title=pack.facts[finding.fact].title,
        headline=headline_of_finding(finding, pack),
        before=finding.before,
        after=finding.claimed if signal else finding.after,
        at=finding.published,
        severity=finding.severity,
        severity_why=finding.severity_why,
        articles=(finding.article,),
        url=origin.url if origin else None,
        source=origin.source if origin else None,
        speaker=finding.speaker,
        quote=finding.quote,
        why=finding.why,
        confidence=finding.confidence,
        relates_to=digest([finding.story, finding.fact]),
        source_kind=finding.source_kind,
    )


def _of_deadline(pack: Pack, event: DeadlineEvent, ledger: Ledger, finding: Finding | None) -> Alert:
    """`finding`: the change that moved or cancelled the date, whose word and weight it shares."""
    moved = event.phase in (Phase.MOVED, Phase.CANCELLED)
    key = digest([event.key, _turn(ledger, event.fact, event.article)]) if moved else event.key
    origin = _origin(ledger, event.fact, event.article)
    return Alert(
        id=digest([event.story, key]),
        key=key,
        story=event.story,
        kind="deadline",
        update=False,
        fact=event.fact,
        topic=event.topic,
        title=pack.facts[event.fact].title,
        headline=headline_of_deadline(event, pack),
        before=None,
        after=event.state,
        at=event.at,
        severity=finding.severity if finding else _weight_of_a_date(event),
        severity_why=finding.severity_why if finding else "",
        source_kind=finding.source_kind if finding else None,
        articles=(event.article,) if event.article else (),
        url=origin.url if origin else None,
        source=origin.source if origin else None,
        quote=event.quote,
        phase=event.phase,
        role=event.role,
        due=event.due,
        days_left=event.days_left,
        moved_to=event.moved_to,
        relates_to=digest([event.story, event.fact]),
    )


def _weight_of_a_date(event: DeadlineEvent) -> Severity:
    return Severity.LOW if event.phase is Phase.UPCOMING and event.days_left != 1 else Severity.MEDIUM


def _turn(ledger: Ledger, fact: str, article: str | None) -> int:
    """How often the record of the fact turned by other articles: the same change after a turn and back is a new one."""
    return sum(entry.article != article for entry in ledger.history(fact))


def _origin(ledger: Ledger, fact: str, article: str | None) -> Entry | None:
    """The line of the record that knows where an article came from."""
    if article is None:
        return ledger.current(fact)
    return next((entry for entry in reversed(ledger.entries) if entry.article == article), None)
