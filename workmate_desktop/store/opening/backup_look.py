"""What a backup holds, and what would be lost by it: read before anything is replaced."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from workmate_desktop.domain.backups import BackupLook, KeptBackup, Loss
from workmate_desktop.domain.clock import from_text
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.schema import Difference
from workmate_desktop.store.backup import backup
from workmate_desktop.store.database.engine import FILE_NAME
from workmate_desktop.store.database.untrusted import reading
from workmate_desktop.store.opening.open import remembered_id
from workmate_desktop.store.schema import migrate

_LAST_ENTRY = """
SELECT max(at) FROM (
    SELECT max(at) AS at FROM invoice_history
    UNION ALL SELECT max(created_at) FROM payments
    UNION ALL SELECT max(received_at) FROM stripe_events)"""
_RECEIVED = "payments WHERE amount_minor > 0"
"""Money that came in; what was given back has a minus, also in books of older versions."""
_LAST_PAYMENT = """
SELECT received_at, amount_minor, currency FROM {received}
ORDER BY received_at DESC, created_at DESC LIMIT 1"""
_NUMBERS = 3


def kept_backups(data_dir: Path) -> list[KeptBackup]:
    """The backups that the program made, newest first, each checked."""
    return [_kept(path) for path in backup.all_backups(data_dir)]


def look_into(
    staged: Path, source: Path, data_dir: Path, differences: tuple[Difference, ...] = ()
) -> BackupLook:
    """What the checked copy `staged` of the file `source` holds; `differences` were found in it.

    Raises UserError backup_damaged, OSError.
    """
    try:
        return replace(_look(staged, source, data_dir), differences=differences)
    except (sqlite3.Error, ValueError) as error:  # ValueError: a newer file, not checked, no times
        raise UserError("backup_damaged") from error


def _look(staged: Path, source: Path, data_dir: Path) -> BackupLook:
    about = source.stat()
    with reading(staged) as connection:
        version = _value(connection, "SELECT version_num FROM alembic_version")
        found_id = _value(connection, "SELECT value FROM settings WHERE key = 'database_id'")
        received = _received(connection)
        payment = connection.execute(_LAST_PAYMENT.format(received=received)).fetchone()
        last_entry = _value(connection, _LAST_ENTRY)
        return BackupLook(
            path=str(source),
            size_bytes=about.st_size,
            file_time=datetime.fromtimestamp(about.st_mtime, UTC),
            last_entry_at=from_text(str(last_entry)) if last_entry else None,
            invoices=_count(connection, "invoices WHERE status <> 'draft'"),
            drafts=_count(connection, "invoices WHERE status = 'draft'"),
            payments=_count(connection, received),
            last_payment_at=from_text(payment[0]) if payment else None,
            last_payment_minor=payment[1] if payment else None,
            last_payment_currency=payment[2] if payment else None,
            ours=remembered_id(data_dir) == found_id,
            newer=migrate.is_newer(str(version)),
            loss=None,
        )


def loss_by(staged: Path, data_dir: Path) -> Loss | None:
    """What stands in the books and not in `staged`; None when the books cannot be read."""
    books = data_dir / FILE_NAME
    if not books.exists():
        return None
    try:
        with reading(books) as connection:
            connection.execute("ATTACH ? AS kept", (f"{staged.absolute().as_uri()}?mode=ro",))
            new = "NOT IN (SELECT id FROM kept."
            issued = f"invoices WHERE status <> 'draft' AND id {new}invoices)"
            numbers = connection.execute(
                f"SELECT number FROM main.{issued} AND number IS NOT NULL"
                " ORDER BY created_at LIMIT ?",
                (_NUMBERS,),
            ).fetchall()
            lost = f"main.payments WHERE id {new}payments)"
            reversal = "(reversal_of IS NOT NULL OR reverses_id IS NOT NULL)"
            payment = f"{lost} AND NOT {reversal} AND stripe_payment_intent_id"
            return Loss(
                invoices=_count(connection, f"main.{issued}"),
                numbers=tuple(str(row[0]) for row in numbers),
                drafts=_count(
                    connection, f"main.invoices WHERE status = 'draft' AND id {new}invoices)"
                ),
                manual_payments=_count(connection, f"{payment} IS NULL"),
                stripe_payments=_count(connection, f"{payment} IS NOT NULL"),
                reversals=_count(connection, f"{lost} AND {reversal}"),
            )
    except sqlite3.Error:
        return None


def _kept(path: Path) -> KeptBackup:
    size = path.stat().st_size
    if not backup.is_good(path):
        return KeptBackup(str(path), size, 0, 0, None, sound=False)
    with reading(path) as connection:
        last_entry = _value(connection, _LAST_ENTRY)
        return KeptBackup(
            str(path),
            size,
            _count(connection, "invoices WHERE status <> 'draft'"),
            _count(connection, _received(connection)),
            from_text(str(last_entry)) if last_entry else None,
            sound=True,
        )


def _received(connection: sqlite3.Connection) -> str:
    """Where the money received stands: Skonto, what was moved, and what came back are none.

    Books of before version 5 know no kinds.
    """
    columns = {row[1] for row in connection.execute("PRAGMA table_info(payments)")}
    return f"{_RECEIVED} AND kind IS NULL" if "kind" in columns else _RECEIVED


def _value(connection: sqlite3.Connection, sql: str) -> object:
    row = connection.execute(sql).fetchone()
    return None if row is None else row[0]


def _count(connection: sqlite3.Connection, what: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {what}").fetchone()[0])
