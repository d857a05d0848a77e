"""Doubts about the picture of a live account: rows that were set aside, and kinds of rows that are old."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from core.domain.addresses import InvalidAddress, format_address, parse_address
from core.domain.times import DAY, MINUTE
from core.domain.values import BindingKind, Verdict, VerdictWord, from_micros, stamp
from core.queries.mirror import EIPS, PICTURED, KindRow, kind_rows, mirror_of
from core.storage.connection import Connection
from core.storage.rows import reads

__all__ = ["PictureDoubts", "pictured"]

_ENTRIES: Final = "DescribeNatGatewayDetail"
_STALE: Final = 60 * MINUTE
"""From here on a verdict says the age."""
_WORTHLESS: Final = DAY
"""A picture this old tells nothing of now."""
_BY_ENTRIES: Final = (BindingKind.SNAT, BindingKind.DNAT)
_SET_ASIDE: Final = "SELECT platform_id, why, raw, since FROM mirror_aside WHERE kind = :kind ORDER BY platform_id"


@reads("mirror_aside")
class _AsideRow(NamedTuple):
    platform_id: str
    why: str
    raw: str
    since: int


class _Aside(NamedTuple):
    """An EIP of the account, or a block of them, whose row was set aside."""

    eip_id: str
    first: int
    last: int
    since: int
    why: str

    @property
    def words(self) -> str:
        span = format_address(self.first)
        if self.last > self.first:
            span = f"{span}-{format_address(self.last)}"
        return f"EIP {self.eip_id} ({span}) is set aside since {stamp(from_micros(self.since))}: {self.why}"


@dataclass(frozen=True, slots=True)
class PictureDoubts:
    """The doubts of a moment. Times are microseconds since the epoch, UTC."""

    now: int
    asides: Sequence[_Aside]
    entries: tuple[int, str] | None
    """When the entries of gateways were last read, and a sentence; None: lately."""

    def told(self, verdict: Verdict, address: int, at: int) -> Verdict:
        """Return the verdict with what makes it doubtful.

        One on an address without a live EIP is `unknown` when a row that was set aside has that address.
        """
        if verdict.eip is None:
            return self._of_free(verdict, address, at)
        sentences = [
            f"On the account its row is another one: {each.words}. So this is from before."
            for each in self.asides
            if each.eip_id == verdict.eip.id and at >= min(each.since, self.now)
        ]
        if self.entries is not None and at > self.entries[0] and _rests_on_entries(verdict):
            sentences.append(self.entries[1])
        return verdict._replace(summary=" ".join((verdict.summary, *sentences))) if sentences else verdict

    def _of_free(self, verdict: Verdict, address: int, at: int) -> Verdict:
        for each in self.asides:
            if each.first <= address <= each.last and at >= min(each.since, self.now):
                summary = f"The account has {verdict.address}, and this inventory cannot tell what it is: {each.words}."
                return verdict._replace(verdict=VerdictWord.UNKNOWN, customer_owned=None, fix_in=None, summary=summary)
        return verdict


def _rests_on_entries(verdict: Verdict) -> bool:
    return verdict.eip is not None and any(each.kind in _BY_ENTRIES for each in verdict.eip.bindings)


def _doubts_of(connection: Connection, kinds: Sequence[KindRow], now: int, account: str) -> PictureDoubts | None:
    """Return the doubts of the picture of an account; None when there are none."""
    asides = [each for row in connection.rows(_AsideRow, _SET_ASIDE, {"kind": EIPS}) for each in _spans(row)]
    entries = next((_late(each, account) for each in kinds if each.kind == _ENTRIES and _is_late(each, now)), None)
    return PictureDoubts(now, asides, entries) if asides or entries else None


def _is_late(each: KindRow, now: int) -> bool:
    return each.read_at is None or now - each.read_at >= _STALE


def _late(each: KindRow, account: str) -> tuple[int, str]:
    why = f" ({each.problem})" if each.problem else ""
    if each.read_at is None:
        return 0, f"The NAT entries of {account} were never read{why}."
    return each.read_at, f"The NAT entries of {account} were last read {stamp(from_micros(each.read_at))}{why}."


def _spans(row: _AsideRow) -> Iterator[_Aside]:
    """Yield the addresses of a row that was set aside, as far as it tells them."""
    try:
        data = json.loads(row.raw)
        words, length = data.get("publicIpAddresses"), data.get("prefixLength")
        addresses = [parse_address(word) for word in words if isinstance(word, str)]
    except (ValueError, AttributeError, TypeError, InvalidAddress):  # a row of any shape, and cut when it is long
        return
    size = 1 << (32 - length) if type(length) is int and 16 <= length <= 32 and len(addresses) == 1 else 1
    for address in addresses:
        yield _Aside(row.platform_id, address, address + size - 1, row.since, row.why)


def pictured(
    connection: Connection, now: int, account: str
) -> tuple[int, str | None, Callable[[Verdict, int, int], Verdict] | None]:
    """Return the time of the picture of an account, a sentence when it is old, and what makes verdicts doubtful.

    A verdict rests on the EIPs, and on the CIDRs for the owner: the older of them is the time of the picture.
    """
    kinds = kind_rows(connection)
    found = _doubts_of(connection, kinds, now, account)
    doubt = None if found is None else found.told
    times = {each.kind: each.read_at for each in kinds}
    unread = [words for kind, words in PICTURED.items() if times.get(kind) is None]
    if unread:
        mirror = mirror_of(connection)
        since = now if mirror is None else mirror.since
        what = f"The account {account} was" if len(unread) == len(PICTURED) else f"The {unread[0]} of {account} were"
        return min(since, now - _WORTHLESS), f"{what} not read yet: eipdeck sync reads it.", doubt
    read_at, words = min((times[kind] or 0, words) for kind, words in PICTURED.items())
    if now - read_at < _STALE:
        return min(read_at, now), None, doubt
    alike = len({times[kind] for kind in PICTURED}) == 1
    what = f"The account {account} was" if alike else f"The {words} of {account} were"
    return read_at, f"{what} last read {stamp(from_micros(read_at))}.", doubt
