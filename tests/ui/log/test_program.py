"""Programmprotokoll: filter, search, follow, and what Kopieren gives to the support."""

import logging
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.fakes import HOSTILE, FakeBridge, FakeClock
from tests.ui.log.fakes import FakeLog
from workmate_desktop import __version__
from workmate_desktop.bridge import Bridge
from workmate_desktop.services.log import ProgramLog
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.log.program_model import Column, LevelFilter, ProgramModel
from workmate_desktop.ui.log.program_pane import ProgramPane


@pytest.fixture
def log() -> FakeLog:
    made = FakeLog()
    made.add("Backup 2026-11-22 made and verified", minutes_ago=1300)
    made.add("[Stripe] Webhook verified: payment_intent.succeeded")
    made.add("[Stripe] Payment failed for Invoice RE-2026-0117: Insufficient funds", "WARNING")
    made.add("Something failed\nTraceback (most recent call last):\n  x\nValueError", "ERROR")
    return made


@pytest.fixture
def bridge() -> FakeBridge:
    return FakeBridge()


@pytest.fixture
def pane(qtbot: QtBot, theme: Theme, log: FakeLog, bridge: FakeBridge) -> ProgramPane:
    made = ProgramPane(theme, log, bridge, FakeClock())
    qtbot.addWidget(made)
    made.resize(800, 300)
    made.show()
    qtbot.waitExposed(made)
    return made


def _texts(model: ProgramModel) -> list[str]:
    return [model.index(row, Column.TEXT).data() for row in range(model.rowCount())]


def _tested(model: ProgramModel) -> ProgramModel:
    # A child of the model: in a reference cycle Python might delete it on another thread.
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    return model


def test_lines_in_words(qapp: QApplication, log: FakeLog) -> None:
    model = _tested(ProgramModel(log, FakeClock()))
    row = [model.index(2, column).data() for column in Column]
    assert row == [
        "09:15:00",
        "Warnung",
        "[Stripe] Payment failed for Invoice RE-2026-0117: Insufficient funds",
    ]
    assert model.index(0, Column.TIME).data() == "22.11. 11:35:00"
    assert model.index(3, Column.TEXT).data() == "Something failed"
    assert model.index(3, Column.LEVEL).data(Qt.ItemDataRole.AccessibleTextRole) == "Stufe: Fehler"


@pytest.mark.parametrize(
    ("level", "count"),
    [(LevelFilter.ALL, 4), (LevelFilter.WARNINGS, 2), (LevelFilter.ERRORS, 1)],
)
def test_levels(qapp: QApplication, log: FakeLog, level: LevelFilter, count: int) -> None:
    model = _tested(ProgramModel(log, FakeClock()))
    model.show_only(level, "")
    assert model.rowCount() == count


def test_searching_ignores_case_and_reads_traces(qapp: QApplication, log: FakeLog) -> None:
    model = _tested(ProgramModel(log, FakeClock()))
    model.show_only(LevelFilter.ALL, "STRIPE")
    assert model.rowCount() == 2
    model.show_only(LevelFilter.ALL, "valueerror")
    assert _texts(model) == ["Something failed"]


def test_new_lines_are_appended_and_old_ones_go(qapp: QApplication) -> None:
    log = FakeLog(most=10)
    for number in range(10):
        log.add(f"line {number}", "INFO" if number % 2 else "WARNING")
    model = _tested(ProgramModel(log, FakeClock()))
    resets = QSignalSpy(model.modelReset)
    log.add("line 10")
    log.add("line 11")
    assert model.read_new() == 2
    assert _texts(model) == [f"line {number}" for number in range(2, 12)]
    assert model.read_new() == 0
    for number in range(12, 40):  # more than the log keeps
        log.add(f"line {number}")
    assert model.read_new() == 10
    assert _texts(model) == [f"line {number}" for number in range(30, 40)]
    assert resets.count() == 0


def test_only_filtered_lines_are_counted_as_gone(qapp: QApplication) -> None:
    log = FakeLog(most=10)
    for number in range(10):
        log.add(f"line {number}", "INFO" if number % 2 else "WARNING")
    model = _tested(ProgramModel(log, FakeClock()))
    model.show_only(LevelFilter.WARNINGS, "")
    for number in range(10, 14):
        log.add(f"line {number}", "WARNING")
    assert model.read_new() == 2  # of the four that went, two were shown
    assert _texts(model) == [f"line {number}" for number in (4, 6, 8, 10, 11, 12, 13)]


# The pane


def test_kopieren_gives_versions_and_all_shown_lines(pane: ProgramPane) -> None:
    pane.copy_button.click()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == f"WorkmateOS Desktop {__version__} · 2026-11-23T08:15:00.000Z"
    assert lines[1].startswith("Python 3.")
    assert "Qt 6." in lines[1]
    assert lines[3] == "2026-11-22T10:35:00.000Z INFO    Backup 2026-11-22 made and verified"
    assert lines[-1] == "ValueError"  # the trace is copied whole
    assert pane.copy_button.text() == "Kopiert"


