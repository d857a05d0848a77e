"""The lookups of an inventory: verdicts on addresses and on the addresses of a text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from core.domain.addresses import InvalidAddress, is_ipv6, parse_address
from core.domain.collector import collector_off
from core.domain.errors import Code, error
from core.domain.text_evidence import Evidence, Progress, TextFacts
from core.domain.values import Verdict, to_micros
from core.queries import verdicts
from core.queries.picture_reads import InventoryPictures

__all__ = ["InventoryLookups"]


class InventoryLookups(InventoryPictures):
    """The verdicts of an inventory."""

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
            return verdicts.judge(connection, number, moment, self._micros())

    def _lookup_dressed(self, words: str, moment: int | None) -> Verdict | None:
        """Return the verdict on an address that is not written plainly; None for text that is not one address."""
        from core.queries.log_verdicts import judge_sighting, sighting_in  # noqa: PLC0415  # most lookups start without

        found = sighting_in(words, self.now())
        if found is None and is_ipv6(words):
            return verdicts.judge_ipv6(words, moment, self._micros())
        if found is None:
            return None
        with self._store.read() as connection:
            return judge_sighting(connection, found, moment, self._micros())

    def lookup_text(self, lines: Iterable[str], at: datetime | None = None) -> list[Verdict]:
        """Return a verdict for each distinct address and time in text, in order of appearance, with its count.

        An address is judged at the time of its record; `at` is for records without one.
        """
        return self.evidence(lines, at).verdicts

    def lookup_many(self, addresses: Iterable[str]) -> dict[str, Verdict]:
        """Return the present verdict on each address, in one read; nothing is read for no address."""
        wanted = list(dict.fromkeys(addresses))
        if not wanted:
            return {}
        from core.queries.log_verdicts import judge_many  # noqa: PLC0415  # most lookups start without it

        with self._store.read() as connection:
            return {verdict.address: verdict for verdict in judge_many(connection, wanted, self._micros())}

    def evidence(
        self,
        text: Iterable[str] | Iterable[bytes],
        at: datetime | None = None,
        facts: TextFacts | None = None,
        *,
        on_progress: Progress | None = None,
    ) -> Evidence:
        """Return the verdicts of `lookup_text`, with figures of the text.

        Args:
            text: its lines, or its bytes in pieces of any length: UTF-8, UTF-16 or gzip.
            at: the moment of records without a time; None is not known.
            facts: what settles doubts about the whole text.
            on_progress: gets the number of lines read so far.

        Raises:
            EipdeckError: `usage` for a zone, a year or a log format that is not known, and for bytes that are not text.

        """
        from core.queries.log_verdicts import judge_all, read_text  # noqa: PLC0415  # most lookups start without it

        with collector_off():
            seen = read_text(text, facts or TextFacts(), self.now(), at, on_progress)
            with self._store.read() as connection:
                judged = list(judge_all(connection, seen, self._micros()))
        return Evidence(judged, seen.lines, seen.doubts)
