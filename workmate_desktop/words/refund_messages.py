"""German words for a refund that was not made: what happened, and what to do."""

from workmate_desktop.words.language import _


def refund_words() -> dict[str, tuple[str, str]]:
    """Code → (sentence, action)."""
    look = _("Der Abgleich mit Stripe bringt den Stand automatisch hierher.")
    return {
        "refund_not_stripe": (
            _("Diese Zahlung kam nicht über Stripe."),
            _("Bitte selbst überweisen und hier „Rückzahlung eintragen“."),
        ),
        "refund_no_key": (
            _("Ohne Secret Key kann das Programm nichts erstatten."),
            _("Unter Stripe → Bearbeiten den Secret Key eintragen."),
        ),
        "refund_wrong_mode": (
            _("Zahlung und Schlüssel gehören nicht zum selben Modus (Test oder Live)."),
            _("Unter Stripe → Bearbeiten die passenden Schlüssel eintragen."),
        ),
        "refund_too_much": (
            _("So viel ist von dieser Zahlung nicht mehr da."),
            _("Bitte den Betrag prüfen."),
        ),
        "refund_by_hand_already": (
            _("Dieses Geld wurde schon von Hand zurückgezahlt."),
            _("Bei den Zahlungen steht die Rückzahlung; sonst dort rückgängig machen."),
        ),
        "refund_under_way": (
            _("Für diese Zahlung läuft schon eine Erstattung."),
            _("Bitte warten, bis Stripe geantwortet hat."),
        ),
        "refund_already_made": (_("Diese Zahlung ist bei Stripe schon ganz erstattet."), look),
        "refund_disputed": (
            _("Der Kunde hat diese Zahlung angefochten; die Bank hat das Geld schon geholt."),
            look,
        ),
        "refund_unknown_payment": (
            _("Stripe kennt diese Zahlung nicht."),
            _("Simulierte Zahlungen lassen sich nicht erstatten; sonst die Schlüssel prüfen."),
        ),
        "refund_no_balance": (
            _("Das Guthaben bei Stripe reicht für die Erstattung nicht."),
            _("Nach den nächsten Einnahmen noch einmal versuchen."),
        ),
        "refund_refused": (
            _("Stripe hat die Erstattung abgelehnt; es ist kein Geld zurückgegangen."),
            _("Betrag prüfen, sonst im Stripe-Dashboard nachsehen."),
        ),
        "refund_not_answered": (
            _("Stripe hat die Erstattung nie bestätigt; sie wurde nicht ausgeführt."),
            _("Bitte noch einmal erstatten."),
        ),
    }
