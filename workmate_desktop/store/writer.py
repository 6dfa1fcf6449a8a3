"""The one writer thread: jobs in, group commit, futures out.

Whatever is waiting is committed together, without waiting for more: 32 senders cost one sync.
A job that fails is left out: all is undone, and the others run once more. So a job may run several
times, of which only the last one counts: it leaves nothing behind but its transaction and what it
returns. A future is answered only after the commit has returned.
"""

import logging
import queue
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection

from workmate_desktop.domain.changes import Change
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.waiting import Queue, Worker
from workmate_desktop.store.database.confirmation import Confirmation
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.database.errors import StoreTrouble, StoreUnavailable, trouble_of
from workmate_desktop.store.database.write_ahead_log import QUIET_SECONDS, WriteAheadLog
from workmate_desktop.store.file_watch import IDLE_SECONDS, SAVING_SECONDS, FileWatch
from workmate_desktop.store.pending import Job, OnceMore, Pending, conclude, tell
from workmate_desktop.store.transaction import Transaction

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")
logger = logging.getLogger("workmate.store")

__all__ = ["Job", "Writer"]

MAX_BATCH = 256
_ONLY_A_NEW_CONNECTION_HEALS = (StoreTrouble.READ_ONLY, StoreTrouble.UNREADABLE)
_PASSES = (StoreTrouble.BUSY, StoreTrouble.FULL, StoreTrouble.READ_ONLY, StoreTrouble.LOST)
"""Deferred jobs outlast these. With the others it may be such a job that fails every commit."""
_LATER_SECONDS = 0.5


_NUDGE: Pending[Any] = Pending(lambda _transaction: None, None)


