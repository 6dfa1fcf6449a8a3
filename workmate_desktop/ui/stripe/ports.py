"""What the Stripe tab needs from the rest of the program, no more.

`services` and `bridge` offer it; tests hand in small fakes instead.
"""

import threading
from concurrent.futures import Future
from typing import Protocol, TypeVar

from PySide6.QtCore import SignalInstance

from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.domain.invoices.lists import EventFilter, EventRow, InvoiceQuery
from workmate_desktop.domain.reception.checklist import Point
from workmate_desktop.domain.reception.self_test import SelfTestResult
from workmate_desktop.domain.review import Decided
from workmate_desktop.domain.secrets import Place
from workmate_desktop.domain.stripe.account import AccountInfo
from workmate_desktop.domain.stripe.events import Outcome
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.domain.stripe.scenario import Scenario
from workmate_desktop.services.connection.public_address import AddressState
from workmate_desktop.services.reception.reception import ReceptionState
from workmate_desktop.ui.kit.ports import Background

T = TypeVar("T")


class Setup(Protocol):
    """services.stripe_setup.StripeSetup."""

    @property
    def keys(self) -> StripeKeys: ...

    @property
    def loaded(self) -> bool:
        """False while the stored keys are still being read."""
        ...

    @property
    def configured(self) -> bool: ...

    @property
    def trouble(self) -> str | None: ...

    @property
    def from_environment(self) -> frozenset[str]: ...

    @property
    def place(self) -> Place: ...

    @property
    def account(self) -> AccountInfo | None: ...

    def save(
        self,
        publishable: str,
        secret: str | None,
        webhook_secret: str | None,
        *,
        allow_file: bool = False,
    ) -> None:
        """Blocks. None keeps the stored secret."""
        ...

    def test_connection(
        self, publishable: str, secret: str | None, cancelled: threading.Event
    ) -> AccountInfo:
        """Blocks. None asks with the stored secret."""
        ...


class EventReading(Protocol):
    """services.books.Books, as far as events go."""

    def event_page(
        self,
        which: EventFilter = EventFilter.ALL,
        text: str = "",
        after: EventRow | None = None,
        limit: int = 256,
    ) -> list[EventRow]: ...

    def event(self, event_id: str) -> EventRow | None: ...

    def decisions_about(self, event_id: str) -> list[Decided]:
        """What staff decided about it in Klärung nötig, newest first."""
        ...


class OpenInvoices(Protocol):
    """services.books.Books, as far as the simulation needs it."""

    def invoice_page(
        self, query: InvoiceQuery, after: InvoiceRow | None = None, limit: int = 256
    ) -> list[InvoiceRow]: ...

    def invoice_row(self, invoice_id: str) -> InvoiceRow | None: ...


class Reprocessing(Protocol):
    """services.receive.Receive."""

    def reprocess(self, event_id: str) -> "Future[Outcome]": ...


class HasReception(Protocol):
    """services.reception.Reception."""

    @property
    def state(self) -> ReceptionState: ...

    def restart(self) -> int | None:
        """Blocks. The port, or None when none could be had."""
        ...


class AddressControls(Protocol):
    """services.public_address.PublicAddress. All but `state` block."""

    @property
    def state(self) -> AddressState: ...

    @property
    def from_environment(self) -> bool: ...

    def connect(self) -> None: ...

    def disconnect(self) -> None: ...

    def save(self, token: str | None, domain: str, executable: str) -> None: ...

    def arrange(self) -> None: ...


class HasChecklist(Protocol):
    """services.checklist_live.LiveChecklist."""

    def points(self) -> tuple[Point, ...]:
        """Blocks: reads the books."""
        ...


class SelfTesting(Protocol):
    """services.self_test.SelfTest."""

    @property
    def last(self) -> SelfTestResult | None: ...

    def run(self, cancelled: threading.Event | None = None) -> SelfTestResult:
        """Blocks; ends soon after `cancelled` is set."""
        ...


class Simulating(Protocol):
    """services.simulate.Simulation."""

    @property
    def available(self) -> bool: ...

    def run(self, scenario: Scenario, invoice_id: str | None) -> list[int]:
        """Blocks. Returns the HTTP answers."""
        ...


class StripeNews(Background, Protocol):
    """bridge.Bridge, as far as the Stripe tab listens."""

    @property
    def events_recorded(self) -> SignalInstance: ...

    @property
    def invoices_changed(self) -> SignalInstance: ...

    @property
    def notices_added(self) -> SignalInstance: ...

    @property
    def settings_changed(self) -> SignalInstance: ...

    @property
    def reception_changed(self) -> SignalInstance: ...

    @property
    def everything_changed(self) -> SignalInstance: ...
