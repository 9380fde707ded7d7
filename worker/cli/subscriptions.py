"""`deltawire subscribe` and `deltawire subscriptions …`: who is told, and what of it."""

# ruff: noqa: PLC0415 - commands that need no database should not wait for its library
from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Annotated

import typer

from worker import clock
from worker.addresses import Network, check_url
from worker.alerts import Channel, Policy, Subscription, asked, in_words, mail_address
from worker.cli.output import line, note, plural, table
from worker.cli.wishes import wishing
from worker.desk import Desk
from worker.errors import WrongUse

app = typer.Typer(help="List, change and end subscriptions.", no_args_is_help=True, rich_markup_mode=None)

Story = Annotated[
    str | None, typer.Option(metavar="ID", help="Default: the only story that is watched.", show_default=False)
]
Email = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Where to send mails.", show_default=False)]
Webhook = Annotated[str | None, typer.Option(metavar="URL", help="Where to post messages.", show_default=False)]
Chat = Annotated[
    str | None,
    typer.Option(metavar="URL", help="An Apprise address of a chat service, as ntfys://….", show_default=False),
]
Ask = Annotated[bool, typer.Option("--ask", help="Have the reader of the address confirm it first, by a mail.")]
Ids = Annotated[list[str], typer.Argument(metavar="ID…", show_default=False)]


@wishing
def subscribe(
    *,
    wishes: dict[str, list[str]],
    webhook: Webhook = None,
    email: Email = None,
    chat: Chat = None,
    story: Story = None,
    ask: Ask = False,
) -> None:
    """Send a story's alerts to a webhook, a mail address or a chat service, from now on.

    \b
    Examples:
      deltawire subscribe --webhook https://hooks.example.org/deltawire
      deltawire subscribe --email desk@example.org --topics tariffs --kinds change,deadline
      deltawire subscribe --email desk@example.org --digest daily --time-zone Europe/Berlin --quiet 22:00-07:00

    A webhook's secret is printed once: its receiver verifies messages with it (Standard Webhooks). A mail address is
    taken as confirmed, since it is you who types it, unless you --ask. NAMES and NUMBERS are separated by commas.
    """
    if sum(given is not None for given in (webhook, email, chat)) != 1:
        raise WrongUse("give either --webhook or --email or --chat")
    if ask and email is None:
        raise WrongUse("--ask goes with --email: nobody confirms the others by a mail")
    from worker.cli.opening import opened, story_of
    from worker.store import new_subscription_id
    from worker.transports.webhook import new_secret

    channel: Channel = "webhook" if webhook else "email" if email is not None else "chat"
    with opened() as desk:
        chosen = story_of(desk, story)
        new = Subscription(
            id=new_subscription_id(),
            story=chosen,
            channel=channel,
            address=_address(desk, channel, webhook or email or chat or ""),
            secret=new_secret() if webhook else None,
            deadline_days=desk.settings.deadline_days,
            policy=Policy.usual(channel),
        )
        new = asked(new, wishes, desk.packs[chosen])
        if ask:
            new = desk.store.ask_to_confirm(new, clock.now(), desk.settings.signing_key())
        else:
            desk.store.add_subscription(new, clock.now())
        _told(new, desk)


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
            (one.id, one.story, one.channel, one.shown, _state(one), in_words(one))
            for one in desk.store.subscriptions(story_of(desk, story) if story else None)
        ]
    if not rows:
        note("there are no subscriptions: `deltawire subscribe --help` says how to begin")
        return
    for text in table(rows, ("id", "story", "channel", "address", "state", "wants")):
        line(text)


@app.command()
@wishing
def change(
    *, wishes: dict[str, list[str]], subscription_id: Annotated[str, typer.Argument(metavar="ID", show_default=False)]
) -> None:
    """Change what a subscription asks for, or when it is told. What is not named stays.

    \b
    Examples:
      deltawire subscriptions change sub_4be1f00a --topics tariffs,rare_earths --days 14,7,1
      deltawire subscriptions change sub_4be1f00a --topics "" --digest none

    Nothing between the quotes means all of them. Address and story stay: end it, and subscribe anew.
    """
    if not wishes:
        raise WrongUse("nothing to change: `deltawire subscriptions change --help` lists what can be")
    from worker.cli.opening import opened, pack_of

    with opened() as desk:
        subscription = _known(desk, subscription_id)
        changed = asked(subscription, wishes, pack_of(desk, subscription.story))
        desk.store.change_subscription(changed)
        line(f"{changed.shown} is told of {changed.story}: {in_words(changed)}")


@app.command()
def pause(ids: Ids) -> None:
    """Send nothing to these subscriptions until they are resumed. What comes up meanwhile is not sent later.

    \b
    Example:
      deltawire subscriptions pause sub_4be1f00a
    """
    line(f"{plural(_pause(ids, paused=True), 'subscription')} paused")


@app.command()
def resume(ids: Ids) -> None:
    """Go on with these subscriptions.

    \b
    Example:
      deltawire subscriptions resume sub_4be1f00a
    """
    line(f"{plural(_pause(ids, paused=False), 'subscription')} resumed")


@app.command()
def remove(ids: Ids) -> None:
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


def _told(subscription: Subscription, desk: Desk) -> None:
    from worker.cli.opening import pack_of

    pack = pack_of(desk, subscription.story)
    verb = "is told" if subscription.confirmed else "is asked by a mail whether it wants to be told"
    line(f"{subscription.shown} {verb} of {pack.title} ({pack.id}): {in_words(subscription)}")
    line(f"id      {subscription.id}")
    if subscription.secret:
        line(f"secret  {subscription.secret}")
        note("Keep the secret: it is not shown again. The receiver verifies webhook-signature with it.")


def _state(subscription: Subscription) -> str:
    return "paused" if subscription.paused else "active" if subscription.confirmed else "waits"


def _known(desk: Desk, subscription_id: str) -> Subscription:
    """The subscription of that id, if it has not ended. Raises WrongUse."""
    known = {one.id: one for one in desk.store.subscriptions()}
    if subscription_id not in known:
        raise WrongUse(f"there is no subscription {subscription_id}; `deltawire subscriptions list` names them")
    return known[subscription_id]


def _pause(ids: Collection[str], *, paused: bool) -> int:
    from worker.cli.opening import opened

    with opened() as desk:
        found = [_known(desk, one) for one in ids]
        if waiting := [one.id for one in found if not one.confirmed]:
            raise WrongUse(f"{', '.join(waiting)} is not confirmed yet, and is sent nothing")
        for one in found:
            desk.store.change_subscription(replace(one, paused=paused))
    return len(found)


def _address(desk: Desk, channel: Channel, given: str) -> str:
    """The address as it is kept, once it is seen that something could be sent there. Raises WrongUse."""
    if channel == "webhook":
        return _webhook(given, desk.settings.allow_networks)
    if channel == "chat":
        from worker.transports.chat import open_service

        open_service(given, desk.settings.chat_services)
        return given
    try:
        return mail_address(given)
    except WrongUse as error:
        raise WrongUse(f"--email: {error}") from None


def _webhook(url: str, allow_networks: Collection[Network]) -> str:
    try:
        check_url(url, allow_networks)
    except WrongUse as error:
        raise WrongUse(f"--webhook {url}: {error}") from None
    return url
