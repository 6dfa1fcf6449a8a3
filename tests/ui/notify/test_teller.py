"""One desktop notification per notice that matters; many at once are one."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from tests.ui.fakes import HOSTILE, NOW, FakeBridge
from tests.ui.log.fakes import FakeNotices, notice
from workmate_desktop.domain.history import Notice, NoticeKind
from workmate_desktop.ui.notify import teller
from workmate_desktop.ui.notify.teller import DesktopTeller, harmless


class Notices(FakeNotices):
    def notice(self, notice_id: str) -> Notice | None:
        return self.notices.get(notice_id)


class Desk:
    """A teller on fakes."""

    def __init__(self, qtbot: QtBot) -> None:
        self.bot = qtbot
        self.owner = QObject()
        self.bridge = FakeBridge(self.owner)
        self.books = Notices()
        self.trouble: str | None = None
        self.shown: list[tuple[str, str, str]] = []
        self.teller = DesktopTeller(
            self.books,
            self.bridge,
            lambda: self.trouble,
            lambda *words: self.shown.append(words),
            self.owner,
        )

    def come(self, *notices: Notice) -> None:
        self.bridge.notices_added.emit(self.books.add(*notices))

    def wait(self, count: int) -> list[tuple[str, str, str]]:
        self.bot.waitUntil(lambda: len(self.shown) >= count)
        return self.shown


@pytest.fixture
def desk(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(teller, "COLLECT_MS", 20)
    monkeypatch.setattr(teller, "PAUSE_MS", 60)
    made = Desk(qtbot)
    yield made
    made.owner.deleteLater()


def test_a_failure_is_told_once(desk: Desk) -> None:
    desk.come(notice(1))
    [(title, why, key)] = desk.wait(1)
    assert title.replace("\xa0", " ") == "Zahlung fehlgeschlagen: RE-2026-0117 · 476,00 €"
    assert why.endswith(".")
    assert key == "n-00001"
    desk.come(notice(1))  # told already, whatever changed about it
    desk.bridge.notices_added.emit(("",))  # something was read
    desk.come(notice(2))
    desk.wait(2)
    assert [key for _, _, key in desk.shown] == ["n-00001", "n-00002"]


def test_many_at_once_are_one(desk: Desk) -> None:
    desk.come(*(notice(serial) for serial in range(1, 121)))
    desk.come(notice(200, NoticeKind.NEEDS_REVIEW, amount_minor=1, currency="eur"))
    desk.wait(1)
    assert desk.shown == [("121 Meldungen", "120 Zahlungen fehlgeschlagen, 1 Klärung nötig", "")]


def test_what_follows_is_collected(desk: Desk) -> None:
    desk.come(notice(1))
    desk.wait(1)
    for serial in range(2, 12):
        desk.come(notice(serial))
    desk.wait(2)
    assert desk.shown[1][0] == "10 Meldungen"


def test_only_what_matters_and_was_not_read(desk: Desk) -> None:
    late = notice(1)
    desk.come(
        replace(late, detail={**late.detail, "still_owed": False}),
        notice(2, NoticeKind.SETTINGS_RESET),
        notice(3, read=True),
        notice(4, NoticeKind.DISK_LOW, free_mb=400),
    )
    desk.wait(1)
    assert [key for _, _, key in desk.shown] == ["n-00004"]


def test_a_database_that_cannot_be_written_is_told_without_a_notice(desk: Desk) -> None:
    desk.trouble = "disk_full"
    desk.bridge.reception_changed.emit()
    desk.bridge.reception_changed.emit()
    assert len(desk.shown) == 1
    desk.trouble = None
    desk.bridge.reception_changed.emit()
    desk.trouble = "disk_full"
    desk.bridge.reception_changed.emit()
    assert len(desk.shown) == 2


@pytest.mark.parametrize("text", HOSTILE)
def test_no_desktop_finds_markup(desk: Desk, text: str) -> None:
    assert not set("<>&\n\r") & set(harmless(text))
    assert len(harmless(text * 100)) <= 250
    desk.come(notice(1, NoticeKind.NEEDS_REVIEW, number=text, amount_minor=1, currency="eur"))
    [(title, why, _)] = desk.wait(1)
    assert not set("<>&\n\r") & set(title + why)
    assert NOW is not None
