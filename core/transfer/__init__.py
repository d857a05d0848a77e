"""Import and export: the platform's answers brought into the inventory, and everything as one document.

`reading` takes files apart, `zenlayer` says what a row of the platform's means, `space`, `tenancies` and `serving`
bring pools and CIDRs, EIPs, services and bindings up to date, in this order whatever the files' is. `export` writes
and restores eipdeck's own document, `backup` and `restoring` write and bring back a whole database.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.json_types import to_json
from core.domain.results import Imported
from core.operations.idempotency import answered, remember
from core.storage.transaction import Transaction
from core.transfer.backup import write_backup
from core.transfer.documents import Documents, read_documents
from core.transfer.export import export_document, restore_export, write_export
from core.transfer.restore import restore_backup
from core.transfer.zenlayer.eips import import_eips
from core.transfer.zenlayer.pools_cidrs import import_cidrs, import_pools
from core.transfer.zenlayer.report import Ledger
from core.transfer.zenlayer.responses import read_rows
from core.transfer.zenlayer.services import import_services

__all__ = [
    "export_document",
    "import_documents",
    "read_documents",
    "restore_backup",
    "write_backup",
    "write_export",
]


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What is asked of an import, as a request id keeps it."""

    contents: tuple[str, ...]
    reason: str | None


def import_documents(transaction: Transaction, documents: Documents) -> Imported:
    """Import everything in the one transaction of the change; what is here already stays as it is.

    Raises:
        EipdeckError: `invalid_import`, naming file and row; `request_mismatch` when the change's request id was used
            for other contents.

    """
    request = ImportRequest(documents.contents, transaction.reason)
    answer = answered(transaction, request)
    if answer is not None:
        return Imported(**answer)
    imported = _imported(transaction, documents)
    remember(transaction, request, to_json(imported))
    return imported


def _imported(transaction: Transaction, documents: Documents) -> Imported:
    done = [restore_export(transaction, export) for export in documents.exports]
    given = read_rows(documents.rows)
    ledger = Ledger(transaction)
    import_pools(ledger, given.pools.values(), given.cidrs.values())
    import_cidrs(ledger, given.cidrs.values())
    import_eips(ledger, given)
    import_services(ledger, given)
    ledger.flush()
    done.append(ledger.imported())
    return Imported(
        created=sum(each.created for each in done),
        changed=sum(each.changed for each in done),
        unchanged=sum(each.unchanged for each in done),
    )
