"""Daemons of a host: mail, names, logins, telephony, watchdogs."""

# ruff: noqa: E501 - a sample and a head are one line, as in the log

from __future__ import annotations

from typing import Final

from core.domain.evidence.format import LEAD, Format, Sample
from core.domain.evidence.sighting import Doubt

_ZONE: Final = Doubt.ZONE_ASSUMED
_BOTH: Final = Doubt.ZONE_ASSUMED | Doubt.YEAR_ASSUMED
_HEAD: Final = LEAD + r"(?P<t>[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d+)?|\d{4}-\d\d-\d\dT\S+) \S+ "

HOSTS: Final[tuple[Format, ...]] = (
    Format(
        name="sshd",
        hint=" sshd",
        head=rf"{_HEAD}sshd(?:-session)?(?:\[\d+\])?: ",
        sample=Sample(
            "Nov 27 22:04:15 bastion sshd[2211]: Failed password for root from 203.0.113.7 port 51514 ssh2",
            "--11-27T22:04:15",
            _BOTH,
        ),
    ),
    Format(
        name="postfix",
        hint=" postfix/",
        head=rf"{_HEAD}postfix/[\w/-]+\[\d+\]: ",
        sample=Sample(
            "Nov 27 22:04:15 mx postfix/smtpd[77]: NOQUEUE: reject: RCPT from unknown[203.0.113.7]: 554 5.7.1",
            "--11-27T22:04:15",
            _BOTH,
        ),
    ),
    Format(
        name="dovecot",
        hint=" dovecot: ",
        head=rf"{_HEAD}dovecot: ",
        sample=Sample(
            "Nov 27 22:04:15 mx dovecot: imap-login: Login: user=<m>, rip=203.0.113.7", "--11-27T22:04:15", _BOTH
        ),
    ),
    Format(
        name="pppd",
        hint=" pppd[",
        head=rf"{_HEAD}pppd\[\d+\]: ",
        sample=Sample("Nov 27 22:04:15 gw1 pppd[9]: remote IP address 203.0.113.7", "--11-27T22:04:15", _BOTH),
    ),
    Format(
        name="strongswan",
        hint=" charon",
        head=rf"{_HEAD}(?:ipsec\[\d+\]|charon\S*): ",
        sample=Sample(
            "Nov  3 03:12:00 vpn charon: 09[IKE] established; lifetime until 2027-02-01 00:00:00, peer 203.0.113.7[500]",
            "--11-03T03:12:00",
            _BOTH,
        ),
    ),
    Format(
        name="auditd",
        hint="audit(",
        head=r"(?:node=\S+ )?(?:type=\S+ )?(?:msg=)?audit\((?P<t>1\d{9}\.\d+):\d+\)",
        sample=Sample(
            "type=USER_LOGIN msg=audit(1791963930.442:52008): auid=4294967295 addr=203.0.113.7", "2026-10-14T07:45:30"
        ),
    ),
    Format(
        name="exim",
        hint=" ",
        head=r"(?P<t>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?(?: [+-]\d{4})?) (?:\[\d+\] )?[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4} ",
        sample=Sample(
            '2026-09-06 05:20:10 1uGhXy-0001Ab-2c <= a@b.example H=(x) [203.0.113.7]:51514 T="until 2026-12-01 00:00:00"',
            "2026-09-06T05:20:10",
            _ZONE,
        ),
    ),
    Format(
        name="bind",
        hint=": ",
        head=r"(?P<t>\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d\.\d+) (?:[\w-]+: ){1,2}",
        sample=Sample(
            "06-Sep-2026 05:20:10.442 queries: info: client @0x7 203.0.113.7#51514 (x): query: x IN A",
            "2026-09-06T05:20:10",
            _ZONE,
        ),
    ),
    Format(
        name="unbound",
        hint="] ",
        head=r"\[(?P<t>1\d{9})\] (?:unbound|nsd)\[",
        sample=Sample("[1788672010] unbound[88:0] info: 203.0.113.7 www.example. A IN", "2026-09-06T05:20:10"),
    ),
    Format(
        name="zabbix-nagios",
        hint="] ",
        head=r"\[(?P<t>1\d{9})\] (?:SERVICE|HOST|CURRENT|EXTERNAL|PASSIVE|Warning|Error)\b",
        sample=Sample(
            "[1788672010] SERVICE ALERT: web;HTTP;CRITICAL;SOFT;1;connect to address 203.0.113.7 and port 443",
            "2026-09-06T05:20:10",
        ),
    ),
    Format(
        name="zabbix",
        hint=":",
        head=r" *\d+:(?P<t>\d{8}:\d{6}\.\d{3}) ",
        sample=Sample(
            "  1234:20260906:052010.442 failed to accept an incoming connection from 203.0.113.7",
            "2026-09-06T05:20:10",
            _ZONE,
        ),
    ),
    Format(
        name="fail2ban",
        hint=" fail2ban.",
        head=r"(?P<t>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) fail2ban\.",
        sample=Sample(
            "2026-11-27 22:04:15,812 fail2ban.filter [612]: INFO [sshd] Found 203.0.113.7 - 2026-11-27 22:04:14",
            "2026-11-27T22:04:15",
            _ZONE,
        ),
    ),
    Format(
        name="freeswitch",
        hint="% [",
        head=r"(?:[0-9a-f-]{36} )?(?P<t>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+) [\d.]+% \[",
        sample=Sample(
            "2026-09-06 05:20:10.442211 98.70% [WARNING] sofia_reg.c:1842 SIP auth failure from ip 203.0.113.7",
            "2026-09-06T05:20:10",
            _ZONE,
        ),
    ),
    Format(
        name="freeswitch-short",
        hint=" [",
        head=r"(?P<t>\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}) \[",
        order="md",
        sample=Sample(
            "09-06 05:20:10.026292 [WARN] [sofia_reg.c:4130] Can't find user from 203.0.113.7",
            "--09-06T05:20:10",
            _BOTH,
        ),
    ),
    Format(
        name="asterisk",
        hint=": ",
        head=r"\[(?P<t>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?)\] (?:NOTICE|WARNING|ERROR|SECURITY|VERBOSE)\[",
        sample=Sample(
            "[2026-09-06 05:20:10] NOTICE[77]: chan_sip.c:29000 x: failed for '203.0.113.7:5060' - Wrong password",
            "2026-09-06T05:20:10",
            _ZONE,
        ),
    ),
    Format(
        name="radius",
        hint=" : ",
        head=r"(?P<t>[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}) : [A-Z]\w+: ",
        sample=Sample(
            "Sun Sep  6 05:20:10 2026 : Auth: (1500000000) Login incorrect: [m] (cli 203.0.113.7)",
            "2026-09-06T05:20:10",
            _ZONE,
        ),
    ),
    Format(
        name="dhcpd-leases",
        opens=r"lease [\d.]+ \{",
        closes=r"\}",
        head=r"\s*starts (?:\d|epoch) (?P<t>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d|\d{10});",
        zone="UTC",
        sample=Sample(
            "lease 203.0.113.7 {\n  starts 0 2026/09/06 05:20:10;\n  ends 0 2026/09/06 05:50:10;\n}",
            "2026-09-06T05:20:10",
        ),
    ),
    Format(
        name="last",
        hint=" ",
        head=r"\S+ +(?:pts|tty|ssh|ftpd?|console)\S* +\S+ +(?P<t>[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d(?::\d\d(?: \d{4})?)?)",
        sample=Sample(
            "root     pts/0        203.0.113.7      Sun Sep  6 05:20   still logged in", "--09-06T05:20:00", _BOTH
        ),
    ),
)
