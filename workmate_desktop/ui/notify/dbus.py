"""Desktop notifications over D-Bus, for Linux desktops without a tray (GNOME).

https://specifications.freedesktop.org/notification-spec/latest/protocol.html

Python has one kind of whole number and Notify wants an unsigned one, so that call goes through
QDBusInterface, which asks the service for the types. It blocks, and holds Python's lock meanwhile:
so the service is first asked for its abilities without waiting, and only one that answers is
called.
"""

import logging
import os
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    Q_ARG,
    Q_RETURN_ARG,
    SLOT,
    QMetaObject,
    QObject,
    Qt,
    Signal,
    Slot,
)

from workmate_desktop.bridge import Bridge

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusPendingCallWatcher

logger = logging.getLogger("workmate.notify")

SERVICE = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
_LIMIT_MS = 1000
_REMEMBERED = 100
_NOT_SHOWN = "No desktop notification: %s"


def session_bus_is_there(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether there is a session bus already. Asking Qt would start one where there is none."""
    if sys.platform != "linux":
        return False
    runtime = environment.get("XDG_RUNTIME_DIR", "")
    return bool(environment.get("DBUS_SESSION_BUS_ADDRESS")) or (
        bool(runtime) and (Path(runtime) / "bus").exists()
    )


class DBusMessages(QObject):
    """Signal `clicked(key)`: the user chose the notification shown with this key."""

    clicked = Signal(str)

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        from PySide6.QtDBus import QDBusConnection

        self._bridge = bridge
        self._asked: dict[QDBusPendingCallWatcher, tuple[str, str, str]] = {}
        self._keys: dict[int, str] = {}
        self._bus = QDBusConnection.sessionBus()
        # Qt's stubs want bytes here, Qt itself the text that SLOT gives.
        slot: Any = SLOT("_on_action(uint,QString)")
        if not self._bus.connect(SERVICE, PATH, SERVICE, "ActionInvoked", self, slot):
            logger.warning("Clicks on desktop notifications will not be heard")

    def show(self, title: str, text: str, key: str) -> None:
        """Show a notification; returns at once. Where it fails, the list of notices remains."""
        from PySide6.QtDBus import QDBusMessage, QDBusPendingCallWatcher

        call = QDBusMessage.createMethodCall(SERVICE, PATH, SERVICE, "GetCapabilities")
        watcher = QDBusPendingCallWatcher(self._bus.asyncCall(call, _LIMIT_MS), self)
        self._asked[watcher] = (title, text, key)
        watcher.finished.connect(self._on_abilities)

    def close(self) -> None:
        """No longer listen."""
        slot: Any = SLOT("_on_action(uint,QString)")
        self._bus.disconnect(SERVICE, PATH, SERVICE, "ActionInvoked", self, slot)

    @Slot("QDBusPendingCallWatcher*")
    def _on_abilities(self, watcher: "QDBusPendingCallWatcher") -> None:
        title, text, key = self._asked.pop(watcher)
        watcher.deleteLater()
        reply = watcher.reply()
        if watcher.isError():
            logger.warning(_NOT_SHOWN, reply.errorName())
            return
        abilities = reply.arguments()[0] if reply.arguments() else []
        # Without this ability a service may show the actions as buttons, or refuse.
        actions = ["default", ""] if "actions" in (abilities or []) else []
        self._bridge.run_in_background(
            lambda: _shown(title, text, actions), partial(self._on_shown, key), owner=self
        )

    def _on_shown(self, key: str, number: int | None) -> None:
        if number is None:
            return
        self._keys[number] = key
        while len(self._keys) > _REMEMBERED:
            del self._keys[next(iter(self._keys))]

    @Slot("uint", str)
    def _on_action(self, number: int, _action: str) -> None:
        key = self._keys.pop(number, None)
        if key is not None:
            self.clicked.emit(key)


class NotShown(Exception):
    """The service is not there, or did not take the notification."""


def _shown(title: str, text: str, actions: list[str]) -> int | None:
    """Blocks. The number of the notification; None where the service does not want it."""
    try:
        return _notify(title, text, actions)
    except NotShown as error:
        logger.warning(_NOT_SHOWN, error)
        return None


def _notify(title: str, text: str, actions: list[str]) -> int:
    """Blocks. The number that the service gave."""
    from PySide6.QtDBus import QDBusConnection, QDBusInterface

    service = QDBusInterface(SERVICE, PATH, SERVICE, QDBusConnection.sessionBus())
    if not service.isValid():
        raise NotShown("no notification service")
    service.setTimeout(_LIMIT_MS)
    try:
        number = QMetaObject.invokeMethod(
            service,
            "Notify",
            Qt.ConnectionType.DirectConnection,
            Q_RETURN_ARG("uint"),
            Q_ARG("QString", "WorkmateOS Desktop"),
            Q_ARG("uint", 0),
            Q_ARG("QString", "workmate-desktop"),
            Q_ARG("QString", title),
            Q_ARG("QString", text),
            Q_ARG("QStringList", actions),
            Q_ARG("QVariantMap", {"desktop-entry": "workmate-desktop"}),
            Q_ARG("int", -1),
        )
    except RuntimeError as error:
        raise NotShown("the notification service does not know the call") from error
    if not isinstance(number, int) or not number:
        raise NotShown("the notification service did not answer")
    return number
