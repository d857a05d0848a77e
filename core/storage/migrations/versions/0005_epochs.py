"""Epochs: each server, and each timeline of it, that the history was written on; where picks begin after a failover."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_GRANT_AS_EVENTS = """
DO $grant$ DECLARE each record; BEGIN
  FOR each IN
    SELECT DISTINCT g.privilege_type AS may, CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE r.rolname END AS role
    FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) g LEFT JOIN pg_roles r ON r.oid = g.grantee
    WHERE c.oid = 'event'::regclass AND g.privilege_type IN ('SELECT', 'INSERT') AND g.grantee <> c.relowner
  LOOP
    EXECUTE format('GRANT %s ON epoch TO ', each.may)
      || CASE WHEN each.role = 'PUBLIC' THEN 'PUBLIC' ELSE quote_ident(each.role) END;
  END LOOP;
END $grant$
"""
"""A role that may write the history may go on writing it."""


def upgrade() -> None:
    op.create_table(
        "epoch",
        sa.Column("since_seq", BIG, nullable=False, autoincrement=False),
        sa.Column("system", BIG, nullable=False),
        sa.Column("timeline", BIG, nullable=False),
        sa.Column("eip", BIG, nullable=False),
        sa.Column("binding", BIG, nullable=False),
        sa.PrimaryKeyConstraint("since_seq"),
    )
    op.add_column("pool", sa.Column("picks_from", BIG, nullable=True))
    if op.get_bind().dialect.name != "sqlite":
        op.execute(_GRANT_AS_EVENTS)
