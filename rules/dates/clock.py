"""Times of day: "12:01 a.m. EST", "00:01", "4pm", "one minute past midnight", "at noon Beijing time"."""

from __future__ import annotations

from rules.dates.words import ZONES
from rules.scan import Tokens, digits, number, whole

_ANCHORS = frozenset({"midnight", "noon", "midday"})


def clock(tokens: Tokens, i: int) -> int | None:
    """The token behind the time of day at `i`, zone included; None where there is none."""
    word = tokens.at(i)
    if word == "zero" and tokens.at(i + 1) in ("hour", "hours"):
        return zone(tokens, i + 2)
    if word in _ANCHORS:
        return zone(tokens, i + 1)
    minutes = number(tokens, i) or ((1.0, i + 1) if word == "a" else None)
    if (
        minutes
        and tokens.at(minutes[1]) in ("minute", "minutes")
        and tokens.at(minutes[1] + 1) in ("past", "after", "to", "before")
    ):
        behind = minutes[1] + 2
        return zone(tokens, behind + 1) if tokens.at(behind) in _ANCHORS else None
    hour = digits(word)
    if hour is None or hour >= 2400:
        return None
    return _digital(tokens, i)


def _digital(tokens: Tokens, i: int) -> int | None:
    word, j = tokens.at(i), i + 1
    colon = False
    while (
        tokens.at(j) == ":" and tokens.touches(j) and tokens.touches(j + 1) and len(tokens.at(j + 1)) == 2 and j < i + 4
    ):
        if whole(tokens.at(j + 1)) is None or whole(word) is None:
            break
        colon, j = True, j + 2
    half = meridiem(tokens, j)
    behind = zone(tokens, half or j)
    if half:
        return behind
    if len(word) == 4 and whole(word) is not None and tokens.at(j) == "hours":
        return zone(tokens, j + 1)
    if colon:
        return behind if (whole(word) or 0) <= 24 else None
    plain = len(word) == 4 and whole(word) is not None
    dotted = len(word) in (4, 5) and "." in word
    if (plain or dotted) and behind > j:
        return behind
    return j + 1 if tokens.at(j) == "o'clock" else None


def meridiem(tokens: Tokens, j: int) -> int | None:
    """The token behind "am", "p.m." at `j`."""
    word = tokens.at(j)
    if word in ("am", "pm"):
        return j + 1
    if word in ("a", "p") and tokens.at(j + 1) == "." and tokens.at(j + 2) == "m":
        return j + 4 if tokens.at(j + 3) == "." and not _closes(tokens, j + 3) else j + 3
    return None


def _closes(tokens: Tokens, j: int) -> bool:
    """Whether the full stop at `j` also ends the text or the line."""
    return tokens.at(j + 1) in ("", "\n")


def zone(tokens: Tokens, j: int) -> int:
    """The token behind a time zone at `j`, in brackets or not, or `j` itself."""
    k = j + 1 if tokens.at(j) in ("(", ",") else j
    bracket = tokens.at(j) == "("
    start = k
    word = tokens.at(k)
    if bracket and whole(word) is not None and (tokens.at(k + 1) in ZONES or tokens.at(k + 1) == ":"):
        k += 3 if tokens.at(k + 1) == ":" else 1
        word = tokens.at(k)
    named = tokens.at(k + 1) in ("standard", "daylight", "summer", "time")
    if word not in ZONES and not (named and tokens.capital(k)):
        return j
    if word in ("local", "beijing", "brussels", "korean") and not named:
        return j
    if word == "eastern" and not named and not _alone(tokens, k + 1):
        return j
    k += 1
    while tokens.at(k) in ("standard", "daylight", "summer", "time") and k < start + 5:
        k += 1
    if bracket:
        return k + 1 if tokens.at(k) == ")" else j
    return k


def _alone(tokens: Tokens, k: int) -> bool:
    return tokens.at(k) in ("", ",", ".", ";", "\n", "on", "today", "tomorrow") or tokens.capital(k)
