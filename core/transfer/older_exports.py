"""Exports of older versions: the columns that were added since, with the values that their schema step gives them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

__all__ = ["bring_up_to_date"]

_Row = dict[str, Any]


def bring_up_to_date(tables: Mapping[str, Any]) -> None:
    """Add the missing columns to the rows of an export; rows that are not JSON objects stay as they are."""
    releases: dict[Any, Any] = {}
    for row in _rows(tables, "eip"):
        if isinstance(released := row.get("released_at"), int) and isinstance(address := row.get("address"), int):
            releases[address] = max(released, releases.get(address, released))
    added: dict[str, tuple[str, Callable[[_Row], Any]]] = {
        "cooling": ("released_at", lambda row: releases.get(row.get("address"), row.get("ready_at"))),
        "usage_day": ("freed", _freed),
        "eip": ("alive_since", lambda _: None),
    }
    for table, (column, value) in added.items():
        for row in _rows(tables, table):
            if column not in row:
                row[column] = value(row)


def _freed(row: _Row) -> Any:
    allocated, released = row.get("allocated"), row.get("released")
    return released - allocated if type(allocated) is int and type(released) is int else None


def _rows(tables: Mapping[str, Any], table: str) -> Iterator[_Row]:
    rows = tables.get(table)
    return (row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else iter(())
