"""The program beside its window: tray, desktop notifications, closing, hidden start.

Closing the window hides it where there is a tray and staff want that (asked once); everywhere
else it ends the program. Lives in the GUI thread, as long as the program.
"""

import logging
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox, QSystemTrayIcon

from workmate_desktop.bridge import Bridge
from workmate_desktop.gateways.system.autostart import Autostart
from workmate_desktop.ui.kit.plain_text import Choice, chosen_key, message_box
from workmate_desktop.ui.kit.theme import program_icon
from workmate_desktop.ui.notify.tray import Tray
from workmate_desktop.ui.window.main_window import MainWindow
from workmate_desktop.words.language import _

if TYPE_CHECKING:
    from workmate_desktop.app.core import Core
    from workmate_desktop.app.window.pages import Pages
    from workmate_desktop.ui.notify.background_dialog import BackgroundDialog
    from workmate_desktop.ui.notify.dbus import DBusMessages
    from workmate_desktop.ui.notify.teller import DesktopTeller

logger = logging.getLogger("workmate.app")

STAY, QUIT = "stay", "quit"
_LOOK_MS = 1000
_LOOKS = 30
"""At the start of a session the tray may come later than the programs."""


class Background(QObject):
    """Signal `quit_wanted()`: end the program. `choice` is STAY, QUIT, or None while staff were
    not asked yet; `keep` is called with a new one.
    """

    quit_wanted = Signal()

    def __init__(
        self,
        window: MainWindow,
        bridge: Bridge,
        autostart: Autostart,
        *,
        tray_available: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable,
        possible: bool = True,
    ) -> None:
        """`possible` False: never a tray (the demo, whose data is thrown away)."""
        super().__init__(window)
        self._window = window
        self._bridge = bridge
        self._autostart = autostart
        self._tray_available = tray_available
        self._possible = possible
        self._keep: Callable[[str], None] = lambda _choice: None
        self.choice: str | None = None
        self.tray_tells: Callable[[], bool] = QSystemTrayIcon.supportsMessages
        self.tray: Tray | None = None
        self._dbus: DBusMessages | None = None
        self._core: Core | None = None
        self._pages: Pages | None = None
        self._teller: DesktopTeller | None = None
        self._asking: QMessageBox | None = None
        self._session_ends = False
        self._hidden_start = False
        self._looks = 0
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self._look_for_tray)

    # --- start and stop ------------------------------------------------------------------

    def start(self, choice: object, keep: Callable[[str], None], *, hidden: bool) -> bool:
        """Whether the window is to be shown now. `choice` is what was remembered."""
        self.choice = choice if choice in (STAY, QUIT) else None
        self._keep = keep
        self._window.closing.connect(self._on_closing)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.commitDataRequest.connect(self._on_session_end)
        self._hidden_start = hidden and self._possible
        if self._possible:
            self._look_for_tray()
            self._bridge.run_in_background(
                self._autostart.refresh, lambda _nothing: None, self._on_not_refreshed, self
            )
        return not self._hidden_start

    def attach(self, core: "Core", pages: "Pages") -> None:
        """The books are open: tell of their notices from now on."""
        from workmate_desktop.ui.notify.teller import DesktopTeller

        self._forget_books()
        self._core, self._pages = core, pages
        writer = core.writer
        self._teller = DesktopTeller(
            core.books,
            self._bridge,
            lambda: writer.trouble.value if writer.trouble else None,
            self.show_message,
            self,
        )
        pages.log.notices.background_requested.connect(self.open_settings)
        self._bridge.reception_changed.connect(self._show_state)
        self._show_state()

    def detach(self) -> None:
        """The books are about to be closed."""
        self._forget_books()

    def _forget_books(self) -> None:
        if self._teller is not None:
            self._teller.deleteLater()
            self._teller = None
            self._bridge.reception_changed.disconnect(self._show_state)
        self._core = self._pages = None

    def close(self) -> None:
        """Take the sign away; nothing is told any more. Twice is fine."""
        self._look.stop()
        self._window.keeps_open = False
        if self.tray is not None:
            self.tray.close()
        if self._dbus is not None:
            self._dbus.close()
            self._dbus = None

    def need_window(self) -> None:
        """The books cannot be opened: show the window, also after a hidden start."""
        self._hidden_start = False
        self._forget_books()
        if self.tray is not None:
            self.tray.set_state(_("Empfang gestört"))
        if not self._window.isVisible():
            self._window.bring_to_front()

    # --- the tray ------------------------------------------------------------------------

    @property
    def has_tray(self) -> bool:
        """Whether a hidden window could be brought back."""
        return self.tray is not None and self.tray.shown and self._tray_available()

    @Slot()
    def _look_for_tray(self) -> None:
        if self.tray is None and self._tray_available():
            self.tray = Tray(program_icon(), self._window.windowTitle(), self)
            self.tray.open_wanted.connect(self._on_open)
            self.tray.settings_wanted.connect(self.open_settings)
            self.tray.quit_wanted.connect(self.quit_wanted)
            self.tray.clicked.connect(self._on_message_clicked)
            self.tray.show_icon()
            self._window.keeps_open = True
            self._show_state()
        self._looks += 1
        if self.tray is not None or self._looks > _LOOKS:
            self._look.stop()
            if self.tray is None and self._hidden_start:
                self._hidden_start = False
                self._window.showMinimized()  # else nobody could reach the program
        elif not self._look.isActive():
            self._look.start()

    @Slot()
    def _show_state(self) -> None:
        if self.tray is None or self._core is None:
            return
        from workmate_desktop.words.reception_texts import reception_words

        configured = self._core.setup.configured
        words = reception_words(self._core.reception.state, configured=configured)
        self.tray.set_state(words.long)

    @Slot()
    def _on_open(self) -> None:
        self._hidden_start = False
        self._window.bring_to_front()

    # --- closing -------------------------------------------------------------------------

    @Slot()
    def _on_session_end(self) -> None:
        self._session_ends = True

    @Slot()
    def _on_closing(self) -> None:
        """The window is being closed, by its cross or by the session."""
        # Without books there is nothing to receive into.
        if self._session_ends or self._core is None or not self.has_tray:
            self.quit_wanted.emit()
        elif self.choice == STAY:
            self._window.hide()
        elif self.choice == QUIT:
            self.quit_wanted.emit()
        elif self._asking is None:
            self._ask()

    def _ask(self) -> None:
        box = message_box(
            self._window,
            _("Fenster schließen"),
            _("Im Hintergrund weiter empfangen?"),
            _(
                "Dann werden Zahlungen weiter gleich verbucht; das Symbol neben der Uhr öffnet "
                "das Fenster wieder. Ändern lässt sich das unter Protokoll → Benachrichtigen."
            ),
            [
                Choice(STAY, _("&Weiter empfangen"), primary=True),
                Choice(QUIT, _("Programm &beenden")),
                Choice("cancel", _("&Abbrechen"), cancels=True),
            ],
        )
        self._asking = box
        box.finished.connect(self._on_answered)
        box.open()

    @Slot()
    def _on_answered(self) -> None:
        box, self._asking = self._asking, None
        if box is None:
            return
        key = chosen_key(box)
        box.deleteLater()
        if key not in (STAY, QUIT):
            return
        self._choose(key)
        if key == STAY:
            self._window.hide()
        else:
            self.quit_wanted.emit()

    def _choose(self, choice: str) -> None:
        self.choice = choice
        self._keep(choice)

    @Slot()
    def open_settings(self) -> None:
        """**Im Hintergrund …**"""
        from workmate_desktop.ui.notify.background_dialog import BackgroundDialog

        if self._window.isHidden():
            self._window.bring_to_front()
        dialog = BackgroundDialog(
            self._autostart,
            self._bridge,
            self._window,
            stays=self.choice == STAY,
            has_tray=self.has_tray,
        )
        dialog.accepted.connect(lambda: self._on_settings(dialog))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_settings(self, dialog: "BackgroundDialog") -> None:
        if self.has_tray:
            self._choose(STAY if dialog.stays() else QUIT)

    def _on_not_refreshed(self, error: Exception) -> None:
        logger.warning("The entry for the start of the session is old: %s", error)

    # --- notifications -------------------------------------------------------------------

    def show_message(self, title: str, text: str, key: str) -> None:
        """A desktop notification, where this desktop has any; else toast and list remain."""
        if not self._possible:
            return
        if self.tray is not None and self.tray.shown and self.tray_tells():
            self.tray.show(title, text, key)
            return
        messages = self._dbus_messages()
        if messages is not None:
            messages.show(title, text, key)

    def _dbus_messages(self) -> "DBusMessages | None":
        if self._dbus is None and sys.platform == "linux":
            from workmate_desktop.ui.notify.dbus import DBusMessages, session_bus_is_there

            if session_bus_is_there():
                self._dbus = DBusMessages(self._bridge, self)
                self._dbus.clicked.connect(self._on_message_clicked)
        return self._dbus

    @Slot(str)
    def _on_message_clicked(self, key: str) -> None:
        self._on_open()
        if self._pages is not None:
            self._pages.show_notice(key)
