"""Which sealed rows the program itself writes: noted by triggers of its own connection.

TEMP triggers live in the connection of the writer and nowhere in the file. So they note whatever
this program does, by whichever verb and also through a trigger of the books, and nothing that
others do. A new verb needs no line for its seals.

The path of a payment has none of them: rows that are added to `payments`, `invoice_history` and
`stripe_events` are sealed by the verb that adds them, with the values at hand; sums and status,
which each payment changes, are not sealed.
"""

import logging
import sqlite3
from collections.abc import Callable

from workmate_desktop.store.seals.tables import COLUMNS, TABLES, Sealed, key_of, which

logger = logging.getLogger("workmate.store")

_NOTE = "workmate_touched"
_IN_EXPRESSIONS = {Sealed.INVOICE: ("status", "customer_name")}
_ADDED_BY_VERBS = frozenset((Sealed.PAYMENT, Sealed.HISTORY, Sealed.EVENT))


def note_touched(raw: sqlite3.Connection, note: Callable[[str, str], None]) -> None:
    """Call `note` with the letter and the key of each sealed row that `raw` adds, changes or
    removes from now on. Where a table is missing, everything else is noted all the same.

    Raises sqlite3.Error.
    """
    raw.create_function(_NOTE, 2, note)
    for what in Sealed:
        try:
            for statement in _triggers(what):
                raw.execute(statement)
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
            logger.error("What is written to %s cannot be sealed: %s", TABLES[what], error)


def _triggers(what: Sealed) -> list[str]:
    # An expression is no column: those of an invoice change only beside its number or its reason.
    columns = [name for name in COLUMNS[what] if name.isidentifier()]
    compared = [*columns, *_IN_EXPRESSIONS.get(what, ())]
    before, after = (", ".join(f"{row}.{name}" for name in compared) for row in ("OLD", "NEW"))
    # A row that stays as it is keeps its seal, and with it what others changed before.
    moments = {f"UPDATE OF {', '.join(columns)}": ("NEW", f"({before}) IS NOT ({after})")}
    moments["DELETE"] = ("OLD", "1")
    if what not in _ADDED_BY_VERBS:
        moments["INSERT"] = ("NEW", "1")
    return [
        f"CREATE TEMP TRIGGER touched_{what.value}_{moment.split()[0].lower()}"
        f" AFTER {moment} ON main.{TABLES[what]} WHEN {which(what, f'{row}.')} AND {condition}"
        f" BEGIN SELECT {_NOTE}('{what.value}', {row}.{key_of(what)}); END"
        for moment, (row, condition) in moments.items()
    ]
