"""Every option of a subscription on the command line, and what can be done with one afterwards."""

from __future__ import annotations

import re

import pytest

from tests.servers import HttpServer
from tests.worker.commands import Command
from worker.alerts import FIELDS, Subscription
from worker.cli.wishes import _OPTIONS
from worker.settings import Settings
from worker.store import Store

EVERYTHING = (
    *("--kinds", "change,deadline", "--topics", "tariffs", "--facts", "tariff_truce", "--phases", "moved,cancelled"),
    *(
        "--days",
        "14,7",
        "--sources",
        "official,wire",
        "--min-severity",
        "medium",
        "--min-confidence",
        "0.5",
        "--updates",
    ),
    *("--time-zone", "Europe/Berlin", "--corroborate", "always", "--corroborate-minutes", "30"),
    *("--uncorroborated", "drop", "--group-wait", "60", "--group-interval", "600", "--high-at-once"),
    *("--digest", "weekly", "--digest-hour", "8", "--digest-day", "4", "--quiet", "22:00-06:30"),
)


def kept() -> list[Subscription]:
    store = Store.open(Settings())
    try:
        return list(store.subscriptions())
    finally:
        store.close()


def begun(deltawire: Command, *options: str) -> str:
    ended = deltawire("subscribe", "--email", "desk@example.org", *options)
    assert ended.code == 0, ended.err
    return re.findall(r"sub_\w+", ended.out)[0]


def test_every_option_is_kept(deltawire: Command) -> None:
    begun(deltawire, *EVERYTHING)
    [one] = kept()
    assert (one.kinds, one.topics, one.facts) == (("change", "deadline"), ("tariffs",), ("tariff_truce",))
    assert (one.deadline_phases, one.deadline_days) == (("moved", "cancelled"), (14, 7))
    assert (one.source_kinds, one.min_severity, one.min_confidence) == (("official", "wire"), "medium", 0.5)
    assert one.updates
    assert one.policy.to_json() == {
        "time_zone": "Europe/Berlin",
        "corroborate": "always",
        "corroborate_minutes": 30,
        "uncorroborated": "drop",
        "group_wait": 60,
        "group_interval": 600,
        "high_at_once": True,
        "digest": "weekly",
        "digest_hour": 8,
        "digest_day": 4,
        "quiet_from": "22:00",
        "quiet_to": "06:30",
    }


def test_there_is_an_option_for_everything_that_can_be_asked_for() -> None:
    assert {option.field for option in _OPTIONS} - {"quiet"} == set(FIELDS) - {"quiet_from", "quiet_to"}


def test_a_change_takes_over_what_is_named_and_leaves_the_rest(deltawire: Command) -> None:
    ident = begun(deltawire, *EVERYTHING)
    before = kept()[0]
    ended = deltawire("subscriptions", "change", ident, "--topics", "", "--quiet", "none", "--no-updates")
    assert ended.code == 0
    [one] = kept()
    assert (one.topics, one.updates, one.policy.quiet_from, one.policy.quiet_to) == ((), False, None, None)
    assert (one.facts, one.kinds, one.policy.digest) == (before.facts, before.kinds, "weekly")


def test_a_pause_is_listed_and_ended(deltawire: Command) -> None:
    ident = begun(deltawire)
    assert deltawire("subscriptions", "pause", ident).out == "1 subscription paused\n"
    assert re.search(rf"{ident}.*paused", deltawire("subscriptions", "list").out)
    deltawire("subscriptions", "resume", ident)
    assert re.search(rf"{ident}.*active", deltawire("subscriptions", "list").out)


def test_an_address_that_is_to_be_asked_first_waits(deltawire: Command) -> None:
    ident = begun(deltawire, "--ask")
    assert re.search(rf"{ident}.*waits", deltawire("subscriptions", "list").out)
    ended = deltawire("subscriptions", "resume", ident)
    assert (ended.code, "not confirmed yet" in ended.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["change", "sub_0", "--days", "7"], "there is no subscription sub_0"),
        (["change", "sub_0"], "nothing to change"),
        (["pause", "sub_0"], "there is no subscription sub_0"),
    ],
)
def test_what_is_not_there_cannot_be_changed(deltawire: Command, arguments: list[str], sentence: str) -> None:
    ended = deltawire("subscriptions", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert sentence in ended.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--email", "desk@example.org", "--quiet", "22:00"], "write a beginning and an end, as 22:00-07:00"),
        (["--email", "desk@example.org", "--quiet", "late-early"], "write it like 22:00"),
        (["--email", "desk@example.org", "--time-zone", "Berlin"], "write one like Europe/Berlin"),
        (["--email", "desk@example.org", "--days", "soon"], "'soon' is no whole number"),
        (["--email", "desk@example.org", "--digest-hour", "24"], "digest hour is 24: give 0 to 23"),
        (["--webhook", "https://hooks.example.org", "--ask"], "--ask goes with --email"),
        (["--chat", "slack://a/b/c"], "none of the chat services that DELTAWIRE_CHAT_SERVICES names"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(deltawire: Command, arguments: list[str], sentence: str) -> None:
    ended = deltawire("subscribe", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert sentence in ended.err


def test_a_chat_service_that_is_allowed_is_subscribed_and_never_printed_in_full(
    deltawire: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DELTAWIRE_CHAT_SERVICES", "json")
    with HttpServer() as service:
        address = service.url.replace("http://", "json://") + "s3cr3t"
        begun = deltawire("subscribe", "--chat", address)
        again = deltawire("subscribe", "--chat", address)
    listed = deltawire("subscriptions", "list")
    assert (begun.code, again.code) == (0, 2)
    assert "json://…" in listed.out
    assert "s3cr3t" not in "".join(map(str, (begun, again, listed)))
    assert [one.address for one in kept()] == [address]
