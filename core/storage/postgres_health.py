"""The lines of `doctor` about a database on a server."""

from __future__ import annotations

from core.storage.connection import Connection
from core.storage.store import HEAD, Replica

__all__ = ["ACTING", "MAY_CHANGE", "health_of"]

ACTING = (
    "SELECT CASE WHEN pg_has_role(session_user, relowner, 'MEMBER') THEN NULL ELSE CAST(session_user AS text) END"
    " FROM pg_class WHERE oid = to_regclass('event')"
)
"""The name that the events of this session bear. The owner of the tables writes in any name."""
MAY_CHANGE = "SELECT has_table_privilege('event', 'INSERT')"


def health_of(connection: Connection, replica: Replica | None) -> dict[str, str]:
    """Return schema, durability, role and connection of a database; `replica` is the state of a standby."""
    found = {
        name: connection.value(str, f"SHOW {name}") or ""
        for name in ("server_version", "synchronous_commit", "fsync", "full_page_writes")
    }
    role = connection.value(str, "SELECT CAST(current_user AS text)") or ""
    may_change = connection.value(int, MAY_CHANGE)
    tls = connection.value(int, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    durable = "off" not in (found["synchronous_commit"], found["fsync"], found["full_page_writes"])
    return {
        "schema": HEAD,
        "integrity": "ok",
        "foreign_keys": "ok",
        **found,
        "durable": "yes" if durable else "no: the server may lose what it acknowledged",
        "role": role,
        "may_change": "yes" if may_change and replica is None else "no",
        **({} if replica is None else {"standby": "up to date" if replica.behind is None else replica.behind}),
        "tls": "yes" if tls else "no",
    }
