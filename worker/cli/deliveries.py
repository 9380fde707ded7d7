"""`deltawire deliveries …`: what became of each delivery, and sending it again."""

# ruff: noqa: PLC0415 - commands that need no database should not wait for its library
from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from worker import clock
from worker.cli.moments import moment_of
from worker.cli.output import line, note, plural, table
from worker.errors import WrongUse

app = typer.Typer(
    help="See what became of deliveries, and send them again.", no_args_is_help=True, rich_markup_mode=None
)

Subscription = Annotated[str | None, typer.Option(metavar="ID", help="Only of this one.", show_default=False)]
Since = Annotated[
    str | None,
    typer.Option(metavar="WHEN", help="Only what was made since: 2026-11-20, or 2026-11-20T08:00.", show_default=False),
]
STATES = ("pending", "leased", "sent", "dead", "cancelled")


@app.command("list")
def show_all(
    *,
    state: Annotated[
        str | None, typer.Option(metavar="STATE", help=f"One of {', '.join(STATES)}.", show_default=False)
    ] = None,
    subscription: Subscription = None,
    since: Since = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
) -> None:
    """Print deliveries, the newest first. Those given up are `dead`, and say why.

    \b
    Example:
      deltawire deliveries list --state dead
    """
    from worker.cli.opening import opened

    if state and state not in STATES:
        raise WrongUse(f"--state {state}: the states are {', '.join(STATES)}")
    with opened() as desk:
        found = desk.store.deliveries(state=state, subscription=subscription, since=_moment(since), limit=limit)
    if not found:
        note("there are none")
        return
    rows = [
        (
            one.id,
            f"{one.created_at:%Y-%m-%d %H:%M}",
            one.state,
            str(one.attempts),
            one.address,
            one.reason or one.headline,
        )
        for one in found
    ]
    for text in table(rows, ("id", "made", "state", "attempts", "to", "why, or what")):
        line(text)


@app.command()
def show(delivery: Annotated[str, typer.Argument(metavar="ID", show_default=False)]) -> None:
    """Print one delivery with every attempt: when, how long, what the receiver said.

    \b
    Example:
      deltawire deliveries show dlv_0a1c011d7eb688b86860e83f19081283
    """
    from worker.cli.opening import opened

    with opened() as desk:
        found = desk.store.delivery(delivery)
    if found is None:
        raise WrongUse(f"there is no delivery {delivery}")
    one, tries = found
    line(f"{one.id} to {one.address} ({one.subscription_id}): {one.headline}")
    line(f"{one.state}{f': {one.reason}' if one.reason else ''}")
    if one.resent_at:
        line(f"sent again at the operator's wish of {one.resent_at:%Y-%m-%d %H:%M:%S}")
    if one.state == "pending":
        line(f"next attempt {one.next_attempt_at:%Y-%m-%d %H:%M:%S}")
    rows = [
        (
            str(it.number),
            f"{it.started_at:%Y-%m-%d %H:%M:%S}",
            "" if it.seconds is None else f"{it.seconds:.3f}",
            it.outcome,
            str(it.status or ""),
            it.error or "",
            it.answer or "",
        )
        for it in tries
    ]
    for text in table(rows, ("attempt", "began", "seconds", "outcome", "status", "error", "answer")):
        line(text)


@app.command()
def resend(
    delivery: Annotated[str | None, typer.Argument(metavar="ID", show_default=False)] = None,
    *,
    subscription: Subscription = None,
    since: Since = None,
) -> None:
    """Send again: one delivery by its id, or all dead ones since a time, of one subscription or of all.

    \b
    Example:
      deltawire deliveries resend dlv_0a1c011d7eb688b86860e83f19081283
      deltawire deliveries resend --subscription sub_4be1f00a --since 2026-11-20
      deltawire deliveries resend --since 2026-11-20T08:00

    The id and the body stay as they were. A webhook's message carries the header `deltawire-resent-at`, a mail the
    fields `Resent-…`. All moments are in UTC.
    """
    from worker.cli.opening import opened

    if (delivery is None) == (since is None):
        raise WrongUse("give either the id of a delivery or --since")
    with opened() as desk:
        if delivery:
            desk.store.resend(delivery, clock.now())
            number = 1
        else:
            number = desk.store.resend_since(_moment(since) or clock.now(), clock.now(), subscription=subscription)
    line(f"{plural(number, 'delivery', 'deliveries')} will be sent again")


def _moment(text: str | None) -> datetime | None:
    return moment_of(text, "2026-11-20, or 2026-11-20T08:00") if text is not None else None
