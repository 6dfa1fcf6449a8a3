"""The listed invoices as a CSV file, for the tax adviser: what is shown, with its sums apart."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.invoices import InvoiceRow, InvoiceStatus
from workmate_desktop.domain.invoices.lists import InvoiceQuery
from workmate_desktop.services.upkeep.csv_export import write_csv
from workmate_desktop.ui.invoices.row_reading import RowReading
from workmate_desktop.ui.kit.toast import ToastHost, ToastKind
from workmate_desktop.words import formats
from workmate_desktop.words import invoices as texts
from workmate_desktop.words.language import _, fill
from workmate_desktop.words.messages import error_sentence

if TYPE_CHECKING:
    from workmate_desktop.bridge import Bridge


class ListExport(QObject):
    """Asks where to, writes in the background, and says what became of it."""

    def __init__(
        self,
        books: RowReading,
        bridge: "Bridge",
        clock: Clock,
        toasts: ToastHost,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._books = books
        self._bridge = bridge
        self._clock = clock
        self._toasts = toasts
        self._window = window

    def save(self, query: InvoiceQuery) -> None:
        """All invoices of this list, in its order."""
        path = self._ask(query)
        if path is None:
            return
        self._bridge.run_in_background(
            lambda: export_invoices(path, self._books, query),
            lambda count: self._on_saved(count, path),
            self._on_failed,
            self,
        )

    def _ask(self, query: InvoiceQuery) -> Path | None:
        kind = _("Rechnungen %1.csv") if query.livemode else _("Testrechnungen %1.csv")
        name = fill(kind, self._clock.today().isoformat())
        chosen, _filter = QFileDialog.getSaveFileName(
            self._window, _("Liste sichern"), str(Path.home() / name), _("Tabelle (*.csv)")
        )
        return Path(chosen) if chosen else None

    def _on_saved(self, count: int, path: Path) -> None:
        words = _("1 Rechnung gesichert") if count == 1 else _("%1 Rechnungen gesichert")
        self._toasts.show(fill(words, str(count)), str(path), ToastKind.SUCCESS)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        sentence, action = error_sentence(error)
        self._toasts.show(sentence, action, ToastKind.ERROR)


def export_invoices(path: Path, books: RowReading, query: InvoiceQuery) -> int:
    """Write all rows of `query`. Returns how many. Reads page by page: for the background.

    Raises UserError.
    """
    count = 0

    def rows() -> Iterator[list[str]]:
        nonlocal count
        last: InvoiceRow | None = None
        while page := books.invoice_page(query, last):
            for row in page:
                count += 1
                yield _cells(row)
            last = page[-1]

    try:
        write_csv(path, _header(), rows())
    except OSError as error:
        raise UserError("backup_not_written") from error
    return count


def _header() -> list[str]:
    return [
        _("Nummer"),
        _("Kunde"),
        _("Datum"),
        _("Fällig"),
        _("Status"),
        _("Währung"),
        _("Betrag"),
        _("Bezahlt"),
        _("Skonto und Ausbuchung"),
        _("Erstattet"),
        _("Zurückgebucht"),
        _("Verlust"),
        _("Offen"),
        _("Überzahlt"),
    ]


def _cells(row: InvoiceRow) -> list[str]:
    """Amounts without a sign, as a spreadsheet calculates them; the currency stands beside."""
    draft = row.status is InvoiceStatus.DRAFT
    return [
        texts.label(row),
        row.customer_name,
        "" if row.issue_date is None else formats.date_text(row.issue_date),
        "" if row.due_date is None else formats.date_text(row.due_date),
        texts.state_name(row),
        row.currency.upper(),
        *(
            formats.money_input(minor, row.currency)
            for minor in (
                row.total_minor,
                max(0, row.received_minor),
                row.closed_minor,
                row.refunded_minor,
                row.charged_back_minor,
                max(0, -row.received_minor),
                row.outstanding_minor,
                0 if draft else row.overpaid_minor,
            )
        ),
    ]
