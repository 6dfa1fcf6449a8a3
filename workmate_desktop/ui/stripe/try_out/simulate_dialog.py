"""Zahlung simulieren: choose a test invoice and what the customer does, send, look, repeat.

The event goes through the real listener, so the window shows what a real one would do.
"""

import time
from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt, QTimer, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QListView,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.stripe.scenario import Scenario
from workmate_desktop.services.books import Books
from workmate_desktop.services.reception.simulate import Simulation
from workmate_desktop.ui.kit.cards import line
from workmate_desktop.ui.kit.controls import SearchField, button
from workmate_desktop.ui.kit.fitting_area import room_for
from workmate_desktop.ui.kit.pills import PillLabel
from workmate_desktop.ui.kit.placing import place_clear_of
from workmate_desktop.ui.kit.plain_text import PlainLabel, plain_tip
from workmate_desktop.ui.kit.tables import RowDelegate
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.stripe.try_out.open_invoices_model import LINE_HEIGHT, OpenInvoicesModel
from workmate_desktop.words import events as texts
from workmate_desktop.words.language import _
from workmate_desktop.words.messages import error_sentence
from workmate_desktop.words.pills import status_pills

_INVOICE_FREE = frozenset({Scenario.UNKNOWN_INVOICE})
_WITHOUT_MONEY = frozenset({Scenario.DECLINED, Scenario.INSUFFICIENT_FUNDS})


_WIDTH, _HEIGHT = 620, 590
_LEAST_WIDTH = 420
_LINE = 16
"""Height of one line of small words, in logical pixels."""


class _ShortList(QListView):
    """Wants two lines and takes what is left: the scenarios below are never pushed away."""

    def sizeHint(self) -> QSize:
        return QSize(256, 2 * LINE_HEIGHT + 2)


