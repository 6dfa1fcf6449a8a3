"""What is imported before the window is first painted: as little as there is
(docs/decisions/first-paint.md).

In a process of its own, because pytest has imported the program already.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from tests.places import CHECKOUT
from tests.waiting import PATIENCE
from workmate_desktop.app.options import Options
from workmate_desktop.app.window.run import start_window
from workmate_desktop.gateways.system.instance_lock import InstanceLock
from workmate_desktop.ui.window.main_window import MainWindow

OURS = {
    "workmate_desktop",
    "workmate_desktop.app",
    "workmate_desktop.app.window",
    "workmate_desktop.app.data_dir",
    "workmate_desktop.app.window.display",
    "workmate_desktop.app.window.first_window",
    "workmate_desktop.app.options",
    "workmate_desktop.app.window.run",
    "workmate_desktop.domain",
    "workmate_desktop.domain.errors",
    "workmate_desktop.domain.stripe",
    "workmate_desktop.domain.stripe.webhook",
    "workmate_desktop.gateways",
    "workmate_desktop.gateways.system",
    "workmate_desktop.gateways.system.instance_lock",
    "workmate_desktop.services",
    "workmate_desktop.services.upkeep",
    "workmate_desktop.services.upkeep.window_memory",
    "workmate_desktop.ui",
    "workmate_desktop.ui.window.main_window",
    "workmate_desktop.ui.kit",
    "workmate_desktop.ui.window",
    "workmate_desktop.ui.kit.colors",
    "workmate_desktop.ui.kit.outline",
    "workmate_desktop.words",
    "workmate_desktop.words.language",
}
"""Whoever adds a line here makes every start longer: better import where it is used."""
TOO_DEAR = (
    "PySide6.QtNetwork PySide6.QtSvg PySide6.QtDBus sqlalchemy alembic sqlite3 stripe requests "
    "httptools keyring cryptography pyngrok babel asyncio ssl smtplib email html.entities "
    "concurrent.futures logging.handlers multiprocessing decimal hashlib"
).split()

PROGRAM = """
import json, os, sys
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QMainWindow
bare = set(sys.modules)
from workmate_desktop.app.options import read_options
from workmate_desktop.app.window.run import make_application, start_window

class FirstPaint(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and isinstance(watched, QMainWindow):
            print(json.dumps(sorted(set(sys.modules) - bare)), flush=True)
            os._exit(0)
        return False

application = make_application()
watcher = FirstPaint()
application.installEventFilter(watcher)
start_window(application, read_options([], os.environ))
"""

IMPORTS = """
import linecache
from workmate_desktop.app.window.run import make_application
make_application()
import workmate_desktop.app.core, workmate_desktop.app.window.pages
print(sum(name.endswith(".py") for name in linecache.cache))
"""


def _python(code: str, data_dir: Path) -> str:
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "WORKMATE_DATA_DIR": str(data_dir),
        "WORKMATE_PORT": "0",
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=CHECKOUT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    return done.stdout


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Every module that the program adds to a bare PySide6 before the first paint."""
    return set(json.loads(_python(PROGRAM, tmp_path_factory.mktemp("daten"))))


def test_only_these_files_of_ours_come_before_the_first_paint(imported: set[str]) -> None:
    assert {name for name in imported if name.startswith("workmate_desktop")} == OURS


def test_no_dear_library_comes_before_the_first_paint(imported: set[str]) -> None:
    assert imported.isdisjoint(TOO_DEAR)


def test_imports_do_not_read_the_sources_into_memory(tmp_path: Path) -> None:
    """PySide's hook would keep the lines of some 700 files."""
    assert int(_python(IMPORTS, tmp_path)) < 50


class _ClosesAtOnce(QObject):
    """Somebody who closes the window as soon as it is painted."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and isinstance(watched, MainWindow):
            QTimer.singleShot(0, watched.close)
        return False


def test_a_window_closed_at_once_ends_the_program_before_it_began(
    qapp: QApplication, tmp_path: Path
) -> None:
    impatient = _ClosesAtOnce()
    qapp.installEventFilter(impatient)
    try:
        assert start_window(qapp, Options("gui", tmp_path, port=0)) is None
    finally:
        qapp.removeEventFilter(impatient)
    assert {path.name for path in tmp_path.iterdir()} == {"workmate.lock"}  # no books were made
    lock = InstanceLock(tmp_path)
    assert lock.acquire()  # the first one let go
    lock.release()
