"""A backup takes the place of the books: what it holds, what is lost, and never half."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.factories import (
    OfficeBooks,
    TestClock,
    customer,
    draft,
    encoded,
    event_body,
    issued,
    make_books,
    sign,
)
from tests.store.backup.killed import killing
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.payments.payments import CASH
from workmate_desktop.services.upkeep.backups import Backups
from workmate_desktop.store.backup import backup, restore
from workmate_desktop.store.database.engine import FILE_NAME
from workmate_desktop.store.transaction import Transaction


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeBooks]:
    (tmp_path / "daten").mkdir()
    made = make_books(tmp_path / "daten")
    yield made
    made.close()


def pay_by_hand(office: OfficeBooks, invoice_id: str) -> None:
    day = office.clock.today()
    office.invoicing.add_manual_payment(invoice_id, 1000, CASH, day).result(PATIENCE)


def deliver(office: OfficeBooks, invoice_id: str) -> None:
    """One delivery as Stripe signs it; the default one pays 119,00 €."""
    body = encoded(event_body(invoice_id))
    answer = office.receive.delivery(body, sign(body))
    assert not isinstance(answer, int)
    assert answer.result(PATIENCE)


def test_sichern_writes_a_checked_copy_for_its_owner_alone(
    office: OfficeBooks, tmp_path: Path
) -> None:
    issued(office)
    target = tmp_path / "stick" / "Sicherung.sqlite3"
    target.parent.mkdir()
    target.write_bytes(b"an older copy")
    look = Backups(office.data_dir, office.clock).save_copy(target)
    assert (look.invoices, look.payments, look.ours, look.newer) == (1, 0, True, False)
    assert backup.is_good(target)
    assert target.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_sichern_never_writes_over_the_books(office: OfficeBooks) -> None:
    backups = Backups(office.data_dir, office.clock)
    with pytest.raises(UserError, match="backup_target_is_books"):
        backups.save_copy(office.path)
    with pytest.raises(UserError, match="backup_not_written"):
        backups.save_copy(office.data_dir / "nirgends" / "x.sqlite3")


def test_the_look_names_what_would_be_lost(office: OfficeBooks, tmp_path: Path) -> None:
    first = issued(office)
    target = tmp_path / "x.backup"
    deliver(office, first)
    backups = Backups(office.data_dir, office.clock)
    backups.save_copy(target)
    second, third = issued(office), issued(office)
    deliver(office, second)
    pay_by_hand(office, third)
    office.invoicing.save_draft(draft(customer(office))).result(PATIENCE)
    look = backups.look(target)
    assert (look.invoices, look.payments, look.ours) == (1, 1, True)
    assert look.last_payment_minor == 11900
    assert look.last_payment_currency == "eur"
    assert look.last_entry_at == office.clock.now()
    assert look.loss is not None
    assert look.loss.numbers == ("TEST-2026-0002", "TEST-2026-0003")
    assert (look.loss.invoices, look.loss.drafts) == (2, 1)
    assert (look.loss.stripe_payments, look.loss.manual_payments) == (1, 1)
    backups.save_copy(target)
    now = backups.look(target)
    assert now.loss is not None
    assert now.loss.nothing
    backups.discard(look)
    assert list(office.data_dir.glob("restore*"))  # another one was looked at meanwhile
    backups.discard(now)
    assert not list(office.data_dir.glob("restore*"))


def test_a_newer_program_and_another_office_are_recognised(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    a, b = make_books(tmp_path / "a"), make_books(tmp_path / "b")
    target = tmp_path / "x.sqlite3"
    issued(a)
    Backups(a.data_dir, a.clock).save_copy(target)
    assert not Backups(b.data_dir, b.clock).look(target).ours
    with closing(sqlite3.connect(target)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert Backups(a.data_dir, a.clock).look(target).newer
    for office in (a, b):
        office.close()


def test_what_was_given_back_is_no_payment(office: OfficeBooks, tmp_path: Path) -> None:
    """A reversal is counted by itself, and the last payment is money that came in."""
    target = tmp_path / "x.sqlite3"
    backups = Backups(office.data_dir, office.clock)
    backups.save_copy(target)
    invoice = issued(office)
    pay_by_hand(office, invoice)
    [payment] = office.books.payments(invoice)
    office.clock.advance(minutes=1)
    office.invoicing.reverse_payment(payment.id, "vertippt").result(PATIENCE)
    loss = backups.look(target).loss
    assert loss is not None
    assert (loss.manual_payments, loss.stripe_payments, loss.reversals) == (1, 0, 1)
    backups.save_copy(target)
    look = backups.look(target)
    assert (look.payments, look.last_payment_minor) == (1, 1000)


def test_keys_entered_after_the_backup_stay_known(office: OfficeBooks, tmp_path: Path) -> None:
    """They lie in the keyring, which goes back with no backup; the books' own settings do."""
    target = tmp_path / "x.sqlite3"
    backups = Backups(office.data_dir, office.clock)
    old: dict[str, str | None] = {
        "stripe.account_id": "acct_old",
        "catch_up.test": "old",
        "mail.on": "1",
    }
    new = {"stripe.secrets_place": "keyring", "stripe.account_id": "acct_new", "catch_up.test": "n"}
    write_settings(office, old)
    backups.save_copy(target)
    write_settings(office, {**new, "mail.on": None})
    backups.look(target)
    backups.decide()
    office.close()
    backups.finish()
    again = make_books(office.data_dir)
    kept = "('stripe.secrets_place', 'stripe.account_id', 'catch_up.test', 'mail.on')"
    found = again.rows(f"SELECT key, value FROM settings WHERE key IN {kept}")
    assert {row[0]: row[1] for row in found} == {**new, "catch_up.test": "old"}
    again.close()


