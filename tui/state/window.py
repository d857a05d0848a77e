"""A window on a listing of EIPs: a contiguous run of rows that grows by keyset pages and knows its position.

Every function reads from the database and blocks; windows are values, so a reader can work in a thread.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

from core import Eip, EipQuery, EipRow, Inventory

__all__ = ["Window", "around", "cover", "first_page", "last_page", "problem_beyond", "reread", "unlisted"]

_KEEP = 600
"""Rows that a window holds at most; those farthest from the cursor are dropped."""
_STEP = 200
"""Rows of a page at most."""


@dataclass(frozen=True, slots=True)
class Window:
    """Rows `first` to `end - 1` of the listing."""

    query: EipQuery
    first: int = 0
    rows: tuple[EipRow, ...] = ()
    total: int = 0
    counted: bool = True
    """Whether `total` counts every row; otherwise it counts the rows that were read."""

    @property
    def end(self) -> int:
        return self.first + len(self.rows)

    def row(self, position: int) -> EipRow | None:
        return self.rows[position - self.first] if self.first <= position < self.end else None

    def position_of(self, address: str) -> int | None:
        for offset, row in enumerate(self.rows):
            if row.eip.address == address:
                return self.first + offset
        return None

    def position_of_eip(self, eip_id: str | None) -> int | None:
        """Return the position of one tenancy: a listing of released EIPs may hold an address several times."""
        for offset, row in enumerate(self.rows):
            if row.eip.id == eip_id:
                return self.first + offset
        return None

    def covers(self, start: int, stop: int) -> bool:
        """Whether every existing row from `start` to `stop - 1` is loaded."""
        return self.first <= max(start, 0) and min(stop, self.total) <= self.end


def first_page(inventory: Inventory, query: EipQuery, limit: int) -> Window:
    """Return the first rows; those of a filter are not counted when there are more, for that can take long."""
    counted = not query.filter
    page = inventory.page(query, limit=limit, counted=counted)
    return Window(query, 0, page.rows, page.total, counted or len(page.rows) < limit)


def last_page(inventory: Inventory, query: EipQuery, limit: int) -> Window:
    page = inventory.page(query, limit=limit, last=True)
    return Window(query, page.total - len(page.rows), page.rows, page.total)


def cover(inventory: Inventory, window: Window, start: int, stop: int) -> Window:
    """Return the window, grown by pages until it covers the rows from `start` to `stop - 1`."""
    start, stop = max(start, 0), min(stop, window.total)
    if not window.rows:
        return first_page(inventory, window.query, max(stop, _STEP))
    while window.end < stop:
        page = inventory.page(window.query, limit=min(stop - window.end, _STEP), after=window.rows[-1], counted=False)
        window = replace(window, rows=window.rows + page.rows)
        if not page.rows:
            return replace(window, total=window.end)
    while window.first > start:
        page = inventory.page(
            window.query, limit=min(window.first - start, _STEP), before=window.rows[0], counted=False
        )
        if not page.rows:
            return replace(window, first=0)
        window = replace(window, first=window.first - len(page.rows), rows=page.rows + window.rows)
    return _trimmed(window, start, stop)


def _trimmed(window: Window, start: int, stop: int) -> Window:
    """Return the window without the rows that are far from `start` and `stop`."""
    spare = max((_KEEP - (stop - start)) // 2, 1)
    low = max(window.first, start - spare)
    high = min(window.end, stop + spare)
    rows = window.rows[low - window.first : high - window.first]
    return replace(window, first=low, rows=rows)


def around(inventory: Inventory, query: EipQuery, address: str, limit: int) -> Window | None:
    """Return a window around the EIP at `address`; None when the listing does not hold it."""
    rank = inventory.rank(query, address)
    if rank is None:
        return None
    alone = inventory.page(replace(query, filter=address), limit=1, counted=False).rows
    if not alone:
        return None
    found = alone[0]
    if found.key[0] == 0:
        found = replace(found, key=(0, rank))  # its place among the problems of this listing
    before = inventory.page(query, limit=limit, before=found, counted=False)
    after = inventory.page(query, limit=limit, after=found)
    rows = (*before.rows, found, *after.rows)
    return Window(query, max(rank - len(before.rows), 0), rows, after.total)


def reread(inventory: Inventory, window: Window, address: str | None, top: int, limit: int) -> Window:
    """Return the listing as it is now: around the EIP at `address`, else from the row `top` on."""
    found = None if address is None else around(inventory, window.query, address, limit)
    if found is not None:
        return found
    anchor = window.row(top - 1)
    if anchor is None:
        return first_page(inventory, window.query, limit)
    page = inventory.page(window.query, limit=limit, after=anchor)
    if not page.rows:
        return last_page(inventory, window.query, limit)
    first = inventory.rank(window.query, page.rows[0].eip.address)
    return Window(window.query, first or 0, page.rows, page.total)


def unlisted(inventory: Inventory, query: EipQuery, eips: Iterable[Eip]) -> frozenset[str]:
    """Return the ids of the EIPs that a listing does not hold."""
    return frozenset(str(eip.id) for eip in eips if query.filter and not _lists(inventory, query, eip))


def _lists(inventory: Inventory, query: EipQuery, eip: Eip) -> bool:
    page = inventory.page(EipQuery(f"{query.filter} {eip.address}"), limit=_STEP, counted=False)
    return any(row.eip.id == eip.id for row in page.rows)


def problem_beyond(inventory: Inventory, query: EipQuery, row: EipRow | None, *, backwards: bool) -> str | None:
    """Return the address of the next problem row after (or before) `row`, round the end; None without problems."""
    problems = replace(query, filter=f"{query.filter} is:problem".strip())
    read = partial(inventory.page, problems, limit=1, counted=False)
    page = read(last=backwards) if row is None else read(before=row) if backwards else read(after=row)
    if row is not None and not page.rows:
        page = read(last=backwards)
    return page.rows[0].eip.address if page.rows else None
