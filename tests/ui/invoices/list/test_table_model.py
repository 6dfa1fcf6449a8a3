"""The list's model: pages, single rows, and never a reset for one change."""

import random
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from pytestqt.qtbot import QtBot

from tests.ui.fakes import HOSTILE, TODAY, FakeBooks, row
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.domain.invoices.lists import InvoiceFilter, InvoiceQuery, InvoiceSort
from workmate_desktop.ui.invoices.list.table_model import (
    ID_ROLE,
    PAGE,
    SORT_ROLE,
    Column,
    InvoiceTableModel,
)

QUERY = InvoiceQuery(livemode=True, today=TODAY)
PAID = InvoiceStatus.PAID


def model_of(books: FakeBooks, query: InvoiceQuery = QUERY) -> InvoiceTableModel:
    made = InvoiceTableModel(books, query)
    tester = QAbstractItemModelTester(
        made, QAbstractItemModelTester.FailureReportingMode.Fatal, made
    )
    # Its first look fetches pages; begin anew with one.
    tester.setUseFetchMore(False)
    made.set_query(replace(query, text="x"))
    made.set_query(query)
    return made


def ids(model: InvoiceTableModel) -> list[str]:
    return [model.id_at(at) or "" for at in range(model.rowCount())]


def cell(
    model: InvoiceTableModel,
    at: int,
    column: Column,
    role: int = Qt.ItemDataRole.DisplayRole,
) -> Any:
    return model.data(model.index(at, column), role)


@pytest.fixture
def books() -> FakeBooks:
    made = FakeBooks()
    made.add(*(row(serial, f"Kunde {serial:04d}") for serial in range(1, 601)))
    return made


def test_reads_one_page_first_and_the_rest_as_one_scrolls(qtbot: QtBot, books: FakeBooks) -> None:
    model = model_of(books)
    assert model.rowCount() == PAGE
    assert model.id_at(0) == "id-600"
    while model.canFetchMore(QModelIndex()):
        model.fetchMore(QModelIndex())
    assert ids(model) == [f"id-{serial}" for serial in range(600, 0, -1)]


def test_shows_what_the_picture_shows(qtbot: QtBot) -> None:
    books = FakeBooks()
    books.add(
        row(118, "Bäckerei Lindner GmbH", PAID, total=119000, days=12),
        row(115, "Tischlerei Krämer", total=83300, days=8, failed=True),
        row(113, "Fahrschule Becker", total=29750, days=-10),
        row(110, "Gärtnerei Blum", PAID, total=100, paid=200),
    )
    model = model_of(books)
    shown = [[cell(model, at, column) for column in Column] for at in range(4)]
    nbsp = "\u00a0"
    assert shown[0] == [
        "RE-2026-0118",
        "Bäckerei Lindner GmbH",
        "21.11.2026",
        "05.12.2026",
        f"1.190,00{nbsp}€",
        f"1.190,00{nbsp}€",
        "Bezahlt",
    ]
    assert shown[1][5:] == ["–", "Offen, Zahlung fehlgeschlagen"]
    assert shown[2][6] == "Überfällig"
    assert shown[3][6] == "Bezahlt, Überzahlt"
    spoken = Qt.ItemDataRole.AccessibleTextRole
    assert cell(model, 1, Column.STATUS, spoken) == "Status: Offen, Zahlung fehlgeschlagen"
    assert cell(model, 1, Column.PAID, spoken) == "Bezahlt: nichts"
    right = Qt.AlignmentFlag.AlignRight
    assert cell(model, 0, Column.TOTAL, Qt.ItemDataRole.TextAlignmentRole) & right


def test_a_draft_says_so_and_raw_values_stay_raw(qtbot: QtBot) -> None:
    books = FakeBooks()
    books.add(row(7, "Café Morgenrot", InvoiceStatus.DRAFT, total=21420))
    model = model_of(books)
    assert cell(model, 0, Column.NUMBER) == "Entwurf"
    assert cell(model, 0, Column.ISSUE_DATE) == "–"
    assert cell(model, 0, Column.TOTAL, SORT_ROLE) == 21420
    assert cell(model, 0, Column.NUMBER, ID_ROLE) == "id-7"


