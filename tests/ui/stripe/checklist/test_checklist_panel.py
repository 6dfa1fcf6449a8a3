"""The production checklist beside the events: live, and each button leads where it says."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests.services.reception.checklist_facts import ACCOUNT, ALL_WELL, FRESH
from tests.ui.fakes import FakeBridge, FakeClock
from tests.ui.stripe.fakes import (
    TEST_KEYS,
    FakeChecklist,
    FakeReceive,
    FakeReception,
    FakeSetup,
    FakeStripeBooks,
    event,
)
from tests.ui.stripe.screens import DISTURBED
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.reception.checklist import Point, PointId, PointState, Remedy
from workmate_desktop.services.reception.checklist_facts import ChecklistFacts
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.stripe.connection.configure_dialog import ConfigureDialog
from workmate_desktop.ui.stripe.tab import StripeTab

LEFT = Qt.MouseButton.LeftButton


class Desk:
    """A tab with a checklist."""

    def __init__(self, theme: Theme, facts: ChecklistFacts) -> None:
        self.books = FakeStripeBooks()
        self.books.add_events(event(1), event(2))
        self.bridge, self.checklist = FakeBridge(), FakeChecklist(facts)
        self.reception = FakeReception()
        self.tab = StripeTab(
            theme,
            FakeSetup(keys=TEST_KEYS),
            self.books,
            FakeReceive(self.books),
            self.reception,
            self.bridge,
            FakeClock(),
            checklist=self.checklist,
        )
        assert self.tab.checklist is not None
        self.panel = self.tab.checklist

    def state(self, id_: PointId) -> str:
        """The first word that a screen reader says of a point."""
        return self.panel.rows[id_].title.accessibleName().split(": ")[1].split(".")[0]


@pytest.fixture
def make(qtbot: QtBot, theme: Theme) -> Callable[..., Desk]:
    def open_desk(facts: ChecklistFacts = ALL_WELL, size: tuple[int, int] = (1280, 694)) -> Desk:
        desk = Desk(theme, facts)
        qtbot.addWidget(desk.tab)
        desk.tab.resize(*size)
        desk.tab.show()
        qtbot.waitExposed(desk.tab)
        return desk

    return open_desk


def test_it_shows_each_point_with_sign_words_and_evidence(make: Callable[..., Desk]) -> None:
    desk = make(DISTURBED)
    assert desk.panel.progress.text() == "5 von 10 Punkten erledigt"
    assert desk.state(PointId.EVENTS) == "erledigt"
    assert desk.state(PointId.SECRET) == "gestört"
    assert desk.state(PointId.LIVE_KEYS) == "offen"
    row = desk.panel.rows[PointId.CLOCK]
    assert row.evidence.text().startswith("geht 2 h vor: bitte die Uhr stellen")
    assert row.remedy.text() == "Neu messen"
    assert not desk.panel.rows[PointId.EVENTS].remedy.isVisible()


def test_it_follows_what_is_announced_without_being_asked_often(
    make: Callable[..., Desk], qtbot: QtBot
) -> None:
    desk = make(FRESH)
    assert desk.state(PointId.ENDPOINT) == "offen"
    desk.checklist.known = ALL_WELL
    asked = desk.checklist.asked
    for _ in range(50):
        desk.bridge.reception_changed.emit()
        desk.bridge.events_recorded.emit(("evt_00001",))
    qtbot.waitUntil(lambda: desk.panel.progress.text() == "Alle 10 Punkte sind erledigt.")
    assert desk.checklist.asked == asked + 1


def test_while_nobody_looks_nothing_is_read(make: Callable[..., Desk], qtbot: QtBot) -> None:
    desk = make(FRESH)
    desk.tab.hide()
    asked = desk.checklist.asked
    desk.checklist.known = ALL_WELL
    desk.bridge.settings_changed.emit()
    QApplication.processEvents()
    assert desk.checklist.asked == asked
    desk.tab.show()
    qtbot.waitUntil(lambda: desk.state(PointId.ENDPOINT) == "erledigt")


def test_news_while_it_is_judged_are_judged_too(make: Callable[..., Desk], qtbot: QtBot) -> None:
    desk = make(FRESH)
    desk.bridge.hold = True
    desk.bridge.reception_changed.emit()
    qtbot.waitUntil(lambda: len(desk.bridge.waiting) == 1)
    desk.bridge.reception_changed.emit()
    desk.bridge.hold = False
    desk.bridge.run_waiting()
    desk.checklist.known = ALL_WELL
    qtbot.waitUntil(lambda: desk.state(PointId.ENDPOINT) == "erledigt")


def test_books_that_cannot_be_read_are_told_and_the_points_stay(
    make: Callable[..., Desk], qtbot: QtBot
) -> None:
    desk = make(ALL_WELL)
    desk.checklist.fail_with = UserError("database_busy")
    desk.bridge.reception_changed.emit()
    qtbot.waitUntil(lambda: desk.panel.progress.property("role") == "error")
    assert desk.state(PointId.ENDPOINT) == "erledigt"


@pytest.mark.parametrize(
    ("remedy", "signal"),
    [
        (Remedy.SELF_TEST, lambda tab: tab.self_test_requested),
        (Remedy.FETCH, lambda tab: tab.fetch_requested),
        (Remedy.MEASURE, lambda tab: tab.fetch_requested),
        (Remedy.INVOICES, lambda tab: tab.invoices_requested),
        (Remedy.MAIL, lambda tab: tab.mail_requested),
        (Remedy.CONNECT, lambda tab: tab.reception.tunnel.connect_wanted),
        (Remedy.TUNNEL_SETTINGS, lambda tab: tab.reception.tunnel.settings_wanted),
        (Remedy.ARRANGE, lambda tab: tab.reception.tunnel.arrange_wanted),
        (Remedy.ENABLE, lambda tab: tab.reception.tunnel.arrange_wanted),
    ],
)
def test_each_button_asks_for_what_it_says(
    make: Callable[..., Desk],
    qtbot: QtBot,
    remedy: Remedy,
    signal: Callable[[StripeTab], SignalInstance],
) -> None:
    desk = make()
    row = desk.panel.rows[PointId.CLOCK]
    row.show_point(Point(PointId.CLOCK, PointState.WRONG, "odd", remedy), "…")
    with qtbot.waitSignal(signal(desk.tab)):
        qtbot.mouseClick(row.remedy, LEFT)


@pytest.mark.parametrize("remedy", [Remedy.CONFIGURE, Remedy.ENTER_SECRET])
def test_keys_are_entered_in_the_dialog(
    make: Callable[..., Desk], qtbot: QtBot, remedy: Remedy
) -> None:
    desk = make()
    row = desk.panel.rows[PointId.LIVE_KEYS]
    row.show_point(Point(PointId.LIVE_KEYS, PointState.OPEN, "no_keys", remedy), "…")
    qtbot.mouseClick(row.remedy, LEFT)
    dialog = desk.tab.findChild(ConfigureDialog)
    assert dialog is not None and dialog.isVisible()
    secret = dialog.focusWidget() is dialog.webhook_secret
    assert secret is (remedy is Remedy.ENTER_SECRET)


def test_the_empfang_is_started_again(make: Callable[..., Desk], qtbot: QtBot) -> None:
    desk = make()
    row = desk.panel.rows[PointId.ADDRESS]
    row.show_point(Point(PointId.ADDRESS, PointState.WRONG, "no_listener", Remedy.RESTART), "…")
    qtbot.mouseClick(row.remedy, LEFT)
    assert desk.reception.restarts == 1


def test_an_event_takes_its_place_and_gives_it_back(
    make: Callable[..., Desk], qtbot: QtBot
) -> None:
    desk = make()
    assert desk.panel.isVisible()
    desk.tab.show_event("evt_00001")
    assert desk.tab.detail.isVisible() and not desk.panel.isVisible()
    qtbot.mouseClick(desk.tab.detail.back, LEFT)
    assert desk.panel.isVisible()
    assert desk.tab.events.table.selected_id == ""
    desk.tab.show_event("evt_00001")  # the same again
    assert desk.tab.detail.isVisible()
    desk.books.events.clear()
    desk.bridge.everything_changed.emit()
    assert desk.panel.isVisible()


@pytest.mark.parametrize("facts", [ALL_WELL, FRESH, DISTURBED], ids=["done", "open", "wrong"])
@pytest.mark.parametrize("size", [(1280, 694), (900, 526)])
def test_nothing_is_cut_off(
    make: Callable[..., Desk], facts: ChecklistFacts, size: tuple[int, int]
) -> None:
    desk = make(facts, size)
    QApplication.processEvents()
    view = desk.panel.area.viewport()
    for row in desk.panel.rows.values():
        assert row.mapTo(view, row.rect().topRight()).x() <= view.width()
        for label in (row.title, row.evidence):
            assert label.height() >= label.heightForWidth(label.width())
        if row.remedy.isVisible():
            assert row.remedy.width() >= row.remedy.sizeHint().width()


def test_nothing_moves_while_the_points_are_the_same_in_other_words(
    make: Callable[..., Desk],
) -> None:
    desk = make(ALL_WELL)
    places = {id_: row.y() for id_, row in desk.panel.rows.items()}
    for id_, row in desk.panel.rows.items():
        row.show_point(Point(id_, PointState.OPEN, "odd", Remedy.ARRANGE), "noch offen")
    QApplication.processEvents()
    assert {id_: row.y() for id_, row in desk.panel.rows.items()} == places


def test_words_from_outside_are_shown_plainly(make: Callable[..., Desk], qtbot: QtBot) -> None:
    account = replace(ACCOUNT, name="<img src=x>")
    desk = make(replace(ALL_WELL, account=account))
    evidence = desk.panel.rows[PointId.LIVE_KEYS].evidence
    assert "<img src=x>" in evidence.text()
    for label in desk.panel.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText or not label.text()


def test_jetzt_pruefen_is_asked_once_at_a_time(make: Callable[..., Desk], qtbot: QtBot) -> None:
    desk = make()
    with qtbot.waitSignal(desk.tab.check_requested):
        qtbot.mouseClick(desk.panel.check, LEFT)
    desk.panel.set_checking(True)
    assert not desk.panel.check.isEnabled()
    desk.panel.set_checking(False)
    assert desk.panel.check.isEnabled()
