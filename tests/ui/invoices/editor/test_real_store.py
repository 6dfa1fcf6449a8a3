"""The editor on the real services, bridge and SQLite file: what is typed is what is stored."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QComboBox
from pytestqt.qtbot import QtBot

from tests.factories import OfficeBooks, customer, make_books
from tests.ui.invoices.editor.fakes import PICTURED
from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.invoices.invoices import Invoice, InvoiceStatus
from workmate_desktop.ui.invoices.editor.customer_dialog import CustomerDialog
from workmate_desktop.ui.invoices.editor.dialog import InvoiceEditor
from workmate_desktop.ui.invoices.editor.items_input import Column
from workmate_desktop.ui.invoices.numbers_dialog import NumbersDialog
from workmate_desktop.ui.kit.theme import Theme

COLUMNS = (
    (Column.DESCRIPTION, lambda item: item.description),
    (Column.QUANTITY, lambda item: str(item.quantity)),
    (Column.UNIT, lambda item: item.unit),
    (Column.UNIT_PRICE, lambda item: f"{item.unit_price_minor / 100:.2f}".replace(".", ",")),
    (Column.TAX_RATE, lambda item: str(item.tax_rate_percent)),
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeBooks]:
    made = make_books(tmp_path)
    yield made
    made.close()


@pytest.fixture
def bridge(qapp: QApplication) -> Iterator[Bridge]:
    made = Bridge()
    yield made
    made.close()


@pytest.fixture
def open_editor(
    qtbot: QtBot, theme: Theme, office: OfficeBooks, bridge: Bridge
) -> Callable[..., InvoiceEditor]:
    """Open the editor on the real books."""
    kept: list[InvoiceEditor] = []

    def opened(test_mode: bool | None = None, invoice: Invoice | None = None) -> InvoiceEditor:
        editor = InvoiceEditor(
            office.books,
            office.invoicing,
            bridge,
            office.clock,
            theme=theme,
            test_mode=test_mode,
            invoice=invoice,
        )
        kept.append(editor)
        qtbot.addWidget(editor)
        editor.open()
        qtbot.waitUntil(lambda: QApplication.focusWidget() is editor.form.customer)
        return editor

    return opened


def fill_in(editor: InvoiceEditor) -> None:
    model = editor.form.model
    for row, item in enumerate(PICTURED):
        for column, text in COLUMNS:
            model.setData(model.index(row, column), text(item))


def test_issue_then_read_back(
    open_editor: Callable[..., InvoiceEditor], office: OfficeBooks, qtbot: QtBot
) -> None:
    customer_id = customer(office, "Praxis Dr. Aydin")
    editor = open_editor()
    assert editor.number_label.full_text().endswith("RE-2026-0001")
    editor.form.customer.set_customer(office.books.customer(customer_id))
    editor.form.service_date.set_day(date(2026, 11, 20))
    fill_in(editor)
    with qtbot.waitSignal(editor.saved) as saved:
        editor.issue_button.click()
    invoice = office.books.invoice(saved.args[0])
    assert invoice is not None
    assert invoice.row.number == "RE-2026-0001"
    assert invoice.row.status is InvoiceStatus.OPEN
    assert invoice.row.total_minor == 54765
    assert invoice.row.livemode is True
    assert invoice.items == PICTURED
    assert invoice.service_date == date(2026, 11, 20)
    assert invoice.row.due_date == date(2026, 12, 7)
    assert invoice.note == "Zahlbar innerhalb von 14 Tagen ohne Abzug."
    assert open_editor().number_label.full_text().endswith("RE-2026-0002")


def test_draft_again_and_issue_as_test_invoice(
    open_editor: Callable[..., InvoiceEditor], office: OfficeBooks, qtbot: QtBot
) -> None:
    customer_id = customer(office, "Café Morgenrot")
    editor = open_editor(test_mode=True)
    editor.form.customer.set_customer(office.books.customer(customer_id))
    fill_in(editor)
    with qtbot.waitSignal(editor.saved) as saved:
        editor.draft_button.click()
    draft = office.books.invoice(saved.args[0])
    assert draft is not None
    assert draft.row.status is InvoiceStatus.DRAFT
    assert draft.row.number is None

    again = open_editor(test_mode=True, invoice=draft)
    assert not again.has_changes()
    assert again.form.customer.currentText() == "Café Morgenrot"
    again.form.model.remove_line(0)
    with qtbot.waitSignal(again.saved) as saved:
        again.issue_button.click()
    issued = office.books.invoice(draft.row.id)
    assert saved.args == [draft.row.id, True]
    assert issued is not None
    assert issued.row.number == "TEST-2026-0001"
    assert issued.items == PICTURED[1:]
    assert office.value("SELECT count(*) FROM invoices") == 1


def test_a_draft_issued_elsewhere_is_refused(
    open_editor: Callable[..., InvoiceEditor], office: OfficeBooks, qtbot: QtBot
) -> None:
    """Two people edit one draft; the second one is told and loses nothing."""
    customer_id = customer(office)
    editor = open_editor()
    editor.form.customer.set_customer(office.books.customer(customer_id))
    fill_in(editor)
    with qtbot.waitSignal(editor.saved) as saved:
        editor.save_draft()
    first = open_editor(invoice=office.books.invoice(saved.args[0]))
    second = open_editor(invoice=office.books.invoice(saved.args[0]))
    with qtbot.waitSignal(first.saved):
        first.issue_button.click()
    second.issue_button.click()
    qtbot.waitUntil(second.trouble.isVisible)
    assert second.trouble.text()
    assert second.isVisible()
    assert office.value("SELECT count(*) FROM invoices WHERE number IS NOT NULL") == 1


def test_search_folds_and_a_new_customer_is_stored(
    open_editor: Callable[..., InvoiceEditor], office: OfficeBooks, qtbot: QtBot
) -> None:
    customer(office, "Bäckerei Lindner GmbH")
    editor = open_editor()
    qtbot.keyClicks(editor.form.customer, "BACKER")
    found = editor.form.customer.found()
    assert found.index(0).data() == "Bäckerei Lindner GmbH"
    editor.form.new_customer_wanted.emit("Zahnarzt Ünal")
    dialog = editor.findChild(CustomerDialog)
    assert dialog is not None
    country = dialog.country.field
    assert isinstance(country, QComboBox)
    country.setCurrentIndex(country.findData("AT"))
    with qtbot.waitSignal(dialog.saved):
        dialog.save_button.click()
    chosen = editor.form.customer.customer()
    assert chosen is not None
    assert office.books.customer(chosen.id) == chosen
    assert chosen.country == "AT"
    assert editor.form.customer.currentText() == "Zahnarzt Ünal"


def test_mc5_the_first_invoice_continues_the_old_programs_numbers(
    open_editor: Callable[..., InvoiceEditor], office: OfficeBooks, qtbot: QtBot
) -> None:
    editor = open_editor()
    editor.numbers_button.click()
    dialog = editor.findChild(NumbersDialog)
    assert dialog is not None
    dialog.format.setText("{JJ}-{NNN}")
    dialog.running.setText("318")
    with qtbot.waitSignal(dialog.saved):
        dialog.submit_button.click()
    assert editor.number_label.full_text().endswith("26-318")
    editor.form.customer.set_customer(office.books.customer(customer(office, "Café Morgenrot")))
    fill_in(editor)
    with qtbot.waitSignal(editor.saved):
        editor.issue_button.click()
    assert office.value("SELECT number FROM invoices") == "26-318"
    assert open_editor().number_label.full_text().endswith("26-319")


def test_mc4_a_price_per_kilowatt_hour_is_typed_kept_and_shown(
    open_editor: Callable[..., InvoiceEditor], office: OfficeBooks, qtbot: QtBot
) -> None:
    customer_id = customer(office, "Café Morgenrot")
    editor = open_editor()
    editor.form.customer.set_customer(office.books.customer(customer_id))
    model = editor.form.model
    for column, typed in enumerate(("Strom", "1000", "kWh", "0,3424")):
        model.setData(model.index(0, column), typed)
    shown = [str(model.index(0, column).data()) for column in (Column.UNIT_PRICE, Column.NET)]
    assert [text.replace("\u00a0", " ") for text in shown] == ["0,3424 €", "342,40 €"]
    with qtbot.waitSignal(editor.saved) as saved:
        editor.draft_button.click()
    draft = office.books.invoice(saved.args[0])
    assert draft is not None and draft.row.total_minor == 40746
    again = open_editor(invoice=draft)
    assert again.form.model.lines()[0].unit_price == "0,3424"
    assert not again.has_changes()
    with qtbot.waitSignal(again.saved):
        again.issue_button.click()
    issued = office.books.invoice(draft.row.id)
    assert issued is not None and issued.items == draft.items
