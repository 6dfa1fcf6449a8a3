"""Books that cannot be opened: one page that says why and mends it."""

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMessageBox

from tests.journey.desk import Desk
from tests.journey.test_invoicing import FIRST, write_invoice
from workmate_desktop.ui.window.trouble_page import TroublePage

DATABASE = "workmate.sqlite3"


def trouble(desk: Desk) -> TroublePage:
    """The page that is shown instead of everything else."""
    window = desk.program.window
    desk.wait(lambda: visible_trouble(desk) is not None)
    return cast(TroublePage, window.findChild(TroublePage))


def visible_trouble(desk: Desk) -> TroublePage | None:
    pages = desk.program.window.findChildren(TroublePage)
    return next((page for page in pages if page.isVisible()), None)


@pytest.fixture
def office(laid_books: None, start: Callable[..., Desk], data_dir: Path) -> Path:
    """A folder with one issued invoice and a backup that holds it."""
    desk = start()
    desk.wait_until_ready()
    write_invoice(desk, "Bäckerei Lindner", ("Brot", "100"))
    desk.wait(lambda: desk.numbers() == [FIRST])
    end(desk)
    for old in (data_dir / "backups").glob("*"):
        old.unlink()
    again = start()  # makes today's backup
    again.wait_until_ready()
    again.wait(lambda: list((data_dir / "backups").glob("*.sqlite3")))
    end(again)
    return data_dir


def end(desk: Desk) -> None:
    """As the end of its process: no view reads the books any more."""
    desk.stop()
    desk.program.bridge.close(deadline_free=False)
    desk.core.database.close()


def answer_with(desk: Desk, words: str) -> QTimer:
    """The next question blocks its caller; it is answered from the loop."""
    timer = QTimer(desk.program)

    def answer() -> None:
        box = desk.open_dialog(QMessageBox)
        if box is not None:
            timer.stop()
            desk.click(box, words)

    timer.timeout.connect(answer)
    timer.start(20)
    return timer


def restore(desk: Desk) -> None:
    page = trouble(desk)
    answer_with(desk, "Sicherung einspielen")
    page.restore.click()
    desk.wait_until_ready()
    desk.wait(lambda: desk.numbers() == [FIRST])
    assert visible_trouble(desk) is None
    assert desk.port


@pytest.mark.parametrize("damage", ["header", "half", "empty", "missing"])
def test_damaged_books_are_restored_from_the_offered_backup(
    start: Callable[..., Desk], office: Path, damage: str
) -> None:
    file = office / DATABASE
    content = file.read_bytes()
    if damage == "header":
        file.write_bytes(b"garbage!" * 64 + content[512:])
    elif damage == "half":
        file.write_bytes(content[: len(content) // 2])
    elif damage == "empty":
        file.write_bytes(b"")
    else:
        file.unlink()
    desk = start()
    page = trouble(desk)
    words = desk.seen(page)
    assert "Die Rechnungen können nicht geöffnet werden" in words
    assert "beschädigt" in words if damage in ("header", "half") else "Datenbank" in words
    assert not (office / "listener.json").exists()
    restore(desk)
    # Nothing was thrown away: what was there lies in a folder of its own.
    if damage in ("header", "half"):
        kept = [path for path in office.rglob(DATABASE) if path != file]
        assert kept


def test_without_a_backup_it_says_so(start: Callable[..., Desk], office: Path) -> None:
    shutil.rmtree(office / "backups")
    (office / DATABASE).write_bytes(b"garbage!" * 512)
    desk = start()
    page = trouble(desk)
    desk.wait(lambda: "Es gibt keine brauchbare automatische Sicherung." in desk.seen(page))
    desk.wait(lambda: "Sicherung vom" not in desk.seen(page))


def test_a_refused_question_changes_nothing(start: Callable[..., Desk], office: Path) -> None:
    broken = b"garbage!" * 512
    (office / DATABASE).write_bytes(broken)
    desk = start()
    page = trouble(desk)
    answer_with(desk, "Abbrechen")
    page.restore.click()
    assert visible_trouble(desk) is page
    assert (office / DATABASE).read_bytes() == broken


def test_a_locked_database_opens_after_erneut_versuchen(
    start: Callable[..., Desk], office: Path
) -> None:
    with closing(sqlite3.connect(office / DATABASE)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        desk = start()
        page = trouble(desk)
        desk.wait(lambda: "belegt" in desk.seen(page))
    desk.click(page, "Erneut versuchen")
    desk.wait_until_ready()
    assert desk.numbers() == [FIRST]
    assert visible_trouble(desk) is None


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_a_data_folder_that_is_a_file_is_told(start: Callable[..., Desk], data_dir: Path) -> None:
    data_dir.write_text("kein Ordner")
    desk = start()
    page = trouble(desk)
    desk.wait(lambda: "Der Datenordner lässt sich nicht benutzen." in desk.seen(page))
    data_dir.unlink()
    desk.click(page, "Erneut versuchen")
    desk.wait_until_ready()
    assert visible_trouble(desk) is None


def test_a_database_of_a_newer_version_is_left_alone(
    start: Callable[..., Desk], office: Path
) -> None:
    with closing(sqlite3.connect(office / DATABASE)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = (office / DATABASE).read_bytes()
    desk = start()
    page = trouble(desk)
    desk.wait(lambda: "neueren Version" in desk.seen(page))
    assert not desk.buttons(page, "Erneut versuchen")
    desk.stop()
    assert (office / DATABASE).read_bytes() == before


def test_a_database_locked_while_running_is_told_and_heals(
    start: Callable[..., Desk], office: Path
) -> None:
    desk = start(stripe_webhook_secret="whsec_journeyJourneyJourney01")
    desk.wait_until_ready()
    banner = desk.program.window.banner
    event = desk.event(FIRST, livemode=True)
    answers: list[int] = []
    sender = threading.Thread(target=lambda: answers.append(desk.stripe_sends(event)))
    with closing(sqlite3.connect(office / DATABASE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        sender.start()
        desk.wait(lambda: answers == [503])
        desk.wait(lambda: "belegt" in banner.text())
        assert banner.isVisible()
        state = desk.status_bar.state
        desk.wait(lambda: state.accessibleName() == "Empfang gestört")
        other.execute("ROLLBACK")
    sender.join()
    assert desk.stripe_sends(event) == 200  # Stripe comes again
    desk.wait(lambda: desk.status(FIRST) == "Bezahlt")
    desk.wait(lambda: "belegt" not in banner.text())
    desk.wait(lambda: state.accessibleName() == "Empfang bereit")
