"""Questions put over the deck: forms, reviews and notices, each with one typed answer."""

from __future__ import annotations

from tui.modals.allocate import AllocateModal
from tui.modals.bind import BindModal
from tui.modals.command_line import command_line, with_reason
from tui.modals.lines import Line
from tui.modals.notices import LandedModal, RefusalModal
from tui.modals.rehome import RehomeModal
from tui.modals.review import Review, ReviewModal, Tier
from tui.modals.sheet import Sheet
from tui.modals.small import AcceptModal, AddCidrModal, BandwidthModal

__all__ = [
    "AcceptModal",
    "AddCidrModal",
    "AllocateModal",
    "BandwidthModal",
    "BindModal",
    "LandedModal",
    "Line",
    "RefusalModal",
    "RehomeModal",
    "Review",
    "ReviewModal",
    "Sheet",
    "Tier",
    "command_line",
    "with_reason",
]
