"""**Mit Stripe bezahlen** in the panel of an invoice: the buttons, and how its link is."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.payments.pay_actions import PayAction, pay_action_text
from workmate_desktop.words.language import _


@dataclass(frozen=True, slots=True)
class PayView:
    """What the block shows. `payable`: the buttons are there; `busy`: Stripe is being asked.

    `problem` is what went wrong at the last click, in words.
    """

    words: str
    payable: bool
    busy: bool = False
    problem: str = ""


class PayBlock(QWidget):
    """Signal `chosen(str)`: a PayAction."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Bezahlen mit Stripe"))
        self._buttons: dict[PayAction, QPushButton] = {}
        self.state = PlainLabel(role="small", wrap=True)
        self.problem = PlainLabel(role="error", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        grid = QGridLayout()
        grid.setSpacing(8)
        column.addLayout(grid)
        for action, (row, place, width) in {
            PayAction.OPEN: (0, 0, 2),
            PayAction.COPY: (1, 0, 1),
            PayAction.QR: (1, 1, 1),
            PayAction.MAIL: (2, 0, 2),
        }.items():
            first = action is PayAction.OPEN
            made = button(
                pay_action_text(action),
                kind="primary" if first else "secondary",
                size="large" if first else "",
            )
            made.clicked.connect(lambda _checked, chosen=action: self.chosen.emit(chosen.value))
            self._buttons[action] = made
            grid.addWidget(made, row, place, 1, width)
        column.addWidget(self.problem)
        column.addWidget(self.state)

    def button(self, action: PayAction) -> QPushButton:
        """The button of an action."""
        return self._buttons[action]

    def show_view(self, view: PayView | None) -> None:
        """Show it; None, or nothing to say, hides the whole block."""
        self.setVisible(view is not None and (view.payable or bool(view.words)))
        if view is None:
            return
        opens = self._buttons[PayAction.OPEN]
        opens.setText(_("Stripe wird gefragt …") if view.busy else pay_action_text(PayAction.OPEN))
        for made in self._buttons.values():
            made.setVisible(view.payable)
            made.setEnabled(not view.busy)
        self.problem.setText(view.problem)
        self.problem.setVisible(bool(view.problem))
        self.state.setText(view.words)
        self.state.setVisible(bool(view.words))
