"""A Stripe tab on fakes, shown."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.fakes import FakeBridge, FakeClock
from tests.ui.stripe.fakes import (
    TEST_KEYS,
    FakeReceive,
    FakeReception,
    FakeSetup,
    FakeStripeBooks,
    event,
)
from workmate_desktop.domain.invoices.lists import EventRow
from workmate_desktop.domain.stripe.events import Outcome
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.stripe.connection.configure_dialog import ConfigureDialog
from workmate_desktop.ui.stripe.events.events_model import Column
from workmate_desktop.ui.stripe.tab import StripeTab


@dataclass
class StripeDesk:
    """Everything around one tab."""

    tab: StripeTab
    books: FakeStripeBooks
    setup: FakeSetup
    receive: FakeReceive
    reception: FakeReception
    bridge: FakeBridge
    clock: FakeClock

    def ids(self) -> list[str]:
        """The listed events from top to bottom."""
        model = self.tab.events.model
        return [model.id_at(at) or "" for at in range(model.rowCount())]

    def cell(self, event_id: str, column: Column) -> str:
        """What is written in one cell."""
        model = self.tab.events.model
        position = model.position(event_id)
        assert position is not None
        return str(model.index(position, column).data())

    def record(self, *rows: EventRow) -> None:
        """What the bridge does after a commit."""
        self.bridge.events_recorded.emit(self.books.add_events(*rows))


@pytest.fixture
def make_stripe_desk(qtbot: QtBot, theme: Theme) -> Callable[..., StripeDesk]:
    """Builds a shown tab."""

    def make(
        books: FakeStripeBooks | None = None,
        setup: FakeSetup | None = None,
        *,
        show: bool = True,
    ) -> StripeDesk:
        books = books or FakeStripeBooks()
        setup = setup or FakeSetup(keys=TEST_KEYS)
        receive, reception = FakeReceive(books), FakeReception()
        bridge, clock = FakeBridge(), FakeClock()
        tab = StripeTab(theme, setup, books, receive, reception, bridge, clock)
        qtbot.addWidget(tab)
        tab.resize(1280, 694)
        if show:
            tab.show()
            qtbot.waitExposed(tab)
        return StripeDesk(tab, books, setup, receive, reception, bridge, clock)

    return make


@pytest.fixture
def stripe_desk(make_stripe_desk: Callable[..., StripeDesk]) -> StripeDesk:
    """Sixty booked events, one failure and one that waits for a decision."""
    books = FakeStripeBooks()
    books.add_events(*(event(serial) for serial in range(1, 61)))
    books.add_events(
        event(70, Outcome.FAILURE_RECORDED, decline_code="insufficient_funds"),
        event(71, Outcome.NEEDS_REVIEW, label=None, amount=8900, reason="no_invoice"),
    )
    return make_stripe_desk(books)


@pytest.fixture
def bridge() -> FakeBridge:
    return FakeBridge()


@pytest.fixture
def opened(qtbot: QtBot, bridge: FakeBridge) -> Callable[[FakeSetup], ConfigureDialog]:
    """Opens the dialog on the given setup."""

    def make(setup: FakeSetup) -> ConfigureDialog:
        dialog = ConfigureDialog(setup, bridge)
        qtbot.addWidget(dialog)
        dialog.show()
        qtbot.waitExposed(dialog)
        return dialog

    return make
