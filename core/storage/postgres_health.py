"""The lines of `doctor` about a database on a server."""

from __future__ import annotations

from typing import Annotated, Final, NamedTuple

from core.domain.memory import Lineage
from core.domain.values import from_micros, iso
from core.storage.connection import Connection
from core.storage.rows import COMPUTED, reads
from core.storage.store import HEAD, Replica

__all__ = ["ACTING", "MAY_CHANGE", "health_of"]

ACTING: Final = (
    "SELECT CASE WHEN pg_has_role(session_user, relowner, 'MEMBER') THEN NULL ELSE CAST(session_user AS text) END"
    " FROM pg_class WHERE oid = to_regclass('event')"
)
"""The name that the events of this session bear. The owner of the tables writes in any name."""
MAY_CHANGE: Final = "SELECT has_table_privilege('event', 'INSERT')"


@reads()
class _FollowerRow(NamedTuple):
    name: Annotated[str | None, COMPUTED]
    state: Annotated[str | None, COMPUTED]
    """`sync`, `quorum`, `potential`, `async`; None for a role that may not see it."""
    behind: Annotated[int | None, COMPUTED]
    """Bytes of the log that it has not replayed."""


_FOLLOWERS: Final = (
    "SELECT application_name AS name, sync_state AS state,"
    " CAST(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) AS bigint) AS behind"
    " FROM pg_stat_replication WHERE NOT pg_is_in_recovery() ORDER BY application_name"
)


@reads()
class _TurnRow(NamedTuple):
    role: Annotated[str | None, COMPUTED]
    name: Annotated[str | None, COMPUTED]
    since: Annotated[int | None, COMPUTED]
    """None for a role that may not see it."""
    waits: Annotated[bool, COMPUTED]
    """Whether its commit waits for a standby."""
    queue: Annotated[int, COMPUTED]


_TURN: Final = (
    "WITH turn AS (SELECT pid, granted FROM pg_locks WHERE relation = to_regclass('alembic_version')"
    " AND mode = 'ShareUpdateExclusiveLock'"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
    " SELECT CAST(usename AS text) AS role, application_name AS name,"
    " CAST(extract(epoch FROM xact_start) * 1000000 AS bigint) AS since,"
    " coalesce(wait_event = 'SyncRep', FALSE) AS waits,"
    " (SELECT count(*) FROM turn WHERE NOT granted) AS queue"
    " FROM turn JOIN pg_stat_activity USING (pid) WHERE granted"
)
_SETTINGS: Final = (
    *("server_version", "synchronous_commit", "fsync", "full_page_writes"),
    "synchronous_standby_names",
)


def health_of(connection: Connection, lineage: Lineage | None, replica: Replica | None) -> dict[str, str]:
    """Return schema, durability, role and connection of a database.

    Args:
        connection: a read transaction.
        lineage: of the primary; None when the server does not tell.
        replica: the state of a standby; None for a primary.

    """
    found = {name: connection.value(str, f"SHOW {name}") or "" for name in _SETTINGS}
    if found["synchronous_commit"] == "off":
        found["synchronous_commit"] = "on"  # as every write of eipdeck has it
    names = found.pop("synchronous_standby_names")
    role = connection.value(str, "SELECT CAST(current_user AS text)") or ""
    may_change = connection.value(int, MAY_CHANGE)
    tls = connection.value(int, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    durable = "off" not in (found["fsync"], found["full_page_writes"])
    if replica is None:
        cluster = _of_primary(connection, names, found["synchronous_commit"], lineage)
    else:
        cluster = _of_standby(replica)
    return {
        "schema": HEAD,
        "integrity": "ok",
        "foreign_keys": "ok",
        **found,
        "durable": "yes" if durable else "no: the server may lose what it acknowledged",
        "role": role,
        "may_change": "yes" if may_change and replica is None else "no",
        "writing": _holder(connection.row(_TurnRow, _TURN)),
        **cluster,
        "tls": "yes" if tls else "no",
    }


def _of_primary(connection: Connection, names: str, commit: str, lineage: Lineage | None) -> dict[str, str]:
    followers = connection.rows(_FollowerRow, _FOLLOWERS)
    return {
        "server": "primary",
        "timeline": "unknown" if lineage is None else str(lineage.timeline),
        "standbys": ", ".join(map(_words, followers)) or "none",
        "survives_loss": _survives(names, commit, followers),
    }


def _holder(turn: _TurnRow | None) -> str:
    """Return who has the turn of writers, with what and since when, and how many wait for it."""
    if turn is None:
        return "nobody"
    since = "" if turn.since is None else f" since {iso(from_micros(turn.since))}"
    waits = ", waits for a standby" if turn.waits else ""
    return f"{turn.role} ({turn.name}){since}{waits}; {turn.queue} waiting"


def _words(follower: _FollowerRow) -> str:
    if follower.behind is None:
        return follower.name or "one that this role may not see"
    return f"{follower.name} ({follower.state}, {follower.behind} bytes behind)"


def _survives(names: str, commit: str, followers: list[_FollowerRow]) -> str:
    """Return whether an acknowledged change survives the loss of the server."""
    if not names:
        return "no: no synchronous standby is configured"
    if commit == "local":
        return "no: synchronous_commit is local"
    seen = [follower.state for follower in followers if follower.state is not None]
    if not followers or (seen and not {"sync", "quorum"} & set(seen)):
        return "yes, but no synchronous standby is connected: a change waits for one"
    return "yes"


def _of_standby(replica: Replica) -> dict[str, str]:
    at = {} if replica.as_of is None else {"replayed": iso(from_micros(replica.as_of))}
    return {"server": "standby", "standby": "up to date" if replica.behind is None else replica.behind, **at}
