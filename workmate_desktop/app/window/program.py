"""The running program with its window: what happens when, all of it in the GUI thread."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from workmate_desktop.app.options import Options
from workmate_desktop.app.window.background import Background
from workmate_desktop.app.window.first_window import FirstWindow
from workmate_desktop.app.window.launch import entry_suffix, start_command
from workmate_desktop.app.window.stop_signals import QtStopSignals
from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.domain.secrets import SecretStore
from workmate_desktop.gateways.system.autostart import Autostart
from workmate_desktop.gateways.system.clock import SystemClock
from workmate_desktop.services.log import ProgramLog
from workmate_desktop.ui.kit.theme import apply_theme, program_icon
from workmate_desktop.ui.kit.toast import ToastKind
from workmate_desktop.ui.window.collector import GuiCollector
from workmate_desktop.ui.window.main_window import waiting_page, window_state
from workmate_desktop.ui.window.single_instance import Doorbell, ring
from workmate_desktop.words.language import _
from workmate_desktop.words.messages import error_sentence

if TYPE_CHECKING:
    from workmate_desktop.app.core import Core
    from workmate_desktop.app.refused import Refused
    from workmate_desktop.app.window.invoices_page import InvoicesPage
    from workmate_desktop.app.window.pages import Pages

logger = logging.getLogger("workmate.app")

OPENING_SECONDS = 10.0
"""How long the stop waits for books that are just being opened."""
_FRAME_MS = 16
"""So long the list has the interpreter to itself, to be painted."""
_READERS_SECONDS = 5.0
"""How long replaced books wait for views that are reading them."""


class WindowProgram(QObject):
    """Created, started and stopped in the GUI thread. `stop` twice is fine.

    `core` and `pages` are None until the books are open. Signal `books_opened()`: now they are,
    also once more after a backup took their place.
    """

    books_opened = Signal()

    def __init__(
        self,
        application: QApplication,
        options: Options,
        keychain: SecretStore | None = None,
        *,
        tray_available: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable,
        first: FirstWindow | None = None,
    ) -> None:
        """`keychain` None is the keyring of the system. `tray_available` is asked often.

        `first` is what was shown already; None makes it now.
        """
        super().__init__()
        first = first or FirstWindow(options)
        self._keychain = keychain
        self.application = application
        self.options = options
        self.clock = SystemClock()
        self._first = first
        self.theme = first.theme or apply_theme(application)
        application.setWindowIcon(program_icon())
        self.window = first.window
        if first.theme is None:
            self.window.furnish(self.theme)
        self.bridge = Bridge(self)
        self.background = Background(
            self.window,
            self.bridge,
            Autostart(start_command(options), entry_suffix(options)),
            tray_available=tray_available,
            possible=not options.demo,
        )
        self._collector = GuiCollector(self)
        self.core: Core | None = None
        self.pages: Pages | None = None
        self._lock = first.lock
        self._held = False
        self._opening = threading.Lock()
        self._opened: Core | None = None
        self._log: ProgramLog | None = None
        self._refused: Refused | None = None
        self._remembered: dict[str, Any] = first.remembered
        self._doorbell: Doorbell | None = None
        self._memory = first.memory
        self._stopped = False
        self._signals = QtStopSignals(self.stop, self)
        self._replaced: Path | None = None

    def start(self) -> bool:
        """Show the window and open the books behind it.

        False: another window has these books open already; it was brought to the front.
        """
        from workmate_desktop.app.data_dir import hold_data_dir

        try:
            self._held = hold_data_dir(self.options.data_dir, self._lock)
        except UserError as error:
            self._show_window()
            self._on_open_failed(error)
            return True
        if not self._held:
            # Of a start with the session nobody wants to see anything.
            if not self.options.hidden and not ring(self.options.data_dir):
                logger.warning("The other program has no window")
            return False
        self._doorbell = Doorbell(self.options.data_dir, self)
        self._doorbell.rung.connect(self.window.bring_to_front)
        self._show_window()
        # After the first paint: what follows imports most of the program.
        QTimer.singleShot(0, self._open_in_background)
        return True

    @Slot()
    def stop(self) -> None:
        """Stop in reverse order of the start; every part is joined with a deadline."""
        if self._stopped:
            return
        self._stopped = True
        self._signals.forget()
        self.background.close()
        self.window.hide()
        for timer in self.window.findChildren(QTimer):
            timer.stop()  # views read the books a moment after a change
        if self.pages is not None:
            self._memory.save(self._state(self.pages))
        if self._doorbell is not None:
            self._doorbell.close()
        self.bridge.close()
        # Books that are just being opened would be written after their folder was given up.
        if not self._opening.acquire(timeout=OPENING_SECONDS):
            logger.error("Opening the books did not end in time")
        self._first.give_up()
        if self._opened is not None:
            self._opened.stop()
        if self._refused is not None:
            self._refused.stop()
        if self._log is not None:
            self._log.stop()
        self._collector.close()
        self._lock.release()
        if self.options.demo:
            from workmate_desktop.app.data_dir import remove_demo_data

            remove_demo_data(self.options)
        self.application.quit()

    def _show_window(self) -> None:
        self.background.quit_wanted.connect(self.stop)
        self._signals.heed()
        choice = self._remembered.get("background")
        if self.background.start(choice, self._keep_choice, hidden=self.options.hidden):
            self.window.show()

    def _keep_choice(self, choice: str) -> None:
        self._remembered = {**self._remembered, "background": choice}
        self._memory.save(self._remembered)

    @Slot()
    def _open_in_background(self) -> None:
        self.bridge.run_in_background(self._open, self._on_opened, self._on_open_failed, self)

    def _open(self) -> "Core":
        """Import the program and open the books. Runs in the background."""
        with self._opening:
            if self._stopped:
                raise RuntimeError("the program is ending")  # nobody listens any more
            self._opened = self._open_books()
            return self._opened

    def _open_books(self) -> "Core":
        if not self._held:  # it could not be written when the window was shown
            from workmate_desktop.app.data_dir import hold_data_dir

            self._held = hold_data_dir(self.options.data_dir, self._lock)
            if not self._held:
                raise UserError("already_running")
        if self._log is None:
            self._log = ProgramLog(self.options.data_dir)
            self._log.listen(self.bridge.note_log)
            self._log.start()
        core = self._new_core()
        if self.options.demo:
            from workmate_desktop.services.demo.office import fill

            fill(core.database, core.clock, core.setup)
        import workmate_desktop.app.window.invoices_page  # noqa: F401 - built in the GUI thread

        return core

    def _new_core(self) -> "Core":
        from workmate_desktop.app.core import Core
        from workmate_desktop.app.outside import Outside

        bound, begun = self._first.hand_over()
        try:
            outside = Outside.real(self.options, self.clock, self._keychain)
            return Core(self.options, outside, bound, begun)
        except BaseException:
            if bound is not None:
                bound.close()
            raise

    def _on_opened(self, core: "Core") -> None:
        """The list first; the other pages are imported when it is painted."""
        from workmate_desktop.app.window.invoices_page import InvoicesPage

        self.core = core
        self.window.show_pages()
        core.announcer.listen(self.bridge.announce)
        side, self._first.side = self._first.side, None
        mode = self._first.test_or_live
        front = InvoicesPage(self.window, self.theme, core, self.bridge, mode, side)
        if side is None:
            front.restore_state(self._remembered)
        page = self._remembered.get("page")
        if isinstance(page, int) and 0 <= page < self.window.stack.count():
            self.window.show_page(page)
        QTimer.singleShot(_FRAME_MS, self, lambda: self._import_pages(front))

    def _import_pages(self, front: "InvoicesPage") -> None:
        def imported(_nothing: None) -> None:
            self._on_pages_imported(front)

        self.bridge.run_in_background(import_pages, imported, self._on_open_failed, self)

    def _on_pages_imported(self, front: "InvoicesPage") -> None:
        from workmate_desktop.app.window.pages import Pages

        core = self.core
        assert core is not None and self._log is not None
        self.pages = Pages(self.window, self.theme, core, self._log, self.bridge, front)
        self.pages.backup_bar.restore_wanted.connect(self._replace_books)
        self.background.attach(core, self.pages)
        self.pages.restore_state(self._remembered)
        self.pages.focus_first()
        self.books_opened.emit()
        self.bridge.run_in_background(core.start, self._on_started, self._on_open_failed, self)

    def _on_started(self, _nothing: None) -> None:
        self._collector.keep_all()
        if self._memory.was_unfit and self.core is not None:
            self.core.writer.submit_later(
                lambda t: t.notices.add_once_a_day(NoticeKind.SETTINGS_RESET)
            )
        if self.pages is not None:
            self.pages.refresh_state()
            self.pages.focus_first()  # Stripe shows its page only now
        if self.core is not None and self._replaced is not None:
            kept, self._replaced = self._replaced.name, None
            self.core.writer.submit(lambda t: t.notices.add(NoticeKind.BOOKS_RESTORED, kept=kept))
            self.window.toasts.show(
                _("Die Sicherung ist wiederhergestellt"),
                _("Die vorherigen Daten liegen im Datenordner unter {0}.").format(kept),
            )

    def _on_open_failed(self, error: Exception) -> None:
        """The books cannot be opened: say so in the window, and answer Stripe 503 meanwhile."""
        from workmate_desktop.app.refused import Refused
        from workmate_desktop.ui.window.trouble_page import TroublePage

        logger.error("The books cannot be opened", exc_info=error)
        self._first.side = None  # what it showed may be no longer true
        self._first.give_up()
        page = TroublePage(self.theme, error, self.options.data_dir, self.window)
        page.restore_wanted.connect(self._restore)
        page.choose_wanted.connect(self._choose_backup)
        self.window.show_only(page)
        self.background.need_window()
        page.retry_wanted.connect(self._retry)
        if self._refused is None:
            self._refused = Refused(error, self.options)
            self._refused.start()

    def _forget_refusal(self) -> None:
        if self._refused is not None:
            self._refused.stop()
            self._refused = None

    @Slot()
    def _retry(self) -> None:
        """The trouble may have passed."""
        self._forget_refusal()
        self.bridge.run_in_background(self._open, self._on_opened, self._on_open_failed, self)

    @Slot(str)
    def _restore(self, backup: str) -> None:
        """Put the backup in the place of the damaged books, and open it."""
        from workmate_desktop.store.opening.open import restore_backup

        stamp = f"{self.clock.now():%Y%m%d-%H%M%S}"
        self._forget_refusal()

        def restore_and_open() -> "Core":
            restore_backup(self.options.data_dir, backup, stamp)
            return self._open()

        self.bridge.run_in_background(restore_and_open, self._on_opened, self._on_open_failed, self)

    @Slot()
    def _choose_backup(self) -> None:
        """Another backup than the offered one for books that cannot be opened."""
        from workmate_desktop.services.upkeep.backups import Backups
        from workmate_desktop.ui.backup.restore_dialog import RestoreDialog

        backups = Backups(self.options.data_dir, self.clock)
        dialog = RestoreDialog(self.theme, backups, self.bridge, self.clock, self.window)

        def put_in_place() -> "Core":
            kept = backups.decide()  # nothing has these books open
            core = self._open()
            self._replaced = kept
            return core

        def agreed() -> None:
            self._forget_refusal()
            self.window.show_only(waiting_page(_("Die Sicherung wird eingespielt …")))
            self.bridge.run_in_background(put_in_place, self._on_opened, self._on_open_failed, self)

        dialog.agreed.connect(agreed)
        dialog.open()

    @Slot()
    def _replace_books(self) -> None:
        """Staff looked into a backup and agreed: it takes the place of the books, now."""
        if self.core is not None:
            self.bridge.run_in_background(
                self.core.backups.decide, self._on_decided, self._on_undecided, self
            )

    def _on_undecided(self, error: Exception) -> None:
        """Nothing was replaced; the books go on."""
        self.window.toasts.show(*error_sentence(error), ToastKind.ERROR)

    def _on_decided(self, kept: Path) -> None:
        assert self.core is not None and self.pages is not None
        self._remembered = self._state(self.pages)
        self._replaced = kept
        self.window.show_only(waiting_page(_("Die Sicherung wird eingespielt …")))
        self.background.detach()
        self.pages.close()
        self.pages = None
        core, self.core = self.core, None

        def replace_and_open() -> "Core":
            with self._opening:
                if not core.stop(wait_for_readers=_READERS_SECONDS):
                    raise UserError("restore_at_next_start")
                core.backups.finish()
            return self._open()

        # In the next turn of the loop the views are gone.
        QTimer.singleShot(
            0,
            self,
            lambda: self.bridge.run_in_background(
                replace_and_open, self._on_opened, self._on_open_failed, self
            ),
        )

    def _state(self, pages: "Pages") -> dict[str, Any]:
        """What is remembered for the next start."""
        return {
            "window": window_state(self.window),
            "page": self.window.stack.currentIndex(),
            "background": self.background.choice,
            "livemode": self._livemode(),
            **pages.save_state(),
        }

    def _livemode(self) -> bool | None:
        """The mode of the keys; what was remembered while they could not be read."""
        if self.core is None or not self.core.setup.loaded:
            return self._first.test_or_live
        return self.core.setup.keys.livemode


def import_pages() -> None:
    """For the background."""
    import workmate_desktop.app.window.pages  # noqa: F401 - only to have it imported
