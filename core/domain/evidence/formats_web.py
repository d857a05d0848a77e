"""Web servers, proxies and what stands in front of them."""

# ruff: noqa: E501 - a sample and a head are one line, as in the log

from __future__ import annotations

from typing import Final

from core.domain.evidence.format import SYSLOG, Format, Sample
from core.domain.evidence.sighting import Doubt

_ZONE: Final = Doubt.ZONE_ASSUMED
_BOTH: Final = Doubt.ZONE_ASSUMED | Doubt.YEAR_ASSUMED
_NAME: Final = r'(?:[^"\\\[]|\\.|\[(?!\d))*+'

WEB: Final[tuple[Format, ...]] = (
    Format(
        name="apache-access",
        hint='] "',
        head=r"(?:[\w./-]+:)?(?:\S+:\d+ )?\S+ \S+ (?:[^\"\\]|\\.)*\[(?P<t>\d\d?/\w+\.?/\d{4}[: ]\d\d:\d\d:\d\d[^\]]*)\] \"(?!.*\" \"[^\"]*\" \d+ \"[^\"]*\" \"http)",
        sample=Sample(
            '203.0.113.7 - - [12/Nov/2026:11:12:44 +0800] "GET /?t=2023-02-01T00:00:00Z HTTP/1.1" 200 5 "-" "-"',
            "2026-11-12T03:12:44",
        ),
    ),
    Format(
        name="traefik",
        hint='" "http',
        head=r"\S+ \S+ (?:[^\"\\]|\\.)*\[(?P<t>\d\d/\w+/\d{4}:\d\d:\d\d:\d\d[^\]]*)\] \"(?=.*\" \"[^\"]*\" \d+ \"[^\"]*\" \"http)",
        sample=Sample(
            '203.0.113.7 - - [27/Nov/2026:22:04:15 +0000] "GET / HTTP/2.0" 200 1 "-" "-" 88 "s@d" "http://172.18.0.5:3000" 12ms',
            "2026-11-27T22:04:15",
        ),
    ),
    Format(
        name="apache-error",
        hint="] [",
        head=r"\[(?P<t>[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:.]{8,15} \d{4})\] \[",
        sample=Sample(
            "[Sat Nov 28 02:31:09 2026] [error] [client 203.0.113.7] File does not exist: /2025-01-01 00:00:00",
            "2026-11-28T02:31:09",
            _ZONE,
        ),
    ),
    Format(
        name="nginx-error",
        hint="#",
        head=r"(?P<t>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) \[\w+\] \d+#\d+:",
        sample=Sample(
            "2026/11/28 02:31:09 [error] 712#712: *4 failed, client: 203.0.113.7, server: x",
            "2026-11-28T02:31:09",
            _ZONE,
        ),
    ),
    Format(
        name="nginx-msec",
        hint=' "',
        head=r"(?P<t>1\d{9}\.\d{3}) \S+ \"",
        sample=Sample(
            '1795826269.482 203.0.113.7 "GET /dl/1700000000.bin HTTP/1.1" 200 1610612736 0.004', "2026-11-28T00:37:49"
        ),
    ),
    Format(
        name="squid",
        hint="/",
        head=r"(?P<t>1\d{9}\.\d{3}) +-?\d+ \S+ [A-Z_]+/\d{3} ",
        sample=Sample(
            "1795826269.123    212 203.0.113.7 TCP_MISS/200 1500000000 GET http://m.example/2024-01-01T00:00:00Z/x",
            "2026-11-28T00:37:49",
        ),
    ),
    Format(
        name="haproxy",
        hint=" [",
        head=rf"(?:{SYSLOG}\S+ )?haproxy\[\d+\]: \S+:\d+ \[(?P<t>\d\d/\w+/\d{{4}}:\d\d:\d\d:\d\d[^\]]*)\]",
        sample=Sample(
            "Nov 28 02:31:09 lb haproxy[9]: 203.0.113.7:4012 [28/Nov/2026:02:31:08.123] fe be/s 0/0",
            "2026-11-28T02:31:08",
            _ZONE,
        ),
    ),
    Format(
        name="haproxy-connect",
        hint="haproxy[",
        head=r"(?P<t>(?=.{8,40} \S+ haproxy\[)\S.*?) \S+ haproxy\[\d+\]: Connect from ",
        sample=Sample(
            "2026-11-28T02:31:09+00:00 lb1 haproxy[990]: Connect from 203.0.113.7:40122 to 198.51.100.80:443",
            "2026-11-28T02:31:09",
        ),
    ),
    Format(
        name="envoy",
        hint=' "',
        head=r"\[(?P<t>\d{4}-\d\d-\d\dT[\d:.]+Z)\] \"[A-Z-]+ ",
        sample=Sample(
            '[2026-11-27T22:04:15.310Z] "GET /api/v1 HTTP/2" 200 - 0 5321 12 11 "203.0.113.7" "x"',
            "2026-11-27T22:04:15",
        ),
    ),
    Format(
        name="caddy",
        keys=("ts",),
        sample=Sample(
            '{"ts": 1795817055.25, "request": {"remote_ip": "203.0.113.7"}, "resp_headers": {"Date": ["Thu, 01 Jan 1970 00:00:00 GMT"]}}',
            "2026-11-27T22:04:15",
        ),
    ),
    Format(
        name="uwsgi",
        hint="[pid:",
        head=r"\[pid: \d+[^\]]*\] \S+ \([^)]*\) \{[^}]*\} \[(?P<t>[^\]]+)\]",
        sample=Sample(
            "[pid: 31|app: 0|req: 7/8] 203.0.113.7 (m) {40 vars in 7 bytes} [Wed Jul 22 14:03:50 2026] POST /x",
            "2026-07-22T14:03:50",
            _ZONE,
        ),
    ),
    Format(
        name="gunicorn",
        hint="INFO: ",
        head=r"INFO: +\S+:\d+ - \"[A-Z]+ ",
        sample=Sample('INFO:     203.0.113.7:51514 - "GET /docs HTTP/1.1" 200 OK', None, Doubt.TIME_UNKNOWN),
    ),
    Format(
        name="rails",
        hint=" for ",
        head=r"(?:[A-Z], \[\S+ #\d+\] +[A-Z]+ -- :? ?(?:\[[^\]]*\] ?)?)?Started [A-Z]+ \"(?:[^\"\\]|\\.)*\" for \S+ at (?P<t>.+)$",
        sample=Sample(
            'I, [2026-11-27T23:04:15.7 #412]  INFO -- : [c0] Started POST "/s" for 203.0.113.7 at 2026-11-27 22:04:15 +0000',
            "2026-11-27T22:04:15",
        ),
    ),
    Format(
        name="tomcat",
        hint="[",
        head=r"(?P<t>\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d\.\d+) [A-Z]+ \[",
        sample=Sample(
            "27-Nov-2026 22:04:15.118 WARNING [http-nio-1] org.example.Login.fail Bad password from 203.0.113.7",
            "2026-11-27T22:04:15",
            _ZONE,
        ),
    ),
    Format(
        name="tinyproxy-stunnel",
        hint=" LOG",
        head=r"(?P<t>\d{4}\.\d\d\.\d\d \d\d:\d\d:\d\d) LOG\d\[",
        sample=Sample(
            "2026.09.06 05:20:10 LOG5[1500000000]: Service [https] accepted connection from 203.0.113.7:51514",
            "2026-09-06T05:20:10",
            _ZONE,
        ),
    ),
    Format(
        name="tinyproxy",
        hint=" [",
        head=r"[A-Z]+ +(?P<t>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?) \[\d+\]: ",
        sample=Sample(
            "CONNECT   Sep 06 05:20:10.123 [77]: Connect (file descriptor 4): 203.0.113.7", "--09-06T05:20:10", _BOTH
        ),
    ),
    Format(
        name="3proxy",
        head=r"(?P<t>\d\d-\d\d-\d{4} \d\d:\d\d:\d\d [+-]\d{4}) [A-Z]+\.\d+ \d{5} ",
        order="dmy",
        sample=Sample(
            "06-09-2026 05:20:10 +0000 PROXY.3128 00004 - 203.0.113.7:28783 198.51.100.80:80 0 0 0 0 GET http://x.example/",
            "2026-09-06T05:20:10",
        ),
    ),
    Format(
        name="modsecurity",
        opens=r"--[0-9a-fA-F]{6,10}-A--\s*$",
        closes=r"--[0-9a-fA-F]{6,10}-Z--\s*$",
        head=r"\[(?P<t>\d\d/\w+/\d{4}:[^\]]+)\] ",
        sample=Sample(
            "--5f1a0001-A--\n[06/Sep/2026:05:20:10.442211 +0000] Zx1 203.0.113.7 51514 198.51.100.80 443\n--5f1a0001-Z--",
            "2026-09-06T05:20:10",
        ),
    ),
    Format(
        name="ftp",
        hint=" _ ",
        head=r"(?P<t>[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}) \d+ \S+ \d+ .* [ab] \S ",
        sample=Sample(
            "Sun Sep  6 05:20:10 2026 1 203.0.113.7 1500000000 /pub/2024-01-01 00:00:00.iso b _ o a x@y ftp 0 * c",
            "2026-09-06T05:20:10",
            _ZONE,
        ),
    ),
)
