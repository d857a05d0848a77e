"""Pools of the embedded platform: look-up, settings, and the default pool of each region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from core.domain.addresses import Prefix, parse_prefix
from core.domain.errors import Code, error
from core.domain.kinds import DEFAULT_POOL
from core.domain.requests import PoolSettingsRequest
from core.domain.validation import checked_id, with_code
from core.domain.values import PoolKind, PoolOrder
from core.operations.free_space import CidrRef, close_range, open_range
from core.queries.usage import DEFAULT_REGIONS, unknown_pool
from core.storage.connection import Connection, Value
from core.storage.history import EventData, record
from core.storage.rows import reads
from core.storage.transaction import Transaction

__all__ = [
    "PoolRow",
    "check_configured",
    "create_pool",
    "default_pool",
    "find_pool",
    "foresee_pool",
    "known_region",
    "make_known",
    "pool_by_id",
    "set_pool",
]

DEFAULT_SUPPLY: Final = parse_prefix("198.18.0.0/15")
"""The space of the default pools, a /20 for each region (RFC 2544 benchmark space)."""


@dataclass(frozen=True, slots=True)
class PoolRow:
    """The columns of a pool that verbs read."""

    id: str
    kind: PoolKind
    region: str
    order: PoolOrder
    cooldown_seconds: int
    picks_from: int | None = None
    """The address from which free ones are picked, those below it last; None: from the lowest one."""

    @property
    def customer_owned(self) -> bool:
        return self.kind is PoolKind.CUSTOMER


@reads("pool")
class _Row(NamedTuple):
    id: str
    kind: str
    region: str
    order: str
    cooldown_seconds: int
    picks_from: int | None


_COLUMNS: Final = 'id, kind, region, "order", cooldown_seconds, picks_from'
_BY_ID: Final = f"SELECT {_COLUMNS} FROM pool WHERE id = :id"
_DEFAULT: Final = f"SELECT {_COLUMNS} FROM pool WHERE region = :region AND kind = 'default'"
_INSERT: Final = (
    'INSERT INTO pool (id, name, kind, customer_owned, region, "order", cooldown_seconds, warn_percent,'
    " critical_percent, created_at) VALUES (:id, :id, :kind, :owned, :region, 'lru', 0, 80, 95, :now)"
)


def find_pool(transaction: Transaction, pool_id: str) -> PoolRow | None:
    """Return the pool with this id, or None."""
    return _read(transaction.row(_Row, _BY_ID, id=pool_id))


def foresee_pool(connection: Connection, pool_id: str) -> None:
    """Tell ahead that this pool is asked for."""
    connection.ahead(_BY_ID, {"id": pool_id})


def pool_by_id(transaction: Transaction, pool_id: str) -> PoolRow:
    """Return the pool with this id. The default pool of a configured region is created when it is first named.

    Raises:
        EipdeckError: `pool_not_found`.

    """
    found = find_pool(transaction, pool_id)
    if found is None and pool_id.startswith(DEFAULT_POOL):
        region = pool_id.removeprefix(DEFAULT_POOL)
        if region in (transaction.config.region, *transaction.config.regions):
            return make_known(transaction, region)
    if found is None:
        raise unknown_pool(pool_id)
    return found


def default_pool(transaction: Transaction, region: str | None) -> PoolRow:
    """Return the default pool of a region (None: the configured one).

    Raises:
        EipdeckError: `pool_not_found` for an unknown region, so that a typo allocates nothing.

    """
    name = region or transaction.config.region
    found = _read(transaction.row(_Row, _DEFAULT, region=name))
    if found is not None:
        return found
    if name in (transaction.config.region, *transaction.config.regions):
        return make_known(transaction, name)
    raise error(
        Code.POOL_NOT_FOUND,
        f"Region {name!r} is not known, so it has no default pool.",
        hint="A new CIDR or service, an import or the configuration make a region known.",
        details={"region": name},
    )


def check_configured(transaction: Transaction, prefix: Prefix) -> None:
    """Raise `cidr_overlap` for a customer CIDR over a range of a configured region in which nothing was written yet."""
    configured = transaction.config.regions
    written = transaction.column(str, DEFAULT_REGIONS) if configured else []
    unwritten = {words: region for region in configured.keys() - set(written) for words in configured[region]}
    for words, region in unwritten.items():
        if parse_prefix(words).overlaps(prefix):
            raise error(
                Code.CIDR_OVERLAP,
                f"{prefix} overlaps {words}, which the configuration gives to {DEFAULT_POOL}{region}.",
                hint="Add another prefix, or give the region other ranges.",
                details={"cidr": str(prefix), "overlaps": words, "pool_id": f"{DEFAULT_POOL}{region}"},
            )


def known_region(transaction: Transaction, region: str | None) -> str:
    """Return the region of a new object, checked as a name; the configured one when None."""
    return checked_id(region, "region") or transaction.config.region


def make_known(transaction: Transaction, region: str) -> PoolRow:
    """Return the default pool of a region, created with its ranges when the region is new."""
    found = _read(transaction.row(_Row, _DEFAULT, region=region))
    if found is not None:
        return found
    pool_id = f"{DEFAULT_POOL}{region}"
    create_pool(transaction, pool_id, PoolKind.DEFAULT, region)
    given = transaction.config.regions.get(region, ())
    prefixes = [with_code(Code.INVALID_CIDR, parse_prefix, words) for words in given] or _next_supply(transaction)
    for prefix in prefixes:
        _supply(transaction, pool_id, prefix)
    return PoolRow(pool_id, PoolKind.DEFAULT, region, PoolOrder.LRU, 0)


def create_pool(transaction: Transaction, pool_id: str, kind: PoolKind, region: str) -> PoolRow:
    """A new pool with the platform's settings."""
    transaction.later(
        _INSERT, id=pool_id, kind=kind.value, owned=kind is PoolKind.CUSTOMER, region=region, now=transaction.now
    )
    record(transaction, EventData("create_pool", pool_id=pool_id, after={"kind": kind.value, "region": region}))
    return PoolRow(pool_id, kind, region, PoolOrder.LRU, 0)


