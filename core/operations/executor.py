"""Carries requests out on the database, which holds the inventory and is the allocator. One file a verb."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Annotated, Any, Final, Generic, NamedTuple, TypeVar

from core.domain.config import Config
from core.domain.errors import error
from core.domain.requests import (
    AcceptRequest,
    ActivateRequest,
    AddCidrRequest,
    AddServiceRequest,
    AllocationRequest,
    BandwidthRequest,
    BindRequest,
    DrainRequest,
    PoolSettingsRequest,
    RecoverRequest,
    RehomeRequest,
    ReleaseRequest,
    RemoveServiceRequest,
    Request,
    ReserveRequest,
    RetireRequest,
    SetAsnRequest,
    UnbindRequest,
    UnreserveRequest,
)
from core.domain.validation import checked_name, checked_text
from core.domain.values import Allocation, Eip, Finding, Warn, to_json, to_micros
from core.operations import (
    acceptance,
    allocation,
    binding,
    cidrs,
    idempotency,
    pools,
    rehome,
    release,
    reservations,
    services,
)
from core.queries.eips import eips_by_id
from core.queries.findings import read_finding
from core.queries.services import service_by_id
from core.queries.text_index import follow
from core.queries.usage import cidr_by_prefix, pool_by_id
from core.storage.connection import Connection
from core.storage.rows import COMPUTED, reads
from core.storage.store import Store
from core.storage.transaction import StoredAnswer, Transaction

__all__ = ["Executor", "begin_transaction"]

Answer = TypeVar("Answer")


@reads("request")
class _BeforeRow(NamedTuple):
    newest: Annotated[int | None, COMPUTED]
    hash: Annotated[bytes | None, "request.hash"]
    answer: Annotated[str | None, "request.answer"]


_BEFORE: Final = (
    "SELECT (SELECT at FROM event ORDER BY seq DESC LIMIT 1) AS newest, r.hash, r.answer"
    " FROM (SELECT 1) AS one LEFT JOIN request r ON r.request_id = :request_id"
)


_SELDOM: Final = 32
"""Of so many small writes one looks how far behind the index of words is."""
_LONG: Final = 0.05
"""Seconds of a write that is not small."""


class _DryRun(Exception):  # a way out of a transaction, not an error
    """Leaves the transaction without committing, carrying what would have been."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer


def begin_transaction(
    connection: Connection,
    *,
    clock: Callable[[], datetime],
    operator: str,
    config: Config,
    reason: str | None = None,
    request_id: str | None = None,
) -> Transaction:
    """A change in this transaction; its moment is never before the newest event's."""
    request_id = checked_name(request_id, "request id")
    newest, hashed, answer = connection.row(_BeforeRow, _BEFORE, {"request_id": request_id}) or (None, None, None)
    now = max(to_micros(clock()), newest or 0)
    kept = None if hashed is None or answer is None else StoredAnswer(hashed, answer)
    return Transaction(connection, now, operator, checked_text(reason), request_id, config, kept)


Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class _Kind(Generic[Done, Answer]):
    """What a verb answers with, at once and when its request id is sent again."""

    stored: Callable[[Done], dict[str, Any]]
    """What is kept under the request id."""
    load: Callable[[Transaction, dict[str, Any]], Answer]
    """The answer, from what is kept."""
    fresh: Callable[[Transaction, Done], Answer] | None = None
    """The answer, where what the verb returned has it; None: it is loaded."""


@dataclass(frozen=True, slots=True)
class _Verb(Generic[Done, Answer]):
    act: Callable[[Transaction, Any], Done]
    kind: _Kind[Done, Answer]


def _keyed(load: Callable[[Transaction, str], Answer]) -> _Kind[str, Answer]:
    """One object, known by its key."""
    return _Kind(lambda key: {"key": key}, lambda transaction, kept: load(transaction, kept["key"]))


def _load_allocation(transaction: Transaction, kept: dict[str, Any]) -> Allocation:
    eips = tuple(eips_by_id(transaction.connection, kept["eips"]))
    return Allocation(eips, tuple(Warn(**warning) for warning in kept["warnings"]))


