"""One run: steps drawn by a seed, on the real store; what must hold is looked at after each step and at the end.

Nothing is sent: a receiver is a list of what arrived. A crash is a worker that forgets what it holds, or a transaction
that is broken off at its commit.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import event, select

from rules import PartialDate, Phase, State, Status
from tests.worker.samples import NOW, STORY, deadline, finding, ledger, pack, subscription
from worker import retries
from worker.alerts import Alert, plan
from worker.errors import Ending, TransportError, WrongUse
from worker.store import Leased, Result, Store, tables

PACK = replace(pack(), feeds=())
LEASE = 60.0
ATTEMPTS = 3
"""Attempts before a delivery is given up: few, so that many are."""
SUBSCRIBERS = 3
QUIET_ROUNDS = 60
"""So many leases at most it may take until everything has its end, once nothing breaks any more."""


class Crash(Exception):
    """A worker is gone in the middle of a transaction."""


@dataclass
class Worker:
    name: str
    skew: timedelta = timedelta()
    """By how much its clock is wrong."""
    held: list[Leased] = field(default_factory=list)
    answered: list[Result] = field(default_factory=list)


class Machine:
    """Two workers, a receiver, and the store. `step` does one thing; `finish` lets everything come to its end."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store, self.rng = store, random.Random(seed)
        self.now, self.numbers = NOW, iter(range(1, 1_000_000))
        self.workers = [Worker("a"), Worker("b")]
        self.bodies: dict[str, set[bytes]] = defaultdict(set)
        self.cancelled: set[str] = set()
        self.told: list[str] = []
        """What was done, for whoever looks for the reason of a failure."""
        self._crashes = False
        store.open_story(PACK, ledger(), NOW)
        for number in range(SUBSCRIBERS):
            store.add_subscription(subscription(number), NOW)

    @contextmanager
    def crashing(self) -> Iterator[None]:
        """While this lasts, a transaction that should crash does so at its commit."""

        def at_commit(_: Any) -> None:
            if self._crashes:
                raise Crash

        event.listen(self.store._engine, "commit", at_commit)
        try:
            yield
        finally:
            event.remove(self.store._engine, "commit", at_commit)

    def step(self) -> None:
        """Do one thing that a worker, a clock, a person or bad luck might do."""
        doings: list[tuple[int, Callable[[], object]]] = [
            (12, self._makes),
            (4, self._date_moves),
            (18, self._leases),
            (20, self._sends),
            (16, self._records),
            (4, self._gives_back),
            (6, self._dies),
            (8, self._reaps),
            (10, self._time_passes),
            (3, self._clock_steps),
            (2, self._leaves),
            (3, self._operator),
        ]
        do = self.rng.choices([doing for _, doing in doings], [weight for weight, _ in doings])[0]
        self._crashes = self.rng.random() < 0.15
        self.told.append(f"{do.__name__}{' and crashes' if self._crashes else ''}")
        try:
            do()
        except Crash:
            if do in (self._leases, self._records, self._gives_back):
                self._dies()
        finally:
            self._crashes = False
        self._look()

    def finish(self) -> None:
        """Nothing breaks any more: right clocks, one worker, a receiver that takes all. Raises AssertionError."""
        for worker in self.workers:
            worker.held, worker.answered, worker.skew = [], [], timedelta()
        self.told.append("the rest")
        for _ in range(QUIET_ROUNDS):
            if not any(row.state in ("pending", "leased") for row in self._rows()):
                break
            self.now += timedelta(seconds=LEASE + 1)
            self.store.reap(self.now, ATTEMPTS, LEASE)
            # The future of a clock that was wrong comes, too.
            self.now = max([self.now, *(row.next_attempt_at for row in self._rows() if row.state == "pending")])
            for suspects in (False, True):
                taken = self.store.lease("last", self.now, LEASE, 100, 100, suspects=suspects)
                for leased in taken:
                    self._arrives(leased)
                self.store.record([Result(leased, self.now, 0.1, 200) for leased in taken])
            self._look()
        for row in self._rows():
            assert row.state in ("sent", "dead", "cancelled"), f"{row.id} has no end: {row.state}"
            assert row.state != "sent" or row.id in self.bodies, f"{row.id} is sent, and never arrived"
            assert row.state == "sent" or row.reason, f"{row.id} is {row.state} without a reason"

    def _look(self) -> None:
        """What must hold at any moment."""
        for row in self._rows():
            assert row.attempts - row.attempts_before <= ATTEMPTS, f"{row.id} was attempted too often"
            assert row.state != "sent" or row.id in self.bodies, f"{row.id} is sent, and never arrived"
            if row.state == "cancelled":
                self.cancelled.add(row.id)
        for name, bodies in self.bodies.items():
            assert len(bodies) == 1, f"{name} had two bodies"

    def _rows(self) -> list[Any]:
        with self.store.read() as connection:
            return list(connection.execute(select(tables.deliveries)))

    def _arrives(self, leased: Leased) -> None:
        self.bodies[leased.id].add(leased.body)

    def _commit(self, findings: Any, deadlines: Any) -> None:
        story, everybody = self.store.story(STORY), self.store.subscriptions()
        made = plan(PACK, findings, deadlines, everybody, self.now, ledger=story.ledger, mail=_mail)
        self.store.commit(story, story.ledger, made, self.now)

    def _makes(self) -> None:
        number = next(self.numbers)
        if self.rng.random() < 0.5:
            self._commit([finding(after=State(Status.AGREED, {"percent": number}), article=str(number))], [])
        else:
            self._commit([], [deadline(Phase.DUE, date(2026, 1, 1) + timedelta(days=self.rng.randrange(5)))])

    def _date_moves(self) -> None:
        day = date(2026, 1, 1) + timedelta(days=self.rng.randrange(5))
        self._commit([], [deadline(Phase.MOVED, day, moved_to=PartialDate(2026, 3, self.rng.randrange(1, 28)))])

    def _leases(self) -> None:
        worker = self.rng.choice(self.workers)
        quick, suspects = self.rng.choice([(), ("hooks1.example",)]), self.rng.random() < 0.3
        taken = self.store.lease(
            worker.name,
            self._clock(worker),
            LEASE,
            self.rng.randrange(1, 8),
            2,
            quick=quick,
            ahead=5,
            suspects=suspects,
        )
        again = self.cancelled & {leased.id for leased in taken}
        assert not again, f"{again} were leased after they had been cancelled"
        worker.held += taken

    def _sends(self) -> None:
        worker = self.rng.choice(self.workers)
        if not worker.held:
            return
        leased = worker.held.pop(self.rng.randrange(len(worker.held)))
        lot, at = self.rng.random(), self._clock(worker)
        if lot < 0.65:
            self._arrives(leased)
            error = None
            if lot > 0.5:  # it arrived, and the answer did not come back
                error = TransportError("no answer in time", permanent=False)
        elif lot < 0.9:
            error = TransportError("503", permanent=False, status=503)
        elif lot < 0.97:
            error = TransportError("refused for good", permanent=True)
        else:
            error = TransportError("gone", permanent=True, status=410, ends=Ending.GONE)
        retry = None
        if error and not error.permanent:
            retry = retries.next_attempt(leased.attempt - leased.attempts_before, at, most=ATTEMPTS)
        worker.answered.append(Result(leased, at, 0.1, 200, "", error, retry))

    def _records(self) -> None:
        worker = self.rng.choice(self.workers)
        self.store.record(worker.answered)
        worker.answered = []

    def _gives_back(self) -> None:
        worker = self.rng.choice(self.workers)
        if worker.held:
            self.store.give_back(worker.held, self._clock(worker))
            worker.held = []

    def _dies(self) -> None:
        worker = self.rng.choice(self.workers)
        worker.held, worker.answered = [], []

    def _reaps(self) -> None:
        self.store.reap(self._clock(self.rng.choice(self.workers)), ATTEMPTS, LEASE)

    def _time_passes(self) -> None:
        self.now += timedelta(seconds=self.rng.choice([1, 10, LEASE, 400, 3_600]))

    def _clock_steps(self) -> None:
        worker = self.rng.choice(self.workers)
        worker.skew = timedelta(seconds=self.rng.choice([0, 0, -3_600, 3_600, 86_400]))

    def _leaves(self) -> None:
        """A reader ends his subscription, and comes back later under the same address."""
        number = self.rng.randrange(SUBSCRIBERS)
        if not self.store.disable_subscription(f"sub_{number}", "unsubscribed"):
            self.store.add_subscription(subscription(number), self.now)

    def _operator(self) -> None:
        for ended in self.store.ended_subscriptions():
            self.store.enable_subscription(ended.id)
        rows = [row for row in self._rows() if row.state in ("dead", "cancelled")]
        if rows and self.rng.random() < 0.5:
            chosen = self.rng.choice(rows).id
            try:
                self.store.resend(chosen, self.now)
            except WrongUse:
                return
            self.cancelled.discard(chosen)  # which somebody asked for
        else:
            self.store.resend_since(self.now - timedelta(days=1), self.now)

    def _clock(self, worker: Worker) -> datetime:
        return self.now + worker.skew


def _mail(alert: Alert, *_: object) -> bytes:
    return alert.headline.encode()


def run(store: Store, seed: int, steps: int) -> None:
    """One run on an empty store. Raises AssertionError with the seed and everything that was done."""
    machine = Machine(store, seed)
    try:
        with machine.crashing():
            for _ in range(steps):
                machine.step()
        machine.finish()
    except AssertionError as error:
        raise AssertionError(f"seed {seed}: {error}; after {', '.join(machine.told)}") from error
