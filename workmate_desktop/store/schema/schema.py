"""The tables, indexes and triggers of a file: read, and known again by one number per version.

Sums are kept by triggers, so a file without them, or with foreign ones, is wrong and says so
nowhere. What stands in `sqlite_schema` is compared with what the migrations make. The start needs
one statement and one hash for that; only where they differ the expected schema is made, in memory,
and compared piece by piece (store/schema/expected.py).

Tables and views that somebody added, for a report, are none of the program's and do no harm.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workmate_desktop.domain.schema import Difference, beyond_mending

TABLES = frozenset(
    {
        "alembic_version",
        "charges",
        "customers",
        "event_search",
        "event_search_again",
        "event_search_state",
        "folding",
        "invoice_history",
        "invoice_items",
        "invoice_search",
        "invoice_words",
        "invoices",
        "mail_outbox",
        "money_times",
        "notices",
        "payment_fees",
        "payment_links",
        "payments",
        "refund_requests",
        "review_decisions",
        "seals",
        "settings",
        "stripe_events",
    }
)
"""Of all versions; a test compares."""
_SEARCHES = ("invoice_search", "event_search")
_BEHIND = ("data", "idx", "config", "content", "docsize")
_NEEDED = ("data", "idx", "config")
BEHIND_SEARCHES = frozenset(f"{name}_{part}" for name in _SEARCHES for part in _BEHIND)
"""Tables that SQLite makes itself for a full-text index, in words of its own version."""

_OURS = TABLES | BEHIND_SEARCHES
_READ = "SELECT type, name, tbl_name, sql FROM sqlite_schema"

DIGESTS: Mapping[str, str] = {
    "0001": "b901a359b0583cc7d886793d",
    "0002": "07950ed2e55e56463c6f63a9",
    "0003": "bc423a1838dffbfb7e191473",
    "0004": "b3c9b2213e5b403ee755fc6e",
    "0005": "b6a3260be3428296a6a899c5",
    "0006": "3868d4ef5756415582a7cb64",
    "0007": "a2dae43636aee3b71fe9c8cf",
    "0008": "331de4850879c7b074fa4f11",
    "0009": "5c0fd7baf60a57a4f4603054",
    "0010": "64e6a76ac8e01c3172c02624",
    "0011": "ab73d62e241db13c5cd5005a",
    "0012": "35a635fad8c01b997cabe5fa",
    "0013": "e71dee606d63ae18be1783b4",
    "0014": "c6c358feb151b2c0bde4dbd3",
    "0015": "11c6ffa0583a1c8ef2b19df4",
    "0016": "11c6ffa0583a1c8ef2b19df4",
    "0017": "8665c27e3bca401320cc1fbd",
}
"""Version → digest of what its migrations make. A test makes them anew."""

_VERSIONS = "SELECT version_num FROM alembic_version LIMIT 2"

Key = tuple[str, str]
"""(table, index, trigger or view; name in small letters)"""


@dataclass(frozen=True, slots=True)
class Schema:
    """What is the program's in a file, and what acts on it: key → SQL, blanks made one."""

    parts: Mapping[Key, str]
    without_data: frozenset[str]
    """Full-text indexes of which a part behind them is missing."""

    @property
    def digest(self) -> str:
        """The same for files of the same version, however they came to it."""
        made = hashlib.sha256()
        for key in sorted(self.parts):
            made.update("\0".join((*key, self.parts[key], "")).encode("utf-8", "replace"))
        for name in sorted(self.without_data):
            made.update(name.encode())
        return made.hexdigest()[:24]


def read_schema(raw: sqlite3.Connection) -> Schema:
    """What the file holds. Runs nothing of it. Raises sqlite3.Error."""
    return schema_of(raw.execute(_READ).fetchall())


def schema_of(rows: Iterable[tuple[object, object, object, object]]) -> Schema:
    """The same of the rows of `sqlite_schema`."""
    parts: dict[Key, str] = {}
    behind: set[str] = set()
    for row in rows:
        kind, name, table = (str(value).lower() for value in row[:3])
        sql = row[3]
        if name.startswith("sqlite_"):
            continue
        if kind == "table" and name in BEHIND_SEARCHES:
            behind.add(name)
        elif kind == "trigger" or (kind == "index" and table in _OURS) or name in _OURS:
            # Alembic's table is in the words of its own version.
            words = "" if name == "alembic_version" and kind == "table" else str(sql or "")
            parts[kind, name] = " ".join(words.split())
    without = {
        name
        for name in _SEARCHES
        if ("table", name) in parts and not {f"{name}_{part}" for part in _NEEDED} <= behind
    }
    return Schema(parts, frozenset(without))


@dataclass(frozen=True, slots=True)
class Looked:
    """`version` is the one whose schema this is; `differences` from it, none in intact books."""

    version: str
    differences: tuple[Difference, ...]

    @property
    def hopeless(self) -> Difference | None:
        """The first difference that cannot be mended in place."""
        return beyond_mending(self.differences)


class UnknownVersion(Exception):
    """The file does not say which version of the program wrote it; or a newer one did."""


def said_version(raw: sqlite3.Connection, found: Schema) -> str:
    """What the file says. Raises UnknownVersion where it says nothing, or two things."""
    if ("table", "alembic_version") not in found.parts:
        raise UnknownVersion
    try:
        rows = raw.execute(_VERSIONS).fetchall()
    except sqlite3.OperationalError as error:  # no such column
        raise UnknownVersion from error
    if len(rows) != 1 or not isinstance(rows[0][0], str):
        raise UnknownVersion
    return rows[0][0]
