"""Python's garbage collector, kept in the GUI thread while a window runs.

The collector runs in whichever thread happens to allocate. Would the writer's thread free a
widget that was caught in a reference cycle, Qt would crash: a QObject may only be destroyed in
its own thread (https://doc.qt.io/qt-6/threads-qobject.html). So the automatic collection is off,
and a timer of the GUI thread collects what is due.
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

_LOOK_MS = 2000


class GuiCollector(QObject):
    """Made in the GUI thread; `close` gives the collection back to Python."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        self._frozen = False
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.collect_what_is_due)
        self._timer.start()

    def keep_all(self) -> None:
        """Never look through what there is now: what the start made lives as long as the window.

        A collection that does look through it holds up painting so long that one sees it.
        """
        gc.freeze()
        self._frozen = True

    @Slot()
    def collect_what_is_due(self) -> None:
        """Collect the oldest generation that has reached its threshold, like Python would."""
        counts, thresholds = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if counts[generation] > thresholds[generation] > 0:
                gc.collect(generation)
                return

    def close(self) -> None:
        """No longer. Twice is fine."""
        self._timer.stop()
        if self._frozen:
            gc.unfreeze()
            self._frozen = False
        if self._was_enabled:
            gc.enable()
