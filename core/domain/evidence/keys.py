"""Names of fields: which of them hold the time of an event, a zone, an address, a port or a protocol."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from core.domain.evidence.zones import WORDS
from core.domain.zone_words import NAME_OFFSETS

_ORDER: Final = (
    "start starttime starttimestamp startdatetime begin begintime begintimestamp edgestarttimestamp starts flowstart",
    "timestampstart timestart flowstartmilliseconds flowstartseconds firstswitched",
    "eventtime eventtimestamp eventdatetime timegenerated eventcreationtime requestreceivedtimestamp",
    "occurred occurredat occurredon occurredtime occurrencetime datetimeoccurred dateofincident incidenttime",
    "firstseen eventfirstseen firstobserved firsttime datefirstseen firstevent first connectedsince firstfound",
    "@timestamp",
    "realtimetimestamp",
    "timestamp",
    "time",
    "ts",
    "t @t",
    "datetime dateandtime timedate date_time",
    "systemtime timecreated arrivaldate devtime querytimestamp logtime",
    "date published rt zeit datum when day",
    "epoch epochmillis timemillis unixtime clock at timeiso8601 msec hora fecha uhrzeit",
    "seen timesource instant",
)

EVENT_RANK: Final = {name: rank for rank, names in enumerate(_ORDER) for name in names.split()}
"""Rank of a normal name of an event key, the best lowest."""

PERIOD_RANK: Final = 4
"""Keys up to this rank name the begin of something that can last."""

SUFFIX_RANK: Final = 30
"""Rank of a key that only ends like a time."""

STRAY_RANK: Final = 90
"""Rank of a field whose name says nothing and that holds a time; it only makes a weak one doubtful."""

WEAK_RANK: Final = 60
"""Rank from which on a key counts only where nothing else names a time."""

_NEVER: Final = re.compile(
    r"updat|modif|expir|notbefore|notafter|valid|issue|^iat|^exp$|^nbf$|^last|lease|passw|pwd|birth|dob$|publishtime|"
    r"^end|end(?:time|date|s|timestamp|datetime)?$|stop|finish|durat|uptime|elapsed|timeout|timezone|runtime|taken|respons|upstream|"
    r"requesttime|monotonic|session|boot|install|compil|build|deliver|retry|next|until|queue|process|insert|sync|"
    r"changed|closed|deadline|due|renew|cached|maxage|ttl|offset|size|count|format|since|warrant"
)
_WEAK: Final = re.compile(
    r"creat|receiv|ingest|submi|index|logged|lastseen|lastobserved|export|report|generated|sent|login|signin"
)
_LIKE_TIME: Final = re.compile(
    r"(?:time|timestamp|date|datum|zeit|when|datetime|stamp|时间|日期|時間|heure|hora|fecha)$"
)
_LIKE_WEAK: Final = re.compile(r"^date|(?:at|on|seen|observed|ed)$")
_COUNTED: Final = re.compile(
    r"byte|octet|packet|pkt|frame|message|request|mail|flow|record|row|count|total|num|size|rate|volume|quota"
)
"""Words for what is counted: beside `received` or `sent`, a number is an amount."""
_UNIT: Final = re.compile(r"(?<=timestamp)(?:in)?(?:ms|us|ns|millis|micros|nanos|(?:milli|micro|nano)?seconds?|sec|s)$")
_END: Final = re.compile(
    r"^(?:end|ends|endtime|endtimestamp|timestampend|timeend|enddatetime|stop|stoptime|.*lastseen|lastobserved|.*endtimestamp|finishtime)$"
)
SECONDS: Final = frozenset({"seconds", "epochSecond", "epochSeconds", "_seconds"})
"""Names of the seconds in a record that is one time."""
LENDERS: Final = frozenset(
    {"system", "id", "header", "head", "metadata", "meta", "reportmetadata", "daterange", "timerange", "envelope"}
    | {"eventheader", "time", "timestamp"}
)
"""Names of children that lend their one time to the record around them."""

BARRED: Final = frozenset(
    {"headers", "respheaders", "reqheaders", "requestheaders", "responseheaders", "cookies", "cookie", "cert"}
    | {"certificate", "certificates", "tls", "x509", "rule", "rules", "useragent", "token", "claims"}
    | {"requestparameters", "responseelements", "parameters", "params", "arguments", "args", "filter", "filters"}
    | {"query", "querystring", "variables", "conditions"}
)
"""Names of children whose dates are not the event's."""

