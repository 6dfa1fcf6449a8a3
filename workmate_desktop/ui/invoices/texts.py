"""The German words of the Rechnungen tab: codes and values in, sentences out. No widgets."""

import re
from collections.abc import Mapping
from datetime import date

from PySide6.QtCore import QCoreApplication

from workmate_desktop.domain.events import Source
from workmate_desktop.domain.history import Action, HistoryLine
from workmate_desktop.domain.invoices import InvoiceRow, InvoiceStatus
from workmate_desktop.domain.lists import Figures, InvoiceFilter, InvoiceSort
from workmate_desktop.domain.payment_links import CloseReason
from workmate_desktop.domain.payments import BANK_TRANSFER, CASH, Payment
from workmate_desktop.ui.invoices.review_history import (
    REVIEW_TONES,
    review_note,
    review_titles,
)
from workmate_desktop.ui.shared import formats, reversal_texts
from workmate_desktop.ui.shared.assets import decline_reason
from workmate_desktop.ui.shared.theme import Tone
from workmate_desktop.ui.shared.words import fill

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
    """The status in a word, where no badge stands beside it: what was given back is told."""
    if row.refunded:
        return _tr("Erstattet")
    if row.partly_refunded and not row.outstanding_minor:
        return _tr("Teilweise erstattet")
    return status_name(row.status)


def method_name(method: str) -> str:
    """How money came, in a word."""
    known = {
        BANK_TRANSFER: _tr("Überweisung"),
        CASH: _tr("Bar"),
        "card": _tr("Karte"),
        "card_present": _tr("Karte"),
        "sepa_debit": _tr("SEPA-Lastschrift"),
        "sofort": _tr("Sofortüberweisung"),
        "customer_balance": _tr("Überweisung"),
        "link": _tr("Link"),
        "paypal": _tr("PayPal"),
        "klarna": _tr("Klarna"),
        "giropay": _tr("giropay"),
        "stripe": _tr("Stripe"),
    }
    return known.get(method, method) or _tr("Zahlung")


def payment_title(payment: Payment) -> str:
    """The first words of a payment's line."""
    if payment.reversal_of is not None:
        return reversal_texts.reversal_title(payment.kind)
    if payment.amount_minor < 0:
        return fill(_tr("Rückgängig: %1"), method_name(payment.method))
    return method_name(payment.method)


def source_name(source: str) -> str:
    """How an event came; empty for the ordinary way."""
    return {
        Source.CATCH_UP.value: _tr("Nachgeholt"),
        Source.POLL.value: _tr("Abruf"),
        Source.SIMULATION.value: _tr("Simulation"),
    }.get(source, "")


def history_title(line: HistoryLine) -> str:
    """What happened, in German; an action of a newer version is named as it is."""
    titles: dict[str, str] = {
        Action.CREATED: _tr("Entwurf angelegt"),
        Action.EDITED: _tr("Entwurf geändert"),
        Action.ISSUED: _tr("Rechnung gestellt"),
        Action.CANCELLED: _tr("Rechnung storniert"),
        Action.DELETED: _tr("Entwurf gelöscht"),
        Action.PAYMENT_BOOKED: _tr("Zahlung eingegangen"),
        Action.PAYMENT_FAILED: _tr("Zahlung fehlgeschlagen"),
        Action.MANUAL_PAYMENT: _tr("Zahlung eingetragen"),
        Action.PAYMENT_REVERSED: _tr("Zahlung rückgängig gemacht"),
        Action.STATUS_CHANGED: _tr("Status geändert"),
        Action.PAYMENT_RUNNING: _tr("Zahlung läuft"),
        Action.LINK_CREATED: _tr("Zahlungslink angelegt"),
        Action.LINK_SENT: _tr("E-Mail an den Kunden vorbereitet"),
        Action.LINK_CLOSED: _tr("Zahlungslink abgeschaltet"),
        **review_titles(),
        **reversal_texts.action_titles(),
    }
    title = titles.get(line.action, line.action)
    if line.action == Action.LINK_SENT and line.detail.get("channel") == "copy":
        title = _tr("Zahlungslink kopiert")
    if line.action == Action.STATUS_CHANGED:
        return _status_change(title, line.detail)
    if line.action in (Action.ISSUED, Action.LINK_SENT, Action.LINK_CLOSED):
        # The amount and the number stand above already.
        return title
    amount = _amount(line.detail)
    return f"{title}{SEPARATOR}{amount}" if amount else title


