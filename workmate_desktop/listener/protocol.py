"""One connection: bytes in, statuses out.

Step 1 of the path of a payment (docs/architecture.md). The reader turns bytes into requests, the
hub's ``receive`` decides about the message. The requests of one connection are answered one after
the other; while one waits for its commit, nothing further is read.
"""

import asyncio
from collections import deque
from math import inf
from typing import Final, cast

from workmate_desktop.listener import rules
from workmate_desktop.listener.answers import ANSWERS, CONTINUE
from workmate_desktop.listener.hub import Hub, OnAnswer, Receipt, Receive
from workmate_desktop.listener.reader import BODY, HEAD, IDLE, SLICE, Request, RequestReader

__all__ = ["Connection", "OnAnswer", "Receipt", "Receive"]

# What a deadline can be for, beside the reader's IDLE, HEAD and BODY.
_WAITING: Final = 3
_STALLED: Final = 4
_CLOSING: Final = 5

# What a connection is worth when room must be made, see ``usefulness``.
_SPENT, _LATE, _KNOWN, _QUICK, _BOOKING = range(5)


class Connection(asyncio.Protocol):
    """A connection; made by the server, owned by the hub."""

    def __init__(self, hub: Hub) -> None:
        self.deadline = inf
        """Loop time at which ``expire`` is due; set through the hub."""
        self._hub = hub
        self._limits = hub.limits
        self._transport: asyncio.Transport
        self._reader = RequestReader(hub, self._submit, self._expects)
        self._watched: int | None = None  # what the deadline is for
        self._since = 0.0  # since when it is between requests, or at the present one
        self._known = False  # it has brought a genuine event

        self._queue: deque[Request] = deque()  # pipelined, waiting for the answer before theirs
        self._serving: Request | None = None
        self._receipt: Receipt | None = None  # of the request being served
        self._started = 0.0
        self._continue_owed = False

        self._unread = b""  # read from the socket, not yet parsed
        self._paused = False
        self._stalled = False  # the other side does not take our answers
        self._eof = False  # the other side will send no more
        self._closing = False  # the last answer is out
        self._thrown = 0
        self._gone = False

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; the deadline of the first header runs from here."""
        self._transport = cast(asyncio.Transport, transport)
        self._hub.add(self)
        if self._hub.stopping:  # accepted at the very moment of the stop
            self.abort()
        else:
            self._watch()

    def data_received(self, data: bytes) -> None:
        """Parse what came, or put it aside while an answer is due."""
        if self._closing:
            self._thrown += len(data)
            if self._thrown > self._limits.linger_bytes:
                self.abort()
        elif self._receipt is not None or self._stalled:
            self._unread += data
            self._pause()
        else:
            self._feed(data)
            self._watch()

    def eof_received(self) -> bool:
        """Keep the way back open while an answer is due (a client may half-close)."""
        self._eof = True
        return self._receipt is not None or bool(self._queue) or self._stalled

    def pause_writing(self) -> None:
        """Stop reading from somebody who does not read."""
        self._stalled = True
        self._pause()

    def resume_writing(self) -> None:
        """Go on: the answers were taken."""
        self._stalled = False
        self._advance()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Forget everything; a message already handed over is booked all the same."""
        self._gone = self._closing = True
        self._reader.end()
        self._queue.clear()
        self._unread = b""
        self._hub.remove(self)

    # Reading

    def _feed(self, data: bytes) -> None:
        if len(data) <= SLICE:
            self._reader.feed(data)
            return
        for start in range(0, len(data), SLICE):
            if self._receipt is not None or self._stalled:
                self._unread = data[start:]
                self._pause()
                return
            self._reader.feed(data[start : start + SLICE])

    def _expects(self) -> None:
        if self._receipt is not None or self._stalled or self._queue:
            self._continue_owed = True  # after the answers that come before it
        else:
            self._transport.write(CONTINUE)

    def _pause(self) -> None:
        if not self._paused and not self._transport.is_closing():
            self._paused = True
            self._transport.pause_reading()

    def _resume(self) -> None:
        if self._paused and not self._transport.is_closing():
            self._paused = False
            self._transport.resume_reading()

    # Answering

    def _submit(self, request: Request) -> None:
        if self._receipt is not None or self._stalled or self._queue:
            self._queue.append(request)
        else:
            self._serve(request)

    def _serve(self, request: Request) -> None:
        hub = self._hub
        now = self._started = hub.loop.time()
        self._serving = request
        if request.refusal is not None:
            hub.refusals.note(request.refusal.reason)
            self._answer(request.refusal.status, None)
            return
        result = hub.ask(request.body, request.signature)
        if isinstance(result, int):
            self._answer(result, None)
            return
        self._receipt = result
        self._watched = _WAITING
        hub.watch(self, now + self._limits.answer_seconds)
        result.asker = self
        result.when_done(hub.completed)

    def complete(self, receipt: Receipt) -> None:
        """Answer the request whose receipt the writer has settled."""
        if receipt is not self._receipt:
            return  # answered 503 when its time was up, or told a second time
        status = self._hub.status_of(receipt)
        self._receipt = None
        if self._gone:
            return
        self._answer(status, receipt)
        self._hub.freed()
        if self._queue or self._unread or self._paused or self._eof or self._continue_owed:
            self._advance()
        else:
            self._watch()

    def _answer(self, status: int, receipt: Receipt | None) -> None:
        request, hub = self._serving, self._hub
        assert request is not None
        self._serving = None
        keep_alive = request.keep_alive and not hub.stopping
        hub.counters.answers[status] += 1
        self._known = self._known or status == 200
        self._transport.write(ANSWERS[status, keep_alive, request.head])
        hub.answered(status, hub.loop.time() - self._started, receipt)
        if not keep_alive:
            self._finish()

    def _advance(self) -> None:
        """Go on after an answer: with the queued requests, the unread bytes, the next read."""
        while not (self._receipt is not None or self._stalled or self._closing):
            if self._queue:
                self._serve(self._queue.popleft())
            elif self._unread:
                data, self._unread = self._unread, b""
                self._feed(data)
            else:
                if self._continue_owed and self._reader.stage == BODY:
                    self._transport.write(CONTINUE)
                self._continue_owed = False
                if self._eof:
                    self._finish()
                else:
                    self._resume()
                break
        self._watch()

    # Ending

    def _finish(self) -> None:
        """End after the last answer, without cutting that answer off.

        Closing a socket that still has unread input makes the kernel send a reset, and the other
        side may lose the answer. So only our half is closed, and the rest is thrown away for a
        short while.
        """
        self._closing = self._reader.last = True
        self._queue.clear()
        self._unread = b""
        if self._gone or self._transport.is_closing():
            return
        if self._reader.stage == IDLE or self._eof:
            self._transport.close()
        else:
            try:
                self._transport.write_eof()
            except OSError:  # the other side has reset the connection: nothing left to end
                self.abort()
                return
            self._resume()
        self._watch()

    def stop(self) -> None:
        """Close now, or, in the middle of an answer, right after it."""
        self._queue.clear()
        self._unread = b""
        self._reader.last = True
        if self._receipt is None and not self._transport.is_closing():
            self._closing = True
            self._transport.close()
            self._watch()

    def abort(self) -> None:
        """Close without a further word."""
        self.deadline = inf
        self._closing = True
        self._transport.abort()

    def usefulness(self, now: float) -> tuple[int, float]:
        """Rank for eviction at loop time ``now``: the lowest goes, of equals the longest so.

        All come from 127.0.0.1: only what was sent, and for how long, tells Stripe from others.
        First goes who asks nothing of us; then who has not sent a whole request within
        ``grace_seconds``, whatever of it has come; then who is between requests after having
        brought genuine events. The newest requests go last: a real one is complete before as
        many others have arrived as may be held.
        """
        if self._receipt is not None:
            return _BOOKING, 0.0  # what is being booked never goes
        reader = self._reader
        resting = reader.stage == IDLE and reader.finished > 0
        answered = reader.stage == BODY and reader.refused
        if self._closing or self._stalled or answered or (resting and not self._known):
            return _SPENT, self._since
        if resting:
            return _KNOWN, self._since
        late = now - self._since >= self._limits.grace_seconds
        return _LATE if late else _QUICK, self._since

    def is_booking(self) -> bool:
        """Whether a commit is waited for, so that the connection cannot be given up."""
        return self._receipt is not None

    # Deadlines

    def _watch(self) -> None:
        """Set the deadline when something new is waited for; a trickle never moves it."""
        limits, reader = self._limits, self._reader
        if self._closing:
            kind, seconds = _CLOSING, limits.linger_seconds
        elif self._receipt is not None:
            return  # set when the request was handed over
        elif self._stalled:
            kind, seconds = _STALLED, limits.body_seconds
        elif reader.stage == BODY:
            kind, seconds = BODY, limits.body_seconds
        elif reader.stage == HEAD or not reader.finished:
            kind, seconds = HEAD, limits.header_seconds
        else:
            kind, seconds = IDLE, limits.idle_seconds
        waited_for = reader.finished * 8 + kind
        if waited_for != self._watched:
            now = self._hub.loop.time()
            if kind != BODY or self._watched != reader.finished * 8 + HEAD:
                self._since = now  # a body that follows its header begins nothing new
            self._watched = waited_for
            self._hub.watch(self, now + seconds)

    def expire(self) -> None:
        """End what took too long."""
        reader = self._reader
        if self._closing or self._stalled:
            self.abort()
        elif self._receipt is not None:
            # The commit may still come; 503 makes Stripe ask again, and twice is booked once.
            self._receipt = None
            self._hub.refusals.note("no receipt in time (503)")
            assert self._serving is not None
            self._serving = self._serving._replace(keep_alive=False)
            self._answer(503, None)
        elif reader.stage == IDLE:
            if not reader.finished:
                self._hub.refusals.note("connection without a request")
            self.abort()
        elif reader.stage == BODY and reader.refused:
            self._finish()
        else:
            reader.refuse(rules.TOO_SLOW)