def test_kopieren_takes_the_selected_lines(qtbot: QtBot, pane: ProgramPane) -> None:
    rows = QItemSelectionModel.SelectionFlag.Rows | QItemSelectionModel.SelectionFlag.Select
    for row in (2, 1):
        pane.table.selectionModel().select(pane.model.index(row, 0), rows)
    qtbot.keyClick(pane.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert [line.split()[1] for line in lines[3:]] == ["INFO", "WARNING"]


def test_filter_and_search_as_one_types(qtbot: QtBot, pane: ProgramPane) -> None:
    qtbot.mouseClick(pane.chips.button("warnings"), Qt.MouseButton.LeftButton)
    assert pane.model.rowCount() == 2
    qtbot.keyClicks(pane.search, "insuff")
    qtbot.waitUntil(lambda: pane.model.rowCount() == 1)
    qtbot.keyClicks(pane.search, "xyz")
    qtbot.waitUntil(lambda: pane.stack.currentWidget() is pane.empty)
    assert not pane.copy_button.isEnabled()
    qtbot.keyClick(pane.search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: pane.model.rowCount() == 2)


def test_it_follows_until_one_scrolls_up(
    qtbot: QtBot, pane: ProgramPane, log: FakeLog, bridge: FakeBridge
) -> None:
    bar = pane.table.verticalScrollBar()

    def add(count: int) -> None:
        for number in range(count):
            log.add(f"new line {number}")
        expected = pane.model.rowCount() + count
        bridge.log_added.emit()
        qtbot.waitUntil(lambda: pane.model.rowCount() == expected)

    add(50)
    assert bar.maximum() > 0
    assert bar.value() == bar.maximum()
    bar.setValue(30)
    assert not pane.follow.isChecked()
    add(50)
    assert bar.value() == 30
    pane.follow.click()
    assert bar.value() == bar.maximum()
    bar.setValue(0)
    bar.setValue(bar.maximum())
    assert pane.follow.isChecked()


def test_reading_stays_in_place_while_old_lines_go(
    qtbot: QtBot, pane: ProgramPane, log: FakeLog, bridge: FakeBridge
) -> None:
    log.most = 100
    for number in range(96):
        log.add(f"line {number}")
    bridge.log_added.emit()
    qtbot.waitUntil(lambda: pane.model.rowCount() == 100)
    bar = pane.table.verticalScrollBar()
    bar.setValue(28 * 40)
    top = pane.model.entry_at(pane.table.rowAt(0))
    for number in range(5):
        log.add(f"later {number}")
    bridge.log_added.emit()
    qtbot.waitUntil(lambda: pane.model.index(99, Column.TEXT).data() == "later 4")
    assert pane.model.entry_at(pane.table.rowAt(0)) is top


def test_a_flood_is_read_together(
    qtbot: QtBot, pane: ProgramPane, log: FakeLog, bridge: FakeBridge
) -> None:
    before = log.reads
    for number in range(500):
        log.add(f"line {number}")
        bridge.log_added.emit()
    qtbot.waitUntil(lambda: pane.model.rowCount() == 504)
    assert log.reads - before <= 2


def test_hidden_it_reads_nothing(
    qtbot: QtBot, pane: ProgramPane, log: FakeLog, bridge: FakeBridge
) -> None:
    pane.hide()
    before = log.reads
    log.add("unseen")
    bridge.log_added.emit()
    assert not pane._pause.isActive()
    assert log.reads == before
    pane.show()
    assert _texts(pane.model)[-1] == "unseen"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_lines_stay_text(qtbot: QtBot, pane: ProgramPane, log: FakeLog, text: str) -> None:
    log.add(text)
    pane.model.read_new()
    last = pane.model.index(pane.model.rowCount() - 1, Column.TEXT)
    assert last.data() == text.split("\n", maxsplit=1)[0]
    assert "<img" not in (last.data(Qt.ItemDataRole.ToolTipRole) or "")
    assert text in pane.support_text()


def test_real_lines_come_through_bridge_and_log(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    log, bridge = ProgramLog(tmp_path), Bridge()
    log.listen(bridge.note_log)
    log.start()
    try:
        pane = ProgramPane(theme, log, bridge, FakeClock())
        qtbot.addWidget(pane)
        pane.show()
        secret = "sk_test_" + "a" * 24
        logging.getLogger("workmate.stripe").warning("refused with %s", secret)
        qtbot.waitUntil(lambda: pane.model.rowCount() == 1)
        assert secret not in pane.support_text()
        assert "refused with sk_test_…" in pane.support_text()
        assert str(log.file) in pane.place.full_text()
    finally:
        log.stop()
        bridge.close()
