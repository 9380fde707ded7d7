"""Measure who is told: an alert's subscribers among many, many subscribers of one alert, and digests.

python -m tests.bench.policy [SUBSCRIBERS]     default: 20,000
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from rules import Evaluation
from tests.worker.samples import NOW, STORY, TEN, TWENTY, entry, finding, ledger
from worker import pipeline
from worker.alerts import Policy, Subscription
from worker.desk import Desk
from worker.settings import load_settings
from worker.store import tables
from worker.store.subscriptions import interests_of, row_of

SUBSCRIBERS = 20_000
MATCHING = 100
DIGESTS = 1_000
ROUNDS = 9
AT_ONCE = Policy()


@contextmanager
def installation(subscriptions: Iterator[Subscription]) -> Iterator[Desk]:
    """A desk on SQLite with these subscribers."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk.open(
            load_settings(data_dir=Path(folder), base_url="https://deltawire.example", secret_key="k" * 16)
        )
        desk.store.upgrade()
        desk.store.open_story(desk.packs[STORY], ledger(entry(TWENTY)), NOW)
        with desk.store.write() as connection:
            people, interests = [], []
            for subscription in subscriptions:
                people.append(row_of(subscription, NOW, "active"))
                interests += interests_of(subscription)
            connection.execute(tables.subscriptions.insert(), people)
            connection.execute(tables.interests.insert(), interests)
        yield desk
        desk.close()


def reader(number: int, fact: str, policy: Policy = AT_ONCE) -> Subscription:
    return Subscription(f"sub_{number:07}", STORY, "email", f"r{number}@reader.example", facts=(fact,), policy=policy)


def seconds(what: Callable[[], object]) -> float:
    """The least of several rounds: what is more is somebody else's work on this machine."""
    found = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        what()
        found.append(time.perf_counter() - start)
    return min(found)


def planning(everybody: int) -> float:
    """Seconds to plan one finding for a hundred subscribers among `everybody`."""
    people = (reader(n, "us_tariff_fentanyl" if n < MATCHING else "trade_deal") for n in range(everybody))
    with installation(people) as desk:
        story = desk.store.story(STORY)
        found = Evaluation((finding(),), (), story.ledger.add(entry(TEN, article="1")))

        def plan() -> None:
            made = pipeline.planned(desk, desk.packs[STORY], found, NOW)
            assert len(made.deliveries) == MATCHING

        return seconds(plan)


def fan_out(everybody: int) -> tuple[float, float]:
    """Seconds until an alert that all want is planned and committed for all, and the longest that one commit took."""
    longest = 0.0
    with installation(reader(n, "us_tariff_fentanyl") for n in range(everybody)) as desk:
        story = desk.store.story(STORY)
        after = story.ledger.add(entry(TEN, article="1"))
        begun = time.perf_counter()
        made = pipeline.planned(desk, desk.packs[STORY], Evaluation((finding(),), (), after), NOW)
        start = time.perf_counter()
        desk.store.commit(story, after, made, NOW)
        longest = time.perf_counter() - start
        commit = desk.store.commit_fan_out

        def timed(*given: object) -> int:
            nonlocal longest
            start = time.perf_counter()
            written = commit(*given)  # type: ignore[arg-type]
            longest = max(longest, time.perf_counter() - start)
            return written

        object.__setattr__(desk.store, "commit_fan_out", timed)
        while waiting := desk.store.fan_outs([STORY], 1):
            pipeline.fan_out(waiting[0], NOW, desk)
        assert desk.store.due_deliveries(NOW) == everybody
        return time.perf_counter() - begun, longest


def digests() -> float:
    """Seconds to build a digest of two changes for each of a thousand subscribers, in one process."""
    daily = Policy(digest="daily")
    with installation(reader(n, "us_tariff_fentanyl", daily) for n in range(DIGESTS)) as desk:
        for number, state in enumerate((TEN, TWENTY)):
            story = desk.store.story(STORY)
            after = story.ledger.add(entry(state, article=str(number)))
            told = finding(before=story.ledger.state("us_tariff_fentanyl"), after=state, article=str(number))
            made = pipeline.planned(desk, desk.packs[STORY], Evaluation((told,), (), after), NOW)
            desk.store.commit(story, after, made, NOW)
            while waiting := desk.store.fan_outs([STORY], 1):
                pipeline.fan_out(waiting[0], NOW, desk)
        tomorrow = NOW + timedelta(days=1)
        start = time.perf_counter()
        while due := desk.store.due_releases([STORY], tomorrow, 500):
            pipeline.release(due, tomorrow, desk)
        spent = time.perf_counter() - start
        assert desk.store.due_deliveries(tomorrow) == DIGESTS
        return spent


def main(everybody: int = SUBSCRIBERS) -> None:
    """Run every measurement once; more than a minute."""
    few, many = planning(everybody // 10), planning(everybody)
    print(
        f"one finding, {MATCHING} subscribers among {everybody // 10:,}: {few * 1e3:.0f} ms; "
        f"among {everybody:,}: {many * 1e3:.0f} ms, {many / few:.2f} times as long"
    )
    whole, longest = fan_out(everybody)
    print(
        f"one alert for {everybody:,} subscribers: {whole:.0f} s in commits of {pipeline.AT_ONCE}, "
        f"the longest {longest * 1e3:.0f} ms"
    )
    spent = digests()
    print(
        f"{DIGESTS:,} digests of two changes: {spent:.1f} s in one process; for 100,000 in two, at this speed, "
        f"{spent / DIGESTS * 100_000 / 2 / 60:.1f} min"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
