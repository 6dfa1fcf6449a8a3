"""SA1: books whose tables, indexes or triggers somebody changed are put right, or refused."""

import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.factories import (
    OfficeBooks,
    TestClock,
    encoded,
    event_body,
    issued,
    make_books,
    sign,
)
from tests.store.database.schemas import old_books, rewrite_table
from tests.waiting import PATIENCE
from workmate_desktop.app.commands.doctor import doctor
from workmate_desktop.app.options import Options
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import Notice, NoticeKind
from workmate_desktop.domain.steps import StepName
from workmate_desktop.gateways.secrets.memory_secrets import MemorySecrets
from workmate_desktop.services.steps import Steps
from workmate_desktop.services.upkeep.upkeep import Upkeep
from workmate_desktop.store.backup import backup
from workmate_desktop.store.database.file_names import FILE_NAME
from workmate_desktop.store.schema.migrate import HEAD
from workmate_desktop.store.schema.schema import DIGESTS, read_schema
from workmate_desktop.words.messages import error_sentence
from workmate_desktop.words.notice_words import notice_words

Change = Callable[[sqlite3.Connection], object]

FOREIGN = """CREATE TRIGGER bezahlt AFTER INSERT ON notices BEGIN
UPDATE invoices SET paid_minor = total_minor, status = 'paid'; END"""


def outside(folder: Path, change: str | Change) -> None:
    """What somebody does to the file with another program."""
    with closing(sqlite3.connect(folder / FILE_NAME, isolation_level=None)) as raw:
        if isinstance(change, str):
            raw.executescript(change)
        else:
            change(raw)


def pay(office: OfficeBooks, invoice_id: str, minor: int = 11900) -> None:
    body = encoded(event_body(invoice_id, amount=minor))
    answer = office.receive.delivery(body, sign(body))
    assert not isinstance(answer, int)
    assert answer.result(PATIENCE)


def status(office: OfficeBooks, invoice_id: str) -> tuple[str, int]:
    row = office.books.invoice_row(invoice_id)
    assert row is not None
    return row.status.value, row.paid_minor


def background(office: OfficeBooks) -> Steps:
    """What the background does by itself after a start, and every five minutes."""
    steps = Steps(office.writer, office.database, office.clock)
    waiting = office.database.waiting
    Upkeep(
        office.writer, office.database, office.data_dir, office.clock, waiting, steps
    ).look_after()
    office.settled()
    return steps


def told(office: OfficeBooks, kind: NoticeKind) -> list[Notice]:
    return [notice for notice in office.books.notice_page() if notice.kind == kind]


def is_right(folder: Path) -> bool:
    with closing(sqlite3.connect(folder / FILE_NAME)) as raw:
        return read_schema(raw).digest == DIGESTS[HEAD]


def test_sa1_missing_triggers_are_made_again_and_the_sums_reckoned(tmp_path: Path) -> None:
    office = make_books(tmp_path)
    invoice_id = issued(office)
    # While it runs: what is paid from now on is added up nowhere.
    outside(tmp_path, "DROP TRIGGER payments_summed_new")
    pay(office, invoice_id)
    office.close()
    assert not is_right(tmp_path)
    office = make_books(tmp_path)  # the next start
    assert is_right(tmp_path)
    background(office)
    assert status(office, invoice_id) == ("paid", 11900)
    [notice] = told(office, NoticeKind.SCHEMA_MENDED)
    words = notice_words(notice)
    assert words.title == "Die Datenbank wurde von außen verändert"
    assert words.why == (
        "Der Auslöser payments_summed_new fehlt. Das Programm hat ihn wiederhergestellt und "
        "rechnet alle Rechnungen nach."
    )
    assert len(told(office, NoticeKind.SUMS_MENDED)) == 1
    second = issued(office)
    pay(office, second)
    assert status(office, second) == ("paid", 11900)
    background(office)
    assert len(told(office, NoticeKind.SCHEMA_MENDED)) == 1, "it is told once"
    office.close()
    names = [path.stem for path in backup.all_backups(tmp_path)]
    assert "2026-11-23-vor-reparatur" in names, "as it was, it is kept"


def test_sa1_a_foreign_trigger_is_removed_before_it_does_anything(tmp_path: Path) -> None:
    office = make_books(tmp_path)
    invoice_id = issued(office)
    office.close()
    outside(tmp_path, FOREIGN)
    office = make_books(tmp_path)
    background(office)
    assert status(office, invoice_id) == ("open", 0)
    [notice] = told(office, NoticeKind.SCHEMA_MENDED)
    assert "bezahlt gehört nicht zum Programm. Das Programm hat ihn entfernt" in (
        notice_words(notice).why
    )
    office.close()


def test_sa1_what_is_changed_while_it_runs_is_mended_within_minutes(tmp_path: Path) -> None:
    office = make_books(tmp_path)
    invoice_id, other = issued(office), issued(office)
    pay(office, other, 100)
    background(office)
    outside(tmp_path, f"DROP TRIGGER payments_summed_new; {FOREIGN}")
    pay(office, invoice_id)
    assert status(office, invoice_id) != ("paid", 11900) or status(office, other)[1] != 100
    background(office)
    assert (status(office, invoice_id), status(office, other)) == (
        ("paid", 11900), ("partially_paid", 100),
    )  # fmt: skip
    [notice] = told(office, NoticeKind.SCHEMA_MENDED)
    assert notice.detail["count"] == 2
    office.close()
    assert is_right(tmp_path)


