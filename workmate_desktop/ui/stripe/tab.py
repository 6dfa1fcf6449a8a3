"""Stripe: the empty card at first, then Konto, Empfang, the list of events, and beside it the
checklist or the selected event."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.invoices.lists import EventFilter
from workmate_desktop.domain.reception.checklist import Remedy
from workmate_desktop.services.booking.receive import Receive
from workmate_desktop.services.books import Books
from workmate_desktop.services.catch_up.catch_up_keeper import CatchUpState
from workmate_desktop.services.connection.public_address import PublicAddress
from workmate_desktop.services.connection.stripe_setup import StripeSetup
from workmate_desktop.services.reception.checklist_live import LiveChecklist
from workmate_desktop.services.reception.reception import Reception
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.stripe.checklist.checklist_panel import ChecklistPanel
from workmate_desktop.ui.stripe.connection.account_card import AccountCard
from workmate_desktop.ui.stripe.connection.configure_dialog import ConfigureDialog
from workmate_desktop.ui.stripe.connection.empty_card import EmptyCard
from workmate_desktop.ui.stripe.connection.tunnel_actions import TunnelActions
from workmate_desktop.ui.stripe.events.event_detail import EventDetail
from workmate_desktop.ui.stripe.events.events_pane import EventsPane
from workmate_desktop.ui.stripe.reception_card import ReceptionCard
from workmate_desktop.words.key_messages import KeyKind
from workmate_desktop.words.language import _

_DETAIL_WIDTH = 330
_EVENTS_HEIGHT = 280
"""Room for some events; in a lower window the page scrolls."""
_SIDE_BY_SIDE = 700
"""Less room than this, and the two cards stand one below the other."""


class StripeTab(QStackedWidget):
    """The second page of the window.

    Signals: `simulate_requested()`, `demo_requested()`, `delete_test_data_requested()`,
    `fetch_requested()` for Verpasste Ereignisse nachholen, `self_test_requested()` for
    Testereignis senden, `check_requested()` for Jetzt prüfen, `invoices_requested()`,
    `mail_requested()`: the checklist leads there.
    """

    simulate_requested = Signal()
    demo_requested = Signal()
    delete_test_data_requested = Signal()
    fetch_requested = Signal()
    self_test_requested = Signal()
    check_requested = Signal()
    invoices_requested = Signal()
    mail_requested = Signal()

    def __init__(
        self,
        theme: Theme,
        setup: StripeSetup,
        books: Books,
        receive: Receive,
        reception: Reception,
        bridge: Bridge,
        clock: Clock,
        parent: QWidget | None = None,
        *,
        address: PublicAddress | None = None,
        checklist: LiveChecklist | None = None,
    ) -> None:
        """`address` None: no tunnel in this run. `checklist` None: none is shown."""
        super().__init__(parent)
        self._setup = setup
        self._address = address
        self._reception = reception
        self._bridge = bridge
        self.waiting = PlainLabel(_("Die Schlüssel werden gelesen …"), role="muted")
        self.waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty = EmptyCard()
        self.account = AccountCard(setup)
        self.reception = ReceptionCard(theme, clock)
        self.events = EventsPane(theme, books, bridge, clock)
        self.detail = EventDetail(theme, books, receive, bridge, clock)
        self.checklist = (
            ChecklistPanel(theme, checklist, bridge, clock) if checklist is not None else None
        )
        self._page = self._build_page()
        self._empty_area = _scrolling(self.empty)
        for page in (self.waiting, self._empty_area, self._page):
            self.addWidget(page)
        self._connect()
        self.refresh()

    # For the window

    def set_simulation_available(self, available: bool) -> None:
        """Offer Zahlung simulieren or not."""
        self.reception.set_simulation_available(available)

    def set_fetching(self, fetching: bool) -> None:
        """The missed events are being fetched, because someone asked for it."""
        self.reception.set_fetching(fetching)

    def show_review(self) -> None:
        """List what waits for a decision."""
        self.events.show_only(EventFilter.REVIEW)
        self.events.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_event(self, event_id: str) -> None:
        """Show one event, whatever filter that needs; an old one is shown beside the list."""
        if not self.events.show_event(event_id):
            self.events.table.clearSelection()
            self._show_beside(event_id)

    def save_state(self) -> dict[str, Any]:
        """Columns and the splitter, as plain JSON values."""
        return {
            "columns": self.events.table.save_columns(),
            "splitter": self.splitter.sizes(),
        }

    def restore_state(self, state: Mapping[str, Any]) -> None:
        """Take over what `save_state` gave; anything unfit is left out."""
        columns, sizes = state.get("columns"), state.get("splitter")
        if isinstance(columns, dict):
            self.events.table.restore_columns(columns)
        if (
            isinstance(sizes, list)
            and len(sizes) == 2
            and all(isinstance(size, int) and 0 <= size <= 20_000 for size in sizes)
            and sum(sizes) > 0
        ):
            self.splitter.setSizes(sizes)

    def focus_first(self) -> None:
        """Give the keyboard to the events, or before anything is set up to Konfigurieren."""
        # Not through focus proxies of the panes: Tab would skip everything else in such a pane.
        if self.currentWidget() is not self._page:
            first: QWidget = self.empty.configure
        else:
            first = self.events.table if self.events.table.isVisible() else self.account.edit
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def refresh(self) -> None:
        """Show keys, account and Empfang as they are now."""
        self.account.refresh()
        self._show_reception()
        if not self._setup.loaded:
            self.setCurrentWidget(self.waiting)
        elif self._setup.configured or self._setup.trouble is not None:
            self.setCurrentWidget(self._page)
        else:
            self.setCurrentWidget(self._empty_area)

    @Slot()
    def configure(self) -> ConfigureDialog:
        """Open Konfigurieren over the window."""
        dialog = ConfigureDialog(self._setup, self._bridge, self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(self.refresh)
        dialog.open()
        return dialog

    def minimumSizeHint(self) -> QSize:
        """The page scrolls where the window is smaller."""
        return QSize(320, 240)

    def showEvent(self, event: QShowEvent) -> None:
        """The first thing to do has the focus, so that the keyboard works at once."""
        super().showEvent(event)
        if self.window().focusWidget() is None:
            self.focus_first()

    # Building

    def _build_page(self) -> QWidget:
        self.cards = _Cards(self.account, self.reception)
        left = QWidget()
        left.setProperty("part", "scroll")
        column = QVBoxLayout(left)
        column.setContentsMargins(16, 14, 8, 14)
        column.setSpacing(12)
        column.addWidget(self.cards)
        column.addWidget(self.events, 1)
        self.events.setMinimumHeight(_EVENTS_HEIGHT)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setAccessibleName(_("Stripe und ausgewähltes Ereignis"))
        self.splitter.addWidget(_scrolling(left))
        self.side = QStackedWidget()
        self.side.addWidget(self.detail)
        if self.checklist is not None:
            self.detail.set_back_possible(True)
            self.side.addWidget(self.checklist)
            self.side.setCurrentWidget(self.checklist)
        self.splitter.addWidget(self.side)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 0)
        self.splitter.setCollapsible(0, False)
        self.splitter.setSizes([950, _DETAIL_WIDTH])
        return self.splitter

    def _connect(self) -> None:
        self.empty.configure_wanted.connect(self.configure)
        self.empty.demo_wanted.connect(self.demo_requested)
        self.account.edit_wanted.connect(self.configure)
        self.reception.simulate_wanted.connect(self.simulate_requested)
        self.reception.delete_wanted.connect(self.delete_test_data_requested)
        if self._address is not None:
            # Kept: a Python child that only Qt holds may lose its wrapper before Qt destroys it.
            self._tunnel_actions = TunnelActions(
                self._address, self._bridge, self.reception.tunnel, self
            )
        self.reception.fetch_wanted.connect(self.fetch_requested)
        self.reception.restart_wanted.connect(self._restart)
        self.reception.webhook_secret_wanted.connect(self._enter_webhook_secret)
        self.reception.self_test_wanted.connect(self.self_test_requested)
        if self.checklist is not None:
            self.checklist.remedy_wanted.connect(self._on_remedy_wanted)
            self.checklist.check_wanted.connect(self.check_requested)
            self.detail.back_wanted.connect(self._show_checklist)
            self.detail.emptied.connect(self._show_checklist)
        self.events.event_selected.connect(self._show_beside)
        self.events.activated_event.connect(self._on_activated)
        self._bridge.settings_changed.connect(self.refresh)
        self._bridge.reception_changed.connect(self._show_reception)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.activated.connect(self.events.focus_search)

    # Inside

    @Slot(str)
    def _show_beside(self, event_id: str) -> None:
        """The selected event, or the checklist while there is none."""
        self.detail.show_event(event_id)
        if self.detail.event_id:
            self.side.setCurrentWidget(self.detail)

    @Slot()
    def _show_checklist(self) -> None:
        if self.checklist is None or self.side.currentWidget() is self.checklist:
            return
        had_focus = self.detail.isAncestorOf(self.window().focusWidget() or self)
        self.side.setCurrentWidget(self.checklist)
        self.events.table.clearSelection()
        if had_focus:
            self.events.table.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(object)
    def _on_remedy_wanted(self, remedy: Remedy) -> None:
        tunnel = self.reception.tunnel
        {
            Remedy.CONFIGURE: self.configure,
            Remedy.ENTER_SECRET: self._enter_webhook_secret,
            Remedy.CONNECT: tunnel.connect_wanted.emit,
            Remedy.TUNNEL_SETTINGS: tunnel.settings_wanted.emit,
            Remedy.ARRANGE: tunnel.arrange_wanted.emit,
            Remedy.ENABLE: tunnel.arrange_wanted.emit,
            Remedy.SELF_TEST: self.self_test_requested.emit,
            Remedy.FETCH: self.fetch_requested.emit,
            Remedy.MEASURE: self.fetch_requested.emit,
            Remedy.RESTART: self._restart,
            Remedy.MAIL: self.mail_requested.emit,
            Remedy.INVOICES: self.invoices_requested.emit,
        }[remedy]()

    @Slot()
    def _show_reception(self) -> None:
        self.account.show_answered(_answered(self._reception.state.catch_up))
        self.reception.show_state(
            self._reception.state,
            livemode=self._setup.keys.livemode,
            own_secret=KeyKind.WEBHOOK_SECRET not in self._setup.from_environment,
            can_fetch=bool(self._setup.keys.secret),
            can_switch=self._address is not None and not self._address.from_environment,
        )

    @Slot()
    def _enter_webhook_secret(self) -> None:
        self.configure().webhook_secret.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(str)
    def _on_activated(self, _event_id: str) -> None:
        self.detail.focus_first_action()

    @Slot()
    def _restart(self) -> None:
        self.reception.set_restarting(True)
        self._bridge.run_in_background(
            self._reception.restart, self._on_restarted, self._on_restart_failed, self
        )

    def _on_restarted(self, _port: int | None) -> None:
        self.reception.set_restarting(False)
        self._show_reception()

    def _on_restart_failed(self, _error: Exception) -> None:
        # The state says what is wrong; the service has logged it.
        self.reception.set_restarting(False)
        self._show_reception()


class _Cards(QWidget):
    """Konto and Empfang side by side, or one below the other in little room."""

    def __init__(self, account: QWidget, reception: QWidget) -> None:
        super().__init__()
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(12)
        self._layout.addWidget(account, 355)
        self._layout.addWidget(reception, 551)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the direction."""
        super().resizeEvent(event)
        wide = self.width() >= _SIDE_BY_SIDE
        self._layout.setDirection(
            QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        )

    def minimumSizeHint(self) -> QSize:
        """Narrow enough to stand below each other."""
        return QSize(300, super().minimumSizeHint().height())


def _scrolling(content: QWidget) -> QScrollArea:
    """`content` that scrolls when the window is too low for it."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    content.setProperty("part", "scroll")
    area.setWidget(content)
    return area


def _answered(catch_up: CatchUpState | None) -> bool:
    """Whether Stripe answered the last time that it was asked to the end."""
    return catch_up is not None and catch_up.completed_at is not None and catch_up.trouble is None
