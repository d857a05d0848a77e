"""The origin ASN of a prefix: route origin validation (RFC 6811) against ROA data loaded from a file."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path

from core.domain.addresses import Prefix, asn_refusal, parse_prefix
from core.domain.errors import Code, error

__all__ = ["Validity", "check_payloads", "checked_asn", "checked_validity", "validity"]


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


def checked_asn(asn: int) -> None:
    """Refuse an ASN that cannot originate a prefix.

    Raises:
        EipdeckError: `asn_not_supported`.

    """
    why = asn_refusal(asn)
    if why is not None:
        raise error(
            Code.ASN_NOT_SUPPORTED,
            why,
            hint="Name the public ASN that originates the prefix.",
            details={"asn": asn},
        )


def checked_validity(roa_file: Path | None, prefix: Prefix, asn: int | None) -> Validity:
    """Return the validity of an origin, `valid` or `unknown`.

    Raises:
        EipdeckError: `rpki_not_valid`; `store_unavailable` when the ROA data cannot be read.

    """
    found = validity(roa_file, prefix, asn)
    if found in (Validity.INVALID, Validity.NOT_FOUND):
        raise error(
            Code.RPKI_NOT_VALID,
            f"By the loaded ROA data {prefix} from AS{asn} is {found.value.replace('_', ' ')}.",
            hint="Publish the ROA first, load it, and try again.",
            details={"cidr": str(prefix), "asn": asn, "rpki": found.value},
        )
    return found


def check_payloads(path: Path) -> None:
    """Check that ROA data can be read.

    Raises:
        EipdeckError: `store_unavailable`.

    """
    _payloads(path)


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
