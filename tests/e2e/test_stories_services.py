"""Services and their bindings, changed on a real terminal at 80x24 and at 120x36."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.terminal import terminal

if TYPE_CHECKING:
    from tests.e2e.conftest import Deck

SIZES = [(80, 24), (120, 36)]
pytestmark = pytest.mark.parametrize(("columns", "rows"), SIZES)


def service(deck: Deck, service_id: str) -> dict[str, Any]:
    """Return a service as the command line lists it."""
    (found,) = [each for each in deck("services", "--json").document if each["id"] == service_id]
    return dict(found)


def test_a_service_is_registered_found_and_removed(demo: Deck, columns: int, rows: int) -> None:
    with terminal(columns=columns, rows=rows) as deck:
        deck.until("7 findings")
        deck.press("l")
        deck.until("[l Services 70]", "> !! lb-shop", "2/10", "S register")
        deck.press("S")
        deck.until("register a service", "> interface")
        deck.press("right", "enter")
        deck.fill_in("nat-9", "hk-out", "", "10.0.0.1", "10.99.0.0/24", "J-77")
        deck.until("review: register nat-9", "eipdeck service add nat-gateway nat-9")
        deck.confirm()
        deck.until("gateway nat-9 is registered", "nat-9", "gateway", "l Services 71")
        assert service(demo, "nat-9")["subnets"] == ["10.99.0.0/24"]
        deck.press("/")
        deck.type("is:idle kind:gateway")
        deck.press("enter")
        deck.until("nat-9", "0/10", "0/100", "1 service; 70 hidden by the filter")
        deck.press("X")
        deck.until("review: remove nat-9", "eipdeck service remove nat-9")
        deck.press("y")
        assert "is gone" not in deck.text()
        deck.confirm()
        deck.until("gateway nat-9 is gone")
        assert deck.leave() == 0
        assert deck.left_clean
    actions = [event["action"] for event in demo("history", "--json").document[-2:]]
    assert actions == ["add_service", "remove_service"]


def test_two_of_three_bindings_end_after_the_count(demo: Deck, columns: int, rows: int) -> None:
    with terminal(columns=columns, rows=rows) as deck:
        deck.until("7 findings")
        deck.type("192.0.2.3")
        deck.press("enter")
        deck.until("192.0.2.3", "yours, in use")
        deck.press("U")
        deck.until("which of 3 bindings", "> [ ] dnat nat-2", "443/tcp", "8443/tcp", "8000-8010/tcp")
        deck.press("space", "down", "space", "enter")
        deck.fill_in("J-78")
        deck.until("review: unbind 192.0.2.3", "still dnat nat-2")
        deck.confirm()
        deck.until("Nothing has been sent yet")
        deck.press("z")
        deck.until("aborted: nothing was sent")
        assert len(demo("lookup", "192.0.2.3", "--json").document[0]["eip"]["bindings"]) == 3
        deck.press("U")
        deck.until("which of 3 bindings")
        deck.press("space", "down", "space", "enter")
        deck.fill_in("J-78")
        deck.confirm()
        deck.until("192.0.2.3: 2 bindings ended, 1 binding left")
        assert deck.leave() == 0
        assert deck.left_clean
    (left,) = demo("lookup", "192.0.2.3", "--json").document[0]["eip"]["bindings"]
    assert left["port"] == "8000-8010"
    ended = [each for each in demo("history", "192.0.2.3", "--json").document if each["action"] == "unbind"]
    assert [each["reason"] for each in ended[-2:]] == ["J-78", "J-78"]
