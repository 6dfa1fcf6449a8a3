"""The German words of the list and its filters: codes and values in, sentences out. No widgets.

The first rows wait for what this file imports.
"""

import re
from datetime import date
from functools import cache

from workmate_desktop.domain.invoices.invoices import InvoiceRow, InvoiceStatus
from workmate_desktop.domain.invoices.lists import Figures, InvoiceFilter, InvoiceSort
from workmate_desktop.words import formats
from workmate_desktop.words.language import _, fill

SEPARATOR = " · "


def breakable(text: str) -> str:
    """`text` for a label that wraps: words longer than a line may break anywhere.

    Not for text that staff copy: the breaks (U+200B) would be copied with it.
    """
    return re.sub(r"(\S{20})(?=\S)", "\\1\u200b", text)


def draft() -> str:
    """What stands where a draft has no number yet."""
    return _("Entwurf")


def label(row: InvoiceRow) -> str:
    """How a sentence names the invoice: its number, or that it is a draft."""
    return row.number or draft()


def column_title(column: InvoiceSort) -> str:
    """The header of a column."""
    return {
        InvoiceSort.NUMBER: _("Nummer"),
        InvoiceSort.CUSTOMER: _("Kunde"),
        InvoiceSort.ISSUE_DATE: _("Datum"),
        InvoiceSort.DUE_DATE: _("Fällig"),
        InvoiceSort.TOTAL: _("Betrag"),
        InvoiceSort.PAID: _("Bezahlt"),
        InvoiceSort.STATUS: _("Status"),
    }[column]


def filter_title(wanted: InvoiceFilter, today: date) -> str:
    """The words of a chip or figure."""
    return {
        InvoiceFilter.ALL: _("Alle"),
        InvoiceFilter.OPEN: _("Offen"),
        InvoiceFilter.OVERDUE: _("Überfällig"),
        InvoiceFilter.FAILED: _("Fehlgeschlagen"),
        InvoiceFilter.PAID: _("Bezahlt"),
        InvoiceFilter.PAID_THIS_MONTH: fill(_("Bezahlt im %1"), formats.month_name(today)),
        InvoiceFilter.DRAFTS: _("Entwürfe"),
        InvoiceFilter.CANCELLED: _("Storniert"),
    }[wanted]


@cache
def status_name(status: InvoiceStatus) -> str:
    """The stored status in a word."""
    return {
        InvoiceStatus.DRAFT: _("Entwurf"),
        InvoiceStatus.OPEN: _("Offen"),
        InvoiceStatus.PARTIALLY_PAID: _("Teilbezahlt"),
        InvoiceStatus.PAID: _("Bezahlt"),
        InvoiceStatus.CANCELLED: _("Storniert"),
    }[status]


def state_name(row: InvoiceRow) -> str:
    """The status in words: what was given back or written off is told."""
    if row.refunded:
        return _("Erstattet")
    if row.partly_refunded and not row.outstanding_minor:
        back = formats.money(row.forgiven_minor, row.currency)
        return SEPARATOR.join((_("Bezahlt"), fill(_("%1 erstattet"), back)))
    if row.status is InvoiceStatus.PAID and row.received_minor <= 0 < row.closed_minor:
        # Nothing was paid: the rest that was written off was all of it.
        return _("Ausgebucht")
    return status_name(row.status)


def received(row: InvoiceRow) -> str:
    """The money that came, without Skonto and Ausbuchungen; "" for none, or where banks took more
    than came: a loss is no payment."""
    return formats.money(row.received_minor, row.currency) if row.received_minor > 0 else ""


def paid_on(day: date) -> str:
    """Beside the pill of a paid invoice."""
    return fill(_("bezahlt am %1"), formats.date_text(day))


def closed_on(day: date) -> str:
    """Beside the pill of an invoice that was written off without any money."""
    return fill(_("ausgebucht am %1"), formats.date_text(day))


def all_refunded() -> str:
    """Beside the pill of an invoice whose money was given back."""
    return _("alles zurückgezahlt, nichts mehr fällig")


def nothing_due() -> str:
    """Beside the pill of an invoice that was paid and given back in part."""
    return _("nichts mehr fällig")


def not_issued_yet() -> str:
    """Beside the pill of a draft."""
    return _("noch nicht ausgestellt")


def waiting_count(figures: Figures) -> str:
    """ "3 Zahlungen": how many wait for a decision; "Vorgänge" when not all of them are money."""
    count = figures.review_count
    if figures.review_money < count:
        return _("1 Vorgang") if count == 1 else fill(_("%1 Vorgänge"), str(count))
    return _("1 Zahlung") if count == 1 else fill(_("%1 Zahlungen"), str(count))


def nothing_here(wanted: InvoiceFilter) -> tuple[str, str]:
    """Title and sentence of a filter without invoices."""
    return {
        InvoiceFilter.OPEN: (
            _("Nichts offen"),
            _("Alle ausgestellten Rechnungen sind bezahlt oder storniert."),
        ),
        InvoiceFilter.OVERDUE: (
            _("Nichts überfällig"),
            _("Bei keiner Rechnung ist die Frist verstrichen."),
        ),
        InvoiceFilter.FAILED: (
            _("Keine fehlgeschlagenen Zahlungen"),
            _("Wenn eine Zahlung fehlschlägt, steht ihre Rechnung hier, mit dem Grund."),
        ),
        InvoiceFilter.PAID: (
            _("Noch nichts bezahlt"),
            _("Sobald eine Zahlung eingeht, steht die Rechnung automatisch hier."),
        ),
        InvoiceFilter.PAID_THIS_MONTH: (
            _("In diesem Monat noch nichts bezahlt"),
            _("Sobald eine Zahlung eingeht, steht die Rechnung automatisch hier."),
        ),
        InvoiceFilter.DRAFTS: (
            _("Keine Entwürfe"),
            _("Eine angefangene Rechnung lässt sich als Entwurf speichern und später ausstellen."),
        ),
        InvoiceFilter.CANCELLED: (
            _("Nichts storniert"),
            _("Eine ausgestellte Rechnung wird nie gelöscht, nur storniert. Dann steht sie hier."),
        ),
    }.get(wanted, (_("Noch keine Rechnungen"), ""))
