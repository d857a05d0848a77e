"""Daemons of a host: mail, names, logins, databases, telephony, and the head of syslog."""

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
        sample=Sample("Nov 27 22:04:15 bastion sshd[2211]: Failed password for root from 203.0.113.7 port 51514 ssh2", "--11-27T22:04:15", _BOTH),
    ),
    Format(
        name="postfix",
        hint=" postfix/",
        head=rf"{_HEAD}postfix/[\w/-]+\[\d+\]: ",
        sample=Sample("Nov 27 22:04:15 mx postfix/smtpd[77]: NOQUEUE: reject: RCPT from unknown[203.0.113.7]: 554 5.7.1", "--11-27T22:04:15", _BOTH),
    ),
    Format(
        name="dovecot",
        hint=" dovecot: ",
        head=rf"{_HEAD}dovecot: ",
        sample=Sample("Nov 27 22:04:15 mx dovecot: imap-login: Login: user=<m>, rip=203.0.113.7", "--11-27T22:04:15", _BOTH),
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
        sample=Sample("Nov  3 03:12:00 vpn charon: 09[IKE] established; lifetime until 2027-02-01 00:00:00, peer 203.0.113.7[500]", "--11-03T03:12:00", _BOTH),
    ),
    Format(
        name="auditd",
        hint="audit(",
        head=r"(?:node=\S+ )?(?:type=\S+ )?(?:msg=)?audit\((?P<t>1\d{9}\.\d+):\d+\)",
        sample=Sample("type=USER_LOGIN msg=audit(1791963930.442:52008): auid=4294967295 addr=203.0.113.7", "2026-10-14T07:45:30"),
    ),
    Format(
        name="exim",
        hint=" ",
        head=r"(?P<t>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?(?: [+-]\d{4})?) (?:\[\d+\] )?[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4} ",
        sample=Sample('2026-09-06 05:20:10 1uGhXy-0001Ab-2c <= a@b.example H=(x) [203.0.113.7]:51514 T="until 2026-12-01 00:00:00"', "2026-09-06T05:20:10", _ZONE),
    ),
    Format(
        name="bind",
        hint=": ",
        head=r"(?P<t>\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d\.\d+) (?:[\w-]+: ){1,2}",
        sample=Sample("06-Sep-2026 05:20:10.442 queries: info: client @0x7 203.0.113.7#51514 (x): query: x IN A", "2026-09-06T05:20:10", _ZONE),
    ),
    Format(
        name="unbound",
        hint="] unbound[",
        head=r"\[(?P<t>1\d{9})\] unbound\[",
        sample=Sample("[1788672010] unbound[88:0] info: 203.0.113.7 www.example. A IN", "2026-09-06T05:20:10"),
    ),
    Format(
        name="zabbix-nagios",
        hint="] ",
        head=r"\[(?P<t>1\d{9})\] (?:SERVICE|HOST|CURRENT|EXTERNAL|PASSIVE|Warning|Error)\b",
        sample=Sample("[1788672010] SERVICE ALERT: web;HTTP;CRITICAL;SOFT;1;connect to address 203.0.113.7 and port 443", "2026-09-06T05:20:10"),
    ),
    Format(
        name="zabbix",
        hint=":",
        head=r" *\d+:(?P<t>\d{8}:\d{6}\.\d{3}) ",
        sample=Sample("  1234:20260906:052010.442 failed to accept an incoming connection from 203.0.113.7", "2026-09-06T05:20:10", _ZONE),
    ),
    Format(
        name="fail2ban",
        hint=" fail2ban.",
        head=r"(?P<t>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) fail2ban\.",
        sample=Sample("2026-11-27 22:04:15,812 fail2ban.filter [612]: INFO [sshd] Found 203.0.113.7 - 2026-11-27 22:04:14", "2026-11-27T22:04:15", _ZONE),
    ),
    Format(
        name="freeswitch",
        hint="% [",
        head=r"(?:[0-9a-f-]{36} )?(?P<t>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+) [\d.]+% \[",
        sample=Sample("2026-09-06 05:20:10.442211 98.70% [WARNING] sofia_reg.c:1842 SIP auth failure from ip 203.0.113.7", "2026-09-06T05:20:10", _ZONE),
    ),
    Format(
        name="asterisk",
        hint=": ",
        head=r"\[(?P<t>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?)\] (?:NOTICE|WARNING|ERROR|SECURITY|VERBOSE)\[",
        sample=Sample("[2026-09-06 05:20:10] NOTICE[77]: chan_sip.c:29000 x: failed for '203.0.113.7:5060' - Wrong password", "2026-09-06T05:20:10", _ZONE),
    ),
    Format(
        name="mysql-old",
        hint="[",
        head=r"(?P<t>\d{6} [ \d]\d:\d\d:\d\d) (?:\[|\d+ )",
        order="yymmdd",
        sample=Sample("261014  7:45:30 [Warning] IP address '203.0.113.7' could not be resolved", "2026-10-14T07:45:30", _ZONE),
    ),
    Format(
        name="mysql",
        hint="Z ",
        head=r"(?P<t>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z?) +\d+ \[",
        sample=Sample("2026-10-14T07:45:30.123456Z 12 [Note] Access denied for user 'x'@'203.0.113.7'", "2026-10-14T07:45:30"),
    ),
    Format(
        name="mysql-slow",
        opens=r"# Time: ",
        closes=r"# Time: ",
        head=r"# Time: (?P<t>\d{4}-\d\d-\d\dT\S+|\d{6} [ \d]\d:\d\d:\d\d)",
        order="yymmdd",
        sample=Sample("# Time: 2026-10-14T07:45:30.442Z\n# User@Host: x[x] @ [203.0.113.7]  Id: 9\nSET timestamp=1791963930;", "2026-10-14T07:45:30"),
    ),
    Format(
        name="postgres",
        hint=" [",
        head=r"(?P<t>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? [A-Z+-][\w+-]*) \[\d+\] ",
        sample=Sample("2026-10-14 07:45:31 UTC [77] 203.0.113.7(51514) LOG:  SELECT * WHERE ts < '2024-01-01 00:00:00'", "2026-10-14T07:45:31"),
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
        sample=Sample("[2026-10-14 07:45:30,442] INFO [SocketServer] Failed authentication with /203.0.113.7 (x)", "2026-10-14T07:45:30", _ZONE),
    ),
    Format(
        name="rabbitmq",
        opens=r"=[A-Z]+ REPORT==== ",
        head=r"=[A-Z]+ REPORT==== (?P<t>\d{1,2}-[A-Z][a-z]{2}-\d{4}::\d\d:\d\d:\d\d)",
        sample=Sample("=INFO REPORT==== 14-Oct-2026::07:45:30 ===\naccepting AMQP connection (203.0.113.7:51514 -> 10.0.0.12:5672)", "2026-10-14T07:45:30", _ZONE),
    ),
    Format(
        name="radius",
        hint=" : ",
        head=r"(?P<t>[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}) : [A-Z]\w+: ",
        sample=Sample("Sun Sep  6 05:20:10 2026 : Auth: (1500000000) Login incorrect: [m] (cli 203.0.113.7)", "2026-09-06T05:20:10", _ZONE),
    ),
    Format(
        name="dhcpd-leases",
        opens=r"lease [\d.]+ \{",
        closes=r"\}",
        head=r"\s*starts \d (?P<t>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d);",
        zone="UTC",
        sample=Sample("lease 203.0.113.7 {\n  starts 0 2026/09/06 05:20:10;\n  ends 0 2026/09/06 05:50:10;\n}", "2026-09-06T05:20:10"),
    ),
    Format(
        name="windows-event-text",
        opens=r"Log Name: ",
        closes=r"(?!)",
        head=r"Date: +(?P<t>\S.*)",
        sample=Sample("Log Name:      Security\nDate:          2026-10-14T07:45:30Z\n\n\tSource Network Address:\t203.0.113.7", "2026-10-14T07:45:30"),
    ),
    Format(
        name="windows-event-xml",
        keys=("SystemTime",),
        zone="UTC",
        sample=Sample('<Event><System><TimeCreated SystemTime="2026-10-14T07:45:30.6Z"/></System><EventData><Data Name="IpAddress">203.0.113.7</Data></EventData></Event>', "2026-10-14T07:45:30"),
    ),
    Format(
        name="windows-dhcp",
        sample=Sample("ID,Date,Time,Description,IP Address\n10,10/14/26,07:45:30,Assign,203.0.113.7", "2026-10-14T07:45:30", _ZONE),
    ),
    Format(
        name="windows-firewall",
        sample=Sample("#Time Format: Local\n#Fields: date time action src-ip\n2026-11-27 22:04:15 DROP 203.0.113.7", "2026-11-27T22:04:15", _ZONE),
    ),
    Format(
        name="iis-w3c",
        sample=Sample("#Fields: date time c-ip cs-uri-query\n2026-11-27 22:04:15 203.0.113.7 from=2020-01-01", "2026-11-27T22:04:15"),
    ),
    Format(
        name="exchange",
        sample=Sample("#Fields: date-time,client-ip,message-info\n2026-09-06T05:20:10.442Z,203.0.113.7,2026-09-06T05:20:05.000Z", "2026-09-06T05:20:10"),
    ),
    Format(
        name="klog",
        hint="] ",
        head=r"[IWEF](?P<t>\d{4} \d\d:\d\d:\d\d\.\d+) +\d+ \S+:\d+\] ",
        order="md",
        sample=Sample("W1014 07:45:30.123456 1500000000 net.cc:88] slow peer 203.0.113.7:51514", "--10-14T07:45:30", _BOTH),
    ),
    Format(
        name="journald-export",
        keys=("__REALTIME_TIMESTAMP",),
        sample=Sample("__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1791963930442211\nMESSAGE=Failed password from 203.0.113.7 port 51514", "2026-10-14T07:45:30"),
    ),
    Format(
        name="docker-json",
        keys=("time",),
        sample=Sample('{"log": "\\tconnect from\\t203.0.113.7\\r\\n", "stream": "stderr", "time": "2026-10-14T07:45:30.5Z"}', "2026-10-14T07:45:30"),
    ),
    Format(
        name="mongodb",
        keys=("t",),
        sample=Sample('{"t": {"$date": "2026-11-21T11:12:00.442+08:00"}, "attr": {"remote": "203.0.113.7:51514"}}', "2026-11-21T03:12:00"),
    ),
    Format(
        name="dmesg",
        hint="] ",
        head=r"\[ *\d{1,7}\.\d{6}\] ",
        sample=Sample("[512345.678901] IPv4: martian source 203.0.113.7 from 192.0.2.9, on dev eth1", None, Doubt.TIME_UNKNOWN),
    ),
    Format(
        name="tai64n",
        hint="@4",
        head=r"(?P<t>@4[0-9a-f]{23}) ",
        sample=Sample("@400000006acf3324075bcd15 tcpserver: pid 31 from 203.0.113.7", "2026-10-14T07:45:30"),
    ),
    Format(
        name="last",
        hint=" ",
        head=r"\S+ +(?:pts|tty|ssh|ftpd?|console)\S* +\S+ +(?P<t>[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d(?::\d\d(?: \d{4})?)?)",
        sample=Sample("root     pts/0        203.0.113.7      Sun Sep  6 05:20   still logged in", "--09-06T05:20:00", _BOTH),
    ),
)
