"""Writing, issuing, paying by hand, taking back, cancelling, deleting: as staff do it."""

from datetime import date

from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from tests.journey.desk import Desk
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.ui.invoices.editor.customer_dialog import CustomerDialog
from workmate_desktop.ui.invoices.editor.dialog import InvoiceEditor
from workmate_desktop.ui.invoices.list.table_model import Column
from workmate_desktop.ui.kit.reason_dialog import ReasonDialog
from workmate_desktop.ui.payments.payment_dialog import PaymentDialog

FIRST_TEST = f"TEST-{date.today():%Y}-0001"  # noqa: DTZ011 - the office's own day
FIRST = f"RE-{date.today():%Y}-0001"  # noqa: DTZ011


def write_invoice(
    desk: Desk, customer: str, *positions: tuple[str, str], issue: bool = True
) -> None:
    """The keyboard alone: a new customer, positions of description and price, and the end."""
    desk.press("Ctrl+N")
    editor = desk.dialog(InvoiceEditor)
    desk.write(customer)
    desk.press("Return")  # the list offers the customer, or to make a new one
    if editor.form.customer.customer() is None:
        desk.dialog(CustomerDialog)
        desk.press("Alt+K")  # Kunden anlegen
        desk.wait_closed(CustomerDialog)
        desk.wait(lambda: QApplication.activeWindow() is editor or activated(editor))
    desk.tab_to(editor.form.items)
    for description, price in positions:
        desk.press("Return")
        desk.write(description)
        desk.press("Return", "Return", "Return")  # quantity 1 and unit stay
        desk.write(price)
        desk.press("Return", "Return")  # 19 % stays
    desk.press("Escape")
    desk.press("Alt+S" if issue else "Alt+E")
    desk.wait_closed(InvoiceEditor)


def activated(window: InvoiceEditor) -> bool:
    """There is no window manager that returns the focus by itself."""
    window.activateWindow()
    return False


def test_customer_and_invoice_by_keyboard(in_test_mode: Desk) -> None:
    desk = in_test_mode
    desk.press("Ctrl+N")
    editor = desk.dialog(InvoiceEditor)
    desk.wait(lambda: FIRST_TEST in editor.number_label.full_text())
    assert editor.test_box.isChecked()
    desk.write("Bäckerei Müßig")
    desk.press("Return")
    made = desk.dialog(CustomerDialog)
    desk.tab_to(made.city.field)
    desk.write("Bonn")
    desk.press("Return")
    desk.wait_closed(CustomerDialog)
    desk.wait(lambda: QApplication.activeWindow() is editor or activated(editor))
    assert QApplication.focusWidget() is editor.form.issue_date

    desk.tab_to(editor.form.items)
    for words in ("IT-Wartung vor Ort", "2,5", "Std.", "80", "19"):
        if QApplication.focusWidget() is editor.form.items:
            desk.press("Return")
        desk.write(words)
        desk.press("Return")
    assert "238,00 €" in desk.seen(editor.form.totals)  # 2.5 × 80.00 net, 19 % VAT
    desk.press("Escape")
    desk.press("Alt+S")
    desk.wait_closed(InvoiceEditor)

    desk.wait(lambda: desk.numbers() == [FIRST_TEST])
    table = desk.pages.invoices.table
    desk.wait(lambda: desk.pages.invoices.detail.number.text() == FIRST_TEST)
    assert table.currentIndex().row() == 0
    assert desk.status(FIRST_TEST) == "Offen"
    assert desk.cell(desk.pages.invoices.model, 0, Column.TOTAL) == "238,00 €"
    desk.wait(lambda: any(f"{FIRST_TEST} ist ausgestellt" in one for one in desk.toast_words()))
    assert desk.invoice(FIRST_TEST).livemode is False
    assert desk.invoice(FIRST_TEST).customer_name == "Bäckerei Müßig"


def test_without_keys_the_invoice_is_a_real_one(desk: Desk) -> None:
    write_invoice(desk, "Weingut Sonnenhang", ("Beratung", "100"))
    desk.wait(lambda: desk.numbers() == [FIRST])
    assert desk.invoice(FIRST).livemode is True


def enter_payment(desk: Desk, amount: str | None) -> None:
    """Zahlung eintragen; None takes what is proposed."""
    desk.click(desk.pages.invoices.detail, "Zahlung eintragen")
    desk.dialog(PaymentDialog)
    if amount is not None:
        desk.press("Ctrl+A")
        desk.write(amount)
    desk.press("Return")
    desk.wait_closed(PaymentDialog)


