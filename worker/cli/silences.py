"""`deltawire silences …` and `deltawire acknowledge`: what is not told for a while, and dates that were noted."""

# ruff: noqa: PLC0415 - the help of a command need not wait for the database's library
from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Annotated

import typer

from rules.deadlines import days_of
from worker import clock
from worker.alerts import Acknowledged, Silence
from worker.cli.moments import moment_of
from worker.cli.output import line, note, table
from worker.errors import WrongUse

app = typer.Typer(help="Begin, list and end silences.", no_args_is_help=True, rich_markup_mode=None)
_SPAN = re.compile(r"(\d{1,4})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}

Story = Annotated[
    str | None, typer.Option(metavar="ID", help="Default: the only story that is watched.", show_default=False)
]
Until = Annotated[
    str,
    typer.Option(
        "--for",
        "--until",
        metavar="TIME",
        help="30m, 12h or 7d; or an end in UTC: 2026-12-01T07:00.",
        show_default=False,
    ),
]
Comment = Annotated[str, typer.Option(metavar="TEXT", help="Why, for those who wonder.", show_default=False)]
Whose = Annotated[
    str | None, typer.Option("--subscription", metavar="ID", help="Only for this one.", show_default="everybody")
]
Fact = Annotated[str, typer.Option(metavar="NAME", help="Only on this fact.", show_default="all")]
Topic = Annotated[str, typer.Option(metavar="NAME", help="Only on this topic.", show_default="all")]
Source = Annotated[str, typer.Option(metavar="NAME", help="Only on the word of this outlet.", show_default="all")]


@app.command("add")
def add(
    *,
    until: Until,
    comment: Comment,
    story: Story = None,
    subscription: Whose = None,
    fact: Fact = "",
    topic: Topic = "",
    source: Source = "",
) -> None:
    """Tell nobody, or one subscription, of some alerts for a while. What is silenced is not told later.

    \b
    Examples:
      deltawire silences add --for 12h --topic rare_earths --comment "the desk is on it"
      deltawire silences add --until 2026-12-01 --source Herald --comment "its feed repeats old news"
    """
    from worker.cli.opening import opened, story_of
    from worker.store import new_silence_id

    with opened() as desk:
        chosen = story_of(desk, story)
        pack = desk.packs[chosen]
        for name, known, what in ((fact, pack.facts, "fact"), (topic, pack.topics, "topic")):
            if name and name not in known:
                raise WrongUse(f"there is no {what} {name!r}; the {what}s are {', '.join(known)}")
        if subscription and desk.store.subscription(subscription) is None:
            raise WrongUse(f"there is no subscription {subscription}; `deltawire subscriptions list` names them")
        now = clock.now()
        silence = Silence(new_silence_id(), chosen, _end(until, now), comment, subscription, fact, topic, source)
        desk.store.add_silence(silence, now)
        line(f"{silence.id}  until {silence.until:%Y-%m-%d %H:%M} UTC: {_covers(silence)}")


@app.command("list")
def show(story: Story = None) -> None:
    """Print the silences that have not ended.

    \b
    Example:
      deltawire silences list
    """
    from worker.cli.opening import opened, story_of

    with opened() as desk:
        stories = [story_of(desk, story)] if story else list(desk.packs)
        found = [one for each in stories for one in desk.store.silences(each, clock.now())]
    if not found:
        note("there are no silences")
        return
    rows = [(one.id, one.story, f"{one.until:%Y-%m-%d %H:%M}", _covers(one), one.comment) for one in found]
    for text in table(rows, ("id", "story", "until (UTC)", "covers", "comment")):
        line(text)


@app.command()
def end(ids: Annotated[list[str], typer.Argument(metavar="ID…", show_default=False)]) -> None:
    """End silences before their time.

    \b
    Example:
      deltawire silences end sil_4be1f00a22c1
    """
    from worker.cli.opening import opened

    with opened() as desk:
        unknown = [one for one in ids if not desk.store.end_silence(one)]
    if unknown:
        raise WrongUse(f"there is no silence {', '.join(unknown)}; `deltawire silences list` names them")
    line("ended")


def acknowledge(
    subscription: Annotated[str, typer.Argument(metavar="SUBSCRIPTION", show_default=False)],
    fact: Annotated[str, typer.Argument(metavar="FACT", show_default=False)],
    due: Annotated[str, typer.Argument(metavar="DAY", help="The date, as 2026-11-27.", show_default=False)],
) -> None:
    """Remind a subscription no more of one date. If the date moves, it is told, and the new date is announced.

    \b
    Example:
      deltawire acknowledge sub_4be1f00a tariff_truce 2026-11-10
    """
    from worker.cli.opening import opened, pack_of

    try:
        day = date.fromisoformat(due)
    except ValueError:
        raise WrongUse(f"{due!r} is no day: write it as 2026-11-27") from None
    with opened() as desk:
        found = desk.store.subscription(subscription)
        if found is None:
            raise WrongUse(f"there is no subscription {subscription}; `deltawire subscriptions list` names them")
        facts = pack_of(desk, found.story).facts
        if fact not in facts:
            raise WrongUse(f"there is no fact {fact!r}; the facts are {', '.join(facts)}")
        days = days_of(desk.store.story(found.story).ledger.state(fact))
        roles = [role for role, on_record in days.items() if on_record == day]
        if not roles:
            known = ", ".join(map(str, sorted(set(days.values())))) or "none"
            raise WrongUse(f"{day} is no date of {fact}; on record: {known}")
        new = [desk.store.acknowledge(Acknowledged(subscription, fact, role, day), clock.now()) for role in roles]
    line(f"{subscription} is reminded no more of {day:%Y-%m-%d}" if any(new) else "that was acknowledged before")


def _end(until: str, now: datetime) -> datetime:
    """The moment that `12h` or `2026-12-01T07:00` names (UTC where it names no offset). Raises WrongUse."""
    if span := _SPAN.fullmatch(until):
        return now + timedelta(**{_UNITS[span[2]]: int(span[1])})
    return moment_of(until, "30m, 12h, 7d, 2026-12-01 or 2026-12-01T07:00")


def _covers(one: Silence) -> str:
    selection = [one.fact, one.topic, f"the word of {one.source}" if one.source else "", one.subscription_id or ""]
    return ", ".join(part for part in selection if part) or "everything"
