"""The actions of the API that are used, with the fields that are sent and read; a test compares them with the SDK."""

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = ["ACTIONS", "SERVICES", "Action"]

SERVICES: Final = {"zec": "2025-09-01", "zlb": "2025-04-01", "user": "2024-05-29"}
"""The services of the API, with their versions."""

PAGE_SIZE: Final = 1000
"""The most rows of a page."""
IDS_AT_ONCE: Final = 100
"""The most ids that one look-up names."""


class Action(NamedTuple):
    """One action of the API."""

    name: str
    service: str
    sends: tuple[str, ...]
    reads: tuple[str, ...] = ()
    """The fields of a row that are read; a row that differs in others alone is the same row."""
    model: str = ""
    """The SDK's model of a row."""
    id: str = ""
    """The field that identifies a row."""
    ids: str = ""
    """The filter by ids."""
    writes: bool = False


_PAGES: Final = ("regionId", "pageSize", "pageNum")
ACTIONS: Final = {
    action.name: action
    for action in (
        Action(
            "DescribePools",
            "zec",
            ("poolIds", *_PAGES),
            ("poolId", "name", "regionId"),
            model="PoolInfo",
            id="poolId",
            ids="poolIds",
        ),
        Action(
            "DescribeCidrs",
            "zec",
            ("cidrIds", *_PAGES),
            (
                *("cidrId", "cidrBlock", "poolId", "regionId", "source", "networkLineType", "eipV4Type"),
                *("asn", "status", "createTime"),
            ),
            model="CidrInfo",
            id="cidrId",
            ids="cidrIds",
        ),
        Action(
            "DescribeEips",
            "zec",
            ("eipIds", "ipAddresses", "cidrIds", "name", *_PAGES),
            (
                *("eipId", "name", "regionId", "status", "publicIpAddresses", "prefixLength", "cidrId"),
                *("isCustomized", "bandwidth", "createTime"),
                *("associatedType", "associatedId", "nicId", "privateIpAddress"),
            ),
            model="EipInfo",
            id="eipId",
            ids="eipIds",
        ),
        Action(
            "DescribeNatGateways",
            "zec",
            ("natGatewayIds", *_PAGES),
            ("natGatewayId", "name", "regionId", "eipIds"),
            model="NatGateway",
            id="natGatewayId",
            ids="natGatewayIds",
        ),
        Action(
            "DescribeNatGatewayDetail",
            "zec",
            ("natGatewayId",),
            ("natGatewayId", "name", "snats", "dnats"),
            model="DescribeNatGatewayDetailResponse",
            id="natGatewayId",
        ),
        Action(
            "DescribeLoadBalancers",
            "zlb",
            ("loadBalancerIds", *_PAGES),
            ("loadBalancerId", "loadBalancerName", "regionId", "publicIpAddress", "privateIpAddress"),
            model="LoadBalancer",
            id="loadBalancerId",
            ids="loadBalancerIds",
        ),
        Action(
            "DescribeNetworkInterfaces",
            "zec",
            ("nicIds", *_PAGES),
            ("nicId", "name", "regionId", "privateIpList"),
            model="NicInfo",
            id="nicId",
            ids="nicIds",
        ),
        Action("DescribeResourceGroups", "user", (), ("resourceGroupId", "name", "createTime"), model="ResourceGroup"),
        Action(
            "CreateEips",
            "zec",
            (
                *("regionId", "name", "amount", "internetChargeType", "bandwidth", "clusterId"),
                *("cidrId", "publicIp", "networkLineType"),
            ),
            writes=True,
        ),
        Action(
            "AssociateEipAddress",
            "zec",
            ("eipIds", "nicId", "lanIp", "natId", "loadBalancerId", "haVipId", "bindType"),
            writes=True,
        ),
        Action("UnassociateEipAddress", "zec", ("eipIds",), writes=True),
        Action("CreateSnatEntry", "zec", ("natGatewayId", "eipIds", "sourceCidrBlocks"), writes=True),
        Action("ModifySnatEntry", "zec", ("snatEntryId", "eipIds", "sourceCidrBlocks", "subnetIds"), writes=True),
        Action("DeleteSnatEntry", "zec", ("snatEntryId",), writes=True),
        Action(
            "CreateDnatEntry",
            "zec",
            ("natGatewayId", "eipId", "privateIp", "protocol", "listenerPort", "internalPort"),
            writes=True,
        ),
        Action("DeleteDnatEntry", "zec", ("dnatEntryId",), writes=True),
        Action("RenewEip", "zec", ("eipId",), writes=True),
        Action("DeleteCidr", "zec", ("cidrId",), writes=True),
        Action("DeleteEip", "zec", ("eipId",), writes=True),
        Action("ModifyEipAttribute", "zec", ("eipId", "name"), writes=True),
        Action("ModifyEipBandwidth", "zec", ("eipId", "bandwidth"), writes=True),
    )
}
