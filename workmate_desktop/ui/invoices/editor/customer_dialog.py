"""A small dialog for a new customer or one to be corrected, opened from the invoice editor."""

import re
from dataclasses import dataclass, replace
from typing import cast

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.invoices.vat_ids import EXAMPLES
from workmate_desktop.domain.notify.addresses import mail_address
from workmate_desktop.domain.text import one_line
from workmate_desktop.services.books import Books
from workmate_desktop.services.invoices.invoicing import Invoicing
from workmate_desktop.ui.invoices.editor.changed_elsewhere import (
    CODES,
    ChangedBanner,
    Compared,
    OtherVersionDialog,
)
from workmate_desktop.ui.kit.cards import line
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.forms import FieldMessage, FormField
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.words.language import _, fill
from workmate_desktop.words.messages import error_sentence
from workmate_desktop.words.vat_check import VatProblem, read_vat_id

_GERMAN_POSTAL_CODE = re.compile(r"[0-9]{5}")
_NEAR = ("DE", "AT", "CH")


def countries() -> list[tuple[str, str]]:
    """ISO codes and German names: the nearest first, then by name."""
    # Imported when first needed: Babel reads its tables from files.
    from babel import Locale

    names = Locale("de").territories
    states = {code: name for code, name in names.items() if re.fullmatch("[A-Z]{2}", code)}
    unreal = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}
    rest = [(code, name) for code, name in states.items() if code not in unreal | set(_NEAR)]
    rest.sort(key=lambda entry: entry[1].translate(str.maketrans("ÄÖÜÅ", "AOUA")))
    return [(code, states[code]) for code in _NEAR] + rest


@dataclass(frozen=True, slots=True)
class EditedCustomer:
    """A customer to be corrected, where it can be read again, and what time it is."""

    known: Customer
    books: Books
    clock: Clock


