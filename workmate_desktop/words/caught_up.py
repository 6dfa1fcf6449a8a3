"""What a catch-up brought, in words: the same in toast, status bar, Empfang and notice."""

from workmate_desktop.words.language import _, fill, n_


def counts_words(payments: int, failures: int, reviews: int, reversals: int = 0) -> str:
    """ "2 Zahlungen, 1 fehlgeschlagene Zahlung, 3 Vorgänge zu klären", or "nichts Neues".

    `reversals` counts everything by which money went back or came again.
    """
    parts = [
        fill(words, str(count))
        for count, words in (
            (payments, n_("%1 Zahlung", "%1 Zahlungen", payments)),
            (failures, n_("%1 fehlgeschlagene Zahlung", "%1 fehlgeschlagene Zahlungen", failures)),
            (reversals, n_("%1 Rückbuchung", "%1 Rückbuchungen", reversals)),
            (reviews, n_("%1 Vorgang zu klären", "%1 Vorgänge zu klären", reviews)),
        )
        if count > 0
    ]
    return ", ".join(parts) or _("nichts Neues")
