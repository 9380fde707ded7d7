"""The one transaction that everything found goes through: on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from rules import DeadlineEvent, Entry, Finding, Kind, Ledger, PartialDate, Phase
from tests.worker.samples import (
    NOW,
    STORY,
    TEN,
    TWENTY,
    deadline,
    entry,
    finding,
    later,
    ledger,
    pack,
    subscription,
)
from worker.alerts import Alert, Telling, plan
from worker.errors import LeaseLost, VersionConflict
from worker.store import Committed, NewArticle, Store, StoredArticle, Story, tables

PACK = replace(pack(), feeds=())


def mail(told: Sequence[Telling], *_: object) -> bytes:
    return told[0].alert.headline.encode()


@pytest.fixture
def opened(store: Store) -> Store:
    store.open_story(PACK, ledger(entry(TWENTY)), NOW)
    store.add_subscription(subscription(), NOW)
    store.add_feed(STORY, "a", "https://a.example/", NOW, title="A", source="A", every_s=60)
    [feed] = store.feeds()
    store.feed_polled(feed, PACK, [], (None, None), now=NOW, next_poll_at=NOW)
    return store


def article(store: Store, number: int = 1) -> StoredArticle:
    [feed] = store.feeds()
    new = NewArticle(str(number), f"https://a.example/{number}", None, NOW, None, f"Item {number}", "Text.")
    added = store.feed_polled(feed, PACK, [new], (None, None), now=NOW, next_poll_at=NOW)
    held = store.claim_article(added.new[0], NOW, 60, 5)
    assert held is not None
    return held


def commit(
    store: Store,
    story: Story,
    findings: Sequence[Finding] = (),
    events: Sequence[DeadlineEvent] = (),
    *,
    adds: Sequence[Entry] = (),
    now: datetime = NOW,
    **given: Any,
) -> Committed:
    after = story.ledger.add(*adds)
    made = plan(PACK, findings, events, store.subscriptions(STORY), now, ledger=after, mail=mail)
    return store.commit(story, after, made, now, findings=findings, **given)


def states(store: Store) -> dict[str, tuple[str, str | None]]:
    """State and reason of every delivery, by the phase or kind of its alert."""
    d, a = tables.deliveries.c, tables.alerts.c
    with store.read() as connection:
        rows = connection.execute(select(a.kind, a.phase, d.state, d.reason).join(tables.alerts)).all()
    return {row.phase or row.kind: (row.state, row.reason) for row in rows}


def test_a_story_comes_back_as_it_was_opened_and_is_opened_once(store: Store) -> None:
    record = ledger(entry(TWENTY), entry(TEN, article="x", at=later(hours=1)))
    assert store.open_story(PACK, record, NOW)
    assert not store.open_story(PACK, ledger(), later(days=1))
    story = store.story(STORY)
    assert (story.ledger, story.version) == (record, 1)
    assert (story.opened_at, story.deadlines_checked_at) == (NOW, NOW)
    with pytest.raises(KeyError):
        store.story("steel")


def test_one_of_two_processes_opens_a_story_and_writes_its_record_once(store: Store) -> None:
    record = ledger(*[entry(TWENTY)] * 30)
    with ThreadPoolExecutor(4) as threads:
        opened = list(threads.map(lambda _: store.open_story(PACK, record, NOW), range(4)))
    assert sorted(opened) == [False, False, False, True]
    assert store.story(STORY).ledger == record


def test_a_commit_writes_record_finding_alert_delivery_and_article_together(opened: Store) -> None:
    held, story = article(opened), opened.story(STORY)
    turn = entry(TEN, article=str(held.id))
    committed = commit(opened, story, [finding(article=str(held.id))], adds=[turn], article=held)
    assert (len(committed.alerts), committed.deliveries) == (1, 1)
    after = opened.story(STORY)
    assert (after.version, after.ledger.state("us_tariff_fentanyl")) == (2, TEN)
    assert opened.article(held.id).state == "evaluated"
    with opened.read() as connection:
        [kept] = connection.execute(select(tables.findings)).all()
        [alert] = connection.execute(select(tables.alerts)).all()
        [delivery] = connection.execute(select(tables.deliveries)).all()
    assert (kept.article_id, kept.kind, kept.body["quote"]) == (
        held.id,
        "change",
        "The fentanyl tariff falls to 10 percent.",
    )
    assert Alert.from_json(alert.body).after == TEN
    assert (delivery.alert_id, delivery.subscription_id, delivery.state) == (alert.id, "sub_1", "pending")


def test_a_commit_from_an_older_version_is_refused_and_leaves_nothing(opened: Store) -> None:
    old, held = opened.story(STORY), article(opened)
    commit(opened, old, adds=[entry(TEN, article="x")])
    with pytest.raises(VersionConflict):
        commit(opened, old, [finding()], adds=[entry(TEN, article="y")], article=held)
    assert opened.story(STORY).version == 2
    assert states(opened) == {}
    assert opened.article(held.id).state == "new"


def test_a_commit_that_found_nothing_leaves_the_version_but_still_needs_it(opened: Store) -> None:
    story = opened.story(STORY)
    commit(opened, story)
    assert opened.story(STORY).version == 1
    commit(opened, story, adds=[entry(TEN)])
    with pytest.raises(VersionConflict):
        commit(opened, story)


def test_of_many_commits_from_one_version_one_goes_through(opened: Store) -> None:
    story = opened.story(STORY)

    def attempt(number: int) -> bool:
        try:
            commit(opened, story, [finding(article=str(number))], adds=[entry(TEN, article=str(number))])
        except VersionConflict:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(attempt, range(6))) == [False] * 5 + [True]
    assert len(opened.story(STORY).ledger.entries) == 2


def test_an_alert_that_was_told_is_not_told_again(opened: Store) -> None:
    first = commit(opened, opened.story(STORY), [finding(Kind.SIGNAL, article="1")])
    second = commit(opened, opened.story(STORY), [finding(Kind.SIGNAL, article="2")])
    assert (len(first.alerts), first.deliveries) == (1, 1)
    assert second == Committed()


def test_an_article_that_another_worker_took_over_is_not_committed(opened: Store) -> None:
    held, story = article(opened), opened.story(STORY)
    assert opened.claim_article(held.id, later(minutes=2), 60, 5)
    with pytest.raises(LeaseLost):
        commit(opened, story, [finding()], adds=[entry(TEN)], article=held)
    assert (opened.story(STORY).version, states(opened)) == (1, {})


def test_an_article_is_committed_once(opened: Store) -> None:
    held, story = article(opened), opened.story(STORY)
    commit(opened, story, article=held)
    with pytest.raises(LeaseLost):
        commit(opened, story, article=held)


def test_a_disabled_subscriber_is_not_told(opened: Store) -> None:
    opened.disable_subscription("sub_1", "unsubscribed")
    assert commit(opened, opened.story(STORY), [finding()]).deliveries == 0


def test_two_schedulers_that_check_the_same_deadlines_tell_them_once(opened: Store) -> None:
    story = opened.story(STORY)
    events, hour = [deadline(Phase.DUE, days_left=0)], later(hours=1)
    assert commit(opened, story, (), events, now=hour, deadlines_checked=True).deliveries == 1
    with pytest.raises(VersionConflict):
        commit(opened, story, (), events, now=hour, deadlines_checked=True)
    assert opened.story(STORY).deadlines_checked_at == hour
    assert opened.stories_to_check([STORY], hour) == ()
    assert opened.stories_to_check([STORY], later(hours=2)) == (STORY,)


def test_a_reminder_that_waits_is_cancelled_by_the_commit_that_moves_its_date(opened: Store) -> None:
    reminders = [deadline(Phase.UPCOMING, days_left=3), deadline(Phase.DUE), deadline(Phase.PASSED)]
    commit(opened, opened.story(STORY), (), reminders)
    moved = deadline(Phase.MOVED, moved_to=PartialDate(2025, 11, 17))
    assert commit(opened, opened.story(STORY), (), [moved]).cancelled == 2
    reason = "the date was moved before this was sent"
    assert states(opened) == {
        "upcoming": ("cancelled", reason),
        "due": ("cancelled", reason),
        "passed": ("pending", None),
        "moved": ("pending", None),
    }


@pytest.mark.parametrize(
    "other",
    [
        replace(deadline(Phase.DUE), fact="us_tariff_total"),
        replace(deadline(Phase.DUE), role="until"),
        deadline(Phase.DUE, date(2025, 11, 17)),
    ],
)
def test_a_reminder_of_another_date_is_not_cancelled(opened: Store, other: DeadlineEvent) -> None:
    commit(opened, opened.story(STORY), (), [other])
    cancelled = commit(opened, opened.story(STORY), (), [deadline(Phase.CANCELLED)])
    assert (cancelled.cancelled, states(opened)["due"]) == (0, ("pending", None))


def test_a_record_of_many_entries_keeps_its_order(opened: Store) -> None:
    for number in range(5):
        commit(opened, opened.story(STORY), adds=[entry(TEN, article=f"{number}{part}") for part in "ab"])
    record: Ledger = opened.story(STORY).ledger
    assert [e.article for e in record.entries] == [None, *[f"{number}{part}" for number in range(5) for part in "ab"]]
    assert opened.story(STORY).version == 6
