"""Who did something and when is set once, under the name of the role that writes; no role can stop the others.

A time is put back only to the newest event, when that is an acceptance of the clock. An EIP that an import moves into
another CIDR is set aside for a moment, released by nobody; its bindings go on, unless an event ended them.
On PostgreSQL the functions of the tables move the chains, the numbers and the turn of writers, with the owner's rights.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")

_ACCEPTED = "(SELECT CASE WHEN v.action = 'accept_clock' THEN v.at END FROM event v ORDER BY v.seq DESC LIMIT 1)"


def _moved(*columns: str) -> str:
    """Return the condition that one of these times changed, other than back to the clock that was accepted."""
    return " OR ".join(
        f"(NEW.{column} {{is_not}} OLD.{column} AND (NEW.{column} {{is_not}} {_ACCEPTED} OR NEW.{column} > OLD.{column}))"
        for column in columns
    )


def _other(*columns: str) -> str:
    return " OR ".join(f"NEW.{column} {{is_not}} OLD.{column}" for column in columns)


_ENDED_BY_EVENT = (
    "EXISTS (SELECT 1 FROM eip e JOIN event v ON v.address = e.address AND v.eip_id = e.id"
    " WHERE e.id = NEW.eip_id AND {position}(v.before, '\"id\":\"' || NEW.id || '\"') > 0)"
)
_TOLD = (
    "NOT EXISTS (SELECT 1 FROM (SELECT v.at, v.operator, v.action, v.reason FROM event v ORDER BY v.seq DESC LIMIT 1)"
    " AS told WHERE (told.action = 'accept_finding' AND told.at = NEW.at AND told.operator = NEW.operator"
    " AND told.reason = NEW.reason) OR ({same} AND told.action = 'withdraw_acceptance' AND told.at = NEW.until"
    " AND NEW.at = OLD.at) OR ({same} AND told.action = 'accept_clock'))"
)
_SAME_ACCEPTANCE = "NEW.operator = OLD.operator AND NEW.reason = OLD.reason AND NEW.ground = OLD.ground"
_BINDS = (
    "eip_id",
    "kind",
    "service_id",
    "private_ip",
    "sources",
    "all_eips",
    "protocol",
    "port",
    "port_end",
    "to_port",
    "to_port_end",
)

_RULES = {
    "eip_begun": (
        "UPDATE OF address, allocated_at, allocated_by, previous_eip_id, landed_in_default ON eip",
        "",
        "who began a tenancy, of which address and when, is set once",
        f"{_other('address', 'allocated_by', 'previous_eip_id')} OR {_moved('allocated_at')}"
        " OR (NEW.landed_in_default <> OLD.landed_in_default AND NOT (NEW.customer_owned AND OLD.landed_in_default))",
    ),
    "eip_ended": (
        "UPDATE OF released_at, released_by, ready_at ON eip",
        "OLD.released_by IS NOT NULL",
        "who ended a tenancy, and when, is set once",
        f"NEW.released_at IS NULL OR {_other('released_by')} OR {_moved('released_at')}"
        " OR (NEW.ready_at {is_not} OLD.ready_at AND NEW.released_at = OLD.released_at)",
    ),
    "binding_begun": (
        f"UPDATE OF {', '.join(_BINDS)}, bound_at ON binding",
        "",
        "what is bound, and since when, is set once",
        f"{_other(*_BINDS)} OR {_moved('bound_at')}",
    ),
    "binding_ended": (
        "UPDATE OF unbound_at ON binding",
        "OLD.unbound_at IS NOT NULL",
        "the end of a binding is set once",
        f"(NEW.unbound_at IS NOT NULL AND ({_moved('unbound_at')})) OR (NEW.unbound_at IS NULL AND {_ENDED_BY_EVENT})",
    ),
    "acceptance_told": (
        "UPDATE ON acceptance",
        "",
        "an acceptance changes as the newest event says",
        _TOLD.replace("{same}", _SAME_ACCEPTANCE),
    ),
    "acceptance_kept": ("DELETE ON acceptance", "", "an acceptance is never deleted", "TRUE"),
}
"""Name: moment, condition of the row, what is refused, and when."""

_WRITTEN = ("pool", "cidr", "free_range", "cooling", "cooling_minute", "reservation", "eip", "service", "binding")
_HISTORY = ("event", "chain")
_NUMBERED = {"eip": "seq", "event": "seq", "binding": "seq", "cidr": "id", "reservation": "id"}
_FURTHEST = 2**21
"""The farthest that one row moves the numbers ahead."""
_IMPORTED = 10**15
"""Above the numbers in the ids of an import; nine thousand times as many are left behind them."""


def upgrade() -> None:
    op.add_column("event", sa.Column("claimed", TEXT, nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        for name, (moment, when, sentence, wrong) in _RULES.items():
            condition = f" WHEN {when}" if when else ""
            refused = wrong.format(is_not="IS NOT", position="instr")
            _run(
                f"CREATE TRIGGER {name} BEFORE {moment}{condition} BEGIN"
                f" SELECT RAISE(ABORT, '{sentence}') WHERE {refused}; END"
            )
        return
    for name, (moment, when, sentence, wrong) in _RULES.items():
        refused = wrong.format(is_not="IS DISTINCT FROM", position="strpos")
        body = f"IF {refused} THEN {_refusal(sentence)} END IF; RETURN NEW;"
        _trigger(name, body, f"BEFORE {moment} FOR EACH ROW", when)
    _named()
    _turn()
    _chained()
    _numbered()
    _pinned()


def _run(statement: str) -> None:
    op.execute(sa.text(statement.replace(":", "\\:")))


def _refusal(sentence: str) -> str:
    return f"RAISE EXCEPTION '{sentence}' USING ERRCODE = 'check_violation';"


def _function(name: str, returns: str, body: str, *, language: str = "plpgsql", rights: str = "") -> None:
    _run(f"CREATE OR REPLACE FUNCTION {name} RETURNS {returns} LANGUAGE {language} {rights} AS $rule${body}$rule$")


def _trigger(name: str, body: str, event: str, when: str = "", *, owner: bool = False, declare: str = "") -> None:
    rights = "SECURITY DEFINER" if owner else ""
    _function(f"{name}()", "trigger", f"{declare} BEGIN {body} END", rights=rights)
    condition = f" WHEN ({when})" if when else ""
    _run(f"DROP TRIGGER IF EXISTS {name} ON {event.partition(' ON ')[2].split()[0]}")
    _run(f"CREATE TRIGGER {name} {event}{condition} EXECUTE FUNCTION {name}()")


def _named() -> None:
    """Rows name the role that writes them; the owner of the tables, who restores, writes in any name."""
    _function(
        "acting()",
        "text",
        "SELECT CASE WHEN pg_has_role(session_user, relowner, 'MEMBER') THEN NULL ELSE CAST(session_user AS text) END"
        " FROM pg_class WHERE oid = CAST('event' AS regclass)",
        language="sql",
        rights="STABLE",
    )
    for table, column, moment in (
        ("eip", "allocated_by", "INSERT ON eip"),
        ("eip", "released_by", "UPDATE OF released_by ON eip"),
        ("acceptance", "operator", "INSERT OR UPDATE OF operator ON acceptance"),
    ):
        refused = _refusal(f"{column} is the role that writes the row")
        body = f"IF acting() IS NOT NULL THEN {refused} END IF; RETURN NEW;"
        foreign = f"NEW.{column} NOT IN (CAST(session_user AS text), 'import', 'zenlayer')"
        _trigger(f"{table}_{column}_named", body, f"BEFORE {moment} FOR EACH ROW", foreign)


def _turn() -> None:
    """Writers queue for a lock on a table, which takes a right; readers had a share in the advisory lock before."""
    isolation = (
        "IF current_setting('transaction_isolation') <> 'read committed'"
        f" THEN {_refusal('changes are made at READ COMMITTED')} END IF;"
    )
    lock = "LOCK TABLE alembic_version IN SHARE UPDATE EXCLUSIVE MODE;"
    for table in (*_WRITTEN, *_HISTORY, "acceptance"):
        moment = f"BEFORE INSERT OR UPDATE OR DELETE ON {table} FOR EACH STATEMENT"
        _trigger(f"a_turn_{table}", f"{isolation} {lock} RETURN NULL;", moment, owner=True)
    body = (
        "BEGIN IF pg_is_in_recovery() THEN RETURN; END IF;"
        " IF NOT has_table_privilege(session_user, CAST('event' AS regclass), 'INSERT') THEN RAISE EXCEPTION"
        f" 'permission denied to write' USING ERRCODE = 'insufficient_privilege'; END IF; {isolation} {lock} END"
    )
    _function("take_turn()", "void", body, rights="SECURITY DEFINER")


def _chained() -> None:
    """Every event moves its chain; of a role that does not own the tables, name, time and hash are checked."""
    _function(
        "json_text(said text)",
        "text",
        r"""BEGIN IF said IS NULL THEN RETURN 'null'; END IF;
