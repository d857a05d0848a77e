"""The parts of a verb of the command line: its arguments, and the formats of its answer."""

from __future__ import annotations

from enum import Enum, StrEnum, auto
from typing import NamedTuple

__all__ = ["Argument", "Format", "Kind", "Verb"]


class Format(StrEnum):
    """The formats of an answer."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "md"
    EXCEL = "excel"
    """CSV that a spreadsheet opens as it is: with the mark of UTF-8, and long numbers as text."""


class Kind(Enum):
    """The conversion of an argument's words to the value of a field."""

    TEXT = auto()
    SWITCH = auto()
    COUNT = auto()
    MBPS = auto()
    SECONDS = auto()
    PERCENT = auto()
    ASN = auto()
    ORDER = auto()
    SERVICE = auto()
    RANGE = auto()
    """`FIRST[-LAST]`: the fields `first` and `last`."""
    TARGET = auto()
    """An id in `service_id`; the option chooses the `kind` of the binding."""
    YES = auto()
    """The confirmation; not a field."""


class Argument(NamedTuple):
    """An option (`--pool`) or a positional argument (`eip`) of a verb."""

    name: str
    metavar: str | None = None
    help: str | None = None
    kind: Kind = Kind.TEXT
    sets: str = ""
    """The field of the request; empty: the one of the same name."""
    nargs: str = ""
    """The `nargs` of argparse: `?`, `*` or `+`; an option with `+` may also be repeated."""
    choices: tuple[str, ...] = ()
    required: bool = False
    """Whether the option must be given; of options that exclude each other, one of them."""
    exclusive: bool = False
    """Excludes the verb's other exclusive arguments."""
    when: tuple[str, ...] = ()
    """The kinds of binding that take it; empty: all."""

    @property
    def is_option(self) -> bool:
        return self.name.startswith("--")

    @property
    def dest(self) -> str:
        """The key of its value among the parsed ones."""
        return self.name.lstrip("-").replace("-", "_")

    @property
    def field(self) -> str:
        return self.sets or self.dest


class Verb(NamedTuple):
    """A command with its arguments, in the order of its help."""

    name: str
    """One word, or a group and a word: `cidr add`."""
    help: str
    arguments: tuple[Argument, ...] = ()
    request: str = ""
    """The class of the request in `core`; empty: not a request."""
    formats: tuple[Format, ...] = (Format.TABLE, Format.JSON)
    writes: bool = False
