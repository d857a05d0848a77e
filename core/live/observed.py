"""Takes a picture over into the inventory: differences become history, operator `zenlayer`, between two readings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from core.domain.errors import Code, EipdeckError, NotFound, Refused
from core.domain.requests import DrainRequest, RemoveServiceRequest, RetireRequest
from core.live.known import MissingRow, forget, note, note_missing, recycled_word
from core.live.parts import Part
from core.live.picture import Picture
from core.operations.cidrs import drain_cidr, retire_cidr
from core.operations.release import end_tenancy
from core.operations.services import remove_service
from core.queries.eips import eips_by_id
from core.storage.connection import Connection, Values
from core.storage.transaction import Transaction
from core.transfer.documents import Position, ResponseRow, RowKind
from core.transfer.zenlayer.eips import import_eips
from core.transfer.zenlayer.pools_cidrs import import_cidrs, import_pools
from core.transfer.zenlayer.refusals import SetAside
from core.transfer.zenlayer.report import ImportReport, Observed
from core.transfer.zenlayer.responses import read_rows
from core.transfer.zenlayer.services import import_services
from core.transfer.zenlayer.turns import forget_gone

__all__ = ["TakenOver", "end_absent", "note_absent", "take_over"]

_RAW: Final = 16 << 10
"""Bytes of a row that was set aside."""
_SERVICES: Final = (RowKind.GATEWAY, RowKind.BALANCER, RowKind.INTERFACE)


@dataclass(frozen=True, slots=True)
class TakenOver:
    """The counts of rows that were taken over."""

    created: int = 0
    changed: int = 0
    ended: int = 0
    missing: int = 0
    aside: frozenset[Position] = frozenset()

    def __add__(self, other: TakenOver) -> TakenOver:
        return TakenOver(
            self.created + other.created,
            self.changed + other.changed,
            self.ended + other.ended,
            self.missing + other.missing,
            self.aside | other.aside,
        )


def take_over(transaction: Transaction, part: Part, observed: Observed) -> TakenOver:
    """Take a part of a picture over. A row that a rule refuses is set aside, and the others stand.

    Raises:
        EipdeckError: `invalid_import` when more rows are refused than one part may have.

    """
    report, aside = _imported(transaction, observed, part)
    _note_rows(transaction.connection, part, aside, transaction.now)
    done = report.imported()
    return TakenOver(done.created, done.changed, aside=frozenset(each.place for each in aside))


def note_absent(connection: Connection, picture: Picture, at: int) -> None:
    """Note the rows that are absent as missing, in a picture that is not taken over."""
    for kind in picture.kinds:
        note_missing(connection, kind.kind.value, [row.platform_id for row in kind.absent], at)


_MOST_REFUSED: Final = 500
"""Rows of a part that the rules of the database may refuse, each found by trying the rest without it."""


def _imported(transaction: Transaction, observed: Observed, part: Part) -> tuple[ImportReport, list[SetAside]]:
    """Import the rows; one that is refused is left out, and the others are imported again."""
    rows, refused = dict(part.rows), list[SetAside]()
    while True:
        aside = list(refused)
        report = ImportReport(replace(transaction, heads={}), _untold, observed)
        transaction.run("SAVEPOINT picture")
        try:
            _import(report, rows.values(), aside, part.speaks_for)
        except EipdeckError as problem:
            place = Position(str(problem.details.get("file")), str(problem.details.get("row")))
            if problem.code is not Code.INVALID_IMPORT or rows.pop(place, None) is None or len(refused) > _MOST_REFUSED:
                raise
            transaction.run("ROLLBACK TO SAVEPOINT picture")
            transaction.run("RELEASE SAVEPOINT picture")
            refused.append(SetAside(place, problem.reason.removeprefix(f"{place}: ")))
        else:
            transaction.run("RELEASE SAVEPOINT picture")
            return report, aside


def _import(
    report: ImportReport, rows: Iterable[ResponseRow], aside: list[SetAside], speaks_for: Callable[[str], bool]
) -> None:
    given = read_rows(rows, aside)
    import_pools(report, given.pools.values(), given.cidrs.values())
    import_cidrs(report, given.cidrs.values())
    import_eips(report, given)
    forget_gone(report, given, complete=False)
    import_services(report, given, speaks_for=speaks_for)
    report.flush()


def end_absent(transaction: Transaction, picture: Picture, observed: Observed, ended_before: int) -> TakenOver:
    """End the rows that were missing before `ended_before`, in microseconds, and are absent again; note the others."""
    done = TakenOver()
    for kind in reversed(picture.kinds):
        sure = [row for row in kind.absent if row.missing_since is not None and row.missing_since <= ended_before]
        first = [row for row in kind.absent if row not in sure]
        name, ids = kind.kind.value, [row.platform_id for row in sure]
        _END.get(kind.kind, _end_nothing)(transaction, sure, observed)
        forget(transaction.connection, name, ids)
        _no_longer_aside(transaction.connection, name, [row.platform_id for row in kind.absent])
        note_missing(transaction.connection, name, [row.platform_id for row in first], transaction.now)
        note_missing(transaction.connection, name, kind.back, None)
        if kind.kind is RowKind.EIP:
            done = TakenOver(ended=len(sure), missing=len(first))
    return done


def _end_eips(transaction: Transaction, rows: Sequence[MissingRow], observed: Observed) -> None:
    for start in range(0, len(rows), 500):
        ids = [row.platform_id for row in rows[start : start + 500]]
        for eip in eips_by_id(transaction.connection, ids):
            end_tenancy(transaction, eip, observed.between)


def _end_services(transaction: Transaction, rows: Sequence[MissingRow], _observed: Observed) -> None:
    for row in rows:
        with suppress(NotFound):  # it was set aside
            remove_service(transaction, RemoveServiceRequest(service_id=row.platform_id))


def _end_cidrs(transaction: Transaction, rows: Sequence[MissingRow], _observed: Observed) -> None:
    """Retire the customer CIDRs that are gone; one with live EIPs drains."""
    for row in rows:
        with suppress(NotFound, Refused):
            drain_cidr(transaction, DrainRequest(cidr=row.subject or ""))
            retire_cidr(transaction, RetireRequest(cidr=row.subject or ""))


def _end_nothing(_transaction: Transaction, _rows: Sequence[MissingRow], _observed: Observed) -> None:
    """Pools have nothing that ends."""


_END: Final[Mapping[RowKind, Callable[[Transaction, Sequence[MissingRow], Observed], None]]] = {
    RowKind.EIP: _end_eips,
    RowKind.CIDR: _end_cidrs,
    **dict.fromkeys(_SERVICES, _end_services),
}
_NO_ASIDE: Final = "DELETE FROM mirror_aside WHERE kind = :kind AND platform_id IN :keys"
_ASIDE: Final = (
    "INSERT INTO mirror_aside (kind, platform_id, why, raw, since) VALUES (:kind, :platform_id, :why, :raw, :since)"
    " ON CONFLICT (kind, platform_id) DO UPDATE SET why = excluded.why, raw = excluded.raw"
)


def _note_rows(connection: Connection, part: Part, aside: Sequence[SetAside], now: int) -> None:
    """Note the rows of a part as they are now, those set aside too: they are tried again with the next difference."""
    for kind, digests in part.digests.items():
        rows = ((key, digest, _subject(part, kind, key)) for key, digest in digests.items())
        note(connection, kind.value, rows)
    why = {each.place: each.why for each in aside}
    tried: dict[str, list[str]] = {}
    for place in part.rows.keys() - why.keys():
        tried.setdefault(place.file, []).append(place.row)
    for name, ids in tried.items():
        _no_longer_aside(connection, name, ids)
    for place, words in why.items():
        if place in part.rows:
            raw = json.dumps(part.rows[place].data)[:_RAW]
            values: Values = {"kind": place.file, "platform_id": place.row, "why": words, "raw": raw, "since": now}
            connection.execute(_ASIDE, values)


def _no_longer_aside(connection: Connection, kind: str, ids: Sequence[str]) -> None:
    for start in range(0, len(ids), 500):
        connection.execute(_NO_ASIDE, {"kind": kind, "keys": list(ids[start : start + 500])})


def _subject(part: Part, kind: RowKind, row_id: str) -> str | None:
    """Return the prefix of a CIDR; of an EIP in the recycle bin, that."""
    row = part.rows[Position(kind.value, row_id)].data
    found = row.get("cidrBlock")
    return found if isinstance(found, str) else recycled_word(row)


def _untold(_more: int) -> None:
    """Tell nobody of the progress: a sync tells its calls."""
