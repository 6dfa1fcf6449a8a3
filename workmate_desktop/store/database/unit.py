"""One transaction of the writer: connection, clock, ids, what changed, what is to be sealed."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

from sqlalchemy import Connection

from workmate_desktop.domain.changes import Change
from workmate_desktop.domain.clock import Clock, to_text, true_now
from workmate_desktop.store.database.errors import trouble_of
from workmate_desktop.store.database.ids import id_time, new_id_at
from workmate_desktop.store.seals.seals import Row, Sealed, Written, add_seal, as_stored, row_hash
from workmate_desktop.store.seals.touched import note_touched

logger = logging.getLogger("workmate.store")


class UndoneAltogether(BaseException):
    """Something failed where there are no savepoints: the writer undoes the whole transaction and
    does its jobs once more, each in a savepoint. `__cause__` is what failed. No Exception, so that
    no job can keep it from the writer.
    """


class _Without:
    """Where there is no savepoint. A class: each booking enters it, a generator costs thrice."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, Exception):
            raise UndoneAltogether from error


_WITHOUT = _Without()


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
        self._savepoints = 0
        self._unsealed: list[Written] = []
        note_touched(raw, self._touched)
        self._now: datetime | None = None
        self._now_text = ""
        self._true: datetime | None = None
        self._id_time = ""
        self._id_count = 0
        self._changes_before_job: int | None = None
        self._in_savepoint = True

    def now(self) -> datetime:
        """This moment: one for all that a job writes, or a group of jobs without savepoints."""
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
        """Announce `change` after the commit; forgotten when the job fails."""
        self._changes.append(change)

    def begin_job(self, *, in_savepoint: bool) -> None:
        """A job comes, and a savepoint named `job` was made for it just now; or a group of jobs,
        and none was. For the writer alone.
        """
        self._now = self._true = None
        self._in_savepoint = in_savepoint
        self._changes_before_job = self.raw.total_changes

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

    def unsealed(self) -> int:
        """How many rows wait for their seal; a mark for `forget_seals`. For the writer alone."""
        return len(self._unsealed)

    def forget_seals(self, mark: int) -> None:
        """What was written after `mark` is undone. For the writer alone."""
        del self._unsealed[mark:]

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

    def savepoint(self) -> AbstractContextManager[None]:
        """Undo what was done inside when it raises; the error goes on to the caller.

        Where the job itself has no savepoint, this makes none: see UndoneAltogether.
        """
        return self._inner_savepoint() if self._in_savepoint else _WITHOUT

    @contextmanager
    def _inner_savepoint(self) -> Iterator[None]:
        self._savepoints += 1
        mark, unsealed = len(self._changes), len(self._unsealed)
        # Where the job has not written yet, its own savepoint is as good as a new one.
        # https://www.sqlite.org/c3ref/total_changes.html: it never goes back
        fresh = self.raw.total_changes == self._changes_before_job
        name = "job" if fresh else f"inner_{self._savepoints}"
        if not fresh:
            self.raw.execute(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            # On a full disk SQLite has undone the whole transaction already.
            if self.raw.in_transaction:
                self.raw.execute(f"ROLLBACK TO {name}")
                if not fresh:
                    self.raw.execute(f"RELEASE {name}")
            del self._changes[mark:]
            self.forget_seals(unsealed)
            raise
        else:
            if not fresh:
                self.raw.execute(f"RELEASE {name}")
        finally:
            self._savepoints -= 1
