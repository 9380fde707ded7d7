"""Chat services (Slack, Discord, ntfy and more) through the library Apprise, which is an extra: `deltawire[chat]`.

Apprise opens connections of its own, past `worker.http` and its vetting of addresses. So only an operator can subscribe
a chat service, and only those go out that his settings name; a redirect is never followed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rules import Pack
from worker.alerts import Telling
from worker.errors import TransportError, WrongUse
from worker.transports import Outgoing, Receipt
from worker.transports.letter import Letter, Section, letter

if TYPE_CHECKING:
    from apprise import NotifyBase

SECONDS = 15.0
"""All the time that a service has for one message."""
LONGEST = 1_800
"""Characters of a message: Discord takes 2,000."""


class ChatTransport:
    """Hands messages to Apprise. `services`: the beginnings of addresses that the operator allows."""

    def __init__(self, services: Collection[str], *, seconds: float = SECONDS) -> None:
        self._services = services
        self._seconds = seconds

    async def send(self, delivery: Outgoing) -> Receipt:
        """Post one message once. Raises TransportError: permanent where the settings or the address stand against it.

        What the service said is not told on: Apprise keeps it to its logs, where addresses would stand in full.
        """
        try:
            service = open_service(delivery.address, self._services)
        except WrongUse as error:
            raise TransportError(str(error), permanent=True) from None
        title, _, body = delivery.body.decode().partition("\n")
        try:
            async with asyncio.timeout(self._seconds):
                taken = await asyncio.to_thread(service.notify, body=body, title=title)
        except TimeoutError:
            raise TransportError(f"the service did not answer within {self._seconds:g} s", permanent=False) from None
        except TypeError as error:  # so Apprise refuses a message that it cannot send
            raise TransportError(f"the message cannot be sent: {error}", permanent=False) from None
        if not taken:
            raise TransportError("the service did not take the message", permanent=False)
        return Receipt(None, "taken by the service")

    async def close(self) -> None:
        """Nothing: Apprise opens a connection for each message."""


def open_service(address: str, services: Collection[str]) -> NotifyBase:
    """What Apprise makes of an address. Raises WrongUse, without the address in it, since that is a secret."""
    scheme = address.partition("://")[0].lower()
    if scheme not in services:
        named = ", ".join(services) or "none"
        raise WrongUse(f"{scheme[:20]}:// is none of the chat services that DELTAWIRE_CHAT_SERVICES names: {named}")
    try:
        import apprise  # noqa: PLC0415 - an extra, and slow to load
    except ImportError:
        raise WrongUse("chat services need the library Apprise: pip install 'deltawire[chat]'") from None
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # its lines hold addresses
    asset = apprise.AppriseAsset(http_redirects=False, storage_mode="memory", async_mode=False)
    service = apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
    if not isinstance(service, apprise.NotifyBase):
        raise WrongUse(f"this is no address of {scheme} that Apprise understands")
    service.redirects = False  # nor because its address asks for it
    return service


def render(told: Sequence[Telling], pack: Pack, now: datetime, *, base_url: str) -> bytes:
    """A message: its title in the first line, and the alerts below. `now`: aware; days are counted from its day."""
    story_url = f"{base_url}/stories/{pack.id}"
    words = letter(told, pack, now, story_url=story_url, unsubscribe_url="", manage_url="")
    return _harmless(f"{words.headline}\n{_body(words)}").encode()


def _body(words: Letter) -> str:
    parts = [_part(section, alone=len(words.sections) == 1) for section in words.sections]
    text, end = "\n\n".join(parts), f"\n\n{words.story}: {words.story_url}"
    room = LONGEST - len(end)
    return (text if len(text) <= room else text[: room - 2].rsplit("\n", 1)[0] + "\n…") + end


def _part(section: Section, *, alone: bool) -> str:
    rows = [f"{row.label}: {' → '.join(text or 'not stated' for text, _ in row.cells)}" for row in section.rows]
    quote = f"“{section.quote}”\n– {section.says}" if section.quote else ""
    lines = ("" if alone else section.headline, *section.notes, *rows, *section.dates, quote, section.link)
    return "\n".join(line for line in lines if line)


def _harmless(text: str) -> str:
    """An article's words call nobody in a chat: `@everyone` and `<!channel>` are broken by a space of no width."""
    return text.replace("@", "@\u200b").replace("<", "<\u200b")
