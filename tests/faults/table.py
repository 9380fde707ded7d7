"""The rows of the campaign: what is broken, how often in a whole run and in a short one, and on which databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.faults import crashes, endpoints, killing, outages, poison, proxy
from tests.faults.outcome import Outcome

BOTH = ("sqlite", "postgresql")
RunRow = Callable[[Outcome, str, int, int], None]
"""Takes the outcome to fill in, the kind of database, how many faults, and a seed."""


@dataclass(frozen=True)
class Row:
    name: str
    run: RunRow
    whole: int
    """Faults in a whole run; seconds for `soak`."""
    short: int
    databases: tuple[str, ...] = BOTH
    short_databases: tuple[str, ...] = ("sqlite",)


ROWS = (
    Row("crash-at-each-point", crashes.every_point, 50, 2, short_databases=BOTH),
    Row("sixty-answers", endpoints.answers, 60, 60),
    Row("one-of-100-hangs", endpoints.one_hangs, 20, 5),
    Row("bad-lines", proxy.lines, 8, 4),
    Row("workers-killed", killing.workers, 500, 12, short_databases=BOTH),
    Row("control-without-reaper", killing.workers_without_reaper, 20, 4),
    Row("redis-killed", outages.redis_killed, 20, 2),
    Row("redis-flushed", outages.redis_flushed, 5, 1),
    Row("redis-wiped", outages.redis_wiped, 3, 1),
    Row("redis-frozen", outages.redis_frozen, 5, 1),
    Row("redis-out-of-memory", outages.redis_full, 5, 1),
    Row("postgres-restarted", outages.postgres_restarted, 20, 2, ("postgresql",), ("postgresql",)),
    Row("postgres-sessions-ended", outages.postgres_sessions_ended, 20, 3, ("postgresql",), ("postgresql",)),
    Row("roles-stopped-by-turns", killing.rolling, 100, 4),
    Row("leader-killed", killing.leader_killed, 100, 1),
    Row("leader-stopped", killing.leader_stopped, 20, 1),
    Row("clock-stepped", killing.clock_stepped, 20, 2),
    Row("poison-articles-and-feeds", poison.news, 50, 6),
    Row("poison-messages", poison.messages, 10, 1),
    Row("soak", poison.soak, 3_600, 0, short_databases=()),
)
