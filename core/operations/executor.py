"""Carries requests out on the database. Each verb has a module of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Annotated, Final, Generic, NamedTuple, Never, Protocol, TypeVar, cast

from core.domain.config import Config
from core.domain.errors import Code, error
from core.domain.json_types import to_json
from core.domain.json_value import JsonObject, UncheckedObject
from core.domain.requests import (
    AcceptClockRequest,
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
    RenameRequest,
    Request,
    ReserveRequest,
    RetireRequest,
    SetAsnRequest,
    UnbindRequest,
    UnreserveRequest,
)
from core.domain.results import ClockAccepted
from core.domain.times import is_ahead, utc_of
from core.domain.validation import checked_name, checked_text
from core.domain.values import Allocation, Eip, Finding, Warn, to_micros
from core.operations import (
    acceptance,
    allocation,
    bandwidth,
    binding,
    cidrs,
    clock,
    idempotency,
    pools,
    rehome,
    release,
    rename,
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

__all__ = ["Executor"]

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
"""The text index is checked after one small write in so many."""
_LONG: Final = 0.05
"""Seconds from which a write is not small."""


class _DryRun(Exception):  # a way out of a transaction, not an error
    """Leaves the transaction without a commit."""


Asked_contra = TypeVar("Asked_contra", contravariant=True, bound=Request[object])
Answer_co = TypeVar("Answer_co", covariant=True)
Done = TypeVar("Done")
Done_contra = TypeVar("Done_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class _AnswerKind(Generic[Done_contra, Answer_co]):
    """Converts an answer to JSON, to store it under a request id, and back when the id is sent again."""

    stored: Callable[[Done_contra], JsonObject]
    """The JSON object to store."""
    load: Callable[[Transaction, UncheckedObject], Answer_co]
    """The answer, from the stored object."""
    fresh: Callable[[Transaction, Done_contra], Answer_co] | None = None
    """The answer, from the return value of the verb; None: load it."""


@dataclass(frozen=True, slots=True)
class _Verb(Generic[Asked_contra, Done, Answer_co]):
    act: Callable[[Transaction, Asked_contra], Done]
    kind: _AnswerKind[Done, Answer_co]

    def carry_out(self, transaction: Transaction, request: Asked_contra) -> Answer_co:
        """Carry out a request, or load the stored answer to its request id."""
        kept = idempotency.answered(transaction, request)
        if kept is not None:
            return self.kind.load(transaction, kept)
        done = self.act(transaction, request)
        stored = self.kind.stored(done)
        idempotency.remember(transaction, request, stored)
        return self.kind.load(transaction, stored) if self.kind.fresh is None else self.kind.fresh(transaction, done)


class _CarriesOut(Protocol[Asked_contra, Answer_co]):
    """A verb, whatever it returns before its answer is made."""

    def carry_out(self, transaction: Transaction, request: Asked_contra) -> Answer_co: ...


def _keyed(load: Callable[[Transaction, str], Answer]) -> _AnswerKind[str, Answer]:
    """Return the kind of an answer that is one object, stored as its key."""
    return _AnswerKind(lambda key: {"key": key}, lambda transaction, kept: load(transaction, kept["key"]))


def _load_allocation(transaction: Transaction, kept: UncheckedObject) -> Allocation:
    eips = tuple(eips_by_id(transaction.connection, kept["eips"]))
    return Allocation(eips, tuple(Warn(**warning) for warning in kept["warnings"]))


def _load_clock(kept: dict[str, str | None]) -> ClockAccepted:
    was, since = (None if words is None else utc_of(words) for words in (kept["was"], kept["since"]))
    return ClockAccepted(utc_of(str(kept["at"])), was, since)


_ALLOCATION: Final[_AnswerKind[Allocation, Allocation]] = _AnswerKind(
    lambda done: {"eips": [eip.id for eip in done.eips], "warnings": to_json(done.warnings)},
    _load_allocation,
    lambda _, done: done,
)
_EIPS: Final[_AnswerKind[list[str], list[Eip]]] = _AnswerKind(
    lambda ids: {"eips": ids}, lambda transaction, kept: eips_by_id(transaction.connection, kept["eips"])
)
_FINDING: Final[_AnswerKind[Finding, Finding]] = _AnswerKind(
    lambda finding: {"finding": to_json(finding)},
    lambda _, kept: read_finding(kept["finding"]),
    lambda _, finding: finding,
)
_CLOCK: Final[_AnswerKind[ClockAccepted, ClockAccepted]] = _AnswerKind(
    lambda done: {"clock": to_json(done)}, lambda _, kept: _load_clock(kept["clock"]), lambda _, done: done
)
_CIDR: Final = _keyed(lambda transaction, key: cidr_by_prefix(transaction.connection, transaction.now, key))
_POOL: Final = _keyed(lambda transaction, key: pool_by_id(transaction.connection, transaction.now, key))
_SERVICE: Final = _keyed(lambda transaction, key: service_by_id(transaction.connection, key))

_VERBS: Final[Mapping[type[Request[object]], _CarriesOut[Never, object]]] = {
    AllocationRequest: _Verb(allocation.allocate, _ALLOCATION),
    RehomeRequest: _Verb(rehome.rehome, _ALLOCATION),
    RecoverRequest: _Verb(release.recover, _ALLOCATION),
    BindRequest: _Verb(binding.bind, _EIPS),
    UnbindRequest: _Verb(binding.unbind, _EIPS),
    ReleaseRequest: _Verb(release.release, _EIPS),
    BandwidthRequest: _Verb(bandwidth.set_bandwidth, _EIPS),
    RenameRequest: _Verb(rename.rename, _EIPS),
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
    AcceptClockRequest: _Verb(clock.accept_clock, _CLOCK),
}
"""The verb of every request, and the kind of its answer."""


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
            EipdeckError: what the verb refuses; `read_only`; `request_mismatch`; `store_busy`,
                `store_unavailable`. Nothing changed then. `outcome_unknown` when the commit was not answered.

        """
        if self._read_only:
            raise error(
                Code.READ_ONLY,
                "This session is read-only; nothing was sent.",
                hint="Open a session that may write.",
            )
        verb = cast("_CarriesOut[Request[Answer], Answer]", _VERBS[type(request)])
        begun = perf_counter()
        with suppress(_DryRun):
            with self._store.write() as connection:
                transaction = self.begin(
                    connection,
                    reason=request.reason,
                    request_id=request.request_id,
                    as_it_is=isinstance(request, AcceptClockRequest),
                )
                answer = verb.carry_out(transaction, request)
                if getattr(request, "dry_run", False):
                    raise _DryRun
            self._follow(perf_counter() - begun)
        return answer

    def begin(
        self, connection: Connection, *, reason: str | None, request_id: str | None = None, as_it_is: bool = False
    ) -> Transaction:
        """Begin a change in a write transaction. Its time is never before the newest event, unless `as_it_is`.

        Raises:
            EipdeckError: `invalid_name` for the request id; `clock_doubtful` when the newest event is more than 10
                minutes ahead of the clock, and when two clocks have parted by more than a day.

        """
        request_id = checked_name(request_id, "request id")
        newest, hashed, answer = connection.row(_BeforeRow, _BEFORE, {"request_id": request_id}) or (None, None, None)
        now = to_micros(self._clock())
        if as_it_is:
            self._store.trust_clock()
        else:
            if (doubt := self._store.clock_doubt()) is not None:
                raise clock.parted_refusal(doubt)
            if is_ahead(newest or 0, now):
                raise clock.clock_refusal(newest or 0, now)
            now = max(now, newest or 0)
        stored = None if hashed is None or answer is None else StoredAnswer(hashed, answer)
        return Transaction(connection, now, self._operator, checked_text(reason), request_id, self._config, stored)

    def _follow(self, seconds: float) -> None:
        """Bring the text index up to date, not after every small write."""
        self._writes += 1
        if seconds > _LONG or self._writes % _SELDOM == 1:
            follow(self._store, seconds)
