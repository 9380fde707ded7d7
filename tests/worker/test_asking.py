"""What a person asks for in words, as forms and options hand it over."""

from __future__ import annotations

from datetime import time

import pytest

from rules import Severity
from tests.worker.samples import STORY, pack
from worker.alerts import FIELDS, Policy, Subscription, asked, in_words, mail_address, said
from worker.errors import WrongUse

PLAIN = Subscription("sub_1", STORY, "email", "ann@example.org", policy=Policy.usual("email"))


def test_everything_that_can_be_asked_for_is_said_again_in_the_same_words() -> None:
    words = {
        "kinds": ["signal"],
        "topics": ["tariffs"],
        "facts": ["tariff_truce"],
        "min_severity": ["high"],
        "min_confidence": ["0.75"],
        "source_kinds": ["official"],
        "deadline_phases": ["moved"],
        "deadline_days": ["14", "1"],
        "updates": ["yes"],
        "time_zone": ["Asia/Kolkata"],
        "corroborate": ["always"],
        "corroborate_minutes": ["5"],
        "uncorroborated": ["drop"],
        "group_wait": ["1"],
        "group_interval": ["2"],
        "high_at_once": ["yes"],
        "digest": ["weekly"],
        "digest_hour": ["23"],
        "digest_day": ["6"],
        "quiet_from": ["22:00"],
        "quiet_to": ["06:30"],
    }
    assert tuple(words) == FIELDS
    changed = asked(PLAIN, words, pack())
    assert said(changed) == words
    assert asked(PLAIN, said(changed), pack()) == changed


def test_what_is_not_given_stays_and_no_words_mean_all_or_none() -> None:
    narrow = asked(PLAIN, {"topics": ["tariffs"], "quiet_from": ["22:00"], "quiet_to": ["06:30"]}, pack())
    assert (narrow.kinds, narrow.policy.quiet_from, narrow.policy.digest) == (PLAIN.kinds, time(22), "none")
    assert asked(narrow, {"topics": [], "quiet_from": [], "quiet_to": [""]}, pack()) == PLAIN


def test_nothing_of_address_or_state_can_be_asked_for() -> None:
    with pytest.raises(KeyError):
        asked(PLAIN, {"address": ["eve@example.org"]}, pack())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"kinds": []}, "one kind of alerts at least: change, signal"),
        ({"topics": ["weather"]}, "weather: not known; the topics are tariffs"),
        ({"deadline_days": ["0"]}, "whole numbers from 1 to 365"),
        ({"deadline_days": ["400"]}, "whole numbers from 1 to 365"),
        ({"deadline_days": [",".join(map(str, range(1, 13)))]}, "up to 10"),
        ({"min_confidence": ["nan"]}, "a number from 0 to 1"),
        ({"min_confidence": ["-1"]}, "a number from 0 to 1"),
        ({"min_severity": ["grave"]}, "low, medium, high"),
        ({"group_wait": ["an hour"]}, "group wait: 'an hour' is no whole number"),
        ({"corroborate_minutes": ["0"]}, "corroborate minutes is 0: give 1 to 10080"),
        ({"digest": ["hourly"]}, "choose one of none, daily, weekly"),
        ({"quiet_from": ["late"], "quiet_to": ["07:00"]}, "write it like 22:00"),
        ({"quiet_from": ["07:00"], "quiet_to": ["07:00"]}, "pause the subscription instead"),
        ({"time_zone": ["../../etc/passwd"]}, "is no time zone"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_would_be_right(words: dict[str, list[str]], sentence: str) -> None:
    with pytest.raises(WrongUse) as refused:
        asked(PLAIN, words, pack())
    assert sentence in str(refused.value)


def test_an_address_is_kept_as_mail_servers_take_it() -> None:
    assert mail_address(" Ann.B+news@Example.ORG ") == "Ann.B+news@example.org"
    for wrong in (
        "ann",
        "ann@",
        "@example.org",
        "a b@example.org",
        "ann@example.org\nBcc: x@y.z",
        "a\0@example.org",
        "<a@b.c>",
    ):
        with pytest.raises(WrongUse):
            mail_address(wrong)


def test_it_is_said_in_one_line_what_a_subscription_asks_for() -> None:
    one = asked(
        PLAIN, {"kinds": ["change"], "topics": ["tariffs"], "deadline_days": ["7,1"], "digest": ["daily"]}, pack()
    )
    assert in_words(one) == "change; only tariffs; 7, 1 days before a date; a daily digest"
    assert one.min_severity is Severity.LOW
