"""Mails about a subscription, which tell of no alert: to confirm it or its new address, and what came of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from worker.alerts.signing import LINK_HOLDS, LetterKind
from worker.transports.email import blank, filled
from worker.transports.letter import plain, templates


@dataclass(frozen=True)
class Note:
    """The words of such a mail: what stands before its one link, and after it."""

    subject: str
    paragraphs: tuple[str, ...]
    label: str
    url: str
    after: tuple[str, ...]


def note(kind: LetterKind, title: str, wishes: str, url: str) -> Note:
    """The words. `title`: the story's; `wishes`: what is asked for, in words; `url`: where the link leads."""
    story = f"“{plain(title)}”"
    somebody = f"Somebody, probably you, asked for alerts on {story} to be sent to this address."
    until = f"The link works once, and for {LINK_HOLDS.days} days."
    forgotten = "If this was not you, do nothing: no alerts come, and this address is forgotten."
    return {
        "confirm": Note(
            f"Please confirm: alerts on {story}",
            (f"{somebody} Nothing is sent before you confirm that.", f"What was asked for: {plain(wishes)}."),
            "Confirm",
            url,
            (until, forgotten),
        ),
        "known": Note(
            f"Subscribed already: alerts on {story}",
            (f"{somebody} It is subscribed already, and nothing was changed.",),
            "See or change what you get",
            url,
            ("If this was not you, nothing needs to be done.",),
        ),
        "move": Note(
            f"Please confirm this address: alerts on {story}",
            (f"A subscriber asked for his alerts on {story} to be sent to this address from now on.",),
            "Confirm this address",
            url,
            (until, forgotten),
        ),
        "moved": Note(
            f"Sent to another address: alerts on {story}",
            (f"From now on your alerts on {story} are sent to another address, which its owner has confirmed.",),
            "End this subscription",
            url,
            ("If this was not your wish, the link ends the subscription, wherever its mails go.",),
        ),
    }[kind]


def compose(words: Note, letter_id: str, address: str, now: datetime, *, mail_from: str) -> bytes:
    """The whole message, to that address. `now` (aware) becomes its Date; equal input gives equal bytes."""
    message = blank(words.subject, letter_id, now, mail_from=mail_from, address=address)
    text = templates.get_template("note.txt").render(it=words).strip() + "\n"
    return filled(message, letter_id, text, templates.get_template("note.html").render(it=words))