def test_one_change_reads_one_row_and_repaints_what_differs_in_it(
    qtbot: QtBot, books: FakeBooks
) -> None:
    model = model_of(books)
    resets, changed = QSignalSpy(model.modelReset), QSignalSpy(model.dataChanged)
    books.pay("id-590")
    books.calls.clear()
    changes = model.refresh_rows(("id-590",))
    assert books.calls == {"invoice_rows": 1}
    assert changed.count() == 1
    first, last = changed.at(0)[0], changed.at(0)[1]
    assert (first.row(), last.row()) == (10, 10)
    assert (first.column(), last.column()) == (Column.PAID, Column.STATUS)
    assert resets.count() == 0
    assert [change.became_paid for change in changes] == [True]
    assert cell(model, 10, Column.STATUS) == "Bezahlt"


def test_an_unchanged_row_repaints_nothing(qtbot: QtBot, books: FakeBooks) -> None:
    model = model_of(books)
    changed = QSignalSpy(model.dataChanged)
    model.refresh_rows(("id-600", "id-599"))
    assert changed.count() == 0


def test_rows_that_are_not_loaded_are_not_read(qtbot: QtBot, books: FakeBooks) -> None:
    model = model_of(books)
    books.calls.clear()
    assert model.refresh_rows(("id-3", "nobody")) == []
    assert books.calls == {}


def test_a_new_invoice_is_inserted_where_it_belongs(qtbot: QtBot, books: FakeBooks) -> None:
    model = model_of(books)
    del books.rows["id-550"]
    model.refresh_rows(("id-550",))
    assert model.position("id-550") is None
    inserted, resets = QSignalSpy(model.rowsInserted), QSignalSpy(model.modelReset)
    books.add(row(601), row(550))
    model.admit(("id-601", "id-550"))
    assert (model.position("id-601"), model.position("id-550")) == (0, 51)
    assert inserted.count() == 2
    assert resets.count() == 0


def test_what_belongs_behind_the_loaded_rows_stays_unloaded(qtbot: QtBot, books: FakeBooks) -> None:
    model = model_of(books)
    model.admit(("id-3",))
    assert model.rowCount() == PAGE
    assert model.position("id-3") is None


def test_many_strangers_cost_one_page(qtbot: QtBot, books: FakeBooks) -> None:
    model = model_of(books)
    books.add(row(601), row(602))
    books.calls.clear()
    model.admit([f"id-{serial}" for serial in range(1, 603)])
    assert ids(model)[:3] == ["id-602", "id-601", "id-600"]
    assert books.calls["invoice_page"] <= 3
    assert "invoice_row" not in books.calls


def test_a_row_that_no_longer_belongs_leaves(qtbot: QtBot, books: FakeBooks) -> None:
    model = model_of(books, replace(QUERY, filter=InvoiceFilter.OPEN))
    removed = QSignalSpy(model.rowsRemoved)
    books.pay("id-599")
    changes = model.refresh_rows(("id-599",))
    assert removed.count() == 1
    assert model.position("id-599") is None
    assert changes[0].became_paid


def test_a_deleted_draft_leaves_and_the_next_page_still_comes(
    qtbot: QtBot, books: FakeBooks
) -> None:
    """The store knows no row behind a deleted one; the model must not think it was the last."""
    model = model_of(books)
    last = ids(model)[PAGE - 1]
    del books.rows[last]  # the last loaded row, before its announcement arrives
    model.fetchMore(QModelIndex())
    assert model.position(last) is None
    assert model.position("id-472") == PAGE - 1
    assert model.rowCount() > PAGE


def test_a_changed_sort_value_moves_the_row(qtbot: QtBot, books: FakeBooks) -> None:
    model = model_of(books, replace(QUERY, sort=InvoiceSort.TOTAL, descending=False))
    resets = QSignalSpy(model.modelReset)
    moved = ids(model)[5]
    books.change(moved, total_minor=1)
    model.refresh_rows((moved,))
    assert model.position(moved) == 0
    assert resets.count() == 0
    books.change(moved, total_minor=10**9)
    model.refresh_rows((moved,))
    assert model.position(moved) is None, "it belongs behind the loaded rows now"


