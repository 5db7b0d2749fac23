"""uvicorn's HTTP/1.1 protocol with five things it lacks: answers to repeated requests without parsing them, a bound on
request heads, an end to connections on which nothing moves, a farewell that reaches the client, and answers whose head
leaves together with the first of their body.

Parsing, pipelining and ASGI stay uvicorn's. A connection that sends a whole GET head in one piece, while nothing else of
it is under way, gets the bytes kept for exactly that head (`sparql_api.repeated`); the date is that of uvicorn's clock.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import httptools
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE as STATUS_LINE
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from sparql_api.repeated import Repeated, RepeatedRequests

# Key of the ASGI scope under which a request's head stands when its answer could be kept.
HEAD = "commitments.head"
# Under this key stands a query that the fast lane has begun (`fast_queries`), as `engine.started.Started`.
STARTED = "commitments.started"
# And under this one the connection, which can tell when its client leaves.
CONNECTION = "commitments.connection"
MOST_HEAD = 64 * 1024  # bytes of request line and headers
HEAD_SECONDS = 20.0  # from the first byte of a request to the end of its headers, and from connecting to that byte
# A client has to take this many bytes of what waits for it in so many seconds.
STALL_BYTES = 4096
STALL_SECONDS = 60.0
_CONTINUE = b"HTTP/1.1 100 "
LINGER_SECONDS = 2.0  # from a refusal to the end of its connection, for a client that is still sending
_TITLES = {
    400: ("bad-request", "The request is not well-formed HTTP/1.1.", "La petición no es HTTP/1.1 bien formado."),
    408: ("bad-request", "The request did not come in time.", "La petición no llegó a tiempo."),
    431: ("head-too-large", f"Request line and headers exceed {MOST_HEAD} bytes; send long queries with POST.",
          f"La línea de petición y los encabezados superan {MOST_HEAD} bytes; envíe las consultas largas con POST."),
}  # fmt: skip


Client = tuple[str, int] | None  # address and port that a connection comes from


class _Refused(Exception):
    """Raised into the parser by what it calls: the request gets `status` and no more of it is read."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _Together:
    """The transport as the answers of one connection see it: a head waits for its body until the end of the loop's turn, and
    both are one write.

    A process that is killed between two writes has promised a body that nobody sends, and a balancer that has passed the
    head on can no longer ask another replica.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head: bytes | None = None
        self._after_head = False

    def write(self, data: bytes) -> None:
        if self._transport.is_closing():
            return  # the client has left, and uvicorn hears of it in the loop's next turn
        if not self._after_head and not data.startswith(_CONTINUE):
            self._after_head = True
            self._head = data
            self._loop.call_soon(self.flush)
        elif self._head is not None:
            head, self._head = self._head, None
            self._transport.writelines([head, data])
        else:
            self._transport.write(data)

    def flush(self) -> None:
        head, self._head = self._head, None
        if head is not None and not self._transport.is_closing():
            self._transport.write(head)

    def end_of_answer(self) -> None:
        """What is written next is a head."""
        self.flush()
        self._after_head = False

    def close(self) -> None:
        self.flush()
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()


class Protocol(HttpToolsProtocol):
    """One connection. `repeated`, `answered` and `lane` are set by `protocol_for`."""

    repeated: Callable[[], RepeatedRequests | None]
    answered: Callable[[Repeated, Client], bytes]
    lane: Callable[[Protocol, bytes], bool]
    refused: Callable[[int, Client], None]

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._head_bytes = 0  # received of a head that is not complete, but for the read in which a pipelined one began
        self._read_bytes = 0  # of the latest read
        self._in_head = True
        self._in_message = False
        self._refusing = False
        self._raw: bytes | None = None  # the latest read, when it may be one whole request
        self._last_repeated = 0.0
        self._in_exchange = False
        self._cancel_exchange: Callable[[], None] | None = None
        self._waiting = b""  # received during an exchange
        self._closing_after_exchange = False
        self._more_scope: dict[str, Any] = {}
        self.lost = False
        self.when_lost: Callable[[], object] | None = None  # called once when the client leaves
        self._head_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None
        self._stalled_bytes = 0  # that waited for the client when the timer was set

    # --- connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._together = _Together(transport, self.loop)
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self._head_is_late)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        self._in_exchange = False
        cancel, self._cancel_exchange = self._cancel_exchange, None
        for leave in (cancel, self.when_lost):
            if leave is not None:
                leave()
        for timer in (self._head_timer, self._stall_timer):
            if timer is not None:
                timer.cancel()
        self._unset_keepalive_if_required()  # uvicorn leaves the timer of a connection that was reset
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_for_stall()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None

    def _watch_for_stall(self) -> None:
        """End the connection unless what waits for the client grows less."""
        if self._stall_timer is None and not self.lost:
            self._stalled_bytes = self.transport.get_write_buffer_size()
            self._stall_timer = self.loop.call_later(STALL_SECONDS, self._may_have_stalled)

    def _may_have_stalled(self) -> None:
        self._stall_timer = None
        if self._stalled_bytes - self.transport.get_write_buffer_size() >= STALL_BYTES:
            self._watch_for_stall()
        else:
            self.transport.abort()

    def _watch_closing(self) -> None:
        """A closed connection stays open for as long as its client takes nothing of what was written before."""
        if self.transport.is_closing():
            self._watch_for_stall()

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection, for good when the client does not take what it has been sent."""
        left = self._last_repeated + self.timeout_keep_alive - self.loop.time()
        if self._in_exchange:
            left = self.timeout_keep_alive
        if left > 0:  # answers to repeated requests leave the timer alone
            self.timeout_keep_alive_task = self.loop.call_later(left, self.timeout_keep_alive_handler)
            return
        super().timeout_keep_alive_handler()
        self._watch_closing()

    # --- requests

    def data_received(self, data: bytes) -> None:
        if self._refusing:
            return
        if self._in_exchange:
            self._waiting += data
            if len(self._waiting) > MOST_HEAD:
                self.transport.pause_reading()
            return
        idle = not self._in_message and (self.cycle is None or self.cycle.response_complete)
        if idle and data[:4] == b"GET " and data[-4:] == b"\r\n\r\n":
            if not self.flow.write_paused and data.find(b"\r\n\r\n") == len(data) - 4:
                kept = self.repeated()
                found = kept.get(data) if kept is not None else None
                if found is not None:
                    self._write(found, self.answered(found, self.client))
                    return
                if self.lane(self, data):
                    return
            self._raw = data
        else:
            self._raw = None
        self._feed(data)

    def _feed(self, data: bytes) -> None:
        """The ordinary way."""
        self._read_bytes = len(data)
        if self._in_head:
            self._head_bytes += len(data)
        self._unset_keepalive_if_required()
        try:
            self._parse(data)
        except httptools.HttpParserError as error:
            self._refuse(error.__context__.status if isinstance(error.__context__, _Refused) else 400)
            return
        if self._in_head and self._head_bytes > MOST_HEAD:
            self._refuse(431)
        elif self._nothing_under_way() and self.timeout_keep_alive_task is None and self._head_timer is None:
            # What came was no part of a request that anyone works on: empty lines, or the body of one that was answered.
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self._head_is_late)

    def _parse(self, data: bytes) -> None:
        """Raises HttpParserError."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            # Nothing is offered to upgrade to, so the connection goes on as it is (RFC 9110, 7.8).
            if rest := data[upgrade.args[0] :]:
                self._parse(rest)

    def _nothing_under_way(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _write(self, answer: Repeated, own: bytes) -> None:
        """Send a whole answer to a request that uvicorn never saw."""
        self._head_is_here()
        self.server_state.total_requests += 1
        lines = b"".join([b"%s: %s\r\n" % pair for pair in self.server_state.default_headers])
        self.transport.writelines([answer.status_line, lines, answer.rest, own, b"\r\n", answer.body])
        self._last_repeated = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    # --- requests that the fast lane works on

    def begin_exchange(self, cancel: Callable[[], None]) -> None:
        """From now on until its end the connection belongs to one exchange; `cancel` is called when the client leaves."""
        self._in_exchange = True
        self._cancel_exchange = cancel
        self._head_is_here()

    def end_exchange(self, answer: Repeated, own: bytes) -> None:
        """Send the answer of the exchange."""
        if self._cancel_exchange is None:
            return  # the client has left
        self._write(answer, own)
        self._after_exchange()

    def hand_back(self, head: bytes, more_scope: dict[str, Any]) -> bool:
        """Let the application answer after all; its scope holds `more_scope`, too. False when it never hears of it."""
        if self._cancel_exchange is None:
            return False
        self._raw = head
        self._more_scope = more_scope
        self._in_exchange = False
        self._cancel_exchange = None
        self._feed(head)
        self._more_scope = {}
        self._after_exchange()
        return not self._refusing

    def _after_exchange(self) -> None:
        self._in_exchange = False
        self._cancel_exchange = None
        waiting, self._waiting = self._waiting, b""
        if self._closing_after_exchange:
            self.shutdown()
        elif waiting:
            self.transport.resume_reading()
            self.data_received(waiting)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope.update(self._more_scope)  # type: ignore[typeddict-item]
        self.scope[CONNECTION] = self  # type: ignore[typeddict-unknown-key]
        self._in_message = self._in_head = True
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self._head_is_late)

    def on_headers_complete(self) -> None:
        if max(self._head_bytes, self._read_bytes) > MOST_HEAD and self._size_of_head() > MOST_HEAD:
            raise _Refused(431)
        version = self.parser.get_http_version()
        if version == "1.1" and sum(name == b"host" for name, _ in self.headers) != 1:
            raise _Refused(400)  # RFC 9112, 3.2: whoever is asked has to be said, and once
        if version not in ("1.0", "1.1"):  # HTTP/0.9 has no version and ends its request line where others do not
            raise _Refused(400)
        self._in_head = False
        self._head_bytes = 0
        self._head_is_here()
        super().on_headers_complete()
        self.cycle.transport = self._together  # type: ignore[assignment]

    def _size_of_head(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _head_is_here(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def on_message_complete(self) -> None:
        self._in_message = False
        raw = self._raw
        # One whole request and nothing else, on a connection that stays: the application may keep its answer.
        if raw is not None and raw.find(b"\r\n\r\n") == len(raw) - 4 and self.cycle.keep_alive and not self.parser.should_upgrade():
            self.scope[HEAD] = raw  # type: ignore[typeddict-unknown-key]
        super().on_message_complete()

    def _should_upgrade(self) -> bool:
        return False

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGIApp) -> None:  # type: ignore[override]
        super()._start_asgi_task(cycle, partial(self._run, app))  # type: ignore[arg-type]

    async def _run(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except BaseException:
            self.loop.call_soon(self._watch_closing)  # after uvicorn has cut the answer
            raise

    def on_response_complete(self) -> None:
        self._together.end_of_answer()
        super().on_response_complete()
        self._watch_closing()

    def shutdown(self) -> None:
        if self._in_exchange:
            self._closing_after_exchange = True
            return
        super().shutdown()
        self._watch_closing()

    # --- refusals that ASGI never sees

    def _head_is_late(self) -> None:
        self._head_timer = None
        if self._in_message and self._in_head:
            self._refuse(408)
        else:
            self.transport.close()
            self._watch_closing()

    def _refuse(self, status: int) -> None:
        """Answer what is no request, as problem+json in both languages, and hang up."""
        if self._refusing or self.transport.is_closing():
            return
        self._refusing = True
        self._head_is_here()
        self.refused(status, self.client)
        if self._in_body_of_unanswered():
            self.cycle.disconnected = True  # so uvicorn sends nothing that the application may still say
            self.cycle.message_event.set()
            answerable = True
        else:
            answerable = self._nothing_under_way()
        if answerable:  # never into the middle of another answer
            self.transport.write(self._refusal(status))
            # The connection is closed for writing only: closed for good while bytes arrive that nobody reads, it would be
            # reset, and the answer lost with it.
            self.transport.write_eof()
            self._head_timer = self.loop.call_later(LINGER_SECONDS, self.transport.abort)
        else:
            self.transport.close()
            self._watch_closing()

    def _in_body_of_unanswered(self) -> bool:
        return self._in_message and not self._in_head and not self.pipeline and not self.cycle.response_started

    def _refusal(self, status: int) -> bytes:
        slug, english, spanish = _TITLES[status]
        body = json.dumps({"type": f"/problems/{slug}", "title": english, "status": status, "detail": english, "detail_es": spanish}, ensure_ascii=False).encode()
        lines = [b"%s: %s\r\n" % pair for pair in self.server_state.default_headers]
        lines += [
            b"content-type: application/problem+json\r\n",
            b"cache-control: no-store\r\n",
            b"access-control-allow-origin: *\r\n",
            b"content-length: %d\r\n" % len(body),
            b"connection: close\r\n\r\n",
        ]
        return b"".join([STATUS_LINE[status], *lines, body])


def protocol_for(
    repeated: Callable[[], RepeatedRequests | None],
    answered: Callable[[Repeated, Client], bytes],
    lane: Callable[[Protocol, bytes], bool],
    refused: Callable[[int, Client], None],
) -> type[Protocol]:
    """The protocol class of one service.

    repeated   gives the answers kept for the release of this moment, or None when nothing may be kept
    answered   is told of each repeated answer and of who gets it, and gives header lines of its own
    lane       whether a request (its connection and head) is answered outside ASGI: then it calls `begin_exchange` and later
               `end_exchange` or `hand_back`
    refused    is told the status of what was no request, and who sent it
    """
    members = {"repeated": repeated, "answered": answered, "lane": lane, "refused": refused}
    return type("ServiceProtocol", (Protocol,), {name: staticmethod(member) for name, member in members.items()})
