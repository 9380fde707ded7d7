"""`deltawire demo`: the real pipeline, told an archive on a simulated clock, with real deliveries on loopback."""

from __future__ import annotations

import io
import json
import re
import smtplib
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest
from rich.console import Console
from standardwebhooks import Webhook

import rules
from worker.demo import STORY, own_settings, run
from worker.demo.archive import Item, load_archive, rss
from worker.demo.servers import FeedServer, MailServer, Receiver
from worker.replay import replay

SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="
UNTIL = datetime(2025, 10, 31, tzinfo=UTC)
OUTLETS = {"kestrel-press", "closing-bell", "lantern-tv"}
"""Three outlets in the first four days are enough to meet every kind of alert, and a copy of a wire report."""


def article(item: Item) -> rules.Article:
    return rules.Article(item.id, item.source, item.source_kind, item.url, item.published, item.title, item.text)


def first_days() -> tuple[Item, ...]:
    return tuple(item for item in load_archive() if item.published < UNTIL and item.outlet in OUTLETS)


def test_each_alert_reaches_both_subscribers_once_and_is_what_a_replay_tells(tmp_path: Path) -> None:
    items, printed = first_days(), io.StringIO()

    sums = run(items, tmp_path, Console(file=printed, width=200))

    steps = list(replay(rules.load_pack(STORY), [article(item) for item in items], UNTIL.date()))
    by_step = [[alert.headline for alert in step.alerts if not alert.update] for step in steps]
    told = [headline for headlines in by_step for headline in headlines]
    assert any("fentanyl" in headline and "10 %" in headline for headline in told)
    assert [headline for headline in told if headline not in printed.getvalue()] == []
    assert sums.webhooks == len(told)
    assert sums.mails == sum(bool(headlines) for headlines in by_step), "a mail tells all that one article brought"
    assert (sums.missing, sums.twice) == (0, 0)
    assert sums.read == len(items)
    assert sums.recorded == sum(item.published < datetime(2025, 10, 27, tzinfo=UTC) for item in items)
    quiet = [step.article.title for step in steps if step.article and not step.alerts]
    assert sums.quiet == len(quiet) > 0, quiet


def test_the_demo_leaves_a_real_installation_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    theirs = {
        "DATABASE_URL": "postgresql://reader:hush@db.example/news",
        "SMTP_HOST": "smtp.example",
        "SMTP_USER": "reader",
        "SMTP_PASSWORD": "hush",
        "PACKS": "another-story",
        "DATA_DIR": "/nowhere",
    }
    for name, value in theirs.items():
        monkeypatch.setenv(f"DELTAWIRE_{name}", value)

    settings = own_settings(tmp_path, smtp_port=2525)

    assert settings.database == f"sqlite:///{tmp_path / 'deltawire.db'}"
    assert (settings.smtp_host, settings.smtp_port, settings.smtp_user) == ("127.0.0.1", 2525, None)
    assert settings.packs == (STORY,)


def test_the_archive_is_long_enough_and_names_no_item_twice() -> None:
    items = load_archive()
    assert sum(item.published >= datetime(2025, 10, 27, tzinfo=UTC) for item in items) >= 60
    assert len({item.id for item in items}) == len({item.url for item in items}) == len(items)
    assert items[-1].published - datetime(2025, 10, 27, tzinfo=UTC) > timedelta(weeks=6)


def test_the_archive_shares_no_sentence_with_the_evaluation_sets() -> None:
    def sentences(text: str) -> set[str]:
        return {part.strip().casefold() for part in re.split(r"(?<=[.!?])\s|\n", text) if len(part) > 40}

    evaluation = Path(__file__).parents[1] / "data" / "eval"
    theirs = {
        sentence
        for file in evaluation.rglob("*.jsonl")
        for line in file.read_text("utf-8").splitlines()
        for sentence in sentences(json.loads(line)["text"])
    }
    ours = {sentence for item in load_archive() for sentence in sentences(item.text)}
    assert len(theirs) > 100
    assert not ours & theirs


def test_a_feed_shows_its_latest_items_and_says_when_nothing_is_new() -> None:
    items = [item for item in load_archive() if item.outlet == "kestrel-press"]
    with FeedServer(lambda path: rss("Kestrel Press", items) if path == "/kestrel-press" else None) as server:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=5)
        connection.request("GET", "/kestrel-press")
        answer = connection.getresponse()
        body = answer.read().decode()
        assert answer.status == 200
        assert items[-1].url in body
        assert items[0].url not in body  # further back than a feed shows

        connection.request("GET", "/kestrel-press", headers={"If-None-Match": answer.headers["ETag"]})
        again = connection.getresponse()
        assert (again.status, again.read()) == (304, b"")
        connection.request("GET", "/nobody")
        assert connection.getresponse().status == 404
        connection.close()


@pytest.mark.parametrize(("tamper", "status"), [(b"", 204), (b" ", 401)])
def test_the_receiver_takes_what_is_signed_and_nothing_else(tamper: bytes, status: int) -> None:
    received: list[dict[str, object]] = []
    body, now = b'{"type": "alert.change"}', datetime.now(UTC)
    headers = {
        "webhook-id": "dlv_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": "v1,bm9uc2Vuc2U= " + Webhook(SECRET).sign("dlv_1", now, body.decode()),
    }
    with Receiver(SECRET, received.append) as receiver:
        connection = HTTPConnection("127.0.0.1", receiver.port, timeout=5)
        connection.request("POST", "/hook", body + tamper, headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
    assert answer.status == status
    assert receiver.ids == (["dlv_1"] if status == 204 else [])
    assert received == ([{"type": "alert.change"}] if status == 204 else [])


def test_the_mail_server_keeps_mails_as_they_were_sent() -> None:
    with MailServer() as server, smtplib.SMTP("127.0.0.1", server.port, timeout=5) as client:
        client.sendmail("a@one.example", ["b@two.example"], b"Subject: x\r\n\r\n.dot first\r\n")
        client.sendmail("a@one.example", ["b@two.example"], b"Subject: y\r\n\r\nsecond\r\n")
    assert server.mails == [b"Subject: x\r\n\r\n.dot first\r\n", b"Subject: y\r\n\r\nsecond\r\n"]
