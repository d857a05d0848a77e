"""The lookups of an inventory: verdicts on addresses and on the addresses of a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from core.domain.addresses import InvalidAddress, asn_warning, customer_prefix, format_address, is_ipv6, parse_address
from core.domain.cidr_summary import CidrSummary
from core.domain.collector import collector_off
from core.domain.errors import Code, error
from core.domain.text_evidence import Evidence, LineVerdicts, Progress, TextFacts, TextVerdicts
from core.domain.validation import with_code
from core.domain.values import Eip, Event, Finding, Verdict, to_micros
from core.queries import eips, findings, verdicts
from core.queries.eips import Siblings
from core.queries.owned import owned
from core.queries.picture_reads import InventoryPictures
from core.storage import history
from core.storage.connection import Connection, Values

if TYPE_CHECKING:
    from core.domain.evidence.formats import FormatTable

__all__ = ["AboutEip", "InventoryLookups"]


_MANY: Final = 6
"""Addresses from which on they are read together; for fewer, the program starts sooner without."""


class AboutEip(NamedTuple):
    """The context of a verdict on an EIP."""

    events: tuple[Event, ...]
    """Its history, newest last."""
    siblings: Mapping[str, Siblings]
    """The other EIPs of each service that it serves."""
    findings: tuple[Finding, ...]
    """The open findings, worst first."""


def _plain(words: str) -> int | None:
    """Return the number of an address that is written plainly."""
    try:
        return parse_address(words)
    except InvalidAddress:
        return None


class InventoryLookups(InventoryPictures):
    """The verdicts of an inventory."""

    def cautions(self, cidr: str, asn: int) -> tuple[str, ...]:
        """Return warnings about a prefix and its origin ASN; they do not prevent adding it, because labs need them."""
        _, sentences = with_code(Code.INVALID_CIDR, customer_prefix, cidr)
        caution = asn_warning(asn)
        return (*sentences, caution) if caution else sentences

    def lookup(self, address: str, at: datetime | None = None) -> Verdict:
        """Return the verdict on an address: its owner, what it serves and where a fix lives; now, or at a past moment.

        The address can be dressed as in text (`203.0.113.7:443`, `203[.]0[.]113[.]7`, `::ffff:203.0.113.7`, `/32`);
        the time of `ADDRESS @ TIME` comes before `at`. The verdict on an IPv6 address is `unknown`: customer CIDRs
        are IPv4.

        Raises:
            EipdeckError: `invalid_address`.

        """
        moment = None if at is None else to_micros(at)
        try:
            number = parse_address(address)
        except InvalidAddress as problem:
            dressed = self._lookup_dressed(address, moment)
            if dressed is None:
                raise error(Code.INVALID_ADDRESS, str(problem)) from problem
            return dressed
        with self._store.read() as connection:
            now = self._micros()
            verdicts.foresee(connection, number, moment, now)
            return verdicts.judge(connection, number, moment, self._basis(connection, now))

    def lookup_cidr(self, cidr: str, at: datetime | None = None) -> CidrSummary:
        """Return how the addresses of a prefix are held and by what, now or at a past moment.

        The prefix can be a CIDR of the inventory, a part of one, or any other; the time of `CIDR @ TIME` comes before
        `at`.

        Raises:
            EipdeckError: `invalid_cidr`, also for host bits; `invalid_time`.

        """
        from core.queries.cidr_summary import asked_prefix, summarize  # noqa: PLC0415  # most lookups are of addresses

        prefix, moment = asked_prefix(cidr, at, self.now())
        with self._store.read() as connection:
            now, problems = self._begin(connection)
            return summarize(
                connection,
                prefix,
                None if moment is None else to_micros(moment),
                self._basis(connection, now),
                problems,
            )

    def _lookup_dressed(self, words: str, moment: int | None) -> Verdict | None:
        """Return the verdict on an address that is not written plainly; None for text that is not one address."""
        from core.queries.log_verdicts import judge_sighting, sighting_in  # noqa: PLC0415  # most lookups start without

        found = sighting_in(words, self.now())
        if found is None and is_ipv6(words):
            return verdicts.judge_ipv6(words, moment, self._micros())
        if found is None:
            return None
        with self._store.read() as connection:
            return judge_sighting(connection, found, moment, self._basis(connection))

    def lookup_text(self, lines: Iterable[str], at: datetime | None = None) -> list[Verdict]:
        """Return a verdict for each distinct address and time in text, in order of appearance, with its count.

        An address is judged at the time of its record; `at` is for records without one.
        """
        return self.evidence(lines, at).verdicts

    def lookup_all(self, addresses: Sequence[str], at: datetime | None = None) -> list[Verdict]:
        """Return what `lookup` returns for each address; many, and all on a far server, in one read.

        Raises:
            EipdeckError: `invalid_address` for the first that is not one.

        """
        plain = {each: number for each in addresses if (number := _plain(each)) is not None}
        if len(plain) < (2 if self._store.is_far else _MANY):
            return [self.lookup(each, at) for each in addresses]
        found = self.lookup_many(map(format_address, plain.values()), at)
        return [found[format_address(plain[each])] if each in plain else self.lookup(each, at) for each in addresses]

    def about(self, eip: Eip, *, limit: int = 4) -> AboutEip:
        """Return what a verdict on an address is told with, in one read; at most `limit` siblings on each service."""
        now = self._micros()
        services = dict.fromkeys(binding.service_id for binding in eip.bindings)
        where = "address = :address AND eip_id = :eip"
        values: Values = {"address": parse_address(eip.address), "eip": eip.id}

        def siblings(connection: Connection) -> dict[str, Siblings]:
            return {each: eips.siblings(connection, [each], eip, limit) for each in services}

        with self._store.read() as connection:
            connection.foresee(lambda ahead: history.events(ahead, where, values, None))
            connection.foresee(siblings)
            now = self._foresee(connection, now)
            return AboutEip(
                tuple(history.events(connection, where, values, None)),
                siblings(connection),
                tuple(findings.evaluate_findings(connection, now, self.config)),
            )

    def lookup_many(self, addresses: Iterable[str], at: datetime | None = None) -> dict[str, Verdict]:
        """Return the verdict on each address, now or at a moment, in one read; nothing is read for no address."""
        wanted = list(dict.fromkeys(addresses))
        if not wanted:
            return {}
        moment = None if at is None else to_micros(at)
        from core.queries.log_verdicts import foresee_many, judge_many  # noqa: PLC0415  # most lookups start without it

        with self._store.read() as connection:
            foresee_many(connection, now := self._micros())
            return {
                verdict.address: verdict
                for verdict in judge_many(connection, wanted, self._basis(connection, now), moment)
            }

    @cached_property
    def _formats(self) -> FormatTable:
        """The log formats: the built-in ones and those of the configuration."""
        from core.domain.evidence.own_formats import format_table  # noqa: PLC0415  # most lookups start without it

        return format_table(self.config.log_formats, str(self.config.path))

    def evidence(
        self,
        text: Iterable[str] | Iterable[bytes],
        at: datetime | None = None,
        facts: TextFacts | None = None,
        *,
        on_progress: Progress | None = None,
    ) -> Evidence:
        """Return the verdicts of `lookup_text`, with figures of the text; each summary ends with the facts given.

        Args:
            text: its lines, or its bytes in pieces of any length: UTF-8, UTF-16 or gzip.
            at: the moment of records without a time; None is not known.
            facts: what settles doubts about the whole text.
            on_progress: gets the number of lines read so far.

        Raises:
            EipdeckError: `usage` for a zone, a year or a log format that is not known, for a wrong format of the
                configuration, and for bytes that are not text.

        """
        found = self.text_verdicts(text, at, facts, on_progress=on_progress)
        with collector_off():
            return Evidence(list(found.verdicts), found.lines, found.doubts)

    def text_verdicts(
        self,
        text: Iterable[str] | Iterable[bytes],
        at: datetime | None = None,
        facts: TextFacts | None = None,
        *,
        ours: bool = False,
        on_progress: Progress | None = None,
    ) -> TextVerdicts:
        """Return what `evidence` does for a text of any length: the memory is that of distinct addresses and moments.

        The arguments and what is raised are those of `evidence`. With `ours`, addresses that were never ours are left
        out.
        """
        from core.queries.log_verdicts import judge_all, read_text, text_settings  # noqa: PLC0415  # as above

        facts = facts or TextFacts()
        settings = text_settings(facts, self.now(), at, self._formats)
        with collector_off():
            seen = read_text(text, settings, self._owned() if ours else None, on_progress)

        def judged() -> Iterator[Verdict]:
            with self._store.read() as connection:
                yield from judge_all(connection, seen, self._basis(connection), facts.given)

        return TextVerdicts(judged(), seen.lines, seen.doubts)

    def follow(
        self,
        text: Iterable[str] | Iterable[bytes],
        at: datetime | None = None,
        facts: TextFacts | None = None,
        *,
        ours: bool = False,
    ) -> Iterator[list[LineVerdicts]]:
        """Yield the lines of a text piece by piece, each with its verdicts; nothing waits for the rest of the text.

        What only the rest can tell has the doubt `ambiguous`. The arguments and what is raised are those of
        `text_verdicts`.
        """
        from core.queries.log_verdicts import follow_text, text_settings  # noqa: PLC0415  # as above

        facts = facts or TextFacts()
        settings = text_settings(facts, self.now(), at, self._formats)
        within = self._owned() if ours else None
        return follow_text(text, settings, within, facts.given, self._store.read, self._basis)

    def _owned(self) -> list[int]:
        with self._store.read() as connection:
            return owned(connection)
