"""What a person asks for in words, by a form or by options, taken over into a subscription. Pure.

Both ways in hand over words by the name of a field, so that both refuse the same, in the same sentence.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import time
from typing import Any

from rules import Pack, Phase, Severity, SourceKind
from worker.alerts.subscription import KINDS, Policy, Subscription
from worker.errors import WrongUse

MOST_DAYS, FARTHEST_DAY = 10, 365
"""How many reminders of one date somebody may ask for, and how many days before it."""
_MAIL_ADDRESS = re.compile(
    r"[^\s@<>\"(),:;\\\[\]\x00-\x1f\x7f-\x9f]{1,64}@(?=.{1,253}\Z)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
)
"""What can be written into a header as it is; whether anybody reads there, only a mail can tell."""

Words = Sequence[str]


def mail_address(text: str) -> str:
    """The address as it is kept: without spaces around it, its domain in lower case. Raises WrongUse."""
    address = text.strip()
    if not _MAIL_ADDRESS.fullmatch(address):
        raise WrongUse(f"{text!r} is no mail address; write it like desk@example.org")
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"


def asked(subscription: Subscription, given: Mapping[str, Words], pack: Pack) -> Subscription:
    """The subscription with what was given taken over; what is not given stays.

    `given`: words by the name of a field of Subscription or Policy (`FIELDS`). No words in a list of choices means all
    of them, and no word for an hour of quiet means none. Raises WrongUse, in words for the person who asks.
    """
    read = {name: _READ[name](words, pack) for name, words in given.items()}
    wishes = {name: value for name, value in read.items() if name not in _OF_THE_POLICY}
    try:
        policy = replace(subscription.policy, **{name: read[name] for name in read if name in _OF_THE_POLICY})
    except ValueError as error:
        raise WrongUse(str(error).replace("_", " ")) from None
    return replace(subscription, policy=policy, **wishes)


def said(subscription: Subscription) -> dict[str, list[str]]:
    """The inverse of `asked`: every field in words, as a form shows it."""
    policy = subscription.policy.to_json()
    return {name: _written(policy[name] if name in policy else getattr(subscription, name)) for name in FIELDS}


def in_words(subscription: Subscription) -> str:
    """What it asks for, in one line: `change, signal; only tariffs; certain to 0.80; a daily digest`."""
    wishes, policy = subscription, subscription.policy
    only = (*wishes.topics, *wishes.facts, *wishes.deadline_phases)
    said = (
        ", ".join(wishes.kinds),
        f"only {', '.join(only)}" if only else "",
        f"{wishes.min_severity} severity at least" if wishes.min_severity is not Severity.LOW else "",
        f"certain to {wishes.min_confidence:.2f}" if wishes.min_confidence else "",
        f"from {', '.join(wishes.source_kinds)}" if wishes.source_kinds else "",
        f"{', '.join(map(str, wishes.deadline_days))} days before a date" if wishes.deadline_days else "",
        f"a {policy.digest} digest" if policy.digest != "none" else "",
        f"quiet from {policy.quiet_from:%H:%M} to {policy.quiet_to:%H:%M}"
        if policy.quiet_from and policy.quiet_to
        else "",
    )
    return "; ".join(part for part in said if part)


def split(text: str) -> list[str]:
    """`a, b` as a person writes a list in one line."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _some_of(words: Iterable[str], known: Iterable[str], what: str) -> tuple[str, ...]:
    known = tuple(known)
    chosen = tuple(dict.fromkeys(word for word in words if word))
    if unknown := [word for word in chosen if word not in known]:
        raise WrongUse(f"{', '.join(unknown)}: not known; the {what} are {', '.join(known)}")
    return chosen


def _kinds(words: Words, _pack: Pack) -> tuple[str, ...]:
    if not (chosen := _some_of(words, KINDS, "kinds of alerts")):
        raise WrongUse(f"choose one kind of alerts at least: {', '.join(KINDS)}")
    return chosen


def _days(words: Words, _pack: Pack) -> tuple[int, ...]:
    days = {_whole(word, "days before a date") for text in words for word in split(text)}
    if len(days) > MOST_DAYS or any(not 1 <= day <= FARTHEST_DAY for day in days):
        raise WrongUse(f"days before a date: give up to {MOST_DAYS} whole numbers from 1 to {FARTHEST_DAY}, as 7,3,1")
    return tuple(sorted(days, reverse=True))


def _severity(words: Words, _pack: Pack) -> Severity:
    names = [it.value for it in Severity]
    return Severity((_some_of(words, names, "severities") or names)[0])


def _confidence(words: Words, _pack: Pack) -> float:
    text = "".join(words).strip() or "0"
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 1:
        raise WrongUse(f"smallest confidence is {text!r}: give a number from 0 to 1, as 0.8")
    return number


def _whole(text: str, what: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise WrongUse(f"{what}: {text!r} is no whole number") from None


def _hour(words: Words, _pack: Pack) -> time | None:
    text = "".join(words).strip()
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None) if text else None
    except ValueError:
        raise WrongUse(f"quiet hours: {text!r} is no time of the day; write it like 22:00") from None


def _number(name: str) -> Callable[[Words, Pack], int]:
    return lambda words, _pack: _whole("".join(words).strip(), name.replace("_", " "))


def _choice(words: Words, _pack: Pack) -> str:
    return "".join(words).strip()


def _yes(words: Words, _pack: Pack) -> bool:
    return "yes" in words


_READ: dict[str, Callable[[Words, Pack], Any]] = {
    "kinds": _kinds,
    "topics": lambda words, pack: _some_of(words, pack.topics, "topics"),
    "facts": lambda words, pack: _some_of(words, pack.facts, "facts"),
    "min_severity": _severity,
    "min_confidence": _confidence,
    "source_kinds": lambda words, _pack: _some_of(words, list(SourceKind), "kinds of sources"),
    "deadline_phases": lambda words, _pack: _some_of(words, list(Phase), "phases"),
    "deadline_days": _days,
    "updates": _yes,
    "time_zone": _choice,
    "corroborate": _choice,
    "corroborate_minutes": _number("corroborate_minutes"),
    "uncorroborated": _choice,
    "group_wait": _number("group_wait"),
    "group_interval": _number("group_interval"),
    "high_at_once": _yes,
    "digest": _choice,
    "digest_hour": _number("digest_hour"),
    "digest_day": _number("digest_day"),
    "quiet_from": _hour,
    "quiet_to": _hour,
}
FIELDS = tuple(_READ)
"""The names by which words are handed over."""
_OF_THE_POLICY = frozenset(field.name for field in fields(Policy))


def _written(value: Any) -> list[str]:
    if isinstance(value, bool):
        return ["yes"] if value else []
    if isinstance(value, tuple):
        return [str(one) for one in value]
    return [] if value is None else [str(value)]
