"""The tab on the real store, writer and bridge, with 5,000 invoices."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.factories import OfficeBooks, draft, encoded, event_body, issued, make_books, sign
from tests.ui.conftest import FakeToasts
from tests.waiting import PATIENCE
from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.domain.invoices.lists import InvoiceFilter, InvoiceQuery, InvoiceSort
from workmate_desktop.ui.invoices.list.table_model import PAGE, Column
from workmate_desktop.ui.invoices.tab import InvoicesTab
from workmate_desktop.ui.kit.theme import Theme

MANY = 5000


def fill(office: OfficeBooks) -> None:
    """Rows with only the columns of CONTRACT; every tenth customer is a Müller."""
    with closing(sqlite3.connect(office.path)) as connection, connection:
        connection.executescript(
            f"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
            INSERT INTO customers (id, name, email, street, postal_code, city, country, vat_id)
            SELECT 'c' || i, CASE i % 10 WHEN 0 THEN 'Müller ' ELSE 'Kunde ' END || i,
                   '', '', '', '', 'DE', '' FROM n;
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY})
            INSERT INTO invoices (id, number, customer_id, status, livemode, currency,
                                  total_minor, issue_date, due_date, created_at)
            SELECT 'i' || i, printf('TEST-2025-%04d', i), 'c' || (1 + i % 50), 'open', 0, 'eur',
                   10000 + i, '2026-11-01', date('2026-11-10', '+' || (i % 40) || ' days'),
                   '2026-11-01T08:00:00.000Z' FROM n;
            """
        )


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeBooks]:
    made = make_books(tmp_path)
    fill(made)
    yield made
    made.close()


@pytest.fixture
def bridge(office: OfficeBooks, qapp: QApplication) -> Iterator[Bridge]:
    made = Bridge()
    office.announcer.listen(made.announce)
    yield made
    office.announcer.forget(made.announce)
    made.close(deadline_free=False)


@pytest.fixture
def toasts() -> FakeToasts:
    return FakeToasts()


@pytest.fixture
def tab(
    office: OfficeBooks, bridge: Bridge, toasts: FakeToasts, qtbot: QtBot, theme: Theme
) -> InvoicesTab:
    made = InvoicesTab(theme, office.books, office.invoicing, bridge, office.clock, toasts)
    qtbot.addWidget(made)
    made.set_mode(False)
    made.resize(1280, 694)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_first_page_search_and_sort(tab: InvoicesTab, qtbot: QtBot) -> None:
    assert tab.model.rowCount() == PAGE
    tab.toolbar.search.setText("MULLER")
    qtbot.waitUntil(lambda: tab.model.query.text == "MULLER")
    names = {tab.model.index(at, Column.CUSTOMER).data() for at in range(tab.model.rowCount())}
    assert names == {f"Müller {at}" for at in (10, 20, 30, 40, 50)}
    tab.toolbar.search.clear()
    tab.table.sortByColumn(Column.TOTAL, Qt.SortOrder.AscendingOrder)
    qtbot.waitUntil(lambda: tab.model.query.text == "")
    assert tab.model.id_at(0) == "i1"
    qtbot.waitUntil(lambda: tab.toolbar.chips.button("open").text() == f"Offen {MANY}")


def test_every_sort_and_filter_pages_without_gap_or_repetition(
    tab: InvoicesTab, office: OfficeBooks
) -> None:
    query = tab.model.query
    for sort in InvoiceSort:
        for wanted in (InvoiceFilter.ALL, InvoiceFilter.OVERDUE):
            tab.model.set_query(
                InvoiceQuery(False, query.today, wanted, "", sort, descending=sort.value > "n")
            )
            while tab.model.canFetchMore(QModelIndex()):
                tab.model.fetchMore(QModelIndex())
            ids = [tab.model.id_at(at) for at in range(tab.model.rowCount())]
            assert len(ids) == len(set(ids)) == office.books.invoice_count(tab.model.query)


def test_a_signed_event_turns_one_row_bezahlt(
    tab: InvoicesTab, toasts: FakeToasts, office: OfficeBooks, qtbot: QtBot
) -> None:
    at = tab.model.position("i4950")
    assert at is not None
    tab.select_invoice("i4900")
    tab.table.verticalScrollBar().setValue(1000)
    resets, changed = QSignalSpy(tab.model.modelReset), QSignalSpy(tab.model.dataChanged)
    body = encoded(event_body("i4950", amount=14950))
    assert office.receive.delivery(body, sign(body)).result(PATIENCE) == 200
    qtbot.waitUntil(lambda: tab.model.index(at, Column.STATUS).data() == "Bezahlt")
    assert (resets.count(), changed.count()) == (0, 1)
    assert changed.at(0)[0].row() == at
    assert tab.table.selected_id == "i4900"
    assert tab.table.verticalScrollBar().value() == 1000
    qtbot.waitUntil(lambda: bool(toasts.shown))
    assert toasts.shown[0][0] == "TEST-2025-4950 ist bezahlt"
    tab.select_invoice("i4950")
    assert tab.detail.timeline.entries()[0].title == "Zahlung eingegangen · 149,50\u00a0€"


def test_a_new_invoice_comes_into_the_list(
    tab: InvoicesTab, office: OfficeBooks, qtbot: QtBot
) -> None:
    resets = QSignalSpy(tab.model.modelReset)
    made = issued(office, name="<img src=x>")
    qtbot.waitUntil(lambda: tab.model.position(made) == 0)
    assert resets.count() == 0
    assert tab.model.index(0, Column.NUMBER).data() == "TEST-2026-0001"


def test_a_renamed_customer_repaints_only_drafts(
    tab: InvoicesTab, office: OfficeBooks, qtbot: QtBot
) -> None:
    """An issued invoice keeps the name it was sent with."""
    customer = office.books.customers("Kunde 7")[0]
    made = office.invoicing.save_draft(draft(customer.id)).result(PATIENCE)
    qtbot.waitUntil(lambda: tab.model.position(made) is not None)
    resets, changed = QSignalSpy(tab.model.modelReset), QSignalSpy(tab.model.dataChanged)
    office.invoicing.save_customer(replace(customer, name="Anders & Co")).result(PATIENCE)
    at = tab.model.position(made)
    assert at is not None
    cell = tab.model.index(at, Column.CUSTOMER)
    qtbot.waitUntil(lambda: cell.data() == "Anders & Co")
    assert (resets.count(), changed.count()) == (0, 1)


def test_a_burst_of_600_ends_right(
    tab: InvoicesTab, toasts: FakeToasts, office: OfficeBooks, qtbot: QtBot
) -> None:
    for serial in range(4401, 5001):
        office.invoicing.add_manual_payment(
            f"i{serial}", 10000 + serial, "cash", office.clock.today()
        )
    office.settled()
    chip = tab.toolbar.chips.button("paid")
    qtbot.waitUntil(lambda: chip.text() == "Bezahlt 600")
    loaded = [tab.model.row_at(at) for at in range(tab.model.rowCount())]
    assert {row.status for row in loaded[:256]} == {InvoiceStatus.PAID}
    qtbot.waitUntil(lambda: bool(toasts.shown))
    assert len(toasts.shown) <= 6
