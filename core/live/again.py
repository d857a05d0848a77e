"""Looks at EIPs on the account again, before a change of them: what differs becomes history, as in a sync."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from core.domain.errors import NotFound
from core.domain.json_value import JsonObject
from core.domain.values import Eip, EipStatus
from core.live.journal import Touched, touched_since
from core.live.known import MissingRow, digest_of, digests
from core.live.meanings import Failed, refusal_of
from core.live.observed import end_absent, take_over
from core.live.packed import Packed
from core.live.parts import parts_of
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

__all__ = ["LookAgain", "keep_touched"]


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
            touched = touched_since(connection, began)
            keep_touched(picture, touched)
            transaction = self.begin(connection)
            observed = Observed(picture_at(connection), transaction.now, None)
            end_absent(transaction, picture, observed, transaction.now - _AGAIN)
            for part in parts_of(picture):
                part.leave_out(touched)
                take_over(transaction, part, observed)


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
        packed = {row_id: Packed(row, digest_of(kind.value, row)) for row_id, row in rows.items()}
        made.fresh.add({row_id: each for row_id, each in packed.items() if same.get(row_id) != each.digest})
        made.at_hand.add({row_id: each for row_id, each in packed.items() if same.get(row_id) == each.digest})
        self.found.kinds.append(made)
        return made

    def _missing_since(self, eip_id: str) -> int | None:
        with self.store.read() as connection:
            return connection.value(int, _MISSING, {"eip": eip_id})


_MISSING = "SELECT missing_since FROM mirror_row WHERE kind = 'DescribeEips' AND platform_id = :eip"


def keep_touched(picture: Picture, touched: Touched) -> None:
    """Keep the EIPs that plans changed meanwhile: what was read of them may be from before."""
    eips = picture.of(RowKind.EIP)
    if eips is not None:
        eips.absent = [row for row in eips.absent if row.platform_id not in touched.eips]
