"""German words for money that goes back: Verlauf, notices, payments. Without Qt, for e-mails."""

from collections.abc import Mapping
from datetime import datetime

from workmate_desktop.domain.history import Action, NoticeKind
from workmate_desktop.domain.payments.reversals import ReversalKind
from workmate_desktop.words import money_text
from workmate_desktop.words.language import _


def action_titles() -> dict[str, str]:
    """Action → the first words of its line in the Verlauf."""
    return {
        Action.REFUND_REQUESTED: _("Erstattung veranlasst"),
        Action.REFUND_NOT_DONE: _("Erstattung nicht ausgeführt"),
        Action.REFUNDED: _("Erstattet"),
        Action.REFUND_ARRIVED: _("Erstattung ausgeführt"),
        Action.REFUND_FAILED: _("Erstattung fehlgeschlagen, Geld zurück"),
        Action.DISPUTED: _("Zahlung vom Kunden angefochten"),
        Action.DISPUTE_OPENED: _("Bank fragt nach einer Zahlung"),
        Action.DISPUTE_ANSWERED: _("Bank prüft die Antwort"),
        Action.DISPUTE_CLOSED: _("Anfrage der Bank erledigt, kein Geld ging zurück"),
        Action.DISPUTE_WON: _("Anfechtung gewonnen, Geld zurück"),
        Action.DISPUTE_LOST: _("Anfechtung verloren"),
        Action.DEBIT_RETURNED: _("Lastschrift zurückgegeben"),
        Action.REVERSAL_WAS_NONE: _("Rückzahlung berichtigt: Es ging kein Geld zurück"),
    }


def action_note(action: str, detail: Mapping[str, object]) -> str:
    """Why it happened, as far as it was said; empty otherwise."""
    if action in (Action.REFUND_REQUESTED, Action.REFUND_NOT_DONE):
        note = detail.get("note")
        return note if isinstance(note, str) else ""
    parts = [reason_words(detail)]
    if action == Action.REFUNDED and detail.get("object_status") in ("pending", "requires_action"):
        parts.append(_("noch unterwegs zum Kunden"))
    if action in (Action.DISPUTED, Action.DISPUTE_OPENED):
        parts.append(answer_until(detail))
    if action == Action.DEBIT_RETURNED:
        parts.append(_("endgültig, keine Antwort an die Bank möglich"))
    if action == Action.DISPUTE_WON:
        parts.append(not_given_back(detail))
    return " · ".join(part for part in parts if part)


def reason_words(detail: Mapping[str, object]) -> str:
    """Stripe's reason of a refund or dispute; empty for an unknown one.

    https://docs.stripe.com/api/refunds/object#refund_object-reason and
    https://docs.stripe.com/api/disputes/object#dispute_object-reason
    """
    return {
        "requested_by_customer": _("auf Wunsch des Kunden"),
        "duplicate": _("doppelt bezahlt"),
        "fraudulent": _("Verdacht auf Betrug"),
        "expired_uncaptured_charge": _("Zahlung verfallen"),
        "credit_not_processed": _("Kunde vermisst eine Gutschrift"),
        "product_not_received": _("Kunde hat nichts erhalten"),
        "product_unacceptable": _("Kunde ist mit der Leistung nicht zufrieden"),
        "subscription_canceled": _("Kunde hatte gekündigt"),
        "unrecognized": _("Kunde kennt die Zahlung nicht"),
        "debit_not_authorized": _("Kunde hat die Lastschrift nicht erlaubt"),
        "incorrect_account_details": _("Kontodaten stimmen nicht"),
        "insufficient_funds": _("Konto war nicht gedeckt"),
        "bank_cannot_process": _("Bank kann nicht abbuchen"),
        "customer_initiated": _("Kunde hat widersprochen"),
        "check_returned": _("Scheck ging zurück"),
    }.get(str(detail.get("reason")), "")


def back_in_part() -> str:
    """The first words of its line where a bank gave back a part of what it had taken."""
    return _("Von der Bank zum Teil zurück")


