"""Invoice numbers that were given stay given, also when older books take the place of today's.

The customers have them already. So the replaced books are asked for the highest ones; and since
they may be unreadable, a small file beside them remembers each number that is given. What both
say is put into the books that take their place, as the number to begin with
(store/invoices/numbers.py). By the driver alone, for files that no program has open.
"""

import json
import logging
import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from workmate_desktop.domain.invoices.numbers import MAX_RUNNING, format_of
from workmate_desktop.store.common.whole_files import write_whole
from workmate_desktop.store.database.file_names import FILE_NAME, NUMBERS_FILE
from workmate_desktop.store.database.untrusted import reading
from workmate_desktop.store.invoices.numbers import NUMBER_FORMAT, next_number_key
from workmate_desktop.store.seals.settings import settings_sealed

logger = logging.getLogger("workmate.store")

Free = Mapping[str, int]
"""Key of the circle and year (`next_number.live.2026`) → the first running number not given."""

_KEY = re.compile(r"next_number\.(live|test)(\.[0-9]{4})?", re.ASCII)


def first_free(connection: sqlite3.Connection) -> dict[str, int]:
    """What these books know. Raises sqlite3.Error."""
    kept = _setting(connection, NUMBER_FORMAT)
    found: dict[str, int] = {}
    rows = connection.execute(
        "SELECT number, livemode, issue_date FROM invoices WHERE number IS NOT NULL"
    )
    for number, livemode, issued_on in rows:
        year = str(issued_on)[:4]
        if not (year.isascii() and year.isdigit() and len(year) == 4):
            continue  # a row of another program
        form = format_of(kept, livemode=bool(livemode))
        running = form.running_in(str(number), int(year))
        if running is not None:
            key = next_number_key(form, int(year), livemode=bool(livemode))
            found[key] = max(found.get(key, 1), running + 1)
    begun = connection.execute("SELECT key, value FROM settings WHERE key GLOB 'next_number.*'")
    return highest(found, dict(begun.fetchall()))


def highest(*known: Mapping[str, object]) -> dict[str, int]:
    """The higher one of each, leaving out what is no such number."""
    found: dict[str, int] = {}
    for one in known:
        for key, value in one.items():
            text = str(value)
            fits = text.isascii() and text.isdigit() and len(text) <= len(str(MAX_RUNNING))
            if fits and _KEY.fullmatch(key):
                found[key] = max(found.get(key, 1), int(text))
    return found


def remembered(data_dir: Path) -> dict[str, int]:
    """What the file says; nothing where there is none, or it cannot be read."""
    try:
        values = json.loads((data_dir / NUMBERS_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return highest(values) if isinstance(values, dict) else {}


def begin_file(data_dir: Path) -> None:
    """Have the file, as yet without numbers, so that later only its content changes; what a kill
    left half written goes. Raises OSError."""
    (data_dir / f"{NUMBERS_FILE}.unfinished").unlink(missing_ok=True)
    if not (data_dir / NUMBERS_FILE).exists():
        write_whole(data_dir / NUMBERS_FILE, "{}")


def remember(data_dir: Path, free: Free) -> None:
    """Note in the file what is given by now. Raises OSError."""
    before = remembered(data_dir)
    after = highest(before, free)
    if after != before:
        write_whole(data_dir / NUMBERS_FILE, json.dumps(after))


def forget_test_numbers(data_dir: Path) -> None:
    """Test data is deleted, so the counting begins anew. Raises OSError."""
    before = remembered(data_dir)
    after = {key: running for key, running in before.items() if ".test" not in key}
    if after != before:
        write_whole(data_dir / NUMBERS_FILE, json.dumps(after))


def given_here(data_dir: Path) -> dict[str, int] | None:
    """What the books of today and the file know; None where there is neither."""
    books = data_dir / FILE_NAME
    known = remembered(data_dir)
    if not books.exists():
        return known or None
    try:
        with reading(books) as connection:
            return highest(known, first_free(connection))
    except sqlite3.Error as error:
        logger.warning("The replaced books do not tell their numbers: %s", type(error).__name__)
        return known or None


def keep_given(data_dir: Path, staged: Path) -> None:
    """The books in `staged` will not give a number again that was given here.

    Of the same installation, they also number in the format of today. Raises sqlite3.Error.
    """
    known = given_here(data_dir) or {}
    with closing(sqlite3.connect(staged, isolation_level=None)) as connection:
        kept = _format_of_today(data_dir, connection)
        connection.execute("BEGIN IMMEDIATE")
        with settings_sealed(connection):
            if kept is not None:
                _set(connection, NUMBER_FORMAT, kept)
            own = first_free(connection)
            for key, running in known.items():
                if running > own.get(key, 1):
                    _set(connection, key, str(running))
        connection.execute("COMMIT")


def next_in(staged: Path, data_dir: Path, year: int) -> str:
    """The number that the next real invoice of `year` would get from the books in `staged`.

    Raises sqlite3.Error.
    """
    with reading(staged) as connection:
        kept = _format_of_today(data_dir, connection) or _setting(connection, NUMBER_FORMAT)
        form = format_of(kept, livemode=True)
        key = next_number_key(form, year, livemode=True)
        free = highest(first_free(connection), given_here(data_dir) or {})
    return form.number(year, free.get(key, 1))


def _format_of_today(data_dir: Path, staged: sqlite3.Connection) -> str | None:
    """The format of the replaced books, if they are of the same installation."""
    books = data_dir / FILE_NAME
    if not books.exists():
        return None
    try:
        with reading(books) as today:
            instance = _setting(today, "workmate_instance")
            if instance is None or instance != _setting(staged, "workmate_instance"):
                return None
            return _setting(today, NUMBER_FORMAT)
    except sqlite3.Error:
        return None


def _setting(connection: sqlite3.Connection, key: str) -> str | None:
    row = connection.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def _set(connection: sqlite3.Connection, key: str, value: str) -> None:
    connection.execute(
        "INSERT INTO settings (key, value) VALUES (?, ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )
