"""A button that tries what stands in the fields, in the background, and says in a sentence how it
went: Verbindung testen, Testmail senden.

An answer that belongs to fields that were changed meanwhile is dropped.
"""

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.words.language import _
from workmate_desktop.words.messages import error_sentence

if TYPE_CHECKING:
    from workmate_desktop.bridge import Bridge

T = TypeVar("T")


class Trial(QWidget):
    """The button. `answer` is a line of its own, which the dialog places in its full width:
    beside the button a long reason would be squeezed.

    Signals: `wanted()`: the button was pressed and the fields are to be handed over;
    `answered()`: `answer` says something else now.
    """

    wanted = Signal()
    answered = Signal()

    def __init__(
        self,
        bridge: "Bridge",
        title: str,
        answer_name: str,
        busy_name: str,
        parent: QWidget | None,
    ) -> None:
        """`title` of the button; the names are for screen readers."""
        super().__init__(parent)
        self._bridge = bridge
        self._title = title
        self._cancelled: threading.Event | None = None
        self._possible = False
        self.button = button(title)
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setFixedWidth(48)
        self.busy.setAccessibleName(busy_name)
        self.busy.setVisible(False)
        self.answer = PlainLabel(role="small", wrap=True)
        self.answer.setAccessibleName(answer_name)
        self.answer.setVisible(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.button)
        row.addWidget(self.busy)
        row.addStretch(1)
        self.button.clicked.connect(self._on_clicked)

    @property
    def running(self) -> bool:
        """Whether an answer is waited for."""
        return self._cancelled is not None

    def set_possible(self, possible: bool) -> None:
        """Whether the fields are fit to be tried."""
        self._possible = possible
        self.button.setEnabled(possible or self.running)

    def try_out(self, work: Callable[[threading.Event], T], words: Callable[[T], str]) -> None:
        """Do `work` in the background; it should end soon after its event is set. `words` says
        what came of it when it went well."""
        self.forget()
        cancelled = self._cancelled = threading.Event()
        self._show_running()
        self._bridge.run_in_background(
            lambda: work(cancelled),
            partial(self._on_done, cancelled, words),
            partial(self._on_failed, cancelled),
            self,
        )

    def forget(self) -> None:
        """The fields changed, or nobody wants to know any more: give up, show nothing."""
        self._stop()
        self._say("", "small")

    def fail(self, error: Exception) -> None:
        """Give up and say why."""
        self._stop()
        self._say(error_sentence(error).line, "error")

    def _stop(self) -> None:
        if self._cancelled is not None:
            self._cancelled.set()
            self._cancelled = None
        self._show_running()

    def _show_running(self) -> None:
        self.busy.setVisible(self.running)
        self.button.setText(_("&Test abbrechen") if self.running else self._title)
        self.button.setEnabled(self.running or self._possible)

    @Slot()
    def _on_clicked(self) -> None:
        if self.running:
            self._stop()
            self._say(_("Der Test wurde abgebrochen."), "small")
        else:
            self.wanted.emit()

    def _on_done(self, asked: threading.Event, words: Callable[[T], str], result: T) -> None:
        if asked is self._cancelled:
            self._stop()
            self._say(words(result), "success")

    def _on_failed(self, asked: threading.Event, error: Exception) -> None:
        if asked is self._cancelled:
            self.fail(error)

    def _say(self, text: str, role: str) -> None:
        self.answer.set_role(role)
        changed = text != self.answer.text()
        self.answer.setText(text)
        self.answer.setAccessibleDescription(text)
        self.answer.setVisible(bool(text))
        if changed:
            self.answered.emit()