_ALLOCATION: Final[_Kind[Allocation, Allocation]] = _Kind(
    lambda done: {"eips": [eip.id for eip in done.eips], "warnings": to_json(done.warnings)},
    _load_allocation,
    lambda _, done: done,
)
_EIPS: Final[_Kind[list[str], list[Eip]]] = _Kind(
    lambda ids: {"eips": ids}, lambda transaction, kept: eips_by_id(transaction.connection, kept["eips"])
)
_FINDING: Final[_Kind[Finding, Finding]] = _Kind(
    lambda finding: {"finding": to_json(finding)},
    lambda _, kept: read_finding(kept["finding"]),
    lambda _, finding: finding,
)
_CIDR: Final = _keyed(lambda transaction, key: cidr_by_prefix(transaction.connection, transaction.now, key))
_POOL: Final = _keyed(lambda transaction, key: pool_by_id(transaction.connection, transaction.now, key))
_SERVICE: Final = _keyed(lambda transaction, key: service_by_id(transaction.connection, key))

_VERBS: Final[dict[type[Request[Any]], _Verb[Any, Any]]] = {
    AllocationRequest: _Verb(allocation.allocate, _ALLOCATION),
    RehomeRequest: _Verb(rehome.rehome, _ALLOCATION),
    RecoverRequest: _Verb(release.recover, _ALLOCATION),
    BindRequest: _Verb(binding.bind, _EIPS),
    UnbindRequest: _Verb(binding.unbind, _EIPS),
    ReleaseRequest: _Verb(release.release, _EIPS),
    BandwidthRequest: _Verb(binding.set_bandwidth, _EIPS),
    AcceptRequest: _Verb(acceptance.accept, _FINDING),
    AddCidrRequest: _Verb(cidrs.add_cidr, _CIDR),
    ActivateRequest: _Verb(cidrs.activate_cidr, _CIDR),
    SetAsnRequest: _Verb(cidrs.set_asn, _CIDR),
    DrainRequest: _Verb(cidrs.drain_cidr, _CIDR),
    RetireRequest: _Verb(cidrs.retire_cidr, _CIDR),
    ReserveRequest: _Verb(reservations.reserve, _CIDR),
    UnreserveRequest: _Verb(reservations.unreserve, _CIDR),
    PoolSettingsRequest: _Verb(pools.set_pool, _POOL),
    AddServiceRequest: _Verb(services.add_service, _SERVICE),
    RemoveServiceRequest: _Verb(services.remove_service, _SERVICE),
}
"""Every request that the embedded database carries out: what does it, and what it answers with."""


class Executor:
    """Carries requests out on the database, each in one transaction with its history."""

    def __init__(
        self, store: Store, clock: Callable[[], datetime], operator: str, config: Config, *, read_only: bool
    ) -> None:
        self._store = store
        self._clock = clock
        self._operator = operator
        self._config = config
        self._read_only = read_only
        self._writes = 0

    def execute(self, request: Request[Answer]) -> Answer:
        """Carry a request out; blocks.

        Raises:
            EipdeckError: whatever the verb refuses; `read_only`; `request_mismatch`; `store_busy`,
                `store_unavailable`. Nothing changed then. `outcome_unknown` when the commit was not answered.

        """
        if self._read_only:
            raise error(
                "read_only",
                "This session is read-only; nothing was sent.",
                hint="Open it without --read-only, as somebody who may.",
            )
        verb: _Verb[Any, Answer] = _VERBS[type(request)]
        begun = perf_counter()
        try:
            with self._store.write() as connection:
                answer = _carry_out(verb, self._begin(connection, request), request)
        except _DryRun as dry:
            would_be: Answer = dry.answer
            return would_be
        self._follow(perf_counter() - begun)
        return answer

    def _begin(self, connection: Connection, request: Request[Any]) -> Transaction:
        return begin_transaction(
            connection,
            clock=self._clock,
            operator=self._operator,
            config=self._config,
            reason=request.reason,
            request_id=request.request_id,
        )

    def _follow(self, seconds: float) -> None:
        """See to the index of words, not with every small write."""
        self._writes += 1
        if seconds > _LONG or self._writes % _SELDOM == 1:
            follow(self._store, seconds)


def _carry_out(verb: _Verb[Any, Answer], transaction: Transaction, request: Request[Answer]) -> Answer:
    """Do what the request asks for, or find what it was answered before."""
    kept = idempotency.answered(transaction, request)
    if kept is not None:
        return verb.kind.load(transaction, kept)
    done = verb.act(transaction, request)
    if getattr(request, "dry_run", False):
        raise _DryRun(done)
    stored = verb.kind.stored(done)
    idempotency.remember(transaction, request, stored)
    return verb.kind.load(transaction, stored) if verb.kind.fresh is None else verb.kind.fresh(transaction, done)
