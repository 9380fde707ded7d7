"""Feeds and what they bring: stored once, in every version, on SQLite and on PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from rules.pack import Feed
from tests.worker.samples import NOW, STORY, later, ledger, pack
from worker.errors import WrongUse
from worker.store import Added, NewArticle, Store, StoredFeed

PACK = replace(pack(), feeds=())
A, B = f"{STORY}/a", f"{STORY}/b"


def item(number: int = 1, text: str = "Talks go on.", **given: object) -> NewArticle:
    link = f"https://news.example/{number}"
    said = {"guid": link, "url": link, "link_key": f"news.example/{number}", "published": NOW, "updated": None}
    return NewArticle(**(said | {"title": f"Item {number}", "text": text} | given))  # type: ignore[arg-type]


@pytest.fixture
def opened(store: Store) -> Store:
    """A story with two feeds, both polled before."""
    store.open_story(PACK, ledger(), NOW)
    for name in ("a", "b"):
        url = f"https://{name}.example/feed"
        store.add_feed(STORY, name, url, NOW, title=name, source=name.upper(), source_kind="wire", every_s=60)
        poll(store, f"{STORY}/{name}")
    return store


def feed(store: Store, feed_id: str) -> StoredFeed:
    return next(feed for feed in store.feeds() if feed.id == feed_id)


def poll(store: Store, feed_id: str, *items: NewArticle, now: datetime = NOW) -> Added:
    known = feed(store, feed_id)
    return store.feed_polled(known, PACK, items, ('"v1"', None), now=now, next_poll_at=now)


def test_what_the_first_poll_brings_is_recorded_and_nothing_else(store: Store) -> None:
    store.open_story(PACK, ledger(), NOW)
    store.add_feed(STORY, "a", "https://a.example/feed", NOW, title="A", source="A", every_s=60)
    assert poll(store, A, item(1), item(2)) == Added((), recorded=2)
    assert store.due_articles([STORY], NOW, 10) == ()
    [new] = poll(store, A, item(3), item(1)).new
    assert store.article(new).title == "Item 3"
    assert (store.article(new).state, store.article(1).state) == ("new", "recorded")


def test_an_empty_first_poll_is_a_first_poll(opened: Store) -> None:
    assert len(poll(opened, A, item(1)).new) == 1


def test_articles_older_than_the_story_are_recorded_only(opened: Store) -> None:
    day_before = datetime(2025, 10, 26, 23, 59, 59, tzinfo=UTC)
    added = poll(opened, A, item(1, published=day_before), item(2, published=datetime(2025, 10, 27, tzinfo=UTC)))
    assert (len(added.new), added.recorded) == (1, 1)


def test_the_same_article_is_stored_once(opened: Store) -> None:
    assert len(poll(opened, A, item(1)).new) == 1
    assert poll(opened, A, item(1)) == Added()
    assert poll(opened, A, item(1, text="Talks   go\n on. ")) == Added()


def test_the_same_link_in_another_feed_of_the_story_is_the_same_article(opened: Store) -> None:
    poll(opened, A, item(1))
    assert poll(opened, B, item(1, guid="other")) == Added()


def test_a_feed_that_brings_an_article_twice_at_once_brings_it_once(opened: Store) -> None:
    assert len(poll(opened, A, item(1), item(1)).new) == 1


def test_the_same_guid_in_another_feed_is_another_article(opened: Store) -> None:
    poll(opened, A, item(1, guid="1"))
    assert len(poll(opened, B, item(2, guid="1")).new) == 1


def test_an_edit_is_a_new_version_that_is_evaluated_again(opened: Store) -> None:
    [first] = poll(opened, A, item(1)).new
    [second] = poll(opened, A, item(1, text="Talks broke off."), now=later(hours=1)).new
    [third] = poll(opened, A, item(1, guid="moved", text="Talks resume."), now=later(hours=2)).new
    versions = [opened.article(number) for number in (first, second, third)]
    assert [(v.version, v.state, v.published) for v in versions] == [
        (1, "new", NOW),
        (2, "new", later(hours=1)),
        (3, "new", later(hours=2)),
    ]


def test_a_version_goes_to_its_evaluator_with_the_one_before_it(opened: Store) -> None:
    [first] = poll(opened, A, item(1, text="Talks go on.")).new
    [second] = poll(opened, A, item(1, text="Talks broke off."), now=later(hours=1)).new
    claimed = [opened.claim_article(number, later(hours=2), 60, 5) for number in (first, second)]
    assert [article.for_rules().earlier for article in claimed if article] == ["", "Item 1\nTalks go on."]


def test_an_edit_and_its_original_in_one_poll_are_two_versions(opened: Store) -> None:
    numbers = poll(opened, A, item(1), item(1, text="Talks broke off.")).new
    assert [opened.article(number).version for number in numbers] == [1, 2]


def test_an_edit_taken_back_is_nothing_new(opened: Store) -> None:
    poll(opened, A, item(1))
    poll(opened, A, item(1, text="Talks broke off."))
    assert poll(opened, A, item(1)) == Added()


def test_an_edit_speaks_from_when_the_feed_says_it_was_made(opened: Store) -> None:
    poll(opened, A, item(1))
    edited = item(1, text="Talks broke off.", updated=later(minutes=20))
    [number] = poll(opened, A, edited, now=later(hours=1)).new
    assert opened.article(number).published == later(minutes=20)


def test_an_article_without_a_date_or_from_the_future_is_of_now(opened: Store) -> None:
    numbers = poll(opened, A, item(1, published=None), item(2, published=later(days=400))).new
    assert [opened.article(number).published for number in numbers] == [NOW, NOW]


def test_entries_that_share_one_link_are_told_apart_by_what_they_say(opened: Store) -> None:
    same = {"url": "https://a.example/", "link_key": "a.example"}
    added = poll(opened, A, *[item(n, guid=str(n), text=f"News {n}.", **same) for n in range(3)])
    assert len(added.new) == 3


def test_entries_without_a_link_are_told_apart_by_their_guid(opened: Store) -> None:
    added = poll(opened, A, *[item(n, guid=str(n), url="", link_key=None) for n in range(3)])
    assert len(added.new) == 3


def test_two_workers_that_store_the_same_poll_store_it_once(opened: Store) -> None:
    items = [item(number) for number in range(20)]
    with ThreadPoolExecutor(4) as threads:
        added = list(threads.map(lambda _: poll(opened, A, *items), range(4)))
    assert sorted(number for part in added for number in part.new) == list(opened.due_articles([STORY], NOW, 100))
    assert sum(len(part.new) for part in added) == 20


def test_each_story_keeps_its_own_copy_of_an_article(opened: Store) -> None:
    other = replace(PACK, id="other")
    opened.open_story(other, replace(ledger(), story="other"), NOW)
    opened.add_feed("other", "a", "https://a.example/feed", NOW, title="A", source="A", every_s=60)
    poll(opened, "other/a")
    assert len(poll(opened, A, item(1)).new) == len(poll(opened, "other/a", item(1)).new) == 1


def test_a_due_feed_is_polled_by_one_worker_at_a_time(opened: Store) -> None:
    assert opened.due_feeds([STORY], NOW, 10) == (A, B)
    with ThreadPoolExecutor(4) as threads:
        claimed = list(threads.map(lambda _: opened.claim_feed(A, NOW, 60), range(4)))
    assert len([feed for feed in claimed if feed]) == 1
    assert opened.due_feeds([STORY], NOW, 10) == (B,)
    assert opened.due_feeds([STORY], later(seconds=60), 10) == (A, B)
    assert opened.due_feeds(["other"], NOW, 10) == ()


def test_a_feed_is_not_polled_before_it_is_due(opened: Store) -> None:
    opened.feed_unchanged(feed(opened, A), NOW, later(minutes=15))
    assert opened.claim_feed(A, later(minutes=14), 60) is None
    assert opened.claim_feed(A, later(minutes=15), 60) is not None


def test_how_a_feed_fared_is_kept(opened: Store) -> None:
    opened.feed_failed(feed(opened, A), "the server said 404", later(minutes=15))
    opened.feed_failed(feed(opened, A), "the server said 500", later(minutes=30))
    failed = feed(opened, A)
    assert (failed.failures, failed.last_status, failed.last_error) == (2, "failed", "the server said 500")
    assert (failed.etag, failed.last_success_at) == ('"v1"', NOW)
    opened.feed_unchanged(failed, later(hours=1), later(hours=2))
    mended = feed(opened, A)
    assert (mended.failures, mended.last_status, mended.last_error) == (0, "not modified", None)
    assert (mended.etag, mended.last_success_at) == ('"v1"', later(hours=1))


def test_a_failure_before_the_first_success_leaves_the_first_poll_to_come(store: Store) -> None:
    store.open_story(PACK, ledger(), NOW)
    store.add_feed(STORY, "a", "https://a.example/feed", NOW, title="A", source="A", every_s=60)
    store.feed_failed(feed(store, A), "no answer", NOW)
    assert poll(store, A, item(1)) == Added((), recorded=1)


def test_the_feeds_of_a_pack_are_taken_up_changed_and_dropped_with_it(store: Store) -> None:
    store.open_story(PACK, ledger(), NOW)
    one = Feed("one", "One", "https://one.example/feed", "One", "wire", every=5)
    two = Feed("two", "Two", "https://two.example/feed", "Two", "outlet")
    store.sync_feeds(replace(PACK, feeds=(one, two)), NOW)
    assert [(f.id, f.every_s, f.added_by) for f in store.feeds(STORY)] == [
        (f"{STORY}/one", 300, "pack"),
        (f"{STORY}/two", 900, "pack"),
    ]
    poll(store, f"{STORY}/one", item(1))
    store.remove_feed(f"{STORY}/two")
    store.sync_feeds(replace(PACK, feeds=(replace(one, title="Uno"), two)), later(days=1))
    [kept] = store.feeds(STORY)
    assert (kept.title, kept.etag, kept.first_polled_at) == ("Uno", '"v1"', NOW)
    store.sync_feeds(replace(PACK, feeds=(replace(one, url="https://uno.example/feed"),)), later(days=1))
    [moved] = store.feeds(STORY)
    assert (moved.url, moved.etag, moved.first_polled_at) == ("https://uno.example/feed", None, None)
    store.sync_feeds(PACK, later(days=1))
    assert store.feeds(STORY) == ()


def test_a_feed_of_a_pack_that_was_dropped_comes_back_with_it_but_one_removed_by_hand_does_not(store: Store) -> None:
    store.open_story(PACK, ledger(), NOW)
    one = Feed("one", "One", "https://one.example/feed", "One", "wire")
    two = Feed("two", "Two", "https://two.example/feed", "Two", "wire")
    both = replace(PACK, feeds=(one, two))
    store.sync_feeds(both, NOW)
    store.remove_feed(f"{STORY}/two")
    store.sync_feeds(PACK, NOW)
    store.sync_feeds(both, NOW)
    assert [f.id for f in store.feeds()] == [f"{STORY}/one"]


def test_a_feed_whose_address_changed_while_it_was_polled_keeps_nothing_of_the_old_one(store: Store) -> None:
    store.open_story(PACK, ledger(), NOW)
    one = Feed("one", "One", "https://one.example/feed", "One", "wire")
    store.sync_feeds(replace(PACK, feeds=(one,)), NOW)
    [before] = store.feeds()
    store.sync_feeds(replace(PACK, feeds=(replace(one, url="https://uno.example/feed"),)), NOW)
    added = store.feed_polled(before, PACK, [item(1)], ('"old"', None), now=NOW, next_poll_at=NOW)
    [after] = store.feeds()
    assert (added, after.etag, after.last_status) == (Added(), None, None)


def test_a_feed_is_added_once_removed_and_added_again(opened: Store) -> None:
    url = "https://a.example/feed"
    with pytest.raises(WrongUse, match=f"has this feed already, as {A}"):
        opened.add_feed(STORY, "c", url, NOW, title="C", source="C", every_s=60)
    with pytest.raises(WrongUse, match=f"there is a feed {A} already"):
        opened.add_feed(STORY, "a", "https://c.example/feed", NOW, title="C", source="C", every_s=60)
    with pytest.raises(WrongUse, match="there is no story 'steel'"):
        opened.add_feed("steel", "c", "https://c.example/feed", NOW, title="C", source="C", every_s=60)
    assert opened.remove_feed(A)
    assert not opened.remove_feed(A)
    assert opened.due_feeds([STORY], NOW, 10) == (B,)
    assert opened.add_feed(STORY, "a", url, NOW, title="C", source="C", every_s=60) == A
    assert feed(opened, A).first_polled_at is None


def test_an_article_is_evaluated_by_one_worker_at_a_time(opened: Store) -> None:
    [number] = poll(opened, A, item(1)).new
    with ThreadPoolExecutor(4) as threads:
        claimed = list(threads.map(lambda _: opened.claim_article(number, NOW, 60, 5), range(4)))
    assert [article.attempts for article in claimed if article] == [1]
    assert opened.due_articles([STORY], NOW, 10) == ()
    assert opened.due_articles([STORY], later(seconds=60), 10) == (number,)


def test_an_article_that_keeps_raising_is_given_up_and_says_why(opened: Store) -> None:
    bad, good = poll(opened, A, item(1), item(2)).new
    for attempt in (1, 2, 3):
        assert opened.claim_article(bad, later(seconds=attempt), 60, 3)
        gone = opened.evaluation_failed(bad, "ValueError: odd", retry_at=later(seconds=attempt + 1), most=3)
        assert gone == (attempt == 3)
    assert (opened.article(bad).state, opened.article(bad).error) == ("failed", "ValueError: odd")
    assert opened.due_articles([STORY], later(days=9), 10) == (good,)


def test_an_article_that_takes_its_worker_down_is_given_up_too(opened: Store) -> None:
    [number] = poll(opened, A, item(1)).new
    for attempt in range(3):
        assert opened.claim_article(number, later(minutes=attempt), 60, 3)
    assert opened.claim_article(number, later(minutes=3), 60, 3) is None
    assert (opened.article(number).state, opened.article(number).error) == (
        "failed",
        "the evaluation was broken off 3 times",
    )


def test_articles_are_due_in_the_order_of_their_publication(opened: Store) -> None:
    late, early = poll(opened, A, item(1), item(2, published=later(hours=-1))).new
    assert opened.due_articles([STORY], NOW, 10) == (early, late)
    assert opened.due_articles([STORY], NOW, 1) == (early,)
