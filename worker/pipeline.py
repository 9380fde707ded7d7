"""START HERE: the whole path of one article, from a feed to a subscriber.

    poll_feed        a feed's bytes become stored articles
    evaluate         an article is held against its story's record; what follows is committed
    check_deadlines  the calendar is held against the record; the same commit
    release          what waited for a second source, a group, a digest or the end of quiet hours is told
    fan_out          the many subscribers of one alert are told in several commits
    deliver          what waits in the outbox is sent
    reap             what a dead worker held is freed
    tell_owners      whose endpoint was disabled learns of it
    prune            what is only kept for a while is forgotten

Every step may be run twice, and by several workers at once. Each is handed `now`, an aware UTC datetime.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from secrets import SystemRandom

import rules
from rules import DeadlineEvent, Evaluation, Finding, Pack
from worker import alerts, delivery, feeds, log, retries, wording
from worker.desk import Desk
from worker.errors import FetchError, LeaseLost, LedgerBusy, TransportError, VersionConflict
from worker.http import Client
from worker.store import Added, Audience, Committed, FanOut, Held, NewArticle, Reaped, Story
from worker.store.notices import Subject
from worker.transports.email import EmailTransport
from worker.transports.notice import notice

MAX_CONFLICTS = 20
"""How often one article is evaluated again because the record moved on meanwhile, before it waits for another turn."""
MAX_EVALUATIONS = 5
"""Attempts after which an article that cannot be evaluated is given up."""
OUTAGE = timedelta(days=1)
"""Longer than that without a look at the calendar, and whoever is told of what fell into it is told why so late."""
AT_ONCE = 500
"""Subscribers that one commit tells; the others are told by further ones, so that none holds its locks for long."""
DRAIN_SECONDS = 30.0
"""How long one `deliver` takes up deliveries; whatever comes later is for the next one."""

_log = log.get("pipeline")
_spread = SystemRandom().random


async def poll_feed(feed_id: str, now: datetime, desk: Desk, client: Client) -> Added:
    """Fetch a feed that is due, and store what it brings that was not known.

    The first poll of a feed is recorded only, and so are articles older than the story: they raise nothing.
    """
    feed = desk.store.claim_feed(feed_id, now, desk.settings.lease_seconds)
    if feed is None:
        return Added()
    try:
        fetched = await feeds.fetch(client, feed.url, feed.etag, feed.last_modified)
        if isinstance(fetched, feeds.NotModified):
            desk.store.feed_unchanged(feed, now, retries.next_poll(0, feed.every_s, now, spread=_spread()))
            return Added()
        brought = await asyncio.to_thread(feeds.parse, fetched.body, fetched.headers)
    except FetchError as error:
        failures = feed.failures + 1
        again = retries.next_poll(
            failures, feed.every_s, now, permanent=error.permanent, retry_after=error.retry_after, spread=_spread()
        )
        desk.store.feed_failed(feed, str(error), again)
        _log.warning("feed not read", feed=feed_id, error=str(error), failures=failures, again=f"{again:%H:%M:%S}")
        return Added()
    again = retries.next_poll(0, feed.every_s, now, spread=_spread())
    arrived = [_arrived(entry) for entry in brought]
    validators = (fetched.etag, fetched.last_modified)
    added = desk.store.feed_polled(feed, desk.packs[feed.story], arrived, validators, now=now, next_poll_at=again)
    _log.info("feed read", feed=feed_id, new=len(added.new), recorded=added.recorded)
    return added


def evaluate(article_id: int, now: datetime, desk: Desk) -> Committed | None:
    """Hold one stored article against the record of its story, and commit what follows, whole or not at all.

    The commit names the version of the record that it was computed from; on a conflict it is computed again. None if
    the article is done already, or another worker's. Raises LedgerBusy if the record moved on at every try.
    """
    article = desk.store.claim_article(article_id, now, desk.settings.lease_seconds, MAX_EVALUATIONS)
    if article is None:
        return None
    pack = desk.packs[article.story]
    for story in _as_it_stands(article.story, desk):
        found = rules.evaluate(article.for_rules(), story.ledger, pack, learned=now)
        plan = planned(desk, pack, found, now)
        try:
            committed = desk.store.commit(story, found.ledger, plan, now, findings=found.findings, article=article)
        except VersionConflict:
            _log.info("record moved on, evaluating again", article=article_id, version=story.version)
            continue
        except LeaseLost:
            return None
        _say(plan, committed)
        return committed
    raise LedgerBusy(
        f"the record of {article.story} moved on {MAX_CONFLICTS} times while article {article_id} was read"
    )


def evaluation_failed(article_id: int, error: str, now: datetime, desk: Desk) -> None:
    """Note that evaluating an article raised: it is tried again later, and given up after some attempts."""
    again = retries.next_evaluation(desk.store.article(article_id).attempts, now)
    if desk.store.evaluation_failed(article_id, error, again, MAX_EVALUATIONS):
        _log.error("article given up", article=article_id, error=error)


def check_deadlines(story_id: str, now: datetime, desk: Desk) -> Committed:
    """Tell, once each, what time alone brought since the last look: dates that come near, are due, or passed.

    That the look was taken is part of the same commit. Raises LedgerBusy as `evaluate` does.
    """
    pack = desk.packs[story_id]
    for story in _as_it_stands(story_id, desk):
        if now <= story.deadlines_checked_at:
            return Committed()
        events = _events(desk, pack, story, now)
        gap = now - story.deadlines_checked_at
        notes = (wording.of_an_outage(story.deadlines_checked_at, now),) if gap >= OUTAGE else ()
        plan = planned(desk, pack, Evaluation((), events, story.ledger), now, notes)
        try:
            committed = desk.store.commit(story, story.ledger, plan, now, deadlines_checked=True)
        except VersionConflict:
            continue
        _say(plan, committed)
        return committed
    raise LedgerBusy(f"the record of {story_id} moved on {MAX_CONFLICTS} times while its deadlines were checked")


def release(subscription_ids: Sequence[str], now: datetime, desk: Desk) -> int:
    """Tell subscribers what waited for them, as far as its wait has ended; return how many messages that made.

    All are told in one commit. If something was settled meanwhile, each is told by himself; where it was his, nothing
    is done: it is still due, and the next look finds it as it is.
    """
    plans = [_released(desk, each, now) for each in desk.store.waiting(subscription_ids)]
    try:
        return desk.store.commit_release(plans, now)
    except VersionConflict:
        if len(subscription_ids) == 1:
            return 0
        return sum(release([one], now, desk) for one in subscription_ids)


def fan_out(waiting: FanOut, now: datetime, desk: Desk) -> int:
    """Tell the next subscribers of alerts that have more of them than one commit tells; return how many messages."""
    earlier = [alert.follows for alert in waiting.alerts if alert.follows]
    subjects = {(alert.kind, alert.fact, alert.topic) for alert in waiting.alerts}
    audience = _audience(desk, waiting.story, subjects, earlier, waiting.after)
    known = desk.store.known(waiting.story, earlier, audience.subscriptions)
    known = replace(known, borne_out=waiting.borne_out)
    plan = alerts.tell(waiting.alerts, audience.subscriptions, now, mail=desk.compose_mail, known=known)
    after = audience.subscriptions[-1].id if audience.more else None
    try:
        return desk.store.commit_fan_out(waiting, plan, after, now)
    except VersionConflict:
        return 0


async def deliver(now: datetime, desk: Desk, seconds: float = DRAIN_SECONDS) -> int:
    """Send what waits in the outbox until nothing is due, many at once but few to one endpoint; return how many tries.

    An attempt is counted and committed before it is made, so that one which kills its worker is not made for ever.
    After `seconds` nothing more is taken up: that is for the next worker that looks.
    """
    return await delivery.drain(now, desk, seconds)


def reap(now: datetime, desk: Desk) -> Reaped:
    """Free the deliveries whose worker did not come back within its lease."""
    reaped = desk.store.reap(now, desk.settings.max_attempts, desk.settings.lease_seconds)
    if any((reaped.freed, reaped.dead, reaped.cancelled)):
        _log.warning("deliveries of a lost worker", freed=reaped.freed, dead=reaped.dead, cancelled=reaped.cancelled)
    return reaped


async def tell_owners(now: datetime, desk: Desk) -> int:
    """Tell those who look after an endpoint, by mail, that it was disabled, and why; how many were told.

    One who cannot be told now is told later: that is a row, too.
    """
    transport, told = EmailTransport(desk.settings), 0
    try:
        for ended in desk.store.owners_to_tell(now):
            if not desk.store.claim_owner(ended.id, now):
                continue
            try:
                await transport.send(notice(ended, desk.settings.mail_from, now))
            except TransportError as error:
                _log.warning("owner not told", subscription=ended.id, error=str(error))
                desk.store.owner_told(ended.id, now, taken=error.permanent)
            else:
                desk.store.owner_told(ended.id, now, taken=True)
                told += 1
    finally:
        await transport.close()
    return told


def prune(now: datetime, desk: Desk) -> int:
    """Forget attempts that were kept for as long as the settings say; how many."""
    return desk.store.prune_attempts(now - timedelta(days=desk.settings.keep_attempts_days))


def planned(desk: Desk, pack: Pack, it: Evaluation, now: datetime, notes: tuple[str, ...] = ()) -> alerts.Plan:
    """The plan for the first of those who may want to be told; `fan_out` goes on where there are more.

    `notes` are said beside each alert that is told at once.
    """
    store = desk.store
    found: tuple[Finding | DeadlineEvent, ...] = (*it.findings, *it.deadlines)
    subjects = {(kind, one.fact, one.topic) for one in found for kind in alerts.kinds_of(one)}
    earlier = store.last_changes(pack.id, {finding.fact for finding in it.findings}) if subjects else ()
    audience = _audience(desk, pack.id, subjects, [alert.id for alert in earlier])
    made = alerts.alerts_of(pack, it.findings, it.deadlines, it.ledger, earlier)
    known = replace(
        store.known(pack.id, [alert.id for alert in earlier], audience.subscriptions),
        earlier=earlier,
        waiting=store.waiting_on(pack.id, {one.fact for one in it.findings if alerts.kinds_of(one)}),
        made=store.made([alert.id for alert in made]),
    )
    plan = alerts.plan(
        pack,
        it.findings,
        it.deadlines,
        audience.subscriptions,
        now,
        ledger=it.ledger,
        mail=desk.compose_mail,
        known=known,
        notes=notes,
    )
    return replace(plan, after=audience.subscriptions[-1].id) if audience.more else plan


def _released(desk: Desk, each: Held, now: datetime) -> alerts.Plan:
    known = alerts.Known(silences=each.silences, acknowledged=each.acknowledged)
    return alerts.release(
        each.subscription, each.waiting, now, mail=desk.compose_mail, known=known, last=each.last_message
    )


def _audience(
    desk: Desk, story: str, subjects: Collection[Subject], owed: Collection[str], after: str = ""
) -> Audience:
    return desk.store.audience(story, subjects, owed=owed, after=after, limit=AT_ONCE)


def _events(desk: Desk, pack: Pack, story: Story, now: datetime) -> tuple[DeadlineEvent, ...]:
    """What time brought, for each list of days on which somebody wants to be reminded, and for the usual one."""
    since = story.deadlines_checked_at
    lists = {*desk.store.deadline_days(story.id), desk.settings.deadline_days}
    events = {event.key: event for days in lists for event in rules.due(story.ledger, pack, since, now, days)}
    return tuple(sorted(events.values(), key=lambda event: (event.at, event.fact, event.role)))


def _as_it_stands(story_id: str, desk: Desk) -> Iterator[Story]:
    for _ in range(MAX_CONFLICTS):
        yield desk.store.story(story_id)


def _arrived(entry: feeds.FeedEntry) -> NewArticle:
    return NewArticle(
        guid=entry.guid,
        url=entry.link or "",
        link_key=feeds.canonical_link(entry.link) if entry.link else None,
        published=entry.published,
        updated=entry.updated,
        title=entry.title,
        text=entry.text,
    )


def _say(plan: alerts.Plan, committed: Committed) -> None:
    for alert in plan.alerts:
        if alert.id in committed.alerts:
            _log.info(alert.headline, alert=alert.kind, story=alert.story, deliveries=committed.deliveries)
