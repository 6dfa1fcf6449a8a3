"""The Rechnungen tab while payments arrive: true at once, and nothing moves that is read."""

from collections.abc import Callable
from datetime import timedelta

from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk
from tests.ui.fakes import NOW, FakeBooks, row
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.domain.invoices.lists import InvoiceFilter
from workmate_desktop.ui.invoices.list.table_model import PAGE, Column
from workmate_desktop.ui.kit.tables import FLASH_ROLE
from workmate_desktop.ui.kit.toast import ToastKind

DRAFT, PAID = InvoiceStatus.DRAFT, InvoiceStatus.PAID


# --- while payments arrive -------------------------------------------------------------------


def test_a_payment_turns_the_row_green_and_moves_nothing(desk: Desk, qtbot: QtBot) -> None:
    table, model = desk.tab.table, desk.tab.model
    desk.tab.select_invoice("id-20")
    bar = table.verticalScrollBar()
    bar.setValue(700)
    at = model.position("id-45")
    assert at is not None
    resets, changed = QSignalSpy(model.modelReset), QSignalSpy(model.dataChanged)
    desk.books.pay("id-45")
    desk.announce("id-45")
    assert model.index(at, Column.STATUS).data() == "Bezahlt"
    assert model.index(at, 0).data(FLASH_ROLE) == 1.0
    assert (bar.value(), table.selected_id, desk.tab.detail.invoice_id) == (700, "id-20", "id-20")
    assert (changed.count(), resets.count()) == (1, 0)
    qtbot.waitUntil(lambda: not table.flash.active)
    assert model.index(at, 0).data(FLASH_ROLE) is None


def test_the_toast_names_invoice_customer_and_amount(desk: Desk, qtbot: QtBot) -> None:
    desk.books.add(row(70, "Bäckerei Lindner GmbH", total=119000))
    desk.books.pay("id-70")
    desk.announce("id-70")
    assert desk.toasts.shown == [
        (
            "RE-2026-0070 ist bezahlt",
            "Bäckerei Lindner GmbH · 1.190,00\u00a0€ · gerade eben",
            ToastKind.SUCCESS,
        )
    ]
    reads = desk.books.calls["newest_history"]
    desk.announce("id-70")
    qtbot.waitUntil(lambda: desk.books.calls["newest_history"] > reads)
    assert len(desk.toasts.shown) == 1, "told once"


def test_a_declined_payment_shows_marker_and_reason(desk: Desk) -> None:
    desk.books.fail("id-30", "insufficient_funds")
    desk.announce("id-30")
    at = desk.tab.model.position("id-30")
    assert at is not None
    assert desk.tab.model.index(at, Column.STATUS).data() == "Offen, Zahlung fehlgeschlagen"
    title, text, kind = desk.toasts.shown[0]
    assert title == "Zahlung für RE-2026-0030 fehlgeschlagen"
    assert "Deckung" in text
    assert kind is ToastKind.ERROR


def test_what_is_not_loaded_is_told_too(make_desk: Callable[..., Desk]) -> None:
    books = FakeBooks()
    books.add(*(row(serial) for serial in range(1, 400)))
    desk = make_desk(books)
    assert desk.tab.model.position("id-1") is None
    books.pay("id-1")
    desk.announce("id-1")
    assert desk.toasts.shown[0][0] == "RE-2026-0001 ist bezahlt"


def test_many_at_once_are_told_together(desk: Desk) -> None:
    paid = [f"id-{serial}" for serial in range(1, 13)]
    for invoice_id in paid:
        desk.books.pay(invoice_id)
    desk.announce(*paid)
    assert [shown[0] for shown in desk.toasts.shown] == ["12 Rechnungen wurden bezahlt"]


def test_more_than_fit_are_told_together(desk: Desk) -> None:
    paid = ("id-1", "id-2", "id-3")
    for invoice_id in paid:
        desk.books.pay(invoice_id)
    desk.announce(*paid)
    assert [shown[:2] for shown in desk.toasts.shown] == [
        ("3 Rechnungen wurden bezahlt", "RE-2026-0001, RE-2026-0002, RE-2026-0003")
    ]


def test_after_one_toast_the_next_ones_are_collected(desk: Desk, qtbot: QtBot) -> None:
    for serial in range(1, 31):
        desk.books.pay(f"id-{serial}")
        desk.announce(f"id-{serial}")
    assert len(desk.toasts.shown) == 1
    qtbot.waitUntil(lambda: len(desk.toasts.shown) == 2)
    assert desk.toasts.shown[1][0] == "29 Rechnungen wurden bezahlt"


