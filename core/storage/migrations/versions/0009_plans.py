"""What is sent to a live account is a plan of steps, each one call; the operations of step 0008 become plans of one.

No part of the inventory, and never exported; the history has the events. A plan and its steps are never deleted, and a
step that is done stays so.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_HAND_ON = """
DO $grant$ DECLARE each record; BEGIN
  FOR each IN
    SELECT DISTINCT g.privilege_type AS may, CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END AS role
    FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) g LEFT JOIN pg_roles r ON r.oid = g.grantee
    WHERE c.oid = 'mirror_operation'::regclass AND g.privilege_type IN ('SELECT', 'INSERT', 'UPDATE')
      AND g.grantee <> c.relowner
  LOOP
    EXECUTE format('GRANT %s ON mirror_plan, mirror_step TO %s', each.may, each.role);
  END LOOP;
END $grant$
"""
"""A role that may change the account may go on doing so."""
_RULES = {
    "mirror_plan_kept": ("DELETE ON mirror_plan", "", "a plan is never deleted"),
    "mirror_step_kept": ("DELETE ON mirror_step", "", "a step is never deleted"),
    "mirror_step_done": ("UPDATE ON mirror_step", "OLD.state = 'done'", "a step that is done stays so"),
    "mirror_plan_ended": (
        "UPDATE ON mirror_plan",
        "OLD.state IN ('refused', 'undone') OR (OLD.state = 'done' AND NEW.state <> 'undone')",
        "a plan that is settled stays so",
    ),
}
_PLANS = (
    "INSERT INTO mirror_plan (request_id, hash, verb, asked, operator, reason, state, holds, noted_at, touched_at,"
    " settled_at) SELECT request_id, hash, verb, asked, operator, reason,"
    " CASE WHEN state IN ('done', 'refused') THEN state ELSE 'open' END, '[\"eip:' || eip_id || '\"]', noted_at,"
    " coalesce(settled_at, sent_at, noted_at), settled_at FROM mirror_operation"
)
_STEPS = (
    "INSERT INTO mirror_step (request_id, nth, kind, about, state, action, body, sent_at, settled_at,"
    " platform_request_id, code, message) SELECT request_id, 1, CASE action WHEN 'ModifyEipAttribute' THEN 'name'"
    " WHEN 'ModifyEipBandwidth' THEN 'bandwidth' ELSE 'delete' END, body, state, action,"
    " CASE WHEN state = 'noted' THEN NULL ELSE body END, sent_at, settled_at, platform_request_id, code, message"
    " FROM mirror_operation"
)


def upgrade() -> None:
    op.create_table(
        "mirror_plan",
        sa.Column("request_id", TEXT, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("verb", TEXT, nullable=False),
        sa.Column("asked", TEXT, nullable=False),
        sa.Column("operator", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=True),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("holds", TEXT, nullable=False),
        sa.Column("noted_at", BIG, nullable=False),
        sa.Column("touched_at", BIG, nullable=False),
        sa.Column("settled_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("request_id"),
        sa.CheckConstraint("state IN ('open', 'done', 'refused', 'unfinished', 'undone')", name="state_word"),
    )
    open_ = sa.text("state = 'open'")
    op.create_index("mirror_plan_open", "mirror_plan", ["noted_at"], sqlite_where=open_, postgresql_where=open_)
    op.create_index("mirror_plan_touched", "mirror_plan", ["touched_at"])
    op.create_table(
        "mirror_step",
        sa.Column("request_id", TEXT, nullable=False),
        sa.Column("nth", BIG, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("about", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("action", TEXT, nullable=True),
        sa.Column("body", TEXT, nullable=True),
        sa.Column("sent_at", BIG, nullable=True),
        sa.Column("settled_at", BIG, nullable=True),
        sa.Column("platform_request_id", TEXT, nullable=True),
        sa.Column("code", TEXT, nullable=True),
        sa.Column("message", TEXT, nullable=True),
        sa.Column("result", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("request_id", "nth"),
        sa.ForeignKeyConstraint(["request_id"], ["mirror_plan.request_id"]),
        sa.CheckConstraint("state IN ('noted', 'sent', 'unknown', 'done', 'refused')", name="state_word"),
    )
    op.execute(sa.text(_PLANS))
    op.execute(sa.text(_STEPS))
    served = op.get_bind().dialect.name != "sqlite"
    if served:
        op.execute(_HAND_ON)
    op.drop_table("mirror_operation")
    if served:
        for name in ("mirror_operation_kept", "mirror_operation_done"):
            op.execute(f"DROP FUNCTION {name}()")
    for name, (event, when, says) in _RULES.items():
        _rule(name, event, when, says)


def _rule(name: str, event: str, when: str, says: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        condition = f" WHEN {when}" if when else ""
        op.execute(sa.text(f"CREATE TRIGGER {name} BEFORE {event}{condition} BEGIN SELECT RAISE(ABORT, '{says}'); END"))
        return
    body = f"BEGIN RAISE EXCEPTION '{says}' USING ERRCODE = 'check_violation'; END"
    op.execute(f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $rule$ {body} $rule$")
    path = f"'ALTER FUNCTION {name}() SET search_path = pg_catalog, %I, pg_temp', current_schema()"
    op.execute(f"DO $path$ BEGIN EXECUTE format({path}); END $path$")
    condition = f" WHEN ({when})" if when else ""
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW{condition} EXECUTE FUNCTION {name}()")
