"""Files that somebody may offer as a backup: each changes a true one, or stands in its place.

What a file does is `how`; what becomes of it is written beside it: the code of the refusal, or
HEALED: it takes the place of the books, and they are right.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.faults.file_changes import (
    a_folder,
    a_pipe,
    broken_words,
    in_a_link,
    look_alike,
    made_anew,
    sql,
    strange_module,
    table,
    utf_16,
    without_triggers,
    written,
)
from workmate_desktop.domain.history import NoticeKind

HEALED = ""
ALTERED, FOREIGN, DAMAGED, NOT_FOUND = (
    "backup_altered",
    "backup_foreign",
    "backup_damaged",
    "backup_not_found",
)
ENDLESS = "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n AS {0} FROM r"


@dataclass(frozen=True, slots=True)
class Hostile:
    """`named`: a word of the sentence that staff read, where there is one to expect."""

    how: Callable[[Path], object]
    becomes: str
    named: str = ""
    differs: bool = False
    """It is told before it is put in place that the file was changed."""
    tells: NoticeKind | None = None
    """What staff are told besides, at the first start."""


_TOTAL = "UPDATE invoices SET total_minor = 1 WHERE status <> 'draft'"
_PAY_ALL = "UPDATE invoices SET paid_minor = total_minor, status = 'paid'"
_COLUMNS = "SELECT 'x' AS id, 1 AS amount_minor, 'eur' AS currency"

HOSTILE: dict[str, Hostile] = {
    "nothing": Hostile(lambda path: None, HEALED),
    # --- the file -------------------------------------------------------------------------
    "look-alike tables": Hostile(look_alike, ALTERED, "customers fehlt"),
    "a text": Hostile(written(lambda p: p, b"kein Buch" * 1000), FOREIGN),
    "half a file": Hostile(lambda p: os.truncate(p, p.stat().st_size // 2), DAMAGED),
    "a folder": Hostile(a_folder, NOT_FOUND),
    "a pipe": Hostile(a_pipe, NOT_FOUND),
    "a link": Hostile(in_a_link, HEALED),
    "UTF-16": Hostile(utf_16, ALTERED),
    "another program's mark": Hostile(
        sql("PRAGMA application_id=1196444487", "PRAGMA user_version=99"), HEALED
    ),
    "a WAL of nonsense": Hostile(
        written(lambda p: p.with_name(p.name + "-wal"), b"\x37\x7f\x06\x82" + b"x" * 8192), HEALED
    ),
    "a folder for a WAL": Hostile(
        lambda p: p.with_name(p.name + "-wal").mkdir(), "backup_not_read"
    ),
    "words that are no SQL": Hostile(broken_words, DAMAGED),
    "a module that nobody knows": Hostile(strange_module, HEALED),
    # --- its version ----------------------------------------------------------------------
    "a version that is none": Hostile(
        sql("UPDATE alembic_version SET version_num = 'abcd'"), HEALED, differs=True
    ),
    "an older version than its tables": Hostile(
        sql("UPDATE alembic_version SET version_num = '0005'"), HEALED, differs=True
    ),
    "an older version, and no index": Hostile(
        sql("UPDATE alembic_version SET version_num = '0005'", "DROP INDEX payments_by_time"),
        ALTERED,
    ),
    "no version": Hostile(sql("DELETE FROM alembic_version"), ALTERED, "Version"),
    "two versions": Hostile(sql("INSERT INTO alembic_version VALUES ('0001')"), ALTERED),
    "a blob for a version": Hostile(
        sql("UPDATE alembic_version SET version_num = x'0016'"), ALTERED
    ),
    "a view for a version": Hostile(
        sql("DROP TABLE alembic_version", f"CREATE VIEW alembic_version AS {ENDLESS}".format("x")),
        ALTERED,
    ),
    # --- tables ---------------------------------------------------------------------------
    "no payments": Hostile(sql("DROP TABLE payments"), ALTERED, "payments fehlt"),
    "a column less": Hostile(
        without_triggers(
            "DROP INDEX payments_by_move", "ALTER TABLE payments DROP COLUMN moved_by"
        ),
        ALTERED,
        "payments.moved_by fehlt",
    ),
    "a column more": Hostile(
        sql("ALTER TABLE payments ADD COLUMN mine TEXT DEFAULT 'x'"), HEALED, differs=True
    ),
    "a reckoned amount": Hostile(
        without_triggers(
            "DROP INDEX payments_by_time",
            "ALTER TABLE payments RENAME COLUMN amount_minor TO was",
            "ALTER TABLE payments ADD COLUMN amount_minor INTEGER AS (was * 100)",
        ),
        ALTERED,
        "payments.amount_minor",
    ),
    "no CHECK": Hostile(table("payments", "CHECK (amount_minor <> 0)", ""), HEALED, differs=True),
    "a payment of nothing, without CHECK": Hostile(
        table(
            "payments",
            "CHECK (amount_minor <> 0)",
            "",
            "UPDATE payments SET amount_minor = 0 WHERE rowid = 1",
        ),
        ALTERED,
        "payments",
    ),
    "a CHECK that never ends": Hostile(
        table(
            "payments", "CHECK (amount_minor <> 0)", "CHECK (length(hex(zeroblob(400000000))) > 0)"
        ),
        DAMAGED,
    ),
    "ids twice, without a key": Hostile(
        made_anew("payments", "{0}", "INSERT INTO payments SELECT * FROM payments"),
        ALTERED,
        "payments",
    ),
    "a number twice, without UNIQUE": Hostile(
        made_anew(
            "invoices",
            "row_no INTEGER PRIMARY KEY, {0}",
            "UPDATE invoices SET number = 'TEST-2026-0001' WHERE number IS NOT NULL",
        ),
        ALTERED,
        "invoices",
    ),
    "tables without types": Hostile(made_anew("payments", "{0}"), HEALED, differs=True),
    # --- triggers and views ---------------------------------------------------------------
    "no trigger": Hostile(without_triggers(), HEALED, differs=True),
    "a trigger on payments that come": Hostile(
        sql(f"CREATE TRIGGER t AFTER INSERT ON payments BEGIN {_PAY_ALL}; END"),
        HEALED,
        differs=True,
    ),
    "a trigger on payments that change": Hostile(
        sql("CREATE TRIGGER t AFTER UPDATE ON payments BEGIN DELETE FROM invoice_items; END"),
        HEALED,
        differs=True,
    ),
    "a trigger on payments that go": Hostile(
        sql("CREATE TRIGGER t BEFORE DELETE ON payments BEGIN SELECT RAISE(IGNORE); END"),
        HEALED,
        differs=True,
    ),
    "a trigger on settings": Hostile(
        sql(
            "CREATE TRIGGER a AFTER DELETE ON settings BEGIN DELETE FROM invoice_items; END",
            "CREATE TRIGGER b AFTER INSERT ON settings BEGIN DELETE FROM invoice_items; END",
            "CREATE TRIGGER c AFTER UPDATE ON settings BEGIN DELETE FROM invoice_items; END",
        ),
        HEALED,
        differs=True,
    ),
    "a trigger on its version": Hostile(
        sql(f"CREATE TRIGGER t AFTER UPDATE ON alembic_version BEGIN {_PAY_ALL}; END"),
        HEALED,
        differs=True,
    ),
    "a trigger that never lets anything in": Hostile(
        sql("CREATE TRIGGER t BEFORE INSERT ON stripe_events BEGIN SELECT RAISE(ABORT, 'no'); END"),
        HEALED,
        differs=True,
    ),
    "an index that lets one payment in": Hostile(
        sql("CREATE UNIQUE INDEX one ON payments (amount_minor)"), HEALED, differs=True
    ),
    "invoices that never end": Hostile(
        without_triggers("DROP TABLE invoices", f"CREATE VIEW invoices AS {ENDLESS.format('id')}"),
        ALTERED,
        "invoices fehlt",
    ),
    "payments that are a view": Hostile(
        without_triggers("DROP TABLE payments", f"CREATE VIEW payments AS {_COLUMNS}"),
        ALTERED,
        "payments fehlt",
    ),
    "settings that never end": Hostile(
        without_triggers("DROP TABLE settings", f"CREATE VIEW settings AS {ENDLESS.format('key')}"),
        ALTERED,
        "settings fehlt",
    ),
    "a view that never ends, beside": Hostile(
        sql(f"CREATE VIEW mine AS {ENDLESS.format('x')}"), HEALED
    ),
    "no search": Hostile(sql("DROP TABLE event_search"), HEALED, differs=True),
    "half a search": Hostile(
        sql("PRAGMA writable_schema=ON", "DELETE FROM sqlite_schema WHERE name LIKE '%search_idx'"),
        DAMAGED,
    ),
    # --- values ---------------------------------------------------------------------------
    "text for an amount": Hostile(
        without_triggers("UPDATE payments SET amount_minor = 'viel'"), ALTERED, "payments"
    ),
    "a blob for an id": Hostile(
        without_triggers("UPDATE invoice_items SET id = x'00ff' WHERE rowid = 1"),
        ALTERED,
        "invoice_items",
    ),
    "a broken number for an amount": Hostile(
        without_triggers("UPDATE payments SET amount_minor = 1.5"), ALTERED, "payments"
    ),
    "a text without an end": Hostile(
        without_triggers(
            "UPDATE invoices SET note = printf('%.*c', 40000000, 'x') WHERE status <> 'draft'"
        ),
        ALTERED,
        "invoices",
    ),
    "letters that are none": Hostile(
        without_triggers("UPDATE invoices SET note = CAST(x'c328ff' AS TEXT)"),
        ALTERED,
        "invoices",
    ),
    "a time that is none": Hostile(
        without_triggers("UPDATE payments SET received_at = 'gestern'"),
        ALTERED,
        "payments.received_at",
    ),
    "a status that is none": Hostile(
        without_triggers("UPDATE invoices SET status = 'lost'"), DAMAGED
    ),
    "a row beyond all others": Hostile(
        without_triggers("UPDATE invoices SET row_no = 9223372036854775807 WHERE row_no = 1"),
        ALTERED,
        "invoices",
    ),
    "a number of rows beyond all others": Hostile(
        sql("UPDATE sqlite_sequence SET seq = 9223372036854775807"), HEALED
    ),
    "a total": Hostile(
        without_triggers(_TOTAL), HEALED, differs=True, tells=NoticeKind.CHANGED_OUTSIDE
    ),
    "a paid sum": Hostile(
        without_triggers(_PAY_ALL), HEALED, differs=True, tells=NoticeKind.SUMS_MENDED
    ),
    "money below nothing": Hostile(
        without_triggers("UPDATE payments SET amount_minor = -amount_minor"),
        HEALED,
        differs=True,
        tells=NoticeKind.CHANGED_OUTSIDE,
    ),
    "a currency of no letters": Hostile(
        without_triggers("UPDATE payments SET currency = ''"),
        HEALED,
        differs=True,
        tells=NoticeKind.CHANGED_OUTSIDE,
    ),
    "a payment for no invoice": Hostile(
        without_triggers("PRAGMA foreign_keys=OFF", "UPDATE payments SET invoice_id = 'nobody'"),
        HEALED,
        differs=True,
        tells=NoticeKind.CHANGED_OUTSIDE,
    ),
    "JSON that is none": Hostile(
        without_triggers("UPDATE invoice_history SET detail = '{{'"),
        HEALED,
        differs=True,
        tells=NoticeKind.CHANGED_OUTSIDE,
    ),
    "letters that become others": Hostile(sql("UPDATE folding SET plain = 'x'"), HEALED),
    "settings of nonsense": Hostile(
        sql(
            "UPDATE settings SET value = char(0) || '[[[' || key"
            " WHERE key NOT IN ('database_id', 'workmate_instance')",
            *(
                f"INSERT OR REPLACE INTO settings VALUES ('{key}', '[[[9e999')"
                for key in (
                    *("owed.recount", "owed.checked_on", "owed.before", "seals.told"),
                    *(
                        "numbers.format",
                        "next_number.test.2026",
                        "next_number.live",
                        "catch_up.test",
                    ),
                    *("schema.mended", "steps.sums", "backup.seconds", "test_data.deleted_at"),
                )
            ),
        ),
        HEALED,
    ),
}
