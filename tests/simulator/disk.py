"""The disk and SQLite as they may be: full, broken, locked; and who goes on at each commit."""

import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from tests.simulator.baton import Baton
from workmate_desktop.store.database import driver


class DiskFault(StrEnum):
    """What SQLite says."""

    FULL = "database or disk is full"
    BROKEN = "disk I/O error"
    LOCKED = "database is locked"
    UNSURE = "disk I/O error, told after the commit was kept"


BUSY_SECONDS = driver.BUSY_TIMEOUT_MS / 1000
_CODES = {
    DiskFault.FULL: (sqlite3.SQLITE_FULL, "SQLITE_FULL"),
    DiskFault.BROKEN: (sqlite3.SQLITE_IOERR, "SQLITE_IOERR"),
    DiskFault.LOCKED: (sqlite3.SQLITE_BUSY, "SQLITE_BUSY"),
    DiskFault.UNSURE: (sqlite3.SQLITE_IOERR, "SQLITE_IOERR"),
}
_WHERE = {
    DiskFault.FULL: ("INSERT", "UPDATE", "COMMIT"),
    DiskFault.BROKEN: ("BEGIN", "INSERT", "UPDATE", "SELECT", "COMMIT"),
    DiskFault.LOCKED: ("BEGIN",),
    DiskFault.UNSURE: ("COMMIT",),
}


@dataclass
class _Armed:
    fault: DiskFault
    until: float
    per_mille: int


class Disk:
    """Shared by all connections of the simulated PC."""

    def __init__(self, baton: Baton, chance: random.Random) -> None:
        self._baton = baton
        self._chance = chance
        self._armed: list[_Armed] = []
        self.commits = 0
        self.hit: Counter[str] = Counter()
        """Faults that a statement ran into."""
        self.free_bytes = 50_000_000_000
        self._factory: type[sqlite3.Connection] = type("OnDisk", (_Connection,), {"disk": self})

    def arm(self, fault: DiskFault, seconds: float, per_mille: int) -> None:
        """From now on, for so long, so often."""
        self._armed.append(_Armed(fault, self._baton.now + seconds, per_mille))

    def heal(self) -> None:
        """All is well again."""
        self._armed.clear()

    @property
    def was_troubled(self) -> bool:
        """Whether a fault may happen now, or might within the last minute."""
        return any(one.until > self._baton.now - 60 for one in self._armed)

    def before(self, word: str) -> None:
        """Raise what the disk says to a statement that begins with this word."""
        if word in ("BEGIN", "COMMIT"):
            self._baton.perhaps()
        if self._armed:
            for one in self._armed:
                if (
                    one.until > self._baton.now
                    and one.fault is not DiskFault.UNSURE
                    and word in _WHERE[one.fault]
                    and self._chance.randrange(1000) < one.per_mille
                ):
                    self._fail(one.fault)

    def after(self, word: str) -> None:
        """The statement is done."""
        if word != "COMMIT":
            return
        self.commits += 1
        self._baton.perhaps()
        for one in self._armed:
            unsure = one.fault is DiskFault.UNSURE and one.until > self._baton.now
            if unsure and self._chance.randrange(1000) < one.per_mille:
                self._fail(one.fault)

    def patiently(self, run: Callable[[], Any]) -> Any:
        """Where another program holds the lock, SQLite tries again for four seconds."""
        ends = self._baton.now + BUSY_SECONDS
        while True:
            try:
                return run()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or self._baton.now >= ends:
                    raise
            self._baton.block(0.05)

    def _fail(self, fault: DiskFault) -> None:
        self.hit[fault.value] += 1
        error = sqlite3.OperationalError(fault.value)
        error.sqlite_errorcode, error.sqlite_errorname = _CODES[fault]
        raise error

    def open_connection(
        self, path: Path, *, read_only: bool, busy_timeout_ms: int = 0
    ) -> sqlite3.Connection:
        """As store.driver.open_connection, on this disk. SQLite waits as `patiently` does."""
        del busy_timeout_ms
        return driver.open_connection(
            path, read_only=read_only, busy_timeout_ms=0, factory=self._factory
        )


def _word(sql: str) -> str:
    return sql.lstrip()[:6].rstrip().upper()


class _Connection(sqlite3.Connection):
    disk: Disk | None = None

    def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
        return _done(self.disk, sql, lambda: super(_Connection, self).execute(sql, *given))

    def cursor(self, factory: Any = None) -> Any:
        made = super().cursor(factory or _Cursor)
        if factory is None:
            made.disk = self.disk
        return made


class _Cursor(sqlite3.Cursor):
    disk: Disk | None = None

    def execute(self, sql: str, *given: Any) -> "_Cursor":
        disk = self.disk
        run = super().execute
        if disk is not None and disk._armed:
            _done(disk, sql, lambda: run(sql, *given))
            return self
        try:
            run(sql, *given)  # the usual way, quick
        except sqlite3.OperationalError as error:
            if disk is None or error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            disk.patiently(lambda: run(sql, *given))
        return self


def _done(disk: Disk | None, sql: str, run: Callable[[], Any]) -> Any:
    if disk is None:
        return run()
    word = _word(sql)
    if word == "BEGIN " or word.startswith("BEGIN"):
        word = "BEGIN"
    disk.before(word)
    answer = disk.patiently(run)
    disk.after(word)
    return answer


def copy_books(source: Path, target: Path) -> None:
    """What a kill leaves: every file as it is at this moment, but SQLite's shared memory.

    What was not synced is there all the same: a process died, no PC (power cuts: FAULTS F13).
    """
    target.mkdir(mode=0o700)
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_dir():
            place.mkdir(mode=0o700)
        elif not path.name.endswith("-shm"):
            place.write_bytes(path.read_bytes())
            place.chmod(0o600)