def not_given_back(detail: Mapping[str, object]) -> str:
    """ "30,00 € hat die Bank behalten"; empty when all came back."""
    left = detail.get("left_minor")
    if type(left) is not int or left <= 0:
        return ""
    amount = money_text.money(left, str(detail.get("currency") or "eur"))
    return _("%1 hat die Bank behalten").replace("%1", amount)


def answer_until(detail: Mapping[str, object]) -> str:
    """ "Antwort an die Bank bis 12.12.2026"; empty when there is nothing to answer."""
    until = detail.get("respond_by")
    if not isinstance(until, str):
        return ""
    try:
        day = datetime.fromisoformat(until)
    except ValueError:
        return ""
    return _("Antwort an die Bank bis %1").replace("%1", f"{day:%d.%m.%Y}")


def notice_title(kind: NoticeKind, detail: Mapping[str, object]) -> str | None:
    """The title of a notice about money that goes back, with {0} for invoice and amount.

    None for every other kind.
    """
    return {
        NoticeKind.REFUNDED: _("Erstattet: {0}"),
        NoticeKind.REFUND_FAILED: _("Erstattung fehlgeschlagen: {0}"),
        NoticeKind.REFUND_NOT_DONE: _("Nicht erstattet: {0}"),
        NoticeKind.DISPUTED: _("Zahlung angefochten: {0}"),
        NoticeKind.DISPUTE_OPENED: _("Bank fragt nach: {0}"),
        NoticeKind.DISPUTE_WON: _("Von der Bank zum Teil zurück: {0}")
        if not_given_back(detail)
        else _("Anfechtung gewonnen: {0}"),
        NoticeKind.DISPUTE_LOST: _("Anfechtung verloren: {0}"),
        NoticeKind.DEBIT_RETURNED: _("Lastschrift zurückgegeben: {0}"),
    }.get(kind)


def notice_why(kind: NoticeKind, detail: Mapping[str, object]) -> str:
    """What that means for the invoice, and what to do."""
    answer = _("Die Bank hat das Geld vorerst zurückgeholt.")
    if answer_until(detail):
        answer += " " + _("%1, im Stripe-Dashboard.").replace("%1", answer_until(detail))
    asked = _("Noch ist kein Geld zurückgegangen. Bitte im Stripe-Dashboard antworten.")
    sentence = {
        NoticeKind.REFUNDED: _("Das Geld geht an den Kunden zurück; die Rechnung zeigt es."),
        NoticeKind.REFUND_FAILED: _(
            "Die Bank des Kunden hat sie nicht angenommen. Das Geld ist wieder hier; bitte selbst "
            "überweisen und bei der Rechnung „Rückzahlung eintragen“."
        ),
        NoticeKind.REFUND_NOT_DONE: _(
            "Stripe hat sie nicht ausgeführt. Bitte bei der Rechnung noch einmal erstatten."
        ),
        NoticeKind.DISPUTED: answer,
        NoticeKind.DISPUTE_OPENED: asked,
        NoticeKind.DISPUTE_WON: _("Die Bank hat das Geld zurückgegeben.")
        if not not_given_back(detail)
        else _("%1, den Rest hat sie zurückgegeben.").replace("%1", not_given_back(detail)),
        NoticeKind.DISPUTE_LOST: _("Das Geld bleibt beim Kunden. Bitte mit ihm klären."),
        NoticeKind.DEBIT_RETURNED: _(
            "Die Bank des Kunden hat das Geld zurückgeholt. Das ist endgültig; eine Antwort an die "
            "Bank ist nicht möglich. Die Rechnung ist wieder offen."
        ),
    }[kind]
    why = reason_words(detail)
    return f"{why[0].upper()}{why[1:]}. {sentence}" if why else sentence


def reversal_title(kind: str | None) -> str:
    """The first words of a counter-entry in the list of payments."""
    return {
        ReversalKind.REFUND.value: _("Erstattet"),
        ReversalKind.REFUND_FAILED.value: _("Erstattung fehlgeschlagen"),
        ReversalKind.DISPUTE.value: _("Angefochten"),
        ReversalKind.DISPUTE_WON.value: _("Anfechtung gewonnen"),
        ReversalKind.RETURN.value: _("Lastschrift zurück"),
    }.get(kind or "", _("Zurück"))
