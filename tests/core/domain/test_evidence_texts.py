"""Texts of formats and of their neighbours, each with what is right for the addresses in it."""

# ruff: noqa: E501 - a text is one line, as it is pasted

from bisect import bisect_right
from datetime import UTC, datetime

import pytest

from core.domain.addresses import format_address
from core.domain.evidence import Doubt, Settings, scan
from core.domain.evidence.reader import read_blocks
from core.domain.evidence.scan import Scanner

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)

TEXTS: dict[str, tuple[str, list[tuple[str, str | None]]]] = {
    "acns": (
        "Protocol: BitTorrent\nInfringer's IP address: 203.0.113.7\nInfringer's Port: 51514\nFirst Found (UTC): 2026-09-06 05:20:10\nLast Found (UTC): 2026-09-06 05:44:00\nTitle: X\n",
        [("203.0.113.7", "2026-09-06T05:20:10")],
    ),
    "apache-access": (
        '203.0.113.7 - - [06/Sep/2026:05:20:10 +0000] "\\x16\\x03\\x01" 400 226 "-" "-" 1500000000\n203.0.113.8 - - [06/Sep/2026:05:20:40 +0000] "-" 408 - "-" "-"\n',
        [("203.0.113.7", "2026-09-06T05:20:10"), ("203.0.113.8", "2026-09-06T05:20:40")],
    ),
    "checkpoint": (
        '"Number" "Date" "Time" "Interface" "Origin" "Type" "Action" "Service" "Source Port" "Source" "Destination" "Protocol"\n"1500000000" "6Sep2026" "5:20:10" "eth0" "198.51.100.1" "Log" "Drop" "22" "51514" "203.0.113.7" "198.51.100.80" "tcp"\n',
        [
            ("198.51.100.1", "2026-09-06T05:20:10"),
            ("203.0.113.7", "2026-09-06T05:20:10"),
            ("198.51.100.80", "2026-09-06T05:20:10"),
        ],
    ),
    "checkpoint 2": (
        "6Sep2026  5:20:10 drop   198.51.100.1 >eth0 src: 203.0.113.7; s_port: 51514; dst: 198.51.100.80; service: 22; proto: tcp; rule: 7;\n",
        [
            ("198.51.100.1", "2026-09-06T05:20:10"),
            ("203.0.113.7", "2026-09-06T05:20:10"),
            ("198.51.100.80", "2026-09-06T05:20:10"),
        ],
    ),
    "cisco-asa": (
        '<164>:Sep 06 05:20:10 UTC: %ASA-session-4-106023: Deny tcp src outside:203.0.113.7/51514 dst inside:198.51.100.80/23 by access-group "x"\n',
        [("203.0.113.7", "2026-09-06T05:20:10"), ("198.51.100.80", "2026-09-06T05:20:10")],
    ),
    "cisco-asa 2": (
        "Sep  6 05:20:10 fw1 Sep 06 2026 05:20:09: %ASA-6-305011: Built dynamic TCP translation from inside:10.0.0.12/51514 to outside:203.0.113.7/1030\n",
        [("10.0.0.12", "2026-09-06T05:20:09"), ("203.0.113.7", "2026-09-06T05:20:09")],
    ),
    "cisco-nxos": (
        "2026 Sep  6 05:20:10.123 UTC: %AUTHPRIV-3-SYSTEM_MSG: pam_aaa:Authentication failed from 203.0.113.7 - sshd[1500]\n",
        [("203.0.113.7", "2026-09-06T05:20:10")],
    ),
    "opnsense": (
        '<134>1 2026-09-06T07:20:10+02:00 fw.example filterlog 1500 - [meta sequenceId="1500000000"] 9,,,02f4bab031b57d1e30553ce08e0ec131,igb0,match,pass,in,4,0x0,,52,1,0,DF,17,udp,76,203.0.113.7,198.51.100.80,51514,123,56\n',
        [("203.0.113.7", "2026-09-06T05:20:10"), ("198.51.100.80", "2026-09-06T05:20:10")],
    ),
    "pmacct": (
        '{"event_type":"purge","ip_src":"203.0.113.7","ip_dst":"198.51.100.80","port_src":51514,"port_dst":22,"ip_proto":"tcp","timestamp_start":"2026-09-06 05:20:10.123","timestamp_end":"2026-09-06 05:20:12.0","packets":1,"bytes":1500000000,"writer_id":"1500000000"}\n',
        [("203.0.113.7", "2026-09-06T05:20:10"), ("198.51.100.80", "2026-09-06T05:20:10")],
    ),
    "cloudtrail": (
        '{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","sessionContext":{"attributes":{"creationDate":"2026-09-05T00:00:00Z"}}},"eventTime":"2026-09-06T05:20:10Z","eventSource":"s3.amazonaws.com","sourceIPAddress":"203.0.113.7","userAgent":"[aws-cli/2.7.1.0]","requestParameters":{"startTime":1500000000,"ipAddress":"203.0.113.8"},"responseElements":{"expiration":"2027-01-01T00:00:00Z"}}\n',
        [("203.0.113.7", "2026-09-06T05:20:10"), ("203.0.113.8", "2026-09-06T05:20:10")],
    ),
    "vpcflow": (
        "2026-09-06T05:21:30.000Z 2 123456789010 eni-1 203.0.113.7 10.0.0.12 51514 22 6 20 4249 1788672010 1788672070 REJECT OK\n",
        [("203.0.113.7", "2026-09-06T05:20:10"), ("10.0.0.12", "2026-09-06T05:20:10")],
    ),
    "last": (
        "root     pts/0        203.0.113.7     2026-09-06T07:20:10+02:00 - 2026-09-06T07:30:10+02:00  (00:10)\n",
        [("203.0.113.7", "2026-09-06T05:20:10")],
    ),
    "windows-fw": (
        "#Version: 1.5\n#Software: Microsoft Windows Firewall\n#Time Format: UTC\n#Fields: date time action protocol src-ip dst-ip src-port dst-port size tcpflags tcpsyn tcpack tcpwin icmptype icmpcode info path\n\n2026-09-06 05:20:10 DROP TCP 203.0.113.7 198.51.100.80 51514 445 52 S 1500000000 0 64240 - - - RECEIVE\n",
        [("203.0.113.7", "2026-09-06T05:20:10"), ("198.51.100.80", "2026-09-06T05:20:10")],
    ),
    "dhcpd-leases": (
        "lease 203.0.113.7 {\n  starts 0 2026/09/06 05:20:10;\n  ends 0 2026/09/06 17:20:10;\n  cltt 0 2026/09/06 05:20:10;\n  binding state active;\n  hardware ethernet 00:11:22:33:44:55;\n}\nlease 203.0.113.8 {\n  starts epoch 1788672040; # Sun Sep 06 05:20:40 2026\n  ends never;\n}\n",
        [("203.0.113.7", "2026-09-06T05:20:10"), ("203.0.113.8", "2026-09-06T05:20:40")],
    ),
    "strongswan": (
        "Sep  6 05:20:10 vpn charon: 05[IKE] IKE_SA x[1500000000] established between 198.51.100.80[vpn]...203.0.113.7[x]\n",
        [("198.51.100.80", "2026-09-06T05:20:10"), ("203.0.113.7", "2026-09-06T05:20:10")],
    ),
    "mail": (
        "X-Originating-IP: [203.0.113.7]\nX-Received: by 10.0.0.12 with SMTP id x.1.1788672010123;\n        Sat, 05 Sep 2026 22:20:10 -0700 (PDT)\nFrom: a@b\nDate: Sun, 6 Sep 2026 05:20:00 +0000\n\nhi\n",
        [("203.0.113.7", "2026-09-06T05:20:00"), ("10.0.0.12", "2026-09-06T05:20:10")],
    ),
    "serilog": (
        '{"@t":"2026-09-06T05:20:10.1234567Z","@mt":"{Ip} x","Ip":"203.0.113.7","Created":"2020-01-01T00:00:00Z"}\n',
        [("203.0.113.7", "2026-09-06T05:20:10")],
    ),
    "glog": (
        "E20260906 05:20:10.123456 1500000000 x.cc:1] from 203.0.113.7:51514\n",
        [("203.0.113.7", "2026-09-06T05:20:10")],
    ),
    "log4j-json": (
        '{"instant":{"epochSecond":1788672010,"nanoOfSecond":123000000},"level":"INFO","message":"from 203.0.113.7","threadId":1500000000}\n',
        [("203.0.113.7", "2026-09-06T05:20:10")],
    ),
    "csv": (
        "Source IP,Login Date,Login Time,Time Zone\n203.0.113.7,9/6/2026,5:20:10 AM,UTC\n203.0.113.8,9/16/2026,5:20:40 AM,UTC\n",
        [("203.0.113.7", "2026-09-06T05:20:10"), ("203.0.113.8", "2026-09-16T05:20:40")],
    ),
    "csv 2": (
        '"203.0.113.7","2026-09-06T05:20:10Z","2027-09-06T05:20:10Z"\n',
        [("203.0.113.7", "2026-09-06T05:20:10")],
    ),
    "yaml": (
        "---\nsource: 203.0.113.7\nport: 51514\nseen: 2026-09-06T05:20:10Z\n...\n---\nsource: 203.0.113.8\nseen: 2026-09-06T05:20:40Z\n",
        [("203.0.113.7", "2026-09-06T05:20:10"), ("203.0.113.8", "2026-09-06T05:20:40")],
    ),
    "intelmq": (
        '{"classification.type":"scanner","source.ip":"203.0.113.7","source.port":51514,"destination.ip":"198.51.100.80","destination.port":22,"time.source":"2026-09-06T05:20:10+00:00","time.observation":"2026-09-07T00:00:00+00:00"}\n',
        [("203.0.113.7", "2026-09-06T05:20:10"), ("198.51.100.80", "2026-09-06T05:20:10")],
    ),
    "cn": (
        "2026年9月6日 下午1:20:10 203.0.113.7\n2026年9月6日13时20分10秒 203.0.113.8\n2026/9/6 下午 1:20:10 203.0.113.9\n",
        [
            ("203.0.113.7", "2026-09-06T13:20:10"),
            ("203.0.113.8", "2026-09-06T13:20:10"),
            ("203.0.113.9", "2026-09-06T13:20:10"),
        ],
    ),
    "iso": (
        "2026-09-06T05:20:10+00 203.0.113.7\n2026-09-06_05:20:10 203.0.113.8\n2026-09-06-05.20.10.123456 203.0.113.9\n",
        [
            ("203.0.113.7", "2026-09-06T05:20:10"),
            ("203.0.113.8", "2026-09-06T05:20:10"),
            ("203.0.113.9", "2026-09-06T05:20:10"),
        ],
    ),
    "grep": (
        "auth.log.1.gz:Sep  6 05:20:10 h sshd[1]: Invalid user 2020-01-01T00:00:00Z from 203.0.113.7 port 51514\nsyslog:1500000000:Sep  6 05:20:10 h x: 203.0.113.8\n",
        [("203.0.113.7", "2026-09-06T05:20:10"), ("203.0.113.8", "2026-09-06T05:20:10")],
    ),
    "whois": (
        "inetnum:        203.0.113.0 - 203.0.113.255\ncreated:        2011-01-01T00:00:00Z\nlast-modified:  2020-01-01T00:00:00Z\nsource:         RIPE\n",
        [("203.0.113.0", None), ("203.0.113.255", None)],
    ),
    "bgp": (
        "BGP4MP|1788672010|A|203.0.113.7|64500|198.51.100.0/24|64500 64501|IGP|203.0.113.7|0|0||NAG||\n",
        [("203.0.113.7", "2026-09-06T05:20:10"), ("198.51.100.0", "2026-09-06T05:20:10")],
    ),
    "masscan": (
        "open tcp 22 203.0.113.7 1788672010\n",
        [("203.0.113.7", "2026-09-06T05:20:10")],
    ),
    "abuse-table": (
        "Date (UTC)           Source IP        SrcPort  Dest IP          DstPort\n2026-09-06 05:20:10  203.0.113.7      51514    198.51.100.80    22\n2026-09-06 05:20:40  203.0.113.8      51514    198.51.100.80    22\n",
        [
            ("203.0.113.7", "2026-09-06T05:20:10"),
            ("198.51.100.80", "2026-09-06T05:20:10"),
            ("203.0.113.8", "2026-09-06T05:20:40"),
            ("198.51.100.80", "2026-09-06T05:20:40"),
        ],
    ),
    "argus": (
        "         StartTime      Flgs  Proto            SrcAddr  Sport   Dir            DstAddr  Dport  TotPkts   TotBytes State\n   05:20:10.123456  e           tcp        203.0.113.7.51514     ->      198.51.100.80.22           2        120   REQ\n",
        [("203.0.113.7", None), ("198.51.100.80", None)],
    ),
}


