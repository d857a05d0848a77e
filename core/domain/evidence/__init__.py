"""A pure, streaming scanner for evidence: bytes to the addresses in them and the moments they stand for."""

from core.domain.evidence.formats import FORMATS
from core.domain.evidence.scan import scan
from core.domain.evidence.sighting import Doubt, Settings, Sighting, Source

FORMAT_NAMES = tuple(sorted(each.name for each in FORMATS if each.head and not each.opens))
"""The names that `Settings.log_format` can have."""

__all__ = ["FORMAT_NAMES", "Doubt", "Settings", "Sighting", "Source", "scan"]
