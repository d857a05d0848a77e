"""Whole inventories in and out: imports, exports, backups.

`documents` reads files into rows. `zenlayer` imports the platform's API responses: pools and CIDRs, then EIPs, then
services and bindings, in whatever order the files have them. `export` writes and imports eipdeck's own document.
`backup` and `restore` copy a whole database.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from core.domain.json_types import to_json
from core.domain.results import Imported
from core.operations.idempotency import answered, remember
from core.operations.settling import stored_receipt
from core.storage.history import last_event
from core.storage.transaction import Transaction
from core.transfer.backup import write_backup
from core.transfer.documents import Documents, RowKind, read_documents
from core.transfer.export import export_document, restore_export, write_export
from core.transfer.restore import restore_backup
from core.transfer.zenlayer.eips import import_eips
from core.transfer.zenlayer.lacking import lacking
from core.transfer.zenlayer.pools_cidrs import import_cidrs, import_pools
from core.transfer.zenlayer.report import ImportReport
from core.transfer.zenlayer.responses import read_rows
from core.transfer.zenlayer.services import import_services
from core.transfer.zenlayer.turns import forget_gone

__all__ = [
    "export_document",
    "import_documents",
    "read_documents",
    "restore_backup",
    "write_backup",
    "write_export",
]


_COUNTS: Final = ("created", "changed", "unchanged")


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """An import, as it is stored under its request id."""

    contents: tuple[str, ...]
    reason: str | None


def import_documents(transaction: Transaction, documents: Documents) -> Imported:
    """Import everything in one transaction; an object that is already here and equal stays as it is.

    Raises:
        EipdeckError: `invalid_import`, naming file and row; `request_mismatch` when the request id was used for other
            contents.

    """
    request = ImportRequest(documents.contents, transaction.reason)
    answer = answered(transaction, request)
    if answer is not None:
        events = stored_receipt(transaction.request_id, answer).events
        return Imported(
            **{name: answer[name] for name in _COUNTS},
            notes=tuple(answer.get("notes", ())),
            request_id=transaction.request_id,
            event=events[-1] if events else None,
        )
    done, event = _imported(transaction, documents), last_event(transaction)
    imported = replace(
        done, request_id=None if transaction.made_id and event is None else transaction.request_id, event=event
    )
    kept = {name: getattr(imported, name) for name in (*_COUNTS, "notes")}
    kept["events"] = [] if event is None else [to_json(event)]
    remember(transaction, request, kept, changed=event is not None)
    return imported


def _imported(transaction: Transaction, documents: Documents) -> Imported:
    done = [restore_export(transaction, export) for export in documents.exports]
    given = read_rows(documents.rows)
    report = ImportReport(transaction)
    import_pools(report, given.pools.values(), given.cidrs.values())
    import_cidrs(report, given.cidrs.values())
    complete = RowKind.EIP.value in documents.complete
    import_eips(report, given)
    forget_gone(report, given, complete=complete)
    import_services(report, given)
    report.flush()
    done.append(report.imported())
    return Imported(
        created=sum(each.created for each in done),
        changed=sum(each.changed for each in done),
        unchanged=sum(each.unchanged for each in done),
        notes=(*documents.missing, *(lacking(transaction, given) if complete else ())),
    )
