"""Stripe konfigurieren: Verbindung testen asks Stripe with the entered key."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.fakes import FakeBridge
from tests.ui.stripe.fakes import (
    PUBLISHABLE,
    TEST_KEYS,
    FakeSetup,
)
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.ui.stripe.connection.configure_dialog import ConfigureDialog


def test_the_connection_is_tested_with_what_was_typed(
    qtbot: QtBot, opened: Callable[[FakeSetup], ConfigureDialog]
) -> None:
    setup = FakeSetup(TEST_KEYS)
    dialog = opened(setup)
    qtbot.mouseClick(dialog.test.button, Qt.MouseButton.LeftButton)
    dialog.secret.setText("sk_test_another_key")
    qtbot.mouseClick(dialog.test.button, Qt.MouseButton.LeftButton)
    assert setup.calls == [
        ("test", PUBLISHABLE, None),
        ("test", PUBLISHABLE, "sk_test_another_key"),
    ]
    assert dialog.test.answer.text() == "Verbunden mit „KIT Solutions (Test)“"


def test_a_late_answer_for_an_old_key_is_dropped(
    opened: Callable[[FakeSetup], ConfigureDialog], bridge: FakeBridge
) -> None:
    setup = FakeSetup(TEST_KEYS)
    dialog = opened(setup)
    bridge.hold = True
    dialog.test.button.click()
    assert dialog.test.running
    dialog.secret.setText("sk_test_another_key")
    assert not dialog.test.running
    bridge.run_waiting()
    assert setup.cancellations[0].is_set()
    assert dialog.test.answer.text() == ""


def test_an_answer_vanishes_when_the_key_changes(
    opened: Callable[[FakeSetup], ConfigureDialog],
) -> None:
    dialog = opened(FakeSetup(TEST_KEYS))
    dialog.test.button.click()
    assert dialog.test.answer.text()
    dialog.secret.setText("sk_test_x")
    assert dialog.test.answer.text() == ""


def test_abbrechen_while_testing(
    opened: Callable[[FakeSetup], ConfigureDialog], bridge: FakeBridge
) -> None:
    setup = FakeSetup(TEST_KEYS)
    dialog = opened(setup)
    bridge.hold = True
    dialog.test.button.click()
    assert dialog.test.busy.isVisible()
    assert "abbrechen" in dialog.test.button.text()
    dialog.test.button.click()
    assert not dialog.test.busy.isVisible()
    assert "abgebrochen" in dialog.test.answer.text()
    bridge.run_waiting()
    assert setup.cancellations[0].is_set()
    assert "abgebrochen" in dialog.test.answer.text()
    dialog.test.button.click()
    bridge.run_waiting()
    assert "KIT Solutions" in dialog.test.answer.text()


def test_nobody_waits_longer_than_the_limit(
    qtbot: QtBot, opened: Callable[[FakeSetup], ConfigureDialog], bridge: FakeBridge
) -> None:
    setup = FakeSetup(TEST_KEYS)
    dialog = opened(setup)
    assert dialog.test._limit.interval() == 20_000
    dialog.test._limit.setInterval(1)
    bridge.hold = True
    dialog.test.button.click()
    qtbot.waitUntil(lambda: not dialog.test.running)
    assert "nicht rechtzeitig" in dialog.test.answer.text()
    bridge.run_waiting()
    assert setup.cancellations[0].is_set()
    assert "nicht rechtzeitig" in dialog.test.answer.text()


def test_closing_gives_the_test_up(
    opened: Callable[[FakeSetup], ConfigureDialog], bridge: FakeBridge
) -> None:
    setup = FakeSetup(TEST_KEYS)
    dialog = opened(setup)
    bridge.hold = True
    dialog.test.button.click()
    dialog.reject()
    bridge.run_waiting()
    assert setup.cancellations[0].is_set()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (StripeRefusal.WRONG_KEY, "kennt diesen Secret Key nicht"),
        (StripeRefusal.REVOKED, "widerrufen"),
        (StripeRefusal.NO_RIGHT, "fehlt ein Recht"),
        (StripeRefusal.NO_NET, "keine Verbindung"),
        (StripeRefusal.TIMEOUT, "nicht rechtzeitig"),
    ],
)
def test_each_refusal_has_its_sentence(
    opened: Callable[[FakeSetup], ConfigureDialog], kind: StripeRefusal, words: str
) -> None:
    dialog = opened(FakeSetup(TEST_KEYS, fail_with=StripeRefused(kind)))
    dialog.test.button.click()
    assert words in dialog.test.answer.text()
