"""The one line for payments of other programs over the same account, and their list."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.review.conftest import Page
from tests.ui.review.fakes import FakeReview, picture_review, shop_orders
from workmate_desktop.domain.review import OthersPayments, ReviewList
from workmate_desktop.ui.review.choose_dialog import ChooseDialog
from workmate_desktop.words import review as texts

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def shop(make_page: Callable[[FakeReview], Page], qtbot: QtBot) -> Page:
    """Three that wait, and a shop with 300 orders; Klärung nötig is open."""
    review = picture_review()
    review.add(*shop_orders(300))
    page = make_page(review)
    page.tab.show_review()
    return page


def test_mb4_one_line_tells_of_all_of_them(shop: Page) -> None:
    line = shop.desk.pane.others
    assert line.isVisible() and not line.look.isHidden()
    assert line.words.text() == "300 Zahlungen anderer Programme über dieses Konto"
    assert shop.listed() == ["evt_1", "evt_2", "evt_3"]
    assert shop.desk.pane.how_many.full_text() == "3 Zahlungen warten auf eine Entscheidung"


def test_mb4_without_such_payments_there_is_no_line(page: Page) -> None:
    page.tab.show_review()
    assert not page.desk.pane.others.isVisible()


def test_mb4_where_nothing_waits_the_line_stands_above_that(
    make_page: Callable[[FakeReview], Page],
) -> None:
    review = FakeReview()
    review.add(*shop_orders(1))
    page = make_page(review)
    page.tab.show_review()
    pane = page.desk.pane
    assert pane.others.words.text() == "1 Zahlung eines anderen Programms über dieses Konto"
    assert pane.others.isVisible() and pane.stack.currentWidget() is pane.nothing_open


def test_mb4_the_words_for_very_many() -> None:
    words = texts.others_words(OthersPayments(10_000, more=True))
    assert words == "Mehr als 10.000 Zahlungen anderer Programme über dieses Konto"


def test_mb4_one_of_them_is_put_on_an_invoice_and_back(shop: Page, qtbot: QtBot) -> None:
    pane, detail = shop.desk.pane, shop.desk.detail
    qtbot.mouseClick(pane.others.look, LEFT)
    assert pane.model.shown is ReviewList.NOT_OURS
    assert (len(shop.listed()), shop.selected()) == (256, "evt_shop_000")
    assert not detail.set_aside.isVisible() and not detail.refund.isVisible()
    assert detail.choose.text().replace("&", "") == "Einer Rechnung zuordnen …"
    qtbot.mouseClick(detail.choose, LEFT)
    dialog = pane.window().findChild(ChooseDialog)
    assert dialog is not None
    dialog.view.setCurrentIndex(dialog.model.index(0))
    qtbot.mouseClick(dialog.submit_button, LEFT)
    assert shop.review.asked == [("assigned", "evt_shop_000", "id-113")]
    assert shop.selected() == "evt_shop_001"
    assert pane.others.words.text() == texts.others_explained()
    shop.tab.show_review("evt_shop_000")
    assert pane.model.shown is ReviewList.DECIDED
    qtbot.mouseClick(detail.undo, LEFT)
    assert pane.done.words.text() == "Rückgängig gemacht."
    assert "evt_shop_000" in [one.id for one in shop.review.not_ours_items()]


def test_mb4_from_its_event_an_old_one_is_found(shop: Page) -> None:
    shop.tab.show_review("evt_shop_299")
    assert shop.desk.pane.model.shown is ReviewList.NOT_OURS
    assert shop.selected() == "evt_shop_299"


def test_mb4_the_chip_stands_there_only_while_they_are_listed(shop: Page, qtbot: QtBot) -> None:
    pane = shop.desk.pane
    chip = pane.chips.button(ReviewList.NOT_OURS.value)
    assert not chip.isVisible()
    qtbot.mouseClick(pane.others.look, LEFT)
    assert chip.isVisible() and chip.isChecked()
    qtbot.mouseClick(pane.chips.button(ReviewList.OPEN.value), LEFT)
    assert not chip.isVisible() and shop.listed() == ["evt_1", "evt_2", "evt_3"]


def test_mb4_hidden_the_line_stands_among_what_is_decided(shop: Page, qtbot: QtBot) -> None:
    pane = shop.desk.pane
    qtbot.mouseClick(pane.others.hide_them, LEFT)
    assert not pane.others.isVisible() and shop.review.hidden
    assert "Entschieden" in pane.done.words.text()
    shop.bridge.events_recorded.emit(("evt_shop_000",))  # new ones do not bring it back
    qtbot.wait(150)
    assert not pane.others.isVisible()
    qtbot.mouseClick(pane.chips.button(ReviewList.DECIDED.value), LEFT)
    assert pane.others.isVisible()
    assert pane.others.hide_them.text().replace("&", "") == "Wieder zeigen"
    qtbot.mouseClick(pane.others.hide_them, LEFT)
    assert not shop.review.hidden
    assert pane.model.shown is ReviewList.OPEN and pane.others.isVisible()


def test_mb4_a_new_order_changes_the_line_and_nothing_else(shop: Page, qtbot: QtBot) -> None:
    selected = shop.selected()
    [order] = [one for one in shop_orders(301) if one.id == "evt_shop_300"]
    shop.review.add(order)
    shop.bridge.events_recorded.emit((order.id,))
    qtbot.waitUntil(lambda: shop.desk.pane.others.words.text().startswith("301 "))
    assert (shop.listed(), shop.selected()) == (["evt_1", "evt_2", "evt_3"], selected)
