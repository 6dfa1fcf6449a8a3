"""Is the schema of the open books the one that this program made? If not, it is put right, or the
books are refused: with other triggers they would run on and be wrong.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable

from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.schema import Difference, How, SchemaPart, difference_of
from workmate_desktop.store.database.errors import trouble_of
from workmate_desktop.store.schema import migrate
from workmate_desktop.store.schema.schema import (
    DIGESTS,
    Looked,
    UnknownVersion,
    read_schema,
    said_version,
)
from workmate_desktop.store.seals.settings import settings_sealed
from workmate_desktop.store.upkeep.recount import ALL, RECOUNT

SEALS_CHECKED_ON = "seals.checked_on"
MENDED = "schema.mended"
"""Setting: what was put right and not told yet, a JSON list of Difference.as_values()."""
_KEEP = """INSERT INTO settings (key, value) VALUES (?, ?)
ON CONFLICT (key) DO UPDATE SET value = excluded.value"""


class SchemaAltered(UserError):
    """database_altered: what differs cannot be put right in place. Values: part, how, name."""

    def __init__(self, difference: Difference) -> None:
        super().__init__("database_altered", **difference.as_values())
        self.difference = difference


def look(raw: sqlite3.Connection) -> Looked:
    """What differs. Raises SchemaAltered where even the version is not known, NewerDatabase."""
    try:
        found = read_schema(raw)
        version = said_version(raw, found)
        if DIGESTS.get(version) == found.digest:
            return Looked(version, ())
        # Only now: the start need not wait for what it hardly ever uses.
        from workmate_desktop.store.schema.expected import compare

        return compare(raw)
    except UnknownVersion as error:
        said = error.args[0] if error.args else None
        if said is not None and migrate.is_newer(said):
            raise migrate.NewerDatabase(said) from error
        how = How.MISSING if said is None else How.CHANGED
        raise SchemaAltered(Difference(SchemaPart.VERSION, how, said or "")) from error


def put_right(raw: sqlite3.Connection, looked: Looked, before: Callable[[], object]) -> None:
    """Mend what `look` found, in a transaction of its own; `before` is called first where there is
    something to mend (a backup).

    Raises SchemaAltered, sqlite3.Error, and what `before` raises.
    """
    if not looked.differences:
        return
    if looked.hopeless is not None:
        raise SchemaAltered(looked.hopeless)
    before()
    raw.execute("BEGIN IMMEDIATE")
    try:
        with settings_sealed(raw):
            mend_now(raw, looked)
    except BaseException:
        if raw.in_transaction:
            raw.execute("ROLLBACK")
        raise
    raw.execute("COMMIT")


def mend_now(raw: sqlite3.Connection, looked: Looked) -> None:
    """Put right what `look` found, and have all sums reckoned anew. In an open transaction, which
    is to be undone when this raises SchemaAltered, sqlite3.Error. The caller seals the settings.
    """
    from workmate_desktop.store.schema.expected import compare, mend

    try:
        mend(raw, looked)
        left = compare(raw).differences
    except sqlite3.Error as error:
        if trouble_of(error) is not None:
            raise
        raise SchemaAltered(looked.differences[0]) from error  # rows do not fit, a name is taken
    if left:
        raise SchemaAltered(left[0])
    remember(raw, looked.differences)
    raw.execute(_KEEP, (RECOUNT, ALL))
    # Triggers forbid to change what is booked: whoever took them away may have done so.
    raw.execute("DELETE FROM settings WHERE key = ?", (SEALS_CHECKED_ON,))


def remember(raw: sqlite3.Connection, mended: Iterable[Difference]) -> None:
    """Keep what is to be told. In an open transaction."""
    known = dict.fromkeys((*untold(raw), *mended))
    if known:
        raw.execute(_KEEP, (MENDED, json.dumps([one.as_values() for one in known])))


def untold(raw: sqlite3.Connection) -> list[Difference]:
    """What was put right and not told yet."""
    row = raw.execute("SELECT value FROM settings WHERE key = ?", (MENDED,)).fetchone()
    return differences_in(row[0] if row else None)


def differences_in(text: object) -> list[Difference]:
    """What `remember` wrote; of anything else nothing."""
    try:
        found = json.loads(text) if isinstance(text, str) else []
    except (ValueError, RecursionError):
        return []
    rows = found if isinstance(found, list) else []
    return [one for row in rows if isinstance(row, dict) and (one := difference_of(row))]
