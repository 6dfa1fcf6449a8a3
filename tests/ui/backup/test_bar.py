"""Datensicherung: the line in Protokoll."""

from datetime import datetime, timedelta

from pytestqt.qtbot import QtBot

from tests.ui.backup.screens import PictureBackups
from tests.ui.fakes import NOW, FakeBridge, FakeClock
from workmate_desktop.ui.backup.bar import BackupBar
from workmate_desktop.ui.kit.theme import Theme


class Backups(PictureBackups):
    """The newest one is long ago, which takes the most room."""

    def newest_at(self) -> datetime:
        return NOW - timedelta(days=3)


def test_its_words_are_whole_in_a_small_window(qtbot: QtBot, theme: Theme) -> None:
    bridge = FakeBridge()
    made = BackupBar(theme, Backups(), bridge, FakeClock(), None)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.resize(900 - 2 * 16, 50)
    made.show()
    qtbot.waitUntil(lambda: made.newest.full_text() != "")
    words = made.newest.full_text()
    assert "aufbewahrt" in words
    assert made.newest.fontMetrics().horizontalAdvance(words) <= made.newest.width()
