"""The receipt of a change on the command line, and the question whether a change was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Deck


def _chain(deck: Deck, pool: str) -> list[dict[str, Any]]:
    return [event for event in deck.done("history") if event["pool_id"] == pool]


@pytest.mark.parametrize(
    "words",
    [
        ("allocate", "--pool", "hk"),
        ("allocate", "--pool", "hk", "--count", "3"),
        ("cidr", "set-asn", "203.0.113.0/28", "64501"),
        ("pool", "set", "hk", "--warn", "70"),
        ("reserve", "203.0.113.0/28", "203.0.113.9"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_the_object_of_a_change_names_its_request_and_the_last_event_of_its_pool(
    deck: Deck, words: tuple[str, ...]
) -> None:
    done = deck.done(*words)
    last = _chain(deck, "hk")[-1]
    assert done["request_id"] == last["request_id"]
    assert (done["event"]["id"], done["event"]["chain"]) == (last["id"], "hk")
    assert done["event"]["length"] == len(_chain(deck, "hk"))
    assert len(bytes.fromhex(done["event"]["hash"])) == 32


def test_each_eip_of_a_batch_has_the_last_event_of_its_own_pool(deck: Deck) -> None:
    own = deck.done("allocate", "--pool", "hk", "--count", "2")["eips"]
    other = deck.done("allocate", "--default")["eips"]
    released = deck.done("release", *(eip["address"] for eip in (*own, *other)), "--yes")
    assert len({eip["request_id"] for eip in released}) == 1
    for eip in released:
        chain = _chain(deck, eip["pool_id"])
        assert (eip["event"]["id"], eip["event"]["length"]) == (chain[-1]["id"], len(chain))
    assert all("event" not in eip for eip in deck.done("eips", "state:released"))


def test_a_retry_has_the_receipt_of_the_first_time(deck: Deck) -> None:
    words = ("allocate", "--pool", "hk", "--request-id", "k-1")
    first = deck.done(*words)
    deck.done("allocate", "--pool", "hk")
    again = deck.done(*words)
    assert (again["request_id"], again["event"]) == ("k-1", first["event"])


def test_what_changes_nothing_has_no_event_and_a_dry_run_no_request(deck: Deck) -> None:
    eip = deck.done("allocate", "--pool", "hk")["eips"][0]
    (unbound,) = deck.done("unbind", eip["address"])
    assert unbound["event"] is None
    dry = deck.done("allocate", "--pool", "hk", "--dry-run")
    assert (dry["request_id"], dry["event"]) == (None, None)


def test_a_change_is_settled_by_its_request_id(deck: Deck) -> None:
    done = deck.done("allocate", "--pool", "hk")
    made = deck.done("settle", done["request_id"])
    assert made == {"request_id": done["request_id"], "made": True, "event": done["event"]}
    assert deck("settle", done["request_id"]).out.startswith("made; its last event is ev-")
    assert deck.done("settle", "never-sent", code=1) == {"request_id": "never-sent", "made": False, "event": None}
    assert deck("settle", "never-sent").out == "not made: nothing changed\n"


def test_a_read_only_session_settles_what_was_made_and_does_not_guess_the_rest(deck: Deck) -> None:
    done = deck.done("allocate", "--pool", "hk")
    assert deck("--read-only", "settle", done["request_id"], "--json").code == 0
    said = deck("--read-only", "settle", "never-sent", "--json")
    assert (said.code, said.error["code"]) == (7, "outcome_unknown")
    assert said.error["details"] == {"request_id": "never-sent"}
