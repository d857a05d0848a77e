"""The saved views of the configuration, checked before anything is opened."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from core import Code, Config, SavedView, error
from tui.panes.eips import ORDERS
from tui.wording.columns import Around
from tui.wording.tables import EIPS

__all__ = ["checked_views"]


def checked_views(config: Config) -> None:
    """Refuse a saved view with an order or a column that the list of EIPs does not have.

    Raises:
        EipdeckError: `usage`, naming the file and every problem.

    """
    titles = [column.title for column in EIPS.pane(Around())] if config.views else []
    problems = [problem for name, view in config.views.items() for problem in _unfit(name, view, titles)]
    if problems:
        raise error(
            Code.USAGE,
            f"{config.path or 'The configuration'}: {'; '.join(message for _, message in problems)}.",
            details={"problems": [{"key": key, "message": message} for key, message in problems]},
        )


def _unfit(name: str, view: SavedView, titles: Collection[str]) -> Iterator[tuple[str, str]]:
    if view.sort is not None and view.sort not in ORDERS:
        yield f"views.{name}.sort", f"views.{name}: {_unknown(view.sort, ORDERS)}"
    for title in view.columns:
        if title not in titles:
            yield f"views.{name}.columns", f"views.{name}: {_unknown(title, titles)}"


def _unknown(word: str, known: Collection[str]) -> str:
    close = get_close_matches(word, known, 1) or get_close_matches(word.upper(), known, 1)
    return f"{word!r} is not one of {', '.join(known)}" + (f"; the nearest is {close[0]}" if close else "")
