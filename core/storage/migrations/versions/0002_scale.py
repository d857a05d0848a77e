"""What a million EIPs need: an index for every order of the list, and one for the words in it.

`eip_words` is no part of the inventory: it follows the events (`search_mark` says how far), outside the transactions
that write them, so that an allocation does not wait for it. PostgreSQL has none: there a word is looked for in all EIPs.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ORDERS = ("name", "status", "pool_id", "allocated_at", "customer_owned", "allocated_by")


def upgrade() -> None:
    live = sa.text("released_at IS NULL")
    for column in _ORDERS:
        op.create_index(f"eip_by_{column}", "eip", [column, "address"], sqlite_where=live, postgresql_where=live)
    op.create_index("service_name", "service", ["name"])
    serving = sa.text("unbound_at IS NULL")
    op.create_index("binding_kind", "binding", ["kind"], sqlite_where=serving, postgresql_where=serving)
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute(
        "CREATE VIRTUAL TABLE eip_words"
        " USING fts5(name, id, address, services, tokenize = 'trigram', detail = 'none', columnsize = 0)"
    )
    op.execute("CREATE TABLE search_mark (seq INTEGER NOT NULL)")
    op.execute("INSERT INTO search_mark VALUES (0)")
