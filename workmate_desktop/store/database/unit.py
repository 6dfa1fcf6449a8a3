"""One transaction of the writer: connection, clock, ids, what changed, what is to be sealed."""

import logging
import sqlite3
from datetime import datetime

from sqlalchemy import Connection

from workmate_desktop.domain.changes import Change
from workmate_desktop.domain.clock import Clock, to_text, true_now
from workmate_desktop.store.database.errors import trouble_of
from workmate_desktop.store.database.ids import id_time, new_id_at
from workmate_desktop.store.seals.seals import Row, Sealed, Written, add_seal, as_stored, row_hash
from workmate_desktop.store.seals.touched import note_touched

logger = logging.getLogger("workmate.store")


class Unit:
    """What every verb of the store works on. `Transaction` is a Unit with all the verbs.

    `raw` is the driver's connection and `core` SQLAlchemy's view of the same one. The path of
    a payment uses the driver (docs/decisions/driver-in-the-hot-path.md).
    """

    def __init__(self, core: Connection, raw: sqlite3.Connection, clock: Clock) -> None:
        self.core = core
        self.raw = raw
        self.clock = clock
        self._changes: list[Change] = []
        self._unsealed: list[Written] = []
        note_touched(raw, self._touched)
        self._now: datetime | None = None
        self._now_text = ""
        self._true: datetime | None = None
        self._id_time = ""
        self._id_count = 0

    def now(self) -> datetime:
        """This moment: one for all that a job writes."""
        if self._now is None:
            self._now = self.clock.now()
            self._now_text = to_text(self._now)
            time = id_time(self._now)
            if time != self._id_time:
                self._id_time, self._id_count = time, 0
        return self._now

    def true_now(self) -> datetime:
        """The same moment by Stripe's clock: for when something came or was done, which people
        read years later, whatever this PC's clock said."""
        if self._true is None:
            self._true = true_now(self.clock)
        return self._true

    def now_text(self) -> str:
        """This moment as the database writes it."""
        self.now()
        return self._now_text

    def new_id(self) -> str:
        """The id of a new row; it sorts after those made before it."""
        self.now()
        self._id_count += 1
        return new_id_at(self._id_time, self._id_count)

    def changed(self, change: Change) -> None:
        """Announce `change` after the commit; forgotten when this job or another one fails."""
        self._changes.append(change)

    def begin_job(self) -> None:
        """A job comes: it has a moment of its own. For the writer alone."""
        self._now = self._true = None

    def forget(self) -> None:
        """All that was done since the last commit is undone. For the writer alone."""
        self._changes.clear()
        self._unsealed.clear()

    def take_changes(self) -> list[Change]:
        """The changes noted since the last call. For the writer alone."""
        changes, self._changes = self._changes, []
        return changes

    def seal(self, what: Sealed, row: Row) -> None:
        """Seal this row, as it was just written, when the transaction is committed."""
        self._unsealed.append((what, str(row[0]), row_hash(row)))

    def _touched(self, what: str, row_id: str) -> None:
        """A sealed row was written by whatever verb: its seal is made at the commit."""
        self._unsealed.append((Sealed(what), row_id, None))

    def write_seals(self) -> None:
        """Seal what was written, just before the commit. For the writer alone.

        Money is worth more than its seal: where the seals cannot be written (somebody took
        their table away), the rows stay without, and the daily check names them.
        """
        written, self._unsealed = self._unsealed, []
        if not written:
            return
        try:
            add_seal(self.raw, as_stored(self.raw, written))
        except (sqlite3.Error, TypeError, ValueError) as error:
            if trouble_of(error) is not None:
                raise
            logger.exception("The seals cannot be written")
