"""Why an event waits for a decision or was ignored, in German. Without Qt: e-mails say it too."""

from dataclasses import dataclass

from workmate_desktop.domain.stripe.events import Reason
from workmate_desktop.words.language import _


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an event means (`what`), and what staff can do (`todo`, may be empty)."""

    what: str
    todo: str = ""


def reason_words(reason: Reason, *, failed: bool = False) -> Explanation:
    """Why an event waits for a decision, or was ignored. `failed`: a payment that failed."""
    if failed and reason is not Reason.PROGRAM_ERROR:
        return _reason_of_failure(reason)
    again = _("Danach „Erneut verarbeiten“ drücken.")
    decide = _("Unter „Klärung nötig“ zuordnen, erstatten oder ohne Rechnung ablegen.")
    match reason:
        case Reason.NO_INVOICE:
            return Explanation(
                _(
                    "Stripe meldet eine erfolgreiche Zahlung, nennt aber keine Rechnung. "
                    "Vielleicht wurde sie direkt im Stripe-Dashboard ausgelöst."
                ),
                decide,
            )
        case Reason.UNKNOWN_INVOICE:
            return Explanation(
                _("Das Ereignis nennt eine Rechnung, die es hier nicht gibt."),
                _("Gibt es sie inzwischen, „Erneut verarbeiten“ drücken.") + " " + decide,
            )
        case Reason.NOT_MARKED:
            return Explanation(
                _(
                    "Die Zahlung nennt eine Rechnung, kam aber nicht über einen Zahlungslink von "
                    "WorkmateOS. Vielleicht stammt sie von einem anderen Programm."
                ),
                decide,
            )
        case Reason.INVOICE_MISMATCH:
            return Explanation(
                _("Rechnung und Rechnungsnummer im Ereignis passen nicht zusammen."), decide
            )
        case Reason.OTHER_INSTALLATION:
            return Explanation(
                _("Die Zahlung gehört zu einer anderen Installation von WorkmateOS."),
                _("Dort wird sie verbucht. Hier ist nichts zu tun, wenn das so gewollt ist."),
            )
        case Reason.SPLIT_REFUNDED:
            return Explanation(
                _(
                    "Von einer Zahlung für mehrere Rechnungen ging ein Teil zurück. Bis zur "
                    "Entscheidung steht die Erstattung bei der ersten Rechnung."
                ),
                _("Unter „Klärung nötig“ wählen, welche Rechnung erstattet wurde."),
            )
        case Reason.OTHER_CURRENCY:
            return Explanation(
                _("Bezahlt wurde in einer anderen Währung, als die Rechnung lautet."),
                _("Die Rechnung bleibt unverändert.") + " " + decide,
            )
        case Reason.WRONG_MODE:
            return Explanation(
                _(
                    "Testmodus und Livebetrieb passen nicht zusammen: Schlüssel, Rechnung und "
                    "Ereignis müssen zum selben Modus gehören."
                ),
                _("Die Schlüssel unter Bearbeiten prüfen.") + " " + again,
            )
        case Reason.INVOICE_CANCELLED:
            return Explanation(
                _("Nach der Stornierung ist eine Zahlung eingegangen."),
                decide,
            )
        case Reason.INVOICE_DRAFT:
            return Explanation(
                _("Die Rechnung ist noch ein Entwurf, deshalb wurde nichts verbucht."),
                _("Die Rechnung ausstellen.") + " " + again,
            )
        case _:
            return _further_reason(reason, again)


def _reason_of_failure(reason: Reason) -> Explanation:
    """No money came, so there is nothing to decide."""
    nothing = _("Es ist kein Geld geflossen, nichts ist zu tun.")
    what = {
        Reason.NO_INVOICE: _(
            "Stripe meldet eine fehlgeschlagene Zahlung, nennt aber keine Rechnung."
        ),
        Reason.UNKNOWN_INVOICE: _(
            "Stripe meldet eine fehlgeschlagene Zahlung für eine Rechnung, die es hier nicht gibt."
        ),
        Reason.NOT_OURS: _("Eine Zahlung eines anderen Programms ist fehlgeschlagen."),
        Reason.NOT_MARKED: _(
            "Die fehlgeschlagene Zahlung kam nicht über einen Zahlungslink von WorkmateOS."
        ),
        Reason.OTHER_INSTALLATION: _(
            "Die fehlgeschlagene Zahlung gehört zu einer anderen Installation von WorkmateOS."
        ),
        Reason.BAD_AMOUNT: _("Stripe meldet eine fehlgeschlagene Zahlung mit falschen Angaben."),
    }.get(reason)
    return Explanation(what or reason_words(reason).what, nothing)


def _further_reason(reason: Reason, again: str) -> Explanation:
    return {
        Reason.BAD_AMOUNT: Explanation(
            _("Das Ereignis nennt keinen Betrag, der stimmen kann. Es wurde nichts verbucht."),
            _("Die Zahlung im Stripe-Dashboard ansehen."),
        ),
        Reason.NOT_SUCCEEDED: Explanation(
            _("Das Ereignis meldet Erfolg, die Zahlung selbst ist aber nicht abgeschlossen."),
            _("Die Zahlung im Stripe-Dashboard ansehen."),
        ),
        Reason.PROGRAM_ERROR: Explanation(
            _(
                "Beim Verbuchen ist im Programm ein Fehler aufgetreten. Das Ereignis ist sicher "
                "gespeichert."
            ),
            _(
                "Nach dem nächsten Update „Erneut verarbeiten“ drücken. Das Protokoll hilft dem "
                "Support."
            ),
        ),
        Reason.UNKNOWN_TYPE: Explanation(
            _("Diese Art von Ereignis braucht WorkmateOS nicht. Es wurde nichts verändert.")
        ),
        Reason.NOT_OURS: Explanation(
            _(
                "Die Zahlung gehört zu einem anderen Programm, das dasselbe Stripe-Konto benutzt, "
                "zum Beispiel zu einem Shop. Hier wurde nichts verbucht."
            )
        ),
        Reason.THIN_EVENT: Explanation(
            _("Der Webhook ist falsch eingestellt („Thin“)."),
            _("Den Webhook neu einrichten, im Stripe-Dashboard mit dem Format „Snapshot“."),
        ),
        Reason.FOREIGN_ACCOUNT: Explanation(
            _("Das Ereignis gehört zu einem anderen Stripe-Konto."),
            _("Gehört das Konto zu Ihnen, die Verbindung unter Bearbeiten testen.") + " " + again,
        ),
        Reason.SAME_INTENT: Explanation(
            _("Diese Zahlung war schon verbucht. Es wurde nichts doppelt verbucht.")
        ),
        Reason.NAMED_TWICE: Explanation(
            _(
                "Stripe nennt für eine Zahlung, die schon da ist, jetzt eine andere Rechnung. "
                "Sie zählt nur einmal und bleibt bis zur Entscheidung, wo sie ist."
            ),
            _("Unter „Klärung nötig“ der anderen Rechnung zuordnen oder lassen, wo sie ist."),
        ),
        Reason.PAYMENT_RUNNING: Explanation(
            _(
                "Der Kunde hat bezahlt, das Geld kommt aber erst in einigen Tagen, zum Beispiel "
                "bei einer Lastschrift."
            ),
            _("Nichts zu tun: Stripe meldet später, ob die Zahlung gelungen ist."),
        ),
        Reason.PAYMENT_CANCELED: Explanation(
            _("Eine begonnene Zahlung wurde abgebrochen. Es ist kein Geld geflossen.")
        ),
        Reason.UNREADABLE: Explanation(
            _(
                "Eine Nachricht trug die Signatur von Stripe, ließ sich aber nicht lesen. "
                "Es wurde nichts verbucht."
            ),
            _(
                "Stripe stellt sie noch einmal zu. Bleibt es dabei, im Protokoll nachsehen und den "
                "Support fragen; danach ablegen."
            ),
        ),
        Reason.SAME_REVERSAL: Explanation(
            _("Diese Rückbuchung ist schon verbucht. Es wurde nichts doppelt verbucht.")
        ),
        Reason.PAYMENT_UNKNOWN: Explanation(
            _(
                "Die Zahlung, von der Geld zurückging, ist hier nicht verbucht. Kommt sie noch, "
                "wird die Rückbuchung automatisch mit verbucht."
            )
        ),
        Reason.DELETED_TEST_DATA: Explanation(
            _(
                "Das Ereignis ist älter als das letzte Löschen der Testdaten. Es wurde nichts "
                "verbucht."
            )
        ),
        Reason.CHARGE_NOTED: Explanation(
            _("Stripe meldet, auf welche Art bezahlt wurde. Verbucht wird davon nichts.")
        ),
        Reason.NOTHING_MOVED: Explanation(
            _("Stripe meldet eine Änderung, bei der kein Geld zurückgegangen ist.")
        ),
    }[reason]
