"""J23: what something else than the program changes in the books is named by the daily check.

Long: `python3 run.py faults --long -k j23`.
"""

import random
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.factories import OfficeBooks, customer, draft, event_body, issued, make_books
from tests.faults.lengths import runs
from tests.faults.office import Office
from tests.places import PACKAGE
from tests.waiting import PATIENCE
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.domain.payments.reversals import ReversalKind
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.upkeep.seal_check import SealCheck
from workmate_desktop.services.upkeep.upkeep import Upkeep
from workmate_desktop.store.database.engine import Database, create_file
from workmate_desktop.store.payments.write import payments_of
from workmate_desktop.store.schema import migrate
from workmate_desktop.store.seals.tables import COLUMNS, TABLES, Sealed, which
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.upkeep.seal_report import SealReport, compare_with_seals

CHANGES = runs(50, 1000)
TRIGGERS = (
    "history_never_changed",
    "history_never_deleted",
    "invoices_amounts_fixed",
    "payments_never_changed",
    "payments_never_deleted",
    "seals_never_changed",
    "seals_never_deleted",
)


def run_check(office: OfficeBooks) -> SealReport:
    return SealCheck(office.writer, office.database, office.clock, pause=lambda: None).run()


def changed_by_a_tool(path: Path, *statements: tuple[str, tuple[object, ...]]) -> None:
    """Somebody with a tool for SQLite, who first takes away what forbids it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as tool:
        for trigger in TRIGGERS:
            tool.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        for sql, values in statements:
            assert tool.execute(sql, values).rowcount >= 1, sql


@pytest.fixture
def paid(office: Office) -> Office:
    """Three invoices, two paid through the listener, one by hand."""
    customer_id = customer(office.at)
    invoices = [office.at.invoicing.issue(draft(customer_id)).result(PATIENCE) for _ in range(3)]
    for invoice_id in invoices[:2]:
        assert office.deliver(event_body(invoice_id)) == 200
    day = office.at.clock.today()
    office.at.invoicing.add_manual_payment(invoices[2], 500, "cash", day).result(PATIENCE)
    return office


def test_j23_everything_the_program_does_is_sealed(paid: Office) -> None:
    at = paid.at
    payment_id = at.value("SELECT id FROM payments WHERE stripe_payment_intent_id IS NULL")
    at.invoicing.reverse_payment(payment_id, "falsch").result(PATIENCE)
    stray = event_body("TEST-2026-9999")
    assert paid.deliver(stray) == 200  # kept without an invoice
    loose = at.value("SELECT id FROM payments WHERE invoice_id IS NULL")
    invoice_id = issued(at)
    at.writer.submit(lambda t: t.payments.assign(loose, invoice_id)).result(PATIENCE)
    _refund_and_move(at, loose, at.value("SELECT min(id) FROM invoices"))
    report = run_check(at)
    assert not report.findings.tampered
    assert report.findings.added == []
    assert report.findings.rows == sum(
        at.value(f"SELECT count(*) FROM {table} WHERE {which(what)}")
        for what, table in TABLES.items()
    )
    at.invoicing.delete_test_data().result(PATIENCE)
    gone = run_check(at)
    assert not gone.findings.tampered
    assert NoticeKind.CHANGED_OUTSIDE not in paid.notices()


def _refund_and_move(at: OfficeBooks, payment_id: str, invoice_id: str) -> None:
    """A counter-entry, and the payment goes to another invoice with it."""

    def job(t: Transaction) -> None:
        payment = t.payments.get(payment_id)
        assert payment is not None
        t.payments.add_reversal(
            payment, -100, ReversalKind.REFUND, "re_1", at=at.clock.now(), actor="anna"
        )
        t.payments.assign(payment_id, invoice_id)

    at.writer.submit(job).result(PATIENCE)


def test_j23_nothing_else_adds_what_its_verb_seals() -> None:
    """These rows are sealed by the verb that adds them (store/seals/touched.py): one that is added
    elsewhere would be named as added from outside."""
    writing = re.compile(r"INTO (payments|invoice_history|stripe_events)\b")
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "migrations" not in path.parts
        for line in path.read_text("utf-8").splitlines()
        if writing.search(line)
    }
    assert found == {"store/payments/write.py", "store/history/history.py", "store/events/write.py"}


def test_j23_a_booked_row_changed_from_outside_is_named_by_the_daily_check(paid: Office) -> None:
    at = paid.at
    upkeep = Upkeep(at.writer, at.database, at.data_dir, at.clock, Threads())
    upkeep.look_after()
    payment_id = at.value("SELECT id FROM payments ORDER BY rowid LIMIT 1")
    changed_by_a_tool(at.path, ("UPDATE payments SET amount_minor = 1 WHERE id = ?", (payment_id,)))
    upkeep.look_after()  # at once: what forbids it is missing
    assert NoticeKind.SCHEMA_MENDED in paid.notices()
    at.clock.advance(days=1)
    upkeep.look_after()
    [notice] = [n for n in at.books.notice_page() if n.kind == NoticeKind.CHANGED_OUTSIDE]
    assert notice.detail["changed"] == 1
    rows: Any = notice.detail["rows"]
    [row] = rows
    assert row["id"] == payment_id
    assert row["number"] == "TEST-2026-0001"
    assert row["amount_minor"] == 1
    for _ in range(3):  # told once, whatever the days
        at.clock.advance(days=1)
        upkeep.look_after()
    assert paid.notices().count(NoticeKind.CHANGED_OUTSIDE) == 1
    other = at.value("SELECT id FROM payments ORDER BY rowid DESC LIMIT 1")
    changed_by_a_tool(at.path, ("DELETE FROM payments WHERE id = ?", (other,)))
    at.clock.advance(days=1)
    upkeep.look_after()  # something new is told anew
    assert paid.notices().count(NoticeKind.CHANGED_OUTSIDE) == 2


def test_j23_a_row_added_with_the_public_columns_is_valid_and_told_once(paid: Office) -> None:
    at = paid.at
    invoice_id = at.value("SELECT id FROM invoices LIMIT 1")
    with closing(sqlite3.connect(at.path)) as report, report:
        report.execute(
            "INSERT INTO payments (id, invoice_id, amount_minor, currency, method, livemode,"
            " received_at, created_at) VALUES ('von-außen', ?, 100, 'eur', 'cash', 0,"
            " '2026-11-20T08:00:00.000Z', '2026-11-20T08:00:00.000Z')",
            (invoice_id,),
        )
    first = run_check(at).findings
    assert first.added == [(Sealed.PAYMENT, "von-außen")]
    assert not first.tampered
    second = run_check(at).findings
    assert (second.added, second.tampered) == ([], False)
    assert paid.notices().count(NoticeKind.ADDED_OUTSIDE) == 1
    changed_by_a_tool(at.path, ("UPDATE payments SET amount_minor = 99 WHERE id = 'von-außen'", ()))
    assert run_check(at).findings.changed == [(Sealed.PAYMENT, "von-außen")]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE seals SET hashes = zeroblob(length(hashes)) WHERE no = 2",
        "UPDATE seals SET rows = '[]', hashes = x'' WHERE no = 2",
        "UPDATE seals SET chain = x'00' WHERE no = 2",
        "UPDATE seals SET rows = 'kein JSON' WHERE no = 2",
        "DELETE FROM seals WHERE no = 2",
        "DELETE FROM seals WHERE no = (SELECT max(no) FROM seals)",
        "DELETE FROM seals",
    ],
)
def test_j23_changed_seals_are_told(paid: Office, sql: str) -> None:
    changed_by_a_tool(paid.at.path, (sql, ()))
    assert run_check(paid.at).findings.tampered


def test_j23_without_the_table_of_seals_money_is_booked_all_the_same(paid: Office) -> None:
    at = paid.at
    waiting = issued(at)
    changed_by_a_tool(at.path)
    with closing(sqlite3.connect(at.path, isolation_level=None)) as tool:
        tool.execute("DROP TABLE seals")
    assert paid.deliver(event_body(waiting)) == 200
    assert paid.row(waiting).status == "paid"


def test_j23_a_job_that_is_undone_leaves_no_seal(office: Office) -> None:
    at = office.at
    invoice_id = issued(at)

    def fails(t: Transaction) -> None:
        t.payments.add(
            invoice_id=invoice_id,
            amount_minor=1,
            currency="eur",
            method="cash",
            livemode=False,
            received_at=at.clock.now(),
            actor="anna",
        )
        raise ValueError("after the payment")

    with pytest.raises(ValueError, match="after the payment"):
        at.writer.submit(fails).result(PATIENCE)
    assert not run_check(at).findings.tampered
    with at.database.reader() as connection:
        assert payments_of(connection, invoice_id) == []


def test_j23_the_books_of_an_older_version_are_sealed_when_they_are_migrated(
    tmp_path: Path,
) -> None:
    path = tmp_path / "workmate.sqlite3"
    create_file(path)
    database = Database(path, Threads())
    with database.writing.connect() as connection:
        migrate.migrate(connection, "0005")
        for sql in (
            "INSERT INTO invoices (id, number, status, livemode, total_minor, created_at)"
            " VALUES ('a', 'RE-2026-0001', 'open', 1, 11900, '2026-11-20T08:00:00.000Z')",
            "INSERT INTO payments (id, invoice_id, amount_minor, currency, method, livemode,"
            " received_at, created_at) VALUES ('p', 'a', 100, 'eur', 'cash', 1,"
            " '2026-11-20T08:00:00.000Z', '2026-11-20T08:00:00.000Z')",
            "INSERT INTO invoice_history (id, invoice_id, at, action, actor)"
            " VALUES ('h', 'a', '2026-11-20T08:00:00.000Z', 'issued', 'anna')",
        ):
            connection.exec_driver_sql(sql)
    database.close()
    office = make_books(tmp_path)
    findings = run_check(office).findings
    assert (findings.tampered, findings.added) == (False, [])
    changed_by_a_tool(
        path,
        ("UPDATE payments SET method = 'card' WHERE id = 'p'", ()),
        ("UPDATE invoices SET note = 'anders' WHERE id = 'a'", ()),
    )
    assert run_check(office).findings.changed == [(Sealed.PAYMENT, "p"), (Sealed.INVOICE, "a")]
    office.close()


def test_j23_every_random_change_is_found(paid: Office, tmp_path: Path) -> None:
    """Each on a copy of its own, so that each is found alone."""
    office = paid.at
    office.settled()
    with closing(sqlite3.connect(office.path)) as source:
        original = tmp_path / "original.sqlite3"
        source.execute("VACUUM INTO ?", (str(original),))
    with closing(sqlite3.connect(original, isolation_level=None)) as tool:
        tool.execute("PRAGMA journal_mode=WAL")
        for trigger in TRIGGERS:
            tool.execute(f"DROP TRIGGER IF EXISTS {trigger}")
    database = Database(original, Threads())
    random_ = random.Random(23)
    tool = sqlite3.connect(original, isolation_level=None)
    try:
        for number in range(CHANGES):
            what, row_id, kind = _change(tool, random_)
            findings = compare_with_seals(database, lambda: None).findings
            found = {"changed": findings.changed, "missing": findings.missing}.get(
                kind, findings.added
            )
            assert found == [(what, row_id)], f"change {number}: {kind} {what} {row_id}"
            _undo(tool)
        assert not compare_with_seals(database, lambda: None).findings.tampered
    finally:
        tool.close()
        database.close()


def _change(tool: sqlite3.Connection, random_: random.Random) -> tuple[Sealed, str, str]:
    """One change; what it was is kept in a temporary table."""
    what = random_.choice((Sealed.PAYMENT, Sealed.HISTORY))  # the others: test_outside_changes.py
    table, columns = TABLES[what], COLUMNS[what]
    ids = [row[0] for row in tool.execute(f"SELECT id FROM {table}")]
    row_id = random_.choice(ids)
    tool.execute("DROP TABLE IF EXISTS temp.before")
    tool.execute(f"CREATE TEMP TABLE before AS SELECT * FROM {table}")
    kind = random_.choice(["changed", "changed", "changed", "missing", "added"])
    tool.execute("PRAGMA foreign_keys=OFF")
    if kind == "missing":
        tool.execute(f"DELETE FROM {table} WHERE id = ?", (row_id,))
    elif kind == "added":
        names = ", ".join(columns[1:])
        taken = names.replace("stripe_payment_intent_id", "NULL").replace("reverses_id", "NULL")
        row_id = f"neu-{random_.random()}"
        tool.execute(
            f"INSERT INTO {table} (id, {names}) SELECT ?, {taken} FROM {table} LIMIT 1", (row_id,)
        )
    else:
        column = random_.choice(columns[1:])
        old = tool.execute(f"SELECT {column} FROM {table} WHERE id = ?", (row_id,)).fetchone()[0]
        new: object
        if isinstance(old, int):
            new = old + 1 if column != "livemode" else 1 - old
        else:
            new = f"{old or ''}{random_.choice('0x ßé')}"
        tool.execute(f"UPDATE {table} SET {column} = ? WHERE id = ?", (new, row_id))
    tool.execute("CREATE TEMP TABLE IF NOT EXISTS changed_table (name TEXT)")
    tool.execute("DELETE FROM temp.changed_table")
    tool.execute("INSERT INTO temp.changed_table VALUES (?)", (table,))
    return what, row_id, kind


def _undo(tool: sqlite3.Connection) -> None:
    [table] = tool.execute("SELECT name FROM temp.changed_table").fetchone()
    tool.execute(f"DELETE FROM {table}")
    tool.execute(f"INSERT INTO {table} SELECT * FROM temp.before")
