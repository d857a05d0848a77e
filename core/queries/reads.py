"""The reads of an inventory: lists, listings, findings and history, each in one read transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.domain.config import Config
from core.domain.results import Proof
from core.domain.times import MINUTE
from core.domain.validation import checked_prefix
from core.domain.values import (
    Cidr,
    Eip,
    Event,
    Finding,
    Pool,
    to_micros,
)
from core.queries import eips, findings, services, usage, verdicts
from core.queries.basis import Basis, basis_of, latest
from core.queries.integrity import prove
from core.queries.listing import EipPage, EipQuery, EipRow, Listing, matching
from core.queries.map_cells import MapProblems, map_problems
from core.queries.subjects import subject_condition
from core.queries.usage import Outlook
from core.storage import history
from core.storage.connection import Connection, Values
from core.storage.store import Store

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
    """The `data_version` before the read: a later commit has another one."""
    read_at: datetime
    behind: datetime | None
    """The moment of the data of a standby that is behind; else None."""
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


class InventoryReads:
    """The lists that a front end reads from an inventory. Every method blocks: call it off the event loop."""

    def __init__(self, store: Store, clock: Callable[[], datetime], operator: str, config: Config) -> None:
        self.operator = operator
        self.config = config
        self._store = store
        self._clock = clock
        self._problems: _Problems | None = None

    def now(self) -> datetime:
        """Return the time of the inventory, UTC."""
        return self._clock()

    def was_made(self, request_id: str) -> bool:
        """Return whether a change with this request id was made."""
        with self._store.read() as connection:
            return connection.value(int, _WAS_MADE, {"id": request_id}) is not None

    def news(self, version: int, sent: Collection[str] = (), *, limit: int = 1_000) -> list[Event]:
        """Return what was done since a `data_version`, newest last, without the requests of the ids in `sent`."""
        values: Values = {"seen": version & _SEQ}
        with self._store.read() as connection:
            found = history.events(connection, "seq > :seen", values, limit)
        return [event for event in found if event.request_id not in sent]

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
        problems = self._problem_addresses()
        with self._store.read() as connection:
            yield from matching(connection, words, self._now(connection), problems)

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
        problems = self._problem_addresses()
        with self._store.read() as connection:
            listing = Listing(connection, query, self._now(connection), problems)
            return listing.page(limit, after=after, before=before, last=last, counted=counted)

    def count(self, query: EipQuery) -> int:
        """Return the number of EIPs of a listing."""
        problems = self._problem_addresses()
        with self._store.read() as connection:
            return Listing(connection, query, self._now(connection), problems).total()

    def rank(self, query: EipQuery, address: str) -> int | None:
        """Return the 0-based place of a live EIP in a listing; None when it is not in it."""
        problems = self._problem_addresses()
        with self._store.read() as connection:
            return Listing(connection, query, self._now(connection), problems).rank(address)

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
            return findings.evaluate_findings(connection, self._now(connection), self.config, accepted=accepted)

    def snapshot(self) -> InventorySnapshot:
        """Return the pools, the CIDRs and the findings of one moment; listings need not evaluate the findings again."""
        version, at = self.data_version(), self.now()
        with self._store.read() as connection:
            basis = self._basis(connection)
            now = basis.now
            every = findings.evaluate_findings(connection, now, self.config, accepted=True)
            found = [each for each in every if not each.accepted]
            problems = findings.problems_of(found)
            live = Listing(connection, EipQuery(), now, problems).total()
            pools, cidrs = usage.pools(connection, now), usage.cidrs(connection, now)
            registered = services.count(connection)
        self._problems = _problems(version, to_micros(at), tuple(found))
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
        )

    def history(
        self, subject: str | None = None, *, since: datetime | None = None, limit: int | None = None
    ) -> list[Event]:
        """Return events, newest last: all of them, or those of an EIP (id), an address or a CIDR.

        Raises:
            EipdeckError: `eip_not_found`, `cidr_not_found`, `invalid_address`, `invalid_cidr`.

        """
        with self._store.read() as connection:
            where, values = subject_condition(connection, subject, self._now(connection))
            if since is not None:
                where, values = f"({where}) AND at >= :since", {**values, "since": to_micros(since)}
            return history.events(connection, where, values, limit)

    def cidr_history(self, prefix: str) -> list[Event]:
        """Return the events of a CIDR itself, not of the addresses in it, newest last."""
        with self._store.read() as connection:
            where = "address IS NULL AND cidr = :cidr"
            return history.events(connection, where, {"cidr": str(checked_prefix(prefix))}, None)

    def verify(self) -> Proof:
        """Check every invariant on the rows, and every link of the history; reads everything."""
        with self._store.read() as connection:
            return prove(connection)

    def integrity(self) -> dict[str, str]:
        """Return what `doctor` asks of the database: its schema, its own checks, and its durability settings."""
        return {**self._store.health(), "clock": self.clock_doubt() or "ok"}

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

    def _basis(self, connection: Connection) -> Basis:
        """Return the basis of the verdicts of this read transaction."""
        return basis_of(self._store, connection, self._micros(), self.config)

    def _problem_addresses(self) -> tuple[int, ...]:
        """Return the addresses of the EIPs in findings, worst first."""
        return self._evaluated().addresses

    def _open_findings(self) -> tuple[Finding, ...]:
        return self._evaluated().findings

    def _mapped_problems(self) -> MapProblems:
        return self._evaluated().mapped

    def _evaluated(self) -> _Problems:
        """Return the open findings; cached until the data or the minute changes."""
        version, now = self.data_version(), self._micros()
        cached = self._problems
        if cached is None or (cached.version, cached.minute) != (version, now // MINUTE):
            with self._store.read() as connection:
                found = findings.evaluate_findings(connection, self._now(connection), self.config)
            cached = self._problems = _problems(version, now, tuple(found))
        return cached


_WAS_MADE: Final = "SELECT 1 FROM request WHERE request_id = :id"
_SEQ: Final = (1 << 48) - 1
"""The part of a data version that counts events."""
