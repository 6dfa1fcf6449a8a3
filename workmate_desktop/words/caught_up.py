"""What a catch-up brought, in words: the same in toast, status bar, Empfang and notice."""

from workmate_desktop.words.language import _


def counts_words(payments: int, failures: int, reviews: int, reversals: int = 0) -> str:
    """ "2 Zahlungen, 1 Fehlschlag, 3 zu klären"; "nichts Neues" when there is nothing.

    `reversals` counts everything by which money went back or came again.
    """
    parts = [
        one if count == 1 else many.replace("%1", str(count))
        for count, one, many in (
            (payments, _("1 Zahlung"), _("%1 Zahlungen")),
            (failures, _("1 Fehlschlag"), _("%1 Fehlschläge")),
            (reversals, _("1 Rückbuchung"), _("%1 Rückbuchungen")),
            (reviews, _("1 zu klären"), _("%1 zu klären")),
        )
        if count > 0
    ]
    return ", ".join(parts) or _("nichts Neues")
