"""What is seen first: the empty window, then the first rows, before most is imported.

Importing costs more than painting, so this file and what it imports are all that the first paint
waits for; tests/app/window/test_first_paint.py holds the list. Behind the
painted window a thread imports the list; with its rows on the screen, the thread imports the rest.
The window can be moved and closed meanwhile.
"""

import gc
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal, SignalInstance
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from workmate_desktop.app.data_dir import hold_data_dir
from workmate_desktop.app.options import Options
from workmate_desktop.domain.errors import UserError
from workmate_desktop.gateways.system.instance_lock import InstanceLock
from workmate_desktop.services.upkeep.window_memory import WindowMemory
from workmate_desktop.ui.window.main_window import MainWindow, restore_window

if TYPE_CHECKING:
    import socket

    from workmate_desktop.store.opening.start_check import StartCheck
    from workmate_desktop.ui.invoices.list.list_side import ListSide
    from workmate_desktop.ui.kit.theme import Theme

_UNSEEN_MS = 100
"""A window that is minimised or covered may never be painted: go on all the same."""
_PAINT_MS = 5
"""So long the new rows have the interpreter to themselves. A thread that imports gives it away
only every 5 ms (sys.getswitchinterval), and painting needs it several times."""
_INVOICES = 0


class FirstWindow:
    """The lock of the data folder, what the window remembers, and the window.

    `show` also dresses the window: then there is a `theme`; a `side`, where rows could be read;
    the port is `bound`, where it could be; and the check of the books has `begun`.
    """

    def __init__(self, options: Options, import_rest: Callable[[], None] = lambda: None) -> None:
        """`import_rest` imports what comes after the first rows; it is called on a thread."""
        self._options = options
        self._import_rest = import_rest
        self.lock = InstanceLock(options.data_dir)
        self.memory = WindowMemory(options.data_dir)
        self.remembered = self.memory.load()
        self.theme: Theme | None = None
        self.side: ListSide | None = None
        self.bound: socket.socket | None = None
        self.begun: StartCheck | None = None
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
        collects = gc.isenabled()
        gc.disable()  # it would free widgets on the importing thread: ui/window/collector.py
        try:
            _work_behind(self._import_list, _UNSEEN_MS, self.window.first_painted)
            if self.window.isVisible():
                self._show_rows()
                _work_behind(self._prepare, _PAINT_MS)
        finally:
            if collects:
                gc.enable()
        if not self.window.isVisible():
            self.give_up()
        return self.window.isVisible()

    @property
    def test_or_live(self) -> bool | None:
        """The mode of the Stripe keys as far as it is known before the keyring was asked: True
        Livebetrieb, False Testmodus, None unknown.
        """
        from workmate_desktop.domain.stripe.keys import livemode_of

        given = self._options.stripe_secret_key or self._options.stripe_publishable_key
        remembered = self.remembered.get("livemode")
        return livemode_of(given) if given else remembered if remembered in (True, False) else None

    def hand_over(self) -> "tuple[socket.socket | None, StartCheck | None]":
        """The port and the check, once: they belong to whoever opens the books."""
        bound, begun = self.bound, self.begun
        self.bound = self.begun = None
        return bound, begun

    def give_up(self) -> None:
        """Nobody is going to open the books as they were, nor to answer at the port."""
        bound, begun = self.hand_over()
        if bound is not None:
            bound.close()
        if begun is not None:
            begun.stop()

    def _show_rows(self) -> None:
        from workmate_desktop.ui.kit.theme import apply_theme

        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self.theme = apply_theme(application)
        self.window.furnish(self.theme)
        if not self._options.demo and self.remembered.get("page", _INVOICES) == _INVOICES:
            self.side = self._read_side(self.theme)
        if self.side is not None:
            self.side.wait_for_books()
            page = QWidget()
            column = QVBoxLayout(page)
            column.setContentsMargins(0, 0, 0, 0)
            column.addWidget(self.side.splitter)
            self.window.set_page(_INVOICES, page)
        application.processEvents()  # painted before the next import takes the interpreter

    def _read_side(self, theme: "Theme") -> "ListSide | None":
        from workmate_desktop.gateways.system.clock import SystemClock
        from workmate_desktop.store.opening.early_books import Unreadable, early_books
        from workmate_desktop.ui.invoices.list.list_side import ListSide

        books = early_books(self._options.data_dir)
        if books is None:
            return None
        state: Any = self.remembered.get("invoices")
        try:
            side = ListSide(theme, books, SystemClock().today(), self.test_or_live)
            side.restore_state(state if isinstance(state, dict) else {})
        except Unreadable:
            return None  # opening the books says what is wrong with them
        finally:
            books.close()
        return side

    def _import_list(self) -> None:
        """On the thread."""
        if not self._options.demo:
            from workmate_desktop.gateways.system.threads import Threads
            from workmate_desktop.store.opening.start_check import begin_check

            self.begun = begin_check(self._options.data_dir, Threads())
        import workmate_desktop.gateways.system.clock
        import workmate_desktop.store.opening.early_books
        import workmate_desktop.ui.invoices.list.list_side
        import workmate_desktop.ui.window.navigation  # noqa: F401 - only to have them imported

    def _prepare(self) -> None:
        """On the thread. From here on a delivery waits for the books instead of being refused."""
        if not self._options.demo:
            from workmate_desktop.listener.binding import ListenerError, bind

            try:
                self.bound = bind(self._options.port)
            except ListenerError:
                self.bound = None  # the listener tries again, and tells it
        self._import_rest()


class _Worker(QObject):
    """Signal `ended()`: the thread has done what it could."""

    ended = Signal()

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__()
        self._work = work

    def run(self) -> None:
        """On the thread. An import that fails is raised once more where it is used."""
        try:
            self._work()
        finally:
            self.ended.emit()


def _work_behind(
    work: Callable[[], None], after_ms: int, or_after: SignalInstance | None = None
) -> None:
    """Do `work` on a thread, after `after_ms` or that signal; the window lives on meanwhile."""
    worker = _Worker(work)
    thread = threading.Thread(target=worker.run, name="import")
    waiting = QEventLoop()
    worker.ended.connect(waiting.quit)

    def begin() -> None:
        if thread.ident is None:
            thread.start()

    timer = QTimer(singleShot=True, interval=after_ms)
    timer.timeout.connect(begin)
    if or_after is not None:
        or_after.connect(begin)
    timer.start()
    waiting.exec()
    timer.stop()
    thread.join()
