"""The mail that tells whoever looks after an endpoint that nothing is sent to it any more."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from worker.store import Ended
from worker.transports import Message
from worker.transports.email import header_text
from worker.transports.letter import plain

WORDS = """Nothing more is sent to {address}, which was subscribed to alerts of {story}.

Why: {reason}.

What could not be delivered is kept. When the endpoint is mended, the operator takes the subscription
up again, and may have sent again what was made since a day:

  deltawire subscriptions enable {id}
  deltawire deliveries resend --subscription {id} --since {day}
"""


def notice(ended: Ended, mail_from: str, now: datetime) -> Message:
    """Tell the contact of a subscription that it was ended. `now` (aware) becomes the Date."""
    name = f"ended_{ended.id}_{now:%Y%m%d}"
    message = EmailMessage(SMTP)
    message["From"] = f"Deltawire <{mail_from}>"
    message["To"] = ended.contact
    message["Subject"] = header_text(f"Deltawire: nothing more is sent to {ended.address}")
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{name}@{mail_from.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    words = {"id": ended.id, "story": ended.story, "address": plain(ended.address), "reason": plain(ended.reason)}
    message.set_content(WORDS.format(day=f"{now:%Y-%m-%d}", **words))
    return Message(name, ended.contact, message.as_bytes())
