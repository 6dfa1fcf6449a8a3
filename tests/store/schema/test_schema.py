"""The schema of a file is known by one number per version, whatever way the file took to it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.factories import OfficeBooks, make_books
from workmate_desktop.domain.schema import Difference, How, SchemaPart
from workmate_desktop.store.database.file_names import FILE_NAME
from workmate_desktop.store.schema import migrate
from workmate_desktop.store.schema.expected import compare, expected, make, tidy
from workmate_desktop.store.schema.schema import (
    BEHIND_SEARCHES,
    DIGESTS,
    TABLES,
    UnknownVersion,
    read_schema,
)


def test_sa1_each_version_has_its_digest() -> None:
    """A migration that was released is never edited; a new one needs its line in DIGESTS."""
    made = {}
    for version in migrate.KNOWN:
        with expected(version) as raw:
            made[version] = read_schema(raw).digest
    assert made == dict(DIGESTS)


def test_sa1_all_tables_are_known() -> None:
    with expected(migrate.HEAD) as raw:
        rows = raw.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    names = {name for (name,) in rows if not name.startswith("sqlite_")}
    assert names <= TABLES | BEHIND_SEARCHES
    assert names >= TABLES


@pytest.mark.parametrize("version", migrate.KNOWN)
def test_sa1_a_file_of_each_version_becomes_the_newest(version: str) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as raw:
        make(raw, version)
        make(raw, "head")
        assert read_schema(raw).digest == DIGESTS[migrate.HEAD]
        assert compare(raw).differences == ()


def test_sa1_what_the_program_and_sqlite_do_to_a_file_is_no_difference(tmp_path: Path) -> None:
    office = make_books(tmp_path)
    office.close()
    with closing(sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)) as raw:
        raw.execute("ANALYZE")
        raw.execute("VACUUM")
        raw.execute("CREATE TEMP TABLE payments (x)")
        raw.execute("CREATE TEMP TRIGGER mine AFTER INSERT ON payments BEGIN SELECT 1; END")
        # What somebody adds for a report is none of the program's.
        raw.execute("CREATE TABLE report_notes (invoice_id TEXT REFERENCES invoices (id))")
        raw.execute("CREATE INDEX report_by_invoice ON report_notes (invoice_id)")
        raw.execute("CREATE VIEW report AS SELECT number, paid_minor FROM main.invoices")
        assert compare(raw).differences == ()
        assert read_schema(raw).digest == DIGESTS[migrate.HEAD]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            "DROP TRIGGER payments_summed_new",
            (SchemaPart.TRIGGER, How.MISSING, "payments_summed_new"),
        ),
        (
            "CREATE TRIGGER x AFTER INSERT ON notices BEGIN SELECT 1; END",
            (SchemaPart.TRIGGER, How.FOREIGN, "x"),
        ),
        ("DROP INDEX payments_by_time", (SchemaPart.INDEX, How.MISSING, "payments_by_time")),
        ("CREATE UNIQUE INDEX one ON payments (currency)", (SchemaPart.INDEX, How.FOREIGN, "one")),
        (
            "DROP INDEX payments_by_time; CREATE INDEX payments_by_time ON payments (note)",
            (SchemaPart.INDEX, How.CHANGED, "payments_by_time"),
        ),
        ("DROP TABLE event_search", (SchemaPart.SEARCH, How.MISSING, "event_search")),
        ("DROP TABLE mail_outbox", (SchemaPart.TABLE, How.MISSING, "mail_outbox")),
        ("ALTER TABLE notices ADD COLUMN x", (SchemaPart.TABLE, How.CHANGED, "notices")),
        (
            "UPDATE alembic_version SET version_num = '0003'",
            (SchemaPart.VERSION, How.CHANGED, "0003"),
        ),
    ],
)
def test_sa1_a_difference_has_a_name(change: str, found: tuple[SchemaPart, How, str]) -> None:
    with expected(migrate.HEAD) as raw:
        raw.executescript(change)
        assert Difference(*found) in compare(raw).differences


@pytest.mark.parametrize(
    "change",
    [
        "DROP TABLE alembic_version",
        "DELETE FROM alembic_version",
        "INSERT INTO alembic_version VALUES ('0002')",
        "UPDATE alembic_version SET version_num = x'00'",
        "ALTER TABLE alembic_version RENAME COLUMN version_num TO x",
        "UPDATE alembic_version SET version_num = '9999'",
    ],
)
def test_sa1_a_file_that_does_not_tell_its_version(change: str) -> None:
    with expected(migrate.HEAD) as raw:
        raw.execute(change)
        with pytest.raises(UnknownVersion):
            compare(raw)


def test_sa1_other_quotes_and_blanks_are_no_difference(office: OfficeBooks) -> None:
    assert tidy("""CREATE INDEX IF NOT EXISTS "A" on [b]
        (`c`, 'It''s  x') -- no""") == tidy("create index a ON B (c, 'It''s  x')")
    assert tidy("CREATE INDEX a ON b (c)") != tidy("CREATE INDEX a ON b (d)")
    assert tidy("SELECT 'A'") != tidy("SELECT 'a'")
