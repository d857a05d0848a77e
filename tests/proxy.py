"""A TCP proxy before a server: it delays, stalls, cuts and resets connections, and counts round trips.

A flight is one wait of the client for an answer. Nobody waits for the answer to a ROLLBACK that is sent alone.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from typing import Final

__all__ = ["Cut", "Proxy", "proxied"]

_COMMIT: Final = b"COMMIT\0"
"""In a statement and in its answer; READ COMMITTED is another word."""
_READ: Final = 1 << 16


class Cut(Enum):
    """Where a connection is cut: before the server has the COMMIT, once it has it, or before its answer arrives."""

    BEFORE = "before COMMIT"
    AT = "at COMMIT"
    AFTER = "after COMMIT"


class Proxy:
    """What happens to the connections; every setting may change while they are open."""

    def __init__(self, target: str) -> None:
        """`target` is the path of a server's socket."""
        self.delay = 0.0
        """Seconds that each direction takes."""
        self.cut: Cut | None = None
        """The next COMMIT is cut so, once."""
        self.port = 0
        self.flights = 0
        self.under_turn = 0
        """The flights of the last write from the turn of writers to the COMMIT, that of the turn included."""
        self.connections = 0
        self._target = target
        self._flowing = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._open: set[_Link] = set()

    @property
    def round_trip(self) -> float:
        """Seconds that a flight takes at least."""
        return 2 * self.delay

    def stall(self, *, on: bool) -> None:
        """Hold back everything that arrives from now on, or let it go on."""
        self._loop.call_soon_threadsafe(self._flowing.clear if on else self._flowing.set)

    @contextmanager
    def later(self, seconds: float, act: Callable[[], None]) -> Iterator[None]:
        """Act after so many seconds of the block, at its end at the latest."""
        timer = threading.Timer(seconds, act)
        timer.start()
        try:
            yield
        finally:
            timer.join()

    def reset(self) -> None:
        """Reset every connection, as a host does that has forgotten it."""
        for link in list(self._open):
            self._loop.call_soon_threadsafe(link.reset)

    def serve(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._flowing.set()
        made = self._loop.run_until_complete(asyncio.start_server(self._accept, "127.0.0.1", 0))
        self.port = made.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()
        made.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        there = await asyncio.open_unix_connection(self._target)
        link = _Link(self, (reader, writer), there)
        self._open.add(link)
        try:
            await link.run(self._flowing)
        finally:
            self._open.discard(link)


_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Link:
    """One connection, both ways."""

    def __init__(self, proxy: Proxy, here: _Streams, there: _Streams) -> None:
        self._proxy = proxy
        self._here = here
        self._there = there
        self._committing = False
        self._talk = _Talk(proxy)

    async def run(self, flowing: asyncio.Event) -> None:
        out: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        back: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        ways = [
            self._read(self._here[0], out),
            self._read(self._there[0], back),
            self._write(self._there[1], out, flowing, self._outward),
            self._write(self._here[1], back, flowing, self._homeward),
        ]
        tasks = [asyncio.ensure_future(way) for way in ways]
        with suppress(ConnectionError, asyncio.CancelledError):
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        for _, writer in (self._here, self._there):
            writer.close()

    def reset(self) -> None:
        known: socket.socket = self._here[1].get_extra_info("socket")
        known.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._here[1].transport.abort()

    async def _read(self, reader: asyncio.StreamReader, queue: asyncio.Queue[tuple[float, bytes]]) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(_READ):
                queue.put_nowait((asyncio.get_running_loop().time() + self._proxy.delay, data))

    async def _write(
        self,
        writer: asyncio.StreamWriter,
        queue: asyncio.Queue[tuple[float, bytes]],
        flowing: asyncio.Event,
        passes: Callable[[bytes], bool],
    ) -> None:
        while True:
            due, data = await queue.get()
            await asyncio.sleep(max(due - asyncio.get_running_loop().time(), 0))
            await flowing.wait()
            if not passes(data):
                return
            writer.write(data)
            await writer.drain()
            if self._committing and self._proxy.cut is Cut.AT:
                self._proxy.cut = None
                return

    def _outward(self, data: bytes) -> bool:
        self._talk.hear_client(data)
        self._committing = self._proxy.cut is not None and _COMMIT in data
        if self._committing and self._proxy.cut is Cut.BEFORE:
            self._proxy.cut = None
            return False
        return True

    def _homeward(self, data: bytes) -> bool:
        self._talk.hear_server(data)
        if self._proxy.cut is Cut.AFTER and _COMMIT in data:
            self._proxy.cut = None
            return False
        return True


class _Talk:
    """What client and server say, message by message."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._begun = False
        self._client = self._server = b""
        self._prepared: dict[bytes, bytes] = {}
        self._said: list[bytes] = []
        self._waiting: deque[list[bytes]] = deque()
        """The statements of each part that the server will answer as ready."""
        self._in_turn = 0

    def hear_client(self, data: bytes) -> None:
        if not self._begun:
            return  # the messages of the greeting have no kind
        messages, self._client = _messages(self._client + data)
        for kind, body in messages:
            if kind == b"P":
                name, statement, _ = body.split(b"\0", 2)
                self._prepared[name] = statement
            elif kind == b"B":
                self._said.append(self._prepared.get(body.split(b"\0", 2)[1], b""))
            elif kind == b"Q":
                self._said.append(body)
            if kind in {b"Q", b"S"}:
                self._waiting.append(self._said)
                self._said = []

    def hear_server(self, data: bytes) -> None:
        if not self._begun and data == b"N":  # no TLS
            self._proxy.flights += 1
            return
        messages, self._server = _messages(self._server + data)
        for _ in (kind for kind, _ in messages if kind == b"Z"):
            if not self._begun:
                self._begun = True
                self._proxy.flights += 1
            elif self._waiting:
                self._count(self._waiting.popleft(), last=not self._waiting)

    def _count(self, part: list[bytes], *, last: bool) -> None:
        if part == [b"ROLLBACK"] or not last:
            return
        self._proxy.flights += 1
        takes_turn = any(b"take_turn" in statement for statement in part)
        self._in_turn += bool(self._in_turn or takes_turn)
        if b"COMMIT" in part:
            self._proxy.under_turn, self._in_turn = self._in_turn, 0


def _messages(data: bytes) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """The whole messages in the data, each with its kind, and the rest."""
    found = []
    while len(data) > 4 and len(data) > (size := int.from_bytes(data[1:5])):
        found.append((data[:1], data[5 : size + 1]))
        data = data[size + 1 :]
    return found, data


@contextmanager
def proxied(target: str) -> Iterator[Proxy]:
    """A proxy before the socket of a server."""
    proxy, ready = Proxy(target), threading.Event()
    thread = threading.Thread(target=proxy.serve, args=(ready,), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield proxy
    finally:
        proxy.stop()
        thread.join(10)
