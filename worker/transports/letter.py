"""What a mail says of one alert, in one place for its text part and its HTML part. Pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from rules import FactKind, Pack, Phase
from worker.alerts import BY_THE_CLOCK, Alert, Telling
from worker.wording import dates_ahead, rows, say_date

WIDTH = 72
LONGEST_QUOTE = 2_000
COLOURS = {"change": "#0b57a4", "signal": "#8a5300", "deadline": "#1f6f43", "correction": "#9b1c1c"}
_KINDS = {
    "update": "Another source",
    "refined": "Change, more exactly",
    "corrected": "Correction",
    "reversed": "Reversal",
}
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


class Line(NamedTuple):
    label: str
    cells: tuple[tuple[str, bool], ...]
    """What each column says, and whether it is new."""


@dataclass(frozen=True)
class Section:
    """The words on one alert. Empty ones are left out."""

    headline: str
    kind: str
    colour: str
    told: str
    notes: tuple[str, ...]
    """That it is unconfirmed, or waited."""
    rows_title: str
    columns: tuple[str, ...]
    rows: tuple[Line, ...]
    no_rows: str
    dates_title: str
    dates: tuple[str, ...]
    quote_title: str
    quote: str
    """The sentence of an article, as it stands there."""
    note: str
    """What the starting record says instead, in the pack's own words: no quotation."""
    says: str
    link: str
    why: str


@dataclass(frozen=True)
class Letter:
    """The words of a mail: of one alert, or of several with a list of them before."""

    headline: str
    story: str
    colour: str
    sections: tuple[Section, ...]
    because: str
    story_url: str
    unsubscribe_url: str
    manage_url: str

    @property
    def listed(self) -> bool:
        """Whether the headline is not that of the only section, so that each has its own and a list comes first."""
        return self.headline != self.sections[0].headline


def letter(
    told: Sequence[Telling],
    pack: Pack,
    now: datetime,
    *,
    story_url: str,
    unsubscribe_url: str,
    manage_url: str,
    digest: str = "none",
) -> Letter:
    """The words for what is told of a pack's story. `now` is aware; days are counted from its day in UTC.

    `digest`: `daily` or `weekly`, where the mail is one.
    """
    sections = tuple(_section(one, pack, now) for one in told)
    headline = sections[0].headline
    if digest != "none":
        headline = f"{plain(pack.title)}, {digest} digest of {say_date(now.date())}: {_number(told)}"
    elif len(sections) > 1:
        headline = f"{headline} – and {len(sections) - 1} more"
    return Letter(
        headline=headline,
        story=plain(pack.title),
        colour=sections[0].colour,
        sections=sections,
        because=f"You get this mail because this address is subscribed to alerts on “{plain(pack.title)}”.",
        story_url=story_url,
        unsubscribe_url=unsubscribe_url,
        manage_url=manage_url,
    )


def _number(told: Sequence[Telling]) -> str:
    """`4 changes, 1 date`."""
    words = {"change": "change", "signal": "sign of a change", "deadline": "date", "correction": "correction"}
    plurals = {"signal": "signs of changes"}
    kinds = [one.alert.kind for one in told]
    counted = [(kind, kinds.count(kind)) for kind in words if kind in kinds]
    return ", ".join(f"{n} {words[kind] if n == 1 else plurals.get(kind, words[kind] + 's')}" for kind, n in counted)


def _section(one: Telling, pack: Pack, now: datetime) -> Section:
    alert = one.alert
    kind = pack.facts[alert.fact].kind
    columns, lines = _table(alert, kind)
    deadline, by_the_clock = alert.kind == "deadline", alert.phase in BY_THE_CLOCK
    words = _shortened(plain(alert.quote or ""))
    titles = {"change": "What changed", "signal": "What may change", "correction": "What was told, and is denied"}
    unconfirmed = ("Unconfirmed: it rests on one source, which is not official.",) if one.unconfirmed else ()
    return Section(
        headline=plain(alert.headline),
        kind="Another source" if alert.update else _KINDS.get(alert.turn, alert.kind.capitalize()),
        colour=COLOURS[alert.kind],
        told=say_date(alert.at.astimezone(UTC).date()) if by_the_clock else _moment(alert.at),
        notes=(*unconfirmed, *map(plain, one.notes)),
        rows_title=titles[alert.kind] if len(columns) > 1 else "On record",
        columns=columns,
        rows=lines,
        no_rows="" if lines or deadline else "The report names no new status, amount or date.",
        dates_title="The date" if deadline else "Dates ahead, by the record",
        dates=_dates(alert, kind, now),
        quote_title="Where the date comes from" if by_the_clock else "The sentence it rests on",
        quote=words if alert.articles else "",
        note="" if alert.articles else words,
        says=_says(alert),
        link=web_link(alert.url),
        why=_why(alert),
    )


