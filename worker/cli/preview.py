"""`deltawire subscriptions preview`: what a subscription would have sent."""

# ruff: noqa: PLC0415 - the help of a command need not wait for the database's library
from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from worker import clock
from worker.cli.output import line, plural
from worker.errors import WrongUse


def preview(
    subscription: Annotated[str, typer.Argument(metavar="ID", show_default=False)],
    *,
    days: Annotated[int, typer.Option(min=1, max=3_650, help="How far to look back.")] = 90,
) -> None:
    """Tell the stored articles again, and print what the subscription would have sent in the last days.

    \b
    Example:
      deltawire subscriptions preview sub_4be1f00a --days 30

    What was published before this installation watched the story is not there to be told again.
    """
    from worker.cli.opening import opened, pack_of
    from worker.preview import preview as told_again
    from worker.store.views import archive

    with opened() as desk:
        found = desk.store.subscription(subscription)
        if found is None:
            raise WrongUse(f"there is no subscription {subscription}; `deltawire subscriptions list` names them")
        now = clock.now()
        since, pack = now - timedelta(days=days), pack_of(desk, found.story)
        opened_at = desk.store.story(found.story).opened_at
        stored, groups = archive(desk.store, found.story, since)
        articles = [article.for_rules() for article in stored]
        shown = told_again(pack, articles, groups, found, since=since, until=now)
    for at, alerts in shown.messages:
        for number, alert in enumerate(alerts):
            line(f"{at:%Y-%m-%d %H:%M}  {alert.headline}" if number == 0 else f"{'':16}  {alert.headline}")
    for reason, number in shown.dropped.items():
        line(f"not told, {plural(number, 'alert')}: {reason}")
    watched = f" It has been watched since {opened_at:%Y-%m-%d}." if opened_at > since else ""
    sent = f"{plural(shown.alerts, 'alert')} in {plural(len(shown.messages), 'message')}"
    line(f"In the last {plural(days, 'day')} this would have sent {sent}.{watched}")
