"""The kinds of steps about the entries of a NAT gateway. An SNAT entry without EIPs means every EIP: none is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.domain.errors import Code, error
from core.domain.json_value import Json, JsonObject
from core.domain.ports import InvalidPort, parse_ports
from core.live.world import Call, Now, Sent, Shown, World, id_of, refused, rows_of, texts_of

__all__ = ["dnat_in", "dnat_out", "entry_of", "snat_in", "snat_out"]


def snat_in(about: JsonObject, world: World, _sent: Sent | None) -> Now:
    """Let the EIP take what leaves from the sources: by an entry that has them, else by a new one."""
    gateway, row = _gateway(about, world)
    entries = [entry for entry in rows_of(gateway, "snats") if _sources(entry) == texts_of(about, "sources")]
    for entry in entries:
        if _is_for_all(entry) or about["eipId"] in texts_of(entry, "eipIds"):
            return Now(Shown.DONE, row, {"all_eips": _is_for_all(entry)})
    eip_id = id_of(about)
    if entries:
        return Now(_modified(entries[0], [*texts_of(entries[0], "eipIds"), eip_id]), row)
    sources: list[Json] = [*texts_of(about, "sources")]
    body: JsonObject = {"natGatewayId": about["natGatewayId"], "eipIds": [eip_id], "sourceCidrBlocks": sources}
    return Now(Call("CreateSnatEntry", body), row)


def snat_out(about: JsonObject, world: World, _sent: Sent | None) -> Now:
    """Take the EIP out of the entries with these sources; an entry that is left without an EIP is deleted."""
    row, gateway = world.eip(id_of(about)), world.entries(id_of(about, "natGatewayId"))
    for entry in () if gateway is None else rows_of(gateway, "snats"):
        if _is_for_all(entry) or _sources(entry) != texts_of(about, "sources"):
            continue
        eip_ids = texts_of(entry, "eipIds")
        others = [each for each in eip_ids if each != about["eipId"]]
        if others == eip_ids:
            continue
        if others:
            return Now(_modified(entry, others), row)
        return Now(Call("DeleteSnatEntry", {"snatEntryId": entry["snatEntryId"]}), row)
    return Now(Shown.DONE, row)


def _modified(entry: JsonObject, eip_ids: Sequence[str]) -> Call:
    """Return the call that gives an entry other EIPs; its sources stay as they are."""
    assert eip_ids  # noqa: S101  # none means every EIP of the gateway
    kept: list[Json] = [*eip_ids]
    body: JsonObject = {"snatEntryId": entry["snatEntryId"], "eipIds": kept}
    subnets: list[Json] = [subnet["subnetId"] for subnet in rows_of(entry, "snatSubnets") if "subnetId" in subnet]
    if subnets:
        return Call("ModifySnatEntry", {**body, "subnetIds": subnets})
    blocks: list[Json] = [*texts_of(entry, "cidrs")]
    return Call("ModifySnatEntry", {**body, "sourceCidrBlocks": blocks})


def dnat_in(about: JsonObject, world: World, _sent: Sent | None) -> Now:
    """Forward a port of the EIP, or all of it."""
    gateway, row = _gateway(about, world)
    if any(_same_forwarding(entry, about) for entry in rows_of(gateway, "dnats")):
        return Now(Shown.DONE, row)
    keys = ("natGatewayId", "eipId", "privateIp", "protocol", "listenerPort", "internalPort")
    return Now(Call("CreateDnatEntry", {key: about[key] for key in keys if about.get(key) is not None}), row)


def dnat_out(about: JsonObject, world: World, _sent: Sent | None) -> Now:
    """End a forwarding of the EIP."""
    row, gateway = world.eip(id_of(about)), world.entries(id_of(about, "natGatewayId"))
    for entry in () if gateway is None else rows_of(gateway, "dnats"):
        if _same_forwarding(entry, about):
            return Now(Call("DeleteDnatEntry", {"dnatEntryId": entry["dnatEntryId"]}), row)
    return Now(Shown.DONE, row)


def entry_of(eip_id: str, gateway: JsonObject | None) -> str | None:
    """Return the id of an entry that names an EIP; one for every EIP names none."""
    return next(iter(_naming(eip_id, gateway or {})), None)


def _naming(eip_id: str, gateway: JsonObject) -> Iterator[str]:
    for entry in rows_of(gateway, "snats"):
        if not _is_for_all(entry) and eip_id in texts_of(entry, "eipIds"):
            yield str(entry.get("snatEntryId"))
    for entry in rows_of(gateway, "dnats"):
        if entry.get("eipId") == eip_id:
            yield str(entry.get("dnatEntryId"))


def _gateway(about: JsonObject, world: World) -> tuple[JsonObject, JsonObject]:
    """Return the gateway with its entries, and the EIP, which has to be on it."""
    gateway_id, row = id_of(about, "natGatewayId"), world.living(id_of(about))
    gateway = world.entries(gateway_id)
    if gateway is None:
        raise error(Code.SERVICE_NOT_FOUND, f"The account has no gateway {gateway_id} any more.", hint="Sync first.")
    if row.get("associatedId") != gateway_id:
        raise refused(Code.CONFLICT, f"EIP {row['eipId']} is not on {gateway_id} on the account any more.")
    return gateway, row


def _is_for_all(entry: JsonObject) -> bool:
    return bool(entry.get("isAllEip")) or not texts_of(entry, "eipIds")


def _sources(entry: JsonObject) -> list[str]:
    subnets = [str(subnet["cidr"]) for subnet in rows_of(entry, "snatSubnets") if "cidr" in subnet]
    return sorted({*texts_of(entry, "cidrs"), *subnets})


def _same_forwarding(entry: JsonObject, about: JsonObject) -> bool:
    return entry.get("eipId") == about["eipId"] and _forwarding(entry) == _forwarding(about)


def _forwarding(entry: JsonObject) -> tuple[str, ...]:
    protocol = str(entry.get("protocol")).lower()
    if protocol == "any":
        return protocol, str(entry.get("privateIp"))
    listener = str(entry.get("listenerPort"))
    ports = (_ports(words) for words in (listener, str(entry.get("internalPort") or listener)))
    return protocol, str(entry.get("privateIp")), *ports


def _ports(words: str) -> str:
    """Return ports in their one spelling; what is none stays as it is."""
    try:
        return str(parse_ports(words))
    except InvalidPort:
        return words
