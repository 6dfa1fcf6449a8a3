"""What is seen first: the empty window, painted before most of the program is imported.

Importing costs more than painting (PERFORMANCE, Start), so this file and what it imports are all
that the first paint waits for; tests/app/test_first_paint.py holds the list. The rest is
imported on a thread behind the painted window, so that it can be moved and closed meanwhile.
"""

import threading

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal

from workmate_desktop.app.data_dir import hold_data_dir
from workmate_desktop.app.options import Options
from workmate_desktop.domain.errors import UserError
from workmate_desktop.gateways.instance_lock import InstanceLock
from workmate_desktop.services.window_memory import WindowMemory
from workmate_desktop.ui.main_window import MainWindow, restore_window

_UNSEEN_MS = 100
"""A window that is minimised or covered may never be painted: go on all the same."""


class FirstWindow:
    """The lock of the data folder, what the window remembers, and the window, still empty."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self.lock = InstanceLock(options.data_dir)
        self.memory = WindowMemory(options.data_dir)
        self.remembered = self.memory.load()
        self.window = MainWindow()
        geometry = self.remembered.get("window")
        restore_window(self.window, geometry if isinstance(geometry, dict) else {})

    def show(self) -> bool:
        """Paint the window unless it is to stay hidden; returns when the program is imported.

        False: it was closed again already.
        """
        try:
            ours = hold_data_dir(self._options.data_dir, self.lock)
        except UserError:
            return True  # WindowProgram.start meets it too, and has the words for it
        if not ours or self._options.hidden:
            return True
        self.window.show()
        _import_behind(self.window)
        return self.window.isVisible()


class _Importer(QObject):
    """Signal `ended()`: the thread has imported what it could."""

    ended = Signal()

    def run(self) -> None:
        """On the thread. An import that fails is raised once more where it is used."""
        try:
            import workmate_desktop.app.window_parts  # noqa: F401 - only to have it imported
        finally:
            self.ended.emit()


def _import_behind(window: MainWindow) -> None:
    importer = _Importer()
    thread = threading.Thread(target=importer.run, name="import")
    waiting = QEventLoop()
    importer.ended.connect(waiting.quit)

    def begin() -> None:
        if thread.ident is None:
            thread.start()

    window.first_painted.connect(begin)
    unseen = QTimer(singleShot=True, interval=_UNSEEN_MS)
    unseen.timeout.connect(begin)
    unseen.start()
    waiting.exec()
    unseen.stop()
    thread.join()
