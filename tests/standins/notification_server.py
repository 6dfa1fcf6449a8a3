"""A desktop's notification service, as a process: `python -m tests.standins.notification_server`.

Strict as the specification: https://specifications.freedesktop.org/notification-spec/latest/
Prints "ready", then one JSON line per notification, and clicks each one that offers "default".
The argument `silent` never answers a call, `stuck` none of Notify; `plain` has no actions.
"""

import json
import sys
import time
from typing import Any

from PySide6.QtCore import ClassInfo, QCoreApplication, QObject, QTimer, Signal, Slot
from PySide6.QtDBus import QDBusConnection

NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"


@ClassInfo({"D-Bus Interface": NAME})  # type: ignore[call-arg]
class NotificationServer(QObject):  # type: ignore[operator]
    """Clicks by itself, a moment after the answer."""

    ActionInvoked = Signal("uint", "QString")  # type: ignore[arg-type]

    def __init__(self, capabilities: list[str], stuck: bool) -> None:
        super().__init__()
        self._stuck = stuck
        self._capabilities = capabilities
        self._count = 0

    @Slot(result="QStringList")
    def GetCapabilities(self) -> list[str]:
        return self._capabilities

    @Slot(
        "QString",
        "uint",
        "QString",
        "QString",
        "QString",
        "QStringList",
        "QVariantMap",
        int,
        result="uint",
    )
    def Notify(
        self,
        app_name: str,
        replaces: int,
        icon: str,
        summary: str,
        body: str,
        actions: list[str],
        hints: dict[str, Any],
        timeout: int,
    ) -> int:
        if self._stuck:
            time.sleep(3600)
        self._count += 1
        number = self._count
        line = {"app": app_name, "summary": summary, "body": body, "actions": actions}
        print(json.dumps({**line, "replaces": replaces, "timeout": timeout}), flush=True)
        if "default" in actions[::2]:
            QTimer.singleShot(200, self, lambda: self.ActionInvoked.emit(number, "default"))
        return number


def main(kind: str) -> None:
    """Serve until killed."""
    application = QCoreApplication([])
    bus = QDBusConnection.sessionBus()
    server = NotificationServer(
        ["body", *(["actions"] if kind != "plain" else [])], kind == "stuck"
    )
    options = QDBusConnection.RegisterOption.ExportAllContents
    assert bus.registerObject(PATH, NAME, server, options)
    assert bus.registerService(NAME)
    print("ready", flush=True)
    if kind == "silent":
        sys.stdin.read()
    application.exec()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
