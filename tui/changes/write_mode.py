"""Arm write mode, after a review."""

from __future__ import annotations

from tui.changes.flow import Flow
from tui.commands.registry import key_of
from tui.modals.lines import Line
from tui.modals.review_model import Review, Tier
from tui.state.write_mode import ARMED_FOR

__all__ = ["arm"]


async def arm(flow: Flow) -> bool:
    """Return whether the operator confirmed the review of write mode."""
    mode = flow.host.mode
    minutes = int(ARMED_FOR.total_seconds() // 60)
    long = f"for {minutes} minutes" if mode.expires else f"until you drop it with {key_of('write_mode')}"
    review = Review(
        title="arm write mode",
        target_copy="",
        sections=(
            (
                Line("target", f"this session on {flow.host.inventory.label}"),
                Line("after", f"WRITE {long}; every change still has its own review"),
                Line("stops working", "nothing"),
            ),
        ),
        command="",
        tier=Tier.PLAIN,
        reread=_nothing_to_read,
        closing=f"{key_of('write_mode')} drops it again.",
    )
    return await flow.ask(flow.review(review)) is not None


async def _nothing_to_read() -> list[str]:
    return []
