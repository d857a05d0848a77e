"""The age of the picture of a live account, for the top line: that of its EIPs, and of the kinds that are older."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from core import MirrorKind

__all__ = ["Ages", "ages_of", "late_since"]

_EIPS: Final = "DescribeEips"
_NAMES: Final = {
    "DescribePools": "pools",
    "DescribeCidrs": "CIDRs",
    "DescribeNatGateways": "gateways",
    "DescribeNatGatewayDetail": "NAT entries",
    "DescribeLoadBalancers": "balancers",
    "DescribeNetworkInterfaces": "interfaces",
}
_BEHIND: Final = timedelta(minutes=5)
"""A kind that is so much older than the EIPs is named; EIPs that are so old are late."""


class Ages(NamedTuple):
    """The age of a picture."""

    words: str
    """`read 1m ago, NAT entries 12m, balancers never`"""
    short: str
    """`NAT entries 12m +1`, or `read 1m ago`."""
    whole: bool
    """Whether no kind is older than the EIPs."""


def ages_of(kinds: Sequence[MirrorKind], now: datetime) -> Ages:
    """Return the ages of the kinds at `now`, which do not tick by the second."""
    read_at = next((each.read_at for each in kinds if each.kind == _EIPS), None)
    if read_at is None:
        return Ages("not read yet", "not read yet", whole=False)
    behind = [each for each in kinds if each.read_at is None or read_at - each.read_at >= _BEHIND]
    behind.sort(key=lambda each: (each.read_at is not None, each.read_at))
    named = [f"{_NAMES.get(each.kind, each.kind)} {_age(each.read_at, now)}" for each in behind]
    words = f"read {_age(read_at, now)} ago"
    if not named:
        return Ages(words, words, whole=True)
    more = f" +{len(named) - 1}" if len(named) > 1 else ""
    return Ages(", ".join((words, *named)), f"{named[0]}{more}", whole=False)


def late_since(kinds: Sequence[MirrorKind], now: datetime | None) -> datetime | None:
    """Return when the EIPs were read, when that is longer ago than an open dashboard lets them grow old."""
    read_at = next((each.read_at for each in kinds if each.kind == _EIPS), None)
    return read_at if read_at is not None and now is not None and now - read_at >= _BEHIND else None


def _age(read_at: datetime | None, now: datetime) -> str:
    """Return an age in whole minutes, hours or days."""
    if read_at is None:
        return "never"
    minutes = max(int((now - read_at).total_seconds() // 60), 0)
    if minutes < 120:
        return f"{minutes}m"
    return f"{minutes // 60}h" if minutes < 2880 else f"{minutes // 1440}d"
