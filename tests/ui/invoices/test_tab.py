"""The Rechnungen tab as staff use it: by mouse and by keyboard."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QTableView
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk
from tests.ui.fakes import HOSTILE, FakeBooks, row
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.domain.invoices.lists import InvoiceFilter, InvoiceSort
from workmate_desktop.ui.invoices.list.table_model import Column
from workmate_desktop.ui.invoices.panel.actions import InvoiceAction
from workmate_desktop.ui.kit.toast import ToastKind

DRAFT, PAID = InvoiceStatus.DRAFT, InvoiceStatus.PAID


# --- figures, chips, search ------------------------------------------------------------------


def test_figures_and_counts(desk: Desk) -> None:
    figures = desk.tab.figures
    assert figures.cards[InvoiceFilter.OVERDUE].figure() == "297,50\u00a0€"
    assert figures.review.figure() == "3 Zahlungen"
    assert (
        figures.cards[InvoiceFilter.PAID_THIS_MONTH]
        .accessibleName()
        .startswith("Bezahlt im November")
    )
    assert desk.tab.toolbar.chips.button("overdue").text() == "Überfällig 1"


def test_figures_filter_and_a_second_click_shows_all(desk: Desk, qtbot: QtBot) -> None:
    card = desk.tab.figures.cards[InvoiceFilter.OVERDUE]
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    assert desk.ids() == ["id-70"]
    assert card.isChecked()
    assert desk.tab.toolbar.chips.current() == "overdue"
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    assert desk.tab.model.query.filter is InvoiceFilter.ALL
    assert not card.isChecked()


def test_chips_filter(desk: Desk, qtbot: QtBot) -> None:
    qtbot.mouseClick(desk.tab.toolbar.chips.button("drafts"), Qt.MouseButton.LeftButton)
    assert desk.ids() == ["id-80"]


def test_search_by_keyboard(desk: Desk, qtbot: QtBot) -> None:
    qtbot.keyClick(desk.tab, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    search = desk.tab.toolbar.search
    qtbot.waitUntil(search.hasFocus)
    qtbot.keyClicks(search, "kunde 42")
    qtbot.waitUntil(lambda: desk.ids() == ["id-42"])
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(desk.ids()) == 62)


def test_only_the_newest_keystroke_is_searched_for(desk: Desk, qtbot: QtBot) -> None:
    desk.books.calls.clear()
    for typed in ("k", "ku", "kun", "kunde 42"):
        desk.tab.toolbar.search.setText(typed)
    qtbot.waitUntil(lambda: desk.ids() == ["id-42"])
    assert desk.books.calls["invoice_page"] == 1


def test_searching_keeps_the_selection_when_it_is_still_there(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.select_invoice("id-42")
    desk.tab.toolbar.search.setText("kunde 4")
    qtbot.waitUntil(lambda: len(desk.ids()) == 10)
    assert desk.tab.table.currentIndex().row() == desk.tab.model.position("id-42")
    assert desk.tab.detail.invoice_id == "id-42"


def test_nothing_found_says_so_and_helps(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.toolbar.search.setText("<img src=x>")
    empty = desk.tab.list.nothing_found
    qtbot.waitUntil(lambda: desk.tab.list.currentWidget() is empty)
    words = " ".join(label.text() for label in empty.findChildren(QLabel))
    assert "„<img src=x>“" in words
    qtbot.mouseClick(empty.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: desk.tab.list.currentWidget() is desk.tab.table)


def test_an_empty_filter_says_so_and_helps(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.show_filter(InvoiceFilter.PAID)
    assert desk.tab.list.currentWidget() is desk.tab.list.filter_empty
    qtbot.mouseClick(desk.tab.list.filter_empty.button, Qt.MouseButton.LeftButton)
    assert len(desk.ids()) == 62


def test_the_first_day_offers_a_first_invoice(make_desk: Callable[..., Desk], qtbot: QtBot) -> None:
    desk = make_desk(FakeBooks())
    empty = desk.tab.list.no_invoices
    assert desk.tab.list.currentWidget() is empty
    with qtbot.waitSignal(desk.tab.new_invoice_requested):
        qtbot.mouseClick(empty.button, Qt.MouseButton.LeftButton)
    desk.books.add(row(1))
    desk.announce("id-1")
    assert desk.tab.list.currentWidget() is desk.tab.table


# --- keyboard --------------------------------------------------------------------------------


def test_ctrl_n_asks_for_a_new_invoice(desk: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.tab.new_invoice_requested):
        qtbot.keyClick(desk.tab, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)


def test_enter_goes_to_the_panel_and_opens_drafts(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.table.setFocus()
    desk.tab.select_invoice("id-30")
    qtbot.keyClick(desk.tab.table, Qt.Key.Key_Return)
    assert desk.tab.detail.buttons.button(InvoiceAction.ADD_PAYMENT).hasFocus()
    desk.tab.select_invoice("id-80")
    with qtbot.waitSignal(desk.tab.edit_requested) as asked:
        qtbot.keyClick(desk.tab.table, Qt.Key.Key_Return)
    assert asked.args == ["id-80"]


def test_arrow_keys_choose_the_next_invoice(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.select_invoice("id-30")
    desk.tab.table.setFocus()
    qtbot.keyClick(desk.tab.table, Qt.Key.Key_Down)
    assert desk.tab.detail.invoice_id == "id-29"


def test_sorting_by_a_click_on_a_header(desk: Desk, qtbot: QtBot) -> None:
    header = desk.tab.table.horizontalHeader()
    x = header.sectionViewportPosition(Column.CUSTOMER) + 20
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, 10))
    assert desk.tab.model.query.sort is InvoiceSort.CUSTOMER


def test_the_menu_of_a_row(desk: Desk) -> None:
    menu = desk.tab.actions_of.menu("id-30")
    texts = [entry.text().replace("&", "") for entry in menu.actions() if entry.text()]
    assert texts == ["Zahlung eintragen", "Ausbuchen …", "Stornieren …", "Nummer kopieren"]
    menu.actions()[-1].trigger()
    assert QGuiApplication.clipboard().text() == "RE-2026-0030"


def test_every_control_has_a_name(desk: Desk) -> None:
    desk.tab.set_simulation_available(True)
    desk.tab.select_invoice("id-30")
    nameless = [
        widget
        for kind in (QAbstractButton, QLineEdit, QTableView)
        for widget in desk.tab.findChildren(kind)
        if widget.isVisible()
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not (widget.accessibleName() or getattr(widget, "text", str)())
    ]
    assert nameless == []


# --- test and real invoices ------------------------------------------------------------------


@pytest.fixture
def both_books(make_desk: Callable[..., Desk]) -> Desk:
    books = FakeBooks()
    books.add(row(1, "Echt"), row(2, "Echt"), row(7, "Test", livemode=False))
    return make_desk(books)


def test_without_test_mode_only_real_invoices_show(both_books: Desk) -> None:
    for keys in (None, True):
        both_books.tab.set_mode(keys)
        assert both_books.ids() == ["id-2", "id-1"]
        assert not both_books.tab.switch.isVisible()


def test_who_looks_for_test_invoices_in_live_mode_reads_where_they_are(
    both_books: Desk, qtbot: QtBot
) -> None:
    tab = both_books.tab
    tab.set_mode(True)
    tab.toolbar.search.setText("TEST-2026")
    qtbot.waitUntil(lambda: tab.list.currentWidget() is tab.list.nothing_found)
    assert "nur mit Testschlüsseln" in tab.list.nothing_found.sentence()
    for invoice_id in ("id-1", "id-2"):
        del both_books.books.rows[invoice_id]
    tab.toolbar.search.clear()
    both_books.bridge.everything_changed.emit()
    qtbot.waitUntil(lambda: tab.list.currentWidget() is tab.list.no_invoices)
    assert "nur mit Testschlüsseln" in tab.list.no_invoices.sentence()
    del both_books.books.rows["test-7"]
    both_books.bridge.everything_changed.emit()
    assert "Testschlüssel" not in tab.list.no_invoices.sentence()


def test_in_test_mode_a_switch_keeps_the_books_apart(both_books: Desk, qtbot: QtBot) -> None:
    tab = both_books.tab
    tab.set_mode(False)
    assert tab.switch.isVisible()
    assert both_books.ids() == ["test-7"]
    open_card = tab.figures.cards[InvoiceFilter.OPEN]
    assert open_card.figure() == "476,00\u00a0€"
    qtbot.mouseClick(tab.switch.segments.button("real"), Qt.MouseButton.LeftButton)
    assert both_books.ids() == ["id-2", "id-1"]
    assert open_card.figure() == "952,00\u00a0€"
    both_books.books.add(row(8, "Test", livemode=False))
    both_books.announce("test-8")
    assert both_books.ids() == ["id-2", "id-1"], "a test invoice never joins the real ones"


def test_the_first_test_invoice_brings_its_book(make_desk: Callable[..., Desk]) -> None:
    books = FakeBooks()
    books.add(row(1, "Echt"))
    desk = make_desk(books)
    desk.tab.set_mode(False)
    assert desk.ids() == ["id-1"]
    assert not desk.tab.switch.isVisible()
    books.add(row(9, "Test", livemode=False))
    desk.announce("test-9")
    desk.tab.select_invoice("test-9")
    assert desk.ids() == ["test-9"]
    assert desk.tab.switch.isVisible()


def test_deleted_test_data_takes_the_switch_away(both_books: Desk) -> None:
    both_books.tab.set_mode(False)
    del both_books.books.rows["test-7"]
    both_books.bridge.everything_changed.emit()
    assert not both_books.tab.switch.isVisible()
    assert both_books.ids() == ["id-2", "id-1"]


# --- the rest --------------------------------------------------------------------------------


def test_select_invoice_opens_up_filter_and_search(desk: Desk) -> None:
    desk.tab.show_filter(InvoiceFilter.PAID)
    desk.tab.select_invoice("id-30")
    assert desk.tab.model.query.filter is InvoiceFilter.ALL
    assert desk.tab.detail.invoice_id == "id-30"
    assert desk.tab.table.selected_id == "id-30"


def test_state_is_plain_and_comes_back(desk: Desk, make_desk: Callable[..., Desk]) -> None:
    desk.tab.table.setColumnWidth(Column.CUSTOMER, 333)
    desk.tab.table.sortByColumn(Column.TOTAL, Qt.SortOrder.AscendingOrder)
    state = desk.tab.save_state()
    other = make_desk(desk.books, show=False)
    other.tab.restore_state(state)
    other.tab.show()
    assert other.tab.table.columnWidth(Column.CUSTOMER) == 333
    assert other.tab.model.query.sort is InvoiceSort.TOTAL
    assert other.tab.save_state()["columns"] == state["columns"]


def test_widths_nobody_chose_are_not_remembered(desk: Desk) -> None:
    assert "widths" not in desk.tab.save_state()["columns"]


def test_a_narrow_window_still_shows_amount_and_status(desk: Desk) -> None:
    table = desk.tab.table
    desk.tab.resize(760, 600)
    QGuiApplication.processEvents()
    hidden = {column for column in Column if table.isColumnHidden(column)}
    assert hidden == {Column.ISSUE_DATE, Column.PAID, Column.DUE_DATE}
    assert table.horizontalScrollBar().maximum() == 0
    desk.tab.resize(1280, 694)
    QGuiApplication.processEvents()
    assert not any(table.isColumnHidden(column) for column in Column)
    assert table.horizontalScrollBar().maximum() == 0


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"columns": 7, "splitter": "x"},
        {"columns": {"widths": {"number": "wide", "total": -3}, "sort": "nonsense"}},
        {"splitter": [1, 2, 3]},
        {"splitter": [-5, 10**9]},
    ],
)
def test_unfit_state_changes_nothing(desk: Desk, state: dict[str, Any]) -> None:
    before = desk.tab.save_state()
    desk.tab.restore_state(state)
    assert desk.tab.save_state() == before


def test_failing_delete_tells_why(desk: Desk) -> None:
    desk.tab._on_went_wrong("Das ging nicht.", "Erneut versuchen")
    assert desk.toasts.shown == [("Das ging nicht.", "Erneut versuchen", ToastKind.ERROR)]


def test_failed_figures_do_not_stop_the_next_ones(desk: Desk, qtbot: QtBot) -> None:
    desk.tab._figures._on_failed(UserError("database_busy"))
    desk.books.pay("id-30")
    desk.announce("id-30")
    card = desk.tab.figures.cards[InvoiceFilter.PAID_THIS_MONTH]
    qtbot.waitUntil(lambda: card.figure() == "476,00\u00a0€")


def test_j11_hostile_names_are_plain_everywhere(make_desk: Callable[..., Desk]) -> None:
    books = FakeBooks()
    for serial, name in enumerate(HOSTILE, start=1):
        books.add(row(serial, name))
        books.fail(f"id-{serial}", name)
    desk = make_desk(books)
    for serial, name in enumerate(HOSTILE, start=1):
        desk.tab.select_invoice(f"id-{serial}")
        assert desk.tab.detail.customer.full_text() == name
        for label in desk.tab.findChildren(QLabel):
            assert label.textFormat() == Qt.TextFormat.PlainText or not label.text(), label.text()
    at = desk.tab.model.position("id-1")
    assert at is not None
    assert desk.tab.model.index(at, Column.CUSTOMER).data() == "<img src=x>"


def test_paging_by_scrolling_to_the_end(make_desk: Callable[..., Desk], qtbot: QtBot) -> None:
    books = FakeBooks()
    books.add(*(row(serial) for serial in range(1, 700)))
    desk = make_desk(books)
    bar = desk.tab.table.verticalScrollBar()

    def at_the_end() -> bool:
        bar.setValue(bar.maximum())
        return desk.tab.model.rowCount() == 699

    qtbot.waitUntil(at_the_end)
    assert not desk.tab.model.canFetchMore(QModelIndex())