def test_part_payment_rest_and_reversal_by_hand(in_test_mode: Desk) -> None:
    desk = in_test_mode
    write_invoice(desk, "Optik Jansen", ("Brille", "100"))
    desk.wait(lambda: desk.status(FIRST_TEST) == "Offen")
    desk.select(FIRST_TEST)

    enter_payment(desk, "50")
    desk.wait(lambda: desk.status(FIRST_TEST) == "Teilbezahlt")
    assert desk.invoice(FIRST_TEST).outstanding_minor == 6900
    enter_payment(desk, None)
    desk.wait(lambda: desk.status(FIRST_TEST) == "Bezahlt")
    figures = desk.pages.invoices.figures
    desk.wait(lambda: any("119,00" in card.figure() for card in figures.cards.values()))

    detail = desk.pages.invoices.detail
    desk.wait(lambda: len(desk.buttons(detail, "Rückgängig …")) == 2)
    taken_back = desk.buttons(detail, "Rückgängig …")
    detail.area.ensureWidgetVisible(taken_back[0])
    taken_back[0].click()
    reasons = desk.dialog(ReasonDialog)
    desk.click(reasons, "Rückgängig machen")  # without a reason nothing happens
    assert reasons.field.is_bad()
    desk.write("Falsche Rechnung")
    desk.click(reasons, "Rückgängig machen")
    desk.wait_closed(ReasonDialog)
    desk.wait(lambda: desk.status(FIRST_TEST) == "Teilbezahlt")
    desk.wait(lambda: "Falsche Rechnung" in desk.timeline()[0])
    desk.wait(lambda: "rückgängig gemacht" in desk.seen(detail))


def test_cancel_needs_a_reason_and_is_final(in_test_mode: Desk) -> None:
    desk = in_test_mode
    write_invoice(desk, "Hotel Rheinblick", ("Abo", "10"))
    desk.wait(lambda: desk.status(FIRST_TEST) == "Offen")
    desk.select(FIRST_TEST)
    desk.click(desk.pages.invoices.detail, "Stornieren …")
    dialog = desk.dialog(ReasonDialog)
    desk.press("Alt+S")
    desk.wait(dialog.field.is_bad)
    assert desk.status(FIRST_TEST) == "Offen"
    desk.write("Doppelt geschrieben")
    desk.press("Alt+S")
    desk.wait_closed(ReasonDialog)
    desk.wait(lambda: desk.status(FIRST_TEST) == "Storniert")
    desk.wait(lambda: "Doppelt geschrieben" in desk.timeline()[0])
    assert not desk.buttons(desk.pages.invoices.detail, "Zahlung eintragen")
    # Its number stays used.
    write_invoice(desk, "Hotel Rheinblick", ("Abo", "10"))
    desk.wait(lambda: len(desk.numbers()) == 2)
    assert desk.numbers()[0].endswith("-0002")


def shows(widget: QWidget, color: QColor) -> bool:
    """Whether any of its pixels has this colour."""
    picture = widget.grab().toImage()
    return any(
        picture.pixelColor(x, y) == color
        for x in range(picture.width())
        for y in range(picture.height())
    )


def test_a_draft_is_edited_issued_or_deleted(in_test_mode: Desk) -> None:
    desk = in_test_mode
    write_invoice(desk, "Gärtnerei Blum", ("Hecke", "130"), issue=False)
    desk.wait(lambda: desk.numbers() == ["Entwurf"])
    table = desk.pages.invoices.table
    desk.click_row(table, 0)
    desk.press("Return")  # on a draft: the editor
    editor = desk.dialog(InvoiceEditor)
    desk.tab_to(editor.form.note)
    desk.press("Ctrl+A")
    desk.write("Bitte bald")
    desk.press("Alt+E")
    desk.wait_closed(InvoiceEditor)
    desk.wait(lambda: "Bitte bald" in desk.seen(desk.pages.invoices.detail))

    write_invoice(desk, "Gärtnerei Blum", ("Baum", "90"), issue=False)
    desk.wait(lambda: desk.numbers() == ["Entwurf", "Entwurf"])
    desk.click_row(table, 0)
    desk.press("Delete")
    box = desk.dialog(QMessageBox)
    assert shows(desk.button(box, "Löschen"), desk.program.theme.color("error"))
    assert not shows(desk.button(box, "Abbrechen"), desk.program.theme.color("error"))
    desk.click(box, "Löschen")
    desk.wait(lambda: desk.numbers() == ["Entwurf"])
    desk.click_row(table, 0)
    desk.press("Return")
    desk.dialog(InvoiceEditor)
    desk.press("Alt+S")
    desk.wait_closed(InvoiceEditor)
    desk.wait(lambda: desk.status(FIRST_TEST) == "Offen")
    assert desk.invoice(FIRST_TEST).status is InvoiceStatus.OPEN


def test_all_test_data_is_deleted_at_once(in_test_mode: Desk) -> None:
    desk = in_test_mode
    write_invoice(desk, "Kanzlei Voß", ("Beratung", "100"))
    desk.wait(lambda: desk.status(FIRST_TEST) == "Offen")
    assert desk.stripe_sends(desk.event(FIRST_TEST)) == 200
    desk.wait(lambda: desk.status(FIRST_TEST) == "Bezahlt")
    desk.open_stripe()
    desk.wait(lambda: len(desk.events()) == 1)

    answered: list[str] = []

    def answer() -> None:
        """The question blocks its caller, so it is answered from the loop."""
        box = desk.open_dialog(QMessageBox)
        if box is not None and not answered:
            answered.append(box.text())
            desk.click(box, "Testdaten löschen")

    timer = QTimer(desk.program)
    timer.timeout.connect(answer)
    timer.start(20)
    desk.click(desk.pages.stripe, "Testdaten löschen …")
    timer.stop()
    assert answered
    desk.wait(lambda: desk.numbers() == [])
    desk.wait(lambda: desk.events() == [])
    desk.wait(lambda: any("1 Testrechnung gelöscht" in one for one in desk.toast_words()))
