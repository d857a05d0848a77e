"""A program of the benchmarks: Textual's own table, with columns like those of the EIPs.

python table_app.py ROWS
"""

from __future__ import annotations

import sys
from ipaddress import IPv4Address

from textual.app import App, ComposeResult
from textual.widgets import DataTable


class TableApp(App[None]):
    """A table of so many rows, the cursor on a whole row."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self._rows = rows

    def compose(self) -> ComposeResult:
        yield DataTable[str](cursor_type="row")

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns("ADDRESS", "OWNER", "STATE", "SERVES", "AGE")
        first = IPv4Address("44.0.0.0")
        table.add_rows((str(first + place), "customer", "unbound", "-", "1h") for place in range(self._rows))


if __name__ == "__main__":
    TableApp(int(sys.argv[1])).run()
