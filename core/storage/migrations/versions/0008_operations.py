"""What was sent to a live account: each change is noted before its call, and settled after it.

No part of the inventory, and never exported; the history has the events. An operation is never deleted, and one that
is done stays so.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_RULES = {
    "mirror_operation_kept": ("DELETE ON mirror_operation", "", "an operation is never deleted"),
    "mirror_operation_done": (
        "UPDATE ON mirror_operation",
        "OLD.state IN ('done', 'refused') AND NEW.state <> OLD.state",
        "an operation that is settled stays so",
    ),
}


def upgrade() -> None:
    op.create_table(
        "mirror_operation",
        sa.Column("request_id", TEXT, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("verb", TEXT, nullable=False),
        sa.Column("asked", TEXT, nullable=False),
        sa.Column("operator", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=True),
        sa.Column("eip_id", TEXT, nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("noted_at", BIG, nullable=False),
        sa.Column("sent_at", BIG, nullable=True),
        sa.Column("settled_at", BIG, nullable=True),
        sa.Column("platform_request_id", TEXT, nullable=True),
        sa.Column("code", TEXT, nullable=True),
        sa.Column("message", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("request_id"),
        sa.CheckConstraint("state IN ('noted', 'sent', 'unknown', 'done', 'refused')", name="state_word"),
    )
    open_ = sa.text("state IN ('noted', 'sent', 'unknown')")
    op.create_index(
        "mirror_operation_open", "mirror_operation", ["eip_id"], unique=True, sqlite_where=open_, postgresql_where=open_
    )
    for name, (event, when, says) in _RULES.items():
        _rule(name, event, when, says)


def _rule(name: str, event: str, when: str, says: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        condition = f" WHEN {when}" if when else ""
        op.execute(sa.text(f"CREATE TRIGGER {name} BEFORE {event}{condition} BEGIN SELECT RAISE(ABORT, '{says}'); END"))
        return
    body = f"BEGIN RAISE EXCEPTION '{says}' USING ERRCODE = 'check_violation'; END"
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $rule$ {body} $rule$")
    path = f"'ALTER FUNCTION {name}() SET search_path = pg_catalog, %I, pg_temp', current_schema()"
    op.execute(f"DO $path$ BEGIN EXECUTE format({path}); END $path$")
    condition = f" WHEN ({when})" if when else ""
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW{condition} EXECUTE FUNCTION {name}()")
