"""The invoice list in a process of its own: the program's model and view on real books.

`python -m tests.benchmarks.list_window <data folder> <repeats>` prints one JSON object:
milliseconds from the wish to the painted pixels (`repaint` paints before it returns).
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.benchmarks.generator import LAST_DAY
from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.domain.invoices.lists import InvoiceQuery, InvoiceSort
from workmate_desktop.gateways.system.clock import SystemClock
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.books import Books
from workmate_desktop.store.database.engine import FILE_NAME, Database
from workmate_desktop.ui.invoices.list.table_model import Column, InvoiceTableModel
from workmate_desktop.ui.invoices.list.table_view import InvoiceTable
from workmate_desktop.ui.kit.theme import apply_theme

WORDS = ("muller", "Müller", "1190", "1.190,00", "re-2024-00", "gmbh", "koch wein", "öztürk", "zzz")
"""Typed letter by letter."""


FOUND = {"muller": "Müller", "1190": "1.190,00 €"}
"""Typed without dots and umlauts: the search folds them."""


EVENT_TEXTS = ("evt_f", "2024-00", "succeeded", "pi_0a1", "zzzz")
"""Looked for in the list of events; the last one is nowhere."""


def resident_mb() -> float:
    """Memory of this process in the machine, in MB (proc(5))."""
    with Path("/proc/self/status").open(encoding="ascii") as file:
        line = next(line for line in file if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1000


def _ms(action: Callable[[], Any]) -> float:
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def _painted(view: InvoiceTable, change: Callable[[], None]) -> None:
    change()
    view.viewport().repaint()


def _to_the_end(view: InvoiceTable, model: InvoiceTableModel) -> None:
    """The oldest invoice: the order turned round (further down, pages follow as one scrolls)."""
    down = not model.query.descending
    model.sort(Column.NUMBER, Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder)
    view.scrollToTop()
    view.viewport().repaint()


def _shows(row: InvoiceRow, text: str) -> bool:
    """Whether this is what somebody who types `text` looks for."""
    return "Müller" in row.customer_name if text == "muller" else row.total_minor == 119_000


def _open(books: Books, model: InvoiceTableModel, row: int) -> None:
    """All that is read to show a selected invoice beside the list."""
    invoice_id = model.id_at(row) or ""
    books.invoice(invoice_id)
    books.payments(invoice_id)
    books.fees(invoice_id)
    books.open_refunds(invoice_id)
    books.failed_attempts(invoice_id)
    books.history(invoice_id)


def measure(folder: Path, repeats: int) -> dict[str, Any]:
    """All figures for the books in `folder`."""
    application = QApplication([])
    theme = apply_theme(application)
    database = Database(folder / FILE_NAME, Threads())
    books = Books(database, SystemClock())
    query = InvoiceQuery(livemode=True, today=LAST_DAY)
    books.invoice_page(query, None, 1)  # statements compiled, file opened
    views = []

    def show() -> None:
        model = InvoiceTableModel(books, query)
        view = InvoiceTable(theme, model)
        view.resize(1400, 900)
        view.show()
        application.processEvents()
        view.viewport().repaint()
        views.append((view, model))

    before = resident_mb()
    cold_paint = _ms(show)
    memory = resident_mb() - before
    paint = []
    for _ in range(repeats):
        views[-1][0].close()
        paint.append(_ms(show))
    view, model = views[-1]
    # Each repetition asks for another order or text than is shown, or nothing would be read.
    sort: dict[str, list[float]] = {column.name.lower(): [] for column in Column}
    for number in range(repeats * 2):
        order = Qt.SortOrder.AscendingOrder if number % 2 else Qt.SortOrder.DescendingOrder
        for column in Column:
            sort[column.name.lower()].append(
                _ms(partial(_painted, view, partial(model.sort, column, order)))
            )
    model.sort(Column.NUMBER, Qt.SortOrder.DescendingOrder)
    keystroke: dict[str, list[float]] = {}
    for _ in range(repeats):
        for word in WORDS:
            for length in range(1, len(word) + 1):
                wanted = InvoiceQuery(livemode=True, today=LAST_DAY, text=word[:length])
                keystroke.setdefault(word[:length], []).append(
                    _ms(partial(_painted, view, partial(model.set_query, wanted)))
                )
    model.set_query(query)
    scroll = []
    while model.rowCount() < 5000 and model.canFetchMore(model.index(-1, -1)):
        scroll.append(_ms(lambda: model.fetchMore(model.index(-1, -1))))
    jump = [_ms(lambda: _to_the_end(view, model)) for _ in range(3)]
    select = [_ms(partial(_open, books, model, row)) for row in range(0, 200, 20)]
    deep = {}
    for sorting in InvoiceSort:
        at = InvoiceQuery(livemode=True, today=LAST_DAY, sort=sorting, descending=False)
        last = books.invoice_page(
            InvoiceQuery(livemode=True, today=LAST_DAY, sort=sorting), None, 300
        )[-1]
        deep[sorting.value] = _ms(partial(books.invoice_page, at, last))
    figures = [_ms(lambda: books.figures(True, LAST_DAY)) for _ in range(repeats)]
    events = {
        text: [_ms(partial(books.event_page, text=text)) for _ in range(repeats)]
        for text in ("", *EVENT_TEXTS)
    }
    found = {
        text: sum(_shows(row, text) for row in books.invoice_page(replace(query, text=text)))
        for text in FOUND
    }
    result = {
        "found": found,
        "cold_paint": cold_paint,
        "memory_mb": memory,
        "paint": paint,
        "sort": sort,
        "keystroke": keystroke,
        "scroll": scroll,
        "jump": jump,
        "select": select,
        "deep": deep,
        "figures": figures,
        "events": events,
    }
    for each, _model in views:
        each.close()
    database.close()
    return result


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), int(sys.argv[2]))))
