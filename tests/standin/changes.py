"""What the write actions of the API do: each checks at once, and is made at once or later."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.standin.account import Account

Row = dict[str, Any]
Made = tuple[Row, Callable[[], object]]
"""The response, and what is made when its time has come."""
TARGETS = {"loadBalancerId": "LB", "nicId": "NIC", "natId": "NAT", "haVipId": "HAVIP"}
"""In the order in which one wins over the others."""


class Refusal(Exception):
    """What the API answers in place of a response."""

    def __init__(self, status: int, code: str, message: str = "no") -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


def change(account: Account, action: str, body: Row) -> Made:
    """Check a change, and return it."""
    if action not in CHANGES:
        raise Refusal(404, "AUTHFAILURE_UNAUTHORIZED_OPERATION", "no such action")
    return CHANGES[action](account, body)


def _rename(account: Account, body: Row) -> Made:
    row = found(account, body["eipId"])
    return {}, lambda: row.update(name=body["name"])


def _bandwidth(account: Account, body: Row) -> Made:
    row = found(account, body["eipId"])
    if account.gives_up:
        failed = {"operation": "ModifyBandwidth", "status": "FAILED"}
        return {}, lambda: row.update(operationInfo=failed)
    return {}, lambda: row.update(bandwidth=body["bandwidth"])


def _delete(account: Account, body: Row) -> Made:
    row = found(account, body["eipId"])
    if row["status"] not in ("UNBIND", "RECYCLED"):
        raise Refusal(400, "OPERATION_DENIED_EIP_IS_NOT_UN_ASSIGN")
    return {}, lambda: account.delete(body["eipId"])


def _renew(account: Account, body: Row) -> Made:
    row = found(account, body["eipId"])
    if row["status"] != "RECYCLED":
        raise Refusal(500, "OPERATION_DENIED_EIP_STATUS_NOT_SUPPORT")
    return {}, lambda: row.update(status="UNBIND")


def _create(account: Account, body: Row) -> Made:
    for key in ("regionId", "name", "internetChargeType"):
        if not body.get(key):
            raise Refusal(400, "MISSING_PARAMETER", key)
    if ("cidrId" in body) == ("networkLineType" in body):
        raise Refusal(400, "INVALID_PARAMETER_VALUE", "one of cidrId and networkLineType")
    if body["internetChargeType"] == "ByBandwidth" and not body.get("bandwidth"):
        raise Refusal(400, "INVALID_PARAMETER_BANDWIDTH")
    address = account.grants or body.get("publicIp") or _free(account, body.get("cidrId"))
    if "cidrId" in body and not account.grants:
        cidr = account.cidrs.get(body["cidrId"])
        if cidr is None:
            raise Refusal(404, "INVALID_CIDR_NOT_FOUND")
        if ip_address(address) not in ip_network(cidr["cidrBlock"]):
            raise Refusal(400, "INVALID_PARAMETER_VALUE", "publicIp is not in the CIDR")
    if address in account.elsewhere or address in addresses(account):
        raise Refusal(400, "OPERATION_DENIED_EIP_INSUFFICIENT")
    account.made += 1
    eip_id, more = f"e-new-{account.made}", {"name": body["name"], "bandwidth": body.get("bandwidth", 0)}
    cidr_id = None if account.grants else body.get("cidrId")
    account.promised.add(address)

    def make() -> None:
        account.promised.discard(address)
        account.eip(eip_id, address, cidr_id, createTime=account.stamp(), regionId=body["regionId"], **more)

    return {"eipIds": [eip_id], "orderNumber": f"o-{account.made}"}, make


def addresses(account: Account) -> set[str]:
    """The addresses that EIPs have, and those that are being made."""
    return {row["publicIpAddresses"][0] for row in account.eips.values()} | account.promised


def _free(account: Account, cidr_id: str | None) -> str:
    network = ip_network("198.51.100.128/25" if cidr_id is None else account.cidrs[cidr_id]["cidrBlock"])
    taken = addresses(account) | account.elsewhere
    return next(str(each) for each in network if str(each) not in taken)


def _associate(account: Account, body: Row) -> Made:
    key = next(each for each in TARGETS if each in body)
    failed: list[str] = []
    made: list[str] = []
    if key == "nicId" and body.get("lanIp") not in account.nics.get(body[key], {}).get("privateIpList", ()):
        raise Refusal(404, "INVALID_NIC_NOT_FOUND")
    if key == "natId" and body[key] not in account.gateways:
        raise Refusal(404, "INVALID_NAT_NOT_FOUND")
    if key == "loadBalancerId" and body[key] not in account.balancers:
        raise Refusal(404, "INVALID_LB_NOT_FOUND")
    for eip_id in body["eipIds"]:
        (made if found(account, eip_id)["status"] == "UNBIND" else failed).append(eip_id)

    def make() -> None:
        for eip_id in made:
            account.bind(eip_id, TARGETS[key], body[key], body.get("lanIp"))
            if key == "natId":
                account.gateways[body[key]]["eipIds"].append(eip_id)
            elif key == "loadBalancerId":
                account.balancers[body[key]]["publicIpAddress"].append(account.eips[eip_id]["publicIpAddresses"][0])

    return {"failedEipIds": failed}, make


def _unassociate(account: Account, body: Row) -> Made:
    rows = [found(account, eip_id) for eip_id in body["eipIds"]]
    if any(row.get("isDefault") for row in rows):
        raise Refusal(400, "OPERATION_DENIED_EIP_IS_DEFAULT")
    failed = [row["eipId"] for row in rows if named(account, row)]

    def make() -> None:
        for row in rows:
            if row["eipId"] not in failed:
                leave(account, row)

    return {"failedEipIds": failed}, make


def named(account: Account, row: Row) -> bool:
    """Whether an entry of its gateway names an EIP."""
    detail = account.details.get(row["associatedId"] or "", {"snats": [], "dnats": []})
    entries = [entry["eipIds"] for entry in detail["snats"]] + [[entry["eipId"]] for entry in detail["dnats"]]
    return any(row["eipId"] in eip_ids for eip_ids in entries)


def leave(account: Account, row: Row) -> None:
    """Take an EIP off whatever it is on."""
    holder = row["associatedId"]
    if holder in account.gateways:
        account.gateways[holder]["eipIds"].remove(row["eipId"])
    elif holder in account.balancers:
        account.balancers[holder]["publicIpAddress"].remove(row["publicIpAddresses"][0])
    account.unbind(row["eipId"])


def _on_gateway(account: Account, gateway_id: str, eip_ids: list[str]) -> Row:
    if gateway_id not in account.details:
        raise Refusal(404, "INVALID_NAT_NOT_FOUND")
    for eip_id in eip_ids:
        if found(account, eip_id)["associatedId"] != gateway_id:
            raise Refusal(400, "OPERATION_DENIED_EIP_NOT_ASSIGN_NAT")
    return account.details[gateway_id]


def _create_snat(account: Account, body: Row) -> Made:
    eip_ids = body.get("eipIds") or []
    detail = _on_gateway(account, body["natGatewayId"], eip_ids)
    account.made += 1
    entry = {
        "snatEntryId": f"s-new-{account.made}",
        "cidrs": body["sourceCidrBlocks"],
        "eipIds": eip_ids,
        "isAllEip": not eip_ids,
    }
    return {"snatEntryId": entry["snatEntryId"]}, lambda: detail["snats"].append(entry)


def _entry(account: Account, kind: str, entry_id: str) -> tuple[Row, Row]:
    for detail in account.details.values():
        for entry in detail[f"{kind}s"]:
            if entry[f"{kind}EntryId"] == entry_id:
                return detail, entry
    raise Refusal(404, f"INVALID_{kind.upper()}_ENTRY_NOT_FOUND")


def _modify_snat(account: Account, body: Row) -> Made:
    detail, entry = _entry(account, "snat", body["snatEntryId"])
    eip_ids = body.get("eipIds") or []
    _on_gateway(account, detail["natGatewayId"], eip_ids)
    if "subnetIds" in body and sorted(body["subnetIds"]) != sorted(each["subnetId"] for each in entry["snatSubnets"]):
        raise Refusal(400, "INVALID_CIDR_FORMAT")
    return {}, lambda: entry.update(eipIds=eip_ids, isAllEip=not eip_ids)


def _delete_snat(account: Account, body: Row) -> Made:
    detail, entry = _entry(account, "snat", body["snatEntryId"])
    return {}, lambda: detail["snats"].remove(entry)


def _create_dnat(account: Account, body: Row) -> Made:
    detail = _on_gateway(account, body["natGatewayId"], [body["eipId"]])
    for entry in detail["dnats"]:
        if entry["eipId"] == body["eipId"] and entry.get("listenerPort") == body.get("listenerPort"):
            raise Refusal(404, "OPERATION_DENIED_NAT_ENTRY_CONFIG_CONFLICT")
    account.made += 1
    entry = {
        "dnatEntryId": f"d-new-{account.made}",
        **{key: value for key, value in body.items() if key != "natGatewayId"},
    }
    return {"dnatEntryId": entry["dnatEntryId"]}, lambda: detail["dnats"].append(entry)


def _delete_dnat(account: Account, body: Row) -> Made:
    detail, entry = _entry(account, "dnat", body["dnatEntryId"])
    return {}, lambda: detail["dnats"].remove(entry)


def _delete_cidr(account: Account, body: Row) -> Made:
    if body["cidrId"] not in account.cidrs:
        raise Refusal(404, "INVALID_CIDR_NOT_FOUND")
    if any(row["cidrId"] == body["cidrId"] for row in account.eips.values()):
        raise Refusal(400, "OPERATION_DENIED_CIDR_HAS_IP_IN_USED")
    return {}, lambda: account.cidrs.pop(body["cidrId"])


def found(account: Account, eip_id: str) -> Row:
    """The EIP, or the refusal of an unknown one."""
    if eip_id not in account.eips:
        raise Refusal(404, "INVALID_EIP_NOT_FOUND")
    return account.eips[eip_id]


CHANGES: dict[str, Callable[[Any, Row], Made]] = {
    "ModifyEipAttribute": _rename,
    "ModifyEipBandwidth": _bandwidth,
    "DeleteEip": _delete,
    "RenewEip": _renew,
    "CreateEips": _create,
    "AssociateEipAddress": _associate,
    "UnassociateEipAddress": _unassociate,
    "CreateSnatEntry": _create_snat,
    "ModifySnatEntry": _modify_snat,
    "DeleteSnatEntry": _delete_snat,
    "CreateDnatEntry": _create_dnat,
    "DeleteDnatEntry": _delete_dnat,
    "DeleteCidr": _delete_cidr,
}
