"""The books cannot be opened: why, what mends it, and nothing by accident."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.fakes import HOSTILE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.store.database.errors import StoreTrouble
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.window.trouble_page import TroublePage, backup_words

FOLDER = Path("/daten/Büro & Söhne {0}/workmate")
BACKUP = "2026-11-22.sqlite3"


@pytest.fixture
def show(qtbot: QtBot, theme: Theme) -> Callable[..., TroublePage]:
    def make(error: Exception, folder: Path = FOLDER) -> TroublePage:
        page = TroublePage(theme, error, folder)
        qtbot.addWidget(page)
        page.resize(880, 520)
        with qtbot.waitActive(page):
            page.show()
            page.activateWindow()
        return page

    return make


def _box(page: TroublePage, qtbot: QtBot) -> QMessageBox:
    qtbot.waitUntil(lambda: page.findChild(QMessageBox) is not None)
    box = page.findChild(QMessageBox)
    assert box is not None
    return box


def _press(box: QMessageBox, key: str, qtbot: QtBot) -> None:
    (button,) = [each for each in box.buttons() if each.property("choice") == key]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("code", ["database_damaged", "database_missing", "database_foreign"])
def test_a_backup_is_offered_with_its_day(show: Callable[..., TroublePage], code: str) -> None:
    page = show(UserError(code, backup=BACKUP))
    assert page.restore.text() == "&Sicherung vom 22.11.2026 einspielen …"
    assert page.restore.hasFocus()
    assert page.retry is None
    assert page.sentence.full_text()


def test_restoring_is_asked_for_and_says_what_is_lost(
    qtbot: QtBot, show: Callable[..., TroublePage]
) -> None:
    page = show(UserError("database_damaged", backup=BACKUP))
    wanted = QSignalSpy(page.restore_wanted)
    qtbot.keyClick(page.restore, Qt.Key.Key_Space)
    box = _box(page, qtbot)
    assert "22.11.2026" in box.text()
    assert "fehlt dann" in box.informativeText()
    assert box.defaultButton().property("choice") == "keep"
    assert wanted.count() == 0
    _press(box, "restore", qtbot)
    assert wanted.at(0) == [BACKUP]
    assert not page.restore.isEnabled()
    assert page.waiting.text() == "Einen Moment …"


def test_nothing_is_restored_by_escape(qtbot: QtBot, show: Callable[..., TroublePage]) -> None:
    page = show(UserError("database_damaged", backup=BACKUP))
    wanted = QSignalSpy(page.restore_wanted)
    page.restore.click()
    qtbot.keyClick(_box(page, qtbot), Qt.Key.Key_Escape)
    assert wanted.count() == 0
    assert page.restore.isEnabled()


@pytest.mark.parametrize("code", ["database_damaged", "database_missing"])
def test_without_a_backup_it_says_so(show: Callable[..., TroublePage], code: str) -> None:
    page = show(UserError(code, backup=None))
    assert page.restore is None
    assert page.retry is None
    assert "keine brauchbare automatische Sicherung" in page.action.full_text()


@pytest.mark.parametrize(
    "code",
    [
        *sorted(set(StoreTrouble) - {StoreTrouble.DAMAGED}),
        "data_dir_unusable",
        "already_running",
        "backup_damaged",
    ],
)
def test_what_may_pass_can_be_tried_again(
    qtbot: QtBot, show: Callable[..., TroublePage], code: str
) -> None:
    page = show(UserError(str(code), backup=BACKUP))
    assert page.restore is None
    with qtbot.waitSignal(page.retry_wanted):
        qtbot.keyClick(page.retry, Qt.Key.Key_Space)
    assert not page.retry.isEnabled()


def test_a_newer_database_wants_an_update(show: Callable[..., TroublePage]) -> None:
    page = show(UserError("database_newer", backup=BACKUP))
    assert "aktualisieren" in page.action.full_text()
    assert page.restore is None
    assert page.retry is None


def test_a_fault_of_the_program_can_be_copied_without_its_words(
    qtbot: QtBot, show: Callable[..., TroublePage]
) -> None:
    private = "Frau Krämer"
    try:
        raise ValueError(private)
    except ValueError as error:
        page = show(error)
    assert page.sentence.full_text() == "Im Programm ist ein Fehler aufgetreten."
    assert "Protokoll" not in page.action.full_text()
    page.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert "ValueError" in copied
    assert "test_trouble_page.py" in copied
    assert private not in copied
    assert page.retry is not None


def test_the_folder_can_be_copied(qtbot: QtBot, show: Callable[..., TroublePage]) -> None:
    page = show(UserError("disk_full"))
    assert page.folder.full_text() == str(FOLDER)
    assert page.folder.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
    (copy,) = [
        each
        for each in page.findChildren(QPushButton)
        if each.accessibleName() == "Pfad des Datenordners kopieren"
    ]
    copy.click()
    assert QGuiApplication.clipboard().text() == str(FOLDER)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_stay_text(show: Callable[..., TroublePage], text: str) -> None:
    page = show(UserError("database_damaged", backup=f"{text}.sqlite3"), Path("/daten") / text)
    assert page.folder.full_text() == str(Path("/daten") / text)
    assert "<img" not in page.folder.toolTip()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("2026-11-22.sqlite3", "22.11.2026"),
        ("2026-11-22-1405.sqlite3", "22.11.2026, 14:05"),
        ("2026-11-22-vor-update.sqlite3", "22.11.2026 (vor dem Update)"),
        ("2026-13-45.sqlite3", "2026-13-45.sqlite3"),
        ("von Hand.sqlite3", "von Hand.sqlite3"),
    ],
)
def test_the_day_of_a_backup(name: str, words: str) -> None:
    assert backup_words(name) == words


def test_sa4_rescued_books_are_put_in_place_by_one_click(
    qtbot: QtBot, show: Callable[..., TroublePage]
) -> None:
    saved = "/daten/workmate/gerettet-20261123-170300.sqlite3"
    page = show(UserError("database_rescued", backup=BACKUP, rescued=saved))
    assert page.restore.text() == "&Gerettete Bücher einspielen"
    assert page.restore.hasFocus()
    assert page.retry is None
    assert page.choose is not None
    wanted = QSignalSpy(page.restore_wanted)
    qtbot.keyClick(page.restore, Qt.Key.Key_Space)
    assert wanted.at(0) == [saved]
    assert page.findChild(QMessageBox) is None  # nothing is lost by it
    assert not page.restore.isEnabled()
