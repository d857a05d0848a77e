"""Import and export: the platform's answers brought into the inventory, and everything as one document.

`reading` takes files apart, `zenlayer` says what a row of the platform's means, `space`, `tenancies` and `serving`
bring pools and CIDRs, EIPs, services and bindings up to date, in this order whatever the files' is. `export` writes
and restores eipdeck's own document.
"""

from __future__ import annotations

from core.history import Change
from core.objects import Imported
from core.transfer.backup import write_backup
from core.transfer.export import export_document, restore, write_export
from core.transfer.ledger import Ledger
from core.transfer.reading import Documents, read_documents
from core.transfer.serving import import_services
from core.transfer.space import import_cidrs, import_pools
from core.transfer.tenancies import import_eips
from core.transfer.zenlayer import read_rows

__all__ = ["export_document", "import_documents", "read_documents", "write_backup", "write_export"]


def import_documents(change: Change, documents: Documents) -> Imported:
    """Import everything in the one transaction of the change; what is here already stays as it is.

    Raises:
        EipdeckError: `invalid_import`, naming file and row.

    """
    done = [restore(change, export) for export in documents.exports]
    given = read_rows(documents.rows)
    ledger = Ledger(change)
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
