"""The log formats of an operator: entries of `[[evidence.format]]`, each proved by its own sample."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from time import process_time
from typing import Any, Final

from core.domain.errors import Code, EipdeckError, error
from core.domain.evidence.format import Format, Sample
from core.domain.evidence.formats import BUILT_IN, FORMATS, FormatTable
from core.domain.evidence.scan import scan
from core.domain.evidence.settings import Settings
from core.domain.evidence.sighting import Doubt, Sighting
from core.domain.json_value import UncheckedObject

__all__ = ["format_table"]

_KINDS: Final[Mapping[str, tuple[type, str]]] = {
    "str": (str, "text"),
    "bool": (bool, "true or false"),
    "tuple[str, ...]": (list, "a list of texts"),
    "Sample": (dict, "a table of text, at and doubts"),
}
_EXPRESSIONS: Final = ("head", "opens", "closes")
_LONGEST: Final = 100_000
"""Characters of the longest line that an expression is tried on."""
_SECONDS: Final = 0.1
"""An expression that takes longer for such a line is refused; a linear one takes a few milliseconds."""


def format_table(entries: Sequence[UncheckedObject], file: str) -> FormatTable:
    """Return the built-in formats and those of a configuration, which go first.

    Raises:
        EipdeckError: `usage`, with the file, the entry, the key and what is wrong.

    """
    if not entries:
        return BUILT_IN
    own: list[Format] = []
    for number, entry in enumerate(entries, 1):
        wrong = _refusal(file, number, entry)
        made = _format(entry, wrong)
        if made.name in {each.name for each in (*FORMATS, *own)}:
            raise wrong("name", f"{made.name!r} is the name of another format")
        for key in _EXPRESSIONS:
            _check_expression(made, key, wrong)
        own.append(made)
    table = FormatTable(tuple(own))
    for number, each in enumerate(own, 1):
        wrong = _refusal(file, number, entries[number - 1])
        _check_sample(each, table, wrong)
        _check_apart(each, table, wrong)
    return table


_Refusal = Callable[[str, str], EipdeckError]
"""Makes the refusal of a key of an entry, with the reason."""


def _refusal(file: str, number: int, entry: UncheckedObject) -> _Refusal:
    name = entry.get("name")
    called = f" ({name})" if isinstance(name, str) else ""

    def refusal(key: str, why: str) -> EipdeckError:
        return error(Code.USAGE, f"{file}: evidence.format {number}{called}: {key}: {why}.")

    return refusal


def _format(entry: UncheckedObject, wrong: _Refusal) -> Format:
    """Return the format of an entry whose values have the right types."""
    kinds = {each.name: _KINDS[str(each.type)] for each in fields(Format)}
    for key, value in entry.items():
        if key not in kinds:
            raise wrong(key, f"this key is not known; known are {', '.join(kinds)}")
        kind, called = kinds[key]
        of_texts = kind is not list or all(isinstance(each, str) for each in value)
        if not isinstance(value, kind) or not of_texts:
            raise wrong(key, f"this must be {called}")
    for key in ("name", "sample"):
        if not entry.get(key):
            raise wrong(key, "every format has one")
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    made = Format(**values | {"sample": _sample(entry["sample"], wrong)})
    if not (made.head or made.opens or made.within):
        raise wrong("head", "a format of lines has a head, one of blocks opens, one of records within")
    return made


def _sample(entry: UncheckedObject, wrong: _Refusal) -> Sample:
    text, at, doubts = entry.get("text"), entry.get("at"), entry.get("doubts", [])
    if not isinstance(text, str) or set(entry) - {"text", "at", "doubts"}:
        raise wrong("sample", "it has a text with an address, the moment (at) and the doubts")
    if at is not None and not isinstance(at, str):
        raise wrong("sample", 'at is a text, such as "2026-11-28T03:12:00Z"')
    known = {flag.name.lower(): flag for flag in Doubt if flag.name}
    flags = Doubt.NONE
    for each in doubts if isinstance(doubts, list) else [doubts]:
        if each not in known:
            raise wrong("sample", f"{each!r} is not a doubt; the doubts are {', '.join(known)}")
        flags |= known[each]
    return Sample(text, at, flags)


def _check_expression(made: Format, key: str, wrong: _Refusal) -> None:
    """Refuse an expression that is not valid, names no time, or takes more than linear time."""
    words = getattr(made, key)
    try:
        pattern = re.compile(words)
    except (re.error, OverflowError, RecursionError) as problem:
        raise wrong(key, f"it is not a regular expression ({problem})") from problem
    if key == "head" and words and "t" not in pattern.groupindex and not (made.columns or made.keys):
        raise wrong(key, "the group (?P<t>...) names the place of the time")
    line = max(made.sample.text.split("\n"), key=len)
    size = 4
    while size < _LONGEST:  # in small steps: an exponential one is caught before it takes minutes
        half = line[: len(line) // 2 + 1]
        whole, halves = (part * (size // len(part) + 1) for part in (line, half))
        for tried in (whole[:size], whole[:size] + "\0", halves[:size], f"{line[:-1]}{' ' * size}"[:size]):
            began = process_time()
            pattern.match(tried)
            if process_time() - began > _SECONDS:
                raise wrong(key, "it takes more than linear time")
        size += size // 48 + 1


def _check_sample(made: Format, table: FormatTable, wrong: _Refusal) -> None:
    """Refuse a format that does not read its own sample as the sample says."""
    sample = made.sample
    yearless = sample.at is not None and sample.at.startswith("--")
    at = None if sample.at is None else _moment(sample.at, wrong)
    found = next(iter(scan([sample.text.encode()], Settings(datetime.now(UTC), table=table))), None)
    if found is None:
        raise wrong("sample", "its text has no address")
    if not _agrees(found, at, yearless=yearless):
        raise wrong("sample", f"it is read as of {_words(found)}, not of {sample.at or 'no moment'}")
    if found.doubts & ~Doubt.FUTURE != sample.doubts & ~Doubt.FUTURE:
        raise wrong("sample", f"it is read with the doubts {' '.join(found.doubts.words) or '(none)'}")


def _moment(words: str, wrong: _Refusal) -> datetime:
    """Return the moment of a sample; one without a year is of the year 2000."""
    try:
        at = datetime.fromisoformat(words.replace("--", "2000-", 1) if words.startswith("--") else words)
    except ValueError as problem:
        raise wrong("sample", f"{words!r} is not a moment; write 2026-11-28T03:12:00Z") from problem
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _agrees(found: Sighting, at: datetime | None, *, yearless: bool) -> bool:
    if found.at is None or at is None:
        return found.at is at
    read = found.at.replace(microsecond=0)
    return (read.replace(year=2000) if yearless else read) == at.replace(microsecond=0)


def _words(found: Sighting) -> str:
    return "no moment" if found.at is None else f"{found.at:%Y-%m-%dT%H:%M:%SZ}"


def _check_apart(made: Format, table: FormatTable, wrong: _Refusal) -> None:
    """Refuse a format that claims the sample of another one, or whose sample another one claims."""
    for line in made.sample.text.split("\n")[:1]:
        for each in table.claims(line):
            if each is not made:
                raise wrong("sample", f"the format {each.name} claims it too")
    for other in (*FORMATS, *(each.format for each in (*table.lines, *table.blocks))):
        if other is not made and made in table.claims(other.sample.text.partition("\n")[0]):
            raise wrong("opens" if made.opens else "head", f"it claims the sample of {other.name} too")
