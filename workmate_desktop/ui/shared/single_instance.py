"""A second start brings the first window to the front.

The lock itself is gateways/instance_lock.py; here is only the knock on the door.
"""

import hashlib
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket


def _name(data_dir: Path) -> str:
    digest = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()
    return f"workmate-desktop-{digest[:20]}"


class Doorbell(QObject):
    """Signal `rung`: somebody started the program once more on the same data."""

    rung = Signal()

    def __init__(self, data_dir: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        QLocalServer.removeServer(_name(data_dir))  # left by a killed run
        self._server.listen(_name(data_dir))
        self._server.newConnection.connect(self._on_connection)

    @Slot()
    def _on_connection(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.disconnectFromServer()
            self.rung.emit()

    def close(self) -> None:
        """No longer listen."""
        self._server.close()


def ring(data_dir: Path, wait_ms: int = 2000) -> bool:
    """Knock at the window that has this data open. True when it heard."""
    socket = QLocalSocket()
    socket.connectToServer(_name(data_dir))
    heard = socket.waitForConnected(wait_ms)
    socket.abort()
    return heard
