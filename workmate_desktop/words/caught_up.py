"""What a catch-up brought, in words: the same in toast, status bar, Empfang and notice."""

from workmate_desktop.words.words import translate


def _tr(text: str) -> str:
    return translate("caught_up", text)


def counts_words(payments: int, failures: int, reviews: int, reversals: int = 0) -> str:
    """ "2 Zahlungen, 1 Fehlschlag, 3 zu klären"; "nichts Neues" when there is nothing.

    `reversals` counts everything by which money went back or came again.
    """
    parts = [
        one if count == 1 else many.replace("%1", str(count))
        for count, one, many in (
            (payments, _tr("1 Zahlung"), _tr("%1 Zahlungen")),
            (failures, _tr("1 Fehlschlag"), _tr("%1 Fehlschläge")),
            (reversals, _tr("1 Rückbuchung"), _tr("%1 Rückbuchungen")),
            (reviews, _tr("1 zu klären"), _tr("%1 zu klären")),
        )
        if count > 0
    ]
    return ", ".join(parts) or _tr("nichts Neues")
