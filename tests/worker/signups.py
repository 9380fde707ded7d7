"""Somebody who signs up on a page, and his mail: what the tests of signing up and of the manage page share."""

from __future__ import annotations

import asyncio
import email
import email.policy
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from urllib.parse import urlencode

from tests.worker.samples import STORY
from tests.worker.site import PACK, Answer, Clock, Site
from worker.alerts import said
from worker.alerts.subscription import Policy, Subscription
from worker.correspondence import correspond
from worker.desk import Desk
from worker.settings import Settings
from worker.store import Store

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
USUAL = said(Subscription("", STORY, "email", "", policy=Policy.usual("email")))
SIGN_UP = f"/stories/{STORY}/subscribe"


def posted(fields: dict[str, list[str] | str]) -> str:
    return urlencode(fields, doseq=True)


@dataclass
class Reader:
    """One person with a browser and a mailbox folder."""

    site: Site
    store: Store
    settings: Settings
    clock: Clock

    def signs_up(self, address: str, *, headers: dict[str, str] | None = None, **fields: list[str] | str) -> Answer:
        body = posted({**USUAL, "email": address, **fields})
        return self.site.ask("POST", SIGN_UP, body, {**FORM, **(headers or {})})

    def posts(self, path: str, **fields: list[str] | str) -> Answer:
        return self.site.ask("POST", path, posted(dict(fields)), FORM)

    def the_worker_looks(self, now: datetime | None = None) -> int:
        desk = Desk(self.settings, self.store, {STORY: PACK})
        return asyncio.run(correspond(now or self.clock.at, desk))

    def mails(self, address: str) -> list[EmailMessage]:
        """Those in the folder that went to an address, in the order of their dates."""
        files = self.settings.mailbox.glob("*.eml")
        mails = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]
        return sorted((mail for mail in mails if mail["To"] == address), key=lambda mail: mail["Date"].datetime)

    def link(self, address: str) -> str:
        """The path of the one link in the latest mail to an address."""
        return link_in(self.mails(address)[-1])


def link_in(mail: EmailMessage) -> str:
    (url,) = re.findall(r"https?://\S+", text_of(mail))
    return "/" + url.split("/", 3)[3]


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())
