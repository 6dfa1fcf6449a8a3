"""The whole program on its demo data, for pictures: what README and the reviews show."""

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QDeadlineTimer, QEventLoop
from PySide6.QtWidgets import QApplication, QWidget

from tests.waiting import PATIENCE
from workmate_desktop.app.options import read_options
from workmate_desktop.app.window.program import WindowProgram

if TYPE_CHECKING:
    from collections.abc import Callable

    from workmate_desktop.ui.kit.theme import Theme

_PROGRAMS: list[WindowProgram] = []  # kept alive as long as their windows


def invoices(theme: "Theme") -> QWidget:
    """Rechnungen, with an invoice whose payment failed selected."""
    program = _started(theme)
    assert program.pages is not None
    program.pages.invoices.table.selectRow(4)
    return program.window


def stripe(theme: "Theme") -> QWidget:
    """The Stripe tab."""
    program = _started(theme)
    program.window.show_page(1)
    _settle()  # the checklist is judged in the background
    return program.window


def log(theme: "Theme") -> QWidget:
    """The Protokoll tab."""
    program = _started(theme)
    program.window.show_page(2)
    return program.window


def _started(theme: "Theme") -> WindowProgram:
    application = cast("QApplication", QApplication.instance())
    program = WindowProgram(application, read_options(["--demo"], {}))
    program.theme.set_scheme(theme.scheme)
    _PROGRAMS.append(program)
    assert program.start()
    _wait(lambda: program.core is not None and program.core.listener.port is not None)
    _wait(lambda: program.pages is not None and bool(program.pages.invoices.figures.isVisible()))
    _settle()
    return program


def _wait(true: "Callable[[], bool]") -> None:
    deadline = QDeadlineTimer(int(PATIENCE * 1000))
    while not true():
        if deadline.hasExpired():
            raise TimeoutError("the program did not get ready")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)


def _settle() -> None:
    """Figures and other background reading arrive."""
    deadline = QDeadlineTimer(700)
    while not deadline.hasExpired():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
