"""Route origin validation (RFC 6811) against ROA data loaded from a file."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path

from core.domain.addresses import Prefix, parse_prefix
from core.domain.errors import Code, error

__all__ = ["Validity", "validity"]


class Validity(StrEnum):
    VALID = "valid"
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    UNKNOWN = "unknown"


def validity(roa_file: Path | None, prefix: Prefix, asn: int | None) -> Validity:
    """Return the validity of an origin by the ROA payloads of a file; `unknown` without a file or an origin.

    The file has the JSON of rpki-client and routinator: `{"roas": [{"prefix", "maxLength", "asn"}]}`.

    Raises:
        EipdeckError: `store_unavailable` when the file cannot be read, so that no origin passes unchecked.

    """
    if roa_file is None or asn is None:
        return Validity.UNKNOWN
    covered = False
    for roa_prefix, longest, origin in _payloads(roa_file):
        if roa_prefix.first <= prefix.first and prefix.last <= roa_prefix.last:
            covered = True
            if origin == asn and prefix.length <= longest:
                return Validity.VALID
    return Validity.INVALID if covered else Validity.NOT_FOUND


def _payloads(path: Path) -> list[tuple[Prefix, int, int]]:
    try:
        roas = json.loads(path.read_text(encoding="utf-8"))["roas"]
        return [
            (parse_prefix(roa["prefix"]), int(roa["maxLength"]), int(str(roa["asn"]).removeprefix("AS")))
            for roa in roas
            if ":" not in roa["prefix"]
        ]
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as problem:
        raise error(
            Code.STORE_UNAVAILABLE,
            f"The ROA data in {path} cannot be read.",
            hint="Repair the file, or take roa_file out of the configuration.",
        ) from problem
