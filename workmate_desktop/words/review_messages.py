"""The German sentences for what may not be decided about money in Klärung nötig, and why."""

from workmate_desktop.words.words import translate


def _tr(text: str) -> str:
    return translate("messages", text)


def review_words() -> dict[str, tuple[str, str]]:
    """Sentence and action for each code of decide.py and crediting.py in services/booking."""
    other = _tr("Bitte eine andere Rechnung wählen.")
    return {
        "review_decided": (
            _tr("Hier hat gerade schon jemand entschieden."),
            _tr("Unter „Entschieden“ steht, wer und was."),
        ),
        "review_same_invoice": (
            _tr("Auf dieser Rechnung steht das Geld schon."),
            _tr("Soll es dort bleiben, „Auf … lassen“ drücken."),
        ),
        "review_no_money": (
            _tr("Stripe meldet hier kein Geld, das eingegangen ist; zuordnen geht nicht."),
            _tr("Ohne Rechnung ablegen."),
        ),
        "review_wrong_mode": (
            _tr("Testgeld und echtes Geld lassen sich nicht mischen."),
            _tr("Schlüssel, Zahlung und Rechnung müssen zum selben Modus gehören."),
        ),
        "review_other_currency": (_tr("Zahlung und Rechnung haben verschiedene Währungen."), other),
        "review_invoice_closed": (
            _tr("Auf einen Entwurf oder eine stornierte Rechnung lässt sich kein Geld buchen."),
            other,
        ),
        "review_undone_already": (_tr("Diese Entscheidung ist schon rückgängig gemacht."), ""),
        "review_undo_refunded": (
            _tr("Das Geld ist schon an den Kunden zurückgegangen; das bleibt so."),
            "",
        ),
        "credit_nothing_left": (
            _tr("Auf dieser Rechnung ist kein Geld zu viel, das noch nicht vorgemerkt ist."),
            "",
        ),
        "credit_used_already": (
            _tr("Dieses Guthaben steht schon auf einer anderen Rechnung."),
            _tr("Erst dort zurücknehmen oder den Entwurf löschen."),
        ),
        "credit_other_currency": (
            _tr("Guthaben und Rechnung haben verschiedene Währungen."),
            _tr("Das Häkchen beim Guthaben wegnehmen."),
        ),
        "move_too_much": (
            _tr("So viel ist nicht mehr übrig oder auf der anderen Rechnung nicht offen."),
            _tr("Einen kleineren Betrag eingeben."),
        ),
        "review_money_moved": (
            _tr("Ein Teil dieser Zahlung ist einer anderen Rechnung zugeordnet."),
            _tr("Erst das Guthaben oder die Verteilung zurücknehmen."),
        ),
    }
