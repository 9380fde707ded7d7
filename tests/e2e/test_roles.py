"""The roles as processes of their own on PostgreSQL and Valkey, as containers run them, worked by the command line."""

from __future__ import annotations

import json
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook

from tests.e2e.newsroom import pack_from_the_baseline
from tests.e2e.programs import Program, environment
from tests.e2e.test_up import listens, status
from tests.servers import FeedServer, Receiver, wait_until
from tests.worker.commands import Command

CUT = "The United States agreed on Tuesday to cut the fentanyl tariff on Chinese goods to 10%, the White House said."


def free_port() -> int:
    listener = listens(0)
    assert listener
    with closing(listener):
        return int(listener.getsockname()[1])


@pytest.mark.postgres
def test_an_article_in_a_feed_becomes_a_signed_message_at_a_webhook(
    tmp_path: Path,
    postgres_url: str,
    broker: str,
    feed_server: FeedServer,
    receiver: Receiver,
    deltawire: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    feed_server.publishes("Harvest begins in Iowa")
    port = free_port()
    env = environment(
        data_dir=tmp_path / "var",
        database_url=postgres_url,
        redis_url=broker,
        packs=pack_from_the_baseline(tmp_path / "pack", {}),
        poll_every=1,
        port=port,
    )

    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert deltawire("db", "upgrade").code == 0
    added = deltawire("feeds", "add", feed_server.url, "--name", "courier")
    assert added.code == 0, added.err
    subscribed = deltawire("subscribe", "--webhook", receiver.url + "hook", "--kinds", "change")
    assert subscribed.code == 0, subscribed.err
    [secret] = [line.split()[1] for line in subscribed.out.splitlines() if line.startswith("secret")]

    with ExitStack() as stack:
        roles = [stack.enter_context(Program(role, env=env)) for role in ("worker", "scheduler", "web")]
        feed_server.wait_for(lambda: len(feed_server.requests) >= 2, "a second poll: the first is only recorded")
        feed_server.publishes("US agrees to lower rate", CUT)
        receiver.wait_for(lambda: len(receiver.requests) >= 1, "a message at the webhook")
        wait_until(lambda: status(f"http://127.0.0.1:{port}/healthz") == 200, "every role gave a sign of life")
        codes = [role.process.poll() for role in roles]
        for role in roles:
            role.process.terminate()
        ended = [role.ends(timeout=20) for role in roles]

    [request] = receiver.requests
    Webhook(secret).verify(request.body, dict(request.headers))
    alert = json.loads(request.body)["data"]
    assert (alert["alert"], alert["fact"], alert["after"]["value"]) == ("change", "us_tariff_fentanyl", {"percent": 10})
    assert codes == [None, None, None]
    assert [code for code in ended if code not in (0, -15)] == [], [role.output for role in roles]
