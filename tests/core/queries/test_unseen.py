"""Every column of the inventory: a change past eipdeck is refused, or named by a proof; the others are listed here."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from core import (
    AcceptRequest,
    EipdeckError,
    Inventory,
    RenameRequest,
    ReserveRequest,
    UnbindRequest,
)
from core.queries.integrity import prove
from core.storage.tables import SQLModel
from tests.core.kit import Clock, balancer, customer_cidr, dnat, many, one, release, services, snat

UNSEEN = {
    "chain": {"at"},
    "cidr": {"avoid_edges", "version"},
    "cooling": {"released_at"},
    "request": {"at", "answer", "hash", "request_id"},
    "reservation": {"id", "kind", "reason"},
    "usage_day": {"pool_id", "day", "allocated", "released", "freed"},
}
"""Figures, hints for picking, answers of request ids: SECURITY.md names them."""
APART = {"epoch", "event", "presence"} | {f"mirror{end}" for end in ("", "_kind", "_row", "_aside", "_operation")}
"""No part of the inventory; the history is proven by its chains."""


class _Undone(Exception):
    """Leaves a transaction."""


@pytest.fixture
def lived(inventory: Inventory, clock: Clock) -> Inventory:
    """Something of everything."""
    customer_cidr(inventory, cooldown=3600)
    services(inventory)
    many(inventory, 4)
    inventory.execute(balancer("203.0.113.0"))
    inventory.execute(snat("203.0.113.1"))
    inventory.execute(UnbindRequest(eip="203.0.113.1", reason="r"))
    inventory.execute(dnat("203.0.113.3", "tcp", "80"))
    inventory.execute(RenameRequest(eip="203.0.113.3", name="web"))
    clock.advance(60)
    release(inventory, "203.0.113.2")
    one(inventory, None)
    landing = next(each for each in inventory.findings() if each.landing is not None)
    inventory.execute(AcceptRequest(finding=landing.id, reason="known"))
    inventory.execute(ReserveRequest(cidr="203.0.113.0/28", first="203.0.113.9", last="203.0.113.10", reason="x"))
    return inventory


def test_no_column_changes_unseen(lived: Inventory) -> None:
    found = {
        table.name: names
        for table in SQLModel.metadata.sorted_tables
        if table.name not in APART and (names := {each.name for each in table.columns if _unseen(lived, table, each)})
    }
    assert found == UNSEEN


def _unseen(inventory: Inventory, table: sa.Table, column: sa.Column[object]) -> bool:
    """Return whether a change of this column, in all rows that have it, is made and not named."""
    name = f'"{column.name}"'
    if isinstance(column.type, sa.Boolean):
        other = f"NOT {name}"
    elif isinstance(getattr(column.type, "impl", column.type), sa.String):
        other = f"CASE {name} WHEN 'hard' THEN 'soft' WHEN 'soft' THEN 'hard' ELSE {name} || 'x' END"
    elif isinstance(column.type, sa.LargeBinary):
        other = "CAST('' AS BLOB)" if inventory.embedded else "CAST('' AS bytea)"
    else:
        other = f"{name} + 1"
    try:
        with inventory._store.write() as connection:
            changed = connection.execute(f"UPDATE {table.name} SET {name} = {other} WHERE {name} IS NOT NULL")
            seen = not changed or not prove(connection).ok
            raise _Undone  # noqa: TRY301  # the way out of a transaction without a commit
    except _Undone:
        return not seen
    except EipdeckError:
        return False
