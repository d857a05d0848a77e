"""The first schema.

Beside the tables stand the triggers that make the worst impossible even for raw SQL: overlapping CIDRs, a
live EIP in a retired CIDR, a binding on a released EIP, a second holder, a second DNAT on a port, a changed
or deleted event. They hold on a connection that set no pragma too: what the foreign keys say of an EIP's place
and flag is said once more here, and REPLACE, which deletes past the triggers of DELETE, is refused.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
"""Both compare text by its bytes: the order of a list is the same on either."""

_OVERLAP = {
    "CIDRs do not overlap unless retired": """
EXISTS (
  SELECT 1 FROM (
    SELECT id, last FROM cidr
    WHERE state <> 'retired' AND first <= NEW.last AND id {is_not} NEW.id
    ORDER BY first DESC LIMIT 1
  ) AS near WHERE last >= NEW.first
)"""
}

_LIVE_IN_RETIRED = {
    "no live EIP in a retired CIDR": "(SELECT state FROM cidr WHERE id = NEW.cidr_id) = 'retired'",
}

_PLACE = {
    "an EIP lies in its CIDR, its CIDR in its pool, and its flag follows the pool": """
NOT EXISTS (
  SELECT 1 FROM cidr c JOIN pool p ON p.id = c.pool_id
  WHERE c.id = NEW.cidr_id AND c.pool_id = NEW.pool_id AND c.first = NEW.cidr_first AND c.last = NEW.cidr_last
    AND p.customer_owned = NEW.customer_owned
)"""
}

_ALONE = {
    "an address has one live EIP": """
EXISTS (SELECT 1 FROM eip WHERE address = NEW.address AND released_at IS NULL AND seq <> NEW.seq)""",
}

_BINDING = {
    "no live binding on a released EIP": "(SELECT released_at FROM eip WHERE id = NEW.eip_id) IS NOT NULL",
    "a binding names a service of its kind": """
(SELECT kind FROM service WHERE id = NEW.service_id)
  <> CASE NEW.kind WHEN 'nic' THEN 'nic' WHEN 'load_balancer' THEN 'load-balancer' ELSE 'nat-gateway' END""",
    "an EIP has one holder": """
EXISTS (
  SELECT 1 FROM binding b
  WHERE b.eip_id = NEW.eip_id AND b.unbound_at IS NULL AND b.id <> NEW.id
    AND (b.service_id <> NEW.service_id OR b.kind IN ('nic', 'load_balancer'))
)""",
    "a DNAT port is taken once": """
NEW.kind IN ('dnat', 'snat') AND EXISTS (
  SELECT 1 FROM binding b
  WHERE b.eip_id = NEW.eip_id AND b.unbound_at IS NULL AND b.id <> NEW.id
    AND (
      (b.kind = 'dnat' AND NEW.kind = 'dnat' AND b.protocol = NEW.protocol
        AND b.port <= NEW.port_end AND NEW.port <= b.port_end)
      OR (b.kind = 'dnat' AND b.protocol = 'any')
      OR (NEW.kind = 'dnat' AND NEW.protocol = 'any')
      OR (b.kind = 'snat' AND NEW.kind = 'snat' AND b.sources = NEW.sources)
    )
)""",
}

_STILL_BOUND = {
    "a released EIP serves nothing": "EXISTS (SELECT 1 FROM binding WHERE eip_id = NEW.id AND unbound_at IS NULL)",
}

_NOT_EMPTY = {
    "a CIDR with live EIPs cannot be retired": """
EXISTS (
  SELECT 1 FROM eip WHERE released_at IS NULL AND address BETWEEN NEW.first AND NEW.last AND cidr_id = NEW.id
)""",
}

_UNDER_ITS_EIPS = {
    "a CIDR stays where its EIPs are": """
(NEW.id <> OLD.id OR NEW.pool_id <> OLD.pool_id OR NEW.first <> OLD.first OR NEW.last <> OLD.last)
  AND EXISTS (SELECT 1 FROM eip WHERE address BETWEEN OLD.first AND OLD.last AND cidr_id = OLD.id)""",
}

_OVER_ITS_EIPS = {
    "a pool stays what its EIPs are": """
