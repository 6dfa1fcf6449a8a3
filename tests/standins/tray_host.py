"""A desktop with a tray, as far as programs see it: `python -m tests.standins.tray_host`.

https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/StatusNotifierWatcher/
Prints "ready", then a line for each sign that is put beside the clock: its bus name.
"""

from PySide6.QtCore import ClassInfo, Property, QCoreApplication, QObject, Signal, Slot
from PySide6.QtDBus import QDBusConnection

NAME, PATH = "org.kde.StatusNotifierWatcher", "/StatusNotifierWatcher"


@ClassInfo({"D-Bus Interface": NAME})  # type: ignore[call-arg]
class TrayHost(QObject):  # type: ignore[operator]
    """Watcher and host in one."""

    StatusNotifierItemRegistered = Signal("QString")  # type: ignore[arg-type]
    StatusNotifierItemUnregistered = Signal("QString")  # type: ignore[arg-type]
    StatusNotifierHostRegistered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._items: list[str] = []

    @Slot("QString")
    def RegisterStatusNotifierItem(self, service: str) -> None:
        self._items.append(service)
        print(service, flush=True)
        self.StatusNotifierItemRegistered.emit(service)

    @Slot("QString")
    def RegisterStatusNotifierHost(self, _service: str) -> None:
        self.StatusNotifierHostRegistered.emit()

    RegisteredStatusNotifierItems = Property(
        "QStringList",  # type: ignore[arg-type]
        lambda self: self._items,
    )
    IsStatusNotifierHostRegistered = Property(bool, lambda _self: True)
    ProtocolVersion = Property(int, lambda _self: 0)


def main() -> None:
    """Serve until killed."""
    application = QCoreApplication([])
    bus = QDBusConnection.sessionBus()
    host = TrayHost()
    assert bus.registerObject(PATH, NAME, host, QDBusConnection.RegisterOption.ExportAllContents)
    assert bus.registerService(NAME)
    print("ready", flush=True)
    application.exec()


if __name__ == "__main__":
    main()
