"""Whether the installation makes progress: the database answers, and every role was heard lately.

A role that lives and does nothing is not well.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from worker.errors import DeltawireError
from worker.settings import Settings
from worker.store import Heartbeat, Store
from worker.web.models import Health, Role

PARTS = {"scheduler": (), "worker": ("poll", "evaluate", "deliver")}
"""The roles that have to be heard for alerts to be made and sent, and the instances of which each has to be heard by
itself: a worker may go on sending while its polls hang."""
SILENCE = timedelta(seconds=90)
"""How long a role may be silent: as long as a busy worker may take for one task. A beat comes every ten seconds."""


def patience(settings: Settings) -> timedelta:
    """`SILENCE`, or four ticks where the operator has set slow ones."""
    return max(SILENCE, timedelta(seconds=4 * settings.tick_seconds))


def roles(heartbeats: Iterable[Heartbeat], now: datetime, silence: timedelta) -> list[Role]:
    """How each role stands. Roles without parts are judged by the newest beat of all instances: one is enough.

    A role that is not in `PARTS` is shown, and judged, as soon as it was heard once.
    """
    newest: dict[str, Heartbeat] = {}
    for beat in heartbeats:
        name = f"{beat.role} ({beat.instance})" if beat.instance in PARTS.get(beat.role, ()) else beat.role
        if name not in newest or beat.at > newest[name].at:
            newest[name] = beat
    wanted = [f"{role} ({part})" if part else role for role, parts in PARTS.items() for part in parts or ("",)]
    others = sorted(name for name in newest if name not in wanted and name not in PARTS)
    return [_role(name, newest.get(name), now, silence) for name in (*wanted, *others)]


def _role(name: str, beat: Heartbeat | None, now: datetime, silence: timedelta) -> Role:
    if beat is None:
        return Role(role=name, fresh=False, last_seen=None)
    fresh = now - beat.at <= silence
    since = None if fresh else beat.at + silence
    return Role(role=name, fresh=fresh, last_seen=beat.at, stale_since=since, detail=dict(beat.detail))


def check(store: Store, settings: Settings, now: datetime) -> Health:
    """The state of the whole installation at `now` (aware, UTC). Never raises: a database that is down is told."""
    try:
        store.check_version()
        found = roles(store.heartbeats(), now, patience(settings))
    except DeltawireError as error:
        return Health(ok=False, at=now, database=str(error), roles=[], problems=[str(error)])
    problems = [_problem(role) for role in found if not role.fresh]
    return Health(ok=not problems, at=now, database="ok", roles=found, problems=problems)


def _problem(role: Role) -> str:
    if role.last_seen is None or role.stale_since is None:
        return f"the {role.role} was never heard"
    return (
        f"the {role.role} is stale since {role.stale_since.isoformat(timespec='seconds')}: "
        f"it was last heard at {role.last_seen.isoformat(timespec='seconds')}"
    )


def ask_role(name: str, store: Store, settings: Settings, now: datetime) -> str | None:
    """What is wrong with one role; None if it is well."""
    health = check(store, settings, now)
    if health.database != "ok":
        return health.database
    mine = [role for role in health.roles if role.role.partition(" ")[0] == name]
    if not mine:
        return f"the {name} was never heard"
    return next((_problem(role) for role in mine if not role.fresh), None)