def write_settings(office: OfficeBooks, values: dict[str, str | None]) -> None:
    def job(t: Transaction) -> None:
        for key, value in values.items():
            t.settings.set(key, value)

    office.writer.submit(job).result(PATIENCE)


def test_another_installation_keeps_its_own_settings(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    a, b = make_books(tmp_path / "a"), make_books(tmp_path / "b")
    target = tmp_path / "x.sqlite3"
    write_settings(a, {"stripe.account_id": "acct_a"})
    write_settings(b, {"stripe.account_id": "acct_b"})
    Backups(a.data_dir, a.clock).save_copy(target)
    backups = Backups(b.data_dir, b.clock)
    backups.look(target)
    backups.decide()
    a.close()
    b.close()
    backups.finish()
    with closing(sqlite3.connect(tmp_path / "b" / FILE_NAME)) as connection:
        row = connection.execute("SELECT value FROM settings WHERE key = 'stripe.account_id'")
        assert row.fetchone() == ("acct_a",)


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("nothing", "backup_not_found"),
        ("text", "backup_foreign"),
        ("empty", "backup_foreign"),
        ("other tables", "backup_foreign"),
        ("half", "backup_damaged"),
    ],
)
def test_what_is_no_backup_is_refused_and_leaves_nothing(
    office: OfficeBooks, tmp_path: Path, what: str, code: str
) -> None:
    issued(office)
    target = tmp_path / "x.sqlite3"
    backups = Backups(office.data_dir, office.clock)
    backups.save_copy(target)
    if what == "nothing":
        target.unlink()
    elif what == "text":
        target.write_text("kein Buch" * 1000)
    elif what == "empty":
        os.truncate(target, 0)
    elif what == "half":
        os.truncate(target, target.stat().st_size // 2)
    else:
        target.unlink()
        with closing(sqlite3.connect(target)) as connection:
            connection.execute("CREATE TABLE other (x)")
    before = office.value("SELECT count(*) FROM invoices")
    with pytest.raises(UserError, match=code):
        backups.look(target)
    assert not list(office.data_dir.glob("restore*"))
    assert office.value("SELECT count(*) FROM invoices") == before


def test_the_copy_of_a_whole_folder_brings_its_wal(office: OfficeBooks, tmp_path: Path) -> None:
    issued(office)
    shutil.copytree(office.data_dir, tmp_path / "kopie")  # while the program runs
    assert (tmp_path / "kopie" / (FILE_NAME + "-wal")).stat().st_size
    look = Backups(office.data_dir, office.clock).look(tmp_path / "kopie" / FILE_NAME)
    assert look.invoices == 1


def test_restore_drill(tmp_path: Path) -> None:
    """A backup on a stick, a new PC with an empty program: the books are there again."""
    (tmp_path / "alt").mkdir()
    old = make_books(tmp_path / "alt")
    paid, open_ = issued(old), issued(old)
    deliver(old, paid)
    stick = tmp_path / "stick.sqlite3"
    Backups(old.data_dir, old.clock).save_copy(stick)
    lines = old.rows("SELECT * FROM payments"), old.rows("SELECT * FROM invoice_history")
    instance = old.instance_id
    old.close()
    shutil.rmtree(tmp_path / "alt")

    (tmp_path / "neu").mkdir()
    new = make_books(tmp_path / "neu")
    issued(new)
    new.close()
    backups = Backups(tmp_path / "neu", TestClock())
    assert not backups.look(stick).ours
    kept = backups.decide()
    backups.finish()
    new = make_books(tmp_path / "neu")
    assert (new.rows("SELECT * FROM payments"), new.rows("SELECT * FROM invoice_history")) == lines
    assert new.instance_id == instance  # payments at Stripe name it
    deliver(new, open_)
    assert new.value("SELECT status FROM invoices WHERE id = ?", open_) == "paid"
    new.close()
    with closing(sqlite3.connect(kept / FILE_NAME)) as replaced:
        assert replaced.execute("SELECT count(*) FROM invoices").fetchone() == (1,)
    assert not list((tmp_path / "neu").glob("restore*"))


@pytest.mark.skipif(os.name != "posix", reason="links")
@pytest.mark.parametrize(
    "name",
    [
        "restore.json.unfinished",
        "database-id.unfinished",
        "numbers.json.unfinished",
        "restore.sqlite3",
        "restore.sqlite3.unfinished",
        "restore.sqlite3.unfinished-wal",
        "restore.sqlite3.fresh",
        "restore.sqlite3.fresh-journal",
    ],
)
def test_sa11e_a_planted_link_is_never_followed(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "daten"
    folder.mkdir()
    office = make_books(folder)
    issued(office)
    backup.make(office.path, folder, "2026-11-22")
    issued(office)
    office.close()
    letter = tmp_path / "brief.odt"
    letter.write_bytes(b"not ours")
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(letter)
    backups = Backups(folder, TestClock())
    backups.look(folder / "backups/2026-11-22.sqlite3")
    backups.decide()
    backups.finish()
    assert letter.read_bytes() == b"not ours"
    office = make_books(folder)
    assert office.value("SELECT count(*) FROM invoices") == 1
    office.close()
    assert letter.read_bytes() == b"not ours"
    assert not (folder / "workmate.sqlite3").is_symlink()


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_killed_at_every_step_it_is_the_old_or_the_new(tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir()
    office = make_books(made)
    issued(office)
    backup.make(office.path, made, "2026-11-22")
    issued(office)
    shutil.copytree(made, tmp_path / "live")  # with a WAL beside it, as a killed program leaves it
    office.close()
    counts, done = [], False
    with killing("replace") as killed_at:
        for step in range(1, 80):
            folder = tmp_path / f"killed-{step}"
            shutil.copytree(tmp_path / "live", folder)
            done = killed_at(folder, step)
            again = make_books(folder)  # the next start
            counts.append(again.value("SELECT count(*) FROM invoices"))
            assert again.value("PRAGMA integrity_check") == "ok"
            issued(again)
            again.close()
            kept = list(folder.glob(f"{restore.KEPT_PREFIX}*/{FILE_NAME}"))
            assert len(kept) == (counts[-1] == 1), "the old books are kept, once"
            if kept:
                with closing(sqlite3.connect(kept[0])) as old:
                    assert old.execute("SELECT count(*) FROM invoices").fetchone() == (2,)
            assert not list(folder.glob("restore*"))
            if done:
                break
    assert done
    assert counts == sorted(counts, reverse=True)  # first the old, from one step on the new
    assert set(counts) == {1, 2}
    assert len(counts) > 15
