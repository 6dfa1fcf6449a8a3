"""A Rechnungen tab on fakes, shown, with the toasts it asked for."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.fake_invoicing import FakeInvoicing
from tests.ui.fakes import FakeBooks, FakeBridge, FakeClock, row
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.ui.invoices.tab import InvoicesTab
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.kit.toast import ToastHost, ToastKind


@dataclass
class FakeToasts(ToastHost):
    """Notes what would be shown."""

    shown: list[tuple[str, str, ToastKind]] = field(default_factory=list)

    def show(self, title: str, text: str = "", kind: ToastKind = ToastKind.INFO) -> None:
        self.shown.append((title, text, kind))


@dataclass
class Desk:
    """Everything around one tab."""

    tab: InvoicesTab
    books: FakeBooks
    invoicing: FakeInvoicing
    bridge: FakeBridge
    clock: FakeClock
    toasts: FakeToasts

    def ids(self) -> list[str]:
        """The listed invoices from top to bottom."""
        model = self.tab.model
        return [model.id_at(at) or "" for at in range(model.rowCount())]

    def announce(self, *invoice_ids: str) -> None:
        """What the bridge does after a commit."""
        self.bridge.invoices_changed.emit(invoice_ids)


@pytest.fixture
def make_desk(qtbot: QtBot, theme: Theme) -> Callable[..., Desk]:
    """Builds a shown tab on the given books."""

    def make(books: FakeBooks, *, show: bool = True) -> Desk:
        invoicing, bridge, clock, toasts = FakeInvoicing(), FakeBridge(), FakeClock(), FakeToasts()
        tab = InvoicesTab(theme, books, invoicing, bridge, clock, toasts)
        qtbot.addWidget(tab)
        tab.resize(1280, 694)
        if show:
            tab.show()
            qtbot.waitExposed(tab)
        return Desk(tab, books, invoicing, bridge, clock, toasts)

    return make


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    """A tab with sixty open invoices, one draft and one overdue."""
    books = FakeBooks(review_count=3)
    books.add(*(row(serial, f"Kunde {serial:02d}") for serial in range(1, 61)))
    books.add(row(70, "Fahrschule Becker", total=29750, days=-10))
    books.add(row(80, "Café Morgenrot", InvoiceStatus.DRAFT))
    return make_desk(books)
