"""A pure, streaming scanner for evidence: bytes to the addresses in them and the moments they stand for."""

from core.domain.evidence.scan import scan
from core.domain.evidence.settings import Settings
from core.domain.evidence.sighting import Doubt, Sighting, Source

__all__ = ["Doubt", "Settings", "Sighting", "Source", "scan"]
