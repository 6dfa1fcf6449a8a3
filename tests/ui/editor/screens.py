"""The editor for tests/screenshots.py: as in the picture, and with everything wrong."""

from PySide6.QtWidgets import QWidget

from tests.ui.editor.fakes import Customers, Writing, draft_invoice
from tests.ui.fakes import FakeBridge, FakeClock
from workmate_desktop.ui.invoices.editor import InvoiceEditor
from workmate_desktop.ui.invoices.items_input import Column
from workmate_desktop.ui.invoices.numbers_dialog import NumbersDialog
from workmate_desktop.ui.shared.theme import Theme


def build(theme: Theme) -> QWidget:
    """The invoice of rechnung-neu.png."""
    return _editor(theme)


def build_wrong(theme: Theme) -> QWidget:
    """After Rechnung stellen with wrong and missing values."""
    editor = _editor(theme)
    model = editor.form.model
    model.setData(model.index(0, Column.QUANTITY), "vier")
    model.setData(model.index(1, Column.UNIT_PRICE), "12,34567")
    model.setData(model.index(2, Column.DESCRIPTION), "")
    editor.form.customer.set_customer(None)
    editor.issue()
    return editor


def _editor(theme: Theme) -> InvoiceEditor:
    books = Customers()
    return InvoiceEditor(
        books,
        Writing(books),
        FakeBridge(),
        FakeClock(),
        theme=theme,
        test_mode=True,
        invoice=draft_invoice(),
    )


def build_numbers(theme: Theme) -> QWidget:
    """Nummern, as an office fills it in that comes from another program."""
    dialog = NumbersDialog(None, Writing(Customers()), FakeBridge(), 2026)
    dialog.running.setText("120")
    dialog.running.textEdited.emit("120")
    return dialog
