"""Skonto, Ausbuchung, Rückzahlung and "wieder offen", for screenshots and tests."""

from dataclasses import replace
from datetime import timedelta

from PySide6.QtWidgets import QWidget

from tests.ui.fakes import NOW, FakeBooks, FakeClock, row
from tests.ui.invoices.screens import picture_books, tab
from workmate_desktop.domain.invoices.closings import SKONTO, WRITE_OFF, OwedAgain
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.domain.payments.payments import BANK_TRANSFER, Payment
from workmate_desktop.ui.invoices.panel.cancel_dialog import owe_again_dialog, reverse_dialog
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.payments.close_rest_dialog import CloseRestDialog
from workmate_desktop.ui.payments.pay_back_dialog import PayBackDialog
from workmate_desktop.ui.payments.payment_dialog import PaymentDialog

PART, PAID, OPEN = InvoiceStatus.PARTIALLY_PAID, InvoiceStatus.PAID, InvoiceStatus.OPEN


def entry(invoice_id: str, key: str, minor: int, days: int = 1, **more: object) -> Payment:
    """A row of `payments` that staff entered, so many days ago."""
    at = NOW - timedelta(days=days)
    method = "" if more.get("kind") in (SKONTO, WRITE_OFF) else BANK_TRANSFER
    made = Payment(key, invoice_id, minor, "eur", method, True, at, at)
    return replace(made, **more)  # type: ignore[arg-type]


def books_with_closings() -> FakeBooks:
    """201: Skonto. 202: partly refunded. 203: written off, then paid. 204: a loss. 205: refunded.
    206: refunded, said to be owed again."""
    books = picture_books()
    made = [
        replace(row(201, "Bäckerei Lindner GmbH", PAID, total=11900), closed_minor=238),
        replace(
            row(202, "Praxis Dr. Aydin", PART, total=10000, paid=4950),
            refunded_minor=5050,
            forgiven_minor=5050,
        ),
        replace(row(203, "Hotel Rheinblick", PAID, total=10000, paid=11000), closed_minor=4000),
        replace(
            row(204, "Optik Jansen e. K.", OPEN, total=10000, paid=-10000, days=-3),
            refunded_minor=10000,
            charged_back_minor=10000,
        ),
        replace(
            row(205, "Café Morgenrot", OPEN, total=10000, paid=0),
            refunded_minor=10000,
            forgiven_minor=10000,
        ),
        replace(row(206, "Weingut Sonnenhang", PART, total=10000, paid=4950), refunded_minor=5050),
        replace(row(207, "Steuerbüro Hahn", PAID, total=10000, paid=10000), closed_minor=10000),
    ]
    books.add(*made)
    paid = Payment(
        "p-204", "id-204", 10000, "eur", "card", True, NOW, NOW, stripe_payment_intent_id="pi_204"
    )
    books.payments_of = {
        "id-201": [
            entry("id-201", "p-1", 11662),
            entry("id-201", "p-2", 238, kind=SKONTO),
        ],
        "id-202": [
            entry("id-202", "p-3", 10000, 9),
            entry("id-202", "p-4", -5050, 2, kind="refund", note="Ware zurückgeschickt"),
        ],
        "id-203": [
            entry("id-203", "p-5", 6000, 30),
            entry("id-203", "p-6", 4000, 9, kind=WRITE_OFF, note="uneinbringlich"),
            entry("id-203", "p-7", 1000),
        ],
        "id-204": [
            paid,
            replace(
                paid,
                id="p-8",
                amount_minor=-10000,
                stripe_payment_intent_id=None,
                reversal_of="p-204",
                kind="refund",
                stripe_object_id="re_1",
            ),
            replace(
                paid,
                id="p-9",
                amount_minor=-10000,
                stripe_payment_intent_id=None,
                reversal_of="p-204",
                kind="dispute",
                stripe_object_id="du_1",
            ),
        ],
        "id-205": [
            entry("id-205", "p-10", 10000, 9),
            entry("id-205", "p-11", -10000, 2, kind="refund", note="Auftrag entfallen"),
        ],
        "id-206": [
            entry("id-206", "p-12", 10000, 9),
            entry("id-206", "p-13", -5050, 2, kind="refund", note="Ware zurückgeschickt"),
        ],
        "id-207": [entry("id-207", "p-14", 10000, 9, kind=WRITE_OFF, note="insolvent")],
    }
    books.owed_again_of["id-206"] = [OwedAgain("d-1", "p-13", 5050, "eur")]
    hour = timedelta(hours=1)
    euro = {"currency": "eur"}
    books.log("id-206", "manual_payment", NOW - 216 * hour, "anna", amount_minor=10000, **euro)
    books.log(
        "id-206",
        "paid_back",
        NOW - 48 * hour,
        "anna",
        amount_minor=5050,
        method=BANK_TRANSFER,
        reason="Ware zurückgeschickt",
        **euro,
    )
    books.log(
        "id-206",
        "owed_again",
        NOW - hour,
        "anna",
        amount_minor=5050,
        reason="Ware ist nicht angekommen",
        **euro,
    )
    return books


