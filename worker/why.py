"""Why a subscription was told of an alert, told later, or not at all: in words, and as data. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from worker.alerts import Alert, Step, why_not
from worker.store.trace import Noticed


def fate_of(alert: Alert, made_at: datetime, noticed: Noticed) -> str:
    """In one line: `told at 2025-10-30 04:02`, `held until …: …`, `not told: …`. Moments are in UTC."""
    last = noticed.trail[-1] if noticed.trail else None
    if last is None:
        return f"not told: {_left_out(alert, made_at, noticed)}"
    if last.fate == "held":
        return f"held until {_at(last.until)}: {last.reason}"
    if last.fate == "dropped":
        return f"not told: {last.reason}" + (f" ({last.note})" if last.note else "")
    return _sent(noticed)


def trail_of(noticed: Noticed) -> Iterator[str]:
    """What was decided one after the other, a line for each step."""
    for step in noticed.trail:
        yield f"{_at(step.at)}  {_step(step)}"


def as_data(alert: Alert, made_at: datetime, noticed: Noticed) -> dict[str, Any]:
    """The same as plain JSON. Addresses are left out."""
    sent = noticed.sent
    return {
        "subscription": noticed.subscription.id,
        "channel": noticed.subscription.channel,
        "fate": noticed.trail[-1].fate if noticed.trail else "left out",
        "why": fate_of(alert, made_at, noticed),
        "trail": [step.to_json() for step in noticed.trail],
        "delivery": {"id": sent.id, "state": sent.state, "attempts": sent.attempts} if sent else None,
    }


def _left_out(alert: Alert, made_at: datetime, noticed: Noticed) -> str:
    """Why an alert was not weighed for a subscription at all."""
    if noticed.state == "disabled":
        return "the subscription has ended"
    if noticed.since > made_at:
        return f"the subscription is younger than the alert: it began at {_at(noticed.since)}"
    reason = why_not(alert, noticed.subscription)
    return str(reason) if reason else "the subscription asked for something else when the alert was made"


def _sent(noticed: Noticed) -> str:
    sent = noticed.sent
    if sent is None:
        return "told"
    if sent.state == "sent":
        return f"told at {_at(sent.sent_at)}"
    if sent.state in ("dead", "cancelled"):
        return f"not told: its message is {sent.state}" + (f", since {sent.reason}" if sent.reason else "")
    tries = f", after {sent.attempts} attempts" if sent.attempts else ""
    return f"its message waits to be sent{tries}"


def _step(step: Step) -> str:
    if step.fate == "held":
        return f"held until {_at(step.until)}: {step.note or step.reason}"
    if step.fate == "dropped":
        return f"dropped: {step.reason}" + (f" ({step.note})" if step.note else "")
    return "put into a message"


def _at(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "an unknown time"
