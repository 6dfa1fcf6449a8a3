"""One point of the production checklist: sign, title, evidence, and the button that mends it."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from workmate_desktop.domain.reception.checklist import Point, PointId, PointState, Remedy
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.icon_label import IconLabel
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.words import checklist_texts

_LOOKS = {
    PointState.DONE: ("check", "success", "small"),
    PointState.OPEN: ("circle", "warning", "warning"),
    PointState.WRONG: ("triangle-alert", "error", "error"),
    PointState.UNKNOWN: ("clock", "muted", "small"),
    PointState.NOT_NEEDED: ("minus", "muted", "small"),
}
"""State → sign, its colour, look of the evidence. Each sign has its own shape."""
_LINE = 22
"""Height of the second line, with its button or without: nothing moves when that goes."""


class ChecklistRow(QWidget):
    """Signal `remedy_wanted(Remedy)`: the button was pressed."""

    remedy_wanted = Signal(object)

    def __init__(self, theme: Theme, id_: PointId, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._remedy: Remedy | None = None
        self.icon = IconLabel(theme)
        self.title = PlainLabel(
            checklist_texts.title(Point(id_, PointState.UNKNOWN, "")), wrap=True
        )
        self.evidence = PlainLabel(role="small", wrap=True)
        self.evidence.setMinimumHeight(_LINE)
        self.evidence.setContentsMargins(0, 3, 0, 3)  # on one line with the button's words
        self.remedy = button("", kind="link")
        self.remedy.setVisible(False)
        self.remedy.clicked.connect(self._on_clicked)
        top = Qt.AlignmentFlag.AlignTop
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.icon, 0, 0, top)
        grid.addWidget(self.title, 0, 1, 1, 2)
        grid.addWidget(self.evidence, 1, 1)
        grid.addWidget(self.remedy, 1, 2, top)
        self.evidence.setAlignment(top | Qt.AlignmentFlag.AlignLeft)

    def show_point(self, point: Point, evidence: str) -> None:
        """Show how it stands now."""
        icon, color, role = _LOOKS[point.state]
        title = checklist_texts.title(point)
        self.icon.show_icon(icon, color)
        self.title.setText(title)
        state = checklist_texts.state_word(point.state)
        self.title.setAccessibleName(f"{title}: {state}. {evidence}")
        self.icon.setToolTip(state)
        self.evidence.set_role(role)
        self.evidence.setText(evidence)
        self._remedy = point.remedy
        if point.remedy is not None:
            words = checklist_texts.remedy_words(point.remedy)
            self.remedy.setText(words)
            self.remedy.setAccessibleName(f"{words}: {title}")
        self.remedy.setVisible(point.remedy is not None)

    @Slot()
    def _on_clicked(self) -> None:
        if self._remedy is not None:
            self.remedy_wanted.emit(self._remedy)
