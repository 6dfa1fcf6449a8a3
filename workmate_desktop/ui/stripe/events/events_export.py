"""The shown events as a CSV file, for the tax adviser or for support."""

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.lists import EventFilter, EventRow
from workmate_desktop.services.books import Books
from workmate_desktop.services.upkeep.csv_export import write_csv
from workmate_desktop.words import events as texts
from workmate_desktop.words import formats
from workmate_desktop.words.language import _
from workmate_desktop.words.pills import pills_text


def ask_for_file(parent: QWidget, clock: Clock) -> Path | None:
    """Where to put it; None when nobody wants it after all."""
    name = _("Ereignisse {0}.csv").format(clock.today().isoformat())
    chosen, _filter = QFileDialog.getSaveFileName(
        parent, _("Ereignisse sichern"), str(Path.home() / name), _("Tabelle (*.csv)")
    )
    return Path(chosen) if chosen else None


def export_events(path: Path, books: Books, which: EventFilter, text: str, clock: Clock) -> int:
    """Write all events of this filter and search, newest first. Returns how many.

    Reads page by page: for the background. Raises UserError.
    """
    count = 0

    def rows() -> Iterator[list[str]]:
        nonlocal count
        last: EventRow | None = None
        while page := books.event_page(which, text, last):
            for row in page:
                count += 1
                yield _cells(row, clock)
            last = page[-1]

    try:
        write_csv(path, _header(), rows())
    except OSError as error:
        raise UserError("backup_not_written") from error
    return count


def _header() -> list[str]:
    return [
        _("Zeit"),
        _("Ereignis"),
        _("Rechnung"),
        _("Betrag"),
        _("Ergebnis"),
        _("Erklärung"),
        _("Quelle"),
        _("Antwort"),
        _("Kennung"),
        _("Zahlung bei Stripe"),
    ]


def _cells(row: EventRow, clock: Clock) -> list[str]:
    return [
        formats.date_time(clock.local(row.received_at)),
        row.type,
        row.invoice_label or "",
        texts.amount_words(row),
        pills_text((texts.event_pill(row),)),
        texts.explain(row).what,
        texts.source_words(row.source),
        texts.answer_words(row.answer_ms),
        row.id,
        row.payment_intent_id or "",
    ]
