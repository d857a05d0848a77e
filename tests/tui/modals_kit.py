"""Values, a host without the main screen, and a manual clock for the tests of modals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Final

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Static

import tui.modals
from core import (
    Binding as EipBinding,
)
from core import (
    BindingKind,
    Cidr,
    CidrState,
    Eip,
    EipStatus,
    Pool,
    PoolKind,
    PoolOrder,
    Service,
    ServiceKind,
)
from tui.modals.keystrokes import Keystrokes
from tui.modals.lines import Line
from tui.modals.review_model import Review, Tier
from tui.modals.sheet import Sheet
from tui.terminal.clipboard import CopyRequested
from tui.terminal.palette import ANSI, choose, themes

STYLES: Final = Path(tui.modals.__file__).with_name("modals.tcss")
SEEN: Final = datetime(2025, 11, 21, 9, 40, tzinfo=UTC)
REGION: Final = "asia-east-1"
TOP: Final = "the header"


class Ticks:
    """A manual clock; it calls the functions whose time has come."""

    def __init__(self) -> None:
        self.now = 100.0
        self._waiting: list[tuple[float, Callable[[], None]]] = []

    def __call__(self) -> float:
        return self.now

    def keystrokes(self) -> Keystrokes:
        return Keystrokes(self, lambda _key: self.now)

    def later(self, delay: float, callback: Callable[[], None]) -> None:
        self._waiting.append((self.now + delay, callback))

    def go(self, seconds: float) -> None:
        self.now += seconds
        due = [call for at, call in self._waiting if at <= self.now + 1e-9]
        self._waiting = [each for each in self._waiting if each[0] > self.now + 1e-9]
        for call in due:
            call()


class Host(App[None]):
    """An app that counts the keys and pastes that leak through a modal."""

    CSS_PATH = STYLES
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding(key, "leak", show=False) for key in "yYRnaqr:5"]

    def __init__(self) -> None:
        super().__init__(ansi_color=True)
        for theme in themes():
            self.register_theme(theme)
        choose(ANSI, {})
        self.theme = ANSI
        self.answers: list[Any] = []
        self.copied: list[str] = []
        self.leaks = 0

    def compose(self) -> ComposeResult:
        yield Static(TOP)

    def action_leak(self) -> None:
        self.leaks += 1

    def on_paste(self) -> None:
        self.leaks += 1

    def on_copy_requested(self, event: CopyRequested) -> None:
        self.copied.append(event.text)

    async def put(self, pilot: Pilot[None], modal: ModalScreen[Any]) -> None:
        """Open a modal and wait for its painting."""
        self.push_screen(modal, self.answers.append)
        await pilot.pause()
        await pilot.pause()


async def type_text(pilot: Pilot[None], text: str) -> None:
    """Type a text key by key."""
    await pilot.press(*text)


def shown(app: App[None]) -> str:
    """Return the characters on the screen, row by row."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


def words(app: App[None]) -> str:
    """Return the screen as one line, without borders and repeated blanks."""
    inner = (row.strip("|│ ") for row in shown(app).splitlines())
    return " ".join(" ".join(inner).split())


def overflow(app: App[None]) -> int:
    """Return the number of hidden rows of the modal's body."""
    assert isinstance(app.screen, Sheet)
    return int(app.screen.body.max_scroll_y)


async def unchanged() -> list[str]:
    return []


def review(tier: Tier = Tier.PLAIN, reread: Callable[[], Awaitable[list[str]]] = unchanged, **parts: Any) -> Review:
    """Return a small review."""
    given: dict[str, Any] = {
        "title": "release 203.0.113.9",
        "target_copy": "203.0.113.9",
        "sections": ((Line("target", "203.0.113.9"),), (Line("pool", "hk-edge"),)),
        "command": "eipdeck release 203.0.113.9 --yes --reason J-903",
        "reason": "J-903",
        "closing": "Z takes it back.",
    }
    if tier is Tier.TYPED:
        given |= {"typed": "9", "prompt": "Type its last octet:"}
    return Review(tier=tier, reread=reread, **given | parts)


# values


def binding(kind: str, service_id: str, **parts: Any) -> EipBinding:
    given: dict[str, Any] = {
        "id": "b-1",
        "kind": BindingKind(kind),
        "service_id": service_id,
        "private_ip": None,
        "sources": (),
        "protocol": None,
        "port": None,
        "to_port": None,
        "bound_at": SEEN,
        "unbound_at": None,
    }
    return EipBinding(**given | parts)


def eip(address: str, *bindings: EipBinding, owned: bool = True, **parts: Any) -> Eip:
    given: dict[str, Any] = {
        "id": f"eip-{address.rpartition('.')[2]}",
        "address": address,
        "name": "web",
        "customer_owned": owned,
        "pool_id": "hk-edge" if owned else f"default-{REGION}",
        "cidr": "203.0.113.0/24" if owned else "198.18.0.0/20",
        "region": REGION,
        "status": EipStatus.BOUND if bindings else EipStatus.UNBOUND,
        "bindings": bindings,
        "bandwidth_mbps": 100,
        "allocated_at": SEEN,
        "allocated_by": "alice",
        "released_at": None,
        "landed_in_default": not owned,
        "previous_eip_id": None,
    }
    return Eip(**given | parts)


def pool(id_: str, available: int, **parts: Any) -> Pool:
    total = parts.get("total", 256)
    given: dict[str, Any] = {
        "id": id_,
        "name": id_,
        "kind": PoolKind.CUSTOMER,
        "region": REGION,
        "cidrs": ("192.0.2.0/24",),
        "order": PoolOrder.LRU,
        "cooldown_seconds": 86_400,
        "total": total,
        "allocated": total - available,
        "cooling": 0,
        "reserved": 0,
        "held": 0,
        "available": available,
        "used_percent": 100 * (total - available) / total if total else None,
        "runway_days": 210.0,
    }
    return Pool(**given | parts)


def cidr(prefix: str, pool_id: str, state: str = "active", **parts: Any) -> Cidr:
    given: dict[str, Any] = {
        "cidr": prefix,
        "pool_id": pool_id,
        "isp": "PremiumBGP",
        "asn": 64500,
        "region": REGION,
        "state": CidrState(state),
        "customer_owned": True,
        "rpki": "valid",
        "total": 256,
        "allocated": 0,
        "available": 2,
    }
    return Cidr(**given | parts)


def service(id_: str, kind: str, name: str | None, ips: Sequence[str] = (), subnets: Sequence[str] = ()) -> Service:
    return Service(id_, ServiceKind(kind), name, REGION, tuple(ips), tuple(subnets))


DEFAULT: Final = pool(f"default-{REGION}", 131_067, kind=PoolKind.DEFAULT, total=131_072, runway_days=None)
EDGE: Final = pool("hk-edge", 2, runway_days=1.0)
SPARE: Final = pool("hk-spare", 168)
LEGACY: Final = pool("hk-legacy", 0, runway_days=None)
POOLS: Final = (DEFAULT, EDGE, LEGACY, SPARE)
CIDRS: Final = (
    cidr("203.0.113.0/24", "hk-edge"),
    cidr("192.0.2.0/24", "hk-spare"),
    cidr("198.51.100.0/24", "hk-legacy", "draining"),
    cidr("198.18.0.0/20", DEFAULT.id, customer_owned=False),
)
FREE: Final = eip("203.0.113.9")
LANDED: Final = eip("198.18.0.5", binding("load_balancer", "lb-shop"), owned=False)
ON_SNAT: Final = eip("203.0.113.17", binding("snat", "nat-1", sources=("10.0.8.0/24", "10.0.9.0/24")))
ON_SNAT_DEFAULT: Final = eip("198.18.0.8", binding("snat", "nat-1", sources=("0.0.0.0/0",)), owned=False)
ON_LB: Final = eip("192.0.2.2", binding("load_balancer", "lb-pay"))
SERVICES: Final = (
    service("nic-44", "nic", "web-44", ["10.0.1.44"]),
    service("nic-31", "nic", "web-31", ["10.0.3.31"]),
    service("nic-07", "nic", "web-07", ["10.0.1.7", "10.0.1.207"]),
    service("nat-1", "nat-gateway", "hk-nat", (), ["10.0.8.0/24", "10.0.9.0/24", "10.0.10.0/24"]),
    service("nat-2", "nat-gateway", "hk-nat-b"),
    service("lb-pay", "load-balancer", "pay-front"),
)
OCCUPANTS: Final = {"nat-1": (ON_SNAT, ON_SNAT_DEFAULT), "lb-pay": (ON_LB,)}
