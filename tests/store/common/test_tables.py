"""The schema: made by the migrations, described by tables.py, promised by CONTRACT."""

import re
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import inspect

from tests.factories import OfficeBooks, make_books
from tests.places import PACKAGE
from tests.waiting import PATIENCE
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.store.common.tables import metadata
from workmate_desktop.store.database import driver
from workmate_desktop.store.database.engine import FILE_NAME, Database, open_connection
from workmate_desktop.store.database.errors import StoreUnavailable
from workmate_desktop.store.schema import migrate

CONTRACT = {
    "customers": "id, name, email, street, postal_code, city, country, vat_id",
    "invoices": "id, number, customer_id, status, livemode, currency, total_minor, issue_date,"
    " due_date, created_at",
    "invoice_items": "id, invoice_id, position, description, quantity, unit, unit_price_minor,"
    " tax_rate_percent",
    "payments": "id, invoice_id, stripe_payment_intent_id, amount_minor, currency, method,"
    " livemode, received_at, created_at",
    "stripe_events": "id, type, created_at, received_at, source, outcome, livemode,"
    " payment_intent_id, invoice_id, amount_minor, currency, detail",
    "invoice_history": "id, invoice_id, at, action, actor, detail",
    "notices": "id, at, kind, invoice_id, event_id, detail, read_at",
}
_AT = "2026-11-23T08:00:00Z"
ROWS: dict[str, tuple[object, ...]] = {
    "customers": ("c1", "Bäckerei Süß", None, None, None, None, None, None),
    "invoices": ("i1", "RE-2026-0007", "c1", "open", 1, "eur", 119000, "2026-11-01", None, _AT),
    "invoice_items": ("p1", "i1", 1, "Beratung", "1.5", "Std.", 10000, "19"),
    "payments": ("z1", "i1", "pi_1", 19000, "eur", "card", 1, _AT, _AT),
    "stripe_events": tuple(
        f"evt_1 payment_intent.x {_AT} {_AT} webhook booked 1 pi_1 i1 19000 eur {{}}".split()
    ),
    "invoice_history": ("h1", "i1", _AT, "issued", "anna", "{}"),
    "notices": ("n1", _AT, "overpaid", "i1", None, "{}", None),
}


def insert(connection: sqlite3.Connection, table: str, row: tuple[object, ...]) -> None:
    marks = ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO {table} ({CONTRACT[table]}) VALUES ({marks})", row)


def insert_all(connection: sqlite3.Connection) -> None:
    for table, row in ROWS.items():
        insert(connection, table, row)


_OF_SEARCHES = re.compile("invoice_search|invoice_words|event_search")


def test_the_migrations_make_what_tables_describes(office: OfficeBooks) -> None:
    with office.database.reader() as connection:
        found = inspect(connection)
        names = {name for name in found.get_table_names() if not _OF_SEARCHES.match(name)}
        assert names == {*metadata.tables, "alembic_version"}
        for name, table in metadata.tables.items():
            described = {
                column.name: (column.type.compile(), column.nullable) for column in table.columns
            }
            made = {
                column["name"]: (str(column["type"]), column["nullable"])
                for column in found.get_columns(name)
            }
            keys = {column.name for column in table.primary_key}
            types = {n: kind.replace("FLOAT", "REAL") for n, (kind, _) in described.items()}
            assert types == {n: kind for n, (kind, _) in made.items()}, name
            for column, (_, nullable) in described.items():
                if column not in keys:
                    assert made[column][1] == nullable, f"{name}.{column}"
            references = {(key.parent.name, key.column.table.name) for key in table.foreign_keys}
            made_references = {
                (key["constrained_columns"][0], key["referred_table"])
                for key in found.get_foreign_keys(name)
            }
            assert references == made_references, name


def test_head_is_the_newest_migration() -> None:
    versions = PACKAGE / "store" / "migrations" / "versions"
    found = sorted(
        re.search(r'^revision = "(\w+)"', path.read_text("utf-8"), re.MULTILINE)[1]  # type: ignore[index]
        for path in versions.glob("v*.py")
    )
    assert tuple(found) == migrate.KNOWN
    assert found[-1] == migrate.HEAD


def test_a_row_with_only_the_columns_of_contract_is_valid(
    office: OfficeBooks, outside: sqlite3.Connection
) -> None:
    insert_all(outside)
    assert office.books.has_invoices(livemode=True)
    row = office.books.invoice_row("i1")
    assert row is not None
    # The derived columns are kept although nobody here filled them.
    assert (row.customer_name, row.paid_minor, row.number) == (
        "Bäckerei Süß",
        19000,
        ROWS["invoices"][1],
    )
    derived = "SELECT sort_number, sort_customer, search_text FROM invoices"
    assert office.rows(derived) == [
        ("RE-2026-000000000007", "backerei suss", "re-2026-0007 backerei suss 1190,00")
    ]
    invoice = office.books.invoice("i1")
    assert invoice is not None and invoice.items[0].description == "Beratung"
    assert len(office.books.payments("i1")) == 1
    assert len(office.books.history("i1")) == 1
    assert office.books.event("evt_1") is not None
    assert len(office.books.notice_page()) == 1
    assert [c.name for c in office.books.customers("suss")] == ["Bäckerei Süß"]


@pytest.mark.parametrize("table", CONTRACT)
def test_optional_columns_may_be_left_out_or_null(outside: sqlite3.Connection, table: str) -> None:
    for other, row in ROWS.items():
        if other == table:
            break
        insert(outside, other, row)
    insert(outside, table, ROWS[table])
    columns = {row[1] for row in outside.execute(f"PRAGMA table_info({table})")}
    assert set(CONTRACT[table].split(", ")) <= columns


