"""When SQLite's write-ahead log is written back into the database file (a checkpoint).

A commit that has to do it takes 10 to 20 ms longer, and so does each delivery that waits for that
commit. So it is done in a quiet moment, and within a load only as often as its size demands.
Source: https://www.sqlite.org/wal.html, "Performance Considerations".
"""

import logging
import sqlite3

logger = logging.getLogger("workmate.store")

QUIET_SECONDS = 0.5
"""So long nobody wanted anything before it is written back."""
_WORTH_IT = 100
"""Jobs since the last time.

With fewer the log is short, and a payment now and then costs no more syncs."""
_LONGEST_PAGES = 40_000
"""160 MB: in a burst nobody waits for a checkpoint (docs/decisions/one-writer.md)."""


class WriteAheadLog:
    """Of one connection; for its thread alone, which is the program's only checkpointer."""

    def __init__(self) -> None:
        self._jobs = 0

    def limit(self, raw: sqlite3.Connection) -> None:
        """Have the commit that makes it too long write it back."""
        raw.execute(f"PRAGMA wal_autocheckpoint={_LONGEST_PAGES}")

    def committed(self, jobs: int) -> None:
        """So many jobs were committed."""
        self._jobs += jobs

    @property
    def worth_writing_back(self) -> bool:
        """Whether enough came in since the last time."""
        return self._jobs >= _WORTH_IT

    def write_back(self, raw: sqlite3.Connection) -> None:
        """Do it now, without waiting for readers. Nothing is lost when it fails."""
        self._jobs = 0
        try:
            raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.Error as error:
            logger.warning("The log of the database could not be written back: %s", error)