class CustomerDialog(QDialog):
    """Name and address of a customer. Saves by itself and never blocks.

    Signal `saved(customer)`: the `Customer` with its id; the dialog is then closed.
    """

    saved = Signal(object)

    def __init__(
        self,
        invoicing: Invoicing,
        bridge: Bridge,
        name: str = "",
        parent: QWidget | None = None,
        *,
        edited: EditedCustomer | None = None,
    ) -> None:
        """With `edited` that one is corrected, else a new one of this name is made."""
        super().__init__(parent)
        self._invoicing = invoicing
        self._bridge = bridge
        self._edited = edited
        self._seen = 0 if edited is None else edited.known.version
        self._other = 0
        """The version that is edited, and the one stored elsewhere."""
        self._saving = False
        title = _("Neuer Kunde") if edited is None else _("Kunden bearbeiten")
        self.setWindowTitle(title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setMinimumWidth(440)
        self.name = _field(_("&Name"), 200)
        self.email = _field(_("&E-Mail"), 254)
        self.street = _field(_("&Straße und Nummer"), 200)
        self.postal_code = _field(_("&PLZ"), 12)
        self.city = _field(_("&Ort"), 120)
        box = QComboBox()
        # As wide as the form, not as its longest country.
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(10)
        for code, country in countries():
            box.addItem(country, code)
        self.country = FormField(_("&Land"), box)
        self.vat_id = _field(_("&USt-IdNr."), 30)
        self.trouble = PlainLabel(role="error", wrap=True)
        self.trouble.hide()
        self.changed = ChangedBanner()
        self.cancel_button = button(_("&Abbrechen"))
        words = _("&Kunden anlegen") if edited is None else _("Spei&chern")
        self.save_button = button(words, kind="primary")
        self.save_button.setDefault(True)
        self.cancel_button.clicked.connect(self.reject)
        self.save_button.clicked.connect(self.save)
        self.changed.look_wanted.connect(self._show_other_version)
        self.changed.keep_wanted.connect(self._save_mine)
        self._arrange(title)
        if edited is None:
            _line(self.name).setText(name)
        else:
            self._show_customer(edited.known)
        box.currentIndexChanged.connect(self._on_country)
        self._on_country()
        _line(self.name).setFocus()

    def _arrange(self, title: str) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(14)
        layout.addWidget(PlainLabel(title, role="title"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(12)
        layout.addLayout(grid)
        for field, row, column, columns in (
            (self.name, 0, 0, 3),
            (self.email, 1, 0, 3),
            (self.street, 2, 0, 3),
            (self.postal_code, 3, 0, 1),
            (self.city, 3, 1, 2),
            (self.country, 4, 0, 2),
            (self.vat_id, 4, 2, 1),
        ):
            grid.addWidget(field, row, column, 1, columns, Qt.AlignmentFlag.AlignTop)
        for column, stretch in enumerate((1, 1, 2)):
            grid.setColumnStretch(column, stretch)
        if self._edited is not None:
            words = _("Ausgestellte Rechnungen behalten Namen und Anschrift von damals.")
            layout.addWidget(PlainLabel(words, role="small", wrap=True))
        layout.addWidget(self.trouble)
        layout.addWidget(self.changed)
        layout.addStretch(1)
        layout.addWidget(line())
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        layout.addLayout(buttons)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.save_button)

    def _show_customer(self, known: Customer) -> None:
        for field, text in (
            (self.name, known.name),
            (self.email, known.email),
            (self.street, known.street),
            (self.postal_code, known.postal_code),
            (self.city, known.city),
            (self.vat_id, known.vat_id),
        ):
            _line(field).setText(text)
        box = cast(QComboBox, self.country.field)
        if box.findData(known.country) < 0:
            box.addItem(known.country, known.country)  # of another program, or none
        box.setCurrentIndex(box.findData(known.country))

    def customer(self) -> Customer:
        """What is typed, trimmed; a new one has no id."""
        return Customer(
            id="" if self._edited is None else self._edited.known.id,
            name=_text(self.name),
            email=_text(self.email),
            street=_text(self.street),
            postal_code=_text(self.postal_code),
            city=_text(self.city),
            country=self._country(),
            vat_id=read_vat_id(_line(self.vat_id).text(), self._country())[0],
            version=self._seen,
        )

    def _country(self) -> str:
        return str(cast(QComboBox, self.country.field).currentData())

    @Slot()
    def _on_country(self) -> None:
        """The example follows the country."""
        example = EXAMPLES.get(self._country())
        _line(self.vat_id).setPlaceholderText(fill(_("z. B. %1"), example) if example else "")
        if self.vat_id.is_bad():
            self._show_vat_problem()

    @Slot()
    def save(self) -> None:
        """Check, then store; messages stand beside the fields."""
        if self._saving or not self._check():
            return
        customer = self.customer()
        self._set_saving(True)
        self._bridge.when_done(
            self._invoicing.save_customer(customer),
            lambda new_id: self._on_saved(customer, new_id),
            self._on_failed,
            owner=self,
        )

    def reject(self) -> None:
        """Close without saving; not while it is being saved."""
        if not self._saving:
            super().reject()

    def _check(self) -> bool:
        wrong = self._wrong()
        for field in (self.name, self.email, self.postal_code, self.vat_id):
            if field in wrong:
                field.set_message(wrong[field], FieldMessage.BAD)
            else:
                field.clear_message()
        if wrong:
            next(iter(wrong)).field.setFocus()
        return not wrong

    def _wrong(self) -> dict[FormField, str]:
        customer = self.customer()
        wrong: dict[FormField, str] = {}
        if not customer.name:
            wrong[self.name] = _("Bitte einen Namen eintragen.")
        if customer.email and mail_address(customer.email) is None:
            wrong[self.email] = _("Das ist keine E-Mail-Adresse. Beispiel: info@firma.de")
        german = customer.country == "DE"
        if (
            german
            and customer.postal_code
            and not _GERMAN_POSTAL_CODE.fullmatch(customer.postal_code)
        ):
            wrong[self.postal_code] = _("Fünf Ziffern.")
        vat_problem = self._vat_problem()
        if vat_problem:
            wrong[self.vat_id] = vat_problem
        return wrong

    def _vat_problem(self) -> str:
        """One that was stored before is never in the way of correcting the rest."""
        text = _line(self.vat_id).text()
        if self._edited is not None and text == self._edited.known.vat_id:
            return ""
        _form, country, problem = read_vat_id(text, self._country())
        example = EXAMPLES.get(country or "")
        if problem is None:
            return ""
        if problem is VatProblem.CHECK_DIGIT:
            return _("Die Prüfziffer stimmt nicht. Bitte vergleichen.")
        if country == "DE":
            return _("Bitte prüfen: DE und neun Ziffern, z. B. DE123456789")
        return fill(_("Beispiel: %1"), example) if example else _("Das ist keine.")

    def _show_vat_problem(self) -> None:
        problem = self._vat_problem()
        self.vat_id.set_message(problem, FieldMessage.BAD if problem else FieldMessage.HINT)

    def _on_saved(self, customer: Customer, new_id: str) -> None:
        self._set_saving(False)
        self.saved.emit(replace(customer, id=new_id))
        self.accept()

    def _on_failed(self, error: Exception) -> None:
        self._set_saving(False)
        if self._edited is not None and isinstance(error, UserError) and error.code in CODES:
            self._other = int(str(error.values["version"]))
            self.changed.tell(error, self._edited.clock)
            return
        self.trouble.setText(error_sentence(error).line)
        self.trouble.show()

    @Slot()
    def _save_mine(self) -> None:
        """Over the version that was told of, and no later one."""
        self._seen = self._other
        self.save()

    @Slot()
    def _show_other_version(self) -> None:
        assert self._edited is not None  # only then it can have been changed elsewhere
        other = self._edited.books.customer(self._edited.known.id)
        if other is None:
            self._on_failed(UserError("customer_gone"))
            return
        mine = self.customer()
        names = dict(countries())
        compared = [
            Compared(title, str(getattr(other, name)), str(getattr(mine, name)))
            for name, title in (
                ("name", _("Name")),
                ("email", _("E-Mail")),
                ("street", _("Straße und Nummer")),
                ("postal_code", _("PLZ")),
                ("city", _("Ort")),
                ("vat_id", _("USt-IdNr.")),
            )
        ]
        land = Compared(_("Land"), *(names.get(c, c) for c in (other.country, mine.country)))
        compared.insert(-1, land)
        OtherVersionDialog(self, _("Andere Fassung des Kunden"), compared).open()

    def _set_saving(self, saving: bool) -> None:
        self._saving = saving
        self.trouble.hide()
        self.changed.hide()
        self.save_button.setEnabled(not saving)
        self.cancel_button.setEnabled(not saving)


def _field(label: str, longest: int) -> FormField:
    edit = QLineEdit()
    edit.setMaxLength(longest)
    return FormField(label, edit)


def _line(field: FormField) -> QLineEdit:
    return cast(QLineEdit, field.field)


def _text(field: FormField) -> str:
    return one_line(_line(field).text())
