"""`deltawire subscribe` and `deltawire subscriptions …`: who is told, and what of it."""

# ruff: noqa: PLC0415 - commands that need no database should not wait for its library
from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Annotated

import typer

from rules import Pack, Phase
from worker import clock
from worker.addresses import Network, check_url
from worker.alerts import KINDS, Subscription
from worker.cli.output import line, note, plural, table
from worker.errors import WrongUse

app = typer.Typer(help="List and end subscriptions.", no_args_is_help=True, rich_markup_mode=None)

_MAIL_ADDRESS = re.compile(r"[^\s@<>\"(),:;\\\[\]]{1,64}@(?=.{1,253}\Z)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
"""What can be written into a header as it is; whether anybody reads there, only a mail can tell."""

Story = Annotated[
    str | None, typer.Option(metavar="ID", help="Default: the only story that is watched.", show_default=False)
]
Email = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Where to send mails.", show_default=False)]
Webhook = Annotated[str | None, typer.Option(metavar="URL", help="Where to post messages.", show_default=False)]
Kinds = Annotated[str, typer.Option(metavar="NAMES", help=f"Only these kinds: {', '.join(KINDS)}.", show_default="all")]
Topics = Annotated[str, typer.Option(metavar="NAMES", help="Only these topics of the story.", show_default="all")]
Facts = Annotated[str, typer.Option(metavar="NAMES", help="Only these facts of the story.", show_default="all")]
Phases = Annotated[
    str, typer.Option(metavar="NAMES", help=f"Only these of a deadline: {', '.join(Phase)}.", show_default="all")
]
Certain = Annotated[float, typer.Option(metavar="0 TO 1", min=0, max=1, help="Only what is at least so certain.")]


def subscribe(
    *,
    webhook: Webhook = None,
    email: Email = None,
    story: Story = None,
    kinds: Kinds = "",
    topics: Topics = "",
    facts: Facts = "",
    phases: Phases = "",
    min_confidence: Certain = 0.0,
) -> None:
    """Send a story's alerts to a webhook or a mail address, from now on.

    \b
    Examples:
      deltawire subscribe --webhook https://hooks.example.org/deltawire
      deltawire subscribe --email desk@example.org --topics tariffs --kinds change,deadline

    A webhook's secret is printed once: its receiver verifies messages with it (Standard Webhooks). A mail address is
    taken as confirmed, since it is you who types it. NAMES are separated by commas.
    """
    if (webhook is None) == (email is None):
        raise WrongUse("give either --webhook or --email")
    from worker.cli.opening import opened, story_of
    from worker.store import new_subscription_id
    from worker.transports.webhook import new_secret

    with opened() as desk:
        chosen = story_of(desk, story)
        pack = desk.packs[chosen]
        subscription = Subscription(
            id=new_subscription_id(),
            story=chosen,
            channel="webhook" if webhook else "email",
            address=_webhook(webhook, desk.settings.allow_networks) if webhook else mail_address(email or ""),
            secret=new_secret() if webhook else None,
            kinds=_some_of(kinds, KINDS, "kinds of alerts") or KINDS,
            topics=_some_of(topics, pack.topics, "topics"),
            facts=_some_of(facts, pack.facts, "facts"),
            min_confidence=min_confidence,
            deadline_phases=_some_of(phases, list(Phase), "phases"),
        )
        desk.store.add_subscription(subscription, clock.now())
        _told(subscription, pack)


@app.command("list")
def show(story: Story = None) -> None:
    """Print every subscription that has not ended, with its id and what it asks for.

    \b
    Example:
      deltawire subscriptions list
    """
    from worker.cli.opening import opened, story_of

    with opened() as desk:
        rows = [
            (one.id, one.story, one.channel, one.address, "active" if one.confirmed else "waits", _wishes(one))
            for one in desk.store.subscriptions(story_of(desk, story) if story else None)
        ]
    if not rows:
        note("there are no subscriptions: `deltawire subscribe --help` says how to begin")
        return
    for text in table(rows, ("id", "story", "channel", "address", "state", "wants")):
        line(text)


@app.command()
def remove(ids: Annotated[list[str], typer.Argument(metavar="ID…", show_default=False)]) -> None:
    """End subscriptions by their ids. What still waits to be sent to them is cancelled.

    \b
    Example:
      deltawire subscriptions remove sub_4be1f00a
    """
    from worker.cli.opening import opened

    with opened() as desk:
        unknown = [one for one in ids if not desk.store.disable_subscription(one, "removed by the operator")]
    if unknown:
        raise WrongUse(f"there is no subscription {', '.join(unknown)}; `deltawire subscriptions list` names them")
    line(f"{plural(len(ids), 'subscription')} ended")


def _told(subscription: Subscription, pack: Pack) -> None:
    line(f"{subscription.address} is told of {pack.title} ({pack.id}): {_wishes(subscription)}")
    line(f"id      {subscription.id}")
    if subscription.secret:
        line(f"secret  {subscription.secret}")
        note("Keep the secret: it is not shown again. The receiver verifies webhook-signature with it.")


def _wishes(subscription: Subscription) -> str:
    """What it asks for, in words: `change, signal; only tariffs; from 0.80`."""
    only = (*subscription.topics, *subscription.facts, *subscription.deadline_phases)
    said = [
        ", ".join(subscription.kinds),
        f"only {', '.join(only)}" if only else "",
        f"certain to {subscription.min_confidence:.2f}" if subscription.min_confidence else "",
    ]
    return "; ".join(part for part in said if part)


def _some_of(names: str, known: Iterable[str], what: str) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(name.strip() for name in names.split(",") if name.strip()))
    known = tuple(known)
    if unknown := [name for name in chosen if name not in known]:
        raise WrongUse(f"{', '.join(unknown)}: not known; the {what} are {', '.join(known)}")
    return chosen


def _webhook(url: str, allow_networks: Collection[Network]) -> str:
    try:
        check_url(url, allow_networks)
    except WrongUse as error:
        raise WrongUse(f"--webhook {url}: {error}") from None
    return url


def mail_address(address: str) -> str:
    """The address, if it can be written into a header as it is. Raises WrongUse."""
    if not _MAIL_ADDRESS.fullmatch(address):
        raise WrongUse(f"--email {address!r} is no mail address; write it like desk@example.org")
    return address
