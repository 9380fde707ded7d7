"""Signing up by the web: double opt-in, nothing by merely looking, and no way to learn whether an address is known."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from tests.worker.samples import NOW, STORY, finding, later, subscription
from tests.worker.signups import FORM, SIGN_UP, USUAL, Reader, link_in, posted, text_of
from tests.worker.site import Clock, Site, open_story, site_of, tell
from worker.alerts import Policy
from worker.alerts.signing import LINK_HOLDS, PER_ADDRESS, PER_SOURCE
from worker.settings import Settings
from worker.store import Store
from worker.store import tables as t

ANN = "ann@example.org"


@pytest.fixture
def reader(site: Site, lite: Store, settings: Settings, clock: Clock) -> Reader:
    open_story(lite)
    return Reader(site, lite, settings, clock)


def subscribed(store: Store) -> list[tuple[str, bool]]:
    return [(one.address, one.confirmed) for one in store.subscriptions(STORY)]


def test_who_signs_up_is_asked_by_a_mail_and_subscribed_by_his_click(reader: Reader) -> None:
    answer = reader.signs_up(ANN)
    assert answer.status == 202
    assert "Look into your mail" in answer.page.text
    assert reader.the_worker_looks() == 1

    [mail] = reader.mails(ANN)
    assert mail["Subject"] == "Please confirm: alerts on “US-China trade truce”"
    assert "Nothing is sent before you confirm" in " ".join(text_of(mail).split())
    assert subscribed(reader.store) == [(ANN, False)]

    asks = reader.site.get(reader.link(ANN))
    assert asks.page.all("form", "method") == ["post"]
    assert asks.headers["cache-control"] == "no-store"
    assert subscribed(reader.store) == [(ANN, False)]

    done = reader.posts(reader.link(ANN))
    assert "Confirmed" in done.page.text
    assert subscribed(reader.store) == [(ANN, True)]
    [manage] = [link for link in done.page.links if link.startswith("/manage/")]
    assert reader.site.get(manage).status == 200


def test_the_wishes_of_the_form_are_those_of_the_subscription(reader: Reader) -> None:
    reader.signs_up(
        ANN,
        kinds=["change", "deadline"],
        topics=["tariffs"],
        deadline_days="14, 7,1",
        min_severity="medium",
        min_confidence="0.5",
        source_kinds=["official", "wire"],
        time_zone="Europe/Berlin",
        digest="daily",
        quiet_from="22:00",
        quiet_to="07:00",
        corroborate="always",
        updates="yes",
    )
    reader.the_worker_looks()
    reader.posts(reader.link(ANN))

    [one] = reader.store.subscriptions(STORY)
    assert (one.kinds, one.topics, one.facts) == (("change", "deadline"), ("tariffs",), ())
    assert (one.deadline_days, one.min_severity, one.min_confidence) == ((14, 7, 1), "medium", 0.5)
    assert (one.source_kinds, one.updates) == (("official", "wire"), True)
    policy = one.policy.to_json()
    assert (policy["time_zone"], policy["digest"], policy["corroborate"]) == ("Europe/Berlin", "daily", "always")
    assert (policy["quiet_from"], policy["quiet_to"]) == ("22:00", "07:00")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"email": "ann.example.org"}, "is no mail address"),
        ({"email": "ann@example.org\r\nBcc: all@example.org"}, "is no mail address"),
        ({"email": "a\0n@example.org"}, "is no mail address"),
        ({"kinds": []}, "choose one kind of alerts at least"),
        ({"facts": ["moon_landing"]}, "moon_landing: not known"),
        ({"time_zone": "Moon/Crater"}, "is no time zone"),
        ({"quiet_from": "22:00"}, "give both, or neither"),
        ({"deadline_days": "soon"}, "is no whole number"),
        ({"digest_hour": "25"}, "digest hour is 25: give 0 to 23"),
    ],
)
def test_a_form_that_cannot_be_meant_comes_back_as_it_was_with_what_would_be_right(
    reader: Reader, wrong: dict[str, Any], sentence: str
) -> None:
    answer = reader.signs_up(**{"address": ANN, **({"topics": ["tariffs"]} | wrong)})  # type: ignore[arg-type]

    assert answer.status == 422
    assert sentence in answer.page.text
    ticked = [attrs["value"] for tag, attrs in answer.page.tags if tag == "input" and "checked" in attrs]
    assert "tariffs" in ticked
    reader.the_worker_looks()
    assert subscribed(reader.store) == []


STANDING = ("unknown", "pending", "active", "paused", "disabled")


def stands(store: Store, how: str) -> None:
    """The address as it may stand before somebody signs up with it."""
    if how == "unknown":
        return
    store.add_subscription(subscription(1, channel="email", address=ANN, secret=None), NOW, state=how)  # type: ignore[arg-type]


@pytest.mark.parametrize("how", STANDING)
def test_the_answer_is_the_same_to_the_byte_whether_the_address_is_known(reader: Reader, how: str) -> None:
    unknown = reader.signs_up("bob@example.org")
    stands(reader.store, how)
    known = reader.signs_up(ANN)

    assert known.body == unknown.body.replace(b"bob@example.org", ANN.encode())
    differs = {"content-length", "date"}
    assert {k: v for k, v in known.headers.items() if k not in differs} == {
        k: v for k, v in unknown.headers.items() if k not in differs
    }


def test_an_answer_takes_the_same_statements_whether_the_address_is_known(reader: Reader) -> None:
    """What takes time is the same, so the time is: nothing that is asked of the database rests on the address."""
    asked: list[str] = []
    event.listen(reader.store._engine, "before_cursor_execute", lambda *it: asked.append(it[2]))
    statements = []
    for number, how in enumerate(STANDING):
        if number:
            reader.store.forget_subscription("sub_1")
        stands(reader.store, how)
        asked.clear()
        reader.signs_up(ANN)
        statements.append(list(asked))
    assert len(statements[0]) >= 3
    assert all(one == statements[0] for one in statements)


@pytest.mark.parametrize("how", ["active", "paused"])
def test_who_is_subscribed_already_is_told_so_by_mail_and_nothing_changes(reader: Reader, how: str) -> None:
    stands(reader.store, how)
    before = reader.store.subscriptions(STORY)
    reader.signs_up(ANN, kinds=["signal"])
    reader.the_worker_looks()

    [mail] = reader.mails(ANN)
    assert mail["Subject"].startswith("Subscribed already")
    assert "/manage/sub_1/" in text_of(mail)
    assert reader.store.subscriptions(STORY) == before


def test_who_had_ended_his_subscription_begins_anew_by_confirming(reader: Reader) -> None:
    stands(reader.store, "disabled")
    reader.signs_up(ANN)
    reader.the_worker_looks()
    assert subscribed(reader.store) == [(ANN, False)]
    reader.posts(reader.link(ANN))
    assert subscribed(reader.store) == [(ANN, True)]


def test_nobody_is_told_anything_before_he_has_confirmed(reader: Reader) -> None:
    reader.signs_up(ANN)
    reader.the_worker_looks()
    tell(reader.store, finding())
    assert reader.store.due_deliveries(later(days=1)) == 0

    reader.posts(reader.link(ANN))
    tell(reader.store, finding(fact="tariff_truce", article="2"), now=later(hours=1))
    with reader.store.read() as connection:
        told = connection.execute(select(t.notices.c.subscription_id, t.notices.c.alert_id)).all()
    assert len(told) == 1


def test_a_link_works_once(reader: Reader) -> None:
    reader.signs_up(ANN)
    reader.the_worker_looks()
    link = reader.link(ANN)
    assert reader.posts(link).status == 200
    [one] = reader.store.subscriptions(STORY)
    reader.store.disable_subscription(one.id, "enough")

    assert reader.posts(link).status == 404
    assert reader.site.get(link).status == 404
    assert subscribed(reader.store) == []


def test_a_link_has_an_end_and_what_was_not_confirmed_by_then_is_removed(reader: Reader) -> None:
    reader.signs_up(ANN)
    reader.the_worker_looks()
    link = reader.link(ANN)
    reader.the_worker_looks(NOW + LINK_HOLDS - timedelta(seconds=1))
    assert subscribed(reader.store) == [(ANN, False)]

    reader.clock.at = NOW + LINK_HOLDS
    assert reader.store.correspondence_due(reader.clock.at)
    assert reader.posts(link).status == 404
    reader.the_worker_looks()
    assert subscribed(reader.store) == []
    assert not reader.store.correspondence_due(reader.clock.at)
    with reader.store.read() as connection:
        kept = [connection.execute(select(func.count()).select_from(it)).scalar_one() for it in (t.requests, t.letters)]
    assert kept == [0, 0]


def test_only_the_link_of_the_last_letter_works_since_each_says_what_it_confirms(reader: Reader) -> None:
    reader.signs_up(ANN, kinds=["change"])
    reader.the_worker_looks()
    first = reader.link(ANN)
    reader.clock.at = later(minutes=1)
    reader.signs_up(ANN, kinds=["signal"])
    reader.the_worker_looks()
    [_, second] = reader.mails(ANN)
    assert "What was asked for: signal; 7, 3, 1 days before a date." in text_of(second)

    assert reader.posts(first).status == 404
    assert reader.posts(link_in(second)).status == 200
    assert [one.kinds for one in reader.store.subscriptions(STORY)] == [("signal",)]


@pytest.mark.parametrize("spoilt", ["cut", "of another", "not ascii", "nul"])
def test_a_link_that_is_not_whole_confirms_nothing(reader: Reader, spoilt: str) -> None:
    reader.signs_up(ANN)
    reader.the_worker_looks()
    link = reader.link(ANN)
    letter, token = link.split("/")[2:]
    changed = {
        "cut": link[:-1],
        "of another": f"/confirm/ltr_{'0' * 32}/{token}",
        "not ascii": link[:-1] + "%C3%A9",
        "nul": f"/confirm/{letter}%00/{token}",
    }[spoilt]
    for method in ("GET", "POST"):
        assert reader.site.ask(method, changed).status == 404
    assert subscribed(reader.store) == [(ANN, False)]


def test_neither_the_database_nor_its_outbox_holds_a_link(reader: Reader) -> None:
    reader.signs_up(ANN)
    reader.the_worker_looks()
    token = reader.link(ANN).rsplit("/", 1)[1]
    assert len(token) >= 22  # 128 bits in base64
    with reader.store.read() as connection:
        rows = [str(row) for table in t.metadata.sorted_tables for row in connection.execute(select(table))]
    assert [row for row in rows if token in row] == []


def test_an_address_gets_few_letters_a_day_however_it_is_written_and_the_answer_does_not_say_so(reader: Reader) -> None:
    answers = [reader.signs_up(address) for address in [ANN, "Ann@Example.org", "ANN@example.org", ANN, ANN]]
    reader.the_worker_looks()
    with reader.store.read() as connection:
        assert connection.execute(select(func.count()).select_from(t.letters)).scalar_one() == PER_ADDRESS
    assert {answer.status for answer in answers} == {202}

    reader.clock.at = later(days=1)
    reader.signs_up(ANN)
    assert reader.the_worker_looks() == 1


def test_a_source_may_ask_only_so_often_a_day(reader: Reader) -> None:
    statuses = [reader.signs_up(f"a{number}@example.org").status for number in range(PER_SOURCE + 1)]
    assert statuses == [202] * PER_SOURCE + [429]
    reader.clock.at = later(days=1)
    assert reader.signs_up(ANN).status == 202


def test_nobody_is_believed_about_where_he_comes_from(reader: Reader) -> None:
    for number in range(PER_SOURCE):
        reader.signs_up(ANN, headers={"X-Forwarded-For": f"198.51.100.{number}"})
    assert reader.signs_up(ANN, headers={"X-Forwarded-For": "203.0.113.9"}).status == 429


def test_a_proxy_of_the_operator_is_believed_for_what_it_wrote_itself(
    lite: Store, settings: Settings, clock: Clock
) -> None:
    open_story(lite)
    behind = settings.model_copy(update={"proxies": Settings(proxies="127.0.0.0/8").proxies})  # type: ignore[arg-type]
    with site_of(lite, behind, clock) as site:
        reader = Reader(site, lite, behind, clock)
        for number in range(PER_SOURCE):
            said = {"X-Forwarded-For": f"192.0.2.{number}, 198.51.100.7"}  # the first is the client's own word
            assert reader.signs_up(ANN, headers=said).status == 202
        assert reader.signs_up(ANN, headers={"X-Forwarded-For": "198.51.100.7"}).status == 429
        assert reader.signs_up(ANN, headers={"X-Forwarded-For": "198.51.100.8"}).status == 202


def test_a_form_that_is_too_large_or_none_is_refused(reader: Reader) -> None:
    assert reader.site.ask("POST", SIGN_UP, "email=" + "a" * 200_000, FORM).status == 413
    assert reader.site.ask("POST", SIGN_UP, "a&" * 2_000, FORM).status == 400
    assert reader.site.ask("POST", SIGN_UP, posted({**USUAL, "email": ANN, "topics": "%FF"}), FORM).status == 422
    assert reader.site.ask("POST", SIGN_UP.replace(STORY, "moon"), "email=a", FORM).status == 404


def test_a_letter_is_written_again_word_for_word_when_the_mail_server_was_away(reader: Reader) -> None:
    reader.signs_up(ANN)
    reader.settings.mailbox.parent.mkdir(parents=True, exist_ok=True)
    reader.settings.mailbox.write_text("in the way")
    assert reader.the_worker_looks() == 1
    assert not reader.store.correspondence_due(NOW)
    assert reader.store.correspondence_due(later(seconds=10))

    reader.settings.mailbox.unlink()
    assert reader.the_worker_looks(later(seconds=10)) == 1
    assert reader.posts(reader.link(ANN)).status == 200


def test_a_letter_whose_worker_died_goes_out_after_its_lease_and_is_given_up_after_eight(reader: Reader) -> None:
    reader.signs_up(ANN)
    reader.store.answer_request(NOW, reader.settings.signing_key())
    attempts = []
    for number in range(9):
        leased = reader.store.lease_letter(later(minutes=2 * number), 60, 8)
        assert leased is None or reader.store.lease_letter(later(minutes=2 * number), 60, 8) is None
        attempts.append(leased.attempt if leased else None)
    assert attempts == [1, 2, 3, 4, 5, 6, 7, 8, None]
    assert not reader.store.correspondence_due(later(hours=1))


def test_the_page_of_the_form_works_without_a_script_and_offers_all_that_the_story_has(reader: Reader) -> None:
    page = reader.site.get(SIGN_UP).page
    assert page.all("form", "method") == ["post"]
    assert "script" not in {tag for tag, _ in page.tags}
    named = set(page.all("input", "name")) | set(page.all("select", "name"))
    assert named == {"email", *USUAL}
    assert f"{SIGN_UP}" in reader.site.get(f"/stories/{STORY}").page.links


def test_a_new_subscriber_gets_what_the_policy_says_is_usual(reader: Reader) -> None:
    reader.signs_up(ANN)
    reader.the_worker_looks()
    [one] = reader.store.subscriptions(STORY)
    assert one.policy == Policy.usual("email")
