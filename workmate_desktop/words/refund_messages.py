"""German words for a refund that was not made: what happened, and what to do."""

from workmate_desktop.words.words import translate


def _tr(text: str) -> str:
    return translate("refund_messages", text)


def refund_words() -> dict[str, tuple[str, str]]:
    """Code → (sentence, action)."""
    look = _tr("Der Abgleich mit Stripe bringt den Stand von selbst hierher.")
    return {
        "refund_not_stripe": (
            _tr("Diese Zahlung kam nicht über Stripe."),
            _tr("Bitte selbst überweisen und hier „Rückzahlung eintragen“."),
        ),
        "refund_no_key": (
            _tr("Ohne Secret Key kann das Programm nichts erstatten."),
            _tr("Unter Stripe → Bearbeiten den Secret Key eintragen."),
        ),
        "refund_wrong_mode": (
            _tr("Zahlung und Schlüssel gehören nicht zum selben Modus (Test oder Live)."),
            _tr("Unter Stripe → Bearbeiten die passenden Schlüssel eintragen."),
        ),
        "refund_too_much": (
            _tr("So viel ist von dieser Zahlung nicht mehr da."),
            _tr("Bitte den Betrag prüfen."),
        ),
        "refund_by_hand_already": (
            _tr("Dieses Geld wurde schon von Hand zurückgezahlt."),
            _tr("Bei den Zahlungen steht die Rückzahlung; sonst dort rückgängig machen."),
        ),
        "refund_under_way": (
            _tr("Für diese Zahlung läuft schon eine Erstattung."),
            _tr("Bitte warten, bis Stripe geantwortet hat."),
        ),
        "refund_already_made": (_tr("Diese Zahlung ist bei Stripe schon ganz erstattet."), look),
        "refund_disputed": (
            _tr("Der Kunde hat diese Zahlung angefochten; die Bank hat das Geld schon geholt."),
            look,
        ),
        "refund_unknown_payment": (
            _tr("Stripe kennt diese Zahlung nicht."),
            _tr("Simulierte Zahlungen lassen sich nicht erstatten; sonst die Schlüssel prüfen."),
        ),
        "refund_no_balance": (
            _tr("Das Guthaben bei Stripe reicht für die Erstattung nicht."),
            _tr("Nach den nächsten Einnahmen noch einmal versuchen."),
        ),
        "refund_refused": (
            _tr("Stripe hat die Erstattung abgelehnt; es ist kein Geld zurückgegangen."),
            _tr("Betrag prüfen, sonst im Stripe-Dashboard nachsehen."),
        ),
        "refund_not_answered": (
            _tr("Stripe hat die Erstattung nie bestätigt; sie wurde nicht ausgeführt."),
            _tr("Bitte noch einmal erstatten."),
        ),
    }
