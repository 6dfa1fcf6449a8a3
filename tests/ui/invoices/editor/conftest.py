"""An open editor with believable customers."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.fakes import FakeBridge, FakeClock
from tests.ui.invoices.editor.fakes import AYDIN, Customers, Writing
from workmate_desktop.domain.invoices.invoices import Invoice
from workmate_desktop.ui.invoices.editor.dialog import InvoiceEditor
from workmate_desktop.ui.invoices.editor.items_input import Column
from workmate_desktop.ui.kit.theme import Theme


@dataclass
class Desk:
    """The editor and all that it talks to."""

    editor: InvoiceEditor
    books: Customers
    writing: Writing
    bridge: FakeBridge
    qtbot: object

    def keys(self, *typed: str | Qt.Key) -> None:
        """Type into whatever has the focus, as a keyboard does."""
        for what in typed:
            # Each key for itself: the first one on a cell opens an editor for the others.
            for key in what if isinstance(what, str) else (what,):
                if isinstance(key, str) and not key.isascii():
                    # QTest knows no keys for umlauts; a keyboard sends them without a key code.
                    event = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, key)
                    QApplication.sendEvent(self.focused(), event)
                else:
                    self.qtbot.keyClick(self.focused(), key)  # type: ignore[attr-defined]

    def focused(self) -> QWidget:
        """The widget that gets the keys: an open popup, or the one with the focus."""
        popup = QApplication.activePopupWidget()
        if popup is not None:
            return popup.focusWidget() or popup
        widget = QApplication.focusWidget()
        assert widget is not None
        return widget

    def shown_total(self) -> str:
        """Gesamtbetrag, with an ordinary space."""
        return self.editor.form.totals.rows()[-1][1].replace("\u00a0", " ")


@pytest.fixture
def open_editor(qtbot: QtBot, theme: Theme) -> Callable[..., Desk]:
    """Open an editor; `test_mode` and `invoice` as in InvoiceEditor."""

    desks: list[Desk] = []

    def opened(
        *,
        test_mode: bool | None = None,
        invoice: Invoice | None = None,
        books: Customers | None = None,
        hold: bool = False,
    ) -> Desk:
        books = books or Customers()
        writing = Writing(books)
        bridge = FakeBridge()
        bridge.hold = hold
        editor = InvoiceEditor(
            books,
            writing,
            bridge,
            FakeClock(),
            theme=theme,
            test_mode=test_mode,
            invoice=invoice,
        )
        qtbot.addWidget(editor, before_close_func=_forget_changes)
        editor.open()
        qtbot.waitExposed(editor)
        editor.activateWindow()
        qtbot.waitUntil(lambda: QApplication.focusWidget() is editor.form.customer)
        desk = Desk(editor, books, writing, bridge, qtbot)
        # qtbot holds widgets weakly only.
        desks.append(desk)
        return desk

    return opened


def _forget_changes(editor: InvoiceEditor) -> None:
    """Closing must not ask at the end of a test."""
    editor.form.items.finish_editing()
    editor._before = editor._snapshot()
    editor._saving = False


def fill_in(desk: Desk) -> None:
    """A customer and one position of 100,00 €."""
    form = desk.editor.form
    form.customer.set_customer(AYDIN)
    form.model.setData(form.model.index(0, Column.DESCRIPTION), "Beratung")
    form.model.setData(form.model.index(0, Column.UNIT_PRICE), "100")
