"""`deltawire ping`, `subscriptions enable`, `subscriptions rotate-secret`, `secrets …`: looking after endpoints."""

# ruff: noqa: PLC0415 - commands that need no database should not wait for its library
from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Annotated

import typer

from worker import clock
from worker.alerts import Subscription, mail_address
from worker.cli import subscriptions
from worker.cli.output import line, note, plural, table
from worker.errors import DeltawireError, WrongUse

secrets = typer.Typer(help="Look after the key that seals secrets.", no_args_is_help=True, rich_markup_mode=None)

Id = Annotated[str, typer.Argument(metavar="SUBSCRIPTION", show_default=False)]
Hours = Annotated[float, typer.Option(metavar="HOURS", min=0, max=8_760, help="How long the old one signs, too.")]


def ping(subscription: Id) -> None:
    """Send a webhook a message of the type `ping`, and print what it answers. Nothing is tried again.

    \b
    Example:
      deltawire ping sub_4be1f00a
    """
    import asyncio
    from secrets import token_hex

    from worker.cli.opening import opened
    from worker.errors import TransportError
    from worker.transports import Message

    with opened() as desk:
        chosen, now = desk.store.subscription(subscription), clock.now()
        if chosen is None or chosen.channel != "webhook":
            raise WrongUse(f"there is no webhook {subscription}; `deltawire subscriptions list` names them")
        message = Message(f"ping_{token_hex(12)}", chosen.address, ping_body(chosen, now), chosen.secret)

        async def send() -> str:
            async with desk.client() as client:
                receipt = await desk.transports(client)["webhook"].send(message)
                return f"{receipt.status} {receipt.answer}".strip()

        try:
            line(f"{chosen.address} took it: {asyncio.run(send())}")
        except TransportError as error:
            raise DeltawireError(f"{chosen.address}: {error} {error.answer}".strip()) from None


def ping_body(subscription: Subscription, now: datetime) -> bytes:
    """The bytes of a message that tells nothing: `{type, timestamp, data}` as of any other."""
    said = {"type": "ping", "timestamp": now.isoformat().replace("+00:00", "Z")}
    return json.dumps(said | {"data": {"subscription": subscription.id, "story": subscription.story}}).encode()


@subscriptions.app.command()
def ended(*, enable_all: Annotated[bool, typer.Option("--enable", help="Take all of them up again.")] = False) -> None:
    """Print the subscriptions to which nothing is sent because nothing got through, with the reason.

    \b
    Example:
      deltawire subscriptions ended
    """
    from worker.cli.opening import opened

    with opened() as desk:
        found = desk.store.ended_subscriptions()
        if enable_all:
            for one in found:
                desk.store.enable_subscription(one.id)
    if not found:
        note("there are none")
    for text in table(
        [(one.id, one.story, one.address, one.reason) for one in found], ("id", "story", "address", "why")
    ):
        line(text)


@subscriptions.app.command()
def enable(subscription: Id) -> None:
    """Take a subscription up again to which nothing got through. What was made meanwhile is not sent by this.

    \b
    Example:
      deltawire subscriptions enable sub_4be1f00a
      deltawire deliveries resend --subscription sub_4be1f00a --since 2026-11-20
    """
    from worker.cli.opening import opened

    with opened() as desk:
        desk.store.enable_subscription(subscription)
    line(f"{subscription} is active again")


@subscriptions.app.command("contact")
def set_contact(
    subscription: Id, address: Annotated[str, typer.Argument(metavar="ADDRESS", show_default=False)]
) -> None:
    """Set the mail address of whoever looks after a webhook: told when nothing is sent to it any more.

    \b
    Example:
      deltawire subscriptions contact sub_4be1f00a ops@example.org
    """
    from worker.cli.opening import opened

    with opened() as desk:
        desk.store.set_contact(subscription, mail_address(address))
    line(f"{address} is told when nothing is sent to {subscription} any more")


@subscriptions.app.command("rotate-secret")
def rotate_secret(subscription: Id, grace: Hours = 24.0) -> None:
    """Make a new secret for a webhook. For a time messages carry two signatures, by the new one and by the old one.

    \b
    Example:
      deltawire subscriptions rotate-secret sub_4be1f00a --grace 48
    """
    from worker.cli.opening import opened
    from worker.transports.webhook import new_secret

    secret = new_secret()
    with opened() as desk:
        until = desk.store.rotate_secret(subscription, secret, clock.now(), timedelta(hours=grace))
    line(f"secret  {secret}")
    note(f"Keep it: it is not shown again. The old one signs, too, until {until:%Y-%m-%d %H:%M} UTC.")


@secrets.command("rotate-key")
def rotate_key() -> None:
    """Seal all webhook secrets with a new key. With keys of your own, put the new one first in the setting before.

    \b
    Example:
      deltawire secrets rotate-key
      DELTAWIRE_SECRETS_KEY="$NEW $OLD" deltawire secrets rotate-key
    """
    from worker.cli.opening import opened

    with opened() as desk:
        made = desk.store.new_key()
        number = desk.store.seal_secrets(anew=True)
    line(f"{plural(number, 'subscription')} sealed with {'a new key' if made else 'the first key of the setting'}")
