"""A program of the benchmarks: the least that could be called an application of Textual.

python floor_app.py
"""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static


class FloorApp(App[None]):
    """One text."""

    def compose(self) -> ComposeResult:
        yield Static("the floor")


if __name__ == "__main__":
    FloorApp().run()
