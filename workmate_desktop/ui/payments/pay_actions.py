"""What staff can do with the payment link of one invoice, from the panel and the row's menu."""

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.domain.payments.links import Offer, OfferState, PaymentLink
from workmate_desktop.domain.payments.pay_address import PayAddress, PayHosts
from workmate_desktop.services.books import Books
from workmate_desktop.services.pay_links.pay import Pay
from workmate_desktop.ui.kit.open_outside import Opener, OpenOutside, copy_text
from workmate_desktop.ui.kit.toast import ToastHost, ToastKind
from workmate_desktop.words import invoices as texts
from workmate_desktop.words import pay as pay_texts
from workmate_desktop.words.customer_texts import customer
from workmate_desktop.words.language import GERMAN, _
from workmate_desktop.words.messages import error_sentence


class PayAction(StrEnum):
    """The buttons."""

    OPEN = "pay_open"
    COPY = "pay_copy"
    QR = "pay_qr"
    MAIL = "pay_mail"


def pay_action_text(action: PayAction) -> str:
    """The words of a button; the letter after & is its mnemonic."""
    return {
        PayAction.OPEN: _("Mit Stripe &bezahlen"),
        PayAction.COPY: _("&Link kopieren"),
        PayAction.QR: _("&QR-Code"),
        PayAction.MAIL: _("E-Mail &an den Kunden"),
    }[action]


class PayActions(QObject):
    """Asks for the link in the background, then opens, copies, shows or mails it.

    Signal `changed(str)`: an invoice whose asking began, ended or failed.
    """

    changed = Signal(str)

    def __init__(
        self,
        pay: Pay,
        books: Books,
        bridge: Bridge,
        clock: Clock,
        toasts: ToastHost,
        opener: Opener,
        window: QWidget,
        hosts: Callable[[], PayHosts] = PayHosts,
    ) -> None:
        super().__init__(window)
        self._pay = pay
        self._books = books
        self._bridge = bridge
        self._clock = clock
        self._toasts = toasts
        self._outside = OpenOutside(opener, hosts)
        self._window = window
        self._customer_texts = customer(GERMAN)
        self._busy: set[str] = set()
        self._problems: dict[str, str] = {}

    def offer(self, invoice_id: str) -> Offer:
        """How the invoice can be paid now."""
        return self._pay.offer(invoice_id)

    def words(self, offer: Offer, *, with_trouble: bool) -> str:
        """The state of the link, with what hinders it or without."""
        if not with_trouble:
            offer = replace(offer, trouble=None)
        since = self._clock.local(offer.since) if offer.since is not None else None
        return pay_texts.offer_words(offer, since, self._clock.local(self._clock.now()))

    def is_busy(self, invoice_id: str) -> bool:
        """Stripe is being asked for this invoice."""
        return invoice_id in self._busy

    def problem(self, invoice_id: str) -> str:
        """What went wrong at the last click for this invoice, in words."""
        return self._problems.get(invoice_id, "")

    def forget_problems(self) -> None:
        """Another invoice is looked at: what went wrong before is history."""
        self._problems.clear()

    def actions_for(self, row: InvoiceRow) -> tuple[PayAction, ...]:
        """What makes sense for this invoice now."""
        if not row.outstanding_minor or self.offer(row.id).state is OfferState.RUNNING:
            return ()
        return tuple(PayAction)

    def run(self, action: PayAction, invoice_id: str) -> None:
        """Begin `action`; a second click while Stripe is being asked changes nothing."""
        row = self._books.invoice_row(invoice_id)
        if row is None or invoice_id in self._busy or action not in self.actions_for(row):
            return
        self._busy.add(invoice_id)
        self._problems.pop(invoice_id, None)
        self.changed.emit(invoice_id)
        self._bridge.run_in_background(
            lambda: self._pay.link(invoice_id),
            lambda link: self._on_link(action, invoice_id, link),
            lambda error: self._on_failed(invoice_id, error),
            self,
        )

    def _on_link(self, action: PayAction, invoice_id: str, link: PaymentLink) -> None:
        self._busy.discard(invoice_id)
        row = self._books.invoice_row(invoice_id)
        if row is not None:
            try:
                self._use(action, row, self._outside.pay_address(link.url))
            except UserError as refused:
                self._fail(row.id, refused)
        self.changed.emit(invoice_id)

    def _use(self, action: PayAction, row: InvoiceRow, url: PayAddress) -> None:
        match action:
            case PayAction.OPEN:
                if not self._outside.open(url):
                    raise UserError("browser_failed")
            case PayAction.COPY:
                copy_text(url)
                self._toasts.show(_("Zahlungslink kopiert"), texts.label(row), ToastKind.SUCCESS)
                self._note_sent(row.id, "copy")
            case PayAction.QR:
                # Brings Qt's printing: only who prints a code needs it in memory.
                from workmate_desktop.ui.payments.qr_dialog import QrDialog

                QrDialog(
                    self._window,
                    title=texts.label(row),
                    subtitle=f"{row.customer_name} · {pay_texts.amount_words(row)}",
                    url=url,
                ).open()
            case PayAction.MAIL:
                self._mail(row, url)

    def _mail(self, row: InvoiceRow, url: PayAddress) -> None:
        invoice = self._books.invoice(row.id)
        customer = self._books.customer(invoice.customer_id) if invoice else None
        address = customer.email if customer is not None else ""
        mail = pay_texts.mail_url(self._customer_texts, row, address or "", url)
        if not self._outside.write_mail(mail):
            raise UserError("mail_failed")
        self._note_sent(row.id, "mail")

    def _note_sent(self, invoice_id: str, channel: str) -> None:
        self._bridge.when_done(
            self._pay.note_sent(invoice_id, channel),
            failed=lambda error: self._fail(invoice_id, error),
            owner=self,
        )

    def _on_failed(self, invoice_id: str, error: Exception) -> None:
        self._busy.discard(invoice_id)
        self._fail(invoice_id, error)

    def _fail(self, invoice_id: str, error: Exception) -> None:
        self._problems[invoice_id] = error_sentence(error).line
        self.changed.emit(invoice_id)
