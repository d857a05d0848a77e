"""The names of tables in the configuration (`[views.NAME]`, `[profiles.NAME]`), for the shell's completion.

The file is read line by line: a parser of TOML takes longer than everything else that a key press waits for.
"""

from __future__ import annotations

import os

__all__ = ["table_names"]


def table_names(path: str, group: str, typed: str) -> list[str]:
    """Return the names of the tables of a group that begin with what is typed; none when there is no file."""
    if not os.path.isfile(path):  # noqa: PTH113  # pathlib is slow
        return []
    with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123
        heads = [line.split("#")[0].strip() for line in file if line.startswith(f"[{group}.")]
    names = [head[len(group) + 2 : -1].strip("\"' ") for head in heads if head.endswith("]")]
    return [name for name in names if name.startswith(typed)]
