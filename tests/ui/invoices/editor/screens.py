"""The editor for tests/screenshots.py: as in the picture, and with everything wrong."""

from decimal import Decimal
from typing import cast

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLineEdit, QWidget

from tests.ui.fakes import FakeBridge, FakeClock
from tests.ui.invoices.editor.fakes import (
    LINDNER,
    PICTURED,
    Customers,
    Writing,
    draft_invoice,
    item,
)
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.invoices.invoices import InvoiceItem
from workmate_desktop.ui.invoices.editor.changed_elsewhere import OtherVersionDialog
from workmate_desktop.ui.invoices.editor.customer_dialog import CustomerDialog, EditedCustomer
from workmate_desktop.ui.invoices.editor.dialog import InvoiceEditor
from workmate_desktop.ui.invoices.editor.items_input import Column
from workmate_desktop.ui.invoices.editor.items_text import DescriptionEdit
from workmate_desktop.ui.invoices.editor.versions import compared
from workmate_desktop.ui.invoices.numbers_dialog import NumbersDialog
from workmate_desktop.ui.kit.theme import Theme


def build(theme: Theme) -> QWidget:
    """The invoice of rechnung-neu.png."""
    return _editor(theme)


def build_wrong(theme: Theme) -> QWidget:
    """After Rechnung ausstellen with wrong and missing values."""
    editor = _editor(theme)
    model = editor.form.model
    model.setData(model.index(0, Column.QUANTITY), "vier")
    model.setData(model.index(1, Column.UNIT_PRICE), "12,34567")
    model.setData(model.index(2, Column.DESCRIPTION), "")
    editor.form.customer.set_customer(None)
    editor.issue()
    return editor


def build_long(theme: Theme) -> QWidget:
    """Texts of several lines, a price finer than a cent, and one line being typed."""
    items = (
        item(
            "Wartung der Netzwerktechnik im Hauptgebäude einschließlich Protokoll\n"
            "Serverraum, Etage 2\nnach Vertrag vom 04.05.2026",
            "2.5",
            "Std.",
            9000,
        ),
        InvoiceItem.priced("Strom", Decimal(1000), "kWh", Decimal("34.24"), Decimal(19)),
        item("Anfahrt", "1", "pausch.", 3500),
    )
    editor = _editor(theme, items)
    QTimer.singleShot(0, editor, lambda: _type_text(editor))
    return editor


def _type_text(editor: InvoiceEditor) -> None:
    editor.form.items.edit_cell(editor.form.model.index(2, 0))
    field = editor.form.items.findChild(DescriptionEdit)
    if field is not None:
        field.setPlainText("Anfahrt\nBonn – Köln, hin und zurück")


def _editor(theme: Theme, items: tuple[InvoiceItem, ...] = PICTURED) -> InvoiceEditor:
    books = Customers()
    return InvoiceEditor(
        books,
        Writing(books),
        FakeBridge(),
        FakeClock(),
        theme=theme,
        test_mode=True,
        invoice=draft_invoice(items),
    )


def build_numbers(theme: Theme) -> QWidget:
    """Nummern, as an office fills it in that comes from another program."""
    dialog = NumbersDialog(None, Writing(Customers()), FakeBridge(), 2026)
    dialog.running.setText("120")
    dialog.running.textEdited.emit("120")
    return dialog


def build_changed(theme: Theme) -> QWidget:
    """A draft that was changed at another place."""
    editor = _editor(theme)
    error = UserError("draft_changed", at="2026-11-23T13:05:00.000Z", version=4)
    editor._on_failed(error, editor.draft_button)
    return editor


def build_other_version(theme: Theme) -> QWidget:
    """The other version beside what is typed."""
    editor = _editor(theme)
    theirs = draft_invoice(
        (item("IT-Wartung vor Ort", "5", "Std.", 10000), PICTURED[1]), customer=LINDNER
    )
    dialog = OtherVersionDialog(None, "Andere Fassung des Entwurfs", compared(theirs, editor.form))
    editor.setParent(None)
    dialog.setProperty("kept", editor)
    return dialog


def build_customer(theme: Theme) -> QWidget:
    """A customer in Switzerland, corrected, with a wrong VAT id."""
    known = Customer(
        "c-1", "Zürcher Büro AG", "buero@example.org", "Bahnhofstrasse 1", "8001", "Zürich", "CH"
    )
    dialog = CustomerDialog(
        Writing(Customers()),
        FakeBridge(),
        edited=EditedCustomer(known, Customers(), FakeClock()),
    )
    cast(QLineEdit, dialog.vat_id.field).setText("CHE-107.787.578 MWST")
    dialog.save()
    return dialog
