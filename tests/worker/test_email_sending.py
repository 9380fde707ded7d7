"""Handing a mail over: to real mail servers on loopback, with every kind of answer, and into the mailbox folder."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers import Mailbox
from tests.worker.wire import TLS, in_loop
from worker.errors import TransportError
from worker.settings import Settings
from worker.transports.email import EmailTransport

BODY = b"From: a@example.org\r\nSubject: =?utf-8?b?4oaS?=\r\n\r\nOne.\r\n.\r\n..two\r\n"
Make = Callable[..., Settings]


@dataclass(frozen=True)
class Message:
    address: str = "reader@example.org"
    id: str = "dlv_1"
    secret: str | None = None
    body: bytes = BODY
    headers: Mapping[str, str] = field(default_factory=dict)


async def failure_of(settings: Settings, message: Message | None = None, **how: Any) -> TransportError:
    with pytest.raises(TransportError) as failed:
        await EmailTransport(settings, **how).send(message or Message())
    assert str(failed.value)
    return failed.value


class Keeper:
    """A mail server's side: keeps envelopes, and knows one login."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.secure: list[bool] = []

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        self.secure.append(server.transport.get_extra_info("sslcontext") is not None)
        return "250 2.0.0 Kept as 7"

    def knows(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, login: Any) -> AuthResult:
        right = isinstance(login, LoginPassword) and (login.login, login.password) == (b"us", b"hunter2")
        return AuthResult(success=right, handled=False)


