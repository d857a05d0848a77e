"""Firewalls, routers, sensors, flow records and what watches them."""

# ruff: noqa: E501 - a sample and a head are one line, as in the log

from __future__ import annotations

from typing import Final

from core.domain.evidence.format import LEAD, SYSLOG, Format, Sample
from core.domain.evidence.sighting import Doubt

_ZONE: Final = Doubt.ZONE_ASSUMED
_BOTH: Final = Doubt.ZONE_ASSUMED | Doubt.YEAR_ASSUMED

NETWORK: Final[tuple[Format, ...]] = (
    Format(
        name="cef",
        hint="CEF:",
        head=rf"(?:{SYSLOG}\S+ |{LEAD})CEF:\s?\d\|",
        keys=("rt", "start", "deviceReceiptTime", "end"),
        sample=Sample(
            "Oct 14 07:45:31 siem CEF:0|V|Gate|1.4.0.0|1|x|5|rt=1791963930000 src=203.0.113.7", "2026-10-14T07:45:30"
        ),
    ),
    Format(
        name="leef",
        hint="LEEF:",
        head=rf"(?:{SYSLOG}\S+ |{LEAD})LEEF:\s?\d",
        keys=("devTime",),
        sample=Sample(
            "LEEF:2.0|V|Gate|1.2.3.4|Deny|^|devTime=Oct 14 2026 15:45:30 GMT+08:00^src=203.0.113.7",
            "2026-10-14T07:45:30",
        ),
    ),
    Format(
        name="checkpoint",
        hint="CheckPoint",
        head=rf"{LEAD}(?:1 )?(?P<t>\d{{4}}-\S+) \S+ CheckPoint ",
        keys=("time",),
        sample=Sample(
            '<134>1 2026-11-27T22:04:15Z mgmt CheckPoint 19 - [time:"1795817051"; src:"203.0.113.7"]',
            "2026-11-27T22:04:11",
        ),
    ),
    Format(
        name="fortigate",
        hint="date=",
        head=rf"(?:{SYSLOG}\S+ |{LEAD})date=\d{{4}}-\d\d-\d\d,? ?time=\d",
        keys=("date", "time"),
        sample=Sample('date=2026-11-27 time=14:04:15 tz="-0800" srcip=203.0.113.7', "2026-11-27T22:04:15"),
    ),
    Format(
        name="f5-asm",
        hint="ASM:",
        head=rf"{SYSLOG}\S+ ASM:",
        keys=("date_time",),
        sample=Sample(
            'Nov 27 22:04:15 f5 ASM:date_time="2026-11-27 22:04:14",ip_client="203.0.113.7"',
            "2026-11-27T22:04:14",
            _ZONE,
        ),
    ),
    Format(
        name="sonicwall",
        hint=" sn=",
        head=rf"(?:{SYSLOG}\S+ )?{LEAD} ?id=\S+ sn=\S+ ",
        keys=("time",),
        sample=Sample(
            '<134> id=fw sn=18B1 time="2026-11-27 22:04:15 UTC" src=203.0.113.7:51514:X1', "2026-11-27T22:04:15"
        ),
    ),
    Format(
        name="huawei-usg",
        hint="BeginTime=",
        head=rf"{LEAD}(?P<t>\d{{4}}-\d\d-\d\d \S+|[A-Z][a-z]{{2}} [ \d]\d .{{8,13}}) \S+ %%\d\d",
        keys=("BeginTime",),
        sample=Sample(
            "2026-11-28 06:04:15+08:00 USG1 %%01SECLOG/6/S(l):SourceIP=203.0.113.7,BeginTime=1795817045",
            "2026-11-27T22:04:05",
        ),
    ),
    Format(
        name="h3c",
        hint=" %%10",
        head=rf"{LEAD}(?P<t>[A-Z][a-z]{{2}} [ \d]\d \d\d:\d\d:\d\d(?:[.:]\d+)? \d{{4}}) ",
        sample=Sample(
            "<190>Nov 27 22:04:15 2026 H3C-1 %%10SHELL/5/FAIL: TELNET from 203.0.113.7 on VTY0.",
            "2026-11-27T22:04:15",
            _ZONE,
        ),
    ),
    Format(
        name="paloalto",
        hint=",",
        head=rf"(?:{SYSLOG}\S+ )?\d,\d{{4}}/\d\d/\d\d [\d:]{{8}},\w*,(?:TRAFFIC|THREAT|SYSTEM|CONFIG|GLOBALPROTECT|USERID),(?:.*,(?=\d{{4}}-\d\d-\d\dT[\d:.]+[+-]\d\d:\d\d$)|[^,]*,[^,]*,)(?P<t>\d{{4}}[/-]\d\d[/-]\d\d[ T][\d:]{{8}}(?:\.\d+)?(?:[+-]\d\d:\d\d)?)",
        sample=Sample(
            "Nov 27 22:04:20 pa1 1,2026/11/27 22:04:20,0018,TRAFFIC,end,1,2026/11/27 22:04:15,203.0.113.7",
            "2026-11-27T22:04:15",
            _ZONE,
        ),
    ),
    Format(
        name="cisco-asa",
        hint="-",
        head=rf"{LEAD}:?(?:[A-Z][a-z]{{2}} [ \d]\d [\d:]{{8}} \S+ :?(?=[A-Z][a-z]{{2}} [ \d]\d))?(?P<t>(?:[A-Z][a-z]{{2}} [ \d]\d|\d{{4}}-\d\d-\d\dT)\S* .*?)?:? ?%(?:ASA|FTD)-(?:\w+-)?\d-\d+:",
        sample=Sample(
            "<166>Nov 27 2026 22:04:15: %ASA-4-106023: Deny udp src outside:203.0.113.7/53",
            "2026-11-27T22:04:15",
            _ZONE,
        ),
    ),
    Format(
        name="cisco-nat",
        hint="%IPNAT-",
        head=rf"{LEAD}(?:\d+: )?[.*]?(?P<t>[A-Z][a-z]{{2}} [ \d]\d [\d:.]{{8,12}}).*?: %IPNAT-",
        sample=Sample(
            "Nov 27 22:04:15: %IPNAT-6-CREATED: tcp 203.0.113.7:1030 198.51.100.23:443", "--11-27T22:04:15", _BOTH
        ),
    ),
    Format(
        name="cisco-ios",
        hint=": %",
        head=rf"{LEAD}(?:\d+: )?(?:\S+: )?[.*]?(?P<t>[A-Z][a-z]{{2}} [ \d]\d (?:\d{{4}} )?[\d:.]{{8,12}}[^:]{{0,24}}): %(?!ASA|FTD|IPNAT)[A-Z\d_]+-\d-",
        sample=Sample(
            "000412: .Nov 27 22:04:15.123: %SEC_LOGIN-4-FAILED: [Source: 203.0.113.7]", "--11-27T22:04:15", _BOTH
        ),
    ),
    Format(
        name="juniper-srx",
        hint=" RT_",
        head=rf"{LEAD}(?:1 )?(?P<t>\d{{4}}-\d\d-\d\dT\S+|[A-Z][a-z]{{2}} [ \d]\d [\d:]{{8}}) \S+ (?:\S+: )?RT_",
        sample=Sample(
            '<14>1 2026-11-28T07:04:15.611+09:00 srx1 RT_FLOW - X [junos@2636.1.1.1.2.129 source-address="203.0.113.7"]',
            "2026-11-27T22:04:15",
        ),
    ),
    Format(
        name="mikrotik",
        hint="/",
        head=rf"{LEAD}(?P<t>[a-z]{{3}}/\d\d/\d{{4}} \d\d:\d\d:\d\d) \w+,",
        sample=Sample(
            "nov/27/2026 22:04:15 firewall,info drop input: proto TCP (SYN), 203.0.113.7:51514->198.51.100.80:22",
            "2026-11-27T22:04:15",
            _ZONE,
        ),
    ),
    Format(
        name="sophos-utm",
        hint="ulogd[",
        head=rf"{LEAD}(?P<t>\d{{4}}:\d\d:\d\d-\d\d:\d\d:\d\d) ",
        sample=Sample(
            '2026:11:27-22:04:15 utm ulogd[4]: srcip="203.0.113.7" srcport="51514"', "2026-11-27T22:04:15", _ZONE
        ),
    ),
    Format(
        name="iptables",
        hint=" SRC=",
        head=rf"{LEAD}(?P<t>[A-Z][a-z]{{2}} [ \d]\d (?:\d{{4}} )?[\d:]{{8}}|\d{{4}}-\d\d-\d\dT\S+) \S+ kernel: ",
        sample=Sample(
            "Nov 27 22:04:15 gw kernel: [1795.9] DROP IN=eth0 SRC=203.0.113.7 PROTO=TCP SPT=51514",
            "--11-27T22:04:15",
            _BOTH,
        ),
    ),
    Format(
        name="netflow-syslog",
        hint="JSERVICES_",
        head=rf"{LEAD}(?P<t>[A-Z][a-z]{{2}} [ \d]\d (?:\d{{4}} )?[\d:]{{8}}) \S+ .*?JSERVICES_",
        sample=Sample(
            "Nov 21 03:12:00 cgn1 JSERVICES_NAT_PORT_BLOCK_ALLOC: 203.0.113.7:1024-1087 0x6920a1f0",
            "--11-21T03:12:00",
            _BOTH,
        ),
    ),
    Format(
        name="conntrack",
        hint=" src=",
        head=r"(?:\s*\[(?P<t>1\d{9}\.\d+)\]\s+\[[A-Z]+\]|ipv4 ) +(?:2 )?\w+ +\d",
        sample=Sample(
            "[1791963930.442]\t [NEW] tcp 6 120 SYN_SENT src=203.0.113.7 dst=198.51.100.80 sport=5 dport=443",
            "2026-10-14T07:45:30",
        ),
    ),
    Format(
        name="pfsense",
        hint=",",
        head=rf"(?:{LEAD}(?:1 )?(?P<t>[A-Z][a-z]{{2}} [ \d]\d [\d:]{{8}}|\d{{4}}-\d\d-\d\dT\S+) (?:\S+ )?filterlog[^,]{{0,80}} )?\d+,[^,]*,[^,]*,\w*,\w+,match,\w+,(?:in|out),4,0x\w*,[^,]*,\d+,\d+,\d+,\w+,\d+,\w+,\d+,",
        columns="- - - - - - - - - - - - - - - - proto - src_ip dst_ip src_port dst_port",
        sample=Sample(
            "4,,,1000000103,igb0,match,block,in,4,0x0,,51,1500,0,DF,17,udp,76,203.0.113.7,198.51.100.80,5,123,56",
            None,
            Doubt.TIME_UNKNOWN,
        ),
    ),
    Format(
        name="suricata-fast",
        hint="[**]",
        head=r"(?P<t>\d\d/\d\d/\d{2,4}-\d\d:\d\d:\d\d\.\d+) +\[\*\*\]",
        order="mdy",
        sample=Sample(
            "11/06/2026-03:12:00.4  [**] [1:1:1] x [**] {TCP} 203.0.113.7:9 -> 198.51.100.80:22",
            "2026-11-06T03:12:00",
            _ZONE,
        ),
    ),
    Format(
        name="snort",
        hint="/",
        head=r"(?P<t>\d\d/\d\d-\d\d:\d\d:\d\d\.\d+) +(?:\[\*\*\]|\d)",
        order="md",
        sample=Sample("11/21-03:12:00.442211 203.0.113.7:51514 -> 198.51.100.80:22", "--11-21T03:12:00", _BOTH),
    ),
    Format(
        name="tcpdump",
        hint=" IP",
        head=r"(?P<t>(?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d\.\d+|1\d{9}\.\d+) IP6? ",
        sample=Sample(
            "2026-11-21 03:12:00.442211 IP 203.0.113.7.51514 > 198.51.100.80.443: Flags [S]",
            "2026-11-21T03:12:00",
            _ZONE,
        ),
    ),
    Format(
        name="pflog",
        hint=" rule ",
        head=r"(?P<t>(?:\d{4}-\d\d-\d\d |[A-Z][a-z]{2} [ \d]\d )\d\d:\d\d:\d\d\.\d+) rule ",
        sample=Sample(
            "2026-11-21 03:12:00.442211 rule 4/0(match): block in on em0: 203.0.113.7.51514 > 198.51.100.80.22: S",
            "2026-11-21T03:12:00",
            _ZONE,
        ),
    ),
    Format(
        name="nfdump",
        hint=" ->",
        head=r"(?P<t>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+) +\d+\.\d+ (?:TCP|UDP|ICMP|\d+) ",
        sample=Sample(
            "2026-11-21 03:12:00.442     0.512 TCP        203.0.113.7:51514 ->    198.51.100.80:443",
            "2026-11-21T03:12:00",
            _ZONE,
        ),
    ),
    Format(
        name="masscan",
        hint="open ",
        head=r"open (?:tcp|udp) \d{1,5} \S+ (?P<t>1\d{9})\s*$",
        sample=Sample("open tcp 22 203.0.113.7 1795230720", "2026-11-21T03:12:00"),
    ),
    Format(
        name="bgpdump",
        hint="|",
        head=r"(?:BGP4MP|TABLE_DUMP2?)(?:_ET)?\|(?P<t>1\d{9}(?:\.\d+)?)\|",
        sample=Sample("BGP4MP|1795230720|A|203.0.113.7|64500|198.51.100.0/24|64500 64501|IGP", "2026-11-21T03:12:00"),
    ),
    Format(
        name="zeek",
        keys=("ts",),
        sample=Sample(
            "#fields\tts\tid.orig_h\tid.orig_p\n1795230720.442211\t203.0.113.7\t51514", "2026-11-21T03:12:00"
        ),
    ),
    Format(
        name="suricata-eve",
        keys=("timestamp",),
        sample=Sample(
            '{"timestamp": "2026-11-21T03:12:00.4+0000", "flow_id": 1460892904123456, "src_ip": "203.0.113.7"}',
            "2026-11-21T03:12:00",
        ),
    ),
    Format(
        name="openvpn",
        hint=" us=",
        head=r"(?P<t>[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4}) us=\d+ ",
        sample=Sample(
            "Fri Nov 27 22:04:15 2026 us=118233 203.0.113.7:51514 TLS: Initial packet", "2026-11-27T22:04:15", _ZONE
        ),
    ),
    Format(
        name="netstat",
        hint=" ",
        head=r"(?:(?:tcp|udp)[46]? +\d+ +\d+| +(?:TCP|UDP)) +\S+[:.]\S+ +\S+[:.*]",
        sample=Sample(
            "tcp        0      0 203.0.113.7:443         198.51.100.23:51514     ESTABLISHED", None, Doubt.TIME_UNKNOWN
        ),
    ),
)
