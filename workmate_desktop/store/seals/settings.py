"""Settings written by the driver alone, into books that no writer has open: sealed as well."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from workmate_desktop.store.seals.seals import Sealed, add_seal, as_stored
from workmate_desktop.store.seals.tables import select

_SINCE = "0017"
"""Older books have no such seals; they are sealed as a whole when they are brought up to date."""
_HAS_SEALS = "SELECT 1 FROM sqlite_master WHERE name = 'seals'"
_IS_NEW_ENOUGH = "SELECT max(version_num) >= ? FROM alembic_version"


@contextmanager
def settings_sealed(raw: sqlite3.Connection) -> Iterator[None]:
    """Whatever becomes of the settings inside is sealed at the end, in the caller's transaction.

    Only what changes there: what others changed before keeps its old seal, and is named by the
    daily check. Raises sqlite3.Error.
    """
    before = _settings(raw)
    yield
    after = _settings(raw)
    changed = [key for key in before | after if before.get(key) != after.get(key)]
    if changed and _has_seals(raw) and raw.execute(_IS_NEW_ENOUGH, (_SINCE,)).fetchone()[0]:
        add_seal(raw, as_stored(raw, [(Sealed.SETTING, key, None) for key in changed]))


def were_sealed(raw: sqlite3.Connection, keys: Sequence[str]) -> bool:
    """One of these settings was there before: somebody took it away. Reads all seals."""
    return _has_seals(raw) and any(
        raw.execute(
            "SELECT 1 FROM seals WHERE instr(rows, ?) LIMIT 1", (f'"{Sealed.SETTING}{key}"',)
        ).fetchone()
        for key in keys
    )


def _has_seals(raw: sqlite3.Connection) -> bool:
    return raw.execute(_HAS_SEALS).fetchone() is not None


def _settings(raw: sqlite3.Connection) -> dict[str, object]:
    return dict(raw.execute(select(Sealed.SETTING)).fetchall())
