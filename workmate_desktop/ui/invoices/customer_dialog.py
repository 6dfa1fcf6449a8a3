"""A small dialog for a new customer, opened from the invoice editor."""

import re
from dataclasses import replace
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

from workmate_desktop.domain.addresses import mail_address
from workmate_desktop.domain.customers import Customer
from workmate_desktop.ui.invoices.editor_ports import CustomerWriting
from workmate_desktop.ui.shared.cards import line
from workmate_desktop.ui.shared.controls import button
from workmate_desktop.ui.shared.forms import FormField, Message
from workmate_desktop.ui.shared.messages import error_sentence
from workmate_desktop.ui.shared.plain_text import PlainLabel
from workmate_desktop.ui.shared.ports import Waiting

# Two letters and two to thirteen letters or digits; Germany: nine digits (§ 27a UStG).
_VAT_ID = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,13}")
_GERMAN_VAT_ID = re.compile(r"DE[0-9]{9}")
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


class CustomerDialog(QDialog):
    """Name and address of a new customer. Saves by itself and never blocks.

    Signal `saved(customer)`: the `Customer` with its new id; the dialog is then closed.
    """

    saved = Signal(object)

    def __init__(
        self,
        invoicing: CustomerWriting,
        bridge: Waiting,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._invoicing = invoicing
        self._bridge = bridge
        self._saving = False
        self.setWindowTitle(self.tr("Neuer Kunde"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setMinimumWidth(440)
        self.name = _field(self.tr("&Name"), 200)
        self.email = _field(self.tr("&E-Mail"), 254)
        self.street = _field(self.tr("&Straße und Nummer"), 200)
        self.postal_code = _field(self.tr("&PLZ"), 12)
        self.city = _field(self.tr("&Ort"), 120)
        box = QComboBox()
        # As wide as the form, not as its longest country.
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(10)
        for code, country in countries():
            box.addItem(country, code)
        self.country = FormField(self.tr("&Land"), box)
        self.vat_id = _field(self.tr("&USt-IdNr."), 20)
        _line(self.vat_id).setPlaceholderText(self.tr("z. B. DE123456789"))
        self.trouble = PlainLabel(role="error", wrap=True)
        self.trouble.hide()
        self.cancel_button = button(self.tr("&Abbrechen"))
        self.save_button = button(self.tr("&Kunden anlegen"), kind="primary")
        self.save_button.setDefault(True)
        self.cancel_button.clicked.connect(self.reject)
        self.save_button.clicked.connect(self.save)
        self._arrange()
        _line(self.name).setText(name)
        _line(self.name).setFocus()

    def _arrange(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(14)
        layout.addWidget(PlainLabel(self.tr("Neuer Kunde"), role="title"))
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
        layout.addWidget(self.trouble)
        layout.addStretch(1)
        layout.addWidget(line())
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        layout.addLayout(buttons)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.save_button)

    def customer(self) -> Customer:
        """What is typed, trimmed; without an id."""
        vat_id = re.sub(r"[\s.-]", "", _line(self.vat_id).text()).upper()
        return Customer(
            id="",
            name=_text(self.name),
            email=_text(self.email),
            street=_text(self.street),
            postal_code=_text(self.postal_code),
            city=_text(self.city),
            country=str(cast(QComboBox, self.country.field).currentData()),
            vat_id=vat_id,
        )

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
                field.set_message(wrong[field], Message.BAD)
            else:
                field.clear_message()
        if wrong:
            next(iter(wrong)).field.setFocus()
        return not wrong

    def _wrong(self) -> dict[FormField, str]:
        customer = self.customer()
        wrong: dict[FormField, str] = {}
        if not customer.name:
            wrong[self.name] = self.tr("Bitte einen Namen eintragen.")
        if customer.email and mail_address(customer.email) is None:
            wrong[self.email] = self.tr("Das ist keine E-Mail-Adresse. Beispiel: info@firma.de")
        german = customer.country == "DE"
        if (
            german
            and customer.postal_code
            and not _GERMAN_POSTAL_CODE.fullmatch(customer.postal_code)
        ):
            wrong[self.postal_code] = self.tr("Fünf Ziffern.")
        form = _GERMAN_VAT_ID if customer.vat_id.startswith("DE") else _VAT_ID
        if customer.vat_id and not form.fullmatch(customer.vat_id):
            wrong[self.vat_id] = self.tr("Beispiel: DE und neun Ziffern.")
        return wrong

    def _on_saved(self, customer: Customer, new_id: str) -> None:
        self._set_saving(False)
        self.saved.emit(replace(customer, id=new_id))
        self.accept()

    def _on_failed(self, error: Exception) -> None:
        self._set_saving(False)
        self.trouble.setText(error_sentence(error).line)
        self.trouble.show()

    def _set_saving(self, saving: bool) -> None:
        self._saving = saving
        self.trouble.hide()
        self.save_button.setEnabled(not saving)
        self.cancel_button.setEnabled(not saving)


def _field(label: str, longest: int) -> FormField:
    edit = QLineEdit()
    edit.setMaxLength(longest)
    return FormField(label, edit)


def _line(field: FormField) -> QLineEdit:
    return cast(QLineEdit, field.field)


def _text(field: FormField) -> str:
    return " ".join(_line(field).text().split())
