"""Mails: the whole message is made once, when the alert is, and every attempt sends those bytes.

Sent by SMTP, or written to a folder where no mail server is set.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import ssl
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from email.header import Header
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy, Policy
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import quote

import aiosmtplib

from rules import Pack
from worker.alerts import Subscription, Telling
from worker.errors import TransportError
from worker.settings import Settings
from worker.transports import Outgoing, Receipt
from worker.transports.letter import in_html, in_text, letter, plain

SENDER_NAME = "Deltawire"
LONGEST_SUBJECT = 200
LONGEST_LINE = 900
"""Characters of a header's line, which RFC 5322 bounds at 998."""
MOST_REFERENCES = 10
"""Threads that one mail belongs to: a header has its limits."""
ANSWER_CHARACTERS = 500
SECONDS = 30.0
"""All the time that a mail server has for one mail."""
QUIT_SECONDS = 2.0
_ADDRESS = re.compile(
    r"[^\s<>\"(),:;@\\\[\]\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"
)
"""After its domain is written in ASCII. Quoted local parts are left out: hardly anybody has one."""


class _Verbatim(UnstructuredHeader, BaseHeader):
    """A header of ids or addresses that must not be folded into encoded words, however long it is."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


class _Words(UnstructuredHeader, BaseHeader):
    """A header of words. The usual folding doubles the space before a word that has to be encoded."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {_encoded(str(self))}{policy.linesep}"


def _encoded(text: str) -> str:
    """Words as they stand in a header on the wire, in one line."""
    return text if text.isascii() else Header(text, "utf-8", LONGEST_LINE).encode()


def _policy() -> EmailPolicy[EmailMessage]:
    registry = HeaderRegistry()
    registry.map_to_type("subject", _Words)
    for name in ("to", "message-id", "references", "list-id", "list-unsubscribe"):
        registry.map_to_type(name, _Verbatim)
    return SMTP.clone(header_factory=registry)


_POLICY = _policy()


def render(
    told: Sequence[Telling],
    subscription: Subscription,
    pack: Pack,
    now: datetime,
    *,
    delivery_id: str,
    mail_from: str,
    base_url: str,
    unsubscribe_url: str,
    manage_url: str,
) -> bytes:
    """The whole message of one delivery, with CRLF line ends: equal input gives equal bytes.

    `now` (aware) becomes the Date; `base_url` is where the pages are, without a slash at its end. Never raises for what
    an article, a pack or a subscription may hold: an address that is none is left out, and refused by `send`.
    """
    alert, policy = told[0].alert, subscription.policy
    story_url = f"{base_url}/stories/{quote(alert.story, safe='')}"
    local = now.astimezone(policy.zone)
    words = letter(
        told,
        pack,
        local,
        story_url=story_url,
        unsubscribe_url=unsubscribe_url,
        manage_url=manage_url,
        digest=policy.digest,
    )
    message = blank(words.headline, delivery_id, now, mail_from=mail_from, address=subscription.address)
    domain = _ascii_domain(mail_from).rpartition("@")[2]
    if threads := dict.fromkeys(one.alert.relates_to for one in told if one.alert.relates_to):
        message["References"] = " ".join(f"<{_word(thread)}@{domain}>" for thread in list(threads)[:MOST_REFERENCES])
    message["List-Id"] = (
        f"{Header(header_text(pack.title), 'utf-8', LONGEST_LINE).encode()} <{_word(alert.story)}.{domain}>"
    )
    message["List-Unsubscribe"] = f"<{unsubscribe_url}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return filled(message, delivery_id, in_text(words), in_html(words))


