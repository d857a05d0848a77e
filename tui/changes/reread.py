"""Reads the target of a review again, and reports changes since the review opened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core import Allocation, AllocationRequest, Cidr, Eip, Inventory, NotFound, Pool, Refused, Service
from tui.modals.review_model import Reread
from tui.state.workers import Ask
from tui.wording.phrases import count_of
from tui.wording.sanitize import visible
from tui.wording.serving import serves_words

__all__ = ["AllocationPreview", "EipChanges", "bound_to", "eip_changes", "pools_and_cidrs", "reread_cidr"]


class EipChanges:
    """EIPs under review. A call reads them again and returns a sentence for each difference."""

    def __init__(self, ask: Ask, eips: Sequence[Eip]) -> None:
        self.latest = tuple(eips)
        """The EIPs as last read; a confirmed change expects to find them like this."""
        self._ask = ask
        self._seen = tuple(eips)

    async def __call__(self) -> list[str]:
        try:
            now, problem = await self._ask(self._looked)
        except NotFound as refusal:
            return [refusal.message]
        self.latest = tuple(now)
        changes = [change for eip, new in zip(self._seen, now, strict=True) for change in eip_changes(eip, new)]
        return changes if problem is None else [*changes, problem]

    def _looked(self, inventory: Inventory) -> tuple[list[Eip], str | None]:
        """Look at the EIPs, on a live account too; return them, and why the account could not be asked."""
        keys = [eip.id or eip.address for eip in self._seen]
        problem = inventory.look_again(*keys)
        said = None if problem is None else f"Not looked at again on the account: {problem.reason}"
        return [inventory.eip(key) for key in keys], said


def eip_changes(seen: Eip, now: Eip) -> list[str]:
    """Return a sentence for each difference that matters for a change."""
    changes: list[str] = []
    if now.released_at is not None:
        return [f"{seen.address} has been released since you looked."]
    if seen.bindings != now.bindings or seen.status is not now.status:
        was, is_ = serves_words(seen.bindings), serves_words(now.bindings)
        changes.append(f"{seen.address} serves {is_} now; it served {was} when you looked.")
    if seen.bandwidth_mbps != now.bandwidth_mbps:
        changes.append(f"{seen.address} is capped at {_cap(now)} now; it was {_cap(seen)}.")
    if seen.name != now.name:
        changes.append(f'{seen.address} is named "{visible(now.name or "")}" now.')
    return changes


def _cap(eip: Eip) -> str:
    return "no cap" if eip.bandwidth_mbps is None else f"{eip.bandwidth_mbps} Mbps"


class AllocationPreview:
    """An allocation under review. A call previews it again and returns what differs.

    The next address and the number of free ones change with every allocation; they are not reported as changes.
    """

    def __init__(self, ask: Ask, request: AllocationRequest, preview: Allocation, pool: Pool) -> None:
        self.preview, self.pool = preview, pool
        """The preview and its pool as last read."""
        self._ask = ask
        self._request = request
        self._seen = pool

    async def __call__(self) -> list[str]:
        try:
            self.preview, self.pool = await self._ask(self._read)
        except (Refused, NotFound) as refusal:
            return [refusal.message]
        if self.pool.id == self._seen.id:
            return []
        return [f"It would come from {visible(self.pool.id)} now; it was {visible(self._seen.id)}."]

    def _read(self, inventory: Inventory) -> tuple[Allocation, Pool]:
        """A dry run waits for the write lock, so it is repeated only if the pool changed."""
        if inventory.pool(self.pool.id) == self.pool:
            return self.preview, self.pool
        preview = inventory.preview(self._request)
        return preview, inventory.pool(preview.eips[0].pool_id)


def reread_cidr(ask: Ask, cidr: Cidr) -> Reread:
    """Return a function that reads the CIDR again and reports changes of its state and of its live EIPs."""

    async def read() -> list[str]:
        try:
            now = await ask(lambda inventory: inventory.cidr(cidr.cidr))
        except NotFound as refusal:
            return [refusal.message]
        changes: list[str] = []
        if now.state is not cidr.state:
            changes.append(f"{cidr.cidr} is {now.state.value} now; it was {cidr.state.value}.")
        if now.allocated != cidr.allocated:
            live = count_of(now.allocated, "live EIP")
            changes.append(f"{cidr.cidr} has {live} now; it had {cidr.allocated:,}.")
        return changes

    return read


def pools_and_cidrs(inventory: Inventory) -> tuple[list[Pool], list[Cidr]]:
    """Return all pools, and the CIDRs whose states tell which pools give addresses out."""
    return inventory.pools(), inventory.cidrs()


def bound_to(inventory: Inventory, eips: Iterable[Eip]) -> list[Service]:
    """Return the registered services that these EIPs are bound to."""
    ids = {binding.service_id for eip in eips for binding in eip.bindings}
    return [service for service in inventory.services() if service.id in ids]
