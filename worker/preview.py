"""What a subscription would have sent: the stored archive, told again on a simulated clock. Pure.

The same engine and the same policy as in live running; only what becomes of waits is kept in memory here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from rules import Article, Pack
from worker.alerts import (
    IN_VAIN,
    Alert,
    Corroborated,
    Known,
    Notice,
    Plan,
    Reason,
    Step,
    Subscription,
    Superseded,
    Waiting,
    release,
    tell,
)
from worker.replay import replay


@dataclass(frozen=True)
class Preview:
    """What would have been sent from `since` to `until` (aware, UTC)."""

    since: datetime
    until: datetime
    messages: tuple[tuple[datetime, tuple[Alert, ...]], ...]
    """Each with the moment at which it would have gone out, and what it would have told."""
    dropped: Mapping[Reason, int]
    """How many alerts the policy would have left out, by the reason. What the filters leave out is not counted."""

    @property
    def alerts(self) -> int:
        """How many alerts the messages would have told."""
        return sum(len(told) for _, told in self.messages)


def preview(
    pack: Pack,
    articles: Collection[Article],
    groups: Mapping[str, int],
    subscription: Subscription,
    *,
    since: datetime,
    until: datetime,
    history: bool = True,
) -> Preview:
    """Tell the articles again to one subscription.

    `groups`: of each article by its id, the group of copies and rewrites that it belongs to. `history`: start from
    what is on record today and not from the baseline, as a new installation does.
    """
    told = Told(subscription, groups)
    for step in replay(pack, articles, until.date(), history=history, days=subscription.deadline_days):
        if step.at > until:
            break
        told.waits_until(step.at)
        told.hears(step.alerts, step.at)
        told.bears_out(step.corroborated, step.at)
    told.waits_until(until)
    sent = [(at, alerts) for at, alerts in told.messages if at >= since]
    return Preview(since, until, tuple(sent), Counter(told.dropped.values()))


@dataclass
class Told:
    """What one subscription was told so far, and what waits for it, in memory."""

    subscription: Subscription
    groups: Mapping[str, int]
    messages: list[tuple[datetime, tuple[Alert, ...]]] = field(default_factory=list)
    waiting: dict[str, Waiting] = field(default_factory=dict)
    known: dict[str, Alert] = field(default_factory=dict)
    heard: set[str] = field(default_factory=set)
    """Ids of the alerts that were told."""
    dropped: dict[str, Reason] = field(default_factory=dict)
    """Why others were not, by their ids."""

    def hears(self, alerts: Sequence[Alert], at: datetime) -> None:
        """New alerts."""
        if not alerts:
            return
        self.known |= {alert.id: alert for alert in alerts}
        me = frozenset({self.subscription.id})
        held = tuple(one for one in self.waiting.values() if one.reason is Reason.CORROBORATION)
        untold = frozenset((self.subscription.id, it) for it, reason in self.dropped.items() if reason in IN_VAIN)
        known = Known(waiting=held, told=dict.fromkeys(self.heard, me), untold=untold)
        self._take(tell(alerts, [self.subscription], at, mail=_no_mail, known=known), at)
        for lapsed in _superseded(alerts):
            for one in [one for one in self.waiting.values() if _reminds_of(one.alert, lapsed)]:
                del self.waiting[one.alert.id]
                self.dropped[one.alert.id] = Reason.SUPERSEDED

    def bears_out(self, heard: Sequence[Corroborated], at: datetime) -> None:
        """A second source for something that waits for one."""
        for said in heard:
            for one in self.waiting.values():
                alert = one.alert
                same = {self.groups.get(it) for it in alert.articles} & {self.groups.get(said.article)} - {None}
                waits = one.reason is Reason.CORROBORATION and alert.fact == said.fact
                if waits and said.may_bear_out(alert) and (said.official or not same):
                    self.waiting[alert.id] = replace(one, until=at, corroborated=said.source)
        self.waits_until(at)

    def waits_until(self, moment: datetime) -> None:
        """Let the waits end that end by then, each at its moment."""
        while ends := [one.until for one in self.waiting.values() if one.until <= moment]:
            at = min(ends)
            last = self.messages[-1][0] if self.messages else None
            self._take(release(self.subscription, list(self.waiting.values()), at, mail=_no_mail, last=last), at)

    def _take(self, plan: Plan, at: datetime) -> None:
        for one in (*plan.settled, *plan.notices):
            before = self.waiting.pop(one.alert_id, None)
            if one.fate == "held" and one.until:
                trail = (*(before.trail if before else ()), _step(one, at))
                corroborated = before.corroborated if before else ""
                self.waiting[one.alert_id] = Waiting(
                    one.subscription_id, self.known[one.alert_id], trail, one.until, corroborated
                )
            elif one.fate == "dropped" and one.reason:
                self.dropped[one.alert_id] = one.reason
            else:
                self.heard.add(one.alert_id)
        for delivery in plan.deliveries:
            self.messages.append((at, tuple(self.known[it] for it in delivery.alert_ids)))


def _step(one: Notice, at: datetime) -> Step:
    return Step(at, one.fate, one.reason, one.until, one.note)


def _superseded(alerts: Sequence[Alert]) -> Iterator[Superseded]:
    for alert in alerts:
        if alert.phase in ("moved", "cancelled") and alert.role and alert.due:
            yield Superseded(alert.fact, alert.role, alert.due, "")


def _reminds_of(alert: Alert, lapsed: Superseded) -> bool:
    date = (alert.fact, alert.role, alert.due)
    return alert.phase in ("upcoming", "due") and date == (lapsed.fact, lapsed.role, lapsed.due)


def _no_mail(*_: object) -> bytes:
    return b""
