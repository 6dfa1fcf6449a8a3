"""What the program does by itself in the background: backups, the checks of a day, the disk, the
index of events. Each is a step of its own: one that fails keeps no other one from its work.
"""

import logging
import shutil
from pathlib import Path

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.domain.steps import StepName
from workmate_desktop.domain.waiting import Waiting
from workmate_desktop.services.announcer import Announcer
from workmate_desktop.services.keeper import Keeper
from workmate_desktop.services.steps import NOTHING_DUE, NOTHING_LEFT, Steps
from workmate_desktop.services.upkeep.backup_keeper import BackupKeeper
from workmate_desktop.services.upkeep.recount import Recount
from workmate_desktop.services.upkeep.schema_check import SchemaCheck
from workmate_desktop.services.upkeep.seal_check import SealCheck
from workmate_desktop.services.upkeep.search_upkeep import SearchUpkeep
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.writer import Writer

logger = logging.getLogger("workmate.upkeep")

LOW_DISK_BYTES = 500 * 1000 * 1000
_PAUSE_SECONDS = 5 * 60.0


class Upkeep:
    """A quiet thread: at start and every 5 minutes it sees to what is due."""

    def __init__(
        self,
        writer: Writer,
        database: Database,
        data_dir: Path,
        clock: Clock,
        waiting: Waiting,
        steps: Steps | None = None,
        announcer: Announcer | None = None,
    ) -> None:
        """`steps` None: how they stand is kept, but nobody else is shown it."""
        self._writer = writer
        self._data_dir = data_dir
        self._steps = steps or Steps(writer, database, clock)
        self._announcer = announcer
        self.backups = BackupKeeper(writer, database, data_dir, clock, waiting)
        self._schema = SchemaCheck(writer, database, self.backups)
        self._seals = SealCheck(writer, database, clock)
        self._sums = Recount(writer, database, clock)
        self._search = SearchUpkeep(writer, database)
        self._started = False
        self._keeper = Keeper(waiting, "upkeep", self._work)

    def start(self) -> None:
        """Begin."""
        if self._announcer is not None:
            self._announcer.listen(self.backups.on_changes)
        self._started = self._keeper.start()

    def stop(self, deadline: float = 5.0) -> bool:
        """End; a backup under way is finished first. Twice is fine. True: it ended in time."""
        return self._keeper.stop(deadline)

    def request(self) -> None:
        """See now to what is due. Any thread; returns at once."""
        self._keeper.wake()

    def back_up_at_end(self) -> None:
        """The last state, once nothing is written any more. Takes `END_SECONDS` at most."""
        if self._announcer is not None:
            self._announcer.forget(self.backups.on_changes)
        if self._started:
            self.backups.at_end()

    def look_after(self) -> None:
        """Do what is due now. What fails is kept and told by `Steps`."""
        for name, work in (
            (StepName.DISK, self._look_at_disk),
            (StepName.SCHEMA, self._schema.run),
            (StepName.BACKUP, self._back_up),
            (StepName.SUMS, self._recount_sums),
            (StepName.SEALS, self._check_seals),
            (StepName.SEARCH, self._add_to_search),
        ):
            if not self._keeper.ending:
                self._steps.step(name).run(work)

    def _look_at_disk(self) -> None:
        try:
            free = shutil.disk_usage(self._data_dir).free
        except OSError as error:
            raise UserError("database_unreadable") from error
        if free < LOW_DISK_BYTES:
            logger.warning("Only %s MB are free on the disk", free // 1_000_000)
            megabytes = free // 1_000_000
            self._writer.submit_later(
                lambda t: t.notices.add_once_a_day(NoticeKind.DISK_LOW, free_mb=megabytes)
            )

    def _back_up(self) -> object:
        if self.backups.look_after():
            return None
        # A copy that failed may wait for the next start: then it stays failed.
        return NOTHING_DUE if self.backups.failed else NOTHING_LEFT

    def _check_seals(self) -> object:
        return self._seals.run() if self._seals.due() else NOTHING_LEFT

    def _recount_sums(self) -> object:
        if not self._sums.due():
            return NOTHING_LEFT
        self._sums.run()
        return None

    def _add_to_search(self) -> object:
        if not self._search.due():
            return NOTHING_LEFT
        self._search.run(self._keeper.cancelled)
        return None

    def _work(self) -> float:
        self.look_after()
        return _PAUSE_SECONDS
