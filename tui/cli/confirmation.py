"""Asks on the terminal before a verb that takes `--yes` is carried out without it."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import singledispatch

from core import Code, Eip, EipStatus, Inventory, RehomeRequest, ReleaseRequest, Request, RetireRequest, error
from tui.wording.phrases import count_of
from tui.wording.sanitize import visible
from tui.wording.serving import served

__all__ = ["ask_to_go_on", "asked", "confirmed", "serving"]


def confirmed(verb: str, *, yes: bool) -> bool:
    """Return whether `--yes` was given; False: ask on the terminal.

    Raises:
        EipdeckError: `confirmation_required` when there is no terminal either.

    """
    if yes:
        return True
    if sys.stdin is not None and sys.stdin.isatty() and sys.stderr is not None and sys.stderr.isatty():
        return False
    raise error(Code.CONFIRMATION_REQUIRED, f"`{verb}` needs confirmation.", hint="Add --yes to do it.")


def ask_to_go_on(question: str) -> None:
    """Ask on the terminal.

    Raises:
        EipdeckError: `confirmation_required` for anything but `yes`.

    """
    sys.stderr.write(f"{visible(question)}\nType yes to go on: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip() != "yes":
        raise error(Code.CONFIRMATION_REQUIRED, "Not confirmed; nothing changed.")


@singledispatch
def asked(request: Request[object], _inventory: Inventory) -> Request[object]:
    """Ask on the terminal; return the request, which expects what the question showed."""
    raise TypeError(f"{type(request).__name__} is never asked about")


@asked.register
def _(request: RehomeRequest, inventory: Inventory) -> RehomeRequest:
    seen = inventory.eip(request.eip)
    after = "stays until it is released" if request.keep else "is released"
    ask_to_go_on(
        f"Move {seen.address} ({serving(seen)}) to pool {request.pool_id}. Its public address changes, so DNS and"
        f" allow-lists must follow; {seen.address} {after}."
    )
    return replace(request, expected=seen)


@asked.register
def _(request: ReleaseRequest, inventory: Inventory) -> ReleaseRequest:
    seen = tuple(inventory.eip(key) for key in request.eips)
    lines = "; ".join(f"{eip.address} ({serving(eip)})" for eip in seen)
    ask_to_go_on(f"Release {count_of(len(seen), 'EIP')}: {lines}.")
    return replace(request, expected=seen)


@asked.register
def _(request: RetireRequest, inventory: Inventory) -> RetireRequest:
    cidr = inventory.cidr(request.cidr)
    ask_to_go_on(f"Retire {cidr.cidr} ({cidr.state.value}, {cidr.allocated:,} live EIPs) of pool {cidr.pool_id}.")
    return request


def serving(eip: Eip) -> str:
    if eip.status is EipStatus.RELEASED:
        return "is released"
    return f"serves {served(eip)}" if eip.bindings else "serves nothing"
