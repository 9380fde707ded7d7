"""No alert without an end, nothing sent after it was cancelled, one body for one id: runs drawn by a seed.

`python -m tests.simulation` makes two thousand of them.
"""

from __future__ import annotations

import pytest

from tests.simulation.machine import Machine, run
from worker.store import Leased, Store


@pytest.mark.parametrize("seed", range(25))
def test_whatever_crashes_and_whatever_the_clocks_say_every_delivery_comes_to_its_end(lite: Store, seed: int) -> None:
    run(lite, seed, 50)


def test_a_worker_that_records_what_it_no_longer_holds_would_be_noticed(
    lite: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The simulation can fail: with messages that are recorded as sent and never are, it does."""
    monkeypatch.setattr(Machine, "_arrives", lambda _self, _leased: None)
    with pytest.raises(AssertionError, match="never arrived"):
        run(lite, 1, 50)


def test_a_body_that_changes_between_two_attempts_would_be_noticed(
    lite: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def arrives(self: Machine, leased: Leased) -> None:
        self.bodies[leased.id].add(leased.body + str(leased.attempt).encode())

    monkeypatch.setattr(Machine, "_arrives", arrives)
    with pytest.raises(AssertionError, match="two bodies"):
        run(lite, 3, 400)