def test_sa1_a_table_that_goes_while_it_runs_is_a_trouble_that_staff_are_told(
    tmp_path: Path,
) -> None:
    office = make_books(tmp_path)
    issued(office)
    outside(tmp_path, "DROP TABLE payment_fees")
    steps = background(office)
    state = steps.states()[StepName.SCHEMA]
    assert (state.failing, state.trouble) == (True, "database_altered")
    office.close()


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("DROP TABLE payment_links", "die Tabelle payment_links fehlt"),
        (
            "DROP TABLE settings; CREATE VIEW settings AS SELECT 'database_id' AS key, 1 AS value",
            "die Tabelle settings fehlt",
        ),
        ("ALTER TABLE invoices RENAME COLUMN due_date TO due", "Spalte invoices.due_date fehlt"),
        ("DELETE FROM alembic_version", "die Angabe ihrer Version ist falsch"),
    ],
)
def test_sa1_what_nobody_can_make_anew_is_refused(tmp_path: Path, change: str, name: str) -> None:
    office = make_books(tmp_path)
    issued(office)
    office.close()
    copy = backup.make(tmp_path / FILE_NAME, tmp_path, "2026-11-22")
    outside(tmp_path, change)
    if change.startswith("DELETE"):  # a file without its version, and without a known schema
        outside(tmp_path, "DROP INDEX payments_by_time")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(UserError) as refused:
        make_books(tmp_path)
    assert refused.value.code == "database_altered"
    assert refused.value.values["backup"] == copy.name
    sentence, action = error_sentence(refused.value)
    assert name in sentence and action.startswith("Eine Sicherung einspielen")
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    gone = {path for path in before if path.suffix in ("", ".sqlite3") and path not in after}
    assert not gone
    assert after[tmp_path / FILE_NAME] == before[tmp_path / FILE_NAME]


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw.execute("ALTER TABLE invoices ADD COLUMN bemerkung TEXT"),
        lambda raw: rewrite_table(raw, "payments", "CHECK (amount_minor <> 0)", ""),
        lambda raw: rewrite_table(raw, "invoices", "currency TEXT NOT NULL", "currency TEXT"),
    ],
    ids=["a column more", "a CHECK less", "a NOT NULL less"],
)
def test_sa1_other_tables_are_made_anew_and_the_rows_kept(tmp_path: Path, change: Change) -> None:
    office = make_books(tmp_path)
    invoice_id = issued(office)
    pay(office, invoice_id)
    rows = office.rows("SELECT * FROM payments"), office.rows("SELECT * FROM invoice_history")
    office.close()
    outside(tmp_path, change)
    office = make_books(tmp_path)
    assert is_right(tmp_path)
    assert rows == (
        office.rows("SELECT * FROM payments"), office.rows("SELECT * FROM invoice_history"),
    )  # fmt: skip
    background(office)
    assert len(told(office, NoticeKind.SCHEMA_MENDED)) == 1
    assert not told(office, NoticeKind.CHANGED_OUTSIDE)
    assert status(office, invoice_id) == ("paid", 11900)
    second = issued(office)
    pay(office, second)
    assert status(office, second) == ("paid", 11900)
    office.close()
    assert len(list(tmp_path.glob(f"ersetzt-*/{FILE_NAME}"))) == 1, "as it was, it is kept"


def test_sa1_an_older_file_is_mended_by_its_own_version_first(tmp_path: Path) -> None:
    old_books(tmp_path, "0009")
    outside(tmp_path, "DROP TRIGGER payments_summed_new")
    office = make_books(tmp_path)
    assert is_right(tmp_path)
    background(office)
    assert len(told(office, NoticeKind.SCHEMA_MENDED)) == 1
    office.close()


def test_sa1_the_books_of_somebody_else_are_not_touched(tmp_path: Path) -> None:
    make_books(tmp_path).close()
    (tmp_path / "database-id").write_text("another\n", "utf-8")
    outside(tmp_path, "DROP TRIGGER payments_summed_new")
    before = (tmp_path / FILE_NAME).read_bytes()
    with pytest.raises(UserError, match="database_foreign"):
        make_books(tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == before


def test_sa1_doctor_names_what_differs(tmp_path: Path) -> None:
    def said() -> str:
        out = io.StringIO()
        doctor(
            Options("doctor", tmp_path, port=0), open_keychain=lambda _id: MemorySecrets(), out=out
        )
        return out.getvalue()

    office = make_books(tmp_path)
    office.close()
    assert "unversehrt, Version" in said()
    outside(tmp_path, "DROP TRIGGER payments_summed_new")
    assert (
        "wurde von außen verändert: der Auslöser payments_summed_new fehlt; ein Start des "
        "Programms bringt es in Ordnung" in said()
    )
    outside(tmp_path, "DROP TABLE payments")
    assert "die Tabelle payments fehlt" in said()
    assert not is_right(tmp_path), "doctor only looks"


def test_sa1_an_intact_file_is_opened_without_a_trace(tmp_path: Path) -> None:
    clock = TestClock()
    office = make_books(tmp_path, clock)
    issued(office)
    office.close()
    names = {path.name for path in tmp_path.rglob("*")}
    office = make_books(tmp_path, clock)
    background(office)
    assert not told(office, NoticeKind.SCHEMA_MENDED)
    office.close()
    new = {path.name for path in tmp_path.rglob("*")} - names
    assert new == {"backups", "2026-11-23.sqlite3"}
