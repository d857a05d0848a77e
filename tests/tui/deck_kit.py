"""What the tests of the dashboard share: a desk on a real database, and an operator at its keyboard."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from time import monotonic
from typing import Any

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from core import (
    ActivateRequest,
    AddCidrRequest,
    AddServiceRequest,
    AllocationRequest,
    BindingKind,
    BindRequest,
    Config,
    Eip,
    Inventory,
    ServiceKind,
    open_inventory,
    seed_demo,
)
from tests.core.kit import template
from tui.app import EipdeckApp
from tui.screen.main_screen import MainScreen
from tui.terminal.kept import Kept
from tui.widgets.rows import PATIENCE

NOW = datetime(2025, 11, 23, 3, 12, 44, tzinfo=UTC)
SMALL = (80, 24)
WIDE = (120, 36)
_PATIENCE = 10.0


@cache
def _demo() -> Path:
    path = Path(mkdtemp(prefix="eipdeck-test-")) / "eipdeck.db"
    seed_demo(f"sqlite:///{path}", NOW)
    return path


def demo_desk(folder: Path, *, read_only: bool = False, config: Config | None = None) -> Inventory:
    """The demo, in a copy of its own."""
    path = folder / "eipdeck.db"
    shutil.copy(_demo(), path)
    return _desk(f"sqlite:///{path}", read_only=read_only, config=config)


def empty_desk(folder: Path, *, config: Config | None = None) -> Inventory:
    """The first run."""
    path = folder / "empty.db"
    shutil.copy(template(), path)
    return _desk(f"sqlite:///{path}", config=config)


def small_desk(folder: Path, *, config: Config | None = None) -> Inventory:
    """203.0.113.0/28 active in pool hk, one service of each kind, nothing allocated."""
    inventory = empty_desk(folder, config=config)
    inventory.execute(AddCidrRequest(cidr="203.0.113.0/28", isp="bgp-a", asn=64500, pool_id="hk"))
    inventory.execute(ActivateRequest(cidr="203.0.113.0/28", reason="announced"))
    inventory.execute(
        AddServiceRequest(kind=ServiceKind.NIC, service_id="nic-1", name="web-1", private_ips=("10.0.0.1",))
    )
    inventory.execute(
        AddServiceRequest(kind=ServiceKind.NAT_GATEWAY, service_id="nat-1", subnets=("10.0.8.0/24", "10.0.9.0/24"))
    )
    inventory.execute(AddServiceRequest(kind=ServiceKind.LOAD_BALANCER, service_id="lb-1", name="shop"))
    return inventory


def _desk(url: str, *, read_only: bool = False, config: Config | None = None) -> Inventory:
    return open_inventory(url, operator="alice@10.0.4.7", clock=lambda: NOW, read_only=read_only, config=config)


def allocated(inventory: Inventory, *, pool: str | None = "hk", name: str | None = None) -> Eip:
    """One more EIP."""
    return inventory.execute(AllocationRequest(pool_id=pool, name=name)).eips[0]


def on_the_balancer(inventory: Inventory, eip: Eip) -> Eip:
    """The EIP, bound to lb-1."""
    request = BindRequest(eip=eip.address, kind=BindingKind.LOAD_BALANCER, service_id="lb-1")
    return inventory.execute(request)[0]


def _key(name: str) -> events.Key:
    """The event of a key, by Textual's name of it or by what it prints."""
    if len(name) == 1 and name != "\n":
        return events.Key(_character_to_key(name), name)
    return events.Key({"\n": "enter"}.get(name, name), " " if name == "space" else None)


@contextmanager
def held_up(inventory: object, name: str) -> Iterator[Callable[[], None]]:
    """One way of asking the desk or its platform waits until it is let through."""
    answer, gate = getattr(inventory, name), threading.Event()

    def late(*args: Any, **words: Any) -> Any:
        assert gate.wait(20)
        return answer(*args, **words)

    setattr(inventory, name, late)
    try:
        yield gate.set
    finally:
        gate.set()
        setattr(inventory, name, answer)


