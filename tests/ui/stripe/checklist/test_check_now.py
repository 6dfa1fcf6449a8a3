"""Jetzt prüfen runs once at a time and ends when everything was asked."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QObject
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication

from tests.services.reception.checklist_facts import FETCHED, RECEPTION
from tests.ui.fakes import NOW, FakeBridge
from tests.ui.stripe.fakes import FakeReception
from workmate_desktop.domain.reception.self_test import SelfTestResult
from workmate_desktop.ui.stripe.checklist.check_now import CheckNow


class Rig:
    """What is asked, and what comes of it."""

    def __init__(self, *, fetches: bool = True, tunnel: bool = True) -> None:
        self.asked: list[str] = []
        self.bridge = FakeBridge()
        self.bridge.hold = True
        state = RECEPTION if tunnel else replace(RECEPTION, public_url=None)
        self.reception = FakeReception(state)
        self.parent = QObject()
        self.check = CheckNow(
            self.reception,
            self.bridge,
            look=lambda: self.asked.append("look"),
            fetch=lambda: self.fetched() if fetches else None,
            test=self.tested,
            parent=self.parent,
        )
        self.told = QSignalSpy(self.check.running_changed)

    def fetched(self) -> int:
        self.asked.append("fetch")
        return 7

    def tested(self) -> SelfTestResult:
        self.asked.append("test")
        return SelfTestResult(NOW, ())

    def answers(self, number: int) -> None:
        self.reception.state = replace(
            self.reception.state, catch_up=replace(FETCHED, answered=number)
        )
        self.bridge.reception_changed.emit()

    def running(self) -> list[bool]:
        return [self.told.at(at)[0] for at in range(self.told.count())]


def test_it_ends_when_stripe_has_answered_and_the_test_is_back(qapp: QApplication) -> None:
    rig = Rig()
    rig.check.start()
    rig.check.start()
    assert rig.asked == ["look", "fetch"]
    rig.bridge.run_waiting()
    assert rig.asked == ["look", "fetch", "test"]
    rig.answers(6)
    assert rig.running() == [True]
    rig.answers(7)
    assert rig.running() == [True, False]
    rig.check.start()
    assert rig.running() == [True, False, True]


@pytest.mark.parametrize("tunnel", [True, False])
def test_where_nothing_is_fetched_or_no_tunnel_is_open(qapp: QApplication, tunnel: bool) -> None:
    rig = Rig(fetches=False, tunnel=tunnel)
    rig.check.start()
    assert rig.running() == ([True] if tunnel else [True, False])
    rig.bridge.run_waiting()
    assert rig.running() == [True, False]
    assert ("test" in rig.asked) is tunnel


def test_a_fault_of_the_test_ends_it_too(qapp: QApplication) -> None:
    rig = Rig(fetches=False)
    rig.check.start()

    def fails() -> SelfTestResult:
        raise OSError("gone")

    rig.bridge.waiting.clear()
    rig.bridge.run_in_background(fails, rig.check._on_tested, rig.check._on_failed)
    with pytest.raises(OSError, match="gone"):
        rig.bridge.run_waiting()
    assert rig.running() == [True, False]
