"""The German words of payments and of the Verlauf: codes and values in, sentences out."""

from collections.abc import Mapping

from workmate_desktop.domain.history import Action, HistoryLine
from workmate_desktop.domain.invoices.closings import REFUND, SKONTO, WRITE_OFF
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.domain.payments.links import CloseReason
from workmate_desktop.domain.payments.payments import Payment, StaffKind
from workmate_desktop.domain.stripe.events import Source
from workmate_desktop.words import formats, reversal_texts
from workmate_desktop.words import invoices as texts
from workmate_desktop.words.decline_reasons import decline_reason
from workmate_desktop.words.language import _, fill
from workmate_desktop.words.method_texts import method_name
from workmate_desktop.words.review_history import (
    REVIEW_TONES,
    review_note,
    review_titles,
)
from workmate_desktop.words.tone import Tone


def payment_title(payment: Payment) -> str:
    """The first words of a payment's line."""
    if payment.kind == StaffKind.MOVED:
        here = payment.amount_minor > 0
        # Undone, money that had come goes, and money that had gone comes.
        came = here is (payment.reverses_id is None)
        name = _("Von anderer Rechnung") if came else _("Auf andere Rechnung")
        return fill(_("Rückgängig: %1"), name) if payment.reverses_id is not None else name
    if payment.reversal_of is not None:
        return reversal_texts.reversal_title(payment.kind)
    name = _closing_name(payment.kind or "") or method_name(payment.method)
    if payment.kind == REFUND:
        name = fill(_("Rückzahlung (%1)"), name)
    return fill(_("Rückgängig: %1"), name) if payment.reverses_id is not None else name


def _closing_name(kind: str) -> str:
    return {SKONTO: _("Skonto"), WRITE_OFF: _("Ausbuchung")}.get(kind, "")


def source_name(source: str) -> str:
    """How an event came; empty for the ordinary way."""
    return {
        Source.CATCH_UP.value: _("Nachgeholt"),
        Source.POLL.value: _("Abruf"),
        Source.SIMULATION.value: _("Simulation"),
    }.get(source, "")


def history_title(line: HistoryLine) -> str:
    """What happened, in German; an action of a newer version is named as it is."""
    titles: dict[str, str] = {
        Action.CREATED: _("Entwurf angelegt"),
        Action.EDITED: _("Entwurf geändert"),
        Action.ISSUED: _("Rechnung ausgestellt"),
        Action.CANCELLED: _("Rechnung storniert"),
        Action.DELETED: _("Entwurf gelöscht"),
        Action.PAYMENT_BOOKED: _("Zahlung eingegangen"),
        Action.PAYMENT_FAILED: _("Zahlung fehlgeschlagen"),
        Action.MANUAL_PAYMENT: _("Zahlung eingetragen"),
        Action.PAYMENT_REVERSED: _("Zahlung rückgängig gemacht"),
        Action.STATUS_CHANGED: _("Status geändert"),
        Action.SKONTO: _("Skonto"),
        Action.WRITTEN_OFF: _("Rest ausgebucht"),
        Action.CLOSING_UNDONE: _("Ausbuchung zurückgenommen"),
        Action.PAID_BACK: _("Rückzahlung eingetragen"),
        Action.PAID_BACK_UNDONE: _("Rückzahlung rückgängig gemacht"),
        Action.OWED_AGAIN: _("Erstattung wieder offen gestellt"),
        Action.OWED_AGAIN_UNDONE: _("Erstattung doch nicht wieder offen"),
        Action.PAYMENT_RUNNING: _("Zahlung läuft"),
        Action.PAYMENT_CANCELED: _("Zahlung abgebrochen"),
        Action.LINK_CREATED: _("Zahlungslink angelegt"),
        Action.LINK_SENT: _("E-Mail an den Kunden vorbereitet"),
        Action.LINK_CLOSED: _("Zahlungslink abgeschaltet"),
        Action.BUYER_TAKEN_OVER: _("Anschrift beim Update übernommen"),
        **review_titles(),
        **reversal_texts.action_titles(),
    }
    title = titles.get(line.action, line.action)
    if line.action == Action.LINK_SENT and line.detail.get("channel") == "copy":
        title = _("Zahlungslink kopiert")
    if line.action == Action.CLOSING_UNDONE and line.detail.get("kind") == SKONTO:
        title = _("Skonto zurückgenommen")
    if line.action == Action.DISPUTE_WON and line.detail.get("left_minor"):
        title = reversal_texts.back_in_part()
    if line.action == Action.STATUS_CHANGED:
        return _status_change(title, line.detail)
    if line.action in (Action.ISSUED, Action.LINK_SENT, Action.LINK_CLOSED):
        # The amount and the number stand above already.
        return title
    amount = _amount(line.detail)
    return f"{title}{texts.SEPARATOR}{amount}" if amount else title