IF said COLLATE "C" ~ '^[ -~]*$' THEN RETURN CAST(to_json(said) AS text); END IF;
RETURN '"' || (SELECT string_agg(CASE
  WHEN ascii(c) < 127 THEN substr(CAST(to_json(c) AS text), 2, length(CAST(to_json(c) AS text)) - 2)
  WHEN ascii(c) < 65536 THEN '\u' || lpad(to_hex(ascii(c)), 4, '0')
  ELSE '\u' || to_hex(55296 + ((ascii(c) - 65536) >> 10)) || '\u' || to_hex(56320 + ((ascii(c) - 65536) & 1023)) END,
  '' ORDER BY place) FROM regexp_split_to_table(said, '') WITH ORDINALITY AS t(c, place)) || '"'; END""",
        rights="IMMUTABLE",
    )
    listed = " || ',' || ".join(
        f"coalesce(CAST(e.{column} AS text), 'null')" if column in ("at", "address") else f"json_text(e.{column})"
        for column in (
            *("at", "operator", "action", "eip_id", "address", "pool_id"),
            *("cidr", "reason", "request_id", "before", "after"),
        )
    )
    claim = "CASE WHEN e.claimed IS NULL THEN '' ELSE ',' || json_text(e.claimed) END"
    _function(
        "event_hash(link bytea, e event)",
        "bytea",
        f"BEGIN RETURN sha256(link || convert_to('[' || {listed} || {claim} || ']', 'UTF8')); END",
        rights="STABLE",
    )
    _trigger(
        "event_chained",
        f"""
