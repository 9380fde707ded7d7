"""The main job, told as a story: an article is published, subscribers are told once. On SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.newsroom import Newsroom, pack_from_the_baseline, subscribers
from tests.servers import FeedServer, Mailbox, Receiver
from worker.settings import Settings

CUT = "The US agrees to cut the fentanyl tariff on China to 10%."


@pytest.fixture
def newsroom(
    settings_for: Callable[..., Settings],
    database_url: str,
    tmp_path: Path,
    receiver: Receiver,
    mailbox: Mailbox,
) -> Iterator[Newsroom]:
    """Two outlets, two subscribers, and feeds that were polled once, on the evening before the story starts."""
    with FeedServer() as courier, FeedServer() as herald:
        outlets = {"Courier": courier, "Herald": herald}
        folder = pack_from_the_baseline(tmp_path / "pack", {name: server.url for name, server in outlets.items()})
        settings = settings_for(
            database_url=database_url,
            packs=[folder],
            smtp_host="127.0.0.1",
            smtp_port=mailbox.port,
            mail_from="alerts@deltawire.example",
            base_url="https://deltawire.example",
        )
        room = Newsroom(settings, outlets, "2025-11-04 20:00")
        subscribers(room.desk, receiver, room.now)
        room.publishes("Courier", CUT, link="https://courier.example/old").works()
        yield room
        room.desk.close()


def test_a_change_is_told_once_by_webhook_and_once_by_mail_and_a_repeat_and_a_rewrite_are_not(
    newsroom: Newsroom, receiver: Receiver, mailbox: Mailbox
) -> None:
    assert receiver.requests == []  # what stood in the feed at its first poll is history
    newsroom.at("2025-11-05 09:00").publishes("Courier", "Tariff cut agreed", CUT).works()

    [message] = receiver.got(1)
    assert message["type"] == "alert.change"
    told = message["data"]
    assert (told["fact"], told["after"]["value"], told["quote"]) == ("us_tariff_fentanyl", {"percent": 10}, CUT)
    assert (told["source"], told["url"]) == ("Courier", "https://news.example/2")
    [mail] = mailbox.got(1)
    assert mailbox.recipients == ["ann@reader.example"]
    assert mail["Subject"] == told["headline"]
    body = mail.get_body(("plain",))
    assert body is not None
    assert CUT in body.get_content()
    assert mail["List-Unsubscribe"].startswith("<https://deltawire.example/unsubscribe/sub_mail/")

    newsroom.at("2025-11-05 10:00").publishes("Courier", "Tariff cut agreed, again", CUT).works()
    rewrite = "Washington has agreed to cut its fentanyl tariff on Chinese goods to 10 percent."
    newsroom.at("2025-11-05 11:00").publishes("Herald", "A lower tariff", rewrite).works()
    newsroom.at("2025-11-05 12:00").works().sends()

    receiver.got(1)
    mailbox.got(1)


def test_a_reminder_is_told_once_and_one_that_still_waits_is_dropped_when_the_date_falls_away(
    newsroom: Newsroom, receiver: Receiver
) -> None:
    newsroom.at("2025-11-23 23:59").works()
    before = len(receiver.requests)
    newsroom.at("2025-11-24 00:00").works().works().at("2025-11-24 12:00").works()
    [week] = receiver.got(before + 1)[before:]
    assert (week["data"]["fact"], week["data"]["phase"]) == ("china_rare_earth_controls", "upcoming")
    assert (week["data"]["due"], week["data"]["days_left"]) == ("2025-12-01", 7)

    newsroom.at("2025-11-28 00:00").checks_deadlines()  # the second reminder waits in the outbox
    put_off = (
        "China has suspended its export controls on rare earths until 10 November 2026, its commerce ministry said."
    )
    newsroom.at("2025-11-28 00:05").publishes("Courier", "China suspends rare earth controls", put_off).works()

    told = [(m["type"], m["data"]["phase"], m["data"]["days_left"]) for m in receiver.messages[before + 1 :]]
    assert ("alert.change", None, None) in told
    assert ("alert.deadline", "cancelled", None) in told
    assert not [phase for _, phase, _ in told if phase == "upcoming"]