@asynccontextmanager
async def mail_server(keeper: Keeper, ssl_context: ssl.SSLContext | None = None, **how: Any) -> AsyncIterator[int]:
    """A real mail server on loopback. Yields its port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(keeper, hostname="mail.example", loop=loop, **how), "127.0.0.1", 0, ssl=ssl_context
    )
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()


def tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "localhost.crt", TLS / "localhost.key")
    return context


@in_loop
async def test_the_bytes_of_the_outbox_arrive_as_they_are(settings_for: Make) -> None:
    keeper = Keeper()
    async with mail_server(keeper) as port:
        settings = settings_for(smtp_host="127.0.0.1", smtp_port=port, mail_from="alerts@bücher.example")
        receipt = await EmailTransport(settings).send(Message())
    (envelope,) = keeper.envelopes
    assert envelope.content == BODY
    assert envelope.mail_from == "alerts@xn--bcher-kva.example"
    assert envelope.rcpt_tos == ["reader@example.org"]
    assert (receipt.status, receipt.answer) == (250, "2.0.0 Kept as 7")


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # aiosmtpd does not see that the connection is secure already
@pytest.mark.parametrize("security", ["starttls", "tls"])
@in_loop
async def test_a_login_goes_over_a_secure_connection(
    settings_for: Make, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "localhost.crt"))
    keeper = Keeper()
    secure = {"ssl_context": tls()} if security == "tls" else {"tls_context": tls(), "require_starttls": True}
    login = {"authenticator": keeper.knows, "auth_required": True, "auth_require_tls": security == "starttls"}
    async with mail_server(keeper, **secure, **login) as port:
        where = {"smtp_host": "localhost", "smtp_port": port, "smtp_security": security, "smtp_user": "us"}
        assert (await EmailTransport(settings_for(**where, smtp_password="hunter2")).send(Message())).status == 250
        wrong = await failure_of(settings_for(**where, smtp_password="hunter3"))
    assert keeper.secure == [True]
    assert (wrong.permanent, wrong.status) == (False, 535)
    assert "hunter3" not in str(wrong)


@pytest.mark.parametrize("security", ["starttls", "tls"])
@in_loop
async def test_a_server_that_nobody_vouches_for_gets_no_mail(settings_for: Make, security: str) -> None:
    keeper = Keeper()
    secure = {"ssl_context": tls()} if security == "tls" else {"tls_context": tls()}
    async with mail_server(keeper, **secure) as port:
        settings = settings_for(smtp_host="localhost", smtp_port=port, smtp_security=security)
        failed = await failure_of(settings)
    assert not failed.permanent
    assert keeper.envelopes == []


@in_loop
async def test_a_server_without_starttls_gets_no_mail_where_it_is_asked_for(settings_for: Make) -> None:
    keeper = Keeper()
    async with mail_server(keeper) as port:
        failed = await failure_of(settings_for(smtp_host="127.0.0.1", smtp_port=port, smtp_security="starttls"))
    assert not failed.permanent
    assert keeper.envelopes == []


@pytest.mark.parametrize(
    ("refusal", "permanent"),
    [
        ("421 4.3.2 Closing", False),
        ("450 4.2.1 Mailbox busy", False),
        ("451 4.7.1 Greylisted, try again", False),
        ("452 4.2.2 Mailbox full", False),
        ("521 5.1.1 Takes no mail", True),
        ("530 5.7.0 Log in first", False),
        ("550 5.1.1 No such user", True),
        ("551 5.1.6 Has moved", True),
        ("552 5.2.2 Over quota", True),
        ("553 5.1.3 Bad address", True),
        ("554 5.7.1 Not wanted", True),
        ("556 5.1.10 Domain takes no mail", True),
    ],
)
@in_loop
async def test_a_refused_recipient_is_tried_again_or_not_as_the_code_says(
    settings_for: Make, mailbox: Mailbox, refusal: str, permanent: bool
) -> None:
    mailbox.refusal = refusal
    failed = await failure_of(settings_for(smtp_host="127.0.0.1", smtp_port=mailbox.port))
    assert (failed.permanent, failed.status) == (permanent, int(refusal[:3]))
    assert failed.answer == refusal[4:]
    assert refusal[4:] in str(failed)


@asynccontextmanager
async def scripted(says: Mapping[str, str], *, greeting: str = "220 mail.example") -> AsyncIterator[int]:
    """A mail server that answers each verb as told, and 250 else; empty: it hangs up. Yields its port."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answer = greeting
        while answer:
            writer.write(f"{answer}\r\n".encode())
            await writer.drain()
            if answer.startswith("354"):
                await reader.readuntil(b"\r\n.\r\n")
                verb = "."
            else:
                verb = (await reader.readline()).decode().upper().strip().partition(" ")[0]
            answer = says.get(verb, "354 Go on" if verb == "DATA" else "250 OK") if verb else ""
            if answer == "never":
                await reader.read()
                answer = ""
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@pytest.mark.parametrize(
    ("says", "permanent", "words"),
    [
        ({".": "554 5.7.1 Looks like spam"}, True, "refused the mail: 554"),
        ({".": "451 4.3.0 Disk full"}, False, "refused the mail: 451"),
        ({"DATA": "550 5.7.1 No"}, True, "refused the mail: 550"),
        ({"MAIL": "550 5.7.1 You may not send"}, False, "550 5.7.1 You may not send"),
        ({"MAIL": "421 4.7.0 Too many connections"}, False, "421"),
        ({"EHLO": "502 5.5.2 No", "HELO": "502 5.5.2 No"}, False, "502"),
        ({"RCPT": ""}, False, "no mail server to talk to"),
        ({".": ""}, False, "no mail server to talk to"),
        ({".": "never"}, False, "within 0.5 s"),
        ({"EHLO": "never"}, False, "within 0.5 s"),
    ],
)
@in_loop
async def test_only_what_is_wrong_with_this_recipient_or_mail_is_for_good(
    settings_for: Make, says: dict[str, str], permanent: bool, words: str
) -> None:
    async with scripted(says) as port:
        failed = await failure_of(settings_for(smtp_host="127.0.0.1", smtp_port=port), seconds=0.5)
    assert words in str(failed)
    assert failed.permanent == permanent


@in_loop
async def test_a_server_that_breaks_off_after_it_took_the_mail_has_taken_it(settings_for: Make) -> None:
    async with scripted({"QUIT": ""}) as port:
        assert (await EmailTransport(settings_for(smtp_host="127.0.0.1", smtp_port=port)).send(Message())).status == 250


