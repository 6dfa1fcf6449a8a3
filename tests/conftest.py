"""Tests of the window run without a screen, in the program's own fonts and colours."""

import gc
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.left_behind import Processes
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from workmate_desktop.ui.kit.theme import Theme

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

_PATIENCE_MS = int(PATIENCE * 1000)

# As in the program (ui/window/collector.py): a widget in a reference cycle must never be freed
# by the thread of a writer or listener. Collected after each test instead, in this thread.
gc.disable()


@pytest.fixture(autouse=True)
def _collected_in_this_thread() -> Iterator[None]:
    yield
    gc.collect(1)


@pytest.fixture(scope="session")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Processes:
    """Those that tests start."""
    return Processes(tmp_path_factory.getbasetemp())


@pytest.fixture(autouse=True)
def _no_process_left(processes: Processes) -> Iterator[None]:
    yield
    assert processes.left() == []


@pytest.fixture(scope="session")
def _dressed(qapp: "QApplication") -> "Theme":
    # Imported here, so that tests without a window do not pay for Qt.
    from workmate_desktop.ui.kit.theme import Scheme, apply_theme

    return apply_theme(qapp, Scheme.LIGHT)


@pytest.fixture
def qtbot(qapp: "QApplication", request: pytest.FixtureRequest) -> "QtBot":
    """Waits long before it gives up: 5 s are not enough where many share a slow PC."""
    from pytestqt.qtbot import QtBot

    class PatientBot(QtBot):
        def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = 0) -> None:
            super().waitUntil(callback, timeout=max(timeout, _PATIENCE_MS))

        def waitSignal(
            self, signal: Any, *, timeout: int = 0, raising: bool | None = None, **how: Any
        ) -> Any:
            # Not raising: it waits to see that nothing comes, as assertNotEmitted does.
            timeout = timeout if raising is False else max(timeout, _PATIENCE_MS)
            return super().waitSignal(signal, timeout=timeout, raising=raising, **how)

        def waitSignals(self, signals: Any, *, timeout: int = 0, **how: Any) -> Any:
            return super().waitSignals(signals, timeout=max(timeout, _PATIENCE_MS), **how)

        def waitActive(self, widget: Any, *, timeout: int = 0) -> Any:
            return super().waitActive(widget, timeout=max(timeout, _PATIENCE_MS))

        def waitExposed(self, widget: Any, *, timeout: int = 0) -> Any:
            return super().waitExposed(widget, timeout=max(timeout, _PATIENCE_MS))

    return PatientBot(request)


@pytest.fixture
def theme(_dressed: "Theme") -> "Theme":
    """The look of the program; every test starts in the light scheme."""
    from workmate_desktop.ui.kit.theme import Scheme

    _dressed.set_scheme(Scheme.LIGHT)
    return _dressed


@pytest.fixture(autouse=True)
def _program_look(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that opens widgets shows them as the program does, and leaves none open behind it."""
    if "qtbot" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("theme")
    yield
    from PySide6.QtCore import QCoreApplication, QEvent
    from PySide6.QtWidgets import QApplication, QDialog

    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, QDialog) and widget.isVisible():
            widget.hide()
    # Outside of a running loop Qt keeps what qtbot gave up: thousands of widgets, all of which a
    # later change of the scheme would have to dress again.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
