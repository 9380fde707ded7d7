"""Articles that come from one are a group, and every one of them is evaluated: on SQLite and on PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import func, select, text

from tests.worker.samples import NOW, STORY, later, ledger
from tests.worker.test_likeness import BRIEF, OWN, WIRE
from tests.worker.test_store_feeds import PACK, item, poll
from worker.store import NewArticle, Store, StoredArticle, database, tables

OUTLETS = ("wire", "courier", "herald", "echo")
REWRITTEN = BRIEF + " " + OWN[OWN.index("A harbour") :]


def open_story(store: Store, story: str = STORY) -> None:
    for name in OUTLETS:
        store.add_feed(story, name, f"https://{name}.example/feed", NOW, title=name, source=name, every_s=60)
        poll(store, f"{story}/{name}")


@pytest.fixture
def opened(store: Store) -> Store:
    """A story with four feeds, all polled before."""
    store.open_story(PACK, ledger(), NOW)
    open_story(store)
    return store


def port(number: int, words: str = WIRE, **given: Any) -> NewArticle:
    return item(number, words, **({"title": "Port strike ends"} | given))


def stored(store: Store, outlet: str, article: NewArticle, **given: Any) -> StoredArticle:
    [number] = poll(store, f"{STORY}/{outlet}", article, **given).new
    return store.article(number)


def test_an_article_is_the_first_of_its_group(opened: Store) -> None:
    one = stored(opened, "wire", port(1))
    assert (one.group, one.relation, one.likeness) == (one.id, None, None)


def test_the_same_words_elsewhere_are_a_copy(opened: Store) -> None:
    one = stored(opened, "wire", port(1))
    other, again = stored(opened, "courier", port(2)), stored(opened, "wire", port(3))
    assert {(a.group, a.relation, a.likeness) for a in (other, again)} == {(one.id, "copy", 1.0)}


def test_copies_and_rewrites_by_others_are_in_the_group_and_a_report_of_ones_own_is_not(opened: Store) -> None:
    own = stored(opened, "echo", port(1, OWN))
    one = stored(opened, "wire", port(2))
    copied = stored(opened, "courier", port(3, WIRE.replace("nine", "ten"), title="Strike in the north is over"))
    rewritten = stored(opened, "herald", port(4, REWRITTEN))
    assert [(a.group, a.relation) for a in (own, one, copied, rewritten)] == [
        (own.id, None),
        (one.id, None),
        (one.id, "copy"),
        (one.id, "rewrite"),
    ]
    assert copied.likeness is not None
    assert rewritten.likeness is not None
    assert 0.9 <= copied.likeness < 1
    assert 0.5 <= rewritten.likeness < 0.9


def test_none_of_a_group_is_kept_from_being_evaluated(opened: Store) -> None:
    numbers = [
        stored(opened, outlet, port(n, t)).id
        for n, (outlet, t) in enumerate(zip(OUTLETS, [WIRE, WIRE, BRIEF, REWRITTEN], strict=True))
    ]
    assert opened.due_articles([STORY], NOW, 10) == tuple(numbers)
    assert len({opened.article(number).group for number in numbers}) == 1


def test_copies_in_one_poll_are_a_group_and_so_is_what_the_first_poll_recorded(store: Store) -> None:
    store.open_story(PACK, ledger(), NOW)
    store.add_feed(STORY, "wire", "https://wire.example/feed", NOW, title="Wire", source="Wire", every_s=60)
    assert poll(store, f"{STORY}/wire", port(1), port(2, BRIEF)).recorded == 2
    assert [store.article(number).group for number in (1, 2)] == [1, 1]


def test_an_edit_is_in_the_group_of_what_it_replaces_however_much_was_changed(opened: Store) -> None:
    one = stored(opened, "wire", port(1))
    stored(opened, "courier", port(2))
    edit = stored(opened, "courier", port(2, OWN), now=later(hours=1))
    assert (edit.group, edit.relation, edit.likeness, edit.version) == (one.id, "edit", None, 2)


def test_who_copies_a_rewrite_is_in_the_group_of_the_first(opened: Store) -> None:
    one = stored(opened, "wire", port(1))
    stored(opened, "courier", port(2, REWRITTEN))
    half = REWRITTEN[REWRITTEN.index("A harbour") :] + " The mayor was pleased."
    last = stored(opened, "herald", port(3, half))
    assert (last.group, last.relation) == (one.id, "rewrite")


def test_an_article_is_compared_with_what_was_published_within_two_weeks_of_it(opened: Store) -> None:
    one = stored(opened, "wire", port(1, published=NOW), now=later(days=40))
    near = stored(opened, "courier", port(2, BRIEF, published=later(days=14)), now=later(days=40))
    far = stored(opened, "herald", port(3, REWRITTEN, published=later(days=29)), now=later(days=40))
    before = stored(opened, "echo", port(4, WIRE.replace("nine", "ten"), published=later(days=-5)), now=later(days=40))
    assert [a.group for a in (one, near, far, before)] == [one.id, one.id, far.id, one.id]


def test_an_article_from_the_first_day_of_the_calendar_is_stored(opened: Store) -> None:
    assert poll(opened, f"{STORY}/wire", port(1, published=datetime(1, 1, 1, tzinfo=UTC))).recorded == 1


def test_short_items_are_a_group_only_if_their_words_are_the_same(opened: Store) -> None:
    one = stored(opened, "wire", port(1, "Cranes move again."))
    other = stored(opened, "courier", port(2, "Cranes move again"))
    same = stored(opened, "herald", port(3, "Cranes  move again."))
    assert [a.group for a in (one, other, same)] == [one.id, other.id, one.id]


def test_groups_are_of_one_story(opened: Store) -> None:
    one = stored(opened, "wire", port(1))
    with opened.write() as connection:
        row = connection.execute(select(tables.stories)).one()._asdict()
        connection.execute(tables.stories.insert().values(row | {"id": "other"}))
    open_story(opened, "other")
    numbers = poll(opened, "other/wire", port(1), port(2, BRIEF)).new
    assert [opened.article(number).group for number in numbers] == [numbers[0]] * 2
    assert one.group == one.id


def test_workers_that_store_copies_at_once_make_one_group(opened: Store, store_url: str) -> None:
    together = Barrier(len(OUTLETS))

    def work(number: int) -> None:
        own = Store.open(store_url)
        together.wait()
        changed = [WIRE, BRIEF, WIRE.replace("nine", "ten"), REWRITTEN][number]
        poll(own, f"{STORY}/{OUTLETS[number]}", *(port(number * 10 + n, f"{changed} {n}") for n in range(5)))
        own.close()

    with ThreadPoolExecutor(len(OUTLETS)) as threads:
        list(threads.map(work, range(len(OUTLETS))))
    with opened.read() as connection:
        groups = connection.execute(select(tables.articles.c.grp, func.count()).group_by(tables.articles.c.grp)).all()
    assert [count for _, count in groups] == [20]


def test_an_article_that_was_stored_before_there_were_groups_is_alone_until_its_words_come_again(
    database_url: str,
) -> None:
    store = Store.open(database_url)
    with store.write() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    store.open_story(PACK, ledger(), NOW)
    open_story(store)
    _insert_as_then(store, port(1))
    store.upgrade()
    old = store.article(1)
    assert (old.group, old.relation) == (1, None)
    assert stored(store, "courier", port(2)).group == 1
    assert stored(store, "herald", port(3, BRIEF)).group == 1
    store.close()


def _insert_as_then(store: Store, words: NewArticle) -> None:
    """Store an evaluated article in the tables of version 0001."""
    moment = "2025-11-05 12:00:00.000000" if store.backend == "sqlite" else NOW
    row = {
        "story": STORY,
        "feed_id": f"{STORY}/wire",
        "guid": words.guid,
        "url": words.url,
        "source": "wire",
        "source_kind": "wire",
        "published": moment,
        "fetched": moment,
        "title": words.title,
        "text": words.text,
        "content_hash": words.content_hash,
        "version": 1,
        "state": "evaluated",
        "attempts": 0,
    }
    with store.write() as connection:
        connection.execute(text(f"INSERT INTO articles ({', '.join(row)}) VALUES (:{', :'.join(row)})"), row)
