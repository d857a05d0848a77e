"""The only module that knows Zenlayer's SDK. It uses the SDK's signing and sends with a transport of its own.

The SDK's transport would take a password from `.netrc` in place of the signature, ignore NO_PROXY and the CA of the
environment, follow redirects, and wait for ever on an answer that drips. Answers are plain dictionaries here: the SDK's
models drop keys that they do not know.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from threading import Lock, local
from time import monotonic, time
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

import certifi
import requests
from requests.exceptions import ConnectTimeout, ProxyError, RequestException, SSLError, Timeout
from urllib3.exceptions import HTTPError, MaxRetryError, NameResolutionError, NewConnectionError
from zenlayercloud.common.abstract_client import AbstractClient
from zenlayercloud.common.abstract_model import AbstractModel
from zenlayercloud.common.config import Config
from zenlayercloud.common.credential import Credential, TokenCredential

from core.domain.json_value import Json, JsonObject
from core.live.fields import SERVICES, Action
from core.live.meanings import NETWORK, NOT_JSON, Failed
from core.live.profiles import Access

__all__ = ["Client"]

_CONNECT_SECONDS: Final = 5.0
_SILENT_SECONDS: Final = 60.0
"""Seconds without a byte after which an answer is given up."""
_PIECE: Final = 1 << 16
for _name in ("zenlayercloud", "zenlayercloud_sdk_common"):
    logging.getLogger(_name).addHandler(logging.NullHandler())
    logging.getLogger(_name).propagate = False


class Client:
    """Calls to one account: a thread's reads on a kept connection, each write on a new one.

    So a write whose connection was refused sent nothing.
    """

    def __init__(self, access: Access, *, may_write: bool = False, deadline: float = 90.0) -> None:
        self._access = access
        self._may_write = may_write
        self._deadline = deadline
        self._mine = _Mine()
        self._kept: list[requests.Session] = []
        self._turn = Lock()

    def call(self, action: Action, fields: JsonObject) -> JsonObject:
        """Send one call and return its answer.

        Raises:
            Failed: no answer came, or the platform refused the call.
            PermissionError: the session may not write.

        """
        if action.writes and not self._may_write:
            raise PermissionError(f"{action.name} changes the account, and this session only reads")
        unknown = fields.keys() - set(action.sends)
        if unknown:
            raise ValueError(f"{action.name} has no field {', '.join(sorted(unknown))}")
        mine = self._of_thread()
        service = mine.services[action.service]
        if not action.writes:
            return _called(service, mine.reads, action.name, fields, self._deadline)
        with closing(_session(self._access)) as session:
            return _called(service, session, action.name, fields, self._deadline)

    def close(self) -> None:
        """Close the kept connections."""
        with self._turn:
            for session in self._kept:
                session.close()

    def _of_thread(self) -> _Mine:
        """Return what belongs to the thread that calls; neither the SDK's clients nor a session may be shared."""
        if not self._mine.services:
            self._mine.services = {name: _service(name, version, self._access) for name, version in SERVICES.items()}
            self._mine.reads = _session(self._access)
            with self._turn:
                self._kept.append(self._mine.reads)
        return self._mine


class _Mine(local):
    """The clients and the kept connections of one thread."""

    services: Mapping[str, _Service] = MappingProxyType({})
    reads: requests.Session


class _Body(AbstractModel):  # type: ignore[misc]  # the SDK has no types
    """The fields of a request."""

    def __init__(self, fields: JsonObject) -> None:
        self.fields = fields

    def serialize(self, allow_none: bool = False) -> JsonObject:  # noqa: ARG002, FBT001, FBT002  # the SDK's signature
        return self.fields


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class _Service(AbstractClient):  # type: ignore[misc]  # the SDK has no types
    """One service of the API: the SDK makes and signs the request."""

    session: requests.Session
    deadline: float
    sending: str

    def _send_request(self, req: Any) -> _Answer:
        """Send a signed request; the SDK calls this."""
        url = f"{self.config.scheme}://{self.config.domain}{req.uri}"
        with _failures(self.sending, self.deadline):
            return _exchanged(self.session, url, req.data, req.header, monotonic() + self.deadline)

    def _handle_response(self, resp: _Answer) -> JsonObject:  # the SDK's is static, and loses the status
        return _read(self.sending, resp)


def _service(name: str, version: str, access: Access) -> _Service:
    where = urlsplit(access.endpoint)
    if access.token is not None:
        credential = TokenCredential(access.token.reveal())
    else:
        credential = Credential(access.key_id, None if access.key is None else access.key.reveal())
    made: _Service = type(f"_{name}", (_Service,), {"_service": name, "_api_version": version})(
        credential, Config(scheme=where.scheme, domain=where.netloc, rate_limit_max_retries=0)
    )
    return made


