"""Testereignis senden: shows leg by leg how far a test event came, and what mends the rest."""

import threading
from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.reception.self_test import Leg, LegResult, LegState, SelfTestResult
from workmate_desktop.services.reception.self_test import SelfTest
from workmate_desktop.ui.kit.cards import line
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.icon_label import IconLabel
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.words import self_test_texts
from workmate_desktop.words.language import _
from workmate_desktop.words.messages import error_sentence

_LOOKS = {
    LegState.OK: ("circle-check", "success", "text"),
    LegState.FAILED: ("circle-alert", "error", "text"),
    LegState.NOT_TESTED: ("circle", "muted", "muted"),
}
"""State → icon, its colour, role of the words. The remark says the same in words."""


class SelfTestDialog(QDialog):
    """Sends at once when opened. Closing it, or Abbrechen, gives the test up without waiting."""

    def __init__(
        self,
        theme: Theme,
        self_test: SelfTest,
        bridge: Bridge,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._self_test = self_test
        self._bridge = bridge
        self._cancelled: threading.Event | None = None
        self.setWindowTitle(_("Testereignis"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.legs = {leg: _LegLine(theme, leg) for leg in Leg}
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setFixedHeight(4)
        self.busy.setAccessibleName(_("Das Testereignis ist unterwegs"))
        self.outcome = PlainLabel(role="strong", wrap=True)
        self.outcome.setAccessibleName(_("Ergebnis"))
        self.why = PlainLabel(role="error", wrap=True)
        self.remedy = PlainLabel(role="small", wrap=True)
        self.close_button = button(_("Ab&brechen"))
        self.again = button(_("Noch einmal &senden"), kind="primary")
        self.again.setDefault(True)
        self._build()
        self.close_button.clicked.connect(self.reject)
        self.again.clicked.connect(self.send)
        self.finished.connect(self._give_up)

    @property
    def running(self) -> bool:
        """Whether a test event is on its way."""
        return self._cancelled is not None

    @Slot()
    def send(self) -> None:
        """Send one; the result is shown when it is there."""
        self._give_up()
        cancelled = self._cancelled = threading.Event()
        for shown in self.legs.values():
            shown.show_result(LegResult(shown.leg, LegState.NOT_TESTED), waiting=True)
        self._say(_("Das Testereignis ist unterwegs …"), "", "")
        self._show_running()
        self._bridge.run_in_background(
            lambda: self._self_test.run(cancelled),
            partial(self._on_done, cancelled),
            partial(self._on_failed, cancelled),
            self,
        )

    def _build(self) -> None:
        self.setMinimumWidth(460)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 22, 24, 20)
        column.setSpacing(10)
        column.addWidget(PlainLabel(_("Testereignis senden"), role="title"))
        words = _(
            "Ein signiertes Testereignis wird über das Internet an diesen PC geschickt. "
            "Verbucht wird dabei nichts."
        )
        column.addWidget(PlainLabel(words, role="muted", wrap=True))
        column.addWidget(self.busy)
        grid = QGridLayout()
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        for row, shown in enumerate(self.legs.values()):
            grid.addWidget(shown.icon, row, 0)
            grid.addWidget(shown.name, row, 1)
            grid.addWidget(shown.remark, row, 2)
        column.addWidget(line())
        for label in (self.outcome, self.why, self.remedy):
            column.addWidget(label)
        column.addStretch(1)
        buttons = QHBoxLayout()
        column.addLayout(buttons)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.again)
        # Room for two lines of reason and remedy, so that nothing jumps when they come.
        self.resize(460, 430)

    def _show_running(self) -> None:
        # Its room stays, so that nothing moves when the result comes.
        policy = self.busy.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.busy.setSizePolicy(policy)
        self.busy.setVisible(self.running)
        self.again.setEnabled(not self.running)
        self.close_button.setText(_("Ab&brechen") if self.running else _("S&chließen"))

    @Slot()
    def _give_up(self) -> None:
        if self._cancelled is not None:
            self._cancelled.set()
            self._cancelled = None

    def _on_done(self, asked: threading.Event, result: SelfTestResult) -> None:
        if asked is not self._cancelled:
            return
        self._cancelled = None
        for leg in result.legs:
            self.legs[leg.leg].show_result(leg)
        sentence, remedy = self_test_texts.trouble_words(result)
        self._say(self_test_texts.result_words(result), sentence, remedy)
        failed = any(leg.state is LegState.FAILED for leg in result.legs)
        self.why.set_role("error" if failed else "warning")
        self._show_running()

    def _on_failed(self, asked: threading.Event, error: Exception) -> None:
        if asked is not self._cancelled:
            return
        self._cancelled = None
        self._say(_("Das Testereignis kam nicht zurück."), *error_sentence(error))
        self._show_running()

    def _say(self, result: str, why: str, remedy: str) -> None:
        self.outcome.setText(result)
        self.outcome.setAccessibleDescription(" ".join((result, why, remedy)).strip())
        for label, text in ((self.why, why), (self.remedy, remedy)):
            label.setText(text)
            label.setVisible(bool(text))


class _LegLine:
    """Icon, name and remark of one leg; the dialog places them in its grid."""

    def __init__(self, theme: Theme, leg: Leg) -> None:
        self.leg = leg
        self.icon = IconLabel(theme)
        self.name = PlainLabel(self_test_texts.leg_name(leg))
        self.remark = PlainLabel(role="small")

    def show_result(self, result: LegResult, *, waiting: bool = False) -> None:
        """Tick it, name it, or leave it open."""
        icon, color, role = _LOOKS[result.state]
        self.icon.show_icon(icon, color)
        self.name.set_role("" if role == "text" else role)
        remark = "" if waiting else self_test_texts.leg_remark(result)
        self.remark.setText(remark)
        self.remark.set_role("error" if result.state is LegState.FAILED else "small")
        spoken = remark or (_("läuft") if waiting else _("in Ordnung"))
        self.name.setAccessibleName(f"{self.name.full_text()}: {spoken}")
