"""Questions put over the deck: forms, reviews and notices, each with one typed answer."""

from __future__ import annotations

from tui.changes.allocate import AllocateModal
from tui.changes.bind_form import BindModal
from tui.changes.rehome import RehomeModal
from tui.modals.lines import Line
from tui.modals.notices import LandedModal, RefusalModal
from tui.modals.review import Review, ReviewModal, Tier
from tui.modals.sheet import Sheet
from tui.modals.small import AcceptModal, AddCidrModal, BandwidthModal
from tui.wording.command_line import command_line, with_reason

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
