"""Which book the tab shows: test invoices or real ones, never both in one list."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workmate_desktop.ui.invoices.row_reading import RowReading
from workmate_desktop.ui.kit.controls import Segments
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.words.language import _

_TEST = "test"
_REAL = "real"


class BookChoice:
    """The rule. Test invoices show in test mode only; there they come first once there are any.

    `livemode_keys` is the mode of the Stripe keys, None without keys.
    """

    def __init__(self, books: RowReading) -> None:
        self._books = books
        self._chosen: bool | None = None
        self._has_test = False
        self._has_real = False
        self.livemode_keys: bool | None = None

    @property
    def both(self) -> bool:
        """Whether there is anything to choose."""
        return self.livemode_keys is False and self._has_test and self._has_real

    @property
    def livemode(self) -> bool:
        """True for the book of real invoices."""
        if self.livemode_keys is not False:
            return True
        if self._chosen is not None and self.both:
            return self._chosen
        return self._has_real and not self._has_test

    def hides_test(self) -> bool:
        """Whether test invoices are kept out of sight; asks the books."""
        return self.livemode_keys is not False and self._books.has_invoices(False)

    def read_from(self, books: RowReading) -> None:
        """Ask these books from now on."""
        self._books = books

    def choose(self, livemode: bool) -> None:
        """Staff decided."""
        self._chosen = livemode

    def look(self) -> None:
        """See what there is; a book that has invoices is not asked again."""
        if self.livemode_keys is False:
            self._has_test = self._has_test or self._books.has_invoices(False)
            self._has_real = self._has_real or self._books.has_invoices(True)

    def forget_counts(self) -> None:
        """Test data may be gone."""
        self._has_test = self._has_real = False


class BookSwitch(QWidget):
    """Testrechnungen | Echte Rechnungen. Signal `chosen(bool)`: livemode."""

    chosen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.segments = Segments(_("Testrechnungen oder echte Rechnungen"))
        self.segments.add(_TEST, _("Testrechnungen"))
        self.segments.add(_REAL, _("Echte Rechnungen"))
        self.segments.chosen.connect(self._on_chosen)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.segments)
        row.addWidget(PlainLabel(_("Testgeld und echtes Geld bleiben getrennt."), role="small"), 1)
        self.hide()

    def show_choice(self, offered: bool, livemode: bool) -> None:
        """Show the switch while there is something to choose."""
        self.segments.choose(_REAL if livemode else _TEST)
        self.setVisible(offered)

    @Slot(str)
    def _on_chosen(self, key: str) -> None:
        self.chosen.emit(key == _REAL)
