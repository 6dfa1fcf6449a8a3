"""Nothing is set up yet: what Stripe does here, and how to begin."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from workmate_desktop.ui.kit.cards import Card, line
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.words.language import _

_WIDTH = 560


class EmptyCard(QWidget):
    """One friendly card in the middle. Signals: `configure_wanted()`; `demo_wanted()`: try it on
    invented data first."""

    configure_wanted = Signal()
    demo_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.card = Card(margin=32)
        self.card.setMaximumWidth(_WIDTH)
        self.card.setAccessibleName(_("Stripe einrichten"))
        self.configure = button(_("&Konfigurieren"), kind="primary", size="large")
        self.configure.setMinimumWidth(130)
        self.demo = button(_("Erst einmal ausprobieren: &Zahlung simulieren"), kind="link")
        self.demo.setToolTip(
            _("Öffnet ein zweites Fenster mit erfundenen Rechnungen, ganz ohne Stripe.")
        )
        title = PlainLabel(_("Rechnungen online bezahlen lassen"), role="title", wrap=True)
        sentence = PlainLabel(
            _(
                "Verbinden Sie Ihr Stripe-Konto. Danach bezahlen Kunden per Karte oder "
                "Lastschrift, und die Rechnung springt hier automatisch auf „Bezahlt“."
            ),
            role="muted",
            wrap=True,
        )
        body = self.card.body
        body.setSpacing(6)
        for label in (title, sentence):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        body.addWidget(title)
        body.addWidget(sentence)
        body.addSpacing(10)
        body.addWidget(self.configure, 0, Qt.AlignmentFlag.AlignHCenter)
        body.addSpacing(4)
        body.addWidget(self.demo, 0, Qt.AlignmentFlag.AlignHCenter)
        body.addSpacing(10)
        body.addWidget(line())
        body.addSpacing(12)
        self._add_steps(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 14, 16, 14)
        outer.addStretch(1)
        middle = QHBoxLayout()
        outer.addLayout(middle)
        middle.addStretch(1)
        middle.addWidget(self.card, 100)
        middle.addStretch(1)
        outer.addStretch(1)
        self.configure.clicked.connect(self.configure_wanted)
        self.demo.clicked.connect(self.demo_wanted)

    def _add_steps(self, body: QVBoxLayout) -> None:
        grid = QGridLayout()
        body.addLayout(grid)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        steps = (
            (
                _("API-Schlüssel aus dem Stripe-Dashboard einfügen"),
                _("Entwickler → API-Schlüssel"),
            ),
            (
                _("Webhook Secret einfügen"),
                _("Entwickler → Webhooks → Endpunkt → Signing Secret"),
            ),
            (_("Testzahlung machen und zusehen, wie die Rechnung auf „Bezahlt“ springt"), ""),
        )
        for place, (what, where) in enumerate(steps):
            row = 3 * place
            number = PlainLabel(str(place + 1), role="strong")
            number.setAlignment(Qt.AlignmentFlag.AlignTop)
            number.setMinimumWidth(12)
            grid.addWidget(number, row, 0, 2 if where else 1, 1)
            grid.addWidget(PlainLabel(what, wrap=True), row, 1)
            if where:
                grid.addWidget(PlainLabel(where, role="muted", wrap=True), row + 1, 1)
            if place + 1 < len(steps):
                grid.setRowMinimumHeight(row + 2, 10)
