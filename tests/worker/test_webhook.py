"""Webhooks: what a receiver by the reference library accepts, and what each kind of answer comes to."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.servers import SECRET
from tests.worker.wire import (
    LOOPBACK,
    Answer,
    Asked,
    always,
    drips,
    in_loop,
    names,
    resets,
    response,
    then_closes,
    wire,
)
from worker import clock
from worker.errors import TransportError
from worker.http import POST_BYTES, Client
from worker.transports.webhook import ANSWER_CHARACTERS, WebhookTransport, new_secret, signatures

BODY = json.dumps({"type": "alert.change", "data": {"headline": "20 % → 10 %"}}, ensure_ascii=False).encode()
HEAD = b"HTTP/1.1 200 Said\r\n"


@dataclass(frozen=True)
class Message:
    address: str
    id: str = "dlv_1"
    secret: str | None = SECRET
    body: bytes = BODY
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


async def failure_of(answer: Answer, **how: Any) -> TransportError:
    """Send one message to a receiver that answers so."""
    async with wire(answer) as receiver, Client(LOOPBACK) as client:
        with pytest.raises(TransportError) as failed:
            await WebhookTransport(client, **how).send(Message(receiver.url()))
    assert str(failed.value)
    return failed.value


def verified(asked: Asked, secret: str) -> Any:
    return Webhook(secret).verify(asked.body, asked.headers)


@in_loop
async def test_the_reference_library_accepts_what_is_sent_byte_for_byte() -> None:
    async with wire(always(response(202, b'{"got": 1}'))) as receiver, Client(LOOPBACK) as client:
        receipt = await WebhookTransport(client).send(Message(receiver.url("/in?k=v")))
    (asked,) = receiver.asked
    assert (receipt.status, receipt.answer) == (202, '{"got": 1}')
    assert (asked.method, asked.path, asked.body) == ("POST", "/in?k=v", BODY)
    assert asked.headers["content-type"] == "application/json"
    assert verified(asked, SECRET) == json.loads(BODY)


@in_loop
async def test_a_body_or_an_id_that_was_touched_on_the_way_is_not_accepted() -> None:
    async with wire(always(response())) as receiver, Client(LOOPBACK) as client:
        await WebhookTransport(client).send(Message(receiver.url()))
    (asked,) = receiver.asked
    forged = {**asked.headers, "webhook-id": "dlv_2"}
    for other in (replace(asked, body=BODY + b" "), replace(asked, headers=forged)):
        with pytest.raises(WebhookVerificationError):
            verified(other, SECRET)
    with pytest.raises(WebhookVerificationError):
        verified(asked, new_secret())


@in_loop
async def test_every_attempt_has_the_same_id_and_body_and_its_own_time() -> None:
    times = iter([clock.now(), clock.now() - timedelta(seconds=90)])
    async with wire(always(response())) as receiver, Client(LOOPBACK) as client:
        transport = WebhookTransport(client, now=lambda: next(times))
        for _ in range(2):
            await transport.send(Message(receiver.url()))
    first, second = receiver.asked
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == "dlv_1"
    assert int(first.headers["webhook-timestamp"]) - int(second.headers["webhook-timestamp"]) == 90
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    assert verified(first, SECRET) == verified(second, SECRET)


@in_loop
async def test_while_secrets_rotate_the_old_and_the_new_one_both_verify() -> None:
    old, new = new_secret(), new_secret()
    async with wire(always(response())) as receiver, Client(LOOPBACK) as client:
        await WebhookTransport(client).send(Message(receiver.url(), secret=f"{new} {old}"))
    (asked,) = receiver.asked
    assert asked.headers["webhook-signature"].count("v1,") == 2
    assert verified(asked, old) == verified(asked, new)


def test_a_signature_is_that_of_the_specification() -> None:
    at = datetime(2021, 2, 25, 1, 2, 3, tzinfo=UTC)
    assert signatures(SECRET, "msg_1", int(at.timestamp()), b"{}") == Webhook(SECRET).sign("msg_1", at, "{}")


def test_new_secrets_are_random_and_of_the_length_that_the_specification_wants() -> None:
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    for secret in secrets:
        assert secret.startswith("whsec_")
        assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32


@pytest.mark.parametrize(
    "secret",
    [None, "", "   ", "whsec_", "whsec_c2hvcnQ=", "whsec_!!!!", "whsec_" + base64.b64encode(bytes(65)).decode()],
)
@in_loop
async def test_nothing_is_sent_without_a_secret_that_is_one(secret: str | None) -> None:
    async with wire(always(response())) as receiver, Client(LOOPBACK) as client:
        with pytest.raises(TransportError, match="cannot be signed") as failed:
            await WebhookTransport(client).send(Message(receiver.url(), secret=secret))
    assert not failed.value.permanent
    assert "whsec_" not in str(failed.value)
    assert receiver.asked == []


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
@in_loop
async def test_a_2xx_is_success(status: int) -> None:
    async with wire(always(response(status))) as receiver, Client(LOOPBACK) as client:
        assert (await WebhookTransport(client).send(Message(receiver.url()))).status == status


@pytest.mark.parametrize("status", [300, 301, 302, 304, 307, 400, 401, 403, 404, 405, 409, 413, 418, 422, 429, 451])
@in_loop
async def test_anything_else_below_500_is_a_failure_that_is_tried_again(status: int) -> None:
    failed = await failure_of(always(response(status, b"" if status == 304 else b"sorry", Location="/elsewhere")))
    assert (failed.status, failed.permanent) == (status, False)
    assert f"answered {status}" in str(failed)


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504, 507, 520, 599])
@in_loop
async def test_a_5xx_is_a_failure_that_is_tried_again(status: int) -> None:
    failed = await failure_of(always(response(status, b"oops")))
    assert (failed.status, failed.permanent, failed.answer) == (status, False, "oops")


@in_loop
async def test_gone_is_for_good() -> None:
    failed = await failure_of(always(response(410)))
    assert (failed.status, failed.permanent) == (410, True)
    assert "wants no more" in str(failed)


@in_loop
async def test_a_redirect_is_not_followed_and_the_message_says_so() -> None:
    async with wire(always(response())) as elsewhere:
        failed = await failure_of(always(response(307, Location=elsewhere.url())))
    assert "redirects are not followed" in str(failed)
    assert elsewhere.connections == 0


@pytest.mark.parametrize("status", [429, 502, 503, 504])
@in_loop
async def test_a_receiver_may_say_when_to_come_back(status: int) -> None:
    assert (await failure_of(always(response(status, Retry_After="77")))).retry_after == 77
    assert (await failure_of(always(response(status)))).retry_after is None


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (drips(b"", b""), "within 0.3 seconds"),
        (drips(HEAD, b"X-Slow: 1\r\n"), "within 0.3 seconds"),
        (drips(HEAD + b"Content-Length: 9999\r\n\r\n", b"x"), "within 0.3 seconds"),
        (resets, "broke off"),
        (then_closes(b""), "broke off"),
        (then_closes(HEAD + b"Content-Length: 100\r\n\r\nshort"), "broke off"),
        (then_closes(b"SSH-2.0-OpenSSH_9.9\r\n"), "no proper answer"),
    ],
    ids=["silence", "slow headers", "slow body", "reset", "hung up", "wrong length", "no HTTP"],
)
@in_loop
async def test_an_answer_that_is_late_or_broken_is_a_failure_that_is_tried_again(answer: Answer, words: str) -> None:
    failed = await failure_of(answer, seconds=0.3)
    assert words in str(failed)
    assert (failed.permanent, failed.status) == (False, None)


@in_loop
async def test_of_a_huge_answer_only_the_beginning_is_read_and_a_2xx_is_success() -> None:
    endless = drips(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"8000\r\n" + b"y" * 0x8000 + b"\r\n")
    async with wire(endless) as receiver, Client(LOOPBACK) as client:
        receipt = await WebhookTransport(client).send(Message(receiver.url()))
    assert receipt.status == 200
    assert receipt.answer == "y" * ANSWER_CHARACTERS
    assert ANSWER_CHARACTERS < POST_BYTES


@in_loop
async def test_an_answer_is_kept_as_one_line_that_upsets_no_terminal() -> None:
    failed = await failure_of(always(response(500, b"bad\x1b[31m\r\n\x00thing \xff\xe2\x80\xa8!")))
    assert failed.answer == "bad [31m thing \ufffd !"


@in_loop
async def test_a_bad_certificate_a_closed_port_and_an_unknown_name_are_failures_that_are_tried_again() -> None:
    async with wire(always(response())) as closed:
        pass
    async with wire(always(response()), tls=True) as receiver, Client(LOOPBACK, lookup=names()) as client:
        for address, words in (
            (receiver.url(), "no secure connection"),
            (closed.url(), "no connection"),
            ("http://nowhere.example/", "not known"),
        ):
            with pytest.raises(TransportError, match=words) as failed:
                await WebhookTransport(client).send(Message(address))
            assert not failed.value.permanent
    assert receiver.asked == []


@in_loop
async def test_an_endpoint_inside_is_refused_at_every_attempt_however_it_got_there() -> None:
    async with wire(always(response())) as inside, Client(lookup=names(hook_example="127.0.0.1")) as client:
        for host in ("127.0.0.1", "localhost", "hook.example", "2130706433"):
            with pytest.raises(TransportError) as failed:
                await WebhookTransport(client).send(Message(inside.url(host=host)))
            assert not failed.value.permanent  # the operator may allow the network, and what waits goes out then
    assert inside.connections == 0


@in_loop
async def test_headers_of_a_delivery_cannot_replace_the_signed_ones() -> None:
    own = {"Content-Type": "application/json", "webhook-id": "other", "webhook-signature": "v1,forged"}
    async with wire(always(response())) as receiver, Client(LOOPBACK) as client:
        await WebhookTransport(client).send(Message(receiver.url(), headers=own))
    (asked,) = receiver.asked
    assert asked.headers["webhook-id"] == "dlv_1"
    assert verified(asked, SECRET)
