"""SIGTERM and SIGINT close the window.

Qt's loop never returns to Python by itself, so the signal writes into a socket that Qt watches.
"""

import signal
import socket
from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier


class QtStopSignals(QObject):
    """`stop` is called in the GUI thread for each signal between `heed` and `forget`."""

    def __init__(self, stop: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._stop = stop
        self._notifier: QSocketNotifier | None = None

    def heed(self) -> None:
        """From now on."""
        self._in, self._out = socket.socketpair()
        self._in.setblocking(False)
        self._out.setblocking(False)
        self._old_wakeup = signal.set_wakeup_fd(self._out.fileno(), warn_on_full_buffer=False)
        self._old_handlers = {
            number: signal.signal(number, lambda _number, _frame: None)
            for number in (signal.SIGTERM, signal.SIGINT)
        }
        self._notifier = QSocketNotifier(self._in.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._stop)

    def forget(self) -> None:
        """No longer; what was there before is there again. Twice is fine."""
        if self._notifier is None:
            return
        self._notifier.setEnabled(False)
        self._notifier = None
        signal.set_wakeup_fd(self._old_wakeup)
        for number, handler in self._old_handlers.items():
            signal.signal(number, handler)
        self._in.close()
        self._out.close()
