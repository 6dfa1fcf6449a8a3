"""The list, or a helpful sentence why it is empty."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from workmate_desktop.domain.lists import InvoiceFilter, InvoiceQuery
from workmate_desktop.ui.invoices import texts
from workmate_desktop.ui.invoices.table_view import InvoiceTable
from workmate_desktop.ui.shared.cards import EmptyState
from workmate_desktop.ui.shared.theme import Theme
from workmate_desktop.ui.shared.words import fill


class ListPane(QStackedWidget):
    """Signals: `new_wanted()`, `clear_wanted()` for the search, `all_wanted()` for the filter."""

    new_wanted = Signal()
    clear_wanted = Signal()
    all_wanted = Signal()

    def __init__(self, theme: Theme, table: InvoiceTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = table
        # Opaque: else each changed row would paint the seven widgets behind it once more.
        self.setAutoFillBackground(True)
        self.no_invoices = EmptyState(
            theme,
            "receipt-euro",
            self.tr("Noch keine Rechnungen"),
            self.tr("Die erste ist schnell geschrieben: Kunde, Positionen, fertig."),
            button_text=self.tr("Neue &Rechnung"),
        )
        self.nothing_found = EmptyState(
            theme, "search", self.tr("Nichts gefunden"), "", button_text=self.tr("Suche &leeren")
        )
        self.filter_empty = EmptyState(theme, "inbox", "", "", button_text=self.tr("&Alle zeigen"))
        self.addWidget(table)
        for page, signal in (
            (self.no_invoices, self.new_wanted),
            (self.nothing_found, self.clear_wanted),
            (self.filter_empty, self.all_wanted),
        ):
            self.addWidget(page)
            if page.button is not None:
                page.button.clicked.connect(signal)

    def show_for(self, query: InvoiceQuery, rows: int) -> None:
        """Show the table when there are rows, else the reason."""
        if rows:
            self.setCurrentWidget(self.table)
        elif query.text:
            sentence = self.tr("Nummer, Kunde und Betrag wurden nach „%1“ durchsucht.")
            self.nothing_found.set_text(self.tr("Nichts gefunden"), fill(sentence, query.text))
            self.setCurrentWidget(self.nothing_found)
        elif query.filter is InvoiceFilter.ALL:
            self.setCurrentWidget(self.no_invoices)
        else:
            self.filter_empty.set_text(*texts.nothing_here(query.filter))
            self.setCurrentWidget(self.filter_empty)
