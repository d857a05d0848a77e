"""What changed behind the operator's back between the review's rows and now."""

from __future__ import annotations

from collections.abc import Sequence

from core import Allocation, AllocationRequest, Cidr, Eip, Inventory, NotFound, Pool, Refused
from tui.modals.review_lines import Reread
from tui.state.workers import Ask
from tui.wording.phrases import binding_words, count_of
from tui.wording.sanitize import visible

__all__ = ["AllocationPreview", "EipChanges", "eip_changes", "reread_cidr"]


class EipChanges:
    """EIPs under review: reads them again and says what is different from what was seen."""

    def __init__(self, ask: Ask, eips: Sequence[Eip]) -> None:
        self.latest = tuple(eips)
        """As they were read last: what a change that is confirmed now expects to find."""
        self._ask = ask
        self._seen = tuple(eips)

    async def __call__(self) -> list[str]:
        try:
            now = await self._ask(lambda inventory: [inventory.eip(eip.id or eip.address) for eip in self._seen])
        except NotFound as refusal:
            return [refusal.message]
        self.latest = tuple(now)
        return [change for eip, new in zip(self._seen, now, strict=True) for change in eip_changes(eip, new)]


def eip_changes(seen: Eip, now: Eip) -> list[str]:
    """Sentences about what matters for a change; ages and histories do not."""
    changes: list[str] = []
    if now.released_at is not None:
        return [f"{seen.address} has been released meanwhile."]
    if seen.bindings != now.bindings or seen.status is not now.status:
        was, is_ = _serving(seen), _serving(now)
        changes.append(f"{seen.address} serves {is_} now; it served {was} when you looked.")
    if seen.bandwidth_mbps != now.bandwidth_mbps:
        changes.append(f"{seen.address} is capped at {_cap(now)} now; it was {_cap(seen)}.")
    if seen.name != now.name:
        changes.append(f'{seen.address} is named "{visible(now.name or "")}" now.')
    return changes


def _serving(eip: Eip) -> str:
    return ", ".join(binding_words(binding) for binding in eip.bindings) or "nothing"


def _cap(eip: Eip) -> str:
    return "no cap" if eip.bandwidth_mbps is None else f"{eip.bandwidth_mbps} Mbps"


class AllocationPreview:
    """An allocation under review: whether it would still be made, and what it would give by now.

    How many addresses are left, and which is next, changes with everybody who allocates: no promise was made of it.
    """

    def __init__(self, ask: Ask, request: AllocationRequest, preview: Allocation, pool: Pool) -> None:
        self.preview, self.pool = preview, pool
        """As they were read last."""
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
        """A dry run takes its turn among the writers: none is made while the pool stands still."""
        if inventory.pool(self.pool.id) == self.pool:
            return self.preview, self.pool
        preview = inventory.preview(self._request)
        return preview, inventory.pool(preview.eips[0].pool_id)


def reread_cidr(ask: Ask, cidr: Cidr) -> Reread:
    """Reads a CIDR again and says when its state or its live EIPs are others."""

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
