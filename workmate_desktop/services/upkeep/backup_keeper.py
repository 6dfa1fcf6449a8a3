"""The backups that the program makes by itself: the first of a day, after changes, at the end."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from workmate_desktop.domain.backups import BackupName, backup_name
from workmate_desktop.domain.changes import (
    Change,
    CustomerChanged,
    EventRecorded,
    EverythingChanged,
    InvoiceChanged,
    InvoiceRemoved,
)
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.waiting import Waiting
from workmate_desktop.services.given_numbers import GivenNumbers
from workmate_desktop.services.upkeep.backups import refusal_of
from workmate_desktop.store.backup import backup
from workmate_desktop.store.common.settings import setting
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.database.errors import trouble_of
from workmate_desktop.store.database.file_identity import FileStanding
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.writer import Writer

logger = logging.getLogger("workmate.upkeep")

AT_MOST_EVERY = timedelta(hours=1)
QUICK_SECONDS = 2.0
"""Only copies as quick as this are made while somebody works, and at the end: others at starts."""
END_SECONDS = 2.0
"""The end of the program waits no longer for its copy."""
_TOOK = "backup.seconds"
_WORTH_A_COPY = (InvoiceChanged, InvoiceRemoved, CustomerChanged, EventRecorded, EverythingChanged)


class BackupKeeper:
    """Every call blocks for as long as the copy takes: for the background, and for the end."""

    def __init__(
        self,
        writer: Writer,
        database: Database,
        data_dir: Path,
        clock: Clock,
        waiting: Waiting,
    ) -> None:
        self._writer = writer
        self._database = database
        self._data_dir = data_dir
        self._clock = clock
        self._monotonic = waiting.monotonic
        self._one_at_a_time = waiting.lock()
        self.failed = False
        """The last copy was tried in vain."""
        self._first_look = True
        self._changed = False
        self._copied_at: datetime | None = None
        self._copied_head: int | None = None
        self._took: float | None = None

    def on_changes(self, changes: Sequence[Change]) -> None:
        """What the announcer tells: there is something new to copy. Any thread."""
        if any(isinstance(change, _WORTH_A_COPY) for change in changes):
            self._changed = True

    def look_after(self) -> bool:
        """Make a backup if one is due; whether it was. Raises UserError disk_full, backup_failed,
        backup_not_written, and what the database says.
        """
        with self._one_at_a_time:
            starting, self._first_look = self._first_look, False
            if starting:
                self._remember()
            newest = self._newest()
            today = self._clock.today()
            if newest is None or newest.day != today:
                self._copy(BackupName(today))
                return True
            if self._is_changed() and (starting if self._is_slow() else self._hour_is_over()):
                self._copy(self._of_now())
                return True
            return False

    def at_end(self) -> None:
        """The last state of the day, if it is not copied yet and a copy is quick. Nothing is
        raised: the next start makes up for it."""
        with self._one_at_a_time:
            if self._first_look or self._is_slow():
                return
            try:
                if self._is_changed():
                    self._copy(self._of_now(), END_SECONDS)
            except UserError as error:
                logger.warning("No backup at the end: %s", error.code)
            except Exception as error:  # the disk's; a bug stays one
                trouble = trouble_of(error)
                if trouble is None:
                    raise
                logger.warning("No backup at the end: %s", trouble.value)

    def before_mending(self) -> None:
        """A copy of the books as they are, because something in them is to be put right now.

        Raises as `look_after`.
        """
        with self._one_at_a_time:
            self._copy(BackupName(self._clock.today(), before_mending=True))

    # --- inside --------------------------------------------------------------------------

    def _remember(self) -> None:
        """What the last session knew; and the numbers that it may not have noted."""
        given = GivenNumbers(self._database)
        free = given.all()
        self._writer.submit(lambda _t: free, given.keep).result()
        with self._database.reader() as connection:
            text = setting(connection, _TOOK)
        try:
            self._took = float(text) if text else None
        except ValueError:
            self._took = None
        newest = self._newest()
        if newest is not None:
            path = self._data_dir / backup.FOLDER / f"{newest}.sqlite3"
            self._copied_head = backup.seal_head(path)
            self._copied_at = self._moment(newest)

    def _newest(self) -> BackupName | None:
        names = (backup_name(path.stem) for path in backup.all_backups(self._data_dir))
        return next((name for name in names if name is not None and not name.special), None)

    def _moment(self, name: BackupName) -> datetime:
        time_text = name.time or "0000"
        hours, minutes = min(int(time_text[:2]), 23), min(int(time_text[2:]), 59)
        return self._clock.midnight(name.day) + timedelta(hours=hours, minutes=minutes)

    def _of_now(self) -> BackupName:
        local = self._clock.local(self._clock.now())
        return BackupName(local.date(), f"{local:%H%M}")

    def _is_slow(self) -> bool:
        return self._took is not None and self._took >= QUICK_SECONDS

    def _is_changed(self) -> bool:
        """Something came since the last copy. Seals tell it over a restart, too."""
        return self._changed or self._head() != self._copied_head

    def _head(self) -> int:
        with self._database.reader() as connection:
            return int(connection.exec_driver_sql(backup.SEAL_HEAD).scalar_one())

    def _hour_is_over(self) -> bool:
        """A clock that was set back must not put it off."""
        at = self._copied_at
        return at is None or not timedelta() <= self._clock.now() - at < AT_MOST_EVERY

    def _copy(self, name: BackupName, seconds: float | None = None) -> None:
        if self._database.place.all() is FileStanding.LOST:
            raise UserError("database_lost")  # what is in its place now is something else
        # Before the copy: what comes meanwhile may be in it or not.
        self._changed, head = False, self._head()
        began = self._monotonic()
        give_up = None if seconds is None else lambda: self._monotonic() - began >= seconds
        try:
            backup.make(self._database.path, self._data_dir, str(name), give_up)
        except (OSError, backup.BackupFailed) as error:
            self._changed = self.failed = True
            logger.error("The backup %s failed: %s", name, error)
            raise refusal_of(error) from error
        self.failed = False
        self._took = took = self._monotonic() - began
        self._copied_at, self._copied_head = self._clock.now(), head

        def note(t: Transaction) -> None:
            t.settings.set(_TOOK, f"{took:.2f}")

        self._writer.submit_later(note)
        logger.info("Backup %s made and verified", name)
