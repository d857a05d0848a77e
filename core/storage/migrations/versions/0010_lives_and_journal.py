"""The life of a CIDR, and what was sent to an account, are set once; no role shuts out, or stops, the others.

A role that writes past eipdeck adds events at the end only, and cannot make a mirror of an inventory, use up the
numbers by an epoch, or fill a counter to its end. The owner of the tables, who restores, is bound by none of that.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ACCEPTED = "(SELECT CASE WHEN v.action = 'accept_clock' THEN v.at END FROM event v ORDER BY v.seq DESC LIMIT 1)"
_ASKED = ("request_id", "hash", "verb", "asked", "operator", "reason", "noted_at")


def _moved(column: str) -> str:
    """Return the condition that a time changed, other than back to the clock that was accepted."""
    put_back = f"NEW.{column} IS NULL OR NEW.{column} {{is_not}} {_ACCEPTED} OR NEW.{column} > OLD.{column}"
    return f"(NEW.{column} {{is_not}} OLD.{column} AND ({put_back}))"


def _other(*columns: str) -> str:
    return " OR ".join(f"NEW.{column} {{is_not}} OLD.{column}" for column in columns)


_RULES = {
    "cidr_lived": (
        "UPDATE OF created_at, activated_at, draining_at, retired_at ON cidr",
        "the life of a CIDR is set once",
        f"{_moved('created_at')} OR (OLD.retired_at IS NOT NULL AND {_moved('retired_at')})"
        f" OR (NEW.state = OLD.state AND ({_moved('activated_at')} OR {_moved('draining_at')}))",
    ),
    "pool_begun": ("UPDATE OF created_at ON pool", "since when a pool is there is set once", _moved("created_at")),
    "mirror_told": (
        "UPDATE OF id, profile, endpoint, since, baseline_at ON mirror",
        "which account a mirror shows, and since when, is set once",
        f"{_other('id', 'profile', 'endpoint', 'since')}"
        " OR (OLD.baseline_at IS NOT NULL AND NEW.baseline_at {is_not} OLD.baseline_at)",
    ),
    "mirror_plan_asked": (
        f"UPDATE OF {', '.join(_ASKED)} ON mirror_plan",
        "what was asked of an account, and by whom, is set once",
        _other(*_ASKED),
    ),
    "mirror_step_asked": (
        "UPDATE OF request_id, nth, kind ON mirror_step",
        "what a step does is set once",
        _other("request_id", "nth", "kind"),
    ),
}
"""Name: moment, what is refused, and when."""

_ENDS = 1 << 40
"""The largest number of a counter."""
_JUMP = 1 << 21
"""The farthest that an epoch moves the numbers ahead."""


def upgrade() -> None:
    served = op.get_bind().dialect.name != "sqlite"
    for name, (moment, sentence, wrong) in _RULES.items():
        if served:
            refused = wrong.format(is_not="IS DISTINCT FROM")
            _trigger(name, f"IF {refused} THEN {_refusal(sentence)} END IF; RETURN NEW;", f"BEFORE {moment} FOR EACH ROW")
        else:
            refused = wrong.format(is_not="IS NOT")
            _run(f"CREATE TRIGGER {name} BEFORE {moment} BEGIN SELECT RAISE(ABORT, '{sentence}') WHERE {refused}; END")
    if served:
        _named()
        _events_follow()
        _bounded()


def _run(statement: str) -> None:
    op.execute(sa.text(statement.replace(":", "\\:")))


def _refusal(sentence: str) -> str:
    return f"RAISE EXCEPTION '{sentence}' USING ERRCODE = 'check_violation';"


def _trigger(name: str, body: str, event: str, when: str = "") -> None:
    """Make a trigger whose function is led to no table of somebody else."""
    _run(f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $rule$ BEGIN {body} END $rule$")
    path = f"'ALTER FUNCTION {name}() SET search_path = pg_catalog, %I, pg_temp', current_schema()"
    _run(f"DO $path$ BEGIN EXECUTE format({path}); END $path$")
    _run(f"REVOKE EXECUTE ON FUNCTION {name}() FROM PUBLIC")
    condition = f" WHEN ({when})" if when else ""
    _run(f"DROP TRIGGER IF EXISTS {name} ON {event.partition(' ON ')[2].split()[0]}")
    _run(f"CREATE TRIGGER {name} {event}{condition} EXECUTE FUNCTION {name}()")


def _of_roles(refused: str, sentence: str) -> str:
    return f"IF acting() IS NOT NULL AND ({refused}) THEN {_refusal(sentence)} END IF; RETURN NEW;"


def _named() -> None:
    """A change of an account names the role that asks, and another may settle it; a session names the one that writes."""
    foreign = "NEW.operator <> CAST(session_user AS text)"
    for table, written in (("mirror_plan", "INSERT"), ("presence", "INSERT OR UPDATE")):
        body = _of_roles("TRUE", "operator is the role that writes the row")
        _trigger(f"{table}_operator_named", body, f"BEFORE {written} ON {table} FOR EACH ROW", foreign)
    clock = "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)"
    body = f"IF acting() IS NOT NULL THEN {_refusal('a session is ended by its own role')} END IF; RETURN OLD;"
    others = f"OLD.operator <> CAST(session_user AS text) AND OLD.at BETWEEN {clock} - 300000000 AND {clock}"
    _trigger("presence_kept", body, "BEFORE DELETE ON presence FOR EACH ROW", others)


def _events_follow() -> None:
    """An event between others would break its chain for good; a clock is accepted at its own time."""
    late = "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint) - 60000000"
    _trigger(
        "event_follows",
        "IF acting() IS NOT NULL AND (SELECT count(*) FROM event WHERE seq >= (SELECT min(seq) FROM fresh))"
        f" <> (SELECT count(*) FROM fresh) THEN {_refusal('events follow one another')} END IF;"
        f" IF acting() IS NOT NULL AND EXISTS (SELECT 1 FROM fresh WHERE action = 'accept_clock' AND at < {late})"
        f" THEN {_refusal('a clock is accepted at its own time')} END IF; RETURN NULL;",
        "AFTER INSERT ON event REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT",
    )


def _bounded() -> None:
    """What one row could stop or shut everybody out with."""
    here = "CAST(CAST('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS bit(32)) AS bigint)"
    ahead = " OR ".join(
        f"NEW.{column} > greatest((SELECT max(seq) FROM {table}), (SELECT max({column}) FROM epoch), 0) + {_JUMP}"
        for column, table in (("since_seq", "event"), ("eip", "eip"), ("binding", "binding"))
    )
    lineage = f"NEW.system <> (SELECT system_identifier FROM pg_control_system()) OR NEW.timeline <> {here}"
    rules = {
        "epoch_true": ("epoch", f"{lineage} OR {ahead}", "an epoch is of this server, and moves the numbers a little"),
        "mirror_first": ("mirror", "EXISTS (SELECT 1 FROM event)", "a mirror is made before the first event"),
    }
    for name, (table, refused, sentence) in rules.items():
        _trigger(name, _of_roles(refused, sentence), f"BEFORE INSERT ON {table} FOR EACH ROW")
    far = f"NOT BETWEEN -{_ENDS} AND {_ENDS}"
    counted = {
        "usage_day": " OR ".join(f"NEW.{column} {far}" for column in ("allocated", "released", "freed")),
        "cooling_minute": f"NEW.count {far}",
    }
    for table, when in counted.items():
        body = _of_roles("TRUE", "a counter has an end")
        _trigger(f"{table}_bounded", body, f"BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW", when)
    body = _of_roles("TRUE", "a version follows the one before")
    skipped = "NEW.version NOT BETWEEN OLD.version AND OLD.version + 1"
    _trigger("cidr_version_follows", body, "BEFORE UPDATE OF version ON cidr FOR EACH ROW", skipped)
