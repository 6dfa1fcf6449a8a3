"""The window on top of the core: painted first, filled when the books are open.

Importing services costs more than painting (docs/decisions/first-paint.md), so
everything heavy is imported on a thread after the first paint.
"""

import builtins
import linecache
import os
import sys
from typing import TYPE_CHECKING

from workmate_desktop.app.data_dir import remove_demo_data
from workmate_desktop.app.options import Options
from workmate_desktop.app.window.display import has_display

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from workmate_desktop.app.window.program import WindowProgram

NO_DISPLAY = (
    "Kein Bildschirm gefunden. Ohne Fenster geht derselbe Befehl mit 'serve' dahinter (Empfang) "
    "oder mit 'serve --demo' (zum Ausprobieren)."
)


def run_window(options: Options) -> int:
    """Show the window and run until it is closed. Returns the exit code."""
    if not has_display(sys.platform, os.environ):
        sys.stderr.write(NO_DISPLAY + "\n")
        remove_demo_data(options)
        return 1
    application = make_application()
    try:
        program = start_window(application, options)
    except Exception as error:
        _tell(application, options, error)
        raise
    if program is None:
        return 0
    from workmate_desktop.app.window.crash_watch import CrashWatch

    watch = CrashWatch(program)
    watch.start()
    code = application.exec()
    program.stop()
    watch.stop()
    return code


def make_application() -> "QApplication":
    """The QApplication with its name; one per process."""
    from PySide6.QtWidgets import QApplication

    _stop_reading_sources()
    QApplication.setApplicationName("WorkmateOS Desktop")
    QApplication.setDesktopFileName("workmate-desktop")
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    return application


def _stop_reading_sources() -> None:
    """Undo what importing PySide6 does to every later import.

    For `from __feature__ import snake_case`, which nobody here uses, PySide replaces the built-in
    import by one that reads the source of each imported module into memory, which costs memory and
    time at the start. PySide keeps the true one as `__orig_import__` (its feature.py).
    """
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
    linecache.clearcache()


def start_window(application: "QApplication", options: Options) -> "WindowProgram | None":
    """Paint the empty window, then open the books on a thread.

    None: another one runs already, or the window was closed at once.
    """
    from workmate_desktop.app.window.first_window import FirstWindow

    first = FirstWindow(options, _import_program)
    if not first.show():
        first.lock.release()
        remove_demo_data(options)
        return None
    from workmate_desktop.app.window.program import WindowProgram

    program = WindowProgram(application, options, first=first)
    return program if program.start() else None


def _import_program() -> None:
    import workmate_desktop.app.window.program  # noqa: F401 - only to have it imported


def _tell(application: "QApplication", options: Options, error: Exception) -> None:
    """The window could not even be made: a double click must not end in nothing."""
    from workmate_desktop.app.window.crash_watch import WINDOW
    from workmate_desktop.services.upkeep.crash import CrashFiles, report_of
    from workmate_desktop.ui.kit.theme import apply_theme
    from workmate_desktop.ui.window.crash_dialog import CrashDialog

    files = CrashFiles(options.data_dir)
    report = report_of(error, WINDOW, files.log_tail())
    files.keep(report)  # for the next start, in case no dialog can be shown either
    CrashDialog(apply_theme(application), report, ended=True).exec()
    files.forget()