@reads("cidr")
class _OverlapRow(NamedTuple):
    cidr: str
    pool_id: str
    last: int


_OVERLAP: Final = (
    "SELECT cidr, pool_id, last FROM cidr WHERE state <> 'retired' AND first <= :last ORDER BY first DESC LIMIT 1"
)
_SUPPLY: Final = (
    "INSERT INTO cidr (cidr, first, last, pool_id, isp, asn, state, rpki, avoid_edges, allocated, reserved,"
    " created_at, activated_at, version) VALUES (:cidr, :first, :last, :pool, 'zenlayer', 21859, 'active',"
    " 'unknown', FALSE, 0, 0, :now, :now, 1) RETURNING id"
)
_FREE: Final = "INSERT INTO free_range (pool_id, hi, lo, cidr_id) VALUES (:pool, :last, :first, :cidr_id)"


def _next_supply(transaction: Transaction) -> list[Prefix]:
    """Return the first /20 of the default supply that overlaps no CIDR; an empty list when all are taken."""
    for first in range(DEFAULT_SUPPLY.first, DEFAULT_SUPPLY.last + 1, 1 << 12):
        prefix = Prefix(first, 20)
        near = transaction.row(_OverlapRow, _OVERLAP, last=prefix.last)
        if near is None or near.last < prefix.first:
            return [prefix]
    return []


