"""Who goes when one connection too many arrives: FAULTS SA5. Without sockets and in no real time.

All of them come from 127.0.0.1, strangers' and Stripe's alike: the agent of ngrok hands them on.
What tells them apart is only what each has sent, and for how long it has been at it.
"""

from collections.abc import Iterator

import pytest

from tests.listener.clockwork import Clockwork, Line, StoppedClock, hub_of, sent
from tests.listener.support import BODY, FakeReceive, SlowReceive, settle
from workmate_desktop.listener.limits import Limits

HELD = Limits().connections
GRACE = Limits().grace_seconds
REQUEST = sent()
HEADER = REQUEST.removesuffix(BODY)
FOREIGN = sent(stripe_signature="t=1,v1=wrong")


@pytest.fixture
def clockwork() -> Iterator[Clockwork]:
    """With the limits that are shipped."""
    loop, receive = StoppedClock(), FakeReceive()
    yield Clockwork(loop, hub_of(loop, receive), receive)
    loop.close()


def newcomer(clockwork: Clockwork, begins_with: bytes = b"") -> Line:
    """One more connection, for which room is made as the server makes it."""
    clockwork.loop.run_until_complete(clockwork.hub.room())
    line = clockwork.line()
    line.send(begins_with)
    return line


def crowd(clockwork: Clockwork, begins_with: bytes, number: int = HELD) -> list[Line]:
    return [newcomer(clockwork, begins_with) for _ in range(number)]


def stop_reading(line: Line) -> None:
    """As asyncio tells it when the other side takes no answers."""
    line.connection.pause_writing()


