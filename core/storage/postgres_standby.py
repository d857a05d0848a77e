"""The state of a streaming standby: the last commit that it has replayed, and whether it is behind its primary."""

from __future__ import annotations

from typing import Annotated, Final, NamedTuple

from core.storage.connection import Connection
from core.storage.rows import COMPUTED, reads
from core.storage.store import Replica

__all__ = ["standby_of"]


@reads()
class _StateRow(NamedTuple):
    paused: Annotated[bool, COMPUTED]
    receives: Annotated[bool, COMPUTED]
    replayed: Annotated[bool, COMPUTED]
    replayed_at: Annotated[int | None, COMPUTED]


_STATE: Final = (
    "SELECT pg_is_wal_replay_paused() AS paused, EXISTS (SELECT 1 FROM pg_stat_wal_receiver) AS receives,"
    " coalesce(pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn(), FALSE) AS replayed,"
    " CAST(extract(epoch FROM pg_last_xact_replay_timestamp()) * 1000000 AS bigint) AS replayed_at"
    " WHERE pg_is_in_recovery()"
)


def standby_of(connection: Connection) -> Replica | None:
    """Return the state of a standby; None for a primary, also for a standby that was promoted.

    An idle standby that has replayed everything it received, from a primary it is connected to, is not behind.
    """
    row = connection.row(_StateRow, _STATE)
    if row is None:
        return None
    if row.paused:
        return Replica(row.replayed_at, "its replay is paused")
    if not row.receives:
        return Replica(row.replayed_at, "it is not connected to its primary")
    return Replica(row.replayed_at, None if row.replayed else "it has not replayed everything that it received")
