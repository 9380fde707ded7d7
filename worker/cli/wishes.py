"""The options that say what a subscription asks for and when: the same for `subscribe` and `subscriptions change`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import typer

from rules import Phase, Severity, SourceKind
from worker.alerts import KINDS, split
from worker.errors import WrongUse


class _Option(NamedTuple):
    name: str
    """As it is written, without the dashes."""
    field: str
    """Of Subscription or Policy; `quiet` fills two."""
    metavar: str
    help: str
    """Without one, yes or no: `--updates/--no-updates`."""


_OPTIONS = (
    _Option("kinds", "kinds", "NAMES", f"Only these kinds: {', '.join(KINDS)}."),
    _Option("topics", "topics", "NAMES", "Only these topics of the story."),
    _Option("facts", "facts", "NAMES", "These facts, besides the topics; without topics, only these."),
    _Option("phases", "deadline_phases", "NAMES", f"Only these of a deadline: {', '.join(Phase)}."),
    _Option("days", "deadline_days", "NUMBERS", "How many days before a date to be told of it, as 7,3,1."),
    _Option("sources", "source_kinds", "NAMES", f"Only on the word of these: {', '.join(SourceKind)}."),
    _Option("min-severity", "min_severity", "NAME", f"The smallest: {', '.join(Severity)}."),
    _Option("min-confidence", "min_confidence", "0 TO 1", "Only what is at least so certain."),
    _Option("updates", "updates", "", "Also further sources for a change already told."),
    _Option("time-zone", "time_zone", "NAME", "Of the hours and days below, as Europe/Berlin."),
    _Option(
        "corroborate", "corroborate", "NAME", "What waits for an official or a second source: never, high, always."
    ),
    _Option("corroborate-minutes", "corroborate_minutes", "NUMBER", "How long that wait may be."),
    _Option("uncorroborated", "uncorroborated", "NAME", "What comes of it then: send (as unconfirmed) or drop."),
    _Option("group-wait", "group_wait", "SECONDS", "How long a first alert waits for others, to make one message."),
    _Option("group-interval", "group_interval", "SECONDS", "How long two such messages are apart at least."),
    _Option("high-at-once", "high_at_once", "", "High severity waits for no others."),
    _Option("digest", "digest", "NAME", "All in one message: none, daily or weekly."),
    _Option("digest-hour", "digest_hour", "0 TO 23", "When the digest comes."),
    _Option("digest-day", "digest_day", "0 TO 6", "On which day a weekly one comes: 0 is Monday."),
    _Option("quiet", "quiet", "HOURS", "When nothing is sent, as 22:00-07:00; none ends that."),
)
_LISTS = frozenset({"kinds", "topics", "facts", "deadline_phases", "source_kinds"})


def wishing(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options above. It is handed those that were given as `wishes`, for `worker.alerts.asked`."""
    own = inspect.signature(command, eval_str=True)
    parameters = [parameter for parameter in own.parameters.values() if parameter.name != "wishes"]
    options = [_parameter(option) for option in _OPTIONS]

    @functools.wraps(command)
    def run(**given: Any) -> None:
        said = {option.field: given.pop(option.name.replace("-", "_")) for option in _OPTIONS}
        command(**given, wishes=_words({field: value for field, value in said.items() if value is not None}))

    run.__signature__ = own.replace(parameters=[*parameters, *options])  # type: ignore[attr-defined]
    run.__annotations__ = {it.name: it.annotation for it in (*parameters, *options)} | {"return": None}
    return run


def _parameter(option: _Option) -> inspect.Parameter:
    kind: Any = str if option.metavar else bool
    names = [f"--{option.name}"] if option.metavar else [f"--{option.name}/--no-{option.name}"]
    info = typer.Option(*names, metavar=option.metavar or None, help=option.help, show_default=False)
    name = option.name.replace("-", "_")
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind | None, info]
    )


def _words(given: dict[str, str | bool]) -> dict[str, list[str]]:
    words: dict[str, list[str]] = {}
    for field, value in given.items():
        if field == "quiet":
            start, dash, end = str(value).partition("-")
            if value != "none" and not dash:
                raise WrongUse(f"--quiet {value}: write a beginning and an end, as 22:00-07:00, or none")
            words |= {"quiet_from": [start] if dash else [], "quiet_to": [end] if dash else []}
        elif isinstance(value, bool):
            words[field] = ["yes"] if value else []
        else:
            words[field] = split(value) if field in _LISTS else [value]
    return words
