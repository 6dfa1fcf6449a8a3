"""The sign beside the clock: opens the window, says how the Empfang is, ends the program."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from workmate_desktop.words.language import _


class Tray(QObject):
    """Signals: `open_wanted()`, `settings_wanted()`, `quit_wanted()` from its menu;
    `clicked(key)`: the user chose the notification shown last.
    """

    open_wanted = Signal()
    settings_wanted = Signal()
    quit_wanted = Signal()
    clicked = Signal(str)

    def __init__(self, icon: QIcon, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._key = ""
        self.menu = QMenu()
        self.open_action = QAction(_("&Öffnen"), self)
        self.state_action = QAction(_("Einen Moment …"), self)
        self.state_action.setEnabled(False)
        self.settings_action = QAction(_("Im &Hintergrund …"), self)
        self.quit_action = QAction(_("&Beenden"), self)
        self.menu.addAction(self.open_action)
        self.menu.addAction(self.state_action)
        self.menu.addSeparator()
        self.menu.addAction(self.settings_action)
        self.menu.addAction(self.quit_action)
        self.menu.setDefaultAction(self.open_action)
        self.icon = QSystemTrayIcon(icon, self)
        self.icon.setToolTip(name)
        self.icon.setContextMenu(self.menu)
        self.open_action.triggered.connect(self.open_wanted)
        self.settings_action.triggered.connect(self.settings_wanted)
        self.quit_action.triggered.connect(self.quit_wanted)
        self.icon.activated.connect(self._on_activated)
        self.icon.messageClicked.connect(self._on_message_clicked)

    @property
    def shown(self) -> bool:
        """Whether the sign is there."""
        return self.icon.isVisible()

    def show_icon(self) -> None:
        """Show the sign; only where `QSystemTrayIcon.isSystemTrayAvailable()`."""
        self.icon.show()

    def close(self) -> None:
        """Take the sign away. Twice is fine."""
        self.icon.hide()
        self.menu.close()

    def set_state(self, words: str) -> None:
        """How the Empfang is, in menu and tool tip."""
        self.state_action.setText(words.replace("&", "&&"))
        self.icon.setToolTip(f"{self._name}\n{words}")

    def show(self, title: str, text: str, key: str) -> None:
        """A desktop notification."""
        self._key = key
        self.icon.showMessage(title, text, self.icon.icon())

    @Slot(QSystemTrayIcon.ActivationReason)
    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (
            QSystemTrayIcon.ActivationReason.Trigger,
            QSystemTrayIcon.ActivationReason.DoubleClick,
        ):
            self.open_wanted.emit()

    @Slot()
    def _on_message_clicked(self) -> None:
        self.clicked.emit(self._key)
