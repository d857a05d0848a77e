"""The reads of an inventory: lists, listings, findings and history, each in one read transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final

from core.domain.config import Config
from core.domain.memory import Memory, Recall
from core.domain.results import MirrorKind
from core.domain.times import MINUTE
from core.domain.validation import checked_prefix
from core.domain.values import Cidr, Eip, Event, Finding, Pool, to_micros
from core.queries import eips, findings, services, usage, verdicts
from core.queries.basis import Basis, basis_of, latest
from core.queries.listing import EipPage, EipQuery, EipRow, Listing, matching
from core.queries.map_cells import MapProblems, map_problems
from core.queries.usage import Outlook
from core.storage import history
from core.storage.connection import Connection, Values
from core.storage.store import Seen, Store

if TYPE_CHECKING:
    from core.queries.figures import Figures

__all__ = ["InventoryReads", "InventorySnapshot"]


@dataclass(frozen=True, slots=True)
class _Problems:
    version: int
    minute: int
    findings: tuple[Finding, ...]
    """The open findings."""
    addresses: tuple[int, ...]
    mapped: MapProblems


def _problems(version: int, now: int, found: tuple[Finding, ...]) -> _Problems:
    return _Problems(version, now // MINUTE, found, findings.problems_of(found), map_problems(found))


@dataclass(frozen=True, slots=True)
class InventorySnapshot:
    """The whole inventory but its EIPs, as one read transaction sees it."""

    version: int
    """The `data_version` of the read: a later commit has another one."""
    read_at: datetime
    behind: datetime | None
    """The moment of the data of a standby that is behind, or of an old picture of an account; else None."""
    eips: int
    """The number of live EIPs."""
    services: int
    """The number of registered services, those that no longer exist too."""
    pools: tuple[Pool, ...]
    cidrs: tuple[Cidr, ...]
    findings: tuple[Finding, ...]
    """The open findings, worst first."""
    accepted: tuple[Finding, ...]
    """The accepted findings, worst first."""
    account: str | None = None
    """The live account that the data mirrors."""


class InventoryReads:
    """The lists that a front end reads from an inventory. Every method blocks: call it off the event loop."""

    def __init__(
        self, store: Store, clock: Callable[[], datetime], operator: str, config: Config, memory: Recall | None = None
    ) -> None:
        self.operator = operator
        self.config = config
        self._store = store
        self._clock = clock
        self._recall = memory
        self._problems: _Problems | None = None

    @cached_property
    def _memory(self) -> Memory:
        """What this client remembers of the database."""
        return Memory() if self._recall is None else self._recall(self._store.url)

    def now(self) -> datetime:
        """Return the time of the inventory, UTC."""
        return self._clock()

    def was_made(self, request_id: str) -> bool:
        """Return whether a change with this request id was made."""
        with self._store.read() as connection:
            return connection.value(int, _WAS_MADE, {"id": request_id}) is not None

    def news(self, version: int, sent: Collection[str] = (), *, limit: int = 1_000) -> list[Event]:
        """Return what was done since a `data_version`, newest last, without the requests of the ids in `sent`."""
        values: Values = {"seen": Seen.of(version).seq}
        with self._store.read() as connection:
            found = history.events(connection, "seq > :seen", values, limit)
        return [event for event in found if event.request_id not in sent]

    def lost(self, version: int) -> datetime | None:
        """Return since when changes are lost that a `data_version` saw; None when its newest event is still there."""
        with self._store.read() as connection:
            return history.lost_since(connection, Seen.of(version))

    def data_version(self) -> int:
        """Return a number that changes with every change of the data; cheap."""
        return self._store.data_version()

    def eip(self, key: str) -> Eip:
        """Return the live EIP at an address, or any EIP by its id.

        Raises:
            EipdeckError: `eip_not_found`, `invalid_address`.

        """
        with self._store.read() as connection:
            return eips.eip_by_key(connection, key)

    def eips(self, words: str = "") -> Iterator[Eip]:
        """Yield every EIP that matches a filter, by address; released ones only when the filter asks for them.

        Raises:
            EipdeckError: `invalid_filter`.

        """
        with self._store.read() as connection:
            now, problems = self._begin(connection)
            yield from matching(connection, words, now, problems)

    def page(
        self,
        query: EipQuery,
        *,
        limit: int = 50,
        after: EipRow | None = None,
        before: EipRow | None = None,
        last: bool = False,
        counted: bool = True,
    ) -> EipPage:
        """Return rows of a listing: the first ones, those after or before a row, or the last ones.

        A page costs the same wherever it is. `counted` adds the total, which may read every EIP.

        Raises:
            EipdeckError: `invalid_filter`, `usage` for an unknown order.

        """
        with self._store.read() as connection:
            listing = Listing(connection, query, *self._begin(connection))
            return listing.page(limit, after=after, before=before, last=last, counted=counted)

    def count(self, query: EipQuery) -> int:
        """Return the number of EIPs of a listing."""
        with self._store.read() as connection:
            return Listing(connection, query, *self._begin(connection)).total()

    def rank(self, query: EipQuery, address: str) -> int | None:
        """Return the 0-based place of a live EIP in a listing; None when it is not in it."""
        with self._store.read() as connection:
            return Listing(connection, query, *self._begin(connection)).rank(address)

    def pools(self) -> list[Pool]:
        """Return every pool with its usage, customer pools first."""
        with self._store.read() as connection:
            return usage.pools(connection, self._now(connection))

    def pool(self, pool_id: str) -> Pool:
        """Return one pool with its usage, or raise `pool_not_found`."""
        with self._store.read() as connection:
            return usage.pool_by_id(connection, self._now(connection), pool_id)

    def outlook(self, pool_id: str) -> Outlook:
        """Return the trend of a pool, and when its next cooling address comes free."""
        with self._store.read() as connection:
            return usage.outlook(connection, self._now(connection), pool_id)

    def cidrs(self) -> list[Cidr]:
        """Return each prefix once, in its present or last life, by prefix."""
        with self._store.read() as connection:
            return usage.cidrs(connection, self._now(connection))

    def cidr(self, prefix: str) -> Cidr:
        """Return one prefix in its present or last life, or raise `cidr_not_found`."""
        words = str(checked_prefix(prefix))
        with self._store.read() as connection:
            return usage.cidr_by_prefix(connection, self._now(connection), words)

    def findings(self, *, accepted: bool = False) -> list[Finding]:
        """Return the open findings, worst first; with `accepted` the accepted ones too."""
        with self._store.read() as connection:
            return findings.evaluate_findings(connection, self._foresee(connection), self.config, accepted=accepted)

    def snapshot(self) -> InventorySnapshot:
        """Return the pools, the CIDRs and the findings of one moment; listings need not evaluate the findings again."""
        at = self.now()
        micros = to_micros(at)
        with self._store.read() as connection:
            connection.foresee(lambda ahead: self._foresee_snapshot(ahead, micros))
            version, basis = self._store.version_in(connection), self._basis(connection, micros)
            now = basis.now
            every = findings.evaluate_findings(connection, now, self.config, accepted=True)
            found = [each for each in every if not each.accepted]
            problems = findings.problems_of(found)
            live = Listing(connection, EipQuery(), now, problems).total()
            pools, cidrs = usage.pools(connection, now), usage.cidrs(connection, now)
            registered = services.count(connection)
        self._problems = _problems(version, micros, tuple(found))
        return InventorySnapshot(
            version=version,
            read_at=at,
            behind=basis.old_since,
            eips=live,
            services=registered,
            pools=tuple(pools),
            cidrs=tuple(cidrs),
            findings=tuple(found),
            accepted=tuple(each for each in every if each.accepted),
            account=self.config.account,
        )

    def _foresee_snapshot(self, ahead: Connection, now: int) -> None:
        latest(ahead, now)
        findings.evaluate_findings(ahead, now, self.config)
        Listing(ahead, EipQuery(), now, ()).total()
        services.count(ahead)
        usage.cidrs(ahead, now)

    def readings(self) -> tuple[MirrorKind, ...]:
        """Return when each kind of rows of a live account was read; none for the embedded platform."""
        return ()

    def cidr_history(self, prefix: str) -> list[Event]:
        """Return the events of a CIDR itself, not of the addresses in it, newest last."""
        with self._store.read() as connection:
            where = "address IS NULL AND cidr = :cidr"
            return history.events(connection, where, {"cidr": str(checked_prefix(prefix))}, None)

    def integrity(self) -> dict[str, str]:
        """Return what `doctor` asks of the database: its schema, its own checks, and its durability settings."""
        return {**self._store.health(), "clock": self.clock_doubt() or "ok"}

    def figures(self) -> Figures:
        """Return figures for a monitoring system; every EIP is counted."""
        from core.queries.figures import figures  # noqa: PLC0415  # most sessions ask for none

        with self._store.read() as connection:
            return figures(connection, self._basis(connection), self.config)

    def clock_doubt(self) -> str | None:
        """Return a sentence when the clock is doubtful, so that changes are refused, else None."""
        if (doubt := self._store.clock_doubt()) is not None:
            return doubt
        with self._store.read() as connection:
            return verdicts.clock_doubt(connection, self._micros())

    def _micros(self) -> int:
        return to_micros(self._clock())

    def _now(self, connection: Connection) -> int:
        """Return the time of a read in microseconds: never before the newest event, even when a clock was set back."""
        return latest(connection, self._micros())

    def _basis(self, connection: Connection, now: int | None = None) -> Basis:
        """Return the basis of the verdicts of this read transaction; None is the time of the clock."""
        return basis_of(self._store, connection, self._micros() if now is None else now, self.config)

    def _begin(self, connection: Connection) -> tuple[int, tuple[int, ...]]:
        """Return the time of a listing, and the addresses of the EIPs in findings, worst first."""
        cached, micros = self._problems, self._micros()
        connection.foresee(self._store.version_in)
        fresh = cached is not None and cached.minute == micros // MINUTE
        now = latest(connection, micros) if fresh else self._foresee(connection, micros)
        return now, self._evaluated(connection, now).addresses

    def _open_findings(self, connection: Connection) -> tuple[Finding, ...]:
        return self._evaluated(connection, self._foresee(connection)).findings

    def _foresee(self, connection: Connection, micros: int | None = None) -> int:
        """Return the time of a read, and tell ahead of what findings need; None is the time of the clock."""
        now = self._micros() if micros is None else micros
        connection.foresee(lambda ahead: findings.evaluate_findings(ahead, now, self.config))
        return latest(connection, now)

    def _mapped_problems(self, connection: Connection) -> MapProblems:
        return self._evaluated(connection, self._foresee(connection)).mapped

    def _evaluated(self, connection: Connection, now: int) -> _Problems:
        """Return the open findings; cached until the data or the minute changes."""
        version, micros, cached = self._store.version_in(connection), self._micros(), self._problems
        if cached is None or (cached.version, cached.minute) != (version, micros // MINUTE):
            found = findings.evaluate_findings(connection, now, self.config)
            cached = self._problems = _problems(version, micros, tuple(found))
        return cached


_WAS_MADE: Final = "SELECT 1 FROM request WHERE request_id = :id"
