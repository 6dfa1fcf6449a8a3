"""German words for money that goes back: Verlauf, notices, payments. Without Qt, for e-mails."""

from collections.abc import Mapping
from datetime import datetime

from workmate_desktop.domain.history import Action, NoticeKind
from workmate_desktop.domain.payments.reversals import ReversalKind
from workmate_desktop.words import money_text
from workmate_desktop.words.words import translate


def _tr(text: str) -> str:
    return translate("reversals", text)


def action_titles() -> dict[str, str]:
    """Action → the first words of its line in the Verlauf."""
    return {
        Action.REFUND_REQUESTED: _tr("Erstattung veranlasst"),
        Action.REFUND_NOT_DONE: _tr("Erstattung nicht ausgeführt"),
        Action.REFUNDED: _tr("Erstattet"),
        Action.REFUND_ARRIVED: _tr("Erstattung ausgeführt"),
        Action.REFUND_FAILED: _tr("Erstattung fehlgeschlagen, Geld zurück"),
        Action.DISPUTED: _tr("Zahlung vom Kunden angefochten"),
        Action.DISPUTE_OPENED: _tr("Bank fragt nach einer Zahlung"),
        Action.DISPUTE_ANSWERED: _tr("Bank prüft die Antwort"),
        Action.DISPUTE_CLOSED: _tr("Anfrage der Bank erledigt, kein Geld ging zurück"),
        Action.DISPUTE_WON: _tr("Anfechtung gewonnen, Geld zurück"),
        Action.DISPUTE_LOST: _tr("Anfechtung verloren"),
        Action.DEBIT_RETURNED: _tr("Lastschrift zurückgegeben"),
        Action.REVERSAL_WAS_NONE: _tr("Rückzahlung berichtigt: Es ging kein Geld zurück"),
    }


def action_note(action: str, detail: Mapping[str, object]) -> str:
    """Why it happened, as far as it was said; empty otherwise."""
    if action in (Action.REFUND_REQUESTED, Action.REFUND_NOT_DONE):
        note = detail.get("note")
        return note if isinstance(note, str) else ""
    parts = [reason_words(detail)]
    if action == Action.REFUNDED and detail.get("object_status") in ("pending", "requires_action"):
        parts.append(_tr("noch unterwegs zum Kunden"))
    if action in (Action.DISPUTED, Action.DISPUTE_OPENED):
        parts.append(answer_until(detail))
    if action == Action.DEBIT_RETURNED:
        parts.append(_tr("endgültig, keine Antwort an die Bank möglich"))
    if action == Action.DISPUTE_WON:
        parts.append(not_given_back(detail))
    return " · ".join(part for part in parts if part)


def reason_words(detail: Mapping[str, object]) -> str:
    """Stripe's reason of a refund or dispute; empty for an unknown one.

    https://docs.stripe.com/api/refunds/object#refund_object-reason and
    https://docs.stripe.com/api/disputes/object#dispute_object-reason
    """
    return {
        "requested_by_customer": _tr("auf Wunsch des Kunden"),
        "duplicate": _tr("doppelt bezahlt"),
        "fraudulent": _tr("Verdacht auf Betrug"),
        "expired_uncaptured_charge": _tr("Zahlung verfallen"),
        "credit_not_processed": _tr("Kunde vermisst eine Gutschrift"),
        "product_not_received": _tr("Kunde hat nichts erhalten"),
        "product_unacceptable": _tr("Kunde ist mit der Leistung nicht zufrieden"),
        "subscription_canceled": _tr("Kunde hatte gekündigt"),
        "unrecognized": _tr("Kunde kennt die Zahlung nicht"),
        "debit_not_authorized": _tr("Kunde hat die Lastschrift nicht erlaubt"),
        "incorrect_account_details": _tr("Kontodaten stimmen nicht"),
        "insufficient_funds": _tr("Konto war nicht gedeckt"),
        "bank_cannot_process": _tr("Bank kann nicht abbuchen"),
        "customer_initiated": _tr("Kunde hat widersprochen"),
        "check_returned": _tr("Scheck ging zurück"),
    }.get(str(detail.get("reason")), "")


def back_in_part() -> str:
    """The first words of its line where a bank gave back a part of what it had taken."""
    return _tr("Von der Bank zum Teil zurück")


