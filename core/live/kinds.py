"""The kinds of steps about an EIP or a CIDR: whether the account shows the step as done, else the call that it needs.

A step is a state that is wanted, so whatever happened to an earlier call, the same question settles it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from core.domain.errors import Code, error
from core.domain.json_value import Json, JsonObject
from core.domain.times import utc_of
from core.domain.values import to_micros
from core.live.kinds_nat import dnat_in, dnat_out, entry_of, snat_in, snat_out
from core.live.world import Call, Now, Sent, Shown, World, id_of, refused, texts_of

__all__ = ["KINDS", "TARGETS", "LookAt", "look_at"]

LookAt = Callable[[JsonObject, World, Sent | None], Now]
TARGETS: Final = ("loadBalancerId", "nicId", "natId", "haVipId")
"""The fields that name what an EIP is associated with; a call has one of them."""
_IN_BIN: Final = "RECYCLED"
_LEAVING: Final = ("DELETING", "RECYCLING")
_BOUND: Final = ("BINDED", "ASSIGNING")
_EARLIER: Final = 5 * 60_000_000
"""Microseconds by which the clock of the platform may be behind."""


def look_at(kind: str, about: JsonObject, world: World, sent: Sent | None) -> Now:
    """Return the state of a step on the account, or its call.

    Raises:
        EipdeckError: the step cannot be made as the account is now; nothing of it was sent.
        Failed: the account could not be read.

    """
    return KINDS[kind](about, world, sent)


def _name(about: JsonObject, world: World, _sent: Sent | None) -> Now:
    row = _present(about, world)
    if row.get("name") == about["name"]:
        return Now(Shown.DONE, row)
    return Now(Call("ModifyEipAttribute", {"eipId": about["eipId"], "name": about["name"]}), row)


def _bandwidth(about: JsonObject, world: World, sent: Sent | None) -> Now:
    row = _present(about, world)
    running = row.get("operationInfo")
    state = running.get("status") if isinstance(running, dict) else None
    if state == "OPERATING":
        return Now(Shown.PENDING, row)
    if row.get("bandwidth") == about["bandwidth"]:
        return Now(Shown.DONE, row)
    if state == "FAILED" and sent is not None and not sent.answer.get("had_failed"):
        return Now(Shown.FAILED, row)
    facts: JsonObject = {"had_failed": state == "FAILED"}  # of an earlier change: it tells nothing of this one
    body: JsonObject = {"eipId": about["eipId"], "bandwidth": about["bandwidth"]}
    return Now(Call("ModifyEipBandwidth", body), row, facts)


def _delete(about: JsonObject, world: World, _sent: Sent | None) -> Now:
    row = world.eip(id_of(about))
    status = None if row is None else row.get("status")
    if row is None or (status == _IN_BIN and not about.get("purge")):
        return Now(Shown.DONE, row, {"binned": row is not None})
    if status in _LEAVING:
        return Now(Shown.PENDING, row)
    if status in _BOUND or row.get("associatedId"):
        raise refused(Code.EIP_BOUND, f"EIP {row['eipId']} is bound on the account; it was not released.")
    return Now(Call("DeleteEip", {"eipId": about["eipId"]}), row)


def _renew(about: JsonObject, world: World, _sent: Sent | None) -> Now:
    row = _present(about, world)
    if row.get("status") == _IN_BIN:
        return Now(Call("RenewEip", {"eipId": about["eipId"]}), row)
    return Now(Shown.PENDING if row.get("status") in _LEAVING else Shown.DONE, row)


def _associate(about: JsonObject, world: World, _sent: Sent | None) -> Now:
    row = _present(about, world)
    (key,) = (each for each in TARGETS if each in about)
    holder, status = row.get("associatedId"), row.get("status")
    if holder == about[key] and about.get("lanIp") in (None, row.get("privateIpAddress")):
        return Now(Shown.PENDING if status == "ASSIGNING" else Shown.DONE, row)
    if holder or status in _BOUND:
        raise refused(
            Code.HOLDER_CONFLICT, f"EIP {row['eipId']} is bound to {holder} on the account.", holder=str(holder)
        )
    if status in (_IN_BIN, *_LEAVING):
        raise refused(Code.CONFLICT, f"EIP {row['eipId']} is in the recycle bin of the account.", status=status)
    if status != "UNBIND":
        return Now(Shown.PENDING, row)
    body: JsonObject = {key: about[key], "eipIds": [about["eipId"]]}
    if "lanIp" in about:
        body = {**body, "lanIp": about["lanIp"]}
    if key in ("nicId", "haVipId"):
        body = {**body, "bindType": "FullNat"}
    return Now(Call("AssociateEipAddress", body), row)


def _unassociate(about: JsonObject, world: World, sent: Sent | None) -> Now:
    row = world.eip(id_of(about))
    if row is None or (not row.get("associatedId") and row.get("status") not in _BOUND):
        return Now(Shown.DONE, row)
    if row.get("isDefault"):
        raise refused(Code.PLATFORM_REFUSED, f"EIP {row['eipId']} came with its instance; it leaves with it alone.")
    holder = row.get("associatedId")
    if holder != about["from"]:
        raise refused(Code.CONFLICT, f"EIP {row['eipId']} is bound to {holder} on the account, not to {about['from']}.")
    if row.get("status") == "ASSIGNING":
        return Now(Shown.PENDING, row)
    if row.get("associatedType") == "NAT" and sent is None:
        entry = entry_of(id_of(about), world.entries(str(holder)))
        if entry is not None:
            words = f"An entry of {holder} ({entry}) still names EIP {row['eipId']} on the account."
            raise refused(Code.CONFLICT, words, entry=entry)
    return Now(Call("UnassociateEipAddress", {"eipIds": [about["eipId"]]}), row)


def _create(about: JsonObject, world: World, sent: Sent | None) -> Now:
    """Look for the EIP by the id that was answered, else by its address or name."""
    body = about["body"]
    assert isinstance(body, dict)  # noqa: S101  # of a plan
    holder = world.at(str(body["publicIp"])) if "publicIp" in body else None
    if sent is None:
        if holder is not None:
            words = f"{body['publicIp']} has EIP {holder.get('eipId')} on the account, which is not here yet."
            raise refused(Code.ADDRESS_IN_USE, words, address=body["publicIp"])
        before: list[Json] = [] if "publicIp" in body else [id_of(row) for row in world.named(str(body["name"]))]
        return Now(Call("CreateEips", body), facts={"before": before})
    row = _created(about, body, holder, world, sent)
    if row is None:
        return Now(Call("CreateEips", body))
    if row.get("status") == "CREATE_FAILED":
        return Now(Shown.FAILED, row)
    if row.get("status") == "CREATING" or not texts_of(row, "publicIpAddresses"):
        return Now(Shown.PENDING, row)
    return Now(Shown.DONE, row)


def _created(
    about: JsonObject, body: JsonObject, holder: JsonObject | None, world: World, sent: Sent
) -> JsonObject | None:
    """Return the EIP that the call created; one of the console may have its address, or its name."""
    answered = texts_of(sent.answer, "eipIds")
    if answered:
        return world.eip(answered[0])
    name, since = str(body["name"]), sent.at - _EARLIER
    rows = world.named(name) if "publicIp" not in body else [] if holder is None else [holder]
    others = {*texts_of(sent.answer, "before"), *texts_of(about, "earlier")}
    ours = [
        row
        for row in rows
        if row.get("name") == name
        and _began(row) >= since
        and id_of(row) not in others
        and ("before" in sent.answer or not world.is_known(id_of(row)))
    ]
    return ours[0] if len(ours) == 1 else None


def _began(row: JsonObject) -> int:
    try:
        return to_micros(utc_of(str(row.get("createTime"))))
    except (ValueError, OverflowError):
        return 0


def _delete_cidr(about: JsonObject, world: World, _sent: Sent | None) -> Now:
    row = world.cidr(id_of(about, "cidrId"))
    status = None if row is None else row.get("status")
    if row is None or status == _IN_BIN:
        return Now(Shown.DONE)
    if status in _LEAVING:
        return Now(Shown.PENDING)
    left = world.in_cidr(id_of(about, "cidrId"))
    if left:
        raise error(
            Code.CIDR_NOT_DRAINED,
            f"The account has {len(left):,} EIPs in {row.get('cidrBlock')}, such as {left[0].get('eipId')}"
            f" ({left[0].get('status')}); it was not deleted.",
            hint="Release them, also those in the recycle bin.",
            details={"eips": [str(each.get("eipId")) for each in left[:100]]},
        )
    return Now(Call("DeleteCidr", {"cidrId": about["cidrId"]}))


def _here(_about: JsonObject, _world: World, _sent: Sent | None) -> Now:
    """Nothing is sent: the step is about the inventory alone."""
    return Now(Shown.DONE)


def _present(about: JsonObject, world: World) -> JsonObject:
    return world.living(id_of(about))


KINDS: Final[Mapping[str, LookAt]] = {
    "name": _name,
    "bandwidth": _bandwidth,
    "delete": _delete,
    "renew": _renew,
    "associate": _associate,
    "unassociate": _unassociate,
    "create": _create,
    "snat_in": snat_in,
    "snat_out": snat_out,
    "dnat_in": dnat_in,
    "dnat_out": dnat_out,
    "delete_cidr": _delete_cidr,
    "moved": _here,
}
