"""The picture of an account: every kind of rows is read, and what equals the database is dropped page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from core.domain.json_value import JsonObject
from core.live.fields import ACTIONS
from core.live.known import MissingRow, aside_ids, digest_of, digests, lacking, missing
from core.live.meanings import Failed, Next, next_step
from core.live.packed import Packed, PackedRows
from core.live.reading import Reader
from core.storage.store import Store
from core.transfer.documents import RowKind

__all__ = ["KindPicture", "Picture", "take_picture"]

_LISTED: Final = (RowKind.POOL, RowKind.CIDR, RowKind.EIP, RowKind.GATEWAY, RowKind.BALANCER, RowKind.INTERFACE)
_ALL_KEPT: Final = (RowKind.POOL, RowKind.CIDR)
"""Few rows, which others are read by."""


@dataclass(slots=True)
class KindPicture:
    """The rows of one kind, as far as they differ from the database."""

    kind: RowKind
    fresh: PackedRows = field(default_factory=PackedRows)
    """Rows that are new or changed."""
    again: PackedRows = field(default_factory=PackedRows)
    """Unchanged rows that were set aside, or that others are read by."""
    at_hand: PackedRows = field(default_factory=PackedRows)
    """Unchanged rows that those of others may need."""
    seen: set[str] = field(default_factory=set)
    steady: bool = False
    problem: str | None = None
    absent: list[MissingRow] = field(default_factory=list)
    """Rows of the database that no page has, and a look-up by id has neither."""
    back: list[str] = field(default_factory=list)
    """Rows that were missing and are there again."""

    @property
    def read(self) -> bool:
        """Return whether the kind was read in full."""
        return self.problem is None


@dataclass(slots=True)
class Picture:
    """The kinds of one reading; the last of them may have failed."""

    kinds: list[KindPicture] = field(default_factory=list)
    failure: Failed | None = None
    """Why the reading ended early."""

    @property
    def size(self) -> int:
        """Return the number of rows that are taken over."""
        return sum(len(each.fresh) + len(each.again) for each in self.kinds)

    @property
    def differs(self) -> bool:
        """Return whether the database has to change, its notes of missing rows included."""
        return any(each.fresh or each.absent or each.back for each in self.kinds)

    def of(self, kind: RowKind) -> KindPicture | None:
        """Return a kind that was read in full."""
        return next((each for each in self.kinds if each.kind is kind and each.read), None)


def take_picture(store: Store, reader: Reader, told: Callable[[str, int], None]) -> Picture:
    """Read every kind; `told` gets the kind and the number of rows so far.

    A kind that the key may not read has a problem, and the others go on. A failure ends the reading; what was read in
    full before it stays.

    Raises:
        Stopped: the operator stopped it.

    """
    picture = Picture()
    for kind in _LISTED:
        _read(_Kind(store, reader, kind, told), picture, _Kind.listed)
        gateways = picture.of(kind) if kind is RowKind.GATEWAY else None
        if gateways is not None and picture.failure is None:
            detail = _Kind(store, reader, RowKind.GATEWAY_DETAIL, told)
            ids = sorted(gateways.seen)
            _read(detail, picture, lambda each, ids=ids: each.detailed(ids))  # type: ignore[misc]  # a default binds it
        if picture.failure is not None:
            break
    return picture


def _read(kind: _Kind, picture: Picture, reading: Callable[[_Kind], None]) -> None:
    picture.kinds.append(kind.found)
    try:
        reading(kind)
    except Failed as failed:
        kind.found.problem = failed.code
        if next_step(failed) is not Next.NOT_PERMITTED:
            picture.failure = failed


class _Kind:
    """The reading of one kind."""

    def __init__(self, store: Store, reader: Reader, kind: RowKind, told: Callable[[str, int], None]) -> None:
        self._store = store
        self._reader = reader
        self._told = told
        self._nameless = 0
        self.found = KindPicture(kind)
        with store.read() as connection:
            self._aside = aside_ids(connection, kind.value)

    def listed(self) -> None:
        """Read the pages, and look up by id what they lack."""
        name, found = self.found.kind.value, self.found
        steady = self._reader.read_all(name, found.seen, self._keep)
        found.steady = steady
        with self._store.read() as connection:
            found.back = [row_id for row_id in missing(connection, name) if row_id in found.seen]
            absent = {row.platform_id: row for row in lacking(connection, name, found.seen)}
        if not absent or not steady:
            return
        there = self._reader.look(name, list(absent))
        self._keep(there)
        ids = {str(row[ACTIONS[name].id]) for row in there}
        found.seen |= ids
        found.back += [key for key in ids if absent[key].missing_since]
        found.absent = [row for key, row in absent.items() if key not in ids]

    def detailed(self, ids: list[str]) -> None:
        """Read the entries of each gateway; one that is gone meanwhile is left out."""
        for number, row in enumerate(self._reader.in_order(self._detail, ids), 1):
            if row is not None:
                self.found.seen.add(str(row["natGatewayId"]))
                self._keep([row], number)
        self.found.steady = True

    def _detail(self, gateway_id: str) -> JsonObject | None:
        try:
            answer = self._reader.read(self.found.kind.value, {"natGatewayId": gateway_id})
        except Failed as failed:
            if next_step(failed) is Next.GONE:
                return None
            raise
        return {**answer, "natGatewayId": gateway_id}

    def _keep(self, rows: list[JsonObject], so_far: int | None = None) -> None:
        """Keep the rows of a page that differ from the database."""
        kind, found = self.found.kind, self.found
        by_id = {key: Packed(row, digest_of(kind.value, row)) for key, row in self._by_id(rows)}
        with self._store.read() as connection:
            same = digests(connection, kind.value, list(by_id))
        changed = {key: row for key, row in by_id.items() if same.get(key) != row.digest}
        again = {key: row for key, row in by_id.items() if key not in changed and self._is_tried_again(key)}
        found.fresh.add(changed)
        found.again.add(again)
        if kind is RowKind.GATEWAY_DETAIL:
            found.at_hand.add({key: row for key, row in by_id.items() if key not in changed and key not in again})
        self._told(kind.value, len(found.seen) if so_far is None else so_far)

    def _is_tried_again(self, row_id: str) -> bool:
        return self.found.kind in _ALL_KEPT or row_id in self._aside

    def _by_id(self, rows: list[JsonObject]) -> Iterator[tuple[str, JsonObject]]:
        for row in rows:
            row_id = row.get(ACTIONS[self.found.kind.value].id)
            self._nameless += not isinstance(row_id, str)
            yield row_id if isinstance(row_id, str) else f"?{self._nameless}", row
