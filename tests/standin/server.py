"""The API of the platform on loopback, driven by the real SDK: it verifies signatures, and fails by script."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from threading import Thread
from typing import Any

from tests.standin.account import Account, Refusal
from tests.standin.changes import CHANGES

KEY_ID, KEY, TOKEN = "ak-standin", "password-of-the-standin", "token-of-the-standin"  # made up
_NO_PATIENCE = 300
"""Seconds that a signature may be old."""


@dataclass(frozen=True)
class Fault:
    """One answer that is not the right one. Without a kind it is a refusal of the API."""

    status: int = 500
    code: str = "INTERNAL_SERVER_ERROR"
    kind: str = ""
    """`text` of something on the way, `cut` before the work is done, `cut_after`, `half` a body, `drip`, `redirect`;
    `after`: a refusal, though the work is done."""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One request, as it came in."""

    action: str
    body: dict[str, Any]
    peer: int
    """The port of the client: its connection."""
    headers: Mapping[str, str]


@dataclass
class Standin:
    """The server, its account, and what it does next."""

    account: Account
    port: int = 0
    scheme: str = "http"
    faults: deque[Fault] = field(default_factory=deque)
    """Answers to the next calls."""
    write_faults: deque[Fault | None] = field(default_factory=deque)
    """Answers to the next calls that change something; None: the right one."""
    faults_on: dict[str, Fault] = field(default_factory=dict)
    """The answer to the next call of an action."""
    always: Fault | None = None
    skew: float = 0.0
    """Seconds by which its clock is ahead."""
    seen: list[Call] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"


@contextmanager
def serving(account: Account, tls: SSLContext | None = None) -> Iterator[Standin]:
    """Serve an account on a port of this host until the block ends."""
    standin = Standin(account, scheme="http" if tls is None else "https")
    handler = type("Handler", (_Handler,), {"standin": standin})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    standin.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield standin
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    standin: Standin
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.wfile = self.connection.makefile("wb", 1 << 20)  # one write an answer: two wait for an acknowledgement

    def do_POST(self) -> None:
        standin = self.standin
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        action, body = self.headers["x-zc-action"], json.loads(raw)
        standin.seen.append(Call(action, body, self.client_address[1], dict(self.headers)))
        chosen = standin.faults_on.pop(action, None)
        scripted = standin.write_faults if action in CHANGES and standin.write_faults else standin.faults
        fault = chosen or (scripted.popleft() if scripted else standin.always)
        if fault is not None and fault.kind not in ("cut_after", "after") and self._fails(fault):
            return None
        try:
            self._verify(raw)
            answer = {"requestId": "r-1", **standin.account.answer(action, body)}
        except Refusal as refusal:
            return self._send(refusal.status, _refusal(refusal.code, refusal.message))
        if fault is not None and fault.kind == "after":
            return self._send(fault.status, _refusal(fault.code, "scripted"))
        if fault is not None:
            return self._cut()
        return self._send(200, json.dumps({"requestId": "r-1", "response": answer}))

    def do_GET(self) -> None:
        self._send(200, "<html>the page that a redirect leads to</html>")

    def _verify(self, raw: bytes) -> None:
        """Check the signature by the published formula, independently of the SDK."""
        given = self.headers["Authorization"] or ""
        if given == f"Bearer {TOKEN}":
            return
        stamp = self.headers["x-zc-timestamp"] or "0"
        canonical = "\n".join(
            (
                *("POST", "/", ""),
                f"content-type:{self.headers['Content-Type']}\nhost:{self.headers['Host']}\n",
                "content-type;host",
                hashlib.sha256(raw).hexdigest(),
            )
        )
        told = f"ZC2-HMAC-SHA256\n{stamp}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.new(KEY.encode(), told.encode(), hashlib.sha256).hexdigest()
        wanted = f"ZC2-HMAC-SHA256 Credential={KEY_ID}, SignedHeaders=content-type;host, Signature={signature}"
        if given != wanted:
            raise Refusal(401, "AUTHFAILURE_SIGNATURE_FAILURE", "the signature is not right")
        if abs(time.time() + self.standin.skew - int(stamp)) > _NO_PATIENCE:
            raise Refusal(401, "AUTHFAILURE_SIGNATURE_EXPIRED", "the signature is too old")

    def _fails(self, fault: Fault) -> bool:
        match fault.kind:
            case "cut":
                self._cut()
            case "half":
                self._send(200, '{"requestId": "r-1", "resp', length=4000)
                self._cut()
            case "text":
                self._send(fault.status, "<html>Bad Gateway</html>", fault.headers)
            case "redirect":
                self._send(302, "", {"Location": "/elsewhere"})
            case "drip":
                self._send(200, "", length=1000)
                with suppress(OSError):
                    for _ in range(1000):
                        self.connection.sendall(b" ")
                        time.sleep(0.02)
            case _:
                self._send(fault.status, _refusal(fault.code, "scripted"), fault.headers)
        return True

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _send(
        self, status: int, text: str, headers: Mapping[str, str] | None = None, length: int | None = None
    ) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(int((timestamp or time.time()) + self.standin.skew))

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


def _refusal(code: str, message: str) -> str:
    return json.dumps({"requestId": "r-err", "code": code, "message": message})
