"""Sichern and Wiederherstellen, as staff do them, in the running window."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QLineEdit, QMessageBox

from tests.journey.desk import Desk
from tests.journey.test_broken_books import trouble
from tests.journey.test_catch_up import KEYS, asked_once, numbers_of, pay
from tests.journey.test_payments import issue
from tests.standins.stripe_api import PUBLISHABLE_KEY, SECRET_KEY, StripeStandIn
from tests.waiting import PATIENCE
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.domain.payments.payments import CASH
from workmate_desktop.store.database.engine import FILE_NAME
from workmate_desktop.ui.backup.restore_dialog import RestoreDialog


@pytest.fixture
def desk(laid_books: None, start: Callable[..., Desk], stripe: StripeStandIn) -> Desk:
    """A program that asks Stripe, because nothing can be delivered to it."""
    ready = start(**KEYS, stripe_api_base=stripe.url)
    ready.wait_until_ready()
    return asked_once(ready)


def choose_file(desk: Desk, path: Path) -> QTimer:
    """The next file dialog blocks its caller: type the name there and click its button."""
    timer = QTimer(desk.program)

    def answer() -> None:
        dialog = desk.open_dialog(QFileDialog)
        if dialog is not None:
            timer.stop()
            dialog.findChildren(QLineEdit)[0].setText(str(path))
            [buttons] = dialog.findChildren(QDialogButtonBox)
            accepting = QDialogButtonBox.ButtonRole.AcceptRole
            [agree] = [b for b in buttons.buttons() if buttons.buttonRole(b) == accepting]
            agree.click()

    timer.timeout.connect(answer)
    timer.start(20)
    return timer


def save(desk: Desk, path: Path) -> None:
    desk.open_log()
    choose_file(desk, path)
    desk.click(desk.pages.log, "Sichern …")
    desk.wait(lambda: any(words.startswith("Gesichert") for words in desk.toast_words()))


def open_restore(desk: Desk) -> RestoreDialog:
    desk.open_log()
    desk.click(desk.pages.log, "Wiederherstellen …")
    return desk.dialog(RestoreDialog)


def look_into(desk: Desk, path: Path) -> RestoreDialog:
    dialog = open_restore(desk)
    choose_file(desk, path)
    desk.click(dialog, "Andere Datei …")
    return dialog


def confirm(desk: Desk, dialog: RestoreDialog) -> str:
    """Agree twice; what the question said."""
    desk.wait(dialog.restore_button.isEnabled)
    desk.click(dialog, "Wiederherstellen …")
    box = desk.dialog(QMessageBox)
    words = f"{box.text()}\n{box.informativeText()}"
    desk.click(box, "Zurücksetzen")
    desk.wait_closed(RestoreDialog)
    return words


def test_restored_books_are_shown_and_stripe_is_asked_for_what_came_after(
    desk: Desk, stripe: StripeStandIn, tmp_path: Path, data_dir: Path
) -> None:
    first = issue(desk, "Bäckerei Lindner")
    [number] = numbers_of(desk, first)
    copy = tmp_path / "Stick" / "Büro.sqlite3"
    copy.parent.mkdir()
    save(desk, copy)
    assert copy.stat().st_mode & 0o777 == 0o600
    # After the backup: Stripe's payment, and an invoice with a payment in cash.
    pay(stripe, first)
    desk.core.catch_up.request()
    desk.wait(lambda: desk.status(number) == "Bezahlt")
    second = issue(desk, "Gasthof Krone")
    today = desk.core.clock.today()
    desk.core.invoicing.add_manual_payment(second, 500, CASH, today).result(PATIENCE)
    old_core = desk.core

    dialog = look_into(desk, copy)
    desk.wait(dialog.restore_button.isEnabled)
    seen = desk.seen(dialog)
    assert "Büro.sqlite3" in seen
    assert "diese Installation" in seen
    assert "Es fehlen dann: 1 Rechnung (TEST-" in seen
    assert "1 von Hand eingetragene Zahlung und 1 Zahlung über Stripe." in seen
    words = confirm(desk, dialog)
    assert "Es fehlen dann: 1 Rechnung" in words

    desk.wait(lambda: desk.program.core not in (None, old_core))
    desk.wait_until_ready()
    assert desk.numbers() == [number]
    # The cursor of the backup is older than the payment: it is fetched again by itself.
    desk.wait(lambda: desk.status(number) == "Bezahlt")
    row = desk.core.books.invoice_row(first)
    assert row is not None
    assert (row.status, row.paid_minor) == (InvoiceStatus.PAID, 11900)
    desk.open_log()
    desk.wait(lambda: "Eine Sicherung wurde wiederhergestellt" in "\n".join(desk.notices()))
    [kept] = data_dir.glob("ersetzt-*")
    with closing(sqlite3.connect(kept / FILE_NAME)) as old:
        assert old.execute("SELECT count(*) FROM invoices").fetchone() == (2,)
    assert not list(data_dir.glob("restore*"))
    # Everything works as before, also once more.
    third = issue(desk, "Werkstatt Roth")
    desk.wait(lambda: len(desk.numbers()) == 2)
    assert set(desk.numbers()) == {number, *numbers_of(desk, third)}
    desk.open_stripe()
    assert desk.core.listener.port


def test_stripe_stays_set_up_after_a_backup_from_before_the_keys(
    start: Callable[..., Desk], stripe: StripeStandIn, tmp_path: Path
) -> None:
    desk = start(stripe_api_base=stripe.url)
    desk.wait_until_ready()
    copy = tmp_path / "ohne.sqlite3"
    save(desk, copy)
    desk.core.setup.save(PUBLISHABLE_KEY, SECRET_KEY, None)
    desk.wait(lambda: desk.pages.badge.accessibleName() == "TESTMODUS")
    old_core = desk.core
    confirm(desk, look_into(desk, copy))
    desk.wait(lambda: desk.program.core not in (None, old_core))
    desk.wait_until_ready()
    desk.wait(lambda: desk.pages.badge.accessibleName() == "TESTMODUS")
    assert desk.core.setup.keys.secret == SECRET_KEY
    asked_once(desk)


def test_the_daily_backups_are_listed_and_may_be_left_alone(desk: Desk, data_dir: Path) -> None:
    desk.wait(lambda: list((data_dir / "backups").glob("*.sqlite3")))
    issue(desk, "Bäckerei Lindner")
    core = desk.core
    dialog = open_restore(desk)
    desk.wait(lambda: dialog.model.rowCount() == 1)
    assert desk.cells(dialog.model)[0][1:3] == ["0", "0"]
    desk.click_row(dialog.table, 0)
    desk.wait(dialog.restore_button.isEnabled)
    assert "Es fehlt dann: 1 Rechnung (TEST-" in desk.seen(dialog)
    desk.click(dialog, "Wiederherstellen …")
    desk.click(desk.dialog(QMessageBox), "Abbrechen")
    desk.wait_closed(QMessageBox)
    desk.click(dialog, "Abbrechen")
    desk.wait_closed(RestoreDialog)
    assert desk.core is core
    desk.wait(lambda: not list(data_dir.glob("restore*")))
    assert not list(data_dir.glob("ersetzt-*"))


def test_a_file_that_is_no_backup_is_refused(desk: Desk, tmp_path: Path) -> None:
    wrong = tmp_path / "brief.sqlite3"
    wrong.write_text("Sehr geehrte Damen und Herren" * 100)
    dialog = look_into(desk, wrong)
    desk.wait(lambda: "keine Sicherung dieses Programms" in dialog.hint.text())
    assert not dialog.restore_button.isEnabled()
    desk.click(dialog, "Abbrechen")


def test_a_backup_of_a_newer_program_or_another_office_is_told(
    desk: Desk, start: Callable[..., Desk], tmp_path: Path
) -> None:
    copy = tmp_path / "neuer.sqlite3"
    save(desk, copy)
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    dialog = look_into(desk, copy)
    desk.wait(lambda: "Bitte zuerst das Programm aktualisieren." in desk.seen(dialog))
    assert not dialog.restore_button.isEnabled()
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
        connection.execute("UPDATE settings SET value = 'other' WHERE key = 'database_id'")
    choose_file(desk, copy)
    desk.click(dialog, "Andere Datei …")
    desk.wait(lambda: "eine andere Installation" in desk.seen(dialog))
    assert dialog.restore_button.isEnabled()
    desk.click(dialog, "Abbrechen")


def test_the_data_folder_is_no_place_for_a_copy(desk: Desk, data_dir: Path) -> None:
    desk.open_log()
    choose_file(desk, data_dir / "kopie.sqlite3")
    desk.click(desk.pages.log, "Sichern …")
    desk.wait(lambda: any("Im Datenordner" in words for words in desk.toast_words()))
    assert not (data_dir / "kopie.sqlite3").exists()


def test_a_copy_on_a_stick_mends_damaged_books_without_any_other_backup(
    desk: Desk, start: Callable[..., Desk], tmp_path: Path, data_dir: Path
) -> None:
    [number] = numbers_of(desk, issue(desk, "Bäckerei Lindner"))
    copy = tmp_path / "stick.sqlite3"
    save(desk, copy)
    desk.stop()
    shutil.rmtree(data_dir / "backups")
    (data_dir / FILE_NAME).write_bytes(b"garbage!" * 512)
    again = start(**KEYS)  # test keys: test invoices are shown
    page = trouble(again)
    again.click(page, "Andere Sicherung wählen …")
    dialog = again.dialog(RestoreDialog)
    choose_file(again, copy)
    again.click(dialog, "Andere Datei …")
    again.wait(dialog.restore_button.isEnabled)
    assert "Die jetzige Datenbank ist nicht lesbar" in again.seen(dialog)
    confirm(again, dialog)
    again.wait_until_ready()
    again.wait(lambda: again.numbers() == [number])
    [kept] = data_dir.glob("ersetzt-*")
    assert (kept / FILE_NAME).read_bytes().startswith(b"garbage!")
