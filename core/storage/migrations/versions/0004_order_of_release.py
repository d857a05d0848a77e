"""The order of release, the free addresses of each day, and released EIPs that are alive on the platform."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_RELEASED = (
    "UPDATE cooling SET released_at = coalesce((SELECT max(e.released_at) FROM eip e WHERE e.address = cooling.address"
    " AND e.released_at IS NOT NULL), ready_at)"
)


def upgrade() -> None:
    op.add_column("cooling", sa.Column("released_at", BIG, nullable=False, server_default="0"))
    op.execute(_RELEASED)
    op.create_index("cooling_released", "cooling", ["pool_id", "released_at", "address"])
    op.add_column("usage_day", sa.Column("freed", BIG, nullable=False, server_default="0"))
    op.execute("UPDATE usage_day SET freed = released - allocated")
    op.add_column("eip", sa.Column("alive_since", BIG, nullable=True))
    alive = sa.text("alive_since IS NOT NULL")
    op.create_index("eip_alive", "eip", ["seq"], sqlite_where=alive, postgresql_where=alive)