HOSTILE = {
    "silent": b"",
    "slow header": HEADER[:40],
    "slow body": HEADER + b"{",
    "slow chunks": HEADER.replace(b"content-length: 15", b"Transfer-Encoding: chunked") + b"5\r\n{",
    "refused, its body unsent": sent(b"", path="/other", content_length="100"),
    "answered 400": FOREIGN,
    "answered 400, then a slow body": FOREIGN + HEADER + b"{",
    "too large": sent(b"x", content_length="9999999"),
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize(
    ("each_second", "takes"),
    [(67, 0.85), (200, GRACE), (1_500, 0.035)],
    ids=["67 a second", "200 a second", "1,500 a second"],
)
def test_sa5_every_real_event_is_answered_beside_a_flood(
    clockwork: Clockwork, kind: str, each_second: int, takes: float
) -> None:
    """`takes` seconds from the connection to the last byte of the event: at 1,500 a second
    64 connections are as many as arrive in 43 ms, so that nobody can be given more.
    """
    real: list[tuple[float, Line, int]] = []  # when it goes on, whose turn it is, what is sent
    begun: list[Line] = []
    parts = [HEADER[:50], HEADER[50:], BODY]
    arrivals = 4 * HELD + 2 * each_second
    for number in range(arrivals):
        clockwork.loop.now += 1 / each_second
        if number % 10 == 0:
            clockwork.loop.passes(0)
        if number % 16 == 0 and number < arrivals - each_second:
            begun.append(newcomer(clockwork))
            real += [
                (clockwork.loop.now + takes * (turn + 1) / len(parts), begun[-1], turn)
                for turn in range(len(parts))
            ]
        newcomer(clockwork, HOSTILE[kind])
        for due in [one for one in real if one[0] <= clockwork.loop.now]:
            real.remove(due)
            due[1].send(parts[due[2]])
            if due[2] == len(parts) - 1:
                due[1].close()  # answered by now, if at all
    assert real == []
    assert clockwork.hub.counters.evicted > arrivals / 2
    assert clockwork.hub.counters.most_connections == HELD
    answers = [line.answers[:13] for line in begun]
    assert answers == [b"HTTP/1.1 200 "] * len(begun)
    assert len(begun) > 10


def test_sa5_stalled_bodies_go_before_whoever_came_just_now(clockwork: Clockwork) -> None:
    stalled = crowd(clockwork, HEADER + b"{")
    clockwork.loop.passes(GRACE)
    fresh = crowd(clockwork, b"", HELD - 1)
    assert [line.is_closing() for line in stalled] == [True] * (HELD - 1) + [False]
    newcomer(clockwork)
    assert stalled[-1].is_closing()
    assert not any(line.is_closing() for line in fresh)


def test_sa5_where_all_are_new_the_oldest_goes(clockwork: Clockwork) -> None:
    """Whatever it has sent: else a stranger would send just that."""
    lines = [newcomer(clockwork, start) for start in (b"", HEADER[:40], HEADER + b"{", b"") * 16]
    for number in range(3):
        newcomer(clockwork)
        assert [line.is_closing() for line in lines] == [True] * (number + 1) + [False] * (
            HELD - number - 1
        )


def test_sa5_the_grace_is_for_a_request_and_no_trickle_extends_it(clockwork: Clockwork) -> None:
    trickling = newcomer(clockwork, HEADER[:10])
    clockwork.loop.passes(GRACE / 2)
    others = crowd(clockwork, b"", HELD - 1)
    trickling.send(HEADER[10:] + b"{")  # its body begins; the request does not
    clockwork.loop.passes(GRACE / 2)
    trickling.send(b" ")
    newcomer(clockwork)
    assert trickling.is_closing()
    assert not any(line.is_closing() for line in others)


def test_sa5_a_later_request_on_a_connection_has_its_own_grace(clockwork: Clockwork) -> None:
    """Which arrives whole but for its end, as well as header first."""
    lasting = [newcomer(clockwork, FOREIGN) for _ in range(2)]
    clockwork.loop.passes(10)
    stalled = crowd(clockwork, b"", HELD - 2)
    clockwork.loop.passes(GRACE)
    lasting[0].send(HEADER + b"{")
    lasting[1].send(HEADER[:40])
    crowd(clockwork, b"", HELD - 2)
    assert all(line.is_closing() for line in stalled)
    assert not any(line.is_closing() for line in lasting)


def test_sa5_the_order_in_which_they_go(clockwork: Clockwork) -> None:
    """Asks nothing, late, known, new; within each who has been so for longest."""
    new = [newcomer(clockwork)]
    known = [newcomer(clockwork, REQUEST)]
    late = [newcomer(clockwork, HEADER + b"{")]
    foreign = [newcomer(clockwork, FOREIGN)]
    clockwork.loop.passes(GRACE / 2)
    known.append(newcomer(clockwork, REQUEST))
    late.append(newcomer(clockwork, HEADER[:40]))
    foreign.append(newcomer(clockwork, FOREIGN))
    clockwork.loop.passes(GRACE)
    new[0].send(REQUEST)
    new[0].send(HEADER)  # long connected, and at a new request
    new += crowd(clockwork, b"", HELD - 7)
    for line in (*foreign, *late, *known, *new):
        assert not line.is_closing()
        newcomer(clockwork)
        assert line.is_closing()


def test_sa5_a_connection_that_brought_events_outlives_those_that_did_not(
    clockwork: Clockwork,
) -> None:
    """The agent of ngrok keeps its connections for the next event; closing one loses it."""
    known = newcomer(clockwork, REQUEST)
    clockwork.loop.passes(5)
    for _ in range(3 * HELD):
        newcomer(clockwork, FOREIGN)  # answered, and then silent
        clockwork.loop.now += 0.001
    assert not known.is_closing()
    known.send(REQUEST)
    assert known.answers.count(b"HTTP/1.1 200 ") == 2
    known.send(FOREIGN)  # one that is not genuine makes no stranger of it
    crowd(clockwork, FOREIGN)
    assert not known.is_closing()
    crowd(clockwork, b"")  # but room for a new one it makes
    assert known.is_closing()


def test_sa5_whom_nothing_more_is_expected_of_goes_first(clockwork: Clockwork) -> None:
    late = newcomer(clockwork, HEADER + b"{")
    clockwork.loop.passes(GRACE)
    spent = [
        newcomer(clockwork, HOSTILE["refused, its body unsent"]),
        newcomer(clockwork, HOSTILE["too large"]),
        newcomer(clockwork, REQUEST * 3),
    ]
    stop_reading(spent[2])
    crowd(clockwork, b"", HELD - 4)
    crowd(clockwork, b"", 3)
    assert all(line.is_closing() for line in spent)
    assert not late.is_closing()


def test_sa5_requests_waiting_for_one_who_takes_no_answers_hold_no_place(
    clockwork: Clockwork,
) -> None:
    """They are read ahead and will never be answered. Sixty-four such connections must not keep
    everybody else waiting.
    """
    lines = crowd(clockwork, b"")
    for line in lines:
        stop_reading(line)
        line.connection.data_received(FOREIGN * 3)
    clockwork.loop.run_until_complete(clockwork.hub.room())
    assert lines[0].is_closing()


def test_sa5_what_is_being_booked_never_goes() -> None:
    loop, receive = StoppedClock(), SlowReceive()
    clockwork = Clockwork(loop, hub_of(loop, receive), FakeReceive())
    booked = newcomer(clockwork, REQUEST)
    stopped = newcomer(clockwork, REQUEST)
    stop_reading(stopped)
    clockwork.loop.passes(9)
    crowd(clockwork, HEADER + b"{", 2 * HELD)
    assert not booked.is_closing() and not stopped.is_closing()
    for receipt in receive.receipts:
        settle(receipt)
    loop.passes(0)
    assert booked.answers.startswith(b"HTTP/1.1 200 ")
    loop.close()