def history_note(line: HistoryLine) -> str:
    """Why it happened, or in what way; empty when there is nothing to add."""
    detail = line.detail
    if line.action == Action.PAYMENT_FAILED:
        return failure_reason(detail)
    if line.action in _WITH_REASON:
        return _word(detail, "reason")
    if line.action == Action.PAID_BACK:
        parts = (method_name(_word(detail, "method")), _word(detail, "reason"))
        return texts.SEPARATOR.join(part for part in parts if part)
    if line.action == Action.LINK_CLOSED:
        return link_closed_because(_word(detail, "reason"))
    if line.action in _WITH_METHOD:
        method = _word(detail, "method")
        parts = (method_name(method) if method else "", source_name(_word(detail, "source")))
        return texts.SEPARATOR.join(part for part in parts if part)
    if line.action in reversal_texts.action_titles():
        note = reversal_texts.action_note(line.action, detail)
        return texts.SEPARATOR.join(
            part for part in (note, source_name(_word(detail, "source"))) if part
        )
    return review_note(line)


_WITH_REASON = (
    Action.CANCELLED,
    Action.PAYMENT_REVERSED,
    Action.SKONTO,
    Action.WRITTEN_OFF,
    Action.CLOSING_UNDONE,
    Action.PAID_BACK_UNDONE,
    Action.OWED_AGAIN,
)
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
        Action.CLOSING_UNDONE: Tone.AMBER,
        Action.PAID_BACK: Tone.AMBER,
        Action.PAID_BACK_UNDONE: Tone.AMBER,
        Action.OWED_AGAIN: Tone.AMBER,
        Action.PAYMENT_RUNNING: Tone.BLUE,
        Action.PAYMENT_CANCELED: Tone.AMBER,
        **REVIEW_TONES,
        Action.REFUNDED: Tone.AMBER,
        Action.REFUND_ARRIVED: Tone.GREY,
        Action.REFUND_FAILED: Tone.RED,
        Action.REFUND_NOT_DONE: Tone.RED,
        Action.DISPUTED: Tone.RED,
        Action.DISPUTE_OPENED: Tone.AMBER,
        Action.DISPUTE_ANSWERED: Tone.AMBER,
        Action.DISPUTE_CLOSED: Tone.GREEN,
        Action.DISPUTE_WON: Tone.GREEN,
        Action.DISPUTE_LOST: Tone.RED,
        Action.DEBIT_RETURNED: Tone.RED,
        Action.REVERSAL_WAS_NONE: Tone.GREEN,
    }
    return tones.get(line.action, Tone.GREY)


def link_closed_because(reason: str) -> str:
    """Why a payment link was switched off; empty for a reason of a newer version."""
    return {
        CloseReason.PAID.value: _("Es ist nichts mehr offen"),
        CloseReason.AMOUNT_CHANGED.value: _("Der offene Betrag hat sich geändert"),
        CloseReason.CANCELLED.value: _("Die Rechnung ist storniert"),
        CloseReason.RUNNING.value: _("Eine Zahlung läuft schon"),
        CloseReason.OUTSIDE.value: _("Bei Stripe war er schon abgeschaltet"),
    }.get(reason, "")


def failure_reason(detail: Mapping[str, object]) -> str:
    """Why a payment failed, one sentence without its full stop."""
    codes = (_word(detail, "decline_code") or None, _word(detail, "failure_code") or None)
    return decline_reason(*codes).removesuffix(".")


def _status_change(title: str, detail: Mapping[str, object]) -> str:
    names = [_status_word(_word(detail, key)) for key in ("from", "to")]
    return f"{title}: {names[0]} → {names[1]}" if all(names) else title


def _status_word(code: str) -> str:
    return texts.status_name(InvoiceStatus(code)) if code in set(InvoiceStatus) else code


def _amount(detail: Mapping[str, object]) -> str:
    minor, currency = detail.get("amount_minor"), _word(detail, "currency") or "eur"
    return formats.money(minor, currency) if isinstance(minor, int) else ""


def _word(detail: Mapping[str, object], key: str) -> str:
    value = detail.get(key)
    return value if isinstance(value, str) else ""
