"""Neue Rechnung and Entwurf bearbeiten: the dialog around the form, and saving."""

import logging
from concurrent.futures import Future
from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.invoices import Invoice
from workmate_desktop.domain.review import Credit
from workmate_desktop.services.booking.review import Review
from workmate_desktop.services.books import Books
from workmate_desktop.services.invoices.invoicing import Invoicing
from workmate_desktop.ui.invoices.editor.changed_elsewhere import (
    CODES,
    ChangedBanner,
    OtherVersionDialog,
)
from workmate_desktop.ui.invoices.editor.customer_dialog import CustomerDialog, EditedCustomer
from workmate_desktop.ui.invoices.editor.form import InvoiceForm
from workmate_desktop.ui.kit.cards import line
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.plain_text import (
    Choice,
    PlainLabel,
    chosen_key,
    message_box,
    plain_tip,
)
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.words.language import _
from workmate_desktop.words.messages import error_sentence

logger = logging.getLogger("workmate.ui")

_WIDTH, _HEIGHT = 840, 620


class InvoiceEditor(QDialog):
    """Makes an invoice or edits a draft. Open it with `open()`; it never blocks.

    Signal `saved(invoice_id, issued)`: stored, and issued or not; the dialog is then closed.
    """

    saved = Signal(str, bool)

    def __init__(
        self,
        books: Books,
        invoicing: Invoicing,
        bridge: Bridge,
        clock: Clock,
        *,
        theme: Theme,
        test_mode: bool | None,
        invoice: Invoice | None = None,
        credits_kept: Review | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`test_mode`: which keys are configured, None for none. `invoice`: the draft to edit.
        Without `credits_kept` no credit of an overpaid invoice is offered."""
        super().__init__(parent)
        self._credits = credits_kept
        self._kept_credits: list[Credit] = []
        if credits_kept is not None and invoice is not None:
            self._kept_credits = credits_kept.chosen_credits(invoice.row.id)
        """Those that the edited draft is to deduct already; nobody else is offered them."""
        self._books = books
        self._clock = clock
        self._seen = None if invoice is None else invoice.version
        """The version of the draft that is edited here."""
        self._other = (0, False)
        """The version stored elsewhere, and whether mine was to be issued."""
        self._invoicing = invoicing
        self._bridge = bridge
        self._invoice_id = None if invoice is None else invoice.row.id
        self._saving = False
        title = _("Neue Rechnung") if invoice is None else _("Entwurf bearbeiten")
        self.setWindowTitle(title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.form = InvoiceForm(books, theme, clock.today(), invoice)
        self.title_label = PlainLabel(title, role="title")
        self.number_label = PlainLabel(role="muted", elide=True)
        self.numbers_button = button(_("Nu&mmern …"), kind="link")
        self.numbers_button.setToolTip(
            plain_tip(_("Format und nächste Nummer festlegen, z. B. nach einem Umstieg"))
        )
        self.test_box = QCheckBox(_("&Testrechnung"))
        self.test_box.setToolTip(
            plain_tip(_("Bekommt eine TEST-Nummer. Nur Testzahlungen können sie bezahlen."))
        )
        is_test = bool(test_mode) if invoice is None else not invoice.row.livemode
        self.test_box.setChecked(is_test)
        self.test_box.setVisible(bool(test_mode) or is_test)
        # In test mode the switch says which book it is, in live mode every invoice is a real one.
        self.real_hint = PlainLabel(
            _("Echte Rechnung: Die Nummer wird fortlaufend vergeben und bleibt."),
            role="muted",
            wrap=True,
        )
        self.real_hint.setVisible(test_mode is None and not is_test)
        self.trouble = PlainLabel(role="error", wrap=True)
        self.trouble.hide()
        self.changed = ChangedBanner()
        self.cancel_button = button(_("&Abbrechen"))
        self.draft_button = button(_("Als &Entwurf speichern"))
        self.issue_button = button(_("Rechnung aus&stellen"), kind="primary")
        self._arrange()
        self._connect()
        self._numbered: tuple[int, bool] | None = None
        self._show_number()
        self._offer_credits()
        self._before = self._snapshot()
        self._fit_to_screen()
        self.form.customer.setFocus()

    @Slot()
    def save_draft(self) -> None:
        """Als Entwurf speichern."""
        self._save(issuing=False)

    @Slot()
    def issue(self) -> None:
        """Rechnung ausstellen: from now on its number and its amounts are final."""
        self._save(issuing=True)

    def has_changes(self) -> bool:
        """Whether closing now would lose something."""
        self.form.items.finish_editing()
        return self._snapshot() != self._before

    def reject(self) -> None:
        """Close; ask before changes are lost. While saving nothing can be taken back."""
        if self._saving:
            return
        if not self.has_changes():
            super().reject()
            return
        box = message_box(
            self,
            _("Änderungen verwerfen?"),
            _("Änderungen verwerfen?"),
            _("Was Sie eingegeben haben, ist noch nicht gespeichert."),
            [
                Choice("keep", _("&Weiter bearbeiten"), cancels=True),
                Choice("discard", _("&Verwerfen"), danger=True),
            ],
        )
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(lambda: self._on_asked(box))
        box.open()

    # Inside --------------------------------------------------------------------------------

    def _on_asked(self, box: QMessageBox) -> None:
        if chosen_key(box) == "discard":
            super().reject()

    def _connect(self) -> None:
        self.form.changed.connect(self._show_number)
        for signal in (self.form.changed, self.test_box.toggled):
            signal.connect(self._offer_credits)
        self.form.new_customer_wanted.connect(self._make_customer)
        self.form.edit_customer_wanted.connect(self._edit_customer)
        self.changed.look_wanted.connect(self._show_other_version)
        self.changed.keep_wanted.connect(self._save_mine)
        self.test_box.toggled.connect(self._show_number)
        self.numbers_button.clicked.connect(self._open_numbers)
        self.cancel_button.clicked.connect(self.reject)
        self.draft_button.clicked.connect(self.save_draft)
        self.issue_button.clicked.connect(self.issue)

    def _arrange(self) -> None:
        # On a small screen, or at 200 %, the form scrolls and the buttons stay.
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setCornerWidget(QWidget())
        scroll.setWidget(self.form)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(14)
        head = QHBoxLayout()
        layout.addLayout(head)
        head.addWidget(self.title_label)
        head.addStretch(1)
        head.addWidget(self.number_label)
        head.addWidget(self.numbers_button)
        layout.addWidget(scroll, 1)
        layout.addWidget(self.trouble)
        layout.addWidget(self.changed)
        layout.addWidget(self.real_hint)
        layout.addWidget(line())
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        layout.addLayout(buttons)
        buttons.addWidget(self.test_box)
        buttons.addStretch(1)
        for made in (self.cancel_button, self.draft_button, self.issue_button):
            buttons.addWidget(made)

    def _fit_to_screen(self) -> None:
        room = self.screen().availableSize()
        # The width is never less than what the buttons need; the height may be, the form scrolls.
        self.setMinimumHeight(min(360, room.height() - 40))
        self.resize(min(_WIDTH, room.width() - 40), min(_HEIGHT, room.height() - 40))

    def _snapshot(self) -> object:
        return self.form.snapshot(), self.test_box.isChecked()

    @Slot()
    def _show_number(self) -> None:
        issue_date, livemode = self.form.issue_date.day(), not self.test_box.isChecked()
        # Numbers count per year and book; typing a position cannot change them.
        if self._numbered == (issue_date.year, livemode):
            return
        self._numbered = (issue_date.year, livemode)
        # Test invoices have numbers of their own.
        self.numbers_button.setVisible(livemode)
        number = self._invoicing.next_number(issue_date, livemode)
        self.number_label.setText(
            _("Nummer wird beim Ausstellen vergeben: %1").replace("%1", number)
        )

    @Slot()
    def _open_numbers(self) -> None:
        from workmate_desktop.ui.invoices.numbers_dialog import NumbersDialog

        year = self.form.issue_date.day().year
        dialog = NumbersDialog(self, self._invoicing, self._bridge, year)
        dialog.saved.connect(self._on_numbers_saved)
        dialog.open()

    @Slot()
    def _on_numbers_saved(self) -> None:
        self._numbered = None
        self._show_number()

    def _open_credits(self) -> list[Credit]:
        customer = self.form.customer.customer()
        if self._credits is None or customer is None:
            return []
        found = self._credits.open_credits(customer.id, not self.test_box.isChecked())
        kept = [one for one in self._kept_credits if one.customer_id == customer.id]
        together = sorted((*found, *kept), key=lambda one: one.id)
        return [one for one in together if one.currency == self.form.model.currency]

    @Slot()
    def _offer_credits(self) -> None:
        kept = [one.id for one in self._kept_credits]
        self.form.offer.show_credits(self._open_credits(), kept)

    def _save(self, *, issuing: bool) -> None:
        if self._saving:
            return
        self.trouble.hide()
        self.changed.hide()
        draft = self.form.draft(issuing=issuing, livemode=not self.test_box.isChecked())
        if draft is None:
            return
        if self._credits is not None:
            chosen = tuple(one.id for one in self.form.offer.chosen())
            draft = replace(draft, credit_ids=chosen)
        pressed = self.issue_button if issuing else self.draft_button
        self._set_saving(True)
        store = self._invoicing.issue if issuing else self._invoicing.save_draft
        future: Future[str] = store(draft, self._invoice_id, self._seen)
        self._bridge.when_done(
            future,
            lambda invoice_id: self._on_saved(invoice_id, issuing),
            lambda error: self._on_failed(error, pressed),
            owner=self,
        )

    def _on_saved(self, invoice_id: str, issued: bool) -> None:
        # It stays "saving": a second click on its way must not store a second invoice.
        self.saved.emit(invoice_id, issued)
        self.accept()

    def _on_failed(self, error: Exception, pressed: QPushButton) -> None:
        self._set_saving(False)
        if isinstance(error, UserError) and error.code in CODES:
            self._on_changed_elsewhere(error, pressed)
            return
        self.trouble.setText(error_sentence(error).line)
        self.trouble.show()
        pressed.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_changed_elsewhere(self, error: UserError, pressed: QPushButton) -> None:
        """Saving again is to overwrite the version told of here, and no later one."""
        self._other = (int(str(error.values["version"])), pressed is self.issue_button)
        self.changed.tell(error, self._clock)

    @Slot()
    def _save_mine(self) -> None:
        self._seen, issuing = self._other
        self._save(issuing=issuing)

    @Slot()
    def _show_other_version(self) -> None:
        other = self._books.invoice(self._invoice_id or "")
        if other is None:
            self.trouble.setText(error_sentence(UserError("invoice_gone")).line)
            self.trouble.show()
            return
        from workmate_desktop.ui.invoices.editor.versions import compared

        title = _("Andere Fassung des Entwurfs")
        OtherVersionDialog(self, title, compared(other, self.form)).open()

    def _set_saving(self, saving: bool) -> None:
        self._saving = saving
        for part in (
            self.form,
            self.test_box,
            self.changed,
            self.numbers_button,
            self.cancel_button,
            self.draft_button,
            self.issue_button,
        ):
            part.setEnabled(not saving)

    @Slot(str)
    def _make_customer(self, name: str) -> None:
        dialog = CustomerDialog(self._invoicing, self._bridge, name, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.saved.connect(self.form.take_over)
        dialog.open()

    @Slot(str)
    def _edit_customer(self, customer_id: str) -> None:
        """As the customer is stored now: it may have been corrected since it was chosen."""
        known = self._books.customer(customer_id)
        if known is None:
            self.trouble.setText(error_sentence(UserError("customer_gone")).line)
            self.trouble.show()
            return
        dialog = CustomerDialog(
            self._invoicing,
            self._bridge,
            parent=self,
            edited=EditedCustomer(known, self._books, self._clock),
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.saved.connect(self.form.show_customer)
        dialog.open()
