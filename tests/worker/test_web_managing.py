"""A subscriber's own page, by the link in every mail: nothing by merely looking, and nothing left when he goes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from tests.worker.answers import record_sent
from tests.worker.samples import FENTANYL, NOW, STORY, finding, later, subscription
from tests.worker.signups import FORM, Reader
from tests.worker.site import PACK, Clock, Site, open_story, tell
from worker.alerts import manage_token, plan, said
from worker.desk import Desk
from worker.errors import LeaseLost
from worker.settings import Settings
from worker.store import Store
from worker.store import tables as t

ANN, NEW = "ann@example.org", "ann@new.example"


@pytest.fixture
def reader(site: Site, lite: Store, settings: Settings, clock: Clock) -> Reader:
    open_story(lite)
    lite.add_subscription(subscription(1, channel="email", address=ANN, secret=None), NOW)
    lite.add_subscription(subscription(2, channel="email", address="bob@example.org", secret=None), NOW)
    return Reader(site, lite, settings, clock)


def own(reader: Reader, number: int = 1) -> str:
    one = reader.store.subscription(f"sub_{number}")
    assert one is not None
    return f"/manage/{one.id}/{manage_token(reader.settings.signing_key(), one)}"


def words(reader: Reader) -> dict[str, list[str]]:
    one = reader.store.subscription("sub_1")
    assert one is not None
    return said(one)


def holding(store: Store, what: str) -> list[str]:
    """The rows of the whole database that hold a word, bodies of mails included."""
    with store.read() as connection:
        rows = [str(row) for table in t.metadata.sorted_tables for row in connection.execute(select(table))]
    return [row for row in rows if what in row]


def test_the_page_shows_what_is_asked_for_and_looking_changes_nothing(reader: Reader) -> None:
    before = reader.store.subscription("sub_1")
    answer = reader.site.get(own(reader))
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert ANN in answer.page.text
    assert set(answer.page.all("form", "method")) == {"post"}
    for way in ("pause", "resume", "address", "delete"):
        assert reader.site.get(f"{own(reader)}/{way}").status in (404, 405)
    assert reader.store.subscription("sub_1") == before


def test_what_the_form_says_is_taken_over_whole(reader: Reader) -> None:
    answer = reader.posts(
        own(reader), **(words(reader) | {"topics": ["tariffs"], "digest": ["weekly"], "kinds": ["change"]})
    )
    assert (answer.status, answer.headers["location"]) == (303, f"{own(reader)}?done=changed")
    one = reader.store.subscription("sub_1")
    assert one is not None
    assert (one.topics, one.kinds, one.policy.digest) == (("tariffs",), ("change",), "weekly")
    assert "What you get is changed." in reader.site.get(answer.headers["location"]).page.text
    assert "weekly" in reader.site.get(own(reader)).page.text


def test_a_box_that_is_no_longer_ticked_is_taken_back(reader: Reader) -> None:
    reader.posts(own(reader), **(words(reader) | {"updates": ["yes"], "facts": [FENTANYL]}))
    reader.posts(
        own(reader), **{name: value for name, value in words(reader).items() if name not in ("updates", "facts")}
    )
    one = reader.store.subscription("sub_1")
    assert one is not None
    assert (one.updates, one.facts) == (False, ())


def test_what_cannot_be_meant_changes_nothing_and_is_said(reader: Reader) -> None:
    before = reader.store.subscription("sub_1")
    answer = reader.posts(own(reader), **(words(reader) | {"time_zone": ["Moon/Crater"]}))
    assert (answer.status, "is no time zone" in answer.page.text) == (422, True)
    assert reader.store.subscription("sub_1") == before


def test_a_pause_sends_nothing_and_ends_when_he_resumes(reader: Reader) -> None:
    reader.posts(f"{own(reader)}/pause")
    assert "Paused." in reader.site.get(own(reader)).page.text
    tell(reader.store, finding())
    assert reader.store.due_deliveries(later(hours=1)) == 1  # Bob's

    reader.posts(f"{own(reader)}/resume")
    tell(reader.store, finding(article="2", fact="tariff_truce"), now=later(hours=1))
    assert reader.store.due_deliveries(later(hours=2)) == 3


@pytest.mark.parametrize("spoilt", ["cut", "of another", "longer", "not ascii", "nul", "unknown"])
@pytest.mark.parametrize("way", ["", "/pause", "/address", "/delete", "/export.json"])
def test_a_link_that_is_not_whole_opens_and_changes_nothing(reader: Reader, spoilt: str, way: str) -> None:
    link = own(reader)
    changed = {
        "cut": link[:-1],
        "of another": link.replace("sub_1", "sub_2"),
        "longer": link + "A",
        "not ascii": link[:-1] + "%C3%A9",
        "nul": link.replace("sub_1", "sub_1%00"),
        "unknown": link.replace("sub_1", "sub_9"),
    }[spoilt]
    before = reader.store.subscriptions()
    methods = ("GET",) if way == "/export.json" else ("POST",) if way else ("GET", "POST")
    for method in methods:
        answer = reader.site.ask(method, changed + way, "sure=yes&email=eve%40example.org", FORM)
        assert answer.status == 404, (method, changed + way)
    assert reader.store.subscriptions() == before


def test_a_webhook_has_no_page(reader: Reader) -> None:
    reader.store.add_subscription(subscription(3), NOW)
    assert reader.site.get(own(reader, 3)).status == 404


def test_the_link_in_a_real_mail_opens_the_page_in_both_of_its_parts(reader: Reader) -> None:
    delivered(reader)
    [mail] = [bytes(row.body).decode() for row in deliveries(reader) if row.subscription_id == "sub_1"]
    whole = mail.replace("=\r\n", "")
    assert whole.count(own(reader)) == 2
    assert "Change what you get" in whole


def deliveries(reader: Reader) -> list[Any]:
    with reader.store.read() as connection:
        return list(connection.execute(select(t.deliveries)))


def delivered(reader: Reader) -> None:
    """Real mails to both, in the database and in the folder."""
    desk = Desk(reader.settings, reader.store, {STORY: PACK})
    story = reader.store.story(STORY)
    made = plan(
        PACK, [finding()], (), reader.store.subscriptions(STORY), NOW, ledger=story.ledger, mail=desk.compose_mail
    )
    reader.store.commit(story, story.ledger, made, NOW)
    reader.settings.mailbox.mkdir(parents=True)
    for leased in reader.store.lease("w", later(seconds=1), 60, 10, 10):
        (reader.settings.mailbox / f"{leased.id}.eml").write_bytes(leased.body)
        record_sent(reader.store, leased, later(seconds=2), 250, f"OK for {leased.address}")


def test_the_file_holds_everything_that_is_kept_and_nobody_elses(reader: Reader) -> None:
    delivered(reader)
    reader.posts(f"{own(reader)}/address", email=NEW)
    answer = reader.site.get(f"{own(reader)}/export.json")
    assert answer.headers["content-disposition"].startswith("attachment")
    kept = json.loads(answer.body)
    assert kept["subscription"]["address"] == ANN
    [delivery] = kept["deliveries"]
    assert "10 %" in delivery["message"]
    assert delivery["state"] == "sent"
    assert [it["outcome"] for it in kept["attempts"]] == ["sent"]
    assert [it["fate"] for it in kept["notices"]] == ["told"]
    assert [it["address"] for it in kept["requests"]] == [NEW]
    assert "bob@example.org" not in answer.body.decode()


def test_deleting_asks_whether_he_is_sure(reader: Reader) -> None:
    answer = reader.posts(f"{own(reader)}/delete")
    assert (answer.status, "Nothing was deleted" in answer.page.text) == (422, True)
    assert reader.store.subscription("sub_1") is not None


def test_after_deleting_no_row_and_no_file_holds_the_address(reader: Reader) -> None:
    delivered(reader)
    reader.posts(f"{own(reader)}/address", email=NEW)
    reader.the_worker_looks()
    assert holding(reader.store, ANN)
    assert holding(reader.store, NEW)
    link = own(reader)

    assert "Deleted" in reader.posts(f"{link}/delete", sure="yes").page.text
    assert holding(reader.store, ANN) == []
    assert holding(reader.store, NEW) == []
    assert holding(reader.store, "sub_1") == []
    assert (reader.mails(ANN), reader.mails(NEW)) == ([], [])
    assert len(reader.mails("bob@example.org")) == 1
    assert reader.site.get(link).status == 404


def test_a_new_address_is_asked_first_and_then_the_old_one_is_told(reader: Reader) -> None:
    old = own(reader)
    answer = reader.posts(f"{old}/address", email=NEW)
    assert answer.headers["location"].endswith("?done=asked")
    reader.the_worker_looks()
    assert reader.mails(ANN) == []
    one = reader.store.subscription("sub_1")
    assert one is not None
    assert one.address == ANN

    reader.site.get(reader.link(NEW))
    assert "Confirmed" in reader.posts(reader.link(NEW)).page.text
    one = reader.store.subscription("sub_1")
    assert one is not None
    assert one.address == NEW
    reader.the_worker_looks()
    [told] = reader.mails(ANN)
    assert told["Subject"].startswith("Sent to another address")
    assert NEW not in told.as_string()

    assert reader.site.get(old).status == 404  # it stands in the mails of the old address
    assert reader.site.get(own(reader)).status == 200
    reader.posts(reader.link(ANN))  # the old one can still end it
    assert [it.id for it in reader.store.subscriptions()] == ["sub_2"]


def test_an_address_that_is_subscribed_already_gets_no_letter_and_the_answer_does_not_say_so(reader: Reader) -> None:
    unknown, known = (reader.posts(f"{own(reader)}/address", email=it) for it in (NEW, "bob@example.org"))
    assert (unknown.status, unknown.headers["location"]) == (known.status, known.headers["location"])
    reader.the_worker_looks()
    assert reader.mails("bob@example.org") == []


def test_an_address_that_was_subscribed_meanwhile_is_left_alone(reader: Reader) -> None:
    reader.posts(f"{own(reader)}/address", email=NEW)
    reader.the_worker_looks()
    reader.store.add_subscription(subscription(3, channel="email", address=NEW, secret=None), NOW)
    assert reader.posts(reader.link(NEW)).status == 404
    assert [it.address for it in reader.store.subscriptions()] == [ANN, "bob@example.org", NEW]


def test_who_has_ended_his_subscription_can_still_take_and_delete_what_is_kept(reader: Reader) -> None:
    link = own(reader)
    reader.store.disable_subscription("sub_1", "enough")
    assert "has ended" in reader.site.get(link).page.text
    assert reader.site.get(f"{link}/export.json").json["subscription"]["reason"] == "enough"
    reader.posts(f"{link}/pause")
    assert "sub_1" not in [it.id for it in reader.store.subscriptions()]
    reader.posts(f"{link}/delete", sure="yes")
    assert holding(reader.store, ANN) == []


def test_a_mail_that_is_out_when_he_deletes_everything_leaves_nothing_behind(reader: Reader) -> None:
    tell(reader.store, finding())
    leased = reader.store.lease("w", later(seconds=1), 60, 10, 10)
    reader.posts(f"{own(reader)}/delete", sure="yes")
    for one in leased:
        if one.subscription_id == "sub_1":
            with pytest.raises(LeaseLost):
                record_sent(reader.store, one, later(seconds=2), 250, "OK")
    assert holding(reader.store, "sub_1") == []


def test_a_date_that_is_noted_is_kept_and_shown_and_another_is_refused(reader: Reader) -> None:
    tell(reader.store, finding())  # from 10 November on
    page = reader.site.get(own(reader)).page
    assert "US fentanyl tariff on Chinese goods: starts on 10 November 2025" in page.text
    date = "fact=us_tariff_fentanyl&role=effective&day=2025-11-10"
    answer = reader.site.ask("POST", f"{own(reader)}/noted", date, FORM)
    assert answer.status == 303
    assert [one.fact for one in reader.store.acknowledged("sub_1")] == [FENTANYL]
    assert reader.store.acknowledged("sub_2") == frozenset()
    assert "Noted: you are reminded" in reader.site.get(answer.headers["location"]).page.text
    assert "I have noted it" not in reader.site.get(own(reader)).page.text
    other = reader.site.ask("POST", f"{own(reader)}/noted", date.replace("10", "11"), FORM)
    assert (other.status, "no longer on record" in other.page.text) == (422, True)
