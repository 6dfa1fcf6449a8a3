"""Builds the pages of the window and connects what one page asks of another."""

import sys
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QProcess, QTimer, Slot
from PySide6.QtWidgets import QStatusBar

from workmate_desktop.app.core import Core
from workmate_desktop.app.window.invoices_page import INVOICES, InvoicesPage
from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.reception.troubles import TroubleKind
from workmate_desktop.services.log import ProgramLog
from workmate_desktop.ui.backup.bar import BackupBar
from workmate_desktop.ui.invoices.list.status_place import status_places
from workmate_desktop.ui.kit.mode_badge import ModeBadge, demo_label
from workmate_desktop.ui.kit.plain_text import Choice, ask
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.kit.toast import ToastKind
from workmate_desktop.ui.log.tab import LogTab
from workmate_desktop.ui.notify.mail_dialog import MailDialog
from workmate_desktop.ui.steps.bar import StepsBar
from workmate_desktop.ui.stripe.catch_up_teller import CatchUpTeller
from workmate_desktop.ui.stripe.checklist.check_now import CheckNow
from workmate_desktop.ui.stripe.tab import StripeTab
from workmate_desktop.ui.stripe.try_out.self_test_dialog import SelfTestDialog
from workmate_desktop.ui.stripe.try_out.simulate_dialog import SimulateDialog
from workmate_desktop.ui.window.main_window import MainWindow
from workmate_desktop.ui.window.status_bar import StatusBar
from workmate_desktop.words.language import _
from workmate_desktop.words.messages import error_sentence, trouble_message
from workmate_desktop.words.resources import PACKAGE
from workmate_desktop.words.trouble_texts import trouble_sentence

STRIPE, LOG = 1, 2


