"""The mirror of a live account: how far it was read, what its rows were like, and which rows the rules refuse.

No part of the inventory, and never exported. A role that may only read opens a database when it knows that it is no
mirror, so everybody reads `mirror`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "mirror",
        sa.Column("id", BIG, nullable=False),
        sa.Column("profile", TEXT, nullable=False),
        sa.Column("endpoint", TEXT, nullable=False),
        sa.Column("since", BIG, nullable=False),
        sa.Column("baseline_at", BIG, nullable=True),
        sa.Column("held", TEXT, nullable=True),
        sa.Column("held_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("id = 1", name="one_mirror"),
    )
    op.create_table(
        "mirror_kind",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("tried_at", BIG, nullable=False),
        sa.Column("read_at", BIG, nullable=True),
        sa.Column("steady", sa.Boolean(), nullable=False),
        sa.Column("rows", BIG, nullable=False),
        sa.Column("problem", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("kind"),
    )
    op.create_table(
        "mirror_row",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("platform_id", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=True),
        sa.Column("missing_since", BIG, nullable=True),
        sa.PrimaryKeyConstraint("kind", "platform_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mirror_aside",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("platform_id", TEXT, nullable=False),
        sa.Column("why", TEXT, nullable=False),
        sa.Column("raw", TEXT, nullable=False),
        sa.Column("since", BIG, nullable=False),
        sa.PrimaryKeyConstraint("kind", "platform_id"),
    )
    if op.get_bind().dialect.name != "sqlite":
        op.execute("GRANT SELECT ON mirror TO PUBLIC")
