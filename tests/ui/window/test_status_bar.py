"""Status bar and badge: how the Empfang is, where, and what came last."""

from datetime import timedelta

import pytest
from PySide6.QtGui import QAccessible
from pytestqt.qtbot import QtBot

from tests.ui.fakes import HOSTILE, NOW, FakeBridge, FakeClock
from tests.ui.stripe.fakes import URL, FakeReception, FakeStripeBooks, event
from workmate_desktop.domain.invoices.lists import EventRow
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.services.catch_up.catch_up import CatchUpResult
from workmate_desktop.services.catch_up.catch_up_keeper import CatchUpState
from workmate_desktop.services.reception.reception import ReceptionState, ReceptionStatus
from workmate_desktop.ui.kit.mode_badge import ModeBadge
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.window.status_bar import StatusBar
from workmate_desktop.words.tone import Tone

FETCHED = CatchUpState(True, None, CatchUpResult(complete=True), NOW)


def refused(kind: StripeRefusal) -> CatchUpState:
    """Stripe was asked, but in vain."""
    return CatchUpState(True, None, CatchUpResult(trouble=StripeRefused(kind)))


class CountingBooks(FakeStripeBooks):
    """Counts how often the last event is read."""

    reads = 0

    def last_event(self) -> EventRow | None:
        self.reads += 1
        return super().last_event()


@pytest.fixture
def books() -> CountingBooks:
    return CountingBooks()


@pytest.fixture
def reception() -> FakeReception:
    return FakeReception()


@pytest.fixture
def bridge() -> FakeBridge:
    return FakeBridge()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def bar(
    qtbot: QtBot,
    theme: Theme,
    books: CountingBooks,
    reception: FakeReception,
    bridge: FakeBridge,
    clock: FakeClock,
) -> StatusBar:
    made = StatusBar(theme, books, reception, bridge, clock)
    qtbot.addWidget(made)
    made.resize(1000, 30)
    made.show()
    qtbot.waitExposed(made)
    return made


def _words(bar: StatusBar) -> str:
    return bar.state.label.text()


@pytest.mark.parametrize(
    ("state", "words", "tone"),
    [
        (ReceptionState(ReceptionStatus.READY, 8000, URL), "Empfang bereit", Tone.GREEN),
        (ReceptionState(ReceptionStatus.NO_SECRET, 8000, URL), "Kein Webhook Secret", Tone.RED),
        (
            ReceptionState(ReceptionStatus.POLLING, 8000, URL, polling=True, catch_up=FETCHED),
            "Abruf alle 30 s",
            Tone.BLUE,
        ),
        (
            ReceptionState(
                ReceptionStatus.POLLING, 8000, URL, catch_up=refused(StripeRefusal.NO_NET)
            ),
            "Abruf gestört",
            Tone.AMBER,
        ),
        (
            ReceptionState(
                ReceptionStatus.POLLING, 8000, URL, catch_up=refused(StripeRefusal.REVOKED)
            ),
            "Abruf gestört",
            Tone.RED,
        ),
        (
            ReceptionState(ReceptionStatus.DISTURBED, 8000, URL, trouble="disk_full"),
            "Empfang gestört",
            Tone.RED,
        ),
        (ReceptionState(ReceptionStatus.OFF), "Empfang aus", Tone.GREY),
    ],
)
def test_the_dot_says_how_the_empfang_is(
    bar: StatusBar,
    reception: FakeReception,
    bridge: FakeBridge,
    state: ReceptionState,
    words: str,
    tone: Tone,
) -> None:
    reception.state = state
    bridge.reception_changed.emit()
    assert _words(bar) == words
    assert bar.state._tone is tone


def test_why_it_is_disturbed_is_in_the_tool_tip(
    bar: StatusBar, reception: FakeReception, bridge: FakeBridge
) -> None:
    reception.state = ReceptionState(ReceptionStatus.DISTURBED, 8000, URL, trouble="disk_full")
    bridge.reception_changed.emit()
    assert "Speicherplatz ist voll" in bar.state.toolTip()
    assert bar.state.accessibleDescription() == bar.state.toolTip()


def test_without_any_key_the_empfang_is_simply_off(
    qtbot: QtBot, theme: Theme, books: CountingBooks, bridge: FakeBridge, clock: FakeClock
) -> None:
    reception = FakeReception(ReceptionState(ReceptionStatus.NO_SECRET, 8000, URL))
    keys = {"there": False}
    bar = StatusBar(theme, books, reception, bridge, clock, configured=lambda: keys["there"])
    qtbot.addWidget(bar)
    assert _words(bar) == "Empfang aus"
    keys["there"] = True
    bridge.settings_changed.emit()
    assert _words(bar) == "Kein Webhook Secret"


def test_the_address_is_shown_while_there_is_one(
    bar: StatusBar, reception: FakeReception, bridge: FakeBridge
) -> None:
    assert bar.address.full_text() == "127.0.0.1:8000"
    reception.state = ReceptionState(
        ReceptionStatus.READY, 8001, URL, public_url="https://kit-buero.ngrok.app"
    )
    bridge.reception_changed.emit()
    assert bar.address.full_text() == "https://kit-buero.ngrok.app → 127.0.0.1:8001"
    interface = QAccessible.queryAccessibleInterface(bar.address)
    assert interface.text(QAccessible.Text.Name).startswith("Adresse des Empfangs: https")
    reception.state = ReceptionState(ReceptionStatus.OFF)
    bridge.reception_changed.emit()
    assert not bar.address.isVisible()


