"""Stories on a simulated clock: who is told what, and when, from real articles through the real pipeline and outbox.

    story.at("10-30 04:00").publishes("US cuts the fentanyl tariff on China to 10%")
    story.at("10-30 04:02").expects("ann", "US fentanyl tariff on Chinese goods: 20 % → 10 %")

Between two moments whatever falls due is done when it falls due, as the ticks of a scheduler would. Only the wire is
left out: what would be sent is taken from the outbox, and noted as sent.
"""

from __future__ import annotations

import email
import email.policy
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from sqlalchemy import func, select

from rules.deadlines import midnight
from tests.e2e.newsroom import STORY
from tests.worker.answers import record_sent
from worker import pipeline
from worker.alerts import Policy, Subscription
from worker.desk import Desk
from worker.store import NewArticle, tables

YEAR = 2025
OUTLETS = {"Courier": "wire", "Herald": "outlet", "Gazette": "outlet", "Ministry": "official"}


@dataclass(frozen=True)
class Message:
    """What arrived at somebody: when, under which headline, and all of its words."""

    at: datetime
    headline: str
    words: str
    headers: dict[str, str] = field(default_factory=dict)


class Timeline:
    """One story, its outlets and its subscribers."""

    def __init__(self, desk: Desk, start: str, outlets: Mapping[str, str] = OUTLETS) -> None:
        self.desk, self.store = desk, desk.store
        self.now = moment(start)
        desk.open_stories(self.now)
        for number, (name, kind) in enumerate(outlets.items()):
            self.store.add_feed(
                STORY,
                f"outlet-{number}",
                f"https://outlet-{number}.example/",
                self.now,
                title=name,
                source=name,
                source_kind=kind,
                every_s=60,
            )
            self._stores(name, ())
        self.arrived: dict[str, list[Message]] = defaultdict(list)
        self._seen: dict[str, int] = defaultdict(int)
        self._number = 0
        self._post_is_held = False

    def subscribes(self, who: str, channel: str = "email", **wishes: Any) -> Self:
        """Somebody subscribes, to all but deadlines; fields of Policy and of Subscription alike."""
        wishes.setdefault("kinds", ("change", "signal", "correction"))
        policy = {name: wishes.pop(name) for name in list(wishes) if name in Policy.__dataclass_fields__}
        address = f"{who}@reader.example" if channel == "email" else f"https://{who}.example/hook"
        secret = None if channel == "email" else "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        subscription = Subscription(who, STORY, channel, address, secret, policy=Policy(**policy), **wishes)  # type: ignore[arg-type]
        self.store.add_subscription(subscription, self.now)
        return self

    def changes(self, who: str, **wishes: Any) -> Self:
        """Somebody asks for something else from now on."""
        subscription = self.store.subscription(who)
        assert subscription is not None
        policy = {name: wishes.pop(name) for name in list(wishes) if name in Policy.__dataclass_fields__}
        assert self.store.change_subscription(
            replace(subscription, policy=replace(subscription.policy, **policy), **wishes)
        )
        return self

    def at(self, when: str) -> Self:
        """Go to a moment, `10-30 04:00` in UTC, doing on the way what falls due."""
        goal = moment(when)
        assert goal >= self.now, "time goes forward"
        while (due := self._next_due(goal)) <= goal:
            self.now = due
            self.ticks()
            if due == goal:
                break
        self.now = goal
        return self

    def sleeps_until(self, when: str) -> Self:
        """Go to a moment with everything switched off meanwhile, and then do what has fallen due."""
        self.now = moment(when)
        return self.ticks()

    def publishes(self, title: str, text: str = "", outlet: str = "Courier", url: str = "") -> Self:
        """An outlet publishes; what that brings is evaluated at once."""
        self._number += 1
        address = url or f"https://{outlet.lower()}.example/{self._number}"
        new = NewArticle(str(self._number), address, None, self.now, None, title, text)
        for article in self._stores(outlet, [new]):
            pipeline.evaluate(article, self.now, self.desk)
        return self.ticks()

    def ticks(self) -> Self:
        """What a scheduler's tick brings about."""
        if self.store.stories_to_check([STORY], self.now):
            pipeline.check_deadlines(STORY, self.now, self.desk)
        while waiting := self.store.fan_outs([STORY], 1):
            pipeline.fan_out(waiting[0], self.now, self.desk)
        pipeline.release(self.store.due_releases([STORY], self.now, 1_000), self.now, self.desk)
        if self._post_is_held:
            return self
        for leased in self.store.lease("timeline", self.now, 60, 1_000, 1_000):
            self.arrived[leased.subscription_id].append(_message(leased.body, self.now, leased.channel))
            record_sent(self.store, leased, self.now, None, "")
        return self

    def holds_the_post(self) -> Self:
        """Nothing leaves the outbox from now on."""
        self._post_is_held = True
        return self

    def lets_the_post_go(self) -> Self:
        self._post_is_held = False
        return self.ticks()

    def expects(self, who: str, *headlines: str) -> Self:
        """Somebody got messages with these headlines since the last look, or with headlines that begin so; no other."""
        new = self.arrived[who][self._seen[who] :]
        self._seen[who] = len(self.arrived[who])
        got = [message.headline for message in new]
        assert len(got) == len(headlines), f"{who} got {got} at {self.now:%m-%d %H:%M}"
        for said, wanted in zip(got, headlines, strict=True):
            assert said.startswith(wanted), f"{who} got {said!r} and not {wanted!r}"
        return self

    def expects_nothing(self, *who: str) -> Self:
        for one in who:
            self.expects(one)
        return self

    def last(self, who: str) -> Message:
        """The last message that somebody got."""
        return self.arrived[who][-1]

    def fates(self, who: str) -> list[tuple[str, str | None]]:
        """What became of each alert for somebody, in the order in which the alerts were made."""
        n, a = tables.notices.c, tables.alerts.c
        query = select(n.fate, n.reason).join(tables.alerts).where(n.subscription_id == who)
        with self.store.read() as connection:
            return [(row.fate, row.reason) for row in connection.execute(query.order_by(a.made_at, a.id))]

    def _stores(self, outlet: str, articles: Any) -> tuple[int, ...]:
        [feed] = [feed for feed in self.store.feeds() if feed.source == outlet]
        pack = self.desk.packs[STORY]
        return self.store.feed_polled(feed, pack, articles, (None, None), now=self.now, next_poll_at=self.now).new

    def _next_due(self, goal: datetime) -> datetime:
        """The next midnight or end of a wait; never before the present."""
        tomorrow = midnight(self.now.date() + timedelta(days=1))
        n = tables.notices.c
        with self.store.read() as connection:
            until = connection.execute(select(func.min(n.until)).where(n.fate == "held", n.until > self.now)).scalar()
        return min(goal, tomorrow, until or goal)


def moment(when: str) -> datetime:
    return datetime.fromisoformat(f"{YEAR}-{when}").replace(tzinfo=UTC)


def _message(body: bytes, at: datetime, channel: str) -> Message:
    if channel == "webhook":
        data = json.loads(body)["data"]
        several = data.get("alerts")
        headline = " + ".join(one["headline"] for one in several) if several else data["headline"]
        return Message(at, headline, body.decode())
    mail = email.message_from_bytes(body, policy=email.policy.default)
    part = mail.get_body(("plain",))
    assert part is not None
    return Message(
        at, str(mail["Subject"]).strip(), part.get_content(), {name: str(value) for name, value in mail.items()}
    )
