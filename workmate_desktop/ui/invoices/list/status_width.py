"""How wide the column Status must be so that no pill in it ends in "…"."""

from PySide6.QtCore import QModelIndex, QObject, Signal, Slot

from workmate_desktop.ui.invoices.list.table_model import InvoiceTableModel
from workmate_desktop.ui.kit.pills import pills_size
from workmate_desktop.ui.kit.tables import PADDING, Index
from workmate_desktop.words.pills import Pill, short_pills, status_pills


class WidestStatus(QObject):
    """Remembers the widest pills among all rows that a model has loaded so far.

    It never shrinks, so that columns do not jump from filter to filter. Signal `grown()`.
    """

    grown = Signal()

    def __init__(self, model: InvoiceTableModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._width = 0
        self._short_width = 0
        self._known: set[tuple[Pill, ...]] = set()
        model.modelReset.connect(self._on_reset)
        model.rowsInserted.connect(self._on_inserted)
        model.dataChanged.connect(self._on_changed)
        self._look_at(0, model.rowCount() - 1)

    def width(self) -> int:
        """Pixels of a cell that shows the widest pills whole."""
        return self._width

    def short_width(self) -> int:
        """Pixels of a cell that shows the short words of any two pills whole."""
        return self._short_width

    @Slot()
    def _on_reset(self) -> None:
        self._look_at(0, self._model.rowCount() - 1)

    @Slot(QModelIndex, int, int)
    def _on_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        self._look_at(first, last)

    def _on_changed(self, first: Index, last: Index) -> None:
        self._look_at(first.row(), last.row())

    def _look_at(self, first: int, last: int) -> None:
        before = (self._width, self._short_width)
        for at in range(first, last + 1):
            row = self._model.row_at(at)
            pills = status_pills(row, self._model.query.today) if row is not None else ()
            # Few combinations exist: each is measured once.
            if pills and pills not in self._known:
                self._known.add(pills)
                self._width = max(self._width, pills_size(pills).width() + 2 * PADDING)
                # Rows with a third pill are rare: for them no customer has to make room.
                short = pills_size(short_pills(pills)[:2]).width() + 2 * PADDING
                self._short_width = max(self._short_width, short)
        if (self._width, self._short_width) != before:
            self.grown.emit()
