"""The German sentences for what may not be decided about money in Klärung nötig, and why."""

from workmate_desktop.words.language import _


def review_words() -> dict[str, tuple[str, str]]:
    """Sentence and action for each code of decide.py and crediting.py in services/booking."""
    other = _("Bitte eine andere Rechnung wählen.")
    return {
        "review_decided": (
            _("Hier hat gerade schon jemand entschieden."),
            _("Unter „Entschieden“ steht, wer und was."),
        ),
        "review_same_invoice": (
            _("Auf dieser Rechnung steht das Geld schon."),
            _("Soll es dort bleiben, „Auf … lassen“ drücken."),
        ),
        "review_no_money": (
            _("Stripe meldet hier kein Geld, das eingegangen ist; zuordnen geht nicht."),
            _("Ohne Rechnung ablegen."),
        ),
        "review_wrong_mode": (
            _("Testgeld und echtes Geld lassen sich nicht mischen."),
            _("Schlüssel, Zahlung und Rechnung müssen zum selben Modus gehören."),
        ),
        "review_other_currency": (_("Zahlung und Rechnung haben verschiedene Währungen."), other),
        "review_invoice_closed": (
            _("Auf einen Entwurf oder eine stornierte Rechnung lässt sich kein Geld buchen."),
            other,
        ),
        "review_undone_already": (_("Diese Entscheidung ist schon rückgängig gemacht."), ""),
        "review_undo_refunded": (
            _("Das Geld ist schon an den Kunden zurückgegangen; das bleibt so."),
            "",
        ),
        "credit_nothing_left": (
            _("Auf dieser Rechnung ist kein Geld zu viel, das noch nicht vorgemerkt ist."),
            "",
        ),
        "credit_used_already": (
            _("Dieses Guthaben steht schon auf einer anderen Rechnung."),
            _("Erst dort zurücknehmen oder den Entwurf löschen."),
        ),
        "credit_other_currency": (
            _("Guthaben und Rechnung haben verschiedene Währungen."),
            _("Das Häkchen beim Guthaben wegnehmen."),
        ),
        "move_too_much": (
            _("So viel ist nicht mehr übrig oder auf der anderen Rechnung nicht offen."),
            _("Einen kleineren Betrag eingeben."),
        ),
        "review_money_moved": (
            _("Ein Teil dieser Zahlung ist einer anderen Rechnung zugeordnet."),
            _("Erst das Guthaben oder die Verteilung zurücknehmen."),
        ),
    }
