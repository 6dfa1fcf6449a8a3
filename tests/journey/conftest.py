"""The whole program with its window, as a user has it in front of him, on a folder of its own.

Qt is imported inside the fixtures: the tests of `serve` beside them run without it.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories import NOBODY, lay_empty_books
from tests.free_port import free_port as free
from tests.gateways.tunnel.tunnel_support import until
from tests.journey.window_waits import WindowWaits
from tests.standins.ngrok_play import StandInNgrok
from tests.standins.stripe_api import PUBLISHABLE_KEY, SECRET_KEY, StripeStandIn
from workmate_desktop.app.options import Options
from workmate_desktop.gateways.secrets.memory_secrets import MemorySecrets

if TYPE_CHECKING:
    from tests.journey.desk import Desk
    from workmate_desktop.ui.kit.theme import Theme


@pytest.fixture
def secrets() -> MemorySecrets:
    """The keyring of the test: a second start on the same folder may be given the same one."""
    return MemorySecrets()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """The data folder of the office; not made yet."""
    return tmp_path / "daten"


@pytest.fixture
def start(
    qtbot: Any,
    qapp: Any,
    theme: "Theme",
    data_dir: Path,
    secrets: MemorySecrets,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., "Desk"]]:
    """Starts the program; each one is stopped at the end of the test.

    `start(**options)` takes the fields of Options, `keychain`, and `tray`: whether the desktop
    has one. Without a `stripe_api_base`
    Stripe cannot be reached: made-up keys never leave this computer.
    """
    from PySide6.QtCore import QCoreApplication, QEvent

    from tests.journey.desk import Desk
    from workmate_desktop.app.window.program import WindowProgram
    from workmate_desktop.ui.kit.theme import Scheme

    # Each program dresses its application once; here all of them have the same one.
    theme.set_scheme(Scheme.SYSTEM)
    monkeypatch.setattr("workmate_desktop.app.window.program.apply_theme", lambda _qapp: theme)
    running: list[WindowProgram] = []

    def start_program(*, keychain: Any = None, tray: bool = False, **given: Any) -> Desk:
        standard = {"command": "gui", "data_dir": data_dir, "port": 0, "stripe_api_base": NOBODY}
        options = Options(**{**standard, **given})
        program = WindowProgram(
            qapp,
            options,
            None if options.demo else keychain or secrets,
            tray_available=lambda: tray,
        )
        running.append(program)
        assert program.start()
        if not (options.data_dir / "window.json").exists():  # else it has a size of its own
            # As on an office's monitor: without one Qt's screen has 800 x 800 points only.
            program.window.resize(1280, 800)
        return Desk(program, qtbot)

    yield start_program
    for program in running:
        program.stop()
        program.window.deleteLater()
        program.deleteLater()
    # Outside of a running loop Qt would keep them until it is asked.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def laid_books(data_dir: Path) -> None:
    """Empty books, so that the program need not run all migrations; test_start.py has none."""
    data_dir.mkdir(mode=0o700)
    lay_empty_books(data_dir)


@pytest.fixture
def desk(laid_books: None, start: Callable[..., "Desk"]) -> "Desk":
    """A fresh program, ready."""
    ready = start()
    ready.wait_until_ready()
    return ready


@pytest.fixture
def in_test_mode(laid_books: None, start: Callable[..., "Desk"]) -> "Desk":
    """A program with test keys, given as a server would, ready."""
    from tests.journey.desk import WEBHOOK_SECRET

    ready = start(
        stripe_publishable_key=PUBLISHABLE_KEY,
        stripe_secret_key=SECRET_KEY,
        stripe_webhook_secret=WEBHOOK_SECRET,
    )
    ready.wait_until_ready()
    ready.wait(lambda: ready.pages.badge.accessibleName() == "TESTMODUS")
    return ready


@pytest.fixture
def waits(qtbot: Any) -> Iterator[WindowWaits]:
    """Watches the window's thread until the test ends."""
    watching = WindowWaits()
    yield watching
    watching.stop()


@pytest.fixture
def stripe() -> Iterator[StripeStandIn]:
    """A Stripe on loopback."""
    with StripeStandIn() as server:
        yield server


@pytest.fixture
def ngrok(tmp_path: Path) -> Iterator[StandInNgrok]:
    """An executable stand-in agent. Ask for it before `start`: then the program ends before it
    is asked what it left behind."""
    made = StandInNgrok(tmp_path / "agent")
    yield made
    until(lambda: made.running == [])
    assert made.end_all() == []  # the program has ended its agent itself


@pytest.fixture
def free_port() -> int:
    """A port nobody listens on at this moment."""
    return free()
