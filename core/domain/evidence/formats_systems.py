"""Databases, message brokers, containers, kernels and Windows."""

# ruff: noqa: E501 - a sample and a head are one line, as in the log

from __future__ import annotations

from typing import Final

from core.domain.evidence.format import Format, Sample
from core.domain.evidence.sighting import Doubt

_ZONE: Final = Doubt.ZONE_ASSUMED
_BOTH: Final = Doubt.ZONE_ASSUMED | Doubt.YEAR_ASSUMED

SYSTEMS: Final[tuple[Format, ...]] = (
    Format(
        name="mysql-old",
        hint="[",
        head=r"(?P<t>\d{6} [ \d]\d:\d\d:\d\d) (?:\[|\d+ )",
        order="yymmdd",
        sample=Sample(
            "261014  7:45:30 [Warning] IP address '203.0.113.7' could not be resolved", "2026-10-14T07:45:30", _ZONE
        ),
    ),
    Format(
        name="mysql",
        hint="Z ",
        head=r"(?P<t>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z?) +\d+ \[",
        sample=Sample(
            "2026-10-14T07:45:30.123456Z 12 [Note] Access denied for user 'x'@'203.0.113.7'", "2026-10-14T07:45:30"
        ),
    ),
    Format(
        name="mysql-slow",
        opens=r"# Time: ",
        head=r"# Time: (?P<t>\d{4}-\d\d-\d\dT\S+|\d{6} [ \d]\d:\d\d:\d\d)",
        order="yymmdd",
        sample=Sample(
            "# Time: 2026-10-14T07:45:30.442Z\n# User@Host: x[x] @ [203.0.113.7]  Id: 9\nSET timestamp=1791963930;",
            "2026-10-14T07:45:30",
        ),
    ),
    Format(
        name="postgres",
        hint=" [",
        head=r"(?P<t>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? [A-Z+-][\w+-]*) \[\d+\] ",
        sample=Sample(
            "2026-10-14 07:45:31 UTC [77] 203.0.113.7(51514) LOG:  SELECT * WHERE ts < '2024-01-01 00:00:00'",
            "2026-10-14T07:45:31",
        ),
    ),
    Format(
        name="redis",
        hint=":",
        head=r"\d+:[A-Z] (?P<t>\d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d\.\d+) ",
        sample=Sample("1:M 14 Oct 2026 07:45:30.442 * Accepted 203.0.113.7:51514", "2026-10-14T07:45:30", _ZONE),
    ),
    Format(
        name="kafka",
        hint="] ",
        head=r"\[(?P<t>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3})\] [A-Z]+ ",
        sample=Sample(
            "[2026-10-14 07:45:30,442] INFO [SocketServer] Failed authentication with /203.0.113.7 (x)",
            "2026-10-14T07:45:30",
            _ZONE,
        ),
    ),
    Format(
        name="java-util-logging",
        hint="M ",
        opens=r"[A-Za-z][a-z]{2} \d\d?, \d{4} \d\d?:\d\d:\d\d [AP]M \S+ \S+$",
        closes=r"(?:SEVERE|WARNING|INFO|CONFIG|FINE\w*): ",
        head=r"(?P<t>[A-Za-z][a-z]{2} \d\d?, \d{4} \d\d?:\d\d:\d\d [AP]M) ",
        sample=Sample(
            "Oct 14, 2026 7:45:30 AM net.Auth login\nWARNING: attempt from 203.0.113.7 failed",
            "2026-10-14T07:45:30",
            _ZONE,
        ),
    ),
    Format(
        name="python-log4j",
        hint=",",
        head=r"(?P<t>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) +(?!fail2ban)(?:- )?(?:\[?[A-Z]{4,8}\b|[\w.]+ - )",
        sample=Sample(
            "2026-10-14 07:45:30,442 INFO  [pool-1] Gate: peer=/203.0.113.7:51514 valid until 2026-12-14",
            "2026-10-14T07:45:30",
            _ZONE,
        ),
    ),
    Format(
        name="rabbitmq",
        opens=r"=[A-Z]+ REPORT==== ",
        head=r"=[A-Z]+ REPORT==== (?P<t>\d{1,2}-[A-Z][a-z]{2}-\d{4}::\d\d:\d\d:\d\d|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)",
        sample=Sample(
            "=INFO REPORT==== 14-Oct-2026::07:45:30 ===\naccepting AMQP connection (203.0.113.7:51514 -> 10.0.0.12:5672)",
            "2026-10-14T07:45:30",
            _ZONE,
        ),
    ),
    Format(
        name="windows-event-text",
        opens=r"Log Name: ",
        closes=r"(?!)",
        head=r"Date: +(?P<t>\S.*)",
        sample=Sample(
            "Log Name:      Security\nDate:          2026-10-14T07:45:30Z\n\n\tSource Network Address:\t203.0.113.7",
            "2026-10-14T07:45:30",
        ),
    ),
    Format(
        name="windows-event-xml",
        keys=("SystemTime",),
        zone="UTC",
        sample=Sample(
            '<Event><System><TimeCreated SystemTime="2026-10-14T07:45:30.6Z"/></System><EventData><Data Name="IpAddress">203.0.113.7</Data></EventData></Event>',
            "2026-10-14T07:45:30",
        ),
    ),
    Format(
        name="windows-dhcp",
        sample=Sample(
            "ID,Date,Time,Description,IP Address\n10,10/14/26,07:45:30,Assign,203.0.113.7", "2026-10-14T07:45:30", _ZONE
        ),
    ),
    Format(
        name="windows-firewall",
        sample=Sample(
            "#Time Format: Local\n#Fields: date time action src-ip\n2026-11-27 22:04:15 DROP 203.0.113.7",
            "2026-11-27T22:04:15",
            _ZONE,
        ),
    ),
    Format(
        name="iis-w3c",
        sample=Sample(
            "#Fields: date time c-ip cs-uri-query\n2026-11-27 22:04:15 203.0.113.7 from=2020-01-01",
            "2026-11-27T22:04:15",
        ),
    ),
    Format(
        name="exchange",
        sample=Sample(
            "#Fields: date-time,client-ip,message-info\n2026-09-06T05:20:10.442Z,203.0.113.7,2026-09-06T05:20:05.000Z",
            "2026-09-06T05:20:10",
        ),
    ),
    Format(
        name="klog",
        hint="] ",
        head=r"[IWEF](?P<t>\d{4} \d\d:\d\d:\d\d\.\d+) +\d+ \S+:\d+\] ",
        order="md",
        sample=Sample(
            "W1014 07:45:30.123456 1500000000 net.cc:88] slow peer 203.0.113.7:51514", "--10-14T07:45:30", _BOTH
        ),
    ),
    Format(
        name="glog",
        hint="] ",
        head=r"[IWEF](?P<t>\d{8} \d\d:\d\d:\d\d\.\d+) +\d+ \S+:\d+\] ",
        sample=Sample(
            "E20261014 07:45:30.123456 77 net.cc:88] slow peer 203.0.113.7:51514", "2026-10-14T07:45:30", _ZONE
        ),
    ),
    Format(
        name="journald-export",
        keys=("__REALTIME_TIMESTAMP",),
        sample=Sample(
            "__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1791963930442211\nMESSAGE=Failed password from 203.0.113.7 port 51514",
            "2026-10-14T07:45:30",
        ),
    ),
    Format(
        name="docker-json",
        keys=("time",),
        sample=Sample(
            '{"log": "\\tconnect from\\t203.0.113.7\\r\\n", "stream": "stderr", "time": "2026-10-14T07:45:30.5Z"}',
            "2026-10-14T07:45:30",
        ),
    ),
    Format(
        name="mongodb",
        keys=("t",),
        sample=Sample(
            '{"t": {"$date": "2026-11-21T11:12:00.442+08:00"}, "attr": {"remote": "203.0.113.7:51514"}}',
            "2026-11-21T03:12:00",
        ),
    ),
    Format(
        name="dmesg",
        hint="] ",
        head=r"\[ *\d{1,7}\.\d{6}\] ",
        sample=Sample(
            "[512345.678901] IPv4: martian source 203.0.113.7 from 192.0.2.9, on dev eth1", None, Doubt.TIME_UNKNOWN
        ),
    ),
    Format(
        name="tai64n",
        hint="@4",
        head=r"(?P<t>@4[0-9a-f]{23}) ",
        sample=Sample("@400000006acf3324075bcd15 tcpserver: pid 31 from 203.0.113.7", "2026-10-14T07:45:30"),
    ),
)
