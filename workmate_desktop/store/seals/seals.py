"""Seals: a chain of SHA-256 over what money, paper and addresses rest on, so that a changed row can
be named (store/seals/tables.py says which).

Every commit that writes such rows adds one row to `seals`, in the same transaction: the ids it
wrote, the hash of each of these rows, and a hash over both and over the seal before. So

- a row that was changed no longer has its hash, one that is missing is still named by its seal,
  and one that this program did not write has none;
- a seal that was changed or taken out breaks the chain from there on.

No key is involved: who can write the file can compute all seals anew. The chain finds what
programs, scripts and people change who do not do that. Against those who do, compare the head
of the chain, which the log notes every day and every backup holds.

A row that other programs insert with the public columns (CONTRACT) is valid: the daily check
names it once, as added, and seals it. Until then its own changes are not noticed.

An event that booked a payment is sealed by the next daily check: the payment is sealed with the
booking and says the same, and a booking must not wait for more. Such an event is told from a
foreign one by the payment it agrees with.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from workmate_desktop.store.seals.tables import (
    COLUMNS,
    ONE,
    TABLES,
    Sealed,
    is_setting_sealed,
    select,
)

__all__ = ["COLUMNS", "TABLES", "Sealed"]

REMOVED = b"\0" * 32
"""Instead of the hash of a row: this program removed it (test data)."""

Row = tuple[object, ...]
Key = tuple[Sealed, str]
"""(what, id)"""
Entry = tuple[Sealed, str, bytes]
"""(what, id, hash of the row or REMOVED)"""
Written = tuple[Sealed, str, bytes | None]
"""Like an Entry; without a hash the row is read just before the commit."""

_encode = json.JSONEncoder(separators=(",", ":"), default=str).encode
_LAST = "SELECT no, chain FROM seals ORDER BY no DESC LIMIT 1"
_ADD = "INSERT INTO seals (no, rows, hashes, chain) VALUES (?, ?, ?, ?)"
_BY_LETTER = {what.value: what for what in Sealed}
_AT_ONCE = 1000
# An event says what the payment says that it booked.
_BOOKED = """
SELECT 1 FROM stripe_events e JOIN payments p ON p.stripe_payment_intent_id = e.payment_intent_id
WHERE e.id = ? AND e.type = 'payment_intent.succeeded' AND e.outcome = 'booked'
    AND (p.amount_minor, p.currency, p.livemode, p.received_at)
        = (e.amount_minor, e.currency, e.livemode, e.created_at)"""


def row_hash(values: Row) -> bytes:
    """SHA-256 of a row as the database gives it back."""
    end = len(values)
    while end and values[end - 1] in (None, ""):
        end -= 1
    return hashlib.sha256(_encode(values[:end]).encode()).digest()


def add_seal(raw: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """Append one seal for these rows. Inside a transaction."""
    last = raw.execute(_LAST).fetchone()
    number, before = last or (0, b"")
    names = _encode([what + row_id for what, row_id, _ in entries])
    hashes = b"".join(entry[2] for entry in entries)
    raw.execute(_ADD, (number + 1, names, hashes, _chain(before, names, hashes)))


def as_stored(raw: sqlite3.Connection, written: Sequence[Written]) -> list[Entry]:
    """With the hash of every row, as it is at the end of the transaction."""
    touched = dict.fromkeys((what, row_id) for what, row_id, hash_ in written if hash_ is None)
    found: list[Entry] = [
        (what, row_id, hash_)
        for what, row_id, hash_ in written
        if hash_ is not None and (what, row_id) not in touched
    ]
    for what, row_id in touched:
        row = raw.execute(ONE[what], (row_id,)).fetchone()
        found.append((what, row_id, REMOVED if row is None else row_hash(row)))
    return found


def seal_table(raw: sqlite3.Connection, what: Sealed, columns: Sequence[str] | None = None) -> int:
    """Seal every row of a table as it is now. Returns how many. `columns`: as they were in the
    version of a migration."""
    cursor = raw.execute(select(what, columns))
    count = 0
    while rows := cursor.fetchmany(_AT_ONCE):
        add_seal(raw, [(what, str(row[0]), row_hash(row)) for row in rows])
        count += len(rows)
    return count


def seal_found(raw: sqlite3.Connection, found: Sequence[Key]) -> None:
    """Seal rows that other programs added, as they are now."""
    entries = as_stored(raw, [(what, row_id, None) for what, row_id in found])
    if there := [entry for entry in entries if entry[2] != REMOVED]:
        add_seal(raw, there)


@dataclass(slots=True)
class Findings:
    """What does not agree with the seals: (what, id) each. `broken_at` is the number of the
    first seal that was itself changed, or is missing; None when the chain is whole.
    """

    rows: int = 0
    head: str = ""
    changed: list[Key] = field(default_factory=list)
    missing: list[Key] = field(default_factory=list)
    added: list[Key] = field(default_factory=list)
    late: list[Key] = field(default_factory=list)
    """Events of bookings that were made since the last check."""
    broken_at: int | None = None

    @property
    def tampered(self) -> bool:
        """Something booked is no longer what it was. Added rows alone are not that."""
        return bool(self.changed or self.missing or self.broken_at is not None)


def check(raw: sqlite3.Connection) -> Iterator[Findings]:
    """Compare every row with its seal. Yields the same growing Findings now and then, so that
    the caller may pause; after the last one they are complete. For one snapshot.
    """
    findings = Findings()
    books = _Comparison(raw, findings)
    number, chain = 0, b""
    query = "SELECT no, rows, hashes, chain FROM seals ORDER BY no"
    for found, names, hashes, given in raw.execute(query):
        ids = _ids(names)
        whole = (
            found == number + 1
            and isinstance(hashes, bytes)
            and len(hashes) == 32 * len(ids)
            and given == _chain(chain, names, hashes)
        )
        if not whole and findings.broken_at is None:
            findings.broken_at = number + 1
        number, chain = found, given if isinstance(given, bytes) else b""
        if isinstance(hashes, bytes):
            for place, key in enumerate(ids):
                books.sealed(key, hashes[32 * place : 32 * place + 32])
        if number % _AT_ONCE == 0 or len(ids) > _AT_ONCE // 10:
            yield findings
    most = raw.execute("SELECT seq FROM sqlite_sequence WHERE name = 'seals'").fetchone()
    if findings.broken_at is None and most is not None and most[0] > number:
        findings.broken_at = number + 1
    findings.head = chain.hex()[:16]
    while books.read_on():
        yield findings
    books.conclude()
    yield findings


class _Comparison:
    """Rows and seals stand in the same order, so both are read side by side, and only what has
    not met its other half is kept in memory: a few of a million.
    """

    def __init__(self, raw: sqlite3.Connection, findings: Findings) -> None:
        self._raw = raw
        self._findings = findings
        self._rows = {what: raw.execute(select(what)) for what in Sealed}
        self._seals: dict[Key, bytes] = {}
        """The newest seal of a row that is not there yet, or not as sealed."""
        self._unsealed: dict[Key, bytes] = {}
        """The hash of a row that has no such seal yet."""
        self._ahead = dict.fromkeys(Sealed, 0)
        """So many rows were read for seals of rows that are gone."""

    def sealed(self, key: Key, hash_: bytes) -> None:
        """The next seal; for a row that was not met yet the next row of its table comes with it."""
        if key[0] is Sealed.SETTING and not is_setting_sealed(key[1]):
            return  # it was, in an older version
        waiting = self._unsealed.get(key)
        if hash_ == REMOVED:  # a row that is there all the same was added by others
            if self._seals.pop(key, None) is not None and waiting is None:
                self._ahead[key[0]] += 1
        elif waiting == hash_:
            del self._unsealed[key]
            self._seals.pop(key, None)
        else:
            known = key in self._seals
            self._seals[key] = hash_
            if waiting is not None or known:
                return
            if self._ahead[key[0]]:
                self._ahead[key[0]] -= 1
            else:
                self._read(key[0])

    def read_on(self) -> bool:
        """More rows, when all seals were read. False: there are none."""
        return sum(self._read(what) for what in Sealed for _ in range(_AT_ONCE)) > 0

    def _read(self, what: Sealed) -> bool:
        row = next(self._rows[what], None)
        if row is None:
            return False
        key, hash_ = (what, str(row[0])), row_hash(row)
        if self._seals.get(key) == hash_:
            del self._seals[key]
        else:
            self._unsealed[key] = hash_
        self._findings.rows += 1
        return True

    def conclude(self) -> None:
        """Everything was read: what is left does not agree, or was sealed more than once."""
        for key in self._unsealed:
            if key not in self._seals:
                late = key[0] is Sealed.EVENT and self._raw.execute(_BOOKED, key[1:]).fetchone()
                (self._findings.late if late else self._findings.added).append(key)
        for (what, row_id), hash_ in self._seals.items():
            row = self._raw.execute(ONE[what], (row_id,)).fetchone()
            if row is None:
                self._findings.missing.append((what, row_id))
            elif row_hash(row) != hash_:
                self._findings.changed.append((what, row_id))


def _ids(names: object) -> list[Key]:
    try:
        return [(_BY_LETTER[name[0]], name[1:]) for name in json.loads(names)]  # type: ignore[arg-type]
    except (ValueError, TypeError, IndexError, KeyError, RecursionError):
        return []  # the chain is broken here


def _chain(before: object, names: object, hashes: object) -> bytes:
    made = hashlib.sha256()
    for part in (before, names, hashes):
        made.update(part if isinstance(part, bytes) else str(part).encode("utf-8", "replace"))
    return made.digest()
