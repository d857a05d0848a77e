"""Words that name a zone on a clock."""

from __future__ import annotations

from typing import Final

WORD_OFFSETS: Final = {
    "WET": 0, "WEST": 60, "CET": 60, "MET": 60, "CEST": 120, "MEST": 120, "MESZ": 120, "MEZ": 60, "EET": 120,
    "EEST": 180, "SAST": 120, "CAT": 120, "WAT": 60, "EAT": 180, "MSK": 180, "MSD": 240, "TRT": 180, "GST": 240,
    "PKT": 300, "WIB": 420, "ICT": 420, "HKT": 480, "SGT": 480, "PHT": 480, "MYT": 480, "AWST": 480, "JST": 540,
    "KST": 540, "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780, "NST": -210, "NDT": -150, "ADT": -180,
    "EST": -300, "EDT": -240, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420, "AKST": -540,
    "AKDT": -480, "HST": -600, "BRT": -180, "ART": -180, "CLT": -240,
}  # fmt: skip
"""Minutes east of Greenwich of words that mean one offset in practice."""

WORD_CHOICES: Final = {
    "CST": (480, -360, -300),
    "IST": (330, 120, 60),
    "BST": (60, 360),
    "AST": (-240, 180),
}
"""Minutes east of Greenwich of words that mean several: China, central America, Cuba; India, Israel, Ireland; …"""
