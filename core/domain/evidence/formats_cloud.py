"""Clouds, audit trails, reports of abuse: mostly records in records."""

# ruff: noqa: E501 - a sample and a head are one line, as in the log

from __future__ import annotations

from typing import Final

from core.domain.evidence.format import Format, Sample
from core.domain.evidence.sighting import Doubt

CLOUD: Final[tuple[Format, ...]] = (
    Format(
        name="aws-vpc-flow",
        hint=" eni-",
        head=r"(?:(?P<t>\d{4}-\d\d-\d\dT[\d:.]+Z) )?\d (?:\d{12}|unknown) eni-\S+ (?:\S+ ){7}\d{10} \d{10} ",
        columns="- account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action status",
        sample=Sample(
            "2 123456789010 eni-0a 203.0.113.7 198.51.100.80 5 443 6 1200000 1500000000 1795230720 1795230778 ACCEPT OK",
            "2026-11-21T03:12:00",
        ),
    ),
    Format(
        name="azure-flow-tuple",
        hint=",",
        head=r"1\d{9}(?:\d{3})?,\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3},\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3},\d+,\d+,\w+,[IO],",
        columns="time src_ip dst_ip src_port dst_port protocol",
        sample=Sample("1795230720,203.0.113.7,10.0.0.4,51514,443,T,I,D", "2026-11-21T03:12:00"),
    ),
    Format(
        name="aws-elb",
        hint='"',
        head=r"(?:(?:https?|h2|grpcs|wss?|tls) )?(?P<t>\d{4}-\d\d-\d\dT[\d:.]+Z) \S+ \d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}:\d+ ",
        sample=Sample(
            'https 2026-11-27T22:04:15.123456Z app/f/50dc 203.0.113.7:51514 10.0.0.12:8080 0.001 "GET /?at=2019-01-01T00:00:00Z"',
            "2026-11-27T22:04:15",
        ),
    ),
    Format(
        name="aws-s3-access",
        hint=" REST.",
        head=r"[0-9a-f]{8,64} \S+ \[(?P<t>\d\d/\w+/\d{4}:[^\]]+)\] \S+ \S+ \S+ REST\.",
        sample=Sample(
            '79a59df9 b [27/Nov/2026:22:04:15 +0000] 203.0.113.7 - AB12 REST.HEAD.BUCKET - "HEAD / HTTP/1.1" 403',
            "2026-11-27T22:04:15",
        ),
    ),
    Format(
        name="aws-cloudtrail",
        keys=("eventTime",),
        sample=Sample(
            '{"Records": [{"userIdentity": {"creationDate": "2026-11-21T01:00:00Z"}, "eventTime": "2026-11-21T03:12:00Z", "sourceIPAddress": "203.0.113.7"}]}',
            "2026-11-21T03:12:00",
        ),
    ),
    Format(
        name="aws-guardduty",
        within=("service",),
        keys=("eventFirstSeen",),
        lends=True,
        sample=Sample(
            '{"service": {"eventFirstSeen": "2026-11-21T03:12:00Z", "eventLastSeen": "2026-11-21T05:40:00Z"}, "resource": {"ip": "203.0.113.7"}, "createdAt": "2026-11-21T03:20:00Z"}',
            "2026-11-21T03:12:00",
            Doubt.PERIOD,
        ),
    ),
    Format(
        name="aws-waf",
        keys=("timestamp",),
        sample=Sample(
            '{"timestamp": 1795230720123, "httpRequest": {"clientIp": "203.0.113.7", "headers": [{"name": "x", "value": "2020-01-01T00:00:00Z"}]}}',
            "2026-11-21T03:12:00",
        ),
    ),
    Format(
        name="aws-resolver",
        keys=("query_timestamp",),
        sample=Sample(
            '{"query_timestamp": "2026-11-21T03:12:00Z", "account_id": "1500000000", "srcaddr": "203.0.113.7", "srcport": "51514"}',
            "2026-11-21T03:12:00",
        ),
    ),
    Format(
        name="azure-activity",
        keys=("eventTimestamp",),
        sample=Sample(
            '{"submissionTimestamp": "2026-11-21T03:14:30Z", "eventTimestamp": "2026-11-21T03:12:00Z", "httpRequest": {"clientIpAddress": "203.0.113.7"}}',
            "2026-11-21T03:12:00",
        ),
    ),
    Format(
        name="entra-signin",
        keys=("createdDateTime",),
        sample=Sample(
            '{"createdDateTime": "2026-11-21T03:12:00Z", "ipAddress": "203.0.113.7", "deviceDetail": {"browser": "Chrome 131.0.0.0"}}',
            "2026-11-21T03:12:00",
        ),
    ),
    Format(
        name="m365-audit",
        keys=("CreationTime",),
        zone="UTC",
        sample=Sample(
            '{"CreationTime": "2026-11-21T03:12:00", "ClientIP": "203.0.113.7:51514", "UserId": "m@example.org"}',
            "2026-11-21T03:12:00",
        ),
    ),
    Format(
        name="cloudflare",
        keys=("EdgeStartTimestamp",),
        sample=Sample(
            '{"ClientIP": "203.0.113.7", "EdgeResponseBytes": 1500000000, "EdgeStartTimestamp": 1795230720442211000}',
            "2026-11-21T03:12:00",
        ),
    ),
    Format(
        name="cloudfront",
        sample=Sample(
            "#Fields: date time x-edge-location sc-bytes c-ip\n2026-11-27\t22:04:15\tFRA56\t1500000000\t203.0.113.7".replace(
                "date time x-edge-location sc-bytes c-ip", "date\ttime\tx-edge-location\tsc-bytes\tc-ip"
            ),
            "2026-11-27T22:04:15",
        ),
    ),
    Format(
        name="gcp-lb",
        keys=("timestamp",),
        sample=Sample(
            '{"httpRequest": {"remoteIp": "203.0.113.7:51514"}, "receiveTimestamp": "2026-11-21T05:00:00Z", "timestamp": "2026-11-21T03:12:00Z"}',
            "2026-11-21T03:12:00",
        ),
    ),
    Format(
        name="gcp-vpc-flow",
        keys=("start_time",),
        sample=Sample(
            '{"jsonPayload": {"start_time": "2026-07-22T14:03:50.1Z", "connection": {"src_ip": "203.0.113.7"}}, "timestamp": "2026-07-22T14:04:07Z"}',
            "2026-07-22T14:03:50",
        ),
    ),
    Format(
        name="github-audit",
        keys=("@timestamp",),
        sample=Sample(
            '{"@timestamp": 1795230720442, "actor_ip": "203.0.113.7", "created_at": 1795230720442}',
            "2026-11-21T03:12:00",
        ),
    ),
    Format(
        name="google-workspace",
        keys=("time",),
        sample=Sample(
            '{"id": {"time": "2026-11-21T03:12:00.442Z", "uniqueQualifier": "1460892904"}, "ipAddress": "203.0.113.7"}',
            "2026-11-21T03:12:00",
        ),
    ),
    Format(
        name="okta",
        keys=("published",),
        sample=Sample(
            '{"client": {"ipAddress": "203.0.113.7"}, "published": "2026-11-21T03:12:00Z", "target": [{"lastUpdated": "2026-03-01T00:00:00Z"}]}',
            "2026-11-21T03:12:00",
        ),
    ),
    Format(
        name="k8s-audit",
        keys=("requestReceivedTimestamp",),
        sample=Sample(
            '{"requestReceivedTimestamp": "2026-11-21T03:12:00.4Z", "sourceIPs": ["203.0.113.7"], "objectRef": {"name": "x"}}',
            "2026-11-21T03:12:00",
        ),
    ),
    Format(
        name="vault-audit",
        keys=("time",),
        sample=Sample(
            '{"time": "2026-11-21T03:12:00Z", "auth": {"token_issue_time": "2026-11-01T00:00:00Z"}, "request": {"remote_address": "203.0.113.7"}}',
            "2026-11-21T03:12:00",
        ),
    ),
    Format(
        name="elastic-common-schema",
        keys=("@timestamp",),
        sample=Sample(
            '{"event": {"created": "2026-10-14T09:00:00Z"}, "@timestamp": "2026-10-14T07:45:30Z", "source": {"ip": "203.0.113.7", "port": 51514}}',
            "2026-10-14T07:45:30",
        ),
    ),
    Format(
        name="splunk-csv",
        keys=("_time",),
        sample=Sample(
            '"_time","_raw",clientip\n"2026-09-06T07:20:10.000+0200","203.0.113.7 - - [x]",203.0.113.7',
            "2026-09-06T05:20:10",
        ),
    ),
    Format(
        name="misp",
        within=("Attribute", "Event"),
        keys=("first_seen",),
        never=("timestamp", "publish_timestamp"),
        sample=Sample(
            '{"Event": {"timestamp": "1789862400", "Attribute": [{"value": "203.0.113.7", "first_seen": "2026-09-06T05:20:10Z", "timestamp": "1789862400"}]}}',
            "2026-09-06T05:20:10",
        ),
    ),
    Format(
        name="stix",
        keys=("first_observed",),
        sample=Sample(
            '{"created": "2026-09-10T00:00:00Z", "first_observed": "2026-09-06T05:20:10Z", "objects": {"0": {"value": "203.0.113.7"}}}',
            "2026-09-06T05:20:10",
        ),
    ),
    Format(
        name="xarf",
        keys=("first_seen",),
        sample=Sample(
            '{"xarf_version": "4.0.0", "timestamp": "2026-09-06T05:20:10Z", "source_identifier": "203.0.113.7", "source_port": 51514}',
            "2026-09-06T05:20:10",
        ),
    ),
    Format(
        name="arf",
        sample=Sample(
            "Feedback-Type: abuse\nUser-Agent: G/1.0.0.3\nArrival-Date: Sun, 06 Sep 2026 05:20:10 +0000\nSource-IP: 203.0.113.7",
            "2026-09-06T05:20:10",
        ),
    ),
    Format(
        name="acns",
        within=("Source",),
        keys=("TimeStamp",),
        sample=Sample(
            "<Infringement><Source><TimeStamp>2026-09-06T05:20:10Z</TimeStamp><IP_Address>203.0.113.7</IP_Address></Source></Infringement>",
            "2026-09-06T05:20:10",
        ),
    ),
    Format(
        name="dmarc",
        within=("date_range",),
        keys=("begin",),
        lends=True,
        sample=Sample(
            "<feedback><report_metadata><date_range><begin>1788652800</begin><end>1788739199</end></date_range></report_metadata><record><row><source_ip>203.0.113.7</source_ip></row></record></feedback>",
            "2026-09-06T00:00:00",
            Doubt.PERIOD,
        ),
    ),
)
