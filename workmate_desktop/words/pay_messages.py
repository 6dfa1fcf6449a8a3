"""Why an invoice cannot be paid by Stripe right now: code → German sentence and action."""

from workmate_desktop.domain.errors import UserError
from workmate_desktop.words import money_text
from workmate_desktop.words.words import translate


def _tr(text: str) -> str:
    return translate("pay_messages", text)


def pay_words() -> dict[str, tuple[str, str]]:
    """The words for codes without values; `browser_failed` and `mail_failed` are the window's."""
    return {
        "pay_no_key": (
            _tr("Ohne die Schlüssel Ihres Stripe-Kontos gibt es keinen Zahlungslink."),
            _tr("Unter Stripe auf „Konfigurieren“ klicken."),
        ),
        "pay_wrong_mode": (
            _tr("Rechnung und Stripe-Schlüssel gehören nicht zum selben Modus."),
            _tr("Für Testrechnungen Testschlüssel eintragen, für echte die Live-Schlüssel."),
        ),
        "pay_running": (
            _tr("Für diese Rechnung läuft schon eine Zahlung."),
            _tr("Bitte abwarten, bis Stripe das Ergebnis meldet."),
        ),
        "pay_not_owed": (_tr("Auf dieser Rechnung ist nichts mehr offen."), ""),
        "pay_busy": (
            _tr("Stripe bearbeitet die vorige Anfrage noch."),
            _tr("In ein paar Sekunden noch einmal klicken."),
        ),
        "pay_other_account": (
            _tr("Der bisherige Zahlungslink gehört zu einem anderen Stripe-Konto."),
            _tr("Die Schlüssel jenes Kontos eintragen, damit er abgeschaltet werden kann."),
        ),
        "pay_unsettled": (
            _tr("Die Rechnung hat sich gerade mehrmals geändert."),
            _tr("Bitte noch einmal klicken."),
        ),
        "pay_demo": (
            _tr("Im Beispiel gibt es keine Verbindung zu Stripe."),
            _tr("Bitte „Zahlung simulieren“ benutzen."),
        ),
        "pay_address_wrong": (
            _tr("Die Adresse dieses Zahlungslinks ist keine Zahlungsseite von Stripe."),
            _tr("Den Link nicht benutzen und den Support fragen."),
        ),
        "pay_address_foreign": _foreign(_tr("einer fremden Adresse")),
        "browser_failed": (
            _tr("Es ließ sich kein Browser öffnen."),
            _tr("Den Link kopieren und im Browser einfügen."),
        ),
        "mail_failed": (
            _tr("Es ließ sich kein E-Mail-Programm öffnen."),
            _tr("Den Link kopieren und selbst verschicken."),
        ),
    }


def _foreign(host: str) -> tuple[str, str]:
    words = _tr("Dieser Zahlungslink führt nicht zu Stripe, sondern zu %1.")
    own = _tr("Nur wenn die Domain Ihnen gehört: im Stripe-Dashboard als Website eintragen.")
    return words.replace("%1", host), own


def value_words(error: UserError) -> tuple[str, str] | None:
    """Sentence and action for an error whose values are told; None for others."""
    if error.code == "pay_address_foreign":
        return _foreign(str(error.values.get("host")))
    return limit_words(error)


def limit_words(error: UserError) -> tuple[str, str] | None:
    """Sentence and action for an amount that Stripe does not take; None for other errors."""
    if error.code not in ("pay_below_minimum", "pay_above_maximum"):
        return None
    limit, currency = error.values.get("limit_minor"), error.values.get("currency")
    words = money_text.money(int(limit or 0), str(currency or "eur"))
    sentence = (
        _tr("Stripe nimmt Zahlungen erst ab %1 an.")
        if error.code == "pay_below_minimum"
        else _tr("Stripe nimmt höchstens %1 auf einmal an.")
    )
    return sentence.replace("%1", words), _tr("Den Kunden um eine Überweisung bitten.")
