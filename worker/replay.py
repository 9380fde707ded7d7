"""An archive of articles, told again on a simulated clock: what a subscriber would have been sent, and when.

The same `rules.evaluate`, `rules.due` and `alerts_of` as in live running. Pure: nothing is read, stored or sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import rules
from rules import Article, DeadlineEvent, Finding, Ledger, Pack
from worker.alerts import Alert, Corroborated, alerts_of, corroborations

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Step:
    """What one article, or the start of one day, brought."""

    at: datetime
    article: Article | None
    """None: the day brought it."""
    alerts: tuple[Alert, ...]
    corroborated: tuple[Corroborated, ...] = ()
    """What the article bears out that was told before."""


def start_of(pack: Pack, ledger: Ledger, *, history: bool) -> datetime:
    """The moment at which the record stands: what was published before it raises nothing.

    The day of the baseline, 00:00 UTC; with `history`, the day of the record's last turn.
    """
    baseline = _midnight(pack.date)
    return max((entry.valid for entry in ledger.entries), default=baseline) if history else baseline


def replay(
    pack: Pack,
    articles: Collection[Article],
    until: date | None = None,
    *,
    history: bool = False,
    days: tuple[int, ...] = (7, 3, 1),
) -> Iterator[Step]:
    """Tell the articles in the order of their publication, and each day (UTC) before its articles.

    Runs to the end of `until` (default: the day of the last article), whether or not articles go that far. The second
    article with an id is passed over, and so is what was published before the record starts (`start_of`). `days`: how
    many days before a deadline it is announced.
    """
    ledger = rules.open_story(pack, history=history)
    clock = start_of(pack, ledger, history=history)
    if until is None:
        until = max((article.published.astimezone(UTC).date() for article in articles), default=clock.date())
    told: set[str] = set()
    last: dict[str, Alert] = {}  # the last change of each fact

    def step(
        at: datetime, article: Article | None, findings: tuple[Finding, ...], events: tuple[DeadlineEvent, ...]
    ) -> Step:
        made = alerts_of(pack, findings, events, ledger, last.values())
        alerts = tuple(alert for alert in made if alert.key not in told)
        told.update(alert.key for alert in alerts)
        last.update({alert.fact: alert for alert in alerts if alert.kind == "change" and not alert.update})
        return Step(at, article, alerts, corroborations(findings, ledger))

    for article in _in_order(articles, clock, _midnight(until + DAY)):
        for morning in _mornings(clock, article.published):
            yield step(morning, None, (), rules.due(ledger, pack, clock, morning, days))
            clock = morning
        evaluation = rules.evaluate(article, ledger, pack)
        ledger, clock = evaluation.ledger, article.published
        yield step(clock, article, evaluation.findings, evaluation.deadlines)
    for morning in _mornings(clock, _midnight(until)):
        yield step(morning, None, (), rules.due(ledger, pack, clock, morning, days))
        clock = morning


def _in_order(articles: Collection[Article], start: datetime, end: datetime) -> list[Article]:
    """Those of [start, end) by publication, each id once."""
    first: dict[str, Article] = {}
    for article in sorted(articles, key=lambda article: article.published):
        first.setdefault(article.id, article)
    return [article for article in first.values() if start <= article.published < end]


def _mornings(since: datetime, until: datetime) -> Iterator[datetime]:
    """Each 00:00 UTC in (since, until]: the only moments at which time alone brings something."""
    morning = _midnight(since.astimezone(UTC).date()) + DAY
    while morning <= until:
        yield morning
        morning += DAY


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