MESSAGES: Final = frozenset(
    {"log", "message", "msg", "raw", "line", "payload", "text", "textpayload", "fullmessage", "shortmessage"}
    | {"original", "content", "body", "data", "evidence", "logline", "rawlog", "rawevent", "eventoriginal"}
)
"""Names of fields that hold a line of another log."""
_ZONE: Final = frozenset({"tz", "timezone", "zone", "utcoffset", "gmtoffset", "tzoffset", "timezoneoffset", "tzname"})
_PROTOCOL: Final = frozenset(
    {"proto", "prot", "protocol", "protocolname", "protocoltype", "ipproto", "ipprotocol", "l4proto", "transport"}
    | {"transportprotocol"}
)
_IN_ZONE: Final = re.compile(
    r"[(\[_ ](?:in )?((?:UTC|GMT|utc|gmt)(?:[+-][0-9:]+)?)[)\]]?$"
    rf"|[(\[\uff08](?:in )?((?:{WORDS})|{'|'.join(NAME_OFFSETS)}|[A-Z][a-z]+/[A-Z][A-Za-z_]+)[)\]\uff09]$"
)

PROTOCOLS: Final = {"1": "icmp", "6": "tcp", "17": "udp", "47": "gre", "50": "esp", "58": "icmpv6", "132": "sctp"}
"""Names by the number in the IP header."""

_NAMED: Final = frozenset({"tcp", "udp", "icmp", "gre", "esp", "sctp", "icmpv6"})


@lru_cache(maxsize=8192)
def normal(key: str) -> str:
    """Return a key in lower case, without what parts its words, and without UTC or GMT at its end."""
    name = _IN_ZONE.sub("", key.rpartition("}")[2])
    name = "".join(each for each in name.lower() if each.isalnum() or each == "@")
    return name.removesuffix("utc") if len(name) > 3 else name


@lru_cache(maxsize=8192)
def time_rank(key: str) -> int | None:
    """Return how well a key names the time of an event, 0 best; None when it never does."""
    name = _UNIT.sub("", normal(key))
    if (rank := EVENT_RANK.get(name)) is not None:
        return rank
    if _WEAK.search(name) and not _COUNTED.search(name) and (_LIKE_TIME.search(name) or _LIKE_WEAK.search(name)):
        return WEAK_RANK
    if not (_LIKE_TIME.search(name) or key.endswith(("_ts", ".ts", "-ts", "Ts"))) or _NEVER.search(name):
        return None
    return SUFFIX_RANK


@lru_cache(maxsize=8192)
def is_stray(key: str) -> bool:
    """Whether nothing in the name of a field tells which time it holds."""
    return time_rank(key) is None and _NEVER.search(normal(key)) is None


@lru_cache(maxsize=8192)
def is_end(key: str) -> bool:
    """Whether a key names the end of what a begin key began."""
    return _END.match(normal(key)) is not None


def is_zone(key: str) -> bool:
    """Whether a key names a zone."""
    return normal(key) in _ZONE


def zone_in(key: str) -> str:
    """Return the zone that stands in a key itself, as in `Date (UTC)`; empty without one."""
    found = _IN_ZONE.search(key)
    return found[1] or found[2] if found else ""


@lru_cache(maxsize=8192)
def is_protocol(key: str) -> bool:
    """Whether a key names the protocol above IP."""
    return normal(key) in _PROTOCOL


def protocol_of(value: str) -> str | None:
    """Return the lower-case name of a protocol by its name or number; None when it is not one."""
    name = value.strip().lower()
    return PROTOCOLS.get(name) or (name.partition("/")[0] if name.partition("/")[0] in _NAMED else None)


_PORT: Final = re.compile(r"(?:port|spt|dpt|portnumber|portid|origp|respp|端口)$")
_TRANSLATED: Final = re.compile(r"^(?:nat|xlate|trans|postn|mapped)(?=src|source|dst|dest)")
_SOURCE_WORD: Final = re.compile(r"src|source|client|源")
_TARGET_WORD: Final = re.compile(r"dst|dest|目的|目标")
_SOURCE: Final = re.compile(
    r"^(?:s(?:rc|ource|addr|port|pt|ip|$)|orig(?!in)|client|c(?:ip|port)$|remote|peer|from|attacker|idorig|pktsrc|edgeclient)"
)
_TARGET: Final = re.compile(r"^(?:origin.|d(?:st|est|addr|port|pt|ip|$)|target|resp|server|local|victim|idresp|pktdst)")


@lru_cache(maxsize=8192)
def side(key: str) -> str:
    """Return which end of a flow a key is about: `from`, `to`, `server`, or empty when it does not say.

    The ends of a translated flow are `translated from` and `translated to`.
    """
    if key.lower() in {"s-ip", "s-port"}:
        return "server"
    name = normal(key)
    if (found := _TRANSLATED.match(name)) is not None:
        return f"translated {side(name[found.end() :])}"
    if _SOURCE.match(name) and name not in {"s", "service", "server", "serverip", "serverport"}:
        return "from"
    if _TARGET.match(name) or name == "service":
        return "to"
    source, target = _SOURCE_WORD.search(name), _TARGET_WORD.search(name)
    return "" if (source is None) == (target is None) else "to" if source is None else "from"


@lru_cache(maxsize=8192)
def is_port(key: str) -> bool:
    """Whether a key names a port."""
    name = normal(key)
    return _PORT.search(name) is not None and not name.endswith(("report", "export", "import", "support"))
