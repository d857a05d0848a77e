"""Run by `nautobot-server shell`: three /16 pools, empty, half full and 99 % full; an address of the one it is told.

Reads how full a pool is, line by line, and answers `took SECONDS`.
"""

from __future__ import annotations

import sys
from time import perf_counter

from django.contrib.auth import get_user_model  # type: ignore[import-not-found]  # the peer is no dependency
from django.test import Client  # type: ignore[import-not-found]  # the peer is no dependency
from nautobot.extras.models import Status  # type: ignore[import-not-found]  # the peer is no dependency
from nautobot.ipam.models import IPAddress, Namespace, Prefix  # type: ignore[import-not-found]  # the peer is no dependency
from nautobot.users.models import Token  # type: ignore[import-not-found]  # the peer is no dependency

user = get_user_model().objects.create_superuser("bench", "bench@example.com", "bench")
client = Client(HTTP_AUTHORIZATION=f"Token {Token.objects.create(user=user).key}")
of_prefixes = Status.objects.get_for_model(Prefix).get(name="Active")
of_addresses = Status.objects.get_for_model(IPAddress).get(name="Active")
places = {}
for second, percent in enumerate((0, 50, 99)):
    pool = Prefix.objects.create(
        prefix=f"10.{second}.0.0/16", type="pool", status=of_prefixes, namespace=Namespace.objects.get(name="Global")
    )
    held = [
        IPAddress(
            host=f"10.{second}.{number >> 8}.{number & 255}",
            mask_length=32,
            ip_version=4,
            parent=pool,
            status=of_addresses,
        )
        for number in range(65_536 * percent // 100)
    ]
    IPAddress.objects.bulk_create(held, batch_size=2000)
    places[str(percent)] = f"/api/ipam/prefixes/{pool.pk}/available-ips/"

for line in sys.stdin:
    begun = perf_counter()
    answer = client.post(places[line.strip()], {"status": str(of_addresses.pk)}, content_type="application/json")
    took = perf_counter() - begun
    assert answer.status_code == 201, answer.content
    print(f"took {took}", flush=True)  # noqa: T201  # the answer to the process that asks