def _supply(transaction: Transaction, pool_id: str, prefix: Prefix) -> None:
    near = transaction.row(_OverlapRow, _OVERLAP, last=prefix.last)
    if near is not None and near.last >= prefix.first:
        raise error(
            Code.CIDR_OVERLAP,
            f"{prefix}, configured for {pool_id}, overlaps {near.cidr} of pool {near.pool_id}; nothing changed.",
            hint="Give the region ranges of its own in the configuration.",
            details={"cidr": str(prefix), "overlaps": near.cidr, "pool_id": near.pool_id},
        )
    values: dict[str, Value] = {"pool": pool_id, "first": prefix.first, "last": prefix.last}
    cidr_id = transaction.value(int, _SUPPLY, cidr=str(prefix), now=transaction.now, **values)
    transaction.later(_FREE, cidr_id=cidr_id, **values)
    record(
        transaction,
        EventData("add_cidr", pool_id=pool_id, cidr=str(prefix), after={"state": "active", "isp": "zenlayer"}),
    )


@reads("pool")
class _SettingsRow(NamedTuple):
    order: str
    cooldown_seconds: int
    warn_percent: float
    critical_percent: float


_SETTINGS_OF: Final = 'SELECT "order", cooldown_seconds, warn_percent, critical_percent FROM pool WHERE id = :id'
MAX_COOLDOWN: Final = 365 * 86_400
"""Seconds; a year."""


def set_pool(transaction: Transaction, request: PoolSettingsRequest) -> str:
    """Change the settings of a pool; addresses that cool already keep their date.

    Raises:
        EipdeckError: `pool_not_found`, `usage`.

    """
    pool_by_id(transaction, request.pool_id)
    _checked_settings(request)
    (found,) = transaction.rows(_SettingsRow, _SETTINGS_OF, id=request.pool_id)
    before = found._asdict()
    wanted: dict[str, Value] = {name: getattr(request, name) for name in _SettingsRow._fields}
    after = {name: value for name, value in wanted.items() if value is not None and value != before[name]}
    warn, critical = ({**before, **after}[name] for name in ("warn_percent", "critical_percent"))
    if warn > critical:
        raise error(Code.USAGE, f"The warn threshold, {warn:g} %, is above the critical one, {critical:g} %.")
    if after:
        columns = ", ".join(f'"{name}" = :{name}' for name in after)
        transaction.later(f"UPDATE pool SET {columns} WHERE id = :id", id=request.pool_id, **after)
        if after.get("order") == PoolOrder.LRU:
            _restore_order(transaction, request.pool_id)
        old = {name: before[name] for name in after}
        record(transaction, EventData("set_pool", pool_id=request.pool_id, before=old, after=after))
    return request.pool_id


@reads("cidr")
class _ActiveRow(NamedTuple):
    id: int
    first: int
    last: int


_ACTIVE: Final = "SELECT id, first, last FROM cidr WHERE pool_id = :pool AND state = 'active'"


def _restore_order(transaction: Transaction, pool_id: str) -> None:
    """Take the released addresses out of the free ranges, in which `lowest` does not tell them from unused ones."""
    for row in transaction.rows(_ActiveRow, _ACTIVE, pool=pool_id):
        cidr = CidrRef(row.id, row.first, row.last)
        close_range(transaction, pool_id, cidr, row.first, row.last)
        open_range(transaction, pool_id, PoolOrder.LRU, cidr, row.first, row.last)


def _checked_settings(request: PoolSettingsRequest) -> None:
    seconds = request.cooldown_seconds
    if seconds is not None and not 0 <= seconds <= MAX_COOLDOWN:
        raise error(Code.USAGE, f"A cool-down is 0 to {MAX_COOLDOWN} seconds, not {seconds}.")
    for name, percent in (("warn", request.warn_percent), ("critical", request.critical_percent)):
        if percent is not None and not 0 < percent <= 100:
            raise error(Code.USAGE, f"The {name} threshold is above 0 and at most 100 %, not {percent:g}.")


def _read(row: _Row | None) -> PoolRow | None:
    if row is None:
        return None
    return PoolRow(row.id, PoolKind(row.kind), row.region, PoolOrder(row.order), row.cooldown_seconds, row.picks_from)
