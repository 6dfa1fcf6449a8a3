"""A person in front of the window: looks, clicks, types, waits. Nothing else touches the program.

Keys go to the window that has the focus, as from a real keyboard: shortcuts, mnemonics and
popups take them on their way.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QLineEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from tests.factories import encoded, event_body, post, sign
from tests.waiting import PATIENCE
from workmate_desktop.app.core import Core
from workmate_desktop.app.window.invoices_page import INVOICES
from workmate_desktop.app.window.pages import LOG, STRIPE, Pages
from workmate_desktop.app.window.program import WindowProgram
from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.store.common.settings import INSTANCE_ID, setting
from workmate_desktop.ui.invoices.list.table_model import Column
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.toast import Toast
from workmate_desktop.ui.window.status_bar import StatusBar

W = TypeVar("W", bound=QWidget)

WEBHOOK_SECRET = "whsec_journeyJourneyJourney01"
"""The signing secret that journeys enter."""
_MOST_TABS = 80


@dataclass
class Desk:
    """One running program and somebody who uses it."""

    program: WindowProgram
    bot: QtBot

    # --- the program, to look at ---------------------------------------------------------

    @property
    def core(self) -> Core:
        assert self.program.core is not None
        return self.program.core

    @property
    def pages(self) -> Pages:
        assert self.program.pages is not None
        return self.program.pages

    @property
    def status_bar(self) -> StatusBar:
        bar = self.program.window.statusBar()
        assert isinstance(bar, StatusBar)
        return bar

    @property
    def port(self) -> int:
        """Where the listener is."""
        port = self.core.listener.port
        assert port is not None
        return port

    def wait(self, true: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Until it is so; the loop runs meanwhile."""
        self.bot.waitUntil(lambda: bool(true()), timeout=int(seconds * 1000))

    def wait_until_ready(self) -> None:
        """The books are open, the keys are read and the listener is bound."""
        self.wait(lambda: self.program.core is not None and self.program.pages is not None)
        self.wait(lambda: self.core.setup.loaded and self.core.listener.port is not None)

    def stop(self) -> None:
        """Close the window, as with its cross."""
        self.program.window.close()

    # --- looking -------------------------------------------------------------------------

    def seen(self, within: QWidget) -> str:
        """All words of the labels and buttons in here. What is too long for its place ends in "…",
        and the tool tip has the whole of it: that depends on the screen and the fonts of the PC.
        """
        widgets: list[QLabel | QAbstractButton] = [
            *within.findChildren(QLabel),
            *within.findChildren(QAbstractButton),
        ]
        return plain(
            "\n".join(
                widget.full_text() if isinstance(widget, PlainLabel) else widget.text()
                for widget in widgets
                if widget.isVisible()
            )
        )

    def toasts(self) -> list[Toast]:
        return self.program.window.toasts.toasts()

    def toast_words(self) -> list[str]:
        """What the toasts say, oldest first."""
        return [plain(toast.accessibleName()) for toast in self.toasts()]

    def numbers(self) -> list[str]:
        """The first column of the invoice list."""
        model = self.pages.invoices.model
        return [self.cell(model, row, Column.NUMBER) for row in range(model.rowCount())]

    def invoice_row(self, number: str) -> int:
        """The row of this invoice in the list; -1 when it is not there."""
        numbers = self.numbers()
        return numbers.index(number) if number in numbers else -1

    def status(self, number: str) -> str:
        """The words of the status cell, as shown and as read by a screen reader alike."""
        row = self.invoice_row(number)
        if row < 0:
            return ""
        model = self.pages.invoices.model
        shown = self.cell(model, row, Column.STATUS)
        spoken = model.index(row, Column.STATUS).data(Qt.ItemDataRole.AccessibleTextRole)
        assert plain(str(spoken)) == f"Status: {shown}"
        return shown

    def invoice(self, number: str) -> InvoiceRow:
        """What the books hold of it."""
        model = self.pages.invoices.model
        found = model.row_at(self.invoice_row(number))
        assert found is not None, f"{number} is not in the list"
        row = self.core.books.invoice_row(found.id)
        assert row is not None
        return row

    def timeline(self) -> list[str]:
        """The Verlauf of the selected invoice, newest first."""
        return [plain(entry.spoken) for entry in self.pages.invoices.detail.timeline.entries()]

    def events(self) -> list[list[str]]:
        """The list of events in the Stripe tab: the words of its cells."""
        return self.cells(self.pages.stripe.events.model)

    def notices(self) -> list[str]:
        """The Meldungen, newest first."""
        [view] = [
            view
            for view in self.pages.log.findChildren(QAbstractItemView)
            if view.accessibleName() == "Meldungen"
        ]
        return [self.cell(view.model(), row, 0) for row in range(view.model().rowCount())]

    @staticmethod
    def cell(model: QAbstractItemModel, row: int, column: int) -> str:
        return plain(str(model.index(row, column).data()))

    @staticmethod
    def cells(model: QAbstractItemModel) -> list[list[str]]:
        columns = model.columnCount(QModelIndex())
        return [
            [plain(str(model.index(row, column).data())) for column in range(columns)]
            for row in range(model.rowCount(QModelIndex()))
        ]

    # --- mouse ---------------------------------------------------------------------------

    def button(self, within: QWidget, text: str) -> QAbstractButton:
        """The visible button with this text, mnemonics left out, once there is one."""
        self.wait(lambda: self.buttons(within, text))
        found = self.buttons(within, text)
        assert len(found) == 1, f"{len(found)} buttons say {text!r}"
        return found[0]

    @staticmethod
    def buttons(within: QWidget, text: str) -> list[QAbstractButton]:
        """All visible buttons with this text."""
        return [
            button
            for button in within.findChildren(QAbstractButton)
            if button.text().replace("&", "") == text and button.isVisible()
        ]

    def click(self, within: QWidget, text: str) -> None:
        """Click the button with this text, once it can be clicked."""

        def can_be_clicked() -> None:
            assert self.button(within, text).isEnabled(), f"{text!r} cannot be clicked"

        self.bot.waitUntil(can_be_clicked)
        self.bot.mouseClick(self.button(within, text), Qt.MouseButton.LeftButton)

    def click_widget(self, widget: QWidget) -> None:
        """Click the middle of a widget."""
        self.bot.mouseClick(widget, Qt.MouseButton.LeftButton)

    def click_row(self, view: QAbstractItemView, row: int, column: int = 0) -> None:
        """Click a cell."""
        index = view.model().index(row, column)
        view.scrollTo(index)
        self.bot.mouseClick(
            view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(index).center()
        )

    def open_page(self, page: int) -> None:
        """Click a tab of the window."""
        tabs = self.program.window.navigation.tabs
        self.bot.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.tabRect(page).center())
        assert self.program.window.stack.currentIndex() == page

    def open_invoices(self) -> None:
        self.open_page(INVOICES)

    def open_stripe(self) -> None:
        self.open_page(STRIPE)

    def open_log(self) -> None:
        self.open_page(LOG)

    def select(self, number: str) -> None:
        """Click the row of this invoice, once it is listed; its details are shown."""
        self.open_invoices()
        self.wait(lambda: self.invoice_row(number) >= 0)
        self.click_row(self.pages.invoices.table, self.invoice_row(number))
        detail = self.pages.invoices.detail
        self.wait(lambda: detail.number.text() == number)

    # --- keyboard ------------------------------------------------------------------------

    def press(self, *keys: str) -> None:
        """Press key combinations such as "Tab", "Alt+K", "Ctrl+N"."""
        for combination in keys:
            key = QKeySequence(combination)[0]  # type: ignore[index]
            QTest.keyClick(self._front(), key.key(), key.keyboardModifiers())
            QApplication.processEvents()

    def write(self, text: str) -> None:
        """Type on the keyboard, wherever the focus is."""
        for letter in text:
            # QTest.keyClick knows no umlauts.
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                key = QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter)
                QApplication.sendEvent(self._front(), key)
        QApplication.processEvents()

    def _front(self) -> QWindow:
        """The window with the focus."""
        if QGuiApplication.focusWindow() is None:
            # Without a screen there is no window manager that returns the focus after a dialog.
            self.program.window.activateWindow()
            self.wait(lambda: QGuiApplication.focusWindow() is not None)
        window = QGuiApplication.focusWindow()
        assert window is not None
        return window

    def tab_to(self, widget: QWidget) -> None:
        """Press Tab until this has the focus."""
        for _ in range(_MOST_TABS):
            if QApplication.focusWidget() is widget:
                return
            self.press("Tab")
        raise AssertionError(f"{_MOST_TABS} times Tab did not reach {widget.accessibleName()!r}")

    def type_into(self, field: QLineEdit, text: str) -> None:
        """Click into a field and type over what stands there."""
        self.bot.mouseClick(field, Qt.MouseButton.LeftButton)
        field.selectAll()
        self.bot.keyClicks(field, text)

    # --- dialogs -------------------------------------------------------------------------

    def dialog(self, kind: type[W]) -> W:
        """The dialog of this kind, once it is open and has the focus."""
        self.wait(lambda: self.open_dialog(kind) is not None)
        found = self.open_dialog(kind)
        assert found is not None
        self.wait(lambda: QApplication.activeWindow() is found)
        return found

    def open_dialog(self, kind: type[W]) -> W | None:
        """The dialog of this kind if it is open."""
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, kind) and widget.isVisible():
                return widget
        return None

    def wait_closed(self, kind: type[QWidget]) -> None:
        """Until no dialog of this kind is open."""
        self.wait(lambda: self.open_dialog(kind) is None)

    # --- what Stripe does ----------------------------------------------------------------

    def stripe_sends(self, body: dict[str, Any], secret: str = WEBHOOK_SECRET) -> int:
        """One signed delivery over a socket; the answer."""
        raw = encoded(body)
        return post(self.port, raw, sign(raw, secret, time.time()))

    def event(self, invoice: str | None, **how: Any) -> dict[str, Any]:
        """An event of this moment, as a pay link of this office makes it; see
        factories.event_body."""
        if invoice is not None:
            how = {"instance": self.instance_id()} | how
        return event_body(invoice, created=datetime.now(UTC), **how)

    def instance_id(self) -> str:
        """The mark of this installation on what it asks Stripe for."""
        with self.core.database.reader() as connection:
            return setting(connection, INSTANCE_ID) or ""

    def forget_toasts(self) -> None:
        """Click every toast away, also one that comes meanwhile."""

        def none_left() -> bool:
            for toast in self.toasts():
                if isValid(toast):
                    self.bot.mouseClick(toast, Qt.MouseButton.LeftButton)
            return not self.toasts()

        self.wait(none_left)


def plain(text: str) -> str:
    """German numbers hold blanks that do not break; tests are written with plain ones."""
    return text.replace("\xa0", " ").replace("\u202f", " ")
