"""The form of an allocation. It preselects customer pools only; a default pool is chosen by the operator alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.app import ComposeResult
from textual.widgets import Static

from core import AllocationRequest, Cidr, CidrState, Pool, PoolKind
from tui.commands.registry import key_of
from tui.modals.fields import Choice, Row
from tui.modals.form import Form, FormError, parse_address, parse_whole
from tui.modals.lines import Line, Shell
from tui.modals.pool_choice import by_room, gives_out, pool_options, too_few, usage_lines, way_out
from tui.widgets.field import Field
from tui.wording.sanitize import visible

__all__ = ["AllocateModal", "default_warning"]


def _no_pool() -> str:
    return f"There is no customer pool yet: {key_of('cidr_add')} in the main screen adds a CIDR, which opens one."


def default_warning(pools: Iterable[Pool], cidrs: Iterable[Cidr], region: str) -> list[Line]:
    """Say what the default pool means, and which customer pool of the region has room instead."""
    cidrs = list(cidrs)
    lines = [
        Line("", "DEFAULT POOL. This EIP gets a Zenlayer address, not yours:", problem=True),
        Line("", "customer-owned: no; your ASN, allow-lists and reputation do not cover it.", problem=True),
    ]
    for pool in by_room(pool for pool in pools if pool.kind is PoolKind.CUSTOMER and pool.region == region):
        if gives_out(pool, cidrs) and pool.available:
            room = f"{pool.id} has {pool.available:,} free customer addresses: press up to choose it."
            return [*lines, Line("", room, problem=True)]
    return lines


class AllocateModal(Form["AllocationRequest | None"]):
    """Asks what to allocate, and from where."""

    def __init__(
        self,
        pools: Sequence[Pool],
        cidrs: Sequence[Cidr],
        *,
        preselect: str | None,
        address: str | None = None,
        runway_days: int,
    ) -> None:
        """Offer pools.

        Args:
            pools: all pools.
            cidrs: all CIDRs; their states tell which pools give addresses out.
            preselect: the id of a customer pool to begin with; the id of a default pool is ignored.
            address: the address to ask for.
            runway_days: a pool with a shorter runway carries a mark.

        """
        super().__init__("allocate an EIP")
        self._pools = {pool.id: pool for pool in pools}
        self._cidrs = tuple(cidrs)
        self._customer = [pool for pool in pools if pool.kind is PoolKind.CUSTOMER]
        options = pool_options(pools, cidrs, runway_days=runway_days)
        self._choice = Choice(options, chosen=self._first_pool(preselect), rows=7, empty="no pool")
        self._address = Field(address or "", placeholder="next free", classes="short")
        self._count = Field("1", classes="short")
        self._named = Field()
        self._bandwidth = Field(placeholder="no cap given", classes="short")
        self._reason = Field()

    def _first_pool(self, preselect: str | None) -> str | None:
        """Return the customer pool that was named, or the only one."""
        giving = [pool.id for pool in self._customer if gives_out(pool, self._cidrs)]
        if preselect in giving:
            return preselect
        return giving[0] if len(giving) == 1 and preselect is None else None

    def refill(self) -> None:
        super().refill()
        if self.pool is not None and self.pool.kind is PoolKind.DEFAULT:
            self._choice.index = None

    def rows(self) -> ComposeResult:
        if not self._customer:
            yield Static(f"! {_no_pool()}", classes="form-problem", markup=False)
        yield Row("pool", self._choice)
        yield Row("address", self._address, hint="or an address of the pool")
        yield Row("count", self._count, hint="all or nothing")
        yield Row("name", self._named)
        yield Row("bandwidth", self._bandwidth, hint="Mbps")
        yield Row("reason", self._reason)

    @property
    def pool(self) -> Pool | None:
        """The chosen pool."""
        return self._pools.get(self._choice.value or "")

    def info(self) -> Iterable[Line | tuple[str, Shell]]:
        pool = self.pool
        if pool is None:
            yield Line("pool", "none is chosen yet: up and down choose one")
            return
        count = self._count_so_far()
        if pool.kind is PoolKind.DEFAULT:
            yield from default_warning(self._pools.values(), self._cidrs, pool.region)
        else:
            yield Line("region", f"{pool.region}   {self._origin(pool)}")
        refused = too_few(pool, count)
        if refused is not None and self._address.text and count == 1:
            yield Line("", f"{pool.id} is full: name a softly reserved address to get that one", problem=True)
            return
        if refused is not None:
            yield Line("", refused, problem=True)
            yield from way_out(pool, count, self._pools.values(), self._cidrs)
            return
        yield from usage_lines(pool, count, label="")
        if pool.kind is PoolKind.DEFAULT:
            yield Line("", "chosen on purpose: recorded as --default, no finding is opened")
        else:
            yield Line("you get", "the review names the address; customer-owned: yes")

    def _count_so_far(self) -> int:
        try:
            return parse_whole(self._count, "A count") or 1
        except FormError:
            return 1

    def _origin(self, pool: Pool) -> str:
        active = [cidr for cidr in self._cidrs if cidr.pool_id == pool.id and cidr.state is CidrState.ACTIVE]
        more = f" and {len(active) - 1} more" if len(active) > 1 else ""
        days = "" if pool.runway_days is None else f"   runway {pool.runway_days:.0f} d"
        return f"CIDR {active[0].cidr}   AS{active[0].asn}{more}{days}" if active else ""

    def request(self) -> AllocationRequest:
        pool = self.pool
        if pool is None:
            raise FormError("Choose a pool first: up and down in the list.", self._choice)
        address = parse_address(self._address)
        count = parse_whole(self._count, "A count") or 1
        if address is not None and count != 1:
            raise FormError("One address was asked for, so the count is 1.", self._count)
        default = pool.kind is PoolKind.DEFAULT
        return AllocationRequest(
            pool_id=None if default else pool.id,
            default=default,
            region=pool.region if default else None,
            address=address,
            count=count,
            name=self._named.value or None,
            bandwidth_mbps=parse_whole(self._bandwidth, "A cap in Mbps"),
            reason=self._reason.text,
        )

    def submit(self) -> None:
        if not self._pools:
            self.say(visible(_no_pool()), problem=True)
            return
        super().submit()