(NEW.id <> OLD.id OR NEW.customer_owned <> OLD.customer_owned)
  AND EXISTS (SELECT 1 FROM eip e JOIN cidr c ON c.id = e.cidr_id WHERE c.pool_id = OLD.id)""",
}


def _never(sentence: str) -> dict[str, str]:
    return {sentence: "TRUE"}


_TRIGGERS = {
    "cidr_overlap_insert": ("INSERT ON cidr", "NEW.state <> 'retired'", _OVERLAP),
    "cidr_overlap_update": ("UPDATE OF first, last, state ON cidr", "NEW.state <> 'retired'", _OVERLAP),
    "cidr_not_empty": ("UPDATE OF state ON cidr", "NEW.state = 'retired'", _NOT_EMPTY),
    "cidr_stays": ("UPDATE OF id, pool_id, first, last ON cidr", "", _UNDER_ITS_EIPS),
    "cidr_kept": ("DELETE ON cidr", "", _never("a CIDR is never deleted")),
    "pool_stays": ("UPDATE OF id, customer_owned ON pool", "", _OVER_ITS_EIPS),
    "pool_kept": ("DELETE ON pool", "", _never("a pool is never deleted")),
    "eip_place_insert": ("INSERT ON eip", "", _PLACE),
    "eip_place_update": (
        "UPDATE OF address, pool_id, cidr_id, cidr_first, cidr_last, customer_owned ON eip",
        "",
        _PLACE,
    ),
    "eip_same": (
        "UPDATE OF seq, id ON eip",
        "NEW.seq <> OLD.seq OR NEW.id <> OLD.id",
        _never("an EIP keeps its id"),
    ),
    "eip_alone_insert": ("INSERT ON eip", "NEW.released_at IS NULL", _ALONE),
    "eip_alone_update": ("UPDATE OF released_at, address ON eip", "NEW.released_at IS NULL", _ALONE),
    "eip_retired_insert": ("INSERT ON eip", "NEW.released_at IS NULL", _LIVE_IN_RETIRED),
    "eip_retired_update": ("UPDATE OF released_at, cidr_id ON eip", "NEW.released_at IS NULL", _LIVE_IN_RETIRED),
    "eip_still_bound": (
        "UPDATE OF released_at ON eip",
        "NEW.released_at IS NOT NULL AND OLD.released_at IS NULL",
        _STILL_BOUND,
    ),
    "eip_kept": ("DELETE ON eip", "", _never("an EIP is never deleted")),
    "binding_insert": ("INSERT ON binding", "NEW.unbound_at IS NULL", _BINDING),
    "binding_update": ("UPDATE ON binding", "NEW.unbound_at IS NULL", _BINDING),
    "binding_same": (
        "UPDATE OF seq, id ON binding",
        "NEW.seq <> OLD.seq OR NEW.id <> OLD.id",
        _never("a binding keeps its id"),
    ),
    "binding_kept": ("DELETE ON binding", "", _never("a binding is never deleted")),
    "event_unchanged": ("UPDATE ON event", "", _never("the history is append-only")),
    "event_kept": ("DELETE ON event", "", _never("the history is append-only")),
}
"""Name: moment, condition of the new row, and what is refused when which condition holds."""

_SQLITE_TRIGGERS = {
    "eip_new": (
        "INSERT ON eip",
        "EXISTS (SELECT 1 FROM eip WHERE seq = NEW.seq OR id = NEW.id)",
        _never("an EIP is never replaced"),
    ),
    "binding_new": (
        "INSERT ON binding",
        "EXISTS (SELECT 1 FROM binding WHERE seq = NEW.seq OR id = NEW.id)",
        _never("a binding is never replaced"),
    ),
    "event_new": (
        "INSERT ON event",
        "EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq)",
        _never("the history is append-only"),
    ),
}
"""REPLACE deletes past the triggers of DELETE."""

_WRITTEN = (
    "pool",
    "cidr",
    "free_range",
    "cooling",
    "cooling_minute",
    "reservation",
    "eip",
    "service",
    "binding",
    "event",
    "chain",
)
"""Tables that PostgreSQL changes under the lock of writers only, whoever writes; what the triggers read is here."""

_TURN = 0x45495044

_NUMBERED = {"eip": "seq", "event": "seq", "binding": "seq", "cidr": "id", "reservation": "id"}
"""Keys whose numbers are never given again, though a row may bring its own: AUTOINCREMENT."""


def upgrade() -> None:
    _tables()
    if op.get_bind().dialect.name == "sqlite":
        _sqlite_rules()
    else:
        _postgresql_rules()
    op.execute(
        sa.text(
            'INSERT INTO pool (id, name, kind, customer_owned, region, "order", cooldown_seconds,'
            " warn_percent, critical_percent, created_at)"
            " VALUES ('default-asia-east-1', 'default-asia-east-1', 'default', FALSE, 'asia-east-1', 'lru', 0, 80, 95, 0)"
        )
    )
    op.execute(
        sa.text(
            "INSERT INTO cidr (cidr, first, last, pool_id, isp, asn, state, rpki, avoid_edges, allocated,"
            " reserved, created_at, activated_at, version)"
            " VALUES ('198.18.0.0/20', 3323068416, 3323072511, 'default-asia-east-1', 'zenlayer', 21859,"
            " 'active', 'unknown', FALSE, 0, 0, 0, 0, 1)"
        )
    )
    op.execute(
        sa.text(
            "INSERT INTO free_range (pool_id, hi, lo, cidr_id)"
            " VALUES ('default-asia-east-1', 3323072511, 3323068416, 1)"
        )
    )


def _sqlite_rules() -> None:
    for name, (moment, when, refused) in {**_TRIGGERS, **_SQLITE_TRIGGERS}.items():
        condition = f" WHEN {when}" if when else ""
        body = " ".join(
            f"SELECT RAISE(ABORT, '{sentence}') WHERE {wrong.format(is_not='IS NOT')};"
            for sentence, wrong in refused.items()
        )
        op.execute(sa.text(f"CREATE TRIGGER {name} BEFORE {moment}{condition} BEGIN {body} END"))
    op.execute(sa.text("PRAGMA application_id = 1162432580"))


def _postgresql_rules() -> None:
    """The same, as functions of triggers; and the lock of writers for whoever writes past the program."""
    for name, (moment, when, refused) in _TRIGGERS.items():
        checks = " ".join(
            f"IF ({wrong.format(is_not='IS DISTINCT FROM')}) THEN RAISE EXCEPTION '{sentence}'"
            " USING ERRCODE = 'check_violation'; END IF;"
            for sentence, wrong in refused.items()
        )
        _postgresql_trigger(name, f"{checks} RETURN NEW;", f"{moment} FOR EACH ROW", when)
    for table in _WRITTEN:
        turn = f"PERFORM pg_advisory_xact_lock({_TURN}); RETURN NULL;"
        _postgresql_trigger(f"a_turn_{table}", turn, f"INSERT OR UPDATE OR DELETE ON {table} FOR EACH STATEMENT")
        never = f"RAISE EXCEPTION '{table} is never emptied' USING ERRCODE = 'check_violation';"
        _postgresql_trigger(f"{table}_never_emptied", never, f"TRUNCATE ON {table} FOR EACH STATEMENT")
    for table, key in _NUMBERED.items():
        numbers = f"{table}_{key}_seq"
        onward = f"GREATEST((SELECT max({key}) FROM {table}), (SELECT last_value FROM {numbers}))"
        body = f"PERFORM setval('{numbers}', {onward}); RETURN NULL;"
        _postgresql_trigger(f"{table}_numbered", body, f"INSERT ON {table} FOR EACH STATEMENT", moment="AFTER")
    op.execute(
        "ALTER TABLE cidr ADD CONSTRAINT cidr_overlap EXCLUDE USING gist (int8range(first, last, '[]') WITH &&)"
        " WHERE (state <> 'retired')"
    )


def _postgresql_trigger(name: str, body: str, event: str, when: str = "", moment: str = "BEFORE") -> None:
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $rule$ BEGIN {body} END $rule$")
    condition = f" WHEN ({when})" if when else ""
    op.execute(f"CREATE TRIGGER {name} {moment} {event}{condition} EXECUTE FUNCTION {name}()")


def _tables() -> None:
    op.create_table(
        "acceptance",
        sa.Column("finding_id", TEXT, nullable=False),
        sa.Column("ground", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("operator", TEXT, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("until", BIG, nullable=True),
        sa.PrimaryKeyConstraint("finding_id"),
    )
    op.create_table(
        "chain",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("length", BIG, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event",
        sa.Column("seq", BIG, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("operator", TEXT, nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("eip_id", TEXT, nullable=True),
        sa.Column("address", BIG, nullable=True),
        sa.Column("pool_id", TEXT, nullable=True),
        sa.Column("cidr", TEXT, nullable=True),
        sa.Column("reason", TEXT, nullable=True),
        sa.Column("request_id", TEXT, nullable=True),
        sa.Column("before", TEXT, nullable=True),
        sa.Column("after", TEXT, nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    op.create_index("event_address", "event", ["address", "seq"], unique=False)
    op.create_index(
        "event_cidr",
        "event",
        ["cidr", "seq"],
        unique=False,
        sqlite_where=sa.text("address IS NULL"),
        postgresql_where=sa.text("address IS NULL"),
    )
    op.create_table(
        "pool",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("customer_owned", sa.Boolean(), nullable=False),
        sa.Column("region", TEXT, nullable=False),
        sa.Column("order", TEXT, nullable=False),
        sa.Column("cooldown_seconds", sa.Integer(), nullable=False),
        sa.Column("warn_percent", sa.Float(), nullable=False),
        sa.Column("critical_percent", sa.Float(), nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.CheckConstraint("customer_owned = (kind = 'customer')", name="owned_follows_kind"),
        sa.CheckConstraint("kind IN ('customer', 'default')", name="kind_word"),
        sa.CheckConstraint("\"order\" IN ('lru', 'lowest')", name="order_word"),
        sa.CheckConstraint("cooldown_seconds >= 0", name="cooldown_not_negative"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("id", "customer_owned", name="pool_flag"),
    )
    op.create_index(
        "one_default_pool_a_region",
        "pool",
        ["region"],
        unique=True,
        sqlite_where=sa.text("kind = 'default'"),
        postgresql_where=sa.text("kind = 'default'"),
    )
    op.create_table(
        "request",
        sa.Column("request_id", TEXT, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("answer", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("request_id"),
    )
    op.create_table(
        "service",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=True),
        sa.Column("region", TEXT, nullable=False),
        sa.Column("private_ips", TEXT, nullable=False),
        sa.Column("subnets", TEXT, nullable=False),
        sa.Column("missing_since", BIG, nullable=True),
        sa.CheckConstraint("kind IN ('nic', 'nat-gateway', 'load-balancer')", name="kind_word"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "usage_day",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("day", BIG, nullable=False),
        sa.Column("allocated", BIG, nullable=False),
        sa.Column("released", BIG, nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "day"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cidr",
        sa.Column("id", BIG, nullable=False),
        sa.Column("cidr", TEXT, nullable=False),
        sa.Column("first", BIG, nullable=False),
        sa.Column("last", BIG, nullable=False),
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("isp", TEXT, nullable=True),
        sa.Column("asn", BIG, nullable=True),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("rpki", TEXT, nullable=False),
        sa.Column("avoid_edges", sa.Boolean(), nullable=False),
        sa.Column("allocated", BIG, nullable=False),
        sa.Column("reserved", BIG, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("activated_at", BIG, nullable=True),
        sa.Column("draining_at", BIG, nullable=True),
        sa.Column("retired_at", BIG, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("rpki IN ('valid', 'invalid', 'not_found', 'unknown')", name="rpki_word"),
        sa.CheckConstraint("state <> 'retired' OR allocated = 0", name="retired_is_empty"),
        sa.CheckConstraint("state IN ('validating', 'active', 'draining', 'retired', 'failed')", name="state_word"),
        sa.CheckConstraint("0 <= first AND first <= last AND last <= 4294967295", name="range"),
        sa.CheckConstraint("allocated + reserved <= last - first + 1", name="no_more_than_it_contains"),
        sa.CheckConstraint("allocated >= 0 AND reserved >= 0", name="counters"),
        sa.ForeignKeyConstraint(
            ["pool_id"],
            ["pool.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("id", "pool_id", "first", "last", name="cidr_place"),
        sqlite_autoincrement=True,
    )
    op.create_index("cidr_pool", "cidr", ["pool_id", "first"], unique=False)
    op.create_index("cidr_prefix", "cidr", ["cidr", "id"], unique=False)
    op.create_index(
        "cidr_present",
        "cidr",
        ["first"],
        unique=True,
        sqlite_where=sa.text("state <> 'retired'"),
        postgresql_where=sa.text("state <> 'retired'"),
    )
    op.create_table(
        "cooling",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("address", BIG, nullable=False),
        sa.Column("ready_at", BIG, nullable=False),
        sa.Column("cidr_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["cidr_id"],
            ["cidr.id"],
        ),
        sa.PrimaryKeyConstraint("pool_id", "address"),
        sqlite_with_rowid=False,
    )
    op.create_index("cooling_ready", "cooling", ["pool_id", "ready_at", "address"], unique=False)
    op.create_table(
        "cooling_minute",
        sa.Column("cidr_id", BIG, nullable=False),
        sa.Column("minute", BIG, nullable=False),
        sa.Column("count", BIG, nullable=False),
        sa.CheckConstraint("count >= 0", name="count"),
        sa.ForeignKeyConstraint(
            ["cidr_id"],
            ["cidr.id"],
        ),
        sa.PrimaryKeyConstraint("cidr_id", "minute"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "eip",
        sa.Column("seq", BIG, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("address", BIG, nullable=False),
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("cidr_id", BIG, nullable=False),
        sa.Column("cidr_first", BIG, nullable=False),
        sa.Column("cidr_last", BIG, nullable=False),
        sa.Column("customer_owned", sa.Boolean(), nullable=False),
        sa.Column("platform_customer_owned", sa.Boolean(), nullable=True),
        sa.Column("name", TEXT, nullable=True),
        sa.Column("bandwidth_mbps", sa.Integer(), nullable=True),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("allocated_at", BIG, nullable=False),
        sa.Column("allocated_by", TEXT, nullable=False),
        sa.Column("unbound_since", BIG, nullable=True),
        sa.Column("released_at", BIG, nullable=True),
        sa.Column("released_by", TEXT, nullable=True),
        sa.Column("ready_at", BIG, nullable=True),
        sa.Column("landed_in_default", sa.Boolean(), nullable=False),
        sa.Column("previous_eip_id", TEXT, nullable=True),
        sa.CheckConstraint("(status = 'released') = (released_at IS NOT NULL)", name="released_has_a_time"),
        sa.CheckConstraint("status IN ('unbound', 'bound', 'released')", name="status_word"),
        sa.CheckConstraint("NOT (landed_in_default AND customer_owned)", name="landing_is_not_ours"),
        sa.CheckConstraint("address BETWEEN cidr_first AND cidr_last", name="address_in_cidr"),
        sa.CheckConstraint("bandwidth_mbps IS NULL OR bandwidth_mbps > 0", name="bandwidth"),
        sa.CheckConstraint("released_at IS NULL OR released_at >= allocated_at", name="released_after"),
        sa.ForeignKeyConstraint(
            ["cidr_id", "pool_id", "cidr_first", "cidr_last"],
            ["cidr.id", "cidr.pool_id", "cidr.first", "cidr.last"],
        ),
        sa.ForeignKeyConstraint(
            ["pool_id", "customer_owned"],
            ["pool.id", "pool.customer_owned"],
        ),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "eip_default",
        "eip",
        ["seq"],
        unique=False,
        sqlite_where=sa.text("NOT customer_owned AND released_at IS NULL"),
        postgresql_where=sa.text("NOT customer_owned AND released_at IS NULL"),
    )
    op.create_index(
        "eip_disagreeing",
        "eip",
        ["seq"],
        unique=False,
        sqlite_where=sa.text("platform_customer_owned <> customer_owned AND released_at IS NULL"),
        postgresql_where=sa.text("platform_customer_owned <> customer_owned AND released_at IS NULL"),
    )
    op.create_index(
        "eip_idle",
        "eip",
        ["unbound_since"],
        unique=False,
        sqlite_where=sa.text("status = 'unbound'"),
        postgresql_where=sa.text("status = 'unbound'"),
    )
    op.create_index(
        "eip_landed",
        "eip",
        ["seq"],
        unique=False,
        sqlite_where=sa.text("landed_in_default AND released_at IS NULL"),
        postgresql_where=sa.text("landed_in_default AND released_at IS NULL"),
    )
    op.create_index("eip_tenancies", "eip", ["address", "allocated_at"], unique=False)
    op.create_index(
        "one_live_eip_an_address",
        "eip",
        ["address"],
        unique=True,
        sqlite_where=sa.text("released_at IS NULL"),
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.create_table(
        "free_range",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("hi", BIG, nullable=False),
        sa.Column("lo", BIG, nullable=False),
        sa.Column("cidr_id", BIG, nullable=False),
        sa.CheckConstraint("lo <= hi", name="range"),
        sa.ForeignKeyConstraint(
            ["cidr_id"],
            ["cidr.id"],
        ),
        sa.PrimaryKeyConstraint("pool_id", "hi"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reservation",
        sa.Column("id", BIG, nullable=False),
        sa.Column("cidr_id", BIG, nullable=False),
        sa.Column("first", BIG, nullable=False),
        sa.Column("last", BIG, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=True),
        sa.CheckConstraint("kind IN ('hard', 'soft')", name="kind_word"),
        sa.CheckConstraint("first <= last", name="range"),
        sa.ForeignKeyConstraint(
            ["cidr_id"],
            ["cidr.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_reservation_cidr_id"), "reservation", ["cidr_id"], unique=False)
    op.create_table(
        "binding",
        sa.Column("seq", BIG, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("eip_id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("service_id", TEXT, nullable=False),
        sa.Column("private_ip", BIG, nullable=True),
        sa.Column("sources", TEXT, nullable=False),
        sa.Column("all_eips", sa.Boolean(), nullable=False),
        sa.Column("protocol", TEXT, nullable=True),
        sa.Column("port", sa.Integer(), nullable=True),
        sa.Column("port_end", sa.Integer(), nullable=True),
        sa.Column("to_port", sa.Integer(), nullable=True),
        sa.Column("to_port_end", sa.Integer(), nullable=True),
        sa.Column("bound_at", BIG, nullable=False),
        sa.Column("unbound_at", BIG, nullable=True),
        sa.CheckConstraint("(kind = 'dnat' AND protocol <> 'any') = (port IS NOT NULL)", name="ports_where_they_mean"),
        sa.CheckConstraint("(kind = 'dnat') = (protocol IS NOT NULL)", name="dnat_has_a_protocol"),
        sa.CheckConstraint("kind IN ('nic', 'snat', 'dnat', 'load_balancer')", name="kind_word"),
        sa.CheckConstraint("protocol IN ('tcp', 'udp', 'any')", name="protocol_word"),
        sa.CheckConstraint("port_end - port = to_port_end - to_port", name="ranges_of_equal_size"),
        sa.CheckConstraint("unbound_at IS NULL OR unbound_at >= bound_at", name="unbound_after"),
        sa.ForeignKeyConstraint(
            ["eip_id"],
            ["eip.id"],
        ),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["service.id"],
        ),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("binding_eip", "binding", ["eip_id"], unique=False)
    op.create_index(
        "binding_service",
        "binding",
        ["service_id"],
        unique=False,
        sqlite_where=sa.text("unbound_at IS NULL"),
        postgresql_where=sa.text("unbound_at IS NULL"),
    )
