"""`deltawire why`: what became of an article or an alert for each subscription, and why."""

# ruff: noqa: PLC0415 - the help of a command need not wait for the database's library
from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.output import as_json, line
from worker.errors import WrongUse

if TYPE_CHECKING:
    from worker.alerts import Alert
    from worker.desk import Desk
    from worker.store import StoredArticle

What = Annotated[
    str,
    typer.Argument(
        metavar="ARTICLE|ALERT",
        help="The id or the address of a stored article, or the id of an alert (in every message, and on the pages).",
        show_default=False,
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option("--subscription", metavar="ID", help="Only for this one; may be given again.", show_default="all"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object for each alert.")]
Trail = Annotated[bool, typer.Option("--trail", help="Show every step on the way, with its moment (UTC).")]


def why(what: What, *, subscription: Only = None, trail: Trail = False, as_data: AsJson = False) -> None:
    """Say of an article or an alert who was told, who is told later, and who is not, each with the reason.

    \b
    Examples:
      deltawire why 4711
      deltawire why https://courier.example/2025/11/truce --subscription sub_4be1f00a
      deltawire why 687e5fe2a682e21670024c60c1e83a75 --trail
    """
    from worker.cli.opening import opened
    from worker.store import trace

    with opened() as desk:
        _known(desk, subscription or ())
        if alert := trace.alert_by_id(desk.store, what):
            _tell(desk, [alert], subscription or (), trail=trail, data=as_data)
            return
        article = _article(desk, what)
        alerts = trace.alerts_on(desk.store, article.id, article.story)
        if not as_data:
            _of_article(desk, article)
            if not alerts:
                line("It raised no alert.")
        _tell(desk, alerts, subscription or (), trail=trail, data=as_data)


def _tell(
    desk: Desk, alerts: Sequence[tuple[Alert, datetime]], only: Sequence[str], *, trail: bool, data: bool
) -> None:
    from worker import why as reasons
    from worker.store import trace

    for alert, made_at in alerts:
        noticed = trace.notices_of(desk.store, alert, only)
        if data:
            told = [reasons.as_data(alert, made_at, one) for one in noticed]
            line(as_json({"alert": alert.to_json(), "subscriptions": told}))
            continue
        line(f"Alert {alert.id}, made at {made_at:%Y-%m-%d %H:%M} UTC: {alert.headline}")
        if not noticed:
            line("  nobody subscribes to this story")
        for one in noticed:
            line(f"  {one.subscription.id}  {reasons.fate_of(alert, made_at, one)}")
            for step in reasons.trail_of(one) if trail else ():
                line(f"    {step}")


def _article(desk: Desk, what: str) -> StoredArticle:
    from worker.store import trace

    number = int(what) if what.isdecimal() and len(what) <= 18 else trace.article_at(desk.store, what)
    try:
        return desk.store.article(number or 0)
    except KeyError:
        raise WrongUse(
            f"{what!r} is neither an alert nor an article that is stored here; "
            "an alert's id is in its messages, an article's address as its feed gives it"
        ) from None


def _known(desk: Desk, only: Sequence[str]) -> None:
    if unknown := [one for one in only if desk.store.subscription(one) is None]:
        raise WrongUse(f"there is no subscription {', '.join(unknown)}; `deltawire subscriptions list` names them")


def _of_article(desk: Desk, article: StoredArticle) -> None:
    from worker.store import trace

    line(f"Article {article.id}, {article.source}, {article.published:%Y-%m-%d %H:%M} UTC: {article.title}")
    states = {
        "new": "It waits to be evaluated.",
        "recorded": "It was stored without being evaluated: by a feed's first poll, or older than the story.",
        "failed": f"It could not be evaluated: {article.error}",
    }
    if article.state in states:
        line(states[article.state])
    for found in trace.findings_of(desk.store, article.id):
        line(f"  {found.kind:8} {found.fact}: {found.why}")
