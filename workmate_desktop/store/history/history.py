"""The Verlauf: append-only lines."""

from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, literal_column, select

from workmate_desktop.domain.changes import InvoiceChanged
from workmate_desktop.domain.clock import from_text
from workmate_desktop.domain.history import Action, HistoryLine
from workmate_desktop.domain.payments.reversals import RETURNED_BY_BANK
from workmate_desktop.store.common.tables import invoice_history
from workmate_desktop.store.common.values import as_json, from_json
from workmate_desktop.store.database.unit import Unit
from workmate_desktop.store.payments.charges import methods_of
from workmate_desktop.store.seals.seals import COLUMNS, Sealed

_ROWID: ColumnElement[int] = literal_column("invoice_history.rowid")
_COLUMNS = COLUMNS[Sealed.HISTORY]
_ADD = (
    f"INSERT INTO invoice_history ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
)
_LAST_EDIT = """
SELECT at FROM invoice_history WHERE invoice_id = ? AND action IN ('created', 'edited')
ORDER BY at DESC LIMIT 1"""


class HistoryVerbs:
    """What a transaction can do with the Verlauf."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def add(
        self, invoice_id: str, action: Action, actor: str, *, livemode: bool, **detail: object
    ) -> None:
        """One line; the invoice counts as changed."""
        row = (
            self._unit.new_id(),
            invoice_id,
            self._unit.now_text(),
            action.value,
            actor,
            as_json(detail),
            int(livemode),
        )
        self._unit.raw.execute(_ADD, row)
        self._unit.seal(Sealed.HISTORY, row)
        self._unit.changed(InvoiceChanged(invoice_id))

    def last_edit(self, invoice_id: str) -> str | None:
        """When a draft was saved last, as the database writes it."""
        found = self._unit.raw.execute(_LAST_EDIT, (invoice_id,)).fetchone()
        return None if found is None else str(found[0])


def history_of(connection: Connection, invoice_id: str) -> list[HistoryLine]:
    """The Verlauf of an invoice, newest first; lines of one moment in order of writing."""
    query = (
        select(invoice_history)
        .where(invoice_history.c.invoice_id == invoice_id)
        .order_by(invoice_history.c.at.desc(), _ROWID.desc())
    )
    lines = [
        line_of(row["id"], row["invoice_id"], row["at"], row["action"], row["actor"], row["detail"])
        for row in connection.execute(query).mappings()
    ]
    intents = {intent for line in lines if (intent := _intent_of(line))}
    methods = methods_of(connection, intents)
    return [_as_charge_tells(line, methods.get(_intent_of(line) or "")) for line in lines]


def _intent_of(line: HistoryLine) -> str | None:
    found = line.detail.get("payment_intent_id")
    return found if isinstance(found, str) else None


def _as_charge_tells(line: HistoryLine, method: str | None) -> HistoryLine:
    """With the method that was used; when the line was written it may not have been known. A
    dispute of a debit is the debit's return: nothing that one could answer.
    """
    if method is None:
        return line
    returned = line.action == Action.DISPUTED and method in RETURNED_BY_BANK
    action = Action.DEBIT_RETURNED.value if returned else line.action
    return replace(line, action=action, detail={**line.detail, "method": method})


def line_of(
    line_id: str, invoice_id: str, at: str, action: str, actor: str, detail: str
) -> HistoryLine:
    """A row of `invoice_history`."""
    return HistoryLine(line_id, invoice_id, from_text(at), action, actor, from_json(detail))
