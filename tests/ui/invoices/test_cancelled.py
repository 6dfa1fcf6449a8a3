"""Where a cancelled invoice went: told, counted below the list, and found again."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk
from tests.ui.fakes import NOW, TODAY, FakeBooks, row
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.domain.invoices.lists import Figures, InvoiceFilter
from workmate_desktop.ui.invoices.list.toolbar import ListToolbar
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.kit.toast import ToastKind

CANCELLED = InvoiceStatus.CANCELLED


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    books = FakeBooks()
    books.add(row(1, "Praxis Dr. Aydin"), row(2, "Kanzlei Voß"), row(3, "Hotel Rheinblick"))
    return make_desk(books)


def cancel(desk: Desk, invoice_id: str) -> None:
    """What the books and the bridge do after Stornieren."""
    desk.books.change(invoice_id, status=CANCELLED)
    desk.books.log(invoice_id, "cancelled", NOW, "anna", reason="Doppelt")
    desk.announce(invoice_id)
    desk.tab.refresh_figures()


def chip(desk: Desk) -> Any:
    return desk.tab.toolbar.chips.button(InvoiceFilter.CANCELLED.value)


def test_it_is_told_and_counted_where_it_went(desk: Desk) -> None:
    desk.tab.show_filter(InvoiceFilter.OPEN)
    assert not desk.tab.cancelled.isVisible()
    cancel(desk, "id-1")
    assert desk.ids() == ["id-3", "id-2"]
    assert desk.toasts.shown == [
        (
            "RE-2026-0001 ist storniert",
            "Praxis Dr. Aydin · Stornierte Rechnungen stehen unter der Liste",
            ToastKind.INFO,
        )
    ]
    assert desk.tab.cancelled.button.text() == "1 stornierte Rechnung zei&gen"


def test_one_click_lists_them_and_one_goes_back(desk: Desk, qtbot: QtBot) -> None:
    cancel(desk, "id-1")
    cancel(desk, "id-2")
    assert desk.tab.cancelled.button.text() == "2 stornierte Rechnungen zei&gen"
    assert not chip(desk).isVisible()
    qtbot.mouseClick(desk.tab.cancelled.button, Qt.MouseButton.LeftButton)
    assert desk.ids() == ["id-2", "id-1"]
    assert chip(desk).isVisible()
    assert chip(desk).isChecked()
    assert not desk.tab.cancelled.isVisible()
    all_chip = desk.tab.toolbar.chips.button(InvoiceFilter.ALL.value)
    qtbot.mouseClick(all_chip, Qt.MouseButton.LeftButton)
    assert desk.ids() == ["id-3", "id-2", "id-1"]
    assert not chip(desk).isVisible()
    assert desk.tab.cancelled.isVisible()


def test_the_arrow_keys_pass_by_the_hidden_chip(desk: Desk, qtbot: QtBot) -> None:
    chips = desk.tab.toolbar.chips
    drafts = chips.button(InvoiceFilter.DRAFTS.value)
    drafts.setFocus()
    drafts.click()
    qtbot.keyClick(drafts, Qt.Key.Key_Right)
    assert desk.tab.model.query.filter is InvoiceFilter.DRAFTS
    qtbot.keyClick(drafts, Qt.Key.Key_End)
    assert desk.tab.model.query.filter is InvoiceFilter.DRAFTS


@pytest.mark.parametrize("wanted", [InvoiceFilter.ALL, InvoiceFilter.CANCELLED])
def test_the_chips_are_whole_in_a_narrow_window(desk: Desk, wanted: InvoiceFilter) -> None:
    """With large counts as well: those give way before words do."""
    cancel(desk, "id-1")
    desk.tab.resize(880, 500)
    desk.tab.show_filter(wanted)
    figures = desk.books.figures(True, desk.clock.today())
    many = replace(figures, counts=dict.fromkeys(InvoiceFilter, 12345))
    desk.tab.toolbar.set_counts(many)
    QGuiApplication.processEvents()
    toolbar = desk.tab.toolbar
    for key in InvoiceFilter:
        if key is InvoiceFilter.PAID_THIS_MONTH:
            continue
        made = toolbar.chips.button(key.value)
        if made.isVisible():
            assert made.width() >= made.sizeHint().width(), key
            right = made.mapTo(toolbar, made.rect().topRight()).x()
            assert right < toolbar.width(), key
            if key is not InvoiceFilter.ALL:
                assert made.accessibleName().endswith(" 12345")
    assert desk.tab.width() == 880


def test_counts_come_back_with_the_room(desk: Desk) -> None:
    cancel(desk, "id-1")
    desk.tab.resize(880, 500)
    desk.tab.show_filter(InvoiceFilter.CANCELLED)
    QGuiApplication.processEvents()
    desk.tab.resize(1280, 694)
    QGuiApplication.processEvents()
    assert chip(desk).text() == "Storniert 1"


def test_beside_another_list_stands_one_of_its_own(make_desk: Callable[..., Desk]) -> None:
    """The panel never offers to act on an invoice that the list does not have."""
    books = FakeBooks()
    gone = replace(row(2), status=InvoiceStatus.CANCELLED)
    books.add(row(1), gone, row(3))
    desk = make_desk(books)
    desk.tab.select_invoice("id-3")
    desk.tab.show_filter(InvoiceFilter.CANCELLED)
    assert desk.tab.detail.invoice_id == desk.tab.table.selected_id == gone.id
    desk.tab.show_filter(InvoiceFilter.PAID)  # none of them
    assert desk.tab.detail.invoice_id == desk.tab.table.selected_id == ""
    desk.tab.select_invoice("id-3")
    desk.tab.show_filter(InvoiceFilter.OPEN)  # it is in this list, too: it stays
    assert desk.tab.detail.invoice_id == desk.tab.table.selected_id == "id-3"


def test_its_chip_does_not_move_the_search_to_another_line(
    desk: Desk, theme: Theme, qtbot: QtBot
) -> None:
    """As narrow as one line allows without the chip: the counts make room for it."""
    toolbar = ListToolbar(theme, TODAY)
    qtbot.addWidget(toolbar)
    toolbar.set_counts(Figures(counts=dict.fromkeys(InvoiceFilter, 100)))
    toolbar.show()

    def lines() -> int:
        QGuiApplication.processEvents()
        return 1 if toolbar.search.geometry().top() < toolbar.chips.geometry().bottom() else 2

    width = 1400
    while lines() == 1:
        width -= 4
        toolbar.resize(width, 40)
    toolbar.resize(width + 4, 40)
    assert lines() == 1
    toolbar.show_filter(InvoiceFilter.CANCELLED)
    assert lines() == 1
    toolbar.show_filter(InvoiceFilter.ALL)
    assert lines() == 1
    assert toolbar.chips.button(InvoiceFilter.OPEN.value).text() == "Offen 100"