def test_derived_columns_follow_changes_from_outside(
    office: OfficeBooks, outside: sqlite3.Connection
) -> None:
    insert(outside, "customers", ROWS["customers"])
    insert(outside, "invoices", ("i2", None, "c1", "draft", 1, "jpy", 500, None, None, _AT))
    assert office.value("SELECT search_text FROM invoices") == "entwurf backerei suss 500"
    outside.execute("UPDATE customers SET name = 'Ärztehaus' WHERE id = 'c1'")
    outside.execute("UPDATE invoices SET currency = 'kwd', total_minor = 1500 WHERE id = 'i2'")
    assert office.rows("SELECT search_text, customer_name FROM invoices") == [
        ("entwurf arztehaus 1,500", "Ärztehaus")
    ]
    assert office.value("SELECT sort_name FROM customers") == "arztehaus"
    outside.execute("DELETE FROM invoices")
    assert office.value("SELECT count(*) FROM invoice_search") == 0


def test_a_renamed_customer_stays_as_it_was_on_issued_invoices(
    office: OfficeBooks, outside: sqlite3.Connection
) -> None:
    insert_all(outside)
    outside.execute("UPDATE customers SET name = 'Neu GmbH' WHERE id = 'c1'")
    row = office.books.invoice_row("i1")
    assert row is not None and row.customer_name == "Bäckerei Süß"


def test_paid_minor_follows_every_way_of_changing_payments(
    office: OfficeBooks, outside: sqlite3.Connection
) -> None:
    insert_all(outside)
    second = ("i3", "RE-2026-0008", "c1", "open", 1, "eur", 100, None, None, _AT)
    insert(outside, "invoices", second)

    def paid() -> list[tuple[object, ...]]:
        return office.rows("SELECT paid_minor FROM invoices ORDER BY id")

    assert paid() == [(19000,), (0,)]
    insert(outside, "payments", ("z2", "i1", None, -4000, "eur", "cash", 1, _AT, _AT))
    assert paid() == [(15000,), (0,)]
    insert(outside, "payments", ("z3", "i1", None, 999, "usd", "cash", 1, _AT, _AT))
    assert paid() == [(15000,), (0,)]  # another currency is never added up
    outside.execute("UPDATE payments SET invoice_id = 'i3' WHERE id = 'z1'")
    assert paid() == [(-4000,), (19000,)]
    outside.execute("UPDATE payments SET invoice_id = NULL WHERE id = 'z1'")
    assert paid() == [(-4000,), (0,)]


# --- pragmas -----------------------------------------------------------------------------


@pytest.mark.parametrize("read_only", [False, True])
def test_pragmas_of_every_connection(office: OfficeBooks, read_only: bool) -> None:
    connection = open_connection(office.path, read_only=read_only)
    found = {
        name: connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys", "query_only")
    }
    connection.close()
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL: what makes a commit survive a power cut
        "foreign_keys": 1,
        "query_only": int(read_only),
    }


def test_the_connections_in_use_have_these_pragmas(office: OfficeBooks) -> None:
    names = ("synchronous", "foreign_keys", "query_only", "journal_mode")
    written = office.writer.submit(
        lambda t: [t.raw.execute(f"PRAGMA {name}").fetchone()[0] for name in names]
    ).result(PATIENCE)
    assert written == [2, 1, 0, "wal"]
    assert [office.value(f"PRAGMA {name}") for name in names] == [2, 1, 1, "wal"]


def test_a_reader_cannot_write(office: OfficeBooks) -> None:
    with (
        office.database.reader() as connection,
        pytest.raises(Exception, match=r"readonly|read-only|attempt to write"),
    ):
        connection.exec_driver_sql("DELETE FROM customers")


def test_a_pragma_that_was_not_taken_is_an_error(tmp_path: Path) -> None:
    """A memory-like place without WAL: the assertion notices."""
    connection = sqlite3.connect(":memory:")
    with pytest.raises(RuntimeError, match="journal_mode"):
        driver._assert_pragma(connection, "journal_mode", "wal")
    connection.close()


def test_a_missing_file_is_never_created(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        open_connection(tmp_path / "none.sqlite3", read_only=False)
    assert not list(tmp_path.iterdir())


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    office = make_books(tmp_path)
    office.settled()
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    office.close()
    assert set(modes.values()) == {0o600}
    assert set(modes) == {
        FILE_NAME,
        FILE_NAME + "-wal",
        FILE_NAME + "-shm",
        "database-id",
        "numbers.json",
    }


def test_nobody_begins_to_read_books_that_are_replaced(office: OfficeBooks) -> None:
    """A view that was about to would hold a file whose WAL has the name of the new one's."""
    database = Database(office.path, Threads())
    with database.reader() as under_way:
        assert not database.close(wait_seconds=0.01)
        assert under_way.exec_driver_sql("SELECT count(*) FROM invoices").scalar() == 0
    for read in (database.reader, database.snapshot, database.quick):
        with pytest.raises(StoreUnavailable), read():
            raise AssertionError("never reached")
    assert database.close(wait_seconds=PATIENCE)


def test_database_errors_do_not_show_parameters(office: OfficeBooks) -> None:
    for used in (office.database.writing, office.database.reading):
        assert used.hide_parameters
    Database(office.path, Threads()).close()
