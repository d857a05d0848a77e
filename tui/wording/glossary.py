"""The words of the field that screens and reports use, explained once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["GLOSSARY", "readme_glossary"]

GLOSSARY: Final[Mapping[str, str]] = {
    "landing": "an EIP from the default pool, for no pool was named",
    "cooling": "released lately; not given out until the cool-down is over",
    "reserved": "withheld; a soft one is given out when it is asked for",
    "held": "free in a CIDR that is not active; not given out",
    "sibling": "another EIP of the same gateway, interface or balancer",
    "runway": "days until a pool is full, by the growth of 30 days",
}


def readme_glossary() -> str:
    """Return the glossary of the README, in Markdown."""
    lines = ["| word | means |", "| --- | --- |"]
    return "\n".join([*lines, *(f"| {word} | {meaning} |" for word, meaning in GLOSSARY.items())]) + "\n"
