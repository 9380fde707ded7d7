"""What a mail server's answers mean for a subscription, one connection for a batch, DKIM, and mails sent again."""

from __future__ import annotations

import base64
import email
import email.policy
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.servers import Mailbox
from tests.worker.wire import in_loop
from worker.errors import Ending, TransportError
from worker.settings import Settings
from worker.transports import Message, dkim
from worker.transports.email import EmailTransport
from worker.transports.smtp import ends_subscription

NOW = datetime(2025, 11, 5, 12, tzinfo=UTC)
MAIL = (
    b"From: Deltawire <deltawire@wire.example>\r\nTo: ann@reader.example\r\nSubject: a  tariff\r\n"
    b"List-Unsubscribe: <https://wire.example/u>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    b"\r\nIt  changed. \r\n\r\n\r\n"
)
MESSAGE = Message("dlv_1", "ann@reader.example", MAIL)


@pytest.mark.parametrize(
    ("code", "answer", "ends"),
    [
        (550, "5.1.1 no such user", True),
        (550, "5.1.10 null MX", True),
        (550, "5.2.1 mailbox disabled", True),
        (550, "No such user here", True),
        (551, "user not local", True),
        (550, "5.7.1 rejected by policy", False),
        (552, "5.2.2 mailbox full", False),
        (550, "blocked: your address is listed", False),
        (550, "relay access denied", False),
        (554, "transaction failed", False),
        (521, "this host takes no mail", False),
    ],
)
def test_only_a_recipient_who_is_not_there_ends_his_subscription(code: int, answer: str, ends: bool) -> None:
    assert ends_subscription(code, answer) is ends


@in_loop
async def _two(transport: EmailTransport) -> None:
    for number in (1, 2):
        await transport.send(replace(MESSAGE, id=f"dlv_{number}"))
    await transport.close()


@pytest.fixture
def made(mailbox: Mailbox, settings_for: Callable[..., Settings]) -> Callable[..., EmailTransport]:
    def make(**given: Any) -> EmailTransport:
        where = {"smtp_host": "127.0.0.1", "smtp_port": mailbox.port, "mail_from": "deltawire@wire.example"}
        return EmailTransport(settings_for(**where, **given), now=lambda: NOW)

    return make


def test_one_connection_serves_a_batch(
    made: Callable[..., EmailTransport], mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = set()
    take = mailbox.handle_DATA

    async def data(server: Any, session: Any, envelope: Any) -> str:
        sessions.add(session.peer)
        return await take(server, session, envelope)

    monkeypatch.setattr(mailbox, "handle_DATA", data)
    _two(made())
    mailbox.got(2)
    assert len(sessions) == 1


def test_a_recipient_who_is_refused_does_not_cost_the_next_one_his_mail(
    made: Callable[..., EmailTransport], mailbox: Mailbox
) -> None:
    @in_loop
    async def send() -> None:
        transport = made()
        mailbox.refusal = "550 5.1.1 no such user"
        with pytest.raises(TransportError) as refused:
            await transport.send(MESSAGE)
        assert (refused.value.ends, refused.value.kind) == (Ending.REFUSED, "recipient")
        mailbox.refusal = "451 4.7.1 later"
        with pytest.raises(TransportError) as later:
            await transport.send(MESSAGE)
        assert (later.value.permanent, later.value.ends) == (False, None)
        mailbox.refusal = None
        await transport.send(MESSAGE)
        await transport.close()

    send()
    mailbox.got(1)


def test_a_mail_that_is_sent_again_says_so_before_the_bytes_that_it_had(
    made: Callable[..., EmailTransport], mailbox: Mailbox
) -> None:
    @in_loop
    async def send() -> None:
        transport = made()
        await transport.send(replace(MESSAGE, headers={"deltawire-resent-at": "2025-11-05T12:00:00Z"}))
        await transport.close()

    send()
    [mail] = mailbox.got(1)
    assert mail["Resent-Date"] == "Wed, 05 Nov 2025 12:00:00 +0000"
    assert (mail["Resent-To"], mail["Subject"], mail.defects) == ("ann@reader.example", "a  tariff", [])


def test_a_mail_is_signed_with_dkim_over_what_one_click_needs(
    made: Callable[..., EmailTransport], mailbox: Mailbox, tmp_path: Path
) -> None:
    key = rsa.generate_private_key(65537, 2048)
    file = tmp_path / "dkim.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    _two(made(dkim_key=file, dkim_selector="s1"))
    mail = mailbox.got(2)[0]
    tags = dict(part.split("=", 1) for part in re.sub(r"\s+", "", mail["DKIM-Signature"]).split(";"))
    assert (tags["d"], tags["s"], tags["a"]) == ("wire.example", "s1", "rsa-sha256")
    assert {"from", "list-unsubscribe", "list-unsubscribe-post"} <= set(tags["h"].split(":"))
    assert tags["bh"] == base64.b64encode(hashlib.sha256(b"It changed.\r\n").digest()).decode()
    made_by = dkim.signature(MAIL, key, "wire.example", "s1", NOW)
    head = made_by.removeprefix(b"DKIM-Signature:").partition(b"\tb=")[0] + b"\tb="
    fields = {name.lower(): value for name, value in email.message_from_bytes(MAIL).items()}
    signed = "".join(f"{name}:{re.sub(r'[ ]+', ' ', fields[name])}\r\n" for name in tags["h"].split(":")).encode()
    signed += b"dkim-signature:" + re.sub(rb"\s+", b" ", head).strip()
    key.public_key().verify(base64.b64decode(tags["b"]), signed, padding.PKCS1v15(), SHA256())


def test_the_forms_of_dkim_are_those_of_its_standard() -> None:
    """The example of RFC 6376, 3.4.5."""
    assert dkim.relaxed_header("A", b" X") == b"a:X"
    assert dkim.relaxed_header("B ".strip(), b" Y\t\r\n\tZ  ") == b"b:Y Z"
    assert dkim.relaxed_body(b" C \r\nD \t E\r\n\r\n\r\n") == b" C\r\nD E\r\n"


@pytest.mark.parametrize("content", ["", "no key", None])
def test_a_dkim_key_that_is_none_is_told_and_the_mail_waits(
    made: Callable[..., EmailTransport], tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "dkim.pem"
    if content is not None:
        file.write_text(content)

    @in_loop
    async def send() -> None:
        with pytest.raises(TransportError, match="DKIM key") as refused:
            await made(dkim_key=file, dkim_selector="s1").send(MESSAGE)
        assert not refused.value.permanent

    send()
