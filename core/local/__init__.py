"""The embedded platform: the database holds the inventory and is the allocator. One file a verb."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from time import perf_counter
from typing import Any, Final, TypeVar

from core.checks import checked_name, checked_text
from core.config import Config
from core.errors import error
from core.findings import accept, finding_by_id, read_finding
from core.history import Change, Kept
from core.inventory import eips_by_id, service_by_id
from core.local import allocation, binding, cidrs, pools, rehome, release, requests, services
from core.objects import Allocation, Cidr, Eip, Finding, Pool, Service, Warn, to_json, to_micros
from core.platform import (
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
    ReserveRequest,
    RetireRequest,
    SetAsnRequest,
    UnbindRequest,
    UnreserveRequest,
)
from core.search import follow
from core.sql import Connection
from core.store import Store
from core.utilization import cidr_by_prefix, pool_by_id

__all__ = ["LocalPlatform", "changing"]

_R = TypeVar("_R")
_A = TypeVar("_A")

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


def changing(
    connection: Connection,
    *,
    clock: Callable[[], datetime],
    operator: str,
    config: Config,
    reason: str | None = None,
    request_id: str | None = None,
) -> Change:
    """A change in this transaction; its moment is never before the newest event's."""
    request_id = checked_name(request_id, "request id")
    before = connection.execute(_BEFORE, {"request_id": request_id}).first()
    now = max(to_micros(clock()), before.newest or 0)
    kept = None if before.hash is None else Kept(bytes(before.hash), before.answer)
    return Change(connection, now, operator, checked_text(reason), request_id, config, kept)


class LocalPlatform:
    """Every write of `core.platform.Platform`, each one transaction on the store."""

    def __init__(
        self, store: Store, clock: Callable[[], datetime], operator: str, config: Config, *, read_only: bool
    ) -> None:
        self._store = store
        self._clock = clock
        self._operator = operator
        self._config = config
        self._read_only = read_only
        self._writes = 0

    def allocate(self, request: AllocationRequest) -> Allocation:
        return self._allocating(request, allocation.allocate)

    def rehome(self, request: RehomeRequest) -> Allocation:
        return self._allocating(request, rehome.rehome)

    def recover(self, request: RecoverRequest) -> Allocation:
        return self._allocating(request, release.recover)

    def bind(self, request: BindRequest) -> list[Eip]:
        return self._eips(request, binding.bind)

    def unbind(self, request: UnbindRequest) -> list[Eip]:
        return self._eips(request, binding.unbind)

    def release(self, request: ReleaseRequest) -> list[Eip]:
        return self._eips(request, release.release)

    def set_bandwidth(self, request: BandwidthRequest) -> list[Eip]:
        return self._eips(request, binding.set_bandwidth)

    def accept(self, request: AcceptRequest) -> Finding:
        def write(change: Change) -> Finding:
            answer = requests.answered(change, request)
            if answer is not None:
                return read_finding(answer["finding"])
            finding = finding_by_id(change, accept(change, request), accepted=True)
            requests.remember(change, request, {"finding": to_json(finding)})
            return finding

        return self._write(request, write)

    def add_cidr(self, request: AddCidrRequest) -> Cidr:
        return self._cidr(request, cidrs.add_cidr)

    def activate_cidr(self, request: ActivateRequest) -> Cidr:
        return self._cidr(request, cidrs.activate_cidr)

    def set_asn(self, request: SetAsnRequest) -> Cidr:
        return self._cidr(request, cidrs.set_asn)

    def drain_cidr(self, request: DrainRequest) -> Cidr:
        return self._cidr(request, cidrs.drain_cidr)

    def retire_cidr(self, request: RetireRequest) -> Cidr:
        return self._cidr(request, cidrs.retire_cidr)

    def reserve(self, request: ReserveRequest) -> Cidr:
        return self._cidr(request, cidrs.reserve)

    def unreserve(self, request: UnreserveRequest) -> Cidr:
        return self._cidr(request, cidrs.unreserve)

    def set_pool(self, request: PoolSettingsRequest) -> Pool:
        return self._one(request, pools.set_pool, lambda change, key: pool_by_id(change.connection, change.now, key))

    def add_service(self, request: AddServiceRequest) -> Service:
        return self._one(request, services.add_service, lambda change, key: service_by_id(change.connection, key))

    def remove_service(self, request: RemoveServiceRequest) -> Service:
        return self._one(request, services.remove_service, lambda change, key: service_by_id(change.connection, key))

    def _cidr(self, request: _R, act: Callable[[Change, _R], str]) -> Cidr:
        return self._one(request, act, lambda change, key: cidr_by_prefix(change.connection, change.now, key))

    def _one(self, request: _R, act: Callable[[Change, _R], str], load: Callable[[Change, str], _A]) -> _A:
        """A verb that answers with one object, known by its key."""

        def write(change: Change) -> _A:
            answer = requests.answered(change, request)
            if answer is None:
                answer = {"key": act(change, request)}
                requests.remember(change, request, answer)
            return load(change, answer["key"])

        return self._write(request, write)

    def _eips(self, request: _R, act: Callable[[Change, _R], list[str]]) -> list[Eip]:
        """A verb that answers with EIPs as they now are."""

        def write(change: Change) -> list[Eip]:
            answer = requests.answered(change, request)
            if answer is None:
                answer = {"eips": act(change, request)}
                requests.remember(change, request, answer)
            return eips_by_id(change.connection, answer["eips"])

        return self._write(request, write)

    def _allocating(self, request: _R, act: Callable[[Change, _R], Allocation]) -> Allocation:
        """A verb that answers with an allocation."""

        def write(change: Change) -> Allocation:
            answer = requests.answered(change, request)
            if answer is not None:
                eips = tuple(eips_by_id(change.connection, answer["eips"]))
                return Allocation(eips, tuple(Warn(**warning) for warning in answer["warnings"]))
            done = act(change, request)
            if getattr(request, "dry_run", False):
                raise _DryRun(done)
            kept = {"eips": [eip.id for eip in done.eips], "warnings": to_json(done.warnings)}
            requests.remember(change, request, kept)
            return done

        return self._write(request, write)

    def _write(self, request: Any, write: Callable[[Change], _A]) -> _A:
        if self._read_only:
            raise error(
                "read_only",
                "This deck is read-only; nothing was sent.",
                hint="Open it without --read-only, as somebody who may.",
            )
        begun = perf_counter()
        try:
            with self._store.write() as connection:
                answer = write(
                    changing(
                        connection,
                        clock=self._clock,
                        operator=self._operator,
                        config=self._config,
                        reason=request.reason,
                        request_id=request.request_id,
                    )
                )
        except _DryRun as dry:
            answered: _A = dry.answer
            return answered
        self._follow(perf_counter() - begun)
        return answer

    def _follow(self, seconds: float) -> None:
        """See to the index of words, not with every small write."""
        self._writes += 1
        if seconds > _LONG or self._writes % _SELDOM == 1:
            follow(self._store, seconds)