SELECT at INTO newest FROM event WHERE seq < (SELECT min(seq) FROM fresh) ORDER BY seq DESC LIMIT 1;
FOR e IN SELECT * FROM fresh ORDER BY seq LOOP
  IF here IS DISTINCT FROM coalesce(e.pool_id, '') THEN
    {_LINK}
    here := coalesce(e.pool_id, ''); 
    SELECT length, hash INTO count, link FROM chain WHERE pool_id = here;
    count := coalesce(count, 0); link := coalesce(link, '');
  END IF;
  IF who IS NOT NULL THEN {_CHECKS} END IF;
  count := count + 1; link := e.hash; newest := e.at;
END LOOP;
{_LINK}
RETURN NULL;""",
        "AFTER INSERT ON event REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT",
        owner=True,
        declare="DECLARE who text := acting(); e event; here text; count bigint; link bytea; newest bigint;"
        " clock bigint := CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint);",
    )


_LINK = """IF here IS NOT NULL THEN
  INSERT INTO chain (pool_id, at, length, hash) VALUES (here, newest, count, link) ON CONFLICT (pool_id)
    DO UPDATE SET at = excluded.at, length = excluded.length, hash = excluded.hash; END IF;"""
_CHECKS = f"""
IF e.operator <> who AND NOT (e.operator = 'zenlayer' AND EXISTS (SELECT 1 FROM mirror)) THEN {_refusal("an event names the role that writes it")} END IF;
IF e.at > greatest(clock + 60000000, newest) OR e.at < clock - 3600000000
  THEN {_refusal("an event has the time of its writing")} END IF;
IF e.at < newest AND e.action <> 'accept_clock' THEN {_refusal("the times of the history do not go back")} END IF;
IF e.hash <> event_hash(link, e) THEN {_refusal("the hash of an event is that of its chain")} END IF;"""


def _numbered() -> None:
    """Numbers follow the rows by the owner's right; one row cannot use them up."""
    for table, key in _NUMBERED.items():
        numbers = f"{table}_{key}_seq"
        body = (
            f"SELECT last_value INTO given FROM {numbers};"
            f" SELECT max({key}) INTO newest FROM {table};"
            f" IF newest > greatest({_IMPORTED}, given + {_FURTHEST}) AND acting() IS NOT NULL"
            f" THEN {_refusal('numbers follow one another')} END IF;"
            f" PERFORM setval('{numbers}', greatest(newest, given)); RETURN NULL;"
        )
        moment = f"AFTER INSERT ON {table} FOR EACH STATEMENT"
        _trigger(f"{table}_numbered", body, moment, owner=True, declare="DECLARE given bigint; newest bigint;")


def _pinned() -> None:
    """No function is led to a table of somebody else; chains and numbers are taken out of the roles' rights."""
    _run("""DO $do$ DECLARE each record; BEGIN
FOR each IN SELECT CAST(p.oid AS regprocedure) AS name, p.prorettype = CAST('trigger' AS regtype) AS fires FROM pg_proc p
  WHERE p.pronamespace = CAST(quote_ident(current_schema()) AS regnamespace) AND p.proowner = (SELECT relowner FROM pg_class
    WHERE oid = CAST('event' AS regclass)) AND (p.proname IN ('acting', 'take_turn')
    OR EXISTS (SELECT 1 FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgfoid = p.oid
      AND c.relnamespace = p.pronamespace)) LOOP
  EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, %I, pg_temp', each.name, current_schema());
  IF each.fires THEN EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', each.name); END IF;
END LOOP;
FOR each IN SELECT DISTINCT c.relname AS name, c.relkind AS kind,
    CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS who
  FROM pg_class c, aclexplode(c.relacl) a WHERE c.relnamespace = CAST(quote_ident(current_schema()) AS regnamespace)
    AND a.grantee <> c.relowner AND (c.relname = 'chain' OR c.relname IN ('eip_seq_seq', 'event_seq_seq',
      'binding_seq_seq', 'cidr_id_seq', 'reservation_id_seq')) LOOP
  IF each.kind = 'S' THEN EXECUTE format('REVOKE UPDATE ON SEQUENCE %I FROM %s', each.name, each.who);
  ELSE EXECUTE format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON %I FROM %s', each.name, each.who); END IF;
END LOOP; END $do$""")