def history_note(line: HistoryLine) -> str:
    """Why it happened, or in what way; empty when there is nothing to add."""
    detail = line.detail
    if line.action == Action.PAYMENT_FAILED:
        return failure_reason(detail)
    if line.action in (Action.CANCELLED, Action.PAYMENT_REVERSED):
        return _word(detail, "reason")
    if line.action == Action.LINK_CLOSED:
        return link_closed_because(_word(detail, "reason"))
    if line.action in _WITH_METHOD:
        method = _word(detail, "method")
        parts = (method_name(method) if method else "", source_name(_word(detail, "source")))
        return SEPARATOR.join(part for part in parts if part)
    if line.action in reversal_texts.action_titles():
        note = reversal_texts.action_note(line.action, detail)
        return SEPARATOR.join(part for part in (note, source_name(_word(detail, "source"))) if part)
    return review_note(line)


_WITH_METHOD = (
    Action.PAYMENT_BOOKED,
    Action.MANUAL_PAYMENT,
    Action.PAYMENT_RUNNING,
    Action.PAYMENT_ASSIGNED,
)


def history_tone(line: HistoryLine) -> Tone:
    """Red for a failure, green for money, grey for the rest."""
    tones: dict[str, Tone] = {
        Action.PAYMENT_FAILED: Tone.RED,
        Action.PAYMENT_BOOKED: Tone.GREEN,
        Action.MANUAL_PAYMENT: Tone.GREEN,
        Action.PAYMENT_REVERSED: Tone.AMBER,
        Action.PAYMENT_RUNNING: Tone.BLUE,
        **REVIEW_TONES,
        Action.REFUNDED: Tone.AMBER,
        Action.REFUND_FAILED: Tone.RED,
        Action.REFUND_NOT_DONE: Tone.RED,
        Action.DISPUTED: Tone.RED,
        Action.DISPUTE_OPENED: Tone.AMBER,
        Action.DISPUTE_WON: Tone.GREEN,
        Action.DISPUTE_LOST: Tone.RED,
        Action.DEBIT_RETURNED: Tone.RED,
    }
    return tones.get(line.action, Tone.GREY)


def link_closed_because(reason: str) -> str:
    """Why a payment link was switched off; empty for a reason of a newer version."""
    return {
        CloseReason.PAID.value: _tr("Die Rechnung ist bezahlt"),
        CloseReason.AMOUNT_CHANGED.value: _tr("Der offene Betrag hat sich geändert"),
        CloseReason.CANCELLED.value: _tr("Die Rechnung ist storniert"),
        CloseReason.RUNNING.value: _tr("Eine Zahlung läuft schon"),
        CloseReason.OUTSIDE.value: _tr("Bei Stripe war er schon abgeschaltet"),
    }.get(reason, "")


def failure_reason(detail: Mapping[str, object]) -> str:
    """Why a payment failed, one sentence without its full stop."""
    codes = (_word(detail, "decline_code") or None, _word(detail, "failure_code") or None)
    return decline_reason(*codes).removesuffix(".")


def _status_change(title: str, detail: Mapping[str, object]) -> str:
    names = [_status_word(_word(detail, key)) for key in ("from", "to")]
    return f"{title}: {names[0]} → {names[1]}" if all(names) else title


def _status_word(code: str) -> str:
    return status_name(InvoiceStatus(code)) if code in set(InvoiceStatus) else code


def _amount(detail: Mapping[str, object]) -> str:
    minor, currency = detail.get("amount_minor"), _word(detail, "currency") or "eur"
    return formats.money(minor, currency) if isinstance(minor, int) else ""


def _word(detail: Mapping[str, object], key: str) -> str:
    value = detail.get(key)
    return value if isinstance(value, str) else ""


def paid_on(day: date) -> str:
    """Beside the pill of a paid invoice."""
    return fill(_tr("bezahlt am %1"), formats.date_text(day))


def all_refunded() -> str:
    """Beside the pill of an invoice whose money was given back."""
    return _tr("alles zurückgezahlt, nichts mehr fällig")


def partly_refunded() -> str:
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
