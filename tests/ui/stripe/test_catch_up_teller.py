"""What a catch-up brought is told once, in the right words, and polling stays quiet."""

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.fakes import NOW, FakeBridge
from tests.ui.stripe.conftest import StripeDesk
from tests.ui.stripe.fakes import FakeReception
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.domain.stripe.events import Source
from workmate_desktop.services.catch_up.catch_up import CatchUpProgress, CatchUpResult
from workmate_desktop.services.catch_up.catch_up_keeper import CatchUpState
from workmate_desktop.services.reception.reception import ReceptionState, ReceptionStatus
from workmate_desktop.ui.kit.toast import ToastHost, ToastKind
from workmate_desktop.ui.stripe import catch_up_teller
from workmate_desktop.ui.stripe.catch_up_teller import CatchUpTeller

NO_NET = StripeRefused(StripeRefusal.NO_NET)


class Toasts(ToastHost):
    """Kept instead of shown."""

    def __init__(self) -> None:
        self.kept: list[str] = []

    def show(self, title: str, text: str = "", kind: ToastKind = ToastKind.INFO) -> None:
        self.kept.append(f"{title}|{text}")


class Told:
    """A teller whose toasts and remarks are kept."""

    def __init__(self) -> None:
        self.reception = FakeReception()
        self.bridge = FakeBridge()
        toasts = Toasts()
        self.toasts = toasts.kept
        self.remarks: list[str] = []
        self.answers = 0
        self.teller = CatchUpTeller(
            self.reception, self.bridge, toasts, self.remarks.append, self.bridge
        )
        self.teller.answered.connect(self._count)

    def _count(self) -> None:
        self.answers += 1

    def after(self, answered: int = 0, **result: Any) -> None:
        """A run ended like this."""
        run = CatchUpResult(**{"complete": "trouble" not in result, **result})
        state = CatchUpState(True, None, run, NOW, answered)
        self.reception.state = ReceptionState(ReceptionStatus.POLLING, 8000, catch_up=state)
        self.bridge.reception_changed.emit()


@pytest.fixture
def told(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Told:
    monkeypatch.setattr(catch_up_teller, "AFTER_THE_NEWS_MS", 0)
    return Told()


def test_what_was_found_at_the_start(told: Told, qtbot: QtBot) -> None:
    told.after(payments=2, failures=1)
    qtbot.waitUntil(lambda: told.toasts != [])
    assert told.toasts == ["Während Ihrer Abwesenheit: 2 Zahlungen, 1 fehlgeschlagene Zahlung|"]
    assert told.remarks == ["Nachgeholt beim Start: 2 Zahlungen, 1 fehlgeschlagene Zahlung"]
    told.bridge.reception_changed.emit()  # the same result again
    told.after(source=Source.POLL, payments=1)
    qtbot.wait(20)
    assert len(told.toasts) == len(told.remarks) == 1


def test_a_start_that_breaks_off_is_summed_up(told: Told, qtbot: QtBot) -> None:
    told.after(payments=2, trouble=NO_NET)
    told.after(payments=3)
    qtbot.waitUntil(lambda: len(told.toasts) == 2)
    assert "Noch nicht alles" in told.toasts[0]
    assert told.remarks[-1] == "Nachgeholt beim Start: 5 Zahlungen"
    told.after(payments=1)
    assert told.remarks[-1] == "Zuletzt nachgeholt: 1 Zahlung"


def test_nothing_found_is_told_only_when_asked(told: Told, qtbot: QtBot) -> None:
    told.after()
    told.after(trouble=NO_NET)
    qtbot.wait(20)
    assert told.toasts == [] and told.remarks == []
    told.teller.expect(7)
    told.after(answered=6)
    assert (told.toasts, told.answers) == ([], 0)
    told.after(answered=7)
    assert told.toasts == ["Nichts verpasst|Bei Stripe liegt nichts Neues."]
    told.teller.expect(8)
    told.after(answered=8, trouble=NO_NET)
    assert "keine Verbindung zum Internet" in told.toasts[-1]
    assert told.answers == 2


def test_the_card_counts_while_it_fetches(stripe_desk: StripeDesk) -> None:
    card = stripe_desk.tab.reception

    def show(**how: Any) -> str:
        state = CatchUpState(True, completed_at=NOW, last=CatchUpResult(complete=True), **how)
        stripe_desk.reception.state = ReceptionState(
            ReceptionStatus.POLLING, 8000, polling=True, catch_up=state
        )
        stripe_desk.bridge.reception_changed.emit()
        return card.rows.value(card._fetched)

    assert show().endswith("· nichts Neues")
    assert card.fetch.isEnabled()
    # Polling reads the last hour again and again: nobody needs to see that.
    assert show(progress=CatchUpProgress(seen=37)).endswith("· nichts Neues")
    stripe_desk.tab.set_fetching(True)
    assert not card.fetch.isEnabled()
    assert show(progress=CatchUpProgress(seen=37)) == "37 Ereignisse gelesen …"
    assert show(progress=CatchUpProgress(seen=1)) == "1 Ereignis gelesen …"
    stripe_desk.tab.set_fetching(False)
    assert card.fetch.isEnabled()


def test_the_demo_fetches_nothing_and_offers_nothing(stripe_desk: StripeDesk) -> None:
    card = stripe_desk.tab.reception
    assert not card.fetch.isVisible()
    assert "Letzter Abruf" not in "".join(
        label.text() for label in card.findChildren(type(card.trouble)) if label.isVisible()
    )
