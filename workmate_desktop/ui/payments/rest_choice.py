"""What becomes of the rest of an invoice: it stays open, or Skonto or an Ausbuchung closes it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from workmate_desktop.domain.invoices.closings import SKONTO, WRITE_OFF, Closing
from workmate_desktop.domain.text import one_line
from workmate_desktop.ui.kit.controls import Segments
from workmate_desktop.ui.kit.forms import FieldMessage, FormField
from workmate_desktop.words import formats
from workmate_desktop.words.language import _, fill

_LEAVE = "leave"
_REASON_LENGTH = 200


class RestChoice(QWidget):
    """One choice, and the reason that an Ausbuchung needs. Signal `chosen()`: another choice."""

    chosen = Signal()

    def __init__(self, *, may_stay_open: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rest = 0
        self._currency = ""
        self.choice = Segments(_("Rest"))
        if may_stay_open:
            self.choice.add(_LEAVE, _("offen lassen"))
        self.choice.add(SKONTO, _("Skonto"))
        self.choice.add(WRITE_OFF, _("Ausbuchen"))
        if not may_stay_open:
            self.choice.choose(WRITE_OFF)
        self.field = FormField(_("Rest"), self.choice, message_lines=1)
        self.reason_text = QLineEdit()
        self.reason_text.setMaxLength(_REASON_LENGTH)
        self.reason_text.setPlaceholderText(_("zum Beispiel: Bankgebühr, Kulanz, uneinbringlich"))
        self.reason_field = FormField(_("&Grund"), self.reason_text, message_lines=1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.field)
        column.addWidget(self.reason_field)
        self.choice.chosen.connect(self._on_chosen)
        self.reason_text.textChanged.connect(self._on_reason_changed)
        self._show_choice()

    def show_rest(self, rest_minor: int, currency: str) -> None:
        """How much it is; hidden while there is none."""
        self._rest, self._currency = rest_minor, currency
        self.field.label.setText(fill(_("Re&st %1"), formats.money(rest_minor, currency)))
        self._show_choice()
        self.setVisible(rest_minor > 0)

    def closing(self) -> Closing | None:
        """What closes the rest; None while it stays open."""
        kind = self.choice.current()
        if self._rest <= 0 or kind == _LEAVE:
            return None
        return Closing(kind, self._rest, self._reason() if kind == WRITE_OFF else "")

    def problem_free(self) -> bool:
        """An Ausbuchung needs a reason; goes there when it is missing."""
        closing = self.closing()
        if closing is None or closing.kind != WRITE_OFF or closing.reason:
            return True
        self.reason_field.set_message(_("Bitte einen Grund angeben."), FieldMessage.BAD)
        self.reason_text.setFocus()
        return False

    def _reason(self) -> str:
        return one_line(self.reason_text.text())

    @Slot()
    def _on_chosen(self) -> None:
        self._show_choice()
        self.chosen.emit()

    @Slot()
    def _on_reason_changed(self) -> None:
        if self._reason() and self.reason_field.is_bad():
            self.reason_field.clear_message()

    def _show_choice(self) -> None:
        kind = self.choice.current()
        words = {
            _LEAVE: _("Der Kunde zahlt den Rest noch."),
            SKONTO: _("Der Abzug zählt nicht als Geldeingang; nichts bleibt offen."),
            WRITE_OFF: _("Auf den Rest wird verzichtet; nichts bleibt offen."),
        }
        self.field.set_message(words[kind])
        self.reason_field.setVisible(kind == WRITE_OFF)
