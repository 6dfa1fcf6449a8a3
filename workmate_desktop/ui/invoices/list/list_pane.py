"""The list, or a helpful sentence why it is empty."""

from functools import cached_property

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QStackedWidget, QWidget

from workmate_desktop.domain.invoices.lists import InvoiceFilter, InvoiceQuery
from workmate_desktop.ui.invoices.list.table_view import InvoiceTable
from workmate_desktop.ui.kit.cards import EmptyState
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.words import invoices as texts
from workmate_desktop.words.language import _, fill


class ListPane(QStackedWidget):
    """Signals: `new_wanted()`, `clear_wanted()` for the search, `all_wanted()` for the filter.

    The pages without rows are made when they are first needed.
    """

    new_wanted = Signal()
    clear_wanted = Signal()
    all_wanted = Signal()

    def __init__(self, theme: Theme, table: InvoiceTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.table = table
        # Opaque: else each changed row would paint the seven widgets behind it once more.
        self.setAutoFillBackground(True)
        self.addWidget(table)

    @cached_property
    def no_invoices(self) -> EmptyState:
        """There is not one."""
        title, button = _("Noch keine Rechnungen"), _("Neue &Rechnung")
        return self._page("receipt-euro", title, "", button, self.new_wanted)

    @cached_property
    def nothing_found(self) -> EmptyState:
        """None has the text searched for."""
        title, button = _("Nichts gefunden"), _("Suche &leeren")
        return self._page("search", title, "", button, self.clear_wanted)

    @cached_property
    def filter_empty(self) -> EmptyState:
        """None passes the filter."""
        return self._page("inbox", "", "", _("&Alle zeigen"), self.all_wanted)

    def _page(
        self, icon: str, title: str, words: str, button: str, pressed: SignalInstance
    ) -> EmptyState:
        page = EmptyState(self._theme, icon, title, words, button_text=button)
        self.addWidget(page)
        if page.button is not None:
            page.button.clicked.connect(pressed)
        return page

    def show_for(self, query: InvoiceQuery, rows: int, *, hides_test: bool) -> None:
        """Show the table when there are rows, else the reason.

        `hides_test`: there are test invoices, which live mode keeps out of sight.
        """
        elsewhere = [_("Testrechnungen sind nur mit Testschlüsseln zu sehen.")] * hides_test
        if rows:
            self.setCurrentWidget(self.table)
        elif query.text:
            sentence = _("Nummer, Kunde und Betrag wurden nach „%1“ durchsucht.")
            words = " ".join([fill(sentence, query.text), *elsewhere])
            self.nothing_found.set_text(_("Nichts gefunden"), words)
            self.setCurrentWidget(self.nothing_found)
        elif query.filter is InvoiceFilter.ALL:
            first = _("Die erste ist schnell geschrieben: Kunde, Positionen, fertig.")
            title = _("Noch keine Rechnungen")
            self.no_invoices.set_text(title, " ".join([first, *elsewhere]))
            self.setCurrentWidget(self.no_invoices)
        else:
            self.filter_empty.set_text(*texts.nothing_here(query.filter))
            self.setCurrentWidget(self.filter_empty)