def not_given_back(detail: Mapping[str, object]) -> str:
    """ "30,00 € hat die Bank behalten"; empty when all came back."""
    left = detail.get("left_minor")
    if type(left) is not int or left <= 0:
        return ""
    amount = money_text.money(left, str(detail.get("currency") or "eur"))
    return _tr("%1 hat die Bank behalten").replace("%1", amount)


def answer_until(detail: Mapping[str, object]) -> str:
    """ "Antwort an die Bank bis 12.12.2026"; empty when there is nothing to answer."""
    until = detail.get("respond_by")
    if not isinstance(until, str):
        return ""
    try:
        day = datetime.fromisoformat(until)
    except ValueError:
        return ""
    return _tr("Antwort an die Bank bis %1").replace("%1", f"{day:%d.%m.%Y}")


def notice_title(kind: NoticeKind, detail: Mapping[str, object]) -> str | None:
    """The title of a notice about money that goes back, with {0} for invoice and amount.

    None for every other kind.
    """
    return {
        NoticeKind.REFUNDED: _tr("Erstattet: {0}"),
        NoticeKind.REFUND_FAILED: _tr("Erstattung fehlgeschlagen: {0}"),
        NoticeKind.REFUND_NOT_DONE: _tr("Nicht erstattet: {0}"),
        NoticeKind.DISPUTED: _tr("Zahlung angefochten: {0}"),
        NoticeKind.DISPUTE_OPENED: _tr("Bank fragt nach: {0}"),
        NoticeKind.DISPUTE_WON: _tr("Von der Bank zum Teil zurück: {0}")
        if not_given_back(detail)
        else _tr("Anfechtung gewonnen: {0}"),
        NoticeKind.DISPUTE_LOST: _tr("Anfechtung verloren: {0}"),
        NoticeKind.DEBIT_RETURNED: _tr("Lastschrift zurückgegeben: {0}"),
    }.get(kind)


def notice_why(kind: NoticeKind, detail: Mapping[str, object]) -> str:
    """What that means for the invoice, and what to do."""
    answer = _tr("Die Bank hat das Geld vorerst zurückgeholt.")
    if answer_until(detail):
        answer += " " + _tr("%1, im Stripe-Dashboard.").replace("%1", answer_until(detail))
    asked = _tr("Noch ist kein Geld zurückgegangen. Bitte im Stripe-Dashboard antworten.")
    sentence = {
        NoticeKind.REFUNDED: _tr("Das Geld geht an den Kunden zurück; die Rechnung zeigt es."),
        NoticeKind.REFUND_FAILED: _tr(
            "Die Bank des Kunden hat sie nicht angenommen. Das Geld ist wieder hier; bitte selbst "
            "überweisen und bei der Rechnung „Rückzahlung eintragen“."
        ),
        NoticeKind.REFUND_NOT_DONE: _tr(
            "Stripe hat sie nicht ausgeführt. Bitte bei der Rechnung noch einmal erstatten."
        ),
        NoticeKind.DISPUTED: answer,
        NoticeKind.DISPUTE_OPENED: asked,
        NoticeKind.DISPUTE_WON: _tr("Die Bank hat das Geld zurückgegeben.")
        if not not_given_back(detail)
        else _tr("%1, den Rest hat sie zurückgegeben.").replace("%1", not_given_back(detail)),
        NoticeKind.DISPUTE_LOST: _tr("Das Geld bleibt beim Kunden. Bitte mit ihm klären."),
        NoticeKind.DEBIT_RETURNED: _tr(
            "Die Bank des Kunden hat das Geld zurückgeholt. Das ist endgültig; eine Antwort an die "
            "Bank ist nicht möglich. Die Rechnung ist wieder offen."
        ),
    }[kind]
    why = reason_words(detail)
    return f"{why[0].upper()}{why[1:]}. {sentence}" if why else sentence


def reversal_title(kind: str | None) -> str:
    """The first words of a counter-entry in the list of payments."""
    return {
        ReversalKind.REFUND.value: _tr("Erstattet"),
        ReversalKind.REFUND_FAILED.value: _tr("Erstattung fehlgeschlagen"),
        ReversalKind.DISPUTE.value: _tr("Angefochten"),
        ReversalKind.DISPUTE_WON.value: _tr("Anfechtung gewonnen"),
        ReversalKind.RETURN.value: _tr("Lastschrift zurück"),
    }.get(kind or "", _tr("Zurück"))
