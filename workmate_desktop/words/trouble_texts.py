"""The German words of the troubles that the program recognises by itself. No Qt: `doctor` and
the notices say the same.
"""

from typing import NamedTuple

from workmate_desktop.domain.reception.troubles import Trouble, TroubleKind
from workmate_desktop.words.language import _


class TroubleWords(NamedTuple):
    """What is wrong, and the one thing to do about it."""

    sentence: str
    action: str


def trouble_sentence(trouble: Trouble) -> TroubleWords:
    """For the banner, the Empfang and the checklist."""
    match trouble.kind:
        case TroubleKind.SECRET_MISMATCH:
            return TroubleWords(
                _("Webhook Secret passt nicht: Alle Nachrichten wurden abgelehnt."),
                _("Bitte das Secret des Endpunkts unter Bearbeiten neu einfügen."),
            )
        case TroubleKind.STRANGERS_REFUSED:
            return TroubleWords(
                _("Fremde Zugriffe abgewehrt: Nachrichten mit falscher Signatur wurden abgelehnt."),
                "",
            )
        case TroubleKind.DELIVERIES_MISSING:
            return TroubleWords(
                _("Stripes Nachrichten kommen nicht mehr an; das Programm fragt selbst alle 30 s."),
                _("Unter Stripe „Testereignis senden“, dann den Webhook neu einrichten."),
            )
        case TroubleKind.ANSWERS_SLOW:
            return TroubleWords(
                _("Dieser PC antwortet Stripe sehr langsam."),
                _("Bitte andere Programme schließen oder den Datenträger prüfen lassen."),
            )
        case TroubleKind.CLOCK_WRONG:
            return TroubleWords(clock_words(trouble.minutes), _set_the_clock())
        case TroubleKind.ENDPOINT_DISABLED:
            return TroubleWords(
                _("Stripe hat den Webhook abgeschaltet."),
                _("Unter Stripe → Empfang „Webhook einschalten“."),
            )
        case TroubleKind.QUOTA_USED_UP:
            return TroubleWords(
                _("Das Monatskontingent des ngrok-Kontos ist aufgebraucht."),
                _("Bei ngrok den Tarif prüfen. Bis dahin fragt das Programm alle 30 s selbst."),
            )


def clock_words(minutes: int | None) -> str:
    """ "Die Uhr dieses PCs geht 12 min vor." `minutes` as in domain.troubles.Trouble."""
    if minutes is None:
        return _("Die Uhr dieses PCs geht falsch.")
    words = (
        _("Die Uhr dieses PCs geht %1 vor.")
        if minutes > 0
        else _("Die Uhr dieses PCs geht %1 nach.")
    )
    return words.replace("%1", _span(abs(minutes)))


def _span(minutes: int) -> str:
    if minutes < 120:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return _("%1 Stunden").replace("%1", str(round(minutes / 60)))
    return _("%1 Tage").replace("%1", str(round(minutes / 1440)))


def _set_the_clock() -> str:
    return _("Bitte die Uhr stellen lassen. Zahlungen werden trotzdem richtig verbucht.")