def told(text: str) -> set[tuple[str, str | None]]:
    """Return each address of a text with its moment to the second; None where the text does not tell."""
    return {
        (
            each.address if isinstance(each.address, str) else format_address(each.address),
            None if each.at is None else f"{each.at:%Y-%m-%dT%H:%M:%S}",
        )
        for each in scan([text], Settings(NOW))
    }


@pytest.mark.parametrize("name", TEXTS)
def test_each_address_has_the_moment_of_its_record(name: str) -> None:
    text, right = TEXTS[name]
    assert told(text) == set(right)


JOINED = {
    "quoted-printable, then a log": (
        "From: a@b.example\nTo: c@d.example\nContent-Transfer-Encoding: quoted-printable\n\n203.0.113.=\n7\n",
        "2026-09-06T05:21:10Z fw1 DROP src=203.0.113.8 dst=198.51.100.80 proto=tcp\n",
    ),
    "a W3C log, then a sentence of as many words": (
        "#Fields: date time src-ip dst-ip\n2026-11-27 22:04:15 203.0.113.7 10.0.0.12\n",
        "2026-09-06T05:20:10Z see 4.2.1.3 203.0.113.8\n",
    ),
    "a W3C log, then slow queries": (
        "#Fields: date time c-ip s-ip\n2026-11-27 22:04:15 203.0.113.7 10.0.0.12\n",
        "# Time: 2026-09-06T05:20:10Z\n# User@Host: x[x] @ [203.0.113.8] Id: 7\nSELECT 1 WHERE d>'2020-01-01 00:00:00' AND ip='203.0.113.9';\n",
    ),
    "a log, then packets without a date": (
        "2026-09-06T07:20:10+0200 h sshd[1]: Failed password from 203.0.113.7 port 9 ssh2\n",
        " 00:00:00.000123 IP 203.0.113.8.51514 > 198.51.100.80.22: Flags [.], length 0\n",
    ),
    "a log, then connections": (
        "2026-09-06T05:20:10Z from 203.0.113.7\n",
        "  TCP    203.0.113.8:3389       198.51.100.80:51514    ESTABLISHED     1500\n",
    ),
    "a paragraph, then an entry of a registry": (
        "Source-IP: 203.0.113.7\nTime: 2026-09-06 05:20:10 UTC\n",
        "inetnum: 203.0.113.0 - 203.0.113.255\ncreated: 2011-01-01T00:00:00Z\n",
    ),
    "a table of words, then packets without a date": (
        "vpc-id bytes pkt-srcaddr pkt-dstaddr start end\nvpc-1 1700000000 203.0.113.7 10.0.0.12 1795230720 1795230750\n",
        " 00:00:00.000123 IP 203.0.113.8.51514 > 198.51.100.80.22: Flags [.], length 0\n",
    ),
}