@dataclass
class Spaced:
    """A clock by which every key comes a second after the one before."""

    at: float = 1000.0
    known: dict[int, tuple[events.Key, float]] = field(default_factory=dict)

    def of_key(self, event: events.Key) -> float:
        if id(event) not in self.known:
            self.known[id(event)] = (event, self())
        return self.known[id(event)][1]

    def __call__(self) -> float:
        self.at += 1.0
        return self.at


@dataclass
class Operator:
    """Presses keys and reads the screen."""

    app: EipdeckApp
    pilot: Pilot[int]
    clock: Spaced

    @property
    def deck(self) -> MainScreen:
        assert self.app.main_screen is not None
        return self.app.main_screen

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, unhurriedly."""
        for key in keys:
            self.app.post_message(_key(key))
            await self._served()

    async def _served(self) -> None:
        """Wait until every key was delivered."""
        await self.pilot.pause()
        deadline = monotonic() + _PATIENCE
        while self.app.key_order.busy and monotonic() < deadline:
            await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Type a text, unhurriedly by the clock, and wait once."""
        for char in text:
            self.app.post_message(_key(char))
        await self._served()

    async def at_once(self, *keys: str) -> None:
        """Keys that arrive within a millisecond, as a terminal without bracketed paste types a paste."""
        now = self.clock()
        for number, key in enumerate(keys):
            event = _key(key)
            self.clock.known[id(event)] = (event, now + number / 1000)
            self.app.post_message(event)
        await self._served()

    async def paste(self, text: str) -> None:
        """A bracketed paste."""
        self.app.post_message(events.Paste(text))
        await self._served()

    def lines(self) -> list[str]:
        """The screen as it stands, without blanks at the ends."""
        strips = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    def text(self) -> str:
        return "\n".join(self.lines())

    async def until(self, *wanted: str, absent: str = "") -> str:
        """Wait until all of these stand on the screen, and `absent` does not."""

        def there() -> bool:
            text = self.text()
            return all(each in text for each in wanted) and not (absent and absent in text)

        await self.when(there)
        return self.text()

    async def when(self, condition: Callable[[], object]) -> None:
        """Wait until a condition holds."""
        deadline = monotonic() + _PATIENCE
        while not condition():
            assert monotonic() < deadline, f"never came to pass; the screen says:\n{self.text()}"
            await self.pilot.pause()
            await asyncio.sleep(0.002)

    async def settled(self) -> None:
        """Wait until nothing is read and the screen has not changed three times in a row."""
        still, before = 0, ""
        while still < 3:
            await self.pilot.pause(PATIENCE)
            same = before == (before := self.text()) and not self._is_reading()
            still = still + 1 if same else 0

    def _is_reading(self) -> bool:
        busy = ("read", "facts", "page", "search", "move", "look")
        if self.app.screen is not self.deck:
            return False  # what asked waits for the answer
        if self.deck.pictures.waiting:
            return True
        return any(worker.group in busy and worker.is_running for worker in self.app.workers)

    async def confirm(self, typed: str = "") -> None:
        """Say yes to the review on the screen, once it has read everything again and has been read to its end."""
        await self.until("review:", "read again now")
        await self.type(typed)
        await self.press("end", "y")

    def status(self) -> str:
        return self.deck.bars.status.text

    def strip(self) -> str:
        return self.deck.bars.verdict.text


@asynccontextmanager
async def on_deck(
    inventory: Inventory, size: tuple[int, int] = SMALL, *, address: str | None = None, kept: Kept | None = None
) -> AsyncIterator[Operator]:
    """The dashboard on a desk, its first page read; closed with the desk afterwards."""
    app = EipdeckApp(lambda: inventory, address=address, kept=kept)
    clock = Spaced()
    app.key_time = clock.of_key
    try:
        async with app.run_test(size=size) as pilot:
            operator = Operator(app, pilot, clock)
            await operator.when(lambda: app.main_screen is not None)
            deck, flow = operator.deck, operator.deck.runner.flow
            flow.clock, flow.key_time = clock, clock.of_key
            flow.grace.second = 0.001
            flow.later = lambda _seconds, call: asyncio.get_running_loop().call_soon(call)
            await operator.when(lambda: deck.snapshot is not None)
            await operator.when(lambda: deck.selection is None or deck.details is not None)
            yield operator
    finally:
        inventory.close()