def _called(
    service: _Service, session: requests.Session, action: str, fields: JsonObject, deadline: float
) -> JsonObject:
    service.session, service.deadline, service.sending = session, deadline, action
    answer: JsonObject = service._api_call(action, _Body(fields))  # noqa: SLF001  # the SDK has no other way to plain answers
    return answer


def _session(access: Access) -> requests.Session:
    """Return a session that takes nothing from `.netrc`."""
    session = requests.Session()
    session.trust_env = False
    environ = os.environ
    session.verify = (
        access.ca_file or environ.get("REQUESTS_CA_BUNDLE") or environ.get("SSL_CERT_FILE") or certifi.where()
    )
    proxy = access.proxy or _proxy_of(access.endpoint)
    session.proxies = {} if proxy is None else {"http": proxy, "https": proxy}
    return session


def _proxy_of(endpoint: str) -> str | None:
    """Return the proxy of the environment, unless NO_PROXY names the host."""
    name = f"{urlsplit(endpoint).scheme}_proxy"
    proxy = os.environ.get(name) or os.environ.get(name.upper())
    if not proxy or requests.utils.should_bypass_proxies(endpoint, no_proxy=None):
        return None
    return proxy


def _exchanged(session: requests.Session, url: str, data: str, headers: Mapping[str, str], until: float) -> _Answer:
    """Send a request and read its answer, which must be complete by a moment of the monotonic clock."""
    silent = min(_SILENT_SECONDS, max(until - monotonic(), 0.001))
    response = session.post(
        url,
        data=data,
        headers=dict(headers),
        timeout=(_CONNECT_SECONDS, silent),
        allow_redirects=False,
        stream=True,
    )
    with closing(response):
        body = bytearray()
        while piece := response.raw.read1(_PIECE, decode_content=True):
            body += piece
            if monotonic() > until:
                raise Timeout
        return _Answer(response.status_code, response.headers, bytes(body))


@contextmanager
def _failures(action: str, seconds: float) -> Iterator[None]:
    """Turn every failure to get an answer into `Failed`, in words of ours: those of the library may quote a secret."""
    try:
        yield
    except (RequestException, HTTPError, OSError) as problem:
        words, sent = _told(problem, seconds)
        raise Failed(action, NETWORK, words, sent=sent) from None


def _told(problem: Exception, seconds: float) -> tuple[str, bool]:
    """Return a sentence about a failure, and whether the request may have been sent."""
    reason = problem.args[0].reason if problem.args and isinstance(problem.args[0], MaxRetryError) else problem
    if isinstance(problem, ProxyError):
        return "the proxy cannot be reached, or refuses the connection.", False
    if isinstance(problem, SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(problem):
        return "the certificate of the answering host is not accepted.", False
    if isinstance(reason, NameResolutionError):
        return "the name of the host has no address.", False
    if isinstance(problem, ConnectTimeout) or isinstance(reason, NewConnectionError):
        return "the host cannot be reached.", False
    if isinstance(problem, (Timeout, TimeoutError)):
        return f"there was no complete answer within {seconds:g} seconds.", True
    return "the connection was cut before the answer was complete.", True


def _read(action: str, answer: _Answer) -> JsonObject:
    """Return the response in an answer.

    Raises:
        Failed: it is a refusal, or not of the API.

    """
    code, found = NOT_JSON, _parsed(answer.body)
    if answer.status == 200 and isinstance(response := found.get("response"), dict):
        return response
    if answer.status == 403 and answer.headers.get("cf-mitigated") == "challenge":
        code = "SECURITY_CHALLENGE"
    elif answer.status == 451:
        code = "REQUEST_BLOCKED"
    elif isinstance(found.get("code"), str):
        code = str(found["code"])
    raise Failed(
        action,
        code,
        str(found.get("message") or ""),
        request_id=str(found["requestId"]) if found.get("requestId") else None,
        status=answer.status,
        retry_after=_seconds(answer.headers.get("Retry-After")),
        clock_off=_clock_off(answer.headers.get("Date")),
    )


def _parsed(body: bytes) -> Mapping[str, Json]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _seconds(words: str | None) -> float | None:
    """Return the seconds of `Retry-After`, at most two minutes; a date there is ignored."""
    return min(float(words), 120.0) if words is not None and words.isdigit() else None


def _clock_off(date: str | None) -> float | None:
    """Return by how many seconds the clock of this host is ahead of the date of an answer."""
    try:
        return None if date is None else time() - parsedate_to_datetime(date).timestamp()
    except ValueError:
        return None
