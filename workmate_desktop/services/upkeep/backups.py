"""Sichern and Wiederherstellen: copies of the books, and putting one in their place."""

import errno
import logging
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from workmate_desktop.domain.backups import BackupLook, KeptBackup
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.waiting import Waiting
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.store.backup import backup, restore
from workmate_desktop.store.database.errors import trouble_of
from workmate_desktop.store.database.file_identity import FilePlace, FileStanding
from workmate_desktop.store.database.file_names import RESCUED_PREFIX
from workmate_desktop.store.invoices import given_numbers
from workmate_desktop.store.opening.backup_look import kept_backups, look_into, loss_by

logger = logging.getLogger("workmate.backups")

OF_TODAY = ("stripe.", "mail.", "tunnel.", "endpoint.", "catch_up.installed_at")
"""Settings about what lies outside the books: keys in the keyring, the endpoint at Stripe, the
tunnel. It is as it is today, whatever a backup says. How far Stripe was asked goes back with the
payments; with a backup from before the keys, to the installation, so that nothing is left out."""


def refusal_of(error: backup.BackupFailed | OSError) -> UserError:
    """Why a copy could not be made: disk_full, backup_failed, backup_not_written."""
    if isinstance(error, OSError):
        return UserError("disk_full" if error.errno == errno.ENOSPC else "backup_not_written")
    trouble = trouble_of(error.__cause__) if error.__cause__ else None
    return UserError("disk_full" if trouble == "disk_full" else "backup_failed")


class Backups:
    """Works on the files of one data folder; every call blocks: for the background.

    Needs no open books, so it also mends those that cannot be opened.
    """

    def __init__(
        self,
        data_dir: Path,
        clock: Clock,
        waiting: Waiting | None = None,
        place: FilePlace | None = None,
    ) -> None:
        """`place` is that of the open books; None where none are open here."""
        self._data_dir = data_dir
        self._place = place
        self._clock = clock
        self._one_at_a_time = (waiting or Threads()).lock()
        self._looked: BackupLook | None = None

    def kept(self) -> list[KeptBackup]:
        """The backups that the program made, newest first, each checked."""
        return kept_backups(self._data_dir)

    def newest_at(self) -> datetime | None:
        """When the newest of them was made; quick, without a look inside."""
        times = [path.stat().st_mtime for path in backup.all_backups(self._data_dir)]
        return datetime.fromtimestamp(max(times), UTC) if times else None

    def save_copy(self, target: Path) -> BackupLook:
        """Sichern: a checked copy in the file `target` (0600), and what it holds.

        Raises UserError backup_target_is_books, backup_failed, disk_full, backup_not_written,
        database_lost.
        """
        if self._place is not None and self._place.all() is FileStanding.LOST:
            raise UserError("database_lost")
        try:
            backup.copy_to(self._data_dir, target)
            look = look_into(target, target, self._data_dir)
        except (backup.BackupFailed, OSError) as error:
            logger.error("The copy of the books failed: %s", error)
            raise refusal_of(error) from error
        logger.info("A copy of the books was made and verified")
        return look

    def look(self, source: Path) -> BackupLook:
        """Copy `source` into the data folder, check it, and say what it holds and what would be
        lost by it. Nothing is replaced; `discard` forgets it.

        Raises UserError backup_not_found, backup_foreign, backup_damaged, backup_altered,
        disk_full, backup_not_read; then nothing of it is left.
        """
        with self._one_at_a_time:
            self._looked = None
            self._looked = self._look(source)
            return self._looked

    def _look(self, source: Path) -> BackupLook:
        try:
            staged = restore.stage(self._data_dir, source)
            look = look_into(staged.path, source, self._data_dir, staged.differences)
        except UserError as error:
            restore.discard(self._data_dir)
            logger.info("The backup was refused: %s", error.code)
            raise
        except OSError as error:
            restore.discard(self._data_dir)
            logger.error("The backup could not be read: %s", error.strerror)
            code = "disk_full" if error.errno == 28 else "backup_not_read"  # ENOSPC
            raise UserError(code) from error
        if look.newer:
            return look
        return replace(
            look,
            loss=loss_by(staged.path, self._data_dir),
            next_number=given_numbers.next_in(
                staged.path, self._data_dir, self._clock.today().year
            ),
            numbers_known=look.ours and given_numbers.given_here(self._data_dir) is not None,
        )

    def discard(self, look: BackupLook | None) -> None:
        """Nobody wants what was looked at; nothing happens when another file was, meanwhile."""
        with self._one_at_a_time:
            if look is self._looked:
                self._looked = None
                restore.discard(self._data_dir)

    def decide(self) -> Path:
        """What was looked at becomes the books. Returns the folder that keeps the old ones.

        From here on it happens, at the next start at the latest. Raises UserError disk_full,
        backup_not_written, database_newer: then nothing was decided.
        """
        stamp = f"{self._clock.local(self._clock.now()):%Y%m%d-%H%M%S}"
        try:
            with self._one_at_a_time:
                if not self._is_rescued():  # which is newer than what is there
                    restore.carry_settings(self._data_dir, OF_TODAY)
                kept = restore.decide(self._data_dir, stamp)
        except OSError as error:
            raise UserError("disk_full" if error.errno == 28 else "backup_not_written") from error
        logger.warning("The books are replaced by a backup; the old ones are kept in %s", kept.name)
        return kept

    def _is_rescued(self) -> bool:
        looked = self._looked
        return looked is not None and Path(looked.path).name.startswith(RESCUED_PREFIX)

    def finish(self) -> None:
        """Do what was decided. Nothing may have the books open. Raises OSError."""
        restore.finish(self._data_dir)