class Writer:
    """Owns the only read-write connection, and is the only checkpointer.

    `after_commit` is called on the writer thread with what changed, after the futures of the
    commit are answered; it must be quick and must not raise. `on_trouble` is told the trouble
    when a commit failed because of the database or the disk, and None when commits work again.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        after_commit: Callable[[Sequence[Change]], None],
        on_trouble: Callable[[StoreTrouble | None], None] = lambda _trouble: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._after_commit = after_commit
        self._on_trouble = on_trouble
        self._trouble: StoreTrouble | None = None
        self._waiting = database.waiting
        self._queue: Queue[Pending[Any] | None] = self._waiting.line()
        self._later: list[Pending[Any]] = []
        self._kept: list[Pending[Any]] = []
        """Deferred jobs of commits that failed. The writer's thread alone."""
        self._write_ahead_log = WriteAheadLog()
        self._files = FileWatch(database, clock)
        self._connection: Connection | None = None
        self._transaction: Transaction | None = None
        self._thread: Worker | None = None
        self._accepting = False
        self._gate = self._waiting.lock()
        self._busy_since: float | None = None

    @property
    def thread_id(self) -> int | None:
        """The writer's thread; None while it does not run."""
        thread = self._thread
        return None if thread is None else thread.ident

    def busy_since(self) -> float | None:
        """Since when the jobs at hand are worked on (monotonic seconds); None while none is."""
        return self._busy_since

    @property
    def trouble(self) -> StoreTrouble | None:
        """Why the last commit failed; None while commits work."""
        return self._trouble

    @property
    def rescued(self) -> Path | None:
        """Where all that was confirmed is saved, while the file of the books is gone."""
        return self._files.rescued

    @property
    def waiting(self) -> int:
        """Jobs not yet begun; an estimate."""
        return self._queue.qsize()

    def start(self) -> None:
        """Start the thread. Jobs submitted before wait for it."""
        with self._gate:
            if self._thread is not None:
                raise RuntimeError("the writer runs already")
            self._accepting = True
            self._thread = self._waiting.start(self._run, "writer")

    def stop(self, deadline: float = 5.0) -> bool:
        """Finish what is queued, close the connection, join. True when it ended in time.

        `deadline` in seconds; more while books whose file is gone are saved: they are nowhere else.
        Stopping twice is fine.
        """
        with self._gate:
            thread, self._thread = self._thread, None
            if thread is None:
                return True
            self._accepting = False
            self._queue.put(None)
        thread.join(deadline)
        if self._files.trouble is not None:
            thread.join(SAVING_SECONDS)
        return not thread.is_alive()

    def submit(
        self,
        job: Job[T],
        afterwards: Callable[[Sequence[T]], None] | None = None,
    ) -> "Future[T]":
        """Queue `job`; its future is answered after the commit that holds its work.

        The future raises what the job raised (its work undone), or StoreUnavailable when the
        commit itself was impossible. `afterwards` is called on the writer's thread, once for a
        commit, with what all its jobs with this `afterwards` returned: for the log.
        """
        future: Future[T] = self._waiting.future()
        with self._gate:
            if self._accepting:
                self._queue.put(Pending(job, future, afterwards))
                return future
        future.set_exception(StoreUnavailable(StoreTrouble.UNREADABLE))
        return future

    def submit_confirmed(
        self, event_id: str, job: Job[T], afterwards: Callable[[Sequence[T]], None]
    ) -> Confirmation:
        """Like `submit`, for the one job of which there are thousands."""
        confirmation = Confirmation(event_id, self._waiting)
        with self._gate:
            if self._accepting:
                self._queue.put(Pending(job, confirmation, afterwards))
                return confirmation
        confirmation.set_exception(StoreUnavailable(StoreTrouble.UNREADABLE))
        return confirmation

    def submit_later(self, job: Job[None]) -> None:
        """A job nobody waits for: it rides along with the next commit, or half a second later.

        While the database is busy, full or read-only it waits for a commit that works.
        """
        with self._gate:
            if self._accepting:
                self._later.append(Pending(job, None))
                if len(self._later) == 1:
                    self._queue.put(_NUDGE)  # the thread may be waiting without a limit

    # --- writer thread -------------------------------------------------------------------

    def _run(self) -> None:
        while self.step():
            pass

    def step(self) -> bool:
        """Take all that waits (or wait for it) and commit it, on the caller's thread.

        The writer's thread does nothing else. False: it was the last time, the connection is
        closed.
        """
        self._busy_since = None
        batch, stopping = self._next_batch()
        self._busy_since = self._waiting.monotonic()
        if not batch or stopping or self._files.trouble is not None:
            self._look_at_files(stopping)
        if batch:
            self._commit_or_fail(batch)
        elif self._transaction is not None and self._worth_writing_back():
            self._write_ahead_log.write_back(self._transaction.raw)
        if stopping:
            self._disconnect()
            self._busy_since = None
        return not stopping

    def _commit_or_fail(self, batch: list[Pending[Any]]) -> None:
        if self._transaction is None:
            try:
                self._transaction = self._begun()
            except Exception as error:  # noqa: BLE001 - told to everyone who waits
                self._fail(batch, error)
                return
        if self._files.trouble is not None:
            self._fail(batch, StoreUnavailable(self._files.trouble))
            return
        raw = self._transaction.raw
        self._commit(batch, raw, self._transaction)
        given_up = raw.in_transaction or self._trouble in _ONLY_A_NEW_CONNECTION_HEALS
        if given_up and self._files.look() is None:  # else nobody else can read it any more
            self._disconnect()
            self._write_ahead_log = WriteAheadLog()
        if self._files.trouble is not None:
            self._look_at_files(at_once=True)

    def _look_at_files(self, at_once: bool) -> None:
        """Are they gone, or back again? Meanwhile what was confirmed is saved."""
        if self._transaction is None:
            return
        before, trouble = self._files.trouble, self._files.look()
        if trouble is not before:
            self._note_trouble(trouble)  # before large books are saved, which takes its time
        if self._files.save_if_due(self._transaction.raw, at_once):
            self._on_trouble(trouble)  # now it can be said where

    def _begun(self) -> Transaction:
        """On a connection of its own."""
        connection = self._database.writing.connect()
        try:
            raw = connection.connection.driver_connection
            assert raw is not None
            # What SQLite keeps to undo single statements stays in memory: no temporary files.
            raw.execute("PRAGMA temp_store=MEMORY")
            self._write_ahead_log.limit(raw)
            self._files.connected()
            transaction = Transaction(connection, raw, self._clock)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return transaction

    def _disconnect(self) -> None:
        connection, self._connection, self._transaction = self._connection, None, None
        self._files.disconnected()
        if connection is not None:
            connection.close()

    def _next_batch(self) -> tuple[list[Pending[Any]], bool]:
        """All that is waiting, up to MAX_BATCH jobs; and whether to stop after it."""
        batch: list[Pending[Any]] = []
        try:
            item = self._queue.get(timeout=self._patience())
            while item is _NUDGE:
                item = self._queue.get(timeout=_LATER_SECONDS)
            while item is not None:
                if item is not _NUDGE:
                    batch.append(item)
                if len(batch) >= MAX_BATCH:
                    break
                item = self._queue.get_nowait()
            stopping = item is None
        except queue.Empty:
            stopping = False
        if batch or self._later:
            with self._gate:
                later, self._later = self._later, []
            batch += self._kept + later
            self._kept = []
        return batch, stopping

    def _patience(self) -> float:
        """How long to wait for a job, in seconds, before there is something else to do."""
        if self._later:
            return _LATER_SECONDS
        if self._files.trouble is not None or self._write_ahead_log.worth_writing_back:
            return QUIET_SECONDS
        return IDLE_SECONDS

    def _worth_writing_back(self) -> bool:
        return self._files.trouble is None and self._write_ahead_log.worth_writing_back

    def _commit(
        self, batch: list[Pending[Any]], raw: sqlite3.Connection, transaction: Transaction
    ) -> None:
        try:
            self._run_jobs(batch, raw, transaction)
            transaction.write_seals()
            self._files.require()
            raw.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - told to everyone who waits
            transaction.forget()
            if raw.in_transaction:
                with suppress(sqlite3.Error):  # then the connection is given up, see _run
                    raw.execute("ROLLBACK")
            self._fail(batch, error)
            return
        changes = transaction.take_changes()
        self._write_ahead_log.committed(len(batch))
        trouble = self._files.look()
        self._note_trouble(trouble)
        for pending in batch:
            if trouble is not None:  # kept, but where nobody would find it
                pending.failure = pending.failure or StoreUnavailable(trouble)
            if trouble is None or pending.future is not None:
                pending.answer()
        tell(batch)
        if changes:
            self._after_commit(changes)
        conclude(batch)

    def _run_jobs(
        self, batch: list[Pending[Any]], raw: sqlite3.Connection, transaction: Transaction
    ) -> None:
        """Run the jobs in a transaction that is open afterwards and holds the work of all that did
        not fail. Raises only when it is lost as a whole (disk full, damaged).
        """
        _begin(raw)
        while not self._all_done(batch, raw, transaction):
            raw.execute("ROLLBACK")
            transaction.forget()
            _begin(raw)

    def _all_done(
        self, batch: list[Pending[Any]], raw: sqlite3.Connection, transaction: Transaction
    ) -> bool:
        """False: a job failed, which is noted in it, or is to run otherwise. Raises as above."""
        for pending in batch:
            if pending.failure is not None:
                continue
            transaction.begin_job()
            try:
                pending.outcome = pending.job(transaction)
            except OnceMore:
                return False
            except Exception as error:
                if not raw.in_transaction or trouble_of(error) is not None:
                    raise
                if not isinstance(error, UserError):
                    logger.error("A job of the writer failed", exc_info=error)
                pending.failure = error
                return False
        return True

    def _fail(self, batch: list[Pending[Any]], error: Exception) -> None:
        """Nothing of the batch was kept: tell everyone who waits."""
        trouble = trouble_of(error)
        if trouble is None:
            logger.error("A commit failed", exc_info=error)
        else:
            logger.warning("The database cannot be written: %s", trouble.value)
            self._note_trouble(trouble)
        if trouble in _PASSES:
            self._kept = [one for one in batch if one.future is None and one.failure is None]
        for pending in batch:
            if pending.future is not None:
                pending.failure = error if trouble is None else StoreUnavailable(trouble)
                pending.answer()
        tell(batch)

    def _note_trouble(self, trouble: StoreTrouble | None) -> None:
        if trouble is not self._trouble:
            self._trouble = trouble
            self._on_trouble(trouble)


def _begin(raw: sqlite3.Connection) -> None:
    """From here on nobody else can write: what is read stays true until the commit."""
    raw.execute("BEGIN IMMEDIATE")
