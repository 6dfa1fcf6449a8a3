"""Two versions of one draft line by line: the stored one, and what is typed in the editor."""

from collections.abc import Sequence
from datetime import date
from itertools import zip_longest

from PySide6.QtCore import QCoreApplication

from workmate_desktop.domain.invoices.invoices import Invoice, InvoiceItem, totals_of
from workmate_desktop.ui.invoices.editor.changed_elsewhere import Compared
from workmate_desktop.ui.invoices.editor.form import InvoiceForm
from workmate_desktop.words import formats
from workmate_desktop.words.words import fill


def _tr(text: str) -> str:
    return QCoreApplication.translate("editor_versions", text)


def compared(theirs: Invoice, mine: InvoiceForm) -> list[Compared]:
    """All that an invoice says."""
    currency = mine.model.currency
    customer = mine.customer.customer()
    row = theirs.row
    typed = mine.model.readable_items()
    return [
        Compared(
            _tr("Kunde"),
            row.customer_name,
            mine.customer.currentText() if customer is None else customer.name,
        ),
        _day(_tr("Rechnungsdatum"), row.issue_date, mine.issue_date.day()),
        _day(_tr("Leistungsdatum"), theirs.service_date, mine.service_date.day()),
        _day(_tr("Fällig am"), row.due_date, mine.due_date.day()),
        *_items(theirs.items, typed, currency),
        Compared(_tr("Hinweis"), theirs.note, mine.note.toPlainText().strip()),
        Compared(
            _tr("Gesamtbetrag"),
            formats.money(row.total_minor, currency),
            formats.money(totals_of(typed).total_minor, currency),
        ),
    ]


def _day(title: str, theirs: date | None, mine: date) -> Compared:
    return Compared(title, formats.date_text(theirs), formats.date_text(mine))


def _items(
    theirs: Sequence[InvoiceItem], mine: Sequence[InvoiceItem], currency: str
) -> list[Compared]:
    found = []
    for place, (one, other) in enumerate(zip_longest(theirs, mine), start=1):
        title = fill(_tr("Position %1"), str(place))
        found.append(Compared(title, _words(one, currency), _words(other, currency)))
    return found


def _words(item: InvoiceItem | None, currency: str) -> str:
    if item is None:
        return ""
    count = f"{formats.quantity(item.quantity)} {item.unit}".strip()
    price = formats.price(item.price, currency)
    rate = fill(_tr("%1 MwSt."), formats.percent(item.tax_rate_percent))
    return f"{item.description}\n{count} × {price}, {rate}"
