"""Two versions of one draft line by line: the stored one, and what is typed in the editor."""

from collections.abc import Sequence
from datetime import date
from itertools import zip_longest

from workmate_desktop.domain.invoices.invoices import Invoice, InvoiceItem, totals_of
from workmate_desktop.ui.invoices.editor.changed_elsewhere import Compared
from workmate_desktop.ui.invoices.editor.form import InvoiceForm
from workmate_desktop.words import formats
from workmate_desktop.words.language import _, fill


def compared(theirs: Invoice, mine: InvoiceForm) -> list[Compared]:
    """All that an invoice says."""
    currency = mine.model.currency
    customer = mine.customer.customer()
    row = theirs.row
    typed = mine.model.readable_items()
    return [
        Compared(
            _("Kunde"),
            row.customer_name,
            mine.customer.currentText() if customer is None else customer.name,
        ),
        _day(_("Rechnungsdatum"), row.issue_date, mine.issue_date.day()),
        _day(_("Leistungsdatum"), theirs.service_date, mine.service_date.day()),
        _day(_("Fällig am"), row.due_date, mine.due_date.day()),
        *_items(theirs.items, typed, currency),
        Compared(_("Hinweis"), theirs.note, mine.note.toPlainText().strip()),
        Compared(
            _("Gesamtbetrag"),
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
        title = fill(_("Position %1"), str(place))
        found.append(Compared(title, _words(one, currency), _words(other, currency)))
    return found


def _words(item: InvoiceItem | None, currency: str) -> str:
    if item is None:
        return ""
    count = f"{formats.quantity(item.quantity)} {item.unit}".strip()
    price = formats.price(item.price, currency)
    rate = fill(_("%1 USt."), formats.percent(item.tax_rate_percent))
    return f"{item.description}\n{count} × {price}, {rate}"
