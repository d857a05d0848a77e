"""Takes a picture over into the inventory: differences become history, operator `zenlayer`, between two readings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from core.domain.errors import Code, EipdeckError, NotFound, Refused
from core.domain.json_value import JsonObject
from core.domain.requests import DrainRequest, RemoveServiceRequest, RetireRequest
from core.live.known import MissingRow, forget, note, note_missing, recycled_word
from core.live.picture import KindPicture, Picture
from core.operations.cidrs import drain_cidr, retire_cidr
from core.operations.release import end_tenancy
from core.operations.services import remove_service
from core.queries.eips import eips_by_id
from core.storage.connection import Connection
from core.storage.transaction import Transaction
from core.transfer.documents import Position, ResponseRow, RowKind
from core.transfer.zenlayer.eips import import_eips
from core.transfer.zenlayer.pools_cidrs import import_cidrs, import_pools
from core.transfer.zenlayer.refusals import SetAside
from core.transfer.zenlayer.report import ImportReport, Observed
from core.transfer.zenlayer.responses import read_rows
from core.transfer.zenlayer.services import import_services
from core.transfer.zenlayer.turns import forget_gone

__all__ = ["TakenOver", "note_absent", "take_over"]

_RAW: Final = 16 << 10
"""Bytes of a row that was set aside."""
_SERVICES: Final = (RowKind.GATEWAY, RowKind.BALANCER, RowKind.INTERFACE)


@dataclass(frozen=True, slots=True)
class TakenOver:
    """The counts of a picture that was taken over."""

    created: int
    changed: int
    ended: int
    missing: int
    aside: int


def take_over(transaction: Transaction, picture: Picture, observed: Observed, *, ended_before: int) -> TakenOver:
    """Take the differences over.

    A row that was missing before `ended_before`, in microseconds, and is absent again, has ended; one that is absent
    for the first time is noted as missing. A row that a rule refuses is set aside, and the others stand.

    Raises:
        EipdeckError: `invalid_import` when more rows are refused than one picture may have.

    """
    ended, missing = _end_absent(transaction, picture, observed, ended_before)
    rows = {each.place: each for kind in picture.kinds if kind.read for each in _rows(kind)}
    report, aside = _imported(transaction, observed, rows)
    for kind in picture.kinds:
        if kind.read:
            _note_rows(transaction.connection, kind, aside, transaction.now)
    done = report.imported()
    return TakenOver(done.created, done.changed, ended, missing, len(aside))


def note_absent(connection: Connection, picture: Picture, at: int) -> None:
    """Note the rows that are absent as missing, in a picture that is not taken over."""
    for kind in picture.kinds:
        note_missing(connection, kind.kind.value, [row.platform_id for row in kind.absent], at)


def _rows(kind: KindPicture) -> Iterable[ResponseRow]:
    for row_id, data in {**kind.again, **kind.fresh}.items():
        yield ResponseRow(kind.kind, Position(kind.kind.value, row_id), data)


_MOST_REFUSED: Final = 500
"""Rows of a picture that the rules of the database may refuse, each found by trying the rest without it."""


def _imported(
    transaction: Transaction, observed: Observed, rows: dict[Position, ResponseRow]
) -> tuple[ImportReport, list[SetAside]]:
    """Import the rows; one that is refused is left out, and the others are imported again."""
    refused: list[SetAside] = []
    while True:
        aside = list(refused)
        report = ImportReport(replace(transaction, heads={}), _untold, observed)
        transaction.run("SAVEPOINT picture")
        try:
            _import(report, rows.values(), aside)
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


def _import(report: ImportReport, rows: Iterable[ResponseRow], aside: list[SetAside]) -> None:
    given = read_rows(rows, aside)
    import_pools(report, given.pools.values(), given.cidrs.values())
    import_cidrs(report, given.cidrs.values())
    import_eips(report, given)
    forget_gone(report, given, complete=False)
    import_services(report, given)
    report.flush()


def _end_absent(transaction: Transaction, picture: Picture, observed: Observed, ended_before: int) -> tuple[int, int]:
    """End what is absent for the second time, and note the rest; return the number of EIPs of both."""
    count = {True: 0, False: 0}
    for kind in reversed(picture.kinds):
        sure = [row for row in kind.absent if row.missing_since is not None and row.missing_since <= ended_before]
        first = [row for row in kind.absent if row not in sure]
        _END.get(kind.kind, _end_nothing)(transaction, sure, observed)
        forget(transaction.connection, kind.kind.value, [row.platform_id for row in sure])
        note_missing(transaction.connection, kind.kind.value, [row.platform_id for row in first], transaction.now)
        note_missing(transaction.connection, kind.kind.value, kind.back, None)
        if kind.kind is RowKind.EIP:
            count = {True: len(sure), False: len(first)}
    return count[True], count[False]


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


def _note_rows(connection: Connection, kind: KindPicture, aside: Sequence[SetAside], now: int) -> None:
    """Note the rows of a kind as they are now, those set aside too: they are tried again with the next difference."""
    name = kind.kind.value
    note(connection, name, ((key, digest, _subject(kind.fresh[key])) for key, digest in kind.digests.items()))
    tried = [*kind.again, *kind.fresh, *(row.platform_id for row in kind.absent)]
    why = {each.place.row: each.why for each in aside if each.place.file == name}
    for start in range(0, len(tried), 500):
        keys = [key for key in tried[start : start + 500] if key not in why]
        connection.execute(_NO_ASIDE, {"kind": name, "keys": keys})
    rows = {**kind.again, **kind.fresh}
    for key, words in why.items():
        raw = json.dumps(rows[key])[:_RAW]
        connection.execute(_ASIDE, {"kind": name, "platform_id": key, "why": words, "raw": raw, "since": now})


def _subject(row: JsonObject) -> str | None:
    """Return the prefix of a CIDR; of an EIP in the recycle bin, that."""
    found = row.get("cidrBlock")
    return found if isinstance(found, str) else recycled_word(row)


def _untold(_more: int) -> None:
    """Tell nobody of the progress: a sync tells its calls."""
