"""`eipdeck sync`: reads a live account."""

from __future__ import annotations

import os

from core import Code, Inventory, Synced, error
from tui.cli.progress import shown_count
from tui.cli.result import Answer
from tui.wording.phrases import count_of
from tui.wording.reports import EVENTS, SYNCED
from tui.wording.verb import Format

__all__ = ["sync"]

_NICE = 10


def sync(
    inventory: Inventory,
    _how: Format,
    *,
    dry_run: bool,
    accept_losses: str | None,
    accept_account: bool,
    background: bool,
) -> Answer:
    """Read the account and take the differences over."""
    from core import AccountInventory  # noqa: PLC0415  # imports SQLModel, which changes do without

    if not isinstance(inventory, AccountInventory):
        raise error(Code.USAGE, "This is the embedded platform: it has no account to read.", hint="Name a profile.")
    losses = None if accept_losses is None else _number(accept_losses)
    if background:
        os.nice(_NICE)  # the keys of the dashboard come first
    with shown_count("sync") as counted:
        done = inventory.sync(
            on_progress=counted,
            dry_run=dry_run,
            accept_losses=losses,
            accept_account=accept_account,
            background=background,
        )
    said = tuple(_sentences(done))
    return Answer(done, EVENTS, done.events, said) if dry_run else Answer(done, SYNCED, said=said)


def _number(words: str) -> int:
    if not (words.isascii() and words.isdigit() and len(words) < 10):
        raise error(Code.INVALID_COUNT, f"{words!r} is not a number of EIPs.", hint="Write the number that sync told.")
    return int(words)


def _sentences(done: Synced) -> list[str]:
    would = "would be " if done.dry_run else ""
    read = f"read {done.profile} with {count_of(done.calls, 'call')}"
    ended = f"{count_of(done.ended, 'EIP')} {would}ended"
    said = [f"{read}: {done.created:,} {would}new, {done.changed:,} {would}changed, {ended}"]
    said += [f"! {each.kind} was not read: {each.problem}" for each in done.kinds if each.problem is not None]
    said += [f"! the pages of {each.kind} do not agree" for each in done.kinds if not each.steady and not each.problem]
    if done.missing:
        said.append(f"! {count_of(done.missing, 'EIP')} missing; a sync after a minute ends what is missing again")
    if done.aside:
        said.append(f"! {count_of(done.aside, 'row')} set aside: `eipdeck findings` names them")
    return said
