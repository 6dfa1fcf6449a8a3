"""Why an invoice cannot be paid by Stripe right now: code → German sentence and action."""

from workmate_desktop.domain.errors import UserError
from workmate_desktop.words import money_text
from workmate_desktop.words.language import _


def pay_words() -> dict[str, tuple[str, str]]:
    """The words for codes without values; `browser_failed` and `mail_failed` are the window's."""
    return {
        "pay_no_key": (
            _("Ohne die Schlüssel Ihres Stripe-Kontos gibt es keinen Zahlungslink."),
            _("Unter Stripe auf „Konfigurieren“ klicken."),
        ),
        "pay_wrong_mode": (
            _("Rechnung und Stripe-Schlüssel gehören nicht zum selben Modus."),
            _("Für Testrechnungen Testschlüssel eintragen, für echte die Live-Schlüssel."),
        ),
        "pay_running": (
            _("Für diese Rechnung läuft schon eine Zahlung."),
            _("Bitte abwarten, bis Stripe das Ergebnis meldet."),
        ),
        "pay_not_owed": (_("Auf dieser Rechnung ist nichts mehr offen."), ""),
        "pay_busy": (
            _("Stripe bearbeitet die vorige Anfrage noch."),
            _("In ein paar Sekunden noch einmal klicken."),
        ),
        "pay_other_account": (
            _("Der bisherige Zahlungslink gehört zu einem anderen Stripe-Konto."),
            _("Die Schlüssel jenes Kontos eintragen, damit er abgeschaltet werden kann."),
        ),
        "pay_unsettled": (
            _("Die Rechnung hat sich gerade mehrmals geändert."),
            _("Bitte noch einmal klicken."),
        ),
        "pay_demo": (
            _("Im Beispiel gibt es keine Verbindung zu Stripe."),
            _("Bitte „Zahlung simulieren“ benutzen."),
        ),
        "pay_address_wrong": (
            _("Die Adresse dieses Zahlungslinks ist keine Zahlungsseite von Stripe."),
            _("Den Link nicht benutzen und den Support fragen."),
        ),
        "pay_address_foreign": _foreign(_("einer fremden Adresse")),
        "browser_failed": (
            _("Es ließ sich kein Browser öffnen."),
            _("Den Link kopieren und im Browser einfügen."),
        ),
        "mail_failed": (
            _("Es ließ sich kein E-Mail-Programm öffnen."),
            _("Den Link kopieren und selbst verschicken."),
        ),
    }


def _foreign(host: str) -> tuple[str, str]:
    words = _("Dieser Zahlungslink führt nicht zu Stripe, sondern zu %1.")
    own = _("Nur wenn die Domain Ihnen gehört: im Stripe-Dashboard als Website eintragen.")
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
        _("Stripe nimmt Zahlungen erst ab %1 an.")
        if error.code == "pay_below_minimum"
        else _("Stripe nimmt höchstens %1 auf einmal an.")
    )
    return sentence.replace("%1", words), _("Den Kunden um eine Überweisung bitten.")
