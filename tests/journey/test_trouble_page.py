"""The books are damaged at the start: the window says so, and a backup brings the work back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from tests.journey.desk import Desk
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.store.backup.backup import all_backups
from workmate_desktop.ui.window.trouble_page import TroublePage


def _damage(database: Path) -> None:
    database.write_bytes(b"no database at all" * 500)


def _lose(database: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{database}{suffix}").unlink(missing_ok=True)


def _trouble_page(desk: Desk) -> TroublePage:
    window = desk.program.window
    desk.wait(lambda: window.findChild(TroublePage) is not None)
    page = window.findChild(TroublePage)
    assert page is not None
    return page


@pytest.mark.parametrize("harm", [_damage, _lose])
def test_a_backup_brings_the_work_back(
    start: Callable[..., Desk], data_dir: Path, harm: Callable[[Path], None]
) -> None:
    first = start()
    first.wait_until_ready()
    first.wait(lambda: bool(all_backups(data_dir)))
    first.program.stop()
    harm(data_dir / "workmate.sqlite3")

    desk = start()
    page = _trouble_page(desk)
    assert page.isVisible()
    assert desk.program.core is None
    assert page.restore is not None
    desk.wait(page.restore.isVisible)
    desk.bot.keyClick(page.restore, Qt.Key.Key_Space)
    desk.wait(lambda: page.findChild(QMessageBox) is not None)
    box = page.findChild(QMessageBox)
    assert box is not None
    desk.click(box, "Sicherung einspielen")
    desk.wait_until_ready()
    assert desk.program.window.findChild(TroublePage) is None
    assert desk.pages.invoices.isVisible()


def test_sa4_books_saved_while_their_file_was_gone(
    start: Callable[..., Desk], data_dir: Path
) -> None:
    first = start()
    first.wait_until_ready()
    core = first.program.core
    assert core is not None
    customer_id = core.invoicing.save_customer(Customer("", "Müller GmbH")).result(PATIENCE)
    first.wait(lambda: bool(all_backups(data_dir)))
    _lose(data_dir / "workmate.sqlite3")
    with pytest.raises(UserError, match="database_lost"):
        core.invoicing.save_customer(Customer("", "Zu spät")).result(PATIENCE)
    banner = first.program.window.banner
    first.wait(lambda: "gerettet-" in banner.full_text())
    assert str(data_dir) in banner.full_text()
    first.program.stop()

    desk = start()
    page = _trouble_page(desk)
    assert page.restore is not None
    desk.wait(page.restore.isVisible)
    desk.click(page, "Gerettete Bücher einspielen")
    desk.wait_until_ready()
    assert desk.program.core is not None
    with desk.program.core.database.reader() as connection:
        found = connection.exec_driver_sql("SELECT id, name FROM customers").fetchall()
    assert [tuple(row) for row in found] == [(customer_id, "Müller GmbH")]
    assert not list(data_dir.glob("gerettet-*"))


def test_without_a_backup_nothing_is_replaced(start: Callable[..., Desk], data_dir: Path) -> None:
    first = start()
    first.wait_until_ready()
    first.wait(lambda: bool(all_backups(data_dir)))
    first.program.stop()
    for backup in all_backups(data_dir):
        backup.unlink()
    database = data_dir / "workmate.sqlite3"
    _damage(database)
    before = database.read_bytes()

    page = _trouble_page(start())
    assert page.restore is None
    assert "keine brauchbare automatische Sicherung" in page.action.full_text()
    assert database.read_bytes() == before
