"""Zahlung simulieren is opened from the list and leaves the status that it changes in view."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import FakeToasts
from tests.ui.fake_invoicing import FakeInvoicing
from tests.ui.fakes import FakeBooks, FakeBridge, FakeClock, row
from tests.ui.painted import settle
from tests.ui.stripe.fakes import FakeSimulation, FakeStripeBooks
from workmate_desktop.ui.invoices.list.status_place import status_places
from workmate_desktop.ui.invoices.tab import InvoicesTab
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.stripe.try_out.simulate_dialog import SimulateDialog
from workmate_desktop.ui.window.main_window import MainWindow, restore_window

WIDTHS = (900, 1280, 1600)


@pytest.mark.parametrize("width", WIDTHS)
def test_me6_the_status_stays_in_view_while_it_turns(
    qtbot: QtBot, theme: Theme, width: int
) -> None:
    if "configfile" not in os.environ["QT_QPA_PLATFORM"]:
        pytest.skip("needs a screen of usual size: test_me6_on_usual_screens brings it")
    books, bridge = FakeBooks(), FakeBridge()
    names = [(serial, f"Kunde {serial}") for serial in range(1, 30)]
    books.add(*(row(serial, name, livemode=False) for serial, name in names))
    window = MainWindow(theme)
    tab = InvoicesTab(theme, books, FakeInvoicing(), bridge, FakeClock(), FakeToasts())
    tab.set_mode(False)
    window.set_page(0, tab)
    qtbot.addWidget(window)
    window.resize(width, 720)
    restore_window(window, {})
    window.show()
    qtbot.waitExposed(window)
    tab.select_invoice("test-27")
    settle()
    places = status_places(tab.table, "test-27")
    assert len(places) == 2
    dialog = _opened(theme, places, window)
    qtbot.addWidget(dialog)
    dialog.open()
    qtbot.waitExposed(dialog)
    settle()
    assert not dialog.frameGeometry().intersects(places[1])  # the cell, whatever the width
    assert dialog.screen().availableGeometry().contains(dialog.frameGeometry())
    if width >= 1280:
        assert not dialog.frameGeometry().intersects(places[0])  # the whole column


def _opened(theme: Theme, places: list[QRect], window: QWidget) -> SimulateDialog:
    books = FakeStripeBooks()
    books.add(row(27, "Kunde 27", livemode=False))
    simulation = FakeSimulation(effect=lambda _id: None)
    dialog = SimulateDialog(
        theme,
        books,
        simulation,
        FakeBridge(),
        FakeClock(),
        "test-27",
        window,
    )
    dialog.stand_clear_of(places)
    return dialog


@pytest.mark.parametrize(("wide", "high", "scale"), [(1366, 728, 1), (1920, 1040, 1.5)])
def test_me6_on_usual_screens(tmp_path: Path, wide: int, high: int, scale: float) -> None:
    config = tmp_path / "screens.json"
    screen = {"name": "S", "x": 0, "y": 0, "width": wide, "height": high, "dpr": 1}
    config.write_text(json.dumps({"screens": [screen | {"logicalDpi": 96}]}), "utf-8")
    name = f"{__file__}::test_me6_the_status_stays_in_view_while_it_turns"
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", name],
        env=os.environ
        | {"QT_SCALE_FACTOR": str(scale), "QT_QPA_PLATFORM": f"offscreen:configfile={config}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert finished.returncode == 0, finished.stdout
    assert f"{len(WIDTHS)} passed" in finished.stdout
