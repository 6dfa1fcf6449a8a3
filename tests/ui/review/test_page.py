"""Klärung nötig in the Rechnungen page: open, decide, take back, live."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from tests.ui.fakes import HOSTILE, NOW
from tests.ui.review.conftest import Page
from tests.ui.review.fakes import FakeReview, waiting
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.domain.invoices.lists import InvoiceFilter
from workmate_desktop.domain.review import ReviewList
from workmate_desktop.domain.stripe.events import Reason
from workmate_desktop.ui.kit.reason_dialog import ReasonDialog
from workmate_desktop.ui.review.choose_dialog import ChooseDialog, InvoiceChoiceModel

LEFT = Qt.MouseButton.LeftButton


def _dialog(kind: type) -> object:
    [found] = [
        widget
        for widget in QApplication.topLevelWidgets()
        if isinstance(widget, kind) and widget.isVisible()
    ]
    return found


def _open(page: Page, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.tab.figures.review, LEFT)


def test_a_click_on_the_figure_opens_it_and_another_one_leads_back(
    page: Page, qtbot: QtBot
) -> None:
    _open(page, qtbot)
    assert page.desk.pane.isVisible() and page.desk.detail.isVisible()
    assert not page.tab.table.isVisible() and not page.tab.detail.isVisible()
    assert page.tab.figures.review.isChecked()
    assert page.listed() == ["evt_1", "evt_2", "evt_3"]
    assert page.selected() == "evt_1"
    _open(page, qtbot)
    assert page.tab.table.isVisible() and not page.desk.pane.isVisible()
    assert not page.tab.figures.review.isChecked()


@pytest.mark.parametrize("how", ["back", "escape", "figure", "chip", "search", "invoice"])
def test_every_way_back_to_the_invoices(page: Page, qtbot: QtBot, how: str) -> None:
    _open(page, qtbot)
    match how:
        case "back":
            qtbot.mouseClick(page.desk.pane.back, LEFT)
        case "escape":
            qtbot.keyClick(page.desk.pane.table, Qt.Key.Key_Escape)
        case "figure":
            qtbot.mouseClick(page.tab.figures.cards[InvoiceFilter.OPEN], LEFT)
        case "chip":
            page.tab.show_filter(InvoiceFilter.PAID)
        case "search":
            page.tab._focus_search()
        case "invoice":
            page.tab.select_invoice("id-2")
    assert not page.desk.pane.isVisible()
    assert not page.tab.figures.review.isChecked()


def test_the_first_suggestion_is_the_button_to_press(page: Page, qtbot: QtBot) -> None:
    _open(page, qtbot)
    first, second = page.desk.detail.cards
    assert first.assign.property("kind") == "primary"
    assert second.assign.property("kind") == "secondary"
    assert first.why.text() == "gleicher Betrag, seit 10 Tagen überfällig"
    assert first.about.full_text().replace("\xa0", " ") == "Fahrschule Becker · 89,00 €"


def test_assigned_by_keyboard_and_taken_back(page: Page, qtbot: QtBot) -> None:
    _open(page, qtbot)
    qtbot.waitUntil(page.desk.detail.cards[0].assign.isVisible)
    qtbot.keyClick(page.desk.pane.table, Qt.Key.Key_Return)
    assert page.desk.detail.cards[0].assign.hasFocus()
    qtbot.keyClick(page.desk.detail.cards[0].assign, Qt.Key.Key_Space)
    assert page.review.asked == [("assigned", "evt_1", "id-113")]
    assert page.listed() == ["evt_2", "evt_3"]
    assert page.selected() == "evt_2"  # goes on with the next one
    done = page.desk.pane.done
    assert done.isVisible()
    assert done.words.text().replace("\xa0", " ") == "89,00 € sind jetzt RE-2026-0113 zugeordnet."
    qtbot.mouseClick(done.undo, LEFT)
    assert page.review.asked[-1] == ("undo", "d-1")
    assert page.listed() == ["evt_1", "evt_2", "evt_3"]


def test_decided_ones_are_listed_and_can_be_taken_back(page: Page, qtbot: QtBot) -> None:
    page.review.assign("evt_1", "id-113")
    page.tab.show_review("evt_1")
    assert page.desk.pane.model.shown is ReviewList.DECIDED
    assert page.listed() == ["evt_1"]
    detail = page.desk.detail
    assert detail.decisions.text() == "RE-2026-0113 zugeordnet · anna · heute 09:15"
    assert not detail.set_aside.isVisible() and not detail.cards
    with qtbot.waitSignal(page.desk.invoice_wanted) as asked:
        qtbot.mouseClick(detail.invoice, LEFT)
    assert asked.args == ["id-113"]
    page.tab.show_review("evt_1")
    qtbot.mouseClick(detail.undo, LEFT)
    assert page.listed() == []
    assert page.desk.pane.stack.currentWidget() is page.desk.pane.nothing_decided


def test_set_aside_asks_for_a_reason(page: Page, qtbot: QtBot) -> None:
    _open(page, qtbot)
    qtbot.mouseClick(page.desk.detail.set_aside, LEFT)
    dialog = _dialog(ReasonDialog)
    assert isinstance(dialog, ReasonDialog)
    dialog.submit_button.click()
    assert dialog.field.is_bad() and page.review.asked == []
    dialog.text.setPlainText("Spende")
    dialog.submit_button.click()
    assert page.review.asked == [("set_aside", "evt_1", "Spende")]
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert page.listed() == ["evt_2", "evt_3"]


def test_any_other_invoice_can_be_searched_for(page: Page, qtbot: QtBot) -> None:
    _open(page, qtbot)
    qtbot.mouseClick(page.desk.detail.choose, LEFT)
    dialog = _dialog(ChooseDialog)
    assert isinstance(dialog, ChooseDialog)
    assert dialog.model.rowCount() == 2
    # Nothing is chosen for staff: Enter, also twice, puts the money nowhere.
    assert dialog.invoice_id() == "" and not dialog.submit_button.isEnabled()
    qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    qtbot.keyClick(dialog.search, Qt.Key.Key_Tab)
    assert dialog.invoice_id() == "" and page.review.asked == []
    dialog.search.setFocus()
    dialog.search.setText("niemand")
    qtbot.waitUntil(lambda: dialog.model.rowCount() == 0)
    assert not dialog.submit_button.isEnabled() and dialog.nothing.isVisible()
    dialog.search.setText("becker")
    qtbot.waitUntil(lambda: dialog.model.rowCount() == 2)
    qtbot.keyClick(dialog.search, Qt.Key.Key_Down)
    qtbot.keyClick(dialog.view, Qt.Key.Key_Down)
    assert dialog.invoice_id() == "id-104"
    page.review.fail_with = UserError("review_other_currency")
    dialog.submit_button.click()
    assert "verschiedene Währungen" in dialog.error()
    dialog.submit_button.click()
    assert page.review.asked[-1] == ("assigned", "evt_1", "id-104")


def _answer(qtbot: QtBot, words: str) -> None:
    box = _dialog(QMessageBox)
    assert isinstance(box, QMessageBox)
    button = next(one for one in box.buttons() if one.text().replace("&", "") == words)
    qtbot.mouseClick(button, LEFT)


def test_more_than_owed_is_asked_in_the_choice(page: Page, qtbot: QtBot) -> None:
    page.review.invoices[0] = replace(page.review.invoices[0], total_minor=1)
    _open(page, qtbot)
    qtbot.mouseClick(page.desk.detail.choose, LEFT)
    dialog = _dialog(ChooseDialog)
    assert isinstance(dialog, ChooseDialog)
    dialog.view.setCurrentIndex(dialog.model.index(0))
    assert dialog.invoice_id() == "id-113"
    dialog.submit_button.click()
    box = _dialog(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert box.text() == "Das sind 88,99\xa0€ mehr als offen. Trotzdem zuordnen?"
    _answer(qtbot, "Nicht zuordnen")
    assert page.review.asked == []
    dialog.submit_button.click()
    _answer(qtbot, "Trotzdem zuordnen")
    assert page.review.asked == [("assigned", "evt_1", "id-113")]


def test_more_than_owed_is_asked_at_a_suggestion(page: Page, qtbot: QtBot) -> None:
    first = page.review.found["evt_1"][0]
    page.review.found["evt_1"][0] = replace(first, row=replace(first.row, total_minor=8000))
    _open(page, qtbot)
    qtbot.mouseClick(page.desk.detail.cards[0].assign, LEFT)
    _answer(qtbot, "Nicht zuordnen")
    assert page.review.asked == []
    qtbot.mouseClick(page.desk.detail.cards[0].assign, LEFT)
    _answer(qtbot, "Trotzdem zuordnen")
    assert page.review.asked == [("assigned", "evt_1", first.row.id)]


def test_a_refunded_invoice_is_not_called_open(page: Page, qtbot: QtBot) -> None:
    row = page.review.invoices[0]
    gone = replace(row, refunded_minor=row.total_minor, forgiven_minor=row.total_minor)
    part = replace(
        row,
        status=InvoiceStatus.PARTIALLY_PAID,
        paid_minor=row.total_minor - 1,
        refunded_minor=1,
        forgiven_minor=1,
    )
    model = InvoiceChoiceModel(lambda _: [gone, part])
    words = [model.data(model.index(at)) for at in range(2)]
    assert [one.split(" · ")[-1] for one in words] == ["erstattet", "0,01\u00a0€ erstattet"]


def test_who_comes_second_is_told(page: Page, qtbot: QtBot) -> None:
    _open(page, qtbot)
    page.review.fail_with = UserError("review_decided")
    qtbot.mouseClick(page.desk.detail.cards[0].assign, LEFT)
    words = page.desk.detail.trouble.full_text()
    assert words.startswith("Hier hat gerade schon jemand entschieden.")
    assert page.desk.detail.cards[0].isEnabled()


def test_refunds_are_handed_on(page: Page, qtbot: QtBot) -> None:
    _open(page, qtbot)
    qtbot.mouseClick(page.desk.detail.refund, LEFT)
    assert page.refunds == ["p-evt_1"]


def test_only_what_makes_sense_is_offered(make_page: Callable[[FakeReview], Page]) -> None:
    review = FakeReview()
    review.add(
        waiting("evt_mode", Reason.WRONG_MODE, payment_id=None),
        waiting("notice", Reason.UNREADABLE, None, NOW - timedelta(hours=1)),
        waiting("evt_failed", Reason.NO_INVOICE, 100, NOW - timedelta(hours=2), failed=True),
    )
    page = make_page(review)
    page.tab.show_review("evt_mode")
    detail = page.desk.detail
    assert detail.again.isVisible() and detail.set_aside.isVisible()
    assert not detail.choose.isVisible() and not detail.refund.isVisible()
    assert detail.todo.isVisible()
    page.tab.show_review("notice")
    assert not detail.again.isVisible() and detail.set_aside.isVisible()
    assert detail.amount.text() == "Unlesbare Nachricht"
    page.tab.show_review("evt_failed")
    assert not detail.choose.isVisible()
    assert detail.amount.text() == "Fehlgeschlagene Zahlung ohne Rechnung"


def test_processed_again_it_leaves_the_list(
    make_page: Callable[[FakeReview], Page], qtbot: QtBot
) -> None:
    review = FakeReview()
    review.add(waiting("evt_draft", Reason.INVOICE_DRAFT))
    page = make_page(review)
    page.tab.show_review()
    qtbot.mouseClick(page.desk.detail.again, LEFT)
    assert review.asked == [("again", "evt_draft")]
    assert page.desk.pane.stack.currentWidget() is page.desk.pane.nothing_open
    assert page.desk.pane.done.words.text().startswith("Erledigt")


def test_what_comes_is_listed_by_itself_and_the_selection_stays(page: Page, qtbot: QtBot) -> None:
    _open(page, qtbot)
    page.desk.pane.table.select("evt_2")
    page.review.add(waiting("evt_0", at=NOW))
    with qtbot.waitSignal(page.desk.count_changed):
        page.bridge.events_recorded.emit(("evt_0",))
    assert page.listed() == ["evt_0", "evt_1", "evt_2", "evt_3"]
    assert page.selected() == "evt_2"
    assert page.desk.pane.how_many.full_text() == "4 Zahlungen warten auf eine Entscheidung"


def test_a_notice_opens_what_came_a_moment_ago(page: Page, qtbot: QtBot) -> None:
    """Its news is still on the way to this list."""
    _open(page, qtbot)
    page.review.add(waiting("evt_0", at=NOW))
    page.desk.open("evt_0")
    assert page.selected() == "evt_0"


@pytest.mark.parametrize("by_id", [False, True], ids=["by the figure", "by a notice"])
def test_it_opens_with_what_the_figure_counted_already(
    make_page: Callable[[FakeReview], Page], qtbot: QtBot, by_id: bool
) -> None:
    """The figure is read in the background, so it may know of it before this list is told."""
    page = make_page(FakeReview())
    page.review.add(waiting("evt_0", at=NOW))
    if by_id:
        page.tab.show_review("evt_0")
    else:
        _open(page, qtbot)
    assert page.listed() == ["evt_0"] and page.selected() == "evt_0"
    assert page.desk.pane.table.isVisible()
    assert not page.desk.pane.nothing_open.isVisible()
    page.bridge.events_recorded.emit(("evt_0",))  # the news comes after it
    page.desk.open()
    assert page.listed() == ["evt_0"]


def test_it_opens_without_what_was_decided_meanwhile(page: Page, qtbot: QtBot) -> None:
    page.review.assign("evt_1", "id-113")  # elsewhere; its news is still on the way
    _open(page, qtbot)
    assert page.listed() == ["evt_2", "evt_3"] and page.selected() == "evt_2"


def test_decided_elsewhere_it_goes(page: Page, qtbot: QtBot) -> None:
    _open(page, qtbot)
    page.review.assign("evt_1", "id-113")
    page.bridge.events_recorded.emit(("evt_1",))
    qtbot.waitUntil(lambda: page.listed() == ["evt_2", "evt_3"])
    assert page.selected() == "evt_2"


def test_an_empty_list_has_a_friendly_sentence(make_page: Callable[[FakeReview], Page]) -> None:
    page = make_page(FakeReview())
    page.tab.show_review()
    assert page.desk.pane.nothing_open.isVisible()
    assert page.desk.detail.currentWidget() is page.desk.detail.empty


def test_j11_hostile_texts_are_plain_everywhere(make_page: Callable[[FakeReview], Page]) -> None:
    review = FakeReview()
    for at, text in enumerate(HOSTILE):
        item = waiting(
            f"evt_{at}", Reason.UNKNOWN_INVOICE, at=NOW - timedelta(minutes=at), named_text=text
        )
        review.add(item)
        review.set_aside(item.id, text)
        review.items[item.id] = replace(review.items[item.id], decided=None)
    page = make_page(review)
    for at in range(len(HOSTILE)):
        page.tab.show_review(f"evt_{at}")
        for label in page.tab.findChildren(QLabel):
            assert label.textFormat() == Qt.TextFormat.PlainText or not label.text(), label.text()


def test_900_by_600_fits(page: Page, qtbot: QtBot) -> None:
    page.tab.resize(900, 526)
    _open(page, qtbot)
    for widget in (page.desk.detail.set_aside, page.desk.pane.chips, page.desk.pane.back):
        right = widget.mapTo(page.tab, widget.rect().bottomRight())
        assert page.tab.rect().contains(right)
    bar = page.desk.detail.area.horizontalScrollBar()
    assert bar.maximum() == 0


def test_the_letters_of_overpaid_and_cancelled_differ(page: Page) -> None:
    """Alt+G would only move the focus between the two."""
    keep, cancelled = page.tab.detail.overpaid.keep, page.tab.cancelled.button
    page.tab.cancelled.set_count(1)
    letters = {words.text()[words.text().index("&") + 1].lower() for words in (keep, cancelled)}
    assert len(letters) == 2


def test_words_when_nothing_waits_are_true_whatever_was_decided(
    make_page: Callable[[FakeReview], Page], qtbot: QtBot
) -> None:
    page = make_page(FakeReview())
    page.tab.show_review()
    words = [label.text() for label in page.desk.pane.nothing_open.findChildren(QLabel)]
    assert "Nichts wartet auf eine Entscheidung. Sie müssen nichts tun." in words
