"""Who is on the deck, and what they are about to change: no part of the inventory, and never exported."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "presence",
        sa.Column("session", TEXT, nullable=False),
        sa.Column("operator", TEXT, nullable=False),
        sa.Column("since", BIG, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("doing", TEXT, nullable=True),
        sa.Column("doing_since", BIG, nullable=True),
        sa.PrimaryKeyConstraint("session"),
    )
