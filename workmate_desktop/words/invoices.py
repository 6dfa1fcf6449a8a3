"""The German words of the list and its filters: codes and values in, sentences out. No widgets.

The first rows wait for what this file imports.
"""

import re
from datetime import date
from functools import cache

from PySide6.QtCore import QCoreApplication

from workmate_desktop.domain.invoices.invoices import InvoiceRow, InvoiceStatus
from workmate_desktop.domain.invoices.lists import Figures, InvoiceFilter, InvoiceSort
from workmate_desktop.words import formats
from workmate_desktop.words.words import fill

SEPARATOR = " · "


def _tr(text: str) -> str:
    return QCoreApplication.translate("invoices", text)


def breakable(text: str) -> str:
    """`text` for a label that wraps: words longer than a line may break anywhere.

    Not for text that staff copy: the breaks (U+200B) would be copied with it.
    """
    return re.sub(r"(\S{20})(?=\S)", "\\1\u200b", text)


def draft() -> str:
    """What stands where a draft has no number yet."""
    return _tr("Entwurf")


def label(row: InvoiceRow) -> str:
    """How a sentence names the invoice: its number, or that it is a draft."""
    return row.number or draft()


def column_title(column: InvoiceSort) -> str:
    """The header of a column."""
    return {
        InvoiceSort.NUMBER: _tr("Nummer"),
        InvoiceSort.CUSTOMER: _tr("Kunde"),
        InvoiceSort.ISSUE_DATE: _tr("Datum"),
        InvoiceSort.DUE_DATE: _tr("Fällig"),
        InvoiceSort.TOTAL: _tr("Betrag"),
        InvoiceSort.PAID: _tr("Bezahlt"),
        InvoiceSort.STATUS: _tr("Status"),
    }[column]


def filter_title(wanted: InvoiceFilter, today: date) -> str:
    """The words of a chip or figure."""
    return {
        InvoiceFilter.ALL: _tr("Alle"),
        InvoiceFilter.OPEN: _tr("Offen"),
        InvoiceFilter.OVERDUE: _tr("Überfällig"),
        InvoiceFilter.FAILED: _tr("Fehlschläge"),
        InvoiceFilter.PAID: _tr("Bezahlt"),
        InvoiceFilter.PAID_THIS_MONTH: fill(_tr("Bezahlt im %1"), formats.month_name(today)),
        InvoiceFilter.DRAFTS: _tr("Entwürfe"),
        InvoiceFilter.CANCELLED: _tr("Storniert"),
    }[wanted]


@cache
def status_name(status: InvoiceStatus) -> str:
    """The stored status in a word."""
    return {
        InvoiceStatus.DRAFT: _tr("Entwurf"),
        InvoiceStatus.OPEN: _tr("Offen"),
        InvoiceStatus.PARTIALLY_PAID: _tr("Teilbezahlt"),
        InvoiceStatus.PAID: _tr("Bezahlt"),
        InvoiceStatus.CANCELLED: _tr("Storniert"),
    }[status]


def state_name(row: InvoiceRow) -> str:
    """The status in words: what was given back or written off is told."""
    if row.refunded:
        return _tr("Erstattet")
    if row.partly_refunded and not row.outstanding_minor:
        back = formats.money(row.forgiven_minor, row.currency)
        return SEPARATOR.join((_tr("Bezahlt"), fill(_tr("%1 erstattet"), back)))
    if row.status is InvoiceStatus.PAID and row.received_minor <= 0 < row.closed_minor:
        # Nothing was paid: the rest that was written off was all of it.
        return _tr("Ausgebucht")
    return status_name(row.status)


def received(row: InvoiceRow) -> str:
    """The money that came, without Skonto and Ausbuchungen; "" for none, or where banks took more
    than came: a loss is no payment."""
    return formats.money(row.received_minor, row.currency) if row.received_minor > 0 else ""


def paid_on(day: date) -> str:
    """Beside the pill of a paid invoice."""
    return fill(_tr("bezahlt am %1"), formats.date_text(day))


def closed_on(day: date) -> str:
    """Beside the pill of an invoice that was written off without any money."""
    return fill(_tr("ausgebucht am %1"), formats.date_text(day))


def all_refunded() -> str:
    """Beside the pill of an invoice whose money was given back."""
    return _tr("alles zurückgezahlt, nichts mehr fällig")


def nothing_due() -> str:
    """Beside the pill of an invoice that was paid and given back in part."""
    return _tr("nichts mehr fällig")


def not_issued_yet() -> str:
    """Beside the pill of a draft."""
    return _tr("noch nicht gestellt")


def waiting_count(figures: Figures) -> str:
    """ "3 Zahlungen": how many wait for a decision; "Vorgänge" when not all of them are money."""
    count = figures.review_count
    if figures.review_money < count:
        return _tr("1 Vorgang") if count == 1 else fill(_tr("%1 Vorgänge"), str(count))
    return _tr("1 Zahlung") if count == 1 else fill(_tr("%1 Zahlungen"), str(count))


def nothing_here(wanted: InvoiceFilter) -> tuple[str, str]:
    """Title and sentence of a filter without invoices."""
    return {
        InvoiceFilter.OPEN: (
            _tr("Nichts offen"),
            _tr("Alle gestellten Rechnungen sind bezahlt oder storniert."),
        ),
        InvoiceFilter.OVERDUE: (
            _tr("Nichts überfällig"),
            _tr("Bei keiner Rechnung ist die Frist verstrichen."),
        ),
        InvoiceFilter.FAILED: (
            _tr("Keine Fehlschläge"),
            _tr("Wenn eine Zahlung nicht klappt, steht ihre Rechnung hier, mit dem Grund."),
        ),
        InvoiceFilter.PAID: (
            _tr("Noch nichts bezahlt"),
            _tr("Sobald eine Zahlung eingeht, steht die Rechnung von selbst hier."),
        ),
        InvoiceFilter.PAID_THIS_MONTH: (
            _tr("In diesem Monat noch nichts bezahlt"),
            _tr("Sobald eine Zahlung eingeht, steht die Rechnung von selbst hier."),
        ),
        InvoiceFilter.DRAFTS: (
            _tr("Keine Entwürfe"),
            _tr("Eine angefangene Rechnung lässt sich als Entwurf speichern und später stellen."),
        ),
        InvoiceFilter.CANCELLED: (
            _tr("Nichts storniert"),
            _tr("Eine gestellte Rechnung wird nie gelöscht, nur storniert. Dann steht sie hier."),
        ),
    }.get(wanted, (_tr("Noch keine Rechnungen"), ""))