def test_the_last_event_and_how_long_ago(
    bar: StatusBar, books: CountingBooks, bridge: FakeBridge, clock: FakeClock
) -> None:
    assert bar.last_event.full_text() == "Noch kein Ereignis"
    assert not bar._timer.isActive()
    bridge.events_recorded.emit(books.add_events(event(0)))
    assert bar.last_event.full_text() == (
        "Letztes Ereignis: gerade eben · payment_intent.succeeded"
    )
    assert bar._timer.interval() == 1000
    clock.moment = NOW + timedelta(seconds=3)
    bar._timer.timeout.emit()
    assert "vor 3 s" in bar.last_event.full_text()
    clock.moment = NOW + timedelta(minutes=5)
    bar._timer.timeout.emit()
    assert "vor 5 min" in bar.last_event.full_text()
    assert bar._timer.interval() == 30_000


def test_the_seconds_run_by_themselves(
    qtbot: QtBot, bar: StatusBar, books: CountingBooks, bridge: FakeBridge, clock: FakeClock
) -> None:
    bridge.events_recorded.emit(books.add_events(event(0)))
    clock.moment = NOW + timedelta(seconds=2)
    qtbot.waitUntil(lambda: "vor 2 s" in bar.last_event.full_text())


def test_hidden_it_counts_nothing(
    bar: StatusBar, books: CountingBooks, bridge: FakeBridge, clock: FakeClock
) -> None:
    bridge.events_recorded.emit(books.add_events(event(0)))
    bar.hide()
    assert not bar._timer.isActive()
    clock.moment = NOW + timedelta(seconds=30)
    bar.show()
    assert "vor 30 s" in bar.last_event.full_text()
    assert bar._timer.isActive()


def test_a_flood_is_read_a_few_times_only(
    qtbot: QtBot, bar: StatusBar, books: CountingBooks, bridge: FakeBridge
) -> None:
    before = books.reads
    for serial in range(200):
        bridge.events_recorded.emit(books.add_events(event(serial)))
    books.add_events(event(500, amount=1))
    books.change_event("evt_00500", type="payment_intent.payment_failed")
    bridge.events_recorded.emit(("evt_00500",))
    qtbot.waitUntil(lambda: "payment_failed" in bar.last_event.full_text())
    assert books.reads - before <= 3


def test_deleted_test_data_is_forgotten(
    bar: StatusBar, books: CountingBooks, bridge: FakeBridge
) -> None:
    bridge.events_recorded.emit(books.add_events(event(0)))
    books.events.clear()
    bridge.everything_changed.emit()
    assert bar.last_event.full_text() == "Noch kein Ereignis"


def test_it_never_widens_the_window(
    bar: StatusBar, reception: FakeReception, bridge: FakeBridge, books: CountingBooks
) -> None:
    reception.state = ReceptionState(
        ReceptionStatus.READY, 8001, URL, public_url=f"https://{'x' * 300}.ngrok.app"
    )
    bridge.reception_changed.emit()
    books.add_events(event(0))
    books.change_event("evt_00000", type="y" * 300)
    bridge.everything_changed.emit()
    bar.set_remark("z" * 300)
    assert bar.minimumSizeHint().width() < 500


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_types_stay_text(
    bar: StatusBar, books: CountingBooks, bridge: FakeBridge, text: str
) -> None:
    books.add_events(event(0))
    books.change_event("evt_00000", type=text)
    bridge.everything_changed.emit()
    assert text in bar.last_event.full_text()
    assert "<img" not in bar.last_event.toolTip()


def test_a_remark_at_the_right(bar: StatusBar) -> None:
    bar.set_remark("Nachgeholt beim Start: 2 Zahlungen")
    assert bar.remark.full_text() == "Nachgeholt beim Start: 2 Zahlungen"
    assert bar.remark.x() > bar.last_event.x()


@pytest.mark.parametrize(
    ("livemode", "configured", "words", "tone"),
    [
        (None, False, "NICHT EINGERICHTET", Tone.GREY),
        (False, True, "TESTMODUS", Tone.AMBER),
        (True, True, "LIVEBETRIEB", Tone.GREEN),
    ],
)
def test_the_badge(
    qtbot: QtBot, theme: Theme, livemode: bool | None, configured: bool, words: str, tone: Tone
) -> None:
    badge = ModeBadge(theme)
    qtbot.addWidget(badge)
    badge.set_mode(livemode, configured)
    assert [(pill.text, pill.tone) for pill in badge.pills()] == [(words, tone)]
    assert badge.accessibleName() == words


def test_the_badge_tells_where_the_test_data_are(qtbot: QtBot, theme: Theme) -> None:
    badge = ModeBadge(theme)
    qtbot.addWidget(badge)
    badge.resize(200, badge.sizeHint().height())
    badge.set_mode(True, True)
    assert "Testdaten sind ausgeblendet" in badge.toolTip()
    badge.set_mode(False, True)
    assert badge.toolTip() == ""


def test_the_badge_without_keys_that_tell(qtbot: QtBot, theme: Theme) -> None:
    badge = ModeBadge(theme)
    qtbot.addWidget(badge)
    badge.set_mode(None, True)
    assert badge.accessibleName() == "SCHLÜSSEL FEHLEN"
