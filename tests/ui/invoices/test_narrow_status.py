"""In the smallest window the pills of the list say their short words whole."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.ui.conftest import Desk
from tests.ui.fakes import FakeBooks, row
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.ui.invoices.list.table_model import Column
from workmate_desktop.ui.kit.pills import pills_size
from workmate_desktop.ui.kit.tables import PADDING
from workmate_desktop.words.pills import short_pills, status_pills

SMALLEST = 900
"""Width of the window, and of its pages."""


@pytest.fixture
def books() -> FakeBooks:
    made = FakeBooks()
    made.add(row(1, "Praxis Dr. Aydin", failed=True))
    refunded = row(2, "Weingut Sonnenhang", InvoiceStatus.PARTIALLY_PAID, paid=10000)
    made.add(replace(refunded, refunded_minor=5000, forgiven_minor=5000))
    return made


@pytest.mark.parametrize("invoice_id", ["id-1", "id-2"])
def test_two_pills_are_readable(
    make_desk: Callable[..., Desk], books: FakeBooks, invoice_id: str
) -> None:
    desk: Desk = make_desk(books)
    desk.tab.resize(SMALLEST, 520)
    pills = status_pills(desk.books.rows[invoice_id], desk.tab.model.query.today)
    assert len(pills) == 2
    needed = pills_size(short_pills(pills)).width() + 2 * PADDING
    assert desk.tab.table.columnWidth(Column.STATUS) >= needed
    assert desk.tab.table.columnWidth(Column.CUSTOMER) >= 90, "a name still says who it is"
