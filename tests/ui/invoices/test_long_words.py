"""A word without any blank must not push the amounts beside it out of sight."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk
from tests.ui.fakes import NOW, TODAY, FakeBooks, row
from workmate_desktop.domain.invoices.invoices import InvoiceItem, InvoiceStatus
from workmate_desktop.domain.payments.payments import Payment
from workmate_desktop.ui.invoices.panel.cancel_dialog import cancel_dialog
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.payments.payment_dialog import PaymentDialog

LONG = "Donaudampfschifffahrtsgesellschaftskapitänswitwenversorgungsverein" * 2
WIDTH = 420


@pytest.fixture
def books() -> FakeBooks:
    made = FakeBooks()
    made.add(row(1, LONG, InvoiceStatus.PARTIALLY_PAID, total=1234567890, paid=100))
    made.add(row(2, "Kurz"))
    made.items_of["id-1"] = (InvoiceItem(LONG, Decimal(1), LONG[:20], 100, Decimal(19)),)
    payment = Payment("p", "id-1", 100, "eur", "bank_transfer", True, NOW, NOW, note=LONG)
    made.payments_of["id-1"] = [payment]
    return made


@pytest.fixture
def desk(make_desk: Callable[..., Desk], books: FakeBooks) -> Desk:
    return make_desk(books)


@pytest.mark.parametrize("width", [880, 1280])
def test_the_amounts_stay_in_sight(desk: Desk, width: int) -> None:
    whole = desk.books.invoice("id-1")
    assert whole is not None
    noted = replace(whole, note=LONG)
    desk.books.invoice = lambda invoice_id: noted  # type: ignore[method-assign]
    desk.tab.resize(width, 600)
    desk.tab.select_invoice("id-1")
    QGuiApplication.processEvents()
    area = desk.tab.detail.area
    assert area.widget().width() == area.viewport().width()
    assert desk.tab.detail.customer.full_text() == LONG
    assert desk.tab.detail.customer.toolTip() == LONG
    shown = desk.tab.detail.customer.text()
    assert shown.endswith("…") and LONG.startswith(shown[:-1])


def test_a_long_word_ends_in_dots_and_follows_the_width(desk: Desk) -> None:
    desk.tab.resize(1280, 600)
    desk.tab.select_invoice("id-1")
    QGuiApplication.processEvents()
    label = desk.tab.detail.customer
    narrow = label.text()
    desk.tab.splitter.setSizes([500, 760])
    QGuiApplication.processEvents()
    wide = label.text()
    assert len(wide) > len(narrow)
    desk.tab.splitter.setSizes([936, 344])
    QGuiApplication.processEvents()
    assert label.text() == narrow
    assert label.fontMetrics().horizontalAdvance(narrow) <= label.width()


def test_a_short_name_needs_no_tool_tip(desk: Desk) -> None:
    desk.tab.select_invoice("id-2")
    assert desk.tab.detail.customer.toolTip() == ""


def test_the_dialogs_stay_as_wide_as_they_are(books: FakeBooks, theme: Theme, qtbot: QtBot) -> None:
    invoice = books.rows["id-1"]
    for dialog in (PaymentDialog(theme, invoice, TODAY), cancel_dialog(invoice, None)):
        qtbot.addWidget(dialog)
        assert dialog.sizeHint().width() <= WIDTH
