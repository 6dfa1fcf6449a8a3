"""One line in the Protokoll tab: do the tasks of the background work, and if not, which."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.steps import StepName, StepState
from workmate_desktop.ui.kit.cards import Card
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.steps.dialog import StepsDialog
from workmate_desktop.words import step_texts
from workmate_desktop.words.language import _
from workmate_desktop.words.messages import error_sentence


class StepsBar(Card):
    """Signal `retry_wanted()`: staff want all of them tried now."""

    retry_wanted = Signal()

    def __init__(
        self,
        theme: Theme,
        states: Callable[[], Mapping[StepName, StepState]],
        bridge: Bridge,
        clock: Clock,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, margin=1)
        self._theme = theme
        self._states = states
        self._bridge = bridge
        self._clock = clock
        self.setAccessibleName(_("Aufgaben im Hintergrund"))
        self.summary = PlainLabel(role="muted", elide=True)
        self.show_button = button(_("Anse&hen …"))
        row = QHBoxLayout()
        row.setContentsMargins(15, 8, 15, 8)
        row.setSpacing(8)
        self.body.addLayout(row)
        row.addWidget(PlainLabel(_("Aufgaben"), role="strong"))
        row.addSpacing(8)
        row.addWidget(self.summary, 1)
        row.addWidget(self.show_button)
        self.show_button.clicked.connect(self._open)
        bridge.reception_changed.connect(self.refresh)

    @Slot()
    def refresh(self) -> None:
        """Something was announced: read again, if somebody looks."""
        if self.isVisible():
            self._bridge.run_in_background(self._states, self._show, self._on_failed, self)

    def showEvent(self, event: QShowEvent) -> None:
        """What happened while nobody looked."""
        super().showEvent(event)
        self.refresh()

    def _show(self, states: Mapping[StepName, StepState]) -> None:
        failing = [(name, state) for name, state in states.items() if state.failing]
        self.summary.set_role("warning" if failing else "muted")
        if not failing:
            now = self._clock.local(self._clock.now())
            compared = states.get(StepName.COMPARISON, StepState()).done_at
            when = step_texts.time_words(compared, now, self._clock.local)
            self.summary.setText(
                _("Alles in Ordnung. Abgleich mit Stripe: {0}.").format(when)
                if compared is not None
                else _("Alles in Ordnung.")
            )
            return
        name, state = failing[0]
        why = step_texts.short_trouble(state.trouble, state.right)
        first = _("{0} ({1})").format(step_texts.step_name(name), why)
        self.summary.setText(
            _("Fehlgeschlagen: {0}").format(first)
            if len(failing) == 1
            else _("{0} fehlgeschlagen: {1} …").format(len(failing), first)
        )

    def _on_failed(self, error: Exception) -> None:
        self.summary.set_role("error")
        self.summary.setText(error_sentence(error).line)

    @Slot()
    def _open(self) -> None:
        dialog = StepsDialog(self._theme, self._states, self._bridge, self._clock, self.window())
        dialog.retry_wanted.connect(self.retry_wanted)
        dialog.open()
