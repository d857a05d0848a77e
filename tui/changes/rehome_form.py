"""The form of a rehome: the customer pool, and what becomes of the old EIP."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from textual.app import ComposeResult
from textual.widgets import Static

from core import Cidr, CidrState, Eip, Pool, PoolKind, RehomeRequest
from tui.changes.batch import named
from tui.commands.registry import key_of
from tui.modals.fields import Choice, Option, Row
from tui.modals.form import Form, FormError, parse_address
from tui.modals.lines import Line, Shell
from tui.modals.pool_choice import by_room, gives_out, pool_option, too_few, way_out
from tui.widgets.field import Field
from tui.wording.phrases import count_of
from tui.wording.sanitize import safe
from tui.wording.serving import serves_words

__all__ = ["RehomeModal"]

_SHOWN: Final = 3
"""Addresses or bindings that are named; the rest are counted."""


class RehomeModal(Form["RehomeRequest | None"]):
    """Asks where EIPs go. Default pools are not offered."""

    NOTE = "only your own pools are listed"

    def __init__(
        self, eips: Sequence[Eip], pools: Sequence[Pool], cidrs: Sequence[Cidr] = (), *, runway_days: int
    ) -> None:
        """Offer the customer pools of the EIPs' region.

        Args:
            eips: the EIPs to move, all of one region.
            pools: all pools.
            cidrs: all CIDRs; their states tell which pools give addresses out.
            runway_days: a pool with a shorter runway carries a mark.

        """
        self._eips = tuple(eips)
        self._eip = eip = self._eips[0]
        where = "where it goes" if len(eips) == 1 else "where they go"
        super().__init__(f"rehome {named(eips)}: choose {where}")
        offered = by_room(p for p in pools if p.kind is PoolKind.CUSTOMER and p.region == eip.region)
        self._pools = {pool.id: pool for pool in offered}
        self._cidrs = cidrs
        options = [self._option(pool, cidrs, runway_days) for pool in offered]
        options.sort(key=lambda option: option.value is None)
        self._choice = Choice(
            options,
            chosen=options[0].value if options else None,
            rows=5,
            empty=f"No customer pool of this region has room: {key_of('cidr_add')} in the main screen adds a CIDR.",
        )
        self._address = Field(placeholder="next free", classes="short")
        ends = [
            Option("release", ("release it now",)),
            Option("keep", (f"keep it (release later with {key_of('release')})",)),
        ]
        self._old = Choice(ends, chosen="release")
        self._reason = Field()

    def _option(self, pool: Pool, cidrs: Sequence[Cidr], runway_days: int) -> Option[str]:
        state = next((cidr.state for cidr in cidrs if cidr.cidr == self._eip.cidr), None)
        if pool.id == self._eip.pool_id and (state in (None, CidrState.ACTIVE) or not gives_out(pool, cidrs)):
            return Option(None, (pool.id, "customer", "where it is now"))
        return pool_option(pool, cidrs, runway_days=runway_days)

    def rows(self) -> ComposeResult:
        yield Static(safe(self._cause()), classes="form-text", markup=False)
        yield Row("to pool", self._choice)
        if len(self._eips) == 1:
            yield Row("address", self._address, hint="or an address of the pool")
        yield Row("old EIP", self._old)
        yield Row("reason", self._reason)

    def _cause(self) -> str:
        eip = self._eip
        if len(self._eips) == 1:
            where = "is in the default pool by mistake" if eip.landed_in_default else f"is in {eip.pool_id}"
            return f"{eip.address} {where}. It serves {serves_words(eip.bindings, most=_SHOWN)}."
        bound = sum(bool(eip.bindings) for eip in self._eips)
        return f"{count_of(len(self._eips), 'EIP')}, {bound} of them bound: {self._old_addresses()}."

    def _old_addresses(self) -> str:
        more = f" and {len(self._eips) - _SHOWN} more" if len(self._eips) > _SHOWN else ""
        return ", ".join(eip.address for eip in self._eips[:_SHOWN]) + more

    @property
    def keep(self) -> bool:
        """Whether the old EIP stays."""
        return self._old.value == "keep"

    def info(self) -> Iterable[Line | tuple[str, Shell]]:
        old = self._old_addresses()
        new = f"from {self._choice.value}, named on the next screen" if self._choice.value else "not chosen yet"
        one = serves_words(self._eip.bindings, most=_SHOWN)
        what = one if len(self._eips) == 1 else f"what {len(self._eips)} EIPs serve"
        yield Line("", f"This changes the public address of {what}:")
        yield Line("old", f"{old}     new  {new}")
        yield from self._shortage()
        if self.keep:
            yield Line("", f"{old} keeps serving beside the new address until you release it.")
        else:
            yield Line("", f"whoever still uses {old} loses the service when it is released:", problem=True)
            yield Line("", "DNS records, partners' allow-lists, monitoring.", problem=True)
        yield from self.command_info()

    def _shortage(self) -> Iterable[Line]:
        """Yield why the chosen pool is refused, and what helps."""
        pool, wanted = self._pools.get(self._choice.value or ""), len(self._eips)
        refused = None if pool is None or self._address.text else too_few(pool, wanted)
        if pool is not None and refused is not None:
            yield Line("", refused, problem=True)
            yield from way_out(pool, wanted, self._pools.values(), self._cidrs)

    def request(self) -> RehomeRequest:
        if self._choice.value is None:
            raise FormError("Choose the pool it goes to.", self._choice)
        return RehomeRequest(
            eip=self._eip.address,
            pool_id=self._choice.value,
            address=parse_address(self._address),
            keep=self.keep,
            reason=self._reason.text,
        )
