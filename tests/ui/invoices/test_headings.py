"""Values stand under their own headings, on the screen and not only in a fresh painting."""

from collections.abc import Callable

import pytest
from PySide6.QtGui import QFont

from tests.ui.conftest import Desk
from tests.ui.fakes import FakeBooks, row
from tests.ui.painted import settle, stale
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.ui.invoices.list.table_model import Column

LARGE = 1_234_567_890


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    """An office that has not seen a failed payment yet: the pills are short."""
    books = FakeBooks()
    books.add(*(row(serial, f"Kunde {serial:02d}") for serial in range(1, 20)))
    books.add(row(20, "Bäckerei Lindner GmbH", InvoiceStatus.PAID))
    desk = make_desk(books)
    settle()
    assert stale(desk.tab.table.viewport()) is None
    return desk


def _first_failure(desk: Desk) -> None:
    desk.books.change("id-3", payment_failed=True)
    desk.announce("id-3")


def _large_amount(desk: Desk) -> None:
    desk.books.add(row(31, total=LARGE))
    desk.announce("id-31")


def _narrower(desk: Desk) -> None:
    desk.tab.resize(900, 694)


def _wider(desk: Desk) -> None:
    desk.tab.resize(1700, 694)


def _panel_pushed(desk: Desk) -> None:
    splitter = desk.tab.list.parentWidget()
    assert splitter is not None
    desk.tab.table.resize(desk.tab.table.width() - 120, desk.tab.table.height())


def _other_font(desk: Desk) -> None:
    font = QFont(desk.tab.table.font())
    font.setPixelSize(font.pixelSize() + 5)
    desk.tab.table.setFont(font)


def _by_hand(desk: Desk) -> None:
    desk.tab.table.horizontalHeader().resizeSection(Column.CUSTOMER, 240)


def _remembered(desk: Desk) -> None:
    widths = {"number": 150, "customer": 200, "total": 120, "paid": 100, "status": 160}
    desk.tab.table.restore_columns({"widths": widths})


def _amount_too_narrow_by_hand(desk: Desk) -> None:
    desk.tab.table.horizontalHeader().resizeSection(Column.TOTAL, 30)


WAYS: tuple[Callable[[Desk], None], ...] = (
    _first_failure,
    _large_amount,
    _narrower,
    _wider,
    _panel_pushed,
    _other_font,
    _by_hand,
    _remembered,
    _amount_too_narrow_by_hand,
)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__.strip("_"))
def test_me1_values_stand_under_their_headings(desk: Desk, way: Callable[[Desk], None]) -> None:
    table = desk.tab.table
    before = [(table.columnViewportPosition(c), table.isColumnHidden(c)) for c in Column]
    way(desk)
    settle()
    after = [(table.columnViewportPosition(c), table.isColumnHidden(c)) for c in Column]
    assert before != after  # else this would show nothing
    assert stale(table.viewport()) is None
    assert stale(table.horizontalHeader().viewport()) is None
