"""The whole life of an EIP on the command line, as the acceptance list tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Deck


def test_a_pool_gives_its_addresses_and_then_refuses_though_the_default_pool_has_room(deck: Deck) -> None:
    given = [deck.done("allocate", "--pool", "hk")["eips"][0] for _ in range(16)]
    assert [eip["address"] for eip in given] == [f"203.0.113.{number}" for number in range(16)]
    assert all(eip["customer_owned"] and not eip["landed_in_default"] for eip in given)
    assert deck.refused("allocate", "--pool", "hk") == ("pool_exhausted", 4)
    details = deck("allocate", "--pool", "hk", "--json").error["details"]
    assert (details["pool_id"], details["total"], details["allocated"]) == ("hk", 16, 16)
    assert next(pool for pool in deck.done("pools") if pool["kind"] == "default")["available"] > 0


def test_without_a_pool_it_lands_in_the_default_pool_and_nobody_can_miss_it(deck: Deck) -> None:
    said = deck("allocate", "--name", "api")
    assert said.code == 3
    assert "warning" in said.err
    assert "landed in the default pool" in said.err
    assert "eipdeck rehome" in said.err
    row = said.out.splitlines()[1]
    assert row.startswith("!")
    assert "DEFAULT" in row

    eip = deck.done("eips", "is:landed")[0]
    assert (eip["customer_owned"], eip["landed_in_default"]) == (False, True)
    finding = deck.done("findings", code=1)[0]
    assert (finding["code"], finding["subject"]) == ("landed_in_default_pool", eip["address"])
    assert deck("eips").out.splitlines()[1].startswith("!")
    assert any(event["action"] == "landed_in_default" for event in deck.done("history", eip["address"]))


def test_the_json_answer_of_a_landing_holds_the_warning_and_nothing_is_said_beside_it(deck: Deck) -> None:
    said = deck("allocate", "--json")
    assert (said.code, said.err) == (3, "")
    eip, warning = said.document["eips"][0], said.document["warnings"][0]
    assert (warning["code"], warning["eip_id"]) == ("landed_in_default_pool", eip["id"])


@pytest.mark.parametrize("words", [("--default",), ("--pool", "default-asia-east-1")])
def test_a_default_pool_that_was_chosen_is_no_landing(deck: Deck, words: tuple[str, ...]) -> None:
    done = deck.done("allocate", *words)
    assert done["warnings"] == []
    assert done["eips"][0]["landed_in_default"] is False


def test_a_dry_run_has_the_exit_code_of_the_real_call_and_changes_nothing(deck: Deck) -> None:
    deck.done("allocate", "--default")
    before = deck.dump()
    done = deck.done("allocate", "--dry-run", code=3)
    assert done["eips"][0]["id"] is None
    assert done["warnings"][0]["code"] == "landed_in_default_pool"
    said = deck("allocate", "--dry-run").err
    assert "198.18.0.1 would land in the default pool" in said
    assert "next:" not in said
    assert deck.done("allocate", "--pool", "hk", "--count", "2", "--dry-run")["eips"][1]["address"] == "203.0.113.1"
    assert deck.refused("allocate", "--pool", "hk", "--count", "17", "--dry-run") == ("pool_exhausted", 4)
    assert deck.dump() == before


def test_rehome_makes_it_a_customer_address_with_its_bindings(deck: Deck) -> None:
    old = deck.done("allocate", "--name", "api", code=3)["eips"][0]
    deck.done("bind", old["id"], "--load-balancer", "lb-1")
    done = deck.done("rehome", old["address"], "--pool", "hk", "--yes")
    new = done["eips"][0]
    assert done["warnings"] == []
    assert (new["address"], new["customer_owned"], new["name"]) == ("203.0.113.0", True, "api")
    assert new["previous_eip_id"] == old["id"]
    assert [binding["service_id"] for binding in new["bindings"]] == ["lb-1"]
    assert deck.done("lookup", old["address"], code=1)[0]["verdict"] == "default-unallocated"
    assert deck.done("findings") == []


def test_rehome_with_keep_leaves_the_old_one(deck: Deck) -> None:
    old = deck.done("allocate", code=3)["eips"][0]
    new = deck.done("rehome", old["id"], "--pool", "hk", "--address", "203.0.113.7", "--keep", "--yes")["eips"][0]
    assert new["address"] == "203.0.113.7"
    assert {eip["id"] for eip in deck.done("eips")} == {old["id"], new["id"]}


def test_a_landing_may_be_accepted_with_a_reason(deck: Deck) -> None:
    eip = deck.done("allocate", code=3)["eips"][0]
    finding = deck.done("accept", eip["address"], "--reason", "short-lived test")
    assert finding["accepted_reason"] == "short-lived test"
    assert deck.done("findings") == []
    assert not deck("eips").out.splitlines()[1].startswith("!")


def test_an_acceptance_is_listed_and_taken_back(deck: Deck) -> None:
    eip = deck.done("allocate", code=3)["eips"][0]
    said = deck("accept", eip["address"], "--reason", "short-lived test", "--until", "30d 18:00")
    assert "30d 18:00 is " in said.err
    assert deck.done("findings") == []
    (listed,) = deck.done("findings", "--accepted")
    assert "short-lived test" in deck("findings", "--accepted").out
    assert deck.refused("accept", listed["id"], "--withdraw") == ("usage", 2)
    finding = deck.done("accept", listed["id"], "--withdraw", "--reason", "it stays longer")
    assert (finding["accepted_reason"], finding["accepted_until"]) == (None, None)
    assert [each["id"] for each in deck.done("findings", code=1)] == [listed["id"]]


def test_a_time_as_people_say_it_is_told_in_full(deck: Deck) -> None:
    said = deck("history", "--since", "yesterday 03:12 +08:00")
    assert said.err.startswith("eipdeck: yesterday 03:12 +08:00 is ")
    assert deck("lookup", "203.0.113.1", "--at", "tue 03:12").err.startswith("eipdeck: tue 03:12 is Tue ")
    assert deck("lookup", "203.0.113.1", "--at", "tue 03:12", "--json").err == ""
    assert deck.refused("history", "--since", "someday") == ("invalid_time", 2)


@pytest.mark.parametrize(("words", "seconds"), [("90", 90), ("90m", 5_400), ("24h", 86_400), ("7d", 604_800)])
def test_a_cooldown_has_a_unit(deck: Deck, words: str, seconds: int) -> None:
    assert deck.done("pool", "set", "hk", "--cooldown", words)["cooldown_seconds"] == seconds
    assert deck.refused("pool", "set", "hk", "--cooldown", "1y") == ("usage", 2)


@pytest.mark.parametrize("kind", ["lb", "balancer", "load_balancer", "load-balancer"])
def test_a_kind_of_service_has_the_names_that_screens_and_bindings_use(deck: Deck, kind: str) -> None:
    assert deck.done("service", "add", kind, "lb-9")["kind"] == "load-balancer"


def test_a_released_address_goes_back_to_its_pool_and_only_there(deck: Deck) -> None:
    usage = {pool["id"]: pool["available"] for pool in deck.done("pools")}
    eip = deck.done("allocate", "--pool", "hk")["eips"][0]
    released = deck.done("release", eip["address"], "--yes")
    assert [(each["id"], each["status"]) for each in released] == [(eip["id"], "released")]
    assert {pool["id"]: pool["available"] for pool in deck.done("pools")} == usage
    assert deck.done("cidrs")[-1]["state"] == "active"


def test_releasing_twice_is_one_release(deck: Deck) -> None:
    eip = deck.done("allocate", "--pool", "hk")["eips"][0]
    deck.done("release", eip["id"], "--yes")
    before = deck.dump()
    assert deck.done("release", eip["id"], "--yes")[0]["status"] == "released"
    assert deck.dump() == before
    assert deck.refused("release", eip["address"], "--yes") == ("eip_not_found", 5)


def test_several_are_released_all_or_none(deck: Deck) -> None:
    eips = deck.done("allocate", "--pool", "hk", "--count", "3")["eips"]
    deck.done("bind", eips[1]["id"], "--load-balancer", "lb-1")
    addresses = [eip["address"] for eip in eips]
    assert deck.refused("release", *addresses, "--yes") == ("eip_bound", 4)
    assert len(deck.done("release", *addresses, "--unbind", "--yes")) == 3
    assert deck.done("eips") == []


def test_retiring_lists_what_lives_and_what_it_serves_and_succeeds_after(deck: Deck) -> None:
    eip = deck.done("allocate", "--pool", "hk")["eips"][0]
    deck.done("bind", eip["id"], "--load-balancer", "lb-1")
    assert deck.refused("cidr", "retire", "203.0.113.0/28", "--yes") == ("cidr_not_drained", 4)
    assert deck.done("cidr", "drain", "203.0.113.0/28")["state"] == "draining"
    said = deck("cidr", "retire", "203.0.113.0/28", "--yes")
    assert said.code == 4
    assert "203.0.113.0 serves lb lb-1" in said.err
    details = deck("cidr", "retire", "203.0.113.0/28", "--yes", "--json").error["details"]
    assert details["eips"][0]["bindings"][0]["service_id"] == "lb-1"
    assert deck.refused("allocate", "--pool", "hk") == ("no_active_cidr", 4)

    deck.done("release", eip["id"], "--unbind", "--yes")
    assert deck.done("cidr", "retire", "203.0.113.0/28", "--yes")["state"] == "retired"
    verdict = deck.done("lookup", "203.0.113.0", code=1)[0]
    assert (verdict["verdict"], verdict["fix_in"]) == ("not-ours", "elsewhere")


def test_each_service_takes_a_binding(deck: Deck) -> None:
    nic, snat, dnat, front = (eip["address"] for eip in deck.done("allocate", "--pool", "hk", "--count", "4")["eips"])
    bound = deck.done("bind", nic, "--nic", "nic-1", "--private-ip", "10.0.1.2")[0]
    assert (bound["status"], bound["bindings"][0]["kind"]) == ("bound", "nic")
    bound = deck.done("bind", snat, "--snat", "nat-1", "--source", "10.0.9.0/24", "10.0.8.0/24")[0]
    assert bound["bindings"][0]["sources"] == ["10.0.8.0/24", "10.0.9.0/24"]
    forward = ("--dnat", "nat-1", "--private-ip", "10.0.8.5", "--protocol", "tcp", "--port", "8000-8010")
    deck.done("bind", dnat, *forward, "--to-port", "9000-9010")
    binding = deck.done("bind", dnat, *forward[:-1], "443")[0]["bindings"][1]
    assert (binding["port"], binding["to_port"]) == (443, 443)
    assert deck.done("bind", front, "--load-balancer", "lb-1")[0]["bindings"][0]["kind"] == "load_balancer"
    table = deck("eips").out
    for words in ("nic nic-1 10.0.1.2", "snat nat-1 10.0.8.0/24", "dnat nat-1 tcp/443 to 10.0.8.5:443", "lb lb-1"):
        assert words in table

    left = deck.done("unbind", dnat, "--binding", binding["id"])[0]
    assert [each["port"] for each in left["bindings"]] == ["8000-8010"]
    assert deck.done("unbind", dnat)[0]["status"] == "unbound"
    before = deck.dump()
    assert deck.done("unbind", dnat)[0]["status"] == "unbound"
    assert deck.dump() == before


def test_bandwidth_is_changed(deck: Deck) -> None:
    eip = deck.done("allocate", "--pool", "hk", "--bandwidth", "10")["eips"][0]
    assert eip["bandwidth_mbps"] == 10
    assert deck.done("bandwidth", eip["address"], "200")[0]["bandwidth_mbps"] == 200


def without_receipt(changed: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in changed.items() if name not in ("request_id", "event")}


def test_an_eip_is_renamed_and_its_name_taken_away(deck: Deck) -> None:
    eip = deck.done("allocate", "--pool", "hk", "--name", "shop")["eips"][0]
    renamed = deck.done("name", eip["address"], "web 2", "--reason", "J-1", "--request-id", "k-1")
    assert [without_receipt(each) for each in renamed] == [{**eip, "name": "web 2"}]
    assert "web 2" in deck("name", eip["id"], "web 2").out
    assert [each["id"] for each in deck.done("eips", "web")] == [eip["id"]]
    assert deck.done("eips", "shop") == []
    assert [without_receipt(each) for each in deck.done("name", eip["id"], "")] == [{**eip, "name": None}]
    events = [(each["action"], each["reason"], each["after"]) for each in deck.done("history", eip["id"])[1:]]
    assert events == [("rename", "J-1", {"name": "web 2"}), ("rename", None, {"name": None})]
    told = deck("history", eip["id"]).out
    assert '"shop" to "web 2"' in told
    assert '"web 2" to no name' in told
    deck.done("release", eip["id"], "--yes")
    assert deck.refused("name", eip["id"], "web") == ("eip_not_found", 5)
    assert deck("verify").code == 0


def test_a_cooling_address_is_recovered_as_a_new_eip(deck: Deck) -> None:
    deck.done("pool", "set", "hk", "--cooldown", "3600", "--order", "lowest", "--warn", "70", "--critical", "90.5")
    old = deck.done("allocate", "--pool", "hk")["eips"][0]
    deck.done("release", old["id"], "--yes")
    assert deck.done("lookup", old["address"])[0]["verdict"] == "customer-cooling"
    assert deck.refused("allocate", "--pool", "hk", "--address", old["address"]) == ("address_cooling", 4)
    new = deck.done("recover", old["address"])["eips"][0]
    assert (new["address"], new["previous_eip_id"]) == (old["address"], old["id"])


def test_reserved_addresses_are_withheld_and_soft_ones_can_be_asked_for(deck: Deck) -> None:
    assert deck.done("reserve", "203.0.113.0/28", "203.0.113.0-203.0.113.13")["available"] == 2
    deck.done("reserve", "203.0.113.0/28", "203.0.113.14", "--soft")
    assert deck.done("allocate", "--pool", "hk")["eips"][0]["address"] == "203.0.113.15"
    assert deck.refused("allocate", "--pool", "hk", "--address", "203.0.113.0") == ("address_reserved", 4)
    assert deck.done("allocate", "--pool", "hk", "--address", "203.0.113.14")["eips"]
    assert deck.done("unreserve", "203.0.113.0/28", "203.0.113.0-203.0.113.13")["available"] == 14


def test_the_asn_of_a_cidr_is_changed(deck: Deck) -> None:
    assert deck.done("cidr", "set-asn", "203.0.113.0/28", "AS64501")["asn"] == 64501


def test_the_history_tells_what_an_eip_was_bound_to(deck: Deck) -> None:
    eip = deck.done("allocate", "--pool", "hk")["eips"][0]
    deck.done("service", "add", "load-balancer", "lb-9")
    deck.done("bind", eip["address"], "--load-balancer", "lb-9")
    rows = deck("history", eip["address"]).out.splitlines()
    assert "CHANGE" in rows[0].split()
    assert " lb lb-9 " in rows[-1]


def test_the_history_tells_who_why_and_which_attempt(deck: Deck) -> None:
    eip = deck.done("allocate", "--pool", "hk", "--reason", "J-1", "--request-id", "k-1")["eips"][0]
    deck.done("release", eip["id"], "--yes", "--reason", "J-2")
    events = deck.done("history", eip["id"])
    assert [event["action"] for event in events] == ["allocate", "release"]
    assert [event["reason"] for event in events] == ["J-1", "J-2"]
    assert (events[0]["operator"], events[0]["request_id"]) == ("alice", "k-1")
    assert deck.done("history", eip["address"]) == events
    assert [event["id"] for event in deck.done("history", "203.0.113.0/28")][-2:] == [event["id"] for event in events]
    assert deck.done("history", "--since", "2999-01-01") == []
    assert deck.done("history", "--since", "1d")[-2:] == events


def test_an_export_can_be_imported_and_importing_twice_changes_nothing(deck: Deck) -> None:
    deck.done("allocate", "--pool", "hk", "--count", "3", "--name", "web")
    file = deck.path.with_name("export.json")
    assert deck("export", str(file)).code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert deck("export").out == file.read_text()
    assert deck.refused("export", str(file)) == ("conflict", 4)
    assert deck("export", str(file), "--force").code == 0
    other = str(deck.path.with_name("other.db"))
    first = deck("--db", other, "import", str(file), "--json").document
    assert first["created"] > 0
    again = deck("--db", other, "import", str(file), "--json").document
    assert (again["created"], again["changed"]) == (0, 0)
    assert deck("--db", other, "eips", "--json").out == deck("eips", "--json").out


def test_an_import_with_a_request_id_happens_once_and_only_for_its_contents(deck: Deck) -> None:
    file = deck.path.with_name("answer.json")
    file.write_text('[{"eipId": "e-1", "publicIpAddresses": ["128.14.9.1"]}]')
    words = ("import", str(file), "--request-id", "k-1", "--reason", "J-1")
    first = deck.done(*words)
    before = deck.dump()
    assert deck.done(*words) == first
    assert deck.dump() == before
    assert deck.done("history", "128.14.9.1")[0]["request_id"] == "k-1"
    assert deck.refused("allocate", "--pool", "hk", "--request-id", "k-1") == ("request_mismatch", 4)
    file.write_text('[{"eipId": "e-2", "publicIpAddresses": ["128.14.9.2"]}]')
    assert deck.refused(*words) == ("request_mismatch", 4)


def test_a_backup_is_brought_back_and_says_what_is_lost(deck: Deck) -> None:
    file = deck.path.with_name("backup.db")
    deck.done("allocate", "--pool", "hk", "--name", "kept")
    assert deck("backup", str(file)).code == 0
    deck.done("allocate", "--pool", "hk", "--name", "lost")
    assert deck.refused("restore", str(file)) == ("confirmation_required", 2)
    said = deck("--read-only", "restore", str(file), "--yes", "--json")
    assert (said.error["code"], said.code) == ("read_only", 4)
    done = deck.done("restore", str(file), "--yes", "--reason", "J-1")
    assert (done["eips"], done["lost"], done["kept"]) == (1, 1, f"{deck.path}.replaced-1")
    assert [eip["name"] for eip in deck.done("eips")] == ["kept"]
    event = deck.done("history")[-1]
    assert (event["action"], event["operator"], event["reason"]) == ("restore", "alice", "J-1")
    assert deck("restore", str(file), "--yes").code == 0
    assert deck("verify").code == 0
    said = deck("restore", f"{deck.path}.replaced-1", "--yes")
    assert "Lost: 1 event since" in said.err
    assert f"eipdeck --db {deck.path}.replaced-3 history --since" in said.err
    assert [eip["name"] for eip in deck.done("eips")] == ["kept", "lost"]


def test_what_is_no_backup_is_not_restored(deck: Deck) -> None:
    file = deck.path.with_name("export.json")
    assert deck("export", str(file)).code == 0
    for name in (file, deck.path.with_name("missing.db"), deck.path.parent):
        assert deck.refused("restore", str(name), "--yes") == ("store_unavailable", 6)
    assert deck.refused("restore", str(deck.path), "--yes") == ("conflict", 4)
