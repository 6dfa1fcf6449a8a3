"""What was edited here was changed at another place in the meantime: said, shown, and decided.

Nothing typed is lost, and nothing of the other place is overwritten before staff say so.
"""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from workmate_desktop.domain.clock import Clock, from_text
from workmate_desktop.domain.errors import UserError
from workmate_desktop.ui.kit.cards import line
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.words import formats
from workmate_desktop.words import invoices as texts
from workmate_desktop.words.language import _, fill

CODES = ("draft_changed", "customer_changed")
"""What such an error is called; `at` is the time of the other change, `version` its number."""


def changed_sentence(error: UserError, clock: Clock) -> str:
    """„Dieser Entwurf wurde um 14:05 an anderer Stelle geändert. …“"""
    words = {
        "draft_changed": _("Dieser Entwurf wurde %1 an anderer Stelle geändert."),
        "customer_changed": _("Dieser Kunde wurde %1 an anderer Stelle geändert."),
    }[error.code]
    return f"{fill(words, _when(error, clock))} {_('Ihre Eingaben stehen noch hier.')}"


def _when(error: UserError, clock: Clock) -> str:
    at = error.values.get("at")
    if not isinstance(at, str):
        return _("inzwischen")
    moment = clock.local(from_text(at))
    minute = fill(_("um %1"), f"{moment:%H:%M}")
    if moment.date() == clock.today():
        return minute
    return fill(_("am %1"), f"{formats.date_text(moment.date())} {minute}")


class ChangedBanner(QFrame):
    """The sentence with both ways on.

    Signals: `look_wanted()`, show the other version; `keep_wanted()`, save mine over it.
    """

    look_wanted = Signal()
    keep_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "banner")
        self.words = PlainLabel(wrap=True)
        self.look_button = button(_("Andere Fassung a&nsehen"))
        self.keep_button = button(_("Me&ine speichern"))
        self.look_button.clicked.connect(self.look_wanted)
        self.keep_button.clicked.connect(self.keep_wanted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(8)
        layout.addWidget(self.words)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        layout.addLayout(buttons)
        buttons.addWidget(self.look_button)
        buttons.addWidget(self.keep_button)
        buttons.addStretch(1)
        self.hide()

    def tell(self, error: UserError, clock: Clock) -> None:
        """Show it; looking comes first."""
        self.words.setText(changed_sentence(error, clock))
        self.show()
        self.look_button.setFocus(Qt.FocusReason.OtherFocusReason)


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of the other version, and what stands in its place here."""

    title: str
    theirs: str
    mine: str


class OtherVersionDialog(QDialog):
    """The other version, to be read; what differs from what is typed here stands in bold."""

    def __init__(self, parent: QWidget | None, title: str, compared: list[Compared]) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.compared = compared
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(10)
        outer.addWidget(PlainLabel(title, role="title"))
        differs = any(one.theirs != one.mine for one in compared)
        words = _("Fett: anders als Ihre Eingaben.") if differs else _("Gleich wie Ihre Eingaben.")
        outer.addWidget(PlainLabel(words, role="muted", wrap=True))
        content = QWidget()
        content.setProperty("part", "scroll")
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(content)
        outer.addWidget(scroll, 1)
        grid = QGridLayout(content)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for row, one in enumerate(compared):
            role = "strong" if one.theirs != one.mine else ""
            value = PlainLabel(texts.breakable(one.theirs or formats.NONE), role=role, wrap=True)
            grid.addWidget(PlainLabel(one.title, role="muted"), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, row, 1)
        grid.setRowStretch(len(compared), 1)
        outer.addWidget(line())
        buttons = QHBoxLayout()
        outer.addLayout(buttons)
        buttons.addStretch(1)
        self.close_button = button(_("&Schließen"), kind="primary")
        self.close_button.setDefault(True)
        self.close_button.clicked.connect(self.accept)
        buttons.addWidget(self.close_button)
        self.resize(520, 460)
