"""Starting, stopping, starting again; a taken port; a second program on the same data."""

import json
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from tests.journey.desk import Desk
from workmate_desktop.app.options import Options
from workmate_desktop.app.window.program import WindowProgram
from workmate_desktop.bridge import COALESCE_MS
from workmate_desktop.domain.changes import SettingsChanged
from workmate_desktop.ui.invoices.editor.dialog import InvoiceEditor
from workmate_desktop.ui.invoices.list.table_model import Column


def test_the_list_has_the_keyboard_from_the_start(start: Callable[..., Desk]) -> None:
    desk = start(demo=True)
    desk.wait_until_ready()
    table = desk.pages.invoices.table
    desk.wait(lambda: QApplication.focusWidget() is table)
    desk.press("Down")
    assert desk.pages.invoices.detail.invoice_id == desk.pages.invoices.model.id_at(1)


def test_an_empty_list_offers_the_first_invoice_to_the_keyboard(desk: Desk) -> None:
    desk.wait(lambda: QApplication.focusWidget() is desk.pages.invoices.toolbar.new_button)
    desk.press("Space")
    assert desk.dialog(InvoiceEditor)


def test_the_window_has_the_sign_of_the_program(desk: Desk) -> None:
    sign = desk.program.window.windowIcon().pixmap(32, 32).toImage()
    assert sign.pixelColor(4, 16).name() == "#4f46e5"
    assert sign.pixelColor(0, 0).alpha() == 0


def test_size_columns_sort_and_page_are_remembered(start: Callable[..., Desk]) -> None:
    desk = start()
    desk.wait_until_ready()
    window = desk.program.window
    window.resize(window.width(), 640)  # the screen of the tests is narrow
    header = desk.pages.invoices.table.horizontalHeader()
    header.resizeSection(Column.NUMBER, 155)
    desk.pages.invoices.table.sortByColumn(Column.TOTAL, header.sortIndicatorOrder())
    desk.open_log()
    desk.stop()

    again = start()
    again.wait_until_ready()
    assert again.program.window.height() == 640
    assert again.program.window.stack.currentWidget() is again.pages.log
    again.open_invoices()
    header = again.pages.invoices.table.horizontalHeader()
    assert header.sectionSize(Column.NUMBER) == 155
    assert header.sortIndicatorSection() == Column.TOTAL


@pytest.mark.parametrize(
    "content",
    [b"", b"[1, 2]", b'{"window": {"geometry": "AdnQywAD=x9"}, "page": 99}', b"\xff\xfe{"],
)
def test_unfit_settings_of_the_window_start_it_as_at_first(
    start: Callable[..., Desk], data_dir: Path, content: bytes
) -> None:
    data_dir.mkdir()
    (data_dir / "window.json").write_bytes(content)
    desk = start()
    desk.wait_until_ready()
    assert desk.program.window.stack.currentWidget() is desk.pages.invoices
    if not content.startswith(b'{"window"'):  # what can be read is taken over as far as it fits
        desk.wait(lambda: any("Einstellungen waren unbrauchbar" in one for one in desk.notices()))


def test_a_taken_port_moves_to_the_next_and_is_told(
    start: Callable[..., Desk], data_dir: Path, free_port: int
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port))
        other.listen()
        desk = start(port=free_port, stripe_webhook_secret="whsec_journeyJourneyJourney01")
        desk.wait_until_ready()
        assert desk.port != free_port
        bar = desk.status_bar
        desk.wait(lambda: f"127.0.0.1:{desk.port}" in desk.seen(bar))
        desk.open_stripe()
        reception = desk.pages.stripe.reception
        desk.wait(lambda: f"der Empfang läuft auf {desk.port}" in desk.seen(reception))
        state = json.loads((data_dir / "listener.json").read_text("utf-8"))
        assert state["port"] == desk.port
        assert desk.stripe_sends(desk.event(None)) == 200


def test_a_second_program_rings_the_first_and_can_be_stopped(desk: Desk, data_dir: Path) -> None:
    window = desk.program.window
    window.showMinimized()
    desk.wait(window.isMinimized)
    application = cast(QApplication, QApplication.instance())
    second = WindowProgram(application, Options("gui", data_dir, port=0))
    assert second.start() is False
    desk.wait(lambda: not window.isMinimized())
    assert window.isVisible()
    assert not second.window.isVisible()
    second.stop()
    second.window.deleteLater()
    # The first one still has its books and its port.
    assert (data_dir / "listener.json").exists()
    assert desk.stripe_sends(desk.event(None)) == 503


def _when_all_is_said(desk: Desk) -> None:
    """What the start has to tell was told: nothing waits in the bridge any more."""
    catch_up = desk.core.catch_up
    desk.wait(lambda: catch_up is None or catch_up.state.last is not None)
    quiet: list[bool] = []
    QTimer.singleShot(10 * COALESCE_MS, lambda: quiet.append(True))
    desk.wait(lambda: quiet)


def test_nothing_is_told_after_the_stop(desk: Desk) -> None:
    """Who is told something reads the books, and they are closed."""
    told: list[bool] = []
    bridge = desk.program.bridge
    _when_all_is_said(desk)
    bridge.settings_changed.connect(lambda: told.append(True))
    bridge.announce([SettingsChanged()])
    QApplication.processEvents()
    bridge.announce([SettingsChanged()])  # waits: the one before was told just now
    desk.stop()
    before = len(told)
    bridge.announce([SettingsChanged()])
    later: list[bool] = []
    QTimer.singleShot(5 * COALESCE_MS, lambda: later.append(True))
    desk.wait(lambda: later)
    assert len(told) == before


def test_a_stop_amid_changes_is_quiet(start: Callable[..., Desk]) -> None:
    """The demo's folder is gone by then: whoever still read would fail in the event loop."""
    desk = start(demo=True)
    desk.wait_until_ready()
    number = next(n for n in desk.numbers() if desk.status(n) == "Offen")
    secret = desk.core.setup.keys.webhook_secrets[0]
    assert desk.stripe_sends(desk.event(desk.invoice(number).id, amount=100), secret) == 200
    desk.wait(lambda: desk.status(number) == "Teilbezahlt")
    desk.stop()
    later: list[bool] = []
    QTimer.singleShot(600, lambda: later.append(True))
    desk.wait(lambda: later)


def test_stop_leaves_no_thread_and_the_folder_can_be_opened_again(
    start: Callable[..., Desk], data_dir: Path
) -> None:
    before = set(threading.enumerate())
    for _ in range(3):
        desk = start()
        desk.wait_until_ready()
        desk.wait((data_dir / "listener.json").exists)  # written after the bind
        desk.stop()
        desk.program.stop()  # twice is fine
        assert not (data_dir / "listener.json").exists()
        assert not (data_dir / "workmate.sqlite3-wal").exists()
        desk.wait(lambda: set(threading.enumerate()) <= before)