class Pages(QObject):
    """The three pages, the status bar and the badge. Lives in the GUI thread."""

    def __init__(
        self,
        window: MainWindow,
        theme: Theme,
        core: Core,
        log: ProgramLog,
        bridge: Bridge,
        front: InvoicesPage,
    ) -> None:
        """`front` is on the screen already."""
        super().__init__(window)
        front.setParent(self)
        self._window = window
        self._theme = theme
        self._core = core
        self._bridge = bridge
        self._stuck: Callable[[], tuple[str, ...]] = tuple
        books, invoicing, clock = core.books, core.invoicing, core.clock
        self.invoices, self.review = front.tab, front.review
        self.stripe = StripeTab(
            theme,
            core.setup,
            books,
            core.receive,
            core.reception,
            bridge,
            clock,
            address=core.address,
            checklist=core.checklist,
        )
        self.log = LogTab(theme, books, invoicing, log, bridge, clock)
        self.backup_bar = BackupBar(
            theme, core.backups, bridge, clock, window.toasts, may_restore=not core.options.demo
        )
        self.steps_bar = StepsBar(theme, core.steps.states, bridge, clock)
        for bar in (self.steps_bar, self.backup_bar):
            self.log.add_below(bar)
        for index, page in ((STRIPE, self.stripe), (LOG, self.log)):
            window.set_page(index, page)
        self.badge = ModeBadge(theme)
        if core.options.demo:
            window.navigation.add_right(demo_label())
        window.navigation.add_right(self.badge)
        self.status_bar = StatusBar(
            theme, books, core.reception, bridge, clock, configured=lambda: core.setup.configured
        )
        window.setStatusBar(self.status_bar)
        self._caught_up = CatchUpTeller(
            core.reception, bridge, window.toasts, self.status_bar.set_remark, self
        )
        self._check_now = CheckNow(
            core.reception,
            bridge,
            look=lambda: core.address.check() if core.address else None,
            fetch=lambda: core.catch_up.request() if core.catch_up else None,
            test=core.self_test.run,
            parent=self,
        )
        self._connect()
        self.refresh_state()

    def close(self) -> None:
        """The books are about to be closed: no view may read them any more."""
        for timer in self._window.findChildren(QTimer):
            timer.stop()
        self._window.forget_pages()
        self._window.setStatusBar(QStatusBar())
        self.badge.deleteLater()
        self.deleteLater()

    def save_state(self) -> dict[str, Any]:
        """What the pages remember, as plain JSON values."""
        return {"invoices": self.invoices.save_state(), "stripe": self.stripe.save_state()}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Take over what `save_state` gave, but for the page that is shown already."""
        remembered = state.get("stripe")
        if isinstance(remembered, dict):
            self.stripe.restore_state(remembered)

    def focus_first(self) -> None:
        """Give the keyboard to the page shown, unless someone uses it elsewhere already."""
        if self._window.focusWidget() not in (None, self._window.navigation.tabs):
            return
        page = self._window.stack.currentWidget()
        if page is self.invoices:
            self.invoices.focus_first()
        elif page is self.stripe:
            self.stripe.focus_first()

    @Slot()
    def refresh_state(self) -> None:
        """Mode and simulation follow the keys and the listener."""
        keys = self._core.setup.keys
        self.badge.set_mode(keys.livemode, self._core.setup.configured)
        if self._core.setup.loaded:  # until then it shows the book of the last run
            self.invoices.set_mode(keys.livemode)
        possible = self._core.simulation.available
        self.invoices.set_simulation_available(possible)
        self.invoices.set_refunds_available(self._core.refunds is not None and bool(keys.secret))
        self.stripe.set_simulation_available(possible)
        self.stripe.reception.set_self_test_available(
            self._core.address is not None and keys.can_receive
        )
        self._window.show_banner(self._banner())

    def _connect(self) -> None:
        self.invoices.simulate_requested.connect(self._simulate)
        self.stripe.simulate_requested.connect(self._simulate_any)
        self.stripe.demo_requested.connect(self._start_demo)
        self.stripe.delete_test_data_requested.connect(self._delete_test_data)
        self.stripe.fetch_requested.connect(self._fetch_missed)
        self.stripe.detail.review_wanted.connect(self._show_review)
        self.stripe.self_test_requested.connect(self.send_test_event)
        self.stripe.invoices_requested.connect(self._show_invoices)
        self.stripe.mail_requested.connect(self._open_mail)
        self.stripe.check_requested.connect(self._check_now.start)
        if self.stripe.checklist is not None:
            self._check_now.running_changed.connect(self.stripe.checklist.set_checking)
        self._caught_up.answered.connect(self._on_fetched)
        self.log.invoice_requested.connect(self._show_invoice)
        self.log.event_requested.connect(self._show_event)
        self.log.unread_changed.connect(self._show_unread)
        self.steps_bar.retry_wanted.connect(self._retry_steps)
        self.log.notices.mail_requested.connect(self._open_mail)
        self._bridge.settings_changed.connect(self.refresh_state)
        self._bridge.reception_changed.connect(self.refresh_state)

    def set_stuck_threads(self, stuck: Callable[[], tuple[str, ...]]) -> None:
        """Where to ask which threads hang; the banner says so."""
        self._stuck = stuck

    def _banner(self) -> str:
        words: list[str] = []
        if any(name != "window" for name in self._stuck()):
            words += trouble_message("thread_stuck") or ()
        trouble = self._core.writer.trouble
        if trouble is not None:
            saved = self._core.writer.rescued
            words += error_sentence(UserError(trouble.value, rescued=str(saved) if saved else None))
        for recognised in self._core.reception.state.troubles:
            if recognised.kind is not TroubleKind.STRANGERS_REFUSED:  # nobody need do anything
                words += trouble_sentence(recognised)
        base = self._core.options.stripe_api_base
        if base is not None:
            words.append(_("Die Stripe-API ist umgeleitet auf {0}: nur für Tests.").format(base))
        return " ".join(part for part in words if part)

    @Slot(str)
    def _simulate(self, invoice_id: str) -> None:
        self._open_simulation(invoice_id)

    @Slot()
    def _simulate_any(self) -> None:
        self._open_simulation(None)

    @Slot()
    def _start_demo(self) -> None:
        """A second window on invented data; it lives and ends on its own."""
        # From the folder of the package `-m` finds it, wherever this program was started.
        folder = str(PACKAGE.parent)
        arguments = ["-m", "workmate_desktop", "--demo"]
        started, _pid = QProcess.startDetached(sys.executable, arguments, folder)
        if started:
            self._window.toasts.show(_("Das Beispiel öffnet sich"), _("In einem eigenen Fenster."))
        else:
            self._window.toasts.show(
                _("Das Beispiel konnte nicht gestartet werden."), "", ToastKind.ERROR
            )

    def _open_simulation(self, invoice_id: str | None) -> None:
        core = self._core
        dialog = SimulateDialog(
            self._theme,
            core.books,
            core.simulation,
            self._bridge,
            core.clock,
            invoice_id,
            self._window,
        )
        dialog.stand_clear_of(status_places(self.invoices.table, invoice_id))
        dialog.open()

    @Slot()
    def _show_invoices(self) -> None:
        self._window.show_page(INVOICES)
        self.invoices.focus_first()

    @Slot(str)
    def _show_invoice(self, invoice_id: str) -> None:
        self._window.show_page(INVOICES)
        self.invoices.select_invoice(invoice_id)

    @Slot(str)
    def _show_review(self, item_id: str) -> None:
        self._window.show_page(INVOICES)
        self.invoices.show_review(item_id)

    @Slot(str)
    def _show_event(self, event_id: str) -> None:
        item = self._core.review.item(event_id)
        if item is not None and item.decided is None:
            self._show_review(event_id)  # there it can be decided
            return
        self._window.show_page(STRIPE)
        self.stripe.show_event(event_id)

    def show_notice(self, notice_id: str) -> None:
        """A desktop notification was clicked; an empty id stands for several notices."""
        notice = self._core.books.notice(notice_id) if notice_id else None
        self._window.show_page(LOG)
        if notice is not None:
            self.log.notices.open_notice(notice)

    @Slot()
    def _open_mail(self) -> None:
        dialog = MailDialog(self._core.mail, self._bridge, self._window)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(int)
    def _show_unread(self, count: int) -> None:
        title = _("Protokoll")
        self._window.navigation.set_title(LOG, f"{title} ({count})" if count else title)

    @Slot()
    def _fetch_missed(self) -> None:
        if self._core.catch_up is not None:
            self.stripe.set_fetching(True)
            self._caught_up.expect(self._core.catch_up.request())

    @Slot()
    def _retry_steps(self) -> None:
        """Jetzt erneut versuchen: what pauses pauses no longer."""
        self._core.steps.retry_now()
        self._core.upkeep.request()
        if self._core.catch_up is not None:
            self._core.catch_up.request()

    @Slot()
    def send_test_event(self) -> None:
        """Testereignis senden: in a dialog that begins at once."""
        dialog = SelfTestDialog(self._theme, self._core.self_test, self._bridge, self._window)
        dialog.open()
        dialog.send()

    @Slot()
    def _on_fetched(self) -> None:
        self.stripe.set_fetching(False)

    @Slot()
    def _delete_test_data(self) -> None:
        choice = ask(
            self._window,
            _("Testdaten löschen"),
            _("Alle Testrechnungen, Testzahlungen und Testereignisse löschen?"),
            _("Echte Rechnungen und echte Zahlungen bleiben, wie sie sind."),
            [
                Choice("delete", _("Testdaten &löschen"), danger=True),
                Choice("keep", _("&Behalten"), cancels=True),
            ],
        )
        if choice == "delete":
            self._bridge.when_done(
                self._core.invoicing.delete_test_data(),
                self._on_test_data_deleted,
                self._on_failed,
                self,
            )

    def _on_test_data_deleted(self, count: int) -> None:
        one = _("1 Testrechnung gelöscht")
        many = _("{0} Testrechnungen gelöscht").format(count)
        self._window.toasts.show(one if count == 1 else many)

    def _on_failed(self, error: Exception) -> None:
        self._window.toasts.show(*error_sentence(error), ToastKind.ERROR)