def blank(subject: str, mail_id: str, now: datetime, *, mail_from: str, address: str) -> EmailMessage:
    """A mail to that address with its first headers, and nothing in it. Equal input gives an equal mail."""
    sender, recipient = _ascii_domain(mail_from), _ascii_domain(address)
    message = EmailMessage(_POLICY if recipient.isascii() else _POLICY.clone(utf8=True))  # SMTPUTF8 for such a reader
    message["From"] = f"{SENDER_NAME} <{sender}>"
    message["To"] = recipient if _ADDRESS.fullmatch(recipient) else "undisclosed-recipients:;"
    message["Subject"] = header_text(subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{_word(mail_id)}@{sender.rpartition('@')[2]}>"
    return message


def filled(message: EmailMessage, mail_id: str, text: str, html: str) -> bytes:
    """The mail with its two parts, which say the same, as it is sent."""
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    message.set_boundary(f"=_{_word(mail_id)}")
    return message.as_bytes()


def header_text(value: str) -> str:
    """A value for a header: one line, of a length that mail programs show. What cannot stand in a header is a space."""
    text = plain(value)
    return text if len(text) <= LONGEST_SUBJECT else text[: LONGEST_SUBJECT - 1] + "…"


class EmailTransport:
    """Sends by the mail server of the settings; without one, into `settings.mailbox`."""

    def __init__(self, settings: Settings, *, seconds: float = SECONDS) -> None:
        self._settings = settings
        self._seconds = seconds

    async def send(self, delivery: Outgoing) -> Receipt:
        """Hand one mail over once.

        Raises TransportError, permanent where the recipient, or the mail for him, is refused for good (SMTP 521 and 550
        to 559). What is wrong with the server, the login or our own address may be mended, and is tried again.
        """
        recipient = _ascii_domain(delivery.address)
        if not _ADDRESS.fullmatch(recipient):
            raise TransportError("this is no mail address", permanent=True)
        if self._settings.smtp_host is None:
            return await asyncio.to_thread(_put, self._settings.mailbox, delivery)
        client = self._client(self._settings.smtp_host)
        try:
            async with asyncio.timeout(self._seconds):
                await client.connect()
                receipt = await _hand_over(client, _ascii_domain(self._settings.mail_from), recipient, delivery.body)
        except TimeoutError:  # aiosmtplib's own time-outs are such, too
            raise TransportError(
                f"the mail server did not answer within {self._seconds:g} s", permanent=False
            ) from None
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise _failure(error) from None
        else:
            with suppress(aiosmtplib.SMTPException, OSError):  # the mail is taken, whatever becomes of the goodbye
                await client.quit(timeout=QUIT_SECONDS)
            return receipt
        finally:
            client.close()

    def _client(self, host: str) -> aiosmtplib.SMTP:
        settings, security = self._settings, self._settings.smtp_security
        password = settings.smtp_password
        return aiosmtplib.SMTP(
            hostname=host,
            port=settings.smtp_port,
            username=settings.smtp_user,
            password=password.get_secret_value() if password else None,
            use_tls=security == "tls",
            start_tls=security == "starttls",
            tls_context=None if security == "none" else ssl.create_default_context(),
            local_hostname=_ascii_domain(settings.mail_from).rpartition("@")[2],
            timeout=self._seconds,
        )


async def _hand_over(client: aiosmtplib.SMTP, sender: str, recipient: str, body: bytes) -> Receipt:
    options = [] if recipient.isascii() else ["SMTPUTF8", "BODY=8BITMIME"]
    try:
        _, answer = await client.sendmail(sender, [recipient], body, mail_options=options)
    except aiosmtplib.SMTPRecipientsRefused as refused:
        raise _refused("recipient", refused.recipients[0]) from None
    except aiosmtplib.SMTPDataError as refused:
        raise _refused("mail", refused) from None
    except aiosmtplib.SMTPNotSupported:
        raise TransportError("the mail server takes no addresses beyond ASCII", permanent=True) from None
    return Receipt(250, plain(answer)[:ANSWER_CHARACTERS])


def _refused(what: str, said: aiosmtplib.SMTPResponseException) -> TransportError:
    answer = plain(said.message)[:ANSWER_CHARACTERS]
    return TransportError(
        f"the mail server refused the {what}: {said.code} {answer}",
        permanent=said.code == 521 or 550 <= said.code < 560,
        status=said.code,
        answer=answer,
    )


def _failure(error: Exception) -> TransportError:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        answer = plain(error.message)[:ANSWER_CHARACTERS]
        message = f"the mail server answered {error.code} {answer}"
        return TransportError(message, permanent=False, status=error.code, answer=answer)
    return TransportError(f"no mail server to talk to: {plain(str(error))[:ANSWER_CHARACTERS]}", permanent=False)


def _put(folder: Path, delivery: Outgoing) -> Receipt:
    """Write the mail whole or not at all; a second attempt overwrites the first."""
    path = folder / f"{_word(delivery.id)}.eml"
    draft = folder / f".{path.name}.{secrets.token_hex(4)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            file.write(delivery.body)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise TransportError(f"the mail cannot be written to {folder}: {error.strerror}", permanent=False) from None
    return Receipt(None, f"written to {path.name}")


def _ascii_domain(address: str) -> str:
    """The address with its domain as mail servers know it (`bücher.example` → `xn--bcher-kva.example`)."""
    local, at, domain = address.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        return address


def _word(text: str) -> str:
    """An id as it may stand in a Message-ID and in a file's name."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", text)[:128]
