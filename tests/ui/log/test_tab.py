"""The Protokoll tab as a whole: what it passes on, keys, names."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QLineEdit
from pytestqt.qtbot import QtBot

from tests.ui.fakes import FakeBridge, FakeClock
from tests.ui.log.fakes import FakeLog, FakeNotices, notice
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.log.tab import LogTab


@pytest.fixture
def books() -> FakeNotices:
    found = FakeNotices()
    found.add(notice(1))
    return found


@pytest.fixture
def tab(qtbot: QtBot, theme: Theme, books: FakeNotices) -> LogTab:
    bridge = FakeBridge()
    log = FakeLog()
    log.add("started")
    made = LogTab(theme, books, books, log, bridge, FakeClock())
    bridge.setParent(made)
    qtbot.addWidget(made)
    return made


def test_the_count_is_told_soon_after_the_start(
    qtbot: QtBot, theme: Theme, books: FakeNotices
) -> None:
    bridge = FakeBridge()
    tab = LogTab(theme, books, books, FakeLog(), bridge, FakeClock())
    qtbot.addWidget(tab)
    with qtbot.waitSignal(tab.unread_changed) as told:
        pass
    assert told.args == [1]


def test_requests_are_passed_on(qtbot: QtBot, tab: LogTab) -> None:
    tab.notices.list.choose(0)
    with qtbot.waitSignals([tab.invoice_requested, tab.unread_changed]):
        tab.notices.open_button.click()


def test_ctrl_f_searches(qtbot: QtBot, tab: LogTab) -> None:
    with qtbot.waitActive(tab):
        tab.show()
        tab.activateWindow()
    tab.notices.list.setFocus()
    qtbot.keyClick(tab.notices.list, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert tab.program.search.hasFocus()


def test_everything_has_a_name_and_no_mnemonic_is_twice(tab: LogTab) -> None:
    letters = []
    kinds = (QAbstractButton, QAbstractItemView, QLineEdit)
    for widget in [each for kind in kinds for each in tab.findChildren(kind)]:
        interface = QAccessible.queryAccessibleInterface(widget)
        if widget.focusPolicy() is not Qt.FocusPolicy.NoFocus:
            assert interface.text(QAccessible.Text.Name), widget
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        if "&" in text:
            letters.append(text[text.index("&") + 1].lower())
    assert len(letters) == len(set(letters))


def test_it_fits_a_small_window(tab: LogTab) -> None:
    tab.show()
    assert tab.minimumSizeHint().width() <= 880
    assert tab.minimumSizeHint().height() <= 470