@pytest.mark.parametrize("name", JOINED)
def test_a_text_behind_another_keeps_its_moments(name: str) -> None:
    first, second = JOINED[name]
    assert told(first + second) == told(first) | told(second)


def test_a_second_time_beside_one_that_only_records_the_entry_is_a_doubt() -> None:
    (found,) = scan(
        ['{"created": "2020-01-01T00:00:00Z", "stand": "2026-09-06 05:20:10Z", "ip": "203.0.113.7"}'], Settings(NOW)
    )
    assert (found.doubts, found.others) == (Doubt.SEVERAL_TIMES, (datetime(2026, 9, 6, 5, 20, 10, tzinfo=UTC),))


PORTS = {
    'device="SFW" time="2026-09-06T05:20:10Z" src_ip=198.51.100.80 dst_ip=203.0.113.7 src_port=51514 dst_port=22\n': 22,
    '{"ts": 1788672010, "ipv4_src_addr": "198.51.100.80", "l4_src_port": 5, "ipv4_dst_addr": "203.0.113.7", "l4_dst_port": 22}\n': 22,
    '{"Timestamp": "2026-09-06T05:20:12Z", "ClientIP": "198.51.100.80", "ClientPort": 5, "OriginIP": "203.0.113.7", "OriginPort": 22}\n': 22,
    '{"time": "2026-09-06T05:20:12Z", "src_ip": "10.0.0.12", "src_port": 5, "nat_src_ip": "203.0.113.7", "nat_src_port": 1030}\n': 1030,
    "Sep  6 05:20:10 2026 H3C NAT: SrcIPAddr(1003)=10.0.0.12;SrcPort(1004)=5;NATSrcIPAddr(1005)=203.0.113.7;NATSrcPort(1006)=1030;\n": 1030,
    "Sep  6 05:20:10 pf filterlog[15]: 4,,,1,igb0,match,block,in,4,0x0,,51,15,0,DF,6,tcp,60,203.0.113.7,198.51.100.80,51514,22,0,S\n": 51514,
    '{"time": "2026-09-06T05:20:12Z", "message": "Network Information:\\n\\tSource Network Address:\\t203.0.113.7\\n\\tSource Port:\\t\\t51514"}\n': 51514,
}


