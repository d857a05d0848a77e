"""One command of the dashboard: its key, its words, what it takes and where it works."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto

__all__ = ["Command", "Scope", "Takes", "View", "change_of", "move_of", "view_of"]


class View(StrEnum):
    """The views; all but the last have a key and a tab."""

    EIPS = "EIPs"
    POOLS = "Pools"
    CIDRS = "CIDRs"
    FINDINGS = "Findings"
    TIMELINE = "Timeline"
    SERVICES = "Services"
    LOOKUPS = "Lookups"


class Scope(StrEnum):
    """The widget that carries the binding."""

    SCREEN = "screen"
    TABLE = "table"
    MAP = "map"
    PALETTE = "palette"
    """No key: the palette runs it, by its command-line name."""


class Takes(Enum):
    """The subject of a change."""

    SELECTION = auto()
    """The selected item, whatever it is, or nothing."""
    EIP = auto()
    """The selected EIP."""
    EIPS = auto()
    """The marked EIPs, or else the selected one."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the dashboard."""

    id: str
    keys: tuple[str, ...]
    label: str
    """The text after the key in the key bar."""
    help: str
    cli: str = ""
    """The name in the palette; empty: the id, with blanks."""
    views: tuple[View, ...] = ()
    """The views where it works; empty: all."""
    changes: bool = False
    takes: Takes = Takes.SELECTION
    scope: Scope = Scope.SCREEN
    argument: str = ""
    """The words that may follow its name in the palette, to be selected, listed or looked up."""

    @property
    def name(self) -> str:
        return self.cli or self.id.replace("_", " ")


def view_of(view: View, key: str, argument: str = "") -> Command:
    name = view.value
    return Command(name.lower(), (key,), name, f"show the {name}", cli=name.lower(), argument=argument)


def move_of(id_: str, keys: str, help_: str, scope: Scope = Scope.TABLE) -> Command:
    return Command(id_, tuple(keys.split()), id_, help_, scope=scope)


def change_of(
    id_: str,
    keys: str,
    label: str,
    help_: str,
    *,
    cli: str = "",
    views: tuple[View, ...] = (),
    takes: Takes = Takes.SELECTION,
    of: str = "",
) -> Command:
    """Return a change; `of` names its subject."""
    command = Command(id_, tuple(keys.split()), label, help_, cli=cli, views=views, changes=True, takes=takes)
    of = of or ("" if takes is Takes.SELECTION else "EIP")
    return replace(command, scope=Scope.SCREEN if keys else Scope.PALETTE, argument=of)
