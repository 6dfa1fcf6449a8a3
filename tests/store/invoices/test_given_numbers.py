"""After a restore, numbers that are with customers already are not given again."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.factories import (
    LIVE_KEYS,
    OfficeBooks,
    customer,
    draft,
    encoded,
    event_body,
    issued,
    make_books,
    sign,
)
from tests.factories import TestClock as Clock
from tests.waiting import PATIENCE
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.upkeep.backup_keeper import BackupKeeper
from workmate_desktop.services.upkeep.backups import Backups
from workmate_desktop.store.backup import backup
from workmate_desktop.store.database.engine import FILE_NAME
from workmate_desktop.store.database.file_names import NUMBERS_FILE
from workmate_desktop.store.invoices.given_numbers import remembered
from workmate_desktop.store.opening.open import restore_backup
from workmate_desktop.words.backup import loss_words, number_words


def made_in(folder: Path) -> OfficeBooks:
    folder.mkdir(exist_ok=True)
    return make_books(folder)


def issue(office: OfficeBooks, count: int = 1, *, livemode: bool = True) -> list[str]:
    ids = [issued(office, livemode=livemode) for _ in range(count)]
    return [office.value("SELECT number FROM invoices WHERE id = ?", one) for one in ids]


def put_back(folder: Path, source: Path, clock: Clock) -> OfficeBooks:
    """Nothing has the books open."""
    backups = Backups(folder, clock)
    backups.look(source)
    backups.decide()
    backups.finish()
    return make_books(folder)


def test_md3_no_number_of_the_replaced_books_is_given_again(tmp_path: Path) -> None:
    office = made_in(tmp_path / "daten")
    issue(office, 2), issue(office, 1, livemode=False)
    copy = tmp_path / "x.sqlite3"
    Backups(office.data_dir, office.clock).save_copy(copy)
    assert issue(office, 3)[-1] == "RE-2026-0005"
    assert issue(office, 2, livemode=False)[-1] == "TEST-2026-0003"
    look = Backups(office.data_dir, office.clock).look(copy)
    assert (look.next_number, look.numbers_known) == ("RE-2026-0006", True)
    assert "Ihre Nummern werden nicht noch einmal vergeben." in loss_words(look)
    assert number_words(look) == ""
    office.close()
    office = put_back(office.data_dir, copy, office.clock)
    assert office.value("SELECT count(*) FROM invoices") == 3
    assert issue(office) == ["RE-2026-0006"]
    assert issue(office, livemode=False) == ["TEST-2026-0004"]
    assert issue(office) == ["RE-2026-0007"], "gapless from there"
    office.close()


def test_md3_in_every_year_and_in_the_format_of_today(tmp_path: Path) -> None:
    office = made_in(tmp_path / "daten")
    copy = tmp_path / "x.sqlite3"
    Backups(office.data_dir, office.clock).save_copy(copy)
    office.invoicing.begin_numbers("R{JJ}/{NNNN}", 2026, 41).result(PATIENCE)
    assert issue(office, 2) == ["R26/0041", "R26/0042"]
    later = replace(draft(customer(office)), livemode=True, issue_date=date(2027, 1, 2))
    later = replace(later, due_date=date(2027, 2, 1))
    office.invoicing.issue(later).result(PATIENCE)
    assert office.invoicing.next_number(date(2027, 1, 2), True) == "R27/0002"
    office.close()
    office = put_back(office.data_dir, copy, office.clock)
    assert office.invoicing.next_number(date(2027, 1, 2), True) == "R27/0002"
    assert office.invoicing.next_number(date(2026, 12, 1), True) == "R26/0043"
    office.close()


def test_md3_formats_without_a_year_count_on(tmp_path: Path) -> None:
    office = made_in(tmp_path / "daten")
    office.invoicing.begin_numbers("{NNNN}", 2026, 7000).result(PATIENCE)
    issue(office)
    copy = tmp_path / "x.sqlite3"
    Backups(office.data_dir, office.clock).save_copy(copy)
    assert issue(office, 2) == ["7001", "7002"]
    office.close()
    office = put_back(office.data_dir, copy, office.clock)
    assert issue(office) == ["7003"]
    office.close()


@pytest.mark.parametrize("how", ["look", "trouble page"])
def test_md3_the_file_beside_the_books_knows_when_they_cannot_be_read(
    tmp_path: Path, how: str
) -> None:
    office = made_in(tmp_path / "daten")
    issue(office)
    backup.make(office.path, office.data_dir, "2026-11-22")
    kept = office.data_dir / backup.FOLDER / "2026-11-22.sqlite3"
    assert issue(office, 4)[-1] == "RE-2026-0005"
    office.settled()
    office.close()
    assert (office.data_dir / NUMBERS_FILE).stat().st_mode & 0o777 == 0o600
    (office.data_dir / FILE_NAME).write_bytes(b"x" * 50_000)
    (office.data_dir / f"{FILE_NAME}-wal").unlink(missing_ok=True)
    if how == "look":
        backups = Backups(office.data_dir, office.clock)
        assert backups.look(kept).next_number == "RE-2026-0006"
        office = put_back(office.data_dir, kept, office.clock)
    else:
        restore_backup(office.data_dir, kept.name, "20261123-120000")
        office = make_books(office.data_dir)
    assert issue(office) == ["RE-2026-0006"]
    office.close()


def test_md3_the_file_is_made_up_for_at_the_start(tmp_path: Path) -> None:
    """After an update, and after a kill between the commit and the file."""
    office = made_in(tmp_path)
    issue(office, 3), issue(office, 1, livemode=False)
    office.settled()
    (tmp_path / NUMBERS_FILE).unlink()
    (tmp_path / f"{NUMBERS_FILE}.unfinished").write_text("{")  # killed while it was written
    office.close()
    office = made_in(tmp_path)
    assert not (tmp_path / f"{NUMBERS_FILE}.unfinished").exists()
    BackupKeeper(office.writer, office.database, tmp_path, office.clock, Threads()).look_after()
    office.settled()
    assert remembered(tmp_path) == {"next_number.live.2026": 4, "next_number.test.2026": 2}
    office.invoicing.delete_test_data().result(PATIENCE)
    office.settled()
    assert remembered(tmp_path) == {"next_number.live.2026": 4}
    office.close()


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"next_number.live.2026": "x"}', '{"other": 5}', '{"a": [1]}']
)
def test_md3_a_file_that_was_tampered_with_counts_for_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / NUMBERS_FILE).write_text(text)
    assert remembered(tmp_path) == {}


def test_md3_a_file_that_cannot_be_written_stops_no_invoice(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    office = made_in(tmp_path)
    (tmp_path / f"{NUMBERS_FILE}.unfinished").mkdir()
    assert issue(office) == ["RE-2026-0001"]
    office.settled()
    office.close()
    assert "The numbers could not be noted" in caplog.text


def test_md3_on_a_new_pc_the_dialog_asks(tmp_path: Path) -> None:
    old = made_in(tmp_path / "alt")
    issue(old, 11)
    copy = tmp_path / "x.sqlite3"
    Backups(old.data_dir, old.clock).save_copy(copy)
    old.close()
    new = made_in(tmp_path / "neu")
    look = Backups(new.data_dir, new.clock).look(copy)
    assert not look.numbers_known
    assert number_words(look).startswith(
        "Die nächste Rechnung bekäme RE-2026-0012. Wurde diese Nummer schon vergeben?"
    )
    assert "Nummern werden" not in loss_words(look)
    new.close()
    new = put_back(new.data_dir, copy, new.clock)
    new.invoicing.begin_numbers("RE-{JJJJ}-{NNNN}", 2026, 20).result(PATIENCE)
    assert issue(new) == ["RE-2026-0020"]
    new.close()


def test_md3_numbers_of_another_installation_are_not_given_again_either(tmp_path: Path) -> None:
    """A new PC was begun with before the backup of the old one was brought to it."""
    old = made_in(tmp_path / "alt")
    issue(old, 2)
    copy = tmp_path / "x.sqlite3"
    Backups(old.data_dir, old.clock).save_copy(copy)
    old.close()
    new = made_in(tmp_path / "neu")
    issue(new, 4)
    new.close()
    new = put_back(new.data_dir, copy, new.clock)
    assert issue(new) == ["RE-2026-0005"]
    new.close()


def pay(office: OfficeBooks, number: str, instance: str, failed: str | None = None) -> None:
    """By the link of an invoice that only a customer has; its number is in the metadata."""
    lost = "00000000-0000-7000-8000-000000000001"
    metadata = {"invoice_id": lost, "invoice_number": number, "workmate_instance": instance}
    body = encoded(event_body(livemode=True, metadata=metadata, failed=failed))
    answer = office.receive.delivery(body, sign(body))
    assert not isinstance(answer, int) and answer.result(PATIENCE)


def test_md3_a_number_that_stripe_names_is_not_given_again(tmp_path: Path) -> None:
    """The PC's disk is gone, and the backup is older than an invoice that a customer pays now."""
    office = make_books(tmp_path, keys=LIVE_KEYS)
    issue(office, 2)
    pay(office, "RE-2026-0005", "another installation")
    pay(office, "RE-2026-9005", office.instance_id)  # nobody writes so many between two backups
    pay(office, "RE-2026-0001", office.instance_id)
    pay(office, "../RE-2026-0008", office.instance_id)
    assert office.invoicing.next_number(date(2026, 11, 1), True) == "RE-2026-0003"
    pay(office, "RE-2026-0006", office.instance_id)
    assert issue(office, 2) == ["RE-2026-0007", "RE-2026-0008"]
    pay(office, "RE-2026-0011", office.instance_id, failed="expired_card")
    assert issue(office) == ["RE-2026-0012"], "who tries to pay has it, too"
    office.close()


def rows_with_odd_numbers(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for number in ("RE-2026-0007-K", "RE-2026-9999999999999", "2026", "Gutschrift ½"):
            connection.execute(
                "INSERT INTO invoices (id, number, status, livemode, currency, total_minor,"
                " issue_date, due_date, created_at) VALUES (?, ?, 'open', 1, 'eur', 1,"
                " '2026-11-01', '2026-11-02', '2026-11-01T00:00:00Z')",
                (number, number),
            )
        connection.commit()


def test_md3_what_others_wrote_into_the_books_is_no_number(tmp_path: Path) -> None:
    office = made_in(tmp_path / "daten")
    copy = tmp_path / "x.sqlite3"
    Backups(office.data_dir, office.clock).save_copy(copy)
    issue(office)
    rows_with_odd_numbers(office.path)
    office.close()
    office = put_back(office.data_dir, copy, office.clock)
    assert issue(office) == ["RE-2026-0002"]
    office.close()
    assert json.loads((office.data_dir / NUMBERS_FILE).read_text()) == {"next_number.live.2026": 3}