def in_text(it: Letter) -> str:
    """The text part: lines of at most 72 characters, but for addresses."""
    return re.sub(r"\n{3,}", "\n\n", templates.get_template("alert.txt").render(it=it)).strip() + "\n"


def in_html(it: Letter) -> str:
    """The HTML part: everything inline, and nothing that is fetched."""
    return templates.get_template("alert.html").render(it=it)


def plain(text: str) -> str:
    """Text of others in one line, without control characters and half characters."""
    return " ".join(_NOT_TEXT.sub(" ", text).split())


def web_link(url: str | None) -> str:
    """The address, if it is http or https and names a host; else nothing."""
    try:
        parts = urlsplit(url or "")
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and plain(url or "") == url and " " not in url
    except ValueError:
        return ""
    return url or "" if good else ""


def _table(alert: Alert, kind: FactKind) -> tuple[tuple[str, ...], tuple[Line, ...]]:
    found = rows(alert.before, alert.after, kind)
    if alert.kind == "deadline" or alert.before == alert.after:
        return ("On record",), tuple(Line(row.label, ((row.after, False),)) for row in found if row.after)
    signal = alert.kind == "signal"
    return ("On record", "In prospect") if signal else ("Before", "Now"), tuple(
        Line(row.label, ((row.before, False), (row.after, bool(row.after) and row.before != row.after)))
        for row in found
        if row.after or not signal
    )


def _dates(alert: Alert, kind: FactKind, now: datetime) -> tuple[str, ...]:
    today = now.astimezone(UTC).date()
    if alert.due is None:
        record = alert.before if alert.kind == "signal" else alert.after
        return tuple(_sentence(line) for line in dates_ahead(record, kind, today)) if record else ()
    day = say_date(alert.due)
    said = {
        Phase.UPCOMING: f"{day}: {_days(alert.days_left)} left." if alert.days_left else f"{day}: this is the day.",
        Phase.DUE: f"{day}: this is the day.",
        Phase.PASSED: f"{day} went by, and no report from that day on said that it happened or changed.",
        Phase.MOVED: f"No longer {day}. The new date is {say_date(alert.moved_to)}.",
        Phase.CANCELLED: f"{day} no longer holds, and there is no new date.",
    }
    return (said[alert.phase],) if alert.phase else ()


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _says(alert: Alert) -> str:
    speaker, source = plain(alert.speaker or ""), plain(alert.source or "")
    if source == "baseline":
        source = "the report that the record starts from"
    if speaker and source and speaker != source:
        return f"{speaker}, reported by {source}"
    return speaker or source or "The report"


def _why(alert: Alert) -> str:
    if alert.why:
        sure = f" Confidence {alert.confidence:.2f}." if alert.confidence < 1 else ""
        weight = f" Of {alert.severity} severity: {alert.severity_why}." if alert.severity_why else ""
        return _sentence(plain(alert.why)) + sure + weight
    if alert.articles and alert.phase in (Phase.MOVED, Phase.CANCELLED):
        return "A date on record changed by this report."
    return "This date is on record, and you asked to be told of the dates of this story."


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _moment(at: datetime) -> str:
    moment = at.astimezone(UTC)
    return f"{say_date(moment.date())}, {moment:%H:%M} UTC"


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE].rsplit(" ", 1)[0] + " …"


def _wrap(text: str, indent: str = "") -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _item(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="* ", subsequent_indent="  ", break_on_hyphens=False)


def _columns(lines: Sequence[Line]) -> str:
    """Rows as a person reads them in a fixed width: `Rate: 20 % → 10 %`."""
    width = max(len(line.label) for line in lines) + 2
    return "\n".join(f"  {line.label + ':':<{width}}{_told(line)}" for line in lines)


def _told(line: Line) -> str:
    texts = [text or "not stated" for text, _ in line.cells]
    return f"{texts[0]}, as before" if len(texts) > 1 and len(set(texts)) == 1 else " → ".join(texts)


templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.filters |= {"wrap": _wrap, "table": _columns, "item": _item}
