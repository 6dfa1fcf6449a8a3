"""A second start brings the first window to the front.

The lock itself is gateways/system/instance_lock.py; here is only the knock on the door: a file that
the second program puts into a folder that the window watches. (A local socket needs QtNetwork,
which is 3 MB for this alone.)
"""

import os
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, Signal, Slot

_FOLDER = "doorbell"


class Doorbell(QObject):
    """Signal `rung`: somebody started the program once more on the same data.

    Where the folder cannot be made, nobody hears: it is convenience, and the lock stands.
    """

    rung = Signal()

    def __init__(self, data_dir: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = data_dir / _FOLDER
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, exist_ok=True)
        self._answer()  # left by a killed run
        self._watcher = QFileSystemWatcher([str(self._folder)], self)
        self._watcher.directoryChanged.connect(self._on_changed)

    @Slot()
    def _on_changed(self) -> None:
        if self._answer():
            self.rung.emit()

    def _answer(self) -> bool:
        """Take the knocks away, those of one moment together. Whether there were any."""
        knocks = list(self._folder.glob("knock-*"))
        for knock in knocks:
            knock.unlink(missing_ok=True)
        return bool(knocks)

    def close(self) -> None:
        """No longer listen."""
        self._watcher.directoryChanged.disconnect(self._on_changed)
        self._watcher.removePath(str(self._folder))
        with suppress(OSError):  # somebody knocks at this very moment
            self._folder.rmdir()


def ring(data_dir: Path) -> bool:
    """Knock at the window that has this data open; it comes as soon as it can.

    False: no window has put up a bell here (`serve` has the data, for example).
    """
    try:
        (data_dir / _FOLDER / f"knock-{os.getpid()}").touch()
    except OSError:
        return False
    return True