def _panel(theme: Theme, invoice_id: str) -> QWidget:
    made, _ = tab(theme, books_with_closings())
    made.set_refunds_available(True)
    made.select_invoice(invoice_id)
    return made


def skonto_panel(theme: Theme) -> QWidget:
    """Paid with Skonto."""
    return _panel(theme, "id-201")


def partly_refunded_panel(theme: Theme) -> QWidget:
    """50,50 € of 100,00 € given back on purpose."""
    return _panel(theme, "id-202")


def after_write_off_panel(theme: Theme) -> QWidget:
    """Money came after the rest was written off."""
    return _panel(theme, "id-203")


def loss_panel(theme: Theme) -> QWidget:
    """Refunded, and fetched by the bank as well."""
    return _panel(theme, "id-204")


def refunded_panel(theme: Theme) -> QWidget:
    """All of it given back."""
    return _panel(theme, "id-205")


def owed_again_panel(theme: Theme) -> QWidget:
    """Given back in part, and said to be owed again."""
    return _panel(theme, "id-206")


def payment_with_skonto(theme: Theme) -> QWidget:
    """Zahlung eintragen: less than the rest, Skonto chosen."""
    one = row(119, "Bäckerei Lindner GmbH", total=11900)
    dialog = PaymentDialog(theme, one, FakeClock().today())
    dialog.amount.setText("116,62")
    dialog.rest.choice.choose(SKONTO)
    dialog.rest.choice.chosen.emit(SKONTO)
    return dialog


def payment_with_write_off(theme: Theme) -> QWidget:
    """Zahlung eintragen: the rest is given up, and the reason is missing."""
    one = row(119, "Bäckerei Lindner GmbH", total=11900)
    dialog = PaymentDialog(theme, one, FakeClock().today())
    dialog.amount.setText("118,50")
    dialog.rest.choice.choose(WRITE_OFF)
    dialog.rest.choice.chosen.emit(WRITE_OFF)
    dialog.problem_free()
    return dialog


def close_rest(theme: Theme) -> QWidget:
    """Ausbuchen without any money."""
    return CloseRestDialog(picture_books().rows["id-116"])


def pay_back(theme: Theme) -> QWidget:
    """Rückzahlung eintragen, more than came."""
    dialog = PayBackDialog(theme, picture_books().rows["id-116"], FakeClock().today())
    dialog.amount.setText("1.200,00")
    return dialog


def pay_back_excess(theme: Theme) -> QWidget:
    """Rückzahlung eintragen on an overpaid invoice."""
    return PayBackDialog(theme, picture_books().rows["id-110"], FakeClock().today())


def owe_again(theme: Theme) -> QWidget:
    """Wieder offen stellen."""
    return owe_again_dialog(books_with_closings().rows["id-202"], 5050, None)


def undo_write_off(theme: Theme) -> QWidget:
    """Ausbuchung zurücknehmen."""
    books = books_with_closings()
    return reverse_dialog(books.rows["id-203"], books.payments_of["id-203"][1], None)
