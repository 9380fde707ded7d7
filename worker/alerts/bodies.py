"""Messages: what one subscriber is sent, as the bytes that every attempt sends. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rules.model import digest
from worker.alerts.model import Alert, Delivery, rfc3339
from worker.alerts.subscription import Subscription

LONGEST_QUOTE = 2_000
"""Characters of a quote in a webhook, whose message is to stay below 20 kB."""
LARGEST_MESSAGE = 20_000
"""Bytes of a webhook's message, by Standard Webhooks; what is more goes into another message."""
ALERTS_TO_ONE = {"email": 100, "chat": 4}
"""Alerts that one message tells, by its channel: chat services cut long ones off."""


@dataclass(frozen=True)
class Telling:
    """One alert as it is told to one subscriber."""

    alert: Alert
    unconfirmed: bool = False
    """Whether it rests on one source that is not official, and nobody has borne it out."""
    notes: tuple[str, ...] = ()
    """What there is to say of its way to him: that it waited, and for what."""


Composer = Callable[[Sequence[Telling], Subscription, str, datetime], bytes]
"""Makes the whole mail of one delivery, from what is told, the subscription, the delivery's id, and now (its Date)."""


def deliveries(
    told: Sequence[Telling], subscription: Subscription, now: datetime, mail: Composer
) -> Iterator[Delivery]:
    """The messages that tell this subscriber all of this. `now` (aware, UTC) stamps them.

    A mail tells all in one; so does a webhook that asked for groups or digests, as far as a message may be large.
    """
    if subscription.channel == "webhook":
        for part in _messages(told, subscription):
            yield _delivery(part, subscription, _posted(part, subscription, now), {"Content-Type": "application/json"})
        return
    most = ALERTS_TO_ONE[subscription.channel]
    for start in range(0, len(told), most):
        part = told[start : start + most]
        yield _delivery(part, subscription, mail(part, subscription, delivery_id(part, subscription), now), {})


def delivery_id(told: Sequence[Telling], subscription: Subscription) -> str:
    """Depends on who is told what alone, so that whoever computes it again gets the same."""
    return "dlv_" + digest([*(it.alert.id for it in told), subscription.id])


def _delivery(told: Sequence[Telling], subscription: Subscription, body: bytes, headers: dict[str, str]) -> Delivery:
    return Delivery(
        id=delivery_id(told, subscription),
        alert_ids=tuple(it.alert.id for it in told),
        subscription_id=subscription.id,
        channel=subscription.channel,
        endpoint=subscription.endpoint,
        body=body,
        headers=headers,
    )


def _messages(told: Sequence[Telling], subscription: Subscription) -> Iterator[Sequence[Telling]]:
    policy = subscription.policy
    if policy.digest == "none" and not policy.group_wait:
        yield from ([one] for one in told)
        return
    part: list[Telling] = []
    size = 0
    for one in told:
        length = len(_json(_data(one))) + 1
        if part and size + length > LARGEST_MESSAGE - 1_000:
            yield part
            part, size = [], 0
        part.append(one)
        size += length
    if part:
        yield part


def _posted(told: Sequence[Telling], subscription: Subscription, now: datetime) -> bytes:
    """`{type, timestamp, data}`: of one alert its fields, of several a list of them."""
    if len(told) == 1 and subscription.policy.digest == "none":
        kind, data = f"alert.{told[0].alert.kind}", _data(told[0])
    else:
        kind = "alert.group" if subscription.policy.digest == "none" else "alert.digest"
        data = {"story": told[0].alert.story, "alerts": [_data(one) for one in told]}
    return _json({"type": kind, "timestamp": rfc3339(now), "data": data})


def _data(one: Telling) -> dict[str, Any]:
    data = one.alert.to_json() | {"unconfirmed": one.unconfirmed, "notes": list(one.notes)}
    quote = one.alert.quote
    if quote and len(quote) > LONGEST_QUOTE:
        data["quote"] = quote[:LONGEST_QUOTE] + " …"
    return data


def _json(what: Any) -> bytes:
    return json.dumps(what, ensure_ascii=False, separators=(",", ":")).encode()
