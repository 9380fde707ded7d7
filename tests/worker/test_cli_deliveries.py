"""The commands that look after deliveries and endpoints, on a real database and a real receiver."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator

import pytest
from standardwebhooks.webhooks import Webhook

from tests.servers import Receiver
from tests.worker.commands import Command
from tests.worker.samples import STORY, finding
from worker import alerts, clock, pipeline
from worker.desk import Desk
from worker.settings import Settings


@pytest.fixture
def desk(
    settings_for: Callable[..., Settings], loopback: None, monkeypatch: pytest.MonkeyPatch, deltawire: Command
) -> Iterator[Desk]:
    settings = settings_for(max_attempts=1)
    monkeypatch.setenv("DELTAWIRE_DATA_DIR", str(settings.data_dir))
    opened = Desk.open(settings)
    opened.store.upgrade()
    opened.open_stories(clock.now())
    yield opened
    opened.close()


def subscribed(deltawire: Command, receiver: Receiver) -> tuple[str, str]:
    """The id and the secret of a new webhook."""
    said = dict(line.split(maxsplit=1) for line in deltawire("subscribe", "--webhook", receiver.url).out.splitlines())
    return said["id"], said["secret"]


def tell(desk: Desk) -> str:
    """Make one alert and deliver it; the id of the delivery."""
    story, now = desk.store.story(STORY), clock.now()
    made = alerts.plan(
        desk.packs[STORY],
        [finding()],
        [],
        desk.store.subscriptions(STORY),
        now,
        ledger=story.ledger,
        mail=desk.compose_mail,
    )
    desk.store.commit(story, story.ledger, made, now)
    asyncio.run(pipeline.deliver(clock.now(), desk))
    return made.deliveries[0].id


def test_a_ping_is_signed_and_says_that_it_is_one(desk: Desk, deltawire: Command, receiver: Receiver) -> None:
    subscription, secret = subscribed(deltawire, receiver)
    done = deltawire("ping", subscription)
    assert (done.code, "took it: 200" in done.out) == (0, True)
    [request] = receiver.requests
    Webhook(secret).verify(request.body, dict(request.headers))
    body = json.loads(request.body)
    assert (body["type"], body["data"]) == ("ping", {"subscription": subscription, "story": STORY})


def test_a_ping_that_is_refused_says_why(desk: Desk, deltawire: Command, receiver: Receiver) -> None:
    subscription, _ = subscribed(deltawire, receiver)
    receiver.status = 500
    done = deltawire("ping", subscription)
    assert (done.code, "500" in done.err) == (1, True)
    assert deltawire("ping", "sub_9").code == 2


def test_what_is_dead_is_listed_shown_with_its_attempts_and_sent_again_under_its_id(
    desk: Desk, deltawire: Command, receiver: Receiver
) -> None:
    _, secret = subscribed(deltawire, receiver)
    receiver.status = 503
    delivery = tell(desk)
    assert delivery in deltawire("deliveries", "list", "--state", "dead").out
    shown = deltawire("deliveries", "show", delivery).out
    assert "given up" in shown
    assert "503" in shown

    receiver.status = 200
    assert "1 delivery" in deltawire("deliveries", "resend", delivery).out
    asyncio.run(pipeline.deliver(clock.now(), desk))
    first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == delivery
    assert first.body == second.body
    Webhook(secret).verify(second.body, dict(second.headers))
    assert ("deltawire-resent-at" in first.headers, "deltawire-resent-at" in second.headers) == (False, True)
    assert deltawire("deliveries", "list", "--state", "dead").out == ""


def test_all_that_is_dead_since_a_day_is_sent_again(desk: Desk, deltawire: Command, receiver: Receiver) -> None:
    subscription, _ = subscribed(deltawire, receiver)
    receiver.status = 503
    tell(desk)
    since = ("--since", "2020-01-01")
    assert "0 deliveries" in deltawire("deliveries", "resend", *since, "--subscription", "sub_9").out
    assert "1 delivery" in deltawire("deliveries", "resend", *since, "--subscription", subscription).out


@pytest.mark.parametrize(
    "wrong",
    [
        ("resend",),
        ("resend", "dlv_1", "--since", "2020-01-01"),
        ("resend", "--since", "lately"),
        ("resend", "dlv_9"),
        ("show", "dlv_9"),
        ("list", "--state", "lost"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(desk: Desk, deltawire: Command, wrong: tuple[str, ...]) -> None:
    done = deltawire("deliveries", *wrong)
    assert (done.code, done.out, done.err.startswith("deltawire: ")) == (2, "", True)


def test_an_endpoint_that_is_gone_is_listed_and_taken_up_again(
    desk: Desk, deltawire: Command, receiver: Receiver
) -> None:
    subscription, _ = subscribed(deltawire, receiver)
    receiver.status = 410
    tell(desk)
    assert "410 Gone" in deltawire("subscriptions", "ended").out
    assert deltawire("subscriptions", "enable", subscription).code == 0
    assert subscription in deltawire("subscriptions", "list").out
    assert deltawire("subscriptions", "enable", subscription).code == 2


def test_a_secret_rotates_with_two_signatures_and_the_key_that_seals_it_rotates_too(
    desk: Desk, deltawire: Command, receiver: Receiver
) -> None:
    subscription, old = subscribed(deltawire, receiver)
    said = deltawire("subscriptions", "rotate-secret", subscription).out
    assert deltawire("secrets", "rotate-key").code == 0
    tell(desk)
    [request] = receiver.requests
    for secret in (old, said.split()[1]):
        Webhook(secret).verify(request.body, dict(request.headers))
    assert len(request.headers["webhook-signature"].split()) == 2
