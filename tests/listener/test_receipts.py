"""What follows a message that was handed over: our own faults, reports, one wake-up a commit."""

import asyncio
from collections.abc import Callable

import pytest

from tests.listener.clockwork import StoppedClock, hub_of
from tests.listener.support import (
    FakeReceive,
    SlowReceive,
    ask,
    connected,
    listening,
    read_answer,
    request,
    settle,
)
from tests.waiting import PATIENCE
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.listener.hub import Hub
from workmate_desktop.listener.protocol import Connection, Receipt
from workmate_desktop.listener.server import Listener
from workmate_desktop.store.database.confirmation import tell_all


def _raising(fault: Exception) -> Callable[[bytes, str | None], Receipt | int]:
    def receive(body: bytes, signature: str | None) -> Receipt | int:
        raise fault

    return receive


def _failing(fault: Exception) -> Callable[[bytes, str | None], Receipt | int]:
    def receive(body: bytes, signature: str | None) -> Receipt | int:
        receipt = Receipt("evt_1", Threads())
        receipt.set_exception(fault)
        return receipt

    return receive


@pytest.mark.parametrize("kind", [_raising, _failing])
def test_our_own_fault_is_503_and_logged(
    kind: Callable[[Exception], Callable[[bytes, str | None], Receipt | int]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with listening(kind(RuntimeError("planted"))) as listener, connected(listener) as sock:
        for _ in range(3):
            sock.sendall(request(listener))
            answer = read_answer(sock)
            assert answer is not None
            assert answer.status == 503
            assert b"planted" not in answer.body
    faults = [record for record in caplog.records if record.exc_info]
    assert len(faults) == 1  # once with its trace, the others counted
    assert "planted" in caplog.text


def test_a_status_that_does_not_exist_is_our_own_fault() -> None:
    with listening(lambda body, signature: 500) as listener:
        assert ask(listener, request(listener)).status == 503


def test_each_answer_is_reported_with_its_receipt() -> None:
    receive = SlowReceive()
    reports: list[tuple[int, float, Receipt | None]] = []
    listener: Listener
    with listening(receive, on_answer=lambda *report: reports.append(report)) as listener:
        with connected(listener) as sock:
            sock.sendall(request(listener))
            receive.wait_for(1)
            settle(receive.receipts[0])
            assert read_answer(sock) is not None
        ask(listener, request(listener, path="/other"))
    assert [(status, receipt) for status, _, receipt in reports] == [
        (200, receive.receipts[0]),
        (404, None),
    ]
    assert all(0 <= seconds < PATIENCE for _, seconds, _ in reports)


def test_an_observer_that_fails_does_not_cost_the_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*report: object) -> None:
        raise RuntimeError("planted")

    with listening(FakeReceive(), on_answer=fail) as listener, connected(listener) as sock:
        for _ in range(2):
            sock.sendall(request(listener))
            answer = read_answer(sock)
            assert answer is not None
            assert answer.status == 200
    assert "planted" in caplog.text


class Answered(Connection):
    """Notes its receipts instead of answering them."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self.receipts: list[Receipt] = []

    def complete(self, receipt: Receipt) -> None:
        self.receipts.append(receipt)


def test_a_group_of_receipts_wakes_the_loop_once() -> None:
    loop = StoppedClock()
    hub = hub_of(loop, FakeReceive())
    connections = [Answered(hub) for _ in range(32)]
    for group in (1, 2):
        receipts = [Receipt(str(number), Threads()) for number in range(32)]
        for receipt, connection in zip(receipts, connections, strict=True):
            receipt.asker = connection
            receipt.when_done(hub.completed)
            receipt.set_result()
        assert loop.woken == group - 1
        tell_all(receipts)
        assert loop.woken == group
        loop.run_until_complete(asyncio.sleep(0))
        assert all(len(connection.receipts) == group for connection in connections)
    loop.close()
