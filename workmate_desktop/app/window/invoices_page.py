"""Rechnungen, the page that staff look at first: built and filled before the others are imported.

Stripe, Protokoll and the status bar come after it, in app/window/pages.py
(docs/decisions/first-paint.md).
"""

from typing import Any

from PySide6.QtCore import QObject, Slot

from workmate_desktop.app.core import Core
from workmate_desktop.bridge import Bridge
from workmate_desktop.ui.invoices.list.list_side import ListSide
from workmate_desktop.ui.invoices.panel.actions import InvoiceAction
from workmate_desktop.ui.invoices.tab import InvoicesTab
from workmate_desktop.ui.kit.open_outside import by_desktop
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.kit.toast import ToastKind
from workmate_desktop.ui.payments.pay_actions import PayActions
from workmate_desktop.ui.payments.refunding import Refunding
from workmate_desktop.ui.review.desk import ReviewDesk
from workmate_desktop.ui.window.main_window import MainWindow
from workmate_desktop.words.language import _
from workmate_desktop.words.messages import error_sentence

INVOICES = 0


class InvoicesPage(QObject):
    """The tab with all that it needs but Zahlung simulieren. Lives in the GUI thread."""

    def __init__(
        self,
        window: MainWindow,
        theme: Theme,
        core: Core,
        bridge: Bridge,
        livemode: bool | None = None,
        side: ListSide | None = None,
    ) -> None:
        """`livemode` is the mode of the keys as far as known while they are not loaded; `side`
        the list, where it is on the screen already.
        """
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._core = core
        self._bridge = bridge
        books, clock, toasts = core.books, core.clock, window.toasts
        paying = core.pay
        pay = PayActions(
            paying, books, bridge, clock, toasts, by_desktop, window, lambda: paying.hosts
        )
        self.tab = InvoicesTab(
            theme, books, core.invoicing, bridge, clock, toasts, pay=pay, side=side
        )
        refunding = Refunding(books, core.refunds, bridge, toasts, window) if core.refunds else None
        refund = refunding.open_loose if refunding else None
        self.review = ReviewDesk(theme, core.review, core.receive, bridge, clock, refund, self)
        self.tab.set_review(self.review)
        detail = self.tab.detail
        detail.overpaid.set_ports(core.review, bridge, refunds=refunding is not None)
        detail.moved.set_ports(core.review, bridge)
        detail.overpaid.split_wanted.connect(self._split)
        self._refunding = refunding
        if refunding is not None:
            detail.refund_requested.connect(refunding.open)
            detail.overpaid.refund_wanted.connect(refunding.open_difference)
            self.tab.actions_of.refund_wanted.connect(refunding.open_difference)
            refunding.by_hand_wanted.connect(self._pay_back)
        self.tab.new_invoice_requested.connect(self._new_invoice)
        self.tab.edit_requested.connect(self._edit_invoice)
        self.tab.footer.export_wanted.connect(self._save_list)
        self.tab.set_mode(core.setup.keys.livemode if core.setup.loaded else livemode)
        window.set_page(INVOICES, self.tab)

    def restore_state(self, state: dict[str, Any]) -> None:
        """Take over what `Pages.save_state` gave for this page."""
        remembered = state.get("invoices")
        if isinstance(remembered, dict):
            self.tab.restore_state(remembered)

    @Slot(str)
    def _pay_back(self, invoice_id: str) -> None:
        self.tab.actions_of.run(InvoiceAction.PAY_BACK, invoice_id)

    @Slot(str, object)
    def _split(self, invoice_id: str, spare_minor: int) -> None:
        from workmate_desktop.ui.review.split_dialog import SplitDialog

        row = self._core.books.invoice_row(invoice_id)
        if row is None:
            return
        review = self._core.review
        dialog = SplitDialog(
            self._theme,
            row,
            spare_minor,
            lambda text: review.split_targets(row, text),
            self._window,
        )

        def save() -> None:
            future = review.split(invoice_id, dialog.invoice_id(), dialog.amount_minor())
            self._bridge.when_done(
                future,
                lambda _nothing: dialog.accept(),
                lambda error: dialog.fail(*error_sentence(error)),
                dialog,
            )

        dialog.submitted.connect(save)
        dialog.open()

    @Slot()
    def _save_list(self) -> None:
        from workmate_desktop.ui.invoices.list.export import ListExport

        core, window = self._core, self._window
        export = ListExport(core.books, self._bridge, core.clock, window.toasts, window)
        export.save(self.tab.model.query)

    @Slot()
    def _new_invoice(self) -> None:
        self._open_editor(None)

    @Slot(str)
    def _edit_invoice(self, invoice_id: str) -> None:
        self._open_editor(invoice_id)

    def _open_editor(self, invoice_id: str | None) -> None:
        from workmate_desktop.ui.invoices.editor.dialog import InvoiceEditor

        core = self._core
        editor = InvoiceEditor(
            core.books,
            core.invoicing,
            self._bridge,
            core.clock,
            theme=self._theme,
            test_mode=_test_mode(core),
            invoice=core.books.invoice(invoice_id) if invoice_id else None,
            credits_kept=core.review,
            parent=self._window,
        )
        editor.saved.connect(self._on_saved)
        editor.open()

    @Slot(str, bool)
    def _on_saved(self, invoice_id: str, issued: bool) -> None:
        row = self._core.books.invoice_row(invoice_id)
        self.tab.select_invoice(invoice_id)
        if row is None:
            return
        if issued:
            title = _("Rechnung {0} ist ausgestellt").format(row.number or "")
            self._window.toasts.show(title, row.customer_name, ToastKind.SUCCESS)
        else:
            self._window.toasts.show(_("Entwurf gespeichert"), row.customer_name)


def _test_mode(core: Core) -> bool | None:
    """True with test keys, False with live keys, None without keys."""
    livemode = core.setup.keys.livemode
    return None if livemode is None else not livemode
