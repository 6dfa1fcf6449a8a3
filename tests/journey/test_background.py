"""The program beside its window: closing, tray, hidden start, desktop notifications."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox

from tests.journey.desk import WEBHOOK_SECRET, Desk
from workmate_desktop.app.window.background import STAY
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.ui.notify.background_dialog import BackgroundDialog
from workmate_desktop.ui.notify.mail_dialog import MailDialog


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Entries for the start of the session go nowhere else."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "nothing"))
    return tmp_path / "config"


@pytest.fixture
def in_tray(start: Callable[..., Desk]) -> Desk:
    desk = start(tray=True)
    desk.wait_until_ready()
    return desk


def question(desk: Desk) -> QMessageBox:
    desk.wait(lambda: desk.open_dialog(QMessageBox) is not None)
    found = desk.open_dialog(QMessageBox)
    assert found is not None
    return found


def listens(desk: Desk) -> bool:
    return desk.core.listener.port is not None


def remembered(desk: Desk) -> object:
    text = (desk.program.options.data_dir / "window.json").read_text("utf-8")
    return json.loads(text).get("background")


def test_closing_asks_once_and_stays_in_the_tray(in_tray: Desk, start: Callable[..., Desk]) -> None:
    desk, window = in_tray, in_tray.program.window
    window.close()
    box = question(desk)
    assert box.text() == "Im Hintergrund weiter empfangen?"
    assert window.isVisible()
    window.close()  # impatient: still one question
    desk.click(box, "Weiter empfangen")
    desk.wait(lambda: not window.isVisible())
    assert listens(desk)
    assert remembered(desk) == STAY
    tray = desk.program.background.tray
    assert tray is not None
    tray.open_action.trigger()
    assert window.isVisible()
    window.close()
    assert not window.isVisible()
    assert desk.open_dialog(QMessageBox) is None  # not asked again
    tray.quit_action.trigger()
    assert desk.core.listener.port is None
    assert not tray.shown
    again = start(tray=True)
    again.wait_until_ready()
    again.program.window.close()
    assert not again.program.window.isVisible()
    assert listens(again)


def test_the_answer_may_be_to_end_or_to_do_nothing(in_tray: Desk) -> None:
    desk, window = in_tray, in_tray.program.window
    window.close()
    desk.click(question(desk), "Abbrechen")
    desk.wait_closed(QMessageBox)
    assert window.isVisible() and listens(desk)
    window.close()
    desk.click(question(desk), "Programm beenden")
    desk.wait(lambda: desk.core.listener.port is None)
    assert remembered(desk) == "quit"


def test_without_a_tray_closing_ends(start: Callable[..., Desk]) -> None:
    desk = start()
    desk.wait_until_ready()
    desk.program.window.close()
    assert desk.core.listener.port is None
    assert desk.open_dialog(QMessageBox) is None


def test_the_demo_asks_nothing(start: Callable[..., Desk], tmp_path: Path) -> None:
    desk = start(tray=True, demo=True, data_dir=tmp_path / "beispiel")
    desk.wait_until_ready()
    desk.program.window.close()
    assert desk.core.listener.port is None


def test_the_end_of_the_session_ends_the_program(in_tray: Desk) -> None:
    in_tray.program.background.choice = STAY
    in_tray.program.background._on_session_end()
    in_tray.program.window.close()
    assert in_tray.core.listener.port is None


def test_a_second_start_brings_the_hidden_window_to_the_front(in_tray: Desk) -> None:
    from workmate_desktop.ui.window.single_instance import ring

    desk, window = in_tray, in_tray.program.window
    desk.program.background.choice = STAY
    window.close()
    assert not window.isVisible()
    data_dir = desk.program.options.data_dir
    knocking = threading.Thread(target=ring, args=(data_dir,))
    knocking.start()
    desk.wait(window.isVisible)
    knocking.join()


def test_a_hidden_start_shows_the_window_on_demand_only(start: Callable[..., Desk]) -> None:
    desk = start(tray=True, hidden=True)
    desk.wait_until_ready()
    assert not desk.program.window.isVisible()
    tray = desk.program.background.tray
    assert tray is not None
    desk.wait(lambda: tray.state_action.text().startswith("Empfang"))
    tray.open_action.trigger()
    assert desk.program.window.isVisible()


def test_a_hidden_start_without_a_tray_is_a_small_window(
    start: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    from workmate_desktop.app.window import background

    monkeypatch.setattr(background, "_LOOK_MS", 1)
    desk = start(hidden=True)
    desk.wait(desk.program.window.isMinimized)
    desk.wait_until_ready()


def test_trouble_with_the_books_shows_the_window(
    start: Callable[..., Desk], data_dir: Path
) -> None:
    data_dir.mkdir()
    (data_dir / "workmate.sqlite3").write_bytes(b"no database" * 1000)
    desk = start(tray=True, hidden=True)
    desk.wait(desk.program.window.isVisible)
    desk.program.window.close()  # nothing can be received: closing ends
    assert desk.program._stopped


def test_the_choice_can_be_changed_later(in_tray: Desk, own_home: Path) -> None:
    desk = in_tray
    desk.open_log()
    desk.pages.log.notices.background_action.trigger()
    dialog = desk.dialog(BackgroundDialog)
    assert not dialog.stay.isChecked()
    assert not dialog.with_session.isChecked()
    dialog.stay.click()
    dialog.with_session.click()
    desk.click(dialog, "Speichern")
    desk.wait_closed(BackgroundDialog)
    assert remembered(desk) == STAY
    [entry] = list((own_home / "autostart").iterdir())
    assert "--hidden" in entry.read_text("utf-8")
    tray = desk.program.background.tray
    assert tray is not None
    desk.program.window.close()
    tray.settings_action.trigger()
    dialog = desk.dialog(BackgroundDialog)
    assert dialog.stay.isChecked() and dialog.with_session.isChecked()
    dialog.with_session.click()
    desk.click(dialog, "Speichern")
    desk.wait_closed(BackgroundDialog)
    assert list((own_home / "autostart").iterdir()) == []


# --- notifications -----------------------------------------------------------------------


def test_the_mail_dialog_opens_from_the_notices(in_tray: Desk) -> None:
    in_tray.open_log()
    in_tray.pages.log.notices.mail_action.trigger()
    dialog = in_tray.dialog(MailDialog)
    in_tray.click(dialog, "Abbrechen")


def test_money_to_clarify_is_told_once_and_a_click_opens_it(in_tray: Desk) -> None:
    desk = in_tray
    shown: list[tuple[str, str, str]] = []
    tray = desk.program.background.tray
    assert tray is not None
    tray.show = lambda *words: shown.append(words)  # type: ignore[method-assign]
    # Offscreen, Qt says that trays here show no messages.
    desk.program.background.tray_tells = lambda: True
    desk.core.setup.use_for_demo(StripeKeys("pk_test_51x", "", (WEBHOOK_SECRET,)))
    assert desk.stripe_sends(desk.event("TEST-2026-0404")) == 200
    desk.wait(lambda: shown)
    [(title, why, key)] = shown
    assert title.startswith("Klärung nötig")
    assert "gibt es hier nicht" in why or "nicht gibt" in why
    desk.program.background.choice = STAY
    desk.program.window.close()
    tray.clicked.emit(key)
    assert desk.program.window.isVisible()
    desk.wait(lambda: desk.pages.log.notices.unread == 0)  # opening it is reading it
    assert len(shown) == 1