@pytest.mark.parametrize("text", PORTS)
def test_a_port_is_that_of_its_end(text: str) -> None:
    (ours,) = [each for each in scan([text], Settings(NOW)) if each.address == 0xCB007107]
    assert ours.port == PORTS[text]


RANGES = {
    "one network": [0xCB007100, 0xCB007200],
    "scattered addresses": [number for first in range(0xCB007101, 0xCB007110, 2) for number in (first, first + 1)],
    "many networks": [number for third in range(64) for number in (0xC6336400 + third * 512, 0xC6336500 + third * 512)],
    "nothing": [],
}


@pytest.mark.parametrize("ranges", RANGES)
def test_addresses_of_some_ranges_are_those_of_the_whole_text(ranges: str) -> None:
    """What can be left out changes nothing: a text in which other texts stand between many lines of a log."""
    within = RANGES[ranges]
    filler = "".join(
        f'9.1.{n >> 8}.{n & 255} - - [06/Sep/2026:05:20:10 +0000] "GET / HTTP/1.1" 200 1\n' for n in range(40)
    )
    filler += "".join(f"Sep  6 05:20:{n:02} h sshd[1]: Failed password from 9.2.0.{n} port 5 ssh2\n" for n in range(40))
    filler += "".join(f'{{"time": "2026-09-06T05:20:10Z", "ip": "9.3.0.{n}"}}\n' for n in range(40))
    for first in [text for text, _ in TEXTS.values()] + [first + second for first, second in JOINED.values()]:
        text = f"{filler}{first}{filler}"
        kept = [seen[:2] for seen in everything(text, within)]
        assert kept == [seen[:2] for seen in everything(text, None) if is_within(seen[0], within)], first


def everything(text: str, within: list[int] | None) -> list[tuple[int | str, int, int]]:
    """Return address, moment and line of each mention."""
    scanner = Scanner(Settings(NOW), within)
    seen = [each for block in read_blocks([text]) for each in scanner.read(block)] + scanner.end()
    return [(address, key, line) for address, key, _, line, *_ in seen]


def is_within(address: int | str, within: list[int]) -> bool:
    return isinstance(address, int) and bisect_right(within, address) % 2 == 1