def test_a_flood_is_told_without_reading_each(make_desk: Callable[..., Desk]) -> None:
    books = FakeBooks()
    books.add(*(row(serial) for serial in range(1, 602)))
    desk = make_desk(books)
    for invoice_id in list(books.rows):
        books.pay(invoice_id)
    books.calls.clear()
    desk.announce(*books.rows)
    assert [shown[0] for shown in desk.toasts.shown] == ["601 Rechnungen haben sich geändert"]
    assert "newest_history" not in books.calls
    assert books.calls.get("invoice_row", 0) == 0, "one page tells all loaded rows"
    assert {desk.tab.model.row_at(at).status for at in range(PAGE)} == {PAID}


def test_old_history_is_no_news(desk: Desk) -> None:
    desk.books.pay("id-30", NOW - timedelta(days=1))
    desk.announce("id-30")
    assert desk.toasts.shown == []


def test_figures_are_read_once_for_many_changes(desk: Desk, qtbot: QtBot) -> None:
    before = desk.books.calls["figures"]
    for serial in range(1, 41):
        desk.books.pay(f"id-{serial}")
        desk.announce(f"id-{serial}")
    card = desk.tab.figures.cards[InvoiceFilter.OPEN]
    qtbot.waitUntil(lambda: card.figure().startswith("9.817,50"))
    assert desk.books.calls["figures"] - before <= 2


def test_figures_follow_once_a_second_while_payments_come_in(desk: Desk, qtbot: QtBot) -> None:
    before = desk.books.calls["figures"]
    for serial in range(1, 41):
        desk.books.pay(f"id-{serial}")
        desk.announce(f"id-{serial}")
        desk.tab._on_settled()
    assert desk.books.calls["figures"] - before <= 1
    card = desk.tab.figures.cards[InvoiceFilter.OPEN]
    qtbot.waitUntil(lambda: card.figure().startswith("9.817,50"))
    assert desk.books.calls["figures"] - before <= 2


def test_the_selected_invoice_is_read_again(desk: Desk) -> None:
    desk.tab.select_invoice("id-30")
    desk.books.pay("id-30")
    desk.announce("id-30")
    assert [pill.text for pill in desk.tab.detail.pills.pills()] == ["Bezahlt"]
    assert desk.tab.detail.state.full_text() == "bezahlt am 23.11.2026"
    assert desk.tab.detail.timeline.entries()[0].title.startswith("Zahlung eingegangen")


def test_a_row_that_leaves_the_filter_stays_shown_beside_the_list(desk: Desk) -> None:
    desk.tab.show_filter(InvoiceFilter.OPEN)
    desk.tab.table.select("id-30")
    desk.books.pay("id-30")
    desk.announce("id-30")
    assert "id-30" not in desk.ids()
    assert desk.tab.detail.invoice_id == "id-30"
    assert [pill.text for pill in desk.tab.detail.pills.pills()] == ["Bezahlt"]


def test_a_new_row_above_does_not_push_what_is_read(desk: Desk) -> None:
    bar = desk.tab.table.verticalScrollBar()
    bar.setValue(360)
    top = desk.tab.table.rowAt(0)
    first = desk.tab.model.id_at(top)
    desk.books.add(row(99, "Neu"))
    desk.announce("id-99")
    assert desk.tab.model.position("id-99") is not None
    assert desk.tab.model.id_at(desk.tab.table.rowAt(0)) == first


def test_everything_changed_keeps_selection_and_place(desk: Desk) -> None:
    desk.tab.select_invoice("id-20")
    bar = desk.tab.table.verticalScrollBar()
    bar.setValue(500)
    desk.books.change("id-20", customer_name="Anders GmbH")
    desk.bridge.everything_changed.emit()
    assert (bar.value(), desk.tab.table.selected_id) == (500, "id-20")
    assert desk.tab.table.currentIndex().row() == desk.tab.model.position("id-20")
    assert desk.tab.detail.customer.full_text() == "Anders GmbH"


def test_midnight_makes_invoices_overdue(desk: Desk) -> None:
    at = desk.tab.model.position("id-5")
    assert at is not None
    desk.clock.moment = NOW + timedelta(days=20)
    desk.tab._minute.timeout.emit()
    assert desk.tab.model.index(at, Column.STATUS).data() == "Überfällig"