def test_sorting_and_filtering_ask_the_store(qtbot: QtBot, books: FakeBooks) -> None:
    model = model_of(books)
    model.sort(Column.CUSTOMER, Qt.SortOrder.AscendingOrder)
    assert model.query.sort is InvoiceSort.CUSTOMER
    assert model.id_at(0) == "id-1"
    model.set_query(replace(model.query, text="kunde 0042"))
    assert ids(model) == ["id-42"]
    resets = QSignalSpy(model.modelReset)
    model.set_query(model.query)
    assert resets.count() == 0


def test_hostile_names_have_no_markup_in_tool_tips(qtbot: QtBot) -> None:
    books = FakeBooks()
    books.add(*(row(serial, name) for serial, name in enumerate(HOSTILE)))
    model = model_of(books)
    for at, invoice_id in enumerate(ids(model)):
        name = books.rows[invoice_id].customer_name
        tip = cell(model, at, Column.CUSTOMER, Qt.ItemDataRole.ToolTipRole)
        assert cell(model, at, Column.CUSTOMER) == name
        assert "<img" not in tip
        assert "<a " not in tip


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("sort", [InvoiceSort.NUMBER, InvoiceSort.PAID, InvoiceSort.STATUS])
@pytest.mark.parametrize("wanted", [InvoiceFilter.ALL, InvoiceFilter.OPEN])
def test_random_changes_leave_what_a_fresh_reading_shows(
    qtbot: QtBot, seed: int, sort: InvoiceSort, wanted: InvoiceFilter
) -> None:
    chance = random.Random(seed)
    books = FakeBooks()
    books.add(*(row(serial, total=chance.randrange(1, 9) * 100) for serial in range(1, 31)))
    query = replace(QUERY, sort=sort, filter=wanted, descending=chance.random() < 0.5)
    model = model_of(books, query)
    new = 100
    for _ in range(40):
        changed = []
        for _ in range(chance.choice((1, 2, 3, 12))):  # many at once go another way
            deed = chance.random()
            existing = chance.choice(list(books.rows))
            if deed < 0.2:
                new += 1
                books.add(row(chance.randrange(10_000)))
                changed.append(list(books.rows)[-1])
                continue
            changed.append(existing)
            if deed < 0.3:
                del books.rows[existing]
            elif deed < 0.6:
                books.change(existing, paid_minor=chance.randrange(500), status=PAID)
            else:
                books.change(existing, paid_minor=0, status=InvoiceStatus.OPEN)
        model.refresh_rows(changed)
        model.admit(changed)
        assert ids(model) == [row.id for row in books.invoice_page(query, None, 10_000)]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("sort", [InvoiceSort.NUMBER, InvoiceSort.PAID])
def test_many_changes_leave_the_loaded_rows_as_a_fresh_reading_begins(
    qtbot: QtBot, seed: int, sort: InvoiceSort
) -> None:
    """The list goes on behind the loaded rows: much of what changes does not lie among them."""
    chance = random.Random(seed)
    books = FakeBooks()
    books.add(*(row(serial * 10) for serial in range(1, 901)))
    query = replace(QUERY, sort=sort, descending=chance.random() < 0.5)
    model = model_of(books, query)
    for _ in range(3):
        share = chance.choice((12, 60, 200))
        changed = chance.sample(list(books.rows), share)
        for existing in changed:
            books.change(existing, paid_minor=chance.randrange(5000))
        books.add(*(row(serial) for serial in chance.sample(range(10_000), share // 4)))
        changed += list(books.rows)[-(share // 4) :]
        model.refresh_rows(changed)
        model.admit(changed)
        fresh = [row.id for row in books.invoice_page(query, None, 10_000)]
        assert ids(model) == fresh[: model.rowCount()]
        assert 0 < model.rowCount() < len(fresh)
