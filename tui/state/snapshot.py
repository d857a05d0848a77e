"""The data on the screen, read at once, and its age."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from core import Cidr, CidrState, Finding, Inventory, Pool, PoolKind, Severity

__all__ = ["Freshness", "Snapshot", "load_snapshot", "troubled_pools"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole inventory but the EIPs, which are read by the page; in the order of the lists."""

    version: int
    read_at: datetime
    eips: int
    """The number of live EIPs."""
    behind: datetime | None
    """The moment of the data of a standby that is behind; else None."""
    services: int
    """The number of services, those that no longer exist too."""
    pools: tuple[Pool, ...]
    cidrs: tuple[Cidr, ...]
    findings: tuple[Finding, ...]
    """The open findings, worst first."""
    accepted: tuple[Finding, ...] = ()
    """The accepted findings, worst first."""
    account: str | None = None
    """The live account that the data mirrors."""
    levels: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """The warning and the critical threshold of each pool, in percent."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in it yet, as at the first run."""
        return self.eips == 0 and not any(cidr.customer_owned for cidr in self.cidrs)

    def says_the_same(self, other: Snapshot) -> bool:
        """Whether the two differ at most in when they were read."""
        return replace(other, read_at=self.read_at) == self

    @property
    def critical(self) -> int:
        return sum(finding.severity is Severity.CRITICAL for finding in self.findings)

    def pool(self, pool_id: str | None) -> Pool | None:
        return next((pool for pool in self.pools if pool.id == pool_id), None)

    def cidr(self, prefix: str | None) -> Cidr | None:
        return next((cidr for cidr in self.cidrs if cidr.cidr == prefix), None)

    def worst(self, id_: str) -> Finding | None:
        """Return the worst finding about an address, a pool, a service, or a CIDR with its pool."""
        cidr = self.cidr(id_)
        gives = cidr is not None and cidr.state is CidrState.ACTIVE and cidr.customer_owned
        about = {id_, cidr.pool_id} if cidr is not None and gives else {id_}
        return next((each for each in self.findings if about.intersection((each.subject, *each.eips))), None)

    def subjects(self) -> frozenset[str]:
        """Return the subjects of the findings."""
        return frozenset(finding.subject for finding in self.findings)

    def critical_subjects(self) -> frozenset[str]:
        """Return the addresses, pools, CIDRs and services that a critical finding is about."""
        severe = [finding for finding in self.findings if finding.severity is Severity.CRITICAL]
        return frozenset(each for finding in severe for each in (finding.subject, *finding.eips))


@dataclass(frozen=True, slots=True)
class Freshness:
    """The age of the data on the screen; it does not tick by the second."""

    failed_since: datetime | None = None
    why: str = ""
    says: str = "not read since"

    def words(self, now: datetime) -> str:
        """Return `live`, or the age in whole minutes."""
        if self.failed_since is None:
            return "live"
        return f"{max(int((now - self.failed_since).total_seconds() // 60), 0)} min old"


def load_snapshot(inventory: Inventory) -> Snapshot:
    """Read everything the lists show; blocks.

    A commit during the read makes the next poll read again.
    """
    read = inventory.snapshot()
    return Snapshot(
        version=read.version,
        read_at=read.read_at,
        eips=read.eips,
        behind=read.behind if read.account is None else None,
        services=read.services,
        pools=_pools_in_order(read.pools, troubled_pools(read.findings, read.cidrs)),
        cidrs=_cidrs_in_order(read.cidrs),
        findings=read.findings,
        accepted=read.accepted,
        account=read.account,
        levels=inventory.pool_levels(),
    )


def troubled_pools(findings: Sequence[Finding], cidrs: Sequence[Cidr]) -> frozenset[str]:
    """Return the ids of the pools that a finding is about, themselves or by one of their CIDRs."""
    subjects = {finding.subject for finding in findings}
    return frozenset(subjects | {cidr.pool_id for cidr in cidrs if cidr.cidr in subjects})


def _pools_in_order(pools: Sequence[Pool], troubled: frozenset[str]) -> tuple[Pool, ...]:
    """Return customer pools first, those with findings on top, then the fullest; default pools last."""
    return tuple(
        sorted(
            pools,
            key=lambda pool: (
                pool.kind is PoolKind.DEFAULT,
                pool.id not in troubled,
                -(pool.used_percent or 0),
                pool.id,
            ),
        )
    )


_STATES = (
    CidrState.FAILED,
    CidrState.DRAINING,
    CidrState.VALIDATING,
    CidrState.ACTIVE,
    CidrState.RETIRED,
)


def _cidrs_in_order(cidrs: Sequence[Cidr]) -> tuple[Cidr, ...]:
    """Return the CIDRs that need work first; Zenlayer's ranges last."""
    return tuple(
        sorted(
            cidrs,
            key=lambda cidr: (not cidr.customer_owned, _STATES.index(cidr.state), cidr.available, cidr.cidr),
        )
    )
