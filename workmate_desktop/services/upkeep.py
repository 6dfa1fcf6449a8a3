"""What the program does by itself in the background: one backup and one check a day, the disk, the
index of events.
"""

import logging
import shutil
import threading
from pathlib import Path

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.services.seal_check import SealCheck
from workmate_desktop.services.search_upkeep import SearchUpkeep
from workmate_desktop.store import backup
from workmate_desktop.store.engine import Database
from workmate_desktop.store.errors import StoreUnavailable
from workmate_desktop.store.writer import Writer

logger = logging.getLogger("workmate.upkeep")

LOW_DISK_BYTES = 500 * 1000 * 1000
_PAUSE_SECONDS = 15 * 60.0


class Upkeep:
    """A quiet thread: at start and every 15 minutes it sees to what is due."""

    def __init__(self, writer: Writer, database: Database, data_dir: Path, clock: Clock) -> None:
        self._writer = writer
        self._database = database
        self._data_dir = data_dir
        self._clock = clock
        self._seals = SealCheck(writer, database, clock)
        self._search = SearchUpkeep(writer, database)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        thread = threading.Thread(target=self._run, name="upkeep", daemon=True)
        thread.start()
        self._thread = thread

    def stop(self, deadline: float = 5.0) -> bool:
        """End; a backup under way is finished first. Twice is fine. True: it ended in time."""
        self._stop.set()
        if self._thread is None:
            return True
        self._thread.join(deadline)
        return not self._thread.is_alive()

    def look_after(self) -> None:
        """Do what is due now."""
        free = shutil.disk_usage(self._data_dir).free
        if free < LOW_DISK_BYTES:
            logger.warning("Only %s MB are free on the disk", free // 1_000_000)
            megabytes = free // 1_000_000
            self._writer.submit_later(
                lambda t: t.notices.add_once_a_day(NoticeKind.DISK_LOW, free_mb=megabytes)
            )
        name = self._clock.today().isoformat()
        if not (self._data_dir / backup.FOLDER / f"{name}.sqlite3").exists():
            backup.make(self._database.path, self._data_dir, name)
            logger.info("Backup %s made and verified", name)
        if self._seals.due():
            self._seals.run()
        if self._search.due():
            self._search.run(self._stop)

    def _run(self) -> None:
        while True:
            try:
                self.look_after()
            except (OSError, backup.BackupFailed) as error:
                logger.error("The daily backup failed: %s", error)
            except StoreUnavailable as error:
                logger.error("The daily check has to wait: %s", error.code)
            except Exception:  # a bug here must not end the daily backups
                logger.exception("The daily upkeep failed")
            if self._stop.wait(_PAUSE_SECONDS):
                return
