"""What came of one attempt, recorded as the drain records what came of many."""

from __future__ import annotations

from datetime import datetime

from worker.errors import LeaseLost, TransportError
from worker.store import Leased, Result, Store


def record_sent(store: Store, leased: Leased, now: datetime, status: int | None, answer: str) -> None:
    """It was accepted. Raises LeaseLost if the delivery is another worker's by now."""
    _record(store, Result(leased, now, None, status, answer))


def record_failure(
    store: Store, leased: Leased, now: datetime, error: TransportError, retry_at: datetime | None
) -> str:
    """It was not; the state of the delivery now. Raises LeaseLost as `record_sent`."""
    return _record(store, Result(leased, now, None, error.status, error.answer, error, retry_at))


def _record(store: Store, result: Result) -> str:
    [state] = store.record([result])
    if state is None:
        raise LeaseLost(f"delivery {result.leased.id} is another worker's now")
    return state
