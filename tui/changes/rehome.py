"""The form of a repair: to which customer pool an EIP goes, and what becomes of its old address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from textual.app import ComposeResult
from textual.widgets import Static

from core import Cidr, CidrState, Eip, Pool, PoolKind, RehomeRequest
from tui.commands.registry import key_of
from tui.modals.fields import Choice, Option, Row
from tui.modals.form import Form, FormError, parse_address
from tui.modals.lines import Line, Shell
from tui.modals.pool_choice import by_room, gives_out, pool_option, too_few
from tui.widgets.field import Field
from tui.wording.phrases import binding_words, count_of
from tui.wording.sanitize import safe

__all__ = ["RehomeModal", "rehome_cause", "serves"]

_SHOWN: Final = 3


def serves(eip: Eip) -> str:
    """What an EIP serves, in a few words."""
    words = [binding_words(binding) for binding in eip.bindings]
    more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
    return ", ".join(words[:_SHOWN]) + more if words else "nothing"


def rehome_cause(eip: Eip) -> str:
    """Why it is to move."""
    if eip.landed_in_default:
        return f"{eip.address} landed in the default pool."
    return f"{eip.address} is in {eip.pool_id}."


class RehomeModal(Form["RehomeRequest | None"]):
    """Asks where an EIP is to go. Default pools are not offered: nothing is repaired into one."""

    NOTE = "default pools are not offered: a landing is never repaired into one"

    def __init__(self, eips: Sequence[Eip], pools: Sequence[Pool], cidrs: Sequence[Cidr] = ()) -> None:
        """Offer the customer pools of the EIPs' region; the states of `cidrs` say which give anything out."""
        self._eips = tuple(eips)
        self._eip = eip = self._eips[0]
        where = "where it goes" if len(eips) == 1 else "where they go"
        super().__init__(f"fix {eip.address if len(eips) == 1 else count_of(len(eips), 'EIP')}: choose {where}")
        offered = by_room(p for p in pools if p.kind is PoolKind.CUSTOMER and p.region == eip.region)
        self._pools = {pool.id: pool for pool in offered}
        options = [self._option(pool, cidrs) for pool in offered]
        options.sort(key=lambda option: option.value is None)
        first = options[0].value if options else None
        self._choice = Choice(
            options,
            chosen=first,
            rows=5,
            empty=f"No customer pool of this region has room: {key_of('cidr_add')} on the deck adds a customer CIDR.",
        )
        self._address = Field(placeholder="next in order", classes="short")
        ends = [
            Option("release", ("release it at the end",)),
            Option("keep", (f"keep it until DNS has moved, and release it then with {key_of('release')}",)),
        ]
        self._old = Choice(ends, chosen="release")
        self._reason = Field()

    def _option(self, pool: Pool, cidrs: Sequence[Cidr]) -> Option[str]:
        state = next((cidr.state for cidr in cidrs if cidr.cidr == self._eip.cidr), None)
        if pool.id == self._eip.pool_id and (state in (None, CidrState.ACTIVE) or not gives_out(pool, cidrs)):
            return Option(None, (pool.id, "customer", "where it is now"))
        return pool_option(pool, cidrs)

    def rows(self) -> ComposeResult:
        yield Static(safe(self._cause()), classes="form-text", markup=False)
        yield Row("to pool", self._choice)
        if len(self._eips) == 1:
            yield Row("address", self._address, hint="or one of the pool's addresses")
        yield Row("old EIP", self._old)
        yield Row("reason", self._reason)

    def _cause(self) -> str:
        if len(self._eips) == 1:
            return f"{rehome_cause(self._eip)} It serves {serves(self._eip)}."
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
        what = serves(self._eip) if len(self._eips) == 1 else f"what {len(self._eips)} EIPs serve"
        yield Line("", f"This changes the public address of {what}:")
        yield Line("old", f"{old}     new  {new}")
        refused = self._too_few()
        if refused is not None:
            yield Line("", refused, problem=True)
        if self.keep:
            yield Line("", f"{old} keeps serving beside the new address until you release it.")
        else:
            yield Line("", f"whoever still uses {old} loses the service when it is released:", problem=True)
            yield Line("", "DNS records, partners' allow-lists, monitoring.", problem=True)
        yield from self.command_info()

    def _too_few(self) -> str | None:
        pool = self._pools.get(self._choice.value or "")
        return None if pool is None or self._address.text else too_few(pool, len(self._eips))

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
