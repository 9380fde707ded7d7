"""The steps of the pipeline, each against real servers on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from rules import Phase
from tests.e2e.newsroom import STORY, Newsroom, pack_from_the_baseline, subscribers
from tests.servers import SECRET, FeedServer, Mailbox, Receiver
from tests.worker.samples import deadline, finding
from worker import alerts, clock, pipeline
from worker.alerts import Subscription
from worker.desk import Desk
from worker.settings import Settings
from worker.store import Added, Store, StoredFeed, tables

CUT = "The US agrees to cut the fentanyl tariff on China to 10%."
TOLD = (
    CUT + " The White House said so after two days of talks in the harbour town, from which ministers of both sides "
    "flew home late in the evening. Neither would take a question. A fisherman who had watched the cars go by said "
    "that the road to the quay had been closed since Sunday, and that the ice for his boats had come by sea."
)
START = "2025-10-29 20:00"


@pytest.fixture
def room(
    settings_for: Callable[..., Settings], tmp_path: Path, feed_server: FeedServer, receiver: Receiver
) -> Iterator[Newsroom]:
    """One outlet that was polled once, and one subscriber by webhook. On SQLite."""
    folder = pack_from_the_baseline(tmp_path / "pack", {"Courier": feed_server.url})
    made = Newsroom(settings_for(packs=[folder]), {"Courier": feed_server}, START)
    subscribers(made.desk, receiver, made.now, mail=False)
    yield made.works().at("2025-10-29 20:10")
    made.desk.close()


def feed(room: Newsroom) -> StoredFeed:
    return room.desk.store.feeds()[0]


def poll(room: Newsroom) -> Added:
    async def run() -> Added:
        async with room.desk.client() as client:
            return await pipeline.poll_feed(f"{STORY}/courier", room.now, room.desk, client)

    return asyncio.run(run())


def tell(desk: Desk, now: datetime, facts: int = 1) -> list[str]:
    """Commit alerts for everybody, and return the ids of what waits then."""
    story, everybody = desk.store.story(STORY), desk.store.subscriptions()
    found = [finding(fact=fact) for fact in list(desk.packs[STORY].facts)[:facts]]
    plan = alerts.plan(desk.packs[STORY], found, [], everybody, now, ledger=story.ledger, mail=desk.compose_mail)
    desk.store.commit(story, story.ledger, plan, now)
    return [delivery.id for delivery in plan.deliveries]


def states(store: Store) -> list[tuple[str, str | None]]:
    d = tables.deliveries.c
    with store.read() as connection:
        return [tuple(row) for row in connection.execute(select(d.state, d.reason).order_by(d.id))]


def test_a_story_opens_with_what_is_known_to_date_and_tells_nothing_of_it(
    settings_for: Callable[..., Settings], receiver: Receiver
) -> None:
    desk = Desk.open(settings_for())
    desk.store.upgrade()
    now = datetime(2026, 11, 24, 6, tzinfo=UTC)
    desk.open_stories(now)
    desk.open_stories(now)
    subscribers(desk, receiver, now, mail=False)
    story = desk.store.story(STORY)
    assert max(entry.valid for entry in story.ledger.entries) > datetime(2026, 1, 1, tzinfo=UTC)
    assert {entry.learned for entry in story.ledger.entries} == {now}
    assert len(desk.store.feeds()) == len(desk.packs[STORY].feeds) > 10
    assert pipeline.check_deadlines(STORY, now + timedelta(minutes=1), desk).alerts == ()
    desk.close()


def test_a_feed_is_asked_with_what_it_said_last_and_an_unchanged_one_brings_nothing(
    room: Newsroom, feed_server: FeedServer
) -> None:
    room.publishes("Courier", "Talks go on")
    assert len(poll(room).new) == 1
    assert poll(room.at("2025-10-29 20:20")) == Added()
    asked = [request.headers.get("if-none-match") for request in feed_server.requests]
    assert asked[-1] == feed(room).etag
    assert (feed(room).last_status, feed(room).last_success_at) == ("not modified", room.now)


def test_a_feed_is_not_asked_before_it_is_due(room: Newsroom, feed_server: FeedServer) -> None:
    poll(room)
    asked = len(feed_server.requests)
    room.now += timedelta(seconds=10)
    assert poll(room) == Added()
    assert len(feed_server.requests) == asked


def test_two_workers_that_are_asked_for_one_feed_poll_it_once(room: Newsroom, feed_server: FeedServer) -> None:
    room.publishes("Courier", "Talks go on")
    asked = len(feed_server.requests)
    with ThreadPoolExecutor(4) as threads:
        added = list(threads.map(lambda _: poll(room), range(4)))
    assert sum(len(part.new) for part in added) == 1
    assert len(feed_server.requests) == asked + 1


def test_a_copy_with_another_number_is_evaluated_and_raises_its_change(room: Newsroom, receiver: Receiver) -> None:
    room.publishes("Courier", "Talks end", TOLD).works()
    room.at("2025-10-29 21:00").publishes("Courier", "Talks end", TOLD).works()
    room.at("2025-10-29 22:00").publishes("Courier", "Talks end", TOLD.replace("10%", "5%")).works()
    a = tables.articles.c
    with room.desk.store.read() as connection:
        stored = connection.execute(select(a.grp, a.relation, a.state).order_by(a.id)).all()
    assert [tuple(row) for row in stored] == [
        (1, None, "evaluated"),
        (1, "copy", "evaluated"),
        (1, "copy", "evaluated"),
    ]
    told = [message["data"]["after"]["value"] for message in receiver.got(2)]
    assert told == [{"percent": 10}, {"percent": 5}]


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (503, {}, 30),
        (503, {"Retry_After": "1800"}, 1800),
        (429, {"Retry_After": "3600"}, 3600),
        (404, {}, 60),
    ],
)
def test_a_feed_that_fails_says_why_and_is_asked_again_later(
    room: Newsroom, feed_server: FeedServer, status: int, headers: dict[str, str], seconds: float
) -> None:
    feed_server.says(status, b"no", **headers)
    assert poll(room) == Added()
    failed = feed(room)
    assert (failed.last_status, failed.failures) == ("failed", 1)
    assert str(status) in (failed.last_error or "")
    wait = (failed.next_poll_at - room.now).total_seconds()
    assert seconds * 0.95 <= wait <= seconds * 1.06
    feed_server.instead = None
    room.publishes("Courier", CUT)
    room.now = failed.next_poll_at
    assert len(poll(room).new) == 1
    assert (feed(room).last_status, feed(room).failures, feed(room).last_error) == ("ok", 0, None)


def test_a_retry_after_that_is_a_date_is_obeyed(room: Newsroom, feed_server: FeedServer) -> None:
    until = clock.now() + timedelta(hours=1)
    feed_server.says(503, b"no", Retry_After=format_datetime(until, usegmt=True))
    poll(room)
    assert 3500 < (feed(room).next_poll_at - room.now).total_seconds() <= 3601


@pytest.mark.parametrize("body", [b"", b"<html><body>Sign in</body></html>", b'{"news": []}'])
def test_an_answer_that_is_no_feed_is_a_failure_and_stores_nothing(
    room: Newsroom, feed_server: FeedServer, body: bytes
) -> None:
    feed_server.says(200, body, Content_Type="text/html")
    assert poll(room) == Added()
    assert (feed(room).last_status, feed(room).failures) == ("failed", 1)
    assert feed(room).last_error


def test_an_article_that_cannot_be_evaluated_is_quarantined_and_the_rest_flow(
    room: Newsroom, receiver: Receiver
) -> None:
    room.publishes("Courier", "Odd").publishes("Courier", CUT)
    bad, good = sorted(poll(room).new, key=lambda number: "Odd" not in room.desk.store.article(number).title)
    with room.desk.store.write() as connection:
        connection.execute(update(tables.articles).where(tables.articles.c.id == bad).values(source_kind="rumour"))
    for attempt in range(1, pipeline.MAX_EVALUATIONS + 1):
        with pytest.raises(ValueError, match="rumour"):
            pipeline.evaluate(bad, room.now, room.desk)
        pipeline.evaluation_failed(bad, "ValueError: rumour", room.now, room.desk)
        assert pipeline.evaluate(bad, room.now, room.desk) is None, "it is to wait before the next attempt"
        room.now += timedelta(minutes=5)
        assert room.desk.store.article(bad).attempts == attempt
    given_up = room.desk.store.article(bad)
    assert (given_up.state, given_up.error) == ("failed", "ValueError: rumour")
    room.works()
    assert room.desk.store.article(good).state == "evaluated"
    receiver.got(1)


def test_an_article_is_evaluated_once_however_often_it_is_asked_for(room: Newsroom, receiver: Receiver) -> None:
    room.publishes("Courier", CUT)
    [article] = poll(room).new
    first = pipeline.evaluate(article, room.now, room.desk)
    assert first is not None
    assert first.deliveries == 1
    assert pipeline.evaluate(article, room.now, room.desk) is None
    room.sends()
    receiver.got(1)


def test_articles_of_one_story_evaluated_at_once_tell_each_change_once(
    settings_for: Callable[..., Settings], database_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    """On SQLite and on PostgreSQL: whoever comes second reads the record again, and finds the change on it."""
    with FeedServer() as server:
        folder = pack_from_the_baseline(tmp_path / "pack", {"Courier": server.url})
        room = Newsroom(settings_for(packs=[folder], database_url=database_url), {"Courier": server}, START)
        subscribers(room.desk, receiver, room.now, mail=False)
        room.works().at("2025-10-29 20:10")
        for number in range(8):
            room.publishes("Courier", f"Report {number}", CUT)
        new = poll(room).new
        with ThreadPoolExecutor(4) as threads:
            committed = list(threads.map(lambda article: pipeline.evaluate(article, room.now, room.desk), new))
        assert len(new) == 8
        assert {room.desk.store.article(article).state for article in new} == {"evaluated"}
        assert sum(one.deliveries for one in committed if one) == 1
        changes = room.desk.store.story(STORY).ledger.history("us_tariff_fentanyl")
        assert len([entry for entry in changes if entry.article]) == 1
        room.desk.close()


def test_deadlines_are_told_once_by_two_schedulers_that_look_at_once(room: Newsroom) -> None:
    room.at("2025-11-24 00:00")
    with ThreadPoolExecutor(4) as threads:
        looks = list(threads.map(lambda _: pipeline.check_deadlines(STORY, room.now, room.desk), range(4)))
    told = [alert for look in looks for alert in look.alerts]
    assert len(told) == len(set(told)) > 0
    assert pipeline.check_deadlines(STORY, room.now + timedelta(hours=1), room.desk).alerts == ()


def test_a_receiver_that_fails_is_asked_again_by_the_ladder_under_the_same_id(
    room: Newsroom, receiver: Receiver
) -> None:
    [delivery] = tell(room.desk, room.now)
    receiver.status = 503
    for wait in (0, 6, 330):
        room.now += timedelta(seconds=wait)
        room.sends().sends()
    receiver.got(3)
    receiver.status = 200
    room.now += timedelta(seconds=1980)
    room.sends()
    receiver.got(4)
    assert receiver.ids == [delivery] * 4
    assert len({request.body for request in receiver.requests}) == 1
    assert states(room.desk.store) == [("sent", None)]


def test_a_receiver_that_asks_for_a_pause_gets_it(room: Newsroom, receiver: Receiver) -> None:
    tell(room.desk, room.now)
    receiver.status, receiver.headers = 429, {"Retry-After": "600"}
    room.sends()
    receiver.status = 200
    room.now += timedelta(seconds=590)
    room.sends()
    receiver.got(1)
    room.now += timedelta(seconds=20)
    room.sends()
    receiver.got(2)


def test_a_receiver_that_never_answers_well_is_given_up_after_the_last_attempt(
    room: Newsroom, receiver: Receiver
) -> None:
    tell(room.desk, room.now)
    receiver.status = 500
    for _ in range(room.desk.settings.max_attempts + 3):
        room.sends()
        room.now += timedelta(hours=12)
    receiver.got(8)
    [(state, reason)] = states(room.desk.store)
    assert (state, "500" in (reason or "")) == ("dead", True)


def test_a_receiver_that_is_gone_is_asked_no_more(room: Newsroom, receiver: Receiver) -> None:
    tell(room.desk, room.now)
    receiver.status = 410
    room.sends()
    assert room.desk.store.subscriptions() == ()
    assert states(room.desk.store)[0][0] == "dead"
    tell(room.desk, room.now, facts=2)
    room.sends()
    receiver.got(1)


def test_a_mail_that_is_refused_for_good_is_dead_and_one_refused_for_now_waits(
    settings_for: Callable[..., Settings], tmp_path: Path, mailbox: Mailbox
) -> None:
    folder = pack_from_the_baseline(tmp_path / "pack", {})
    settings = settings_for(packs=[folder], smtp_host="127.0.0.1", smtp_port=mailbox.port)
    room = Newsroom(settings, {}, START)
    room.desk.store.add_subscription(Subscription("sub_mail", STORY, "email", "ann@reader.example"), room.now)
    tell(room.desk, room.now)
    mailbox.refusal = "451 later"
    room.sends()
    assert states(room.desk.store) == [("pending", None)]
    mailbox.refusal = "550 no such user"
    room.now += timedelta(seconds=10)
    room.sends()
    [(state, reason)] = states(room.desk.store)
    assert (state, "550" in (reason or "")) == ("dead", True)
    assert mailbox.mails == []
    room.desk.close()


def test_an_endpoint_that_hangs_holds_up_no_other(room: Newsroom, receiver: Receiver) -> None:
    with Receiver() as hanging:
        hanging.hold.clear()
        slow = Subscription("sub_slow", STORY, "webhook", hanging.url, SECRET)
        room.desk.store.add_subscription(slow, room.now)
        tell(room.desk, room.now, facts=6)
        with ThreadPoolExecutor(1) as threads:
            sending = threads.submit(room.sends)
            receiver.got(6)  # all of them, while the other one has answered nothing
            assert len(hanging.requests) == pipeline.SENDING_TO_ONE
            hanging.hold.set()
            sending.result(30)
        hanging.got(6)
    assert {state for state, _ in states(room.desk.store)} == {"sent"}


def test_what_becomes_due_while_others_are_out_is_sent_by_the_same_look(room: Newsroom, receiver: Receiver) -> None:
    receiver.hold.clear()
    tell(room.desk, room.now)
    with Receiver() as late, ThreadPoolExecutor(1) as threads:
        sending = threads.submit(room.sends)
        receiver.got(1)
        other = Subscription("sub_late", STORY, "webhook", late.url, SECRET)
        room.desk.store.add_subscription(other, room.now)
        story = room.desk.store.story(STORY)
        plan = alerts.plan(
            room.desk.packs[STORY],
            [],
            [replace(deadline(Phase.DUE), at=room.now)],
            [other],
            room.now,
            ledger=story.ledger,
            mail=room.desk.compose_mail,
        )
        room.desk.store.commit(story, story.ledger, plan, room.now)
        late.got(1)
        receiver.hold.set()
        sending.result(30)


def test_an_address_that_may_not_be_reached_is_never_connected_to(
    settings_for: Callable[..., Settings], tmp_path: Path, receiver: Receiver
) -> None:
    folder = pack_from_the_baseline(tmp_path / "pack", {})
    room = Newsroom(settings_for(packs=[folder], allow_networks=[]), {}, START)
    subscribers(room.desk, receiver, room.now, mail=False)
    tell(room.desk, room.now)
    room.sends()
    assert receiver.requests == []
    assert [state for state, _ in states(room.desk.store)] == ["pending"]
    room.desk.close()
