"""An account of many EIPs. As a program: served until its input ends, for a sync whose processor time counts alone."""

from __future__ import annotations

import sys

from tests.standin.account import Account
from tests.standin.server import serving


def crowded(eips: int, gateways: int) -> Account:
    """An account of many EIPs: 20 on each gateway, a third of the others behind a balancer."""
    account = Account()
    account.interface("nic-1", "10.0.0.1")
    account.balancer("lb-1")
    for number in range(-(-eips // 62_500)):
        account.cidr(f"c-{number}", f"203.{number}.0.0/16")
    for number in range(eips):
        block, place = divmod(number, 62_500)
        account.eip(f"eip-{number:06}", f"203.{block}.{place // 250}.{place % 250}", f"c-{block}")
    ids = list(account.eips)
    for number in range(gateways):
        held = ids[20 * number : 20 * number + 20]
        entry = {"snatEntryId": f"s-{number}", "cidrs": ["10.0.8.0/24"], "eipIds": held[1:], "isAllEip": not number % 2}
        dnat = {"dnatEntryId": f"d-{number}", "eipId": held[0], "privateIp": "10.0.8.9", "protocol": "TCP"}
        ports = {"listenerPort": "443", "internalPort": "8443"}
        account.gateway(f"nat-{number}", eips=held, snats=[entry], dnats=[{**dnat, **ports}])
    for eip_id in ids[20 * gateways :: 3]:
        account.bind(eip_id, "LB", "lb-1")
    return account


def formula(account: Account) -> int:
    """The calls of one reading: a page of a thousand, and one for each gateway's entries."""
    lists = (account.eips, account.gateways, account.balancers, account.nics)
    return 2 + len(account.gateways) + sum(max(-(-len(each) // 1000), 1) for each in lists)


def main(eips: int, gateways: int) -> None:
    """Serve it, and write the address of the API."""
    with serving(crowded(eips, gateways)) as standin:
        sys.stdout.write(f"{standin.endpoint}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