@in_loop
async def test_a_server_that_is_not_there_or_busy_is_tried_again(settings_for: Make) -> None:
    async with scripted({}) as closed:
        pass
    assert not (await failure_of(settings_for(smtp_host="127.0.0.1", smtp_port=closed))).permanent
    async with scripted({}, greeting="554 5.3.2 Not now") as port:
        failed = await failure_of(settings_for(smtp_host="127.0.0.1", smtp_port=port))
    assert (failed.permanent, failed.status) == (False, 554)


@in_loop
async def test_a_recipient_beyond_ascii_needs_a_server_that_takes_one(settings_for: Make) -> None:
    keeper, message = Keeper(), Message("jürgen@bücher.example", body="To: jürgen@x\r\n\r\nHi\r\n".encode())
    async with mail_server(keeper, enable_SMTPUTF8=True) as port:
        await EmailTransport(settings_for(smtp_host="127.0.0.1", smtp_port=port)).send(message)
    assert keeper.envelopes[0].rcpt_tos == ["jürgen@xn--bcher-kva.example"]
    async with mail_server(keeper, enable_SMTPUTF8=False) as port:
        failed = await failure_of(settings_for(smtp_host="127.0.0.1", smtp_port=port), message)
    assert failed.permanent
    assert "ASCII" in str(failed)


@pytest.mark.parametrize(
    "address", ["", "reader", "a@b\r\nDATA", "<a@b>", "a@b>,<c@d", "a b@c", "a@@b", "a@-", "a@b\x00"]
)
@in_loop
async def test_an_address_that_is_none_never_reaches_a_server(
    settings_for: Make, mailbox: Mailbox, address: str
) -> None:
    failed = await failure_of(settings_for(smtp_host="127.0.0.1", smtp_port=mailbox.port), Message(address))
    assert failed.permanent
    assert mailbox.mails == []


@in_loop
async def test_without_a_server_the_mail_is_a_file_and_a_second_attempt_overwrites_it(settings: Settings) -> None:
    transport = EmailTransport(settings)
    receipt = await transport.send(Message())
    await transport.send(Message())
    (path,) = settings.mailbox.iterdir()
    assert (path.name, path.read_bytes()) == ("dlv_1.eml", BODY)
    assert (receipt.status, receipt.answer) == (None, "written to dlv_1.eml")


@in_loop
async def test_the_id_of_a_delivery_cannot_lead_out_of_the_folder(settings: Settings) -> None:
    await EmailTransport(settings).send(Message(id="../../etc/x"))
    assert [path.name for path in settings.mailbox.iterdir()] == ["______etc_x.eml"]


@in_loop
async def test_many_at_once_make_as_many_whole_files_and_no_others(settings: Settings) -> None:
    transport = EmailTransport(settings)
    await asyncio.gather(*(transport.send(Message(id=f"dlv_{n % 20}")) for n in range(100)))
    files = sorted(settings.mailbox.iterdir())
    assert len(files) == 20
    assert {path.suffix for path in files} == {".eml"}
    assert {path.read_bytes() for path in files} == {BODY}


@in_loop
async def test_a_folder_that_cannot_be_written_to_is_tried_again(settings: Settings) -> None:
    settings.mailbox.parent.mkdir(parents=True)
    settings.mailbox.write_bytes(b"a file where the folder should be")
    failed = await failure_of(settings)
    assert not failed.permanent
    assert str(settings.mailbox) in str(failed)


@in_loop
async def test_a_mail_that_could_not_be_put_in_place_leaves_nothing_behind(settings: Settings) -> None:
    settings.mailbox.mkdir(parents=True)
    (settings.mailbox / "dlv_1.eml").mkdir()
    await failure_of(settings)
    assert [path.name for path in settings.mailbox.iterdir()] == ["dlv_1.eml"]
