"""The mail server: connections that serve one mail after the other, and what its answers mean for one recipient."""

from __future__ import annotations

import asyncio
import re
import ssl
from contextlib import suppress

import aiosmtplib

from worker.errors import Ending, TransportError
from worker.settings import Settings
from worker.transports import ANSWER_CHARACTERS, Receipt
from worker.transports.letter import plain

QUIT_SECONDS = 2.0
MAILS_A_CONNECTION = 100
"""After so many mails a connection is closed: servers count, and refuse the rest."""
_NO_SUCH_RECIPIENT = re.compile(r"5\.1\.(?:1|2|3|6|10)\b|5\.2\.1\b")
"""Enhanced status codes (RFC 3463, RFC 7505) by which it is the recipient that is not there, or takes no mail."""
_ANY_STATUS = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")
_OF_POLICY = re.compile(
    r"polic|spam|blocked|block ?list|reputation|listed|relay|denied|auth|spf|dkim|dmarc|quota|full|size",
    re.IGNORECASE,
)


def ends_subscription(code: int, answer: str) -> bool:
    """Whether an answer to RCPT says that this recipient is not there, for good.

    Not what is refused for what the mail, its sender or this server's address is like: that may be mended. An enhanced
    status decides where there is one; without one a 550, 551, 553 or 556 does, unless its words speak of a policy.
    """
    if _ANY_STATUS.search(answer):
        return _NO_SUCH_RECIPIENT.search(answer) is not None
    return code in (550, 551, 553, 556) and not _OF_POLICY.search(answer)


class Connections:
    """Connections to the mail server of the settings, each kept for the next mail until `close`."""

    def __init__(self, settings: Settings, local_hostname: str, seconds: float) -> None:
        self._settings = settings
        self._local_hostname = local_hostname
        self._seconds = seconds
        self._idle: list[tuple[aiosmtplib.SMTP, int]] = []

    async def send(self, sender: str, recipient: str, body: bytes) -> Receipt:
        """Hand one mail over once, within the seconds of one mail. Raises TransportError."""
        client: aiosmtplib.SMTP | None = None
        try:
            async with asyncio.timeout(self._seconds):
                client, mails = await self._connected()
                receipt = await _hand_over(client, sender, recipient, body)
        except TimeoutError:  # aiosmtplib's own time-outs are such, too
            self._drop(client)
            message = f"the mail server did not answer within {self._seconds:g} s"
            raise TransportError(message, permanent=False, kind="timeout") from None
        except TransportError:  # about this mail alone: the server goes on with the next
            self._keep(client, 0)
            raise
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            self._drop(client)
            raise _failure(error) from None
        except BaseException:
            self._drop(client)
            raise
        self._keep(client, mails + 1)
        return receipt

    async def close(self) -> None:
        """Take leave of the server. Its mails are taken, whatever becomes of the goodbye."""
        idle, self._idle = self._idle, []
        for client, _ in idle:
            with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                await client.quit(timeout=QUIT_SECONDS)
            client.close()

    async def _connected(self) -> tuple[aiosmtplib.SMTP, int]:
        """A connection that the server still answers on, and how many mails it took."""
        while self._idle:
            client, mails = self._idle.pop()
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.noop()
                return client, mails
            client.close()
        client = self._client()
        try:
            await client.connect()
        except BaseException:
            client.close()
            raise
        return client, 0

    def _keep(self, client: aiosmtplib.SMTP | None, mails: int) -> None:
        if client is not None and client.is_connected and mails < MAILS_A_CONNECTION:
            self._idle.append((client, mails))
        else:
            self._drop(client)

    def _drop(self, client: aiosmtplib.SMTP | None) -> None:
        if client is not None:
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        settings, security = self._settings, self._settings.smtp_security
        password = settings.smtp_password
        return aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_user,
            password=password.get_secret_value() if password else None,
            use_tls=security == "tls",
            start_tls=security == "starttls",
            tls_context=None if security == "none" else ssl.create_default_context(),
            local_hostname=self._local_hostname,
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
        message = "the mail server takes no addresses beyond ASCII"
        raise TransportError(message, permanent=True, kind="recipient") from None
    return Receipt(250, plain(answer)[:ANSWER_CHARACTERS])


def _refused(what: str, said: aiosmtplib.SMTPResponseException) -> TransportError:
    answer = plain(said.message)[:ANSWER_CHARACTERS]
    permanent = said.code == 521 or 550 <= said.code < 560
    gone = permanent and what == "recipient" and ends_subscription(said.code, answer)
    return TransportError(
        f"the mail server refused the {what}: {said.code} {answer}",
        permanent=permanent,
        status=said.code,
        answer=answer,
        kind=what,
        ends=Ending.REFUSED if gone else None,
    )


def _failure(error: Exception) -> TransportError:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        answer = plain(error.message)[:ANSWER_CHARACTERS]
        message = f"the mail server answered {error.code} {answer}"
        return TransportError(message, permanent=False, status=error.code, answer=answer, kind="server")
    message = f"no mail server to talk to: {plain(str(error))[:ANSWER_CHARACTERS]}"
    return TransportError(message, permanent=False, kind="unreachable")
