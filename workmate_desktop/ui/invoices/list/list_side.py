"""The left side of Rechnungen: figures, chips, search and the list.

It can be on the screen before the panel beside it is imported and before the books are open
(docs/decisions/first-paint.md): `InvoicesTab` takes it over, with its panel and its wiring.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from PySide6.QtCore import Qt

from workmate_desktop.domain.invoices.lists import InvoiceQuery
from workmate_desktop.ui.invoices.list.book_choice import BookChoice, BookSwitch
from workmate_desktop.ui.invoices.list.cancelled_line import CancelledLine, ListFooter
from workmate_desktop.ui.invoices.list.list_pane import ListPane
from workmate_desktop.ui.invoices.list.sides import Sides
from workmate_desktop.ui.invoices.list.table_model import InvoiceTableModel
from workmate_desktop.ui.invoices.list.table_view import InvoiceTable
from workmate_desktop.ui.invoices.list.toolbar import FigureRow, ListToolbar
from workmate_desktop.ui.invoices.row_reading import RowReading
from workmate_desktop.ui.kit.theme import Theme


class ListSide:
    """The widgets of this side in their splitter. They react to nobody until they are wired."""

    def __init__(
        self, theme: Theme, books: RowReading, today: date, livemode_keys: bool | None = None
    ) -> None:
        """`livemode_keys` is the mode of the Stripe keys, None where none is known."""
        self.choice = BookChoice(books)
        self.choice.livemode_keys = livemode_keys
        self.choice.look()
        self.model = InvoiceTableModel(books, InvoiceQuery(self.choice.livemode, today))
        self.table = InvoiceTable(theme, self.model)
        self.model.setParent(self.table)
        self.figures = FigureRow(theme, today)
        self.toolbar = ListToolbar(theme, today)
        self.switch = BookSwitch()
        self.cancelled = CancelledLine()
        self.list = ListPane(theme, self.table)
        self.footer = ListFooter(self.cancelled)
        lists = (self.toolbar, self.list, self.footer)
        self.splitter = Sides((self.switch, self.figures), lists, self.list)
        self.show_state()

    def wait_for_books(self) -> None:
        """Take no clicks until `read_from`."""
        self.splitter.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def read_from(self, books: RowReading) -> None:
        """The books are open: read the list again, from them, and take clicks."""
        self.choice.read_from(books)
        self.model.reload(books)
        self.show_state()
        self.splitter.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, False)

    def show_state(self) -> None:
        """The table, or why it is empty."""
        rows = self.model.rowCount()
        self.footer.show_rows(rows)
        self.list.show_for(self.model.query, rows, hides_test=not rows and self.choice.hides_test())

    def save_state(self) -> dict[str, Any]:
        """Columns, sort and the splitter, as plain JSON values."""
        return {"columns": self.table.save_columns(), "splitter": self.splitter.sizes()}

    def restore_state(self, state: Mapping[str, Any]) -> None:
        """Take over what `save_state` gave; anything unfit is left out."""
        columns = state.get("columns")
        if isinstance(columns, dict):
            self.table.restore_columns(columns)
        sizes = state.get("splitter")
        if (
            isinstance(sizes, list)
            and len(sizes) == 2
            and all(isinstance(size, int) and 0 <= size <= 20_000 for size in sizes)
        ):
            self.splitter.setSizes(sizes)
