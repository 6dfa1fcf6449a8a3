"""Why an event waits for a decision or was ignored, in German. Without Qt: e-mails say it too."""

from dataclasses import dataclass

from workmate_desktop.domain.stripe.events import Reason
from workmate_desktop.words.words import translate


def _tr(text: str) -> str:
    return translate("stripe", text)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an event means (`what`), and what staff can do (`todo`, may be empty)."""

    what: str
    todo: str = ""


def reason_words(reason: Reason, *, failed: bool = False) -> Explanation:
    """Why an event waits for a decision, or was ignored. `failed`: a payment that failed."""
    if failed and reason is not Reason.PROGRAM_ERROR:
        return _reason_of_failure(reason)
    again = _tr("Danach „Erneut verarbeiten“ drücken.")
    decide = _tr("Unter „Klärung nötig“ zuordnen, erstatten oder ohne Rechnung ablegen.")
    match reason:
        case Reason.NO_INVOICE:
            return Explanation(
                _tr(
                    "Stripe meldet eine erfolgreiche Zahlung, nennt aber keine Rechnung. "
                    "Vielleicht wurde sie direkt im Stripe-Dashboard ausgelöst."
                ),
                decide,
            )
        case Reason.UNKNOWN_INVOICE:
            return Explanation(
                _tr("Das Ereignis nennt eine Rechnung, die es hier nicht gibt."),
                _tr("Gibt es sie inzwischen, „Erneut verarbeiten“ drücken.") + " " + decide,
            )
        case Reason.NOT_MARKED:
            return Explanation(
                _tr(
                    "Die Zahlung nennt eine Rechnung, kam aber nicht über einen Zahlungslink von "
                    "WorkmateOS. Vielleicht stammt sie von einem anderen Programm."
                ),
                decide,
            )
        case Reason.INVOICE_MISMATCH:
            return Explanation(
                _tr("Rechnung und Rechnungsnummer im Ereignis passen nicht zusammen."), decide
            )
        case Reason.OTHER_INSTALLATION:
            return Explanation(
                _tr("Die Zahlung gehört zu einer anderen Installation von WorkmateOS."),
                _tr("Dort wird sie verbucht. Hier ist nichts zu tun, wenn das so gewollt ist."),
            )
        case Reason.SPLIT_REFUNDED:
            return Explanation(
                _tr(
                    "Von einer Zahlung für mehrere Rechnungen ging ein Teil zurück. Bis zur "
                    "Entscheidung steht die Erstattung bei der ersten Rechnung."
                ),
                _tr("Unter „Klärung nötig“ wählen, welche Rechnung erstattet wurde."),
            )
        case Reason.OTHER_CURRENCY:
            return Explanation(
                _tr("Bezahlt wurde in einer anderen Währung, als die Rechnung lautet."),
                _tr("Die Rechnung bleibt unverändert.") + " " + decide,
            )
        case Reason.WRONG_MODE:
            return Explanation(
                _tr(
                    "Testmodus und Livebetrieb passen nicht zusammen: Schlüssel, Rechnung und "
                    "Ereignis müssen zum selben Modus gehören."
                ),
                _tr("Die Schlüssel unter Bearbeiten prüfen.") + " " + again,
            )
        case Reason.INVOICE_CANCELLED:
            return Explanation(
                _tr("Die Rechnung ist storniert, danach kam Geld."),
                decide,
            )
        case Reason.INVOICE_DRAFT:
            return Explanation(
                _tr("Die Rechnung ist noch ein Entwurf, deshalb wurde nichts verbucht."),
                _tr("Die Rechnung stellen.") + " " + again,
            )
        case _:
            return _further_reason(reason, again)


def _reason_of_failure(reason: Reason) -> Explanation:
    """No money came, so there is nothing to decide."""
    nothing = _tr("Es ist kein Geld geflossen, nichts ist zu tun.")
    what = {
        Reason.NO_INVOICE: _tr(
            "Stripe meldet eine fehlgeschlagene Zahlung, nennt aber keine Rechnung."
        ),
        Reason.UNKNOWN_INVOICE: _tr(
            "Stripe meldet eine fehlgeschlagene Zahlung für eine Rechnung, die es hier nicht gibt."
        ),
        Reason.NOT_OURS: _tr("Eine Zahlung eines anderen Programms ist fehlgeschlagen."),
        Reason.NOT_MARKED: _tr(
            "Die fehlgeschlagene Zahlung kam nicht über einen Zahlungslink von WorkmateOS."
        ),
        Reason.OTHER_INSTALLATION: _tr(
            "Die fehlgeschlagene Zahlung gehört zu einer anderen Installation von WorkmateOS."
        ),
        Reason.BAD_AMOUNT: _tr("Stripe meldet eine fehlgeschlagene Zahlung mit falschen Angaben."),
    }.get(reason)
    return Explanation(what or reason_words(reason).what, nothing)


def _further_reason(reason: Reason, again: str) -> Explanation:
    return {
        Reason.BAD_AMOUNT: Explanation(
            _tr("Das Ereignis nennt keinen Betrag, der stimmen kann. Es wurde nichts verbucht."),
            _tr("Die Zahlung im Stripe-Dashboard ansehen."),
        ),
        Reason.NOT_SUCCEEDED: Explanation(
            _tr("Das Ereignis meldet Erfolg, die Zahlung selbst ist aber nicht abgeschlossen."),
            _tr("Die Zahlung im Stripe-Dashboard ansehen."),
        ),
        Reason.PROGRAM_ERROR: Explanation(
            _tr(
                "Beim Verbuchen ist im Programm ein Fehler aufgetreten. Das Ereignis ist sicher "
                "gespeichert."
            ),
            _tr(
                "Nach dem nächsten Update „Erneut verarbeiten“ drücken. Das Protokoll hilft dem "
                "Support."
            ),
        ),
        Reason.UNKNOWN_TYPE: Explanation(
            _tr("Diese Art von Ereignis braucht WorkmateOS nicht. Es wurde nichts verändert.")
        ),
        Reason.NOT_OURS: Explanation(
            _tr(
                "Die Zahlung gehört zu einem anderen Programm, das dasselbe Stripe-Konto benutzt, "
                "zum Beispiel zu einem Shop. Hier wurde nichts verbucht."
            )
        ),
        Reason.THIN_EVENT: Explanation(
            _tr("Stripe sendet Kurzformat, bitte Snapshot wählen."),
            _tr("Im Stripe-Dashboard beim Endpunkt „Snapshot“ als Format einstellen."),
        ),
        Reason.FOREIGN_ACCOUNT: Explanation(
            _tr("Das Ereignis gehört zu einem anderen Stripe-Konto."),
            _tr("Gehört das Konto zu Ihnen, die Verbindung unter Bearbeiten testen.") + " " + again,
        ),
        Reason.SAME_INTENT: Explanation(
            _tr("Diese Zahlung war schon verbucht. Es wurde nichts doppelt verbucht.")
        ),
        Reason.NAMED_TWICE: Explanation(
            _tr(
                "Stripe nennt für eine Zahlung, die schon da ist, jetzt eine andere Rechnung. "
                "Sie zählt nur einmal und bleibt bis zur Entscheidung, wo sie ist."
            ),
            _tr("Unter „Klärung nötig“ der anderen Rechnung zuordnen oder lassen, wo sie ist."),
        ),
        Reason.PAYMENT_RUNNING: Explanation(
            _tr(
                "Der Kunde hat bezahlt, das Geld kommt aber erst in einigen Tagen, zum Beispiel "
                "bei einer Lastschrift."
            ),
            _tr("Nichts zu tun: Stripe meldet später, ob die Zahlung gelungen ist."),
        ),
        Reason.PAYMENT_CANCELED: Explanation(
            _tr("Eine begonnene Zahlung wurde abgebrochen. Es ist kein Geld geflossen.")
        ),
        Reason.UNREADABLE: Explanation(
            _tr(
                "Eine Nachricht trug die Unterschrift von Stripe, ließ sich aber nicht lesen. "
                "Es wurde nichts verbucht."
            ),
            _tr(
                "Stripe stellt sie noch einmal zu. Bleibt es dabei, im Protokoll nachsehen und den "
                "Support fragen; danach ablegen."
            ),
        ),
        Reason.SAME_REVERSAL: Explanation(
            _tr("Diese Rückbuchung ist schon verbucht. Es wurde nichts doppelt verbucht.")
        ),
        Reason.PAYMENT_UNKNOWN: Explanation(
            _tr(
                "Die Zahlung, von der Geld zurückging, ist hier nicht verbucht. Kommt sie noch, "
                "wird die Rückbuchung von selbst mit verbucht."
            )
        ),
        Reason.DELETED_TEST_DATA: Explanation(
            _tr(
                "Das Ereignis ist älter als das letzte Löschen der Testdaten. Es wurde nichts "
                "verbucht."
            )
        ),
        Reason.CHARGE_NOTED: Explanation(
            _tr("Stripe meldet, auf welche Art bezahlt wurde. Verbucht wird davon nichts.")
        ),
        Reason.NOTHING_MOVED: Explanation(
            _tr("Stripe meldet eine Änderung, bei der kein Geld zurückgegangen ist.")
        ),
    }[reason]
