"""An amount is never cut off, however large: the customer's name gives the room."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication

from tests.ui.conftest import Desk
from tests.ui.fakes import TODAY, FakeBooks, row
from workmate_desktop.domain.invoices.invoices import InvoiceRow, InvoiceStatus
from workmate_desktop.ui.invoices.list.table_model import AMOUNTS, Column
from workmate_desktop.ui.invoices.list.table_view import InvoiceTable
from workmate_desktop.ui.kit.pills import pills_size
from workmate_desktop.ui.kit.tables import PADDING
from workmate_desktop.ui.kit.theme import tabular
from workmate_desktop.words.pills import status_pills

LARGE = 1_234_567_890
"""12.345.678,90 €."""
WIDTHS = (900, 1280, 1900)


def cut(table: InvoiceTable) -> list[str]:
    """The shown amounts that the delegate would end in "…"."""
    metrics = QFontMetrics(tabular(table.font()))
    model = table.model()
    cut_off = []
    for column in AMOUNTS:
        for at in range(model.rowCount()):
            text = model.index(at, column).data()
            room = table.columnWidth(column) - 2 * PADDING
            if not table.isColumnHidden(column):
                shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
                cut_off += [text] if shown != text else []
    return cut_off


def large_books() -> FakeBooks:
    books = FakeBooks()
    books.add(
        row(1, "Bäckerei Lindner GmbH"),
        row(2, "Konzern " * 10, InvoiceStatus.PAID, total=LARGE),
    )
    return books


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    return make_desk(large_books())


@pytest.mark.parametrize("width", WIDTHS)
def test_eight_digits_are_shown_whole(desk: Desk, width: int) -> None:
    table = desk.tab.table
    desk.tab.resize(width, 600)
    QGuiApplication.processEvents()
    assert not table.isColumnHidden(Column.TOTAL)
    assert cut(table) == []
    assert table.horizontalScrollBar().maximum() == 0


def test_at_150_percent() -> None:
    """Qt reads the factor once per process, so the test above runs again in one of its own."""
    names = [f"{__file__}::test_eight_digits_are_shown_whole[{width}]" for width in WIDTHS]
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *names],
        env=os.environ | {"QT_SCALE_FACTOR": "1.5"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert finished.returncode == 0, finished.stdout


def test_an_amount_that_arrives_later_gets_its_room(make_desk: Callable[..., Desk]) -> None:
    books = FakeBooks()
    books.add(row(1))
    desk = make_desk(books)
    before = desk.tab.table.columnWidth(Column.TOTAL)
    books.add(row(2, total=LARGE))
    desk.announce("id-2")
    assert desk.tab.table.columnWidth(Column.TOTAL) > before
    books.pay("id-2")
    desk.announce("id-2")
    assert cut(desk.tab.table) == []


def test_no_width_chosen_by_hand_cuts_an_amount(desk: Desk, make_desk: Callable[..., Desk]) -> None:
    table = desk.tab.table
    table.setColumnWidth(Column.CUSTOMER, 333)
    table.setColumnWidth(Column.TOTAL, 60)
    assert cut(table) == []
    assert table.columnWidth(Column.CUSTOMER) == 333
    state = desk.tab.save_state()
    state["columns"]["widths"]["paid"] = 60
    other = make_desk(desk.books)
    other.tab.restore_state(state)
    assert cut(other.tab.table) == []


def test_each_row_is_looked_at_once(make_desk: Callable[..., Desk]) -> None:
    """200,000 rows must not be measured again because one of them changed."""
    books = FakeBooks()
    books.add(*(row(serial) for serial in range(1, 200)))
    desk = make_desk(books)
    looked: list[int] = []
    row_at = desk.tab.model.row_at

    def noted(row: int) -> InvoiceRow | None:
        looked.append(row)
        return row_at(row)

    desk.tab.model.row_at = noted  # type: ignore[method-assign]
    books.pay("id-7")
    desk.announce("id-7")
    assert len(looked) < 5


def test_room_that_the_status_does_not_need_is_the_customers(
    make_desk: Callable[..., Desk],
) -> None:
    books = FakeBooks()
    books.add(row(1, "Bäckerei Müller Groß- und Einzelhandel"))
    desk = make_desk(books)
    desk.tab.resize(1280, 600)
    QGuiApplication.processEvents()
    table = desk.tab.table
    before = table.columnWidth(Column.CUSTOMER)
    assert table.columnWidth(Column.STATUS) <= 112
    assert before > 172  # what the design gives it
    books.change("id-1", payment_failed=True)
    desk.announce("id-1")
    QGuiApplication.processEvents()
    pills = status_pills(books.rows["id-1"], TODAY)
    assert table.columnWidth(Column.STATUS) >= pills_size(pills).width() + 2 * PADDING
    assert table.columnWidth(Column.CUSTOMER) < before
