"""Bereit für echte Zahlungen?: ten points that tick themselves, beside the events."""

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.reception.checklist import Point, PointId
from workmate_desktop.services.reception.checklist_live import LiveChecklist
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.side_panel import reading_area, style_panel
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.stripe.checklist.checklist_row import ChecklistRow
from workmate_desktop.words import checklist_texts
from workmate_desktop.words.language import _
from workmate_desktop.words.messages import error_sentence

_CALM_MS = 150
"""While much happens, the points are judged at most this often."""
_MINUTE_MS = 60_000
"""What gets old by itself (the last fetch) is noticed within a minute."""


class ChecklistPanel(QWidget):
    """Judges in the background, when something was announced and somebody looks.

    Signals: `remedy_wanted(Remedy)`; `check_wanted()`: Jetzt prüfen.
    """

    remedy_wanted = Signal(object)
    check_wanted = Signal()

    def __init__(
        self,
        theme: Theme,
        checklist: LiveChecklist,
        bridge: Bridge,
        clock: Clock,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._checklist = checklist
        self._bridge = bridge
        self._clock = clock
        self._stale = True
        self._judging = False
        self._shown: tuple[Point, ...] = ()
        style_panel(self, _("Bereit für echte Zahlungen?"), least_width=280)
        self.progress = PlainLabel(" ", role="small", wrap=True)
        self.rows = {id_: ChecklistRow(theme, id_) for id_ in PointId}
        self.check = button(_("&Jetzt prüfen"))
        self._build()
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(_CALM_MS)
        self._calm.timeout.connect(self._judge)
        self._minute = QTimer(self)
        self._minute.setInterval(_MINUTE_MS)
        self._minute.timeout.connect(self.refresh)
        self._minute.start()
        self.check.clicked.connect(self.check_wanted)
        bridge.events_recorded.connect(self.refresh)
        bridge.notices_added.connect(self.refresh)
        bridge.settings_changed.connect(self.refresh)
        bridge.reception_changed.connect(self.refresh)
        bridge.everything_changed.connect(self.refresh)

    @property
    def points(self) -> tuple[Point, ...]:
        """What is shown now; empty before the first time."""
        return self._shown

    @Slot()
    def refresh(self) -> None:
        """Something was announced: judge soon, or when somebody looks."""
        self._stale = True
        if self.isVisible() and not self._calm.isActive() and not self._judging:
            self._calm.start()

    def set_checking(self, checking: bool) -> None:
        """While everything is asked anew, once is enough."""
        self.check.setEnabled(not checking)
        self.check.setText(_("Wird geprüft …") if checking else _("&Jetzt prüfen"))

    def showEvent(self, event: QShowEvent) -> None:
        """Judge what happened while nobody looked."""
        super().showEvent(event)
        if self._stale and not self._judging:
            self._judge()

    def _build(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(14, 14, 14, 14)  # and the 2 px that show the focus
        column.setSpacing(4)
        column.addWidget(PlainLabel(_("Bereit für echte Zahlungen?"), role="heading"))
        column.addWidget(self.progress)
        column.addSpacing(4)
        for row in self.rows.values():
            row.remedy_wanted.connect(self.remedy_wanted)
            column.addWidget(row)
        column.addSpacing(8)
        buttons = QHBoxLayout()
        column.addLayout(buttons)
        buttons.addWidget(self.check)
        buttons.addStretch(1)
        column.addStretch(1)
        self.area = reading_area(content, self.accessibleName())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 0, 0, 0)  # the line at the left
        outer.addWidget(self.area)

    # Judging

    @Slot()
    def _judge(self) -> None:
        if not self.isVisible() or self._judging:
            return
        self._stale, self._judging = False, True
        self._bridge.run_in_background(self._checklist.points, self._show, self._failed, self)

    def _show(self, points: tuple[Point, ...]) -> None:
        self._shown = points
        now = self._clock.local(self._clock.now())
        for point in points:
            words = checklist_texts.evidence_words(point, now, self._clock.local)
            self.rows[point.id].show_point(point, words)
        self._say(checklist_texts.progress_words(points), "small")

    def _failed(self, error: Exception) -> None:
        """The books cannot be read: what is shown is what was last known, and that is said."""
        self._say(error_sentence(error).line, "error")

    def _say(self, words: str, role: str) -> None:
        self.progress.set_role(role)
        self.progress.setText(words)
        self._judging = False
        if self._stale:
            self.refresh()
