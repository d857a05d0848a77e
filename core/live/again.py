"""Looks at EIPs on the account again, before a change of them: what differs becomes history, as in a sync."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from core.domain.errors import NotFound
from core.domain.json_value import JsonObject
from core.domain.values import Eip, EipStatus
from core.live.journal import touched_since
from core.live.known import MissingRow, digest_of, digests
from core.live.meanings import Failed, refusal_of
from core.live.observed import take_over
from core.live.picture import KindPicture, Picture
from core.live.reading import Reader
from core.live.world import World
from core.queries.eips import eip_by_key
from core.queries.mirror import EIPS, picture_at
from core.storage.connection import Connection
from core.storage.store import Store
from core.storage.transaction import Transaction
from core.transfer.documents import RowKind
from core.transfer.zenlayer.report import Observed

__all__ = ["LookAgain"]


@dataclass(frozen=True, slots=True)
class LookAgain:
    """Reads EIPs by their ids, with the entries of their gateways."""

    store: Store
    begin: Callable[[Connection], Transaction]
    """Begins the transaction of what was seen."""
    now: Callable[[], int]
    reader: Callable[[], Reader]

    def look(self, keys: Sequence[str]) -> None:
        """Take over how these EIPs (ids or addresses) are on the account now. One that is unknown here is left out.

        Raises:
            EipdeckError: `platform_unavailable`, `platform_refused`: nothing was changed.

        """
        began = self.now()
        with self.store.read() as connection:
            eips = list(_living(connection, keys))
        if not eips:
            return
        try:
            picture = _Picture(self.store, self.reader(), [str(eip.id) for eip in eips]).taken()
        except Failed as failed:
            raise refusal_of(failed) from None
        if not picture.differs:
            return
        with self.store.write() as connection:
            leave_out(picture, connection, began)
            transaction = self.begin(connection)
            observed = Observed(picture_at(connection), transaction.now, None)
            take_over(transaction, picture, observed, ended_before=transaction.now - _AGAIN)


_AGAIN = 60_000_000
"""Microseconds between two look-ups that both lack a row, before it has ended."""


def _living(connection: Connection, keys: Sequence[str]) -> Sequence[Eip]:
    found: dict[str, Eip] = {}
    for key in keys:
        try:
            eip = eip_by_key(connection, key)
        except NotFound:
            continue
        if eip.status is not EipStatus.RELEASED:
            found[str(eip.id)] = eip
    return list(found.values())


@dataclass(slots=True)
class _Picture:
    store: Store
    reader: Reader
    ids: list[str]
    found: Picture = field(default_factory=Picture)

    def taken(self) -> Picture:
        """Return what differs of the EIPs and of the gateways that they are on."""
        rows = {str(row["eipId"]): row for row in self.reader.look(EIPS, self.ids)}
        eips = self._kind(RowKind.EIP, rows)
        eips.absent = [MissingRow(each, None, self._missing_since(each)) for each in self.ids if each not in rows]
        gateways = {str(row["associatedId"]) for row in rows.values() if row.get("associatedType") == "NAT"}
        world = World(self.reader, lambda _: True)
        entries = {each: world.entries(each) for each in sorted(gateways)}
        self._kind(
            RowKind.GATEWAY_DETAIL,
            {each: {**row, "natGatewayId": each} for each, row in entries.items() if row is not None},
        )
        return self.found

    def _kind(self, kind: RowKind, rows: dict[str, JsonObject]) -> KindPicture:
        made = KindPicture(kind, seen=set(rows), steady=True)
        with self.store.read() as connection:
            same = digests(connection, kind.value, list(rows))
        for row_id, row in rows.items():
            digest = digest_of(kind.value, row)
            if same.get(row_id) != digest:
                made.fresh[row_id], made.digests[row_id] = row, digest
        self.found.kinds.append(made)
        return made

    def _missing_since(self, eip_id: str) -> int | None:
        with self.store.read() as connection:
            return connection.value(int, _MISSING, {"eip": eip_id})


_MISSING = "SELECT missing_since FROM mirror_row WHERE kind = 'DescribeEips' AND platform_id = :eip"


def leave_out(picture: Picture, connection: Connection, began: int) -> None:
    """Leave out what plans changed meanwhile: what was read of it may be from before."""
    touched = touched_since(connection, began)
    for kind in picture.kinds:
        if kind.kind is RowKind.EIP:
            gone = {each for each, row in kind.fresh.items() if touched.addresses.intersection(_addresses(row))}
            gone |= touched.eips
        else:
            gone = touched.services
        for row_id in gone:
            kind.fresh.pop(row_id, None)
            kind.digests.pop(row_id, None)
        kind.absent = [row for row in kind.absent if row.platform_id not in gone]


def _addresses(row: JsonObject) -> list[str]:
    found = row.get("publicIpAddresses")
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