class SimulateDialog(QDialog):
    """`invoice_id` is chosen beforehand when it is an open test invoice."""

    def __init__(
        self,
        theme: Theme,
        books: Books,
        simulation: Simulation,
        bridge: Bridge,
        clock: Clock,
        invoice_id: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._simulation = simulation
        self._books = books
        self._bridge = bridge
        self._clock = clock
        self._sending = False
        self._succeeded = False
        self.setWindowTitle(_("Zahlung simulieren"))
        self.setMinimumWidth(_LEAST_WIDTH)
        # Opened again and again, and it listens to the bridge as long as it lives.
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.search = SearchField(theme, _("Testrechnung suchen …"))
        self.model = OpenInvoicesModel(books, clock, self)
        self.list = _ShortList()
        self.list.setModel(self.model)
        self.list.setAccessibleName(_("Offene Testrechnungen"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(RowDelegate(theme, self.list))
        self.list.setMinimumHeight(2 * LINE_HEIGHT + 2)
        self.hint = PlainLabel(role="small", wrap=True)
        self.hint.setMinimumHeight(_LINE)  # whether it says something or not
        self._group = QButtonGroup(self)
        self.scenarios = {scenario: QRadioButton() for scenario in Scenario}
        self.pill = PillLabel(theme)
        self.answer = PlainLabel(role="small", wrap=True)
        self.answer.setAccessibleName(_("Antwort"))
        self.close_button = button(_("S&chließen"))
        self.send_button = button(_("&Senden"), kind="primary")
        self.send_button.setDefault(True)
        # Zero: runs when no key is waiting, so only the newest one is searched for.
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._build()
        self._connect()
        self._choose_first(invoice_id)
        self.resize(_WIDTH, min(_HEIGHT, room_for(self)))

    def stand_clear_of(self, seen: Sequence[QRect]) -> None:
        """Open beside these places of the screen, the most wished for first: what the payment
        changes is watched while it changes.
        """
        window = self.parentWidget()
        if window is None or not seen:
            return
        height = self.height()
        sizes = [QSize(width, height) for width in range(_WIDTH, _LEAST_WIDTH - 1, -40)]
        screen = self.screen().availableGeometry()
        self.setGeometry(place_clear_of(seen, sizes, window.window().frameGeometry(), screen))

    def scenario(self) -> Scenario:
        """What the simulated customer does."""
        return next(key for key, made in self.scenarios.items() if made.isChecked())

    def chosen_id(self) -> str | None:
        """The chosen invoice; None while none is."""
        return self.model.id_at(self.list.currentIndex().row())

    def choose_invoice(self, invoice_id: str) -> bool:
        """Choose this invoice when it is listed. Returns whether it is."""
        row = self.model.position(invoice_id)
        if row is None:
            return False
        self.list.setCurrentIndex(self.model.index(row))
        return True

    # Building

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(8)
        outer.addWidget(PlainLabel(_("Zahlung simulieren"), role="title"))
        outer.addWidget(
            PlainLabel(
                _(
                    "Die Testzahlung nimmt denselben Weg wie eine echte. Das Ergebnis sehen Sie "
                    "sofort in der Liste."
                ),
                role="muted",
                wrap=True,
            )
        )
        inside = QWidget()
        inside.setProperty("part", "scroll")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addWidget(self.hint)
        column.addSpacing(4)
        self._add_scenarios(column)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        outer.addWidget(area, 1)
        outer.addWidget(line())
        row = QHBoxLayout()
        row.setSpacing(8)
        outer.addLayout(row)
        row.addWidget(self.pill)
        row.addWidget(self.answer, 1)
        row.addWidget(self.close_button)
        row.addWidget(self.send_button)
        self.pill.setVisible(False)

    def _add_scenarios(self, column: QVBoxLayout) -> None:
        """Two columns, read from top to bottom."""
        grid = QGridLayout()
        column.addLayout(grid)
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(6)
        half = (len(self.scenarios) + 1) // 2
        for place, (scenario, radio) in enumerate(self.scenarios.items()):
            title, sentence = texts.scenario_words(scenario)
            radio.setText(title)
            radio.setAccessibleDescription(sentence)
            self._group.addButton(radio)
            words = PlainLabel(sentence, role="small", wrap=True)
            words.setContentsMargins(24, 0, 0, 0)
            cell = QVBoxLayout()
            cell.setSpacing(0)
            grid.addLayout(cell, place % half, place // half)
            cell.addWidget(radio)
            cell.addWidget(words)
            cell.addStretch(1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self.scenarios[Scenario.SUCCESS].setChecked(True)

    def _connect(self) -> None:
        self.search.searched.connect(self._typing.start)
        self._typing.timeout.connect(self._search)
        self.list.selectionModel().currentChanged.connect(self._check)
        self.list.doubleClicked.connect(self._send)  # Enter presses the default button
        self._group.buttonToggled.connect(self._check)
        self.close_button.clicked.connect(self.reject)
        self.send_button.clicked.connect(self._send)
        self._bridge.invoices_changed.connect(self._read_again)
        self._bridge.everything_changed.connect(self._read_again)
        self._bridge.settings_changed.connect(self._check)
        self._bridge.reception_changed.connect(self._check)

    def _choose_first(self, invoice_id: str | None) -> None:
        """The wanted invoice, also when it is not among the first ones; else the newest."""
        row = self._books.invoice_row(invoice_id) if invoice_id else None
        payable = row is not None and row.outstanding_minor > 0 and not row.livemode
        if row is not None and payable and self.model.position(row.id) is None:
            self.search.setText(row.number or "")
            self._search()
        if row is None or not self.choose_invoice(row.id):
            self._choose_newest()
        self._check()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose_newest(self) -> None:
        if self.model.rowCount():
            self.list.setCurrentIndex(self.model.index(0))

    # Doing

    @Slot()
    def _search(self) -> None:
        self.model.search(self.search.text().strip())
        if self.chosen_id() is None:
            self._choose_newest()
        self._check()

    @Slot()
    def _read_again(self) -> None:
        """A paid invoice leaves the list, and then none is chosen: a second click on Senden must
        not pay another one. (Its answer comes a moment later.)"""
        chosen = self.chosen_id()
        self.model.reload()
        self.list.setCurrentIndex(QModelIndex())
        if chosen is not None:
            self.choose_invoice(chosen)
        self._check()

    @Slot()
    def _check(self) -> None:
        needs_invoice = self.scenario() not in _INVOICE_FREE
        self.list.setEnabled(needs_invoice)
        self.search.setEnabled(needs_invoice)
        words, trouble = "", False
        if not self._simulation.available:
            trouble = True
            words = _("Simulieren geht im Testmodus, mit Webhook Secret und laufendem Empfang.")
        elif needs_invoice and self.chosen_id() is None and not self._sending:
            words = self._no_invoice_words()
            trouble = not self.model.rowCount() and not self._succeeded
        self.hint.setText(words)
        self.hint.set_role("warning" if trouble else "small")
        self.send_button.setEnabled(not words and not self._sending)

    def _no_invoice_words(self) -> str:
        if self.model.rowCount():
            return _("Für die nächste Zahlung bitte eine Rechnung wählen.")
        if self.search.text().strip():
            return _("Keine offene Testrechnung gefunden.")
        return _(
            "Es gibt keine offene Testrechnung. Unter Rechnungen → Neue Rechnung entsteht eine."
        )

    @Slot()
    def _send(self) -> None:
        if not self.send_button.isEnabled():
            return
        scenario = self.scenario()
        invoice_id = None if scenario in _INVOICE_FREE else self.chosen_id()
        self._sending = True
        self._succeeded = False
        self.pill.setVisible(False)
        self.answer.set_role("small")
        self.answer.setText(_("Wird gesendet …"))
        self._check()

        def run() -> tuple[list[int], float]:
            began = time.perf_counter()
            answers = self._simulation.run(scenario, invoice_id)
            return answers, (time.perf_counter() - began) * 1000

        self._bridge.run_in_background(
            run, lambda told: self._on_answered(scenario, invoice_id, *told), self._on_failed, self
        )

    def _on_answered(
        self,
        scenario: Scenario,
        invoice_id: str | None,
        answers: list[int],
        milliseconds: float,
    ) -> None:
        self._sending = False
        took = texts.answers_words(answers, milliseconds)
        fine = all(answer == 200 for answer in answers)
        words = self._fine_words(scenario) if fine else took
        self._succeeded = fine
        row = self._books.invoice_row(invoice_id) if invoice_id else None
        if row is not None and fine:
            words = f"{row.number or ''} · {words}"
            self.pill.set_pills(status_pills(row, self._clock.today()))
        self.pill.setVisible(row is not None and fine)
        self.answer.set_role("success" if fine else "error")
        self.answer.setToolTip(plain_tip(took))
        self._tell(words)
        if self.focusWidget() is None:  # it was on Senden, and the paid invoice has left the list
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fine_words(self, scenario: Scenario) -> str:
        if scenario in _INVOICE_FREE:
            return _("Das Geld steht unter Klärung nötig.")
        if scenario in _WITHOUT_MONEY:
            return _("Sofort gemeldet.")
        if scenario is Scenario.DUPLICATE:
            return _("Dreimal gemeldet, einmal verbucht.")
        return _("Sofort verbucht.")

    def _on_failed(self, error: Exception) -> None:
        self._sending = False
        self.answer.set_role("error")
        self.answer.setToolTip("")
        self._tell(error_sentence(error).line)

    def _tell(self, words: str) -> None:
        self.answer.setText(words)
        self.answer.setAccessibleDescription(words)
        self._check()
