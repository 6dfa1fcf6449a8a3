"""A Rechnungen page with Klärung nötig, on fakes, shown."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.conftest import FakeToasts
from tests.ui.fake_invoicing import FakeInvoicing
from tests.ui.fakes import FakeBooks, FakeBridge, FakeClock, row
from tests.ui.review.fakes import FakeReview, picture_review
from workmate_desktop.ui.invoices.tab import InvoicesTab
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.review.desk import ReviewDesk


@dataclass
class Page:
    """Everything around one page."""

    tab: InvoicesTab
    desk: ReviewDesk
    review: FakeReview
    bridge: FakeBridge
    clock: FakeClock
    refunds: list[str]

    def listed(self) -> list[str]:
        """The ids from top to bottom."""
        model = self.desk.pane.model
        return [model.item_at(at).id for at in range(model.rowCount())]

    def selected(self) -> str:
        return self.desk.pane.table.selected_id()


@pytest.fixture
def make_page(qtbot: QtBot, theme: Theme) -> Callable[[FakeReview], Page]:
    def make(review: FakeReview) -> Page:
        bridge, clock = FakeBridge(), FakeClock()
        refunds: list[str] = []
        books = FakeBooks(review_count=review.waiting().count)
        books.add(*(row(serial) for serial in (1, 2, 3)))
        tab = InvoicesTab(theme, books, FakeInvoicing(), bridge, clock, FakeToasts())
        desk = ReviewDesk(theme, review, review, bridge, clock, refunds.append, tab)
        tab.set_review(desk)
        qtbot.addWidget(tab)
        tab.resize(1280, 694)
        tab.show()
        qtbot.waitExposed(tab)
        return Page(tab, desk, review, bridge, clock, refunds)

    return make


@pytest.fixture
def page(make_page: Callable[[FakeReview], Page]) -> Page:
    """The three of the picture."""
    return make_page(picture_review())
