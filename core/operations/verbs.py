"""The verb of every request: its operation, and the kind of its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, Never, Protocol, TypeVar, cast

from core.domain.json_types import to_json
from core.domain.json_value import JsonObject, UncheckedObject
from core.domain.receipt import CarriedOut, Receipt
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
from core.domain.times import utc_of
from core.domain.values import Allocation, Eip, Finding, Warn
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
from core.operations.eip_lookup import foresee_eip, foresee_eips
from core.operations.settling import stored_receipt
from core.queries.eips import eips_by_id
from core.queries.findings import read_finding
from core.queries.services import service_by_id
from core.queries.usage import cidr_by_prefix, pool_by_id
from core.storage.connection import Connection
from core.storage.history import written_heads
from core.storage.transaction import Transaction

__all__ = ["VERBS", "verb_of"]

Answer = TypeVar("Answer")
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
    ahead: Callable[[Connection, Asked_contra], bool] = lambda *_: False
    """Tells a far server ahead of what the verb asks; returns whether that is all of it."""

    @property
    def name(self) -> str:
        return self.act.__name__.replace("_", " ")

    def foresee(self, connection: Connection, request: Asked_contra) -> bool:
        """Tell ahead of what a request asks, and return whether that is all of it."""
        return self.ahead(connection, request)

    def answered(self, transaction: Transaction, request: Asked_contra) -> CarriedOut[Answer_co] | None:
        """Load the stored answer to the request id; None when it is new."""
        kept = idempotency.answered(transaction, request)
        if kept is None:
            return None
        return CarriedOut(self.kind.load(transaction, kept), stored_receipt(transaction.request_id, kept))

    def carry_out(self, transaction: Transaction, request: Asked_contra) -> CarriedOut[Answer_co]:
        """Carry out a request, or load the stored answer to its request id."""
        return self.answered(transaction, request) or self._carried_out(transaction, request)

    def _carried_out(self, transaction: Transaction, request: Asked_contra) -> CarriedOut[Answer_co]:
        done = self.act(transaction, request)
        stored = self.kind.stored(done)
        receipt = Receipt(transaction.request_id, written_heads(transaction))
        kept: JsonObject = {**stored, "events": to_json(receipt.events)}
        idempotency.remember(transaction, request, kept, changed=bool(receipt.events))
        fresh = self.kind.fresh
        return CarriedOut(self.kind.load(transaction, stored) if fresh is None else fresh(transaction, done), receipt)


class _CarriesOut(Protocol[Asked_contra, Answer_co]):
    """A verb, whatever it returns before its answer is made."""

    @property
    def name(self) -> str:
        """Its words."""

    def foresee(self, connection: Connection, request: Asked_contra) -> bool: ...
    def answered(self, transaction: Transaction, request: Asked_contra) -> CarriedOut[Answer_co] | None: ...
    def carry_out(self, transaction: Transaction, request: Asked_contra) -> CarriedOut[Answer_co]: ...


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
_EIPS: Final[_AnswerKind[list[Eip], list[Eip]]] = _AnswerKind(
    lambda eips: {"eips": [eip.id for eip in eips]},
    lambda transaction, kept: eips_by_id(transaction.connection, kept["eips"]),
    lambda _, eips: eips,
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

VERBS: Final[Mapping[type[Request[object]], _CarriesOut[Never, object]]] = {
    AllocationRequest: _Verb(allocation.allocate, _ALLOCATION, allocation.foresee),
    RehomeRequest: _Verb(rehome.rehome, _ALLOCATION),
    RecoverRequest: _Verb(release.recover, _ALLOCATION),
    BindRequest: _Verb(binding.bind, _EIPS, binding.foresee_bind),
    UnbindRequest: _Verb(binding.unbind, _EIPS, foresee_eip),
    ReleaseRequest: _Verb(release.release, _EIPS, foresee_eips),
    BandwidthRequest: _Verb(bandwidth.set_bandwidth, _EIPS, foresee_eip),
    RenameRequest: _Verb(rename.rename, _EIPS, foresee_eip),
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


def verb_of(request: Request[Answer]) -> _CarriesOut[Request[Answer], Answer]:
    """Return the verb of a request."""
    return cast("_CarriesOut[Request[Answer], Answer]", VERBS[type(request)])
